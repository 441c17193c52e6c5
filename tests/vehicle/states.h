// Random states of a car, its commands and its surroundings, for tests that must hold at any of them.
#pragma once

#include "sim/vehicle/ledger.h"
#include "tests/base/arguments.h"
#include "tests/run/small_car.h"

namespace evsim::test {

struct AnyState {
  std::array<double, car::kMaxStates> y{};
  chassis::Motion<double> motion{};
  std::array<double, kMaxDriveUnits> tau{};
  double F_brake = 0.0;
  car::Surroundings<double> around{};
};

inline AnyState any_state(Arguments& random) {
  AnyState s;
  s.y[car::kV] = random.between(-45, 45);
  s.y[car::kSOC] = random.between(0.02, 1.0);
  s.y[car::kU1] = random.between(-10, 10);
  for (double& tau : s.tau) tau = random.between(-250, 250);
  s.F_brake = random.bits() % 2 == 0 ? 0.0 : random.between(0, 1e4);
  const double sine = random.between(-0.3, 0.3);
  s.around = {.rho_air = random.between(0.9, 1.4),
              .v_wind = random.between(-15, 15),
              .sin_alpha = sine,
              .cos_alpha = sqrt(1.0 - sine * sine),
              .T_battery = random.between(253, 310)};
  // Moving, stopped within the step, about to leave, or at rest.
  switch (random.bits() % 8) {
    case 0: s.motion = chassis::motion(-0.01 * sign(s.y[car::kV]), sign(s.y[car::kV])); break;
    case 1: s.motion = chassis::motion(1e-3 * random.between(-3, 3), 0.0); break;
    case 2: s.motion = chassis::motion(0.0, 0.0); break;
    default: s.motion = chassis::motion(s.y[car::kV], sign(s.y[car::kV]));
  }
  s.y[car::kV] = s.motion.v;
  return s;
}

inline car::Flows<double> flows(const car::Model<double>& m, const AnyState& s) {
  return car::flows(m, s.y.data(), s.motion, car::supply(m, s.y.data(), s.around), s.tau, s.F_brake,
                    s.around);
}

}  // namespace evsim::test
