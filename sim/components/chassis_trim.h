// Steady state of the chassis of 14 degrees of freedom: the attitude, ride height, travels and tyre forces with
// which nothing accelerates, at rest or at a steady speed straight ahead.
//   unknown  z, roll, pitch, s_1 .. s_4, F_x, F_y front, F_y rear                                     (1)
//   zero     dv/dt, domega/dt, s''_1 .. s''_4                                                          (2)
// F_x goes to the wheels by `share_x` (drive or brake), F_y of an axle to its wheels by their loads. The torques
// that balance F_x on the wheels react on the body (`on_body`: 1) or on the carriers (0), which moves the car's
// attitude differently. Solved by Newton's method with the exact derivatives of Dual, steps halved as long as
// they don't improve. A tilted `gravity` is a slope, a bank, or a steady acceleration.
// Source: textbook, Newton's method with a line search.
#pragma once

#include <Eigen/LU>

#include "sim/components/chassis_14dof.h"

namespace evsim::chassis_14dof {

struct TrimInputs {
  Vec3<double> gravity{0.0, 0.0, -kGravity};  // earth axes; the road is their x-y plane [m/s2]
  Wrench<double> body{};                      // air at this speed, on the body [N, Nm]
  std::array<double, kWheels> share_x{0.25, 0.25, 0.25, 0.25};  // of F_x, sum 1
  std::array<double, kWheels> on_body{};                        // of the torques at the wheels
  double v = 0.0;                                               // forward [m/s]
};
struct Trim {
  State<double> x{};
  TyreForces<double> tyres{};
  Contacts<double> contacts{};
  double roll = 0.0, pitch = 0.0;  // body turned by pitch about y, then roll about its x axis [rad]
  double residual = 0.0;           // largest acceleration left [m/s2, rad/s2]
  bool converged = false;
};

namespace detail {

inline constexpr int kTrimUnknowns = 10;
template <Scalar T> struct TrimPoint {
  State<T> x{};
  TyreForces<T> tyres{};
  Contacts<T> contacts{};
  std::array<T, kTrimUnknowns> zero{};
};

template <Scalar T, class Load> TrimPoint<T> trim_point(const Model<T>& m, const TrimInputs& in,
                                                        const std::array<T, kTrimUnknowns>& y,
                                                        const Load& load) {
  const auto vec = [](const Vec3<double>& a) { return Vec3<T>{T(a.x), T(a.y), T(a.z)}; };
  const auto [sr, cr] = sincos(0.5 * y[1]);
  const auto [sp, cp] = sincos(0.5 * y[2]);
  TrimPoint<T> out;
  out.x.r.z = y[0];
  out.x.q = {cp * cr, cp * sr, sp * cr, -sp * sr};  // pitch, then roll
  for (std::size_t i = 0; i < kWheels; ++i) out.x.s[i] = y[3 + i];
  const Pose<T> w = pose(m, out.x, Steer<T>{});
  out.x.v = to_body(w.R, vec({in.v, 0.0, 0.0}));
  out.contacts = contacts(m, w, RoadPlanes<T>{});

  const Quad<T> F_z = load(out.contacts);
  const Quad<T> carried = m.present * F_z;
  std::array<T, kWheels> F_x, F_y;
  for (std::size_t i = 0; i < kWheels; ++i) {
    F_x[i] = in.share_x[i] * y[7];
    const T of_axle = T(carried[i]) + T(carried[i ^ 1U]);
    const T share_y = select(of_axle > T(0.0), T(carried[i]) / of_axle, T(0.5));
    F_y[i] = (i < 2 ? y[8] : y[9]) * share_y;
  }
  out.tyres.F = {quad<T>(F_x), quad<T>(F_y), F_z};
  out.tyres.M = {Quad<T>(0.0), Quad<T>(0.0), Quad<T>(0.0)};
  const Quad<T> tau = -wheel_loads(m, w, out.contacts, out.tyres).tau_road;
  const Quad<T> on_body = quad<T>([&](std::size_t i) { return T(in.on_body[i]); });
  Inputs<T> u{.gravity = vec(in.gravity), .body = {vec(in.body.F), vec(in.body.M)}};
  u.tyres = out.tyres;
  u.tau_body = on_body * tau;
  u.tau_carrier = (1.0 - on_body) * tau;
  const State<T> rate = outputs(m, out.x, w, out.contacts, u).rate;
  out.zero = {rate.v.x, rate.v.y, rate.v.z, rate.omega.x, rate.omega.y, rate.omega.z};
  // A wheel's force over the body's mass, however light the wheel; one that is absent stays where it is.
  for (std::size_t i = 0; i < kWheels; ++i)
    out.zero[6 + i] = rate.s_rate[i] * T(m.m[i]) / m.m_s + (1.0 - T(m.present[i])) * out.x.s[i];
  return out;
}

}  // namespace detail

// load(contacts) gives the tyres' F_z over any Scalar; p is described, so it is made for both.
template <class Load> Trim trim(const Params<double>& p, const TrimInputs& in, const Load& load) {
  constexpr int N = detail::kTrimUnknowns;
  using D = Dual<N>;
  using Unknowns = std::array<double, static_cast<std::size_t>(N)>;
  using Vector = Eigen::Matrix<double, N, 1>;
  const Model<double> m = prepare(p);
  const Model<D> m_dual = prepare(over<Params, D>(p));
  const auto vector = [](const Unknowns& a) { return Vector(a.data()); };

  Unknowns y{m.height};
  detail::TrimPoint<double> now = detail::trim_point<double>(m, in, y, load);
  for (int round = 0; round < 50 && vector(now.zero).norm() > 1e-11; ++round) {
    std::array<D, static_cast<std::size_t>(N)> y_dual;
    for (std::size_t i = 0; i < y.size(); ++i) {
      y_dual[i] = y[i];
      y_dual[i].d[i] = 1.0;
    }
    const auto slopes = detail::trim_point<D>(m_dual, in, y_dual, load).zero;
    Eigen::Matrix<double, N, N> J;
    for (int i = 0; i < N; ++i)
      for (int j = 0; j < N; ++j)
        J(i, j) = slopes[static_cast<std::size_t>(i)].d[static_cast<std::size_t>(j)];
    const Vector step = J.partialPivLu().solve(vector(now.zero));
    Unknowns next = y;
    double share = 1.0;
    detail::TrimPoint<double> there;
    for (int halving = 0; halving < 30; ++halving, share *= 0.5) {
      for (std::size_t i = 0; i < y.size(); ++i)
        next[i] = y[i] - share * step(static_cast<Eigen::Index>(i));
      there = detail::trim_point<double>(m, in, next, load);
      if (vector(there.zero).norm() < vector(now.zero).norm()) break;
    }
    if (!(vector(there.zero).norm() < vector(now.zero).norm())) break;  // as good as it gets
    y = next;
    now = there;
  }
  const double residual = vector(now.zero).cwiseAbs().maxCoeff();
  return {.x = now.x,
          .tyres = now.tyres,
          .contacts = now.contacts,
          .roll = y[1],
          .pitch = y[2],
          .residual = residual,
          .converged = residual < 1e-8};
}

}  // namespace evsim::chassis_14dof
