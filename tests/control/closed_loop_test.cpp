#include "sim/control/closed_loop.h"

#include "tests/control/drive_cases.h"

namespace evsim {
namespace {

using closed_loop::Piece;
using System = closed_loop::System<double>;

System system_of(const car::Params<double>& p, driver::Kind kind) {
  System s;
  s.car = test::prepared(p);
  s.driver = kind;
  s.rho_air = 1.2;
  s.T_battery = 298.0;
  return s;
}
Piece<double> piece(double v_ref, double a_ref, double direction = 1.0) {
  Piece<double> p{};
  p.v_ref = p.reference.v = v_ref;
  p.a_ref = p.reference.a = a_ref;
  p.direction = direction;
  return p;
}
struct Evaluated {
  std::array<double, car::kMaxStates> dy{};
  std::array<double, ledger::kMaxRows> dq{};
  closed_loop::Instant<double> now;
};
Evaluated evaluate(const System& s, const Piece<double>& p,
                   const std::array<double, car::kMaxStates>& y, double t = 0.0) {
  Evaluated e;
  e.now = closed_loop::evaluate(s, p, t, y.data(), e.dy.data(), e.dq.data());
  return e;
}
std::array<double, car::kMaxStates> state(double v, double SOC = 0.6) {
  std::array<double, car::kMaxStates> y{};
  y[car::kV] = v;
  y[car::kSOC] = SOC;
  return y;
}

TEST(ClosedLoop, the_exact_driver_s_car_accelerates_as_its_reference) {
  test::Arguments random(1);
  int driven = 0;
  for (const auto& params : {test::small_car(), test::four_units(), test::coarse_car()}) {
    System s = system_of(params, driver::Kind::exact);
    for (int i = 0; i < 500; ++i) {
      const double v = random.between(0.01, 35), a = random.between(-6, 2);
      s.v_wind = random.between(-5, 5);
      auto p = piece(v, a);
      p.sin_alpha = random.between(-0.1, 0.1);
      const auto e = evaluate(s, p, state(v));
      const double why = e.now.control.limited;
      if (why > 0.0 && why != test::number(vcu::Reason::regeneration)) continue;
      ++driven;
      EXPECT_NEAR(e.now.flows.a, a, 1e-11) << v;  // roundings of 10 kN over 1358 kg
    }
  }
  EXPECT_GT(driven, 1000);
}

TEST(ClosedLoop, the_exact_driver_sets_off_with_its_reference) {
  const System s = system_of(test::small_car(), driver::Kind::exact);
  EXPECT_NEAR(evaluate(s, piece(0.0, 0.7, 0.0), state(0.0)).now.flows.a, 0.7, 1e-12);
}

TEST(ClosedLoop, only_the_exact_driver_has_no_lag) {
  System s = system_of(test::small_car(), driver::Kind::exact);
  EXPECT_TRUE(s.lag_free());
  s.sampled = true;
  EXPECT_FALSE(s.lag_free());
  s = system_of(test::small_car(), driver::Kind::follow);
  EXPECT_FALSE(s.lag_free());
  auto y = state(10.0);
  y[car::kTorque] = 12.0;
  EXPECT_EQ(evaluate(s, piece(10.0, 1.0), y).now.flows.units[0].tau, 12.0);
}

TEST(ClosedLoop, reference_and_grade_are_linear_over_a_piece) {
  auto p = piece(10.0, 0.5);
  p.t_start = 2.0;
  p.sin_alpha = 0.01;
  p.sin_alpha_rate = 0.002;
  p.reference.accelerator = 0.2;
  p.reference.accelerator_rate = 0.1;
  p.reference.brake = 0.4;
  p.reference.brake_rate = -0.1;
  const auto r = closed_loop::reference_at(p, 5.0);
  EXPECT_EQ(r.v, 11.5);
  EXPECT_ROUNDED(r.accelerator, 0.5);
  EXPECT_ROUNDED(r.brake, 0.1);
  const auto around = closed_loop::surroundings(System{}, p, 5.0);
  EXPECT_ROUNDED(around.sin_alpha, 0.016);
  EXPECT_ROUNDED(around.cos_alpha, sqrt(1.0 - 0.016 * 0.016));
}

TEST(ClosedLoop, hooks_scale_and_shift_what_passes) {
  const auto p = piece(10.0, 0.5);
  const auto y = state(10.0);
  System s = system_of(test::small_car(), driver::Kind::follow);
  const double F = evaluate(s, p, y).now.F_request;
  s.hooks.gain[closed_loop::kRequest] = 0.5;
  s.hooks.offset[closed_loop::kRequest] = 100.0;
  EXPECT_ROUNDED(evaluate(s, p, y).now.F_request, 0.5 * F + 100.0);

  s = system_of(test::small_car(), driver::Kind::follow);
  s.hooks.gain[closed_loop::kTorqueCommand] = 0.0;
  s.hooks.offset[closed_loop::kTorqueCommand] = -7.0;
  EXPECT_EQ(evaluate(s, p, y).now.control.command.tau[0], -7.0);

  s = system_of(test::small_car(), driver::Kind::follow);
  s.hooks.offset[closed_loop::kBrakeCommand] = -50.0;  // brakes don't push
  EXPECT_EQ(evaluate(s, p, y).now.control.command.F_brake, 0.0);
}

TEST(ClosedLoop, a_driver_that_sees_a_wrong_speed_corrects_it) {
  System s = system_of(test::small_car(), driver::Kind::follow);
  const auto p = piece(10.0, 0.0);
  const double right = evaluate(s, p, state(10.0)).now.F_request;
  s.hooks.offset[closed_loop::kSeenSpeed] = 1.0;
  // k_p 0.8 too slow, and the drag of 11 m/s counted on instead of that of 10 m/s.
  EXPECT_ROUNDED(evaluate(s, p, state(10.0)).now.F_request, right - 0.8 * 1358.0 + 0.36 * 21.0);
}

TEST(ClosedLoop, sampled_commands_are_held) {
  System s = system_of(test::small_car(), driver::Kind::follow);
  s.sampled = true;
  s.held.control.command.tau[0] = 33.0;
  s.held.control.command.F_brake = 44.0;
  auto y = state(10.0);
  y[car::kDriver] = 0.5;
  const auto e = evaluate(s, piece(20.0, 0.0), y);
  EXPECT_EQ(e.now.control.command.tau[0], 33.0);
  EXPECT_EQ(e.now.control.command.F_brake, 44.0);
  EXPECT_EQ(e.dy[car::kDriver], 0.0);
}

TEST(ClosedLoop, rates_are_those_of_motion_and_charge) {
  const System s = system_of(test::small_car(), driver::Kind::follow);
  auto p = piece(10.0, 0.0);
  p.sin_alpha = 0.05;
  auto y = state(10.0);
  y[car::kU1] = 1.0;
  y[car::kTorque] = 40.0;
  const auto e = evaluate(s, p, y);
  EXPECT_EQ(e.dy[car::kX], 10.0);
  EXPECT_EQ(e.dy[car::kAltitude], 0.5);
  EXPECT_EQ(e.dy[car::kV], e.now.flows.a);
  EXPECT_EQ(e.dy[car::kSOC], e.now.flows.battery_rates.state.SOC);
  EXPECT_EQ(e.dy[car::kU1], e.now.flows.battery_rates.state.u_1);
  EXPECT_EQ(e.dq[ledger::kBattery], e.now.flows.battery.p);
}

}  // namespace
}  // namespace evsim
