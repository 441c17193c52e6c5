// Losses of a permanent-magnet machine from a handful of physical figures: one model for every map
// that no measurement gives. The rotor is taken as round, its reluctance torque as part of the flux:
//   Psi_f = 2 tau_peak / (3 I_max)                  flux per mechanical radian that makes the torque  (1)
//   Psi_peak = U_ref / (sqrt(3) omega_b),  omega_b = P_peak / tau_peak      flux at the base point      (2)
//   L = sqrt(Psi_peak^2 - Psi_f^2) / I_max                                                              (3)
//   i_q = 2 tau / (3 Psi_f)                                                                             (4)
//   i_d = 0 while Psi = sqrt(Psi_f^2 + (L i_q)^2) <= U_ref / (sqrt(3) omega), else field weakening:
//   i_d = (sqrt(Psi_max^2 - (L i_q)^2) - Psi_f) / L,  Psi = Psi_max = U_ref / (sqrt(3) omega)           (5)
//   p_copper = 3/2 R_s (i_d^2 + i_q^2)                                                                  (6)
//   p_iron = (k_hysteresis omega + k_eddy omega^2) (Psi / Psi_peak)^2                                   (7)
//   p_friction = tau_friction omega + k_windage omega^3                                                 (8)
// A machine that makes its flux by a current (in a rotor winding, or magnetising an induction machine) has
// P_excitation > 0 and chooses its flux lambda Psi_f, lambda <= 1, for the least loss:
//   i_q = 2 tau / (3 lambda Psi_f),   p_excitation = P_excitation lambda^2                              (9)
//   lambda^2 = i_q1 sqrt((3/2 R_s + W L^2) / (P_excitation + W Psi_f^2)),  W = p_iron / Psi^2,  i_q1 = i_q(1) (10)
// and less where the voltage asks for it: lambda^2 Psi_f^2 + (L i_q)^2 = Psi_max^2, i_d = 0.             (11)
// All fluxes are peak phase fluxes times pole pairs, so that no pole pair count is needed.
// Neglected: saturation, harmonics, magnet and AC copper loss (part of k_eddy), temperature.
// Source: S. Morimoto et al., IEEE Trans. Ind. Appl. 26(5), 1990 (flux weakening limits);
// G. Bertotti, IEEE Trans. Magn. 24(1), 1988 (iron loss split); (10): least of a sum of (8), (6) and (9).
#pragma once

#include "sim/components/machine.h"

namespace evsim::machine_losses {

template <Scalar T> struct Params {
  static constexpr std::string_view kType = "physical";
  static constexpr std::string_view kDoc = "computed from a few physical figures";
  T I_max = kRequired;         // amplitude of the phase current at peak torque [A]
  T R_s = kRequired;           // phase resistance, warm [Ohm]
  T k_hysteresis = kRequired;  // at Psi_peak, per rad/s [W s] = [J]
  T k_eddy = kRequired;        // at Psi_peak, per (rad/s)^2 [W s^2] = [kg m2]
  T tau_friction = 0.0;        // bearings and seals [Nm]
  T k_windage = 0.0;           // per (rad/s)^3 [W s^3]
  T P_excitation = 0.0;        // of the rotor winding at full flux; 0: magnets [W]
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.I_max, Field{"I_max", Dim::current_amplitude, positive,
                       "amplitude of the phase current at peak torque"});
  field(p.R_s, Field{"R_s", Dim::resistance, not_negative, "phase resistance, warm"});
  field(p.k_hysteresis, Field{"k_hysteresis", Dim::energy, not_negative,
                              "hysteresis loss at the base flux, per rad/s"});
  field(p.k_eddy,
        Field{"k_eddy", Dim::inertia, not_negative, "eddy loss at the base flux, W per (rad/s)^2"});
  field(p.tau_friction, Field{"tau_friction", Dim::torque, not_negative, "bearings and seals"});
  field(p.k_windage, Field{"k_windage", Dim::none, not_negative, "windage, W per (rad/s)^3"});
  field(p.P_excitation, Field{"P_excitation", Dim::power, not_negative,
                              "to make the full flux by a current; 0: magnets make it"});
}

// The same as shares of the machine's peak power, at its base speed omega_b = P_peak / tau_peak: one set
// of shares describes a kind of machine in all sizes.
//   I_max = 2 / sqrt(3) P_peak / U_ref  weakening_speed                                                 (12)
// puts the voltage of the full flux at U_ref where omega = weakening_speed omega_b.
template <Scalar T> struct Family {
  static constexpr std::string_view kType = "family";
  static constexpr std::string_view kDoc = "computed from shares of the machine's peak power";
  T copper = kRequired;           // of the stator at peak torque [-]
  T hysteresis = kRequired;       // [-]
  T eddy = kRequired;             // [-]
  T friction = 0.0;               // bearings and seals [-]
  T windage = 0.0;                // [-]
  T excitation = 0.0;             // at full flux; 0: magnets [-]
  T weakening_speed = kRequired;  // over base speed, at which the full flux meets U_ref [-]
};
template <class P, class V>
  requires same_template<P, Family>
constexpr void describe(P& p, V&& field) {
  field(p.copper, Field{"copper", Dim::none, positive_fraction, "stator copper at peak torque"});
  field(p.hysteresis,
        Field{"hysteresis", Dim::none, fraction, "hysteresis at base speed and base flux"});
  field(p.eddy, Field{"eddy", Dim::none, fraction, "eddy currents at base speed and base flux"});
  field(p.friction, Field{"friction", Dim::none, fraction, "bearings and seals at base speed"});
  field(p.windage, Field{"windage", Dim::none, fraction, "windage at base speed"});
  field(p.excitation, Field{"excitation", Dim::none, fraction,
                            "to make the full flux by a current; 0: magnets make it"});
  field(p.weakening_speed, Field{"weakening_speed", Dim::none, Range{.min = 1, .open_min = true},
                                 "over the base speed, at which the full flux needs U_ref"});
}

// (12), and the shares as figures of one machine.
inline Params<double> sized(const machine::Envelope<double>& e, const Family<double>& f) {
  const double omega_b = e.P_peak / e.tau_peak;
  const double I_max = 2.0 / sqrt(3.0) * e.P_peak / e.U_ref * f.weakening_speed;
  return {.I_max = I_max,
          .R_s = f.copper * e.P_peak / (1.5 * I_max * I_max),
          .k_hysteresis = f.hysteresis * e.P_peak / omega_b,
          .k_eddy = f.eddy * e.P_peak / (omega_b * omega_b),
          .tau_friction = f.friction * e.P_peak / omega_b,
          .k_windage = f.windage * e.P_peak / (omega_b * omega_b * omega_b),
          .P_excitation = f.excitation * e.P_peak};
}

struct Fluxes {
  double Psi_f, Psi_peak, L;  // [V s], [V s], [V s/A]
};
// (1) to (3). L is 0 where the current could not make the torque at the base flux (I_max too small).
inline Fluxes fluxes(const machine::Envelope<double>& e, const Params<double>& p) {
  const double Psi_f = 2.0 * e.tau_peak / (3.0 * p.I_max);
  const double Psi_peak = e.U_ref * e.tau_peak / (sqrt(3.0) * e.P_peak);
  return {Psi_f, Psi_peak, sqrt(max(Psi_peak * Psi_peak - Psi_f * Psi_f, 0.0)) / p.I_max};
}

struct Point {
  double i_d, i_q;                                    // [A]
  double p_copper, p_iron, p_friction, p_excitation;  // [W]
  double loss() const { return p_copper + p_iron + p_friction + p_excitation; }
};

inline constexpr double kLeastFlux = 0.1;  // share of the flux that is kept for a quick response

// (9) to (11): share of the full flux. i_q1: current that makes the torque at full flux [A].
inline double flux_share(const Params<double>& p, const Fluxes& f, double W, double i_q1,
                         double Psi_max) {
  const double L_i = f.L * i_q1, Psi_f2 = f.Psi_f * f.Psi_f;
  const double best = i_q1 * sqrt((1.5 * p.R_s + W * f.L * f.L) / (p.P_excitation + W * Psi_f2));
  // lambda^4 Psi_f^2 - lambda^2 Psi_max^2 + (L i_q1)^2 = 0: the larger root, or its middle where none is.
  const double root =
      sqrt(max(Psi_max * Psi_max * Psi_max * Psi_max - 4.0 * Psi_f2 * L_i * L_i, 0.0));
  const double reached = (Psi_max * Psi_max + root) / (2.0 * Psi_f2);
  const double wanted = clamp(best, kLeastFlux * kLeastFlux, 1.0);
  return sqrt(min(wanted, reached));
}

// (4) to (11) at a speed >= 0 and a torque inside the envelope. Outside it the flux can't be reached:
// then all of Psi_max is left to i_q.
inline Point operating_point(const machine::Envelope<double>& e, const Params<double>& p,
                             double omega, double tau) {
  const Fluxes full = fluxes(e, p);
  const auto [Psi_full, Psi_peak, L] = full;
  const double Psi_max = e.U_ref / (sqrt(3.0) * max(omega, 1e-6 * e.omega_max));
  const double iron = p.k_hysteresis * omega + p.k_eddy * omega * omega;
  const double i_q1 = 2.0 * tau / (3.0 * Psi_full);
  const double lambda = p.P_excitation > 0.0
                            ? flux_share(p, full, iron / (Psi_peak * Psi_peak), abs(i_q1), Psi_max)
                            : 1.0;
  const double Psi_f = lambda * Psi_full, i_q = i_q1 / lambda;
  const double free_flux = sqrt(Psi_f * Psi_f + L * L * i_q * i_q);
  double i_d = 0.0, Psi = free_flux;
  if (free_flux > Psi_max && L > 0.0 && p.P_excitation == 0.0) {
    i_d = (sqrt(max(Psi_max * Psi_max - L * L * i_q * i_q, 0.0)) - Psi_f) / L;
    Psi = Psi_max;
  }
  const double share = Psi / Psi_peak;
  return {.i_d = i_d,
          .i_q = i_q,
          .p_copper = 1.5 * p.R_s * (i_d * i_d + i_q * i_q),
          .p_iron = iron * share * share,
          .p_friction = p.tau_friction * omega + p.k_windage * omega * omega * omega,
          .p_excitation = p.P_excitation * lambda * lambda};
}

// The map of the energy level on an even grid from standstill to omega_max and -tau_peak to tau_peak.
machine::Map<double> map(const machine::Envelope<double>& e, const Params<double>& p);

}  // namespace evsim::machine_losses
