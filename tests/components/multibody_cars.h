// A car for the tests of the chassis of 14 degrees of freedom, tyres that are springs, and a Runge-Kutta scheme.
#pragma once

#include <memory>
#include <vector>

#include "sim/components/chassis_14dof.h"
#include "sim/components/real.h"
#include "tests/components/scalars.h"

namespace evsim::test {

namespace c14 = chassis_14dof;

template <Scalar T = double>
Table1<T> table(std::vector<double> x, std::vector<double> y, Edge edge = Edge::extrapolate) {
  return Table1<T>(std::make_shared<const Table1Data>(std::move(x), std::move(y), edge));
}
// A straight line through (0, at_zero).
template <Scalar T = double> Table1<T> line(double at_zero, double slope) {
  return table<T>({-1.0, 1.0}, {at_zero - slope, at_zero + slope});
}

// 2000 kg: 1840 kg on springs, four wheels of 40 kg; stands in its design position on SpringTyres. All numbers are
// the tests' own.
template <Scalar T = double> c14::Params<T> plain_car() {
  const c14::Axle<T> axle{
      .track = 1.6,
      .unsprung_mass = 40.0,
      .wheel_inertia = 1.2,
      .transverse_inertia = 0.7,
      .wheel_radius = 0.35,
      .wheel_height = 0.33,
      .suspension = {.spring = line<T>(460.0 * 9.80665, 30e3), .damper = line<T>(0.0, 2500.0)}};
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

// With all that a suspension has: paths, attitudes, stops, ratios, bars, tables with knots.
template <Scalar T = double> c14::Params<T> rich_car() {
  c14::Params<T> p = plain_car<T>();
  p.cg_left = 0.03;
  p.I_xy = 10.0, p.I_xz = -60.0, p.I_yz = 5.0;
  auto& f = p.front.suspension;
  f.path_forward = table<T>({-0.1, 0.0, 0.1}, {0.02, 0.05, 0.09});
  f.path_outward = table<T>({-0.1, 0.02, 0.1}, {0.15, 0.06, -0.08});
  f.toe = table<T>({-0.1, 0.0, 0.1}, {0.004, 0.001, -0.006});
  f.camber = table<T>({-0.1, 0.01, 0.1}, {0.02, -0.01, -0.05}, Edge::hold);
  f.castor = table<T>({-0.1, 0.1}, {0.07, 0.13});
  f.bump_stop = table<T>({0.05, 0.08, 0.1}, {0.0, 4000.0, 12000.0});
  f.rebound_stop = table<T>({-0.1, -0.06}, {-9000.0, 0.0});
  f.damper = table<T>({-1.0, -0.1, 0.0, 0.2, 1.0}, {-4000.0, -900.0, 0.0, 500.0, 1800.0});
  f.spring_ratio = table<T>({-0.1, 0.1}, {0.8, 0.9});
  f.damper_ratio = table<T>({-0.1, 0.1}, {0.85, 0.95});
  f.anti_roll_stiffness = 18e3;
  auto& r = p.rear.suspension;
  r.path_forward = table<T>({-0.1, 0.1}, {-0.12, -0.08});
  r.path_outward = table<T>({-0.1, 0.1}, {0.1, 0.02});
  r.camber = table<T>({-0.1, 0.1}, {0.01, -0.05});
  r.castor = table<T>({-0.1, 0.1}, {-0.04, 0.05});
  r.toe = table<T>({-0.1, 0.1}, {-0.002, 0.006});
  r.anti_roll_stiffness = 9e3;
  return p;
}

// Level, at rest, every travel 0.
template <Scalar T = double> c14::State<T> design_state(const c14::Model<T>& m) {
  c14::State<T> x{};
  x.r.z = m.height;
  x.q.w = 1.0;
  return x;
}

inline Pack at_wheels(const std::array<double, kWheels>& a) { return quad<double>(a); }

// State + h rate, member by member.
template <class S> S plus(S a, double h, const S& b) {
  for (std::size_t i = 0; i < sizeof(S) / sizeof(double); ++i)
    first<double>(a)[i] += h * first<double>(b)[i];
  return a;
}
// A step of the classical Runge-Kutta scheme.
template <class S, class F> S rk4(const S& x, double h, F rate) {
  const S k1 = rate(x), k2 = rate(plus(x, 0.5 * h, k1)), k3 = rate(plus(x, 0.5 * h, k2)),
          k4 = rate(plus(x, h, k3));
  return plus(plus(plus(plus(x, h / 6.0, k1), h / 3.0, k2), h / 3.0, k3), h / 6.0, k4);
}

// Tyres that are springs along their radius: F_z n does the work of k c dc (compression c) at any inclination.
struct SpringTyres {
  double stiffness = 500.0 * 9.80665 / 0.02;  // [N/m]: a quarter of 2000 kg at 20 mm
  template <Scalar T> Quad<T> operator()(const c14::Contacts<T>& k) const {
    return stiffness * k.compression / k.cos_inclination;
  }
  double energy(const c14::Contacts<double>& k) const {
    return sum<double>(0.5 * stiffness * k.compression * k.compression);
  }
};

}  // namespace evsim::test
