#include "sim/vehicle/drive_unit.h"

#include "tests/components/scalars.h"
#include "tests/run/small_car.h"

namespace evsim {
namespace {

drive_unit::Model<double> unit() {
  return drive_unit::prepare(test::small_unit(drive_unit::Axle::rear), 0.3);
}

TEST(DriveUnit, wheel_torque_passes_the_stages_in_order) {
  const double first = 3.0 * 0.99 * (100.0 - 0.05);
  EXPECT_ROUNDED(drive_unit::wheel_torque(unit(), 100.0, 300.0), 3.0 * 0.99 * (first - 0.1));
}

TEST(DriveUnit, machine_torque_is_the_inverse_in_all_quadrants) {
  test::Arguments random(1);
  for (int i = 0; i < 1000; ++i) {
    const double tau = random.between(-2000, 2000), omega = random.between(-1500, 1500);
    const double back =
        drive_unit::wheel_torque(unit(), drive_unit::machine_torque(unit(), tau, omega), omega);
    EXPECT_NEAR(back, tau, test::kRounding * (std::abs(tau) + 10.0));  // 10 Nm: size of the drag
  }
}

TEST(DriveUnit, electrical_power_is_shaft_power_and_the_losses_of_machine_and_bridge) {
  const auto m = unit();
  const auto e = drive_unit::electrical(m, 300.0, 50.0);
  const auto l = machine::losses(std::get<machine::Map<double>>(m.losses), 300.0, 50.0);
  const auto b = inverter::losses(m.inverter, l.I_peak);
  EXPECT_ROUNDED(e.p, 15000.0 + l.p_loss + b.p);
  EXPECT_EQ(e.i, b.i);
  EXPECT_EQ(e.I_peak, l.I_peak);
}

TEST(DriveUnit, machine_and_inverter_lose_the_same_in_mirrored_motion) {
  test::Arguments random(2);
  for (int i = 0; i < 1000; ++i) {
    const double omega = random.between(-1500, 1500), tau = random.between(-200, 200);
    const auto a = drive_unit::electrical(unit(), omega, tau);
    const auto b = drive_unit::electrical(unit(), -omega, -tau);
    EXPECT_EQ(a.p, b.p);
    EXPECT_EQ(a.i, b.i);
    EXPECT_EQ(a.p_bridge, b.p_bridge);
  }
}

TEST(DriveUnit, without_stages_the_machine_turns_with_the_wheel) {
  auto p = test::small_unit(drive_unit::Axle::front);
  p.gears = {};
  const auto m = drive_unit::prepare(p, 0.3);
  EXPECT_EQ(drive_unit::ratio(m, 10.0), 1.0);
  EXPECT_EQ(drive_unit::wheel_torque(m, 70.0, 10.0), 70.0);
  EXPECT_EQ(drive_unit::machine_torque(m, 70.0, 10.0), 70.0);
}

TEST(DriveUnit, an_efficiency_curve_loses_at_most_a_share_of_its_power) {
  auto p = test::coarse_car().drive_units[0];
  p.machine.losses =
      machine::PowerEfficiency<double>{.P_peak = 80e3,
                                       .efficiency = test::table({0, 1}, {0.8, 0.95}),
                                       .efficiency_generating = test::table({0, 1}, {0.7, 0.9})};
  const auto m = drive_unit::prepare(p, 0.3);
  EXPECT_DOUBLE_EQ(m.loss_share, 0.3);  // generating: 1 - 0.7, more than 1 / 0.8 - 1
  for (const double tau : {-150.0, -5.0, 5.0, 150.0})
    EXPECT_LE(drive_unit::electrical(m, 100.0, tau).p_machine,
              m.p_loss_bound + m.loss_share * abs(tau * 100.0));
}

TEST(DriveUnit, a_table_that_goes_on_beyond_its_edges_has_no_bound) {
  auto p = test::coarse_car().drive_units[0];
  const auto rising = Table1<double>(std::make_shared<Table1Data>(
      std::vector<double>{0, 1}, std::vector<double>{0.9, 0.8}, Edge::extrapolate));
  p.machine.losses = machine::PowerEfficiency<double>{
      .P_peak = 80e3, .efficiency = rising, .efficiency_generating = rising};
  EXPECT_EQ(drive_unit::prepare(p, 0.3).p_loss_bound, kInfinity);
}

}  // namespace
}  // namespace evsim
