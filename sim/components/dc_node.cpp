#include "sim/components/dc_node.h"

namespace evsim::dc_node {
namespace {

// i_node over the share of the step, about a place of it.
using Cubic = std::array<double, 4>;

Cubic moved(const Cubic& n, double by) {
  Cubic out = n;
  for (std::size_t i = 0; i + 1 < out.size(); ++i)
    for (std::size_t k = out.size() - 1; k-- > i;) out[k] += by * out[k + 1];
  return out;
}

// The node over a share of a step of h [s], by its power series:
//   di/dt = h/L (U_0 + R_C i_node - R i - u_C),  du_C/dt = h/C (i - i_node),  R = R_source + R_cable + R_C
struct Stretch {
  double per_L, per_C, R, R_C;

  State<double> advance(const State<double>& from, double U_0, const Cubic& n, double by) const {
    constexpr int kTerms = 20;
    State<double> out = from, term = from;
    double power = 1.0;
    for (int k = 0; k < kTerms; ++k, power *= by) {
      const double n_k = k < 4 ? n[static_cast<std::size_t>(k)] * power : 0.0;
      const double per = by / (k + 1);
      term = {.i = per * per_L * ((k == 0 ? U_0 : 0.0) + R_C * n_k - R * term.i - term.u_C),
              .u_C = per * per_C * (term.i - n_k)};
      out.i += term.i;
      out.u_C += term.u_C;
    }
    return out;
  }
};

}  // namespace

Weights weights(const Params<double>& p, double R_source, double h) {
  const Stretch stretch{
      .per_L = h / p.L_cable, .per_C = h / p.C, .R = R_source + p.R_cable + p.R_C, .R_C = p.R_C};
  // Of i and u_C in one unit, its size is what swings to and fro.
  const double size = sqrt(stretch.per_L * stretch.per_C) + stretch.per_L * stretch.R;
  Weights w{};
  w.h = h;
  for (std::size_t k = 0; k < kInputs; ++k) {
    State<double> x{.i = k == 0 ? 1.0 : 0.0, .u_C = k == 1 ? 1.0 : 0.0};
    const double U_0 = k == 2 ? 1.0 : 0.0;
    Cubic n{};
    if (k >= 3)
      for (std::size_t m = 0; m < n.size(); ++m) n[m] = gauss::p[m][k - 3];
    double at = 0.0;
    const auto advance_to = [&](double stop) {
      const int pieces = 1 + static_cast<int>(2.0 * size * (stop - at));
      const double by = (stop - at) / pieces;
      for (int piece = 0; piece < pieces; ++piece)
        x = stretch.advance(x, U_0, moved(n, at + piece * by), by);
      at = stop;
    };
    for (std::size_t node = 0; node < gauss::kNodes; ++node) {
      advance_to(gauss::c[node]);
      const double drawn = k == 3 + node ? 1.0 : 0.0;
      w.i[k][node] = x.i;
      w.u[k][node] = x.u_C + p.R_C * (x.i - drawn);
    }
    advance_to(1.0);
    w.i_end[k] = x.i;
    w.u_end[k] = x.u_C;
  }
  return w;
}

}  // namespace evsim::dc_node
