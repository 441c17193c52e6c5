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

// The point of (2) and (3), and what it needs.
struct Base {
  double omega_b, omega_e, U;  // [rad/s], [rad/s], [V]
  double tau;                  // air gap [Nm]
};
Base base(const machine::Envelope<double>& e, const Shares<double>& s) {
  const double omega_b = e.P_peak / e.tau_peak;
  const double drag = s.hysteresis + s.eddy + s.friction + s.windage;
  return {.omega_b = omega_b,
          .omega_e = s.n_p * omega_b,
          .U = s.voltage * e.U_ref / sqrt(3.0),
          .tau = (1.0 + drag) * e.tau_peak};
}

double resistance(double share, double P_peak, double I) { return share * P_peak / (1.5 * I * I); }

double amplitude(double d, double q) { return sqrt(d * d + q * q); }
double voltage(double R, double omega, const Dq<double>& i, const Dq<double>& psi) {
  return amplitude(R * i.d - omega * psi.q, R * i.q + omega * psi.d);
}

// What is 0 between low and high; off(low) < 0 < off(high).
template <class Off> double root(double low, double high, Off off) {
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    (off(middle) < 0.0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

// The base point of a machine whose flux without current is psi_0.
struct Sized {
  double psi_0, I_max, L_d, L_q;
  Dq<double> i, psi;
};
// The least-current point with a = L_d I / psi_0.
Sized least_current(const Base& b, int n_p, double psi_0, double saliency, double a) {
  // d torque / d angle = 0: 2 k cos^2 + cos - k = 0 with k = (1 - xi) a.
  const double k = (1.0 - saliency) * a;
  const double cosine = abs(k) < 1e-12 ? k : (sqrt(1.0 + 8.0 * k * k) - 1.0) / (4.0 * k);
  const double sine = sqrt(1.0 - cosine * cosine);
  const double I = b.tau / (1.5 * n_p * psi_0 * sine * (1.0 + k * cosine));
  const double L_d = a * psi_0 / I, L_q = saliency * L_d;
  const Dq<double> i{I * cosine, I * sine};
  return {.psi_0 = psi_0,
          .I_max = I,
          .L_d = L_d,
          .L_q = L_q,
          .i = i,
          .psi = {psi_0 + L_d * i.d, L_q * i.q}};
}
Sized size(const Base& b, const Shares<double>& s, double weakening_speed, double saliency,
           double P_peak) {
  const double psi_0 = b.U / (weakening_speed * b.omega_e);
  const auto at = [&](double a) { return least_current(b, s.n_p, psi_0, saliency, a); };
  const auto off = [&](double a) {
    const Sized x = at(a);
    return voltage(resistance(s.copper, P_peak, x.I_max), b.omega_e, x.i, x.psi) - b.U;
  };
  double high = 1.0;
  while (off(high) < 0.0) {
    high *= 2.0;
    if (high > 1e6)
      throw std::invalid_argument("no inductance brings the voltage to U_ref at the base point");
  }
  return at(root(0.0, high, off));
}

struct SizedCage {
  double psi_R, L_sigma, i_q, i_M;
  Dq<double> psi() const { return {psi_R + L_sigma * i_M, L_sigma * i_q}; }
};
SizedCage size(const Base& b, const machine::Envelope<double>& e,
               const InductionFamily<double>& f) {
  const Shares<double>& s = f.shares;
  const double L_sigma = 0.75 * b.U * b.U / (s.n_p * e.omega_max * f.breakdown * e.P_peak);
  const auto at = [&](double psi_R) {
    const double i_q = b.tau / (1.5 * s.n_p * psi_R);
    return SizedCage{psi_R, L_sigma, i_q, i_q * sqrt(f.excitation / s.copper)};
  };
  const auto off = [&](double psi_R) {
    const SizedCage x = at(psi_R);
    const double omega_r = resistance(f.rotor, e.P_peak, x.i_q) * x.i_q / psi_R;
    return voltage(resistance(s.copper, e.P_peak, x.i_q), b.omega_e + omega_r, {x.i_M, x.i_q},
                   x.psi()) -
           b.U;
  };
  const double low = sqrt(L_sigma * b.tau / (1.5 * s.n_p));  // as much flux in the leakage
  if (off(low) > 0.0)
    throw std::invalid_argument("too much leakage for tau_peak at the base speed: more breakdown");
  return at(root(low, b.U / b.omega_e, off));
}

// (4), (5)
dq_machine::Common<double> common(const Shares<double>& s, const machine::Envelope<double>& e,
                                  const Base& b, double I, const Dq<double>& psi) {
  const double psi2 = psi.d * psi.d + psi.q * psi.q;
  return {.n_p = s.n_p,
          .R_s = at_20_degC(resistance(s.copper, e.P_peak, I)),
          .k_ac = 0.0,
          .k_hysteresis = s.hysteresis * e.P_peak / (1.5 * b.omega_e * psi2),
          .k_eddy = s.eddy * e.P_peak / (1.5 * b.omega_e * b.omega_e * psi2),
          .tau_friction = s.friction * e.P_peak / b.omega_b,
          .k_windage = s.windage * e.P_peak / (b.omega_b * b.omega_b * b.omega_b)};
}

dq_machine::Synchronous<double> with(const Demagnetisation<double>& d, double I_max,
                                     dq_machine::Synchronous<double> c) {
  const double T_least = min(d.T_knee, d.T_knee_I_max);
  if (T_least == kInfinity) return c;
  if (d.T_knee == kInfinity || (d.T_knee_I_max != kInfinity && d.T_knee_I_max > d.T_knee))
    throw std::invalid_argument("demagnetisation: T_knee_I_max must be at most T_knee");
  c.T_knee = d.T_knee;
  c.knee_shift = (d.T_knee - T_least) / I_max;
  c.loss_per_K = d.loss_per_K;
  return c;
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
    return {.model = {common(p.shared), with(p.demagnetisation, p.shared.I_max, c)},
            .I_max = p.shared.I_max};
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
    const Sized s = size(b, p.shares, p.weakening_speed, p.saliency, envelope.P_peak);
    const double psi_20 = s.psi_0 / (1.0 + p.beta_f * (kWarm - dq_machine::kT20));
    const dq_machine::Synchronous<double> c{
        .magnetics = magnetics::Linear<double>{s.L_d, s.L_q, psi_20},
        .beta_f = p.beta_f,
        .psi_f = psi_20};
    return {.model = {common(p.shares, envelope, b, s.I_max, s.psi),
                      with(p.demagnetisation, s.I_max, c)},
            .I_max = s.I_max};
  }
  Machine operator()(const ExcitedFamily<double>& p) const {
    const Base b = base(envelope, p.shares);
    const Sized s = size(b, p.shares, p.weakening_speed, p.saliency, envelope.P_peak);
    const double L_m = s.psi_0 / p.I_f_max;
    const double R_f = p.excitation * envelope.P_peak / (p.I_f_max * p.I_f_max);
    const dq_machine::Excited<double> c{.L_d = s.L_d,
                                        .L_q = s.L_q,
                                        .L_m = L_m,
                                        .L_f = 1.5 * L_m * L_m / (s.L_d * (1.0 - p.leakage)),
                                        .R_f = at_20_degC(R_f)};
    return {.model = {common(p.shares, envelope, b, s.I_max, s.psi), c},
            .I_max = s.I_max,
            .I_f_max = p.I_f_max};
  }
  Machine operator()(const InductionFamily<double>& p) const {
    const Base b = base(envelope, p.shares);
    const SizedCage s = size(b, envelope, p);
    const double R_R = at_20_degC(resistance(p.rotor, envelope.P_peak, s.i_q));
    return {.model = {common(p.shares, envelope, b, s.i_q, s.psi()),
                      gamma(s.L_sigma, s.psi_R / s.i_M, R_R, kInfinity, 1)},
            .I_max = amplitude(s.i_M, s.i_q)};
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
