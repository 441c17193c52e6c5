// Electrical machines in rotor coordinates: what all of them share. A rotor coordinate system turns with
// n_p theta_m; for an induction machine too, so that in stator coordinates nothing but the circuit remains:
//   dpsi_s/dt = u_s - R_s i_s                          stator, in stator coordinates             (1)
//   dpsi_r/dt = u_r - R_r i_r                          rotor circuits, in rotor coordinates      (2)
//   tau_em = 3/2 n_p (psi_d i_q - psi_q i_d)           air gap                                   (3)
//   R_s = R_s20 (1 + alpha (T_winding - 293.15 K)) (1 + k_ac omega_e^2)                          (4)
//   tau_iron = 3/2 n_p (k_h s(omega) + k_e omega_e) |psi_s|^2                                    (5)
//   tau_friction = tau_f s(omega) + k_w omega |omega|                                            (6)
//   tau = tau_em - tau_iron - tau_friction             at the shaft
// Magnets that are too hot for the field against them lose flux for good (7): past the knee of their curve they come
// back on a recoil line with less remanence, and keep that loss as they cool down (Ansys, Maxwell help, "Irreversible
// Demagnetization Due to Temperature Change"; measured beside finite elements by S. Sjokvist, S. Eriksson, IEEE Trans.
// Magn. 50(12), 2014). They do so piece by piece; the two straight lines of (7), for all of a rotor at once, are a
// simplification of this project, their figures the user's.
//   T_knee(i_d) = T_knee - knee_shift max(-i_d, 0),   lost >= loss_per_K (T_rotor - T_knee(i_d))    (7)
//   s(omega) = omega / sqrt(omega^2 + omega_0^2)       a sign without a jump
// Iron loss brakes the rotor: its power tau_iron omega is 3/2 (k_h |omega_e| + k_e omega_e^2) |psi_s|^2, and the
// stator pays it with torque-making current, as a resistance beside the main field would ask for. That
// resistance would also see the ripple of a switched voltage, and its loss be wrong there.
// The energy balance follows from (1) to (3), for any magnetic circuit i = dW/dpsi:
//   3/2 Re(u_s conj i_s) + u_r i_r = copper losses + d(3/2 W)/dt + tau_em omega
// Circuits: synchronous (magnets, reluctance), excited (a field winding), induction (a cage).
// Signs: u, i, tau > 0 motoring forward. Source: A. Veltman et al., Fundamentals of Electrical Drives, Springer
// 2007; M. Hinkkanen et al., motulator (conventions).
#pragma once

#include <variant>

#include "sim/base/fields.h"
#include "sim/components/dq.h"
#include "sim/components/magnetics.h"

namespace evsim::dq_machine {

// Copper at 20 degC; the temperature that R_s20 and R_f20 are given for.
inline constexpr double kT20 = 293.15;           // [K]
inline constexpr double kCopperAlpha = 0.00393;  // [1/K], IEC 60028
inline constexpr double kOmega0 = 1.0;           // of s(omega) [rad/s]

template <Scalar T> struct Common {
  int n_p = 1;           // pole pairs
  T R_s = kRequired;     // stator phase resistance at 20 degC [Ohm]
  T k_ac = 0.0;          // AC resistance: R_s rises by k_ac omega_e^2 [s2]
  T k_hysteresis = 0.0;  // [1/Ohm rad/s] = [A/(Vs)]
  T k_eddy = 0.0;        // [1/Ohm]
  T tau_friction = 0.0;  // [Nm]
  T k_windage = 0.0;     // [Nm s2]
};

// ---- Circuits -----------------------------------------------------------------------------------

template <Scalar T> struct Synchronous {  // magnets or reluctance: no rotor circuit
  magnetics::Model<T> magnetics;
  T beta_f = 0.0;  // the magnets' flux per kelvin above 20 degC, < 0 [1/K]
  T psi_f = 0.0;   // of the magnets at 20 degC, as magnetics has it [Vs]
  // (7)
  T T_knee = kInfinity;  // without d current; infinite: never [K]
  T knee_shift = 0.0;    // [K/A]
  T loss_per_K = 0.01;   // [1/K]
};

template <Scalar T> struct Excited {  // a field winding in the d axis
  // psi_d = L_d i_d + L_m i_f,  psi_q = L_q i_q,  psi_f = 3/2 L_m i_d + L_f i_f                    (8)
  T L_d = kRequired, L_q = kRequired, L_m = kRequired, L_f = kRequired;  // [H]
  T R_f = kRequired;  // at 20 degC, brushes included [Ohm]
};

template <Scalar T> struct Induction {  // cage, Gamma circuit: all leakage on the rotor's side
  // i_s = psi_s (1 + (k_s |psi_s|)^S) / L_s + (psi_s - psi_r) / L_l,  i_r = (psi_r - psi_s) / L_l     (9)
  T L_s = kRequired;  // without saturation [H]
  T L_l = kRequired;  // [H]
  T R_r = kRequired;  // at 20 degC [Ohm]
  T k_s = 0.0;        // of the main flux's saturation [1/Vs]
  int S = 1;
};

template <Scalar T> using Circuit = std::variant<Synchronous<T>, Excited<T>, Induction<T>>;

template <Scalar T> struct Model {
  Common<T> common;
  Circuit<T> circuit;
};

template <Scalar T> bool has_rotor(const Model<T>& m) {  // circuits in it
  return !std::holds_alternative<Synchronous<T>>(m.circuit);
}

// ---- State and currents -------------------------------------------------------------------------

// Flux linkages of the rotor's circuits: (psi_f, 0) of a field winding, (psi_rd, psi_rq) of a cage, else 0.
template <Scalar T> struct Rotor {
  T x, y;
};
template <Scalar T> struct Temperatures {
  T winding, rotor;    // [K]; rotor: magnets, cage or field winding
  T lost = 0.0;        // share of the magnets' flux that is gone for good (7)
  T knee = kInfinity;  // of the magnets by a fault, where it lies below T_knee [K]
};
template <Scalar T> Temperatures<T> at_20_degC() { return {T(kT20), T(kT20)}; }

template <Scalar T> struct Currents {
  Dq<T> s;     // stator [A]
  Rotor<T> r;  // rotor circuits [A]
};

template <Scalar T> T copper(const T& R_20, const T& temperature) {
  return R_20 * (1.0 + kCopperAlpha * (temperature - kT20));
}
// Flux that the magnets have lost, to the temperature and for good [Vs].
// Parameters are over P, states over T: one machine at several instants at once, or with derivatives.
template <Scalar T> T lost_flux(const Synchronous<T>& c, const Temperatures<T>& t) {
  return c.psi_f * (t.lost - (1.0 - t.lost) * c.beta_f * (t.rotor - kT20));
}
// (7): share of the flux that magnets lose at a d current, if they have not lost more before.
template <Scalar T>
T demagnetised(const Synchronous<T>& c, const Temperatures<T>& t, const T& i_d) {
  const T knee = min(c.T_knee, t.knee) - c.knee_shift * max(-i_d, 0.0);
  return clamp(c.loss_per_K * (t.rotor - knee), 0.0, 1.0);
}

template <Scalar P, Scalar T> Currents<T> currents(const Synchronous<P>& c, const Dq<T>& psi,
                                                   const Rotor<T>&, const Temperatures<P>& t) {
  const Dq<T> read{psi.d + lost_flux(c, t), psi.q};
  return {.s = magnetics::currents(c.magnetics, read), .r = {T(0.0), T(0.0)}};
}
template <Scalar P, Scalar T> Currents<T> currents(const Excited<P>& c, const Dq<T>& psi,
                                                   const Rotor<T>& rotor, const Temperatures<P>&) {
  const P det = c.L_d * c.L_f - 1.5 * c.L_m * c.L_m;
  return {.s = {(c.L_f * psi.d - c.L_m * rotor.x) / det, psi.q / c.L_q},
          .r = {(c.L_d * rotor.x - 1.5 * c.L_m * psi.d) / det, T(0.0)}};
}
template <Scalar P, Scalar T>
T saturation(const Induction<P>& c, const T& psi2) {  // (k_s |psi_s|)^S
  const T x2 = c.k_s * c.k_s * psi2;
  const T even = magnetics::detail::power(x2, c.S / 2);
  return c.S % 2 == 1 ? even * sqrt(x2) : even;
}
template <Scalar P, Scalar T> Currents<T> currents(const Induction<P>& c, const Dq<T>& psi,
                                                   const Rotor<T>& rotor, const Temperatures<P>&) {
  const T main = (1.0 + saturation(c, psi.d * psi.d + psi.q * psi.q)) / c.L_s;
  const T i_rd = (rotor.x - psi.d) / c.L_l, i_rq = (rotor.y - psi.q) / c.L_l;
  return {.s = {main * psi.d - i_rd, main * psi.q - i_rq}, .r = {i_rd, i_rq}};
}

// Field energy [J], a function of the state.
template <Scalar T> T field_energy(const Synchronous<T>& c, const Dq<T>& psi, const Rotor<T>&,
                                   const Temperatures<T>& t) {
  const Dq<T> read{psi.d + lost_flux(c, t), psi.q};
  return 1.5 * magnetics::field_energy(c.magnetics, read);
}
template <Scalar T> T field_energy(const Excited<T>& c, const Dq<T>& psi, const Rotor<T>& rotor,
                                   const Temperatures<T>& t) {
  const auto i = currents(c, psi, rotor, t);
  return 0.75 * (psi.d * i.s.d + psi.q * i.s.q) + 0.5 * rotor.x * i.r.x;
}
template <Scalar T> T field_energy(const Induction<T>& c, const Dq<T>& psi, const Rotor<T>& rotor,
                                   const Temperatures<T>&) {
  const T psi2 = psi.d * psi.d + psi.q * psi.q;
  const T x = rotor.x - psi.d, y = rotor.y - psi.q;
  const T main = psi2 * (0.5 + saturation(c, psi2) / (c.S + 2.0)) / c.L_s;
  return 1.5 * (main + 0.5 * (x * x + y * y) / c.L_l);
}

// Flux linkages without any current.
template <Scalar T> struct Rest {
  Dq<T> psi;
  Rotor<T> rotor;
};
template <Scalar T> Rest<T> at_rest(const Synchronous<T>& c, const Temperatures<T>& t) {
  return {.psi = {c.psi_f - lost_flux(c, t), T(0.0)}, .rotor = {T(0.0), T(0.0)}};
}
template <Scalar T> Rest<T> at_rest(const Excited<T>&, const Temperatures<T>&) { return {}; }
template <Scalar T> Rest<T> at_rest(const Induction<T>&, const Temperatures<T>&) { return {}; }

// Rates of (2) and the loss in it [W]. u_f: of a field winding [V].
template <Scalar T> struct RotorRates {
  Rotor<T> rate;
  T p_loss;
};
template <Scalar P, Scalar T> RotorRates<T> rotor_rates(const Synchronous<P>&, const Rotor<T>&,
                                                        const P&, const Temperatures<P>&) {
  return {.rate = {T(0.0), T(0.0)}, .p_loss = T(0.0)};
}
template <Scalar P, Scalar T> RotorRates<T> rotor_rates(const Excited<P>& c, const Rotor<T>& i,
                                                        const P& u_f, const Temperatures<P>& t) {
  const P R = copper(c.R_f, t.rotor);
  return {.rate = {u_f - R * i.x, T(0.0)}, .p_loss = R * i.x * i.x};
}
template <Scalar P, Scalar T> RotorRates<T> rotor_rates(const Induction<P>& c, const Rotor<T>& i,
                                                        const P&, const Temperatures<P>& t) {
  const P R = copper(c.R_r, t.rotor);
  return {.rate = {-R * i.x, -R * i.y}, .p_loss = 1.5 * R * (i.x * i.x + i.y * i.y)};
}

// Power into a field winding at a voltage u_f [W].
template <Scalar P, Scalar T, class C> T field_power(const C&, const P& u_f, const Rotor<T>& i) {
  if constexpr (std::same_as<C, Excited<P>>) return u_f * i.x;
  return T(0.0);
}

// How quickly flux linkages move by themselves, within an amplitude I_max of the stator's current [A].
struct Quickness {
  double per_L;        // largest slope of a stator current over its flux linkage [1/H]
  double rotor_decay;  // of the rotor's circuits under a stator flux that is held, at 20 degC [1/s]
};
Quickness quickness(const Model<double>& m, double I_max);

// ---- (3) to (6) ---------------------------------------------------------------------------------

template <Scalar P, Scalar T>
T air_gap_torque(const Common<P>& m, const Dq<T>& psi, const Dq<T>& i) {
  return 1.5 * m.n_p * (psi.d * i.q - psi.q * i.d);
}
template <Scalar P, Scalar T>
T stator_resistance(const Common<P>& m, const T& omega_e, const P& T_winding) {
  return copper(m.R_s, T_winding) * (1.0 + m.k_ac * omega_e * omega_e);
}
template <Scalar T> struct Drag {
  T iron, friction;  // [Nm], against motion
};
template <Scalar P, Scalar T> Drag<T> drag(const Common<P>& m, const T& omega, const Dq<T>& psi) {
  const T s = omega / sqrt(omega * omega + kOmega0 * kOmega0);
  const T psi2 = psi.d * psi.d + psi.q * psi.q;
  return {.iron = 1.5 * m.n_p * (m.k_hysteresis * s + m.k_eddy * m.n_p * omega) * psi2,
          .friction = m.tau_friction * s + m.k_windage * omega * abs(omega)};
}

}  // namespace evsim::dq_machine
