// Chassis, longitudinal: one mass, dry friction that holds at rest, axle loads under acceleration.
//   m_eq dv/dt = sum F_axle - F_fluid - m g sin(alpha) - F_dry            (1)
//   m_eq = m + (n_w J_w + sum J_rotor ratio^2) / r^2                      (2)
// F_dry (rolling resistance and friction brakes) acts against motion up to its capacity; at v = 0 it
// takes whatever value up to the capacity keeps the car at rest. So nothing creeps on a grade.
//   F_z,front = m g (cos(alpha) l_r - sin(alpha) h) / L - m a h / L,  F_z,rear the rest   (3)
// Signs: ISO 8855, v > 0 forward, grade > 0 uphill.
// Neglected: pitch, air lift, the moment of air drag about the ground.
// Source: H. Pacejka, Tire and Vehicle Dynamics, 3rd ed., section 1; W. Milliken, Race Car Vehicle Dynamics.
#pragma once

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::chassis {

template <Scalar T> struct Params {
  T mass = kRequired;            // kerb mass, empty, ready to drive, without driver [kg]
  T gross_mass = kInfinity;      // technically permissible laden mass [kg]
  T epa_test_mass = kInfinity;   // equivalent test weight of the US EPA [kg]
  T wheelbase = kRequired;       // [m]
  T cg_height = kRequired;       // centre of gravity above the road [m]
  T front_load = kRequired;      // share of the weight on the front axle at rest on the flat [-]
  T wheel_radius = kRequired;    // rolling radius [m]
  T wheel_inertia = kRequired;   // of one wheel with tyre, hub and disc [kg m2]
  int n_wheels = 4;              // wheels on the road
  T mu = 1.0;                    // largest tyre force over load [-]
  T slip_stiffness = kRequired;  // d(F_x / F_z) / d kappa at kappa = 0 [-]
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.mass, Field{"mass", Dim::mass, positive, "kerb mass, without driver"});
  field(p.gross_mass, Field{"gross_mass", Dim::mass, positive, "permissible laden mass"});
  field(p.epa_test_mass, Field{"epa_test_mass", Dim::mass, positive,
                               "equivalent test weight of the US EPA's test car list"});
  field(p.wheelbase, Field{"wheelbase", Dim::length, positive, "distance of the axles"});
  field(p.cg_height, Field{"cg_height", Dim::length, positive, "centre of gravity above the road"});
  field(p.front_load,
        Field{"front_load", Dim::none, fraction, "share of the weight on the front axle at rest"});
  field(p.wheel_radius, Field{"wheel_radius", Dim::length, positive, "rolling radius"});
  field(p.wheel_inertia,
        Field{"wheel_inertia", Dim::inertia, not_negative, "one wheel with tyre, hub and disc"});
  field(p.n_wheels, Field{"n_wheels", Dim::none, between(2, 8), "wheels on the road"});
  field(p.mu, Field{"mu", Dim::none, positive, "largest tyre force over load"});
  field(p.slip_stiffness,
        Field{"slip_stiffness", Dim::none, positive, "slope of tyre force over load against slip"});
}

template <Scalar T> struct State {
  T v;         // speed [m/s]
  T x;         // distance driven [m]
  T altitude;  // height gained [m]
};

// The direction of motion is fixed over a step: +-1, or 0 when the step begins at rest. A car that comes
// to rest inside a step stays there until its end.
template <Scalar T> struct Motion {
  T v;          // speed that moves the car [m/s]
  T direction;  // of the dry friction while moving
  Mask<T> moving;
};
// The last stage of a step that ends at rest must still see the deceleration that led there, so motion
// is over only below -kRestSpeed; a car that stood has left once it is faster than kRestSpeed.
inline constexpr double kRestSpeed = 1e-3;  // [m/s]
template <Scalar T> Motion<T> motion(const T& v, const T& step_direction) {
  const Mask<T> from_rest = step_direction == T(0.0);
  const T leaving = select(abs(v) > kRestSpeed, sign(v), T(0.0));
  const T direction = select(from_rest, leaving, step_direction);
  const T least = select(from_rest, T(0.0), T(-kRestSpeed));
  return {.v = select(from_rest, v, step_direction * max(step_direction * v, 0.0)),
          .direction = direction,
          .moving = direction * v > least};
}
// The speed with which a step ends: what the stages left beyond the stop is dropped (it moved nothing).
template <Scalar T> T speed_after_step(const T& v, const T& step_direction) {
  return motion(v, step_direction).v;
}

// (1): force that accelerates m_eq [N]. F_drive: without dry friction; F_dry >= 0: its capacity.
template <Scalar T> T accelerating_force(const Motion<T>& m, const T& F_drive, const T& F_dry) {
  const T sliding = F_drive - m.direction * F_dry;
  const T at_rest = F_drive - clamp(F_drive, -F_dry, F_dry);
  return select(m.moving, sliding, at_rest);
}

// (3): load on an axle [N] at an acceleration a [m/s2]; an axle that lifts carries nothing.
template <Scalar T> struct AxleLoads {
  T front, rear;
};
template <Scalar T> AxleLoads<T> axle_loads(const Params<T>& p, const T& mass, const T& cos_alpha,
                                            const T& sin_alpha, const T& a) {
  const T weight = mass * 9.80665;
  const T shifted = (weight * sin_alpha + mass * a) * p.cg_height / p.wheelbase;
  const T front = clamp(weight * cos_alpha * p.front_load - shifted, 0.0, weight * cos_alpha);
  return {.front = front, .rear = weight * cos_alpha - front};
}

}  // namespace evsim::chassis
