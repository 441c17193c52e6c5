// A complete small car built in code, with round figures: what tests drive when they need no file.
//   As driven 1300 kg, wheel radius 0.3 m, two gear stages of 3: machine speed = 30 / m x speed;
//   equivalent mass 1300 + (4 x 0.9 + 0.02 x 9^2) / 0.3^2 = 1358 kg; some 43 kWh at 350 V.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/vehicle/car.h"

namespace evsim::test {

inline constexpr double kTestMass = 1300.0;  // [kg]

inline Table1<double> table(std::vector<double> x, std::vector<double> y) {
  return Table1<double>(std::make_shared<const Table1Data>(std::move(x), std::move(y)));
}
inline Table2<double> table(std::vector<double> x, std::vector<double> y, std::vector<double> z) {
  return Table2<double>(
      std::make_shared<const Table2Data>(std::move(x), std::move(y), std::move(z)));
}

inline drive_unit::Params<double> small_unit(drive_unit::Axle axle) {
  drive_unit::Params<double> u;
  u.axle = axle;
  u.machine.envelope = {.tau_peak = 200.0, .P_peak = 80e3, .omega_max = 1500.0, .U_ref = 350.0};
  u.machine.inertia = 0.02;
  u.machine.T_lag = 0.02;
  u.machine.losses = machine_map::FromDq<double>{};
  u.machine.dq = machine_dq::SynchronousFamily<double>{.shares = {.n_p = 4,
                                                                  .copper = 0.03,
                                                                  .hysteresis = 0.003,
                                                                  .eddy = 0.002,
                                                                  .friction = 0.001,
                                                                  .windage = 8e-6},
                                                       .weakening_speed = 1.5};
  u.inverter = {.P_fixed = 20.0, .U_on = 0.8, .R_on = 0.002, .f_sw = 10e3, .switching_loss = 1e-7};
  u.gears.add("first");
  u.gears[0] = {.ratio = 3.0, .efficiency = 0.99, .drag_torque = 0.05};
  u.gears.add("second");
  u.gears[1] = {.ratio = 3.0, .efficiency = 0.99, .drag_torque = 0.1};
  return u;
}

inline battery_pack::Params<double> small_pack() {
  battery_pack::Params<double> p;
  p.n_series = 96;
  p.n_parallel = 2;
  p.capacity = 60.0 * 3600.0;
  p.OCV = table({0, 0.1, 0.5, 0.9, 1}, {3.0, 3.4, 3.65, 4.0, 4.15});
  p.R_0 = table({0, 0.2, 1}, {253, 273, 298},
                {0.012, 0.005, 0.002, 0.008, 0.003, 0.0014, 0.008, 0.003, 0.0013});
  p.R_1 = 0.0008;
  p.tau_1 = 30.0;
  p.U_cell_min = 2.5;
  p.U_cell_max = 4.25;
  p.I_discharge_max = 300.0;
  p.I_charge_max = table({253, 273, 298}, {20, 80, 200});
  return p;
}

// One drive unit on the rear axle.
inline car::Params<double> small_car() {
  car::Params<double> p;
  p.chassis = {.mass = 1200.0,
               .gross_mass = 1600.0,
               .wheelbase = 2.5,
               .cg_height = 0.5,
               .front_load = 0.5,
               .wheel_radius = 0.3,
               .wheel_inertia = 0.9,
               .n_wheels = 4,
               .mu = 1.0,
               .slip_stiffness = 20.0};
  p.road_load =
      road_load::Physical<double>{.Cd = 0.3, .frontal_area = 2.0, .rolling_resistance = 0.01};
  p.drive_units.add("rear");
  p.drive_units[0] = small_unit(drive_unit::Axle::rear);
  p.battery = small_pack();
  p.regeneration = {.v_zero = 1.0, .v_full = 3.0, .deceleration_max = 3.0};
  p.auxiliaries.power = 400.0;
  p.charger = {.P_AC = 7400.0, .efficiency = 0.9};
  return p;
}

// A unit at each wheel; a rear one takes twice the share of a front one.
inline car::Params<double> four_units() {
  car::Params<double> p = small_car();
  p.drive_units = {};
  for (const char* name : {"front_left", "front_right", "rear_left", "rear_right"}) {
    const int k = p.drive_units.size();
    p.drive_units.add(name);
    p.drive_units[k] = small_unit(k < 2 ? drive_unit::Axle::front : drive_unit::Axle::rear);
    p.drive_units[k].torque_share = k < 2 ? 1.0 : 2.0;
  }
  return p;
}

// The same car with the coarse models of each kind.
inline car::Params<double> coarse_car() {
  car::Params<double> p = small_car();
  p.battery = battery_constant_efficiency::Params<double>{.energy = 1.5e8, .efficiency = 0.95};
  p.road_load = road_load::CoastDown<double>{.A = 130.0, .B = 1.0, .C = 0.4};
  p.drive_units[0].machine.losses = machine::PowerEfficiency<double>{
      .P_peak = 80e3,
      .efficiency = table({0, 0.2, 1}, {0.85, 0.95, 0.93}),
      .efficiency_generating = table({0, 0.2, 1}, {0.82, 0.93, 0.91})};
  return p;
}

}  // namespace evsim::test
