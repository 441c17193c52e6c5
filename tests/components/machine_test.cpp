#include "sim/components/machine.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

using machine::torque_limit;

constexpr machine::Envelope<double> kEnvelope{
    .tau_peak = 400.0, .P_peak = 200e3, .omega_max = 2000.0, .U_ref = 400.0};

Table1<double> line(double from, double to) {
  return Table1<double>(
      std::make_shared<Table1Data>(std::vector<double>{0, 1}, std::vector<double>{from, to}));
}
machine::PowerEfficiency<double> curve() {
  return {.P_peak = 1000.0, .efficiency = line(0.8, 0.9), .efficiency_generating = line(0.7, 0.8)};
}
Table2<double> grid(std::vector<double> values) {
  return Table2<double>(std::make_shared<Table2Data>(
      std::vector<double>{0, 100}, std::vector<double>{-10, 0, 10}, std::move(values)));
}
machine::Map<double> map() {
  return {.p_loss = grid({20, 0, 30, 40, 10, 60}), .I_peak = grid({5, 0, 5, 6, 1, 7})};
}

// ---- Envelope -------------------------------------------------------------------------------------

TEST(Machine, gives_peak_torque_up_to_the_base_speed_and_peak_power_above) {
  EXPECT_EQ(torque_limit(kEnvelope, 100.0, 400.0), 400.0);
  EXPECT_EQ(torque_limit(kEnvelope, 500.0, 400.0), 400.0);
  EXPECT_EQ(torque_limit(kEnvelope, 1000.0, 400.0), 200.0);
}

TEST(Machine, power_falls_with_the_dc_voltage_and_does_not_rise_above_its_reference) {
  EXPECT_EQ(torque_limit(kEnvelope, 1000.0, 200.0), 100.0);
  EXPECT_EQ(torque_limit(kEnvelope, 1000.0, 500.0), 200.0);
  EXPECT_EQ(torque_limit(kEnvelope, 1000.0, 0.0), 0.0);
}

TEST(Machine, torque_fades_to_nothing_over_the_last_percent_of_speed) {
  EXPECT_ROUNDED(torque_limit(kEnvelope, 1990.0, 400.0), 0.5 * 200e3 / 1990.0);
  EXPECT_EQ(torque_limit(kEnvelope, 2000.0, 400.0), 0.0);
  EXPECT_EQ(torque_limit(kEnvelope, 3000.0, 400.0), 0.0);
}

TEST(Machine, the_envelope_is_even_in_speed_and_finite_at_standstill) {
  EXPECT_EQ(torque_limit(kEnvelope, 0.0, 400.0), 400.0);
  for (const double omega : {1.0, 700.0, 1985.0})
    EXPECT_EQ(torque_limit(kEnvelope, -omega, 390.0), torque_limit(kEnvelope, omega, 390.0));
}

// ---- Losses ---------------------------------------------------------------------------------------

TEST(Machine, a_map_is_read_bilinearly) {
  const auto l = machine::losses(map(), 50.0, 5.0);  // the middle of the cell 0 30 10 60
  EXPECT_EQ(l.p_loss, 25.0);
  EXPECT_EQ(l.I_peak, 3.25);  // of 0 5 1 7
}

TEST(Machine, motion_backwards_is_the_mirror_image_of_the_map) {
  test::Arguments random(7);
  for (int i = 0; i < 1000; ++i) {
    const double omega = random.between(-120, 120), tau = random.between(-12, 12);
    const auto a = machine::losses(map(), omega, tau), b = machine::losses(map(), -omega, -tau);
    EXPECT_EQ(a.p_loss, b.p_loss);
    EXPECT_EQ(a.I_peak, b.I_peak);
  }
}

TEST(Machine, an_efficiency_holds_for_the_share_of_peak_power) {
  // 500 W of 1000 W: 0.85 motoring, 0.75 generating.
  EXPECT_ROUNDED(machine::losses(curve(), 50.0, 10.0).p_loss, 500.0 / 0.85 - 500.0);
  EXPECT_ROUNDED(machine::losses(curve(), 50.0, -10.0).p_loss, 125.0);
  EXPECT_ROUNDED(machine::losses(curve(), -50.0, 10.0).p_loss, 125.0);
  EXPECT_EQ(machine::losses(curve(), 0.0, 10.0).p_loss, 0.0);
  EXPECT_EQ(machine::losses(curve(), 50.0, 0.0).p_loss, 0.0);
}

TEST(Machine, an_efficiency_is_held_beyond_peak_power) {
  EXPECT_ROUNDED(machine::losses(curve(), 200.0, 10.0).p_loss, 2000.0 / 0.9 - 2000.0);
}

TEST(Machine, electrical_power_is_shaft_power_and_loss_in_both_directions) {
  const double motoring = 500.0 + machine::losses(curve(), 50.0, 10.0).p_loss;
  const double generating = -500.0 + machine::losses(curve(), 50.0, -10.0).p_loss;
  EXPECT_ROUNDED(500.0 / motoring, 0.85);
  EXPECT_ROUNDED(generating / -500.0, 0.75);
}

TEST(Machine, is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<3>(
      {{{-2100, 2100}, {-500, 500}, {200, 450}}}, []<class T>(const std::array<T, 3>& x) {
        const auto m = machine::losses(over<machine::Map, T>(map()), x[0], x[1]);
        const auto c = machine::losses(over<machine::PowerEfficiency, T>(curve()), x[0], x[1]);
        return std::array{torque_limit(over<machine::Envelope, T>(kEnvelope), x[0], x[2]), m.p_loss,
                          m.I_peak, c.p_loss};
      });
}

}  // namespace
}  // namespace evsim
