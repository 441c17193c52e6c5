// Drivers: what a speed trace or pedals ask of the car, as a force at the wheels.
//   exact:    F = m_eq (a_ref + k (v_ref - v)) + F_road(v)        the car follows the trace exactly as
//             long as the drive can; with v = v_ref only the inverse of the car is left
//   follow:   F = m_eq (a_ref + k_p (v_ref - v) + z) + F_road(v),  dz/dt = k_i (v_ref - v)
//             with the reference read a preview time ahead; z waits while the drive is limited
//   pedals:   F = accelerator F_drive_max - brake F_brake_max; of a car that is driven by one pedal, the accelerator's part by
//             one_pedal.h
//   neutral:  F = 0
// While the reference stands at 0 the car is held: the brake is pressed at no less than a_hold, and what
// the grade asks for on top.
// F_road is what the driver knows of the road: drag, rolling and grade, at the speed he sees.
#pragma once

#include <variant>

#include "sim/base/fields.h"
#include "sim/control/one_pedal.h"
#include "sim/vehicle/car.h"

namespace evsim::driver {

enum class Kind : int { exact, follow, pedals, neutral };
inline bool has_reference(Kind kind) { return kind == Kind::exact || kind == Kind::follow; }

template <Scalar T> struct Gains {
  T k_p = 0.8;     // [1/s]
  T k_i = 0.1;     // [1/s2]
  T a_hold = 1.5;  // [m/s2]
};
template <class P, class V>
  requires same_template<P, Gains>
constexpr void describe(P& p, V&& field) {
  field(p.k_p,
        Field{"k_p", Dim::frequency, not_negative, "acceleration asked for per speed error"});
  field(p.k_i,
        Field{"k_i", Dim::none, not_negative, "its growth per second and speed error [1/s2]"});
  field(p.a_hold, Field{"a_hold", Dim::acceleration, positive,
                        "braking at least asked for while the reference stands"});
}

// What the driver wants at an instant. Speeds are those at the preview instant.
template <Scalar T> struct Reference {
  T v;                             // [m/s]
  T a;                             // [m/s2]
  bool standing;                   // the trace stands at 0 over the whole step
  T accelerator, brake;            // pedals, 0..1
  T accelerator_rate, brake_rate;  // [1/s]
};

template <Scalar T> struct Inputs {
  Reference<T> reference;
  T v;         // speed seen [m/s]
  T integral;  // z [m/s2]
  car::Surroundings<T> around;
};

// Of the accelerator; F_most with it down [N].
template <Scalar T>
T accelerator_force(const car::Model<T>& m, const Inputs<T>& in, const T& F_most) {
  const T by_share = in.reference.accelerator * F_most;
  const T& deceleration = m.regeneration.one_pedal;
  const auto braking = deceleration > 0.0;
  if (!any(braking)) return by_share;
  const one_pedal::Params<T> p{.mass = m.mass_equivalent, .deceleration = deceleration};
  const T b = road_load::kGravity * in.around.sin_alpha;
  return select(braking, one_pedal::force<T>(p, {in.reference.accelerator, in.v, b, F_most}),
                by_share);
}

// Force asked for at the wheels [N].
template <Scalar T>
T force(const car::Model<T>& m, const Gains<T>& g, Kind kind, const Inputs<T>& in) {
  const auto& ref = in.reference;
  if (kind == Kind::neutral) return T(0.0);
  if (kind == Kind::pedals) {
    const T F_most = m.chassis.mu * m.mass * road_load::kGravity;
    return accelerator_force(m, in, F_most) - ref.brake * F_most;
  }
  const T error = ref.v - in.v;
  const T a = kind == Kind::exact ? ref.a + 1.0 * error : ref.a + g.k_p * error + in.integral;
  if (ref.standing)
    return m.mass_equivalent * min(a - g.a_hold, -g.a_hold) -
           abs(m.mass * road_load::kGravity * in.around.sin_alpha);
  // Setting off needs the dry friction of forward motion.
  const T toward = select(in.v > 0.0, T(1.0), select(a > 0.0, T(1.0), T(0.0)));
  return m.mass_equivalent * a + car::road_force(m, in.v, in.around, toward);
}

// dz/dt [m/s3]. limited: nonzero while the drive gives less than asked for.
template <Scalar T> T integral_rate(const Gains<T>& g, const Inputs<T>& in, const T& limited) {
  if (in.reference.standing) return -1.0 * in.integral;
  return select(limited > 0.0, T(0.0), g.k_i * (in.reference.v - in.v));
}

}  // namespace evsim::driver
