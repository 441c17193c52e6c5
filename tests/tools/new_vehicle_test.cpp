#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A folder with the families of the garage, and the program's command line but for the file.
class NewVehicle : public Program {
 protected:
  NewVehicle() {
    fs::create_directories(file("vehicles"));
    fs::copy(fs::path(EVSIM_SOURCE_DIR) / "vehicles/components", file("vehicles/components"),
             fs::copy_options::recursive);
  }
  static fs::path scenarios() { return fs::path(EVSIM_SOURCE_DIR) / "scenarios"; }
  static Arguments arguments(const std::string& file, const Arguments& more = {}) {
    Arguments a{"new-vehicle",       file,   "--name",     "Saloon",    "--drive",     "rear",
                "--mass_kg",         "1760", "--power_kW", "194",       "--torque_Nm", "340",
                "--battery_kWh",     "60",   "--tyre",     "235/45R18", "--Cd",        "0.23",
                "--frontal_area_m2", "2.22"};
    a.insert(a.end(), more.begin(), more.end());
    return a;
  }
};

TEST_F(NewVehicle, writes_a_car_that_checks_and_says_what_it_assumed) {
  const Ran r = evsim(arguments("vehicles/mine.json", {"--source", "a brochure"}));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(has(r.out, "vehicles/mine.json: written")) << r.out;
  EXPECT_TRUE(has(r.out, "power_kW")) << r.out;
  EXPECT_TRUE(has(r.out, "rule: kerb mass and 450 kg of load")) << r.out;
  EXPECT_TRUE(has(r.out, "evsim run SCENARIO --vehicle vehicles/mine.json")) << r.out;
  const nlohmann::json car = read_json("vehicles/mine.json");
  EXPECT_EQ(car.at("chassis").at("sources").at("mass_kg"), "a brochure");
  EXPECT_EQ(car.at("chassis").at("from"), "components/tyre_235_45_r18.json");
  EXPECT_EQ(evsim({"check", "vehicles/mine.json"}).code, 0);
}

TEST_F(NewVehicle, finds_the_families_from_any_folder_below) {
  EXPECT_EQ(evsim(arguments("cars/own/mine.json")).code, 0);
  EXPECT_EQ(read_json("cars/own/mine.json").at("battery").at("from"),
            "../../vehicles/components/cell_nmc.json");
  EXPECT_EQ(evsim({"check", "cars/own/mine.json"}).code, 0);
  fs::rename(file("vehicles"), file("other"));
  const Ran r = evsim(arguments("cars/new.json"));
  EXPECT_EQ(r.code, 2);
  EXPECT_TRUE(has(r.err, "no component families found")) << r.err;
}

TEST_F(NewVehicle, a_car_from_catalogue_figures_drives_the_wltc) {
  fs::copy(scenarios(), file("scenarios"), fs::copy_options::recursive);
  const Ran r = evsim(arguments("vehicles/mine.json", {"--top_speed_mph", "140"}));
  EXPECT_EQ(r.code, 0) << r.err;
  for (const char* kpi : {"energy_consumption_battery_Wh_per_km", "range_km",
                          "time_0_100_km_per_h_s", "top_speed_km_per_h"})
    EXPECT_TRUE(has(r.out, kpi)) << r.out;
  // All limits of the scenario: trace, ledger, plausible consumption.
  EXPECT_EQ(evsim({"run", "scenarios/wltc.json", "--vehicle", "vehicles/mine.json"}).code, 0);
}

TEST_F(NewVehicle, overwrites_only_by_force) {
  write("vehicles/mine.json", "dear diary");
  const Ran r = evsim(arguments("vehicles/mine.json"));
  EXPECT_EQ(r.code, 2);
  EXPECT_EQ(r.err, "vehicles/mine.json: exists; --force overwrites it\n");
  EXPECT_EQ(read("vehicles/mine.json"), "dear diary");
  EXPECT_EQ(evsim(arguments("vehicles/mine.json", {"--force"})).code, 0);
  EXPECT_EQ(read_json("vehicles/mine.json").at("name"), "Saloon");
}

TEST_F(NewVehicle, exit_2_with_all_that_is_wrong_and_no_file) {
  const Ran r = evsim({"new-vehicle", "vehicles/mine.json", "--mass_kg", "-5", "--drive", "back"});
  EXPECT_EQ(r.code, 2);
  EXPECT_TRUE(has(r.err, "evsim new-vehicle: --mass_kg: got -5, must be 100 to 20000")) << r.err;
  EXPECT_TRUE(has(r.err, "--drive: got back, must be front, rear or all")) << r.err;
  EXPECT_TRUE(has(r.err, "--torque_Nm: missing")) << r.err;
  EXPECT_FALSE(exists("vehicles/mine.json"));
  EXPECT_TRUE(
      has(evsim(arguments("vehicles/mine.json", {"--mass_t", "2"})).err, "--mass_t; did you mean"));
  EXPECT_EQ(evsim(arguments("vehicles/mine.txt")).code, 2);
}

TEST_F(NewVehicle, leaves_no_file_where_figures_make_no_car) {
  // The power would need a speed of the machine above its largest.
  const Ran r = evsim(arguments("vehicles/mine.json", {"--machine_speed_rpm", "2000"}));
  EXPECT_EQ(r.code, 2);
  EXPECT_TRUE(has(r.err, "above omega_max")) << r.err;
  EXPECT_FALSE(exists("vehicles/mine.json"));
}

TEST_F(NewVehicle, exit_4_where_the_file_can_not_be_written) {
  EXPECT_EQ(evsim(arguments("/proc/none/mine.json")).code, 4);
}

}  // namespace
}  // namespace evsim
