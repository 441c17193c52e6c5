// Four instants of a step at which a smooth rate is taken: the nodes of Gauss and Legendre on 0 .. 1. Sums with b
// integrate polynomials of degree 7 over the step, those with a of degree 3 up to each node.
//   integral 0 .. 1 of f = sum b_l f(c_l),   integral 0 .. c_j of f = sum a_jl f(c_l)          (1)
//   f(t) = sum_k t^k sum_l p_kl f(c_l)                                                         (2)
// A value at all of them is one Pack, of doubles; else four values. Where a function takes a group g, that is the
// Pack or one of the four.
// Source: J. C. Butcher, Math. Comp. 18 (1964) 50-64.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "sim/base/scalar.h"

namespace evsim::gauss {

inline constexpr std::size_t kNodes = 4;
using Values = std::array<double, kNodes>;
using Matrix = std::array<Values, kNodes>;

inline constexpr Values c{0.06943184420297371239, 0.33000947820757186760, 0.66999052179242813240,
                          0.93056815579702628761};

namespace detail {
// p of (2), a column a node: Lagrange's polynomials.
constexpr Matrix polynomials() {
  Matrix p{};
  for (std::size_t l = 0; l < kNodes; ++l) {
    Values q{1.0};
    std::size_t degree = 0;
    for (std::size_t m = 0; m < kNodes; ++m) {
      if (m == l) continue;
      const double scale = 1.0 / (c[l] - c[m]);
      ++degree;
      for (std::size_t k = degree + 1; k-- > 0;)
        q[k] = scale * ((k > 0 ? q[k - 1] : 0.0) - c[m] * q[k]);
    }
    for (std::size_t k = 0; k < kNodes; ++k) p[k][l] = q[k];
  }
  return p;
}
}  // namespace detail

inline constexpr Matrix p = detail::polynomials();

namespace detail {
constexpr double integral(double t, std::size_t l) {
  double sum = 0.0, power = t;
  for (std::size_t k = 0; k < kNodes; ++k, power *= t)
    sum += power / static_cast<double>(k + 1) * p[k][l];
  return sum;
}
}  // namespace detail

// a of (1), a column a node.
inline constexpr Matrix a = [] {
  Matrix out{};
  for (std::size_t j = 0; j < kNodes; ++j)
    for (std::size_t l = 0; l < kNodes; ++l) out[l][j] = detail::integral(c[j], l);
  return out;
}();
inline constexpr Values b{detail::integral(1.0, 0), detail::integral(1.0, 1),
                          detail::integral(1.0, 2), detail::integral(1.0, 3)};

// ---- Values at the nodes -------------------------------------------------------------------------

template <Scalar T> inline constexpr std::size_t kGroups = std::same_as<T, double> ? 1 : kNodes;
template <Scalar T> using Group = std::conditional_t<std::same_as<T, double>, Pack, T>;
template <Scalar T> using Nodes = std::array<Group<T>, kGroups<T>>;
static_assert(static_cast<std::size_t>(kLanes) == kNodes);

template <Scalar T> T at(const Nodes<T>& x, std::size_t node) {
  if constexpr (kGroups<T> == 1)
    return x[0][node];
  else
    return x[node];
}
// Constants of the nodes.
template <Scalar T> auto group(const Values& x, std::size_t g) {
  if constexpr (kGroups<T> == 1)
    return Pack(x[0], x[1], x[2], x[3]);
  else
    return x[g];
}
// (1) up to the nodes, over the step.
template <Scalar T> Group<T> up_to_nodes(const Nodes<T>& f, std::size_t g) {
  Group<T> sum = group<T>(a[0], g) * at<T>(f, 0);
  for (std::size_t l = 1; l < kNodes; ++l) sum += group<T>(a[l], g) * at<T>(f, l);
  return sum;
}
template <Scalar T> T over_step(const Nodes<T>& f) {
  T sum = b[0] * at<T>(f, 0);
  for (std::size_t l = 1; l < kNodes; ++l) sum += b[l] * at<T>(f, l);
  return sum;
}

}  // namespace evsim::gauss
