#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

using Json = nlohmann::json;

class Run : public Program {};

// ---- What it says and writes ----------------------------------------------------------------------

TEST_F(Run, tells_kpis_verdict_energy_and_where_the_report_lies) {
  const Ran r = evsim({"run", "drive.json"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_NE(r.out.find("drive with car: pass"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("trace_error_max_km_per_h"), std::string::npos);
  EXPECT_NE(r.out.find("<= 2"), std::string::npos);
  EXPECT_NE(r.out.find("battery charge"), std::string::npos);
  EXPECT_NE(r.out.find("report: results/drive/car/report.html"), std::string::npos);
  EXPECT_EQ(r.err, "");
  for (const char* name :
       {"summary.json", "command_log.json", "signals.csv", "timing.json", "junit.xml"})
    EXPECT_TRUE(exists(std::string("results/drive/car/") + name)) << name;
}

TEST_F(Run, has_no_colours_and_no_progress_in_a_file) {
  const Ran r = evsim({"run", "drive.json"});
  EXPECT_EQ(r.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(r.err.find('\r'), std::string::npos);
}

TEST_F(Run, json_is_all_of_stdout) {
  const Ran r = evsim({"run", "drive.json", "--json"});
  EXPECT_EQ(r.code, 0) << r.err;
  const Json all = Json::parse(r.out);
  ASSERT_EQ(all.size(), 1u);
  const Json& run = all.at("runs").at(0);
  EXPECT_EQ(run.at("scenario"), "drive");
  EXPECT_EQ(run.at("vehicle"), "car");
  EXPECT_EQ(run.at("verdict"), "pass");
  const Json& kpi = run.at("kpis").at("trace_error_max_km_per_h");
  EXPECT_EQ(kpi.at("unit"), "km/h");
  EXPECT_EQ(kpi.at("limit").at("max"), 2);
  EXPECT_TRUE(kpi.at("limit").at("min").is_null());
  EXPECT_EQ(kpi.at("verdict"), "pass");
  EXPECT_TRUE(run.at("kpis").at("distance_km").at("limit").is_null());
  EXPECT_LE(run.at("ledger").at("residual_over_throughput").get<double>(), 1e-6);
  EXPECT_GT(run.at("timing").at("wall_s").get<double>(), 0.0);
}

TEST_F(Run, json_has_null_for_a_figure_that_does_not_exist) {
  write("stand.json", R"({"vehicle": "car.json",
    "driver": {"type": "constant_speed", "v_km_per_h": 0, "duration_s": 5}})");
  const Ran r = evsim({"run", "stand.json", "--json"});
  EXPECT_TRUE(Json::parse(r.out).at("runs").at(0).at("kpis").at("range_km").at("value").is_null());
}

TEST_F(Run, json_of_the_summary_has_the_same_bits) {
  const Ran r = evsim({"run", "drive.json", "--json"});
  const Json printed = Json::parse(r.out).at("runs").at(0).at("kpis");
  const Json written = read_json("results/drive/car/summary.json").at("kpis");
  for (const auto& [name, kpi] : written.items())
    if (kpi.contains("value")) {
      EXPECT_EQ(printed.at(name).at("value"), kpi.at("value")) << name;
    }
}

TEST_F(Run, every_scenario_is_run_with_every_vehicle_in_the_order_given) {
  const Ran r =
      evsim({"run", "drive.json", "--vehicle", "idle.json", "--vehicle", "car.json", "--json"});
  const Json runs = Json::parse(r.out).at("runs");
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].at("vehicle"), "idle");
  EXPECT_EQ(runs[1].at("vehicle"), "car");
  const Ran text = evsim({"run", "drive.json", "--vehicle", "idle.json", "--vehicle", "car.json"});
  EXPECT_NE(text.out.find("Wh/km"), std::string::npos);
  EXPECT_LT(text.out.find("drive     idle"), text.out.find("drive     car")) << text.out;
}

TEST_F(Run, set_and_record_change_a_run) {
  const Ran r = evsim({"run", "drive.json", "--set", "chassis.mass_kg=1800", "--set",
                       "scenario.initial.SOC=0.5", "--record", "body.v", "--out", "other"});
  EXPECT_EQ(r.code, 0) << r.err;
  const Json parameters = read_json("other/drive/car/summary.json").at("parameters");
  EXPECT_EQ(parameters.at("vehicle").at("chassis").at("mass_kg"), 1800);
  EXPECT_EQ(parameters.at("scenario").at("initial").at("SOC"), 0.5);
  EXPECT_TRUE(read("other/drive/car/signals.csv").starts_with("t [s],body.v [km/h]\n"));
}

TEST_F(Run, folders_are_the_same_bytes_with_one_thread_and_with_two) {
  const Arguments cases{"run", "drive.json", "--vehicle", "idle.json", "--vehicle", "car.json"};
  Arguments one = cases, two = cases;
  one.insert(one.end(), {"--jobs", "1", "--out", "one"});
  two.insert(two.end(), {"--jobs", "2", "--out", "two"});
  EXPECT_EQ(evsim(one).code, 0);
  EXPECT_EQ(evsim(two).code, 0);
  EXPECT_EQ(contents(file("one"), "timing.json"), contents(file("two"), "timing.json"));
}

// ---- Verification ---------------------------------------------------------------------------------

TEST_F(Run, verify_tells_the_difference_from_the_truth) {
  const Ran r = evsim({"run", "drive.json", "--verify", "--set", "scenario.solver.h_ms=50"});
  EXPECT_EQ(r.code, 0) << r.out << r.err;
  EXPECT_NE(r.out.find("energy difference"), std::string::npos);
  EXPECT_NE(r.out.find("<= 1e-5: ok"), std::string::npos);
}

TEST_F(Run, verify_knows_the_truth_of_the_electric_drive_as_well) {
  for (const char* level : {"drive", "waveform"}) {
    const Ran r = evsim({"run", std::string(EVSIM_SOURCE_DIR) + "/scenarios/full_throttle.json",
                         "--level", level, "--set", "scenario.driver.duration_s=1.5", "--verify"});
    EXPECT_EQ(r.code, 0) << r.out << r.err;
    EXPECT_NE(r.out.find("<= 1e-5: ok"), std::string::npos) << r.out;
  }
}

TEST_F(Run, verify_shows_the_largest_error_of_the_mechanics) {
  const Ran r =
      evsim({"run", std::string(EVSIM_SOURCE_DIR) + "/scenarios/tip_in.json", "--verify"});
  EXPECT_EQ(r.code, 0) << r.out << r.err;
  EXPECT_NE(r.out.find("States of the mechanics"), std::string::npos) << r.out;
  const auto states = r.out.find("largest error of a state, over its range");
  ASSERT_NE(states, std::string::npos) << r.out;
  EXPECT_NE(r.out.find("<= 1e-4: ok", states), std::string::npos) << r.out;
}

TEST_F(Run, verify_fails_where_steps_are_too_long) {
  const Ran r = evsim({"run", "drive.json", "--verify", "--set", "scenario.solver.h_s=10", "--set",
                       "scenario.solver.lag_s=1000", "--set", "scenario.record.rate_Hz=0.1"});
  EXPECT_EQ(r.code, 1) << r.out << r.err;
  EXPECT_NE(r.out.find("not verified"), std::string::npos) << r.out;
}

// ---- Exit codes -----------------------------------------------------------------------------------

TEST_F(Run, exit_1_where_a_limit_failed) {
  write("tight.json", small::replaced(small::kScenario, "\"max\": 2", "\"max\": 0.000001"));
  const Ran r = evsim({"run", "tight.json"});
  EXPECT_EQ(r.code, 1);
  EXPECT_NE(r.out.find("fail"), std::string::npos);
  EXPECT_TRUE(exists("results/tight/car/summary.json"));
}

TEST_F(Run, exit_2_before_anything_is_run_where_one_of_many_files_is_wrong) {
  write("broken.json", small::replaced(small::kScenario, "\"SOC\": 0.8", "\"SOK\": 0.8"));
  const Ran r = evsim({"run", "drive.json", "broken.json", "missing.json"});
  EXPECT_EQ(r.code, 2);
  EXPECT_NE(r.err.find("broken.json:6: initial.SOK: unknown key; did you mean SOC?"),
            std::string::npos)
      << r.err;
  EXPECT_NE(r.err.find("missing.json: no such file"), std::string::npos) << r.err;
  EXPECT_EQ(r.out, "");
  EXPECT_FALSE(exists("results"));
}

TEST_F(Run, exit_2_with_one_error_where_a_vehicle_stands_for_a_scenario_or_the_other_way_round) {
  const Ran vehicle = evsim({"run", "car.json"});
  EXPECT_EQ(vehicle.code, 2);
  EXPECT_EQ(
      vehicle.err,
      "car.json: is a vehicle, not a scenario; with one: evsim run SCENARIO --vehicle car.json\n");
  const Ran scenario = evsim({"run", "drive.json", "--vehicle", "drive.json"});
  EXPECT_EQ(scenario.code, 2);
  EXPECT_EQ(scenario.err, "drive.json: is a scenario, not a vehicle\n");
}

TEST_F(Run, exit_2_where_two_runs_would_write_to_one_folder) {
  write("a/drive.json",
        small::replaced(small::replaced(small::kScenario, "car.json", "../car.json"), "cycle.csv",
                        "../cycle.csv"));
  const Ran r = evsim({"run", "drive.json", "a/drive.json"});
  EXPECT_EQ(r.code, 2);
  EXPECT_NE(r.err.find("would both write to results/drive/car"), std::string::npos) << r.err;
}

TEST_F(Run, exit_3_where_the_integration_fails_while_other_runs_go_on) {
  // A coast-down that pushes ever harder: the speed leaves all bounds in finite time.
  write("mad.json",
        small::replaced(small::kVehicle, "\"C_N_s2_per_m2\": 0.4", "\"C_N_s2_per_m2\": -1000"));
  const Ran r = evsim({"run", "drive.json", "--vehicle", "mad.json", "--vehicle", "car.json"});
  EXPECT_EQ(r.code, 3) << r.out << r.err;
  EXPECT_NE(r.err.find("drive with mad: the integration diverged at t = "), std::string::npos)
      << r.err;
  EXPECT_TRUE(exists("results/drive/car/summary.json"));
  EXPECT_FALSE(exists("results/drive/mad"));
}

TEST_F(Run, exit_4_where_the_output_can_not_be_written) {
  EXPECT_EQ(evsim({"run", "drive.json"}, "/dev/full").code, 4);
  const Ran r = evsim({"run", "drive.json", "--out", "/dev/full/x"});
  EXPECT_EQ(r.code, 4);
  EXPECT_NE(r.err.find("/dev/full"), std::string::npos) << r.err;
}

TEST_F(Run, exit_4_before_the_run_where_a_folder_holds_something_else) {
  write("results/drive/car/diary.txt", "dear");
  const Ran r = evsim({"run", "drive.json"});
  EXPECT_EQ(r.code, 4);
  EXPECT_EQ(read("results/drive/car/diary.txt"), "dear");
}

TEST_F(Run, exit_124_after_the_time_out_with_what_was_computed) {
  const Ran r = evsim({"run", "long.json", "--timeout", "0.5"});
  EXPECT_EQ(r.code, 124) << r.err;
  EXPECT_EQ(read_json("results/long/idle/summary.json").at("interrupted"), true);
  EXPECT_NE(r.out.find("interrupted"), std::string::npos);
}

TEST_F(Run, exit_130_after_ctrl_c_with_what_was_computed) {
  const pid_t child = start({"run", "drive.json", "long.json", "--jobs", "1"});
  wait_until_it_runs(child);
  kill(child, SIGINT);
  const Ran r = finish(child);
  EXPECT_EQ(r.code, 130) << r.err;
  EXPECT_EQ(read_json("results/long/idle/summary.json").at("interrupted"), true);
  EXPECT_EQ(read_json("results/drive/car/summary.json").at("interrupted"), false);
}

TEST_F(Run, a_second_ctrl_c_ends_at_once) {
  // No instant at which the first one would be noticed comes for hours.
  write("deaf.json", R"({"vehicle": "idle.json",
    "driver": {"type": "constant_speed", "v_km_per_h": 0, "duration_s": 1e6},
    "record": {"rate_Hz": 1e-6}, "solver": {"h_ms": 1}})");
  const pid_t child = start({"run", "deaf.json"});
  wait_until_it_runs(child);
  kill(child, SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  kill(child, SIGINT);
  EXPECT_EQ(finish(child).signal, SIGINT);
  EXPECT_FALSE(exists("results/deaf"));
}

}  // namespace
}  // namespace evsim
