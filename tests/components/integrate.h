// Steps of an ordinary differential equation dx/dt = f(x) for tests of components: x is an array of states.
#pragma once

#include <array>
#include <cstddef>

#include "sim/base/scalar.h"

namespace evsim::test {

template <Scalar T, std::size_t N>
std::array<T, N> plus(std::array<T, N> x, double h, const std::array<T, N>& rate) {
  for (std::size_t i = 0; i < N; ++i) x[i] += h * rate[i];
  return x;
}

template <class F, Scalar T, std::size_t N>
std::array<T, N> rk4_step(F f, const std::array<T, N>& x, double h) {
  const auto k1 = f(x), k2 = f(plus(x, 0.5 * h, k1)), k3 = f(plus(x, 0.5 * h, k2)),
             k4 = f(plus(x, h, k3));
  return plus(plus(plus(plus(x, h / 6.0, k1), h / 3.0, k2), h / 3.0, k3), h / 6.0, k4);
}
template <class F, Scalar T, std::size_t N>
std::array<T, N> heun_step(F f, const std::array<T, N>& x, double h) {
  const auto k1 = f(x), k2 = f(plus(x, h, k1));
  return plus(plus(x, 0.5 * h, k1), 0.5 * h, k2);
}

}  // namespace evsim::test
