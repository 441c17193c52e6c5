#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/run/simulation.h"
#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

using scenario::Mode;
using scenario::Override;
using scenario::SetParameter;
using scenario::SetState;
using test::at;
using test::finish;

// Cruising at 20 m/s, 100 s.
Case cruise(std::vector<scenario::Event> timeline = {}) {
  Case c = test::case_of(test::small_car(), {},
                         scenario::ConstantSpeed{.v = 20.0, .duration = 100.0, .gains = {}});
  c.scenario.initial.v = 20.0;
  c.scenario.initial.steady = true;
  c.scenario.timeline = std::move(timeline);
  return c;
}
void to(Simulation& s, double t) {
  while (s.t() < t) s.step();
}
// From an instant on: behind a command steps are short, so one ends before the next instant.
void between_two_steps(Simulation& s) {
  s.command({.t = 0.0, .command = SetState{.state = "v_m_per_s", .value = s.instant().flows.v}});
  s.step();
  ASSERT_GT(s.snapshot().step, 0);
}
std::string refusal(Simulation& s, decltype(scenario::Event::command) command) {
  try {
    s.command({.t = 0.0, .command = std::move(command)});
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

// ---- Parameters -----------------------------------------------------------------------------------

TEST(Commands, a_parameter_changes_at_its_time_and_the_books_close) {
  Simulation s(cruise({at(50.0, SetParameter{.path = "auxiliaries.power_W", .value = 2400.0})}),
               test::set_some);
  finish(s);
  EXPECT_ROUNDED(s.snapshot().q[ledger::kAuxiliaries], 50.0 * (400.0 + 2400.0));
  EXPECT_EQ(s.vehicle().auxiliaries.power, 2400.0);
  EXPECT_EQ(s.input().vehicle.auxiliaries.power, 400.0);
  EXPECT_LT(s.books().relative(), 1e-6);
}

// The test mass follows the kerb mass: 200 kg at 20 m/s are 40 kJ, and roll with more resistance.
TEST(Commands, a_heavier_car_at_speed_is_booked_as_intervention_and_needs_more) {
  const auto run = [](double more) {
    const double mass = test::small_car().chassis.mass + more;
    Case c = cruise({at(50.0, SetParameter{.path = "chassis.mass_kg", .value = mass})});
    c.scenario.test_mass = scenario::KerbPlus{.payload = 75.0};
    c.test_mass = test_mass(c.scenario.test_mass, c.vehicle);
    Simulation s(std::move(c), test::set_some);
    finish(s);
    EXPECT_NEAR(s.snapshot().intervention, 0.5 * more * 400.0, 5e-3);
    EXPECT_LT(s.books().relative(), 1e-6);
    return s.snapshot().q[ledger::kRolling];
  };
  EXPECT_GT(run(200.0), 1.05 * run(0.0));
}

TEST(Commands, a_heavier_wheel_at_speed_is_booked_as_intervention) {
  // + 4 x 0.9 kg m2 at 20 m/s: 1/2 (3.6 / 0.09 kg) 400 = 8 kJ.
  Simulation s(
      cruise({at(50.0, SetParameter{.path = "chassis.wheel_inertia_kg_m2", .value = 1.8})}),
      test::set_some);
  finish(s);
  EXPECT_NEAR(s.snapshot().intervention, 8000.0, 1e-3);  // the speed is 20 m/s to 1e-9
  EXPECT_LT(s.books().relative(), 1e-6);
}

TEST(Commands, without_a_setter_parameters_can_t_be_set) {
  Simulation s(cruise());
  EXPECT_NE(refusal(s, SetParameter{.path = "auxiliaries.power_W", .value = 1.0}), "");
}

// ---- Overrides ------------------------------------------------------------------------------------

TEST(Commands, a_signal_is_held_in_its_unit_until_it_is_released) {
  Simulation s(cruise(
      {at(10.0, Override{.signal = "vcu.tau.rear_Nm", .mode = Mode::hold, .value = 30.0}),
       at(20.0, Override{.signal = "vcu.tau.rear_Nm", .mode = Mode::release, .value = 0.0})}));
  to(s, 5.0);
  const double before = s.instant().control.command.tau[0];
  to(s, 10.0);
  EXPECT_EQ(s.instant().control.command.tau[0], 30.0);
  to(s, 19.0);
  EXPECT_EQ(s.instant().control.command.tau[0], 30.0);
  finish(s);
  EXPECT_NEAR(s.instant().control.command.tau[0], before, 0.05);  // back at its speed
  EXPECT_LT(s.books().relative(), 1e-6);
}

TEST(Commands, a_signal_is_scaled_and_shifted) {
  Simulation s(cruise());
  const double F = s.instant().F_request;
  s.command(
      {.t = 0,
       .command = Override{.signal = "driver.F_request_N", .mode = Mode::scale, .value = 0.5}});
  EXPECT_ROUNDED(s.instant().F_request, 0.5 * F);
  s.command(
      {.t = 0,
       .command = Override{.signal = "driver.F_request_kN", .mode = Mode::offset, .value = 0.1}});
  EXPECT_ROUNDED(s.instant().F_request, F + 100.0);  // the scale is gone: one override a signal
  s.command(
      {.t = 0,
       .command = Override{.signal = "driver.F_request_N", .mode = Mode::release, .value = 0}});
  EXPECT_EQ(s.instant().F_request, F);
}

TEST(Commands, brakes_can_be_pressed_by_hand) {
  Simulation s(
      cruise({at(10.0, Override{.signal = "vcu.F_brake_N", .mode = Mode::hold, .value = 2000.0})}));
  finish(s);
  EXPECT_GT(s.snapshot().q[ledger::kBrake], 1e6);
  EXPECT_LT(s.books().relative(), 1e-6);
}

TEST(Commands, noise_is_that_of_the_seed_and_leaves_the_books_closed) {
  Case c = cruise(
      {at(0.0, Override{.signal = "driver.v_seen_km_per_h", .mode = Mode::noise, .value = 1.0})});
  Simulation a(c), b(c);
  c.scenario.seed = 2;
  Simulation other(c);
  for (Simulation* s : {&a, &b, &other}) finish(*s);
  EXPECT_TRUE(test::same_state(a.snapshot(), b.snapshot()));
  EXPECT_FALSE(test::same_state(a.snapshot(), other.snapshot()));
  EXPECT_GT(a.snapshot().extremes.trace_error, 0.01);
  EXPECT_LT(a.books().relative(), 1e-6);
}

TEST(Commands, noise_has_its_standard_deviation) {
  Case c = cruise(
      {at(0.0, Override{.signal = "driver.v_seen_m_per_s", .mode = Mode::noise, .value = 0.2})});
  c.scenario.record.rate = 20.0;
  Simulation s(c);
  double sum = 0.0, squares = 0.0;
  int n = 0;
  s.on_record = [&](const Simulation& now) {
    const double x = now.snapshot().hooks.offset[closed_loop::kSeenSpeed];
    sum += x;
    squares += x * x;
    ++n;
  };
  finish(s);
  ASSERT_EQ(n, 2000);
  EXPECT_NEAR(sum / n, 0.0, 4.0 * 0.2 / sqrt(2000.0));  // four standard errors
  EXPECT_NEAR(sqrt(squares / n), 0.2, 4.0 * 0.2 / sqrt(4000.0));
}

// ---- States ---------------------------------------------------------------------------------------

TEST(Commands, a_jump_of_the_speed_is_booked_as_intervention) {
  Simulation s(cruise({at(50.0, SetState{.state = "v_km_per_h", .value = 36.0})}));
  finish(s);
  // From 20 m/s to 10 m/s: 1/2 1358 kg (100 - 400); the trace error shows the jump.
  EXPECT_NEAR(s.snapshot().intervention, -203700.0, 0.1);
  EXPECT_NEAR(s.snapshot().extremes.trace_error, 10.0, 1e-6);
  EXPECT_LT(s.books().relative(), 1e-6);
}

TEST(Commands, a_jump_of_the_charge_is_booked_by_the_content_of_the_battery) {
  Case c = cruise();
  c.vehicle = test::coarse_car();
  Simulation before(c);
  to(before, 50.0);
  c.scenario.timeline = {at(50.0, SetState{.state = "SOC", .value = 0.5})};
  Simulation s(c);
  finish(s);
  // 150 MJ from empty to full.
  EXPECT_NEAR(s.snapshot().intervention, 1.5e8 * (0.5 - before.snapshot().y[car::kSOC]), 1e-3);
  EXPECT_LT(s.books().relative(), 1e-6);
}

TEST(Commands, a_jump_to_rest_and_back_is_booked_twice) {
  Simulation s(cruise({at(30.0, SetState{.state = "v_m_per_s", .value = 0.0}),
                       at(30.0, SetState{.state = "v_m_per_s", .value = 20.0})}));
  finish(s);
  EXPECT_NEAR(s.snapshot().intervention, 0.0, 1e-3);
  EXPECT_LT(s.books().relative(), 1e-6);
}

TEST(Commands, a_jump_between_two_steps_takes_effect_at_once) {
  Simulation s(cruise());
  to(s, 33.0);
  between_two_steps(s);
  s.command({.t = 0.0, .command = SetState{.state = "v_m_per_s", .value = -1.0}});
  EXPECT_EQ(s.instant().flows.v, -1.0);
  finish(s);
  EXPECT_LT(s.books().relative(), 1e-6);
}

// ---- Log and refusals -----------------------------------------------------------------------------

TEST(Commands, each_is_logged_with_its_time_in_order) {
  Simulation s(cruise({at(50.0, SetParameter{.path = "auxiliaries.power_W", .value = 500.0}),
                       at(20.0, SetState{.state = "SOC", .value = 0.6})}),
               test::set_some);
  to(s, 60.0);
  s.command({.t = 0.0, .command = SetParameter{.path = "chassis.mu", .value = 0.8}});
  finish(s);
  ASSERT_EQ(s.command_log().size(), 3u);
  EXPECT_EQ(s.command_log()[0].t, 20.0);
  EXPECT_EQ(s.command_log()[1].t, 50.0);
  EXPECT_EQ(s.command_log()[2].t, 60.0);
  EXPECT_EQ(std::get<SetParameter>(s.command_log()[2].command).value, 0.8);
}

TEST(Commands, equal_times_are_applied_in_the_order_of_the_file) {
  Simulation s(cruise({at(10.0, SetParameter{.path = "auxiliaries.power_W", .value = 1.0}),
                       at(10.0, SetParameter{.path = "auxiliaries.power_W", .value = 2.0})}),
               test::set_some);
  finish(s);
  EXPECT_EQ(s.vehicle().auxiliaries.power, 2.0);
}

TEST(Commands, a_log_replayed_as_a_timeline_gives_the_same_bits) {
  Simulation live(cruise(), test::set_some);
  to(live, 40.0);
  live.command({.t = 0.0, .command = SetParameter{.path = "auxiliaries.power_W", .value = 900.0}});
  live.command({.t = 0.0, .command = SetState{.state = "v_m_per_s", .value = 18.0}});
  to(live, 55.0);
  live.command(
      {.t = 0.0,
       .command = Override{.signal = "driver.F_request_N", .mode = Mode::scale, .value = 1.1}});
  finish(live);
  Simulation replay(cruise(live.command_log()), test::set_some);
  finish(replay);
  EXPECT_TRUE(test::same_state(live.snapshot(), replay.snapshot()));
}

TEST(Commands, a_log_of_commands_between_instants_replays_to_the_same_bits) {
  Simulation live(cruise(), test::set_some);
  to(live, 40.0);
  between_two_steps(live);
  live.command({.t = 0.0, .command = SetParameter{.path = "auxiliaries.power_W", .value = 900.0}});
  finish(live);
  Simulation replay(cruise(live.command_log()), test::set_some);
  finish(replay);
  EXPECT_TRUE(test::same_state(live.snapshot(), replay.snapshot()));
}

TEST(Commands, what_does_not_exist_is_refused_with_what_is_known) {
  Simulation s(cruise(), test::set_some);
  const std::string signal =
      refusal(s, Override{.signal = "driver.F_request", .mode = Mode::hold, .value = 0});
  EXPECT_NE(signal.find("driver.F_request_"), std::string::npos) << signal;
  EXPECT_NE(signal.find("vcu.tau.rear_"), std::string::npos) << signal;
  const std::string state = refusal(s, SetState{.state = "speed_km_per_h", .value = 0});
  EXPECT_NE(state.find("v_km_per_h"), std::string::npos) << state;
  EXPECT_EQ(s.command_log().size(), 0u);
}

}  // namespace
}  // namespace evsim
