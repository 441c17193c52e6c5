// The mechanics of a run without its electric drives: torques come at once.
#include <gtest/gtest.h>

#include <cmath>

#include "sim/run/mechanics.h"
#include "tests/vehicle/whole_car.h"

namespace evsim {
namespace {

struct Ride {
  Mechanics m;
  Mechanics::Asked asked;
  Mechanics::State s;
  TimeNs t = 0;
  multibody::Rows q{};
  double E_0;
};
Ride ride(const car::Params<double>& p, double v,
          const std::optional<multibody::Trailer>& towed = {}) {
  const Mechanics::Asked asked{
      .tau = {},
      .F_brake = 0.0,
      .braking = false,
      .around = {
          .rho_air = 1.2, .v_wind = 0.0, .sin_alpha = 0.0, .cos_alpha = 1.0, .T_battery = 293.0}};
  Mechanics m(p, test::passenger_tyres(), p.chassis.mass, {}, 1.0, scenario::Straight{}, {}, {},
              towed);
  const auto s = m.start(asked, v, {});
  const double E_0 = m.energy(s);
  return {.m = std::move(m), .asked = asked, .s = s, .E_0 = E_0};
}
// Until a condition holds; returns the time that it took [s].
template <class Done> double drive(Ride& r, double at_most, const Done& done) {
  constexpr TimeNs kTick = 100'000;
  const TimeNs from = r.t;
  while (seconds(r.t - from) < at_most && !done()) {
    if (r.s.control_at <= r.t) r.m.control(r.s, r.asked);
    auto impulse = r.s.commands.tau;
    const auto shafts = r.m.foreseen(r.s);
    double work = 0.0;
    for (std::size_t n = 0; n < impulse.size(); ++n) {
      impulse[n] *= seconds(kTick);
      work += impulse[n] * (shafts.omega_0[n] + 0.5 * seconds(kTick) * shafts.alpha[n]);
    }
    r.m.push(r.s, impulse, work, seconds(kTick));
    r.t += kTick;
    const bool last = r.s.control_at <= r.t;
    if (!last && !r.m.is_due(r.s, seconds(kTick))) continue;
    r.m.step(r.s, r.asked, seconds(r.t));
    r.q = multibody::plus(r.q, 1.0, r.s.last);
  }
  return seconds(r.t - from);
}
double drive(Ride& r, double time) {
  return drive(r, time, [] { return false; });
}
// What is left over of the energy [J].
double residual(const Ride& r) {
  double gears = 0.0;
  const auto& q = r.q;
  for (const double each : q.gears) gears += each;
  const double out = gears + q.differentials + q.shafts + q.brakes + q.air + q.dampers + q.slip +
                     q.rolling + q.tyre_damping + q.moments + q.height + q.hitch + q.towed_height;
  return r.E_0 + q.work + q.steering - r.m.energy(r.s) - out;
}
double wheel_speed(const Ride& r, std::size_t axle) {
  return 0.5 * (r.s.x.Omega[2 * axle] + r.s.x.Omega[2 * axle + 1]);
}

TEST(MechanicsGears, a_shift_changes_the_ratio_and_keeps_the_force_asked_for) {
  const auto p = test::whole_car({.ratio = 16.0, .second_ratio = 8.0, .shift_speed = 20.0});
  Ride r = ride(p, 19.0);
  // The vehicle control unit asks by the ratio that it knows: the first until 20 m/s.
  r.asked.tau[0] = 100.0;
  drive(r, 0.3);
  EXPECT_NEAR(r.m.machine_speed(r.s, 0) / wheel_speed(r, 1), 16.0, 0.05);
  const double a_before = r.s.a;
  drive(r, 5.0, [&] { return gear_control::shifts(r.s.gears[0]); });
  const double v_up = r.s.x.chassis.v.x;
  EXPECT_NEAR(v_up, 20.0, 0.3);  // the control unit believes its wheels
  double least = a_before;
  const double took = drive(r, 1.0, [&] {
    least = std::min(least, r.s.a);
    return !gear_control::shifts(r.s.gears[0]);
  });
  // Torque fades 0.1 s, comes back in 0.1 s; J slip = 0.02 * 8 * 20 / 0.31 = 10.3 Nm s by 50 Nm and 50 Nm.
  EXPECT_NEAR(took, 0.2 + 0.103, 0.03);
  EXPECT_LT(least, 0.2 * a_before);
  EXPECT_NEAR(r.m.machine_speed(r.s, 0) / wheel_speed(r, 1), 8.0, 0.15);  // its shafts swing
  // Half of the slip's energy goes through the synchroniser: 1/2 J slip^2 = 2.7 kJ, the machine takes up the rest.
  EXPECT_LT(std::abs(residual(r)), 1e-6 * r.E_0);
  EXPECT_GT(r.q.gears[0], 500.0);
  // In second the same force takes twice the torque.
  drive(r, 0.1);
  const double believed = gear::engaged_ratio(p.drive_units[0].gears[0], r.s.x.chassis.v.x);
  EXPECT_GT(believed, 8.5);
  EXPECT_NEAR(r.s.commands.tau[0] * 8.0, 100.0 * believed, 40.0);
  // Not at once back into first below 20 m/s.
  r.asked.tau[0] = 0.0, r.asked.F_brake = 4000.0;
  drive(r, 5.0, [&] { return gear_control::shifts(r.s.gears[0]); });
  EXPECT_NEAR(r.s.x.chassis.v.x, 17.0, 0.3);
  drive(r, 1.0);
  EXPECT_NEAR(r.m.machine_speed(r.s, 0) / wheel_speed(r, 1), 16.0, 0.1);
  EXPECT_LT(std::abs(residual(r)), 1e-6 * r.E_0);
}

TEST(MechanicsGears, under_load_a_clutch_takes_over_and_keeps_the_car_pulled) {
  auto p = test::whole_car({.ratio = 16.0, .second_ratio = 8.0, .shift_speed = 20.0});
  std::get<body::Torsional<double>>(p.drive_units[0].shafts).train.shift.sequence.clutch_torque =
      500.0;
  Ride r = ride(p, 19.0);
  r.asked.tau[0] = 100.0;
  drive(r, 0.3);
  const double a_before = r.s.a;
  drive(r, 5.0, [&] { return gear_control::shifts(r.s.gears[0]); });
  double least = a_before;
  const double took = drive(r, 1.0, [&] {
    least = std::min(least, r.s.a);
    return !gear_control::shifts(r.s.gears[0]);
  });
  // The clutch takes 100 Nm over in 0.02 s; J slip = 10.3 Nm s go by 50 Nm of the machine.
  EXPECT_NEAR(took, 0.02 + 0.206 + 0.02, 0.04);
  // 100 Nm in second pull half of what they do in first, until the clutch has what is asked for.
  EXPECT_GT(least, 0.35 * a_before);
  EXPECT_NEAR(r.m.machine_speed(r.s, 0) / wheel_speed(r, 1), 8.0, 0.15);
  EXPECT_LT(std::abs(residual(r)), 1e-6 * r.E_0);
}

TEST(MechanicsBraking, what_is_asked_of_friction_after_the_blending_is_shown) {
  Ride r = ride(test::whole_car(), 15.0);
  r.asked.tau[0] = -60.0, r.asked.braking = true;
  drive(r, 0.5);
  EXPECT_NEAR(r.m.signals(r.s, r.asked).F_brake, 0.0, 1.0);
  // On a road that is believed to carry next to nothing friction gives what the machine may not.
  r.s.control.traction[0].mu_road = 0.05;
  drive(r, 0.002);
  EXPECT_GT(r.m.signals(r.s, r.asked).F_brake, 500.0);
}

TEST(MechanicsGears, a_disconnected_unit_rests_and_the_other_gives_its_share) {
  auto p = test::whole_car();
  test::add_unit(p, "front", drive_unit::Axle::front,
                 {.ratio = 10.0, .efficiency = 0.98, .drag_torque = 1.0});
  std::get<body::Torsional<double>>(p.drive_units[1].shafts).train.disconnect =
      body::Disconnect<double>{.open_below = 0.7, .close_above = 1.0, .delay = 0.2};
  Ride r = ride(p, 15.0);
  r.asked.tau = {15.0, 15.0};  // 300 Nm at the wheels: 0.5 m/s2
  drive(r, 0.1);
  EXPECT_NEAR(r.s.commands.tau[1], 15.0, 1.0);
  drive(r, 2.0);
  EXPECT_TRUE(gear_control::is_open(r.s.gears[1]));
  EXPECT_NEAR(r.s.commands.tau[1], 0.0, 1e-3);
  EXPECT_NEAR(r.s.commands.tau[0], 30.0, 1.0);
  EXPECT_NEAR(r.m.machine_speed(r.s, 1), 0.0, 1.0);  // at rest
  r.asked.tau = {60.0, 60.0};
  const double took = drive(
      r, 2.0, [&] { return !gear_control::shifts(r.s.gears[1]) && r.s.commands.tau[1] > 30.0; });
  EXPECT_LT(took, 1.0);
  EXPECT_NEAR(r.m.machine_speed(r.s, 1), 10.0 * wheel_speed(r, 0), 0.01 * 10.0 * wheel_speed(r, 0));
  EXPECT_LT(std::abs(residual(r)), 1e-6 * r.E_0);
}

TEST(MechanicsTrailer, it_stands_on_a_slope_and_is_pulled_up) {
  const multibody::Trailer box{.params = {.mass = 750.0,
                                          .nose_mass = 50.0,
                                          .I_zz = 800.0,
                                          .hitch_to_axle = 2.6,
                                          .track = 1.5,
                                          .hitch_behind = 1.0},
                               .tyre = test::passenger_tyre()};
  Ride r = ride(test::whole_car(), 0.0, box);
  r.asked.around.sin_alpha = 0.12, r.asked.around.cos_alpha = std::sqrt(1.0 - 0.12 * 0.12);
  r.s = r.m.start(r.asked, 0.0, {});
  r.E_0 = r.m.energy(r.s);
  r.asked.F_brake = 6000.0;
  drive(r, 1.0);
  EXPECT_NEAR(r.s.x.chassis.v.x, 0.0, 0.01);
  EXPECT_NEAR(r.m.signals(r.s, r.asked).body.F_hitch, 750.0 * 9.80665 * 0.12, 20.0);
  r.asked.F_brake = 0.0, r.asked.tau[0] = 250.0;
  drive(r, 3.0);
  const auto seen = r.m.signals(r.s, r.asked).body;
  EXPECT_GT(r.s.x.chassis.v.x, 2.0);
  EXPECT_NEAR(seen.F_hitch, 750.0 * (9.80665 * (0.12 + 0.01) + r.s.a), 40.0);
  EXPECT_NEAR(seen.articulation, 0.0, 1e-3);  // tyres pull a little to one side
  EXPECT_LT(std::abs(residual(r)), 1e-6 * (r.q.work + std::abs(r.q.height)));
}

}  // namespace
}  // namespace evsim
