// Steering: from the hand wheel through torsion bar, assistance, rack and tie rods to the road wheels.
//   tau_H = c_T (theta_H - theta_P)                                         hand torque                (1)
//   tau = (1 + A) tau_H + g sum M_k,   g = d delta_0 / d theta_P            on the pinion              (2)
//   d theta_P / dt = (tau - clamp(tau, -tau_f, tau_f)) / d                                             (3)
//   delta_0 = int g d theta_P,   g = 1 / ratio or a table                   mean road-wheel angle      (4)
//   tan delta_A = tan delta_0 / (1 - side t/(2 L) tan delta_0)              Ackermann                  (5)
//   delta = delta_0 + a (delta_A - delta_0),   rear: delta = share(v) delta_0                          (6)
//   M_k = M_z - n F_y - side c F_x                                          about a kingpin            (7)
// theta_P, angle of the pinion seen from the hand wheel's side, is the state. Dry friction tau_f holds the rack until
// the torque exceeds it, then damping d sets its speed: so the wheel has a hysteresis and no chatter. All angles > 0
// to the left. a: Ackermann share, 0 parallel, 1 pure rolling. n: trail, the contact point behind the kingpin's
// axis at the road; c: scrub radius, the contact point outside of it.
// Neglected: inertia of hand wheel and rack (some 10 Hz and above), compliance of tie rods (compliance of the
// wheels: suspension.h), joint angles of the column.
// Source: M. Mitschke, H. Wallentowitz, Dynamik der Kraftfahrzeuge, 5th ed., part D; J. Wong, Theory of Ground
// Vehicles, section 5.1.
#pragma once

#include <array>

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/base/table.h"

namespace evsim::steering {

template <Scalar T> struct Params {
  T ratio = kRequired;      // hand wheel over mean road-wheel angle [-]
  Table1<T> gain{};         // g over theta_P, in place of 1/ratio [-] over [rad]
  T ackermann = 1.0;        // a [-]
  T stiffness = kRequired;  // c_T, torsion bar and column [Nm/rad]
  T damping = kRequired;    // d, at the pinion [Nm s/rad]
  T friction = 0.0;         // tau_f, at the pinion [Nm]
  T assistance = 0.0;       // A, assisting torque over hand torque [-]
  T trail = 0.0;            // n [m]
  T scrub_radius = 0.0;     // c [m]
  Table1<T> rear{};         // share(v) of rear steering [-] over speed [m/s]; none: 0
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.ratio, Field{"ratio", Dim::none, positive, "hand wheel over mean road-wheel angle"});
  field(p.gain, Field1{"gain",
                       Dim::none,
                       positive,
                       "road-wheel over pinion angle, in place of 1/ratio",
                       {"pinion_angle", Dim::angle},
                       true});
  field(p.ackermann, Field{"ackermann", Dim::none, between(-1, 2),
                           "0: wheels stay parallel, 1: they roll about one centre"});
  field(p.stiffness, Field{"stiffness", Dim::torsional_stiffness, positive,
                           "torsion bar and column, at the hand wheel"});
  field(p.damping, Field{"damping", Dim::torsional_damping, positive, "at the pinion"});
  field(p.friction, Field{"friction", Dim::torque, not_negative, "dry friction, at the pinion"});
  field(p.assistance,
        Field{"assistance", Dim::none, not_negative, "assisting torque over hand torque"});
  field(p.trail, Field{"trail", Dim::length, any_value,
                       "contact point behind the kingpin's axis, without the tyre's own trail"});
  field(p.scrub_radius, Field{"scrub_radius", Dim::length, any_value,
                              "contact point outside of the kingpin's axis"});
  field(p.rear, Field1{"rear",
                       Dim::none,
                       between(-1, 1),
                       "rear over front road-wheel angle",
                       {"speed", Dim::speed},
                       true});
}

template <Scalar T> struct State {
  T theta_P;  // angle of the pinion [rad]
};
// Of the front wheels: left, right.
template <Scalar T> struct Inputs {
  T theta_H;             // angle of the hand wheel [rad]
  T v;                   // speed of the car, for rear steering [m/s]
  std::array<T, 2> F_x;  // of the tyres, in their axes [N]
  std::array<T, 2> F_y;  // [N]
  std::array<T, 2> M_z;  // [Nm]
};
template <Scalar T> struct Geometry {
  T wheelbase;  // L [m]
  T track;      // t, of the front wheels, between the kingpins [m]
};
template <Scalar T> struct Outputs {
  State<T> rate;
  std::array<T, 4> delta;       // front left, front right, rear left, rear right [rad]
  std::array<T, 4> delta_rate;  // [rad/s]
  T tau_H;                      // hand torque [Nm]
};

// (4): delta_0 and g.
template <Scalar T> struct Mean {
  T delta, gain;
};
template <Scalar T> Mean<T> mean_angle(const Params<T>& p, const T& theta_P) {
  if (p.gain.empty()) return {.delta = theta_P / p.ratio, .gain = 1.0 / p.ratio};
  return {.delta = p.gain.integral(theta_P) - p.gain.integral(T(0.0)), .gain = p.gain(theta_P)};
}

// (5), (6): angle of a wheel beside the middle by half a track, and its slope over delta_0, of which this is the tangent.
template <Scalar T> struct WheelAngle {
  T delta, slope;
};
template <Scalar T> WheelAngle<T> wheel_angle(const T& delta_0, const T& tangent,
                                              const T& ackermann, double side, const T& per_turn) {
  const T shortened = 1.0 - side * per_turn * tangent;
  const T slope_A = (1.0 + tangent * tangent) / (shortened * shortened + tangent * tangent);
  const T delta_A = atan2(tangent, shortened);
  return {.delta = delta_0 + ackermann * (delta_A - delta_0),
          .slope = 1.0 + ackermann * (slope_A - 1.0)};
}

// (7): moment of both tyres about the kingpins [Nm].
template <Scalar T> T kingpin_moment(const Params<T>& p, const Inputs<T>& u) {
  const auto of = [&](std::size_t i, double side) -> T {
    return u.M_z[i] - p.trail * u.F_y[i] - side * p.scrub_radius * u.F_x[i];
  };
  return of(0, 1.0) + of(1, -1.0);
}

// (1) to (3)
template <Scalar T>
State<T> derivatives(const Params<T>& p, const State<T>& x, const Inputs<T>& u) {
  const T tau_H = p.stiffness * (u.theta_H - x.theta_P);
  const T tau = (1.0 + p.assistance) * tau_H + mean_angle(p, x.theta_P).gain * kingpin_moment(p, u);
  return {.theta_P = (tau - clamp(tau, -p.friction, p.friction)) / p.damping};
}

// (5), (6): of all wheels at a speed of the car, front left, front right, rear left, rear right: angles [rad] and their
// slopes over theta_P.
template <Scalar T> struct Turned {
  std::array<T, 4> delta, slope;
};
template <Scalar T>
Turned<T> turned(const Params<T>& p, const Geometry<T>& g, const State<T>& x, const T& v) {
  const Mean<T> front = mean_angle(p, x.theta_P);
  const T share = p.rear.empty() ? T(0.0) : p.rear(v);
  const T tangent = tan(front.delta), per_turn = 0.5 * g.track / g.wheelbase;
  const auto left = wheel_angle<T>(front.delta, tangent, p.ackermann, 1.0, per_turn);
  const auto right = wheel_angle<T>(front.delta, tangent, p.ackermann, -1.0, per_turn);
  const T rear = share * front.delta, rear_slope = share * front.gain;
  return {.delta = {left.delta, right.delta, rear, rear},
          .slope = {left.slope * front.gain, right.slope * front.gain, rear_slope, rear_slope}};
}

template <Scalar T> Outputs<T> outputs(const Params<T>& p, const Geometry<T>& g, const State<T>& x,
                                       const Inputs<T>& u) {
  const Turned<T> wheels = turned(p, g, x, u.v);
  const State<T> pinion = derivatives(p, x, u);
  std::array<T, 4> rate;
  for (std::size_t i = 0; i < rate.size(); ++i) rate[i] = wheels.slope[i] * pinion.theta_P;
  return {.rate = pinion,
          .delta = wheels.delta,
          .delta_rate = rate,
          .tau_H = p.stiffness * (u.theta_H - x.theta_P)};
}

}  // namespace evsim::steering
