#include "sim/io/reader.h"

#include <gtest/gtest.h>

#include "sim/components/suspension.h"
#include "sim/io/parameters.h"
#include "tests/io/sample.h"

namespace evsim::io {
namespace {

using sample::Disk;
using Car = sample::Car<double>;

const std::string kCell =
    "{\"OCV\": {\"SOC\": [0, 1], \"OCV_V\": [3, 4]},\n"
    " \"R_0_mOhm\": 2}";
const std::string kRear =
    "{\"ratio\": 9, \"machine\": {\"type\": \"pmsm\", \"L_d_uH\": 95, \"L_q_uH\": 230, \"n_p\": "
    "4}}";

// A complete car with further members, each on a line of its own from line 4.
Disk car(const std::string& further = "") {
  return {{"v/car.json", "{\"mass_kg\": 1980,\n\"drive_units\": {\"rear\": " + kRear +
                             "},\n\"cell\": {\"from\": \"cell.json\"}" +
                             (further.empty() ? "" : ",\n" + further) + "}"},
          {"v/cell.json", kCell}};
}

Loaded<Car> load(const Disk& disk) { return read<Car>("v/car.json", sample::reader(disk)); }
std::string complaint(const Disk& disk) {
  return sample::complaint([&] { load(disk); });
}
// Of a car whose only file holds this.
std::string complaint_of(const std::string& further) { return complaint(car(further)); }

const sample::Pmsm<double>& pmsm(const Car& c, int unit = 0) {
  return std::get<sample::Pmsm<double>>(c.drive_units[unit].machine);
}

// ---- Values -------------------------------------------------------------------------------------

TEST(Reader, values_arrive_in_SI) {
  const Car c =
      load(car("\"v_max_km_per_h\": 36, \"towing\": true, \"label\": \"x\", \"signals\": [\"a\", "
               "\"b\"],\n"
               "\"cycle\": \"../cycles/a.csv\", \"events\": [{\"t_min\": 1, \"path\": \"p\"}]"))
          .value;
  EXPECT_EQ(c.mass, 1980);
  EXPECT_DOUBLE_EQ(c.v_max, 10);
  EXPECT_TRUE(c.towing);
  EXPECT_EQ(c.label, "x");
  EXPECT_EQ(c.cycle.path, "cycles/a.csv");
  EXPECT_EQ(c.signals, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(c.drive_units.size(), 1);
  EXPECT_EQ(c.drive_units.name(0), "rear");
  EXPECT_DOUBLE_EQ(pmsm(c).L_d, 95e-6);
  EXPECT_EQ(pmsm(c).n_p, 4);
  ASSERT_EQ(c.events.size(), 1u);
  EXPECT_EQ(c.events[0].t, 60);
  EXPECT_DOUBLE_EQ(c.cell.OCV(0.5), 3.5);
  EXPECT_DOUBLE_EQ(c.cell.R_0(0.3, 300.0), 0.002);  // the same everywhere
}

TEST(Reader, what_no_file_gives_has_its_default) {
  const Car c = load(car()).value;
  EXPECT_EQ(c.v_max, kInfinity);
  EXPECT_EQ(c.label, "plain");
  EXPECT_EQ(c.signals, (std::vector<std::string>{"*"}));
  EXPECT_EQ(c.drive_units[0].axle, sample::Axle::rear);
}

TEST(Reader, a_bound_can_be_written_in_any_unit) {
  // -40 + 273.15 is 2.8e-14 below 233.15: rounding must not refuse the bound itself.
  Disk disk = car();
  disk["v/cell.json"].insert(1, "\"T_min_degC\": -40, \"SOC_full_percent\": 100, ");
  EXPECT_EQ(load(disk).value.cell.T_min, 233.15);
}

TEST(Reader, tables_come_from_csv_files_beside_the_file_that_names_them) {
  Disk disk = car();
  disk["v/cell.json"] =
      "{\"OCV\": \"t/ocv.csv\", \"R_0\": {\"csv\": \"t/r.csv\", \"edge\": \"extrapolate\", "
      "\"scale\": 2}}";
  disk["v/t/ocv.csv"] = "SOC [%],OCV [V]\n0,3\n100,4\n";
  disk["v/t/r.csv"] = "# value: R_0 [mOhm]\nSOC [1] \\ T [degC],0,20\n0,4,2\n1,4,2\n";
  const auto car = load(disk);
  EXPECT_DOUBLE_EQ(car.value.cell.OCV(0.25), 3.25);
  EXPECT_DOUBLE_EQ(car.value.cell.R_0(0.5, 283.15), 0.006);
  EXPECT_NEAR(car.value.cell.R_0(0.5, 303.15), 0.002, 1e-12);  // beyond the edge, but for rounding
  ASSERT_EQ(car.inputs.size(), 4u);
  EXPECT_EQ(car.inputs[0].name, "v/car.json");
  EXPECT_EQ(car.inputs[2].name, "v/t/ocv.csv");
}

TEST(Reader, a_two_dimensional_table_may_stand_inside) {
  Disk disk = car();
  disk["v/cell.json"] =
      "{\"OCV\": {\"SOC\": [0, 1], \"OCV_mV\": [3000, 4000]},\n"
      "\"R_0\": {\"SOC\": [0, 1], \"T_degC\": [0, 20, 40], \"R_0_mOhm\": [[4, 2, 1], [5, 3, 2]]}}";
  EXPECT_DOUBLE_EQ(load(disk).value.cell.R_0(1.0, 293.15), 0.003);
}

TEST(Reader, a_table_may_be_left_out_where_that_has_a_meaning) {
  using Suspension = suspension::Params<double>;
  const std::string toe = R"({"toe": {"travel_mm": [0, 100], "toe_rad": [0, 0.02]}})";
  auto read_back = read<Suspension>("s.json", sample::reader({{"s.json", toe}}));
  EXPECT_TRUE(read_back.value.spring.empty());
  EXPECT_DOUBLE_EQ(read_back.value.toe(0.05), 0.01);
  const Json written = to_json(read_back.value, read_back.origins);
  EXPECT_EQ(written.find("spring"), nullptr);
  ASSERT_NE(written.find("toe"), nullptr);
}

TEST(Reader, annotations_are_allowed_everywhere) {
  EXPECT_EQ(
      complaint_of(
          "\"name\": \"n\", \"$schema\": \"s\", \"notes\": \"n\", \"description\": \"d\",\n"
          "\"sources\": {\"mass_kg\": \"a\", \"v_max_mph\": [\"b\", \"c\"], \"cell.OCV\": \"d\",\n"
          "\"drive_units.rear.machine.L_d_uH\": \"e\"}"),
      "");
  EXPECT_EQ(complaint_of("\"sources\": \"all from the brochure\""), "");
  EXPECT_EQ(complaint_of("\"sources\": {\"mas_kg\": \"a\"},\n\"notes\": 3"),
            "v/car.json:4: sources.mas_kg: unknown key; did you mean mass_kg?\n"
            "v/car.json:5: notes: got a number, must be a string");
  EXPECT_EQ(complaint_of("\"sources\": {\"mass_kg\": 3}"),
            "v/car.json:4: sources.mass_kg: got a number, must be a string or a list of strings");
}

// ---- Keys ---------------------------------------------------------------------------------------

TEST(Reader, an_unknown_key_has_the_nearest_known_one) {
  EXPECT_EQ(complaint_of("\"lable\": \"x\""),
            "v/car.json:4: lable: unknown key; did you mean label?");
  EXPECT_EQ(complaint_of("\"form\": \"x\""), "v/car.json:4: form: unknown key; did you mean from?");
  EXPECT_EQ(complaint_of("\"V_max_mph\": 90"),
            "v/car.json:4: V_max_mph: unknown key; did you mean v_max_mph?");
  EXPECT_EQ(complaint_of("\"colour\": 1"),
            "v/car.json:4: colour: unknown key; allowed: mass_kg, v_max_km_per_h, towing, label, "
            "cycle, signals, "
            "drive_units, cell, events, from, description, notes, sources or name");
}

TEST(Reader, a_misspelt_key_is_not_told_as_missing_too) {
  Disk disk = car();
  disk["v/car.json"].replace(disk["v/car.json"].find("L_q_uH"), 6, "L_qq_uH");
  EXPECT_EQ(complaint(disk),
            "v/car.json:2: drive_units.rear.machine.L_qq_uH: unknown key; did you mean L_q_uH?");
}

TEST(Reader, a_quantity_needs_a_unit_of_its_dimension) {
  EXPECT_EQ(complaint_of("\"v_max\": 3"),
            "v/car.json:4: v_max: needs a unit: v_max_m_per_s, v_max_km_per_h or v_max_mph");
  EXPECT_EQ(complaint_of("\"v_max_kg\": 3"),
            "v/car.json:4: v_max_kg: kg is a unit of mass; must be v_max_m_per_s, v_max_km_per_h "
            "or v_max_mph");
  EXPECT_EQ(complaint_of("\"v_max_kph\": 3"),
            "v/car.json:4: v_max_kph: unknown unit kph; must be v_max_m_per_s, v_max_km_per_h or "
            "v_max_mph");
}

TEST(Reader, a_quantity_stands_once_in_a_file) {
  EXPECT_EQ(complaint_of("\"mass_lb\": 4000"),
            "v/car.json:4: mass_lb: given as mass_kg in line 1 already");
  EXPECT_EQ(complaint_of("\"label\": \"a\",\n\"label\": \"b\""),
            "v/car.json:5: label: the key stands in line 4 already");
}

// ---- Values that can't be -----------------------------------------------------------------------

TEST(Reader, a_value_out_of_range_is_told_in_the_users_unit) {
  Disk disk = car();
  disk["v/cell.json"].insert(1, "\"T_min_degC\": -50,\n\"SOC_full_percent\": 130, ");
  EXPECT_EQ(complaint(disk),
            "v/cell.json:1: cell.T_min_degC: got -50, must be -40 to 60\n"
            "v/cell.json:2: cell.SOC_full_percent: got 130, must be 0 to 100");
  EXPECT_EQ(complaint_of("\"v_max_mph\": -230"), "v/car.json:4: v_max_mph: got -230, must be > 0");
}

TEST(Reader, a_value_of_the_wrong_type_says_what_was_expected) {
  EXPECT_EQ(complaint_of("\"v_max_mph\": \"90\",\n\"towing\": 1,\n\"label\": 2,\n\"signals\": "
                         "[1],\n\"events\": {},\n\"cycle\": \"\""),
            "v/car.json:4: v_max_mph: got \"90\", must be a number or \"unlimited\"\n"
            "v/car.json:5: towing: got 1, must be true or false\n"
            "v/car.json:6: label: got 2, must be a string\n"
            "v/car.json:7: signals: got a list, must be a list of strings\n"
            "v/car.json:8: events: got an object, must be a list of objects\n"
            "v/car.json:9: cycle: got \"\", must be the name of a file");
}

TEST(Reader, in_drive_units_everything_is_checked) {
  EXPECT_EQ(
      complaint({{"v/car.json",
                  "{\"mass_kg\": 1, \"cell\": {\"from\": \"cell.json\"}, \"drive_units\": {\n"
                  "\"a\": {\"axle\": \"reer\", \"ratio\": 9, \"machine\": {\"type\": \"pmsn\"}},\n"
                  "\"b\": {\"ratio\": 9, \"machine\": {\"type\": \"pmsm\", \"n_p\": 2.5, "
                  "\"L_d_uH\": 1, \"L_q_uH\": 1}},\n"
                  "\"c\": {},\n"
                  "\"d e\": {}}}"},
                 {"v/cell.json", kCell}}),
      "v/car.json:2: drive_units.a.axle: got \"reer\", must be front or rear\n"
      "v/car.json:2: drive_units.a.machine.type: got \"pmsn\", must be pmsm or loss_map\n"
      "v/car.json:3: drive_units.b.machine.n_p: got 2.5, must be a whole number\n"
      "v/car.json:4: drive_units.c: one too many; at most 2\n"
      "v/car.json:5: drive_units.d e: a name must be letters, digits and _, starting with a "
      "letter");
}

TEST(Reader, null_is_no_value) {
  EXPECT_EQ(
      complaint_of("\"label\": null"),
      "v/car.json:4: label: null is no value; leave the key out to inherit it or take the default");
}

TEST(Reader, a_bad_table_is_told_where_it_stands) {
  Disk disk = car();
  disk["v/cell.json"] =
      "{\"OCV\": {\"SOC\": [0.1, 1], \"OCV_V\": [3, 4]},\n"
      "\"R_0\": {\"SOC\": [0, 1], \"T_degC\": [20, 0], \"R_0_mOhm\": [[4, 2],\n[5, -3]]}}";
  EXPECT_EQ(complaint(disk),
            "v/cell.json:1: cell.OCV.SOC: goes from 0.1 to 1, must cover 0 to 1\n"
            "v/cell.json:2: cell.R_0.T_degC: 0 after 20: must increase\n"
            "v/cell.json:3: cell.R_0.R_0_mOhm: got -3, must be > 0");
  disk["v/cell.json"] =
      "{\"OCV\": {\"SOC\": [0, 1], \"OCV\": [3, 4], \"egde\": \"hold\"},\n"
      "\"R_0\": {\"SOC\": [0, 1], \"T_degC\": [0, 20], \"R_0_mOhm\": [[4, 2], [5]], \"edge\": "
      "\"drop\"}}";
  EXPECT_EQ(complaint(disk),
            "v/cell.json:1: cell.OCV.OCV: needs a unit: OCV_V, OCV_mV or OCV_kV\n"
            "v/cell.json:1: cell.OCV.egde: unknown key; did you mean edge?\n"
            "v/cell.json:2: cell.R_0.edge: must be hold or extrapolate");
  disk["v/cell.json"] = "{\"OCV\": \"a.csv\",\n\"R_0\": [1],\n\"R_0_mOhm\": \"b.csv\"}";
  EXPECT_EQ(complaint(disk),
            "v/cell.json:1: cell.OCV: v/a.csv: no such file\n"
            "v/cell.json:2: cell.R_0: got a list, must be the name of a CSV file or an object with "
            "axis and values\n"
            "v/cell.json:3: cell.R_0_mOhm: given as R_0 in line 2 already");
}

TEST(Reader, a_bad_cell_of_a_csv_file_is_told_with_the_line_there) {
  Disk disk = car();
  disk["v/cell.json"] = "{\"OCV\": \"ocv.csv\", \"R_0_mOhm\": 1}";
  disk["v/ocv.csv"] = "SOC [1],OCV [V]\n0,3\n0.40,-4\n0.20,4\n";
  EXPECT_EQ(complaint(disk),
            "v/ocv.csv:3: OCV: got -4, must be > 0\n"
            "v/ocv.csv:4: SOC 0.20 after 0.40: must increase");
}

// ---- What is missing ----------------------------------------------------------------------------

TEST(Reader, what_is_missing_is_named_with_the_keys_that_would_do) {
  EXPECT_EQ(
      complaint({{"v/car.json",
                  "{\n\"drive_units\": {\n\"rear\": {\"machine\":\n{\"type\": \"pmsm\", "
                  "\"L_d_uH\": 1}}}}"}}),
      "v/car.json:1: mass: missing; must be given as mass_kg, mass_g or mass_lb\n"
      "v/car.json:1: cell: missing; must be an object with OCV, R_0\n"
      "v/car.json:3: drive_units.rear.ratio: missing; must be given as ratio or ratio_percent\n"
      "v/car.json:3: drive_units.rear.machine.L_q: missing; must be given as L_q_H, L_q_mH or "
      "L_q_uH\n"
      "v/car.json:3: drive_units.rear.machine.n_p: missing; must be given as n_p");
  EXPECT_EQ(
      complaint(
          {{"v/car.json",
            "{\"mass_kg\": 1,\n\"drive_units\": {\"rear\": {\"ratio\": 9}},\n\"cell\": {}}"}}),
      "v/car.json:2: drive_units.rear.machine: missing; must be an object with \"type\": \"pmsm\" "
      "or \"loss_map\"\n"
      "v/car.json:3: cell.OCV: missing; must be given as OCV, a CSV file or an object with SOC, "
      "OCV_V; or "
      "OCV_V, OCV_mV or OCV_kV, one number for all\n"
      "v/car.json:3: cell.R_0: missing; must be given as R_0, a CSV file or an object with SOC, "
      "T_degC, R_0_mOhm; or "
      "R_0_Ohm or R_0_mOhm, one number for all");
}

TEST(Reader, a_variant_needs_its_type) {
  EXPECT_EQ(
      complaint(
          {{"v/car.json",
            "{\"mass_kg\": 1, \"cell\": {\"from\": \"cell.json\"},\n\"drive_units\": {\"rear\": "
            "{\"ratio\": 9, \"machine\": {\"L_d_uH\": 3}}}}"},
           {"v/cell.json", kCell}}),
      "v/car.json:2: drive_units.rear.machine: needs \"type\": pmsm or loss_map");
}

// ---- Inheritance --------------------------------------------------------------------------------

TEST(Reader, a_file_is_laid_over_the_one_it_names) {
  Disk disk = car("\"label\": \"base\"");
  disk["v/base.json"] = disk["v/car.json"];
  disk["v/car.json"] =
      "{\"from\": \"base.json\",\n\"mass_lb\": 1000, \"drive_units\": {\"rear\": {\"machine\": "
      "{\"L_d_uH\": 90}}}}";
  const auto car = load(disk);
  EXPECT_DOUBLE_EQ(car.value.mass, 453.59237);
  EXPECT_EQ(car.value.label, "base");
  EXPECT_DOUBLE_EQ(pmsm(car.value).L_d, 90e-6);
  EXPECT_DOUBLE_EQ(pmsm(car.value).L_q, 230e-6);
  EXPECT_EQ(car.origins.at("mass").file, "v/car.json");
  EXPECT_EQ(car.origins.at("mass").line, 2);
  EXPECT_EQ(car.origins.at("label").file, "v/base.json");
  EXPECT_EQ(car.origins.at("drive_units.rear.machine.L_d").line, 2);
}

TEST(Reader, an_object_of_another_type_is_replaced_whole) {
  Disk disk = car();
  disk["v/base.json"] = disk["v/car.json"];
  disk["v/car.json"] =
      "{\"from\": \"base.json\", \"drive_units\": {\"rear\": {\"machine\": {\"type\": "
      "\"loss_map\",\n\"p_loss_W\": 3}}}}";
  const auto car = load(disk);
  EXPECT_EQ(car.value.drive_units[0].ratio, 9);
  EXPECT_EQ(std::get<sample::LossMap<double>>(car.value.drive_units[0].machine).p_loss(0.0, 0.0),
            3);
  EXPECT_FALSE(car.origins.contains("drive_units.rear.machine.L_d"));
  EXPECT_TRUE(car.origins.contains("drive_units.rear.ratio"));
}

TEST(Reader, the_same_type_again_keeps_the_inherited_values) {
  Disk disk = car();
  disk["v/base.json"] = disk["v/car.json"];
  disk["v/car.json"] =
      "{\"from\": \"base.json\", \"drive_units\": {\"rear\": {\"machine\": {\"type\": \"pmsm\", "
      "\"n_p\": 3}}}}";
  const auto car = load(disk);
  EXPECT_DOUBLE_EQ(pmsm(car.value).L_d, 95e-6);
  EXPECT_EQ(pmsm(car.value).n_p, 3);
}

TEST(Reader, an_object_with_a_from_of_its_own_starts_anew) {
  Disk disk = car();
  disk["v/base.json"] = disk["v/car.json"];
  disk["v/base.json"].insert(disk["v/base.json"].find("\"from\""), "\"SOC_full\": 0.9, ");
  disk["v/car.json"] =
      "{\"from\": \"base.json\", \"cell\": {\"from\": \"cell.json\", \"R_0_mOhm\": 5}}";
  const auto car = load(disk);
  EXPECT_EQ(car.value.cell.SOC_full, 1.0);  // not the 0.9 of the other cell
  EXPECT_DOUBLE_EQ(car.value.cell.R_0(0.5, 300.0), 0.005);
}

TEST(Reader, a_list_is_merged_by_name_and_an_array_replaced) {
  Disk disk = car("\"events\": [{\"t_s\": 1}, {\"t_s\": 2}]");
  disk["v/base.json"] = disk["v/car.json"];
  disk["v/car.json"] =
      "{\"from\": \"base.json\", \"events\": [{\"t_s\": 3}], \"drive_units\": {\"front\": " +
      kRear + "}}";
  const auto car = load(disk);
  ASSERT_EQ(car.value.drive_units.size(), 2);
  EXPECT_EQ(car.value.drive_units.name(1), "front");
  ASSERT_EQ(car.value.events.size(), 1u);
  EXPECT_EQ(car.value.events[0].t, 3);
}

TEST(Reader, a_limit_that_was_inherited_is_taken_away) {
  Disk disk = car("\"v_max_mph\": 130");
  disk["v/base.json"] = disk["v/car.json"];
  disk["v/car.json"] = "{\"from\": \"base.json\", \"v_max_km_per_h\": \"unlimited\"}";
  EXPECT_EQ(load(disk).value.v_max, kInfinity);
  disk["v/car.json"] = "{\"from\": \"base.json\", \"mass_kg\": \"unlimited\"}";
  EXPECT_EQ(complaint(disk), "v/car.json:1: mass_kg: got \"unlimited\", must be a number");
}

TEST(Reader, what_is_overridden_must_be_right_too) {
  Disk disk = car("\"v_max_mph\": -1");
  disk["v/base.json"] = disk["v/car.json"];
  disk["v/car.json"] = "{\"from\": \"base.json\", \"v_max_mph\": 100,\n\"labl\": \"x\"}";
  EXPECT_EQ(complaint(disk),
            "v/car.json:2: labl: unknown key; did you mean label?\n"
            "v/base.json:4: v_max_mph: got -1, must be > 0");
}

TEST(Reader, a_file_can_not_inherit_from_itself) {
  EXPECT_EQ(complaint({{"v/car.json", "{\"from\": \"b.json\"}"},
                       {"v/b.json", "{\n\"from\": \"../v/car.json\"}"}}),
            "v/b.json:2: from: inherits from itself: v/car.json -> v/b.json -> v/car.json");
}

TEST(Reader, a_chain_ends_at_16_files) {
  Disk disk{{"v/car.json", "{\"from\": \"0.json\"}"}};
  for (int i = 0; i < 20; ++i)
    disk["v/" + std::to_string(i) + ".json"] = "{\"from\": \"" + std::to_string(i + 1) + ".json\"}";
  EXPECT_EQ(complaint(disk), "v/14.json:1: from: more than 16 files in a chain");
}

TEST(Reader, a_missing_ancestor_is_told_where_it_is_named) {
  EXPECT_EQ(complaint({{"v/car.json", "{\n\"from\": \"b.json\"}"}}),
            "v/car.json:2: from: v/b.json: no such file");
  EXPECT_EQ(complaint({}), "v/car.json: no such file");
  EXPECT_EQ(complaint({{"v/car.json", "{\"from\": 3}"}}),
            "v/car.json:1: from: got a number, must be the name of a JSON file");
}

TEST(Reader, a_syntax_error_ends_its_file_only) {
  Disk disk = car("\"labl\": \"x\"");
  disk["v/cell.json"] = "{\n\"OCV\": }";
  EXPECT_EQ(complaint(disk),
            "v/car.json:4: labl: unknown key; did you mean label?\n"
            "v/cell.json:2: syntax error: a comma or colon without a value behind it");
}

TEST(Reader, a_file_used_twice_has_its_faults_once) {
  Disk disk = car();
  disk["v/unit.json"] =
      "{\"ratio\": -9, \"machine\": {\"type\": \"pmsm\", \"L_d_uH\": 95, \"L_q_uH\": 230, \"n_p\": "
      "4}}";
  disk["v/car.json"] =
      "{\"mass_kg\": 1, \"cell\": {\"from\": \"cell.json\"}, \"drive_units\": "
      "{\"front\": {\"from\": \"unit.json\"}, \"rear\": {\"from\": \"unit.json\"}}}";
  EXPECT_EQ(complaint(disk), "v/unit.json:1: drive_units.front.ratio: got -9, must be > 0");
}

TEST(Reader, files_that_name_each_other_without_end_are_stopped) {
  Disk disk{{"v/car.json", "{\"mass_kg\": 1, \"cell\": {\"from\": \"cell.json\"}, \"events\": ["},
            {"v/cell.json", kCell},
            {"v/e.json", "{\"t_s\": 1}"}};
  for (int i = 0; i < 2000; ++i)
    disk["v/car.json"] += std::string(i > 0 ? "," : "") + "{\"from\": \"e.json\"}";
  disk["v/car.json"] += "]}";
  EXPECT_TRUE(
      complaint(disk).starts_with("v/car.json:1: events.999.from: more than 1000 times \"from\""));
}

TEST(Reader, a_problem_of_a_value_knows_its_line) {
  const auto loaded = load(car("\"v_max_mph\": 90"));
  EXPECT_EQ(to_string(loaded.problem("v_max", "too fast")), "v/car.json:4: v_max: too fast");
  EXPECT_EQ(to_string(loaded.problem("cell.SOC_full", "x")), "v/car.json:3: cell.SOC_full: x");
}

// ---- One value by its path ----------------------------------------------------------------------

TEST(Parameters, one_value_is_set_by_its_path) {
  auto loaded = load(car());
  Car& c = loaded.value;
  set(loaded, "drive_units.rear.machine.L_d_mH", "0.08", "--set");
  EXPECT_DOUBLE_EQ(pmsm(c).L_d, 80e-6);
  EXPECT_EQ(loaded.origins.at("drive_units.rear.machine.L_d").file, "--set");
  EXPECT_EQ(set(c, "v_max_m_per_s", 12.0), "v_max");
  EXPECT_EQ(c.v_max, 12);
  set(c, "drive_units.rear.axle", "front");
  EXPECT_EQ(c.drive_units[0].axle, sample::Axle::front);
  set(c, "drive_units.rear.machine.n_p", "5");
  EXPECT_EQ(pmsm(c).n_p, 5);
  set(c, "towing", "true");
  EXPECT_TRUE(c.towing);
  set(c, "label", "12");
  EXPECT_EQ(c.label, "12");
  set(c, "cell.R_0_mOhm", "3");
  EXPECT_DOUBLE_EQ(c.cell.R_0(0.5, 300.0), 0.003);
}

TEST(Parameters, a_value_that_is_refused_changes_nothing) {
  Car c = load(car()).value;
  const auto refusal = [&](std::string_view path, std::string_view value) {
    return sample::complaint([&] { set(c, path, value, "--set"); });
  };
  EXPECT_EQ(refusal("mass_kg", "-3"), "--set: mass_kg: got -3, must be > 0");
  EXPECT_EQ(refusal("mass_kg", "heavy"), "--set: mass_kg: got \"heavy\", must be a number");
  EXPECT_EQ(refusal("drive_units.rear.axle", "left"),
            "--set: drive_units.rear.axle: got \"left\", must be front or rear");
  EXPECT_EQ(refusal("cell.OCV", "/nowhere/a.csv"), "--set: cell.OCV: /nowhere/a.csv: no such file");
  EXPECT_EQ(c.mass, 1980);
}

TEST(Parameters, a_path_that_is_not_there_has_the_nearest_one) {
  Car c = load(car()).value;
  const auto refusal = [&](std::string_view path) {
    return sample::complaint([&] { set(c, path, 1.0); });
  };
  EXPECT_EQ(refusal("drive_units.rear.machine.L_qq_uH"),
            "drive_units.rear.machine.L_qq_uH: unknown key; did you mean L_q_uH?");
  EXPECT_EQ(refusal("drive_units.rear.machine.L_d"),
            "drive_units.rear.machine.L_d: needs a unit: L_d_H, L_d_mH or L_d_uH");
  EXPECT_EQ(refusal("drive_units.raer.machine.L_d_uH"),
            "drive_units.raer.machine.L_d_uH: no such value; did you mean "
            "drive_units.rear.machine.L_d_uH?");
  EXPECT_EQ(refusal("L_d_uH"),
            "L_d_uH: no such value; did you mean drive_units.rear.machine.L_d_uH?");
  EXPECT_EQ(refusal("cell"), "cell: is a group of values; name one of them");
  EXPECT_EQ(refusal(""), "no such value");
  EXPECT_EQ(refusal("..."), "...: no such value");
}

TEST(Parameters, a_limit_is_set_and_taken_away_where_that_is_allowed) {
  auto loaded = load(car("\"v_max_mph\": 90"));
  set(loaded, "v_max_mph", kInfinity, "");
  EXPECT_EQ(loaded.value.v_max, kInfinity);
  set(loaded, "v_max_mph", 50.0, "");
  set(loaded, "v_max_km_per_h", std::string_view("unlimited"), "");
  EXPECT_EQ(loaded.value.v_max, kInfinity);
  EXPECT_THROW(set(loaded, "mass_kg", kInfinity, ""), InputError);
  EXPECT_THROW(set(loaded, "mass_kg", std::string_view("unlimited"), ""), InputError);
  EXPECT_EQ(loaded.value.mass, 1980.0);
}

TEST(Parameters, all_are_listed_with_value_range_default_and_origin) {
  const auto loaded = load(car("\"v_max_mph\": 90"));
  const auto all = parameters(loaded.value, loaded.origins);
  const auto line = [&](std::string_view path) {
    for (const Parameter& p : all)
      if (p.path == path)
        return p.key + " = " + p.text + " (" + p.allowed + ", default " + p.default_text + ") " +
               std::string(p.doc) + ", " + p.origin;
    return std::string();
  };
  EXPECT_EQ(line("mass"), "mass_kg = 1980 (> 0, default required) kerb mass, v/car.json:1");
  EXPECT_EQ(line("v_max"),
            "v_max_km_per_h = 144.84096 (> 0, default unlimited) top speed, v/car.json:4");
  EXPECT_EQ(line("drive_units.rear.axle"),
            "axle = rear (front or rear, default rear) axle that is driven, default");
  EXPECT_EQ(line("drive_units.rear.machine.L_d"),
            "L_d_uH = 95 (> 0, default required) d-axis inductance, v/car.json:2");
  EXPECT_EQ(line("cell.T_min"), "T_min_degC = -40 (-40 to 60, default -40) coldest, default");
  EXPECT_EQ(line("cell.OCV"),
            "OCV_V = table of 2 (> 0, default required) open-circuit voltage, v/cell.json:1");
  EXPECT_EQ(all.front().path, "mass");
  EXPECT_DOUBLE_EQ(all.front().value, 1980);
}

TEST(Parameters, what_is_written_reads_back_bit_by_bit) {
  auto loaded =
      load(car("\"v_max_km_per_h\": 265, \"events\": [{\"t_s\": 0.1, \"path\": \"a \\\"b\\\"\"}]"));
  loaded.value.mass = 1.0 / 3.0;
  const std::string text = to_text(to_json(loaded.value));
  const Car again = read<Car>("a.json", sample::reader({{"a.json", text}})).value;
  EXPECT_EQ(collect(again).numbers, collect(loaded.value).numbers);
  EXPECT_EQ(collect(again).counts, collect(loaded.value).counts);
  EXPECT_EQ(collect(again).names, collect(loaded.value).names);
  EXPECT_EQ(again.cell.OCV.data()->values(), loaded.value.cell.OCV.data()->values());
  EXPECT_EQ(again.cell.R_0.data()->values(), loaded.value.cell.R_0.data()->values());
  EXPECT_EQ(to_text(to_json(again)), text);
}

TEST(Parameters, what_is_written_keeps_the_units_of_the_user) {
  const auto loaded = load(car("\"v_max_mph\": 90"));
  EXPECT_EQ(to_json(loaded.value, loaded.origins).find("v_max_mph")->number, 90);
  EXPECT_EQ(to_json(loaded.value).find("v_max_mph"), nullptr);
}

TEST(Description, two_members_can_not_share_a_key) {
  // mass in kg and a plain number "mass_kg" would both be written mass_kg.
  Node node;
  Node a, b;
  a.kind = b.kind = Kind::number;
  a.name = "mass";
  a.dim = Dim::mass;
  b.name = "mass_kg";
  node.members = {a, b};
  EXPECT_THROW(detail::finish(node), std::logic_error);
}

}  // namespace
}  // namespace evsim::io
