// What the tests of the control unit share: a prepared car, its supply, and random drives.
#pragma once

#include "sim/control/vcu.h"
#include "tests/components/scalars.h"
#include "tests/run/small_car.h"

namespace evsim::test {

using Car = car::Model<double>;

inline Car prepared(const car::Params<double>& p) { return car::prepare(p, kTestMass); }

inline car::Surroundings<double> flat() {
  return {.rho_air = 1.2, .v_wind = 0.0, .sin_alpha = 0.0, .cos_alpha = 1.0, .T_battery = 298.0};
}

inline car::Supply<double> supply(const Car& m, double SOC, double u_1 = 0.0) {
  std::array<double, car::kMaxStates> y{};
  y[car::kSOC] = SOC;
  y[car::kU1] = u_1;
  return car::supply(m, y.data(), flat());
}

inline torque_limits::Drive<double> drive_at(const Car& m, double v, double SOC = 0.6) {
  torque_limits::Drive<double> d;
  d.supply = supply(m, SOC);
  for (int k = 0; k < m.drive_units.size(); ++k)
    d.omega[static_cast<std::size_t>(k)] = drive_unit::machine_speed(m.drive_units[k], v);
  return d;
}

inline vcu::Inputs<double> asking(const Car& m, double F, double v, double SOC = 0.6) {
  return {.F_request = F, .v = v, .supply = supply(m, SOC), .around = flat()};
}

// Power at the battery's terminals under machine torques, without slip.
inline battery::Terminals<double> at_terminals(const Car& m, const torque_limits::Drive<double>& d,
                                               const torque_limits::Torques<double>& tau) {
  double p = m.auxiliaries.power, i = 0.0;
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto e = drive_unit::electrical(m.drive_units[k], d.omega[n], tau[n]);
    p += e.p;
    i += e.i;
  }
  return battery::terminals(d.supply.source, p, i);
}

inline double number(torque_limits::Reason r) { return static_cast<double>(r); }

}  // namespace evsim::test
