// One-axle trailer behind a car, in the plane of the road, on an elastic hitch: a ball, its drawbar, the car's frame.
//   V_C = (u, v), r: velocity of its mass centre C along and across it, yaw rate; C lies l behind the hitch H, the
//   axle L:  l = L (1 - m_n / m), m_n: mass that rests on the hitch                                     (1)
//   delta = r_car - r_H,   F = k delta + c ddelta/dt            on the trailer, -F on the car           (2)
//   m (du/dt - r v) = F_x + sum F_x,i - F_air + m g_x                                                   (3)
//   m (dv/dt + r u) = F_y + sum F_y,i + m g_y
//   I dr/dt = l F_y + sum (M_z,i - (L - l) F_y,i - y_i F_x,i)
//   J dOmega_i/dt = tau_i                                       free wheels, tyre_transient.h           (4)
// The wheels bear half of m - m_n each, the car's hitch m_n g downwards. Books, exact:
//   F V_car = dE/dt + c (ddelta/dt)^2 + p_slip + p_roll + p_air + p_height + p_moments                  (5)
//   E = 1/2 m (u^2 + v^2) + 1/2 I r^2 + 1/2 k delta^2 + sum (1/2 J Omega_i^2 + W_i)
// Axes: x forward, y left, along the trailer where not said otherwise; yaw > 0 to the left.
// Neglected: pitch, roll and bounce of the trailer, so load that passes between hitch and axle, and its brakes.
// Source: momentum balances here; H. Pacejka, Tire and Vehicle Dynamics, 3rd ed., section 1.3.3 (car and trailer).
#pragma once

#include <array>

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/components/tyre_transient.h"

namespace evsim::trailer {

template <Scalar T> struct Params {
  T mass = kRequired;           // m [kg]
  T nose_mass = kRequired;      // m_n [kg]
  T I_zz = kRequired;           // I, about C [kg m2]
  T hitch_to_axle = kRequired;  // L [m]
  T track = kRequired;          // [m]
  T hitch_behind = kRequired;   // behind the car's rear axle [m]
  T hitch_height = 0.4;         // above the road [m]
  T drag_area = 0.0;            // C_D A, in the car's wake [m2]
  T rolling_resistance = 0.01;  // [-]
  T wheel_inertia = 1.0;        // J, of one wheel [kg m2]
  T hitch_stiffness = 2e6;      // k [N/m]
  T hitch_damping = 2e4;        // c [N/(m/s)]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.mass, Field{"mass", Dim::mass, positive, "as it is towed"});
  field(p.nose_mass, Field{"nose_mass", Dim::mass, not_negative, "that rests on the hitch"});
  field(p.I_zz, Field{"I_zz", Dim::inertia, positive, "in yaw, about its mass centre"});
  field(p.hitch_to_axle, Field{"hitch_to_axle", Dim::length, positive, "from hitch to axle"});
  field(p.track, Field{"track", Dim::length, positive, "between the wheel centres"});
  field(p.hitch_behind,
        Field{"hitch_behind", Dim::length, any_value, "hitch behind the car's rear axle"});
  field(p.hitch_height, Field{"hitch_height", Dim::length, positive, "hitch above the road"});
  field(p.drag_area,
        Field{"drag_area", Dim::area, not_negative, "drag coefficient times area, in the wake"});
  field(p.rolling_resistance, Field{"rolling_resistance", Dim::none, not_negative,
                                    "of its tyres, whatever their file says"});
  field(p.wheel_inertia, Field{"wheel_inertia", Dim::inertia, positive, "of one wheel"});
  field(p.hitch_stiffness, Field{"hitch_stiffness", Dim::stiffness, positive,
                                 "of coupling, drawbar and the car's frame together"});
  field(p.hitch_damping,
        Field{"hitch_damping", Dim::force_per_speed, not_negative, "along with it"});
}

inline constexpr double kGravity = 9.80665;  // [m/s2]
inline constexpr std::size_t kSides = 2;     // left, right

template <Scalar T> struct Model {
  Params<T> p;
  std::array<tyre::Prepared<T>, kSides> tyres;  // left, right
  T behind_hitch;                               // l [m]
  T F_z;                                        // of each wheel [N]
};
inline Model<double> prepare(const Params<double>& p, tyre::Params<double> t) {
  const double F_z = 0.5 * (p.mass - p.nose_mass) * kGravity;
  t.rolling = {};
  const double R_e = tyre::effective_radius<double>(tyre::prepare(t, t.pressure.p_i), F_z, 0.0);
  t.rolling.q_sy1 = p.rolling_resistance * R_e / t.dimension.R_0;
  t.scaling.M_y = 1.0;
  const auto side = [&](double mirror) {
    t.mirror = mirror;
    return tyre::prepare(t, t.pressure.p_i);
  };
  return {.p = p,
          .tyres = {side(1.0), side(-1.0)},
          .behind_hitch = p.hitch_to_axle * (1.0 - p.nose_mass / p.mass),
          .F_z = F_z};
}

template <Scalar T> struct State {
  T x, y, psi;                            // mass centre and yaw, earth axes [m], [rad]
  T u, v, r;                              // [m/s], [rad/s]
  std::array<T, kSides> u_t, v_t, Omega;  // carcasses [m], spins [rad/s]
};
template <Scalar T> struct Vec2 {
  T x, y;
};
// Of the car and the surroundings, earth axes.
template <Scalar T> struct Inputs {
  Vec2<T> at, v;          // hitch: place [m], velocity [m/s]
  Vec2<T> gravity, wind;  // [m/s2], [m/s]
  T rho_air, mu;          // [kg/m3], of the road over that of the tyres' measurement
};
template <Scalar T> struct Outputs {
  State<T> rate;
  Vec2<T> F;                                              // on the trailer, earth axes [N]
  T p_hitch, p_slip, p_roll, p_air, p_height, p_moments;  // (5) [W]
};

// Straight behind a car that stands or rolls along x, pulling with a force [N].
template <Scalar T>
State<T> start(const Model<T>& m, const Vec2<T>& hitch, const T& psi, const T& v, const T& F) {
  const auto [s, c] = sincos(psi);
  const T back = m.behind_hitch + F / m.p.hitch_stiffness;
  const T Omega = v / tyre::effective_radius<T>(m.tyres[0], m.F_z, T(0.0));
  return {.x = hitch.x - back * c,
          .y = hitch.y - back * s,
          .psi = psi,
          .u = v,
          .v = T(0.0),
          .r = T(0.0),
          .u_t = {},
          .v_t = {},
          .Omega = {Omega, Omega}};
}

namespace detail {
template <Scalar T> struct Hitch {
  Vec2<T> delta, rate;  // earth axes [m], [m/s]
};
template <Scalar T>
Hitch<T> hitch(const Model<T>& m, const State<T>& x, const Vec2<T>& at, const Vec2<T>& v) {
  const auto [s, c] = sincos(x.psi);
  const T l = m.behind_hitch, across = x.v + l * x.r;
  return {.delta = {at.x - (x.x + l * c), at.y - (x.y + l * s)},
          .rate = {v.x - (x.u * c - across * s), v.y - (x.u * s + across * c)}};
}
}  // namespace detail

// (2) to (5)
template <Scalar T> Outputs<T> outputs(const Model<T>& m, const State<T>& x, const Inputs<T>& in) {
  const auto [s, c] = sincos(x.psi);
  const auto along = [&](const Vec2<T>& a) {
    return Vec2<T>{a.x * c + a.y * s, a.y * c - a.x * s};
  };
  const auto& p = m.p;
  const auto h = detail::hitch(m, x, in.at, in.v);
  Outputs<T> out{};
  out.F = {p.hitch_stiffness * h.delta.x + p.hitch_damping * h.rate.x,
           p.hitch_stiffness * h.delta.y + p.hitch_damping * h.rate.y};
  out.p_hitch = p.hitch_damping * (h.rate.x * h.rate.x + h.rate.y * h.rate.y);
  const Vec2<T> F_h = along(out.F), g = along(in.gravity), wind = along(in.wind);
  const T ahead = x.u - wind.x, F_air = 0.5 * in.rho_air * p.drag_area * ahead * abs(ahead);
  Vec2<T> F{F_h.x - F_air, F_h.y};
  T M = m.behind_hitch * F_h.y;
  const T to_axle = p.hitch_to_axle - m.behind_hitch;
  for (std::size_t i = 0; i < kSides; ++i) {
    const T y = (i == 0 ? 0.5 : -0.5) * p.track;
    const auto t = tyre::outputs<T>(m.tyres[i], {x.u_t[i], x.v_t[i]},
                                    {.F_z = m.F_z,
                                     .gamma = T(0.0),
                                     .mu = in.mu,
                                     .V_x = x.u - y * x.r,
                                     .V_sy = x.v - to_axle * x.r,
                                     .omega = x.Omega[i]});
    F.x += t.F_x, F.y += t.F_y;
    M += t.M_z - to_axle * t.F_y - y * t.F_x;
    out.rate.u_t[i] = t.rate.u, out.rate.v_t[i] = t.rate.v;
    out.rate.Omega[i] = t.tau / p.wheel_inertia;
    out.p_slip += t.p_loss, out.p_roll += t.p_rolling;
    out.p_moments -= t.M_z * x.r;
  }
  out.rate.x = x.u * c - x.v * s, out.rate.y = x.u * s + x.v * c, out.rate.psi = x.r;
  out.rate.u = F.x / p.mass + g.x + x.r * x.v;
  out.rate.v = F.y / p.mass + g.y - x.r * x.u;
  out.rate.r = M / p.I_zz;
  out.p_air = F_air * x.u;
  out.p_height = -p.mass * (g.x * x.u + g.y * x.v);
  return out;
}

// E of (5), the car's hitch at a place [J].
template <Scalar T> T energy(const Model<T>& m, const State<T>& x, const Vec2<T>& at) {
  const auto& p = m.p;
  const auto h = detail::hitch(m, x, at, Vec2<T>{T(0.0), T(0.0)});
  T E = 0.5 * p.mass * (x.u * x.u + x.v * x.v) + 0.5 * p.I_zz * x.r * x.r +
        0.5 * p.hitch_stiffness * (h.delta.x * h.delta.x + h.delta.y * h.delta.y);
  for (std::size_t i = 0; i < kSides; ++i)
    E += 0.5 * p.wheel_inertia * x.Omega[i] * x.Omega[i] +
         tyre::energy<T>(m.tyres[i], {x.u_t[i], x.v_t[i]});
  return E;
}

}  // namespace evsim::trailer
