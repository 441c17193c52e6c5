// Magnetic circuit of a machine from measured or computed tables: the gradient of a field energy that is bicubic
// in each cell of a rectangular grid of flux linkages.
//   W(psi_d, psi_q) = sum c_mn f^m g^n,  f, g = fractions of the cell,  m, n = 0..3               (1)
//   i_d = dW/dpsi_d,  i_q = dW/dpsi_q                                                            (2)
// At the nodes W has the table's currents as its slopes and their mean cross derivative (Hermite), so that currents
// are continuous, reciprocal, and create no energy whatever the table says. W itself is the integral of not-a-knot
// splines through the currents, from the middle of the grid to each node, as the mean of the way d first and the way
// q first. Currents between nodes err with the third power of the step.
// Beyond the edges, c being the nearest place of the grid and delta the way from there:
//   W = W(c) + W_d delta_d + W_q delta_q + W_dq delta_d delta_q + 1/2 k_d delta_d^2 + 1/2 k_q delta_q^2   (3)
// k: the largest stiffness along that edge. So currents go on straight and stay continuous, reciprocal and without
// gain; corners are convex; along an edge where W_dqq (W_ddq) falls outwards, W is convex only for some way.
// A table of flux linkages over currents is made the slope of a coenergy W'(i_d, i_q) in the same way, (3) beyond
// its edges included, and inverted by Newton's method onto a grid of flux linkages around all that it reaches. In the
// last cells before the edge of its currents, where the stiffness jumps to k, it errs by up to some per cent.
// A dimension of the rotor's angle would join as a third axis of W, periodic, and its slope over the angle as the
// torque that (2) leaves out: tau = 3/2 (n_p (psi_d i_q - psi_q i_d) - dW/dtheta_m).
// Signs: peak values, d axis on the magnet, i > 0 makes flux > 0; W in A Vs, 2/3 of the field's energy.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "sim/base/table.h"
#include "sim/components/dq.h"

namespace evsim::flux_map {

// W over a grid. Axes: psi_d and psi_q [Vs] (or the currents, of a coenergy).
class Data {
 public:
  struct Node {
    double W, W_d, W_q, W_dq;
  };
  using Cell = std::array<double, 16>;  // c_mn at m + 4 n: a column of powers of f for each of g
  // nodes: row-major, [i * n_q + j] at (d_i, q_j), finite; otherwise std::invalid_argument.
  Data(std::vector<double> d, std::vector<double> q, const std::vector<Node>& nodes);

  const TableAxis& d() const { return d_; }
  const TableAxis& q() const { return q_; }

  double value(const Dq<double>& x) const;
  Dq<double> gradient(const Dq<double>& x) const;
  struct Curvature {
    double dd, dq, qq;
  };
  Curvature curvature(const Dq<double>& x) const;

 private:
  // An axis as it is searched: evenly spaced ones need no table.
  struct Line {
    double front, back, last, per_width;
    bool even;
  };
  struct Spot {
    int cell;
    double fraction, per_width;
  };
  struct Place {
    const Cell* cell;
    double f, g;                // fractions of the cell
    double per_d, per_q;        // 1 / width
    double beyond_d, beyond_q;  // way outside; 0 inside
    bool outside_d, outside_q;
  };
  static Line line(const TableAxis& axis);
  static Spot spot(const Line& line, const TableAxis& axis, double x);
  Place place(const Dq<double>& x) const;
  double k_d(double beyond) const { return beyond < 0.0 ? k_[0] : k_[1]; }
  double k_q(double beyond) const { return beyond < 0.0 ? k_[2] : k_[3]; }

  TableAxis d_, q_;
  Line line_d_, line_q_;
  std::vector<Cell> cells_;
  std::array<double, 4> k_{};  // at the edges: d front, d back, q front, q back
};

namespace detail {
// Polynomials in g, one for each power of f, and their first two derivatives over the fraction.
using Four = std::array<double, 4>;
inline Four values(const Data::Cell& c, double g) {
  const double g2 = g * g, g3 = g2 * g;
  Four p;
  for (std::size_t m = 0; m < 4; ++m)
    p[m] = (c[m] + c[4 + m] * g) + (c[8 + m] * g2 + c[12 + m] * g3);
  return p;
}
inline Four slopes(const Data::Cell& c, double g) {
  const double g1 = 2.0 * g, g2 = 3.0 * g * g;
  Four p;
  for (std::size_t m = 0; m < 4; ++m) p[m] = c[4 + m] + (c[8 + m] * g1 + c[12 + m] * g2);
  return p;
}
inline Four bends(const Data::Cell& c, double g) {
  Four p;
  for (std::size_t m = 0; m < 4; ++m) p[m] = 2.0 * c[8 + m] + 6.0 * c[12 + m] * g;
  return p;
}
inline double value(const Four& p, double f) {
  const double f2 = f * f;
  return (p[0] + p[1] * f) + (p[2] * f2 + p[3] * (f2 * f));
}
inline double slope(const Four& p, double f) {
  return p[1] + (p[2] * (2.0 * f) + p[3] * (3.0 * f * f));
}
inline double bend(const Four& p, double f) { return 2.0 * p[2] + 6.0 * p[3] * f; }
}  // namespace detail

// W and its slopes are continuous, so rounding may take either of two neighbours at a node.
inline Data::Spot Data::spot(const Line& line, const TableAxis& axis, double x) {
  if (line.even) {
    const double u = (x - line.front) * line.per_width;
    const double held = u < line.last ? u : line.last;
    const int cell = held > 0.0 ? static_cast<int>(held) : 0;  // NaN gives 0
    return {cell, u - cell, line.per_width};
  }
  const int cell = axis.cell(x);
  const double per_width = axis.inverse_width(cell);
  return {cell, (x - axis.start(cell)) * per_width, per_width};
}

inline Data::Place Data::place(const Dq<double>& x) const {
  const double d = clamp(x.d, line_d_.front, line_d_.back);
  const double q = clamp(x.q, line_q_.front, line_q_.back);
  const Spot i = spot(line_d_, d_, d), j = spot(line_q_, q_, q);
  return {.cell = &cells_[static_cast<std::size_t>(i.cell) * static_cast<std::size_t>(q_.cells()) +
                          static_cast<std::size_t>(j.cell)],
          .f = i.fraction,
          .g = j.fraction,
          .per_d = i.per_width,
          .per_q = j.per_width,
          .beyond_d = x.d - d,
          .beyond_q = x.q - q,
          .outside_d = x.d != d,
          .outside_q = x.q != q};
}

inline double Data::value(const Dq<double>& x) const {
  const Place s = place(x);
  const detail::Four p = detail::values(*s.cell, s.g);
  const double inside = detail::value(p, s.f);
  if (!(s.outside_d || s.outside_q)) return inside;
  const detail::Four p1 = detail::slopes(*s.cell, s.g);
  const double W_d = detail::slope(p, s.f) * s.per_d, W_q = detail::value(p1, s.f) * s.per_q;
  const double W_dq = detail::slope(p1, s.f) * s.per_d * s.per_q;
  const double d = s.beyond_d, q = s.beyond_q;
  return inside + W_d * d + W_q * q + W_dq * d * q + 0.5 * (k_d(d) * d * d + k_q(q) * q * q);
}

inline Dq<double> Data::gradient(const Dq<double>& x) const {
  const Place s = place(x);
  const detail::Four p = detail::values(*s.cell, s.g), p1 = detail::slopes(*s.cell, s.g);
  Dq<double> i{detail::slope(p, s.f) * s.per_d, detail::value(p1, s.f) * s.per_q};
  if (s.outside_d || s.outside_q) {
    const double W_dq = detail::slope(p1, s.f) * s.per_d * s.per_q;
    i.d += W_dq * s.beyond_q + k_d(s.beyond_d) * s.beyond_d;
    i.q += W_dq * s.beyond_d + k_q(s.beyond_q) * s.beyond_q;
  }
  return i;
}

inline Data::Curvature Data::curvature(const Dq<double>& x) const {
  const Place s = place(x);
  const detail::Four p = detail::values(*s.cell, s.g), p1 = detail::slopes(*s.cell, s.g);
  const detail::Four p2 = detail::bends(*s.cell, s.g);
  const double dd = s.per_d * s.per_d, dq = s.per_d * s.per_q, qq = s.per_q * s.per_q;
  const double W_ddq = detail::bend(p1, s.f) * dd * s.per_q;
  const double W_dqq = detail::slope(p2, s.f) * s.per_d * qq;
  return {.dd = s.outside_d ? k_d(s.beyond_d) : detail::bend(p, s.f) * dd + W_ddq * s.beyond_q,
          .dq = detail::slope(p1, s.f) * dq,
          .qq = s.outside_q ? k_q(s.beyond_q) : detail::value(p2, s.f) * qq + W_dqq * s.beyond_d};
}

// A map over T: each lane has its own, lanes may share one. Copies share the data.
template <Scalar T> class Map {
 public:
  Map() = default;
  explicit Map(std::shared_ptr<const Data> data) { data_.fill(std::move(data)); }

  bool empty() const { return data_[0] == nullptr; }
  const std::shared_ptr<const Data>& data(int i = 0) const {
    return data_[static_cast<std::size_t>(i)];
  }
  void set_lane(int i, const std::shared_ptr<const Data>& data) {
    data_[static_cast<std::size_t>(i)] = data;
  }

 private:
  std::array<std::shared_ptr<const Data>, static_cast<std::size_t>(lanes<T>)> data_{};
};

// W [A Vs], and (2) [A]. Slopes of a Dual are exact.
template <Scalar P, Scalar T> T value(const Map<P>& map, const Dq<T>& psi) {
  T W{};
  if constexpr (is_dual<T>) {
    const Dq<double> x{psi.d.v, psi.q.v}, i = map.data()->gradient(x);
    W = chain(map.data()->value(x), i.d, psi.d) + chain(0.0, i.q, psi.q);
  } else {
    for (int k = 0; k < lanes<T>; ++k)
      evsim::set_lane(W, k,
                      map.data(lanes<P> == 1 ? 0 : k)->value({lane(psi.d, k), lane(psi.q, k)}));
  }
  return W;
}
template <Scalar P, Scalar T> Dq<T> gradient(const Map<P>& map, const Dq<T>& psi) {
  Dq<T> out{};
  if constexpr (is_dual<T>) {
    const Dq<double> x{psi.d.v, psi.q.v}, i = map.data()->gradient(x);
    const Data::Curvature k = map.data()->curvature(x);
    out = {.d = chain(i.d, k.dd, psi.d) + chain(0.0, k.dq, psi.q),
           .q = chain(i.q, k.dq, psi.d) + chain(0.0, k.qq, psi.q)};
  } else {
    for (int k = 0; k < lanes<T>; ++k) {
      const Dq<double> i =
          map.data(lanes<P> == 1 ? 0 : k)->gradient({lane(psi.d, k), lane(psi.q, k)});
      evsim::set_lane(out.d, k, i.d);
      evsim::set_lane(out.q, k, i.q);
    }
  }
  return out;
}

// ---- From tables, at load -------------------------------------------------------------------------

// What a file gives, either way round. An axis of q quantities that starts at 0 gives the half plane: the other
// half has the same d and the opposite q quantities.
struct CurrentsOverFlux {
  Table2<double> i_d, i_q;  // over psi_d and psi_q [Vs], on the same axes [A]
};
struct FluxOverCurrents {
  Table2<double> psi_d, psi_q;  // over i_d and i_q [A], on the same axes [Vs]
};

// How well a table suits a field energy.
struct Figures {
  double asymmetry;  // largest |di_d/dpsi_q - di_q/dpsi_d| at a node over the largest stiffness
  double loop;       // largest difference of the two ways to a node over the span of W
  double misfit;  // largest difference of a current from the table's, at and between its nodes [A]
};
struct Prepared {
  std::shared_ptr<const Data> data;
  Figures figures;
};
// Throw std::invalid_argument, with the cell, where two flux linkages would have the same current (W isn't convex);
// where the axes of the two tables differ; where a half plane has currents or flux in q at q = 0. Figures of
// FluxOverCurrents: of its own table, asymmetry and loop of the coenergy.
Prepared prepare(const CurrentsOverFlux& table);
Prepared prepare(const FluxOverCurrents& table);

}  // namespace evsim::flux_map
