#include "sim/base/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "tests/base/arguments.h"

namespace evsim {
namespace {

using test::Arguments;
using test::kInf;
using test::kNaN;
using test::pack_of;

auto data1(std::vector<double> x, std::vector<double> y, Edge edge = Edge::hold) {
  return std::make_shared<const Table1Data>(std::move(x), std::move(y), edge);
}
auto data2(std::vector<double> x, std::vector<double> y, std::vector<double> z,
           Edge edge = Edge::hold) {
  return std::make_shared<const Table2Data>(std::move(x), std::move(y), std::move(z), edge);
}
Dual<2> variable(double v, std::size_t k) {
  Dual<2> x(v);
  x.d[k] = 1.0;
  return x;
}

const std::vector<double> kAxis{0.0, 1.0, 3.0};
const std::vector<double> kValues{10.0, 20.0, 0.0};  // slopes 10 and -10

// Axes that stress the search: even, even by decimal fractions, very uneven, clustered.
std::vector<std::vector<double>> axes() {
  std::vector<std::vector<double>> all{{0.0, 1.0}, {-3.0, -1.0, 5.0}, {1.0, 1.0 + 1e-12, 2.0, 1e9}};
  std::vector<double> tenths, thirds, uneven, clustered;
  for (int i = 0; i <= 30; ++i) {
    tenths.push_back(0.1 * i);
    thirds.push_back(i / 3.0 - 5.0);
    uneven.push_back(std::pow(10.0, 0.5 * i - 9.0));
    clustered.push_back(i < 15 ? 1.0 + 1e-15 * 3 * i : i);
  }
  all.insert(all.end(), {tenths, thirds, uneven, clustered});
  Arguments random(1);
  for (int n = 2; n < 60; ++n) {
    std::vector<double> axis{random.between(-5.0, 5.0)};
    for (int i = 1; i < n; ++i) axis.push_back(axis.back() + std::abs(random.of_any_size(-20, 4)));
    all.push_back(axis);
  }
  return all;
}

// The cell that a search from the front finds.
int naive_cell(const std::vector<double>& knots, double x) {
  int i = 0;
  while (i + 2 < static_cast<int>(knots.size()) && x >= knots[static_cast<std::size_t>(i) + 1]) ++i;
  return i;
}

TEST(Table1, knots_and_points_between_them_come_out_as_by_hand) {
  const Table1<double> t(data1(kAxis, kValues));
  EXPECT_EQ(t(0.0), 10.0);
  EXPECT_EQ(t(1.0), 20.0);
  EXPECT_EQ(t(3.0), 0.0);
  EXPECT_EQ(t(0.5), 15.0);
  EXPECT_EQ(t(2.5), 5.0);
}

TEST(Table1, beyond_its_edges_it_holds_or_extrapolates) {
  const Table1<double> held(data1(kAxis, kValues)),
      straight(data1(kAxis, kValues, Edge::extrapolate));
  EXPECT_EQ(held(-2.0), 10.0);
  EXPECT_EQ(held(9.0), 0.0);
  EXPECT_EQ(held(kInf), 0.0);
  EXPECT_EQ(straight(-2.0), -10.0);
  EXPECT_EQ(straight(4.0), -10.0);
}

TEST(Table1, nan_in_gives_nan_out) {
  EXPECT_TRUE(std::isnan(Table1<double>(data1(kAxis, kValues))(kNaN)));
  EXPECT_TRUE(std::isnan(Table1<double>(data1(kAxis, kValues, Edge::extrapolate))(kNaN)));
}

TEST(Table1, slope_is_that_of_the_cell_right_sided_at_knots_and_zero_where_held) {
  const Table1<Dual<2>> t(data1(kAxis, kValues));
  const auto slope = [&](double x) { return t(variable(x, 0)).d[0]; };
  EXPECT_EQ(slope(0.5), 10.0);
  EXPECT_EQ(slope(0.0), 10.0);
  EXPECT_EQ(slope(1.0), -10.0);
  EXPECT_EQ(slope(std::nextafter(1.0, 0.0)), 10.0);
  EXPECT_EQ(slope(3.0), 0.0);
  EXPECT_EQ(slope(-0.1), 0.0);
  EXPECT_EQ(slope(4.0), 0.0);
  EXPECT_EQ(t(variable(0.5, 1)).d[0], 0.0);
  const Table1<Dual<2>> straight(data1(kAxis, kValues, Edge::extrapolate));
  EXPECT_EQ(straight(variable(9.0, 0)).d[0], -10.0);
}

TEST(Table1, integral_is_exact_and_its_slope_is_the_table_everywhere) {
  const Table1<double> t(data1(kAxis, kValues));
  EXPECT_EQ(t.integral(0.0), 0.0);
  EXPECT_EQ(t.integral(1.0), 15.0);
  EXPECT_EQ(t.integral(3.0), 35.0);
  EXPECT_EQ(t.integral(2.0), 15.0 + 15.0);
  EXPECT_EQ(t.integral(-2.0), -20.0);  // 10 is held below 0
  const Table1<double> plateau(data1({0.0, 1.0}, {2.0, 4.0}));
  EXPECT_EQ(plateau.integral(3.0), 3.0 + 2 * 4.0);
  const Table1<double> straight(data1({0.0, 1.0}, {0.0, 2.0}, Edge::extrapolate));
  EXPECT_EQ(straight.integral(3.0), 9.0);  // x^2
  EXPECT_EQ(straight.integral(-3.0), 9.0);
  const Table1<Dual<2>> dual(data1(kAxis, kValues));
  for (const double x : {-1.0, 0.0, 0.25, 1.0, 2.0, 3.0, 7.0})
    EXPECT_EQ(dual.integral(variable(x, 0)).d[0], t(x)) << x;
}

TEST(Table1, any_axis_is_searched_as_naively) {
  Arguments random(2);
  for (const auto& knots : axes()) {
    const TableAxis axis(knots);
    std::vector<double> points{-kInf, kInf, knots.front() - 1.0, knots.back() + 1.0};
    for (const double k : knots)
      points.insert(points.end(), {k, std::nextafter(k, -kInf), std::nextafter(k, kInf)});
    for (int i = 0; i < 300; ++i) points.push_back(random.between(knots.front(), knots.back()));
    for (const double x : points) EXPECT_EQ(axis.cell(x), naive_cell(knots, x)) << x;
  }
}

TEST(Table1, any_table_stays_between_its_neighbouring_values_and_meets_its_knots) {
  Arguments random(3);
  for (const auto& knots : axes()) {
    std::vector<double> y;
    for (std::size_t i = 0; i < knots.size(); ++i) y.push_back(random.between(-1.0, 1.0));
    const Table1<double> t(data1(knots, y));
    // The end of a cell is reached through its slope: a few roundings of values up to 2.
    for (std::size_t i = 0; i < knots.size(); ++i) EXPECT_NEAR(t(knots[i]), y[i], 2e-15);
    for (int n = 0; n < 200; ++n) {
      const double x = random.between(knots.front(), knots.back());
      const auto i = static_cast<std::size_t>(naive_cell(knots, x));
      EXPECT_GE(t(x), std::min(y[i], y[i + 1]) - 2e-15);
      EXPECT_LE(t(x), std::max(y[i], y[i + 1]) + 2e-15);
    }
  }
}

TEST(Table1, what_is_no_table_is_refused) {
  EXPECT_THROW(data1({0.0}, {1.0}), std::invalid_argument);
  EXPECT_THROW(data1({}, {}), std::invalid_argument);
  EXPECT_THROW(data1({0.0, 0.0}, {1.0, 2.0}), std::invalid_argument);
  EXPECT_THROW(data1({1.0, 0.0}, {1.0, 2.0}), std::invalid_argument);
  EXPECT_THROW(data1({0.0, kNaN}, {1.0, 2.0}), std::invalid_argument);
  EXPECT_THROW(data1({0.0, kInf}, {1.0, 2.0}), std::invalid_argument);
  EXPECT_THROW(data1({0.0, 1.0}, {1.0, kNaN}), std::invalid_argument);
  EXPECT_THROW(data1({0.0, 1.0}, {1.0}), std::invalid_argument);
  EXPECT_THROW(data1({-1e308, 1e308}, {1.0, 2.0}), std::invalid_argument);  // its span is infinite
}

TEST(Table1, lanes_may_have_tables_of_their_own) {
  Table1<Pack> t(data1(kAxis, kValues));
  t.set_lane(2, data1({0.0, 10.0}, {0.0, 1.0}));
  const Pack y = t(pack_of(0.5, 2.5, 5.0, 9.0));
  EXPECT_EQ(lane(y, 0), 15.0);
  EXPECT_EQ(lane(y, 1), 5.0);
  EXPECT_EQ(lane(y, 2), 0.5);
  EXPECT_EQ(lane(y, 3), 0.0);
  EXPECT_EQ(lane(t.integral(pack_of(1.0, 1.0, 10.0, 3.0)), 2), 5.0);
}

TEST(Table1, lanes_have_the_bits_of_a_double) {
  Arguments random(4);
  for (const auto& knots : axes()) {
    std::vector<double> y;
    for (std::size_t i = 0; i < knots.size(); ++i) y.push_back(random.between(-1.0, 1.0));
    const auto data = data1(knots, y);
    const Table1<double> single(data);
    const Table1<Pack> lanes_of(data);
    const double low = knots.front() - 1.0, high = knots.back() + 1.0;
    for (int n = 0; n < 50; ++n) {
      const Pack x = pack_of(random.between(low, high), random.between(low, high), knots[0], kNaN);
      for (int k = 0; k < kLanes; ++k) {
        EXPECT_TRUE(test::same_bits(lane(lanes_of(x), k), single(lane(x, k))));
        EXPECT_TRUE(test::same_bits(lane(lanes_of.integral(x), k), single.integral(lane(x, k))));
      }
    }
  }
}

TEST(Table1, an_empty_table_says_so_and_copies_share_their_data) {
  Table1<double> t;
  EXPECT_TRUE(t.empty());
  t = Table1<double>(data1(kAxis, kValues));
  const Table1<double> copy = t;
  EXPECT_FALSE(t.empty());
  EXPECT_EQ(copy.data(), t.data());
}

// z = 1 + 2 x + 3 y + 4 x y is bilinear, so the table is exact on any grid.
double bilinear(double x, double y) { return 1.0 + 2.0 * x + 3.0 * y + 4.0 * x * y; }
const std::vector<double> kX{0.0, 1.0, 3.0}, kY{-1.0, 0.0, 0.5, 4.0};
std::vector<double> grid() {
  std::vector<double> z;
  for (const double x : kX)
    for (const double y : kY) z.push_back(bilinear(x, y));
  return z;
}

TEST(Table2, a_bilinear_function_is_met_everywhere) {
  const Table2<double> t(data2(kX, kY, grid(), Edge::extrapolate));
  Arguments random(5);
  for (int n = 0; n < 1000; ++n) {
    const double x = random.between(-2.0, 5.0), y = random.between(-3.0, 6.0);
    EXPECT_NEAR(t(x, y), bilinear(x, y), 1e-13);  // roundings of terms up to 150
  }
  EXPECT_EQ(t(1.0, 0.5), bilinear(1.0, 0.5));
}

TEST(Table2, beyond_its_edges_it_holds_each_axis_alone) {
  const Table2<double> t(data2(kX, kY, grid()));
  EXPECT_EQ(t(-5.0, 0.0), bilinear(0.0, 0.0));
  EXPECT_EQ(t(9.0, 9.0), bilinear(3.0, 4.0));
  EXPECT_EQ(t(1.0, -9.0), bilinear(1.0, -1.0));
  EXPECT_TRUE(std::isnan(t(kNaN, 0.0)) && std::isnan(t(0.0, kNaN)));
}

TEST(Table2, slopes_are_those_of_the_cell_and_zero_where_held) {
  const Table2<Dual<2>> t(data2(kX, kY, grid()));
  const Dual<2> z = t(variable(2.0, 0), variable(2.0, 1));
  EXPECT_NEAR(z.d[0], 2.0 + 4.0 * 2.0, 1e-14);
  EXPECT_NEAR(z.d[1], 3.0 + 4.0 * 2.0, 1e-14);
  const Dual<2> held_x = t(variable(9.0, 0), variable(2.0, 1));
  EXPECT_EQ(held_x.d[0], 0.0);
  EXPECT_NEAR(held_x.d[1], 3.0 + 4.0 * 3.0, 1e-14);
  EXPECT_EQ(t(variable(2.0, 0), variable(4.0, 1)).d[1], 0.0);  // held from the last knot on
}

TEST(Table2, lanes_have_tables_of_their_own_and_the_bits_of_a_double) {
  Table2<Pack> t(data2(kX, kY, grid()));
  t.set_lane(1, data2({0.0, 1.0}, {0.0, 1.0}, {0.0, 0.0, 0.0, 1.0}));  // x y
  const Table2<double> single(data2(kX, kY, grid()));
  const Pack x = pack_of(0.3, 0.5, 2.2, 7.0), y = pack_of(0.1, 0.5, 3.3, -7.0);
  EXPECT_EQ(lane(t(x, y), 1), 0.25);
  for (const int k : {0, 2, 3}) EXPECT_EQ(lane(t(x, y), k), single(lane(x, k), lane(y, k)));
}

TEST(Table2, what_is_no_table_is_refused) {
  EXPECT_THROW(data2(kX, kY, {1.0, 2.0}), std::invalid_argument);
  EXPECT_THROW(data2({0.0}, kY, grid()), std::invalid_argument);
  EXPECT_THROW(data2({0.0, 1.0}, {0.0, 1.0}, {0.0, 1.0, 2.0, kNaN}), std::invalid_argument);
}

}  // namespace
}  // namespace evsim
