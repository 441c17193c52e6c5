#include "sim/base/floating_point.h"

#include <gtest/gtest.h>

#include <cfenv>
#include <stdexcept>

namespace evsim {
namespace {

#if defined(__x86_64__)
// volatile: computed when and where it is written, not by the compiler.
double halved(double x) {
  volatile double v = x;
  v = v * 0.5;
  return v;
}
double doubled(double x) {
  volatile double v = x;
  v = v * 2.0;
  return v;
}
constexpr double kSmallestNormal = 0x1p-1022;
constexpr double kDenormal = 0x1p-1030;

TEST(FloatingPointGuard, denormal_results_and_arguments_count_as_zero_inside) {
  const FloatingPointGuard guard;
  EXPECT_EQ(halved(kSmallestNormal), 0.0);
  EXPECT_EQ(doubled(kDenormal), 0.0);
}

TEST(FloatingPointGuard, callers_mode_is_back_after_it) {
  const unsigned before = _mm_getcsr();
  { const FloatingPointGuard guard; }
  EXPECT_EQ(_mm_getcsr(), before);
  EXPECT_EQ(halved(kSmallestNormal), 0x1p-1023);
  EXPECT_EQ(doubled(kDenormal), 0x1p-1029);
}

TEST(FloatingPointGuard, callers_mode_is_back_after_a_throw) {
  const unsigned before = _mm_getcsr();
  try {
    const FloatingPointGuard guard;
    throw std::runtime_error("");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(_mm_getcsr(), before);
}

TEST(FloatingPointGuard, nested_guards_restore_one_by_one) {
  const FloatingPointGuard outer;
  { const FloatingPointGuard inner; }
  EXPECT_EQ(halved(kSmallestNormal), 0.0);
}

TEST(FloatingPointGuard, rounds_to_nearest_whatever_the_caller_does) {
  const int before = std::fegetround();
  std::fesetround(FE_UPWARD);
  volatile double one = 1.0;
  const double inside = guarded([&] { return one + 0x1p-60; });
  volatile double outside = one + 0x1p-60;
  std::fesetround(before);
  EXPECT_EQ(inside, 1.0);
  EXPECT_GT(outside, 1.0);
}
#else
TEST(FloatingPointGuard, does_nothing_on_this_processor) { const FloatingPointGuard guard; }
#endif

}  // namespace
}  // namespace evsim
