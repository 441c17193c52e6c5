// The plain car on passenger tyres as a multi-body system, for the tests of its mechanics and of its controllers.
#pragma once

#include "sim/vehicle/multibody.h"
#include "tests/components/multibody_cars.h"
#include "tests/components/tyre_files.h"

namespace evsim::test {

inline constexpr double kMass = 2000.0;  // of plain_car [kg]
inline constexpr double kRatio = 10.0, kEfficiency = 0.97, kRotor = 0.05;

// The plain car on passenger tyres, driven at the rear.
struct MultibodyCar {
  multibody::Model m;
  multibody::State x;
  multibody::Held held;
  double R_e;  // of a wheel under a quarter of the weight [m]
};
inline MultibodyCar multibody_car(double C_D = 0.0, c14::Params<double> p = plain_car()) {
  const auto tyre = passenger_tyre();
  std::array<tyre::Params<double>, kWheels> sides;
  for (std::size_t i = 0; i < kWheels; ++i) {
    sides[i] = tyre;
    sides[i].mirror = i % 2 == 0 ? 1.0 : -1.0;
  }
  MultibodyCar c;
  c.m.tyres =
      tyre::prepare<Pack>(over<tyre::Params, Pack>(std::span<const tyre::Params<double>>(sides)),
                          Pack(tyre.pressure.p_i));
  const auto alone = prepared(tyre);
  const double F = 0.25 * kMass * chassis_14dof::kGravity;
  const double sunk = tyre::deflection<double>(alone, F, {0.0, 0.0, 0.0});
  for (auto* axle : {&p.front, &p.rear}) {
    axle->wheel_radius = tyre.dimension.R_0;
    axle->wheel_height = tyre.dimension.R_0 - sunk;
  }
  c.m.chassis = chassis_14dof::prepare(p);
  c.m.air = {.frontal_area = 2.3, .drag = line(C_D, 0.0)};
  c.m.air_at = {.wheelbase = p.wheelbase, .point = {0.0, 0.0, -p.cg_height}};
  const differential::Params<double> open{.kind = differential::Open<double>{},
                                          .side_inertia = 0.01};
  const gear::Params<double> stage{.ratio = kRatio, .efficiency = kEfficiency, .drag_torque = 0.3};
  const auto gears = gear_train::prepare<double>({.inertia_out = 0.05}, stage, kRotor);
  c.m.units[0] = {.axle = 1,
                  .gears = gear_train::with_output<double>(gears, 2.0 * open.side_inertia),
                  .differential = open,
                  .shaft = {.stiffness = 10e3, .damping = 20.0, .backlash = 0.005}};
  c.m.n_units = 1;
  c.x = {};
  c.x.chassis = design_state(c.m.chassis);
  c.R_e = tyre::effective_radius<double>(alone, F, 0.0);
  return c;
}
inline void roll_at(MultibodyCar& c, double v) {
  c.x.chassis.v.x = v;
  c.x.Omega.fill(v / c.R_e);
  c.x.units[0].omega_c = v / c.R_e;
}

}  // namespace evsim::test
