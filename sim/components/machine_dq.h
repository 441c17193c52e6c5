// What a vehicle file says of a machine for the levels `drive` and `waveform`, and the loss map of `energy`:
// a circuit of its own figures, or a family whose shares size one from the machine's envelope.
//
// A family at the base speed omega_b = P_peak / tau_peak, U = voltage U_ref / sqrt(3), at kWarm:
//   n_p psi_f = U / (weakening_speed omega_b)            flux without current                   (1)
//   |R_s i + j omega_e psi| = U at I_max                 the base point needs all of U          (2)
//   tau(I_max) = tau_peak + iron and friction, least current for it      L_q = saliency L_d     (3)
//   3/2 R_s I_max^2 = copper P_peak                                                             (4)
//   iron and friction at omega_b and |psi| of (2) are shares of P_peak                          (5)
// So the machine gives the envelope at its shaft while its control plans with `voltage` of what U_ref allows.
// With a field winding psi_f = L_m I_f, excitation P_peak = R_f I_f^2, and leakage = 1 - 3/2 L_m^2 / (L_d L_f).
// An induction machine has its range from its leakage: the most torque that the voltage leaves, resistances left
// out, is `breakdown` times that of the envelope at the largest speed,
//   3/4 U^2 / (n_p omega_max L_sigma) = breakdown P_peak                                        (6)
// psi_R stands for psi_f and follows from (2), with omega_s for omega_e; in (4) and in 3/2 R_R i_q^2 = rotor P_peak
// is the torque's current i_q, and the magnetising current psi_R / L_M loses excitation P_peak in the stator.
// Source of (2), (3): S. Morimoto et al., IEEE Trans. Ind. Appl. 26(5), 1990; of (6): X. Xu, D. Novotny, IEEE
// Trans. Ind. Appl. 28(6), 1992 (field weakening of induction machines).
#pragma once

#include <variant>

#include "sim/base/fields.h"
#include "sim/components/dq_machine.h"
#include "sim/components/machine.h"

namespace evsim::machine_dq {

inline constexpr double kWarm = 353.15;  // machine temperature of a family's shares [K]

// ---- Own figures --------------------------------------------------------------------------------

// What all machines give beside their circuit.
template <Scalar T> struct Shared {
  int n_p = 0;           // pole pairs
  T I_max = kRequired;   // largest amplitude of the phase current [A]
  T R_s = kRequired;     // at 20 degC [Ohm]
  T k_ac = 0.0;          // R_s rises by k_ac omega_e^2 [s2]
  T P_hysteresis = 0.0;  // at omega_ref and psi_ref [W]
  T P_eddy = 0.0;        // the same [W]
  T omega_ref = 100.0;   // mechanical [rad/s]
  T psi_ref = 1.0;       // amplitude of the stator flux linkage [Vs]
  T tau_friction = 0.0;  // bearings and seals [Nm]
  T P_windage = 0.0;     // at omega_ref [W]
};
template <class P, class V>
  requires same_template<P, Shared>
constexpr void describe(P& p, V&& field) {
  field(p.n_p, Field{"n_p", Dim::none, between(1, 50), "pole pairs"});
  field(p.I_max, Field{"I_max", Dim::current_amplitude, positive, "largest phase current"});
  field(p.R_s, Field{"R_s", Dim::resistance, not_negative, "phase resistance at 20 degC"});
  field(p.k_ac, Field{"k_ac", Dim::none, not_negative,
                      "AC resistance: R_s rises by this times omega_e^2 [s2]"});
  field(p.P_hysteresis,
        Field{"P_hysteresis", Dim::power, not_negative, "hysteresis at omega_ref and psi_ref"});
  field(p.P_eddy, Field{"P_eddy", Dim::power, not_negative, "eddy currents there"});
  field(p.omega_ref, Field{"omega_ref", Dim::angular_speed, positive, "speed of these losses"});
  field(p.psi_ref, Field{"psi_ref", Dim::flux_linkage, positive, "stator flux of these losses"});
  field(p.tau_friction, Field{"tau_friction", Dim::torque, not_negative, "bearings and seals"});
  field(p.P_windage, Field{"P_windage", Dim::power, not_negative, "windage at omega_ref"});
}

template <Scalar T> struct None {
  static constexpr std::string_view kType = "none";
  static constexpr std::string_view kDoc = "no model in dq: the level energy only";
};
template <class P, class V>
  requires same_template<P, None>
constexpr void describe(P&, V&&) {}

// Of magnets: dq_machine.h, (7). The knee falls in a straight line with the d current against them.
template <Scalar T> struct Demagnetisation {
  T T_knee = kInfinity;        // without d current; infinite: never [K]
  T T_knee_I_max = kInfinity;  // with -I_max in d; infinite: as T_knee [K]
  T loss_per_K = 0.01;         // share of the flux per kelvin above it
};
template <class P, class V>
  requires same_template<P, Demagnetisation>
constexpr void describe(P& p, V&& field) {
  constexpr Dim K = Dim::temperature;
  field(
      p.T_knee,
      Field{"T_knee", K, positive,
            "of the magnets, without d current: above it flux is lost for good; left out: never"});
  field(p.T_knee_I_max,
        Field{"T_knee_I_max", K, positive,
              "the same with all of I_max against the magnets; left out: as T_knee"});
  field(p.loss_per_K, Field{"loss_per_K", Dim::none, between(0, 1),
                            "share of the flux lost for each kelvin above the knee"});
}

template <Scalar T> struct Synchronous {
  static constexpr std::string_view kType = "synchronous";
  static constexpr std::string_view kDoc = "magnets in or on the rotor, or none: reluctance";
  Shared<T> shared;
  magnetics::Params<T> magnetics;
  T beta_f = 0.0;  // of the magnets' flux [1/K]
  Demagnetisation<T> demagnetisation = {};
};
template <class P, class V>
  requires same_template<P, Synchronous>
constexpr void describe(P& p, V&& field) {
  describe(p.shared, field);
  field(p.magnetics, Group{"magnetics", "currents of flux linkages, magnets at 20 degC"});
  field(p.beta_f, Field{"beta_f", Dim::none, between(-0.01, 0),
                        "the magnets' flux per kelvin above 20 degC"});
  field(p.demagnetisation, Group{"demagnetisation", "flux that hot magnets lose for good"});
}

template <Scalar T> struct Excited {
  static constexpr std::string_view kType = "excited";
  static constexpr std::string_view kDoc = "synchronous with a field winding";
  Shared<T> shared;
  dq_machine::Excited<T> circuit;
  T I_f_max = kRequired;  // [A]
};
template <class P, class V>
  requires same_template<P, Excited>
constexpr void describe(P& p, V&& field) {
  describe(p.shared, field);
  field(p.circuit.L_d, Field{"L_d", Dim::inductance, positive, "d-axis inductance"});
  field(p.circuit.L_q, Field{"L_q", Dim::inductance, positive, "q-axis inductance"});
  field(p.circuit.L_m, Field{"L_m", Dim::inductance, positive, "psi_d per field current"});
  field(p.circuit.L_f, Field{"L_f", Dim::inductance, positive, "of the field winding"});
  field(p.circuit.R_f,
        Field{"R_f", Dim::resistance, positive, "field winding and brushes at 20 degC"});
  field(p.I_f_max, Field{"I_f_max", Dim::current, positive, "largest field current"});
}

// The inverse-Gamma circuit (all leakage on the stator's side), as data sheets and controllers have it.
template <Scalar T> struct Induction {
  static constexpr std::string_view kType = "induction";
  static constexpr std::string_view kDoc = "cage rotor, inverse-Gamma figures";
  Shared<T> shared;
  T L_sigma = kRequired;  // leakage [H]
  T L_M = kRequired;      // magnetising, without saturation [H]
  T R_R = kRequired;      // of the cage at 20 degC [Ohm]
  T psi_sat = kInfinity;  // stator flux at which saturation doubles the magnetising current [Vs]
  int S = 7;              // how sharply
};
template <class P, class V>
  requires same_template<P, Induction>
constexpr void describe(P& p, V&& field) {
  describe(p.shared, field);
  field(p.L_sigma, Field{"L_sigma", Dim::inductance, positive, "leakage, inverse-Gamma"});
  field(p.L_M, Field{"L_M", Dim::inductance, positive, "magnetising, inverse-Gamma"});
  field(p.R_R, Field{"R_R", Dim::resistance, positive, "cage at 20 degC, inverse-Gamma"});
  field(p.psi_sat, Field{"psi_sat", Dim::flux_linkage, positive,
                         "stator flux at which saturation doubles the magnetising current"});
  field(p.S, Field{"S", Dim::none, between(1, 20), "power of the saturation"});
}

// ---- Families -----------------------------------------------------------------------------------

template <Scalar T> struct Shares {
  int n_p = 0;               // pole pairs
  T copper = kRequired;      // (4)
  T hysteresis = kRequired;  // (5)
  T eddy = kRequired;        // (5)
  T friction = 0.0;          // (5)
  T windage = 0.0;           // (5)
  T voltage = 0.95;          // (2)
};
template <class P, class V>
  requires same_template<P, Shares>
constexpr void describe(P& p, V&& field) {
  field(p.n_p, Field{"n_p", Dim::none, between(1, 50), "pole pairs"});
  field(p.copper, Field{"copper", Dim::none, positive_fraction,
                        "stator copper at peak torque, 80 degC, over peak power"});
  field(p.hysteresis,
        Field{"hysteresis", Dim::none, fraction, "hysteresis at base speed and base flux"});
  field(p.eddy, Field{"eddy", Dim::none, fraction, "eddy currents at base speed and base flux"});
  field(p.friction, Field{"friction", Dim::none, fraction, "bearings and seals at base speed"});
  field(p.windage, Field{"windage", Dim::none, fraction, "windage at base speed"});
  field(p.voltage, Field{"voltage", Dim::none, between(0.5, 1.1),
                         "share of U_ref / sqrt(3) at which the base point is reached"});
}
inline constexpr Field kWeakeningSpeed{"weakening_speed", Dim::none,
                                       Range{.min = 1, .open_min = true},
                                       "over the base speed, at which the full flux needs U_ref"};

template <Scalar T> struct SynchronousFamily {
  static constexpr std::string_view kType = "synchronous_family";
  static constexpr std::string_view kDoc = "magnets; sized by the envelope";
  Shares<T> shares;
  T weakening_speed = kRequired;  // (1)
  T saliency = 1.0;               // L_q / L_d
  T beta_f = 0.0;                 // [1/K]
  Demagnetisation<T> demagnetisation = {};
};
template <class P, class V>
  requires same_template<P, SynchronousFamily>
constexpr void describe(P& p, V&& field) {
  describe(p.shares, field);
  field(p.weakening_speed, kWeakeningSpeed);
  field(p.saliency, Field{"saliency", Dim::none, between(0.2, 10), "L_q over L_d"});
  field(p.beta_f, Field{"beta_f", Dim::none, between(-0.01, 0),
                        "the magnets' flux per kelvin above 20 degC"});
  field(p.demagnetisation, Group{"demagnetisation", "flux that hot magnets lose for good"});
}

template <Scalar T> struct ExcitedFamily {
  static constexpr std::string_view kType = "excited_family";
  static constexpr std::string_view kDoc = "field winding; sized by the envelope";
  Shares<T> shares;
  T weakening_speed = kRequired;  // (1)
  T saliency = 1.0;               // L_q / L_d
  T excitation = kRequired;       // at the full field, over peak power
  T I_f_max = kRequired;          // full field [A]
  T leakage = 0.1;                // 1 - 3/2 L_m^2 / (L_d L_f)
};
template <class P, class V>
  requires same_template<P, ExcitedFamily>
constexpr void describe(P& p, V&& field) {
  describe(p.shares, field);
  field(p.weakening_speed, kWeakeningSpeed);
  field(p.saliency, Field{"saliency", Dim::none, between(0.2, 10), "L_q over L_d"});
  field(p.excitation, Field{"excitation", Dim::none, positive_fraction,
                            "field winding at full field, 80 degC, over peak power"});
  field(p.I_f_max, Field{"I_f_max", Dim::current, positive, "full field"});
  field(p.leakage, Field{"leakage", Dim::none, positive_fraction, "1 - 3/2 L_m^2 / (L_d L_f)"});
}

template <Scalar T> struct InductionFamily {
  static constexpr std::string_view kType = "induction_family";
  static constexpr std::string_view kDoc = "cage rotor; sized by the envelope";
  Shares<T> shares;
  T rotor = kRequired;       // cage at peak torque, over peak power
  T excitation = kRequired;  // magnetising current's loss at full flux, over peak power
  T breakdown = kRequired;   // (6)
};
template <class P, class V>
  requires same_template<P, InductionFamily>
constexpr void describe(P& p, V&& field) {
  describe(p.shares, field);
  field(p.rotor,
        Field{"rotor", Dim::none, positive_fraction, "cage at peak torque, over peak power"});
  field(p.excitation, Field{"excitation", Dim::none, positive_fraction,
                            "loss of the magnetising current at full flux, over peak power"});
  field(p.breakdown, Field{"breakdown", Dim::none, Range{.min = 1, .open_min = true},
                           "most torque at the largest speed over that of the envelope"});
}

template <Scalar T> using Params =
    std::variant<None<T>, Synchronous<T>, Excited<T>, Induction<T>, SynchronousFamily<T>,
                 ExcitedFamily<T>, InductionFamily<T>>;

// A machine as the equations need it, with its limits.
struct Machine {
  dq_machine::Model<double> model;
  double I_max = 0.0;    // amplitude of the phase current [A]
  double I_f_max = 0.0;  // of a field winding [A]
};

inline bool given(const Params<double>& p) { return !std::holds_alternative<None<double>>(p); }

// Throws std::invalid_argument for None, and for a family that its envelope can't be sized to.
Machine prepare(const Params<double>& p, const machine::Envelope<double>& envelope);

}  // namespace evsim::machine_dq
