// Speed of the car from the speeds of its wheels and the acceleration along it, while wheels slip.
//   v' = v + T_s a,   a = a_x / (1 + g pitch) - b                                                   (1)
//   v_i = (R omega_i - offset_i) / scale_i          what wheel i says of v, believed_car.h (2)       (2)
//   v = v' + (1 - e^(-T_s / t_v)) e,   e = target - v'                                              (3)
//   db/dt = -e / (t_v t_b)                          while wheels roll                                (4)
// The target is the mean of the wheels that neither drive nor brake, nor did so within some t_F, or of all while there is
// no torque. Where all are
// driven it is the slowest, where all are braked the fastest wheel: it may slip away from the car, but never the other
// way, so an e towards the car's own speed is believed as in (3); one away from it moves v by no more than a drift, as a
// slip would look the same.
//   s_i = R omega_i - V_i                                                                            (5)
// pitch: the body's angle over its acceleration, which lets the sensor see a part of gravity; b: slope of the road and
// offset of the sensor.
// Signs: v > 0 forward; s > 0 where a wheel turns faster than it rolls.
// Neglected: side slip of the rear axle, a_x's part of the centripetal acceleration.
// Source: U. Kiencke, L. Nielsen, Automotive Control Systems, 2nd ed., 2005, section 8.5 (wheel speeds and acceleration
// weighed against each other); the rules of (3) here.
#pragma once

#include "sim/control/believed_car.h"

namespace evsim::wheel_speed_reference {

using believed_car::Wheels;

template <Scalar T> struct Params {
  T wheel_time = 0.05;    // t_v [s]
  T offset_time = 5.0;    // t_b [s]
  T drift = 0.005;        // [m/s2]
  T drift_share = 0.005;  // further drift over |a|
  T pitch = 0.0;          // [rad/(m/s2)]
  T force_least = 0.02;   // of driving or braking, over the weight
  T force_time = 0.3;     // t_F [s]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.wheel_time,
        Field{"wheel_time", Dim::time, positive, "in which the speed follows wheels that roll"});
  field(p.offset_time, Field{"offset_time", Dim::time, positive,
                             "in which the accelerometer's offset is learnt from them"});
  field(p.drift, Field{"drift", Dim::acceleration, not_negative,
                       "towards wheels that may slip, at most: the sensor's error"});
  field(p.drift_share, Field{"drift_share", Dim::none, fraction,
                             "further drift over the acceleration: its error of scale, and pitch"});
  field(p.pitch, Field{"pitch", Dim::none, not_negative,
                       "nose-up angle of the body over its acceleration [rad/(m/s2)]"});
  field(p.force_least, Field{"force_least", Dim::none, fraction,
                             "driving or braking force over weight below which wheels roll"});
  field(p.force_time, Field{"force_time", Dim::time, positive,
                            "in which a force is forgotten, and wheels roll again"});
}

template <Scalar T> struct State {
  T v;                           // [m/s]
  T b;                           // [m/s2]
  believed_car::AxleLoads<T> F;  // of each axle, remembered [N]
};
template <Scalar T> struct Inputs {
  Wheels<T> omega;               // [rad/s]
  T a_x;                         // specific force along the body: at rest uphill > 0 [m/s2]
  T omega_z;                     // [rad/s]
  T delta;                       // [rad]
  believed_car::AxleLoads<T> F;  // of machines and brakes on each axle, > 0 forward [N]
};
template <Scalar T> struct Outputs {
  T v;             // of the middle of the rear axle [m/s]
  T a;             // [m/s2]
  Wheels<T> V;     // of the wheels along their planes [m/s]
  Wheels<T> slip;  // s_i [m/s]
};

namespace detail {

template <Scalar T> struct Target {
  T v;      // [m/s]
  T trust;  // 1: the wheels roll
  T away;   // the sign of e that slip makes, where trust = 0
};
// The larger of a force and what is remembered of one.
template <Scalar T> T remembered(const T& F, const T& before, const T& keep) {
  return select(abs(F) > keep * abs(before), F, keep * before);
}
template <Scalar T> Target<T> target(const Params<T>& p, const believed_car::Params<T>& car,
                                     const Wheels<T>& v, const believed_car::AxleLoads<T>& F,
                                     const T& v_now) {
  const T least = p.force_least * car.mass * believed_car::kGravity;
  const T front = select(abs(F.front) < least, T(1.0), T(0.0));
  const T rear = select(abs(F.rear) < least, T(1.0), T(0.0));
  const T rolling = front + rear;
  const T mean = 0.5 * (front * (v[0] + v[1]) + rear * (v[2] + v[3])) / max(rolling, 1.0);
  const T slowest = min(min(v[0], v[1]), min(v[2], v[3]));
  const T fastest = max(max(v[0], v[1]), max(v[2], v[3]));
  const T away = sign(F.front + F.rear);
  const T slipping = select(away > 0.0, slowest, fastest);
  // Standing wheels of a car that hardly moves and isn't driven: it has stopped.
  const auto stands = abs(v_now) < 1.0 && max(abs(slowest), abs(fastest)) < 0.1 && away <= 0.0;
  const auto rolls = rolling > 0.0;
  return {.v = select(rolls, mean, slipping),
          .trust = select(rolls || stands, T(1.0), T(0.0)),
          .away = away};
}

}  // namespace detail

template <Scalar T> Outputs<T> step(const Params<T>& p, const believed_car::Params<T>& car,
                                    State<T>& x, const Inputs<T>& in, double T_s) {
  const auto k = believed_car::wheel_speeds(car, in.omega_z, in.delta);
  Wheels<T> v;
  for (std::size_t i = 0; i < v.size(); ++i)
    v[i] = (car.wheel_radius * in.omega[i] - k[i].offset) / k[i].scale;

  // (1) to (4)
  const T a = in.a_x / (1.0 + believed_car::kGravity * p.pitch) - x.b;
  const T before = x.v + T_s * a;
  const T keep = exp(-T_s / p.force_time);
  x.F = {detail::remembered(in.F.front, x.F.front, keep),
         detail::remembered(in.F.rear, x.F.rear, keep)};
  const auto target = detail::target(p, car, v, x.F, before);
  const T e = target.v - before;
  const T follow = (1.0 - exp(-T_s / p.wheel_time)) * e;
  const auto may_slip = target.trust < 0.5 && e * target.away > 0.0;
  const T drift = T_s * (p.drift + p.drift_share * abs(a));
  x.v = before + select(may_slip, clamp(follow, -drift, drift), follow);
  x.b -= target.trust * T_s * e / (p.wheel_time * p.offset_time);

  Outputs<T> out;
  out.v = x.v;
  out.a = a;
  for (std::size_t i = 0; i < v.size(); ++i) {
    out.V[i] = k[i].scale * x.v + k[i].offset;
    out.slip[i] = car.wheel_radius * in.omega[i] - out.V[i];
  }
  return out;
}

}  // namespace evsim::wheel_speed_reference
