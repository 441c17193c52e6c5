// The chassis that benchmarks drive: a plain car with all tables of a suspension's paths and angles.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "sim/components/chassis_14dof.h"

inline evsim::Table1<double> table(std::vector<double> x, std::vector<double> y) {
  return evsim::Table1<double>(std::make_shared<const evsim::Table1Data>(std::move(x), std::move(y),
                                                                         evsim::Edge::extrapolate));
}
// Radius of the wheels, height of their centres [m].
inline evsim::chassis_14dof::Params<double> plain_car(double R, double height) {
  const std::vector<double> travel{-0.1, 0.0, 0.1};
  evsim::chassis_14dof::Axle<double> axle{.track = 1.6,
                                          .unsprung_mass = 40.0,
                                          .wheel_inertia = 1.2,
                                          .transverse_inertia = 0.7,
                                          .wheel_radius = R,
                                          .wheel_height = height};
  axle.suspension = {.spring = table({-1.0, 1.0}, {-25.5e3, 34.5e3}),
                     .damper = table({-1.0, -0.1, 0.0, 0.2, 1.0}, {-4e3, -900.0, 0.0, 500.0, 2e3}),
                     .anti_roll_stiffness = 15e3,
                     .path_forward = table(travel, {0.02, 0.05, 0.09}),
                     .path_outward = table(travel, {0.15, 0.06, -0.08}),
                     .toe = table(travel, {0.004, 0.001, -0.006}),
                     .camber = table(travel, {0.02, -0.01, -0.05}),
                     .castor = table(travel, {0.07, 0.1, 0.13})};
  return {.sprung_mass = 1840.0,
          .wheelbase = 3.0,
          .cg_behind_front = 1.5,
          .cg_height = 0.6,
          .I_xx = 600.0,
          .I_yy = 2800.0,
          .I_zz = 3000.0,
          .front = axle,
          .rear = axle};
}
