#include "sim/components/flux_map.h"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>

namespace evsim::flux_map {
namespace {

using Values = std::vector<double>;
constexpr int kFine = 4;  // places looked at along a cell's side

// ---- Splines along a line -------------------------------------------------------------------------

// Solves lower[k] x[k-1] + middle[k] x[k] + upper[k] x[k+1] = right[k].
Values tridiagonal(Values lower, Values middle, Values upper, Values right) {
  const std::size_t n = right.size();
  for (std::size_t k = 1; k < n; ++k) {
    const double share = lower[k] / middle[k - 1];
    middle[k] -= share * upper[k - 1];
    right[k] -= share * right[k - 1];
  }
  for (std::size_t k = n; k-- > 0;)
    right[k] = (right[k] - (k + 1 < n ? upper[k] * right[k + 1] : 0.0)) / middle[k];
  return right;
}

// Slopes at the knots of the not-a-knot cubic spline (a parabola through 3 points, a line through 2).
Values spline_slopes(const Values& x, const Values& y) {
  const std::size_t n = x.size(), last = n - 1;
  Values h, rise;
  for (std::size_t k = 0; k < last; ++k) {
    h.push_back(x[k + 1] - x[k]);
    rise.push_back((y[k + 1] - y[k]) / h[k]);
  }
  if (n == 2) return {rise[0], rise[0]};
  Values lower(n, 0.0), middle(n, 1.0), upper(n, 0.0), right(n, 0.0);
  for (std::size_t k = 1; k < last; ++k) {
    lower[k] = h[k];
    middle[k] = 2.0 * (h[k - 1] + h[k]);
    upper[k] = h[k - 1];
    right[k] = 3.0 * (h[k] * rise[k - 1] + h[k - 1] * rise[k]);
  }
  if (n == 3) {
    upper[0] = lower[2] = 1.0;
    right[0] = 2.0 * rise[0];
    right[2] = 2.0 * rise[1];
    return tridiagonal(lower, middle, upper, right);
  }
  const auto end = [](double near, double next, double rise_near, double rise_next) {
    const double both = near + next;
    return ((near + 2.0 * both) * next * rise_near + near * near * rise_next) / both;
  };
  middle[0] = h[1];
  upper[0] = h[0] + h[1];
  right[0] = end(h[0], h[1], rise[0], rise[1]);
  middle[last] = h[last - 2];
  lower[last] = h[last - 1] + h[last - 2];
  right[last] = end(h[last - 1], h[last - 2], rise[last - 1], rise[last - 2]);
  return tridiagonal(lower, middle, upper, right);
}

// Integral from the first knot to each knot.
Values integral(const Values& x, const Values& y, const Values& slope) {
  Values out{0.0};
  for (std::size_t k = 0; k + 1 < x.size(); ++k) {
    const double h = x[k + 1] - x[k];
    out.push_back(out[k] + 0.5 * h * (y[k] + y[k + 1]) + h * h / 12.0 * (slope[k] - slope[k + 1]));
  }
  return out;
}

// ---- Grids ----------------------------------------------------------------------------------------

struct Grid {
  Values d, q;
  std::size_t at(std::size_t i, std::size_t j) const { return i * q.size() + j; }
  std::size_t size() const { return d.size() * q.size(); }
};
using Lines = Values (*)(const Values& x, const Values& y);

// A function of each line of z along d or along q.
Values along_d(const Grid& g, const Values& z, Lines f) {
  Values out(g.size());
  for (std::size_t j = 0; j < g.q.size(); ++j) {
    Values line;
    for (std::size_t i = 0; i < g.d.size(); ++i) line.push_back(z[g.at(i, j)]);
    const Values got = f(g.d, line);
    for (std::size_t i = 0; i < g.d.size(); ++i) out[g.at(i, j)] = got[i];
  }
  return out;
}
Values along_q(const Grid& g, const Values& z, Lines f) {
  Values out;
  for (std::size_t i = 0; i < g.d.size(); ++i) {
    const auto from = z.begin() + static_cast<std::ptrdiff_t>(g.at(i, 0));
    const Values got = f(g.q, Values(from, from + static_cast<std::ptrdiff_t>(g.q.size())));
    out.insert(out.end(), got.begin(), got.end());
  }
  return out;
}
Values spline_integral(const Values& x, const Values& y) {
  return integral(x, y, spline_slopes(x, y));
}
double largest(const Values& z) {
  double most = 0.0;
  for (const double x : z) most = max(most, abs(x));
  return most;
}

// Slopes over d and q that a potential shall have.
struct Slopes {
  Grid grid;
  Values d, q;
};

Slopes read(const Table2<double>& d, const Table2<double>& q) {
  if (d.empty() || q.empty()) throw std::invalid_argument("both tables are needed");
  const auto& a = *d.data();
  const auto& b = *q.data();
  if (a.x().knots() != b.x().knots() || a.y().knots() != b.y().knots())
    throw std::invalid_argument("the two tables must have the same axes");
  return {{a.x().knots(), a.y().knots()}, a.values(), b.values()};
}

// The whole plane of a half that starts at q = 0.
Slopes mirrored(const Slopes& half) {
  if (half.grid.q.front() != 0.0) return half;
  const std::size_t n = half.grid.q.size();
  for (std::size_t i = 0; i < half.grid.d.size(); ++i)
    if (abs(half.q[half.grid.at(i, 0)]) > 1e-3 * largest(half.q))
      throw std::invalid_argument("a half plane must have no current or flux in q at q = 0");
  Slopes out{{half.grid.d, {}}, {}, {}};
  for (std::size_t j = n; j-- > 1;) out.grid.q.push_back(-half.grid.q[j]);
  out.grid.q.insert(out.grid.q.end(), half.grid.q.begin(), half.grid.q.end());
  for (std::size_t i = 0; i < half.grid.d.size(); ++i) {
    for (std::size_t j = n; j-- > 1;) {
      out.d.push_back(half.d[half.grid.at(i, j)]);
      out.q.push_back(-half.q[half.grid.at(i, j)]);
    }
    for (std::size_t j = 0; j < n; ++j) {
      out.d.push_back(half.d[half.grid.at(i, j)]);
      out.q.push_back(j == 0 ? 0.0 : half.q[half.grid.at(i, j)]);
    }
  }
  return out;
}

// ---- A potential with given slopes ----------------------------------------------------------------

struct Potential {
  std::shared_ptr<const Data> data;
  double asymmetry, loop;
};

struct Ways {  // of W, from the middle of the grid
  Values mean;
  double apart;  // largest difference
};
Ways ways(const Slopes& s) {
  const Values by_d = along_d(s.grid, s.d, spline_integral);
  const Values by_q = along_q(s.grid, s.q, spline_integral);
  const std::size_t i_0 = s.grid.d.size() / 2, j_0 = s.grid.q.size() / 2;
  Ways out{.mean = {}, .apart = 0.0};
  for (std::size_t i = 0; i < s.grid.d.size(); ++i)
    for (std::size_t j = 0; j < s.grid.q.size(); ++j) {
      const auto d = [&](std::size_t row) {
        return by_d[s.grid.at(i, row)] - by_d[s.grid.at(i_0, row)];
      };
      const auto q = [&](std::size_t line) {
        return by_q[s.grid.at(line, j)] - by_q[s.grid.at(line, j_0)];
      };
      const double d_first = d(j_0) + q(i), q_first = q(i_0) + d(j);
      out.mean.push_back(0.5 * (d_first + q_first));
      out.apart = max(out.apart, abs(d_first - q_first));
    }
  return out;
}

Potential potential(const Slopes& s) {
  const Values d_over_q = along_q(s.grid, s.d, spline_slopes);
  const Values q_over_d = along_d(s.grid, s.q, spline_slopes);
  const double stiffest = max(largest(along_d(s.grid, s.d, spline_slopes)),
                              largest(along_q(s.grid, s.q, spline_slopes)));
  const Ways W = ways(s);
  const auto [least, most] = std::minmax_element(W.mean.begin(), W.mean.end());
  std::vector<Data::Node> nodes;
  double asymmetry = 0.0;
  for (std::size_t k = 0; k < s.grid.size(); ++k) {
    nodes.push_back({W.mean[k] - *least, s.d[k], s.q[k], 0.5 * (d_over_q[k] + q_over_d[k])});
    asymmetry = max(asymmetry, abs(d_over_q[k] - q_over_d[k]));
  }
  return {.data = std::make_shared<const Data>(s.grid.d, s.grid.q, nodes),
          .asymmetry = asymmetry / max(stiffest, 1e-300),
          .loop = W.apart / max(*most - *least, 1e-300)};
}

// Calls f at the places of a fine grid, with the cell's numbers.
template <class F> void everywhere(const Data& data, int fine, F f) {
  const auto within = [&](const TableAxis& axis, int cell, int k) {
    return axis.start(cell) + (axis.start(cell + 1) - axis.start(cell)) * (k + 0.5) / fine;
  };
  for (int i = 0; i < data.d().cells(); ++i)
    for (int j = 0; j < data.q().cells(); ++j)
      for (int k = 0; k < fine; ++k)
        for (int l = 0; l < fine; ++l)
          f(Dq<double>{within(data.d(), i, k), within(data.q(), j, l)}, i, j);
}

std::string cell_name(const Data& data, int i, int j) {
  const auto span = [](const TableAxis& a, int k) {
    return std::to_string(a.start(k)) + ".." + std::to_string(a.start(k + 1));
  };
  return "cell " + std::to_string(i + 1) + ", " + std::to_string(j + 1) + " (d " +
         span(data.d(), i) + ", q " + span(data.q(), j) + ")";
}

void require_convex(const Data& data, const std::string& what) {
  everywhere(data, kFine, [&](const Dq<double>& x, int i, int j) {
    const auto k = data.curvature(x);
    if (!(k.dd > 0.0 && k.qq > 0.0 && k.dd * k.qq > k.dq * k.dq))
      throw std::invalid_argument("the flux map can't be inverted in " + cell_name(data, i, j) +
                                  " of " + what + ": its incremental inductances aren't positive");
  });
}

// Bicubic spline through values, as its own surface: what the table says between its nodes.
Data surface(const Grid& g, const Values& z) {
  const Values d = along_d(g, z, spline_slopes), q = along_q(g, z, spline_slopes);
  const Values dq = along_q(g, d, spline_slopes);
  std::vector<Data::Node> nodes;
  for (std::size_t k = 0; k < z.size(); ++k) nodes.push_back({z[k], d[k], q[k], dq[k]});
  return {g.d, g.q, nodes};
}

double apart(const Dq<double>& a, const Dq<double>& b) {
  return max(abs(a.d - b.d), abs(a.q - b.q));
}

// ---- Inversion ------------------------------------------------------------------------------------

// Where the gradient of a convex W' is psi: damped Newton steps down W'(i) - psi i.
Dq<double> inverse(const Data& coenergy, const Dq<double>& psi, Dq<double> i) {
  const auto slack = [&](const Dq<double>& x) {
    return coenergy.value(x) - psi.d * x.d - psi.q * x.q;
  };
  for (int round = 0; round < 200; ++round) {
    const Dq<double> now = coenergy.gradient(i), e{psi.d - now.d, psi.q - now.q};
    const auto k = coenergy.curvature(i);
    const double det = k.dd * k.qq - k.dq * k.dq;
    if (!(det > 0.0)) break;
    const Dq<double> step{(k.qq * e.d - k.dq * e.q) / det, (k.dd * e.q - k.dq * e.d) / det};
    if (abs(step.d) + abs(step.q) <= 1e-14 * (abs(i.d) + abs(i.q)) + 1e-12) return i;
    const double here = slack(i), gain = e.d * step.d + e.q * step.q;
    double part = 1.0;
    const auto at = [&](double share) {
      return Dq<double>{i.d + share * step.d, i.q + share * step.q};
    };
    while (part > 1e-6 && gain > 1e-12 * abs(here) && slack(at(part)) > here - 1e-4 * part * gain)
      part *= 0.5;
    i = at(part);
  }
  throw std::invalid_argument("the flux map can't be inverted at psi_d " + std::to_string(psi.d) +
                              ", psi_q " + std::to_string(psi.q));
}

Values even(const Values& reached, std::size_t count) {
  const auto [from, to] = std::minmax_element(reached.begin(), reached.end());
  Values out;
  const auto cells = static_cast<double>(count - 1);
  for (std::size_t k = 0; k < count; ++k) {
    // Weighted from both ends: an even span about 0 stays even, and 0 is met.
    const auto share = static_cast<double>(k);
    out.push_back((*from * (cells - share) + *to * share) / cells);
  }
  return out;
}

Slopes inverted(const Slopes& flux, const Data& coenergy) {
  Slopes out{{even(flux.d, flux.grid.d.size()), even(flux.q, flux.grid.q.size())}, {}, {}};
  Dq<double> start{0.0, 0.0};
  for (const double psi_d : out.grid.d) {
    Dq<double> i = start;
    for (std::size_t j = 0; j < out.grid.q.size(); ++j) {
      i = inverse(coenergy, {psi_d, out.grid.q[j]}, i);
      if (j == 0) start = i;
      out.d.push_back(i.d);
      out.q.push_back(i.q);
    }
  }
  return out;
}

}  // namespace

// ---- Data -----------------------------------------------------------------------------------------

namespace {
// Coefficients of the cubic with values v and slopes s at 0 and 1.
std::array<double, 4> hermite(double v0, double v1, double s0, double s1) {
  return {v0, s0, 3.0 * (v1 - v0) - 2.0 * s0 - s1, 2.0 * (v0 - v1) + s0 + s1};
}
// (1) of a cell h_d x h_q from its corners: 00, 01 along q, 10, 11.
Data::Cell coefficients(const std::array<Data::Node, 4>& n, double h_d, double h_q) {
  using Four = std::array<double, 4>;
  const auto in_q = [&](std::size_t a, std::size_t b) {  // of W and of W_d at one d
    return std::array<Four, 2>{
        hermite(n[a].W, n[b].W, h_q * n[a].W_q, h_q * n[b].W_q),
        hermite(h_d * n[a].W_d, h_d * n[b].W_d, h_d * h_q * n[a].W_dq, h_d * h_q * n[b].W_dq)};
  };
  const auto from = in_q(0, 1), to = in_q(2, 3);
  Data::Cell c;
  for (std::size_t k = 0; k < 4; ++k) {
    const Four in_d = hermite(from[0][k], to[0][k], from[1][k], to[1][k]);
    for (std::size_t m = 0; m < 4; ++m) c[m + 4 * k] = in_d[m];
  }
  return c;
}
}  // namespace

Data::Line Data::line(const TableAxis& axis) {
  const double cells = axis.cells(), width = (axis.back() - axis.front()) / cells;
  Line out{axis.front(), axis.back(), cells - 1.0, 1.0 / width, true};
  for (int k = 0; k < axis.cells(); ++k)
    out.even = out.even && abs(axis.start(k) - (axis.front() + k * width)) <= 1e-12 * width * cells;
  return out;
}

Data::Data(std::vector<double> d, std::vector<double> q, const std::vector<Node>& nodes)
    : d_(std::move(d)), q_(std::move(q)), line_d_(line(d_)), line_q_(line(q_)) {
  const std::size_t n_q = q_.knots().size();
  if (nodes.size() != d_.knots().size() * n_q)
    throw std::invalid_argument("a flux map needs one node a knot");
  for (const Node& n : nodes)
    for (const double x : {n.W, n.W_d, n.W_q, n.W_dq})
      if (!(abs(x) <= 1e300)) throw std::invalid_argument("flux map values must be finite");
  for (std::size_t i = 0; i + 1 < d_.knots().size(); ++i)
    for (std::size_t j = 0; j + 1 < n_q; ++j) {
      const std::size_t k = i * n_q + j;
      cells_.push_back(coefficients({nodes[k], nodes[k + 1], nodes[k + n_q], nodes[k + n_q + 1]},
                                    d_.knots()[i + 1] - d_.knots()[i],
                                    q_.knots()[j + 1] - q_.knots()[j]));
    }
  const auto along = [](const TableAxis& a, std::size_t side,
                        const std::function<double(double)>& stiffness) {
    double most = stiffness(side == 0 ? a.front() : a.back());
    for (int cell = 0; cell < a.cells(); ++cell)
      for (int k = 0; k <= kFine; ++k)
        most =
            max(most, stiffness(a.start(cell) + (a.start(cell + 1) - a.start(cell)) * k / kFine));
    return most;
  };
  for (std::size_t side = 0; side < 2; ++side) {
    const double at_d = side == 0 ? d_.front() : d_.back(),
                 at_q = side == 0 ? q_.front() : q_.back();
    k_[side] = along(q_, side, [&](double x) { return curvature({at_d, x}).dd; });
    k_[2 + side] = along(d_, side, [&](double x) { return curvature({x, at_q}).qq; });
  }
}

// ---- prepare --------------------------------------------------------------------------------------

Prepared prepare(const CurrentsOverFlux& table) {
  const Slopes given = mirrored(read(table.i_d, table.i_q));
  const Potential W = potential(given);
  require_convex(*W.data, "psi_d, psi_q");
  const Data i_d = surface(given.grid, given.d), i_q = surface(given.grid, given.q);
  double misfit = 0.0;
  everywhere(*W.data, kFine, [&](const Dq<double>& psi, int, int) {
    misfit = max(misfit, apart(W.data->gradient(psi), {i_d.value(psi), i_q.value(psi)}));
  });
  return {.data = W.data, .figures = {.asymmetry = W.asymmetry, .loop = W.loop, .misfit = misfit}};
}

Prepared prepare(const FluxOverCurrents& table) {
  const Slopes given = mirrored(read(table.psi_d, table.psi_q));
  const Potential coenergy = potential(given);
  require_convex(*coenergy.data, "i_d, i_q");
  const Potential W = potential(inverted(given, *coenergy.data));
  require_convex(*W.data, "psi_d, psi_q");
  const Data psi_d = surface(given.grid, given.d), psi_q = surface(given.grid, given.q);
  double misfit = 0.0;
  const auto compare = [&](const Dq<double>& i) {
    misfit = max(misfit, apart(W.data->gradient({psi_d.value(i), psi_q.value(i)}), i));
  };
  everywhere(psi_d, 2, [&](const Dq<double>& i, int, int) { compare(i); });
  for (const double d : given.grid.d)
    for (const double q : given.grid.q) compare({d, q});
  return {.data = W.data,
          .figures = {.asymmetry = coenergy.asymmetry, .loop = coenergy.loop, .misfit = misfit}};
}

}  // namespace evsim::flux_map
