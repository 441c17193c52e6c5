#include "sim/run/simulation.h"

#include <cstdio>

#include "sim/base/errors.h"
#include "sim/components/machine_map.h"
#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

using test::case_of;
using test::finish;
using test::short_case;
using test::short_trip;
using test::small_car;

double energy(const Simulation& s) { return s.snapshot().q[ledger::kBattery]; }
double residual(const Simulation& s) { return s.books().relative(); }

Case standing_on(double grade, double seconds = 60.0) {
  Case c =
      case_of(small_car(), {}, scenario::ConstantSpeed{.v = 0.0, .duration = seconds, .gains = {}});
  c.scenario.environment.grade = grade;
  return c;
}

// ---- What a run is made of ------------------------------------------------------------------------

TEST(Simulation, test_masses_by_hand) {
  const auto p = small_car();  // 1200 kg, at most 1600 kg
  EXPECT_EQ(test_mass(scenario::Fixed{.mass = 1234.0}, p), 1234.0);
  EXPECT_EQ(test_mass(scenario::KerbPlus{.payload = 80.0}, p), 1280.0);
  EXPECT_EQ(test_mass(scenario::Wltp{}, p), 1345.0);     // 1200 + 75 + 25 + 0.15 x 300
  EXPECT_EQ(test_mass(scenario::Iso8715{}, p), 1400.0);  // 400 kg of payload: half of it
  EXPECT_EQ(test_mass(scenario::Epa{}, p), 1200.0 + 300.0 * 0.45359237);
  auto unknown = p;
  unknown.chassis.gross_mass = kInfinity;
  EXPECT_THROW(test_mass(scenario::Wltp{}, unknown), InputError);
}

TEST(Simulation, contradicting_figures_are_an_input_error) {
  Case c = short_case();
  c.vehicle.drive_units[0].machine.losses =
      machine::Map<double>{.p_loss = test::table({0, 1}, {0, 1}, {0, 0, 0, 0}),
                           .I_peak = test::table({0, 2}, {0, 1}, {0, 0, 0, 0})};
  EXPECT_THROW(Simulation{c}, InputError);
}

TEST(Simulation, time_advances_to_the_end_of_the_trace_and_not_beyond) {
  Simulation s(short_case());
  double last = 0.0;
  while (s.step()) {
    EXPECT_GT(s.t(), last);
    last = s.t();
  }
  EXPECT_EQ(s.t(), 60.0);
  EXPECT_EQ(s.end(), End::trace_done);
  EXPECT_FALSE(s.step());
  EXPECT_EQ(s.t(), 60.0);
}

TEST(Simulation, records_at_its_rate_in_order) {
  Case c = short_case();
  c.scenario.record.rate = 2.0;
  Simulation s(c);
  std::vector<double> times;
  s.on_record = [&](const Simulation& now) { times.push_back(now.t()); };
  finish(s);
  ASSERT_EQ(times.size(), 120u);  // the first instant has passed when the simulation stands
  for (std::size_t i = 0; i < times.size(); ++i)
    EXPECT_EQ(times[i], 0.5 * static_cast<double>(i + 1));
}

// ---- Conservation ---------------------------------------------------------------------------------

TEST(Simulation, books_close_for_every_kind_of_car_on_a_hill_in_the_wind) {
  auto coast_down = test::four_units();
  coast_down.road_load = road_load::CoastDown<double>{.A = 130.0, .B = 1.0, .C = 0.4};
  for (const auto& p : {small_car(), test::four_units(), test::coarse_car(), coast_down}) {
    Case c = case_of(p, test::hilly_trip());
    c.scenario.environment.wind = 5.0;
    Simulation s(c);
    finish(s);
    EXPECT_LT(residual(s), 1e-6);
    EXPECT_GT(s.books().throughput, 1e5);
  }
}

TEST(Simulation, the_energy_of_a_trip_is_that_of_steps_eight_times_shorter) {
  Case c = short_case();
  Simulation coarse(c);
  c.scenario.solver.h /= 8.0;
  Simulation fine(c);
  finish(coarse);
  finish(fine);
  std::printf("energy at the default step: %.2e off\n", energy(coarse) / energy(fine) - 1.0);
  EXPECT_NEAR(energy(coarse) / energy(fine), 1.0, 1e-5);  // the bar of a run against --verify
}

// ---- Rest -----------------------------------------------------------------------------------------

TEST(Simulation, a_car_at_rest_on_a_grade_of_20_percent_stays_there_exactly) {
  for (const double grade : {0.2, -0.2}) {
    Simulation s(standing_on(grade));
    do {
      ASSERT_EQ(s.snapshot().y[car::kV], 0.0) << s.t();
      ASSERT_EQ(s.snapshot().y[car::kX], 0.0) << s.t();
    } while (s.step());
    EXPECT_LT(residual(s), 1e-6);
  }
}

TEST(Simulation, with_weak_brakes_a_car_rolls_down) {
  // m g sin alpha = 2500 N against 500 N of the brake and 125 N of the tyres: -1.38 m/s2 at first.
  Case c = standing_on(0.2, 10.0);
  c.scenario.timeline = {test::at(
      0.0,
      scenario::Override{.signal = "vcu.F_brake_N", .mode = scenario::Mode::hold, .value = 500.0})};
  c.scenario.record.rate = 10.0;
  Simulation s(c);
  while (s.t() < 0.7 - 1e-9) s.step();
  const double sine = 0.2 / sqrt(1.04), cosine = 1.0 / sqrt(1.04);
  const double F = 1300.0 * 9.80665 * (sine - 0.01 * cosine) - 500.0;
  // The drag of the gears takes 6 N, air 0.3 N at the end: 0.4 % of 1875 N. Below 1 m/s no machine brakes.
  EXPECT_NEAR(s.snapshot().y[car::kV], -0.7 * F / 1358.0, 0.004);
  finish(s);
  // Then the machine brakes too, and the car creeps down between v_zero and v_full.
  EXPECT_LT(s.snapshot().y[car::kX], -5.0);
  EXPECT_GT(s.snapshot().y[car::kV], -3.0);
  EXPECT_LT(residual(s), 1e-6);
}

TEST(Simulation, a_car_stops_with_its_reference_and_stays) {
  Simulation s(short_case());
  while (s.t() < 45.0) s.step();
  const double x = s.snapshot().y[car::kX];
  do {
    ASSERT_EQ(s.snapshot().y[car::kV], 0.0) << s.t();
    ASSERT_EQ(s.snapshot().y[car::kX], x);
  } while (s.step());
}

TEST(Simulation, parked_for_ten_hours_it_is_solved_in_few_long_steps_and_closes_its_books) {
  Case c = case_of(small_car(), {}, scenario::Parked{.duration = 36000.0});
  c.scenario.record.rate = 1e-3;
  Simulation s(c);
  EXPECT_TRUE(s.scheme().truth);
  int steps = 0;
  while (s.step()) ++steps;
  EXPECT_LT(steps, 5000);
  EXPECT_EQ(s.t(), 36000.0);
  EXPECT_EQ(s.snapshot().y[car::kV], 0.0);
  EXPECT_LT(residual(s), 1e-6);
  // 400 W and the bridge's 20 W for ten hours.
  EXPECT_NEAR(energy(s), 420.0 * 36000.0, 1e-6 * 420.0 * 36000.0);
}

// ---- Drivers --------------------------------------------------------------------------------------

TEST(Simulation, the_exact_driver_tracks_to_1e_9) {
  Simulation s(case_of(small_car(), short_trip(), scenario::Exact{}));
  finish(s);
  EXPECT_LT(s.snapshot().extremes.trace_error, 1e-9);  // [m/s]: roundings of 1000 steps
  // Distance by the trapezoids of the trace: 44 + 66 + 124 + 120 + 100 m.
  EXPECT_NEAR(s.snapshot().y[car::kX], 454.0, 1e-7);
}

TEST(Simulation, the_following_driver_stays_near_its_trace) {
  Simulation s(short_case());
  finish(s);
  EXPECT_LT(s.snapshot().extremes.trace_error, 0.2);  // the lag of 20 ms at kinks of 2 m/s2
  EXPECT_EQ(s.snapshot().extremes.time_limited, 0.0);
}

TEST(Simulation, a_steady_start_stays_steady) {
  for (const auto& p : {small_car(), test::four_units()}) {
    Case c = case_of(p, {}, scenario::ConstantSpeed{.v = 20.0, .duration = 5.0, .gains = {}});
    c.scenario.initial.v = 20.0;
    c.scenario.initial.steady = true;
    c.scenario.environment.grade = 0.02;
    Simulation s(c);
    do {
      EXPECT_NEAR(s.instant().flows.a, 0.0, 1e-9);
      // u_1 follows the current, which grows slowly as the charge falls: 1e-5 V/s.
      EXPECT_NEAR(s.instant().flows.battery_rates.state.u_1, 0.0, 1e-4);
    } while (s.step());
    EXPECT_NEAR(s.snapshot().y[car::kX], 100.0, 1e-7);
  }
}

TEST(Simulation, full_throttle_ends_at_its_speed) {
  Case c = case_of(small_car(), {}, scenario::FullThrottle{.until_v = 20.0, .duration = 30.0});
  Simulation s(c);
  finish(s);
  EXPECT_EQ(s.end(), End::speed_reached);
  EXPECT_GE(s.snapshot().y[car::kV], 20.0);
  // 5.87 kN less 0.2 kN over 1358 kg to 13.3 m/s, then 80 kW: 3.2 s + 1.9 s, and the voltage's share.
  EXPECT_NEAR(s.t(), 5.3, 0.4);
  EXPECT_LT(residual(s), 1e-6);
}

TEST(Simulation, a_weak_car_drives_on_behind_its_trace) {
  auto p = small_car();
  p.drive_units[0].machine.envelope.P_peak = 8e3;
  Simulation s(case_of(p, short_trip()));
  finish(s);
  EXPECT_EQ(s.end(), End::trace_done);
  EXPECT_GT(s.snapshot().extremes.time_limited, 10.0);
  EXPECT_GT(s.snapshot().extremes.trace_error, 3.0);
  EXPECT_EQ(s.snapshot().y[car::kV], 0.0);  // it still stops
  EXPECT_LT(residual(s), 1e-6);
}

TEST(Simulation, a_weak_battery_limits_and_names_itself) {
  auto p = small_car();
  std::get<battery_pack::Params<double>>(p.battery).P_discharge_max = 8e3;
  Simulation s(case_of(p, short_trip()));
  bool named = false;
  while (s.step())
    named = named || s.instant().control.limited == static_cast<double>(vcu::Reason::battery_power);
  EXPECT_TRUE(named);
  EXPECT_LT(residual(s), 1e-6);
  // Slip, which the control unit does not know, takes up to half a percent more.
  EXPECT_LT(s.snapshot().extremes.p_battery_max, 1.03 * 8e3);
}

// ---- Ends -----------------------------------------------------------------------------------------

TEST(Simulation, an_empty_battery_ends_the_run) {
  Case c = short_case();
  c.scenario.initial.SOC = 0.001;
  Simulation s(c);
  finish(s);
  EXPECT_EQ(s.end(), End::battery_empty);
  EXPECT_LT(s.t(), 30.0);
  EXPECT_LE(s.snapshot().y[car::kSOC], 0.0);
  EXPECT_GT(s.snapshot().y[car::kSOC], -1e-4);  // within a step
  EXPECT_LT(residual(s), 1e-6);
}

TEST(Simulation, a_diverging_integration_names_time_states_and_remedy) {
  Case c = short_case();
  std::get<battery_pack::Params<double>>(c.vehicle.battery).tau_1 = 1e-4;  // far below the step
  Simulation s(c);
  try {
    s.run();
    FAIL() << "no error";
  } catch (const SimulationError& e) {
    const std::string what = e.what();
    EXPECT_NE(what.find("t = "), std::string::npos) << what;
    EXPECT_NE(what.find("u_1 = "), std::string::npos) << what;
    EXPECT_NE(what.find(" V"), std::string::npos) << what;
    EXPECT_NE(what.find("h_s"), std::string::npos) << what;
  }
}

// ---- Maps -----------------------------------------------------------------------------------------

TEST(Simulation, the_cells_of_the_machine_map_change_consumption_by_less_than_1e_4) {
  auto fine = small_car();
  auto& unit = fine.drive_units[0];
  const auto& envelope = unit.machine.envelope;
  const auto machine = machine_dq::prepare(unit.machine.dq, envelope);
  unit.machine.losses =
      machine_map::map(drive_unit::operating_points_of(unit, machine, machine_dq::kWarm), envelope,
                       drive_unit::largest_voltage(unit, envelope.U_ref), {401, 801});
  Simulation a(short_case()), b(case_of(fine, short_trip()));
  finish(a);
  finish(b);
  std::printf("energy by the map's cells: %.2e off\n", energy(a) / energy(b) - 1.0);
  EXPECT_NEAR(energy(a) / energy(b), 1.0, 1e-4);
}

}  // namespace
}  // namespace evsim
