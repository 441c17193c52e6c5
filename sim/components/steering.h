// Steering: from the hand wheel through torsion bar, assistance, rack and tie rods to the road wheels.
//   tau_H = c_T (theta_H - theta_P)                                         hand torque                (1)
//   tau = (1 + A) tau_H + g sum M_k,   g = d delta_0 / d theta_P            on the pinion              (2)
//   d theta_P / dt = (tau - clamp(tau, -tau_f, tau_f)) / d                                             (3)
//   delta_0 = int g d theta_P,   g = 1 / ratio or a table                   mean road-wheel angle      (4)
//   tan delta_A = tan delta_0 / (1 - side t/(2 L) tan delta_0)              Ackermann                  (5)
//   delta = delta_0 + a (delta_A - delta_0),   rear: delta = share(v) delta_0                          (6)
//   M_k = M_z - n F_y - side c F_x                                          about a kingpin            (7)
// theta_P, angle of the pinion seen from the hand wheel's side, is the state. Dry friction tau_f holds the rack until
// the torque exceeds it, then damping d sets its speed: so the wheel has a hysteresis and no chatter. All angles > 0
// to the left. a: Ackermann share, 0 parallel, 1 pure rolling. n: trail, the contact point behind the kingpin's
// axis at the road; c: scrub radius, the contact point outside of it.
// Neglected: inertia of hand wheel and rack (some 10 Hz and above), compliance of tie rods (compliance of the
// wheels: suspension.h), joint angles of the column.
// Source: M. Mitschke, H. Wallentowitz, Dynamik der Kraftfahrzeuge, 5th ed., part D; J. Wong, Theory of Ground
// Vehicles, section 5.1.
#pragma once

#include <array>

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/base/table.h"

namespace evsim::steering {

template <Scalar T> struct Params {
  T ratio = kRequired;      // hand wheel over mean road-wheel angle [-]
  Table1<T> gain{};         // g over theta_P, in place of 1/ratio [-] over [rad]
  T ackermann = 1.0;        // a [-]
  T stiffness = kInfinity;  // c_T, torsion bar and column [Nm/rad]
  T assistance = 0.0;       // A, assisting torque over hand torque [-]
  T friction = 0.0;         // tau_f, at the pinion [Nm]
  T damping = 10.0;         // d, at the pinion [Nm s/rad]
  T trail = 0.0;            // n, mechanical trail [m]
  T scrub_radius = 0.0;     // c [m]
  Table1<T> rear{};         // share(v) of rear steering [-] over speed [m/s]; none: 0
};
