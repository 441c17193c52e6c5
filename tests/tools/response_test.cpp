#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

using Json = nlohmann::json;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The small car's machine as its family has it.
const std::string kFamily =
    R"("dq": {"type": "synchronous_family", "n_p": 4, "weakening_speed": 1.5,
      "copper": 0.0375, "hysteresis": 0.0017, "eddy": 0.0011})";

// The small car with a circuit of its machine, and without a model in dq.
std::string with_dq() {
  return small::replaced(
      small::kVehicle, kFamily,
      R"("dq": {"type": "synchronous", "n_p": 4, "I_max_A_peak": 500, "R_s_mOhm": 10,
      "magnetics": {"type": "linear", "L_d_uH": 150, "L_q_uH": 250, "psi_f_Vs": 0.09}})");
}
std::string without_dq() {
  const std::string bare = small::replaced(small::kVehicle, ",\n    " + kFamily, "");
  return small::replaced(
      bare, R"("losses": {"type": "dq"})",
      R"("losses": {"type": "power_efficiency", "P_peak_kW": 100, "efficiency": 0.9,
      "efficiency_generating": 0.9})");
}

class ResponseCommand : public Program {
 protected:
  ResponseCommand() {
    write("dq.json", with_dq());
    write("bare.json", without_dq());
  }
  Ran response(Arguments more = {}, const std::string& unit = "drive_units.rear") const {
    Arguments all{"response", "dq.json", unit, "--points", "4", "--speed-bandwidth", "20"};
    all.insert(all.end(), more.begin(), more.end());
    return evsim(all);
  }
};

TEST_F(ResponseCommand, tells_bandwidths_and_margins_and_writes_a_report) {
  const Ran r = response({"--speed", "3000", "--torque", "100"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.err, "");
  EXPECT_TRUE(has(r.out, "at 3000 rpm, 100 Nm, 350 V")) << r.out;
  EXPECT_TRUE(has(r.out, "phase margin"));
  EXPECT_TRUE(has(r.out, "report: results/response/report.html"));
  for (const char* file : {"report.html", "response.json", "current.csv", "speed.csv"})
    EXPECT_TRUE(exists(std::string("results/response/") + file)) << file;
}

TEST_F(ResponseCommand, writes_the_json_that_it_prints) {
  const Ran r = response({"--json", "--out", "other", "--u-dc", "300", "--inertia", "0.05"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.out, read("other/response.json"));
  const Json json = Json::parse(r.out);
  EXPECT_EQ(json.at("operating_point").at("u_dc_V"), 300);
  EXPECT_EQ(json.at("inertia_kg_m2"), 0.05);
  EXPECT_LT(json.at("current").at("current_q").at("difference").at("magnitude_dB"),
            0.1);  // the bar
}

TEST_F(ResponseCommand, is_the_same_again_and_replaces_its_own_report_only) {
  EXPECT_EQ(response().code, 0);
  const auto first = contents(file("results/response"));
  EXPECT_EQ(response().code, 0);
  EXPECT_EQ(contents(file("results/response")), first);
  write("diary/diary.txt", "dear");
  EXPECT_EQ(response({"--out", "diary"}).code, 4);
  EXPECT_EQ(read("diary/diary.txt"), "dear");
}

TEST_F(ResponseCommand, a_changed_value_changes_the_bandwidth) {
  const Ran r = response({"--json", "--set", "drive_units.rear.control.bandwidth_Hz=150"});
  EXPECT_EQ(r.code, 0) << r.err;
  const Json json = Json::parse(r.out);
  EXPECT_NEAR(json.at("current").at("current_q").at("bandwidth_Hz").get<double>(), 150, 15);  // R_s
}

TEST_F(ResponseCommand, exit_1_where_a_loop_is_unstable) {
  const Ran r = response({"--set", "drive_units.rear.control.believed.L_q=8"});
  EXPECT_EQ(r.code, 1) << r.err;
  EXPECT_TRUE(has(r.out, "the current loop is unstable")) << r.out;
}

TEST_F(ResponseCommand, takes_a_unit_by_its_name_alone_or_the_only_one) {
  EXPECT_EQ(response({}, "rear").code, 0);
  EXPECT_EQ(evsim({"response", "dq.json", "--points", "0"}).code, 0);
}

TEST_F(ResponseCommand, exit_2_with_the_nearest_unit) {
  const Ran r = response({}, "drive_units.raer");
  EXPECT_EQ(r.code, 2);
  EXPECT_EQ(r.err,
            "evsim response: UNIT: no drive_units.raer in dq.json; did you mean "
            "drive_units.rear?\n");
  EXPECT_TRUE(has(response({}, "xyz").err, "there is drive_units.rear"));
}

TEST_F(ResponseCommand, exit_2_where_a_unit_has_no_circuit) {
  const Ran r = evsim({"response", "bare.json", "drive_units.rear"});
  EXPECT_EQ(r.code, 2);
  EXPECT_TRUE(has(r.err, "drive_units.rear.machine.dq: has no model")) << r.err;
  EXPECT_TRUE(has(r.err, "bare.json:")) << r.err;
}

TEST_F(ResponseCommand, exit_2_where_the_machine_can_t_be_there) {
  const Ran torque = response({"--torque", "900"});
  EXPECT_EQ(torque.code, 2);
  EXPECT_TRUE(has(torque.err, "drive_units.rear: got a torque of 900 Nm, must be ")) << torque.err;
  EXPECT_TRUE(has(torque.err, "Nm beyond")) << torque.err;
  EXPECT_TRUE(has(response({"--speed", "20000"}).err, "must be at most 12000 rpm"));
  EXPECT_TRUE(has(response({"--u-dc", "-3"}).err, "--u-dc: got -3, must be > 0"));
  EXPECT_TRUE(has(evsim({"response", "dq.json", "drive_units.rear", "--points", "-1"}).err,
                  "--points: got -1"));
  EXPECT_FALSE(exists("results"));
}

}  // namespace
}  // namespace evsim
