// Pedals and hand wheel that commands hold, whoever drives.
#include <gtest/gtest.h>

#include "sim/io/case.h"
#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

using scenario::Mode;
using scenario::Override;
using test::at;
using test::finish;

scenario::Event hold(double t, const char* signal, double value) {
  return at(t, Override{.signal = signal, .mode = Mode::hold, .value = value});
}
scenario::Event release(double t, const char* signal) {
  return at(t, Override{.signal = signal, .mode = Mode::release});
}
constexpr char kAccelerator[] = "driver.accelerator", kBrake[] = "driver.brake",
               kWheel[] = "steering.theta_H_deg";

Case by(scenario::Driver driver, std::vector<scenario::Event> timeline = {}) {
  Case c = test::case_of(test::small_car(), test::short_trip(), std::move(driver));
  c.scenario.timeline = std::move(timeline);
  return c;
}
void to(Simulation& s, double t) {
  while (s.t() < t && s.step()) {
  }
}

// F = share mu m g, as of the pedals of a trace.
TEST(ByHand, a_held_pedal_asks_for_its_share_of_the_grip_whoever_drives) {
  const double F_most = test::small_car().chassis.mu * test::kTestMass * 9.80665;
  for (const scenario::Driver& driver :
       {scenario::Driver{scenario::Follow{}}, scenario::Driver{scenario::Exact{}},
        scenario::Driver{scenario::ByHand{.duration = 60.0}},
        scenario::Driver{scenario::ConstantSpeed{.v = 10.0, .duration = 60.0, .gains = {}}}}) {
    Simulation s(
        by(driver, {hold(5.0, kAccelerator, 0.25), hold(6.0, "driver.brake_percent", 40.0)}));
    to(s, 5.5);
    EXPECT_NEAR(s.instant().F_request, 0.25 * F_most, 1e-9 * F_most);
    to(s, 7.0);
    EXPECT_NEAR(s.instant().F_request, (0.25 - 0.4) * F_most, 1e-9 * F_most);
    finish(s);
    EXPECT_LT(s.books().relative(), 1e-6);
  }
}

TEST(ByHand, a_pedal_goes_no_further_than_its_stop) {
  Simulation a(by(scenario::ByHand{.duration = 20.0}, {hold(1.0, kAccelerator, 7.0)})),
      b(by(scenario::ByHand{.duration = 20.0}, {hold(1.0, kAccelerator, 1.0)}));
  finish(a);
  finish(b);
  EXPECT_TRUE(test::same_state(a.snapshot(), b.snapshot()));
}

TEST(ByHand, nobody_in_the_seat_stays_at_rest) {
  Simulation s(by(scenario::ByHand{.duration = 20.0}));
  finish(s);
  EXPECT_EQ(s.snapshot().y[car::kX], 0.0);
}

TEST(ByHand, released_pedals_are_those_of_the_scenario_s_driver_again) {
  const auto run = [](std::vector<scenario::Event> timeline) {
    Simulation s(by(scenario::ConstantSpeed{.v = 10.0, .duration = 120.0, .gains = {}},
                    std::move(timeline)));
    finish(s);
    EXPECT_LT(s.books().relative(), 1e-6);
    return s.instant().flows.v;
  };
  EXPECT_LT(run({hold(20.0, kBrake, 0.3)}), 0.1);
  EXPECT_NEAR(run({hold(20.0, kBrake, 0.3), release(25.0, kBrake)}), 10.0, 0.05);
}

// A trace that nobody follows is not lost.
TEST(ByHand, a_trace_ends_no_run_while_a_pedal_is_held) {
  const scenario::Follow impatient{
      .cycle = {}, .break_off = {.error = 1.0, .after = 2.0}, .gains = {}};
  Simulation s(by(impatient, {hold(0.0, kBrake, 1.0)}));
  finish(s);
  EXPECT_EQ(s.end(), End::trace_done);
  EXPECT_EQ(s.snapshot().extremes.trace_error, 0.0);
}

// Steps are those of a driver by pedals, before and behind a command alike.
TEST(ByHand, a_log_of_sixty_commands_a_second_replays_to_the_same_bits) {
  for (const double rate : {0.0, 100.0}) {
    const Case c = by(scenario::Follow{.cycle = {}, .gains = {}, .rate = rate});
    Simulation live(c);
    double next = 11.0;
    int k = 0;
    while (live.step())
      if (live.t() >= next && next < 14.0) {
        const double share = 0.5 + 0.5 * sin(0.1 * ++k);
        live.command(hold(0.0, k % 2 == 0 ? kAccelerator : kBrake, share));
        next += 1.0 / 60.0;
      } else if (live.t() >= 16.0 && k > 0) {
        live.command(release(0.0, kAccelerator));
        live.command(release(0.0, kBrake));
        k = 0;
      }
    ASSERT_GT(live.command_log().size(), 100U);
    Case again = c;
    again.scenario.timeline = live.command_log();
    Simulation replay(again);
    finish(replay);
    EXPECT_TRUE(test::same_state(live.snapshot(), replay.snapshot()));
    EXPECT_LT(live.books().relative(), 1e-6);
  }
}

TEST(ByHand, a_run_ends_at_the_time_that_its_scenario_says) {
  Case c = by(scenario::Follow{});
  c.scenario.until = 17.5;
  Simulation s(c);
  finish(s);
  EXPECT_EQ(s.t(), 17.5);
  EXPECT_EQ(s.end(), End::trace_done);
}

TEST(ByHand, a_car_as_one_mass_has_no_hand_wheel) {
  Simulation s(by(scenario::Follow{}));
  EXPECT_THROW(s.command(hold(0.0, kWheel, 10.0)), InputError);
}

// ---- The car as a multi-body system ---------------------------------------------------------------

Case multi_body(std::vector<scenario::Event> timeline, double until,
                const std::string& scenario = "drive_by_hand") {
  Case c = io::load_case(
               {.scenario = std::string(EVSIM_SOURCE_DIR) + "/scenarios/" + scenario + ".json"})
               .c;
  c.scenario.timeline = std::move(timeline);
  c.scenario.until = until;
  return c;
}
double degrees(const Simulation& s) { return s.snapshot().drive.car.theta_H * 180.0 / kPi; }

TEST(ByHand, a_hand_wheel_goes_where_it_is_told_no_quicker_than_arms_and_the_books_close) {
  Case c = multi_body({hold(0.1, kWheel, 90.0), hold(0.1, kAccelerator, 0.3)}, 2.5);
  c.scenario.initial.v = 10.0;
  Simulation s(c);
  double last = 0.0, t = 0.0;
  while (s.step()) {
    // 10 rad/s.
    EXPECT_LE(degrees(s) - last, (s.t() - t) * 10.0 * 180.0 / kPi * (1.0 + 1e-9) + 1e-9);
    EXPECT_GE(degrees(s), last);
    last = degrees(s), t = s.t();
  }
  EXPECT_NEAR(degrees(s), 90.0, 1e-6);
  EXPECT_GT(s.snapshot().drive.car.x.chassis.omega.z, 0.05);  // it turns to the left
  EXPECT_LT(s.books().relative(), 1e-6);
}

TEST(ByHand, a_hand_wheel_is_given_back_to_the_course_of_the_scenario) {
  Case c = multi_body({hold(0.2, kWheel, -20.0), release(0.8, kWheel)}, 2.0, "step_steer");
  Simulation by_hand(c);
  c.scenario.timeline.clear();
  Simulation alone(c);
  to(by_hand, 0.7);
  EXPECT_NEAR(degrees(by_hand), -20.0, 1e-3);
  finish(by_hand);
  finish(alone);
  EXPECT_EQ(degrees(by_hand), degrees(alone));
  EXPECT_NE(degrees(alone), 0.0);
  EXPECT_LT(by_hand.books().relative(), 1e-6);
}

TEST(ByHand, pedals_and_hand_wheel_replay_to_the_same_bits) {
  const Case c = multi_body({}, 1.5);
  Simulation live(c);
  double next = 0.1;
  for (int k = 0; live.step();)
    if (live.t() >= next) {
      live.command(hold(0.0, kAccelerator, min(0.02 * ++k, 1.0)));
      live.command(hold(0.0, kWheel, 40.0 * sin(0.2 * k)));
      next += 1.0 / 60.0;
    }
  Case again = c;
  again.scenario.timeline = live.command_log();
  ASSERT_GT(again.scenario.timeline.size(), 100U);
  Simulation replay(again);
  finish(replay);
  // How long limits have acted is counted by pieces, of which the replay has more: its sum rounds otherwise.
  EXPECT_EQ(live.snapshot().y, replay.snapshot().y);
  EXPECT_EQ(live.snapshot().q, replay.snapshot().q);
  EXPECT_EQ(live.snapshot().drive.car.x.chassis.r.y, replay.snapshot().drive.car.x.chassis.r.y);
  EXPECT_NE(live.snapshot().drive.car.x.chassis.r.y, 0.0);
  EXPECT_LT(live.books().relative(), 1e-6);
}

}  // namespace
}  // namespace evsim
