#include "sim/io/svg.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace evsim::io {
namespace {

TEST(Svg, ticks_are_round_numbers_within_the_range) {
  EXPECT_EQ(svg::ticks(0.0, 10.0, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(svg::ticks(-3.0, 3.0, 3), (std::vector<double>{-2, 0, 2}));
}

TEST(Svg, a_range_of_rounding_errors_has_one_tick) {
  // Counting up by 1 from 1e16 would never end.
  EXPECT_EQ(svg::ticks(100.0, 100.0 + 3e-14, 4).size(), 1u);
  EXPECT_EQ(svg::ticks(5.0, 5.0, 4).size(), 1u);
  EXPECT_EQ(svg::ticks(0.0, std::numeric_limits<double>::infinity(), 4).size(), 1u);
  EXPECT_EQ(svg::ticks(1.0, std::numeric_limits<double>::quiet_NaN(), 4).size(), 1u);
}

}  // namespace
}  // namespace evsim::io
