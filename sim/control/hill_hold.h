// Hill hold: brakes that stay on after the driver's foot has left them, until the machines carry the car.
//   p = max(p_driver, p)      while the car stands and the brake pedal is pressed                    (1)
//   p stays                   up to a time after it is released                                      (2)
//   p falls at a rate         once the car is asked to drive and F_drive carries the slope, F >= m b,
//                             once the time is over, and while it rolls                                (3)
// p is for the pump of brake_system.h. The brake pedal may be one_pedal.h's, which presses it as long as it holds.
// Signs: F > 0 drives forward, b > 0 uphill (wheel_speed_reference.h); backwards mirrored by the caller.
// Source: equations here.
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::hill_hold {

template <Scalar T> struct Params {
  T mass = kRequired;  // m [kg]
  T speed_rest = 0.1;  // [m/s]
  T time_max = 3.0;    // [s]
  T release = 100e5;   // rate of (3) [Pa/s]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.mass, Field{"mass", Dim::mass, positive, "that is held"});
  field(p.speed_rest, Field{"speed_rest", Dim::speed, positive, "below which the car stands"});
  field(p.time_max, Field{"time_max", Dim::time, positive, "for which it holds by itself"});
  field(p.release,
        Field{"release", Dim::none, positive, "rate at which the pressure falls [Pa/s]"});
}

template <Scalar T> struct State {
  T p;     // [Pa]
  T time;  // since the pedal was released [s]
};
template <Scalar T> struct Inputs {
  T v;          // [m/s]
  T b;          // [m/s2]
  T p_driver;   // by the brake pedal [Pa]
  T F_request;  // by the accelerator [N]
  T F_drive;    // of the machines now, at the wheels [N]
};
// Pressure for all brakes [Pa].
template <Scalar T> T step(const Params<T>& p, State<T>& x, const Inputs<T>& in, double T_s) {
  const auto rests = abs(in.v) < p.speed_rest;
  const auto pressed = in.p_driver > 0.0;
  const T of_driver = select(pressed, in.p_driver, T(0.0));
  const T caught = select(rests, max(x.p, of_driver), x.p);

  x.time = select(pressed, T(0.0), x.time + T_s);
  const auto carries = in.F_request > 0.0 && in.F_drive >= p.mass * in.b;
  const auto over = x.time > p.time_max;
  const auto rolls = !(rests || pressed);
  const T falling = max(caught - T_s * p.release, 0.0);
  x.p = select(carries || over || rolls, falling, caught);
  return x.p;
}

}  // namespace evsim::hill_hold
