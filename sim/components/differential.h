// Differential: a bevel or planetary set that shares the torque of its carrier between two outputs.
//   omega_c = (omega_l + omega_r) / 2,   domega = omega_l - omega_r                             (1)
//   tau_l = (tau - tau_f) / 2 + tau_v,   tau_r = (tau + tau_f) / 2 - tau_v                      (2)
// tau_f, friction against domega up to a capacity, takes torque from the faster side and gives it to the slower one:
//   open            tau_c = S |tau|                   S: locking share, of washers and meshes
//   locked          tau_c = strength of the lock
//   limited slip    tau_c = tau_0 + S |tau|           clutches with a preload; S by ramps, one for each sign of tau
//   torque sensing  tau_c = tau_0 + S |tau|,  S = (B - 1) / (B + 1)    worm gears; B: torque of the slower side over
//                                                                      that of the faster one, at tau_0 = 0
//   vectoring       as open; tau_v is an actuator's torque on the left against the right
// A clutch that a control presses together adds its torque to tau_c.
//   tau omega_c + tau_v domega = tau_l omega_l + tau_r omega_r + p_loss,   p_loss = tau_f domega / 2 >= 0   (3)
// The actuator (a motor behind a superposed gear of efficiency eta) is driven or drives:
//   p_actuator = tau_v domega + p_actuator_loss,   p_actuator_loss = (1/eta - 1) tau_v domega or (1 - eta) |tau_v domega|   (4)
// Two ways to use it. `split` where both speeds are known: tau_f = tau_c sat(domega / 0.1 rad/s), dry_friction.h (1).
// `rates` where the outputs turn an inertia J_s each, of side gear, joint and half of the half shaft, against shafts
// that take tau_sl, tau_sr: friction that holds, dry_friction.h (2), so that a locked differential turns as one piece.
//   J_s domega_l/dt = tau_l - tau_sl,   J_s domega_r/dt = tau_r - tau_sr
//   2 J_s domega_c/dt = tau - tau_sl - tau_sr                                                   (5)
//   J_s d(domega)/dt = 2 tau_v - (tau_sl - tau_sr) - tau_f                                      (6)
//   E = J_s (omega_c^2 + domega^2 / 4)                                                          (7)
// The carrier and what turns with it belong to the gears before it (gear_train.h, its inertia_out with 2 J_s).
// Signs: left and right in the direction of travel; power > 0 towards the wheels.
// Source: W. Milliken, D. Milliken, Race Car Vehicle Dynamics, 1995, ch. 20; balances here.
#pragma once

#include <variant>

#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/components/dry_friction.h"

namespace evsim::differential {

template <Scalar T> struct Open {
  static constexpr std::string_view kType = "open";
  static constexpr std::string_view kDoc = "equal torques but for the friction of its washers";
  T locking_share = 0.0;  // S [-]
};
template <class P, class V>
  requires same_template<P, Open>
constexpr void describe(P& p, V&& field) {
  field(p.locking_share,
        Field{"locking_share", Dim::none, fraction,
              "difference of the outputs' torques over the torque, from friction"});
}
template <Scalar T> struct Locked {
  static constexpr std::string_view kType = "locked";
  static constexpr std::string_view kDoc = "both outputs turn as one";
  T strength = 1e4;  // [Nm]
};
template <class P, class V>
  requires same_template<P, Locked>
constexpr void describe(P& p, V&& field) {
  field(p.strength, Field{"strength", Dim::torque, positive,
                          "difference of the outputs' torques at which the lock gives way"});
}
template <Scalar T> struct LimitedSlip {
  static constexpr std::string_view kType = "limited_slip";
  static constexpr std::string_view kDoc = "clutches pressed by springs and by ramps";
  T preload = 0.0;              // tau_0 [Nm]
  T driving_share = kRequired;  // S where tau > 0 [-]
  T braking_share = 0.0;        // S where tau < 0 [-]
};
template <class P, class V>
  requires same_template<P, LimitedSlip>
constexpr void describe(P& p, V&& field) {
  field(p.preload, Field{"preload", Dim::torque, not_negative,
                         "difference of the outputs' torques that the springs alone hold"});
  field(p.driving_share, Field{"driving_share", Dim::none, fraction,
                               "further difference over the torque, forward: by the drive ramp"});
  field(p.braking_share, Field{"braking_share", Dim::none, fraction,
                               "further difference over the torque, backward: by the coast ramp"});
}
template <Scalar T> struct TorqueSensing {
  static constexpr std::string_view kType = "torque_sensing";
  static constexpr std::string_view kDoc = "worm gears whose friction grows with the torque";
  T preload = 0.0;             // tau_0 [Nm]
  T driving_bias = kRequired;  // B where tau > 0 [-]
  T braking_bias = 1.0;        // B where tau < 0 [-]
};
template <class P, class V>
  requires same_template<P, TorqueSensing>
constexpr void describe(P& p, V&& field) {
  const Range ratio{.min = 1.0};
  field(p.preload, Field{"preload", Dim::torque, not_negative,
                         "difference of the outputs' torques that it holds without load"});
  field(p.driving_bias, Field{"driving_bias", Dim::none, ratio,
                              "torque bias ratio, slower over faster side, for forward torque"});
  field(p.braking_bias, Field{"braking_bias", Dim::none, ratio,
                              "torque bias ratio, slower over faster side, for backward torque"});
}
template <Scalar T> struct Vectoring {
  static constexpr std::string_view kType = "vectoring";
  static constexpr std::string_view kDoc = "open, with an actuator between its outputs";
  T locking_share = 0.0;     // S [-]
  T torque_max = kRequired;  // of |tau_v| [Nm]
  T efficiency = 1.0;        // eta [-]
};
template <class P, class V>
  requires same_template<P, Vectoring>
constexpr void describe(P& p, V&& field) {
  field(p.locking_share,
        Field{"locking_share", Dim::none, fraction,
              "difference of the outputs' torques over the torque, from friction"});
  field(p.torque_max, Field{"torque_max", Dim::torque, positive,
                            "largest torque taken from one side and given to the other"});
  field(p.efficiency, Field{"efficiency", Dim::none, positive_fraction,
                            "of the actuator's gear, both directions"});
}

template <Scalar T> struct Params {
  std::variant<Open<T>, Locked<T>, LimitedSlip<T>, TorqueSensing<T>, Vectoring<T>> kind;
  T side_inertia = kRequired;  // J_s [kg m2]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.kind, Group{"kind", "what couples its outputs"});
  field(p.side_inertia, Field{"side_inertia", Dim::inertia, positive,
                              "of one output: side gear, joint and half of the half shaft"});
}

// ---- Capacity of the friction and torque of the actuator -----------------------------------------

namespace detail {
template <Scalar T> T by_sign(const T& tau, const T& driving, const T& braking) {
  return abs(tau) * select(tau < T(0.0), braking, driving);
}
template <Scalar T> T share_of_bias(const T& B) { return (B - 1.0) / (B + 1.0); }
}  // namespace detail

template <Scalar T> T capacity(const Open<T>& k, const T& tau) {
  return k.locking_share * abs(tau);
}
template <Scalar T> T capacity(const Locked<T>& k, const T&) { return k.strength; }
template <Scalar T> T capacity(const LimitedSlip<T>& k, const T& tau) {
  return k.preload + detail::by_sign(tau, k.driving_share, k.braking_share);
}
template <Scalar T> T capacity(const TorqueSensing<T>& k, const T& tau) {
  return k.preload + detail::by_sign(tau, detail::share_of_bias(k.driving_bias),
                                     detail::share_of_bias(k.braking_bias));
}
template <Scalar T> T capacity(const Vectoring<T>& k, const T& tau) {
  return k.locking_share * abs(tau);
}
// tau_c [Nm] at the torque that passes through the carrier.
template <Scalar T> T capacity(const Params<T>& p, const T& tau) {
  return std::visit([&](const auto& k) { return capacity(k, tau); }, p.kind);
}

// What is asked of it from outside; without an actuator, tau_v has no effect.
template <Scalar T> struct Commands {
  T tau_clutch = 0.0;  // capacity that a controlled clutch adds, >= 0 [Nm]
  T tau_v = 0.0;       // of the actuator, > 0 to the left [Nm]
};
template <Scalar T> struct Actuator {
  T tau_v;   // [Nm]
  T p;       // what it takes up, < 0 where the wheels drive it [W]
  T p_loss;  // part of p [W]
};
// (4)
template <Scalar T>
Actuator<T> actuator(const Params<T>& p, const Commands<T>& u, const T& domega) {
  const auto* k = std::get_if<Vectoring<T>>(&p.kind);
  if (k == nullptr) return {T(0.0), T(0.0), T(0.0)};
  const T tau_v = clamp(u.tau_v, -k->torque_max, k->torque_max);
  const T p_v = tau_v * domega;
  const T share = select(p_v < T(0.0), 1.0 - k->efficiency, 1.0 / k->efficiency - 1.0);
  const T p_loss = share * abs(p_v);
  return {.tau_v = tau_v, .p = p_v + p_loss, .p_loss = p_loss};
}

// ---- Both speeds known ---------------------------------------------------------------------------

template <Scalar T> struct Split {
  T tau_l, tau_r;  // [Nm]
  T omega_c;       // [rad/s]
  T p_loss;        // of friction, without the actuator's [W]
  Actuator<T> actuator;
};

// Difference of speeds below which friction fades [rad/s].
inline constexpr double kSlidingSlip = 0.1;

namespace detail {
// (1) to (3) of a friction torque tau_f.
template <Scalar T> Split<T> split(const T& tau, const T& tau_f, const T& omega_c, const T& domega,
                                   const Actuator<T>& a) {
  return {.tau_l = 0.5 * (tau - tau_f) + a.tau_v,
          .tau_r = 0.5 * (tau + tau_f) - a.tau_v,
          .omega_c = omega_c,
          .p_loss = 0.5 * tau_f * domega,
          .actuator = a};
}
}  // namespace detail

// tau: on the carrier [Nm]; omega_l, omega_r: of the outputs [rad/s].
template <Scalar T> Split<T> split(const Params<T>& p, const T& tau, const T& omega_l,
                                   const T& omega_r, const Commands<T>& u = {}) {
  const T domega = omega_l - omega_r;
  const T tau_f = (capacity(p, tau) + u.tau_clutch) * dry_friction::sliding(domega, kSlidingSlip);
  return detail::split(tau, tau_f, T(0.5 * (omega_l + omega_r)), domega, actuator(p, u, domega));
}

// ---- Outputs with inertia ------------------------------------------------------------------------

template <Scalar T> struct State {
  T omega_c;  // carrier [rad/s]; a state of the gears before it
  T domega;   // omega_l - omega_r [rad/s]
};
template <Scalar T> T left(const State<T>& x) { return x.omega_c + 0.5 * x.domega; }
template <Scalar T> T right(const State<T>& x) { return x.omega_c - 0.5 * x.domega; }

template <Scalar T> struct Inputs {
  T domega_c_dt;     // acceleration of the carrier [rad/s2]
  T tau_sl, tau_sr;  // that the shafts take [Nm]
  Commands<T> command{};
};
template <Scalar T> struct Rates {
  T tau;        // through the carrier, (5) [Nm]
  T domega_dt;  // (6) [rad/s2]
  Split<T> split;
};
template <Scalar T> Rates<T> rates(const Params<T>& p, const State<T>& x, const Inputs<T>& u) {
  const T tau = u.tau_sl + u.tau_sr + 2.0 * p.side_inertia * u.domega_c_dt;
  const Actuator<T> a = actuator(p, u.command, x.domega);
  const T load = 2.0 * a.tau_v - (u.tau_sl - u.tau_sr);
  const T tau_f = dry_friction::holding(T(capacity(p, tau) + u.command.tau_clutch), p.side_inertia,
                                        x.domega, load);
  return {.tau = tau,
          .domega_dt = (load - tau_f) / p.side_inertia,
          .split = detail::split(tau, tau_f, x.omega_c, x.domega, a)};
}

// (7): of both outputs [J]. Where the gears' J_out has 2 J_s, the part with omega_c is in theirs.
template <Scalar T> T energy(const Params<T>& p, const State<T>& x) {
  return p.side_inertia * (x.omega_c * x.omega_c + 0.25 * x.domega * x.domega);
}

}  // namespace evsim::differential
