#include "sim/components/air.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

constexpr double kRoundingOfIcao = 5e-5;  // [kg/m3]: the tables give four decimals

TEST(Air, density_at_sea_level_and_15_degC_is_that_of_icao) {
  EXPECT_NEAR(air::density(0.0, 288.15), 1.2250, kRoundingOfIcao);
}

TEST(Air, density_follows_the_standard_atmosphere_up_to_2000_m) {
  // ICAO Doc 7488, by geopotential height: 1000 m, 281.65 K, 898.746 hPa; 2000 m, 275.15 K, 794.952 hPa.
  // The constants of the power law have six digits: 2e-5 of the pressure up to here.
  EXPECT_NEAR(air::density(1000.0, 281.65), 89874.6 / (287.053 * 281.65), 3e-5);
  EXPECT_NEAR(air::density(2000.0, 275.15), 79495.2 / (287.053 * 275.15), 3e-5);
}

TEST(Air, density_is_inverse_to_the_temperature) {
  EXPECT_ROUNDED(air::density(500.0, 600.0), 0.5 * air::density(500.0, 300.0));
}

TEST(Air, density_is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<2>({{{-500, 6000}, {213, 333}}}, [](const auto& x) {
    return std::array{air::density(x[0], x[1])};
  });
}

}  // namespace
}  // namespace evsim
