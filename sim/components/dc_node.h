// DC node: a source behind its resistance, a cable, and the capacitor that all inverters share.
//   L di/dt = U_0 - R i - u,      R = R_source + R_cable                                   (1)
//   C du_C/dt = i - i_node                                                                 (2)
//   u = u_C + R_C (i - i_node)                                                             (3)
// i_node is what inverters and consumers draw. Stores: 1/2 C u_C^2 + 1/2 L i^2; losses: R i^2 and
// R_C (i - i_node)^2, of which the source's own R_source i^2 belongs to the battery.
// The node is stiff beside the machines (R C is some 20 us), but linear: over a step h it is solved exactly for
// an i_node that the Runge-Kutta stages know. With x = (i, u_C), dx/dt = A x + b:
//   x_a = E_2 x + P_2 b_n,  x_b = E_2 x + P_2 b_a,  x_c = E_2 x_a + P_2 (2 b_b - b_n),
//   x(h) = E x + F_1 b_n + 2 F_2 (b_a + b_b) + F_3 b_c,   E = e^(A h),  E_2 = e^(A h/2)     (4)
//   P_2 = h/2 phi_1(A h/2),  F_1 = h (phi_1 - 3 phi_2 + 4 phi_3),  F_2 = h (phi_2 - 2 phi_3),
//   F_3 = h (4 phi_3 - phi_2),   phi_k of A h                                               (5)
// Without stiffness (A = 0) this is the classical scheme of fourth order.
// Signs: i > 0 from the source, i_node > 0 into the inverters.
// Source of (4), (5): S. Cox, P. Matthews, J. Comput. Phys. 176 (2002), (26) to (29).
#pragma once

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::dc_node {

// As the vehicle file gives it; both conductors.
template <Scalar T> struct Cable {
  T R = 1e-3;  // [Ohm]
  T L = 1e-6;  // [H]
};
template <class P, class V>
  requires same_template<P, Cable>
constexpr void describe(P& p, V&& field) {
  field(p.R, Field{"R", Dim::resistance, not_negative, "of both conductors"});
  field(p.L, Field{"L", Dim::inductance, positive, "of both conductors"});
}

template <Scalar T> struct Params {
  T C{};        // of all inverters' capacitors [F]
  T R_C{};      // their equivalent series resistance [Ohm]
  T R_cable{};  // [Ohm]
  T L_cable{};  // [H]
};

template <Scalar T> struct State {
  T i;    // in the cable [A]
  T u_C;  // at the capacitor [V]
};

// (3): voltage at the inverters [V] when a current i_node [A] and a power p [W] are drawn:
//   u = B - R_C p / u,  B = u_C + R_C (i - i_node)
// by two rounds from B: the rest is (R_C p / B^2)^3 of u.
template <Scalar T>
T voltage(const Params<T>& p, const State<T>& x, const T& i_node, const T& power) {
  const T B = x.u_C + p.R_C * (x.i - i_node);
  const T share = p.R_C * power / (B * B);
  return B * (1.0 - share * (1.0 + share));
}
template <Scalar T> T stored_energy(const Params<T>& p, const State<T>& x) {
  return 0.5 * (p.C * x.u_C * x.u_C + p.L_cable * x.i * x.i);
}

// (1), (2) as dx/dt = A x + b: b for a source U_0 [V] and a current i_node [A].
template <Scalar T> State<T> drive(const Params<T>& p, const T& U_0, const T& i_node) {
  return {.i = (U_0 + p.R_C * i_node) / p.L_cable, .u_C = -i_node / p.C};
}

template <Scalar T> struct Matrix {
  T ii, iu, ui, uu;
};
template <Scalar T> State<T> operator*(const Matrix<T>& m, const State<T>& x) {
  return {.i = m.ii * x.i + m.iu * x.u_C, .u_C = m.ui * x.i + m.uu * x.u_C};
}
template <Scalar T> State<T> operator*(double c, const State<T>& x) {
  return {.i = c * x.i, .u_C = c * x.u_C};
}
template <Scalar T> State<T> operator+(const State<T>& x, const State<T>& y) {
  return {.i = x.i + y.i, .u_C = x.u_C + y.u_C};
}
template <Scalar T> Matrix<T> matrix(const Params<T>& p, const T& R_source) {
  return {.ii = -(R_source + p.R_cable + p.R_C) / p.L_cable,
          .iu = -1.0 / p.L_cable,
          .ui = 1.0 / p.C,
          .uu = T(0.0)};
}

// (5) for one step length.
template <Scalar T> struct Weights {
  double h{};
  Matrix<T> E_2, P_2, E, F_1, F_2, F_3;
};
Weights<double> weights(const Matrix<double>& A, double h);

}  // namespace evsim::dc_node
