#include "sim/components/inverter.h"

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

constexpr inverter::Params<double> kBridge{
    .P_fixed = 10.0, .U_on = 1.0, .R_on = 0.002, .f_sw = 10e3, .switching_loss = 1e-7};

TEST(Inverter, losses_at_100_A_by_hand) {
  const auto l = inverter::losses(kBridge, 100.0);
  // 10 + 3 (2/pi 1 V 100 A + 1/2 2 mOhm (100 A)^2) = 10 + 3 (63.66198 + 10)
  EXPECT_NEAR(l.p, 230.98593, 1e-5);  // the digits written
  // 3 x 2/pi x 10 kHz x 1e-7 s x 100 A; at 400 V it is 76.4 W
  EXPECT_NEAR(l.i, 0.19098593, 1e-8);  // the digits written
}

TEST(Inverter, at_no_current_only_the_fixed_loss_is_left) {
  const auto l = inverter::losses(kBridge, 0.0);
  EXPECT_EQ(l.p, 10.0);
  EXPECT_EQ(l.i, 0.0);
}

TEST(Inverter, conduction_is_the_mean_over_a_period_of_three_legs) {
  constexpr int n = 100000;
  constexpr double I = 321.0;
  double mean = 0.0;
  for (int k = 0; k < n; ++k) {
    const double i = I * sin(kTwoPi * (k + 0.5) / n);
    mean += (kBridge.U_on * abs(i) + kBridge.R_on * i * i) / n;
  }
  // The midpoint rule over the kinks of |sin| errs by (pi/n)^2 / 6 = 2e-10.
  EXPECT_NEAR(inverter::losses(kBridge, I).p - kBridge.P_fixed, 3.0 * mean, 1e-9 * 3.0 * mean);
}

TEST(Inverter, switching_is_proportional_to_current_and_frequency) {
  auto faster = kBridge;
  faster.f_sw = 20e3;
  const double i = inverter::losses(kBridge, 50.0).i;
  EXPECT_ROUNDED(inverter::losses(kBridge, 100.0).i, 2.0 * i);
  EXPECT_ROUNDED(inverter::losses(faster, 50.0).i, 2.0 * i);
}

TEST(Inverter, is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<1>({{{0, 900}}}, []<class T>(const std::array<T, 1>& x) {
    const auto l = inverter::losses(over<inverter::Params, T>(kBridge), x[0]);
    return std::array{l.p, l.i};
  });
}

}  // namespace
}  // namespace evsim
