#include "sim/components/battery_constant_efficiency.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

using battery_constant_efficiency::chemical_power;
constexpr battery_constant_efficiency::Params<double> kBattery{.energy = 3.6e8, .efficiency = 0.8};

TEST(BatteryConstantEfficiency, pays_in_both_directions) {
  EXPECT_ROUNDED(chemical_power(kBattery, 1000.0), 1250.0);
  EXPECT_ROUNDED(chemical_power(kBattery, -1000.0), -800.0);
  EXPECT_EQ(chemical_power(kBattery, 0.0), 0.0);
}

TEST(BatteryConstantEfficiency, a_round_trip_returns_the_square_of_the_efficiency) {
  const double stored = -chemical_power(kBattery, -1000.0);
  EXPECT_ROUNDED(chemical_power(kBattery, 0.64 * 1000.0), stored);
}

TEST(BatteryConstantEfficiency, is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<1>({{{-1e5, 1e5}}}, []<class T>(const std::array<T, 1>& x) {
    return std::array{chemical_power(over<battery_constant_efficiency::Params, T>(kBattery), x[0])};
  });
}

}  // namespace
}  // namespace evsim
