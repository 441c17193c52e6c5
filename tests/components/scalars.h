// One law over the three scalars: a lane of a Pack and the value of a Dual must have the bits of a
// double, and the slopes of a Dual those of central differences.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "tests/base/arguments.h"

namespace evsim::test {

struct Interval {
  double from, to;
};

// law maps std::array<T, N> to std::array<T, M> over any Scalar T; its arguments are drawn from
// `ranges`. Kinks are met with probability 0, so random points need no care.
template <std::size_t N, class Law>
void expect_same_over_all_scalars(const std::array<Interval, N>& ranges, Law law,
                                  int rounds = 100) {
  Arguments random(1);
  using Point = std::array<double, N>;
  const auto draw = [&] {
    Point x;
    for (std::size_t i = 0; i < N; ++i) x[i] = random.between(ranges[i].from, ranges[i].to);
    return x;
  };
  using Out = decltype(law(Point{}));
  Out largest{};
  for (int round = 0; round < rounds; ++round) {
    std::array<Point, kLanes> points;
    std::array<Pack, N> packs;
    for (int k = 0; k < kLanes; ++k) {
      points[static_cast<std::size_t>(k)] = draw();
      for (std::size_t i = 0; i < N; ++i)
        set_lane(packs[i], k, points[static_cast<std::size_t>(k)][i]);
    }
    const auto in_lanes = law(packs);
    for (int k = 0; k < kLanes; ++k) {
      const Point& x = points[static_cast<std::size_t>(k)];
      std::array<Dual<static_cast<int>(N)>, N> duals;
      for (std::size_t i = 0; i < N; ++i) {
        duals[i] = x[i];
        duals[i].d[i] = 1.0;
      }
      const Out alone = law(x);
      const auto dual = law(duals);
      for (std::size_t m = 0; m < alone.size(); ++m) {
        EXPECT_TRUE(same_bits(lane(in_lanes[m], k), alone[m])) << "output " << m << " lane " << k;
        EXPECT_TRUE(same_bits(dual[m].v, alone[m])) << "output " << m;
        largest[m] = max(abs(alone[m]), largest[m]);
      }
      for (std::size_t i = 0; i < N; ++i) {
        const double width = ranges[i].to - ranges[i].from, h = 1e-6 * width;
        Point above = x, below = x;
        above[i] += h;
        below[i] -= h;
        const Out a = law(above), b = law(below);
        // Rounding of the quotient is 1e-16 f / h = 1e-10 f / width, more where f is a difference of
        // larger terms; truncation is (h / width)^2 = 1e-12 of the slope. Three decades are left.
        for (std::size_t m = 0; m < alone.size(); ++m)
          EXPECT_NEAR(dual[m].d[i], (a[m] - b[m]) / (2.0 * h),
                      1e-7 * (abs(dual[m].d[i]) + largest[m] / width))
              << "output " << m << " over argument " << i << " = " << x[i];
      }
    }
  }
}

// Relative to the size of what is expected: a few roundings.
inline constexpr double kRounding = 1e-14;
#define EXPECT_ROUNDED(got, exact) \
  EXPECT_NEAR(got, exact, ::evsim::test::kRounding* std::abs(exact))

}  // namespace evsim::test
