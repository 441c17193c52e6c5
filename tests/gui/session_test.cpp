// The simulation that is steered while it runs, by hand and in its thread.
#include "gui/live/session.h"

#include <thread>

#include "gui/live/thread.h"
#include "tests/gui/bits.h"
#include "tests/gui/loaded.h"

namespace evsim::live {
namespace {

using scenario::SetParameter;
using test::bits;

Command mass(double kg) {
  return {{.t = 0.0, .command = SetParameter{.path = "chassis.mass_kg", .value = kg}}};
}
Options moving() { return {.paused = false, .pace = kInfinity}; }
std::vector<Notice> notices(Session& s) {
  std::vector<Notice> out;
  while (auto n = s.port().notices.pop()) out.push_back(*n);
  return out;
}

TEST(Session, stands_still_until_it_is_asked_to_run) {
  Session s(test::wltc().c);
  s.advance(10.0);
  EXPECT_EQ(s.t(), 0.0);
  s.port().ask(Resume{});
  s.advance(10.0);
  EXPECT_GE(s.t(), 10.0);
}

TEST(Session, makes_as_many_steps_as_asked_for) {
  Session s(test::throttle().c);
  s.port().ask(Steps{7});
  s.advance(kInfinity);
  s.publish();
  ASSERT_TRUE(s.port().pictures.fetch());
  EXPECT_EQ(s.port().pictures.front().steps, 7);
  EXPECT_TRUE(s.port().pictures.front().paused);
}

TEST(Session, runs_until_a_time_and_stands) {
  Session s(test::throttle().c);
  s.port().ask(RunUntil{0.25});
  s.advance(kInfinity);
  EXPECT_GE(s.t(), 0.25);
  EXPECT_LT(s.t(), 0.25 + 1e-3);
  EXPECT_FALSE(s.moving());
}

TEST(Session, an_edit_acts_at_the_next_boundary_of_a_step) {
  Session s(test::throttle().c, moving());
  s.advance(0.1);
  const double before = s.t();
  s.port().ask(mass(2500.0));
  EXPECT_EQ(s.simulation().vehicle().chassis.mass, 1980.0);
  s.advance(before);  // no step: only the boundary where it stands
  EXPECT_EQ(s.simulation().vehicle().chassis.mass, 2500.0);
  const auto met = notices(s);
  ASSERT_EQ(met.size(), 1U);
  EXPECT_EQ(met[0].refused, "");
  EXPECT_EQ(met[0].t, before);
}

TEST(Session, an_edit_between_two_steps_of_a_run_acts_before_the_second) {
  Session s(test::throttle().c, moving());
  int steps = 0;
  double asked = 0.0;
  s.advance(0.5, [&] {
    if (++steps == 100) {
      asked = s.t();
      s.port().ask(mass(2500.0));
    }
    return steps == 101;
  });
  const auto log = s.simulation().command_log();
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].t, asked);
}

TEST(Session, what_the_simulation_refuses_changes_nothing_and_is_said) {
  Session s(test::throttle().c, moving());
  s.advance(0.1);
  const auto before = bits(s.simulation());
  const auto id = s.port().ask(
      Command{{.t = 0.0, .command = SetParameter{.path = "chassis.mass_lb_ft", .value = 1.0}}});
  s.drain();
  const auto met = notices(s);
  ASSERT_EQ(met.size(), 1U);
  EXPECT_EQ(met[0].id, id);
  EXPECT_NE(met[0].refused.find("chassis.mass_lb_ft"), std::string::npos) << met[0].refused;
  EXPECT_EQ(bits(s.simulation()), before);
}

// Commands of a session, some of them at instants at which controls run, played as the timeline of a run without window.
void expect_same_as_headless(const io::LoadedCase& loaded, double end) {
  Session s(loaded.c, moving());
  s.port().ask(mass(2100.0));
  s.drain();  // at the start, at which controls have run
  s.advance(0.3 * end);
  s.port().ask(mass(2345.0));
  s.port().ask(
      Command{{.t = 0.0,
               .command = scenario::Override{
                   .signal = "driver.F_request_N", .mode = scenario::Mode::scale, .value = 0.5}}});
  s.advance(0.61234 * end);
  s.port().ask(mass(1900.0));
  s.advance(end);
  s.publish();

  test::expect_same_headless(loaded, s.simulation(), 4);
  ASSERT_TRUE(s.port().pictures.fetch());
  EXPECT_EQ(bits(s.port().pictures.front().values), bits(s.simulation()));
  EXPECT_LT(s.port().pictures.front().ledger_residual, 1e-6);
}
TEST(Session, gives_the_bits_of_a_headless_run_with_the_same_commands) {
  expect_same_as_headless(test::wltc(), 100.0);
}
TEST(Session, gives_the_bits_of_a_headless_run_with_machines_in_dq) {
  expect_same_as_headless(test::throttle(), 1.0);
}
TEST(Session, gives_the_bits_of_a_headless_run_of_the_multi_body_car) {
  expect_same_as_headless(test::load("launch_dry", {"drive", "chassis=multi_body"}), 0.5);
}

// From anywhere, with a command that lies before, behind, or between mark and target.
TEST(Session, goes_back_to_any_time_and_on_with_the_same_bits) {
  const auto run = [](double command_at, double back_to) {
    Session s(test::throttle().c, {.paused = false, .pace = kInfinity, .mark_period = 0.2});
    s.advance(command_at);
    s.port().ask(mass(2200.0));
    s.advance(1.0);
    const auto first = bits(s.simulation());
    const double end = s.t();
    s.port().ask(GoBack{back_to, {{{"chassis.mass_kg", 2200.0}, false}}});
    s.drain();
    EXPECT_NEAR(s.t(), back_to, 1.5e-4);  // a tick
    EXPECT_GE(s.t(), back_to);
    EXPECT_EQ(s.simulation().vehicle().chassis.mass, 2200.0);
    s.advance(end);
    EXPECT_EQ(s.t(), end);
    return bits(s.simulation()) == first;
  };
  for (const double back_to : {0.01, 0.2, 0.3333, 0.5, 0.777, 0.99999}) {
    EXPECT_TRUE(run(0.0, back_to)) << back_to;
    if (back_to > 0.27) {
      EXPECT_TRUE(run(0.27, back_to)) << back_to;
    }
  }
  EXPECT_FALSE(run(0.9, 0.5));  // made at 0.5 s now
}

TEST(Session, going_back_before_all_marks_is_the_start) {
  Session s(test::throttle().c, {.paused = false, .pace = kInfinity, .mark_period = 0.1});
  s.port().ask(mass(2400.0));
  s.advance(0.5);
  s.port().ask(GoBack{-1.0});
  s.drain();
  EXPECT_EQ(s.t(), 0.0);
  EXPECT_EQ(s.simulation().vehicle().chassis.mass, 1980.0);
  EXPECT_TRUE(s.simulation().command_log().empty());
}

TEST(Session, keeps_no_more_marks_than_asked_for) {
  Session s(test::throttle().c,
            {.paused = false, .pace = kInfinity, .mark_period = 0.1, .marks = 3});
  s.advance(1.05);
  s.publish();
  s.port().pictures.fetch();
  EXPECT_GT(s.port().pictures.front().earliest, 0.7);
}

TEST(Session, samples_are_a_period_apart_and_those_nobody_takes_are_counted) {
  Session s(test::throttle().c,
            {.paused = false, .pace = kInfinity, .sample_period = 0.01, .sample_rows = 20});
  s.advance(0.5);
  std::vector<double> t;
  s.port().samples.drain([&](const double* row) { t.push_back(row[0]); });
  ASSERT_EQ(t.size(), 20U);
  for (std::size_t i = 0; i < t.size(); ++i)
    EXPECT_NEAR(t[i], 0.01 * static_cast<double>(i), 2e-4) << i;  // ticks are 0.1 ms apart
  s.publish();
  s.port().pictures.fetch();
  EXPECT_EQ(s.port().pictures.front().samples_lost, 31);  // 51 from 0 to 0.5 s
}

// ---- In its thread ------------------------------------------------------------------------------

// Waits for a picture that satisfies; false after a minute, when something hangs.
template <class Satisfies> bool wait_for(Session& s, Satisfies satisfies) {
  for (int i = 0; i < 60000; ++i) {
    s.port().pictures.fetch();
    if (satisfies(s.port().pictures.front())) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST(LiveThread, gives_the_bits_of_a_headless_run_whatever_the_clock_does) {
  const io::LoadedCase loaded = test::wltc();
  Session s(loaded.c, {.paused = true, .pace = kInfinity});
  {
    const Thread thread(s);
    s.port().ask(Resume{});
    ASSERT_TRUE(wait_for(s, [](const Picture& p) { return p.t > 5.0; }));
    s.port().ask(mass(2222.0));
    ASSERT_TRUE(wait_for(s, [](const Picture& p) { return p.commands == 1; }));
    s.port().ask(RunUntil{1000.0});
    ASSERT_TRUE(wait_for(s, [](const Picture& p) { return p.paused || p.end != End::running; }));
  }
  test::expect_same_headless(loaded, s.simulation(), 1);
}

TEST(LiveThread, a_pause_stops_time_and_pictures_never_go_backwards) {
  Session s(test::throttle().c, {.paused = false, .pace = 1.0});
  const Thread thread(s);
  double last = 0.0;
  ASSERT_TRUE(wait_for(s, [&](const Picture& p) {
    EXPECT_GE(p.t, last);
    last = p.t;
    return p.t > 0.05;
  }));
  s.port().ask(Pause{});
  ASSERT_TRUE(wait_for(s, [](const Picture& p) { return p.paused; }));
  const double stands = s.port().pictures.front().t;
  s.port().ask(Steps{1});
  ASSERT_TRUE(wait_for(s, [&](const Picture& p) { return p.t > stands; }));
  EXPECT_LE(s.port().pictures.front().t, stands + 1e-3);
}

// ---- Hand-over ----------------------------------------------------------------------------------

TEST(Ring, hands_over_in_order_and_says_when_it_is_full) {
  Ring<int> ring(3);
  EXPECT_TRUE(ring.push(1) && ring.push(2) && ring.push(3));
  EXPECT_FALSE(ring.push(4));
  EXPECT_EQ(ring.pop(), 1);
  EXPECT_TRUE(ring.push(5));
  EXPECT_EQ(ring.pop(), 2);
  EXPECT_EQ(ring.pop(), 3);
  EXPECT_EQ(ring.pop(), 5);
  EXPECT_EQ(ring.pop(), std::nullopt);
}

TEST(Ring, loses_nothing_between_two_threads) {
  constexpr int kAll = 200000;
  Ring<int> ring(64);
  std::jthread producer([&] {
    for (int i = 0; i < kAll;)
      if (ring.push(i)) ++i;
  });
  for (int expected = 0; expected < kAll;)
    if (const auto got = ring.pop()) {
      ASSERT_EQ(*got, expected++);
    }
}

TEST(TripleBuffer, the_reader_sees_whole_values_and_never_an_older_one) {
  struct Pair {
    int a = 0, b = 0;
  };
  constexpr int kAll = 200000;
  TripleBuffer<Pair> buffer;
  std::jthread writer([&] {
    for (int i = 1; i <= kAll; ++i) {
      buffer.back() = {i, -i};
      buffer.publish();
    }
  });
  for (int last = 0; last < kAll;) {
    if (!buffer.fetch()) continue;
    const Pair p = buffer.front();
    ASSERT_EQ(p.a, -p.b);
    ASSERT_GT(p.a, last);
    last = p.a;
  }
}

}  // namespace
}  // namespace evsim::live
