#include "sim/io/case.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/tools/small_files.h"

namespace evsim::io {
namespace {

using small::replaced;
using Disk = std::map<std::string, std::string>;

Disk disk(const std::string& vehicle = small::kVehicle,
          const std::string& scenario = small::kScenario,
          const std::string& cycle = small::kCycle) {
  return {{"car.json", vehicle}, {"drive.json", scenario}, {"cycle.csv", cycle}};
}
ReadFile reader(const Disk& files) {
  return [&files](const std::string& name) {
    const auto it = files.find(name);
    if (it == files.end()) return FileText{.text = {}, .error = "no such file", .line = 0};
    return FileText{.text = it->second, .error = {}, .line = 0};
  };
}
LoadedCase load(const Disk& files, CaseRequest request = {}) {
  request.scenario = "drive.json";
  return load_case(request, reader(files));
}
// All that is wrong, one problem a line; "" when nothing is.
std::string complaint(const Disk& files, const CaseRequest& request = {}) {
  try {
    load(files, request);
    return {};
  } catch (const InputError& e) {
    return e.what();
  }
}
std::string of_vehicle(const std::string& from, const std::string& to) {
  return complaint(disk(replaced(small::kVehicle, from, to)));
}
std::string of_scenario(const std::string& from, const std::string& to) {
  return complaint(disk(small::kVehicle, replaced(small::kScenario, from, to)));
}
std::string of_cycle(const std::string& cycle) {
  return complaint(disk(small::kVehicle, small::kScenario, cycle));
}

// ---- What is loaded -----------------------------------------------------------------------------

TEST(Case, holds_vehicle_scenario_and_trace_under_the_names_of_their_files) {
  const LoadedCase l = load(disk());
  EXPECT_EQ(l.c.vehicle_name, "car");
  EXPECT_EQ(l.c.scenario_name, "drive");
  EXPECT_EQ(l.request.vehicle, "car.json");
  EXPECT_EQ(l.c.test_mass, 1575.0);  // kerb and a driver of 75 kg
  ASSERT_EQ(l.c.trace.t.size(), 6u);
  EXPECT_DOUBLE_EQ(l.c.trace.v[2], 50.0 / 3.6);
  EXPECT_TRUE(l.c.trace.grade.empty());
}

TEST(Case, knows_all_files_that_it_has_read) {
  const LoadedCase l = load(disk());
  ASSERT_EQ(l.inputs.size(), 3u);
  EXPECT_EQ(l.inputs[0].name, "drive.json");
  EXPECT_EQ(l.inputs[1].name, "car.json");
  EXPECT_EQ(l.inputs[2].name, "cycle.csv");
  EXPECT_EQ(l.inputs[2].text, small::kCycle);
}

TEST(Case, the_wltp_test_mass_follows_from_kerb_and_gross_mass) {
  const auto scenario = replaced(small::kScenario, "\"initial\"",
                                 "\"test_mass\": {\"type\": \"wltp\"},\n\"initial\"");
  // 1500 + 75 + 25 + 0.15 (2000 - 1600)
  EXPECT_DOUBLE_EQ(load(disk(small::kVehicle, scenario)).c.test_mass, 1660.0);
  const auto no_gross = replaced(small::kVehicle, "  \"gross_mass_kg\": 2000,\n", "");
  EXPECT_EQ(complaint(disk(no_gross, scenario)),
            "car.json:2: chassis.gross_mass: missing; the scenario's test mass \"wltp\" needs "
            "gross_mass_kg");
}

TEST(Case, set_changes_vehicle_and_scenario_in_order) {
  const LoadedCase l =
      load(disk(),
           {.sets = {"chassis.mass_kg=1600", "scenario.initial.SOC=0.5", "chassis.mass_kg=1700"}});
  EXPECT_EQ(l.c.vehicle.chassis.mass, 1700.0);
  EXPECT_EQ(l.c.scenario.initial.SOC, 0.5);
  EXPECT_EQ(l.vehicle_origins.at("chassis.mass").file, "--set");
}

TEST(Case, set_may_name_another_cycle_and_another_vehicle) {
  Disk files = disk();
  files["short.csv"] = "t [s],v [m/s]\n0,0\n9,0\n";
  files["other.json"] = small::kVehicle;
  const LoadedCase l =
      load(files, {.sets = {"scenario.driver.cycle=short.csv", "scenario.vehicle=other.json"}});
  EXPECT_EQ(l.c.trace.t.back(), 9.0);
  EXPECT_EQ(l.c.vehicle_name, "other");
}

TEST(Case, record_patterns_replace_those_of_the_scenario) {
  const LoadedCase l = load(disk(), {.record = {"body.v"}});
  EXPECT_EQ(l.c.scenario.record.signals, std::vector<std::string>{"body.v"});
}

// ---- All that is wrong comes at once --------------------------------------------------------------

TEST(Case, problems_of_scenario_vehicle_and_cycle_come_together) {
  const std::string all = complaint(
      disk(replaced(small::kVehicle, "\"mass_kg\": 1500", "\"mass_kg\": -1"),
           replaced(small::kScenario, "\"SOC\": 0.8", "\"SOC\": 8"), "t [s],v [km/h]\n0,-1\n1,0\n"),
      {.vehicle = "car.json"});
  EXPECT_NE(all.find("drive.json:6: initial.SOC: got 8"), std::string::npos) << all;
  EXPECT_NE(all.find("car.json:3: chassis.mass_kg: got -1"), std::string::npos) << all;
}

TEST(Case, a_setting_that_does_not_exist_names_the_nearest) {
  EXPECT_EQ(complaint(disk(), {.sets = {"chassis.mas_kg=1"}}),
            "--set: chassis.mas_kg: unknown key; did you mean mass_kg?");
  EXPECT_EQ(complaint(disk(), {.sets = {"chassis.mass_kg"}}),
            "--set: chassis.mass_kg: must be PATH=VALUE");
  EXPECT_NE(
      complaint(disk(), {.sets = {"chassis.mass_kg=-5"}}).find("--set: chassis.mass_kg: got -5"),
      std::string::npos);
}

TEST(Case, a_scenario_without_vehicle_needs_one) {
  EXPECT_EQ(of_scenario("\"vehicle\": \"car.json\",\n", ""),
            "drive.json:1: vehicle: names no vehicle file, and --vehicle names none either");
  const Disk files =
      disk(small::kVehicle, replaced(small::kScenario, "\"vehicle\": \"car.json\",\n", ""));
  EXPECT_EQ(complaint(files, {.vehicle = "car.json"}), "");
  EXPECT_FALSE(check_scenario("drive.json", {}, reader(files)));
}

// ---- The trace ------------------------------------------------------------------------------------

TEST(Case, a_trace_starts_at_0_goes_on_and_has_two_points) {
  EXPECT_EQ(of_cycle("t [s],v [km/h]\n1,0\n2,0\n"),
            "cycle.csv:2: t starts at 1 s, must start at 0");
  EXPECT_EQ(of_cycle("t [s],v [km/h]\n0,0\n"),
            "cycle.csv:2: one row only; a trace needs at least two");
  EXPECT_NE(of_cycle("t [s],v [km/h]\n0,0\n2,0\n1,0\n").find("cycle.csv:4: t 1 after 2"),
            std::string::npos);
  EXPECT_NE(of_cycle("t [s],v [km/h]\n0,0\n1,-3\n").find("cycle.csv:3: v"), std::string::npos);
  EXPECT_EQ(of_cycle("t [s],v [km/h]\n0,0\n1,0\n1.0000001,0\n"),
            "cycle.csv:4: t 1.0000001 s follows 1 s by less than a microsecond");
}

TEST(Case, a_driver_needs_his_trace) {
  EXPECT_EQ(of_scenario(",\n  \"cycle\": \"cycle.csv\"", ""),
            "drive.json:3: driver.cycle: missing; must be the name of a CSV file");
  EXPECT_EQ(of_scenario("cycle.csv", "none.csv"), "none.csv: no such file");
}

TEST(Case, pedals_are_read_from_0_to_1) {
  const auto scenario =
      replaced(replaced(small::kScenario, "follow", "pedals"), "\"cycle\"", "\"pedals\"");
  const LoadedCase l =
      load(disk(small::kVehicle, replaced(scenario, "trace_error_max_km_per_h", "distance_km"),
                "t [s],accelerator [%],brake [1]\n0,50,0\n1,0,1\n"));
  EXPECT_EQ(l.c.trace.accelerator, (std::vector<double>{0.5, 0.0}));
  EXPECT_EQ(l.c.trace.brake, (std::vector<double>{0.0, 1.0}));
}

// ---- Contradictions of a vehicle ------------------------------------------------------------------

TEST(Case, cell_voltages_stand_in_order_and_the_open_circuit_voltage_between_them) {
  EXPECT_EQ(of_vehicle("\"U_cell_max_V\": 4.2", "\"U_cell_max_V\": 2.7"),
            "car.json:27: battery.U_cell_max: 2.7 V must be above U_cell_min, 2.8 V");
  EXPECT_EQ(of_vehicle("\"U_cell_max_V\": 4.2", "\"U_cell_max_V\": 4.0"),
            "car.json:23: battery.OCV: 4.055 V at SOC_full is above U_cell_max, 4 V");
  EXPECT_EQ(of_vehicle("\"U_cell_min_V\": 2.8", "\"U_cell_min_V\": 3.3"),
            "car.json:23: battery.OCV: 3.245 V at SOC_empty is below U_cell_min, 3.3 V");
  EXPECT_EQ(of_vehicle("\"OCV_V\": [3.2, 4.1]", "\"OCV_V\": [4.1, 3.2]"),
            "car.json:23: battery.OCV: falls from 4.1 V at SOC 0 to 3.2 V at 1");
}

TEST(Case, the_usable_window_is_one_and_the_run_starts_inside) {
  EXPECT_NE(of_vehicle("\"SOC_full\": 0.95", "\"SOC_full\": 0.05")
                .find("car.json:30: battery.SOC_full: 0.05 must be above SOC_empty, 0.05"),
            std::string::npos);
  EXPECT_EQ(of_scenario("\"SOC\": 0.8", "\"SOC\": 0.99"),
            "drive.json:6: initial.SOC: 0.99 is outside the battery's usable window, 0.05 to 0.95");
}

TEST(Case, regeneration_fades_in_over_a_span_of_speed) {
  EXPECT_EQ(of_vehicle("\"v_full_km_per_h\": 8", "\"v_full_km_per_h\": 3"),
            "car.json:32: regeneration.v_full: 3 km/h must be above v_zero, 3 km/h");
}

TEST(Case, a_car_needs_a_driven_axle_with_load) {
  EXPECT_EQ(of_vehicle("\"axle\": \"rear\"", "\"axle\": \"rear\", \"torque_share\": 0"),
            "car.json:9: drive_units: the torque_share of each is 0; at least one must be above");
  EXPECT_EQ(
      of_vehicle("\"front_load\": 0.5", "\"front_load\": 1"),
      "car.json:10: drive_units.rear.axle: the rear axle carries no load: chassis.front_load is 1");
  EXPECT_EQ(of_vehicle("\"gross_mass_kg\": 2000", "\"gross_mass_kg\": 1400"),
            "car.json:4: chassis.gross_mass: 1400 kg is below the kerb mass, 1500 kg");
}

TEST(Case, a_car_without_drive_units_is_refused) {
  const std::size_t from = small::kVehicle.find("{\"rear\": {"),
                    to = small::kVehicle.find(",\n\"battery\"");
  std::string vehicle = small::kVehicle;
  vehicle.replace(from, to - from, "{}");
  EXPECT_EQ(complaint(disk(vehicle)), "car.json:9: drive_units: none; a car needs at least one");
}

TEST(Case, the_machine_reaches_its_power_below_its_top_speed) {
  // 100 kW / 60 Nm = 1667 rad/s = 15,915 rpm
  EXPECT_EQ(of_vehicle("\"tau_peak_Nm\": 300", "\"tau_peak_Nm\": 60"),
            "car.json:13: drive_units.rear.machine.P_peak: at tau_peak it is reached at 15915.5 "
            "rpm, above "
            "omega_max, 12000 rpm");
}

TEST(Case, the_phase_current_suffices_for_the_torque) {
  // 1.5 4 0.1 Vs 300 A
  EXPECT_EQ(
      of_vehicle("\"synchronous_family\", \"n_p\": 4, \"weakening_speed\": 1.5,\n"
                 "      \"copper\": 0.0375, \"hysteresis\": 0.0017, \"eddy\": 0.0011",
                 "\"synchronous\", \"n_p\": 4, \"I_max_A_peak\": 300, \"R_s_mOhm\": 8,\n"
                 "\"magnetics\": {\"type\": \"linear\", \"L_d_mH\": 0.1, \"L_q_mH\": 0.1, "
                 "\"psi_f_Vs\": 0.1}"),
      "car.json:17: drive_units.rear.machine.dq: makes at most 180 Nm at 0 rpm and U_ref, less "
      "than the 300 Nm of tau_peak, P_peak and omega_max");
}
TEST(Case, losses_from_a_model_in_dq_need_one) {
  EXPECT_EQ(
      of_vehicle("\"synchronous_family\", \"n_p\": 4, \"weakening_speed\": 1.5,\n"
                 "      \"copper\": 0.0375, \"hysteresis\": 0.0017, \"eddy\": 0.0011",
                 "\"none\""),
      "car.json:16: drive_units.rear.machine.losses: the type dq needs a model of the machine "
      "in dq, beside it");
}

std::string with_map(const std::string& p_loss, const std::string& I_peak) {
  const std::size_t from = small::kVehicle.find("{\"type\": \"dq\"}"),
                    to = small::kVehicle.find("},\n  \"gears\"");
  std::string vehicle = small::kVehicle;
  vehicle.replace(from, to - from,
                  "{\"type\": \"map\",\n\"p_loss\": " + p_loss + ",\n\"I_peak\": " + I_peak + "}");
  return complaint(disk(vehicle));
}
TEST(Case, a_loss_map_covers_the_machine_and_both_tables_have_one_grid) {
  const std::string grid = "\"omega_rpm\": [0, 12000], \"tau_Nm\": [-300, 300], ";
  const std::string loss = "{" + grid + "\"p_loss_W\": [[0, 1], [2, 3]]}";
  EXPECT_EQ(with_map(loss, "{" + grid + "\"I_peak_A_peak\": [[0, 1], [2, 3]]}"), "");
  EXPECT_EQ(
      with_map(loss, "{" + replaced(grid, "300]", "310]") + "\"I_peak_A_peak\": [[0, 1], [2, 3]]}"),
      "car.json:18: drive_units.rear.machine.losses.I_peak: its axes must be those of p_loss");
  const std::string small_grid = "\"omega_rpm\": [0, 11000], \"tau_Nm\": [-300, 300], ";
  EXPECT_EQ(with_map("{" + small_grid + "\"p_loss_W\": [[0, 1], [2, 3]]}",
                     "{" + small_grid + "\"I_peak_A_peak\": [[0, 1], [2, 3]]}"),
            "car.json:17: drive_units.rear.machine.losses.p_loss: omega goes from 0 rpm to 11000 "
            "rpm, must "
            "cover 0 rpm to 12000 rpm");
}

// ---- Contradictions of a scenario -----------------------------------------------------------------

TEST(Case, a_temperature_far_outside_the_resistance_table_is_refused) {
  EXPECT_EQ(of_scenario("\"T_battery_degC\": 25", "\"T_battery_degC\": -19"), "");
  EXPECT_EQ(of_scenario("\"T_battery_degC\": 25", "\"T_battery_degC\": -21"),
            "drive.json:7: initial.T_battery: -21 degC is far outside the battery's R_0 table, 0 "
            "to 40 degC");
}

TEST(Case, limits_are_on_figures_that_exist_and_can_be_met) {
  EXPECT_EQ(of_scenario("trace_error_max_km_per_h", "trace_eror_max_km_per_h"),
            "drive.json:9: expect.0.kpi: no KPI trace_eror_max_km_per_h; did you mean "
            "trace_error_max_km_per_h?");
  EXPECT_EQ(of_scenario("\"max\": 2", "\"max\": 2, \"min\": 3"),
            "drive.json:9: expect.0.min: 3 is above max, 2");
}

std::string with_event(const std::string& event) {
  return of_scenario("\"expect\"", "\"timeline\": [\n  " + event + "],\n\"expect\"");
}
TEST(Case, commands_are_checked_before_the_run) {
  EXPECT_EQ(
      with_event(
          R"({"t_s": 5, "command": {"type": "set_parameter", "path": "auxiliaries.power_kW", "value": 1}})"),
      "");
  EXPECT_EQ(
      with_event(R"({"t_s": 66, "command": {"type": "set_state", "state": "SOC", "value": 0.5}})"),
      "drive.json:9: timeline.0.t: 66 s is after the end, 65 s");
  const std::string no_path = with_event(
      R"({"t_s": 5, "command": {"type": "set_parameter", "path": "auxiliaries.powr_kW", "value": 1}})");
  EXPECT_NE(no_path.find("drive.json:9: timeline.0: auxiliaries.powr_kW: unknown key"),
            std::string::npos)
      << no_path;
  const std::string no_signal =
      with_event(R"({"t_s": 5, "command": {"type": "override", "signal": "driver.F_reqest_N"}})");
  EXPECT_NE(no_signal.find("drive.json:9: timeline.0: driver.F_reqest_N: unknown signal"),
            std::string::npos)
      << no_signal;
}

TEST(Case, a_pattern_that_no_signal_fits_is_refused) {
  EXPECT_EQ(complaint(disk(), {.record = {"battery.*", "body.w"}}),
            "--record: no signal body.w; did you mean body.v?");
}

// ---- Levels ---------------------------------------------------------------------------------------

TEST(Case, a_level_is_that_of_the_file_or_refused_with_what_there_is) {
  EXPECT_EQ(complaint(disk(), {.levels = {"energy", "battery=equivalent_circuit", "machine=dq",
                                          "road_load=coast_down"}}),
            "");
  EXPECT_EQ(complaint(disk(), {.levels = {"battery=constant_efficiency"}}),
            "car.json:20: battery: is of type equivalent_circuit, --level asks for "
            "constant_efficiency: this "
            "file has no figures for it");
  EXPECT_EQ(complaint(disk(), {.levels = {"machine=family"}}),
            "--level: machine=family: no such level; there is dq, map or power_efficiency");
  EXPECT_EQ(complaint(disk(), {.levels = {"driving"}}),
            "--level: driving: no such level; there is energy, drive, waveform, machine=dq, "
            "inverter=average|switched, chassis=longitudinal|multi_body, "
            "battery=equivalent_circuit|constant_efficiency, machine=dq|map|power_efficiency ...");
  EXPECT_NE(complaint(disk(), {.levels = {"exact"}})
                .find("--level: exact: no such level; there is energy"),
            std::string::npos);
}

}  // namespace
}  // namespace evsim::io
