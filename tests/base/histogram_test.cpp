#include "sim/base/histogram.h"

#include <gtest/gtest.h>

namespace evsim {
namespace {

TEST(Histogram, bins_are_a_fourth_of_an_octave) {
  EXPECT_DOUBLE_EQ(Histogram::end(0), 1e-6);
  for (std::size_t k = 4; k < Histogram::kBins; ++k)
    EXPECT_NEAR(Histogram::end(k) / Histogram::end(k - 4), 2.0, 1e-12);
  for (std::size_t k = 1; k < Histogram::kBins; ++k)
    EXPECT_NEAR(Histogram::end(k) / Histogram::end(k - 1), 1.18920712, 1e-8);
}

TEST(Histogram, quantiles_are_the_ends_of_bins_and_at_most_the_longest) {
  Histogram h;
  EXPECT_EQ(h.quantile(0.5), 0.0);
  for (int k = 1; k <= 1000; ++k) h.add(1e-6 * k);
  EXPECT_EQ(h.count(), 1000);
  EXPECT_NEAR(h.mean(), 500.5e-6, 1e-12);
  EXPECT_GE(h.quantile(0.5), 500e-6);
  EXPECT_LE(h.quantile(0.5), 500e-6 * 1.19);
  EXPECT_EQ(h.quantile(1.0), 1000e-6);
  EXPECT_EQ(h.max(), 1000e-6);
}

TEST(Histogram, what_is_shorter_or_longer_than_all_bins_is_counted) {
  Histogram h;
  h.add(-1.0);
  EXPECT_EQ(h.count(0), 1);
  EXPECT_EQ(h.max(), -1.0);
  h.add(1e9);
  EXPECT_EQ(h.count(Histogram::kBins - 1), 1);
  EXPECT_EQ(h.quantile(1.0), Histogram::end(Histogram::kBins - 1));
}

}  // namespace
}  // namespace evsim
