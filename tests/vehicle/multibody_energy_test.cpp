// What a whole car without losses keeps, over 60 s.
#include "tests/vehicle/multibody_car.h"

namespace evsim {
namespace {

using test::Car;

// The state and what has flowed: one motion for a scheme.
struct Ledger {
  multibody::State x;
  multibody::Rows q;
};
// The classical Runge-Kutta scheme, so that what is seen are the equations.
multibody::Rows drive_finely(Car& c, double seconds, double h) {
  Ledger y{c.x, {}};
  const auto steps = std::lround(seconds / h);
  for (long k = 0; k < steps; ++k)
    y = test::rk4(y, h, [&](const Ledger& at) {
      const auto r = multibody::rates(c.m, c.held, at.x);
      return Ledger{r.state, r.rows};
    });
  c.x = y.x;
  return y.q;
}
// Without dampers; paths, attitudes and springs without knots.
chassis_14dof::Params<double> undamped_car() {
  auto p = test::plain_car();
  p.cg_left = 0.03;
  p.I_xy = 10.0, p.I_xz = -60.0, p.I_yz = 5.0;
  for (auto* axle : {&p.front, &p.rear}) {
    auto& s = axle->suspension;
    s.damper = {};
    s.path_forward = test::line(axle == &p.front ? 0.05 : -0.1, 0.3);
    s.path_outward = test::line(0.08, -0.9);
    s.toe = test::line(0.001, -0.05);
    s.camber = test::line(-0.01, -0.3);
    s.castor = test::line(0.1, 0.4);
    s.anti_roll_stiffness = 12e3;
  }
  return p;
}

// Spinning wheels that swing on their springs; it falls by 18 km.
Car thrown(test::Build b) {
  b.chassis = undamped_car();
  Car c = test::build(b);
  c.held.road.z = -1e6;
  c.x.chassis.v = {20.0, -3.0, 5.0};
  c.x.chassis.omega = {0.7, 2.0, -1.3};
  c.x.Omega = {60.0, -20.0, 35.0, 41.0};
  return c;
}
const double kThrown = 0.5 * 2000.0 * (20.0 * 20.0 + 3.0 * 3.0 + 5.0 * 5.0);  // [J]

TEST(MultibodyEnergy, a_thrown_car_that_spins_keeps_it) {
  Car c = thrown({});
  const double before = test::energy(c), z = c.x.chassis.r.z;
  // Steps of 1 ms: wheels that swing with 27 rad/s lose (omega h)^6 / 72 of some kJ in each.
  const auto q = drive_finely(c, 60.0, 1e-3);
  EXPECT_NEAR(test::energy(c), before, 1e-6 * kThrown);
  EXPECT_EQ(test::lost(q), 0.0);
  EXPECT_EQ(q.work, 0.0);
  EXPECT_LT(c.x.chassis.r.z, z - 17e3);
}

TEST(MultibodyEnergy, a_thrown_car_with_a_rotor_keeps_it) {
  // Body and rotor exchange what their angular momenta make of it.
  Car c = thrown({.units = {test::rear_unit()}});
  c.x.units[0] = {.omega_c = 40.0, .domega = -6.0, .twist_l = 0.01, .twist_r = 0.01};
  const double before = test::energy(c);
  // Steps of 0.5 ms: rotor and wheels swing with 110 rad/s.
  const auto q = drive_finely(c, 60.0, 5e-4);
  EXPECT_NEAR(test::energy(c), before, 1e-6 * kThrown);
  EXPECT_EQ(test::lost(q), 0.0);
  EXPECT_EQ(q.work, 0.0);
}

TEST(MultibodyEnergy, undamped_springs_and_tyres_oscillate_for_ever) {
  // It bounces, rolls and pitches as it rolls on, on tyres that are springs alone: no friction, no damper.
  auto tyre = test::plain_tyre();
  tyre.longitudinal.p_Dx1 = tyre.lateral.p_Dy1 = 0.0;
  tyre.longitudinal.p_Kx1 = 1e-12, tyre.lateral.p_Ky1 = -1e-12;
  Car c = test::build({.chassis = undamped_car(), .tyre = tyre, .units = {test::rear_unit()}});
  const double still = test::energy(c);
  c.x.chassis.r.z += 0.01;
  c.x.chassis.omega = {0.1, 0.2, 0.05};
  const double oscillation = test::energy(c) - still;  // seen from the car
  ASSERT_GT(oscillation, 50.0);
  test::roll_at(c, 20.0);
  const double before = test::energy(c);
  const auto q = drive_finely(c, 60.0, 2.5e-4);
  // Steps of 0.25 ms: wheel hop of 83 rad/s loses (omega h)^6 / 72 in each, 3e-7 in all. The formula has a friction of
  // at least 1e-4, and the car, which nothing guides, turns round until its tyres slide.
  EXPECT_NEAR(test::energy(c) + test::lost(q) - q.work, before, 1e-6 * oscillation);
  EXPECT_LT(test::lost(q), 1e-5 * oscillation);
}

}  // namespace
}  // namespace evsim
