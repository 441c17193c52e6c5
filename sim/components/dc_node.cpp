#include "sim/components/dc_node.h"

#include <array>

#include "sim/base/constants.h"
#include "sim/base/elementary.h"

namespace evsim::dc_node {
namespace {

struct M {
  double ii, iu, ui, uu;
};

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

// Of i and u_C at a time t of the step to each input alone.
struct Response {
  Row i, u_C;
};
Response response(const Params<double>& p, const M& A, double t, double h) {
  const auto [E, p1, p2, p3] = phis(scaled(A, t));
  const M once = scaled(p1, t), twice = plus(scaled(p2, t * t), p1, -0.5 * h * t);
  const double b_U = 1.0 / p.L_cable, b_i = p.R_C / p.L_cable, b_u = -1.0 / p.C;
  return {.i = {E.ii, E.iu, once.ii * b_U, once.ii * b_i + once.iu * b_u,
                twice.ii * b_i + twice.iu * b_u},
          .u_C = {E.ui, E.uu, once.ui * b_U, once.ui * b_i + once.uu * b_u,
                  twice.ui * b_i + twice.uu * b_u}};
}

void add_square(Form& form, const Row& row, double weight) {
  std::size_t at = 0;
  for (std::size_t a = 0; a < kInputs; ++a)
    for (std::size_t b = a; b < kInputs; ++b)
      form[at++] += (a == b ? 1.0 : 2.0) * weight * row[a] * row[b];
}
void add(Row& sum, const Row& row, double weight) {
  for (std::size_t a = 0; a < kInputs; ++a) sum[a] += weight * row[a];
}

// Nodes and weights of Gauss and Legendre on -1 .. 1, by Newton's method.
constexpr int kNodes = 40;  // for what decays as e^-20 within a step
struct Gauss {
  std::array<double, kNodes> x{}, w{};
};
Gauss gauss() {
  Gauss g;
  for (int k = 0; k < kNodes; ++k) {
    double x = cos(kPi * (k + 0.75) / (kNodes + 0.5)), slope = 1.0;
    for (int round = 0; round < 20; ++round) {
      double p_0 = 1.0, p_1 = x;
      for (int n = 2; n <= kNodes; ++n) {
        const double p_2 = ((2.0 * n - 1.0) * x * p_1 - (n - 1.0) * p_0) / n;
        p_0 = p_1;
        p_1 = p_2;
      }
      slope = kNodes * (x * p_1 - p_0) / (x * x - 1.0);
      x -= p_1 / slope;
    }
    g.x[static_cast<std::size_t>(k)] = x;
    g.w[static_cast<std::size_t>(k)] = 2.0 / ((1.0 - x * x) * slope * slope);
  }
  return g;
}

}  // namespace

Weights weights(const Params<double>& p, double R_source, double h) {
  static const Gauss g = gauss();
  const M A{-(R_source + p.R_cable + p.R_C) / p.L_cable, -1.0 / p.L_cable, 1.0 / p.C, 0.0};
  const Response end = response(p, A, h, h);
  Weights w{};
  w.h = h;
  w.i = end.i;
  w.u_C = end.u_C;
  for (std::size_t k = 0; k < g.x.size(); ++k) {
    const double t = 0.5 * h * (1.0 + g.x[k]), dt = 0.5 * h * g.w[k], middle = t - 0.5 * h;
    const Response r = response(p, A, t, h);
    Row i_C = r.i, u = r.u_C;
    i_C[3] -= 1.0;
    i_C[4] -= middle;
    add(u, i_C, p.R_C);
    add(w.charge, r.i, dt);
    add(w.mean, u, dt / h);
    add(w.slope, u, 12.0 * dt * middle / (h * h * h));
    add_square(w.i2, r.i, dt);
    add_square(w.capacitor, i_C, dt);
  }
  return w;
}

}  // namespace evsim::dc_node
