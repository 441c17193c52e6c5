// Torque vectoring by two machines of one axle that turn a wheel each: one gives as much more as the other gives less.
//   F_r -> F_r + dF,   F_l -> F_l - dF,   M = t dF                                                    (1)
// so the sum stays the vehicle control unit's. Each force stays within what machine and road allow (traction_control.h); what
// one wheel cannot do the other does not either:
//   -min(F_l,max - F_l, F_r - F_r,min) <= dF <= min(F_r,max - F_r, F_l - F_l,min)                     (2)
// Signs: F > 0 forward, M > 0 to the left.
// Neglected: steered wheels' forces are not along the car (1 % at 8 deg); what the battery says to the losses' difference.
// Source: R. Rajamani, Vehicle Dynamics and Control, 2nd ed., 2012, section 8.4 (independent all-wheel drive); (2) here.
#pragma once

#include "sim/base/scalar.h"

namespace evsim::torque_vectoring {

// Of a wheel's force beside what it has without vectoring, each >= 0 [N].
template <Scalar T> struct Room {
  T forward, backward;
};
template <Scalar T> struct Moments {
  T left, right;  // each >= 0 [Nm]
};

// (2) in (1).
template <Scalar T> Moments<T> largest(const Room<T>& left, const Room<T>& right, const T& track) {
  return {.left = track * min(right.forward, left.backward),
          .right = track * min(left.forward, right.backward)};
}

}  // namespace evsim::torque_vectoring
