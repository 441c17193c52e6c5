// Magnetic circuit of a synchronous machine in rotor coordinates: which currents a flux linkage needs.
// Each model is the gradient of a field energy W(psi_d, psi_q), so it is reciprocal by construction and
// creates no energy:
//   i_d = dW/dpsi_d,  i_q = dW/dpsi_q                                                   (1)
//   field energy of the machine = 3/2 W                                                 (2)
// linear:
//   i_d = (psi_d - psi_f) / L_d,   i_q = psi_q / L_q                                    (3)
// saturating: self and cross saturation as powers, a saturating bridge beside magnets in the d axis:
//   i_d = (a_d0 + a_dd |psi_d|^S + a_dq/(V+2) |psi_d|^U |psi_q|^(V+2)) psi_d + G_b (psi_d - psi_n)
//   i_q = (a_q0 + a_qq |psi_q|^R + a_dq/(U+2) |psi_d|^(U+2) |psi_q|^V) psi_q + k_b G_b psi_q
//   G_b = a_b s^2 / (1 + s^2),   s^2 = (psi_d - psi_n)^2 + k_b psi_q^2                  (4)
// from tables: flux_map.h
// A magnet that has lost flux is the same circuit read further out in d:
//   i(psi_d, psi_q; psi_f - lost) = i(psi_d + lost, psi_q)                              (5)
// Signs: the d axis lies on the magnet; a machine without magnets has psi_f = 0.
// Neglected: space harmonics, hysteresis of the iron (its loss is the machine's).
// Source of (4): S.-E. Saarakkala, M. Hinkkanen et al., algebraic saturation models of synchronous
// reluctance machines; the bridge: A. Varatharajan et al. (as in motulator 0.5.0, BSD-3, PM-SyRM example).
#pragma once

#include <optional>
#include <variant>

#include "sim/base/fields.h"
#include "sim/components/dq.h"
#include "sim/components/flux_map.h"

namespace evsim::magnetics {

// dpsi -> di: the inverse of the incremental inductances [1/H].
template <Scalar T> struct Stiffness {
  T dd, dq, qq;
};

template <Scalar T> struct Linear {
  static constexpr std::string_view kType = "linear";
  static constexpr std::string_view kDoc = "constant inductances";
  T L_d = kRequired;  // [H]
  T L_q = kRequired;  // [H]
  T psi_f = 0.0;      // of the magnets, peak per phase [Vs]
};
template <class P, class V>
  requires same_template<P, Linear>
constexpr void describe(P& p, V&& field) {
  field(p.L_d, Field{"L_d", Dim::inductance, positive, "d-axis inductance"});
  field(p.L_q, Field{"L_q", Dim::inductance, positive, "q-axis inductance"});
  field(p.psi_f, Field{"psi_f", Dim::flux_linkage, not_negative, "of the magnets, peak per phase"});
}

template <Scalar T> struct Saturating {
  static constexpr std::string_view kType = "saturating";
  static constexpr std::string_view kDoc =
      "powers for self and cross saturation, saturating bridge";
  T a_d0 = kRequired;  // [1/H]
  T a_dd = 0.0;        // [1/H/Vs^S]
  T a_q0 = kRequired;  // [1/H]
  T a_qq = 0.0;        // [1/H/Vs^R]
  T a_dq = 0.0;        // [1/H/Vs^(U+V+2)]
  int S = 1, R = 1, U = 1, V = 1;
  T a_b = 0.0;    // of the bridge [1/H]
  T psi_n = 0.0;  // flux at which the bridge carries nothing [Vs]
  T k_b = 0.0;    // share of the q axis in the bridge's saturation
};
template <class P, class V>
  requires same_template<P, Saturating>
constexpr void describe(P& p, V&& field) {
  field(p.a_d0, Field{"a_d0", Dim::none, positive, "inverse d inductance without flux, 1/H"});
  field(p.a_dd, Field{"a_dd", Dim::none, not_negative, "self saturation of d, 1/(H Vs^S)"});
  field(p.a_q0, Field{"a_q0", Dim::none, positive, "inverse q inductance without flux, 1/H"});
  field(p.a_qq, Field{"a_qq", Dim::none, not_negative, "self saturation of q, 1/(H Vs^R)"});
  field(p.a_dq, Field{"a_dq", Dim::none, not_negative, "cross saturation, 1/(H Vs^(U+V+2))"});
  field(p.S, Field{"S", Dim::none, between(0, 20), "power of the d saturation"});
  field(p.R, Field{"R", Dim::none, between(0, 20), "power of the q saturation"});
  field(p.U, Field{"U", Dim::none, between(0, 20), "power of psi_d in the cross saturation"});
  field(p.V, Field{"V", Dim::none, between(0, 20), "power of psi_q in the cross saturation"});
  field(p.a_b, Field{"a_b", Dim::none, not_negative, "inverse inductance of the bridge, 1/H"});
  field(p.psi_n,
        Field{"psi_n", Dim::flux_linkage, any_value, "d flux at which the bridge carries nothing"});
  field(p.k_b, Field{"k_b", Dim::none, not_negative, "share of q in the bridge's saturation"});
}

// Tables of a file: rectangular grids in CSV or in place.
template <Scalar T> struct CurrentMap {
  static constexpr std::string_view kType = "currents_over_flux";
  static constexpr std::string_view kDoc = "currents over flux linkages; both need the same axes";
  Table2<T> i_d, i_q;  // [A] over psi_d, psi_q [Vs]
};
template <class P, class V>
  requires same_template<P, CurrentMap>
constexpr void describe(P& p, V&& field) {
  constexpr Axis d{"psi_d", Dim::flux_linkage}, q{"psi_q", Dim::flux_linkage};
  field(p.i_d, Field2{"i_d", Dim::current_amplitude, any_value, "d current", d, q});
  field(p.i_q, Field2{"i_q", Dim::current_amplitude, any_value, "q current", d, q});
}
template <Scalar T> struct FluxMap {
  static constexpr std::string_view kType = "flux_over_currents";
  static constexpr std::string_view kDoc = "flux linkages over currents; both need the same axes";
  Table2<T> psi_d, psi_q;  // [Vs] over i_d, i_q [A]
};
template <class P, class V>
  requires same_template<P, FluxMap>
constexpr void describe(P& p, V&& field) {
  constexpr Axis d{"i_d", Dim::current_amplitude}, q{"i_q", Dim::current_amplitude};
  field(p.psi_d, Field2{"psi_d", Dim::flux_linkage, any_value, "d flux linkage", d, q});
  field(p.psi_q, Field2{"psi_q", Dim::flux_linkage, any_value, "q flux linkage", d, q});
}

// As a file gives it, and as the equations need it.
template <Scalar T> using Params =
    std::variant<Linear<T>, Saturating<T>, CurrentMap<T>, FluxMap<T>>;
template <Scalar T> using Model = std::variant<Linear<T>, Saturating<T>, flux_map::Map<T>>;
// Throws std::invalid_argument for a table that is no magnetic circuit, and says where.
Model<double> prepare(const Params<double>& p);
// How well tables suit a field energy; nothing where there are none.
std::optional<flux_map::Figures> figures(const Params<double>& p);

namespace detail {
// |x|^n, n >= 0 (Integer powers: exact and quick).
template <Scalar T> T power(const T& x, int n) {
  T out(1.0), base = abs(x);
  for (; n > 0; n /= 2) {
    if (n % 2 == 1) out = out * base;
    base = base * base;
  }
  return out;
}
}  // namespace detail

// Parameters are over P, states over T: a Dual state asks a plain model for its derivatives.
// ---- (1): currents [A] of flux linkages [Vs] ----------------------------------------------------

template <Scalar P, Scalar T> Dq<T> currents(const Linear<P>& m, const Dq<T>& psi) {
  return {.d = (psi.d - m.psi_f) / m.L_d, .q = psi.q / m.L_q};
}
template <Scalar P, Scalar T> Dq<T> currents(const Saturating<P>& m, const Dq<T>& psi) {
  using detail::power;
  const T U = power(psi.d, m.U), V = power(psi.q, m.V);
  const T x = psi.d - m.psi_n, s2 = x * x + m.k_b * psi.q * psi.q;
  const T G_b = m.a_b * s2 / (1.0 + s2);
  const T G_d = m.a_d0 + m.a_dd * power(psi.d, m.S) + m.a_dq / (m.V + 2.0) * U * V * psi.q * psi.q;
  const T G_q = m.a_q0 + m.a_qq * power(psi.q, m.R) + m.a_dq / (m.U + 2.0) * U * psi.d * psi.d * V;
  return {.d = G_d * psi.d + G_b * x, .q = (G_q + m.k_b * G_b) * psi.q};
}

template <Scalar P, Scalar T> Dq<T> currents(const flux_map::Map<P>& m, const Dq<T>& psi) {
  return flux_map::gradient(m, psi);
}

// ---- W [A Vs] -----------------------------------------------------------------------------------

template <Scalar P, Scalar T> T field_energy(const Linear<P>& m, const Dq<T>& psi) {
  const T x = psi.d - m.psi_f;
  return 0.5 * (x * x / m.L_d + psi.q * psi.q / m.L_q);
}
template <Scalar P, Scalar T> T field_energy(const Saturating<P>& m, const Dq<T>& psi) {
  using detail::power;
  const T x = psi.d - m.psi_n, s2 = x * x + m.k_b * psi.q * psi.q;
  return 0.5 * (m.a_d0 * psi.d * psi.d + m.a_q0 * psi.q * psi.q) +
         m.a_dd / (m.S + 2.0) * power(psi.d, m.S + 2) +
         m.a_qq / (m.R + 2.0) * power(psi.q, m.R + 2) +
         m.a_dq / ((m.U + 2.0) * (m.V + 2.0)) * power(psi.d, m.U + 2) * power(psi.q, m.V + 2) +
         0.5 * m.a_b * (s2 - log(1.0 + s2));
}

template <Scalar P, Scalar T> T field_energy(const flux_map::Map<P>& m, const Dq<T>& psi) {
  return flux_map::value(m, psi);
}

// ---- The whole variant --------------------------------------------------------------------------

template <Scalar P, Scalar T> Dq<T> currents(const Model<P>& m, const Dq<T>& psi) {
  return std::visit([&](const auto& x) { return currents(x, psi); }, m);
}
template <Scalar P, Scalar T> T field_energy(const Model<P>& m, const Dq<T>& psi) {
  return std::visit([&](const auto& x) { return field_energy(x, psi); }, m);
}

// dpsi -> di by exact derivatives.
Stiffness<double> stiffness(const Model<double>& m, const Dq<double>& psi);

// Flux linkages that a current has: the inverse of (1) by Newton's method on the convex W, to rounding.
// Throws std::domain_error where none is found (a W that is not convex).
Dq<double> fluxes(const Model<double>& m, const Dq<double>& i);
// Of the magnets: without current [Vs].
inline double magnet_flux(const Model<double>& m) { return fluxes(m, {0.0, 0.0}).d; }

}  // namespace evsim::magnetics
