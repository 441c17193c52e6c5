// Which speed of its gears a drive unit has in mesh, and the way from one to another (gear_shift.h). One tick:
//   second above v_up, first below v_down, else as it is                                              (1)
//   a unit that can be disconnected: open once the car has asked for less than a_open for a time,
//   in mesh again from a_close on                                                                     (2)
//   what (1), (2) give, as a number (0 open), may be overridden; where the unit has that speed, and the first only
//   below v_first                                                                                     (6)
//   no shift begins where it must stay as it is: wheels slip, or brakes keep them from locking
//   a shift: torque fades, neutral, the new speed's dog snaps shut, torque comes back                 (3)
//   in neutral the machine helps the synchroniser:   tau = -clamp(J slip / t_s, -tau_help, tau_help)  (4)
//   up under load, where a clutch engages the second:   tau_c grows, gear_shift.h (2), until tau_c >= tau of the machine,
//   then follows what is asked for; the machine gives tau_c less (4), until the slip is gone             (5)
// Signs: slip as in gear_train.h. Neglected: a shift that is called off on its way; a shift down under load, which is (3).
// Source: H. Naunheimer et al., Automotive Transmissions, 2nd ed., 2011, ch. 9; (2), (4) here.
#pragma once

#include "sim/base/elementary.h"
#include "sim/components/gear_shift.h"

namespace evsim::gear_control {

struct Params {
  gear_shift::Params<double> shift;
  double v_up = kInfinity, v_down = kInfinity;  // of the car [m/s]
  double v_first = kInfinity;  // of the car, that the machine can turn at in the first [m/s]
  double a_open = 0.0, a_close = 0.0;  // asked of the car, either way [m/s2]
  double delay = kInfinity;            // of opening [s]
  double tau_help = 0.0;               // of the machine [Nm]
  double J = 0.0;                      // of the rotor [kg m2]
};

inline constexpr double kHelpTime = 0.01;     // t_s [s]
inline constexpr double kLeastTorque = 1e-3;  // of a clutch that begins to close [Nm]
inline constexpr double kRestTime = 0.2;      // in which a disconnected rotor comes to rest [s]
inline constexpr double kDownBelow = 0.95;    // of v_first, by hand

enum class Speed : int { open, first, second };
struct State {
  Speed from, to;  // the same where one is in mesh
  double s;        // clock of the shift; 0: there is none [s]
  double quiet;    // since when little is asked for [s]
  double tau_c;    // of the clutch in a shift under load; 0: there is none [Nm]
};
inline Speed speed_at(const Params& p, double v) {
  return v > p.v_up ? Speed::second : Speed::first;
}
inline State start(const Params& p, double v) {
  const Speed speed = speed_at(p, v);
  return {.from = speed, .to = speed, .s = 0.0, .quiet = 0.0, .tau_c = 0.0};
}
inline bool shifts(const State& x) { return x.from != x.to || x.s > 0.0; }
inline bool is_open(const State& x) { return x.from == Speed::open && x.to == Speed::open; }
// The one whose ratio counts.
inline Speed in_mesh(const Params& p, const State& x) {
  const bool neutral = x.s >= p.shift.torque_down_time && x.to != Speed::open;
  return neutral ? x.to : x.from;
}
// Whether rotor and gears need not turn as one.
inline bool slips(const Params& p, const State& x) {
  return is_open(x) || (x.from != x.to && x.s >= p.shift.torque_down_time);
}

// (6): number = gain number + offset.
struct Hands {
  double gain = 1.0, offset = 0.0;
};
struct Inputs {
  double v;             // of the car [m/s]
  double a;             // asked of it, without sign [m/s2]
  double slip;          // at the speed in mesh, or where open at the one to come [rad/s]
  bool stays;           // no shift begins
  double omega = 0.0;   // of the rotor [rad/s]
  double tau = 0.0;     // of the machine now [Nm]
  double wanted = 0.0;  // that it is asked for, at the speed in mesh [Nm]
  Hands hands = {};
};
struct Outputs {
  double torque_share;  // of what is asked for [-]
  double tau_help;      // beside it [Nm]
  double capacity;      // of the clutch where the gears slip [Nm]
  double taken = 0.0;   // capacity of the second's while the first is in mesh [Nm]
};

namespace detail {
// (1), (2)
inline Speed wanted(const Params& p, State& x, const Inputs& in, double T_s) {
  const double v = abs(in.v);
  if (x.from == Speed::open) return in.a >= p.a_close ? speed_at(p, v) : Speed::open;
  x.quiet = in.a < p.a_open ? x.quiet + T_s : 0.0;
  if (in.stays) return x.from;
  if (x.quiet > p.delay) return Speed::open;
  return v > p.v_up ? Speed::second : v < p.v_down ? Speed::first : x.from;
}
// (6); what stays of x.
inline Speed by_hand(const Params& p, const State& x, const Inputs& in, Speed speed) {
  if (in.hands.gain == 1.0 && in.hands.offset == 0.0) return speed;
  const double number = in.hands.gain * static_cast<double>(speed) + in.hands.offset;
  if (number < 0.5 && p.delay < kInfinity) return Speed::open;
  if (!(p.v_up < kInfinity)) return Speed::first;
  const double most = x.from == Speed::first ? p.v_first : kDownBelow * p.v_first;
  return number >= 1.5 || abs(in.v) > most ? Speed::second : Speed::first;
}
// (4)
inline double help(const Params& p, double slip) {
  return -clamp(p.J * slip / kHelpTime, -p.tau_help, p.tau_help);
}
// (5)
inline Outputs under_load(const Params& p, State& x, const Inputs& in, double T_s) {
  const auto& shift = p.shift;
  const double most = T_s * shift.clutch_torque / shift.torque_down_time;
  if (!slips(p, x)) {
    x.tau_c = min(x.tau_c + most, shift.clutch_torque);
    if (x.tau_c < min(in.tau, shift.clutch_torque)) return {1.0, 0.0, shift.dog.strength, x.tau_c};
    x.s = shift.torque_down_time;
    return {1.0, 0.0, x.tau_c};
  }
  if (abs(in.slip) <= shift.dog.dog_speed) {
    x.from = x.to, x.s = x.tau_c = 0.0;
    return {1.0, 0.0, shift.dog.strength};
  }
  const double wanted = clamp(in.wanted, shift.synchroniser_torque, shift.clutch_torque);
  x.tau_c += clamp(wanted - x.tau_c, -most, most);
  return {min(x.tau_c / max(in.wanted, 1e-6), 1.0), help(p, in.slip), x.tau_c};
}
}  // namespace detail

inline Outputs step(const Params& p, State& x, const Inputs& in, double T_s) {
  const double t_down = p.shift.torque_down_time, strength = p.shift.dog.strength;
  if (!shifts(x)) {
    x.to = detail::wanted(p, x, in, T_s);
    if (!in.stays) x.to = detail::by_hand(p, x, in, x.to);
    if (is_open(x)) return {0.0, -clamp(p.J * in.omega / kRestTime, -p.tau_help, p.tau_help), 0.0};
    if (x.from == x.to) return {1.0, 0.0, strength};
    x.s = x.from == Speed::open ? t_down : 0.0, x.quiet = 0.0;
    const bool up = x.from == Speed::first && x.to == Speed::second;
    if (up && in.tau > 0.0) x.tau_c = min(kLeastTorque, p.shift.clutch_torque);
  }
  if (x.tau_c > 0.0) return detail::under_load(p, x, in, T_s);
  const double slip = slips(p, x) ? in.slip : 0.0;
  const auto now = gear_shift::outputs<double>(p.shift, {x.s}, slip);
  const double next = x.s + now.s_rate * T_s;
  if (x.s < t_down) {
    x.s = min(next, t_down);
    if (x.s < t_down) return {now.torque_share, 0.0, strength};
    if (x.to != Speed::open) return {0.0, 0.0, p.shift.synchroniser_torque};
    x.from = x.to, x.s = 0.0;
    return {0.0, 0.0, 0.0};
  }
  if (now.s_rate > 0.0) {  // shut, torque comes back
    x.from = x.to;
    x.s = gear_shift::done<double>(p.shift, {next}) ? 0.0 : next;
    return {now.torque_share, 0.0, strength};
  }
  return {0.0, detail::help(p, slip), now.capacity};
}

}  // namespace evsim::gear_control
