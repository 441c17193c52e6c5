// Angle and speed of a synchronous machine without a position sensor: speed-adaptive flux observer in
// estimated rotor coordinates.
//   dpsi/dt = u - R_s i - j omega psi + k_1 e + k_2 conj(e)                                         (1)
//   e = L_d i_d + psi_f + j L_q i_q - psi              current model less estimate                  (2)
//   psi_a = psi_f + (L_d - L_q) conj(i),  eps = -Im(e / psi_a)         error of the angle           (3)
//   domega/dt = alpha_o^2 eps,  dtheta/dt = omega + 2 alpha_o eps                                   (4)
//   k_1 = 1/4 (R_s (L_d + L_q) / (L_d L_q) + 1/5 |omega|),  k_2 = k_1 psi_a / conj(psi_a)           (5)
// (1) is integrated in stator coordinates with the voltage that acted since the last tick.
// Observable above a few per cent of rated speed; below, the angle rests on R_s alone, and from standstill the
// first angle has to be known. Signs as in the machine: u, i > 0 motoring.
// Source: M. Hinkkanen, S. E. Saarakkala, H. A. A. Awan, E. Moelsae, T. Tuovinen, IEEE Trans. Ind. Appl.
// 54, 2018.
#pragma once

#include "sim/base/constants.h"
#include "sim/base/fields.h"
#include "sim/components/real.h"

namespace evsim::flux_observer {

template <Real T> struct Params {
  int n_p = 1;                         // pole pairs
  T R_s = kRequired;                   // [Ohm]
  T L_d = kRequired, L_q = kRequired;  // [H]
  T psi_f = kRequired;                 // [Vs]
  T bandwidth = 40.0;                  // alpha_o / 2 pi [Hz]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.n_p, Field{"n_p", Dim::none, between(1, 100), "pole pairs"});
  field(p.R_s, Field{"R_s", Dim::resistance, not_negative, "stator phase resistance"});
  field(p.L_d, Field{"L_d", Dim::inductance, positive, "d-axis inductance"});
  field(p.L_q, Field{"L_q", Dim::inductance, positive, "q-axis inductance"});
  field(p.psi_f, Field{"psi_f", Dim::flux_linkage, not_negative, "of the magnets"});
  field(p.bandwidth, Field{"bandwidth", Dim::frequency, positive, "of the speed estimate"});
}

// Electrical angle and speed; vectors in stator coordinates.
template <Real T> struct State {
  T theta{}, omega{};       // expected for the next tick [rad], |theta| <= pi; [rad/s]
  Complex<T> psi_s{};       // of the last tick [Vs]
  Complex<T> i_s{};         // of the last tick [A]
  Complex<T> correction{};  // of (1) at the last tick [V]
};
template <Real T> struct Input {
  Complex<T> i_s;  // [A]
  Complex<T> u_s;  // mean over the period that ends now, at the machine [V]
};
template <Real T> struct Output {
  T theta_m, omega_m;  // of the rotor [rad], [rad/s]; theta_m one of n_p that look alike
  T theta_e, omega_e;
  Complex<T> psi;  // rotor coordinates [Vs]
};

// At rest without current, the d axis at theta_e [rad].
template <Real T> State<T> at_rest(const Params<T>& p, const T& theta_e) {
  State<T> x;
  x.theta = theta_e;
  x.psi_s = p.psi_f * turn(theta_e);
  return x;
}

// Into -pi .. pi, from not more than a turn beside it.
template <Real T> T wrapped(const T& theta) {
  const T turned = select(theta > 0.5 * kTwoPi, theta - kTwoPi, theta);
  return select(turned < -0.5 * kTwoPi, turned + kTwoPi, turned);
}

// Led by a sensor at this tick: as if angle |theta| <= pi [rad], speed [rad/s] and current had been known for
// long. T_s: until the next tick [s].
template <Real T> Output<T> lead(const Params<T>& p, State<T>& x, const T& theta, const T& omega,
                                 const Complex<T>& i_s, const T& T_s) {
  const Complex<T> unit = turn(theta), i = conj(unit) * i_s;
  const Complex<T> psi{p.L_d * i.re + p.psi_f, p.L_q * i.im};
  x = {.theta = wrapped(theta + T_s * omega),
       .omega = omega,
       .psi_s = unit * psi,
       .i_s = i_s,
       .correction = {}};
  return {.theta_m = theta / p.n_p,
          .omega_m = omega / p.n_p,
          .theta_e = theta,
          .omega_e = omega,
          .psi = psi};
}

// Gain of (4) and the voltage that pulls the flux of (1): both from (2), (3), (5).
template <Real T> struct Correction {
  Complex<T> u;
  T eps;
};
template <Real T> Correction<T> correction(const Params<T>& p, const Complex<T>& i,
                                           const Complex<T>& psi, const T& omega) {
  const Complex<T> e = Complex<T>{p.L_d * i.re + p.psi_f, p.L_q * i.im} - psi;
  const Complex<T> psi_a = Complex<T>{p.psi_f, T(0.0)} + (p.L_d - p.L_q) * conj(i);
  const T k = 0.25 * (p.R_s * (p.L_d + p.L_q) / (p.L_d * p.L_q) + 0.2 * abs(omega));
  const T inverse = 1.0 / max(abs2(psi_a), 1e-12);
  return {.u = k * (e + inverse * (psi_a * psi_a) * conj(e)),
          .eps = -inverse * (e * conj(psi_a)).im};
}

// T_s: since the last tick [s].
template <Real T>
Output<T> step(const Params<T>& p, State<T>& x, const Input<T>& in, const T& T_s) {
  const Complex<T> u = in.u_s - (0.5 * p.R_s) * (in.i_s + x.i_s) + x.correction;
  x.psi_s = x.psi_s + T_s * u;
  x.i_s = in.i_s;
  const Complex<T> unit = turn(x.theta);
  const Complex<T> i = conj(unit) * in.i_s, psi = conj(unit) * x.psi_s;
  const Correction<T> c = correction(p, i, psi, x.omega);
  x.correction = unit * c.u;

  Output<T> out{.theta_m = x.theta / p.n_p,
                .omega_m = x.omega / p.n_p,
                .theta_e = x.theta,
                .omega_e = x.omega,
                .psi = psi};
  const T alpha = kTwoPi * p.bandwidth;
  x.omega += T_s * alpha * alpha * c.eps;
  x.theta = wrapped(x.theta + T_s * (x.omega + 2.0 * alpha * c.eps));
  return out;
}

}  // namespace evsim::flux_observer
