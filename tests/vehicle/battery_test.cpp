#include "sim/vehicle/battery.h"

#include "tests/components/scalars.h"
#include "tests/run/small_car.h"

namespace evsim {
namespace {

using Source = battery::Source<double>;

battery::Model<double> coarse() {
  return battery_constant_efficiency::Params<double>{.energy = 1e8,
                                                     .efficiency = 0.8,
                                                     .U_nominal = 400.0,
                                                     .P_discharge_max = 5e4,
                                                     .P_charge_max = 3e4,
                                                     .SOC_empty = 0.1,
                                                     .SOC_full = 0.9};
}

TEST(Battery, a_current_beside_the_power_is_part_of_the_terminals) {
  // 350 V, 0.5 Ohm: at 20 A in all u = 340 V; 2 A are switching, 18 A x 340 V = 6120 W the rest.
  const auto t = battery::terminals<double>(Source{.U_0 = 350.0, .R = 0.5}, 6120.0, 2.0);
  EXPECT_ROUNDED(t.i, 20.0);
  EXPECT_ROUNDED(t.u, 340.0);
  EXPECT_ROUNDED(t.p, 6800.0);
  EXPECT_EQ(t.p_missing, 0.0);
}

TEST(Battery, without_that_current_it_is_the_pack_s_law) {
  const Source s{.U_0 = 350.0, .R = 0.5};
  const auto a = battery::terminals<double>(s, 1e4, 0.0);
  const auto b = battery_pack::terminals<double>(s, 1e4);
  EXPECT_EQ(a.i, b.i);
  EXPECT_EQ(a.u, b.u);
}

TEST(Battery, the_node_s_power_is_what_was_asked_for_less_what_is_missing) {
  test::Arguments random(1);
  for (int i = 0; i < 1000; ++i) {
    const Source s{.U_0 = random.between(250, 420), .R = random.between(0.05, 0.5)};
    const double p = random.between(-1e5, 3e5), extra = random.between(0, 3);
    const auto t = battery::terminals<double>(s, p, extra);
    EXPECT_NEAR(t.p + t.p_missing, p + extra * t.u, 1e-12 * (std::abs(p) + 1e5));
  }
}

TEST(Battery, a_constant_efficiency_s_rates_by_hand) {
  const battery::State<double> x{.SOC = 0.5, .u_1 = 0.0};
  const auto s = battery::source(coarse(), x, 298.0);
  EXPECT_EQ(s.U_0, 400.0);
  EXPECT_EQ(s.R, 0.0);
  const auto out = battery::rates(coarse(), x, s, battery::terminals<double>(s, 8000.0, 0.0));
  EXPECT_ROUNDED(out.p_chemical, 10000.0);
  EXPECT_ROUNDED(out.p_loss_R_0, 2000.0);
  EXPECT_ROUNDED(out.state.SOC, -1e-4);
  const auto in = battery::rates(coarse(), x, s, battery::terminals<double>(s, -8000.0, 0.0));
  EXPECT_ROUNDED(in.p_chemical, -6400.0);
  EXPECT_ROUNDED(in.p_loss_R_0, 1600.0);
  EXPECT_ROUNDED(battery::stored_energy(coarse(), x), 5e7);
}

TEST(Battery, a_constant_efficiency_s_limits_are_its_ratings_until_it_is_full) {
  using battery_pack::Limit;
  const auto at = [](double SOC) {
    return battery::power_limits(coarse(), {.SOC = SOC, .u_1 = 0.0}, Source{400.0, 0.0}, 298.0);
  };
  EXPECT_EQ(at(0.5).discharge, 5e4);
  EXPECT_EQ(at(0.5).charge, 3e4);
  EXPECT_EQ(at(0.5).charge_reason, static_cast<double>(Limit::power));
  EXPECT_EQ(at(0.9).charge, 0.0);
  EXPECT_EQ(at(0.9).charge_reason, static_cast<double>(Limit::state_of_charge));
}

TEST(Battery, each_level_knows_where_it_is_empty) {
  EXPECT_EQ(battery::SOC_empty(coarse()), 0.1);
  auto p = test::small_pack();
  p.SOC_empty = 0.05;
  EXPECT_EQ(battery::SOC_empty(battery::prepare(p)), 0.05);
}

TEST(Battery, the_pack_s_store_is_charge_and_capacitor) {
  const auto m = battery_pack::prepare(test::small_pack());
  const battery::State<double> x{.SOC = 0.7, .u_1 = 3.0};
  EXPECT_EQ(battery::stored_energy(battery::Model<double>(m), x),
            battery_pack::chemical_energy(m, x) + battery_pack::capacitor_energy(m, x));
}

}  // namespace
}  // namespace evsim
