// A vehicle in numbers of the tests' own, as a file would give it to the chassis multi_body.
#pragma once

#include "sim/vehicle/multibody_car.h"
#include "tests/components/tyre_files.h"

namespace evsim::test {

inline void add_unit(car::Params<double>& p, const std::string& name, drive_unit::Axle axle,
                     const gear::Params<double>& stage) {
  p.drive_units.add(name);
  auto& u = p.drive_units[p.drive_units.size() - 1];
  u.axle = axle;
  u.machine.inertia = 0.02;
  u.gears.add("reduction");
  u.gears[0] = stage;
  body::Torsional<double> shafts;
  shafts.train.half_shaft = {.stiffness = 9000.0, .damping = 15.0};
  shafts.differential = {.kind = differential::Open<double>{}, .side_inertia = 0.01};
  shafts.train.inertia_out = 0.03;
  u.shafts = shafts;
}

// 2000 kg on passenger tyres, driven at the rear.
inline car::Params<double> whole_car(const gear::Params<double>& stage = {.ratio = 10.0}) {
  car::Params<double> p;
  p.chassis = {.mass = 2000.0,
               .wheelbase = 3.0,
               .cg_height = 0.5,
               .front_load = 0.5,
               .wheel_radius = 0.31,
               .wheel_inertia = 1.0,
               .n_wheels = 4,
               .slip_stiffness = 20.0};
  p.road_load =
      road_load::Physical<double>{.Cd = 0.25, .frontal_area = 2.3, .rolling_resistance = 0.01};
  body::Axle<double> axle;
  axle.track = 1.6, axle.unsprung_mass = 40.0, axle.transverse_inertia = 0.5;
  axle.spring_rate = 30e3, axle.damping_bump = 1500.0, axle.damping_rebound = 3000.0;
  body::MultiBody<double> b;
  b.I_xx = 650.0, b.I_yy = 3200.0, b.I_zz = 3500.0;
  b.front = b.rear = axle;
  b.steering.ratio = 15.0, b.steering.stiffness = 100.0, b.steering.damping = 4.0;
  p.body = b;
  p.regeneration = {.v_zero = 1.0, .v_full = 3.0};
  add_unit(p, "rear", drive_unit::Axle::rear, stage);
  return p;
}
inline body::Tyres passenger_tyres() { return {passenger_tyre(), passenger_tyre()}; }

}  // namespace evsim::test
