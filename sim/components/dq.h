// Vectors of three-phase quantities, once for all machines, inverters and controllers.
//   x_s = x_alpha + j x_beta = 2/3 (x_a + a x_b + a^2 x_c),  a = e^(j 2 pi/3)     stator coordinates   (1)
//   x_d + j x_q = x_s e^(-j theta_e)                                          rotor coordinates    (2)
//   p = 3/2 (u_d i_d + u_q i_q)                                               power                (3)
// Amplitude-invariant: |x| is the peak of a phase. The d axis lies on phase a at theta_e = 0; theta_e = n_p theta_m.
#pragma once

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "sim/base/scalar.h"

namespace evsim {

template <Scalar T> struct Dq {  // in rotor coordinates
  T d, q;
};
template <Scalar T> struct Ab {  // in stator coordinates: alpha, beta
  T a, b;
};
template <Scalar T> struct Abc {  // phases
  T a, b, c;
};
template <Scalar T> struct Angle {  // as its cosine and sine
  T cos, sin;
};

template <Scalar T> Angle<T> angle(const T& theta) {
  const auto [s, c] = sincos(theta);
  return {.cos = c, .sin = s};
}
// Turned on by a small angle [rad], |delta| <= 0.5: rest of the series below 1e-13.
template <Scalar T> Angle<T> turned(const Angle<T>& from, const T& delta) {
  constexpr double k2 = 1.0 / 2, k3 = k2 / 3, k4 = k3 / 4, k5 = k4 / 5, k6 = k5 / 6, k7 = k6 / 7,
                   k8 = k7 / 8, k9 = k8 / 9, k10 = k9 / 10, k11 = k10 / 11, k12 = k11 / 12;
  const T x = delta * delta;
  const T s = delta * (1.0 - x * (k3 - x * (k5 - x * (k7 - x * (k9 - x * k11)))));
  const T c = 1.0 - x * (k2 - x * (k4 - x * (k6 - x * (k8 - x * (k10 - x * k12)))));
  return {.cos = from.cos * c - from.sin * s, .sin = from.sin * c + from.cos * s};
}

// (2) and its inverse.
template <Scalar T> Dq<T> to_rotor(const Ab<T>& x, const Angle<T>& theta) {
  return {.d = theta.cos * x.a + theta.sin * x.b, .q = theta.cos * x.b - theta.sin * x.a};
}
template <Scalar T> Ab<T> to_stator(const Dq<T>& x, const Angle<T>& theta) {
  return {.a = theta.cos * x.d - theta.sin * x.q, .b = theta.cos * x.q + theta.sin * x.d};
}

// (1), and the phases of a vector without zero sequence.
template <Scalar T> Ab<T> to_stator(const Abc<T>& x) {
  return {.a = (2.0 * x.a - x.b - x.c) / 3.0, .b = (x.b - x.c) * (2.0 * kHalfSqrt3 / 3.0)};
}
template <Scalar T> Abc<T> to_phases(const Ab<T>& x) {
  return {.a = x.a, .b = -0.5 * x.a + kHalfSqrt3 * x.b, .c = -0.5 * x.a - kHalfSqrt3 * x.b};
}

}  // namespace evsim
