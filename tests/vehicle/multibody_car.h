// Whole cars for the tests of multibody.h: built from a chassis and a tyre, standing on the road.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "sim/vehicle/multibody_scheme.h"
#include "tests/components/multibody_cars.h"
#include "tests/components/tyre_files.h"

namespace evsim::test {

inline constexpr double kMass = 2000.0;  // of plain_car [kg]
inline constexpr double kTick = 1e-4;    // of the control, and the step of the mechanics [s]

struct Car {
  multibody::Model m;
  multibody::State x;
  multibody::Held held;
  double R_e;     // of a wheel under a quarter of the weight [m]
  double mass{};  // of all [kg]
};

// Springs bear the static loads of their axles in the design position.
struct Build {
  c14::Params<double> chassis = plain_car();
  tyre::Params<double> tyre = passenger_tyre();
  std::array<double, 2> springs{30e3, 30e3};  // rates, front and rear [N/m]
  double C_D = 0.0;
  std::vector<multibody::Unit> units{};
};

inline double total_mass(const c14::Params<double>& p) {
  return p.sprung_mass + 2.0 * (p.front.unsprung_mass + p.rear.unsprung_mass);
}
// Static load of a front and of a rear wheel with its centre of gravity in the middle [N].
inline std::array<double, 2> loads_of_axles(const c14::Params<double>& p) {
  const double body = 0.5 * p.sprung_mass * c14::kGravity, rear = p.cg_behind_front / p.wheelbase;
  return {body * (1.0 - rear) + p.front.unsprung_mass * c14::kGravity,
          body * rear + p.rear.unsprung_mass * c14::kGravity};
}

inline Car build(const Build& b) {
  std::array<tyre::Params<double>, kWheels> sides;
  for (std::size_t i = 0; i < kWheels; ++i) {
    sides[i] = b.tyre;
    sides[i].mirror = i % 2 == 0 ? 1.0 : -1.0;
  }
  Car c{};
  c.m.tyres =
      tyre::prepare<Pack>(over<tyre::Params, Pack>(std::span<const tyre::Params<double>>(sides)),
                          Pack(b.tyre.pressure.p_i));
  const auto alone = prepared(b.tyre);
  auto p = b.chassis;
  const auto F = loads_of_axles(p);
  c14::Axle<double>* const axles[] = {&p.front, &p.rear};
  for (std::size_t i = 0; i < 2; ++i) {
    auto& a = *axles[i];
    a.wheel_radius = b.tyre.dimension.R_0;
    a.wheel_height = b.tyre.dimension.R_0 - tyre::deflection<double>(alone, F[i], {0.0, 0.0, 0.0});
    a.suspension.spring = line(F[i] - a.unsprung_mass * c14::kGravity, b.springs[i]);
  }
  c.m.chassis = chassis_14dof::prepare(p);
  c.m.air = {.frontal_area = 2.3, .drag = line(b.C_D, 0.0)};
  c.m.air_at = {.wheelbase = p.wheelbase, .point = {0.0, 0.0, -p.cg_height}};
  for (const auto& unit : b.units) c.m.units[c.m.n_units++] = unit;
  c.x.chassis = design_state(c.m.chassis);
  c.mass = total_mass(p);
  c.R_e = tyre::effective_radius<double>(alone, 0.25 * c.mass * c14::kGravity, 0.0);
  return c;
}

// A rotor of 0.05 kg m2 behind 10 : 1, an open differential, shafts of 10 kNm/rad: without losses, without play.
inline constexpr double kRatio = 10.0, kRotor = 0.05;
inline multibody::Unit rear_unit(
    const gear::Params<double>& stage = {.ratio = kRatio, .efficiency = 1.0, .drag_torque = 0.0},
    const half_shaft::Params<double>& shaft = {.stiffness = 10e3, .damping = 0.0}) {
  const differential::Params<double> open{.kind = differential::Open<double>{},
                                          .side_inertia = 0.01};
  const auto gears = gear_train::prepare<double>({.inertia_out = 0.05}, stage, kRotor);
  return {.axle = 1,
          .gears = gear_train::with_output<double>(gears, 2.0 * open.side_inertia),
          .differential = open,
          .shaft = shaft};
}

// One of two machines of the rear axle, each with a wheel and half of all that rear_unit has.
inline multibody::Unit wheel_unit(
    Turns turns,
    const gear::Params<double>& stage = {.ratio = kRatio, .efficiency = 1.0, .drag_torque = 0.0},
    const half_shaft::Params<double>& shaft = {.stiffness = 10e3, .damping = 0.0}) {
  const auto gears = gear_train::prepare<double>({.inertia_out = 0.025}, stage, 0.5 * kRotor);
  return {.axle = 1,
          .turns = turns,
          .gears = gear_train::with_output<double>(gears, 0.01),
          .differential = {.kind = differential::Open<double>{}, .side_inertia = 0.0},
          .shaft = shaft};
}

// The plain car on passenger tyres, driven at the rear, with the losses and the play of a real one.
inline constexpr double kEfficiency = 0.97, kDrag = 0.3;  // of its gears [-], [Nm]
inline Car real_car(double C_D, const c14::Params<double>& chassis = plain_car()) {
  return build(
      {.chassis = chassis,
       .C_D = C_D,
       .units = {rear_unit({.ratio = kRatio, .efficiency = kEfficiency, .drag_torque = kDrag},
                           {.stiffness = 10e3, .damping = 20.0, .backlash = 0.005})}});
}

// A tyre of round numbers: R_e = R_0, the same on both sides, no moments, nothing rolls or damps but its carcass.
inline tyre::Params<double> plain_tyre() {
  tyre::Params<double> p;
  p.model.V_0 = 20.0;
  p.dimension.R_0 = 0.35;
  p.vertical.F_z0 = 5000.0;
  p.vertical.c_z = 250e3;
  p.structural.c_x0 = p.structural.c_y0 = 300e3;
  p.longitudinal.p_Cx1 = 1.5, p.longitudinal.p_Dx1 = 1.0, p.longitudinal.p_Kx1 = 25.0;
  p.lateral.p_Cy1 = 1.3, p.lateral.p_Dy1 = 1.0, p.lateral.p_Ky1 = -30.0, p.lateral.p_Ky2 = 2.0;
  return p;
}

inline void roll_at(Car& c, double v) {
  c.x.chassis.v.x = v;
  c.x.Omega.fill(v / c.R_e);
  for (std::size_t n = 0; n < c.m.n_units; ++n) c.x.units[n].omega_c = v / c.R_e;
}
// By the scheme of a run; between(t) may look and change what is held before each step.
template <class F> multibody::Rows drive(Car& c, double seconds, double h, const F& between) {
  multibody::Rows q{};
  const auto steps = std::lround(seconds / h);
  for (long k = 0; k < steps; ++k) {
    between(static_cast<double>(k) * h);
    multibody::step(c.m, c.held, h, c.x, q);
  }
  return q;
}
inline multibody::Rows drive(Car& c, double seconds, double h = kTick) {
  return drive(c, seconds, h, [](double) {});
}
inline double lost(const multibody::Rows& q) {
  double gears = 0.0;
  for (const double each : q.gears) gears += each;
  return gears + q.differentials + q.shafts + q.brakes + q.air + q.dampers + q.slip + q.rolling +
         q.tyre_damping + q.moments;
}
inline multibody::Rates now(const Car& c) { return multibody::rates(c.m, c.held, c.x); }
inline double energy(const Car& c) { return multibody::energy(c.m, c.held, c.x); }

// Angles of the body: yaw, then pitch, then roll [rad].
struct Attitude {
  double roll, pitch, yaw;
};
inline Attitude attitude(const Car& c) {
  const auto R = rotation(c.x.chassis.q);
  return {.roll = std::atan2(R.z.y, R.z.z),
          .pitch = -std::asin(R.z.x),
          .yaw = std::atan2(R.y.x, R.x.x)};
}

// y = A exp(-delta t) cos(omega t + phi), sampled: y[k+1] = 2 cos(omega dt) e y[k] - e^2 y[k-1], e = exp(-delta dt),
// by least squares.
struct Swing {
  double omega;  // of the damped motion [rad/s]
  double delta;  // [1/s]
  double omega_0() const { return std::hypot(omega, delta); }
};
inline Swing swing(const std::vector<double>& y, double dt) {
  double aa = 0.0, ab = 0.0, bb = 0.0, ac = 0.0, bc = 0.0;
  for (std::size_t k = 1; k + 1 < y.size(); ++k) {
    const double a = y[k], b = y[k - 1], c = y[k + 1];
    aa += a * a, ab += a * b, bb += b * b, ac += a * c, bc += b * c;
  }
  const double det = aa * bb - ab * ab;
  const double p = (ac * bb - bc * ab) / det, e2 = -(bc * aa - ac * ab) / det;
  return {.omega = std::acos(0.5 * p / std::sqrt(e2)) / dt, .delta = -0.5 * std::log(e2) / dt};
}

}  // namespace evsim::test
