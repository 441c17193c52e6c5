#include "sim/control/driver.h"

#include "tests/control/drive_cases.h"

namespace evsim {
namespace {

using driver::Gains;
using driver::Inputs;
using driver::Kind;

constexpr double kWeight = 1300.0 * 9.80665;  // [N]
constexpr double kRoll = 0.01 * kWeight;

const test::Car& small() {
  static const test::Car m = test::prepared(test::small_car());
  return m;
}
Inputs<double> at(double v_ref, double a_ref, double v) {
  Inputs<double> in{.reference = {}, .v = v, .integral = 0.0, .around = test::flat()};
  in.reference.v = v_ref;
  in.reference.a = a_ref;
  return in;
}
Inputs<double> standing(double v) {
  auto in = at(0.0, 0.0, v);
  in.reference.standing = true;
  return in;
}
double force(Kind kind, const Inputs<double>& in) {
  return driver::force(small(), Gains<double>{}, kind, in);
}

TEST(Driver, on_its_reference_asks_for_inertia_and_road_load) {
  // 1358 kg x 1 m/s2 + 36 N of air at 10 m/s + tyres.
  for (const Kind kind : {Kind::exact, Kind::follow})
    EXPECT_ROUNDED(force(kind, at(10.0, 1.0, 10.0)), 1358.0 + 36.0 + kRoll);
}

TEST(Driver, corrects_a_speed_error_by_its_gain) {
  EXPECT_ROUNDED(force(Kind::follow, at(10.5, 1.0, 10.0)), 1358.0 * 1.4 + 36.0 + kRoll);  // k_p 0.8
  EXPECT_ROUNDED(force(Kind::exact, at(10.5, 1.0, 10.0)), 1358.0 * 1.5 + 36.0 + kRoll);
  auto in = at(10.0, 0.0, 10.0);
  in.integral = 0.2;
  EXPECT_ROUNDED(force(Kind::follow, in), 1358.0 * 0.2 + 36.0 + kRoll);
}

TEST(Driver, knows_the_grade_and_the_wind) {
  auto in = at(10.0, 0.0, 10.0);
  in.around.sin_alpha = 0.6;
  in.around.cos_alpha = 0.8;
  in.around.v_wind = 5.0;
  EXPECT_ROUNDED(force(Kind::exact, in), 0.5 * 1.2 * 0.6 * 225.0 + 0.8 * kRoll + 0.6 * kWeight);
}

TEST(Driver, sets_off_against_the_friction_of_forward_motion) {
  EXPECT_ROUNDED(force(Kind::exact, at(0.0, 0.5, 0.0)), 679.0 + kRoll);
}

TEST(Driver, holds_the_car_while_the_reference_stands) {
  EXPECT_ROUNDED(force(Kind::follow, standing(0.0)), -1358.0 * 1.5);
  EXPECT_ROUNDED(force(Kind::follow, standing(0.5)),
                 -1358.0 * (1.5 + 0.4));  // brakes what still rolls
  // Rolling back it does not let go.
  EXPECT_LE(force(Kind::follow, standing(-0.5)), -1358.0 * 1.5);
}

TEST(Driver, holds_the_car_on_any_grade) {
  for (const double grade : {-0.25, -0.1, 0.1, 0.2, 0.3}) {
    auto in = standing(0.0);
    in.around.sin_alpha = grade;
    in.around.cos_alpha = sqrt(1.0 - grade * grade);
    EXPECT_LT(force(Kind::follow, in), -kWeight * abs(grade)) << grade;
  }
}

TEST(Driver, pedals_ask_for_a_share_of_the_grip) {
  Inputs<double> in{};
  in.reference.accelerator = 0.25;
  EXPECT_ROUNDED(force(Kind::pedals, in), 0.25 * kWeight);
  in.reference.accelerator = 0.0;
  in.reference.brake = 0.5;
  EXPECT_ROUNDED(force(Kind::pedals, in), -0.5 * kWeight);
}

TEST(Driver, one_pedal_brakes_with_the_accelerator_released) {
  auto m = small();
  m.regeneration.one_pedal = 2.0;
  const auto in = at(0.0, 0.0, 10.0);
  EXPECT_ROUNDED(driver::force(m, Gains<double>{}, Kind::pedals, in), -1358.0 * 2.0);
  EXPECT_EQ(driver::force(m, Gains<double>{}, Kind::neutral, in), 0.0);
}

TEST(Driver, the_integral_grows_with_the_error_and_waits_while_the_drive_is_limited) {
  const Gains<double> g{.k_p = 0.8, .k_i = 0.1, .a_hold = 1.5};
  EXPECT_ROUNDED(driver::integral_rate(g, at(10.5, 0.0, 10.0), 0.0), 0.05);
  EXPECT_EQ(driver::integral_rate(g, at(10.5, 0.0, 10.0), 3.0), 0.0);
}

TEST(Driver, the_integral_fades_while_the_reference_stands) {
  auto in = standing(0.0);
  in.integral = 0.3;
  EXPECT_EQ(driver::integral_rate(Gains<double>{}, in, 0.0), -0.3);
}

TEST(Driver, is_one_law_over_all_scalars) {
  for (const Kind kind : {Kind::exact, Kind::follow, Kind::pedals})
    test::expect_same_over_all_scalars<6>(
        {{{0, 40}, {-3, 3}, {0.5, 40}, {-0.5, 0.5}, {0, 1}, {-0.2, 0.2}}},
        [&]<class T>(const std::array<T, 6>& x) {
          const auto m = over<car::Model, T>(small());
          const auto g = over<Gains, T>(Gains<double>{});
          Inputs<T> in{.reference = {},
                       .v = x[2],
                       .integral = x[3],
                       .around = {T(1.2), T(2.0), x[5], T(sqrt(1.0 - x[5] * x[5])), T(298.0)}};
          in.reference.v = x[0];
          in.reference.a = x[1];
          in.reference.accelerator = x[4];
          in.reference.brake = T(0.1);
          return std::array{driver::force(m, g, kind, in), driver::integral_rate(g, in, T(0.0))};
        },
        10);
}

}  // namespace
}  // namespace evsim
