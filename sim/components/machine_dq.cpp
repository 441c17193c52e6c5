#include "sim/components/machine_dq.h"

#include <stdexcept>

namespace evsim::machine_dq {
namespace {

dq_machine::Common<double> common(const Shared<double>& s) {
  const double omega_e = s.n_p * s.omega_ref, psi2 = s.psi_ref * s.psi_ref;
  return {.n_p = s.n_p,
          .R_s = s.R_s,
          .k_ac = s.k_ac,
          .k_hysteresis = s.P_hysteresis / (1.5 * omega_e * psi2),
          .k_eddy = s.P_eddy / (1.5 * omega_e * omega_e * psi2),
          .tau_friction = s.tau_friction,
          .k_windage = s.P_windage / (s.omega_ref * s.omega_ref * s.omega_ref)};
}

double at_20_degC(double R_warm) {
  return R_warm / (1.0 + dq_machine::kCopperAlpha * (kWarm - dq_machine::kT20));
}

// What (1) to (3) say of a machine whose flux without current is psi_0.
struct Base {
  double omega_b, U;      // [rad/s], [V]
  double psi_0, psi_max;  // (1), (2) [Vs]
};
Base base(const machine::Envelope<double>& e, const Shares<double>& s) {
  const double omega_b = e.P_peak / e.tau_peak, U = e.U_ref / sqrt(3.0);
  const double psi_max = U / (s.n_p * omega_b);
  return {omega_b, U, psi_max / s.weakening_speed, psi_max};
}

// The least-current point of a current I, over psi_0: a = L_d I / psi_0, xi = L_q / L_d.
struct Point {
  double cosine, sine;  // of the current's angle to the d axis
  double torque;        // over 3/2 n_p psi_0 I
  double flux;          // over psi_0
};
Point least_current(double a, double xi) {
  // d torque / d angle = 0: 2 k cos^2 + cos - k = 0 with k = (1 - xi) a.
  const double k = (1.0 - xi) * a;
  const double cosine = abs(k) < 1e-12 ? k : (sqrt(1.0 + 8.0 * k * k) - 1.0) / (4.0 * k);
  const double sine = sqrt(1.0 - cosine * cosine);
  const double d = 1.0 + a * cosine, q = xi * a * sine;
  return {cosine, sine, sine * (1.0 + k * cosine), sqrt(d * d + q * q)};
}

struct Sized {
  double I_max, L_d, L_q;
};
Sized size(const Base& b, const machine::Envelope<double>& e, int n_p, double saliency) {
  const double wanted = b.psi_max / b.psi_0;
  double low = 0.0, high = 1.0;
  while (least_current(high, saliency).flux < wanted) {
    high *= 2.0;
    if (high > 1e6)
      throw std::invalid_argument("no inductance brings the flux to U_ref at the base point");
  }
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    (least_current(middle, saliency).flux < wanted ? low : high) = middle;
  }
  const double a = 0.5 * (low + high);
  const double I = e.tau_peak / (1.5 * n_p * b.psi_0 * least_current(a, saliency).torque);
  const double L_d = a * b.psi_0 / I;
  return {I, L_d, saliency * L_d};
}

// (4), (5)
dq_machine::Common<double> common(const Shares<double>& s, const machine::Envelope<double>& e,
                                  const Base& b, double I_max) {
  const double omega_e = s.n_p * b.omega_b, psi2 = b.psi_max * b.psi_max;
  return {.n_p = s.n_p,
          .R_s = at_20_degC(s.copper * e.P_peak / (1.5 * I_max * I_max)),
          .k_ac = 0.0,
          .k_hysteresis = s.hysteresis * e.P_peak / (1.5 * omega_e * psi2),
          .k_eddy = s.eddy * e.P_peak / (1.5 * omega_e * omega_e * psi2),
          .tau_friction = s.friction * e.P_peak / b.omega_b,
          .k_windage = s.windage * e.P_peak / (b.omega_b * b.omega_b * b.omega_b)};
}

struct Prepare {
  const machine::Envelope<double>& envelope;

  Machine operator()(const None<double>&) const {
    throw std::invalid_argument("the machine has no model in dq");
  }
  Machine operator()(const Synchronous<double>& p) const {
    dq_machine::Synchronous<double> c{
        .magnetics = magnetics::prepare(p.magnetics), .beta_f = p.beta_f, .psi_f = 0.0};
    c.psi_f = magnetics::magnet_flux(c.magnetics);
    return {.model = {common(p.shared), c}, .I_max = p.shared.I_max};
  }
  Machine operator()(const Excited<double>& p) const {
    if (1.5 * p.circuit.L_m * p.circuit.L_m >= p.circuit.L_d * p.circuit.L_f)
      throw std::invalid_argument(
          "3/2 L_m^2 must be below L_d L_f: windings can't share more flux");
    return {.model = {common(p.shared), p.circuit}, .I_max = p.shared.I_max, .I_f_max = p.I_f_max};
  }
  Machine operator()(const Induction<double>& p) const {
    return {.model = {common(p.shared), gamma(p.L_sigma, p.L_M, p.R_R, p.psi_sat, p.S)},
            .I_max = p.shared.I_max};
  }
  Machine operator()(const SynchronousFamily<double>& p) const {
    const Base b = base(envelope, p.shares);
    const Sized s = size(b, envelope, p.shares.n_p, p.saliency);
    const double psi_20 = b.psi_0 / (1.0 + p.beta_f * (kWarm - dq_machine::kT20));
    const dq_machine::Synchronous<double> c{
        .magnetics = magnetics::Linear<double>{s.L_d, s.L_q, psi_20},
        .beta_f = p.beta_f,
        .psi_f = psi_20};
    return {.model = {common(p.shares, envelope, b, s.I_max), c}, .I_max = s.I_max};
  }
  Machine operator()(const ExcitedFamily<double>& p) const {
    const Base b = base(envelope, p.shares);
    const Sized s = size(b, envelope, p.shares.n_p, p.saliency);
    const double L_m = b.psi_0 / p.I_f_max;
    const double R_f = p.excitation * envelope.P_peak / (p.I_f_max * p.I_f_max);
    const dq_machine::Excited<double> c{.L_d = s.L_d,
                                        .L_q = s.L_q,
                                        .L_m = L_m,
                                        .L_f = 1.5 * L_m * L_m / (s.L_d * (1.0 - p.leakage)),
                                        .R_f = at_20_degC(R_f)};
    return {.model = {common(p.shares, envelope, b, s.I_max), c},
            .I_max = s.I_max,
            .I_f_max = p.I_f_max};
  }
  Machine operator()(const InductionFamily<double>& p) const {
    const Base b = base(envelope, p.shares);
    const Sized s = size(b, envelope, p.shares.n_p, 1.0);  // I_max: the torque's current
    auto c = common(p.shares, envelope, b, s.I_max);
    const double R_warm = p.shares.copper * envelope.P_peak / (1.5 * s.I_max * s.I_max);
    const double i_M = sqrt(p.excitation * envelope.P_peak / (1.5 * R_warm));
    const double R_R = at_20_degC(p.rotor * envelope.P_peak / (1.5 * s.I_max * s.I_max));
    return {.model = {c, gamma(s.L_d, b.psi_0 / i_M, R_R, kInfinity, 1)},
            .I_max = sqrt(s.I_max * s.I_max + i_M * i_M)};
  }

  // Gamma from inverse Gamma, without saturation:  L_s = L_M + L_sigma,  g = L_s / L_M,
  // L_l = g L_sigma,  R_r = g^2 R_R. Source: G. Slemon, IEEE Trans. Ind. Appl. 25(6), 1989.
  static dq_machine::Induction<double> gamma(double L_sigma, double L_M, double R_R, double psi_sat,
                                             int S) {
    const double L_s = L_M + L_sigma, g = L_s / L_M;
    return {.L_s = L_s, .L_l = g * L_sigma, .R_r = g * g * R_R, .k_s = 1.0 / psi_sat, .S = S};
  }
};

}  // namespace

Machine prepare(const Params<double>& p, const machine::Envelope<double>& envelope) {
  return std::visit(Prepare{envelope}, p);
}

}  // namespace evsim::machine_dq
