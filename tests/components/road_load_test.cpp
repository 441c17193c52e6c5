#include "sim/components/road_load.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

using road_load::CoastDown;
using road_load::Physical;
using Around = road_load::Surroundings<double>;

constexpr Physical<double> kPhysical{.Cd = 0.3, .frontal_area = 2.0, .rolling_resistance = 0.01};
constexpr CoastDown<double> kCoastDown{.A = 100.0, .B = 2.0, .C = 0.4};
constexpr Around kCalm{.rho_air = 1.2, .v_wind = 0.0, .cos_alpha = 1.0};

TEST(RoadLoad, air_and_tyres_at_20_m_per_s_by_hand) {
  const auto f = road_load::forces(kPhysical, 1000.0, kCalm, 20.0);
  EXPECT_ROUNDED(f.fluid, 144.0);  // 1/2 1.2 0.3 2 20^2
  EXPECT_ROUNDED(f.dry, 98.0665);  // 0.01 1000 9.80665
}

TEST(RoadLoad, wind_adds_to_the_speed_of_the_air) {
  Around windy = kCalm;
  windy.v_wind = 10.0;
  EXPECT_ROUNDED(road_load::forces(kPhysical, 1000.0, windy, 20.0).fluid, 324.0);
  EXPECT_ROUNDED(road_load::forces(kCoastDown, 1000.0, windy, 20.0).fluid,
                 400.0);  // 2 20 + 0.4 30^2
  windy.v_wind = -30.0;   // from behind, faster than the car: it pushes
  EXPECT_ROUNDED(road_load::forces(kPhysical, 1000.0, windy, 20.0).fluid, -36.0);
}

TEST(RoadLoad, rolling_resistance_falls_with_the_cosine_of_the_grade) {
  Around grade = kCalm;
  grade.cos_alpha = 0.8;
  EXPECT_ROUNDED(road_load::forces(kPhysical, 1000.0, grade, 20.0).dry, 0.8 * 98.0665);
}

TEST(RoadLoad, a_coast_down_is_its_polynomial_whatever_the_mass) {
  for (const double mass : {500.0, 2000.0}) {
    const auto f = road_load::forces(kCoastDown, mass, kCalm, 20.0);
    EXPECT_EQ(f.dry, 100.0);
    EXPECT_ROUNDED(f.fluid, 200.0);  // 2 20 + 0.4 20^2
  }
}

TEST(RoadLoad, backwards_the_air_acts_the_other_way) {
  Around windy = kCalm, mirrored = kCalm;
  windy.v_wind = 7.0;
  mirrored.v_wind = -7.0;
  for (const double v : {-30.0, -7.0, -1.0, 3.0, 25.0}) {
    EXPECT_EQ(road_load::forces(kPhysical, 1e3, windy, v).fluid,
              -road_load::forces(kPhysical, 1e3, mirrored, -v).fluid);
    EXPECT_EQ(road_load::forces(kCoastDown, 1e3, windy, v).fluid,
              -road_load::forces(kCoastDown, 1e3, mirrored, -v).fluid);
  }
}

TEST(RoadLoad, tyres_by_pressure_and_speed_by_hand) {
  // 2000 (0.01 + 1e-4 36 + 1e-6 36^2) at 10 m/s, whatever the sense; cos(alpha)^0.5; 1/2 1.2 0.6 20^2.
  const road_load::Tyres<double> p{
      .drag_area = 0.6, .load = 2000.0, .beta = 0.5, .a = 0.01, .b = 1e-4, .c = 1e-6};
  EXPECT_NEAR(road_load::forces(p, 0.0, kCalm, 10.0).dry, 29.792, 1e-12);
  EXPECT_NEAR(road_load::forces(p, 0.0, kCalm, -10.0).dry, 29.792, 1e-12);
  EXPECT_ROUNDED(road_load::forces(p, 0.0, kCalm, 20.0).fluid, 144.0);
  Around grade = kCalm;
  grade.cos_alpha = 0.81;
  EXPECT_NEAR(road_load::forces(p, 0.0, grade, 0.0).dry, 0.9 * 20.0, 1e-12);
}

TEST(RoadLoad, a_car_in_still_air_at_rest_has_no_drag) {
  EXPECT_EQ(road_load::forces(kPhysical, 1000.0, kCalm, 0.0).fluid, 0.0);
  EXPECT_EQ(road_load::forces(kCoastDown, 1000.0, kCalm, 0.0).fluid, 0.0);
}

TEST(RoadLoad, is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<5>(
      {{{500, 3000}, {0.9, 1.4}, {-20, 20}, {0.7, 1.0}, {-60, 60}}},
      []<class T>(const std::array<T, 5>& x) {
        const road_load::Surroundings<T> s{x[1], x[2], x[3]};
        const auto a = road_load::forces(over<Physical, T>(kPhysical), x[0], s, x[4]);
        const auto b = road_load::forces(over<CoastDown, T>(kCoastDown), x[0], s, x[4]);
        constexpr road_load::Tyres<double> kTyres{
            .drag_area = 0.6, .load = 2000.0, .beta = 0.9, .a = 0.01, .b = 1e-4, .c = 1e-6};
        const auto c = road_load::forces(over<road_load::Tyres, T>(kTyres), x[0], s, x[4]);
        return std::array{a.dry, a.fluid, b.dry, b.fluid, c.dry, c.fluid};
      });
}

}  // namespace
}  // namespace evsim
