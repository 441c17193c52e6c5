#include "sim/base/scalar.h"

#include <gtest/gtest.h>

#include "tests/base/arguments.h"

namespace evsim {
namespace {

using test::kInf;
using test::kNaN;
using test::pack_of;
using test::same_bits;
using D = Dual<2>;

D variable(double v, double d0, double d1) {
  D x(v);
  x.d = {d0, d1};
  return x;
}

// Applies f to double and Pack and expects the same bits in each lane.
template <class F> void expect_lanes_equal(F f, const std::vector<double>& a) {
  for (std::size_t i = 0; i + 3 < a.size(); ++i) {
    const Pack y =
        f(pack_of(a[i], a[i + 1], a[i + 2], a[i + 3]), pack_of(a[i + 3], a[i], a[i + 1], a[i]));
    const double b[] = {a[i + 3], a[i], a[i + 1], a[i]};
    for (int k = 0; k < kLanes; ++k) {
      const double x = a[i + static_cast<std::size_t>(k)];
      EXPECT_TRUE(same_bits(lane(y, k), f(x, b[k]))) << x << " " << b[k] << " lane " << lane(y, k);
    }
  }
}

std::vector<double> sweep() {
  std::vector<double> a = test::edges();
  test::Arguments random(1);
  for (int i = 0; i < 2000; ++i) a.push_back(random.of_any_size(-40, 40));
  for (const double x : test::edges()) a.push_back(x);
  return a;
}

TEST(Scalar, arithmetic_of_a_dual_follows_the_product_and_quotient_rules) {
  const D x = variable(3.0, 1.0, 0.0), y = variable(2.0, 0.0, 1.0);
  const D sum = x + y, difference = x - y, product = x * y, quotient = x / y;
  EXPECT_EQ(sum.v, 5.0);
  EXPECT_EQ(sum.d, (std::array{1.0, 1.0}));
  EXPECT_EQ(difference.d, (std::array{1.0, -1.0}));
  EXPECT_EQ(product.v, 6.0);
  EXPECT_EQ(product.d, (std::array{2.0, 3.0}));
  EXPECT_EQ(quotient.v, 1.5);
  EXPECT_EQ(quotient.d, (std::array{0.5, -0.75}));
  EXPECT_EQ((-x).d, (std::array{-1.0, -0.0}));
}

TEST(Scalar, constants_on_either_side_of_a_dual_have_no_slope) {
  const D x = variable(4.0, 1.0, 0.0);
  EXPECT_EQ((2.0 * x + 1.0).d[0], 2.0);
  EXPECT_EQ((1.0 - x).d[0], -1.0);
  EXPECT_EQ((8.0 / x).d[0], -0.5);  // -8 / x^2
  EXPECT_EQ((x / 2.0).d[0], 0.5);
  EXPECT_EQ((3 * x).v, 12.0);
  D sum = x;
  sum += x;
  sum *= x;
  sum -= 1.0;
  sum /= 2.0;
  EXPECT_EQ(sum.v, 15.5);    // x^2 - 1/2
  EXPECT_EQ(sum.d[0], 8.0);  // 2 x
}

TEST(Scalar, slopes_of_a_dual_agree_with_finite_differences) {
  test::Arguments random(2);
  const auto f = [](const auto& x, const auto& y) {
    return (x * y - 2.0 / y) * sqrt(x + y * y) / (1.0 + x);
  };
  for (int i = 0; i < 1000; ++i) {
    const double x = random.between(0.5, 3.0), y = random.between(0.5, 3.0), h = 1e-5;
    const D exact = f(variable(x, 1.0, 0.0), variable(y, 0.0, 1.0));
    // Central difference: truncation h^2 f''' / 6 and rounding 1e-16 f / h are both near 1e-10 here.
    EXPECT_NEAR(exact.d[0], (f(x + h, y) - f(x - h, y)) / (2 * h), 1e-8);
    EXPECT_NEAR(exact.d[1], (f(x, y + h) - f(x, y - h)) / (2 * h), 1e-8);
    EXPECT_EQ(exact.v, f(x, y));
  }
}

TEST(Scalar, comparisons_of_a_dual_look_at_its_value_only) {
  const D a = variable(1.0, 5.0, 5.0), b = variable(1.0, 0.0, 0.0);
  EXPECT_TRUE(a == b);
  EXPECT_FALSE(a != b);
  EXPECT_TRUE(a < 2.0 && 0.0 < a && a <= b && a >= b && 2.0 > a);
}

TEST(Scalar, select_takes_value_and_slope_of_the_chosen_side) {
  const D a = variable(1.0, 2.0, 3.0), b = variable(4.0, 5.0, 6.0);
  EXPECT_EQ(select(true, a, b).d, a.d);
  EXPECT_EQ(select(false, a, b).d, b.d);
  EXPECT_EQ(select(true, 7.0, b).d, (std::array{0.0, 0.0}));
  EXPECT_EQ(select(false, a, 7.0).v, 7.0);
}

TEST(Scalar, select_of_a_pack_chooses_lane_by_lane) {
  const Pack x = pack_of(-1.0, 2.0, -3.0, 4.0);
  const Pack y = select(x > 0.0, x, 0.0);
  const Pack z = select(x > 0.0, Pack(kNaN), -x);
  for (int k = 0; k < kLanes; ++k) EXPECT_EQ(lane(y, k), lane(x, k) > 0.0 ? lane(x, k) : 0.0);
  EXPECT_EQ(lane(z, 0), 1.0);
  EXPECT_TRUE(std::isnan(lane(z, 1)));
  EXPECT_TRUE(any(x > 3.0) && !all(x > 3.0) && all(x < 5.0) && !any(x > 5.0));
}

TEST(Scalar, min_and_max_give_the_second_argument_on_nan_and_on_equal_zeros) {
  EXPECT_EQ(min(kNaN, 1.0), 1.0);
  EXPECT_TRUE(std::isnan(min(1.0, kNaN)));
  EXPECT_EQ(max(kNaN, 1.0), 1.0);
  EXPECT_TRUE(std::isnan(max(1.0, kNaN)));
  EXPECT_TRUE(same_bits(min(-0.0, 0.0), 0.0) && same_bits(min(0.0, -0.0), -0.0));
  EXPECT_TRUE(same_bits(max(-0.0, 0.0), 0.0) && same_bits(max(0.0, -0.0), -0.0));
}

TEST(Scalar, clamp_keeps_nan_and_holds_infinities) {
  EXPECT_TRUE(std::isnan(clamp(kNaN, 0.0, 1.0)));
  EXPECT_EQ(clamp(kInf, 0.0, 1.0), 1.0);
  EXPECT_EQ(clamp(-kInf, 0.0, 1.0), 0.0);
  EXPECT_EQ(clamp(0.25, 0.0, 1.0), 0.25);
  EXPECT_EQ(clamp(variable(2.0, 1.0, 1.0), 0.0, 1.0).d, (std::array{0.0, 0.0}));
}

TEST(Scalar, abs_and_sign_know_zero_and_keep_nan) {
  EXPECT_TRUE(same_bits(abs(-0.0), -0.0));
  EXPECT_EQ(abs(-kInf), kInf);
  EXPECT_TRUE(std::isnan(abs(kNaN)));
  EXPECT_EQ(sign(-3.0), -1.0);
  EXPECT_EQ(sign(0.0), 0.0);
  EXPECT_EQ(sign(2.0), 1.0);
  EXPECT_EQ(abs(variable(-2.0, 3.0, 0.0)).d[0], -3.0);
}

TEST(Scalar, lanes_of_a_pack_have_the_bits_of_a_double) {
  const std::vector<double> a = sweep();
  expect_lanes_equal([](const auto& x, const auto& y) { return x * y + x / y - y; }, a);
  expect_lanes_equal([](const auto& x, const auto& y) { return min(x, y); }, a);
  expect_lanes_equal([](const auto& x, const auto& y) { return max(x, y); }, a);
  expect_lanes_equal([](const auto& x, const auto& y) { return abs(x) - y; }, a);
  expect_lanes_equal([](const auto& x, const auto&) { return abs(x); }, a);
  expect_lanes_equal([](const auto& x, const auto& y) { return sign(x) * y; }, a);
  expect_lanes_equal([](const auto& x, const auto& y) { return sqrt(x * y); }, a);
  expect_lanes_equal([](const auto& x, const auto& y) { return clamp(x, -abs(y), abs(y)); }, a);
  expect_lanes_equal([](const auto& x, const auto&) { return clamp(x, -1.0, 1.0); }, a);
}

TEST(Scalar, square_root_at_zero_has_no_slope_where_its_argument_does_not_vary) {
  const D root = sqrt(variable(0.0, 0.0, 1.0));
  EXPECT_EQ(root.v, 0.0);
  EXPECT_EQ(root.d[0], 0.0);
  EXPECT_EQ(root.d[1], kInf);
  EXPECT_EQ(sqrt(variable(4.0, 1.0, 0.0)).d[0], 0.25);  // 1 / (2 sqrt(4))
}

TEST(Scalar, lanes_are_set_and_read_one_by_one) {
  Pack p = pack_of(1.0, 2.0, 3.0, 4.0);
  set_lane(p, 2, 7.0);
  EXPECT_EQ(lane(p, 2), 7.0);
  EXPECT_EQ(lane(p, 3), 4.0);
  D d = variable(1.0, 1.0, 1.0);
  set_lane(d, 0, 5.0);  // a value from outside is a constant
  EXPECT_EQ(lane(d, 0), 5.0);
  EXPECT_EQ(d.d, (std::array{0.0, 0.0}));
  EXPECT_EQ(lanes<double>, 1);
  EXPECT_EQ(lanes<Pack>, 4);
  EXPECT_EQ(lanes<D>, 1);
}

}  // namespace
}  // namespace evsim
