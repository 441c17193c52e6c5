// The map of a drive unit (vehicle/unit_map.h) as files: points in CSV, envelope and loci in JSON, a page to look at.
#pragma once

#include <string>
#include <vector>

#include "sim/vehicle/unit_map.h"

namespace evsim::io {

struct UnitMap {
  std::string file;  // of the vehicle
  std::string unit;  // name
  std::string version;
  drive_unit::Params<double> params;
  std::vector<unit_map::Map> maps;  // one a DC voltage
};

// A line a point: u_dc [V], T_machine [degC], omega [rpm], tau [Nm], p_mechanical [kW], efficiencies, losses [W],
// currents and voltages in dq.
std::string unit_map_csv(const UnitMap& m);
std::string unit_map_json(const UnitMap& m);
// A page that needs nothing else.
std::string unit_map_html(const UnitMap& m);

// The best efficiency forward, motoring or generating, and where it is.
struct Best {
  double efficiency = 0.0;        // [-]
  double omega = 0.0, tau = 0.0;  // [rad/s], [Nm]
};
enum class Of { machine, inverter, both };
Best best(const unit_map::Map& m, Of of, bool motoring);

// Writes map.csv, map.json and report.html into the folder, whole or not at all. A folder that exists is replaced
// when it is empty or holds a map, else EnvironmentError.
void write_unit_map(const std::string& folder, const UnitMap& m);
// Before the computation: throws where write_unit_map() would refuse the folder as it is now.
void check_unit_map_folder(const std::string& folder);

}  // namespace evsim::io
