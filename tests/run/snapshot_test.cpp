#include <gtest/gtest.h>

#include <algorithm>

#include "sim/run/simulation.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

using scenario::Mode;
using scenario::Override;
using scenario::SetParameter;
using scenario::SetState;
using test::at;
using test::finish;
using test::same_state;

Case with_commands(Case c) {
  c.scenario.timeline = {
      at(5.5, SetParameter{.path = "auxiliaries.power_W", .value = 1500.0}),
      at(12.25, Override{.signal = "driver.F_request_N", .mode = Mode::offset, .value = 200.0}),
      at(20.0, Override{.signal = "driver.v_seen_km_per_h", .mode = Mode::noise, .value = 0.5}),
      at(25.0, SetState{.state = "SOC", .value = 0.7}),
      at(33.3, SetParameter{.path = "chassis.wheel_inertia_kg_m2", .value = 1.1}),
      at(50.0, Override{.signal = "driver.v_seen_km_per_h", .mode = Mode::release, .value = 0.0})};
  return c;
}
Case sampled(Case c, double rate) {
  c.scenario.driver =
      scenario::Follow{.cycle = {}, .gains = {}, .preview = 0.0, .rate = rate, .delay = 0.03};
  return c;
}

// Snapshots at random steps of a whole run, and its last one.
struct Film {
  std::vector<Snapshot> frames;
  Snapshot end;
};
Film film(Simulation& s, int n, std::uint64_t seed) {
  Film f;
  const Snapshot start = s.snapshot();
  int steps = 0;
  while (s.step()) ++steps;
  f.end = s.snapshot();
  s.restore(start);
  test::Arguments random(seed);
  std::vector<int> when;
  for (int i = 0; i < n; ++i)
    when.push_back(static_cast<int>(random.bits() % static_cast<std::uint64_t>(steps)));
  std::ranges::sort(when);
  int at_step = 0;
  for (const int w : when) {
    for (; at_step < w; ++at_step) s.step();
    f.frames.push_back(s.snapshot());
  }
  finish(s);
  return f;
}

void expect_same_bits_from_everywhere(const Case& c, int n) {
  Simulation s(c, test::set_some);
  const Film f = film(s, n, 1);
  EXPECT_TRUE(same_state(s.snapshot(), f.end));
  for (auto frame = f.frames.rbegin(); frame != f.frames.rend(); ++frame) {
    s.restore(*frame);
    finish(s);
    EXPECT_TRUE(same_state(s.snapshot(), f.end))
        << "from step " << frame->step << " of the piece at " << seconds(frame->piece_start)
        << " s";
  }
}

TEST(Snapshot, going_on_from_100_random_times_gives_the_same_bits) {
  expect_same_bits_from_everywhere(test::short_case(), 100);
}

TEST(Snapshot, also_with_commands_overrides_and_noise) {
  expect_same_bits_from_everywhere(with_commands(test::short_case()), 100);
}

TEST(Snapshot, also_with_sampled_control_and_delayed_outputs) {
  expect_same_bits_from_everywhere(sampled(test::short_case(), 10.0), 30);
  expect_same_bits_from_everywhere(with_commands(sampled(test::short_case(), 10.0)), 30);
}

TEST(Snapshot, also_of_four_units_on_a_hill) {
  expect_same_bits_from_everywhere(test::case_of(test::four_units(), test::hilly_trip()), 30);
}

TEST(Snapshot, one_may_scrub_back_and_forth) {
  Simulation s(with_commands(test::short_case()), test::set_some);
  const Film f = film(s, 20, 2);
  for (const std::size_t i : {15u, 2u, 19u, 0u, 10u, 7u, 18u}) s.restore(f.frames[i]);
  finish(s);
  EXPECT_TRUE(same_state(s.snapshot(), f.end));
  EXPECT_EQ(s.command_log().size(), 6u);
}

TEST(Snapshot, another_simulation_of_the_same_case_goes_on_from_it) {
  Simulation first(with_commands(test::short_case()), test::set_some);
  const Film f = film(first, 10, 3);
  for (const Snapshot& frame : f.frames) {
    Simulation fork(with_commands(test::short_case()), test::set_some);
    fork.restore(frame);
    finish(fork);
    EXPECT_TRUE(same_state(fork.snapshot(), f.end)) << seconds(frame.piece_start) << " s";
  }
}

TEST(Snapshot, commands_given_after_it_was_taken_are_forgotten) {
  Simulation s(test::short_case(), test::set_some);
  const Film f = film(s, 1, 4);
  s.restore(f.frames[0]);
  s.command({.t = 0.0, .command = SetParameter{.path = "auxiliaries.power_W", .value = 5000.0}});
  s.command({.t = 0.0,
             .command = Override{.signal = "vcu.tau.rear_Nm", .mode = Mode::scale, .value = 0.9}});
  EXPECT_EQ(s.command_log().size(), 2u);
  finish(s);
  EXPECT_FALSE(same_state(s.snapshot(), f.end));
  s.restore(f.frames[0]);
  EXPECT_EQ(s.command_log().size(), 0u);
  EXPECT_EQ(s.vehicle().auxiliaries.power, 400.0);
  finish(s);
  EXPECT_TRUE(same_state(s.snapshot(), f.end));
}

TEST(Snapshot, restoring_does_not_change_what_flows) {
  Simulation s(with_commands(test::short_case()), test::set_some);
  for (int i = 0; i < 100; ++i) s.step();
  const Snapshot here = s.snapshot();
  const double a = s.instant().flows.a, t = s.t();
  finish(s);
  s.restore(here);
  EXPECT_EQ(s.instant().flows.a, a);
  EXPECT_EQ(s.t(), t);
}

}  // namespace
}  // namespace evsim
