// Loss map of the level energy from a machine's model in dq: operating_points.h over speed and shaft torque, with
// the least current, as the motor control of the levels drive and waveform chooses it (of an excited machine: the
// least copper loss).
//   p_loss = stator and rotor copper + iron + friction,   I_peak = |i_s|   at (omega, tau), omega >= 0       (1)
// The nodes lie evenly from standstill to omega_max and from -tau_peak to tau_peak. Up to the first node beyond the
// envelope's torque they are the machine's own points, where it reaches them. The rest, which no torque inside the
// envelope needs but a table must have, goes on straight: from the machine's most torque (or the last of its points)
// with the slope of about the last cell, so that loss and current still grow and interpolation up to the edge stays
// right.
// How far bilinear interpolation is from direct evaluation at random points inside the envelope (a test measures
// it): 99 % of the losses err by less than 0.5 % with magnets, 0.8 % with other machines; the rest are small losses, at
// some rad/s and where a flux made by a current fades without torque.
#pragma once

#include "sim/components/machine_dq.h"
#include "sim/components/operating_points.h"

namespace evsim::machine_map {

template <Scalar T> struct FromDq {
  static constexpr std::string_view kType = "dq";
  static constexpr std::string_view kDoc =
      "computed from the machine's model in dq, warm, at U_ref";
};
template <class P, class V>
  requires same_template<P, FromDq>
constexpr void describe(P&, V&&) {}

struct Grid {
  int speeds = 51;    // from 0 to omega_max
  int torques = 101;  // from -tau_peak to tau_peak; odd: 0 is one of them
};

// u_max: largest peak phase voltage [V]. Throws std::invalid_argument where the machine can't turn at a speed of the
// grid: its flux needs more than u_max, whatever the current.
machine::Map<double> map(const operating_points::Machine& m,
                         const machine::Envelope<double>& envelope, double u_max, const Grid& = {});

}  // namespace evsim::machine_map
