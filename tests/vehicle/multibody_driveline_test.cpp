// The car along its way, worked by hand: torsion between rotor and wheels, coasting down.
#include <algorithm>

#include "tests/vehicle/multibody_car.h"

namespace evsim {
namespace {

using test::Car;
using test::drive;

constexpr double kShaft = 10e3, kDamping = 20.0;          // each [Nm/rad], [Nm s/rad]
constexpr double kWheel = 1.2;                            // of plain_car [kg m2]
constexpr double kCarrier = 0.07 + 100.0 * test::kRotor;  // all that turns with the carrier [kg m2]

multibody::Unit unit() {
  return test::rear_unit({.ratio = test::kRatio, .efficiency = 1.0, .drag_torque = 0.0},
                         {.stiffness = kShaft, .damping = kDamping});
}
// Twist of the left shaft, every 1 ms, after a kick of the carrier.
test::Swing after_a_kick(Car& c, double seconds) {
  c.x.units[0].omega_c += 1.0;
  std::vector<double> twist;
  for (double t = 0.0; t < seconds; t += 1e-3) {
    twist.push_back(c.x.units[0].twist_l);
    drive(c, 1e-3);
  }
  EXPECT_NEAR(c.x.units[0].twist_l, c.x.units[0].twist_r, 1e-12);
  return test::swing(twist, 1e-3);
}
// Two inertias on both shafts: omega_0^2 = 2 k / J, 2 delta = 2 c / J, 1/J = 1/J_1 + 1/J_2.
void expect_swing(const test::Swing& seen, double per_J) {
  const double omega_0 = sqrt(2.0 * kShaft * per_J), delta = kDamping * per_J;
  EXPECT_NEAR(seen.omega_0(), omega_0, 1e-3 * omega_0);
  EXPECT_NEAR(seen.omega, sqrt(omega_0 * omega_0 - delta * delta), 1e-3 * omega_0);
  EXPECT_NEAR(seen.delta, delta, 1e-3 * omega_0);
}

TEST(MultibodyDriveline, rotor_swings_against_free_wheels_as_two_masses) {
  Car c = test::build({.units = {unit()}});
  c.held.gravity = {0.0, 0.0, 0.0};
  c.x.chassis.r.z += 1.0;  // off the road
  // Both lie 0.5 m beside their springs' rest, but that moves no shaft. A wheel that turns in the air has no other torque.
  expect_swing(after_a_kick(c, 0.3), 1.0 / kCarrier + 1.0 / (2.0 * kWheel));
}

TEST(MultibodyDriveline, rotor_swings_against_wheels_that_brakes_hold) {
  // The wheels are one with the body, which takes up what the rotor's housing reacts with: a part in 2800 kg m2.
  for (const double height : {0.0, 1.0}) {
    Car c = test::build({.units = {unit()}});
    c.x.chassis.r.z += height;
    c.held.brake.fill(4000.0);
    expect_swing(after_a_kick(c, 0.3), 1.0 / kCarrier);
  }
}

// ---- Machines of one wheel each ---------------------------------------------------------------------

Car driven_by_two(const half_shaft::Params<double>& shaft = {.stiffness = kShaft,
                                                             .damping = kDamping},
                  const gear::Params<double>& stage = {
                      .ratio = test::kRatio, .efficiency = 1.0, .drag_torque = 0.0}) {
  return test::build({.units = {test::wheel_unit(Turns::left, stage, shaft),
                                test::wheel_unit(Turns::right, stage, shaft)}});
}

TEST(MultibodyDriveline, a_rotor_swings_against_its_one_wheel_and_leaves_the_other_alone) {
  Car c = driven_by_two();
  c.held.gravity = {0.0, 0.0, 0.0};
  c.x.chassis.r.z += 1.0;  // off the road
  c.x.units[1].omega_c += 1.0;
  std::vector<double> twist;
  for (double t = 0.0; t < 0.3; t += 1e-3) {
    twist.push_back(c.x.units[1].twist_r);
    drive(c, 1e-3);
  }
  // Both inertias on one shaft: half of rear_unit's carrier against one wheel.
  const double per_J = 2.0 / kCarrier + 1.0 / kWheel;
  const test::Swing seen = test::swing(twist, 1e-3);
  const double omega_0 = sqrt(kShaft * per_J);
  EXPECT_NEAR(seen.omega_0(), omega_0, 1e-3 * omega_0);
  EXPECT_NEAR(seen.delta, 0.5 * kDamping * per_J, 1e-3 * omega_0);
  // The left wheel feels the body's pitch alone, under what the rotor's housing reacts with.
  EXPECT_EQ(c.x.units[1].twist_l, 0.0);
  EXPECT_LT(std::abs(c.x.units[0].twist_l), 1e-3 * std::abs(*std::ranges::max_element(twist)));
}

TEST(MultibodyDriveline, two_machines_of_half_the_size_are_one_behind_a_differential) {
  Car one = test::build({.units = {unit()}}), two = driven_by_two();
  for (Car* c : {&one, &two}) test::roll_at(*c, 10.0);
  one.held.tau[0] = 200.0, two.held.tau[0] = two.held.tau[1] = 100.0;
  drive(one, 2.0), drive(two, 2.0);
  EXPECT_GT(one.x.chassis.v.x, 11.0);
  EXPECT_NEAR(two.x.chassis.v.x, one.x.chassis.v.x, 1e-9);
  EXPECT_NEAR(two.x.units[0].twist_l, one.x.units[0].twist_l, 1e-9);
}

TEST(MultibodyDriveline, the_books_of_two_machines_that_pull_apart_close) {
  Car c = driven_by_two({.stiffness = kShaft, .damping = kDamping, .backlash = 0.005},
                        {.ratio = test::kRatio, .efficiency = 0.97, .drag_torque = 0.2});
  test::roll_at(c, 15.0);
  const double E_0 = test::energy(c);
  const auto q = drive(c, 3.0, 1e-4, [&](double t) {
    c.held.tau[0] = 80.0 * std::sin(2.0 * t), c.held.tau[1] = 120.0 * std::cos(3.0 * t);
    const double delta = 0.02 * std::sin(5.0 * t);
    c.held.steer = chassis_14dof::steered<double>({delta, delta, 0.0, 0.0});
  });
  EXPECT_GT(q.shafts, 0.0);
  EXPECT_EQ(q.differentials, 0.0);
  EXPECT_GT(std::abs(test::attitude(c).yaw), 0.01);
  // As the other cars' books: fourth order in steps of 0.1 ms, play included.
  const double moved = std::abs(q.work) + q.air + std::abs(q.height) + test::lost(q);
  EXPECT_NEAR(E_0 + q.work + q.steering, test::energy(c) + test::lost(q), 2e-6 * moved);
}

TEST(MultibodyDriveline, more_torque_on_the_right_turns_the_car_to_the_left) {
  // +-dtau at the wheels: M = 2 dtau / R_e t / 2. As it sets in the yaw acceleration is M / I_zz: wheels of the front have no
  // angle yet. I_zz of the whole car: 3000 kg m2 and four wheels of 40 kg at 1.5 and 0.8 m with 0.7 kg m2 each.
  Car c = driven_by_two();
  test::roll_at(c, 20.0);
  drive(c, 1.0);
  const double before = c.x.chassis.omega.z, dtau = 20.0, h = 0.06;
  c.held.tau[0] -= dtau, c.held.tau[1] += dtau;
  drive(c, h);
  const double M = dtau * test::kRatio / c.R_e * 1.6;
  const double I_zz = 3000.0 + 4.0 * (40.0 * (1.5 * 1.5 + 0.8 * 0.8) + 0.7);
  // Shafts and carcasses wind up over some 20 ms, so no more than it, and most of it.
  EXPECT_GT(c.x.chassis.omega.z - before, 0.5 * M / I_zz * h);
  EXPECT_LT(c.x.chassis.omega.z - before, M / I_zz * h);
}

// ---- Coasting down ------------------------------------------------------------------------------

constexpr double kTurning = 4.0 * kWheel + kCarrier;  // all that turns with the wheels [kg m2]
constexpr double kR = 0.35;                           // of test::plain_tyre
constexpr double kEquivalent = 2000.0 + kTurning / (kR * kR);

TEST(MultibodyDriveline, coasts_down_in_air_by_the_closed_form) {
  // m_e dv/dt = -k (v + w)^2, wind w from ahead: v + w = (v_0 + w) / (1 + k (v_0 + w) t / m_e), k = 1/2 rho C_D A.
  for (const double w : {0.0, 15.0}) {
    Car c = test::build({.tyre = test::plain_tyre(), .C_D = 0.3, .units = {unit()}});
    c.held.wind = {-w, 0.0, 0.0};
    test::roll_at(c, 50.0);
    drive(c, 2.0, 2e-4);  // until it has settled under the air's moment
    const double v_0 = c.x.chassis.v.x, x_0 = c.x.chassis.r.x, t = 20.0;
    const auto q = drive(c, t, 2e-4);
    const double rate = 0.5 * 1.2 * 0.3 * 2.3 * (v_0 + w) / kEquivalent;
    const double v = c.x.chassis.v.x;
    // The slip that slows the wheels' spin down: a force of 100 N over a stiffness of 490 kN.
    EXPECT_NEAR(v, (v_0 + w) / (1.0 + rate * t) - w, 2e-5 * v_0);
    EXPECT_NEAR(c.x.chassis.r.x - x_0, (v_0 + w) / rate * std::log(1.0 + rate * t) - w * t,
                2e-5 * v_0 * t);
    // What the air took is what the car has lost.
    EXPECT_NEAR(q.air, 0.5 * kEquivalent * (v_0 * v_0 - v * v), 1e-4 * q.air);
  }
}

TEST(MultibodyDriveline, coasts_to_rest_under_rolling_resistance_by_the_closed_form) {
  // f m g R_0 / R_e against m_e: v = v_0 - a t, to rest after v_0^2 / (2 a).
  auto tyre = test::plain_tyre();
  const double f = 0.02;
  tyre.rolling.q_sy1 = f;
  Car c = test::build({.tyre = tyre, .units = {unit()}});
  test::roll_at(c, 5.0);
  drive(c, 1.0);
  const double v_0 = c.x.chassis.v.x, x_0 = c.x.chassis.r.x;
  const double a = f * 2000.0 * chassis_14dof::kGravity / kEquivalent;
  drive(c, 10.0);
  EXPECT_NEAR(c.x.chassis.v.x, v_0 - a * 10.0, 1e-5 * v_0);
  EXPECT_NEAR(c.x.chassis.r.x - x_0, v_0 * 10.0 - 0.5 * a * 100.0, 1e-5 * v_0 * 10.0);
  // Near rest the resistance is a v / sqrt(v^2 + V^2), V = 20 mm/s: V^2 / (2 a) (1/2 + ln(2 v_0 / V)) further.
  const double V = tyre::kRollingSpeed, way = 0.5 * v_0 * v_0 / a;
  const double further = 0.5 * V * V / a * (0.5 + std::log(2.0 * v_0 / V));
  drive(c, (v_0 - a * 10.0) / a + 5.0);
  EXPECT_NEAR(c.x.chassis.r.x - x_0, way + further,
              5e-5 * way);  // the slip, as above, over v_0 / a
  EXPECT_LT(abs(c.x.chassis.v.x), 1e-4);
}

}  // namespace
}  // namespace evsim
