// Tables over one and two axes: piecewise linear and bilinear.
//   1-D: y(x) = y_i + s_i (x - x_i)                       on x_i <= x < x_{i+1}
//   2-D: z(x, y) = c0 + c1 f + c2 g + c3 f g              f, g = fractions of the cell
// Axes increase strictly; a uniform axis is found in O(1), any other through buckets.
// Beyond the edges a table holds its edge value or extrapolates the edge cell, as it says itself.
// The slope of a Dual is that of the cell used: right-sided at a knot, 0 where the value is held.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sim/base/scalar.h"

namespace evsim {

enum class Edge { hold, extrapolate };

// A strictly increasing axis with a fast way to the cell of a value.
class TableAxis {
 public:
  TableAxis() = default;
  // knots: at least 2, finite and so their span, strictly increasing; otherwise
  // std::invalid_argument.
  explicit TableAxis(std::vector<double> knots);

  const std::vector<double>& knots() const { return knots_; }
  double front() const { return knots_.front(); }
  double back() const { return knots_.back(); }
  int cells() const { return static_cast<int>(knots_.size()) - 1; }
  double start(int i) const { return knots_[static_cast<std::size_t>(i)]; }
  double inverse_width(int i) const { return inverse_width_[static_cast<std::size_t>(i)]; }

  // Cell of x: 0 below the first knot, the last cell above the last.
  int cell(double x) const {
    const double u = (x - knots_.front()) * inverse_bucket_;
    const double last = static_cast<double>(bucket_.size() - 1);
    const double held = u > 0.0 ? (u < last ? u : last) : 0.0;  // NaN gives 0
    int i = bucket_[static_cast<std::size_t>(held)];
    while (i > 0 && x < start(i)) --i;  // rounding of u may have gone too far
    while (i + 1 < cells() && x >= start(i + 1)) ++i;
    return i;
  }

 private:
  std::vector<double> knots_;
  std::vector<double> inverse_width_;
  std::vector<int> bucket_;  // cell in which a bucket starts
  double inverse_bucket_ = 0.0;
};

class Table1Data {
 public:
  struct Cell {
    double x, y, slope, integral;  // at the cell's start; the integral runs from the first knot
  };
  // x as for TableAxis, y finite and of its length; otherwise std::invalid_argument.
  Table1Data(std::vector<double> x, std::vector<double> y, Edge edge = Edge::hold);

  const TableAxis& axis() const { return axis_; }
  const std::vector<double>& values() const { return values_; }
  Edge edge() const { return edge_; }
  const Cell& cell_of(double x) const { return cells_[static_cast<std::size_t>(axis_.cell(x))]; }
  bool holds(double x) const {
    return edge_ == Edge::hold && (x < axis_.front() || x >= axis_.back());
  }
  double held(double x) const {  // the argument where the table is evaluated
    return edge_ == Edge::hold ? clamp(x, axis_.front(), axis_.back()) : x;
  }

 private:
  TableAxis axis_;
  std::vector<double> values_;
  std::vector<Cell> cells_;
  Edge edge_;
};

class Table2Data {
 public:
  using Cell = std::array<double, 4>;  // c0, c1, c2, c3
  // z: row-major, z[i * y.size() + j] at (x_i, y_j), finite; otherwise std::invalid_argument.
  Table2Data(std::vector<double> x, std::vector<double> y, std::vector<double> z,
             Edge edge = Edge::hold);

  const TableAxis& x() const { return x_; }
  const TableAxis& y() const { return y_; }
  const std::vector<double>& values() const { return values_; }
  Edge edge() const { return edge_; }

  // Cell and fractions of a point, shared by tables over the same axes.
  struct Place {
    std::size_t cell;
    double f, g;    // fractions 0..1 inside; beyond when extrapolated
    double df, dg;  // their slopes over x and y; 0 where held
  };
  Place place(double x, double y) const;
  const Cell& cell(std::size_t i) const { return cells_[i]; }

 private:
  TableAxis x_, y_;
  std::vector<double> values_;
  std::vector<Cell> cells_;
  Edge edge_;
};

inline Table2Data::Place Table2Data::place(double x, double y) const {
  const double xh = edge_ == Edge::hold ? clamp(x, x_.front(), x_.back()) : x;
  const double yh = edge_ == Edge::hold ? clamp(y, y_.front(), y_.back()) : y;
  const int i = x_.cell(xh), j = y_.cell(yh);
  const bool held_x = edge_ == Edge::hold && (x < x_.front() || x >= x_.back());
  const bool held_y = edge_ == Edge::hold && (y < y_.front() || y >= y_.back());
  const double ix = x_.inverse_width(i), iy = y_.inverse_width(j);
  return {.cell = static_cast<std::size_t>(i) * static_cast<std::size_t>(y_.cells()) +
                  static_cast<std::size_t>(j),
          .f = (xh - x_.start(i)) * ix,
          .g = (yh - y_.start(j)) * iy,
          .df = held_x ? 0.0 : ix,
          .dg = held_y ? 0.0 : iy};
}

// A table over T: each lane has its own values, lanes may share them. Copies share the data.
template <Scalar T> class Table1 {
 public:
  Table1() = default;
  explicit Table1(std::shared_ptr<const Table1Data> data) { data_.fill(std::move(data)); }

  bool empty() const { return data_[0] == nullptr; }
  const std::shared_ptr<const Table1Data>& data(int i = 0) const {
    return data_[static_cast<std::size_t>(i)];
  }
  void set_lane(int i, const std::shared_ptr<const Table1Data>& data) {
    data_[static_cast<std::size_t>(i)] = data;
  }

  T operator()(const T& x) const {
    return evaluate(
        x, [](const Table1Data::Cell& c, double dx, double) { return c.y + c.slope * dx; },
        [](const Table1Data::Cell& c, double, bool held) { return held ? 0.0 : c.slope; });
  }
  // Integral of this table from the first knot to x, exact, negative below it. Its slope is the table
  // everywhere: beyond an edge that holds it goes on straight.
  T integral(const T& x) const {
    return evaluate(
        x,
        [](const Table1Data::Cell& c, double dx, double beyond) {
          return c.integral + (c.y + 0.5 * c.slope * dx) * dx + (c.y + c.slope * dx) * beyond;
        },
        [](const Table1Data::Cell& c, double dx, bool) { return c.y + c.slope * dx; });
  }

 private:
  // value(cell, way into the cell, way beyond the held edge), slope(cell, way, held)
  template <class Value, class Slope> T evaluate(const T& x, Value value, Slope slope) const {
    T out{};
    if constexpr (is_dual<T>) {
      const Table1Data& d = *data_[0];
      const double xh = d.held(x.v);
      const Table1Data::Cell& c = d.cell_of(xh);
      out = chain(value(c, xh - c.x, x.v - xh), slope(c, xh - c.x, d.holds(x.v)), x);
    } else {
      for (int i = 0; i < lanes<T>; ++i) {
        const Table1Data& d = *data_[static_cast<std::size_t>(i)];
        const double xh = d.held(lane(x, i));
        const Table1Data::Cell& c = d.cell_of(xh);
        evsim::set_lane(out, i, value(c, xh - c.x, lane(x, i) - xh));
      }
    }
    return out;
  }

  std::array<std::shared_ptr<const Table1Data>, static_cast<std::size_t>(lanes<T>)> data_{};
};

template <Scalar T> class Table2 {
 public:
  Table2() = default;
  explicit Table2(std::shared_ptr<const Table2Data> data) { data_.fill(std::move(data)); }

  bool empty() const { return data_[0] == nullptr; }
  const std::shared_ptr<const Table2Data>& data(int i = 0) const {
    return data_[static_cast<std::size_t>(i)];
  }
  void set_lane(int i, const std::shared_ptr<const Table2Data>& data) {
    data_[static_cast<std::size_t>(i)] = data;
  }

  T operator()(const T& x, const T& y) const {
    T out{};
    if constexpr (is_dual<T>) {
      out = value_at(*data_[0], data_[0]->place(x.v, y.v), x, y);
    } else {
      for (int i = 0; i < lanes<T>; ++i) {
        const Table2Data& d = *data_[static_cast<std::size_t>(i)];
        const auto p = d.place(lane(x, i), lane(y, i));
        evsim::set_lane(out, i, value(d.cell(p.cell), p));
      }
    }
    return out;
  }

  static double value(const Table2Data::Cell& c, const Table2Data::Place& p) {
    return (c[0] + c[1] * p.f) + (c[2] + c[3] * p.f) * p.g;
  }
  static T value_at(const Table2Data& d, const Table2Data::Place& p, const T& x, const T& y)
    requires is_dual<T>
  {
    const Table2Data::Cell& c = d.cell(p.cell);
    return chain(value(c, p), (c[1] + c[3] * p.g) * p.df, x) +
           chain(0.0, (c[2] + c[3] * p.f) * p.dg, y);
  }

 private:
  std::array<std::shared_ptr<const Table2Data>, static_cast<std::size_t>(lanes<T>)> data_{};
};

// Both tables at one point for the price of one search; their axes must be equal.
template <Scalar U>
std::pair<U, U> evaluate_both(const Table2<U>& a, const Table2<U>& b, const U& x, const U& y) {
  std::pair<U, U> out{};
  if constexpr (is_dual<U>) {
    const auto p = a.data()->place(x.v, y.v);
    out = {Table2<U>::value_at(*a.data(), p, x, y), Table2<U>::value_at(*b.data(), p, x, y)};
  } else {
    for (int i = 0; i < lanes<U>; ++i) {
      const Table2Data& da = *a.data(i);
      const Table2Data& db = *b.data(i);
      const auto p = da.place(lane(x, i), lane(y, i));
      set_lane(out.first, i, Table2<U>::value(da.cell(p.cell), p));
      set_lane(out.second, i, Table2<U>::value(db.cell(p.cell), p));
    }
  }
  return out;
}

}  // namespace evsim
