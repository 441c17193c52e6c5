// Steering programs and the driver who follows a path.
#include <gtest/gtest.h>

#include "sim/control/path_driver.h"
#include "sim/control/steering_program.h"
#include "tests/components/scalars.h"
#include "tests/control/car_rig.h"

namespace evsim {
namespace {

using steering_program::angle;
using steering_program::Kind;
using steering_program::Params;
using test::Rig;

TEST(SteeringProgram, courses_by_hand) {
  const Params<double> step{.kind = Kind::step, .amplitude = -2.0, .start = 1.0, .rate = 8.0};
  EXPECT_EQ(angle(step, 0.9), 0.0);
  EXPECT_ROUNDED(angle(step, 1.125), -1.0);
  EXPECT_EQ(angle(step, 5.0), -2.0);
  const Params<double> sine{.kind = Kind::sine, .amplitude = 0.5, .start = 1.0, .frequency = 0.5};
  EXPECT_ROUNDED(angle(sine, 1.5), 0.5);
  EXPECT_ROUNDED(angle(sine, 2.5), -0.5);
  EXPECT_NEAR(angle(sine, 3.5), 0.0, 1e-15);
}
TEST(SteeringProgram, a_sine_with_dwell_holds_its_second_peak) {
  // 49 CFR 571.126: 0.7 Hz, 500 ms from three quarters of the period on.
  const Params<double> p{.kind = Kind::sine_dwell, .amplitude = 1.0, .start = 0.0};
  const double quarter = 0.25 / 0.7;
  EXPECT_ROUNDED(angle(p, quarter), 1.0);
  for (const double t : {3.0 * quarter + 1e-9, 3.0 * quarter + 0.25, 3.0 * quarter + 0.5 - 1e-9})
    EXPECT_NEAR(angle(p, t), -1.0, 1e-9);
  EXPECT_NEAR(angle(p, 3.5 * quarter + 0.5), -std::sqrt(0.5), 1e-9);
  EXPECT_NEAR(angle(p, steering_program::end(p)), 0.0, 1e-9);
  EXPECT_ROUNDED(steering_program::end(p), 1.0 / 0.7 + 0.5);
}
TEST(SteeringProgram, a_sweep_passes_its_frequencies) {
  // From 0.2 to 3 Hz in 28 s: at 10 s 1.2 Hz; the phase there is 2 pi (2 + 5).
  const Params<double> p{.kind = Kind::sweep,
                         .amplitude = 1.0,
                         .start = 0.0,
                         .frequency = 0.2,
                         .frequency_end = 3.0,
                         .duration = 28.0};
  EXPECT_NEAR(angle(p, 10.0), 0.0, 1e-12);
  const double h = 1e-4;
  EXPECT_NEAR((angle(p, 10.0 + h) - angle(p, 10.0 - h)) / (2.0 * h), kTwoPi * 1.2,
              1e-5);  // h^2/6 omega^3
  EXPECT_EQ(angle(p, 28.1), 0.0);
}
TEST(SteeringProgram, a_double_sine_goes_there_and_back) {
  const Params<double> p{
      .kind = Kind::double_sine, .amplitude = 1.0, .start = 0.0, .frequency = 1.0, .dwell = 2.0};
  for (const double t : {0.1, 0.35, 0.8}) EXPECT_NEAR(angle(p, t + 3.0), -angle(p, t), 1e-12);
  EXPECT_NEAR(angle(p, 2.0), 0.0, 1e-12);
}

// Along a road at 15 m/s, 40 m straight on, then into a bend of 60 m: 3.75 m/s2.
struct Course {
  double offset, rate;  // largest, of the car's centre and of the hand wheel [m], [rad/s]
};
Course into_a_bend(path_driver::Params<double> p) {
  constexpr double kTick = 0.01, kRadius = 60.0;
  road::Params road;
  for (double s = -20.0; s < 40.0; s += 5.0) road.path.push_back({s, 0.0});
  for (double psi = 0.0; psi < 1.8; psi += 0.05)
    road.path.push_back({40.0 + kRadius * std::sin(psi), kRadius * (1.0 - std::cos(psi))});
  const road::Road way(road);
  Rig rig;
  rig.roll_at(15.0);
  path_driver::State<double> x{};
  auto here = way.foot(0.0, 0.0), there = here;
  Course out{};
  while (rig.t < 7.0) {
    const auto& r = rig.car.x.chassis.r;
    const auto ahead =
        path_driver::ahead(way, there, r.x, r.y, rig.heading(), path_driver::preview(p, rig.v()));
    const double before = x.theta;
    rig.delta =
        path_driver::step<double>(p, x, {.v = rig.v(), .path = ahead}, kTick) / p.steering_ratio;
    rig.tau_command[0] = std::clamp(200.0 * (15.0 - rig.v()), -100.0, 100.0);
    rig.advance(kTick);
    here = way.foot(r.x, r.y, here);
    out.offset = std::max(out.offset, std::abs(here.n));
    out.rate = std::max(out.rate, std::abs(x.theta - before) / kTick);
  }
  return out;
}
TEST(PathDriver, follows_a_bend_that_begins_at_once) {
  // Offsets: 0.44 m, with a reaction of 0.4 s 0.91 m, by the curvature alone 4.6 m.
  path_driver::Params<double> p{.steering_ratio = 15.0, .wheelbase = 3.0, .preview_time = 0.6};
  const auto at = into_a_bend(p);
  EXPECT_LT(at.offset, 0.6);
  EXPECT_LT(at.rate, p.rate_max);
  p.reaction_time = 0.4;
  EXPECT_GT(into_a_bend(p).offset, 1.5 * at.offset);
  p.reaction_time = 0.15, p.gain = 0.0;
  EXPECT_GT(into_a_bend(p).offset, 5.0 * at.offset);
}
TEST(PathDriver, turns_the_wheel_no_faster_than_arms_do) {
  const path_driver::Params<double> p{.steering_ratio = 15.0, .wheelbase = 3.0, .rate_max = 4.0};
  path_driver::State<double> x{};
  double before = 0.0;
  for (int k = 0; k < 100; ++k) {
    const double theta =
        path_driver::step<double>(p, x, {.v = 10.0, .path = {.y = 5.0, .curvature = 0.0}}, 0.01);
    EXPECT_LE(theta - before, 0.04 + 1e-12);
    before = theta;
  }
  // 15 * 3 m * 2 * 5 m / (13 m)^2
  EXPECT_NEAR(before, 15.0 * 3.0 * 10.0 / 169.0, 1e-3);
}

}  // namespace
}  // namespace evsim
