// Field-oriented control of a drive: torque or speed to the stator voltage vector of the next period.
// At t_k = k T_s currents and angle are sampled; what step() computes from them acts from the output delay on
// and is held, in stator coordinates, over one T_s. Then, in this order:
//   orientation     d axis on the rotor, or on the rotor flux of an induction machine           (1), (2)
//   torque          speed loop (3), derating, slew limit, damping, flux limit (torque_references.h)
//   currents        from tables, within I_max
//   voltage         current_control.h, inverter_voltage.h
//   field voltage   of an excited machine                                                       (4)
// Rotor flux of an induction machine by the current model, in coordinates of the rotor:
//   dpsi_R/dt = R_R i - R_R / L_M psi_R,  theta = theta_e + arg psi_R                              (1)
//   omega = n_p omega_m + R_R i_q / |psi_R|,  i_q = tau / (3/2 n_p |psi_R|)                        (2)
// Speed and field current by 2DOF PI controllers, with what was realised fed back:
//   tau = alpha J (omega_ref - omega) + v,  v = tau_i - alpha J omega,
//   dtau_i/dt = alpha (tau_given - v)                                                             (3)
//   u_f = alpha L_f (i_f,ref - i_f) + v,  v = u_i + (R_f - alpha L_f) i_f,
//   du_i/dt = alpha (u_f,given - v)                                                               (4)
// Active damping of a shaft that twists: a torque against what is quick in the speed, within all limits of (2) in
// torque_references.h but the slew's,
//   tau_damping = -k (omega - omega_slow),  domega_slow/dt = alpha_d (omega - omega_slow)         (5)
// Signs: u, i, tau > 0 motoring forward; amplitudes are peaks. Every member of State, Input and Output is a T.
// Source: M. Hinkkanen et al., motulator (2DOF controllers); L. Harnefors, H.-P. Nee,
// IEEE Trans. Ind. Appl. 34(1), 1998.
#pragma once

#include "sim/base/constants.h"
#include "sim/control/current_control.h"
#include "sim/control/inverter_voltage.h"
#include "sim/control/torque_references.h"

namespace evsim::motor_control {

// Params with what follows from them.
template <Real T> struct Model {
  Params<T> p;
  References<Outside<T>> references;
  current_control::Gains<T> gains;
  T T_fw;              // T_s alpha_fw
  T alpha_s, alpha_f;  // of speed and field current [rad/s]
  T k_slow;            // 1 - e^(-T_s alpha_d)
  T rotor_decay{};     // e^(-T_s R_R / L_M)
  T tau_most;          // tau_max without field weakening [Nm]
};

template <Real T> T period(const Params<T>& p) {
  return 1.0 / (p.update == Update::twice ? 2.0 * p.f_sw : p.f_sw);
}
template <Real T> Model<T> prepare(const Params<T>& p, const References<Outside<T>>& references) {
  const T T_s = period(p), alpha = kTwoPi * p.bandwidth;
  Model<T> m{.p = p,
             .references = references,
             .gains = {},
             .T_fw = {},
             .alpha_s = {},
             .alpha_f = {},
             .k_slow = {},
             .tau_most = {}};
  m.gains = {.T_s = T_s,
             .delay = p.delay_compensation - 0.5,
             .alpha = alpha,
             .k = 1.0 - exp(-T_s * alpha)};
  m.T_fw = T_s * (kTwoPi * p.fw_bandwidth);
  m.alpha_s = kTwoPi * p.speed_bandwidth;
  m.alpha_f = kTwoPi * p.field_bandwidth;
  m.k_slow = 1.0 - exp(-T_s * (kTwoPi * p.damping_corner));
  if (const auto* c = std::get_if<Induction<T>>(&p.machine.circuit))
    m.rotor_decay = exp(-T_s * c->R_R / c->L_M);
  m.tau_most = T(references.tau_max(Outside<T>(1e9)));
  return m;
}

template <Real T> struct State {
  current_control::State<T> current{};
  Complex<T> psi_R{}, i_R{};  // rotor flux, current of the last tick: coordinates of the rotor
  Complex<T> u_dead{};        // of the last output, stator coordinates [V]
  T psi_fw{};                 // [Vs]
  T tau_slewed{};             // [Nm]
  T tau_i{};                  // of the speed loop [Nm]
  T I_ref{};                  // amplitude of the last references [A]
  T u_f{}, u_f_i{};           // of the field [V]
  T omega_slow{};             // [rad/s]
};

// Near the present current psi = L_d i_d + psi_0d + j (L_q i_q + psi_0q), where given is 1: incremental
// inductances of a saturated machine. Else the machine's parameters hold.
template <Real T> struct Local {
  T given{};
  T L_d{}, L_q{}, psi_0d{}, psi_0q{};
};
template <Real T> struct Input {
  T enable = 1.0;               // 0: gates off, all states forgotten
  Complex<T> i_s{};             // stator coordinates [A]
  T theta_m{}, omega_m{};       // of the rotor, |theta_m| <= pi [rad], [rad/s]
  T u_dc{};                     // [V]
  T i_f{};                      // [A]
  T T_winding{}, T_junction{};  // [K]
  T tau_ref{};                  // in mode torque [Nm]
  T omega_ref{};                // in mode speed [rad/s]
  T tau_damping{};              // added past the slew limit [Nm]
  Complex<T> u_realised{};      // of the last output, by the modulator, stator coordinates [V]
  Local<T> local{};
};
template <Real T> struct Output {
  Complex<T> u_s{};         // to be held over the output's period, stator coordinates [V]
  T u_f{};                  // [V]
  Complex<T> i{}, i_ref{};  // dq [A]
  T i_f_ref{};              // [A]
  T tau_ref{};              // after all limits [Nm]
  T omega_s{};              // of the dq coordinates [rad/s]
  T psi_max{};              // [Vs]
  T u_ref{};                // amplitude, before the inverter's limit, without dead time [V]
  T saturated{};            // 1 where the inverter's limit cut it
  T reason{};               // Reason, as a number
};

// ---- Orientation --------------------------------------------------------------------------------

template <Real T> struct Frame {
  Complex<T> orientation;  // e^(j theta)
  T omega;                 // [rad/s]
  Complex<T> i;            // dq [A]
  current_control::Circuit<T> circuit;
  T psi_R;  // of an induction machine [Vs]
};

template <Real T> struct Rotor {  // where it stands
  Complex<T> unit;                // e^(j theta_e)
  T omega_e;
};

template <Real T> Frame<T> frame(const Model<T>& m, const Synchronous<T>& c, State<T>&,
                                 const Input<T>& in, const Rotor<T>& r) {
  return {.orientation = r.unit,
          .omega = r.omega_e,
          .i = conj(r.unit) * in.i_s,
          .circuit = {m.p.machine.R_s, c.L_d, c.L_q, {c.psi_f, T(0.0)}, {}},
          .psi_R = {}};
}
// Within a period the field winding keeps its flux: what the stator sees in d is the transient inductance.
template <Real T> Frame<T> frame(const Model<T>& m, const Excited<T>& c, State<T>& x,
                                 const Input<T>& in, const Rotor<T>& r) {
  const T share = c.L_m / c.L_f, rate = share * (x.u_f - c.R_f * in.i_f);
  const Complex<T> i = conj(r.unit) * in.i_s;
  const T L_d = c.L_d - 1.5 * c.L_m * share;
  const T psi_0 = c.L_m * in.i_f + 1.5 * c.L_m * share * i.re;
  return {.orientation = r.unit,
          .omega = r.omega_e,
          .i = i,
          .circuit = {m.p.machine.R_s, L_d, c.L_q, {psi_0, T(0.0)}, {rate, T(0.0)}},
          .psi_R = {}};
}
inline constexpr double kLeastFlux = 0.01;  // of L_M I_max: below it no orientation
// (1), (2)
template <Real T> Frame<T> frame(const Model<T>& m, const Induction<T>& c, State<T>& x,
                                 const Input<T>& in, const Rotor<T>& r) {
  const Complex<T> i_R = conj(r.unit) * in.i_s;
  x.psi_R = m.rotor_decay * x.psi_R + ((1.0 - m.rotor_decay) * 0.5 * c.L_M) * (x.i_R + i_R);
  x.i_R = i_R;
  const T psi = length(x.psi_R), least = kLeastFlux * c.L_M * m.p.I_max;
  const Complex<T> unit =
      select(psi > least, (1.0 / max(psi, least)) * x.psi_R, Complex<T>{T(1.0), T(0.0)});
  const Complex<T> i = conj(unit) * i_R;
  const Complex<T> psi_R = conj(unit) * x.psi_R;
  const T rate = c.R_R * (i.re - psi_R.re / c.L_M);
  return {.orientation = r.unit * unit,
          .omega = r.omega_e + c.R_R * i.im / max(psi, least),
          .i = i,
          .circuit = {m.p.machine.R_s, c.L_sigma, c.L_sigma, psi_R, {rate, T(0.0)}},
          .psi_R = max(psi, least)};
}
template <Real T> Frame<T> frame(const Model<T>& m, State<T>& x, const Input<T>& in) {
  const Rotor<T> r{turn(m.p.machine.n_p * in.theta_m), m.p.machine.n_p * in.omega_m};
  Frame<T> f =
      std::visit([&](const auto& c) { return frame(m, c, x, in, r); }, m.p.machine.circuit);
  const auto given = in.local.given > 0.5;
  f.circuit.L_d = select(given, in.local.L_d, f.circuit.L_d);
  f.circuit.L_q = select(given, in.local.L_q, f.circuit.L_q);
  f.circuit.psi_0 = select(given, {in.local.psi_0d, in.local.psi_0q}, f.circuit.psi_0);
  return f;
}

// ---- Torque -------------------------------------------------------------------------------------

// (3): torque asked for, and what of it is no answer to the reference [Nm].
template <Real T> struct Asked {
  T tau, v;
};
template <Real T> Asked<T> asked(const Model<T>& m, const State<T>& x, const Input<T>& in) {
  if (m.p.mode == Mode::torque) return {in.tau_ref, T(0.0)};
  const T k = m.alpha_s * m.p.inertia, v = x.tau_i - k * in.omega_m;
  return {clamp(k * (in.omega_ref - in.omega_m) + v, -m.p.tau_max, m.p.tau_max), v};
}

// (5)
template <Real T> T damping(const Model<T>& m, State<T>& x, const Input<T>& in) {
  x.omega_slow = select(x.current.running > 0.5, x.omega_slow, in.omega_m);
  T tau = -m.p.damping * (in.omega_m - x.omega_slow);
  x.omega_slow += m.k_slow * (in.omega_m - x.omega_slow);
  return tau;
}

template <Real T> struct Allowed {
  T tau, tau_max, psi_max, reason;
  FieldWeakening<T> weakening;
};
template <Real T> Allowed<T> allowed(const Model<T>& m, State<T>& x, const Input<T>& in,
                                     const Frame<T>& f, const T& tau_asked) {
  const auto by_u_dc = voltage_derating(m.p.derating, in.u_dc, tau_asked * in.omega_m);
  const T most = m.gains.T_s * m.p.torque_slew;
  x.tau_slewed = clamp(by_u_dc.share * tau_asked, x.tau_slewed - most, x.tau_slewed + most);
  const T tau = x.tau_slewed + in.tau_damping;

  const auto w =
      field_weakening(T(m.p.k_u * kInverseSqrt3 * in.u_dc), f.omega, T(m.p.machine.R_s * x.I_ref));
  const T psi_max = w.room + x.psi_fw;
  const T tau_max = T(m.references.tau_max(outside(psi_max)));
  const T why = select(tau_max < (1.0 - 1e-6) * m.tau_most, number<T>(Reason::voltage),
                       number<T>(Reason::torque_limit));
  return {.tau = clamp(tau, -tau_max, tau_max),
          .tau_max = tau_max,
          .psi_max = psi_max,
          .reason = select(abs(tau) > tau_max, why, by_u_dc.reason),
          .weakening = w};
}

// ---- Currents -----------------------------------------------------------------------------------

template <Real T> struct CurrentReferences {
  Complex<T> i;
  T i_f, tau, reason;
};
template <Real T> CurrentReferences<T> current_references(const Model<T>& m, const Input<T>& in,
                                                          const Frame<T>& f, const Allowed<T>& a) {
  const T share = a.tau / max(a.tau_max, 1e-9);
  const Wanted<T> wanted = currents(m.references, a.psi_max, share);
  const auto limit = current_limit(m.p, in.T_winding, in.T_junction);
  T i_q = wanted.i_q;
  if (std::holds_alternative<Induction<T>>(m.p.machine.circuit))
    i_q = a.tau / (1.5 * m.p.machine.n_p * f.psi_R);  // (2)
  const T i_d = clamp(wanted.i_d, -min(limit.I_max, m.p.I_weakening_max), limit.I_max);
  const T most = sqrt(max(limit.I_max * limit.I_max - i_d * i_d, 0.0));
  const Complex<T> i{i_d, clamp(i_q, -most, most)};
  // Tables may exceed I_max by what their interpolation rounds: no reason.
  const auto cut = abs(i_q - i.im) + abs(wanted.i_d - i_d) > 1e-3 * m.p.I_max;
  const Complex<T> psi = current_control::inductive(f.circuit, i) + f.circuit.psi_0;
  const T tau = 1.5 * m.p.machine.n_p * (psi.re * i.im - psi.im * i.re);
  return {.i = i,
          .i_f = wanted.i_f,
          .tau = select(cut, tau, a.tau),
          .reason = select(cut, limit.reason, a.reason)};
}

// ---- Voltage ------------------------------------------------------------------------------------

// (4)
template <Real T> T field_voltage(const Model<T>& m, const Excited<T>& c, State<T>& x, const T& i_f,
                                  const T& i_f_ref) {
  const T k = m.alpha_f * c.L_f, v = x.u_f_i + (c.R_f - k) * i_f;
  x.u_f = clamp(k * (i_f_ref - i_f) + v, m.p.U_f_min, m.p.U_f_max);
  x.u_f_i += m.gains.T_s * m.alpha_f * (x.u_f - v);
  return x.u_f;
}

// The vector for the inverter and what of it is beside the current control's.
template <Real T> void stator_voltage(const Model<T>& m, State<T>& x, const Input<T>& in,
                                      const Frame<T>& f, Output<T>& out) {
  const Complex<T> u = current_control::step(m.p.design, m.gains, x.current, f.circuit,
                                             {in.i_s, f.orientation, f.omega, out.i_ref});
  const T ahead = m.p.delay_compensation * m.gains.T_s * f.omega;
  x.u_dead = all(m.p.dead_time <= 0.0) ? Complex<T>{}
                                       : dead_time_voltage(m.p, turn(ahead) * in.i_s, in.u_dc);
  out.u_ref = length(u);
  out.u_s = within_inverter(m.p.voltage_limit, u + x.u_dead, in.u_dc);
  const Complex<T> cut = u + x.u_dead - out.u_s;
  out.saturated = select(abs2(cut) > 1e-12 * abs2(u), T(1.0), T(0.0));
}

// ---- All of it ----------------------------------------------------------------------------------

template <Real T> Output<T> step(const Model<T>& m, State<T>& x, Input<T> in) {
  current_control::realised(x.current, in.u_realised - x.u_dead);
  in.tau_damping += damping(m, x, in);
  const Frame<T> f = frame(m, x, in);
  const Asked<T> want = asked(m, x, in);
  const Allowed<T> may = allowed(m, x, in, f, want.tau);
  const CurrentReferences<T> ref = current_references(m, in, f, may);

  Output<T> out{.i = f.i,
                .i_ref = ref.i,
                .i_f_ref = ref.i_f,
                .tau_ref = ref.tau,
                .omega_s = f.omega,
                .psi_max = may.psi_max,
                .reason = ref.reason};
  stator_voltage(m, x, in, f, out);
  if (const auto* c = std::get_if<Excited<T>>(&m.p.machine.circuit))
    out.u_f = field_voltage(m, *c, x, in.i_f, ref.i_f);
  x.tau_i += m.gains.T_s * m.alpha_s * (ref.tau - in.tau_damping - want.v);
  x.psi_fw =
      weakened(may.weakening, x.psi_fw, m.T_fw, min(out.u_ref, 2.0 / 3.0 * in.u_dc), m.p.fw_most);
  x.I_ref = length(ref.i);

  const auto on = in.enable > 0.5;
  if (!all(on)) {
    Output<T> off;
    off.i = f.i;
    off.reason = number<T>(Reason::disabled);
    x = blend<T>(on, x, State<T>{});
    out = blend<T>(on, out, off);
  }
  return out;
}

// As on a controller in single precision: the state is kept in double, each number of it a float.
Output<double> step_rounded(const Model<Float32>& m, State<double>& x, const Input<double>& in);

}  // namespace evsim::motor_control
