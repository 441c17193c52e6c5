// Active damping of a driveline's shuffle: rotor and wheels swing against each other on the half shafts, felt as jerks of
// the car when its driver tips in or out.
//   tau_s follows tau_request at a rate, and at a slower one around 0, where the play changes its flank      (1)
//   e = omega_m - i omega_w,   de_slow/dt = alpha (e - e_slow)                                            (2)
//   tau = tau_s - clamp(k (e - e_slow), -tau_max, tau_max)                                                  (3)
// e, the rate of the shafts' twist, is 0 in steady driving, so (3) costs no torque there; e_slow takes off what slip
// and late wheel speeds leave of it. k about 2 zeta omega_n J damps a swing of omega_n by zeta.
// Signs: tau > 0 forward. omega_w is the mean of both driven wheels.
// Source: balances here; S. Templin, B. Egardt, IFAC Proc. 42(26), 2009 (damping by feedback of driveline torque's rate).
#pragma once

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::active_damping {

template <Scalar T> struct Params {
  T gain = 4.0;          // k [Nm s/rad]
  T corner = 1.0;        // alpha / (2 pi) [Hz]
  T torque_max = 100.0;  // tau_max [Nm]
  T rate = 10e3;         // [Nm/s]
  T play_torque = 10.0;  // around 0 [Nm]
  T play_rate = 500.0;   // there [Nm/s]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.gain, Field{"gain", Dim::torsional_damping, not_negative,
                      "torque against the difference of rotor and wheels, at the rotor"});
  field(p.corner,
        Field{"corner", Dim::frequency, positive, "below which differences are none of a swing"});
  field(p.torque_max, Field{"torque_max", Dim::torque, not_negative, "that it takes or gives"});
  field(p.rate, Field{"rate", Dim::none, positive, "of the torque asked for, at most [Nm/s]"});
  field(p.play_torque,
        Field{"play_torque", Dim::torque, not_negative, "around 0, where the play is crossed"});
  field(p.play_rate, Field{"play_rate", Dim::none, positive, "of the torque there [Nm/s]"});
}

template <Scalar T> struct State {
  T tau_s;   // [Nm]
  T e_slow;  // [rad/s]
};
template <Scalar T> struct Inputs {
  T tau;      // of the machine: (1), or less where its wheels would slip [Nm]
  T omega_m;  // [rad/s]
  T omega_w;  // [rad/s]
  T ratio;    // i [-]
};
// (1) [Nm]
template <Scalar T> T shaped(const Params<T>& p, State<T>& x, const T& tau_request, double T_s) {
  const T most = T_s * select(abs(x.tau_s) < p.play_torque, p.play_rate, p.rate);
  x.tau_s += clamp(tau_request - x.tau_s, -most, most);
  return x.tau_s;
}
// (2), (3): torque of the machine [Nm].
template <Scalar T> T damped(const Params<T>& p, State<T>& x, const Inputs<T>& in, double T_s) {
  const T e = in.omega_m - in.ratio * in.omega_w;
  x.e_slow += (1.0 - exp(-T_s * kTwoPi * p.corner)) * (e - x.e_slow);
  return in.tau - clamp(p.gain * (e - x.e_slow), -p.torque_max, p.torque_max);
}

}  // namespace evsim::active_damping
