// The torque at which something that turns on the road keeps a slip: a wheel, or a machine with the wheels of an axle.
//   J domega/dt = tau - tau_x,   tau_x = R F_x                                                      (1)
// An observer with two poles at 1/t_o finds tau_x, the grip in use, from speed and torque that acted:
//   omega' = omega^ + T_s / J (tau - tau_x),   e = omega - omega',   q = e^(-T_s / t_o)
//   omega^ <- omega' + (1 - q^2) e,   tau_x <- tau_x - (1 - q)^2 J / T_s e                          (2)
//   tau(s) = tau_x + J / R (a + (s - s_now) / t_s)                                                  (3)
// is what takes the slip s_now = R omega - V to s as a first-order lag, over ground that speeds up with a: a PI on the slip
// whose integral is (2), with the grip fed forward. The slip aimed at grows with the friction in use mu, as the slip of
// a tyre's largest force does where its stiffness is that of its rubber, whatever the road; s_1 is for shafts and
// carcasses, which wind up before anything slips:
//   s = max(s_0, kappa_1 mu |V|) + s_1 mu^2,   mu = |tau_x| / (R F_z)                                 (4)
// What the road carries, mu_road, is unknown at first, 1. Slip along tau_x beyond s has shown the limit, the friction in use
// then; where it is unknown, beyond s + s_2; and beyond w dmu/dt more, the way that shafts and carcasses wind up over while
// the force still grows. Slip against tau_x shows none: a rotor that swings back on its shafts has it. While there is less
// slip than s the road carries at least what is in use, and mu_road grows at a rate in proportion to it, all of it up to s/2,
// none at s: faster on ice, torque would outrun what tyres that slid build up again over their way. Up to it torque needs no
// slip to prove it:
//   |tau| up to 0.9 mu_road R F_z   within, 0.2 mu R F_z   beyond, if that is more than (3)          (5)
// with at least the mu of wet ice beyond: what is next to nothing is never taken away, in the play of shafts neither.
// Signs: tau, omega, s > 0 forward, F_x on the car.
// Neglected: what the shafts between machine and wheel do (some 10 Hz and above).
// Source: Y. Hori, IEEE Trans. Ind. Electron. 51(5), 2004 (force observer of a driven wheel); H. Pacejka, Tire and Vehicle
// Dynamics, 2012, section 4.3 (slip stiffness and friction are independent: (4)).
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::slip_control {

template <Scalar T> struct Params {
  T observer_time = 0.003;     // t_o [s]
  T slip_time = 0.02;          // t_s [s]
  T slip_by_friction = 0.105;  // kappa_1
  T slip_speed = 0.004;        // s_0 [m/s]
  T wind_up = 0.1;             // s_1 [m/s]
  T wind_up_travel = 0.1;      // w [m]
  T slip_speed_free = 0.5;     // s_2 [m/s]
  T friction_growth = 1.0;     // [1/s]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.observer_time,
        Field{"observer_time", Dim::time, positive, "in which the grip in use is found"});
  field(p.slip_time, Field{"slip_time", Dim::time, positive, "in which the slip is corrected"});
  field(p.slip_by_friction,
        Field{"slip_by_friction", Dim::none, fraction, "slip aimed at over the friction in use"});
  field(p.slip_speed,
        Field{"slip_speed", Dim::speed, positive, "slip aimed at, at least: near standstill"});
  field(p.wind_up, Field{"wind_up", Dim::speed, not_negative,
                         "further slip at the friction 1, while shafts and carcasses wind up"});
  field(p.wind_up_travel,
        Field{"wind_up_travel", Dim::length, not_negative,
              "of the tread over the road while the friction in use grows by 1, without sliding"});
  field(p.slip_speed_free,
        Field{"slip_speed_free", Dim::speed, positive,
              "slip beyond the one aimed at that shows an unknown road's limit"});
  field(p.friction_growth, Field{"friction_growth", Dim::none, not_negative,
                                 "of the friction believed while there is hardly any slip [1/s]"});
}
// What turns.
template <Scalar T> struct Rotor {
  T J;  // [kg m2]
  T R;  // speed over the ground over omega: a wheel's radius, over the ratio of gears [m]
};

template <Scalar T> struct State {
  T omega;          // [rad/s]
  T tau_x;          // [Nm]
  T mu = 0.0;       // in use, behind a lag of 2 t_o
  T mu_road = 1.0;  // of (5)
};
template <Scalar T> struct Inputs {
  T omega;  // [rad/s]
  T tau;    // that acted since the last tick [Nm]
  T V, a;   // of the ground under it [m/s], [m/s2]
  T F_z;    // [N]
};
template <Scalar T> struct Outputs {
  T tau_forward, tau_backward;  // at which it slips forward and backward as aimed at [Nm]
  T slip;                       // s_now [m/s]
  T mu;                         // in use
};

namespace detail {

// Of any road: wet ice.
inline constexpr double kLeastFriction = 0.05;

// (2)
template <Scalar T>
void observe(const Params<T>& p, const Rotor<T>& r, State<T>& x, const Inputs<T>& in, double T_s) {
  const T q = exp(-T_s / p.observer_time);
  const T before = x.omega + T_s / r.J * (in.tau - x.tau_x);
  const T e = in.omega - before;
  x.omega = before + (1.0 - q * q) * e;
  x.tau_x -= (1.0 - q) * (1.0 - q) * r.J / T_s * e;
}
// (5): friction that a torque may use without proof, at a slip along tau_x beside the one aimed at.
template <Scalar T>
T unproved(const Params<T>& p, State<T>& x, const T& mu, const T& slip, const T& s, double T_s) {
  const T mu_rate = 0.5 * max(mu - x.mu, 0.0) / p.observer_time;
  x.mu += (1.0 - exp(-0.5 * T_s / p.observer_time)) * (mu - x.mu);
  const T free = select(x.mu_road < 1.0, T(0.0), p.slip_speed_free);
  const auto beyond = slip > s + free + p.wind_up_travel * mu_rate;
  const T part = clamp(2.0 * (1.0 - slip / s), 0.0, 1.0);
  const T grown = min(x.mu_road + T_s * p.friction_growth * part * x.mu_road, 1.0);
  const T carried = max(grown, select(slip < s, x.mu, T(0.0)));
  x.mu_road = select(beyond, clamp(x.mu, kLeastFriction, 0.99), carried);
  return select(beyond, 0.2 * max(x.mu, kLeastFriction), 0.9 * x.mu_road);
}

}  // namespace detail

template <Scalar T> Outputs<T> step(const Params<T>& p, const Rotor<T>& r, State<T>& x,
                                    const Inputs<T>& in, double T_s) {
  detail::observe(p, r, x, in, T_s);
  Outputs<T> out;
  out.slip = r.R * in.omega - in.V;
  out.mu = abs(x.tau_x) / (r.R * max(in.F_z, 1.0));
  // (3) to (5)
  const T s =
      max(p.slip_speed, p.slip_by_friction * out.mu * abs(in.V)) + p.wind_up * out.mu * out.mu;
  const auto tau_at = [&](const T& aim) -> T {
    return x.tau_x + r.J / r.R * (in.a + (aim - out.slip) / p.slip_time);
  };
  const T along = select(x.tau_x < 0.0, -out.slip, out.slip);
  const T tau_free = detail::unproved(p, x, out.mu, along, s, T_s) * in.F_z * r.R;
  out.tau_forward = max(tau_at(s), tau_free);
  out.tau_backward = min(tau_at(-s), -tau_free);
  return out;
}

}  // namespace evsim::slip_control
