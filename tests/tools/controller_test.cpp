// Controllers of the user's own on the command line.
#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

using Json = nlohmann::json;

class OwnController : public Program {
 protected:
  OwnController() {
    write("race.json", R"({"vehicle": "car.json",
"driver": {"type": "full_throttle", "until_v_km_per_h": 20, "duration_s": 20},
"level": "drive",
"record": {"rate_Hz": 100}})");
  }
  static std::string library(const std::string& name) {
    return std::string(EVSIM_CONTROLLERS) + "/" + name + ".so";
  }
};

TEST_F(OwnController, runs_and_is_named_with_its_digest_in_the_results) {
  const Ran r = evsim({"run", "race.json", "--controller", "motor_control=" + library("foc")});
  EXPECT_EQ(r.code, 0) << r.err;
  const Json summary = read_json("results/race/car/summary.json");
  const Json& own = summary.at("provenance").at("controllers").at(0);
  EXPECT_EQ(own.at("role"), "motor_control");
  EXPECT_EQ(own.at("name"), "example FOC 1.0");
  EXPECT_EQ(own.at("library"), library("foc"));
  int named = 0;
  for (const Json& input : summary.at("provenance").at("inputs"))
    if (input.at("file") == library("foc")) {
      ++named;
      EXPECT_EQ(input.at("sha256").get<std::string>().size(), 64U);
    }
  EXPECT_EQ(named, 1);
  const std::string signals = read("results/race/car/signals.csv");
  EXPECT_NE(signals.find("drive_units.rear.controller.voltage_use"), std::string::npos);

  const Ran again = evsim({"replay", "results/race/car"});
  EXPECT_EQ(again.code, 0) << again.out << again.err;
}

TEST_F(OwnController, battery_management_and_brakes_are_recorded_and_replayed) {
  const std::string scenario = std::string(EVSIM_SOURCE_DIR) + "/scenarios/brake_100_0.json";
  const Ran r = evsim({"run", scenario, "--controller", "bms=" + library("bms"), "--controller",
                       "brake=" + library("abs")});
  EXPECT_EQ(r.code, 0) << r.out << r.err;
  const std::string folder = "results/brake_100_0/xiaomi_su7";
  const Json own = read_json(folder + "/summary.json").at("provenance").at("controllers");
  ASSERT_EQ(own.size(), 2U);
  EXPECT_EQ(own.at(0).at("role"), "bms");
  EXPECT_EQ(own.at(1).at("name"), "example anti-lock control 1.0");
  const std::string signals = read(folder + "/signals.csv");
  for (const char* name :
       {"bms.p_discharge_max [kW]", "bms.controller.cool", "brake.controller.slip"})
    EXPECT_NE(signals.find(name), std::string::npos) << name;
  EXPECT_EQ(evsim({"replay", folder}).code, 0);

  const Ran none = evsim({"run", "race.json", "--controller", "brake=" + library("abs")});
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.err.find("refuses the car: it needs wheels"), std::string::npos) << none.err;
}

TEST_F(OwnController, is_found_relative_to_the_scenario_that_names_it) {
  fs::create_directories(file("own"));
  fs::copy_file(library("foc"), file("own/foc.so"));
  write("own/race.json", R"({"vehicle": "../car.json",
"driver": {"type": "full_throttle", "until_v_km_per_h": 20, "duration_s": 20},
"level": "drive",
"controllers": {"motor_control": {"library": "foc.so", "drive_units": "rear"}}})");
  EXPECT_EQ(evsim({"check", "own/race.json"}).code, 0);
  EXPECT_EQ(evsim({"run", "own/race.json"}).code, 0);
  // Another file under its name is another controller.
  fs::copy_file(library("vcu"), file("own/foc.so"), fs::copy_options::overwrite_existing);
  EXPECT_EQ(evsim({"replay", "results/race/car"}).code, 2);
}

TEST_F(OwnController, that_is_missing_is_an_error_with_line_and_exit_code_2) {
  write("race.json", R"({"vehicle": "car.json", "level": "drive",
"driver": {"type": "full_throttle", "duration_s": 1},
"controllers": {"motor_control": {
  "library": "nowhere.so"}}})");
  for (const char* command : {"run", "check"}) {
    const Ran r = evsim({command, "race.json"});
    EXPECT_EQ(r.code, 2);
    EXPECT_NE(r.err.find("race.json:4: controllers.motor_control.library: "), std::string::npos)
        << r.err;
    EXPECT_NE(r.err.find("nowhere.so: no such file"), std::string::npos) << r.err;
  }
  EXPECT_FALSE(exists("results"));
}

TEST_F(OwnController, that_crashes_ends_with_3_and_what_was_computed) {
  const Ran r = evsim({"run", "race.json", "--controller", "motor_control=" + library("segv")});
  EXPECT_EQ(r.code, 3);
  EXPECT_NE(r.err.find("motor_control of drive unit rear (faulty, "), std::string::npos) << r.err;
  EXPECT_NE(r.err.find("SIGSEGV at address 0x0"), std::string::npos) << r.err;
  const Json summary = read_json("results/race/car/summary.json");
  EXPECT_EQ(summary.at("verdict"), "fail");
  EXPECT_NE(summary.at("failure").get<std::string>().find("SIGSEGV"), std::string::npos);
  EXPECT_GT(summary.at("t_end_s").get<double>(), 0.0);
  EXPECT_NE(read("results/race/car/signals.csv").find("drive_units.rear.controller.ticks"),
            std::string::npos);
  EXPECT_NE(read("results/race/car/junit.xml").find("type=\"simulation failed\""),
            std::string::npos);
}

TEST_F(OwnController, interfaces_are_described_with_units_and_direction) {
  const Ran motor = evsim({"describe", "interface", "motor_control"});
  EXPECT_EQ(motor.code, 0) << motor.err;
  for (const char* text : {"tau_request", "d_a", "0 to 1", "out", "signals[8]", "Nm"})
    EXPECT_NE(motor.out.find(text), std::string::npos) << text;
  EXPECT_NE(evsim({"describe", "interface", "vcu"}).out.find("tau_limit[4]"), std::string::npos);
  EXPECT_NE(evsim({"describe", "interface", "bms"}).out.find("P_charge_max"), std::string::npos);
  const Ran brake = evsim({"describe", "interface", "brake"});
  for (const char* text : {"p_limit.at[4]", "tau_request[4]", "Pa"})
    EXPECT_NE(brake.out.find(text), std::string::npos) << text;
  const Ran none = evsim({"describe", "interface", "gearbox"});
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.err.find("must be followed by motor_control, vcu, bms or brake"),
            std::string::npos);
}

}  // namespace
}  // namespace evsim
