#include "sim/io/report_motion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/io/markup_check.h"

namespace evsim::io {
namespace {

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}
std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// A quarter of a circle of 50 m to the left at 10 m/s.
Motion quarter() {
  Motion m;
  for (int k = 0; k <= 80; ++k) {
    const double t = 0.1 * k, yaw = 0.2 * t;
    m.t.push_back(t);
    m.x.push_back(50.0 * std::sin(yaw));
    m.y.push_back(50.0 - 50.0 * std::cos(yaw));
    m.yaw.push_back(yaw);
    m.v.push_back(10.0);
    m.a_x.push_back(0.0);
    m.a_y.push_back(2.0);
    m.delta_left.push_back(0.06);
    m.delta_right.push_back(0.05);
  }
  return m;
}
MotionScene scene() {
  MotionScene s;
  s.front = s.rear = 2.3;
  s.half_width = 0.9;
  s.front_axle = s.rear_axle = 1.4;
  s.half_track = 0.8;
  return s;
}

TEST(ReportMotion, the_birds_eye_view_is_well_formed_with_all_that_can_lie_in_it) {
  MotionScene s = scene();
  s.road.patches = {{.from = 10.0, .to = 30.0, .friction_left = 0.12, .friction_right = 0.76}};
  s.lanes = course::lanes({.kind = course::Kind::iso_3888_2, .at = 5.0}, 1.8);
  const std::string svg = birds_eye_svg(quarter(), s);
  EXPECT_EQ(markup_check::problem(svg), "");
  EXPECT_FALSE(holds(svg, "nan"));
  for (const char* part : {"x [m]", "y [m]", "v [km/h]", "patch ice", "patch wet", "\u03bc 0.12"})
    EXPECT_TRUE(holds(svg, part)) << part;
  EXPECT_EQ(count(svg, "\"cone\""), 18u);           // three on each side of three lanes
  EXPECT_EQ(count(svg, "class=\"car\""), 7u + 1u);  // at instants, and the one that drives
}

TEST(ReportMotion, both_axes_have_one_scale_and_the_car_its_heading) {
  // A straight way of 92 m with 4 m around it is 100 m in 874 px: 8.74 px/m, the car 4.6 m of it.
  Motion m = quarter();
  for (std::size_t k = 0; k < m.t.size(); ++k) {
    m.x[k] = 92.0 * static_cast<double>(k) / static_cast<double>(m.t.size() - 1);
    m.y[k] = 0.0;
    m.yaw[k] = std::atan(1.0);
  }
  const std::string svg = birds_eye_svg(m, scene());
  EXPECT_TRUE(
      holds(svg, "rotate(-45)"));  // left is counter-clockwise, the drawing's y axis points down
  // Nose, front left, rear left.
  EXPECT_TRUE(holds(svg, "points=\"20.1,0 17.9,-7.9 -20.1,-7.9"));
  EXPECT_TRUE(holds(svg, "translate(101 "));  // 66 px and 4 m: 100.96
  EXPECT_TRUE(holds(svg, "translate(905 "));  // 92 m further
}

TEST(ReportMotion, the_moving_car_takes_the_runs_own_time_and_no_turn_for_a_jump_of_its_heading) {
  Motion m = quarter();
  for (double& yaw : m.yaw) {
    yaw += 3.0;
    if (yaw > 3.141592653589793) yaw -= 6.283185307179586;
  }
  const std::string svg = birds_eye_svg(m, scene());
  EXPECT_TRUE(holds(svg, "dur=\"8.00s\""));
  EXPECT_TRUE(holds(svg, "-171.9;"));
  EXPECT_TRUE(holds(svg, ";-263.6\""));  // 3 rad and 1.6 rad
}

TEST(ReportMotion, a_car_at_rest_is_drawn) {
  Motion m = quarter();
  for (std::size_t k = 0; k < m.t.size(); ++k) m.x[k] = m.y[k] = m.v[k] = 0.0;
  const std::string svg = birds_eye_svg(m, scene());
  EXPECT_EQ(markup_check::problem(svg), "");
  EXPECT_FALSE(holds(svg, "nan"));
  EXPECT_EQ(markup_check::problem(g_g_svg(m)), "");
}

TEST(ReportMotion, the_g_g_diagram_has_circles_up_to_its_largest_acceleration) {
  Motion m = quarter();
  m.a_y[40] = 8.0;  // 0.82 g
  const std::string svg = g_g_svg(m);
  EXPECT_EQ(markup_check::problem(svg), "");
  EXPECT_EQ(count(svg, "class=\"ring\""), 3u);
  EXPECT_TRUE(holds(svg, "0.75 g"));
  EXPECT_TRUE(holds(svg, "lateral a_y [m/s\u00b2]"));
}

TEST(ReportMotion, without_the_cars_place_there_is_no_motion) {
  Recording r;
  r.signals = {{"body.v", Dim::speed}};
  r.t = {0, 1};
  r.columns = {{0, 1}};
  EXPECT_TRUE(motion(r).t.empty());
}

}  // namespace
}  // namespace evsim::io
