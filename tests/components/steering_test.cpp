#include "sim/components/steering.h"

#include "tests/components/multibody_cars.h"

namespace evsim {
namespace {

using namespace steering;

Params<double> rack() {
  return {.ratio = 15.0, .ackermann = 1.0, .stiffness = 120.0, .damping = 8.0};
}
constexpr Geometry<double> kCar{.wheelbase = 3.0, .track = 1.5};
Inputs<double> hands_at(double theta_H) {
  return {.theta_H = theta_H, .v = 10.0, .F_x = {}, .F_y = {}, .M_z = {}};
}
// Time enough for the rack to stand still: d / c_T = 67 ms.
double settled(const Params<double>& p, double theta_P, const Inputs<double>& u) {
  State<double> x{theta_P};
  for (int i = 0; i < 4000; ++i)
    x = test::rk4(x, 1e-3, [&](const auto& y) { return derivatives(p, y, u); });
  return x.theta_P;
}

TEST(Steering, wheels_roll_about_one_centre_with_full_ackermann) {
  // Mean angle atan(3/12): the centre of the turn lies 12 m to the left, the wheels 0.75 m nearer and farther.
  const double theta = 15.0 * atan(0.25);
  const auto out = outputs(rack(), kCar, {theta}, hands_at(theta));
  EXPECT_ROUNDED(out.delta[0], atan(3.0 / 11.25));
  EXPECT_ROUNDED(out.delta[1], atan(3.0 / 12.75));
  EXPECT_EQ(out.delta[2], 0.0);
  EXPECT_EQ(out.tau_H, 0.0);
  const auto right = outputs(rack(), kCar, {-theta}, hands_at(-theta));
  EXPECT_ROUNDED(right.delta[1], -out.delta[0]);
}

TEST(Steering, ackermann_share_lies_between_parallel_and_full) {
  Params<double> p = rack();
  const auto angles = [&](double share) {
    p.ackermann = share;
    return outputs(p, kCar, {3.0}, hands_at(3.0)).delta;
  };
  const auto parallel = angles(0.0), half = angles(0.5), full = angles(1.0);
  EXPECT_EQ(parallel[0], 0.2);
  EXPECT_EQ(parallel[1], 0.2);
  EXPECT_ROUNDED(half[0], 0.5 * (parallel[0] + full[0]));
  EXPECT_ROUNDED(half[1], 0.5 * (parallel[1] + full[1]));
}

TEST(Steering, a_ratio_that_varies_is_integrated) {
  Params<double> p = rack();
  // g falls from 0.1 in the middle to 0.06 at 2 rad: the angle is the area below it.
  p.gain = test::table({-2.0, 0.0, 2.0}, {0.06, 0.1, 0.06}, Edge::hold);
  EXPECT_ROUNDED(mean_angle(p, 1.0).delta, 0.1 - 0.5 * 0.02);
  EXPECT_ROUNDED(mean_angle(p, -1.0).delta, -0.09);
  EXPECT_ROUNDED(mean_angle(p, 1.0).gain, 0.08);
}

TEST(Steering, aligning_torque_twists_the_column_and_is_felt_without_assistance) {
  Params<double> p = rack();
  p.trail = 0.02;
  Inputs<double> u = hands_at(1.0);
  u.F_y = {2000.0, 2500.0};
  u.M_z = {-60.0, -75.0};
  // -(60 + 75) - 0.02 x 4500 = -225 Nm about the kingpins, 15 Nm at the hand wheel, 0.125 rad of twist.
  const double theta = settled(p, 0.0, u);
  EXPECT_NEAR(theta, 0.875, 1e-12);
  EXPECT_NEAR(outputs(p, kCar, {theta}, u).tau_H, 15.0, 1e-9);
  p.assistance = 4.0;
  EXPECT_NEAR(outputs(p, kCar, {settled(p, 0.0, u)}, u).tau_H, 3.0, 1e-9);
}

TEST(Steering, driving_forces_steer_by_the_scrub_radius_where_they_differ) {
  Params<double> p = rack();
  p.scrub_radius = 0.01;
  Inputs<double> u = hands_at(0.0);
  u.F_x = {-3000.0, -1000.0};  // brakes harder on the left
  // Outside of the kingpin a force to the rear turns the left wheel outward, to the left: 0.01 (3000 - 1000) Nm.
  EXPECT_ROUNDED(kingpin_moment(p, u), 20.0);
  u.F_x = {-3000.0, -3000.0};
  EXPECT_EQ(kingpin_moment(p, u), 0.0);
}

TEST(Steering, friction_holds_the_rack_and_makes_a_hysteresis) {
  Params<double> p = rack();
  p.friction = 1.2;
  // 1.2 Nm over 120 Nm/rad: the rack stays 0.01 rad behind the hands, on either way.
  EXPECT_EQ(settled(p, 0.0, hands_at(0.009)), 0.0);
  EXPECT_NEAR(settled(p, 0.0, hands_at(0.5)), 0.49, 1e-12);
  EXPECT_NEAR(settled(p, 1.0, hands_at(0.5)), 0.51, 1e-12);
}

TEST(Steering, rear_wheels_turn_against_the_front_when_slow_and_with_them_when_fast) {
  Params<double> p = rack();
  p.rear = test::table({5.0, 15.0, 30.0}, {-0.3, 0.0, 0.15}, Edge::hold);
  Inputs<double> u = hands_at(1.5);
  u.v = 0.0;
  EXPECT_ROUNDED(outputs(p, kCar, {1.5}, u).delta[2], -0.03);
  u.v = 50.0;
  EXPECT_ROUNDED(outputs(p, kCar, {1.5}, u).delta[3], 0.015);
}

TEST(Steering, rates_are_the_derivatives_of_the_angles_and_lanes_have_the_bits_of_one) {
  Params<Dual<1>> p{.ratio = 15.0, .ackermann = 0.7, .stiffness = 120.0, .damping = 8.0};
  State<Dual<1>> x{0.8};
  const Inputs<Dual<1>> u{.theta_H = 1.1, .v = 5.0, .F_x = {}, .F_y = {}, .M_z = {-20.0, -30.0}};
  x.theta_P.d[0] = derivatives(p, x, u).theta_P.v;
  const auto out = outputs(p, Geometry<Dual<1>>{3.0, 1.5}, x, u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_ROUNDED(out.delta[i].d[0], out.delta_rate[i].v);

  test::expect_same_over_all_scalars<4>(
      {{{-8.0, 8.0}, {-8.0, 8.0}, {-100.0, 100.0}, {-3e3, 3e3}}}, [](const auto& y) {
        using T = typename std::remove_cvref_t<decltype(y)>::value_type;
        Params<T> q{.ratio = 15.0, .ackermann = 0.7, .stiffness = 120.0, .damping = 8.0};
        q.gain = test::table<T>({-9.0, 0.0, 9.0}, {0.05, 0.08, 0.05});
        q.friction = 1.0;
        q.trail = 0.02;
        const Inputs<T> v{
            .theta_H = y[0], .v = 5.0, .F_x = {}, .F_y = {y[3], y[3]}, .M_z = {y[2], y[2]}};
        const auto o = outputs(q, Geometry<T>{3.0, 1.5}, State<T>{y[1]}, v);
        return std::array<T, 3>{o.delta[0], o.delta_rate[1], o.tau_H};
      });
}

}  // namespace
}  // namespace evsim
