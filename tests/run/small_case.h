// Cases around the small car: short drives that meet launch, power, braking, a stop and a grade.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "sim/run/result.h"
#include "tests/base/arguments.h"
#include "tests/run/small_car.h"

namespace evsim::test {

// A minute: rest, launch, cruise, faster, brake to rest, rest. [s], [m/s]
inline scenario::Trace short_trip() {
  return {.t = {0, 2, 10, 16, 24, 30, 40, 46, 60},
          .v = {0, 0, 11, 11, 20, 20, 0, 0, 0},
          .grade = {},
          .accelerator = {},
          .brake = {}};
}
// The same over a hill whose top is met while standing at 5 %.
inline scenario::Trace hilly_trip() {
  scenario::Trace trace = short_trip();
  trace.grade = {0.05, 0.05, 0.02, 0.0, -0.04, -0.02, 0.05, 0.05, 0.05};
  return trace;
}

inline Case case_of(const car::Params<double>& p, scenario::Trace trace,
                    scenario::Driver driver = scenario::Follow{}) {
  Case c;
  c.vehicle_name = "small car";
  c.scenario_name = "short trip";
  c.vehicle = p;
  c.trace = std::move(trace);
  c.scenario.driver = std::move(driver);
  c.scenario.test_mass = scenario::Fixed{.mass = kTestMass};
  c.scenario.environment = {.T_air = 288.15, .altitude = 0.0, .wind = 0.0, .grade = 0.0};
  c.scenario.initial.T_battery = 298.0;
  c.test_mass = kTestMass;
  return c;
}
inline Case short_case() { return case_of(small_car(), short_trip()); }

inline scenario::Event at(double t, decltype(scenario::Event::command) command) {
  return {.t = t, .command = std::move(command)};
}

inline double kpi(const std::vector<Kpi>& all, const std::string& name) {
  for (const Kpi& k : all)
    if (k.name == name) return k.value;
  ADD_FAILURE() << "no KPI " << name;
  return std::nan("");
}

// What a command may set in these tests.
inline void set_some(car::Params<double>& p, const std::string& path, double value) {
  if (path == "auxiliaries.power_W")
    p.auxiliaries.power = value;
  else if (path == "chassis.wheel_inertia_kg_m2")
    p.chassis.wheel_inertia = value;
  else if (path == "chassis.mass_kg")
    p.chassis.mass = value;
  else if (path == "chassis.mu")
    p.chassis.mu = value;
  else
    throw std::invalid_argument(path);
}

// States and ledger rows bit by bit.
inline bool same_state(const Snapshot& a, const Snapshot& b) {
  bool same = a.step == b.step && a.piece_start == b.piece_start && a.end == b.end;
  for (std::size_t i = 0; i < a.y.size(); ++i) same = same && same_bits(a.y[i], b.y[i]);
  for (std::size_t i = 0; i < a.q.size(); ++i) same = same && same_bits(a.q[i], b.q[i]);
  return same && same_bits(a.intervention, b.intervention) &&
         same_bits(a.extremes.trace_error, b.extremes.trace_error) &&
         same_bits(a.extremes.time_limited, b.extremes.time_limited);
}

// To the end; the simulation is left there.
inline Simulation& finish(Simulation& s) {
  s.run();
  return s;
}

}  // namespace evsim::test
