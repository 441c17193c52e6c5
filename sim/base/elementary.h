// The elementary functions that physics, controllers, cycles and noise may call, instead of libm's,
// whose bits depend on the processor: here a lane of a Pack, a double and the value of a Dual have the
// same bits, with every compiler and on every x86-64 (round to nearest, no fused multiply-add).
//
// Errors are the largest measured against 128-bit arithmetic, in ULP (units in the last place), over
// some 10^6 arguments each; results below 2.2e-308 are gradual, or 0 under flush-to-zero.
// NaN in, NaN out. Slopes of a Dual are exact to rounding; where an argument does not vary they are 0,
// even where the function is steep without bound.
#pragma once

#include "sim/base/elementary_kernels.h"
#include "sim/base/scalar.h"

namespace evsim {

using kernels::SinCos;

// sin(x) and cos(x) at the price of one [x in rad].
// |x| <= 1.6e6 rad: 0.8 ULP, 1.1 beside the zeros. To 1.07e9 (2^30) rad the argument is in addition
// off by as much as its own last place; beyond: NaN. Wrap angles that grow.
inline SinCos<double> sincos(double x) { return kernels::sincos(x); }
inline SinCos<Pack> sincos(const Pack& x) { return kernels::sincos(x); }
template <int N> SinCos<Dual<N>> sincos(const Dual<N>& x) {
  const auto [s, c] = kernels::sincos(x.v);
  return {chain(s, c, x), chain(c, -s, x)};
}

inline double sin(double x) { return kernels::sincos(x).sin; }
inline Pack sin(const Pack& x) { return kernels::sincos(x).sin; }
template <int N> Dual<N> sin(const Dual<N>& x) { return sincos(x).sin; }

inline double cos(double x) { return kernels::sincos(x).cos; }
inline Pack cos(const Pack& x) { return kernels::sincos(x).cos; }
template <int N> Dual<N> cos(const Dual<N>& x) { return sincos(x).cos; }

// |x| <= 1.6e6 rad: 2.2 ULP; beyond as sin and cos.
inline double tan(double x) {
  const auto [s, c] = kernels::sincos(x);
  return s / c;
}
inline Pack tan(const Pack& x) {
  const auto [s, c] = kernels::sincos(x);
  return s / c;
}
template <int N> Dual<N> tan(const Dual<N>& x) {
  const double t = tan(x.v);
  return chain(t, 1.0 + t * t, x);
}

// Sine and cosine at half the price where only the absolute error counts: 3.2e-16 for |x| <= 1e6 rad.
inline double sin_near(double x) { return kernels::sin_near(x); }
inline Pack sin_near(const Pack& x) { return kernels::sin_near(x); }
inline double cos_near(double x) { return kernels::cos_near(x); }
inline Pack cos_near(const Pack& x) { return kernels::cos_near(x); }
template <int N> Dual<N> sin_near(const Dual<N>& x) {
  return chain(kernels::sin_near(x.v), kernels::cos_near(x.v), x);
}
template <int N> Dual<N> cos_near(const Dual<N>& x) {
  return chain(kernels::cos_near(x.v), -kernels::sin_near(x.v), x);
}

// -pi/2 .. pi/2 [rad], any x: 0.9 ULP.
inline double atan(double x) { return kernels::atan(x); }
inline Pack atan(const Pack& x) { return kernels::atan(x); }
template <int N> Dual<N> atan(const Dual<N>& x) {
  return chain(kernels::atan(x.v), 1.0 / (1.0 + x.v * x.v), x);
}

// Angle of the point (x, y), -pi .. pi [rad]: 1.5 ULP. Signed zeros count as in IEEE 754:
// atan2(+-0, -1) = +-pi, atan2(+-0, 0) = +-0; an infinity counts as the largest double.
// At the origin the slopes of a Dual are 0.
inline double atan2(double y, double x) { return kernels::atan2(y, x); }
inline Pack atan2(const Pack& y, const Pack& x) { return kernels::atan2(y, x); }
template <int N> Dual<N> atan2(const Dual<N>& y, const Dual<N>& x) {
  const double r2 = x.v * x.v + y.v * y.v;
  const double to_y = r2 == 0.0 ? 0.0 : x.v / r2;
  const double to_x = r2 == 0.0 ? 0.0 : -y.v / r2;
  return chain(kernels::atan2(y.v, x.v), to_y, y) + chain(0.0, to_x, x);
}

// Any x: 0.9 ULP; 0 below -745.14, inf above 709.78.
inline double exp(double x) { return kernels::exp(x); }
inline Pack exp(const Pack& x) { return kernels::exp(x); }
template <int N> Dual<N> exp(const Dual<N>& x) {
  const double e = kernels::exp(x.v);
  return chain(e, e, x);
}

namespace kernels {
// chain() for slopes that may be infinite.
template <int N> Dual<N> chain_where_varying(double value, double slope, const Dual<N>& a) {
  Dual<N> r(value);
  for (std::size_t k = 0; k < a.d.size(); ++k) r.d[k] = a.d[k] == 0.0 ? 0.0 : slope * a.d[k];
  return r;
}
}  // namespace kernels

// Natural logarithm. x > 0: 0.9 ULP; log(0) = -inf; x < 0: NaN.
inline double log(double x) { return kernels::log(x); }
inline Pack log(const Pack& x) { return kernels::log(x); }
template <int N> Dual<N> log(const Dual<N>& x) {
  return kernels::chain_where_varying(kernels::log(x.v), 1.0 / x.v, x);
}

// x^y for finite x >= 0 and finite y: 0.9 ULP. 0^y is 0, 1 or inf for y >, =, < 0.
// NaN for any other x or y, also for negative x with whole y.
inline double pow(double x, double y) { return kernels::pow(x, y); }
inline Pack pow(const Pack& x, const Pack& y) { return kernels::pow(x, y); }
template <int N> Dual<N> pow(const Dual<N>& x, const Dual<N>& y) {
  const double p = kernels::pow(x.v, y.v);
  const double to_x = y.v == 0.0 ? 0.0 : y.v * kernels::pow(x.v, y.v - 1.0);
  const double to_y = p == 0.0 ? 0.0 : p * kernels::log(x.v);
  return kernels::chain_where_varying(p, to_x, x) + kernels::chain_where_varying(0.0, to_y, y);
}

// Any x: 2.4 ULP, 1.5 for |x| <= 0.17.
inline double tanh(double x) { return kernels::tanh(x); }
inline Pack tanh(const Pack& x) { return kernels::tanh(x); }
template <int N> Dual<N> tanh(const Dual<N>& x) {
  const double e = kernels::exp(-2.0 * abs(x.v));
  return chain(kernels::tanh(x.v), 4.0 * e / ((1.0 + e) * (1.0 + e)), x);  // 1 / cosh^2
}

// One of two arguments a constant.
template <int N> Dual<N> atan2(const Dual<N>& y, double x) { return atan2(y, Dual<N>(x)); }
template <int N> Dual<N> atan2(double y, const Dual<N>& x) { return atan2(Dual<N>(y), x); }
template <int N> Dual<N> pow(const Dual<N>& x, double y) { return pow(x, Dual<N>(y)); }
template <int N> Dual<N> pow(double x, const Dual<N>& y) { return pow(Dual<N>(x), y); }

}  // namespace evsim
