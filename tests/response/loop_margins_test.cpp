#include "sim/response/loop_margins.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/base/constants.h"

namespace evsim {
namespace {

using Number = std::complex<double>;
// A crossing is halved 60 times: rounding of the functions is left.
constexpr double kExact = 1e-9;

const std::vector<double> kF = frequencies(1.0, 1e4, 1000);

// a / s, late by T.
Transfer integrator(double a, double T) {
  return [=](double f) {
    const Number s(0.0, kTwoPi * f);
    return a / s * std::exp(-s * T);
  };
}

TEST(LoopMargins, an_integrator_bears_a_quarter_of_a_turn_of_delay) {
  const double a = kTwoPi * 100.0;
  const LoopMargins m = loop_margins(integrator(a, 0.0), kF);
  EXPECT_NEAR(m.f_phase, 100.0, 1e-7);
  EXPECT_NEAR(m.phase, 0.5 * kPi, kExact);
  EXPECT_NEAR(m.delay, 0.5 * kPi / a, kExact * m.delay);  // 2.5 ms
  EXPECT_EQ(m.gain, kInfinity);
  EXPECT_NEAR(m.sensitivity, 1.0, 1e-3);  // |s / (s + a)| rises to 1
}

TEST(LoopMargins, an_integrator_with_delay_loses_what_the_delay_turns) {
  const double a = kTwoPi * 100.0, T = 1e-3;
  const LoopMargins m = loop_margins(integrator(a, T), kF);
  EXPECT_NEAR(m.phase, 0.5 * kPi - a * T, kExact);
  EXPECT_NEAR(m.delay, 0.5 * kPi / a - T, kExact);
  // L < 0 where omega T = pi / 2: there |L| = a T 2 / pi.
  EXPECT_NEAR(m.gain, 0.5 * kPi / (a * T), 1e-7);
  EXPECT_NEAR(m.f_gain, 0.25 / T, 1e-6);
}

TEST(LoopMargins, of_a_double_integrator_with_lead_the_gain_may_fall_to_nothing) {
  // (1 + s / w) w^2 / s^2: the phase comes from -180 degree and never crosses it.
  const double w = kTwoPi * 100.0;
  const LoopMargins m = loop_margins(
      [=](double f) {
        const Number s(0.0, kTwoPi * f);
        return (1.0 + s / w) * w * w / (s * s);
      },
      kF);
  EXPECT_EQ(m.less_gain, 0.0);
  const double x = std::sqrt(0.5 + 0.5 * std::sqrt(5.0));  // x^4 = 1 + x^2
  EXPECT_NEAR(m.f_phase, 100.0 * x, 1e-6);
  EXPECT_NEAR(m.phase, std::atan(x), kExact);
}

TEST(LoopMargins, a_loop_stable_between_two_gains_has_both_bounds) {
  // k (s + b)^2 / s^3: 1 + L has roots on the axis at k = b / 2.
  const double b = kTwoPi * 20.0, k = kTwoPi * 100.0;
  const LoopMargins m = loop_margins(
      [=](double f) {
        const Number s(0.0, kTwoPi * f);
        return k * (s + b) * (s + b) / (s * s * s);
      },
      kF);
  EXPECT_NEAR(m.less_gain, 0.5 * b / k, 1e-7);
  EXPECT_NEAR(m.f_less_gain, 20.0, 1e-5);  // at s = j b
  EXPECT_EQ(m.gain, kInfinity);
}

TEST(LoopMargins, sensitivity_is_the_nearest_approach_to_minus_one) {
  // L = -c at one frequency and less elsewhere: M_s = 1 / (1 - c).
  const LoopMargins m = loop_margins(
      [](double f) {
        const double x = std::log(f / 50.0);
        return Number(-0.6 * std::exp(-x * x), 0.0);
      },
      kF);
  EXPECT_NEAR(m.sensitivity, 2.5, 1e-6);
  EXPECT_NEAR(m.f_sensitivity, 50.0, 1e-3);  // flat there: the root of rounding
}

TEST(LoopMargins, a_lag_has_its_corner_as_bandwidth_and_none_beyond_the_band) {
  const auto lag = [](double corner) {
    return [corner](double f) { return 1.0 / Number(1.0, f / corner); };
  };
  EXPECT_NEAR(bandwidth(lag(123.0), kF), 123.0, 1e-7);
  EXPECT_TRUE(std::isnan(bandwidth(lag(1e5), kF)));
}

TEST(LoopMargins, frequencies_are_even_over_the_logarithm) {
  const auto f = frequencies(10.0, 1000.0, 3);
  ASSERT_EQ(f.size(), 3u);
  EXPECT_DOUBLE_EQ(f[0], 10.0);
  EXPECT_NEAR(f[1], 100.0, 1e-11);
  EXPECT_DOUBLE_EQ(f[2], 1000.0);
}

}  // namespace
}  // namespace evsim
