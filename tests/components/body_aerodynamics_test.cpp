#include "sim/components/body_aerodynamics.h"

#include "tests/components/multibody_cars.h"

namespace evsim {
namespace {

using namespace body_aerodynamics;

template <Scalar T = double> Params<T> saloon() {
  return {.frontal_area = 2.2,
          .drag = test::table<T>({0.0, 0.4, 3.2}, {0.25, 0.31, 0.31}),
          .side = test::table<T>({0.0, 0.4, 3.2}, {0.0, 0.9, 0.0}),
          .lift_front = test::table<T>({0.0, 0.4, 3.2}, {0.05, 0.15, 0.15}),
          .lift_rear = test::table<T>({0.0, 0.4, 3.2}, {0.08, 0.2, 0.2}),
          .roll = test::table<T>({0.0, 0.4, 3.2}, {0.0, 0.12, 0.0}),
          .yaw = test::table<T>({0.0, 0.4, 3.2}, {0.0, 0.16, 0.0})};
}
// 0.1 m ahead of the middle of the wheelbase and 0.55 m over the road.
constexpr Place<double> kPlace{.wheelbase = 3.0, .point = {-0.1, 0.0, -0.55}};

TEST(BodyAerodynamics, straight_flow_by_hand) {
  const auto a = load(saloon(), kPlace, {{50.0, 0.0, 0.0}, 1.2});
  const double q = 0.5 * 1.2 * 2.2 * 2500.0;  // times the area: 3300 N
  EXPECT_ROUNDED(a.F.x, -q * 0.25);
  EXPECT_EQ(a.F.y, 0.0);
  EXPECT_ROUNDED(a.F.z, q * 0.13);
  // Lift at the axles, 1.6 m behind and 1.4 m ahead of the centre of gravity, and the drag 0.55 m below it.
  EXPECT_ROUNDED(a.M.y, q * (0.08 * 1.6 - 0.05 * 1.4 + 0.55 * 0.25));
  EXPECT_EQ(a.M.z, 0.0);
}

TEST(BodyAerodynamics, wind_from_the_left_pushes_and_turns_to_the_right) {
  // A tenth of a radian: a quarter of the way to 0.4.
  const double v = 40.0, w_y = v * tan(0.1);
  const auto a = load(saloon(), kPlace, {{v, w_y, 0.0}, 1.2});
  const double q = 0.5 * 1.2 * 2.2 * (v * v + w_y * w_y);
  EXPECT_NEAR(a.F.y, -q * 0.225, 1e-10);
  EXPECT_NEAR(a.M.z, -q * 3.0 * 0.04 + 0.1 * q * 0.225,
              1e-10);  // its point lies 0.1 m behind the centre
  EXPECT_NEAR(a.M.x, q * 3.0 * 0.03 + 0.55 * -q * 0.225, 1e-10);
  const auto b = load(saloon(), kPlace, {{v, -w_y, 0.0}, 1.2});
  EXPECT_EQ(b.F.y, -a.F.y);
  EXPECT_EQ(b.M.z, -a.M.z);
  EXPECT_EQ(b.F.z, a.F.z);
}

TEST(BodyAerodynamics, still_air_does_nothing_to_a_parked_car_and_lanes_have_the_bits_of_one) {
  const auto a = load(saloon(), kPlace, {{0.0, 0.0, 0.0}, 1.2});
  EXPECT_EQ(abs(a.F.x), 0.0);
  EXPECT_EQ(a.F.z, 0.0);
  test::expect_same_over_all_scalars<3>(
      {{{-30.0, 60.0}, {-20.0, 20.0}, {1.0, 1.3}}}, [](const auto& y) {
        using T = typename std::remove_cvref_t<decltype(y)>::value_type;
        const auto c = load(saloon<T>(), Place<T>{3.0, {T(-0.1), T(0.0), T(-0.55)}},
                            Flow<T>{{y[0], y[1], T(1.0)}, y[2]});
        return std::array<T, 6>{c.F.x, c.F.y, c.F.z, c.M.x, c.M.y, c.M.z};
      });
}

}  // namespace
}  // namespace evsim
