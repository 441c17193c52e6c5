#include "sim/components/thermal_mass.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

using State = thermal_mass::State<double>;
using Inputs = thermal_mass::Inputs<double>;
constexpr thermal_mass::Params<double> kBody{.heat_capacity = 40e3, .conductance = 20.0};

double rate(double T_body, double p_loss, double T_air) {
  return thermal_mass::derivatives(kBody, State{T_body}, Inputs{p_loss, T_air}).T_body;
}

TEST(ThermalMass, warms_by_what_the_air_does_not_take) {
  EXPECT_ROUNDED(rate(320.0, 1000.0, 300.0), 0.015);  // (1000 W - 20 W/K x 20 K) / 40 kJ/K
}

TEST(ThermalMass, all_heat_is_kept_or_given_to_the_air) {
  test::Arguments random(1);
  for (int i = 0; i < 1000; ++i) {
    const State x{random.between(250, 450)};
    const Inputs u{random.between(0, 20e3), random.between(240, 320)};
    const double kept = kBody.heat_capacity * thermal_mass::derivatives(kBody, x, u).T_body;
    // Terms of up to 24 kW in double: some 1e-12 W each.
    EXPECT_NEAR(kept + thermal_mass::heat_to_air(kBody, x, u), u.p_loss, 1e-10);
  }
}

TEST(ThermalMass, settles_where_the_air_takes_all) {
  EXPECT_EQ(rate(350.0, 1000.0, 300.0), 0.0);  // 300 K + 1000 W / 20 W/K
  EXPECT_GT(rate(349.0, 1000.0, 300.0), 0.0);
  EXPECT_LT(rate(351.0, 1000.0, 300.0), 0.0);
}

TEST(ThermalMass, without_a_heat_capacity_the_temperature_stays) {
  const thermal_mass::Params<double> left_out{};
  EXPECT_EQ(thermal_mass::derivatives(left_out, State{300.0}, Inputs{1e4, 250.0}).T_body, 0.0);
}

TEST(ThermalMass, is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<3>(
      {{{250, 450}, {0, 20e3}, {240, 320}}}, []<class T>(const std::array<T, 3>& x) {
        const auto p = over<thermal_mass::Params, T>(kBody);
        return std::array{thermal_mass::derivatives(p, thermal_mass::State<T>{x[0]},
                                                    thermal_mass::Inputs<T>{x[1], x[2]})
                              .T_body};
      });
}

}  // namespace
}  // namespace evsim
