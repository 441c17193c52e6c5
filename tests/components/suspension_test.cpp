#include "sim/components/suspension.h"

#include "tests/components/multibody_cars.h"

namespace evsim {
namespace {

using namespace suspension;
using test::table;

TEST(Suspension, spring_and_stops_add_up_by_hand) {
  Params<double> p;
  p.spring = table({-0.1, 0.1}, {1000.0, 7000.0});
  p.rebound_stop = table({-0.07, -0.05}, {-2000.0, 0.0}, Edge::hold);
  // A table that goes on straight is given what it shall do on both sides.
  p.bump_stop = table({-0.1, 0.04, 0.08}, {0.0, 0.0, 4000.0});
  const auto q = prepare(p);
  EXPECT_NEAR(at_travel(q, 0.0).F, 4000.0, 1e-9);
  EXPECT_NEAR(at_travel(q, 0.05).F, 5500.0 + 1000.0, 1e-9);
  EXPECT_NEAR(at_travel(q, 0.09).F, 6700.0 + 5000.0, 1e-9);  // both go on straight
  EXPECT_NEAR(at_travel(q, -0.06).F, 2200.0 - 1000.0, 1e-9);
  EXPECT_NEAR(at_travel(q, -0.2).F, -2000.0 - 2000.0, 1e-9);  // the rebound stop is held
}

TEST(Suspension, corners_of_tables_are_rounded_over_5_mm_on_either_side) {
  Params<Dual<1>> p;
  p.bump_stop = Table1<Dual<1>>(std::make_shared<const Table1Data>(
      std::vector{-0.1, 0.04, 0.08}, std::vector{0.0, 0.0, 4000.0}, Edge::extrapolate));
  const auto q = prepare(p);
  const auto at = [&](double s) {
    Dual<1> x = s;
    x.d[0] = 1.0;
    return at_travel(q, x).F;
  };
  // The slope goes from 0 to 1e5 N/m: w/4 of the difference at the knot, a quarter of that halfway to either side.
  EXPECT_NEAR(at(0.04).v, 125.0, 1e-9);
  EXPECT_NEAR(at(0.0375).v, 31.25, 1e-9);
  EXPECT_NEAR(at(0.0425).v, 250.0 + 31.25, 1e-9);
  EXPECT_NEAR(at(0.035).v, 0.0, 1e-9);
  EXPECT_NEAR(at(0.045).v, 500.0, 1e-9);
  EXPECT_NEAR(at(0.035).d[0], 0.0, 1e-6);
  EXPECT_NEAR(at(0.04).d[0], 5e4, 1e-6);
  EXPECT_NEAR(at(0.045).d[0], 1e5, 1e-6);
}

TEST(Suspension, motion_ratio_counts_twice_for_stiffness_and_damping) {
  Params<double> p;
  p.spring = test::line(5000.0, 40e3);
  p.damper = test::line(0.0, 2000.0);
  p.spring_ratio = p.damper_ratio = table({-0.1, 0.1}, {0.8, 0.8});
  const auto q = prepare(p);
  EXPECT_NEAR(at_travel(q, 0.05).F, 0.8 * (5000.0 + 40e3 * 0.8 * 0.05), 1e-9);
  EXPECT_NEAR(damper_force(q, at_travel(q, 0.05).i_d, 0.3), 0.64 * 2000.0 * 0.3, 1e-9);
}

TEST(Suspension, a_ratio_that_varies_gives_the_force_of_its_energy) {
  Params<double> p;
  p.spring = test::line(5000.0, 40e3);
  p.spring_ratio = table({-0.1, 0.1}, {0.7, 0.9});
  const auto q = prepare(p);
  // Compression u = 0.8 s + s^2/2, i = 0.8 + s; the spring's energy 5000 u + 20e3 u^2.
  for (const double s : {-0.08, -0.013, 0.03, 0.1}) {
    const double u = 0.8 * s + 0.5 * s * s;
    // 128 cells of h = 1.6 mm: the force's third derivative, 120e3 N/m3, is cut by 120e3 h^3/12 in each of 64: 0.003 N.
    EXPECT_NEAR(at_travel(q, s).F, (0.8 + s) * (5000.0 + 40e3 * u), 0.003);
    EXPECT_NEAR(at_travel(q, s).W_s, 5000.0 * u + 20e3 * u * u, 0.003 * 0.1);
  }
}

TEST(Suspension, paths_are_the_integrals_of_their_slopes) {
  Params<double> p;
  p.path_forward = table({-0.1, 0.0, 0.1}, {0.0, 0.2, 0.0});
  p.path_outward = table({-0.1, 0.1}, {0.1, -0.1}, Edge::hold);
  const auto q = prepare(p);
  const auto a = at_travel(q, 0.05);
  // Half of a corner takes (m_+ - m_-) w^2 / 12 of the integral: slopes 2 and -2, w = 5 mm.
  const double x_corner = -4.0 * 25e-6 / 12.0, y_corner = 25e-6 / 12.0;
  EXPECT_NEAR(a.dx, 0.1, 1e-15);
  EXPECT_NEAR(a.x, 0.5 * (0.2 + 0.1) * 0.05 + x_corner, 1e-15);
  EXPECT_NEAR(a.ddx, -2.0, 1e-12);
  EXPECT_NEAR(at_travel(q, -0.1).x, -0.01 - x_corner, 1e-15);
  // Where an edge is held there is a corner too.
  EXPECT_NEAR(at_travel(q, -0.1).y, -0.5 * 0.1 * 0.1 + y_corner, 1e-15);
  EXPECT_NEAR(at_travel(q, 0.2).y, -0.5 * 0.1 * 0.1 - 0.1 * 0.1 + 2.0 * y_corner,
              1e-15);  // straight on beyond the edge
  EXPECT_NEAR(at_travel(q, 0.2).ddy, 0.0, 1e-15);
}

TEST(Suspension, every_slope_and_integral_belongs_to_its_value) {
  const auto q = prepare(test::rich_car<Dual<1>>().front.suspension);
  test::Arguments random(2);
  for (int i = 0; i < 300; ++i) {
    Dual<1> s = random.between(-0.3, 0.3);
    s.d[0] = 1.0;
    const auto a = at_travel(q, s);
    EXPECT_NEAR(a.W_s.d[0], a.F.v, 1e-9);
    EXPECT_NEAR(a.x.d[0], a.dx.v, 1e-13);
    EXPECT_NEAR(a.y.d[0], a.dy.v, 1e-13);
    EXPECT_NEAR(a.dx.d[0], a.ddx.v, 1e-13);
    EXPECT_NEAR(a.dy.d[0], a.ddy.v, 1e-13);
    EXPECT_NEAR(a.toe.d[0], a.dtoe.v, 1e-13);
    EXPECT_NEAR(a.camber.d[0], a.dcamber.v, 1e-13);
  }
  EXPECT_EQ(at_travel(q, Dual<1>(0.0)).x.v, 0.0);
  EXPECT_NEAR(at_travel(q, Dual<1>(0.0)).W_s.v, 0.0, 1e-12);
}

TEST(Suspension, compliance_by_hand) {
  Params<double> p;
  p.steer_by_F_y = -2e-6, p.steer_by_M_z = 1e-5, p.toe_by_F_x = 3e-7, p.inclination_by_F_y = 4e-6;
  const auto q = prepare(p);
  const auto left = compliance(q, 1.0, -2000.0, 3000.0, -80.0);
  EXPECT_ROUNDED(left.steer, -6e-3 - 8e-4 + 6e-4);  // braking turns the left wheel outward
  EXPECT_ROUNDED(left.inclination, 0.012);
  EXPECT_ROUNDED(compliance(q, -1.0, -2000.0, 0.0, 0.0).steer, -6e-4);
}

TEST(Suspension, without_tables_a_wheel_moves_straight_and_free) {
  const auto q = prepare(Params<double>{});
  const auto a = at_travel(q, 0.3);
  EXPECT_EQ(a.F, 0.0);
  EXPECT_EQ(a.x, 0.0);
  EXPECT_EQ(a.camber, 0.0);
  EXPECT_EQ(a.i_d, 1.0);
  EXPECT_EQ(damper_force(q, a.i_d, 1.0), 0.0);
}

}  // namespace
}  // namespace evsim
