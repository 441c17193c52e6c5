// Anti-lock braking: a limit for the pressure of each wheel's brake, by continuous control of its slip.
//   tau_brake,i <= tau_drive,i - tau_backward,i                       slip_control.h                 (1)
//   p_limit,i = tau_brake,i / c_i                                                                    (2)
// Rear: select low, both wheels get the lower limit, so that one of them keeps its side force.
// Front: on split friction the wheel with more grip gets no more than a difference that grows from the moment the other
// one is limited, so that the driver has time to steer against the yaw moment:
//   p_limit,high <= p_limit,low + D,   dD/dt = rate while one wheel of the axle is limited, else D = 0        (3)
// Below a speed the limits open, and wheels may stop.
// Source: U. Kiencke, L. Nielsen, Automotive Control Systems, 2nd ed., 2005, ch. 9; S. Savaresi, M. Tanelli, Active Braking
// Control Systems Design for Vehicles, 2010 (continuous slip control); Bosch Automotive Handbook (select low, yaw moment
// build-up delay).
#pragma once

#include "sim/components/brake_system.h"
#include "sim/control/believed_car.h"
#include "sim/control/slip_control.h"

namespace evsim::anti_lock {

using believed_car::Wheels;

template <Scalar T> struct Params {
  // Short of the largest force, for the sake of side force.
  slip_control::Params<T> slip{.observer_time = 0.01,
                               .slip_time = 0.05,
                               .slip_by_friction = 0.085,
                               .slip_speed = 0.007,
                               .wind_up = 0.25};
  T yaw_build_up = 60e5;  // rate of D in (3) [Pa/s]
  T speed_off = 1.5;      // [m/s]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.slip, Group{"slip", "control of each wheel's slip"});
  field(p.yaw_build_up, Field{"yaw_build_up", Dim::none, positive,
                              "growth of the difference of the front wheels' pressures [Pa/s]"});
  field(p.speed_off, Field{"speed_off", Dim::speed, positive, "below which wheels may lock"});
}

template <Scalar T> struct State {
  Wheels<slip_control::State<T>> wheels;
  T D;                // of (3) [Pa]
  Wheels<T> limited;  // 1: by the last tick
};
template <Scalar T> struct Inputs {
  Wheels<T> omega;      // [rad/s]
  Wheels<T> V;          // of the wheels along their planes [m/s]
  T v, a;               // of the car [m/s], [m/s2]
  Wheels<T> p;          // pressures, measured or modelled [Pa]
  Wheels<T> tau_drive;  // of machines at the wheels [Nm]
};
template <Scalar T> struct Outputs {
  Wheels<T> limit;    // [Pa]
  Wheels<T> limited;  // 1 while a wheel gets less than asked for
  Wheels<T> mu;       // friction in use
};

// At most the lower of two limits and a difference.
template <Scalar T> void held_together(T& left, T& right, const T& difference) {
  const T most = min(left, right) + difference;
  left = min(left, most);
  right = min(right, most);
}

// Limits, while none is compared with what is asked for.
template <Scalar T> Outputs<T> limits(const Params<T>& p, const believed_car::Params<T>& car,
                                      const brake_system::Params<T>& brakes, State<T>& x,
                                      const Inputs<T>& in, double T_s) {
  const auto loads = believed_car::axle_loads(car, in.a);
  const slip_control::Rotor<T> wheel{.J = car.wheel_inertia, .R = car.wheel_radius};
  Outputs<T> out;
  out.limited.fill(T(0.0));
  for (std::size_t i = 0; i < out.limit.size(); ++i) {
    const T c = brake_system::torque_per_pressure(brakes, i);
    const T tau_brake = c * max(in.p[i] - brakes.contact_pressure, 0.0);
    const auto at = slip_control::step<T>(p.slip, wheel, x.wheels[i],
                                          {.omega = in.omega[i],
                                           .tau = in.tau_drive[i] - tau_brake,
                                           .V = in.V[i],
                                           .a = in.a,
                                           .F_z = 0.5 * (i < 2 ? loads.front : loads.rear)},
                                          T_s);
    // (1), (2)
    const T tau = max(in.tau_drive[i] - at.tau_backward, 0.0);
    const T open = clamp(2.0 - in.v / p.speed_off, 0.0, 1.0);
    out.limit[i] = tau / c + brakes.contact_pressure + open * brakes.pressure_max;
    out.mu[i] = at.mu;
  }

  // (3)
  held_together(out.limit[2], out.limit[3], T(0.0));
  const auto one_is = x.limited[0] + x.limited[1] > 0.0;
  x.D = select(one_is, x.D + T_s * p.yaw_build_up, T(0.0));
  if (any(one_is)) {
    T left = out.limit[0], right = out.limit[1];
    held_together(left, right, x.D);
    out.limit[0] = select(one_is, left, out.limit[0]);
    out.limit[1] = select(one_is, right, out.limit[1]);
  }
  return out;
}
// Which wheels get less than is asked for.
template <Scalar T> void compare(State<T>& x, const Wheels<T>& asked, Outputs<T>& out) {
  for (std::size_t i = 0; i < out.limit.size(); ++i)
    out.limited[i] = select(asked[i] > out.limit[i], T(1.0), T(0.0));
  x.limited = out.limited;
}

}  // namespace evsim::anti_lock
