#include "sim/components/air.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

constexpr double kRoundingOfIcao = 5e-5;  // [kg/m3]: the tables give four decimals

TEST(Air, density_at_sea_level_and_15_degC_is_that_of_icao) {
  EXPECT_NEAR(air::density(0.0, 288.15), 1.2250, kRoundingOfIcao);
}

TEST(Air, density_follows_the_standard_atmosphere_up_to_2000_m) {
  // ICAO Doc 7488: 1000 m, 281.651 K: 1.1117 kg/m3; 2000 m, 275.154 K: 1.0066 kg/m3.
  EXPECT_NEAR(air::density(1000.0, 281.651), 1.1117, kRoundingOfIcao);
  EXPECT_NEAR(air::density(2000.0, 275.154), 1.0066, kRoundingOfIcao);
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
