#include "sim/run/ride.h"

#include <gtest/gtest.h>

#include <cmath>

namespace evsim::ride {
namespace {

constexpr double kStep = 5e-4;  // of the mechanics [s]

// A sine of the amplitude 1 goes on from its instant.
void sine(State& s, double frequency, double seconds, double h = kStep) {
  const int n = static_cast<int>(std::lround(seconds / h)),
            before = static_cast<int>(std::lround(s.t / h));
  for (int k = before + 1; k <= before + n; ++k)
    observe(s, std::sin(kTwoPi * frequency * k * h), h);
}
// Amplitude of what comes out over what goes in: over whole periods of ten seconds or more, after ten seconds.
double gain(double frequency, double h = kStep) {
  State s{};
  sine(s, frequency, 10.0, h);
  const State begun = s;
  sine(s, frequency, std::ceil(10.0 * frequency) / frequency, h);
  return std::sqrt(2.0 * (s.squares - begun.squares) / (s.t - begun.t));
}

TEST(Ride, gains_are_those_of_the_standard_s_table) {
  // ISO 2631-1:1997, table 3, W_k at nominal frequencies, three digits; at 16 Hz its 0.768 is 0.7687 by the formula. Straight
  // lines between samples take (omega h)^2 / 12 of what goes in, and of what comes out: 0.5 % each at 80 Hz.
  const std::pair<double, double> table[] = {
      {0.5, 0.418},  {0.63, 0.459}, {0.8, 0.477},  {1.0, 0.482},  {1.25, 0.484}, {1.6, 0.494},
      {2.0, 0.531},  {2.5, 0.631},  {3.15, 0.804}, {4.0, 0.967},  {5.0, 1.039},  {6.3, 1.054},
      {8.0, 1.036},  {10.0, 0.988}, {12.5, 0.902}, {16.0, 0.768}, {20.0, 0.636}, {25.0, 0.513},
      {31.5, 0.405}, {40.0, 0.314}, {50.0, 0.246}, {63.0, 0.186}, {80.0, 0.132}};
  for (const auto& [frequency, weight] : table)
    EXPECT_NEAR(gain(frequency) * (1.0 + std::pow(kTwoPi * frequency * kStep, 2.0) / 6.0), weight,
                1e-3)
        << frequency;
}

TEST(Ride, longer_steps_give_the_same_gain) {
  // 1 ms: a straight line between samples of a sine takes (omega h)^2 / 6 of it, 0.17 % at 16 Hz.
  EXPECT_NEAR(gain(4.0, 1e-3), gain(4.0), 2e-4);
  EXPECT_NEAR(gain(16.0, 1e-3), gain(16.0), 2e-3 * gain(16.0));
}

TEST(Ride, a_steady_hill_is_no_vibration) {
  State s{};
  for (int k = 0; k < 80000; ++k) observe(s, 1.0, kStep);  // 40 s, 16 periods of w_1
  EXPECT_LT(std::abs(s.weighted), 1e-12);
}

TEST(Ride, the_transient_value_of_a_vibration_grows_with_the_time_that_it_lasts) {
  // a^2 (1 - exp(-t / 1 s)) of the square of a sine's root mean square; its ripple, 1 / (4 pi f tau), and the filter's start
  // are the rest.
  State brief{}, lasting{};
  sine(brief, 8.0, 0.5);
  sine(lasting, 8.0, 20.0);
  const double a = gain(8.0) / std::sqrt(2.0);
  EXPECT_NEAR(figures(lasting).weighted, a, 0.01 * a);
  EXPECT_NEAR(figures(lasting).transient, a, 0.01 * a);
  EXPECT_NEAR(figures(brief).transient, a * std::sqrt(1.0 - std::exp(-0.5)), 0.03 * a);
}

TEST(Ride, nothing_weighs_nothing) {
  EXPECT_EQ(figures(State{}).weighted, 0.0);
  EXPECT_EQ(figures(State{}).transient, 0.0);
}

}  // namespace
}  // namespace evsim::ride
