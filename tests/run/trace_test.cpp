#include "sim/run/trace.h"

#include <algorithm>

#include "sim/run/simulation.h"
#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

DriverTrace of(scenario::Driver driver, scenario::Trace trace = test::short_trip()) {
  return driver_trace(test::case_of(test::small_car(), std::move(trace), std::move(driver)));
}
scenario::Follow with_preview(double preview) {
  return {.cycle = {}, .gains = {}, .preview = preview, .rate = 0.0, .delay = 0.0};
}

TEST(Trace, a_piece_is_the_line_to_the_next_knot) {
  const auto p = of(scenario::Follow{}).piece(6.0);  // 0 at 2 s, 11 at 10 s
  EXPECT_EQ(p.v_ref, 5.5);
  EXPECT_EQ(p.a_ref, 1.375);
  EXPECT_EQ(p.reference.v, 5.5);
  EXPECT_EQ(p.reference.a, 1.375);
  EXPECT_EQ(p.t_start, 0.0);  // pieces count their own time
}

TEST(Trace, at_a_knot_the_piece_behind_it_begins) {
  EXPECT_EQ(of(scenario::Follow{}).piece(2.0).a_ref, 1.375);
  EXPECT_EQ(of(scenario::Follow{}).piece(10.0).v_ref, 11.0);
  EXPECT_EQ(of(scenario::Follow{}).piece(10.0).a_ref, 0.0);
}

TEST(Trace, beyond_its_ends_it_is_held) {
  const auto d = of(scenario::Follow{},
                    {.t = {0, 10}, .v = {3, 7}, .grade = {}, .accelerator = {}, .brake = {}});
  EXPECT_EQ(d.piece(12.0).v_ref, 7.0);
  EXPECT_EQ(d.piece(12.0).a_ref, 0.0);
}

TEST(Trace, it_stands_only_where_it_is_and_stays_zero) {
  const auto d = of(scenario::Follow{});
  EXPECT_TRUE(d.piece(0.0).reference.standing);
  EXPECT_FALSE(d.piece(2.0).reference.standing);  // 0 but setting off
  EXPECT_FALSE(d.piece(12.0).reference.standing);
  EXPECT_TRUE(d.piece(40.0).reference.standing);
}

TEST(Trace, a_preview_shows_the_driver_what_comes) {
  const auto d = of(with_preview(1.5));
  const auto p = d.piece(4.5);
  EXPECT_EQ(p.v_ref, 3.4375);     // 2.5 s of 1.375 m/s2
  EXPECT_EQ(p.reference.v, 5.5);  // as at 6 s
  const auto knots = d.knots();
  for (const double t : {10.0, 8.5, 24.0, 22.5}) EXPECT_EQ(std::ranges::count(knots, t), 1) << t;
  for (const double t : knots) EXPECT_GE(t, 0.0);
}

TEST(Trace, grades_of_road_and_environment_add_and_turn_to_sines) {
  Case c = test::case_of(test::small_car(), test::hilly_trip());
  c.scenario.environment.grade = 0.25;
  const auto d = driver_trace(c);
  const auto p = d.piece(0.0);
  EXPECT_ROUNDED(p.sin_alpha, 0.3 / sqrt(1.09));
  EXPECT_EQ(p.sin_alpha_rate, 0.0);
  // From 2 s to 10 s it falls from 30 % to 27 %: the line of the sine is that of its start.
  const auto q = d.piece(2.0);
  const double exact = (0.2700001 / sqrt(1.0 + 0.2700001 * 0.2700001));
  EXPECT_NEAR(q.sin_alpha + 8.0 * q.sin_alpha_rate, exact, 5e-4);  // curvature: 3/2 s (0.03)^2
  EXPECT_ROUNDED(q.sin_alpha_rate, -0.00375 / (1.09 * sqrt(1.09)));
}

TEST(Trace, pedals_are_lines_too) {
  const auto d =
      of(scenario::Pedals{},
         {.t = {0, 4, 8}, .v = {}, .grade = {}, .accelerator = {0, 1, 0}, .brake = {0, 0, 0.5}});
  EXPECT_EQ(d.kind, driver::Kind::pedals);
  EXPECT_FALSE(d.has_reference());
  const auto p = d.piece(5.0);
  EXPECT_EQ(p.reference.accelerator, 0.75);
  EXPECT_EQ(p.reference.accelerator_rate, -0.25);
  EXPECT_EQ(p.reference.brake, 0.125);
  EXPECT_EQ(p.reference.brake_rate, 0.125);
  EXPECT_FALSE(p.reference.standing);
}

TEST(Trace, each_driver_of_a_scenario_becomes_its_kind) {
  EXPECT_EQ(of(scenario::Exact{}).kind, driver::Kind::exact);
  EXPECT_EQ(of(scenario::Follow{}).kind, driver::Kind::follow);
  EXPECT_EQ(of(scenario::Follow{}).duration, 60.0);
  const auto throttle = of(scenario::FullThrottle{.until_v = 30.0, .duration = 20.0});
  EXPECT_EQ(throttle.kind, driver::Kind::pedals);
  EXPECT_EQ(throttle.duration, 20.0);
  EXPECT_EQ(throttle.until_v, 30.0);
  EXPECT_EQ(throttle.piece(3.0).reference.accelerator, 1.0);
  const auto constant = of(scenario::ConstantSpeed{.v = 12.0, .duration = 7.0, .gains = {}});
  EXPECT_EQ(constant.piece(3.0).v_ref, 12.0);
  EXPECT_EQ(constant.duration, 7.0);
  const auto parked = of(scenario::Parked{.duration = 100.0});
  EXPECT_TRUE(parked.piece(50.0).reference.standing);
}

TEST(Trace, the_pace_is_known_from_the_reference_alone) {
  using Pace = DriverTrace::Pace;
  const auto d = of(scenario::Follow{});
  EXPECT_EQ(d.pace(16.0), Pace::drive);
  EXPECT_EQ(d.pace(2.0), Pace::creep);   // sets off
  EXPECT_EQ(d.pace(5.0), Pace::drive);   // 4 m/s and rising
  EXPECT_EQ(d.pace(37.0), Pace::slow);   // 6 m/s and falling by 2 m/s2
  EXPECT_EQ(d.pace(38.6), Pace::creep);  // below 1 m/s within a second
  EXPECT_EQ(d.pace(40.0), Pace::creep);  // may stop a little later
  EXPECT_EQ(d.pace(41.0), Pace::rest);
  EXPECT_EQ(of(scenario::FullThrottle{.duration = 20.0}).pace(5.0), Pace::slow);
}

TEST(Trace, a_jump_of_the_acceleration_is_seen_at_its_knot_only) {
  const auto d = of(scenario::Follow{});
  EXPECT_EQ(d.jump(2.0), 1.375);  // stood, then 0 to 11 m/s in 8 s
  EXPECT_EQ(d.jump(10.0), 1.375);
  EXPECT_EQ(d.jump(6.0), 0.0);
  EXPECT_EQ(of(with_preview(1.5)).jump(0.5), 1.375);  // the driver sees it ahead
  EXPECT_EQ(of(with_preview(1.5)).jump(2.0), 0.0);
  EXPECT_EQ(of(scenario::FullThrottle{.duration = 20.0}).jump(5.0), 0.0);
}

}  // namespace
}  // namespace evsim
