// What the control units of a car believe of it: masses, lengths, wheels; and what follows from them.
//   F_z,axle: chassis.h (3) on the flat                                                             (1)
//   V_i = (v - y_i omega_z) cos(delta) + L omega_z sin(delta)     front wheel, along its plane      (2)
//   V_i = v - y_i omega_z                                         rear wheel
// (2): the rear axle rolls without side slip, so v and omega_z are all that is needed; v is the speed of its middle.
// Order of wheels: front left, front right, rear left, rear right. Signs: ISO 8855, delta > 0 to the left.
#pragma once

#include <array>

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::believed_car {

inline constexpr double kGravity = 9.80665;  // [m/s2]

template <class T> using Wheels = std::array<T, 4>;

template <Scalar T> struct Params {
  T mass = kRequired;             // [kg]
  T I_zz = kRequired;             // in yaw, about the centre of gravity [kg m2]
  T wheelbase = kRequired;        // L [m]
  T cg_behind_front = kRequired;  // [m]
  T cg_height = kRequired;        // [m]
  T track = kRequired;            // mean of both axles [m]
  T wheel_radius = kRequired;     // rolling radius [m]
  T wheel_inertia = kRequired;    // of one wheel [kg m2]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.mass, Field{"mass", Dim::mass, positive, "of the car"});
  field(p.I_zz, Field{"I_zz", Dim::inertia, positive, "in yaw, about the centre of gravity"});
  field(p.wheelbase, Field{"wheelbase", Dim::length, positive, "distance of the axles"});
  field(p.cg_behind_front,
        Field{"cg_behind_front", Dim::length, positive, "centre of gravity behind the front axle"});
  field(p.cg_height, Field{"cg_height", Dim::length, positive, "centre of gravity over the road"});
  field(p.track, Field{"track", Dim::length, positive, "between left and right wheels"});
  field(p.wheel_radius, Field{"wheel_radius", Dim::length, positive, "rolling radius"});
  field(p.wheel_inertia,
        Field{"wheel_inertia", Dim::inertia, positive, "of one wheel about its axis"});
}

template <Scalar T> struct AxleLoads {
  T front, rear;  // of both wheels together [N]
};
// (1)
template <Scalar T> AxleLoads<T> axle_loads(const Params<T>& p, const T& a_x) {
  const T weight = p.mass * kGravity;
  const T at_rest = weight * (p.wheelbase - p.cg_behind_front) / p.wheelbase;
  const T front = clamp(at_rest - p.mass * a_x * p.cg_height / p.wheelbase, 0.0, weight);
  return {.front = front, .rear = weight - front};
}

template <Scalar T> struct Motion {
  T v;        // of the middle of the rear axle, forward [m/s]
  T omega_z;  // [rad/s]
  T delta;    // mean angle of the front wheels [rad]
};
// How a wheel's speed follows from that of the car: V = scale v + offset.
template <Scalar T> struct WheelSpeed {
  T scale, offset;
};
// (2)
template <Scalar T>
Wheels<WheelSpeed<T>> wheel_speeds(const Params<T>& p, const T& omega_z, const T& delta) {
  const auto [sine, cosine] = sincos(delta);
  const T aside = 0.5 * p.track * omega_z, ahead = p.wheelbase * omega_z * sine;
  return {WheelSpeed<T>{cosine, ahead - aside * cosine},
          {cosine, ahead + aside * cosine},
          {T(1.0), -aside},
          {T(1.0), aside}};
}
template <Scalar T> Wheels<T> wheel_planes(const Params<T>& p, const Motion<T>& at) {
  const auto k = wheel_speeds(p, at.omega_z, at.delta);
  Wheels<T> V;
  for (std::size_t i = 0; i < V.size(); ++i) V[i] = k[i].scale * at.v + k[i].offset;
  return V;
}

}  // namespace evsim::believed_car
