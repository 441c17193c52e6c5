// Shifts, a disconnected unit and a trailer in whole runs.
#include <gtest/gtest.h>

#include <cmath>

#include "sim/base/constants.h"
#include "sim/run/signals.h"
#include "tests/run/drive_runs.h"

namespace evsim {
namespace {

using test::kpi;

Case case_of(const std::string& scenario, const std::string& vehicle,
             std::vector<std::string> sets) {
  io::CaseRequest request;
  request.scenario = test::at("scenarios/" + scenario);
  request.vehicle = test::at("vehicles/" + vehicle);
  request.levels = {"drive", "chassis=multi_body"};
  request.sets = std::move(sets);
  return io::load_case(request).c;
}
double signal(const Simulation& s, const std::string& path) {
  double out = std::nan("");
  signals::visit(s, [&](std::string_view group, std::string_view owner, std::string_view name, Dim,
                        double value) {
    std::string each(group);
    for (const std::string_view part : {owner, name})
      if (!part.empty()) each += "." + std::string(part);
    if (each == path) out = value;
  });
  return out;
}
double ratio(const Simulation& s, const std::string& unit, const std::string& axle) {
  return signal(s, "drive_units." + unit + ".omega") / signal(s, "wheels." + axle + "_left.omega");
}

TEST(DrivelineRun, two_speeds_shift_and_keep_their_books) {
  Simulation s = test::simulation(
      case_of("full_throttle.json", "porsche_taycan_turbo_s.json",
              {"scenario.initial.v_km_per_h=75", "scenario.driver.until_v_km_per_h=200",
               "scenario.driver.duration_s=1.6"}));
  s.run([&] { return s.t() >= 0.2; });
  EXPECT_NEAR(ratio(s, "rear", "rear"), 16.0, 0.3);  // the shafts wind up
  EXPECT_EQ(signal(s, "drive_units.rear.gear"), 1.0);
  EXPECT_TRUE(std::isnan(signal(s, "drive_units.front.gear")));  // it has one speed
  double least = 2.0;
  s.run([&] {
    least = std::min(least, signal(s, "drive_units.rear.gear"));
    return s.t() >= 1.55;
  });
  EXPECT_EQ(least, 0.0);  // neutral on the way
  s.run();
  EXPECT_EQ(signal(s, "drive_units.rear.gear"), 2.0);
  EXPECT_NEAR(ratio(s, "rear", "rear"), 8.05, 0.15);
  EXPECT_NEAR(ratio(s, "front", "front"), 8.05, 0.15);
  EXPECT_LT(kpi(s, "ledger_residual"), 1e-6);
}

Case at_speed(const std::string& vehicle, const std::string& v_km_per_h) {
  return case_of("constant_100_km_per_h.json", vehicle,
                 {"scenario.driver.v_km_per_h=" + v_km_per_h,
                  "scenario.initial.v_km_per_h=" + v_km_per_h, "scenario.driver.duration_s=3"});
}
void hold(Simulation& s, const char* what, double value) {
  s.command({.t = s.t(),
             .command =
                 scenario::Override{.signal = what, .mode = scenario::Mode::hold, .value = value}});
}

TEST(DrivelineRun, a_gear_is_held_by_hand_until_it_is_released) {
  Simulation s = test::simulation(at_speed("porsche_taycan_turbo_s.json", "50"));
  s.run([&] { return s.t() >= 0.5; });
  EXPECT_EQ(signal(s, "drive_units.rear.gear"), 1.0);
  hold(s, "vcu.gear.rear", 2.0);
  s.run([&] { return s.t() >= 1.5; });
  EXPECT_EQ(signal(s, "drive_units.rear.gear"), 2.0);
  EXPECT_NEAR(ratio(s, "rear", "rear"), 8.05, 0.15);
  s.command(
      {.t = s.t(),
       .command = scenario::Override{.signal = "vcu.gear.rear", .mode = scenario::Mode::release}});
  s.run();
  EXPECT_EQ(signal(s, "drive_units.rear.gear"), 1.0);
  EXPECT_NEAR(ratio(s, "rear", "rear"), 16.0, 0.3);
  EXPECT_LT(kpi(s, "ledger_residual"), 1e-6);
}

TEST(DrivelineRun, the_first_gear_is_refused_where_the_machine_would_be_too_fast) {
  Simulation s = test::simulation(at_speed("porsche_taycan_turbo_s.json", "190"));
  hold(s, "vcu.gear.rear", 1.0);
  s.run();
  EXPECT_EQ(signal(s, "drive_units.rear.gear"), 2.0);
}

TEST(DrivelineRun, a_unit_of_one_speed_has_no_gear_to_hold) {
  Simulation s = test::simulation(at_speed("porsche_taycan_turbo_s.json", "50"));
  EXPECT_THROW(hold(s, "vcu.gear.front", 1.0), InputError);
}

TEST(DrivelineRun, a_unit_disconnects_where_little_is_asked_for_and_comes_back) {
  Simulation s =
      test::simulation(case_of("constant_100_km_per_h.json", "hyundai_ioniq5_awd.json",
                               {"scenario.driver.v_km_per_h=60", "scenario.initial.v_km_per_h=60",
                                "scenario.driver.duration_s=2.5"}));
  s.run();
  EXPECT_LT(ratio(s, "front", "front"), 1.0);  // 10.7 where it turns with the wheels
  EXPECT_EQ(signal(s, "drive_units.front.gear"), 0.0);
  EXPECT_NEAR(ratio(s, "rear", "rear"), 10.7, 0.1);
  EXPECT_LT(kpi(s, "ledger_residual"), 1e-6);
  Simulation again = test::simulation(
      case_of("full_throttle.json", "hyundai_ioniq5_awd.json", {"scenario.driver.duration_s=1"}));
  again.run();
  EXPECT_NEAR(ratio(again, "front", "front"), 10.7, 0.5);
}

TEST(DrivelineRun, a_machine_whose_wheels_spin_stays_below_its_largest_speed) {
  Simulation s = test::simulation(
      case_of("launch_ice.json", "nissan_leaf_40.json",
              {"scenario.assist.traction_control=false", "scenario.driver.duration_s=0.8"}));
  s.run();
  const double most = s.vehicle().drive_units[0].machine.envelope.omega_max;
  EXPECT_GT(signal(s, "drive_units.front.omega"), 0.9 * most);
  EXPECT_LT(signal(s, "drive_units.front.omega"), 1.01 * most);
  EXPECT_LT(kpi(s, "ledger_residual"), 1e-6);
}

TEST(DrivelineRun, a_program_of_steering_meant_for_another_ratio_turns_the_road_wheels_alike) {
  Simulation s =
      test::simulation(case_of("step_steer.json", "generic_three_wheeler.json",
                               {"scenario.initial.v_km_per_h=30", "scenario.driver.v_km_per_h=30",
                                "scenario.driver.duration_s=1.5"}));
  s.run();
  // 40 degrees of a hand wheel of 15:1, at a handlebar of 1:1.
  EXPECT_NEAR(signal(s, "steering.theta_H"), 40.0 / 15.0 * kTwoPi / 360.0, 1e-9);
}

TEST(DrivelineRun, a_trailer_is_pulled_uphill_and_the_books_close) {
  Simulation s =
      test::simulation(case_of("towing.json", "xiaomi_su7.json", {"scenario.driver.duration_s=3"}));
  s.run();
  // Its weight along 12 % and its mass at the car's acceleration.
  const double a = signal(s, "body.a_x");
  const double slope = 0.12 / std::hypot(1.0, 0.12);
  EXPECT_NEAR(signal(s, "trailer.F_hitch"), 750.0 * (9.80665 * (slope + 0.01) + a),
              0.05 * 750.0 * 9.80665);
  EXPECT_NEAR(signal(s, "trailer.articulation"), 0.0, 1e-3);
  EXPECT_LT(kpi(s, "rolled_back_m"), 0.02);
  EXPECT_LT(kpi(s, "ledger_residual"), 1e-6);
}

TEST(DrivelineRun, two_machines_of_an_axle_vector_their_torque) {
  // Sine with dwell of 120 deg: it moves aside by 2.35 m instead of 2.06 with the brakes alone, and keeps 65.2 km/h instead of 63.2.
  const auto run = [](const std::string& vectoring) {
    Simulation s = test::simulation(case_of(
        "sine_with_dwell.json", "generic_c_class_rear_pair.json",
        {"scenario.steer.amplitude_deg=120", "scenario.assist.torque_vectoring=" + vectoring}));
    s.run();
    EXPECT_LT(kpi(s, "ledger_residual"), 1e-6);
    return std::pair{kpi(s, "lateral_displacement_m"), kpi(s, "speed_end_km_per_h")};
  };
  const auto with = run("true"), without = run("false");
  EXPECT_GT(with.first, 1.1 * without.first);
  EXPECT_GT(with.second, without.second + 1.0);
}

TEST(DrivelineRun, soft_tyres_cost_the_same_at_both_levels) {
  // 1.8 for 2.5 bar: (1.8 / 2.5)^-0.4089 = 1.144 of the rolling resistance.
  const auto rolling = [](const std::string& chassis, const std::string& pressure) {
    io::CaseRequest request;
    request.scenario = test::at("scenarios/coast_down.json");
    request.vehicle = test::at("vehicles/generic_compact_sae_j2452.json");
    request.levels = {"drive", "chassis=" + chassis};
    request.sets = {"scenario.driver.duration_s=5", "body.front.tyre_pressure_bar=" + pressure,
                    "body.rear.tyre_pressure_bar=" + pressure};
    Simulation s = test::simulation(io::load_case(request).c);
    s.run([&] { return s.t() >= 5.0; });
    return signal(s, "body.F_roll");
  };
  const double softer = std::pow(1.8 / 2.5, -0.4089);
  const double one = rolling("longitudinal", "2.5"), many = rolling("multi_body", "2.5");
  EXPECT_NEAR(many, one, 0.02 * one);  // lift, and spins that slow down
  // After 5 s it is slower than on hard tyres.
  EXPECT_NEAR(rolling("longitudinal", "1.8"), softer * one, 2e-3 * one);
  EXPECT_NEAR(rolling("multi_body", "1.8"), softer * many, 3e-3 * many);
}

}  // namespace
}  // namespace evsim
