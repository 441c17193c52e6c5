// Machines with published figures that several tests run.
#pragma once

#include "sim/components/dq_machine.h"

namespace evsim::test {

// Brusa HSM1-6.17.12 as in gym-electric-motor 3.0.3 (DOI 10.1109/TPEL.2020.3006779); 350 V, 400 A.
inline constexpr magnetics::Linear<double> kBrusa{.L_d = 0.37e-3, .L_q = 1.2e-3, .psi_f = 0.066};
// 2.2 kW machine of motulator 0.5.0; 540 V, 4.3 A rms, 150 % current.
inline constexpr magnetics::Linear<double> kPmsm2k2{.L_d = 0.036, .L_q = 0.051, .psi_f = 0.545};
// 5.5 kW magnet-assisted reluctance machine of motulator 0.5.0 (plot_flux_vector_pmsyrm_5kw.py).
inline constexpr magnetics::Saturating<double> kPmsyrm5k5{.a_d0 = 3.96,
                                                          .a_dd = 28.46,
                                                          .a_q0 = 5.89,
                                                          .a_qq = 2.672,
                                                          .a_dq = 41.52,
                                                          .S = 4,
                                                          .R = 6,
                                                          .U = 1,
                                                          .V = 1,
                                                          .a_b = 81.75,
                                                          .psi_n = 0.804,
                                                          .k_b = 0.1};

inline dq_machine::Model<double> synchronous(const dq_machine::Common<double>& common,
                                             const magnetics::Model<double>& magnetics) {
  dq_machine::Model<double> m{.common = common, .circuit = {}};
  m.circuit = dq_machine::Synchronous<double>{.magnetics = magnetics};
  return m;
}
inline dq_machine::Model<double> brusa() {
  return synchronous({.n_p = 3, .R_s = 0.018, .k_hysteresis = 0.5, .k_eddy = 0.002}, kBrusa);
}
inline dq_machine::Model<double> pmsm2k2() { return synchronous({.n_p = 3, .R_s = 3.6}, kPmsm2k2); }
inline dq_machine::Model<double> pmsyrm5k5() {
  return synchronous({.n_p = 2, .R_s = 0.63, .k_eddy = 1e-4}, kPmsyrm5k5);
}
// Without magnets, figures of no machine.
inline dq_machine::Model<double> reluctance() {
  return synchronous({.n_p = 2, .R_s = 0.2},
                     magnetics::Linear<double>{.L_d = 0.02, .L_q = 0.005, .psi_f = 0.0});
}
// About the size of motulator's 2.2 kW induction machine.
inline constexpr dq_machine::Induction<double> kCage{
    .L_s = 0.34, .L_l = 0.023, .R_r = 2.5, .k_s = 0.9, .S = 6};
inline dq_machine::Model<double> induction() {
  dq_machine::Model<double> m{.common = {.n_p = 2, .R_s = 3.7, .k_eddy = 1e-4}, .circuit = {}};
  m.circuit = kCage;
  return m;
}
// L_d, L_q, R_s of the externally excited machine of gym-electric-motor 3.0.3.
inline constexpr dq_machine::Excited<double> kExcited{
    .L_d = 1.66e-3, .L_q = 0.35e-3, .L_m = 3e-3, .L_f = 17e-3, .R_f = 7.2};
inline dq_machine::Model<double> excited() {
  dq_machine::Model<double> m{.common = {.n_p = 3, .R_s = 15.55e-3}, .circuit = {}};
  m.circuit = kExcited;
  return m;
}

}  // namespace evsim::test
