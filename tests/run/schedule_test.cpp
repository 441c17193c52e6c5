#include "sim/run/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <ostream>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/base/errors.h"
#include "sim/run/task.h"

namespace evsim {
namespace {

using Role = ScheduleEntry::Role;
using Trigger = ScheduleEntry::Trigger;

constexpr TimeNs us = 1'000, ms = 1'000'000, s = 1'000'000'000;

struct Event {
  TimeNs t;
  std::string what;
  std::int64_t tick;
  bool operator==(const Event&) const = default;
};
void PrintTo(const Event& e, std::ostream* out) {
  *out << e.t << " ns " << e.what << " " << e.tick;
}

// Writes down everything that the schedule calls for.
struct Log {
  const Schedule& schedule;
  Schedule::Position& p;
  std::vector<Event>& events;

  void add(const char* phase, int i) {
    events.push_back(
        {p.now, phase + schedule.entries()[static_cast<std::size_t>(i)].name, schedule.tick(p, i)});
  }
  void point(int i) { add("meet ", i); }
  void sample(int i) { add("sample ", i); }
  void run(int i) {
    add("run ", i);
    // A named task that comes back after 130 us, of all its ticks.
    const auto& e = schedule.entries()[static_cast<std::size_t>(i)];
    if (e.trigger == Trigger::named) schedule.set_next(p, i, p.now + 130 * us);
  }
  void latch(int i) { add("latch ", i); }
  void record(int i) { add("record ", i); }
};

// All that happens before t_end.
std::vector<Event> events_before(const Schedule& schedule, Schedule::Position p, TimeNs t_end) {
  std::vector<Event> events;
  while (p.upcoming < t_end) {
    const auto now = schedule.next(p);
    schedule.visit(now, Log{schedule, p, events});
  }
  return events;
}
std::vector<Event> events_before(const Schedule& schedule, TimeNs t_end) {
  return events_before(schedule, schedule.start(), t_end);
}

// "run fast @ 100 us"
std::vector<std::string> in_words(const std::vector<Event>& events) {
  std::vector<std::string> words;
  for (const Event& e : events) words.push_back(e.what + " @ " + std::to_string(e.t / us) + " us");
  return words;
}

std::vector<TimeNs> times_of(const std::string& what, const std::vector<Event>& events) {
  std::vector<TimeNs> times;
  for (const Event& e : events)
    if (e.what == what) times.push_back(e.t);
  return times;
}

ScheduleEntry task(std::string name, Rational rate) {
  return {.name = std::move(name), .rate = rate};
}

// ---- Ticks ----------------------------------------------------------------------------------------

TEST(Schedule, ticks_of_whole_periods_are_their_multiples) {
  EXPECT_EQ(tick_time({10'000, 1}, 0, 0), 0);
  EXPECT_EQ(tick_time({10'000, 1}, 0, 12'345), 1'234'500 * us);
  EXPECT_EQ(tick_time({1, 60}, 5 * s, 2), 125 * s);  // once a minute, from 5 s on
}

TEST(Schedule, ticks_round_to_the_nearest_nanosecond) {
  // 1e9 / 8800 = 113636.3636...; 1e9 / 3 = 333333333.33; 1e9 * 1.5 / 1e9 = 1.5 rounds up.
  EXPECT_EQ(tick_time({8'800, 1}, 0, 1), 113'636);
  EXPECT_EQ(tick_time({8'800, 1}, 0, 2), 227'273);
  EXPECT_EQ(tick_time({3, 1}, 0, 1), 333'333'333);
  EXPECT_EQ(tick_time({3, 1}, 0, 2), 666'666'667);
  EXPECT_EQ(tick_time({2'000'000'000, 3}, 0, 1), 2);
}

TEST(Schedule, ticks_at_8800_Hz_never_drift_over_1e9_ticks) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    // Closed formula in 64 bits: k 1e9 / 8800 = k 1250000 / 11.
    const auto k = static_cast<std::int64_t>(random() % 1'000'000'000);
    const TimeNs t = tick_time({8'800, 1}, 0, k);
    ASSERT_EQ(t, (2 * k * 1'250'000 + 11) / 22) << "tick " << k;
    const TimeNs period = tick_time({8'800, 1}, 0, k + 1) - t;
    ASSERT_TRUE(period == 113'636 || period == 113'637) << "after tick " << k;
  }
  EXPECT_EQ(tick_time({8'800, 1}, 0, 8'800 * 100'000LL), 100'000 * s);  // exact each second
}

TEST(Schedule, ticks_late_in_a_run_are_taken_as_by_formula) {
  const Schedule schedule({task("control", {8'800, 1})});
  auto p = schedule.start(tick_time({8'800, 1}, 0, 999'999'000));
  for (std::int64_t k = 999'999'000; k < 1'000'000'000; ++k) {
    const auto now = schedule.next(p);
    ASSERT_EQ(now.t, (2 * k * 1'250'000 + 11) / 22);
    ASSERT_EQ(schedule.tick(p, 0), k);
  }
}

TEST(Schedule, a_tick_beyond_the_range_of_time_is_never) {
  EXPECT_EQ(tick_time({1, 1}, 0, 9'223'372'036), 9'223'372'036 * s);
  EXPECT_EQ(tick_time({1, 1}, 0, 9'223'372'037), kNever);
  EXPECT_EQ(tick_time({1, 1LL << 32}, 0, std::numeric_limits<std::int64_t>::max()), kNever);
}

TEST(Schedule, a_start_in_mid_time_finds_the_first_tick_not_before) {
  const Schedule schedule({{.name = "a", .rate = {1'000, 1}, .offset = 300 * us}});
  EXPECT_EQ(schedule.start(0).upcoming, 300 * us);
  EXPECT_EQ(schedule.start(300 * us).upcoming, 300 * us);
  EXPECT_EQ(schedule.start(300 * us + 1).upcoming, 1'300 * us);
}

TEST(Schedule, rates_are_what_their_decimals_say) {
  const auto same = [](Rational a, Rational b) { return a.num == b.num && a.den == b.den; };
  EXPECT_TRUE(same(rate_hz(8'800.0), {8'800, 1}));
  EXPECT_TRUE(same(rate_hz(0.1), {1, 10}));
  EXPECT_TRUE(same(rate_hz(29.97), {2'997, 100}));
  for (const double hz : {0.0, -1.0, 1.0 / 3.0, 2e9, std::nan("")})
    EXPECT_THROW(rate_hz(hz), std::invalid_argument) << hz;
}

TEST(Schedule, seconds_and_nanoseconds_convert_both_ways) {
  EXPECT_EQ(to_ns(0.1), 100 * ms);
  EXPECT_EQ(to_ns(-1e-9), -1);
  EXPECT_EQ(seconds(100 * ms), 0.1);  // correctly rounded, so equal to the literal
  EXPECT_THROW(to_ns(1e10), std::invalid_argument);
  EXPECT_THROW(to_ns(std::nan("")), std::invalid_argument);
}

// ---- Order ----------------------------------------------------------------------------------------

TEST(Schedule, three_rates_over_a_second_keep_their_counts) {
  const Schedule schedule(
      {task("fast", {10'000, 1}), task("mid", {1'000, 1}), task("slow", {100, 1})});
  const auto events = events_before(schedule, 1 * s);
  for (const char* phase : {"sample ", "run ", "latch "}) {
    EXPECT_EQ(times_of(phase + std::string("fast"), events).size(), 10'000U);
    EXPECT_EQ(times_of(phase + std::string("mid"), events).size(), 1'000U);
    EXPECT_EQ(times_of(phase + std::string("slow"), events).size(), 100U);
  }
}

TEST(Schedule, at_equal_times_all_sample_then_slow_runs_before_fast_then_all_latch) {
  const Schedule schedule(
      {task("fast", {10'000, 1}), task("mid", {1'000, 1}), task("slow", {100, 1})});
  const std::vector<std::string> expected{
      "sample slow @ 0 us", "sample mid @ 0 us",    "sample fast @ 0 us", "run slow @ 0 us",
      "run mid @ 0 us",     "run fast @ 0 us",      "latch slow @ 0 us",  "latch mid @ 0 us",
      "latch fast @ 0 us",  "sample fast @ 100 us", "run fast @ 100 us",  "latch fast @ 100 us",
  };
  EXPECT_EQ(in_words(events_before(schedule, 200 * us)), expected);
  const auto at_1_ms = in_words(events_before(schedule, schedule.start(1 * ms), 1 * ms + 1));
  EXPECT_EQ(at_1_ms, (std::vector<std::string>{"sample mid @ 1000 us", "sample fast @ 1000 us",
                                               "run mid @ 1000 us", "run fast @ 1000 us",
                                               "latch mid @ 1000 us", "latch fast @ 1000 us"}));
}

TEST(Schedule, points_at_a_tick_come_first_and_records_last_in_one_instant) {
  const Schedule schedule({
      {.name = "log", .role = Role::record, .rate = {1'000, 1}},
      task("control", {1'000, 1}),
      {.name = "knot",
       .role = Role::point,
       .trigger = Trigger::listed,
       .instants = {2 * ms, 0, 2 * ms}},
  });
  const std::vector<std::string> expected{
      "meet knot @ 0 us",        "sample control @ 0 us",    "run control @ 0 us",
      "latch control @ 0 us",    "record log @ 0 us",        "sample control @ 1000 us",
      "run control @ 1000 us",   "latch control @ 1000 us",  "record log @ 1000 us",
      "meet knot @ 2000 us",     "sample control @ 2000 us", "run control @ 2000 us",
      "latch control @ 2000 us", "record log @ 2000 us",
  };
  EXPECT_EQ(in_words(events_before(schedule, 2 * ms + 1)), expected);
}

TEST(Schedule, a_point_a_nanosecond_off_a_tick_is_an_instant_of_its_own) {
  const Schedule schedule({task("control", {1'000, 1}),
                           {.name = "knot",
                            .role = Role::point,
                            .trigger = Trigger::listed,
                            .instants = {1 * ms - 1, 1 * ms + 1}}});
  auto p = schedule.start(1 * us);
  for (const TimeNs expected : {1 * ms - 1, 1 * ms, 1 * ms + 1, 2 * ms})
    EXPECT_EQ(schedule.next(p).t, expected);
}

TEST(Schedule, an_empty_or_finished_schedule_has_no_instant) {
  const Schedule nothing({});
  auto p = nothing.start();
  EXPECT_EQ(nothing.next(p).t, kNever);
  const Schedule one(
      {{.name = "end", .role = Role::point, .trigger = Trigger::listed, .instants = {5}}});
  p = one.start();
  EXPECT_EQ(one.next(p).t, 5);
  EXPECT_EQ(one.next(p).t, kNever);
  EXPECT_EQ(p.now, 5);
}

// ---- Delays ---------------------------------------------------------------------------------------

// The task's output is the time of its sample; the reader notes what it sees.
struct DelayRun {
  TimeNs now = 0;
  Task<TimeNs, TimeNs, int> writer{.out = -1};
  std::vector<TimeNs> recorded{}, sampled{};

  void point(int) {}
  void sample(int i) {
    if (i == 0)
      writer.sample(now);
    else
      sampled.push_back(writer.out);
  }
  void run(int i) {
    if (i == 0) writer.run([](int&, const TimeNs& in) { return in; });
  }
  void latch(int i) {
    if (i == 0) writer.latch();
  }
  void record(int) { recorded.push_back(writer.out); }
};

// What stands at the output of a 1 kHz task, four times a millisecond, recorded after latches and
// sampled before them by another task.
DelayRun run_with(Delay delay) {
  const Schedule schedule({{.name = "writer", .rate = {1'000, 1}, .delay = delay},
                           task("reader", {4'000, 1}),
                           {.name = "log", .role = Role::record, .rate = {4'000, 1}}});
  auto p = schedule.start();
  DelayRun run;
  while (p.upcoming <= 4 * ms) {
    const auto now = schedule.next(p);
    run.now = now.t;
    schedule.visit(now, run);
  }
  return run;
}

TEST(Schedule, outputs_without_delay_are_seen_from_the_same_instant_but_not_by_its_samplers) {
  const auto run = run_with({});
  EXPECT_EQ(run.recorded,
            (std::vector<TimeNs>{0, 0, 0, 0, 1 * ms, 1 * ms, 1 * ms, 1 * ms, 2 * ms, 2 * ms, 2 * ms,
                                 2 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms, 4 * ms}));
  EXPECT_EQ(run.sampled,
            (std::vector<TimeNs>{-1, 0, 0, 0, 0, 1 * ms, 1 * ms, 1 * ms, 1 * ms, 2 * ms, 2 * ms,
                                 2 * ms, 2 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms}));
}

TEST(Schedule, outputs_delayed_by_a_tick_are_seen_at_the_next_tick) {
  EXPECT_EQ(run_with({.ticks = {1, 1}}).recorded,
            (std::vector<TimeNs>{-1, -1, -1, -1, 0, 0, 0, 0, 1 * ms, 1 * ms, 1 * ms, 1 * ms, 2 * ms,
                                 2 * ms, 2 * ms, 2 * ms, 3 * ms}));
}

TEST(Schedule, outputs_delayed_by_two_and_a_half_ticks_are_seen_between_ticks) {
  const std::vector<TimeNs> expected{-1, -1, -1, -1, -1, -1,     -1,     -1,    -1,
                                     -1, 0,  0,  0,  0,  1 * ms, 1 * ms, 1 * ms};
  EXPECT_EQ(run_with({.ticks = {5, 2}}).recorded, expected);
  EXPECT_EQ(run_with({.time = 2'500 * us}).recorded, expected);
}

TEST(Schedule, a_delay_of_a_tick_at_8800_Hz_ends_exactly_at_the_next_tick) {
  const Schedule schedule({{.name = "control", .rate = {8'800, 1}, .delay = {.ticks = {1, 1}}}});
  const auto events = events_before(schedule, 1 * s);
  const auto runs = times_of("run control", events), latches = times_of("latch control", events);
  ASSERT_EQ(runs.size(), 8'800U);
  EXPECT_EQ(std::vector<TimeNs>(runs.begin() + 1, runs.end()), latches);
}

TEST(Schedule, a_delay_in_ticks_keeps_to_the_grid_however_late_the_task_runs) {
  const Schedule schedule(
      {{.name = "control", .rate = {10'000, 1}, .delay = {.ticks = {1, 1}}, .jitter_max = 90 * us}},
      7);
  const auto latches = times_of("latch control", events_before(schedule, 10 * ms));
  for (std::size_t k = 0; k < latches.size(); ++k)
    EXPECT_EQ(latches[k], static_cast<TimeNs>(k + 1) * 100 * us);
}

TEST(Schedule, the_longest_delay_fits_and_a_longer_one_is_refused) {
  const auto with_delay = [](Delay delay) {
    return Schedule({{.name = "bms", .rate = {8'800, 1}, .delay = delay, .jitter_max = 113'000}},
                    3);
  };
  const Schedule longest = with_delay({.ticks = {kMaxWaiting - 4, 1}});
  EXPECT_EQ(times_of("latch bms", events_before(longest, 1 * s)).size(), 8'788U);
  EXPECT_THROW(with_delay({.ticks = {kMaxWaiting - 3, 1}}), std::invalid_argument);
}

// ---- Jitter ---------------------------------------------------------------------------------------

std::vector<TimeNs> jittered(std::uint64_t seed, bool with_another = false) {
  std::vector<ScheduleEntry> entries{
      {.name = "control", .rate = {10'000, 1}, .jitter_max = 99'999}};
  if (with_another) entries.insert(entries.begin(), task("another", {10, 1}));
  return times_of("run control", events_before(Schedule(entries, seed), 1 * s));
}

TEST(Schedule, jitter_is_bounded_and_never_reorders_ticks) {
  const auto times = jittered(42);
  double sum = 0.0;
  for (std::size_t k = 0; k < times.size(); ++k) {
    const TimeNs late = times[k] - static_cast<TimeNs>(k) * 100 * us;
    ASSERT_TRUE(late >= 0 && late <= 99'999) << "tick " << k;
    ASSERT_TRUE(k == 0 || times[k] > times[k - 1]) << "tick " << k;
    sum += static_cast<double>(late);
  }
  // Mean of 1e4 uniform draws: standard deviation 100 us / sqrt(12 * 1e4) = 0.29 us; 5 of them.
  EXPECT_NEAR(sum / static_cast<double>(times.size()), 50e3, 1.5e3);
}

TEST(Schedule, jitter_is_a_function_of_seed_name_and_tick_alone) {
  EXPECT_EQ(jittered(42), jittered(42));
  EXPECT_NE(jittered(42), jittered(43));
  EXPECT_EQ(jittered(42), jittered(42, true));
}

TEST(Schedule, a_start_in_mid_time_meets_the_same_jittered_ticks) {
  const Schedule schedule({{.name = "control", .rate = {10'000, 1}, .jitter_max = 90 * us}}, 5);
  const auto all = times_of("run control", events_before(schedule, 20 * ms));
  for (std::size_t k = 0; k < all.size(); ++k) {
    EXPECT_EQ(schedule.start(all[k]).upcoming, all[k]);
    EXPECT_EQ(schedule.start(all[k]).tick[0], static_cast<std::int64_t>(k));
  }
}

// ---- Named instants -------------------------------------------------------------------------------

TEST(Schedule, a_named_task_runs_when_it_says) {
  const Schedule schedule({task("control", {10'000, 1}),
                           {.name = "edges", .trigger = Trigger::named, .offset = 20 * us}});
  const auto edges = times_of("run edges", events_before(schedule, 500 * us));
  EXPECT_EQ(edges, (std::vector<TimeNs>{20 * us, 150 * us, 280 * us, 410 * us}));
}

TEST(Schedule, a_named_entry_can_wait_move_and_be_called_off) {
  const Schedule schedule(
      {task("control", {1'000, 1}),
       {.name = "command", .role = Role::point, .trigger = Trigger::named, .offset = kNever}});
  auto p = schedule.start();
  EXPECT_EQ(schedule.next(p).t, 0);
  EXPECT_EQ(p.upcoming, 1 * ms);
  schedule.set_next(p, 1, 10);
  EXPECT_EQ(p.upcoming, 10);
  schedule.set_next(p, 1, 20);
  EXPECT_EQ(schedule.next(p).t, 20);
  schedule.set_next(p, 1, 30);
  schedule.set_next(p, 1, kNever);
  EXPECT_EQ(schedule.next(p).t, 1 * ms);
}

TEST(Schedule, a_named_instant_must_lie_ahead_and_belong_to_a_named_entry) {
  const Schedule schedule(
      {task("control", {1'000, 1}), {.name = "edges", .trigger = Trigger::named}});
  auto p = schedule.start();
  schedule.next(p);
  EXPECT_THROW(schedule.set_next(p, 1, 0), std::invalid_argument);
  EXPECT_THROW(schedule.set_next(p, 0, 5), std::invalid_argument);
}

TEST(Schedule, a_named_task_with_too_many_outputs_waiting_fails_by_name) {
  const Schedule schedule({{.name = "edges", .trigger = Trigger::named, .delay = {.time = 1 * s}}});
  auto p = schedule.start();
  for (int k = 0; k < kMaxWaiting; ++k) {
    schedule.next(p);
    schedule.set_next(p, 0, p.now + 1);
  }
  try {
    schedule.next(p);
    FAIL() << "the delay line overflowed in silence";
  } catch (const SimulationError& e) {
    EXPECT_NE(std::string(e.what()).find("edges"), std::string::npos) << e.what();
  }
}

// ---- Snapshot -------------------------------------------------------------------------------------

TEST(Schedule, a_copied_position_goes_on_with_the_same_events) {
  const Schedule schedule(
      {{.name = "foc", .rate = {8'800, 1}, .delay = {.ticks = {3, 2}}, .jitter_max = 30 * us},
       {.name = "vcu", .rate = {100, 1}, .delay = {.time = 25 * ms}},
       {.name = "edges", .trigger = Trigger::named, .offset = 40 * us, .delay = {.time = 500 * us}},
       {.name = "knot", .role = Role::point, .rate = {1, 1}},
       {.name = "fault",
        .role = Role::point,
        .trigger = Trigger::listed,
        .instants = {7 * ms, 9 * ms}},
       {.name = "log", .role = Role::record, .rate = {1'000, 1}}},
      11);
  std::mt19937_64 random(2);
  std::vector<Event> ignored;
  for (int i = 0; i < 100; ++i) {
    auto p = schedule.start();
    for (auto n = random() % 2'000; n > 0; --n) {
      const auto now = schedule.next(p);
      schedule.visit(now, Log{schedule, p, ignored});
    }
    unsigned char snapshot[sizeof p];  // bytes, as in a file
    std::memcpy(snapshot, &p, sizeof p);
    const TimeNs t_end = p.now + 30 * ms;
    const auto expected = events_before(schedule, p, t_end);
    Schedule::Position copy;
    std::memcpy(&copy, snapshot, sizeof copy);
    ASSERT_EQ(events_before(schedule, copy, t_end), expected) << "point " << i;
    ASSERT_GT(expected.size(), 500U);
  }
}

TEST(Schedule, tasks_are_plain_data) {
  static_assert(std::is_trivially_copyable_v<Task<double, double, int>>);
  Task<double, double, int> a{.out = 1.0};
  const auto count = [](int& calls, const double& in) { return in + ++calls; };
  a.sample(10.0);
  a.run(count);
  auto b = a;  // with an output on its way
  a.latch();
  b.latch();
  EXPECT_EQ(a.out, 11.0);
  EXPECT_EQ(b.out, 11.0);
  b.run(count);
  EXPECT_EQ(a.state, 1);
  EXPECT_EQ(b.state, 2);
}

// ---- Entries that can't be ------------------------------------------------------------------------

TEST(Schedule, entries_that_make_no_sense_are_refused_by_name) {
  const std::vector<std::vector<ScheduleEntry>> wrong{
      {task("foc", {0, 1})},
      {task("foc", {-1, 1})},
      {task("foc", {2'000'000'000, 1})},
      {task("foc", {1, 1}), task("foc", {2, 1})},
      {{.name = "foc", .rate = {1, 1}, .offset = -1}},
      {{.name = "foc", .rate = {1'000, 1}, .jitter_max = 1 * ms}},
      {{.name = "foc", .rate = {1'000, 1}, .jitter_max = -1}},
      {{.name = "foc", .rate = {1'000, 1}, .delay = {.time = -1}}},
      {{.name = "foc", .rate = {1'000, 1}, .delay = {.ticks = {1, 0}}}},
      {{.name = "foc", .trigger = Trigger::named, .delay = {.ticks = {1, 1}}}},
      {{.name = "foc", .trigger = Trigger::listed, .instants = {-5}}},
      {{.name = "foc", .role = Role::record, .rate = {1, 1}, .delay = {.time = 1}}},
      {{.name = "foc", .role = Role::point, .rate = {1, 1}, .jitter_max = 1}},
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    try {
      Schedule schedule(wrong[i]);
      ADD_FAILURE() << "case " << i << " was accepted";
    } catch (const std::invalid_argument& e) {
      EXPECT_NE(std::string(e.what()).find("foc"), std::string::npos) << e.what();
    }
  }
  std::vector<ScheduleEntry> many;
  for (int i = 0; i <= kMaxEntries; ++i) many.push_back(task(std::to_string(i), {1, 1}));
  EXPECT_THROW(Schedule{many}, std::invalid_argument);
  many.pop_back();
  EXPECT_EQ(events_before(Schedule(many), 1).size(), 3U * kMaxEntries);
}

}  // namespace
}  // namespace evsim
