// A shift between two speeds of a gear train. Between dogs its power is interrupted, by a clock s that starts at 0:
//   0 <= s < t_down            torque of the machine fades, its share 1 - s / t_down; the old speed is in mesh
//   s at t_down                neutral: the new ratio, a synchroniser of capacity tau_sync drags the rotor; s waits
//   |slip| <= omega_dog        the dog of the new speed snaps shut, clutch.h (2)
//   t_down < s <= t_down + t_up   torque comes back, its share (s - t_down) / t_up
// Ratio and capacity go to gear_train::coupled. Rotor and output keep their speeds as the ratio changes, so the shift
// takes no energy there; its loss is the train's p_slip: of a rotor against a heavy car
//   W = 1/2 J_in (omega_in - i omega_out)^2                                                     (1)
// Where a friction clutch engages the second speed, a shift up under load is handed over to it (gear_control.h):
//   dtau_c/dt = tau_clutch / t_down   while the first is in mesh, gear_train.h (10), until nothing is left for its dog  (2)
//   then the first is open, the rotor slips down against tau_c, which drives the car
// The machine may help to synchronise while its share is 0: its torque is the caller's. t_down lies on a step.
// Signs: slip as in gear_train.h. Neglected: the way of the sleeve, drag of a clutch that is open.
// Source: H. Naunheimer et al., Automotive Transmissions, 2nd ed., 2011, ch. 9 (synchronisers).
#pragma once

#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/components/clutch.h"

namespace evsim::gear_shift {

template <Scalar T> struct Params {
  T torque_down_time = 0.1;      // t_down [s]
  T torque_up_time = 0.1;        // t_up [s]
  T synchroniser_torque = 50.0;  // tau_sync, at the rotor's shaft [Nm]
  clutch::Dog<T> dog{};          // of both speeds
  T clutch_torque = 0.0;         // tau_clutch, at the rotor's shaft; 0: the second has a dog [Nm]
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.torque_down_time,
        Field{"torque_down_time", Dim::time, positive, "in which the torque fades before a shift"});
  field(p.torque_up_time,
        Field{"torque_up_time", Dim::time, positive, "in which it comes back after a shift"});
  field(p.synchroniser_torque, Field{"synchroniser_torque", Dim::torque, positive,
                                     "friction of the synchroniser, at the rotor's shaft"});
  field(p.dog, Group{"dog", "teeth that couple either speed"});
  field(p.clutch_torque, Field{"clutch_torque", Dim::torque, not_negative,
                               "capacity of a friction clutch that engages the second speed under "
                               "load, at the rotor's shaft; 0: it has a dog, and shifts interrupt "
                               "the torque"});
}

template <Scalar T> struct State {
  T s;  // clock of the shift [s]
};
template <Scalar T> struct Shift {
  T ratio_from, ratio_to;  // [-]
};
template <Scalar T> T ratio(const Params<T>& p, const State<T>& x, const Shift<T>& shift) {
  return select(x.s < p.torque_down_time, shift.ratio_from, shift.ratio_to);
}

template <Scalar T> struct Outputs {
  T torque_share;  // of what the driver asks for [-]
  T capacity;      // of the clutch of gear_train.h [Nm]
  T s_rate;        // [-]
};
// slip: at ratio() [rad/s].
template <Scalar T> Outputs<T> outputs(const Params<T>& p, const State<T>& x, const T& slip) {
  const Mask<T> before = x.s < p.torque_down_time;
  const T dog = select(before, p.dog.strength, clutch::capacity(p.dog, T(1.0), slip));
  const Mask<T> closed = dog > T(0.0);
  const T down = 1.0 - x.s / p.torque_down_time;
  const T up = min((x.s - p.torque_down_time) / p.torque_up_time, 1.0);
  return {.torque_share = select(closed, select(before, down, up), T(0.0)),
          .capacity = select(closed, dog, p.synchroniser_torque),
          .s_rate = select(closed, T(1.0), T(0.0))};
}
template <Scalar T> Mask<T> done(const Params<T>& p, const State<T>& x) {
  return x.s >= p.torque_down_time + p.torque_up_time;
}

}  // namespace evsim::gear_shift
