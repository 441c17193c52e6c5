// The three numbers that equations are written over:
//   double     one run
//   Pack       4 runs (or 4 wheels) in one instruction stream
//   Dual<N>    a value with its N partial derivatives, for exact Jacobians
// Only arithmetic, comparison, select and sqrt are used on them, so a lane of a Pack gives the same
// bits as a double. Branches on values are written select(mask, a, b).
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <type_traits>

#include "sim/base/pack.h"

namespace evsim {

// Forward-mode dual number: v + sum_k d[k] eps_k, eps_k eps_l = 0.
template <int N> struct Dual {
  double v = 0.0;
  std::array<double, static_cast<std::size_t>(N)> d{};

  Dual() = default;
  Dual(double value) : v(value) {}  // a constant: implicit, as a double is one
};

template <class T> inline constexpr bool is_dual = false;
template <int N> inline constexpr bool is_dual<Dual<N>> = true;

template <class T>
concept Scalar = std::same_as<T, double> || std::same_as<T, Pack> || is_dual<T>;

// The mask that a comparison of T gives.
template <Scalar T> using Mask = decltype(std::declval<T>() < std::declval<T>());

// How many variants T carries.
template <Scalar T> inline constexpr int lanes = std::same_as<T, Pack> ? kLanes : 1;

// ---- Dual arithmetic ----------------------------------------------------------------------------

template <int N> Dual<N> chain(double value, double slope, const Dual<N>& a) {
  Dual<N> r(value);
  for (std::size_t k = 0; k < a.d.size(); ++k) r.d[k] = slope * a.d[k];
  return r;
}
template <int N> Dual<N> operator-(const Dual<N>& a) { return chain(-a.v, -1.0, a); }
template <int N> Dual<N> operator+(const Dual<N>& a, const Dual<N>& b) {
  Dual<N> r(a.v + b.v);
  for (std::size_t k = 0; k < r.d.size(); ++k) r.d[k] = a.d[k] + b.d[k];
  return r;
}
template <int N> Dual<N> operator-(const Dual<N>& a, const Dual<N>& b) {
  Dual<N> r(a.v - b.v);
  for (std::size_t k = 0; k < r.d.size(); ++k) r.d[k] = a.d[k] - b.d[k];
  return r;
}
template <int N> Dual<N> operator*(const Dual<N>& a, const Dual<N>& b) {
  Dual<N> r(a.v * b.v);
  for (std::size_t k = 0; k < r.d.size(); ++k) r.d[k] = a.d[k] * b.v + a.v * b.d[k];
  return r;
}
template <int N> Dual<N> operator/(const Dual<N>& a, const Dual<N>& b) {
  const double q = a.v / b.v;
  Dual<N> r(q);
  for (std::size_t k = 0; k < r.d.size(); ++k) r.d[k] = (a.d[k] - q * b.d[k]) / b.v;
  return r;
}
#define EVSIM_DUAL_MIXED(op)                                                                   \
  template <int N> Dual<N> operator op(const Dual<N>& a, double b) { return a op Dual<N>(b); } \
  template <int N> Dual<N> operator op(double a, const Dual<N>& b) { return Dual<N>(a) op b; }
EVSIM_DUAL_MIXED(+)
EVSIM_DUAL_MIXED(-)
EVSIM_DUAL_MIXED(*)
EVSIM_DUAL_MIXED(/)
#undef EVSIM_DUAL_MIXED
template <int N> Dual<N>& operator+=(Dual<N>& a, const std::type_identity_t<Dual<N>>& b) {
  return a = a + b;
}
template <int N> Dual<N>& operator-=(Dual<N>& a, const std::type_identity_t<Dual<N>>& b) {
  return a = a - b;
}
template <int N> Dual<N>& operator*=(Dual<N>& a, const std::type_identity_t<Dual<N>>& b) {
  return a = a * b;
}
template <int N> Dual<N>& operator/=(Dual<N>& a, const std::type_identity_t<Dual<N>>& b) {
  return a = a / b;
}
#define EVSIM_DUAL_COMPARE(op)                                                                 \
  template <int N> bool operator op(const Dual<N>& a, const Dual<N>& b) { return a.v op b.v; } \
  template <int N> bool operator op(const Dual<N>& a, double b) { return a.v op b; }           \
  template <int N> bool operator op(double a, const Dual<N>& b) { return a op b.v; }
EVSIM_DUAL_COMPARE(<)
EVSIM_DUAL_COMPARE(>)
EVSIM_DUAL_COMPARE(<=)
EVSIM_DUAL_COMPARE(>=)
EVSIM_DUAL_COMPARE(==)
EVSIM_DUAL_COMPARE(!=)
#undef EVSIM_DUAL_COMPARE

// ---- select: a where the mask holds, b elsewhere ------------------------------------------------

inline double select(bool m, double a, double b) { return m ? a : b; }
template <int N> Dual<N> select(bool m, const Dual<N>& a, const Dual<N>& b) { return m ? a : b; }
// Constants on either side.
template <Scalar T> T select(const Mask<T>& m, const T& a, double b)
  requires(!std::same_as<T, double>)
{
  return select(m, a, T(b));
}
template <Scalar T> T select(const Mask<T>& m, double a, const T& b)
  requires(!std::same_as<T, double>)
{
  return select(m, T(a), b);
}

// True when the mask holds in any lane, in all lanes.
inline bool any(bool m) { return m; }
inline bool all(bool m) { return m; }

// ---- min, max, abs, clamp, sign, sqrt: arithmetic and select, the same bits everywhere ----------
// min and max give b where either is NaN, and where both are zeros of different sign; abs(-0.0) is -0.0.
// clamp keeps NaN, so that what diverged stays visible.

template <Scalar T> T min(const T& a, const std::type_identity_t<T>& b) {
  return select(a < b, a, b);
}
template <Scalar T> T max(const T& a, const std::type_identity_t<T>& b) {
  return select(a > b, a, b);
}
template <Scalar T> T abs(const T& a) { return select(a < T(0.0), -a, a); }
// lo <= hi is the caller's duty.
template <Scalar T>
T clamp(const T& a, const std::type_identity_t<T>& lo, const std::type_identity_t<T>& hi) {
  return select(a < lo, lo, select(a > hi, hi, a));
}
// The same of Packs, by the processor's min and max.
inline Pack min(const Pack& a, const Pack& b) { return min<kRegisterLanes>(a, b); }
inline Pack max(const Pack& a, const Pack& b) { return max<kRegisterLanes>(a, b); }
inline Pack abs(const Pack& a) { return max(-a, a); }
inline Pack clamp(const Pack& a, const Pack& lo, const Pack& hi) { return max(lo, min(hi, a)); }
// -1, 0 or 1.
template <Scalar T> T sign(const T& a) {
  return select(a > T(0.0), T(1.0), select(a < T(0.0), T(-1.0), T(0.0)));
}
inline double sqrt(double a) { return std::sqrt(a); }
// Where the argument does not vary the slope is 0, also at 0: a car at rest has a Jacobian.
template <int N> Dual<N> sqrt(const Dual<N>& a) {
  Dual<N> r(std::sqrt(a.v));
  for (std::size_t k = 0; k < r.d.size(); ++k) r.d[k] = a.d[k] == 0.0 ? 0.0 : a.d[k] / (2.0 * r.v);
  return r;
}

// ---- Access by lane, for what enters and leaves the equations -----------------------------------

inline double lane(double a, int) { return a; }
inline double lane(const Pack& a, int i) { return a[static_cast<std::size_t>(i)]; }
template <int N> double lane(const Dual<N>& a, int) { return a.v; }
inline void set_lane(double& a, int, double x) { a = x; }
inline void set_lane(Pack& a, int i, double x) { a.r.set(static_cast<std::size_t>(i), x); }
template <int N> void set_lane(Dual<N>& a, int, double x) { a = Dual<N>(x); }

}  // namespace evsim
