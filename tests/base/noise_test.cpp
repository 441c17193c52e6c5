#include "sim/base/noise.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/base/arguments.h"

namespace evsim::noise {
namespace {

constexpr int kDraws = 200'000;
// A mean of n independent draws scatters by sigma / sqrt(n); seeds are fixed, and 4 sigma says that
// they are no outliers.
const double kFourSigma = 4.0 / std::sqrt(static_cast<double>(kDraws));

template <class F> double mean(F f) {
  double sum = 0.0;
  for (int i = 0; i < kDraws; ++i) sum += f(i);
  return sum / kDraws;
}

TEST(Noise, philox_gives_its_published_answers) {
  // "philox4x32 10" in kat_vectors of Random123, the authors' library.
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Noise, uniform_fills_its_interval_evenly) {
  std::array<int, 16> count{};
  for (int i = 0; i < kDraws; ++i) {
    const double u = uniform(1, 2, i);
    ASSERT_TRUE(u >= 0.0 && u < 1.0);
    ++count[static_cast<std::size_t>(u * 16)];
  }
  double chi2 = 0.0;
  for (const int n : count) chi2 += (n - kDraws / 16.0) * (n - kDraws / 16.0) / (kDraws / 16.0);
  EXPECT_LT(chi2, 37.7);  // 0.1 % quantile of chi-square with 15 degrees of freedom
}

TEST(Noise, fractions_never_reach_one) {
  EXPECT_EQ(detail::to_fraction(0, 0), 0.0);
  EXPECT_EQ(detail::to_fraction(0xffffffff, 0xffffffff), 1.0 - 0x1p-53);
}

TEST(Noise, standard_normal_has_the_moments_of_one) {
  const auto moment = [](int power) {
    return mean([&](int i) { return std::pow(standard_normal(7, 3, i), power); });
  };
  // Variances of z, z^2, z^3, z^4 are 1, 2, 15, 96.
  EXPECT_NEAR(moment(1), 0.0, kFourSigma);
  EXPECT_NEAR(moment(2), 1.0, kFourSigma * std::sqrt(2.0));
  EXPECT_NEAR(moment(3), 0.0, kFourSigma * std::sqrt(15.0));
  EXPECT_NEAR(moment(4), 3.0, kFourSigma * std::sqrt(96.0));
}

TEST(Noise, standard_normal_has_the_tails_of_one) {
  const double beyond_2 =
      mean([](int i) { return std::abs(standard_normal(8, 1, i)) > 2.0 ? 1.0 : 0.0; });
  const double expected = std::erfc(2.0 / std::sqrt(2.0));
  EXPECT_NEAR(beyond_2, expected, kFourSigma * std::sqrt(expected));
}

TEST(Noise, signals_seeds_and_neighbouring_ticks_are_not_correlated) {
  const auto z = [](int i) { return standard_normal(9, 4, i); };
  EXPECT_NEAR(mean([&](int i) { return z(i) * standard_normal(9, 5, i); }), 0.0, kFourSigma);
  EXPECT_NEAR(mean([&](int i) { return z(i) * standard_normal(10, 4, i); }), 0.0, kFourSigma);
  EXPECT_NEAR(mean([&](int i) { return z(i) * z(i + 1); }), 0.0, kFourSigma);
  EXPECT_NEAR(mean([&](int i) { return z(i) * (uniform(9, 4, i) - 0.5); }), 0.0, kFourSigma);
}

TEST(Noise, every_bit_of_seed_signal_and_tick_matters) {
  std::set<double> seen{uniform(0, 0, 0)};
  for (int bit = 0; bit < 64; ++bit) {
    seen.insert(uniform(1ull << bit, 0, 0));
    seen.insert(uniform(0, 0, static_cast<std::int64_t>(1ull << bit)));
    if (bit < 32) seen.insert(uniform(0, 1u << bit, 0));
  }
  EXPECT_EQ(seen.size(), 1u + 64u + 64u + 32u);
}

TEST(Noise, ticks_in_any_order_draw_the_same_numbers) {
  std::vector<double> forward, backward;
  for (int i = -50; i < 50; ++i) forward.push_back(standard_normal(11, 6, i));
  for (int i = 49; i >= -50; --i) backward.push_back(standard_normal(11, 6, i));
  EXPECT_TRUE(std::equal(forward.begin(), forward.end(), backward.rbegin()));
}

TEST(Noise, every_compiler_and_processor_draws_the_same_numbers) {
  test::Hash hash;
  for (int i = 0; i < 10'000; ++i) {
    hash.add(uniform(12, 7, i));
    hash.add(standard_normal(12, 7, i));
  }
  EXPECT_EQ(hash.value(), 0xf66fe2ad30141177u);
}

}  // namespace
}  // namespace evsim::noise
