#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

using Json = nlohmann::json;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class UnitMapCommand : public Program {
 protected:
  Ran map(Arguments more) const {
    Arguments all{"map", "car.json"};
    all.insert(all.end(), more.begin(), more.end());
    return evsim(all);
  }
};

TEST_F(UnitMapCommand, writes_points_envelope_and_a_report) {
  const Ran r = map({"drive_units.rear"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.err, "");
  EXPECT_TRUE(has(r.out, "drive_units.rear at 350 V, 80 degC")) << r.out;
  EXPECT_TRUE(has(r.out, "best efficiency"));
  EXPECT_TRUE(has(r.out, "report: results/map/report.html"));
  for (const char* name : {"map.csv", "map.json", "report.html"})
    EXPECT_TRUE(exists(std::string("results/map/") + name)) << name;
  const std::string csv = read("results/map/map.csv");
  EXPECT_TRUE(has(csv.substr(0, csv.find('\n')), "u_dc [V],T_machine [degC],omega [rpm],tau [Nm]"));
  const std::string html = read("results/map/report.html");
  for (const char* part : {"Efficiency of the machine", "Copper of the stator", "MTPA", "</html>"})
    EXPECT_TRUE(has(html, part)) << part;
}

TEST_F(UnitMapCommand, takes_the_only_unit_where_none_is_named_and_any_number_of_voltages) {
  const Ran r = map({"--u-dc", "300", "--u-dc", "400", "--json", "--out", "two"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.out, read("two/map.json"));
  const Json maps = Json::parse(r.out).at("maps");
  ASSERT_EQ(maps.size(), 2u);
  EXPECT_EQ(maps[0].at("u_dc_V"), 300);
  const auto most = [&](std::size_t k) {
    return maps[k].at("envelope").at("tau_max_Nm").back().get<double>();
  };
  EXPECT_GT(most(1), 1.05 * most(0));  // at the largest speed
}

TEST_F(UnitMapCommand, values_may_be_set_and_the_machine_be_hot) {
  const auto best = [&](const Arguments& a) {
    return Json::parse(map(a).out)
        .at("maps")
        .at(0)
        .at("best")
        .at("machine")
        .at("motoring")
        .at("efficiency")
        .get<double>();
  };
  const double warm = best({"--json"});
  EXPECT_LT(best({"--json", "--temperature", "150"}), warm);
  EXPECT_LT(best({"--json", "--set", "drive_units.rear.machine.dq.copper=0.08"}), warm);
}

TEST_F(UnitMapCommand, replaces_its_own_folder_and_nothing_else) {
  EXPECT_EQ(map({}).code, 0);
  EXPECT_EQ(map({}).code, 0);
  write("diary/diary.txt", "dear");
  EXPECT_EQ(map({"--out", "diary"}).code, 4);
  EXPECT_EQ(read("diary/diary.txt"), "dear");
}

TEST_F(UnitMapCommand, twice_gives_the_same_bytes) {
  EXPECT_EQ(map({"--out", "a"}).code, 0);
  EXPECT_EQ(map({"--out", "b"}).code, 0);
  EXPECT_EQ(contents(file("a")), contents(file("b")));
}

TEST_F(UnitMapCommand, wrong_arguments_are_told) {
  EXPECT_EQ(map({"drive_units.raer"}).err,
            "evsim map: UNIT: no drive_units.raer in car.json; did you mean drive_units.rear?\n");
  EXPECT_EQ(map({"w"}).err,
            "evsim map: UNIT: no drive_units.w in car.json; there is drive_units.rear\n");
  EXPECT_EQ(map({"--u-dc", "much"}).err,
            "evsim map: --u-dc: got much, must be a voltage in V above 0\n");
  EXPECT_EQ(map({"--u-dc", "-1"}).code, 2);
  EXPECT_TRUE(has(map({"--u-dc", "1"}).err, "too little")) << map({"--u-dc", "1"}).err;
  EXPECT_EQ(map({"--temperature", "-300"}).err,
            "evsim map: --temperature: got -300, must be > -273.15 and <= 250 degC\n");
  EXPECT_EQ(map({"--set", "nonsense"}).err, "--set: nonsense: must be PATH=VALUE\n");
  EXPECT_EQ(evsim({"map"}).code, 2);
  EXPECT_EQ(evsim({"map", "none.json"}).code, 2);
  EXPECT_FALSE(exists("results"));
}

TEST_F(UnitMapCommand, a_machine_without_a_model_in_dq_is_told_with_its_line) {
  std::string vehicle = small::kVehicle;
  const std::size_t from = vehicle.find("\"losses\": {\"type\": \"dq\"}"),
                    to = vehicle.find("},\n  \"gears\"");
  vehicle.replace(from, to - from,
                  "\"losses\": {\"type\": \"power_efficiency\", \"P_peak_kW\": 100,\n"
                  "\"efficiency\": {\"power_fraction\": [0, 1], \"efficiency\": [0.9, 0.95]},\n"
                  "\"efficiency_generating\": {\"power_fraction\": [0, 1], "
                  "\"efficiency_generating\": [0.9, 0.95]}}");
  write("car.json", vehicle);
  const Ran r = map({});
  EXPECT_EQ(r.code, 2);
  EXPECT_TRUE(has(r.err, "drive_units.rear.machine.dq: has no model: a map needs one")) << r.err;
}

}  // namespace
}  // namespace evsim
