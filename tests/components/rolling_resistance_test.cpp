#include "sim/components/rolling_resistance.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

using rolling_resistance::force;

rolling_resistance::Params<double> some() {
  rolling_resistance::Params<double> p;
  p.alpha = -0.5;
  p.beta = 1.0;
  p.a = 0.1;
  p.b = 1e-4;
  p.c = 1e-6;
  return p;
}

TEST(RollingResistance, by_hand) {
  auto p = some();
  p.T_measured = 298.15;
  // 400 kPa: 1/20; 4000 N; 100 km/h: 0.1 + 0.01 + 0.01.
  EXPECT_ROUNDED(force(p, {.F_z = 4000.0, .p_i = 4e5, .V = 100.0 / 3.6, .T_air = 298.15}),
                 4000.0 / 20.0 * 0.12);
  EXPECT_ROUNDED(force(p, {.F_z = 4000.0, .p_i = 4e5, .V = -100.0 / 3.6, .T_air = 298.15}), 24.0);
}

TEST(RollingResistance, falls_with_warmth_as_ISO_28580_has_it) {
  // F_25 = F (1 + 0.008 (T - 25)), so at 35 degC 1 / 1.08 of that at 25 degC.
  const rolling_resistance::Inputs<double> at_25{
      .F_z = 4000.0, .p_i = 2.5e5, .V = 20.0, .T_air = 298.15};
  auto at_35 = at_25;
  at_35.T_air = 308.15;
  EXPECT_NEAR(force(some(), at_35) * 1.08, force(some(), at_25), 1e-12);
  auto measured = at_25;
  measured.T_air = some().T_measured;
  auto cold = some();
  cold.K_T = 0.0;
  EXPECT_ROUNDED(force(some(), measured), force(cold, measured));
}

TEST(RollingResistance, is_never_negative) {
  auto p = some();
  p.b = -0.01;
  test::Arguments random(41);
  for (int i = 0; i < 1000; ++i)
    EXPECT_GE(force(p, {.F_z = random.between(-100.0, 9000.0),
                        .p_i = 2.5e5,
                        .V = random.between(-80.0, 80.0),
                        .T_air = random.between(150.0, 330.0)}),
              0.0);
  EXPECT_EQ(force(p, {.F_z = 0.0, .p_i = 2.5e5, .V = 20.0, .T_air = 298.15}), 0.0);
}

TEST(RollingResistance, is_one_law_over_all_scalars) {
  constexpr std::array<test::Interval, 4> ranges{
      {{500, 8000}, {1.5e5, 3.5e5}, {1, 80}, {250, 310}}};
  test::expect_same_over_all_scalars<4>(ranges, []<class T>(const std::array<T, 4>& x) {
    const auto p = over<rolling_resistance::Params, T>(some());
    return std::array{force(p, {.F_z = x[0], .p_i = x[1], .V = x[2], .T_air = x[3]})};
  });
}

}  // namespace
}  // namespace evsim
