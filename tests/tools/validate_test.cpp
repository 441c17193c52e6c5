#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

using Json = nlohmann::json;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// One value a line, so that a test can change one and expect its line. The figures are what the run gives,
// to a few percent.
const std::string kPublished = R"({
"kinds": {
  "drive": {
    "name": "Small drive",
    "scenario": "drive.json",
    "kpi": "energy_consumption_wall_Wh_per_km",
    "mean_error_max_percent": 5,
    "error_max_percent": 20,
    "consists_of": {"type": "energy"}},
  "length": {
    "scenario": "drive.json",
    "kpi": "distance_km"}},
"cars": {
  "small": {
    "vehicle": "car.json",
    "figures": [
      {"kind": "drive", "value": VALUE, "source": "a test"},
      {"kind": "drive", "value": 500, "source": "another test"},
      {"kind": "length", "value": 0.6, "source": "a map"}]},
  "idle": {
    "vehicle": "idle.json",
    "figures": [
      {"kind": "length", "value": 0.59, "source": "a map",
       "set": ["chassis.mass_kg=1600"]}]}}
}
)";

class Validate : public Program {
 protected:
  Validate() { write("published.json", with_value(ours())); }

  // Of the same run.
  double ours() const {
    const Ran r = evsim({"run", "drive.json", "--json", "--out", "own"});
    return Json::parse(r.out)
        .at("runs")
        .at(0)
        .at("kpis")
        .at("energy_consumption_wall_Wh_per_km")
        .at("value");
  }
  static std::string with_value(double value) {
    return small::replaced(kPublished, "VALUE", std::to_string(value));
  }
  Ran validate(Arguments more = {}) const {
    Arguments all{"validate", "--published", "published.json"};
    all.insert(all.end(), more.begin(), more.end());
    return evsim(all);
  }
};

TEST_F(Validate, tells_errors_of_each_car_and_a_verdict_of_each_kind) {
  const Ran r = validate();
  EXPECT_EQ(r.code, 0) << r.out << r.err;
  EXPECT_TRUE(has(r.out, "Small drive [Wh/km]")) << r.out;
  EXPECT_TRUE(has(r.out, "road "));
  EXPECT_TRUE(has(r.out, "not scored"));
  EXPECT_TRUE(has(r.out, "with chassis.mass_kg=1600"));
  EXPECT_TRUE(has(r.out, "All kinds: pass"));
  EXPECT_TRUE(has(r.out, "report: results/validation/validation.html"));
  EXPECT_TRUE(exists("results/validation/validation.html"));
  EXPECT_EQ(r.err, "");
}

TEST_F(Validate, writes_the_json_that_it_prints) {
  const Ran r = validate({"--json", "--out", "other"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.out, read("other/validation.json"));
  const Json kinds = Json::parse(r.out).at("kinds");
  EXPECT_EQ(kinds.at("drive").at("verdict"), "pass");
  EXPECT_EQ(kinds.at("length").at("verdict"), "none");
  EXPECT_EQ(kinds.at("length").at("figures").size(), 2u);
  double sum = 0.0;
  for (const Json& part : kinds.at("drive").at("figures").at(0).at("parts"))
    sum += part.at("value").get<double>();
  EXPECT_NEAR(sum, 100.0, 1e-3);  // but for the ledger's residual
}

TEST_F(Validate, takes_cars_by_name_or_by_file) {
  for (const char* car : {"idle", "idle.json", "./idle.json"}) {
    const Ran r = validate({car, "--json"});
    EXPECT_EQ(r.code, 0) << r.err;
    const Json kinds = Json::parse(r.out).at("kinds");
    EXPECT_EQ(kinds.size(), 1u);
    EXPECT_EQ(kinds.at("length").at("figures").size(), 1u);
  }
}

TEST_F(Validate, is_the_same_with_one_thread_and_with_two) {
  EXPECT_EQ(validate({"--json", "--jobs", "1"}).out, validate({"--json", "--jobs", "2"}).out);
}

TEST_F(Validate, replaces_its_own_report_and_nothing_else) {
  EXPECT_EQ(validate().code, 0);
  EXPECT_EQ(validate().code, 0);
  write("diary/diary.txt", "dear");
  const Ran r = validate({"--out", "diary"});
  EXPECT_EQ(r.code, 4);
  EXPECT_EQ(read("diary/diary.txt"), "dear");
}

TEST_F(Validate, exit_1_where_a_bound_is_broken) {
  write("published.json", with_value(1.1 * ours()));
  const Ran r = validate();
  EXPECT_EQ(r.code, 1) << r.out << r.err;
  EXPECT_TRUE(has(r.out, "All kinds: fail"));
}

TEST_F(Validate, exit_1_where_a_run_fails_a_limit_of_its_scenario) {
  write("drive.json", small::replaced(small::kScenario, "\"max\": 2", "\"max\": 0.000001"));
  const Ran r = validate();
  EXPECT_EQ(r.code, 1);
  EXPECT_TRUE(has(r.out, "its run fails trace_error_max_km_per_h")) << r.out;
}

TEST_F(Validate, exit_2_where_there_is_no_such_car_or_file) {
  EXPECT_EQ(validate({"smal"}).err,
            "evsim validate: no car smal in published.json; did you mean small?\n");
  EXPECT_EQ(validate({"smal"}).code, 2);
  EXPECT_EQ(evsim({"validate"}).err, "vehicles/published.json: no such file\n");
  EXPECT_EQ(evsim({"validate"}).code, 2);
}

TEST_F(Validate, exit_2_with_all_that_is_wrong_before_anything_is_run) {
  std::string text = with_value(100);
  text = small::replaced(text, "\"kpi\": \"distance_km\"", "\"kpi\": \"distance_m\"");
  write("published.json", text);
  const Ran kpi = validate();
  EXPECT_EQ(kpi.code, 2);
  EXPECT_EQ(kpi.err,
            "published.json:12: kinds.length.kpi: no KPI distance_m in drive.json; did you mean "
            "distance_km?\n");
  write("published.json", small::replaced(text, "chassis.mass_kg", "chassis.mas_kg"));
  const Ran set = validate();
  EXPECT_EQ(set.code, 2);
  EXPECT_TRUE(has(set.err, "published.json:24: cars.idle.figures.0.set: chassis.mas_kg: "))
      << set.err;
  EXPECT_FALSE(exists("results"));
}

TEST_F(Validate, exit_2_where_a_vehicle_is_wrong) {
  write("car.json", small::replaced(small::kVehicle, "\"mass_kg\": 1500", "\"mass_kg\": 0"));
  const Ran r = validate();
  EXPECT_EQ(r.code, 2);
  EXPECT_TRUE(has(r.err, "car.json:3: chassis.mass_kg: got 0, must be > 0")) << r.err;
}

TEST_F(Validate, exit_3_where_a_simulation_fails_while_others_go_on) {
  write("idle.json",
        small::replaced(small::kVehicle, "\"C_N_s2_per_m2\": 0.4", "\"C_N_s2_per_m2\": -1000"));
  const Ran r = validate();
  EXPECT_EQ(r.code, 3) << r.out << r.err;
  EXPECT_TRUE(has(r.err, "drive with idle: the integration diverged")) << r.err;
  EXPECT_TRUE(has(r.out, "Small drive")) << r.out;
}

TEST_F(Validate, exit_130_after_ctrl_c_with_what_was_computed) {
  write("published.json",
        R"({"kinds": {"drive": {"scenario": "drive.json", "kpi": "distance_km"},
                      "long": {"scenario": "long.json", "kpi": "duration_s"}},
            "cars": {"small": {"vehicle": "idle.json", "figures": [
              {"kind": "drive", "value": 0.59, "source": "a map"},
              {"kind": "long", "value": 1, "source": "a clock"}]}}})");
  const pid_t child = start({"validate", "--published", "published.json", "--jobs", "1"});
  wait_until_it_runs(child);
  kill(child, SIGINT);
  const Ran r = finish(child);
  EXPECT_EQ(r.code, 130) << r.err;
  const Json v = read_json("results/validation/validation.json");
  EXPECT_EQ(v.at("interrupted"), true);
  EXPECT_FALSE(v.at("kinds").at("drive").at("figures").at(0).at("ours").is_null());
  EXPECT_TRUE(v.at("kinds").at("long").at("figures").at(0).at("ours").is_null());
}

TEST_F(Validate, its_file_is_known_to_check) {
  EXPECT_TRUE(has(evsim({"check", "published.json"}).out,
                  "published.json: published figures ok, 2 kinds, 2 cars\n"));
}

}  // namespace
}  // namespace evsim
