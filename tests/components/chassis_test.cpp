#include "sim/components/chassis.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

using chassis::accelerating_force;
using chassis::axle_loads;
using chassis::motion;

chassis::Params<double> long_car() {
  chassis::Params<double> p;
  p.wheelbase = 3.0;
  p.cg_height = 0.6;
  p.front_load = 0.5;
  return p;
}

// ---- Axle loads -----------------------------------------------------------------------------------

TEST(Chassis, axle_loads_under_acceleration_by_hand) {
  // 1000 kg; 2 m/s2 move 1000 x 2 x 0.6 / 3 = 400 N to the rear.
  const auto l = axle_loads(long_car(), 1000.0, 1.0, 0.0, 2.0);
  EXPECT_ROUNDED(l.front, 4903.325 - 400.0);
  EXPECT_ROUNDED(l.rear, 4903.325 + 400.0);
}

TEST(Chassis, axle_loads_on_a_grade_by_hand) {
  // sin 0.6, cos 0.8: 9806.65 (0.8 x 0.5 - 0.6 x 0.6 / 3) = 9806.65 x 0.28, the rear 9806.65 x 0.52.
  const auto l = axle_loads(long_car(), 1000.0, 0.8, 0.6, 0.0);
  EXPECT_ROUNDED(l.front, 2745.862);
  EXPECT_ROUNDED(l.rear, 5099.458);
}

TEST(Chassis, axle_loads_sum_to_the_weight_across_the_road) {
  test::Arguments random(5);
  for (int i = 0; i < 1000; ++i) {
    const double sine = random.between(-0.7, 0.7), cosine = sqrt(1.0 - sine * sine);
    const auto l = axle_loads(long_car(), 1500.0, cosine, sine, random.between(-15.0, 15.0));
    EXPECT_ROUNDED(l.front + l.rear, 1500.0 * 9.80665 * cosine);
    EXPECT_GE(l.front, 0.0);
    EXPECT_GE(l.rear, 0.0);
  }
}

TEST(Chassis, a_lifted_axle_carries_nothing_and_the_other_all) {
  const double weight = 1000.0 * 9.80665;
  const auto wheelie = axle_loads(long_car(), 1000.0, 1.0, 0.0, 30.0);
  EXPECT_EQ(wheelie.front, 0.0);
  EXPECT_EQ(wheelie.rear, weight);
  const auto stoppie = axle_loads(long_car(), 1000.0, 1.0, 0.0, -30.0);
  EXPECT_EQ(stoppie.front, weight);
  EXPECT_EQ(stoppie.rear, 0.0);
}

// ---- Motion ---------------------------------------------------------------------------------------

TEST(Chassis, motion_keeps_the_direction_of_its_step) {
  const auto forward = motion(3.0, 1.0);
  EXPECT_EQ(forward.v, 3.0);
  EXPECT_EQ(forward.direction, 1.0);
  EXPECT_TRUE(forward.moving);
  const auto backward = motion(-3.0, -1.0);
  EXPECT_EQ(backward.v, -3.0);
  EXPECT_EQ(backward.direction, -1.0);
  EXPECT_TRUE(backward.moving);
}

TEST(Chassis, a_car_that_stops_inside_a_step_stays_until_its_end) {
  for (const double direction : {1.0, -1.0}) {
    const auto stopped = motion(-0.2 * direction, direction);
    EXPECT_EQ(stopped.v, 0.0);
    EXPECT_EQ(stopped.direction, direction);
    EXPECT_FALSE(stopped.moving);
    EXPECT_EQ(chassis::speed_after_step(-0.2 * direction, direction), 0.0);
  }
}

TEST(Chassis, a_car_that_begins_at_rest_leaves_it_above_the_rest_speed_in_either_direction) {
  EXPECT_FALSE(motion(0.0, 0.0).moving);
  EXPECT_EQ(motion(0.0, 0.0).direction, 0.0);
  for (const double side : {1.0, -1.0}) {
    const auto at_rest = motion(side * chassis::kRestSpeed, 0.0);
    EXPECT_FALSE(at_rest.moving);
    EXPECT_EQ(at_rest.direction, 0.0);
    const auto left = motion(side * 1.001 * chassis::kRestSpeed, 0.0);
    EXPECT_TRUE(left.moving);
    EXPECT_EQ(left.direction, side);
    EXPECT_EQ(left.v, side * 1.001 * chassis::kRestSpeed);
  }
}

TEST(Chassis, the_speed_after_a_step_is_kept_while_the_car_moves) {
  EXPECT_EQ(chassis::speed_after_step(2.5, 1.0), 2.5);
  EXPECT_EQ(chassis::speed_after_step(-2.5, -1.0), -2.5);
  EXPECT_EQ(chassis::speed_after_step(1e-4, 0.0), 1e-4);
}

// ---- Dry friction ---------------------------------------------------------------------------------

TEST(Chassis, dry_friction_acts_against_motion) {
  EXPECT_EQ(accelerating_force(motion(5.0, 1.0), 1000.0, 300.0), 700.0);
  EXPECT_EQ(accelerating_force(motion(5.0, 1.0), 0.0, 300.0), -300.0);
  EXPECT_EQ(accelerating_force(motion(-5.0, -1.0), 0.0, 300.0), 300.0);
}

TEST(Chassis, at_rest_dry_friction_holds_exactly_up_to_its_capacity) {
  const auto rest = motion(0.0, 0.0);
  test::Arguments random(6);
  for (int i = 0; i < 1000; ++i) {
    const double F = random.between(-300.0, 300.0);
    EXPECT_EQ(accelerating_force(rest, F, 300.0), 0.0) << F;
  }
  EXPECT_EQ(accelerating_force(rest, 300.0, 300.0), 0.0);
  EXPECT_EQ(accelerating_force(rest, -300.0, 300.0), 0.0);
}

TEST(Chassis, beyond_its_capacity_dry_friction_only_lowers_the_force) {
  const auto rest = motion(0.0, 0.0);
  EXPECT_EQ(accelerating_force(rest, 1000.0, 300.0), 700.0);
  EXPECT_EQ(accelerating_force(rest, -1000.0, 300.0), -700.0);
}

TEST(Chassis, a_car_that_stopped_in_a_step_is_held_as_at_rest) {
  EXPECT_EQ(accelerating_force(motion(-0.1, 1.0), -200.0, 300.0), 0.0);
}

// ---- Over all scalars -----------------------------------------------------------------------------

TEST(Chassis, loads_and_forces_are_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<5>(
      {{{500, 3000}, {-0.3, 0.3}, {-9, 9}, {-5e3, 5e3}, {-2, 2}}},
      []<class T>(const std::array<T, 5>& x) {
        const auto p = over<chassis::Params, T>(long_car());
        const auto l = axle_loads(p, x[0], T(sqrt(1.0 - x[1] * x[1])), x[1], x[2]);
        const auto forward = motion(x[4], T(1.0));
        return std::array{l.front, l.rear, forward.v, accelerating_force(forward, x[3], T(1e3)),
                          accelerating_force(motion(x[4], T(0.0)), x[3], T(1e3))};
      });
}

}  // namespace
}  // namespace evsim
