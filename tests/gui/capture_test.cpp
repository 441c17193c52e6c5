// Records around an event: the trigger by hand, and in a simulation.
#include "gui/live/capture.h"

#include <cmath>

#include "gui/live/session.h"
#include "sim/base/floating_point.h"
#include "tests/gui/loaded.h"

namespace evsim::live {
namespace {

constexpr double kStep = 1e-3;

// f at every step from 0 to `end`; the records that come of it.
template <class F> std::vector<Record> ran(const Arm& arm, double end, F f) {
  Capturer c;
  c.arm(arm, 1, 0.0);
  std::vector<Record> out;
  for (int k = 0; k * kStep <= end; ++k) {
    const double x = f(k * kStep);
    c.add(k * kStep, x, {&x, 1});
    if (auto r = c.take()) out.push_back(std::move(*r));
  }
  return out;
}
Arm arm(TriggerOn on, double level) {
  return {.on = on, .level = level, .length = 0.02, .before = 0.25, .signals = {0}};
}

// x = 10 t crosses 0.1234 at t = 0.01234, between two steps.
TEST(Capturer, an_edge_is_where_the_straight_line_crosses_the_level) {
  const auto all = ran(arm(TriggerOn::rising, 0.1234), 0.1, [](double t) { return 10.0 * t; });
  ASSERT_EQ(all.size(), 1U);
  EXPECT_NEAR(all[0].t, 0.01234, 1e-12);
}

TEST(Capturer, a_record_has_every_step_from_its_share_before_to_its_end) {
  const auto all = ran(arm(TriggerOn::rising, 0.5), 0.2, [](double t) { return 10.0 * t; });
  ASSERT_EQ(all.size(), 1U);
  const Record& r = all[0];
  ASSERT_EQ(r.width(), 2U);
  // 5 ms before 0.05 s, 15 ms behind it, one step each that reaches beyond.
  EXPECT_LE(r.numbers[0], 0.045);
  EXPECT_GE(r.numbers[0], 0.045 - 2 * kStep);
  const double last = r.numbers[2 * (r.rows() - 1)];
  EXPECT_GE(last, 0.065 - 1e-9);
  EXPECT_LE(last, 0.065 + kStep);
  for (std::size_t k = 1; k < r.rows(); ++k)
    EXPECT_NEAR(r.numbers[2 * k] - r.numbers[2 * k - 2], kStep, 1e-12);
  for (std::size_t k = 0; k < r.rows(); ++k)
    EXPECT_NEAR(r.numbers[2 * k + 1], 10.0 * r.numbers[2 * k], 1e-12);
}

TEST(Capturer, rising_and_falling_edges_differ) {
  const auto wave = [](double t) { return std::sin(2.0 * M_PI * 10.0 * t + 0.1); };
  const auto up = ran(arm(TriggerOn::rising, 0.0), 0.3, wave);
  const auto down = ran(arm(TriggerOn::falling, 0.0), 0.3, wave);
  ASSERT_EQ(up.size(), 1U);
  ASSERT_EQ(down.size(), 1U);
  // Zeros of the sine; linear between steps of 1 ms, which is off by less than 1e-5 s.
  EXPECT_NEAR(up[0].t, 0.1 - 0.1 / (2.0 * M_PI * 10.0), 1e-5);
  EXPECT_NEAR(down[0].t, 0.05 - 0.1 / (2.0 * M_PI * 10.0), 1e-5);
}

TEST(Capturer, hysteresis_ignores_a_ripple_on_a_ramp) {
  // A ramp of 1/s with a ripple of 0.02: without hysteresis the first crossing, at the latest, is ripple.
  const auto wave = [](double t) { return 0.5 - t + 0.02 * std::sin(2.0 * M_PI * 100.0 * t); };
  Arm a = arm(TriggerOn::rising, 0.3);
  EXPECT_EQ(ran(a, 0.5, wave).size(), 1U);
  a.hysteresis = 0.05;
  EXPECT_EQ(ran(a, 0.5, wave).size(), 0U);
}

TEST(Capturer, a_level_is_met_at_once_when_it_is_exceeded_already) {
  const auto all = ran(arm(TriggerOn::above, 0.5), 0.1, [](double) { return 1.0; });
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].t, 0.0);
  EXPECT_TRUE(ran(arm(TriggerOn::below, 0.5), 0.1, [](double) { return 1.0; }).empty());
}

TEST(Capturer, normal_comes_again_single_once_automatic_without_an_event) {
  const auto wave = [](double t) { return std::sin(2.0 * M_PI * 10.0 * t); };
  Arm a = arm(TriggerOn::rising, 0.5);
  EXPECT_EQ(ran(a, 1.05, wave).size(), 1U);
  a.again = Rearm::normal;
  EXPECT_EQ(ran(a, 1.05, wave).size(), 11U);  // one in each of ten and a half periods
  a.level = 2.0;                              // never
  EXPECT_TRUE(ran(a, 1.05, wave).empty());
  a.again = Rearm::automatic;
  const auto all = ran(a, 1.05, wave);
  ASSERT_GT(all.size(), 5U);
  for (const Record& r : all) EXPECT_TRUE(r.by_itself);
}

TEST(Capturer, a_record_has_a_largest_size) {
  Arm a = arm(TriggerOn::at_once, 0.0);
  a.length = 1e9;
  Capturer c;
  c.arm(a, 1, 0.0);
  std::optional<Record> r;
  for (std::size_t k = 0; k < Capturer::kNumbers && !r; ++k) {
    const double x = 1.0;
    c.add(static_cast<double>(k), x, {&x, 1});
    r = c.take();
  }
  ASSERT_TRUE(r.has_value());
  EXPECT_TRUE(r->cut_short);
  EXPECT_EQ(r->numbers.size(), Capturer::kNumbers);
}

TEST(Capturer, what_makes_no_sense_is_refused) {
  Capturer c;
  for (const Arm& a : {Arm{.signals = {}}, Arm{.signals = {7}}, Arm{.signal = 3, .signals = {0}},
                       Arm{.length = 0.0, .signals = {0}}, Arm{.before = 1.5, .signals = {0}},
                       Arm{.level = NAN, .signals = {0}}})
    EXPECT_THROW(c.arm(a, 2, 0.0), InputError);
  EXPECT_FALSE(c.active());
}

// ---- In a simulation ----------------------------------------------------------------------------

std::size_t place(const Session& s, std::string_view path) {
  const auto& infos = const_cast<Session&>(s).port().infos;
  for (std::size_t i = 0; i < infos.size(); ++i)
    if (infos[i].path == path) return i;
  ADD_FAILURE() << path;
  return 0;
}
Options moving() { return {.paused = false, .pace = kInfinity}; }
CaptureStatus status(Session& s) {
  s.publish();
  s.port().pictures.fetch();
  return s.port().pictures.front().capture;
}

TEST(Capture, has_every_step_of_the_integration) {
  Session s(test::throttle().c, moving());
  s.port().ask(Arm{.on = TriggerOn::rising,
                   .signal = place(s, "body.v"),
                   .level = 1.0,
                   .length = 0.02,
                   .before = 0.5,
                   .signals = {place(s, "body.v"), place(s, "drive_units.rear.tau")}});
  s.drain();
  EXPECT_EQ(status(s).state, Capturing::armed);
  std::vector<std::pair<double, double>> steps;
  s.advance(1.0, [&] {
    steps.emplace_back(s.t(), 0.0);
    return false;
  });
  EXPECT_EQ(status(s).state, Capturing::done);
  EXPECT_EQ(status(s).records, 1);
  const auto r = s.port().records.pop();
  ASSERT_TRUE(r.has_value());
  const auto first = std::ranges::find(steps, r->numbers[0], &std::pair<double, double>::first);
  ASSERT_NE(first, steps.end());
  EXPECT_GT(r->rows(), 100U);
  for (std::size_t k = 0; k < r->rows(); ++k)
    EXPECT_EQ(r->numbers[3 * k], (first + static_cast<std::ptrdiff_t>(k))->first);
  // The speed crosses 1 m/s at the time of the event.
  for (std::size_t k = 0; k + 1 < r->rows(); ++k) {
    if (!(r->numbers[3 * k] <= r->t && r->t < r->numbers[3 * k + 3])) continue;
    EXPECT_LE(r->numbers[3 * k + 1], 1.0);
    EXPECT_GE(r->numbers[3 * k + 4], 1.0);
  }
}

// What a record shows of phase currents at the level waveform is what the simulation's own watch sees.
TEST(Capture, shows_the_ripple_of_switching_legs) {
  const io::LoadedCase loaded = test::load("full_throttle", {"waveform"});
  Session s(loaded.c, moving());
  const std::size_t i_a = place(s, "drive_units.rear.i_a");
  s.advance(0.5);
  const double from = s.t();
  s.port().ask(Arm{.on = TriggerOn::at_once, .length = 2e-3, .before = 0.0, .signals = {i_a}});
  s.advance(from + 3e-3);
  const auto r = s.port().records.pop();
  ASSERT_TRUE(r.has_value());

  Simulation plain(loaded.c, io::parameter_setter());
  std::vector<std::pair<double, double>> seen;
  guarded([&] {
    while (plain.t() < from) plain.step();
    plain.on_waveform = [&](const waveform::Instant& x) { seen.emplace_back(x.t, x.units[0].i.a); };
    while (plain.t() < from + 3e-3) plain.step();
  });
  // Every instant of the watch inside of the record is in it, with the same bits.
  std::size_t row = 0, found = 0;
  for (const auto& [t, i] : seen) {
    if (t >= from + 1.9e-3) break;
    while (row < r->rows() && (r->numbers[2 * row] != t || r->numbers[2 * row + 1] != i)) ++row;
    ASSERT_LT(row, r->rows()) << t;
    ++found;
  }
  EXPECT_GT(found, 200U);  // 1.9 ms of a carrier of some kHz: edges and steps between
  // Ripple: far more turns up and down than the fundamental has. At an edge the current stands for a row.
  int turns = 0;
  double last = 0.0;
  for (std::size_t k = 1; k < r->rows(); ++k) {
    const double step = r->numbers[2 * k + 1] - r->numbers[2 * k - 1];
    if (step == 0.0) continue;
    turns += last * step < 0.0 ? 1 : 0;
    last = step;
  }
  EXPECT_GT(turns, 20);
}

TEST(Capture, a_record_changes_no_bit_of_the_run) {
  const auto end = [](bool with) {
    Session s(test::throttle().c, moving());
    if (with)
      s.port().ask(Arm{.on = TriggerOn::rising,
                       .signal = place(s, "body.v"),
                       .level = 1.0,
                       .again = Rearm::automatic,
                       .signals = {0, 1, 2}});
    s.advance(0.5);
    s.publish();
    s.port().pictures.fetch();
    return s.port().pictures.front().values;
  };
  EXPECT_EQ(end(true), end(false));
}

TEST(Capture, is_made_by_a_fault_of_the_timeline_and_by_one_by_hand) {
  Case c = test::throttle().c;
  c.scenario.timeline.push_back(
      {.t = 0.3, .command = scenario::Fault{.unit = {}, .fault = scenario::FaultKind::gates_off}});
  Session s(c, moving());
  s.port().ask(Arm{.on = TriggerOn::fault,
                   .length = 0.01,
                   .again = Rearm::normal,
                   .signals = {place(s, "drive_units.rear.i_a")}});
  s.advance(0.5);
  auto r = s.port().records.pop();
  ASSERT_TRUE(r.has_value());
  EXPECT_EQ(r->t, 0.3);
  EXPECT_EQ(r->cause, "gates_off");
  const double at = s.t();
  s.port().ask(Command{
      {.t = 0.0,
       .command = scenario::Fault{.unit = {}, .fault = scenario::FaultKind::short_circuit}}});
  s.advance(at + 0.1);
  r = {};
  while (auto next = s.port().records.pop()) r = std::move(next);
  ASSERT_TRUE(r.has_value());
  EXPECT_EQ(r->t, at);
  EXPECT_EQ(r->cause, "short_circuit");
}

TEST(Capture, is_made_by_a_reason_of_the_motor_control) {
  Session s(test::throttle().c, moving());
  s.port().ask(Arm{.on = TriggerOn::fault, .length = 0.01, .signals = {0}});
  s.advance(0.2);
  EXPECT_EQ(status(s).state, Capturing::armed);
  s.port().ask(Command{
      {.t = 0.0,
       .command = scenario::Fault{
           .unit = {}, .fault = scenario::FaultKind::machine_temperature, .temperature = 480.0}}});
  s.drain();
  s.advance(0.5);
  const auto r = s.port().records.pop();
  ASSERT_TRUE(r.has_value());
}

TEST(Capture, that_nobody_fetches_is_counted_as_lost) {
  Session s(test::throttle().c, moving());
  s.port().ask(Arm{.on = TriggerOn::at_once,
                   .length = 0.01,
                   .before = 0.0,
                   .again = Rearm::normal,
                   .signals = {0}});
  s.advance(0.2);
  const CaptureStatus now = status(s);
  EXPECT_GT(now.records, 10);
  EXPECT_EQ(now.lost, now.records - 4);
}

TEST(Capture, goes_on_where_time_went_back) {
  Session s(test::throttle().c, {.paused = false, .pace = kInfinity, .mark_period = 0.1});
  s.advance(0.5);
  s.port().ask(Arm{.on = TriggerOn::rising,
                   .signal = place(s, "body.v"),
                   .level = 1.0,
                   .length = 0.01,
                   .signals = {place(s, "body.v")}});
  s.drain();
  s.port().ask(GoBack{0.0});
  s.advance(0.5);
  const auto r = s.port().records.pop();
  ASSERT_TRUE(r.has_value());
  EXPECT_LT(r->t, 0.5);
  for (std::size_t k = 1; k < r->rows(); ++k) EXPECT_GT(r->numbers[2 * k], r->numbers[2 * k - 2]);
}

}  // namespace
}  // namespace evsim::live
