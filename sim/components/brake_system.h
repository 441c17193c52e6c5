// Hydraulic friction brakes: from pressures asked for to the torque that each wheel's brake can hold.
//   p*_i = min(max(p_asked,i, p_pump,i), p_limit,i)                                                 (1)
//   dp_i/dt = clamp((p*_i - p_i) / t_h, -r_out, r_in)               lag of lines and valves          (2)
//   tau_i = c max(p_i - p_0, 0),   c = 2 mu_pad A r_eff              two faces of the disc            (3)
// p_asked: of the pedal or of a control by wire, on each axle. p_pump: of a pump, by wheel, for a control that brakes
// without the driver. p_limit: inlet shut and outlet open above it; p_limit = p holds, 0 dumps, infinity leaves the
// brakes alone. r_in, r_out: rates that the valves' cross sections and the volume of the brakes allow.
// tau is a capacity: friction holds or brakes whatever way the wheel turns (dry_friction.h).
// Signs: pressures are gauge pressures >= 0, torques >= 0.
// Neglected: temperature and speed in mu_pad, volume over pressure (a constant t_h), knock-back, run-out.
// Source: B. Breuer, K. Bill, Bremsenhandbuch, 5th ed., 2017; balances here.
#pragma once

#include <array>

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::brake_system {

template <class T> using Wheels =
    std::array<T, 4>;  // front left, front right, rear left, rear right

template <Scalar T> struct Axle {
  T piston_area = kRequired;       // A, on one face of the disc [m2]
  T pad_friction = 0.4;            // mu_pad [-]
  T effective_radius = kRequired;  // r_eff [m]
};
template <class P, class V>
  requires same_template<P, Axle>
constexpr void describe(P& p, V&& field) {
  field(p.piston_area,
        Field{"piston_area", Dim::area, positive, "of a wheel's pistons on one face of the disc"});
  field(p.pad_friction, Field{"pad_friction", Dim::none, positive, "of pad and disc"});
  field(p.effective_radius,
        Field{"effective_radius", Dim::length, positive, "at which the friction acts"});
}
template <Scalar T> struct Params {
  Axle<T> front, rear;
  T pressure_max = 180e5;    // of the pedal pressed down [Pa]
  T contact_pressure = 0.0;  // p_0, at which the pads touch [Pa]
  T lag = 0.02;              // t_h [s]
  T build_up = 1200e5;       // r_in [Pa/s]
  T release = 2000e5;        // r_out [Pa/s]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.front, Group{"front", "brakes of the front wheels"});
  field(p.rear, Group{"rear", "brakes of the rear wheels"});
  field(p.pressure_max,
        Field{"pressure_max", Dim::pressure, positive, "with the pedal pressed down"});
  field(p.contact_pressure,
        Field{"contact_pressure", Dim::pressure, not_negative, "at which the pads touch"});
  field(p.lag, Field{"lag", Dim::time, positive, "of the pressure behind what is asked for"});
  field(p.build_up,
        Field{"build_up", Dim::none, positive, "rate at which a pressure rises at most [Pa/s]"});
  field(p.release,
        Field{"release", Dim::none, positive, "rate at which a pressure falls at most [Pa/s]"});
}

// c of (3) [Nm/Pa].
template <Scalar T> T torque_per_pressure(const Axle<T>& a) {
  return 2.0 * a.pad_friction * a.piston_area * a.effective_radius;
}
template <Scalar T> T torque_per_pressure(const Params<T>& p, std::size_t wheel) {
  return torque_per_pressure(wheel < 2 ? p.front : p.rear);
}
// Pressure at which a wheel's brake holds a torque [Pa].
template <Scalar T> T pressure_of(const Params<T>& p, std::size_t wheel, const T& tau) {
  return select(tau > 0.0, tau / torque_per_pressure(p, wheel) + p.contact_pressure, T(0.0));
}
// Pressure of all brakes at which they hold a car of a wheel radius [m] by a force [N], at most the largest [Pa].
template <Scalar T> T pressure_of_force(const Params<T>& p, const T& F, const T& wheel_radius) {
  const T c = 2.0 * (torque_per_pressure(p.front) + torque_per_pressure(p.rear)) / wheel_radius;
  return select(F > 0.0, min(F / c + p.contact_pressure, p.pressure_max), T(0.0));
}
// Share of the front axle in a braking torque at equal pressures.
template <Scalar T> T front_share(const Params<T>& p) {
  const T front = torque_per_pressure(p.front);
  return front / (front + torque_per_pressure(p.rear));
}
// Pressure of both circuits under a pedal 0..1 [Pa].
template <Scalar T> T of_pedal(const Params<T>& p, const T& pedal) {
  return clamp(pedal, 0.0, 1.0) * p.pressure_max;
}

template <Scalar T> struct State {
  Wheels<T> p;  // [Pa]
};
template <Scalar T> struct Inputs {
  Wheels<T> asked;  // [Pa]
  Wheels<T> pump;   // [Pa]
  Wheels<T> limit;  // [Pa]
};
// Nobody interferes with what is asked for.
template <Scalar T> Inputs<T> untouched(const Wheels<T>& asked) {
  Inputs<T> in{.asked = asked, .pump = {}, .limit = {}};
  in.pump.fill(T(0.0));
  in.limit.fill(T(kInfinity));
  return in;
}

// (1)
template <Scalar T> T aim(const Inputs<T>& u, std::size_t wheel) {
  return min(max(u.asked[wheel], u.pump[wheel]), u.limit[wheel]);
}
// (2)
template <Scalar T>
State<T> derivatives(const Params<T>& p, const State<T>& x, const Inputs<T>& u) {
  State<T> rate;
  for (std::size_t i = 0; i < x.p.size(); ++i) {
    rate.p[i] = clamp((aim(u, i) - x.p[i]) / p.lag, -p.release, p.build_up);
  }
  return rate;
}
// (2) over a step h [s]: exact where no valve limits the rate.
template <Scalar T>
State<T> after(const Params<T>& p, const State<T>& x, const Inputs<T>& u, double h) {
  const T follow = 1.0 - exp(-h / p.lag);
  State<T> out;
  for (std::size_t i = 0; i < x.p.size(); ++i)
    out.p[i] = x.p[i] + clamp(follow * (aim(u, i) - x.p[i]), -h * p.release, h * p.build_up);
  return out;
}
// (3) [Nm]
template <Scalar T> Wheels<T> torques(const Params<T>& p, const State<T>& x) {
  Wheels<T> tau;
  for (std::size_t i = 0; i < tau.size(); ++i)
    tau[i] = torque_per_pressure(p, i) * max(x.p[i] - p.contact_pressure, 0.0);
  return tau;
}

}  // namespace evsim::brake_system
