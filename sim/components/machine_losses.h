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
// All fluxes are peak phase fluxes times pole pairs, so that no pole pair count is needed.
// Neglected: saturation, harmonics, magnet and AC copper loss (part of k_eddy), temperature.
// Source: S. Morimoto et al., IEEE Trans. Ind. Appl. 26(5), 1990 (flux weakening limits);
// G. Bertotti, IEEE Trans. Magn. 24(1), 1988 (iron loss split).
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
  double i_d, i_q;                      // [A]
  double p_copper, p_iron, p_friction;  // [W]
};

// (4) to (8) at a speed >= 0 and a torque inside the envelope. Outside it the flux can't be reached:
// then all of Psi_max is left to i_q.
inline Point operating_point(const machine::Envelope<double>& e, const Params<double>& p,
                             double omega, double tau) {
  const auto [Psi_f, Psi_peak, L] = fluxes(e, p);
  const double Psi_max = e.U_ref / (sqrt(3.0) * max(omega, 1e-6 * e.omega_max));
  const double i_q = 2.0 * tau / (3.0 * Psi_f);
  const double free_flux = sqrt(Psi_f * Psi_f + L * L * i_q * i_q);
  double i_d = 0.0, Psi = free_flux;
  if (free_flux > Psi_max && L > 0.0) {
    i_d = (sqrt(max(Psi_max * Psi_max - L * L * i_q * i_q, 0.0)) - Psi_f) / L;
    Psi = Psi_max;
  }
  const double flux_share = Psi / Psi_peak;
  return {.i_d = i_d,
          .i_q = i_q,
          .p_copper = 1.5 * p.R_s * (i_d * i_d + i_q * i_q),
          .p_iron = (p.k_hysteresis * omega + p.k_eddy * omega * omega) * flux_share * flux_share,
          .p_friction = p.tau_friction * omega + p.k_windage * omega * omega * omega};
}

// The map of the energy level on an even grid from standstill to omega_max and -tau_peak to tau_peak.
machine::Map<double> map(const machine::Envelope<double>& e, const Params<double>& p);

}  // namespace evsim::machine_losses
