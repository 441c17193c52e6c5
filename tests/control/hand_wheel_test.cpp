#include "sim/control/hand_wheel.h"

#include <gtest/gtest.h>

#include "sim/base/constants.h"

namespace evsim::hand_wheel {
namespace {

constexpr double kStep = 1e-3;  // [s]
const Params kArms;

Inputs held(double theta) { return {.gain = 0.0, .offset = theta}; }

// At the rate until rate t_arm is left, 1.5708 - 0.4 = 1.1708 rad in 0.11708 s, then e^(-t / t_arm):
// ln(0.4 / 0.015708) 0.04 s = 0.1295 s to 1 %.
TEST(HandWheel, is_turned_at_the_rate_then_comes_to_rest) {
  State x;
  start(x, 0.0);
  const double to = 0.5 * kPi;
  int n = 0;
  for (double last = 0.0; x.theta < 0.99 * to; ++n, last = x.theta) {
    step(kArms, x, held(to), 0.0, kStep);
    ASSERT_LE(x.theta - last, kStep * kArms.rate_max * (1.0 + 1e-12));
  }
  EXPECT_NEAR(n * kStep, 0.1171 + 0.1295, kStep);  // a step
}

TEST(HandWheel, without_a_command_is_the_scenario_s_to_the_bit) {
  State x;
  start(x, 0.3);
  for (int k = 0; k < 100; ++k) {
    const double theta = sin(0.1 * k);
    EXPECT_EQ(step(kArms, x, {}, theta, kStep), theta);
  }
}

TEST(HandWheel, held_does_not_feel_the_course_of_the_scenario) {
  State x;
  start(x, 0.0);
  for (int k = 0; k < 2000; ++k) step(kArms, x, held(1.0), sin(0.05 * k), kStep);
  EXPECT_NEAR(x.theta, 1.0, 1e-12);
}

TEST(HandWheel, goes_no_further_than_its_lock) {
  State x;
  start(x, 0.0);
  for (int k = 0; k < 5000; ++k) step(kArms, x, held(100.0), 0.0, kStep);
  EXPECT_NEAR(x.theta, kArms.angle_max, 1e-9);
}

// Given back it follows a course that moves on, and in the end is that course.
TEST(HandWheel, is_given_back_without_a_jump_and_without_a_rest) {
  State x;
  start(x, 0.0);
  for (int k = 0; k < 1000; ++k) step(kArms, x, held(-1.0), 0.0, kStep);
  double last = x.theta;
  bool met = false;
  for (int k = 0; k < 2000; ++k) {
    const double theta = 0.5 * sin(3.0 * k * kStep);
    const double now = step(kArms, x, {}, theta, kStep);
    // Arms at 10 rad/s, the course at 1.5 rad/s.
    EXPECT_LE(abs(now - last), 11.5 * kStep * (1.0 + 1e-9));
    last = now;
    met = now == theta;
  }
  EXPECT_TRUE(met);
}

TEST(HandWheel, is_turned_by_more_than_the_scenario_does_where_a_command_says_so) {
  State x;
  start(x, 0.0);
  for (int k = 0; k < 1000; ++k) step(kArms, x, {.gain = 2.0, .offset = 0.1}, 0.2, kStep);
  EXPECT_NEAR(x.theta, 0.5, 1e-9);
}

}  // namespace
}  // namespace evsim::hand_wheel
