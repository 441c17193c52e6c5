// One-pedal driving: the accelerator asks for driving and for braking, stops the car and holds it.
//   s_0 = s_max v / (v + v_0)                               the pedal that neither drives nor brakes     (1)
//   s > s_0:  F = F_drive (s - s_0) / (1 - s_0)                                                          (2)
//   s < s_0:  F = -m (min(a_max q, k v) - w q b),   q = (s_0 - s) / s_0,   w = 1 - v / v_low >= 0       (3)
//   s = 0, |v| < v_hold:  F = -m (a_hold + |b|)             the brakes hold                              (4)
// k v: an approach to rest without a jerk; b, what the slope takes (wheel_speed_reference.h), is made up for near rest, so
// that the car also stops downhill. (4) lasts until the pedal is pressed: a car that is held does not move.
// Signs: F > 0 drives, b > 0 uphill. Forward driving.
// Source: equations here.
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::one_pedal {

template <Scalar T> struct Params {
  T mass = kRequired;      // m [kg]
  T neutral_pedal = 0.35;  // s_max
  T neutral_speed = 15.0;  // v_0 [m/s]
  T deceleration = 2.0;    // a_max [m/s2]
  T approach = 1.5;        // k [1/s]
  T speed_low = 2.0;       // v_low [m/s]
  T speed_hold = 0.08;     // v_hold [m/s]
  T hold = 1.5;            // a_hold [m/s2]
  T pedal_free = 0.01;     // of a released pedal
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.mass, Field{"mass", Dim::mass, positive, "that brakes"});
  field(p.neutral_pedal, Field{"neutral_pedal", Dim::none, fraction,
                               "pedal that neither drives nor brakes, at high speed"});
  field(p.neutral_speed,
        Field{"neutral_speed", Dim::speed, positive, "at which it is half of that"});
  field(p.deceleration,
        Field{"deceleration", Dim::acceleration, positive, "with the pedal released"});
  field(p.approach,
        Field{"approach", Dim::none, positive, "deceleration over speed, near rest [1/s]"});
  field(p.speed_low,
        Field{"speed_low", Dim::speed, positive, "below which the slope is made up for"});
  field(p.speed_hold, Field{"speed_hold", Dim::speed, positive, "below which brakes hold the car"});
  field(p.hold,
        Field{"hold", Dim::acceleration, positive, "for which the brakes are pressed then"});
  field(p.pedal_free, Field{"pedal_free", Dim::none, fraction, "that counts as released"});
}

template <Scalar T> struct Inputs {
  T accelerator;  // s, 0..1
  T v;            // [m/s]
  T b;            // [m/s2]
  T F_drive;      // at the wheels with the pedal down [N]
};
// At the wheels [N].
template <Scalar T> T force(const Params<T>& p, const Inputs<T>& in) {
  const T v = max(in.v, 0.0);
  const T s_0 = p.neutral_pedal * v / (v + p.neutral_speed);
  const T drive = in.F_drive * max(in.accelerator - s_0, 0.0) / (1.0 - s_0);
  const T q = clamp((s_0 - in.accelerator) / max(s_0, 1e-9), 0.0, 1.0);
  const T near_rest = clamp(1.0 - v / p.speed_low, 0.0, 1.0);
  const T brake = p.mass * (min(p.deceleration * q, p.approach * v) - near_rest * q * in.b);
  const auto held = in.accelerator < p.pedal_free && abs(in.v) < p.speed_hold;
  return select(held, -p.mass * (p.hold + abs(in.b)), drive - brake);
}

}  // namespace evsim::one_pedal
