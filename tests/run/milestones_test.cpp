#include "sim/run/milestones.h"

#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

using milestones::Passed;
using test::finish;
using test::kpi;

// ---- Between two steps ----------------------------------------------------------------------------

TEST(Milestones, a_cubic_speed_is_crossed_where_it_is) {
  // v = t^3, a = 3 t^2, x = t^4 / 4: the interpolation is exact, whatever the steps.
  Passed p = milestones::start();
  for (const double t : {0.0, 0.4, 1.7, 3.5, 4.0, 6.0})
    milestones::observe(p, {t, t * t * t, 3.0 * t * t, 0.25 * t * t * t * t});
  EXPECT_ROUNDED(p.at_speed[milestones::k100], std::cbrt(100.0 / 3.6));
  EXPECT_ROUNDED(p.at_speed[milestones::k60Mph], std::cbrt(60.0 * 0.44704));
  EXPECT_ROUNDED(p.at_distance[milestones::kOneFoot], std::pow(4.0 * 0.3048, 0.25));
  EXPECT_EQ(p.at_distance[milestones::kQuarter], milestones::kNotYet);  // x(6) = 324 m
}

TEST(Milestones, the_first_crossing_counts) {
  Passed p = milestones::start();
  const double v_60 = 60.0 * 0.44704;
  for (const auto& at :
       {milestones::Instant{0, 0, 5, 0}, {10, 50, 0, 250}, {20, 0, -5, 500}, {30, 50, 5, 750}})
    milestones::observe(p, at);
  EXPECT_GT(p.at_speed[milestones::k60Mph], 0.0);
  EXPECT_LT(p.at_speed[milestones::k60Mph], 10.0);
  EXPECT_GT(50.0, v_60);
}

TEST(Milestones, a_polynomial_resistance_is_fitted_exactly) {
  milestones::CoastDown c{};
  for (int k = 0; k < 20; ++k) {
    const double v = 30.0 - 1.3 * k;
    milestones::observe(c, v, 150.0 + 2.0 * v + 0.4 * v * v, 0.7);
  }
  const auto fitted = milestones::fit(c);
  EXPECT_NEAR(fitted[0], 150.0, 1e-8);  // conditioning of the normal equations: 1e6
  EXPECT_NEAR(fitted[1], 2.0, 1e-9);
  EXPECT_NEAR(fitted[2], 0.4, 1e-10);
}

TEST(Milestones, without_three_speeds_nothing_is_fitted) {
  milestones::CoastDown c{};
  EXPECT_EQ(milestones::fit(c)[0], 0.0);
}

// ---- Whole runs against closed forms --------------------------------------------------------------

// A car of constant force and no resistance: the torque alone follows its command with a lag.
car::Params<double> constant_force() {
  car::Params<double> p = test::coarse_car();
  p.road_load = road_load::CoastDown<double>{.A = 0.0, .B = 0.0, .C = 0.0};
  p.drive_units[0].machine.envelope.P_peak = 1e6;
  p.drive_units[0].machine.envelope.omega_max = 3000.0;
  for (int i = 0; i < 2; ++i) p.drive_units[0].gears[i].drag_torque = 0.0;
  return p;
}
struct Launch {  // v = a (t - T (1 - e^(-t/T))), x its integral
  double a, T;
  double v(double t) const { return a * (t - T * (1.0 - std::exp(-t / T))); }
  double x(double t) const { return a * (0.5 * t * t - T * t + T * T * (1.0 - std::exp(-t / T))); }
  template <class F> static double when(const F& f, double value) {
    double low = 0.0, high = 100.0;
    for (int i = 0; i < 100; ++i) (f(0.5 * (low + high)) < value ? low : high) = 0.5 * (low + high);
    return high;
  }
};

TEST(Milestones, a_standing_start_of_constant_force_by_hand) {
  Simulation s(test::case_of(constant_force(), {}, scenario::FullThrottle{.duration = 20.0}));
  const auto k = kpis(finish(s));
  const double F = 200.0 * 9.0 * 0.99 * 0.99 / 0.3;
  const Launch launch{F / 1358.0, 0.02};
  const auto to = [&](double v) { return Launch::when([&](double t) { return launch.v(t); }, v); };
  const auto at = [&](double x) { return Launch::when([&](double t) { return launch.x(t); }, x); };
  // Steps of a quarter of a second, and the lag's exponential between them: the scheme's own error.
  constexpr double kTolerance = 1e-5;
  EXPECT_NEAR(kpi(k, "time_0_60_mph_s"), to(60.0 * 0.44704), kTolerance);
  EXPECT_NEAR(kpi(k, "time_0_100_km_per_h_s"), to(100.0 / 3.6), kTolerance);
  EXPECT_NEAR(kpi(k, "time_80_120_km_per_h_s"), to(120.0 / 3.6) - to(80.0 / 3.6), kTolerance);
  EXPECT_NEAR(kpi(k, "quarter_mile_s"), at(402.336), kTolerance);
  EXPECT_NEAR(kpi(k, "time_0_100_km_per_h_rollout_s"), to(100.0 / 3.6) - at(0.3048), 1e-3);
  EXPECT_NEAR(kpi(k, "quarter_mile_km_per_h"), 3.6 * launch.v(at(402.336)), 1e-4);
}

TEST(Milestones, what_is_not_reached_has_no_time) {
  Simulation s(test::case_of(test::small_car(), {}, scenario::FullThrottle{.duration = 5.0}));
  const auto k = kpis(finish(s));
  EXPECT_TRUE(std::isnan(kpi(k, "time_0_200_km_per_h_s")));
  EXPECT_TRUE(std::isnan(kpi(k, "quarter_mile_s")));
  EXPECT_TRUE(std::isnan(kpi(k, "top_speed_km_per_h")));
  EXPECT_FALSE(std::isnan(kpi(k, "time_0_60_mph_rollout_s")) && kpi(k, "speed_max_km_per_h") > 97);
}

TEST(Milestones, the_top_speed_is_where_power_meets_the_road) {
  car::Params<double> p = constant_force();
  p.road_load = road_load::CoastDown<double>{.A = 130.0, .B = 1.0, .C = 0.7};
  p.drive_units[0].machine.envelope.P_peak = 80e3;
  Simulation s(test::case_of(p, {}, scenario::FullThrottle{.until_a = 0.001, .duration = 900.0}));
  finish(s);
  EXPECT_EQ(s.end(), End::top_speed);
  const double v =
      Launch::when([](double u) { return u * (130.0 + u + 0.7 * u * u); }, 80e3 * 0.99 * 0.99);
  // 0.001 m/s2 are left where it ends: dv = a m / (P / v^2 + dF/dv) = 0.013 m/s of 47.
  EXPECT_NEAR(kpi(kpis(s), "top_speed_km_per_h"), 3.6 * v, 0.05);
}

TEST(Milestones, a_limiter_s_speed_is_reached_and_named) {
  car::Params<double> p = test::small_car();
  p.speed_limiter.v_max = 30.0;
  Simulation s(test::case_of(p, {}, scenario::FullThrottle{.until_a = 0.001, .duration = 900.0}));
  const auto k = kpis(finish(s));
  EXPECT_NEAR(kpi(k, "top_speed_km_per_h"), 108.0, 0.005);  // within 0.001 m/s2 / (1 / s)
  EXPECT_GT(kpi(k, "time_limited_by_limiter_s"), 1.0);
}

TEST(Milestones, a_coast_down_gives_back_the_coefficients_that_it_had) {
  Case c =
      test::case_of(test::coarse_car(), {}, scenario::CoastDown{.until_v = 5.0, .duration = 900.0});
  c.scenario.initial.v = 35.0;
  Simulation s(c);
  const auto k = kpis(finish(s));
  EXPECT_EQ(s.end(), End::coasted_down);
  EXPECT_NEAR(kpi(k, "coast_down_A_N"), 130.0, 1e-6);
  EXPECT_NEAR(kpi(k, "coast_down_B_N_s_per_m"), 1.0, 1e-7);
  EXPECT_NEAR(kpi(k, "coast_down_C_N_s2_per_m2"), 0.4, 1e-8);
}

// Speed held on a road that grows steeper by 1 % in ten seconds.
Case grade_ramp(const car::Params<double>& p) {
  scenario::Follow driver;
  driver.break_off = {.error = 0.5, .after = 4.0};
  Case c = test::case_of(
      p, {.t = {0, 990}, .v = {3, 3}, .grade = {0, 0.99}, .accelerator = {}, .brake = {}}, driver);
  c.scenario.initial.v = 3.0;
  c.scenario.initial.steady = true;
  return c;
}

TEST(Milestones, the_steepest_grade_is_where_the_largest_force_meets_the_weight) {
  car::Params<double> p = constant_force();
  p.chassis.mu = 3.0;
  p.drive_units[0].machine.envelope.tau_peak = 150.0;
  Simulation s(grade_ramp(p));
  const auto k = kpis(finish(s));
  EXPECT_EQ(s.end(), End::trace_lost);
  const double sine = 150.0 * 9.0 * 0.99 * 0.99 / 0.3 / (1300.0 * 9.80665);
  // Steps of a second: 0.1 % of grade each.
  EXPECT_NEAR(kpi(k, "gradeability_percent"), 100.0 * sine / std::sqrt(1.0 - sine * sine), 0.1);
}

TEST(Milestones, on_grades_the_driven_axle_s_grip_may_end_it) {
  car::Params<double> p = constant_force();
  p.chassis.mu = 0.5;
  p.drive_units[0].axle = drive_unit::Axle::front;
  Simulation s(grade_ramp(p));
  const auto k = kpis(finish(s));
  // mu (cos / 2 - sin h / L) = sin, h / L = 0.2
  EXPECT_NEAR(kpi(k, "gradeability_percent"), 100.0 * 0.25 / 1.1, 0.1);
  EXPECT_GT(kpi(k, "time_limited_by_grip_s"), 4.0);
}

}  // namespace
}  // namespace evsim
