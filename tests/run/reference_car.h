// What the tests against published figures share: a car without any limit, and their data files.
#pragma once

#include <cmath>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sim/io/case.h"
#include "sim/run/result.h"

namespace evsim::reference {

// Rows of a data file under tests/run/data as text cells, without comments and header.
inline std::vector<std::vector<std::string>> rows(const std::string& name) {
  std::ifstream in(std::string(EVSIM_SOURCE_DIR) + "/tests/run/data/" + name);
  std::vector<std::vector<std::string>> out;
  bool header = true;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (std::exchange(header, false)) continue;
    std::vector<std::string> cells;
    std::istringstream text(line);
    for (std::string cell; std::getline(text, cell, ',');) cells.push_back(cell);
    out.push_back(std::move(cells));
  }
  return out;
}

inline Table1<double> table(std::vector<double> x, std::vector<double> y) {
  return Table1<double>(std::make_shared<const Table1Data>(std::move(x), std::move(y)));
}

// A mass on wheels whose drive, battery and tyres have no limit and no loss; machine speed = wheel speed.
inline car::Params<double> free_car(double mass) {
  car::Params<double> p;
  p.chassis.mass = mass;
  p.chassis.wheelbase = 2.7;
  p.chassis.cg_height = 0.5;
  p.chassis.front_load = 0.5;
  p.chassis.wheel_radius = 0.3;
  p.chassis.wheel_inertia = 0.0;
  p.chassis.mu = 100.0;
  p.chassis.slip_stiffness = 1e12;  // tyres that do not slip
  p.drive_units.add("drive");
  auto& unit = p.drive_units[0];
  unit.machine.envelope = {.tau_peak = 1e6, .P_peak = 1e8, .omega_max = 1e4, .U_ref = 1.0};
  unit.machine.inertia = 0.0;
  unit.machine.losses =
      machine::PowerEfficiency<double>{.P_peak = 1e8,
                                       .efficiency = table({0, 1}, {1, 1}),
                                       .efficiency_generating = table({0, 1}, {1, 1})};
  unit.gears.add("gear");
  unit.gears[0].ratio = 1.0;
  p.battery = battery_constant_efficiency::Params<double>{.energy = 3.6e9, .efficiency = 1.0};
  p.regeneration = {.v_zero = 0.0, .v_full = 1e-6};
  p.auxiliaries.power = 0.0;
  p.charger = {.P_AC = 11e3, .efficiency = 1.0};
  return p;
}

// The car on a cycle of scenarios/cycles with the exact driver, at its own mass.
inline Case exact_case(const car::Params<double>& car, const std::string& cycle) {
  const std::string file = std::string(EVSIM_SOURCE_DIR) + "/scenarios/cycles/" + cycle + ".csv";
  Case c;
  c.vehicle = car;
  c.scenario.driver = scenario::Exact{.cycle = {file}};
  c.scenario.solver.h = 0.1;
  c.trace = io::read_trace(file, io::TraceKind::speed);
  c.test_mass = car.chassis.mass;
  return c;
}

inline double kpi(const std::vector<Kpi>& all, const std::string& name) {
  for (const Kpi& k : all)
    if (k.name == name) return k.value;
  return std::nan("");
}

}  // namespace evsim::reference
