#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/base/errors.h"
#include "sim/run/verification.h"
#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

using test::finish;
using test::kpi;

Simulation driven() {
  Simulation s(test::case_of(test::small_car(), test::hilly_trip()));
  finish(s);
  return s;
}

// ---- Figures --------------------------------------------------------------------------------------

TEST(Kpi, figures_are_those_of_states_rows_and_extremes) {
  const Simulation s = driven();
  const auto k = kpis(s);
  const auto& now = s.snapshot();
  const auto row = [&](int i) { return now.q[static_cast<std::size_t>(i)]; };
  const double km = now.y[car::kX] / 1000.0;
  EXPECT_ROUNDED(kpi(k, "distance_km"), km);
  EXPECT_EQ(kpi(k, "duration_s"), 60.0);
  EXPECT_ROUNDED(kpi(k, "energy_consumption_battery_Wh_per_km"),
                 row(ledger::kBattery) / 3600.0 / km);
  EXPECT_ROUNDED(kpi(k, "wheel_energy_positive_Wh_per_km"), row(ledger::kWheelOut) / 3600.0 / km);
  EXPECT_ROUNDED(kpi(k, "wheel_energy_negative_Wh_per_km"), row(ledger::kWheelIn) / 3600.0 / km);
  EXPECT_ROUNDED(kpi(k, "recovered_share_percent"),
                 100.0 * row(ledger::kBatteryIn) / -row(ledger::kWheelIn));
  EXPECT_ROUNDED(kpi(k, "SOC_end_percent"), 100.0 * now.y[car::kSOC]);
  EXPECT_ROUNDED(kpi(k, "speed_max_km_per_h"), 3.6 * now.extremes.v_max);
  EXPECT_ROUNDED(kpi(k, "trace_error_max_km_per_h"), 3.6 * now.extremes.trace_error);
  EXPECT_ROUNDED(kpi(k, "trace_error_rms_km_per_h"), 3.6 * sqrt(row(ledger::kTraceError) / 60.0));
  EXPECT_ROUNDED(kpi(k, "battery_power_max_kW"), now.extremes.p_battery_max / 1000.0);
  EXPECT_ROUNDED(kpi(k, "battery_power_min_kW"), now.extremes.p_battery_min / 1000.0);
  EXPECT_EQ(kpi(k, "battery_voltage_min_V"), now.extremes.u_min);
  EXPECT_EQ(kpi(k, "battery_voltage_max_V"), now.extremes.u_max);
  EXPECT_EQ(kpi(k, "battery_current_max_A"), now.extremes.i_max);
  EXPECT_EQ(kpi(k, "ledger_residual"), s.books().relative());
}

TEST(Kpi, the_wall_pays_for_what_the_battery_lost_and_the_charger) {
  const Simulation s = driven();
  const auto k = kpis(s);
  const double wall = kpi(k, "energy_consumption_wall_Wh_per_km") * kpi(k, "distance_km") * 3600.0;
  EXPECT_ROUNDED(wall, recharge_energy(s.vehicle(), 298.0, s.snapshot().y[car::kSOC], 0.8));
  EXPECT_GT(wall, s.snapshot().q[ledger::kBattery] / 0.9);
}

TEST(Kpi, extremes_are_seen_between_the_recorded_samples) {
  Case c = test::short_case();
  c.scenario.record.rate = 0.1;
  Simulation s(c);
  double largest = 0.0;
  s.on_record = [&](const Simulation& now) {
    largest = max(now.instant().flows.battery.p, largest);
  };
  finish(s);
  EXPECT_GT(kpi(kpis(s), "battery_power_max_kW"), 1e-3 * largest + 1.0);
}

TEST(Kpi, the_trace_s_last_instant_counts) {
  // The car is 2 m/s behind a reference that ends high: full power from rest.
  Case c = test::case_of(test::small_car(),
                         {.t = {0, 3}, .v = {0, 30}, .grade = {}, .accelerator = {}, .brake = {}});
  Simulation s(c);
  finish(s);
  EXPECT_ROUNDED(kpi(kpis(s), "trace_error_max_km_per_h"), 3.6 * (30.0 - s.snapshot().y[car::kV]));
}

TEST(Kpi, where_a_figure_does_not_exist_it_is_nan) {
  Case c = test::case_of(test::small_car(), {},
                         scenario::ConstantSpeed{.v = 0, .duration = 5, .gains = {}});
  Simulation standing(c);
  const auto k = kpis(finish(standing));
  for (const char* name :
       {"energy_consumption_battery_Wh_per_km", "energy_consumption_wall_Wh_per_km", "range_km",
        "wheel_energy_positive_Wh_per_km", "recovered_share_percent"})
    EXPECT_TRUE(std::isnan(kpi(k, name))) << name;
  EXPECT_EQ(kpi(k, "distance_km"), 0.0);
  EXPECT_EQ(kpi(k, "trace_error_max_km_per_h"), 0.0);

  Simulation pedals(
      test::case_of(test::small_car(), {}, scenario::FullThrottle{.until_v = 5, .duration = 9}));
  const auto without_trace = kpis(finish(pedals));
  EXPECT_EQ(std::ranges::find(without_trace, "trace_error_max_km_per_h", &Kpi::name),
            without_trace.end());
  EXPECT_TRUE(std::isnan(kpi(without_trace, "time_0_100_km_per_h_s")));
}

TEST(Kpi, a_car_that_gained_charge_has_no_range) {
  Case c = test::case_of(test::small_car(), {},
                         scenario::ConstantSpeed{.v = 20, .duration = 30, .gains = {}});
  c.scenario.initial.v = 20.0;
  c.scenario.environment.grade = -0.08;
  Simulation s(c);
  const auto k = kpis(finish(s));
  EXPECT_LT(kpi(k, "energy_consumption_battery_Wh_per_km"), 0.0);
  EXPECT_LT(kpi(k, "energy_consumption_wall_Wh_per_km"), 0.0);
  EXPECT_TRUE(std::isnan(kpi(k, "range_km")));
}

TEST(Kpi, driven_from_full_to_empty_the_range_is_the_distance) {
  Case c = test::case_of(test::coarse_car(), {},
                         scenario::ConstantSpeed{.v = 25, .duration = 1e5, .gains = {}});
  c.scenario.initial = {.SOC = 1.0, .T_battery = 298.0, .v = 25.0, .steady = true};
  c.scenario.record.rate = 0.01;
  auto pack = c;
  pack.vehicle = test::small_car();
  for (const Case& each : {c, pack}) {
    Simulation s(each);
    finish(s);
    EXPECT_EQ(s.end(), End::battery_empty);
    const auto k = kpis(s);
    EXPECT_GT(kpi(k, "distance_km"), 100.0);
    // It ends up to a step of 0.5 s beyond empty, of an hour or more; u_1 keeps a little.
    EXPECT_NEAR(kpi(k, "range_km") / kpi(k, "distance_km"), 1.0, 2e-4);
  }
}

// ---- Limits ---------------------------------------------------------------------------------------

scenario::Limit limit(std::string name, double least, double most) {
  return {.kpi = std::move(name), .min = least, .max = most, .id = "R-1"};
}

TEST(Kpi, a_limit_holds_including_its_bounds) {
  std::vector<Kpi> k{{"a_km", "km", 5.0, "a"}, {"b_km", "km", 6.0, "b"}, {"c_km", "km", 7.0, "c"}};
  judge(k, {limit("a_km", 5.0, 5.0), limit("b_km", -kInfinity, 5.999)});
  EXPECT_EQ(k[0].verdict, Verdict::pass);
  EXPECT_EQ(k[1].verdict, Verdict::fail);
  EXPECT_EQ(k[2].verdict, Verdict::none);
  EXPECT_EQ(k[0].limits.size(), 1u);
}

TEST(Kpi, of_several_limits_one_that_fails_fails_in_any_order) {
  for (const bool first : {true, false}) {
    std::vector<Kpi> k{{"a_km", "km", 5.0, "a"}};
    const auto bad = limit("a_km", 6, 7), good = limit("a_km", 0, 7);
    judge(k, first ? std::vector{bad, good} : std::vector{good, bad});
    EXPECT_EQ(k[0].verdict, Verdict::fail);
  }
}

TEST(Kpi, a_figure_that_does_not_exist_holds_no_limit) {
  std::vector<Kpi> k{{"a_km", "km", std::nan(""), "a"}};
  judge(k, {limit("a_km", -kInfinity, kInfinity)});
  EXPECT_EQ(k[0].verdict, Verdict::fail);
}

TEST(Kpi, a_limit_on_an_unknown_figure_is_refused_and_the_known_ones_are_named) {
  Case c = test::short_case();
  c.scenario.expect = {limit("distance_m", 0, 1)};
  const Simulation s(c);
  try {
    kpis(s);
    FAIL();
  } catch (const InputError& e) {
    const std::string what = e.what();  // cut at 200 characters, as all messages
    EXPECT_NE(what.find("distance_m;"), std::string::npos) << what;
    EXPECT_NE(what.find("energy_consumption_battery_Wh_per_km"), std::string::npos) << what;
  }
}

TEST(Kpi, every_run_is_held_to_closed_books) {
  const auto k = kpis(driven());
  EXPECT_EQ(k.back().name, "ledger_residual");
  EXPECT_EQ(k.back().verdict, Verdict::pass);
  ASSERT_EQ(k.back().limits.size(), 1u);
  EXPECT_EQ(k.back().limits[0].max, 1e-6);
}

TEST(Kpi, names_carry_their_units_and_are_unique) {
  const auto k = kpis(driven());
  for (const Kpi& each : k) {
    EXPECT_EQ(std::ranges::count(k, each.name, &Kpi::name), 1) << each.name;
    EXPECT_FALSE(each.unit.empty());
    EXPECT_FALSE(each.doc.empty());
  }
}

// ---- Runs and differences -------------------------------------------------------------------------

TEST(Kpi, differences_are_relative_to_the_larger_of_two) {
  const std::vector<Kpi> a{{"x", "1", 4.0, ""},
                           {"gone", "1", 1.0, ""},
                           {"zero", "1", 0.0, ""},
                           {"none", "1", std::nan(""), ""}};
  const std::vector<Kpi> b{{"x", "1", 5.0, ""},
                           {"zero", "1", 0.0, ""},
                           {"none", "1", std::nan(""), ""},
                           {"new", "1", 2.0, ""}};
  const auto d = differences(a, b);
  ASSERT_EQ(d.size(), 5u);
  EXPECT_ROUNDED(d[0].relative, 0.2);
  EXPECT_TRUE(std::isnan(d[1].b));
  EXPECT_EQ(d[2].relative, 0.0);
  EXPECT_EQ(d[3].relative, 0.0);
  EXPECT_EQ(d[4].name, "new");
  EXPECT_TRUE(std::isnan(d[4].a));
}

TEST(Kpi, a_run_gathers_verdict_end_books_and_recording) {
  Case c = test::short_case();
  c.scenario.record = {.rate = 2.0, .signals = {"body.v", "battery.*"}};
  c.scenario.expect = {limit("distance_km", 0.4, 0.5)};
  Simulation s(c);
  double last = 0.0;
  RunOptions options;
  options.progress = [&](double share) {
    EXPECT_GE(share, last);
    last = share;
  };
  const RunResult r = run(s, options);
  EXPECT_EQ(r.verdict, Verdict::pass);
  EXPECT_EQ(r.end, End::trace_done);
  EXPECT_EQ(r.t_end, 60.0);
  EXPECT_FALSE(r.interrupted);
  EXPECT_GT(r.steps, 100);
  EXPECT_LT(r.books.relative(), 1e-6);
  EXPECT_GT(last, 0.9);
  ASSERT_EQ(r.recording.t.size(), 121u);  // both ends
  EXPECT_EQ(r.recording.t.front(), 0.0);
  EXPECT_EQ(r.recording.t.back(), 60.0);
  ASSERT_EQ(r.recording.signals.size(), r.recording.columns.size());
  EXPECT_EQ(r.recording.signals[0].path, "body.v");
  for (const auto& column : r.recording.columns) EXPECT_EQ(column.size(), 121u);
  EXPECT_NEAR(r.recording.columns[0][26], 11.0, 0.1);  // at 13 s
}

TEST(Kpi, a_failed_limit_is_the_verdict_of_the_run) {
  Case c = test::short_case();
  c.scenario.expect = {limit("distance_km", 1.0, 2.0)};
  Simulation s(c);
  EXPECT_EQ(run(s).verdict, Verdict::fail);
}

TEST(Kpi, a_run_that_is_stopped_keeps_what_was_computed) {
  Simulation s(test::short_case());
  RunOptions options;
  options.stop = [&] { return s.t() >= 20.0; };
  const RunResult r = run(s, options);
  EXPECT_TRUE(r.interrupted);
  EXPECT_EQ(r.end, End::running);
  EXPECT_EQ(r.t_end, 20.0);
  EXPECT_EQ(r.recording.t.back(), 20.0);
}

TEST(Kpi, the_mean_trace_error_does_not_depend_on_the_steps) {
  const auto rms = [](double h) {
    Case c = test::short_case();
    c.scenario.solver.h = h;
    Simulation s(c);
    s.run();
    return test::kpi(kpis(s), "trace_error_rms_km_per_h");
  };
  EXPECT_NEAR(rms(1.0), rms(0.01), 0.01 * rms(0.01));
}

TEST(Kpi, verification_by_cvode_finds_small_differences) {
  const Case c = test::case_of(test::small_car(), test::hilly_trip());
  Simulation s(c);
  const RunResult r = run(s);
  const auto all = verify(r, c, {}, 1e-9).kpis;
  const auto consumption =
      std::ranges::find(all, "energy_consumption_battery_Wh_per_km", &KpiDifference::name);
  ASSERT_NE(consumption, all.end());
  EXPECT_LT(consumption->relative, 1e-5);
}

}  // namespace
}  // namespace evsim
