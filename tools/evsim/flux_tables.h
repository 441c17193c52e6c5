// What a vehicle's flux tables are worth, for people.
#pragma once

#include <string>
#include <vector>

#include "sim/vehicle/car.h"

namespace evsim::cli {

struct FluxTables {
  std::string path;  // of the machine's magnetic circuit: drive_units.rear.machine.dq.magnetics
  std::string text;  // how far its tables are from a field energy, which creates nothing
};
// Of the drive units that have some.
std::vector<FluxTables> flux_tables(const car::Params<double>& car);

}  // namespace evsim::cli
