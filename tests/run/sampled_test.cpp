#include <gtest/gtest.h>

#include <cstdio>

#include "sim/run/simulation.h"
#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

using test::finish;

Case sampled(double rate, double delay = 0.0) {
  return test::case_of(
      test::small_car(), test::short_trip(),
      scenario::Follow{.cycle = {}, .gains = {}, .preview = 0.0, .rate = rate, .delay = delay});
}
double energy(const Case& c) {
  Simulation s(c);
  finish(s);
  EXPECT_LT(s.books().relative(), 1e-6);
  return s.snapshot().q[ledger::kBattery];
}

TEST(Sampled, consumption_differs_little_from_continuous_control_and_less_at_a_higher_rate) {
  const double continuous = energy(test::short_case());
  const double fast = energy(sampled(1000.0)) / continuous - 1.0;
  const double slow = energy(sampled(100.0)) / continuous - 1.0;
  std::printf("consumption against continuous control: 1 kHz %+.2e, 100 Hz %+.2e\n", fast, slow);
  // Half a period of delay on a torque that changes by 200 Nm a knot; eight knots.
  EXPECT_LT(abs(fast), 1e-4);
  EXPECT_LT(abs(slow), 1e-3);
  EXPECT_LT(abs(fast), abs(slow));
}

TEST(Sampled, commands_are_held_between_ticks) {
  Simulation s(sampled(10.0));
  while (s.t() < 5.0) s.step();
  const double tau = s.instant().control.command.tau[0];
  while (s.t() < 5.1 - 1e-9) {
    EXPECT_EQ(s.instant().control.command.tau[0], tau) << s.t();
    s.step();
  }
  EXPECT_NE(s.instant().control.command.tau[0], tau);
}

TEST(Sampled, outputs_come_late_by_their_delay) {
  // The reference sets off at 2 s; the tick at 2 s sees it, its outputs come 30 ms later.
  Simulation s(sampled(10.0, 0.03));
  while (s.t() < 2.0) s.step();
  EXPECT_LE(s.instant().control.command.tau[0], 0.0);
  while (s.t() < 2.03 - 1e-9) {
    EXPECT_LE(s.instant().control.command.tau[0], 0.0) << s.t();
    s.step();
  }
  EXPECT_GT(s.instant().control.command.tau[0], 10.0);
}

TEST(Sampled, the_driver_s_integral_follows_that_of_continuous_control) {
  Simulation a(sampled(1000.0)), b(test::short_case());
  while (a.t() < 30.0) a.step();
  while (b.t() < 30.0) b.step();
  EXPECT_NEAR(a.snapshot().y[car::kDriver], b.snapshot().y[car::kDriver], 1e-3);
}

TEST(Sampled, a_stop_is_held) {
  Simulation s(sampled(100.0));
  while (s.t() < 45.0) s.step();
  const double x = s.snapshot().y[car::kX];
  finish(s);
  EXPECT_EQ(s.snapshot().y[car::kX], x);
}

TEST(Sampled, a_limited_drive_is_reported_as_with_continuous_control) {
  auto p = test::small_car();
  p.drive_units[0].machine.envelope.P_peak = 8e3;
  Case c = sampled(100.0);
  c.vehicle = p;
  Simulation a(c), b(test::case_of(p, test::short_trip()));
  finish(a);
  finish(b);
  EXPECT_GT(b.snapshot().extremes.time_limited, 10.0);
  EXPECT_NEAR(a.snapshot().extremes.time_limited, b.snapshot().extremes.time_limited, 0.5);
}

// By hand a command follows the control of its instant, in a timeline it comes before it unless it is late.
TEST(Sampled, a_command_by_hand_at_a_tick_of_the_control_plays_back_with_the_same_bits) {
  const Case c = sampled(100.0);
  const scenario::Override half{
      .signal = "driver.F_request_N", .mode = scenario::Mode::scale, .value = 0.5};
  Simulation by_hand(c);
  while (by_hand.t() < 5.0) by_hand.step();
  by_hand.command({.t = 0.0, .command = half});
  const auto log = by_hand.command_log();
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].t, 5.0);
  EXPECT_TRUE(log[0].late);
  finish(by_hand);

  const auto energy_of = [&](bool late) {
    Case again = c;
    again.scenario.timeline = log;
    again.scenario.timeline[0].late = late;
    Simulation s(again);
    finish(s);
    EXPECT_EQ(s.command_log()[0].late, late);
    return s.snapshot().q[ledger::kBattery];
  };
  EXPECT_EQ(energy_of(true), by_hand.snapshot().q[ledger::kBattery]);
  EXPECT_NE(energy_of(false), by_hand.snapshot().q[ledger::kBattery]);
}

}  // namespace
}  // namespace evsim
