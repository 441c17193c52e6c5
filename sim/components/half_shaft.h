// Half shaft between a differential's output and a wheel: a massless spring and damper with free play.
//   dtheta/dt = omega_in - omega_out                                   twist                    (1)
//   e = |theta| - beta/2                                               depth of the contact     (2)
// Without play (beta = 0):
//   tau = k theta + c dtheta/dt,   W = 1/2 k theta^2                                            (3)
// With play the flanks come to bear over e_c = beta / 10, with a stiffness that grows from 0 to k:
//   W = k e^3 / (6 e_c),               tau_e = k e^2 / (2 e_c)         0 < e < e_c              (4)
//   W = k e_c^2 / 6 + 1/2 (tau_e + k e_c / 2) (e - e_c),   tau_e = k (e - e_c / 2)   beyond     (5)
//   tau = max(0, tau_e + c min(e / e_c, 1) de/dt) sgn(theta)           damping as stiffness; flanks never pull   (6)
// so that the torque is continuous, and its slope too. The shaft takes tau from its input and gives it to its output:
//   tau omega_in = dW/dt + tau omega_out + p_loss,   p_loss = (tau - tau_e) dtheta/dt >= 0       (7)
// Signs: tau, omega > 0 forward, power > 0 towards the wheel. The two halves of the shaft's inertia belong to what it joins.
// Steps: a rotor of 0.05 kg m2 behind 10:1 on shafts of 10 kNm/rad swings at some 110 rad/s; Heun in steps of 100 us meets
// all states within 5e-5 of their range, 5e-4 with 10 mrad of play.
// Neglected: the time in which a shaft that has left its flank unwinds, the joints' losses over their angles.
// Source: M. Nordin, P.-O. Gutman, Controlling mechanical systems with backlash - a survey, Automatica 38(10), 2002,
// for (1) to (3) and the dead zone; (4) to (6): derivation here.
#pragma once

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::half_shaft {

template <Scalar T> struct Params {
  T stiffness = kRequired;  // k [Nm/rad]
  T damping = 0.0;          // c [Nm s/rad]
  T backlash = 0.0;         // beta, whole free play between both flanks [rad]
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.stiffness, Field{"stiffness", Dim::torsional_stiffness, positive,
                           "torque over twist where the flanks bear"});
  field(p.damping, Field{"damping", Dim::torsional_damping, not_negative,
                         "torque over the rate of twist where the flanks bear"});
  field(p.backlash, Field{"backlash", Dim::angle, not_negative,
                          "free play from flank to flank, all of the driveline's at this shaft"});
}

inline constexpr double kBearing = 0.1;  // e_c over the play

template <Scalar T> struct State {
  T theta;  // twist [rad]
};
template <Scalar T> struct Inputs {
  T omega_in, omega_out;  // speeds of both ends [rad/s]
};
template <Scalar T> struct Outputs {
  T tau;     // from the input, to the output [Nm]
  T p_loss;  // [W]
};

namespace detail {

// What the spring does at a depth e >= 0 of the contact: (3) to (5).
template <Scalar T> struct Contact {
  T tau;    // [Nm]
  T W;      // [J]
  T share;  // of stiffness and damping
};
template <Scalar T> Contact<T> contact(const Params<T>& p, const T& theta) {
  const auto play = p.backlash > T(0.0);
  const T e_c = kBearing * select(play, p.backlash, T(1.0));
  const T e = max(abs(theta) - 0.5 * p.backlash, 0.0);
  const T within = min(e, e_c), beyond = e - within;
  const T tau_c = 0.5 * p.stiffness * within * within / e_c;
  const T tau = tau_c + p.stiffness * beyond;
  const T W = tau_c * within / 3.0 + 0.5 * (tau_c + tau) * beyond;
  return {.tau = select(play, tau, p.stiffness * e),
          .W = select(play, W, 0.5 * p.stiffness * e * e),
          .share = select(play, within / e_c, T(1.0))};
}

}  // namespace detail

// (1)
template <Scalar T> State<T> derivatives(const Inputs<T>& u) {
  return {.theta = u.omega_in - u.omega_out};
}

// (3), (6), (7)
template <Scalar T> Outputs<T> outputs(const Params<T>& p, const State<T>& x, const Inputs<T>& u) {
  const auto k = detail::contact(p, x.theta);
  const T side = select(x.theta < T(0.0), T(-1.0), T(1.0));
  const T e_rate = side * (u.omega_in - u.omega_out);
  const T damped = k.share * p.damping * e_rate;
  const T tau_d = select(p.backlash > T(0.0), max(damped, -k.tau), damped);
  return {.tau = side * (k.tau + tau_d), .p_loss = tau_d * e_rate};
}

// W [J]
template <Scalar T> T energy(const Params<T>& p, const State<T>& x) {
  return detail::contact(p, x.theta).W;
}

// The twist at which a steady torque [Nm] passes; in the middle of the play where there is none.
template <Scalar T> State<T> steady(const Params<T>& p, const T& tau) {
  const T size = abs(tau);
  const T e_c = kBearing * p.backlash;
  const T tau_c = 0.5 * p.stiffness * e_c;
  const T soft = sqrt(2.0 * e_c * min(size, tau_c) / p.stiffness);
  const T e = select(size < tau_c, soft, size / p.stiffness + 0.5 * e_c);
  return {.theta = sign(tau) * (0.5 * p.backlash + e)};
}

}  // namespace evsim::half_shaft
