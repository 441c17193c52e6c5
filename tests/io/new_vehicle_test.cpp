#include "sim/io/new_vehicle.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/io/case.h"
#include "sim/run/result.h"

namespace evsim {
namespace {

using Figures = std::vector<io::KeyValue>;

const std::string kFolder = EVSIM_SOURCE_DIR "/vehicles/";

Figures saloon() {
  return {{"name", "Saloon"},    {"drive", "rear"},    {"mass_kg", "1760"},
          {"power_kW", "194"},   {"torque_Nm", "340"}, {"battery_kWh", "60"},
          {"tyre", "235/45R18"}, {"Cd", "0.23"},       {"frontal_area_m2", "2.22"}};
}
Figures with(Figures figures, const Figures& more) {
  for (const io::KeyValue& m : more) {
    std::erase_if(figures, [&](const io::KeyValue& f) { return f.key == m.key; });
    figures.push_back(m);
  }
  return figures;
}
Figures without(Figures figures, const std::string& key) {
  std::erase_if(figures, [&](const io::KeyValue& f) { return f.key == key; });
  return figures;
}

io::Draft draft(const Figures& figures, bool has_tyre = false) {
  return io::draft_vehicle(io::read_catalogue(figures, "figures"),
                           {.folder = "components", .has_tyre = has_tyre, .schema = ""});
}
// As if the file lay beside the garage.
io::Loaded<car::Params<double>> loaded(const Figures& figures, bool has_tyre = false) {
  const std::string file = kFolder + "new.json", text = io::to_text(draft(figures, has_tyre).file);
  return io::read<car::Params<double>>(file, [&](const std::string& name) {
    return name == file ? io::checked_text(text) : io::read_file(name);
  });
}
std::string problems(const Figures& figures) {
  try {
    io::read_catalogue(figures, "figures");
    return {};
  } catch (const InputError& e) {
    return e.what();
  }
}
const machine::Envelope<double>& envelope(const car::Params<double>& car, int unit = 0) {
  return car.drive_units[unit].machine.envelope;
}

// ---- Rules, by hand -------------------------------------------------------------------------------

TEST(NewVehicleRules, a_tyre_of_235_45_r18_rolls_with_0_3246_m) {
  // d = 18 x 25.4 mm + 2 x 0.45 x 235 mm = 668.7 mm; 3.05 x 0.6687 m / (2 pi) = 0.32460 m
  EXPECT_NEAR(io::rules::rolling_radius({235, 45, 18}), 0.3246, 5e-5);  // half of the last digit
  EXPECT_DOUBLE_EQ(io::rules::wheel_inertia(0.3413), 1.5);
}

TEST(NewVehicleRules, a_bolt_has_the_rotor_that_was_measured_in_it) {
  // 360 Nm, 8810 rpm: 0.0417 kg m2
  EXPECT_NEAR(io::rules::rotor_inertia(360.0, 8810 * io::rules::kRpm), 0.0417,
              2.2e-4);  // 99 has two digits
}

TEST(NewVehicleRules, ratio_and_machine_speed_are_each_others_inverse) {
  // 16000 rpm x 0.3246 m / (1.05 x 62.5 m/s) = 8.288
  const double ratio = io::rules::ratio(16000 * io::rules::kRpm, 0.3246, 62.5);
  EXPECT_NEAR(ratio, 8.288, 5e-4);  // half of the last digit
  EXPECT_NEAR(io::rules::machine_speed(ratio, 0.3246, 62.5), 16000 * io::rules::kRpm,
              1e-9);  // rounding
}

TEST(NewVehicleRules, a_charger_of_7_7_kW_has_0_908) {
  // 0.937 - 220 / 7700 = 0.9084
  EXPECT_NEAR(io::rules::charger_efficiency(7700.0), 0.9084, 5e-5);  // half of the last digit
}

// ---- The file -------------------------------------------------------------------------------------

TEST(NewVehicle, has_what_was_given_and_no_problem) {
  const auto car = loaded(with(saloon(), {{"usable_kWh", "59"},
                                          {"chemistry", "lfp"},
                                          {"voltage_V", "340"},
                                          {"top_speed_km_per_h", "225"}}));
  io::Problems problems;
  io::check_vehicle(car.value, car.origins, problems);
  EXPECT_FALSE(problems.any());
  EXPECT_EQ(car.value.chassis.mass, 1760.0);
  EXPECT_EQ(envelope(car.value).P_peak, 194e3);
  EXPECT_EQ(envelope(car.value).tau_peak, 340.0);
  EXPECT_DOUBLE_EQ(car.value.speed_limiter.v_max, 62.5);
  const auto& battery = std::get<battery_pack::Params<double>>(car.value.battery);
  EXPECT_EQ(battery.n_series, 106);                            // 340 V / 3.2 V
  EXPECT_NEAR(battery.SOC_empty, 1.0 / 60.0, 5e-5);            // three digits
  EXPECT_NEAR(battery.capacity * 106 * 3.2, 60 * 3.6e6, 1e5);  // four digits
}

TEST(NewVehicle, says_of_each_value_that_it_is_given_or_a_rule_or_assumed) {
  int given = 0;
  for (const io::DraftValue& v : draft(with(saloon(), {{"source", "a brochure"}})).values) {
    if (v.given)
      EXPECT_EQ(v.source, "a brochure") << v.path;
    else
      EXPECT_TRUE(v.source.starts_with("rule") || v.source.starts_with("assumed")) << v.path;
    given += v.given;
  }
  EXPECT_EQ(given, 5);  // mass, Cd, area, torque, power: the other figures go into rules
}

void expect_a_source_of_each_number(const io::Json& object, const std::string& path) {
  const io::Json* sources = object.find("sources");
  for (const io::Json& item : object.items) {
    const std::string here = path + "." + item.key;
    if (item.is_object() && item.key != "sources" && item.find("csv") == nullptr)
      expect_a_source_of_each_number(item, here);
    if (item.kind != io::Json::Kind::number) continue;
    ASSERT_NE(sources, nullptr) << here;
    EXPECT_NE(sources->find(item.key), nullptr) << here;
  }
}
TEST(NewVehicle, the_file_has_a_source_of_each_number) {
  expect_a_source_of_each_number(draft(with(saloon(), {{"drive", "all"}})).file, "file");
}

TEST(NewVehicle, keeps_figures_in_the_units_they_were_given_in) {
  const Figures figures = with(without(saloon(), "mass_kg"), {{"mass_lb", "3880"}});
  EXPECT_EQ(draft(figures).file.find("chassis")->find("mass_lb")->number, 3880.0);
  EXPECT_DOUBLE_EQ(loaded(figures).value.chassis.mass, 3880 * 0.45359237);
}

TEST(NewVehicle, takes_the_tyres_file_or_writes_the_same_wheel_into_the_car) {
  const auto from_file = loaded(saloon(), true).value.chassis;
  const auto inside = loaded(saloon(), false).value.chassis;
  EXPECT_EQ(inside.wheel_radius, from_file.wheel_radius);
  EXPECT_EQ(inside.wheel_inertia, from_file.wheel_inertia);
  EXPECT_EQ(inside.mu, from_file.mu);
  EXPECT_EQ(inside.slip_stiffness, from_file.slip_stiffness);
}

TEST(NewVehicle, machines_of_both_axles_add_up_to_what_was_given) {
  const auto car = loaded(with(saloon(), {{"drive", "all"}})).value;
  ASSERT_EQ(car.drive_units.size(), 2);
  EXPECT_EQ(car.drive_units.name(0), "rear");
  EXPECT_EQ(car.drive_units[0].torque_share, 1.0);
  EXPECT_EQ(car.drive_units[1].torque_share, 0.0);
  EXPECT_DOUBLE_EQ(envelope(car, 1).tau_peak, 0.4 * 340);
  EXPECT_DOUBLE_EQ(envelope(car, 0).tau_peak + envelope(car, 1).tau_peak, 340.0);
  EXPECT_DOUBLE_EQ(envelope(car, 0).P_peak + envelope(car, 1).P_peak, 194e3);
}

TEST(NewVehicle, a_front_machine_that_is_given_is_taken_off_the_sum) {
  const auto car =
      loaded(
          with(saloon(), {{"drive", "all"}, {"front_power_kW", "60"}, {"front_torque_Nm", "100"}}))
          .value;
  EXPECT_DOUBLE_EQ(envelope(car, 0).P_peak, 134e3);
  EXPECT_DOUBLE_EQ(envelope(car, 0).tau_peak, 240.0);
}

TEST(NewVehicle, of_a_front_machine_only_what_was_given_counts_as_given) {
  const auto values = draft(with(saloon(), {{"drive", "all"}, {"front_power_kW", "60"}})).values;
  const auto given = [&](const std::string& path) {
    return std::ranges::find(values, path, &io::DraftValue::path)->given;
  };
  EXPECT_TRUE(given("drive_units.front.machine.P_peak_kW"));
  EXPECT_FALSE(given("drive_units.front.machine.tau_peak_Nm"));
  EXPECT_FALSE(given("drive_units.rear.machine.P_peak_kW"));
}

TEST(NewVehicle, a_coast_down_stands_for_drag_and_area) {
  Figures figures = without(without(saloon(), "Cd"), "frontal_area_m2");
  figures = with(figures,
                 {{"A_lbf", "37.17"}, {"B_lbf_per_mph", "-0.047"}, {"C_lbf_per_mph2", "0.0144"}});
  const auto car = loaded(figures).value;
  const auto& road = std::get<road_load::CoastDown<double>>(car.road_load);
  EXPECT_NEAR(road.A, 37.17 * 4.4482216152605, 1e-9);  // rounding
  EXPECT_LT(road.B, 0.0);
}

TEST(NewVehicle, every_kind_of_machine_cell_inverter_and_axle_makes_a_car_without_problems) {
  for (const char* drive : {"front", "rear", "all"})
    for (const char* machine : {"pmsm", "eesm", "induction"})
      for (const char* chemistry : {"nmc", "lfp"})
        for (const char* voltage : {"350", "700"}) {
          const auto car = loaded(with(saloon(), {{"drive", drive},
                                                  {"machine", machine},
                                                  {"chemistry", chemistry},
                                                  {"voltage_V", voltage}}));
          io::Problems problems;
          io::check_vehicle(car.value, car.origins, problems);
          EXPECT_FALSE(problems.any()) << drive << machine << chemistry << voltage;
        }
}

// ---- Wrong figures --------------------------------------------------------------------------------

TEST(NewVehicle, tells_all_that_is_wrong_or_missing_at_once) {
  const std::string all = problems({{"name", "x"},
                                    {"drive", "reer"},
                                    {"mass_kg", "5"},
                                    {"power_kW", "much"},
                                    {"tyre", "235-45"},
                                    {"length_m", "4"}});
  for (const char* part :
       {"figures: --drive: got reer, must be front, rear or all; did you mean rear?",
        "--mass_kg: got 5, must be 100 to 20000", "--power_kW: got much, must be a number",
        "--tyre: got 235-45, must be a size as 235/45R18", "--length_m: no such figure",
        "--torque_Nm: missing", "--battery_kWh: missing", "--Cd: missing"})
    EXPECT_NE(all.find(part), std::string::npos) << part << "\n" << all;
}

TEST(NewVehicle, a_figure_that_can_not_be_read_contradicts_no_other) {
  EXPECT_EQ(problems(with(saloon(), {{"battery_kWh", "x"}, {"usable_kWh", "59"}})),
            "figures: --battery_kWh: got x, must be a number");
}

TEST(NewVehicle, tells_figures_that_contradict_each_other) {
  const auto found = [](const Figures& more, const std::string& what) {
    const std::string all = problems(with(saloon(), more));
    EXPECT_NE(all.find(what), std::string::npos) << what << "\n" << all;
  };
  found({{"mass_lb", "3880"}}, "--mass_lb: given twice");
  found({{"usable_kWh", "61"}}, "--usable_kWh: is above the gross energy");
  found({{"gross_mass_kg", "1700"}}, "--gross_mass_kg: is below the kerb mass");
  found({{"A_N", "100"}}, "--C_N_s2_per_m2: missing");
  found({{"A_N", "100"}, {"C_N_s2_per_m2", "0.4"}}, "--Cd: is contained in the coast-down");
  found({{"front_power_kW", "60"}}, "--front_power_kW: is for --drive all");
  found({{"drive", "all"}, {"front_torque_Nm", "340"}}, "--front_torque_Nm: must be below");
  found({{"ratio", "12"}, {"machine_speed_rpm", "16000"}, {"top_speed_km_per_h", "225"}},
        "--top_speed_km_per_h: the machine would turn at");
  EXPECT_NE(problems(without(saloon(), "frontal_area_m2")).find("--frontal_area_m2: missing"),
            std::string::npos);
}

TEST(NewVehicle, reads_tyres_as_they_are_printed) {
  for (const char* size : {"235/45R18", "235/45 R18", "235/45ZR18", "235/45 ZR 18"})
    EXPECT_EQ(problems(with(saloon(), {{"tyre", size}})), "") << size;
  for (const char* size :
       {"", "235/45", "18", "235/45R18x", "235/45R180", "2350/45R18", "-5/45R18"})
    EXPECT_NE(problems(with(saloon(), {{"tyre", size}})), "") << size;
}

}  // namespace
}  // namespace evsim
