// Scopes without a window: history with its levels, measurements against closed forms, zoom, records.
#include "gui/model/scopes.h"

#include <cmath>
#include <numbers>

#include "gui/model/app.h"
#include "tests/gui/loaded.h"

namespace evsim::gui {
namespace {

constexpr double kPi = std::numbers::pi;
const Unit& metre() { return si_unit(Dim::length); }

template <class F> History sampled(std::size_t rows, int n, double dt, F f) {
  History h(1, rows);
  for (int i = 0; i < n; ++i) {
    const double row[] = {i * dt, f(i * dt)};
    h.append(row);
  }
  return h;
}
std::vector<std::pair<double, double>> points(const Curve& c, double from, double to) {
  std::vector<std::pair<double, double>> out;
  for (std::size_t i = 0; i < c.t.size(); ++i)
    if (c.t[i] > from && c.t[i] < to) out.emplace_back(c.t[i], c.y[i]);
  return out;
}

// ---- Levels -------------------------------------------------------------------------------------

TEST(Levels, extremes_are_kept_in_their_order) {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  Extremes e{kNone, kNone};
  for (const float y : {3.0f, kNone, 1.0f, 2.0f, 5.0f}) e.add(y);
  EXPECT_EQ(e.first, 1.0f);  // least came before most
  EXPECT_EQ(e.second, 5.0f);
  e.add(0.5f);
  EXPECT_EQ(e.first, 5.0f);
  EXPECT_EQ(e.second, 0.5f);
}

TEST(Levels, a_peak_is_seen_long_after_its_sample_has_gone) {
  const History h = sampled(1000, 100000, 0.01, [](double t) {
    return std::abs(t - 123.45) < 1e-3 ? 1000.0 : std::sin(t);
  });
  EXPECT_GT(h.series(0).time(0), 900.0);  // a thousand samples of ten seconds
  EXPECT_EQ(h.oldest(), 0.0);
  for (const int columns : {200, 1000, 4000}) {
    Curve c;
    envelope(h, 0, 0.0, 1000.0, columns, metre(), c);
    EXPECT_EQ(*std::ranges::max_element(c.y), 1000.0) << columns;
    EXPECT_TRUE(std::ranges::is_sorted(c.t)) << columns;
    EXPECT_LT(c.t.front(), 4.0) << columns;  // buckets of 8 s at most
    EXPECT_GT(c.t.back(), 996.0) << columns;
  }
}

TEST(Levels, a_million_points_are_few_and_stand_still_while_the_view_moves) {
  constexpr int kPoints = 1'000'000;
  const History h = sampled(kPoints, kPoints, 1e-3, [](double t) { return std::sin(700.0 * t); });
  Curve a, b;
  envelope(h, 0, 0.0, 900.0, 1000, metre(), a);
  envelope(h, 0, 0.37, 900.37, 1000, metre(), b);  // buckets are a second wide
  EXPECT_LE(a.t.size(), 2U * 1000U + 8U);
  const auto inner = points(a, 2.0, 898.0);
  EXPECT_GT(inner.size(), 1700U);
  EXPECT_EQ(inner, points(b, 2.0, 898.0));
}

TEST(Levels, a_view_that_moves_on_keeps_the_values_of_old_buckets) {
  const auto f = [](double t) { return std::cos(31.0 * t) * t; };
  History h = sampled(2000, 50000, 0.01, f);
  Curve a, b;
  envelope(h, 0, 0.0, 500.0, 500, metre(), a);
  for (int i = 50000; i < 50100; ++i) {
    const double row[] = {0.01 * i, f(0.01 * i)};
    h.append(row);
  }
  envelope(h, 0, 1.0, 501.0, 500, metre(), b);
  EXPECT_EQ(points(a, 3.0, 498.0), points(b, 3.0, 498.0));
}

TEST(Levels, a_step_back_leaves_what_was_there_before_it) {
  const auto f = [](double t) { return std::sin(9.0 * t); };
  History went_back = sampled(4000, 3000, 0.01, f);
  History never = sampled(4000, 1503, 0.01, f);  // until 15.02 s
  for (int i = 0; i < 500; ++i) {
    const double t = 15.03 + 0.01 * i;
    const double row[] = {t, 2.0 * f(t)};
    went_back.append(row);
    never.append(row);
  }
  for (const int columns : {20, 80, 300, 5000}) {
    Curve a, b;
    envelope(went_back, 0, 0.0, 21.0, columns, metre(), a);
    envelope(never, 0, 0.0, 21.0, columns, metre(), b);
    EXPECT_EQ(points(a, -1.0, 30.0), points(b, -1.0, 30.0)) << columns;
  }
}

// What docs/architecture.md states.
TEST(Levels, an_hour_of_150_signals_takes_79_MB) {
  History h(150, 65536);
  std::vector<double> row(151, 1.0);
  const std::size_t bytes = h.bytes();
  EXPECT_EQ(bytes, 65536U * 8U + 150U * 65536U * 4U + 4U * 8192U * (8U + 150U * 8U));
  EXPECT_EQ(bytes, 79'429'632U);
  for (int i = 0; i < 360000; i += 100) {  // an hour, thinned for the sake of this test's time
    row[0] = 0.01 * i;
    h.append(row.data());
  }
  EXPECT_EQ(h.bytes(), bytes);
  EXPECT_EQ(h.oldest(), 0.0);
}

// ---- Measurements -------------------------------------------------------------------------------

template <class F> spectrum::Signal signal(double from, double to, int n, F f) {
  spectrum::Signal s;
  for (int i = 0; i <= n; ++i) {
    s.t.push_back(from + (to - from) * i / n);
    s.x.push_back(f(s.t.back()));
  }
  return s;
}

// Straight lines between 2000 points a period fall short of a sine by (2 pi / 2000)^2 / 12 = 8e-7 of its amplitude.
constexpr double kChord = 1e-6;

TEST(Measured, a_sine_has_its_mean_RMS_extremes_and_frequency) {
  const auto m = measured(signal(
      0.0, 0.2, 20000, [](double t) { return 3.0 + 10.0 * std::sin(2.0 * kPi * 50.0 * t); }));
  ASSERT_TRUE(m.has_value());
  EXPECT_NEAR(m->mean, 3.0, 1e-9);
  EXPECT_NEAR(m->rms, std::sqrt(9.0 + 50.0), 10.0 * kChord);
  EXPECT_NEAR(m->most, 13.0, 1e-12);
  EXPECT_NEAR(m->least, -7.0, 1e-12);
  ASSERT_TRUE(m->frequency && m->amplitude && m->THD);
  EXPECT_NEAR(*m->frequency, 50.0, 1e-9);
  EXPECT_NEAR(*m->amplitude, 10.0, 10.0 * kChord);
  EXPECT_LT(*m->THD, 2e-3);  // sqrt(2 * 8e-7) of the chords at most
}

TEST(Measured, THD_of_harmonics_is_their_root_sum_of_squares_from_any_stretch) {
  const auto wave = [](double t) {
    const double w = 2.0 * kPi * 333.3 * t;
    return -1.0 + 10.0 * std::sin(w) + 2.0 * std::sin(3.0 * w + 0.4) + std::sin(5.0 * w - 1.0);
  };
  for (const double from : {0.0, 0.00077, 0.0123}) {
    const auto m = measured(signal(from, from + 0.0301, 20000, wave));
    ASSERT_TRUE(m && m->frequency && m->THD);
    EXPECT_NEAR(*m->frequency, 333.3, 1e-3) << from;
    EXPECT_NEAR(*m->amplitude, 10.0, 1e-3) << from;
    EXPECT_NEAR(*m->THD, std::sqrt(4.0 + 1.0) / 10.0, 1e-4) << from;
  }
}

// sqrt(pi^2/8 - 1) and sqrt(pi^4/96 - 1): the sums over odd k of 1/k^2 and 1/k^4.
TEST(Measured, square_and_triangle_have_the_THD_of_their_series) {
  spectrum::Signal square, triangle;
  for (int k = 0; k < 9; ++k) {
    const double x = k % 2 == 0 ? 1.0 : -1.0;
    for (const double t : {0.5 * k, 0.5 * (k + 1)}) {
      square.t.push_back(t);
      square.x.push_back(x);
    }
    triangle.t.push_back(0.5 * k);
    triangle.x.push_back(x);
  }
  const auto s = measured(square), t = measured(triangle);
  ASSERT_TRUE(s && s->THD && t && t->THD);
  EXPECT_NEAR(*s->frequency, 1.0, 1e-12);
  EXPECT_NEAR(*s->THD, std::sqrt(kPi * kPi / 8.0 - 1.0), 1e-9);
  EXPECT_NEAR(*s->amplitude, 4.0 / kPi, 1e-9);
  EXPECT_NEAR(*t->frequency, 1.0, 1e-12);
  EXPECT_NEAR(*t->THD, std::sqrt(kPi * kPi * kPi * kPi / 96.0 - 1.0), 1e-9);
}

// A ripple that crosses the middle many times about each passage of the sine.
TEST(Measured, a_ripple_does_not_count_as_periods) {
  const auto m = measured(signal(0.0, 0.1, 20000, [](double t) {
    return 100.0 * std::sin(2.0 * kPi * 40.0 * t) + 4.0 * std::sin(2.0 * kPi * 8000.0 * t);
  }));
  ASSERT_TRUE(m && m->frequency);
  // A passage is found to a turn of the ripple: 0.06 ms in 75 ms.
  EXPECT_NEAR(*m->frequency, 40.0, 0.1);
}

TEST(Measured, what_does_not_repeat_has_no_frequency) {
  const auto ramp = measured(signal(0.0, 1.0, 10, [](double t) { return t; }));
  ASSERT_TRUE(ramp.has_value());
  EXPECT_NEAR(ramp->mean, 0.5, 1e-12);
  EXPECT_NEAR(ramp->rms, std::sqrt(1.0 / 3.0), 1e-12);
  EXPECT_FALSE(ramp->frequency || ramp->THD);
  EXPECT_FALSE(measured(signal(0.0, 1.0, 10, [](double) { return 2.0; }))->frequency);
  EXPECT_FALSE(measured({}).has_value());
  EXPECT_FALSE(measured({.t = {1.0}, .x = {1.0}}).has_value());
}

TEST(Spectrum, a_sine_on_a_line_has_its_amplitude_there_and_half_beside) {
  const Lines l = spectrum_of(signal(
      0.0, 0.5, 20000, [](double t) { return -2.0 + 7.0 * std::sin(2.0 * kPi * 100.0 * t); }));
  EXPECT_EQ(l.resolution, 2.0);
  EXPECT_NEAR(l.amplitude[0], 2.0, 1e-9);
  ASSERT_EQ(l.f[50], 100.0);
  // Straight lines between 400 points a period: short of the sine by (2 pi / 400)^2 / 12.
  EXPECT_NEAR(l.amplitude[50], 7.0 * (1.0 - (kPi / 200.0) * (kPi / 200.0) / 12.0), 1e-6);
  EXPECT_NEAR(l.amplitude[49], 3.5, 1e-2);
  EXPECT_NEAR(l.amplitude[51], 3.5, 1e-2);
  for (const std::size_t k : {5U, 40U, 47U, 53U, 60U, 300U}) EXPECT_LT(l.amplitude[k], 7e-3) << k;
}

// Half a line beside: sinc(1/2) / (1 - 1/4) = 8 / (3 pi) of the window of Hann.
TEST(Spectrum, a_sine_between_two_lines_shows_what_the_window_of_Hann_leaves) {
  const Lines l = spectrum_of(
      signal(0.0, 0.5, 20000, [](double t) { return 7.0 * std::sin(2.0 * kPi * 101.0 * t); }));
  EXPECT_NEAR(l.amplitude[50], 7.0 * 8.0 / (3.0 * kPi), 7e-3);
  EXPECT_NEAR(l.amplitude[51], 7.0 * 8.0 / (3.0 * kPi), 7e-3);
}

// 4/(k pi) of the k-th harmonic, though a period is eleven cells.
TEST(Spectrum, cells_give_back_what_averaging_takes) {
  spectrum::Signal square;
  for (int k = 0; k < 48; ++k)
    for (const double t : {0.5 * k, 0.5 * (k + 1)}) {
      square.t.push_back(t);
      square.x.push_back(k % 2 == 0 ? 1.0 : -1.0);
    }
  const Lines l = spectrum_of(square);
  EXPECT_NEAR(l.amplitude[24], 4.0 / kPi, 0.05);
  EXPECT_NEAR(l.amplitude[72], 4.0 / (3.0 * kPi), 0.05);
}

TEST(Section, ends_lie_on_the_line_between_samples_and_in_the_unit) {
  const History h = sampled(10, 5, 1.0, [](double t) { return 1000.0 * t; });
  const Unit& km = *find_unit(Dim::length, "km");
  const spectrum::Signal s = section(h.series(0), 0.5, 2.25, km);
  EXPECT_EQ(s.t, (std::vector<double>{0.5, 1.0, 2.0, 2.25}));
  EXPECT_EQ(s.x, (std::vector<double>{0.5, 1.0, 2.0, 2.25}));
  EXPECT_EQ(value_at(h.series(0), 3.5, km), 3.5);
  EXPECT_EQ(value_at(h.series(0), 0.0, km), 0.0);
  EXPECT_FALSE(value_at(h.series(0), 4.5, km).has_value());
  EXPECT_FALSE(value_at(h.series(0), -0.5, km).has_value());
}

// ---- Zoom ---------------------------------------------------------------------------------------

void stay(ZoomHistory& z, const View& v) {
  for (int i = 0; i < 20; ++i) z.settle(v, false);
}

TEST(ZoomHistory, goes_back_and_forward_through_views_that_stayed) {
  ZoomHistory z;
  const View all{0.0, 10.0, true}, closer{2.0, 4.0}, closest{3.0, 3.5};
  stay(z, all);
  for (int i = 0; i < 30; ++i) z.settle({0.1 * i, 9.0}, true);  // on the way
  stay(z, closer);
  z.settle(closest, false);
  EXPECT_TRUE(z.can_go_back(closest));
  EXPECT_EQ(z.back(closest)->min, 2.0);
  EXPECT_TRUE(z.back(closer)->follow);
  EXPECT_FALSE(z.can_go_back(all));
  EXPECT_EQ(z.forward(all)->min, 2.0);
  EXPECT_EQ(z.forward(closer)->min, 3.0);
  EXPECT_FALSE(z.can_go_forward());
}

TEST(ZoomHistory, a_view_that_follows_is_one_view) {
  ZoomHistory z;
  for (int i = 0; i < 100; ++i) z.settle({0.1 * i, 10.0 + 0.1 * i, true}, false);
  EXPECT_EQ(z.size(), 0U);
}

// ---- With an App --------------------------------------------------------------------------------

void frame(App& app, double t) {
  app.session().advance(t);
  app.session().publish();
  app.update();
}
live::Options moving() { return {.paused = false, .pace = kInfinity, .mark_period = 0.1}; }

TEST(Trigger, of_an_App_records_what_scopes_show_in_the_units_they_show) {
  App app(test::throttle(), true, moving());
  app.trigger.signal = "body.v";
  app.trigger.level = 5.0;  // km/h
  app.arm();
  frame(app, 0.01);
  EXPECT_EQ(app.now().capture.state, live::Capturing::armed);
  frame(app, 1.0);
  ASSERT_NE(app.record(), nullptr);
  EXPECT_TRUE(app.scope_tools.record);
  const auto s = samples(app, *app.find("body.v"));
  ASSERT_TRUE(s.has_value());
  EXPECT_NEAR(*value_at(*s, 0.0, *app.signals()[*app.find("body.v")].unit), 5.0, 1e-5);
  EXPECT_EQ(app.record()->data().signals.size(), shown_signals(app).size());
  EXPECT_FALSE(samples(app, *app.find("battery.SOC")).has_value());
}

TEST(Trigger, without_a_signal_is_said_and_not_armed) {
  App app(test::throttle(), true, moving());
  app.trigger.signal = "no.such";
  app.arm();
  frame(app, 0.01);
  EXPECT_TRUE(app.messages().back().error);
  EXPECT_EQ(app.now().capture.state, live::Capturing::off);
  app.trigger.on = live::TriggerOn::at_once;
  app.scopes.clear();
  app.arm();
  frame(app, 0.02);
  EXPECT_TRUE(app.messages().back().error);  // nothing to record
  EXPECT_EQ(app.now().capture.state, live::Capturing::off);
}

TEST(Trigger, keeps_the_newest_records_and_shows_the_one_that_was_chosen) {
  Trigger t;
  for (int i = 0; i < 10; ++i) t.keep({.signals = {0}, .t = 1.0 * i, .numbers = {1.0 * i, 2.0}});
  ASSERT_EQ(t.records.size(), Trigger::kKept);
  EXPECT_EQ(t.records[t.shown].data().t, 9.0);
  t.shown = 3;
  EXPECT_EQ(t.records[3].data().t, 5.0);
  t.keep({.signals = {0}, .t = 10.0, .numbers = {10.0, 2.0}});
  EXPECT_EQ(t.records[t.shown].data().t, 5.0);
}

TEST(Reference, is_the_run_before_a_restart) {
  App app(test::throttle(), true, moving());
  frame(app, 0.5);
  const std::size_t v = *app.find("body.v");
  const double was = *value_at(app.history().series(v), 0.4, *app.signals()[v].unit);
  app.set_parameter(*app.parameters().find("chassis.mass_kg"), 2400.0);
  app.go_back(-1.0);
  frame(app, 0.5);
  ASSERT_NE(app.reference(), nullptr);
  EXPECT_EQ(*value_at(app.reference()->series(v), 0.4, *app.signals()[v].unit), was);
  EXPECT_LT(*value_at(app.history().series(v), 0.4, *app.signals()[v].unit), 0.9 * was);
  EXPECT_EQ(app.history().series(v).time(0), 0.0);
}

TEST(Export, has_every_sample_that_is_seen_with_its_unit) {
  const test::Folder folder;
  App app(test::throttle(), true, moving());
  app.scopes = {{.signals = {"body.v", "battery.SOC"}}, {.signals = {"body.v", "no.such"}}};
  frame(app, 0.5);
  set_view(app, {.min = 0.195, .max = 0.305});
  app.export_scopes(folder.file("seen.csv"));
  const std::string text = test::text_of(folder.file("seen.csv"));
  EXPECT_TRUE(text.starts_with("t [s],body.v [km/h],battery.SOC [1]\n0.2")) << text.substr(0, 80);
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 11);  // 0.20, 0.21 ... 0.30 s
}

TEST(Measurements, come_one_a_frame_and_are_those_of_the_view) {
  App app(test::throttle(), true, moving());
  app.scopes = {{.signals = {"body.v"}}, {.signals = {"body.a"}}};
  frame(app, 0.5);
  app.scope_tools.measure = true;
  set_view(app, {.min = 0.1, .max = 0.4});
  show_cursors(app, true);
  app.scope_tools.a = 0.3;
  app.scope_tools.b = 0.2;
  measure_next(app);
  EXPECT_EQ(app.scope_tools.measurements.size(), 1U);
  measure_next(app);
  ASSERT_EQ(app.scope_tools.measurements.size(), 2U);
  const Measurement& m = app.scope_tools.measurements.at("body.v");
  const std::size_t v = *app.find("body.v");
  const Unit& its = *app.signals()[v].unit;
  EXPECT_EQ(m.at_a, value_at(app.history().series(v), 0.3, its));
  EXPECT_EQ(m.at_b, value_at(app.history().series(v), 0.2, its));
  ASSERT_TRUE(m.of.has_value());
  EXPECT_EQ(m.of->most, *m.at_a);  // speed rises
  EXPECT_EQ(m.of->least, *m.at_b);
  app.scopes.pop_back();
  measure_next(app);
  EXPECT_EQ(app.scope_tools.measurements.size(), 1U);
}

}  // namespace
}  // namespace evsim::gui
