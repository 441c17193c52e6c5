#include "sim/components/gear.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

constexpr gear::Params<double> kGear{.ratio = 10.0, .efficiency = 0.98, .drag_torque = 0.1};

double output(double tau, double omega) { return gear::output_torque(kGear, tau, omega); }

TEST(Gear, driving_torque_pays_drag_then_mesh) {
  EXPECT_ROUNDED(output(100.0, 50.0), 979.02);  // 10 x 0.98 x (100 - 0.1)
}

TEST(Gear, braking_torque_is_paid_by_the_wheel) {
  EXPECT_ROUNDED(output(-100.0, 50.0), -1001.0 / 0.98);  // 10 x (-100 - 0.1) / 0.98
}

TEST(Gear, at_standstill_there_is_no_drag) {
  EXPECT_ROUNDED(output(100.0, 0.0), 980.0);
  EXPECT_EQ(output(0.0, 0.0), 0.0);
}

TEST(Gear, motion_backwards_is_the_mirror_image) {
  test::Arguments random(2);
  for (int i = 0; i < 1000; ++i) {
    const double tau = random.between(-300, 300), omega = random.between(-2000, 2000);
    EXPECT_EQ(output(-tau, -omega), -output(tau, omega));
  }
}

TEST(Gear, loses_power_in_all_quadrants) {
  test::Arguments random(3);
  for (int i = 0; i < 1000; ++i) {
    const double tau = random.between(-300, 300), omega = random.between(-2000, 2000);
    EXPECT_GE(tau * omega, output(tau, omega) * omega / kGear.ratio) << tau << " Nm " << omega;
  }
}

TEST(Gear, without_drag_and_mesh_loss_power_passes) {
  const gear::Params<double> ideal{.ratio = 8.0};
  EXPECT_EQ(gear::output_torque(ideal, 7.0, 100.0), 56.0);
  EXPECT_EQ(gear::output_torque(ideal, -7.0, 100.0), -56.0);
  EXPECT_EQ(gear::input_torque(ideal, 56.0, 100.0), 7.0);
}

TEST(Gear, input_torque_is_the_inverse_in_all_quadrants) {
  test::Arguments random(4);
  for (int i = 0; i < 1000; ++i) {
    const double tau = random.between(-3000, 3000), omega = random.between(-2000, 2000);
    // Roundings of the drag torque behind the ratio count where the torque itself is smaller.
    EXPECT_NEAR(output(gear::input_torque(kGear, tau, omega), omega), tau,
                test::kRounding * (std::abs(tau) + 1.0));
  }
  EXPECT_ROUNDED(output(gear::input_torque(kGear, 500.0, 0.0), 0.0), 500.0);
}

TEST(Gear, with_two_speeds_the_second_is_engaged_from_the_shift_speed_on) {
  const gear::Params<double> two{.ratio = 15.0, .second_ratio = 8.0, .shift_speed = 25.0};
  EXPECT_EQ(gear::output_torque(two, 10.0, 24.9), 150.0);
  EXPECT_EQ(gear::output_torque(two, 10.0, 25.0), 150.0);
  EXPECT_ROUNDED(gear::output_torque(two, 10.0, 26.25), 115.0);  // half way
  EXPECT_EQ(gear::output_torque(two, 10.0, 27.5), 80.0);
  EXPECT_EQ(gear::output_torque(two, 10.0, -30.0), 80.0);
  EXPECT_EQ(gear::input_torque(two, 80.0, 30.0), 10.0);
  EXPECT_EQ(gear::longest_ratio(two), 8.0);
  EXPECT_EQ(gear::longest_ratio(kGear), 10.0);
}

TEST(Gear, is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<2>(
      {{{-300, 300}, {-2000, 2000}}}, []<class T>(const std::array<T, 2>& x) {
        const auto p = over<gear::Params, T>(kGear);
        return std::array{gear::output_torque(p, x[0], x[1]), gear::input_torque(p, x[0], x[1])};
      });
}

}  // namespace
}  // namespace evsim
