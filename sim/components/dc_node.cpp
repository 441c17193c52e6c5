#include "sim/components/dc_node.h"

#include <array>

namespace evsim::dc_node {
namespace {

using M = Matrix<double>;

M plus(const M& a, const M& b, double s = 1.0) {
  return {a.ii + s * b.ii, a.iu + s * b.iu, a.ui + s * b.ui, a.uu + s * b.uu};
}
M times(const M& a, const M& b) {
  return {a.ii * b.ii + a.iu * b.ui, a.ii * b.iu + a.iu * b.uu, a.ui * b.ii + a.uu * b.ui,
          a.ui * b.iu + a.uu * b.uu};
}
M scaled(const M& a, double s) { return {s * a.ii, s * a.iu, s * a.ui, s * a.uu}; }
constexpr M kUnit{1.0, 0.0, 0.0, 1.0};

// phi_0 = e^Z, phi_{k+1} = (phi_k - 1/k!) / Z, to rounding: series of a halved argument, then doubled by
//   phi_0(2Z) = phi_0^2,   2 phi_1(2Z) = phi_1 (phi_0 + 1),
//   4 phi_2(2Z) = phi_1^2 + 2 phi_2,   8 phi_3(2Z) = phi_1 phi_2 + 2 phi_3 + phi_2
// Source: B. Skaflestad, W. Wright, Appl. Numer. Math. 59 (2009), (2.5).
std::array<M, 4> phis(const M& Z) {
  const double size = max(abs(Z.ii) + abs(Z.iu), abs(Z.ui) + abs(Z.uu));
  int halvings = 0;
  double factor = 1.0;
  while (size * factor > 0.5 && halvings < 60) {
    factor *= 0.5;
    ++halvings;
  }
  const M z = scaled(Z, factor);
  std::array<M, 4> phi{};
  for (std::size_t k = 0; k < phi.size(); ++k) {
    double inverse_factorial = 1.0;  // 1 / k!
    for (std::size_t j = 2; j <= k; ++j) inverse_factorial /= static_cast<double>(j);
    M term = scaled(kUnit, inverse_factorial);
    M sum = term;
    for (int j = 1; j < 20; ++j) {
      term = scaled(times(term, z), 1.0 / (static_cast<double>(k) + j));
      sum = plus(sum, term);
    }
    phi[k] = sum;
  }
  for (int n = 0; n < halvings; ++n) {
    const auto [p0, p1, p2, p3] = phi;
    phi[3] = scaled(plus(plus(times(p1, p2), p3, 2.0), p2), 0.125);
    phi[2] = scaled(plus(times(p1, p1), p2, 2.0), 0.25);
    phi[1] = scaled(times(p1, plus(p0, kUnit)), 0.5);
    phi[0] = times(p0, p0);
  }
  return phi;
}

}  // namespace

Weights<double> weights(const Matrix<double>& A, double h) {
  const auto half = phis(scaled(A, 0.5 * h));
  const auto [p0, p1, p2, p3] = phis(scaled(A, h));
  return {.h = h,
          .E_2 = half[0],
          .P_2 = scaled(half[1], 0.5 * h),
          .E = p0,
          .F_1 = scaled(plus(plus(p1, p2, -3.0), p3, 4.0), h),
          .F_2 = scaled(plus(p2, p3, -2.0), h),
          .F_3 = scaled(plus(scaled(p3, 4.0), p2, -1.0), h)};
}

}  // namespace evsim::dc_node
