// One tick of a drive unit's sampled motor control with its machine, at a DC voltage that is held: what a loop's
// frequency response is a response of. As in drive.h: the control samples, what it computed in the tick before
// begins to act and is held in stator coordinates, then the machine is integrated over T_s (electric_step.h).
//   x(k+1) = tick(x(k), reference, sensor)                                                        (1)
// In stator coordinates a steady state turns. Turned back by the angle of the rotor, and of an induction machine's
// rotor flux as the control has it, it is a point that (1) maps onto itself:
//   x = turned_back(tick(x))                                                                      (2)
// What an induction machine calls its rotor's angle is free, as the cage is round: so there are two angles to turn.
// Left out, as they depend on the stator's angle and have no such point: dead time and threshold voltage of the
// devices and the compensation of both, and the modulator's counts.
#pragma once

#include "sim/components/pwm.h"
#include "sim/control/motor_control.h"
#include "sim/solve/electric_step.h"

namespace evsim::control_tick {

enum class Loop : int {
  torque,   // all of the control, from a torque: for the operating point
  current,  // of the current control, from current references
  speed,    // all of the control, from a speed
};

template <Scalar T> struct Model {
  electric_drive::Model<T> drive;  // of one unit
  motor_control::Model<T> control;
  T u_dc;                      // [V]
  T f_sw;                      // [Hz]
  T per_inertia;               // 1 / J; 0: the speed is held [1/(kg m2)]
  T tau_load;                  // against the shaft [Nm]
  T T_machine;                 // [K]
  double T_s;                  // [s]
  electric_step::Steps steps;  // of the integration in a tick
  // What the control's coordinates lead those of (2): the slip of a tick of an induction machine.
  Complex<T> lead{T(1.0), T(0.0)};
};

// Every member is a T.
template <Scalar T> struct State {
  motor_control::State<T> control;
  Ab<T> psi;                   // of the stator, stator coordinates [Vs]
  dq_machine::Rotor<T> rotor;  // rotor coordinates [Vs]
  T theta_e;                   // [rad]
  T omega;                     // mechanical [rad/s]
  Ab<T> s;                     // computed, acts from the next tick on; over the DC voltage [-]
  T u_f;                       // the same of a field winding [V]
};

template <Scalar T> struct Input {
  T tau_ref{};           // in Loop::torque [Nm]
  Complex<T> i_ref{};    // in Loop::current, coordinates of the control [A]
  T i_f_ref{};           // the same of a field winding [A]
  T omega_ref{};         // in Loop::speed [rad/s]
  Complex<T> i_added{};  // to the measured current, turned coordinates [A]
  T omega_added{};       // to the speed that the speed controller reads [rad/s]
};

template <Scalar T> struct Output {
  Complex<T> i{};                      // true current as the tick begins, turned coordinates [A]
  T omega{};                           // true speed as the tick begins [rad/s]
  T tau{};                             // at the shaft, mean over the tick [Nm]
  motor_control::Output<T> control{};  // of a current loop: without torque and reason
};

// ---- Plant --------------------------------------------------------------------------------------

// A shaft with a load.
template <Scalar T> struct Shaft {
  T per_inertia, tau_load;
  template <Scalar V> V omega(std::size_t, const V& v) const { return v; }
  template <Scalar V> V speed(const V& v) const { return v; }
  template <Scalar V> V acceleration(const V&, const std::array<V, kMaxDriveUnits>& tau,
                                     std::array<V, kMaxDriveUnits>&) const {
    return per_inertia * (tau[0] - tau_load);
  }
};

// A node that keeps its voltage: so large a capacitor loses nothing of it by rounding.
template <Scalar T> dc_node::Params<T> held_node() {
  constexpr double kLargest = 1e30;  // [F]
  return {.C = kLargest, .R_C = 0.0, .R_cable = 0.0, .L_cable = 1.0};
}
inline dc_node::Weights held_voltage(double h) {
  dc_node::Weights w{};
  w.h = h;
  w.u[1].fill(1.0);
  w.u_end[1] = 1.0;
  return w;
}

template <Scalar T> dq_machine::Temperatures<T> temperatures(const Model<T>& m) {
  return {m.T_machine, m.T_machine};
}

template <Scalar T> dq_machine::Currents<T> currents(const Model<T>& m, const State<T>& x) {
  const Dq<T> psi = to_rotor(x.psi, angle(x.theta_e));
  return std::visit(
      [&](const auto& c) { return dq_machine::currents(c, psi, x.rotor, temperatures(m)); },
      m.drive.units[0].machine.circuit);
}

// Over T_s [s] with a stator voltage s u_dc and a field voltage u_f; gives the mean of the shaft's torque [Nm].
template <Scalar T> T integrate(const Model<T>& m, const Ab<T>& s, const T& u_f, State<T>& x) {
  electric_drive::Held<T> held{};
  held.units[0] = {.s = s, .u_f = u_f, .temperatures = temperatures(m)};
  held.U_0 = m.u_dc;
  electric_drive::State<T> y{};
  y.units[0] = {.psi = x.psi, .rotor = x.rotor, .theta_e = x.theta_e};
  y.node = {.i = T(0.0), .u_C = m.u_dc};
  y.v = x.omega;
  electric_drive::Rows<T> rows{};
  const Shaft<T> shaft{m.per_inertia, m.tau_load};
  const dc_node::Weights w = held_voltage(m.T_s / m.steps.n);
  electric_step::advance<1>(m.drive, held, shaft, w, m.steps, T(0.0), y, rows);
  x.psi = y.units[0].psi;
  x.rotor = y.units[0].rotor;
  x.theta_e = y.units[0].theta_e;
  x.omega = y.v;
  return rows.units[0].tau / m.T_s;
}

// ---- Control ------------------------------------------------------------------------------------

// The current control alone, as motor_control::step has it; what stands before it rests.
template <Scalar T>
motor_control::Output<T> follow(const motor_control::Model<T>& m, motor_control::State<T>& x,
                                const motor_control::Input<T>& in, const Input<T>& reference) {
  current_control::realised(x.current, in.u_realised - x.u_dead);
  const motor_control::Frame<T> f = motor_control::frame(m, x, in);
  motor_control::Output<T> out{.i = f.i, .i_ref = reference.i_ref, .i_f_ref = reference.i_f_ref};
  motor_control::stator_voltage(m, x, in, f, out);
  if (const auto* c = std::get_if<motor_control::Excited<T>>(&m.p.machine.circuit))
    out.u_f = motor_control::field_voltage(m, *c, x, in.i_f, reference.i_f_ref);
  return out;
}
// All of it, from a torque or a speed. omega_added is for the speed controller alone, not for the turning of the
// voltage: what it does to (3) of motor_control.h is what these shifts of omega_ref and tau_i do.
template <Scalar T>
motor_control::Output<T> command(const motor_control::Model<T>& m, motor_control::State<T>& x,
                                 motor_control::Input<T> in, const Input<T>& reference) {
  const T shift = m.alpha_s * m.p.inertia * reference.omega_added;
  in.tau_ref = reference.tau_ref;
  in.omega_ref = reference.omega_ref - reference.omega_added;
  x.tau_i -= shift;
  const auto out = motor_control::step(m, x, in);
  x.tau_i += shift;
  if (m.p.mode == motor_control::Mode::torque) x.tau_i = T(0.0);  // no loop stops it there
  return out;
}

// e^(j theta) of an induction machine's rotor flux in rotor coordinates, as the control has it; else 1.
template <Scalar T> Complex<T> flux_direction(const Model<T>& m, const State<T>& x) {
  if (!std::holds_alternative<motor_control::Induction<T>>(m.control.p.machine.circuit))
    return {T(1.0), T(0.0)};
  const T psi = length(x.control.psi_R);
  if (psi <= 0.0) return {T(1.0), T(0.0)};
  return (1.0 / psi) * x.control.psi_R;
}

template <Scalar T> Ab<T> modulated(const Model<T>& m, const Complex<T>& u) {
  const pwm::Params<T> p;
  const auto duties =
      pwm::timer(p, pwm::duties(p.modulation, p.overmodulation, Ab<T>{u.re, u.im}, m.u_dc), m.f_sw);
  return pwm::stator_voltage(duties, T(1.0));
}

// ---- (1) and (2) --------------------------------------------------------------------------------

template <Scalar T>
Output<T> tick(const Model<T>& m, Loop loop, const Input<T>& reference, State<T>& x) {
  const Complex<T> turned = turn(x.theta_e) * flux_direction(m, x) * m.lead;
  const auto i = currents(m, x);
  const Complex<T> i_s = vector(to_stator(i.s, angle(x.theta_e)));
  Output<T> out{.i = conj(turned) * i_s, .omega = x.omega};

  const Ab<T> acts = x.s;
  const T u_f = x.u_f;
  motor_control::Input<T> in;
  in.i_s = i_s + turned * reference.i_added;
  in.theta_m = x.theta_e / m.control.p.machine.n_p;
  in.omega_m = x.omega;
  in.u_dc = m.u_dc;
  in.i_f = i.r.x;
  in.T_winding = in.T_junction = m.T_machine;
  in.u_realised = m.u_dc * vector(acts);
  out.control = loop == Loop::current ? follow(m.control, x.control, in, reference)
                                      : command(m.control, x.control, in, reference);
  x.s = modulated(m, out.control.u_s);
  x.u_f = out.control.u_f;
  out.tau = integrate(m, acts, u_f, x);
  return out;
}

template <Scalar T>
dq_machine::Rotor<T> turned_by(const Complex<T>& unit, const dq_machine::Rotor<T>& a) {
  const Complex<T> b = unit * Complex<T>{a.x, a.y};
  return {b.re, b.im};
}
// Of an induction machine rotor quantities too.
template <Scalar T> void turn_back(const Model<T>& m, State<T>& x) {
  const Complex<T> flux = conj(flux_direction(m, x)), stator_turn = conj(turn(x.theta_e)) * flux;
  auto& c = x.control;
  if (std::holds_alternative<motor_control::Induction<T>>(m.control.p.machine.circuit)) {
    x.rotor = turned_by(flux, x.rotor);
    c.psi_R = flux * c.psi_R;
    c.i_R = flux * c.i_R;
  }
  for (Complex<T>* a :
       {&c.current.psi_s, &c.current.u_last, &c.current.u_older, &c.current.u_oldest, &c.u_dead})
    *a = stator_turn * *a;
  x.psi = stator(stator_turn * vector(x.psi));
  x.s = stator(stator_turn * vector(x.s));
  x.theta_e = T(0.0);
}

}  // namespace evsim::control_tick
