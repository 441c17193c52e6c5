#include <gtest/gtest.h>

#include "sim/run/result.h"
#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

constexpr double kT = 298.0;  // [K]

battery_pack::Params<double>& pack_of(car::Params<double>& p) {
  return std::get<battery_pack::Params<double>>(p.battery);
}
// 96 x 2 cells of 60 Ah: 432 kC; OCV a line from 288 V to 384 V, R_0 + R_1 = 48 x 2 mOhm.
car::Params<double> plain(double R_0, double R_1) {
  auto p = test::small_car();
  pack_of(p).OCV = test::table({0, 1}, {3, 4});
  pack_of(p).R_0 = test::table({0, 1}, {250, 300}, {R_0, R_0, R_0, R_0});
  pack_of(p).R_1 = R_1;
  pack_of(p).I_charge_max = test::table({250, 300}, {1e4, 1e4});
  pack_of(p).U_cell_max = 100.0;
  pack_of(p).SOC_taper = 1e-9;
  return p;
}

TEST(Recharge, a_battery_of_constant_efficiency_by_hand) {
  // A tenth of 150 MJ through 0.95 of the battery and 0.9 of the charger.
  EXPECT_ROUNDED(recharge_energy(test::coarse_car(), kT, 0.6, 0.7), 15e6 / 0.95 / 0.9);
}

TEST(Recharge, without_resistance_it_is_the_chemical_energy) {
  // 432 kC x 96 cells x (3.6 + 3.8) / 2 x 0.2; R may not be 0 as a limit divides by it.
  EXPECT_NEAR(recharge_energy(plain(1e-12, 1e-12), kT, 0.6, 0.8), 432e3 * 96 * 3.7 * 0.2 / 0.9,
              1.0);
}

TEST(Recharge, resistances_raise_the_voltage_by_the_charging_current) {
  // R = 48 x 2 mOhm = 96 mOhm, 6660 W: u = U_0 / 2 + sqrt(U_0^2 / 4 + R p). Simpson over the window.
  const auto u = [](double SOC) {
    const double U_0 = 96.0 * (3.0 + SOC);
    return 0.5 * U_0 + sqrt(0.25 * U_0 * U_0 + 0.096 * 6660.0);
  };
  const double exact = 432e3 * 0.2 * (u(0.6) + 4.0 * u(0.7) + u(0.8)) / 6.0 / 0.9;
  EXPECT_NEAR(recharge_energy(plain(0.0015, 0.0005), kT, 0.6, 0.8), exact, 1e-9 * exact);
}

TEST(Recharge, parts_of_a_window_add_up) {
  const auto p = test::small_car();
  const double whole = recharge_energy(p, kT, 0.2, 0.8);
  const double parts = recharge_energy(p, kT, 0.2, 0.45) + recharge_energy(p, kT, 0.45, 0.8);
  EXPECT_NEAR(parts, whole, 1e-6 * whole);  // kinks of the OCV table lie inside parts of the rule
}

TEST(Recharge, a_gain_of_charge_is_credited) {
  const auto p = test::small_car();
  EXPECT_ROUNDED(recharge_energy(p, kT, 0.8, 0.7), -recharge_energy(p, kT, 0.7, 0.8));
  EXPECT_EQ(recharge_energy(p, kT, 0.8, 0.8), 0.0);
}

TEST(Recharge, a_cold_battery_charges_slower_and_loses_less_in_its_resistance) {
  // 40 A of 20 A cells at -20 degC: i R = 2.9 V x 40 A; without the limit 6660 W are 19 A. No limit met.
  auto slow = test::small_car();
  pack_of(slow).I_charge_max = test::table({253, 298}, {1, 1});
  auto fast = test::small_car();
  EXPECT_LT(recharge_energy(slow, 253.0, 0.5, 0.6), recharge_energy(fast, 253.0, 0.5, 0.6));
}

TEST(Recharge, a_stronger_outlet_costs_more_in_the_resistance) {
  auto strong = test::small_car();
  strong.charger.P_AC = 50e3;
  EXPECT_GT(recharge_energy(strong, kT, 0.2, 0.8),
            recharge_energy(test::small_car(), kT, 0.2, 0.8));
}

}  // namespace
}  // namespace evsim
