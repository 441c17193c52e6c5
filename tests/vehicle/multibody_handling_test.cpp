// Steering at small slip: the car is the linear single-track model of the textbook.
//   m (dv_y/dt + v r) = F_f + F_r,   J dr/dt = l_f F_f - l_r F_r                                  (1)
//   F_f = C_f (delta - (v_y + l_f r) / v),   F_r = -C_r (v_y - l_r r) / v                         (2)
//   steady:  delta = L r / v + K v r,   K = m / L (l_r / C_f - l_f / C_r),   r / delta = v / (L + K v^2)      (3)
//   omega_0^2 = C_f C_r L^2 / (m J v^2) + (C_r l_r - C_f l_f) / J
//   2 D omega_0 = (C_f + C_r) / (m v) + (C_f l_f^2 + C_r l_r^2) / (J v)                           (4)
// C_f, C_r: of an axle, the slopes -dF_y/dalpha of its left and its right tyre at their static loads, each as it is on its
// side. l_f, l_r, m, J: of the whole car about its centre of gravity.
// A tyre that pushes to a side at no slip, S(F_z) on the left, -S on the right, does so by its load. A bend shifts
// loads by F_zl - F_zr = -T a_y, and the axle pushes outward with S' T a_y, S' = dS/dF_z: as linear as slip. So with m_f
// and m_r, the axles' shares of m,
//   K = (m_f + S'_f T_f) / C_f - (m_r + S'_r T_r) / C_r                                          (5)
// Source: M. Mitschke, H. Wallentowitz, Dynamik der Kraftfahrzeuge, 5th ed., part C; T. Gillespie, Fundamentals of
// Vehicle Dynamics, 1992, ch. 6; (5): derivation here.
#include "tests/vehicle/multibody_car.h"

namespace evsim {
namespace {

using test::Car;
using test::drive;

struct SingleTrack {
  double m, J, l_f, l_r, C_f, C_r;
  double L() const { return l_f + l_r; }
  double gradient() const { return m / L() * (l_r / C_f - l_f / C_r); }
  double yaw_gain(double v) const { return v / (L() + gradient() * v * v); }
  double omega_0(double v) const {
    return sqrt(C_f * C_r * L() * L() / (m * J * v * v) + (C_r * l_r - C_f * l_f) / J);
  }
  double damping(double v) const {  // D omega_0
    return 0.5 * ((C_f + C_r) / (m * v) + (C_f * l_f * l_f + C_r * l_r * l_r) / (J * v));
  }
};
// F_y of the tyre on a side (1 left, -1 right) at a small slip angle.
double side_force(tyre::Params<double> p, double side, double F_z, double alpha) {
  p.mirror = side;
  const auto r = test::prepared(p);
  const auto c = tyre::curves<double>(r, {.F_z = F_z, .gamma = 0.0});
  return tyre::forces<double>(r, c, {.kappa = 0.0, .alpha = alpha, .cos_alpha = 1.0}).F_y;
}
double cornering_stiffness(const tyre::Params<double>& p, double F_z) {
  double C = 0.0;
  for (const double side : {1.0, -1.0})
    C -= (side_force(p, side, F_z, 1e-4) - side_force(p, side, F_z, -1e-4)) / 2e-4;
  return C;
}
SingleTrack single_track(const test::Build& b) {
  const auto& p = b.chassis;
  const auto F = test::loads_of_axles(p);
  const double m = test::total_mass(p);
  const double l_f =
      (p.sprung_mass * p.cg_behind_front + 2.0 * p.rear.unsprung_mass * p.wheelbase) / m;
  const double l_r = p.wheelbase - l_f, x = l_f - p.cg_behind_front;
  const auto of_wheels = [](const chassis_14dof::Axle<double>& a, double l) {
    return 2.0 * (a.unsprung_mass * (l * l + 0.25 * a.track * a.track) + a.transverse_inertia);
  };
  return {.m = m,
          .J = p.I_zz + p.sprung_mass * x * x + of_wheels(p.front, l_f) + of_wheels(p.rear, l_r),
          .l_f = l_f,
          .l_r = l_r,
          .C_f = cornering_stiffness(b.tyre, F[0]),
          .C_r = cornering_stiffness(b.tyre, F[1])};
}

// The passenger tyre without moments, rolling resistance, forces by camber and what it does at no slip.
tyre::Params<double> guiding_tyre() {
  auto p = test::passenger_tyre();
  p.aligning = {};
  p.overturning = {};
  p.rolling = {};
  auto& l = p.scaling;
  l.gamma_x = l.gamma_y = l.K_ygamma = 0.0;
  l.H_x = l.V_x = l.H_y = l.V_y = l.Vykappa = 0.0;
  return p;
}
test::Build guided(double cg_behind_front) {
  test::Build b{.tyre = guiding_tyre()};
  b.chassis.cg_behind_front = cg_behind_front;
  return b;
}
void steer(Car& c, double delta) {
  c.held.steer = chassis_14dof::steered<double>({delta, delta, 0.0, 0.0});
}
// Coasts until it turns steadily: 8 s in which nothing brakes but the tyres, by 10 mm/s.
void turn(Car& c, double v, double delta) {
  test::roll_at(c, v);
  steer(c, delta);
  drive(c, 8.0, 5e-4);
}
double gradient_of(const Car& c, const SingleTrack& s, double delta) {
  const double r = c.x.chassis.omega.z, v = c.x.chassis.v.x;
  return (delta - s.L() * r / v) / (v * r);
}
constexpr double kTenth = 0.1 * chassis_14dof::kGravity;

class MultibodySteady : public testing::TestWithParam<double> {};
TEST_P(MultibodySteady, turns_at_a_tenth_of_g_as_the_single_track_model) {
  const auto b = guided(GetParam());
  const SingleTrack s = single_track(b);
  EXPECT_EQ(s.gradient() > 0.0, GetParam() < 1.5);
  EXPECT_GT(abs(s.gradient()), 1.7e-3);  // one degree more or less for each g
  for (const double v : {15.0, 25.0}) {
    const double delta = kTenth / (v * s.yaw_gain(v));
    Car c = test::build(b);
    turn(c, v, delta);
    const double r = c.x.chassis.omega.z, now = c.x.chassis.v.x;
    EXPECT_NEAR(now * r, kTenth, 0.02 * kTenth) << v;  // it has slowed down a little
    // The bend of the tyre's curves over slip and load: below 1 % at 0.1 g, and a hundredth of it at 0.01 g.
    EXPECT_NEAR(r / delta, s.yaw_gain(now), 0.01 * s.yaw_gain(now)) << v;
    EXPECT_NEAR(gradient_of(c, s, delta), s.gradient(), 0.01 * abs(s.gradient())) << v;
    Car slow = test::build(b);
    turn(slow, v, 0.1 * delta);
    EXPECT_NEAR(gradient_of(slow, s, 0.1 * delta), s.gradient(), 2e-4 * abs(s.gradient())) << v;
  }
}
INSTANTIATE_TEST_SUITE_P(UnderAndOversteering, MultibodySteady, testing::Values(1.25, 1.75));

TEST(MultibodyHandling, tyres_that_pull_to_their_sides_steer_by_their_loads) {
  for (const double cg : {1.25, 1.75}) {
    auto b = guided(cg);
    b.tyre.scaling.H_y = b.tyre.scaling.V_y = 1.0;
    const SingleTrack s = single_track(b);
    const double v = 20.0, delta = 0.1 * kTenth / (v * s.yaw_gain(v));
    Car c = test::build(b);
    turn(c, v, delta);
    const auto F = array<double>(test::now(c).F_z);
    const double a_y = c.x.chassis.v.x * c.x.chassis.omega.z;
    const auto load = test::loads_of_axles(b.chassis);
    const auto slope = [&](double F_z) {
      return (side_force(b.tyre, 1.0, F_z + 1.0, 0.0) - side_force(b.tyre, 1.0, F_z - 1.0, 0.0)) /
             2.0;
    };
    const double front = s.m * s.l_r / s.L() + slope(load[0]) * (F[1] - F[0]) / a_y;
    const double rear = s.m * s.l_f / s.L() + slope(load[1]) * (F[3] - F[2]) / a_y;
    const double K = front / s.C_f - rear / s.C_r;
    EXPECT_GT(abs(K - s.gradient()), 0.03 * abs(K));
    // The shift of a tyre that slips is not that at alpha = 0: a tenth of what it does.
    EXPECT_NEAR(gradient_of(c, s, delta), K, 4e-3 * abs(K)) << cg;
  }
}

TEST(MultibodyHandling, brakes_on_one_side_turn_it_by_their_moment) {
  // A yaw moment M in (1): r = M v (C_f + C_r) / (C_f C_r L^2 + m v^2 (C_r l_r - C_f l_f)).
  const auto b = guided(1.25);
  const SingleTrack s = single_track(b);
  const double v = 20.0, tau = 20.0;
  Car c = test::build(b);
  test::roll_at(c, v);
  c.held.brake = {tau, 0.0, tau, 0.0};
  drive(c, 4.0, 5e-4);
  const auto F = test::now(c).F_x;
  const double M = -0.5 * b.chassis.front.track * (F[0] + F[2] - F[1] - F[3]);
  EXPECT_GT(M, 90.0);
  const double now = c.x.chassis.v.x;
  const double r =
      M * now * (s.C_f + s.C_r) /
      (s.C_f * s.C_r * s.L() * s.L() + s.m * now * now * (s.C_r * s.l_r - s.C_f * s.l_f));
  EXPECT_NEAR(c.x.chassis.omega.z, r, 0.01 * r);  // it slows down by 60 mm/s2 all the while
}

// Springs and carcasses so stiff that neither roll nor the tyres' lag joins in: 1e7 N/m.
test::Build stiff(double cg_behind_front) {
  auto b = guided(cg_behind_front);
  b.springs = {1e7, 1e7};
  b.tyre.vertical.c_z = 1e7;
  b.tyre.structural.c_x0 = b.tyre.structural.c_y0 = 1e8;
  for (auto* axle : {&b.chassis.front, &b.chassis.rear})
    axle->suspension.damper = test::line(0.0, 40e3);
  return b;
}

TEST(MultibodyHandling, answers_a_small_step_with_the_natural_frequency_of_yaw_and_slip) {
  const auto b = stiff(1.2);
  const SingleTrack s = single_track(b);
  constexpr double kEach = 0.1;
  for (const double v : {30.0, 50.0}) {
    Car c = test::build(b);
    test::roll_at(c, v);
    drive(c, 0.2, 5e-5);
    steer(c, 1e-3);
    drive(c, 0.1, 5e-5);  // carcasses and springs are stiff, not rigid
    std::vector<double> yaw_rate, a_y;
    for (int k = 0; k < 25; ++k) {
      drive(c, kEach, 5e-5);
      const auto& x = c.x.chassis;
      yaw_rate.push_back(x.omega.z);
      a_y.push_back(test::now(c).state.chassis.v.y + x.v.x * x.omega.z);
    }
    for (auto* y : {&yaw_rate, &a_y}) {
      for (std::size_t k = 0; k + 1 < y->size(); ++k) (*y)[k] = (*y)[k + 1] - (*y)[k];
      y->pop_back();  // steps swing about 0
      const auto seen = test::swing(*y, kEach);
      EXPECT_NEAR(seen.omega_0(), s.omega_0(v), 0.01 * s.omega_0(v)) << v;
      EXPECT_NEAR(seen.delta, s.damping(v), 0.01 * s.omega_0(v)) << v;
    }
    EXPECT_NEAR(c.x.chassis.omega.z, 1e-3 * s.yaw_gain(v), 0.01 * 1e-3 * s.yaw_gain(v)) << v;
  }
}

}  // namespace
}  // namespace evsim
