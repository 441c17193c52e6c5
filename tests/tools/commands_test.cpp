#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

using Json = nlohmann::json;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// ---- The command line itself ----------------------------------------------------------------------

class CommandLine : public Program {};

TEST_F(CommandLine, help_of_each_command_has_examples_and_exit_codes) {
  EXPECT_EQ(evsim({"--help"}).code, 0);
  for (const char* command : {"run", "can", "check", "describe", "list", "schema", "compare",
                              "replay", "validate", "response", "new-vehicle", "completion"}) {
    const Ran r = evsim({command, "--help"});
    EXPECT_EQ(r.code, 0);
    EXPECT_TRUE(has(r.out, "Example")) << command;
    EXPECT_TRUE(has(r.out, "Exit codes")) << command;
    EXPECT_TRUE(has(r.out, std::string("evsim ") + command)) << command;
  }
}

TEST_F(CommandLine, without_a_command_shows_help_and_is_wrong) {
  const Ran r = evsim({});
  EXPECT_EQ(r.code, 2);
  EXPECT_TRUE(has(r.err, "evsim COMMAND --help"));
}

TEST_F(CommandLine, unknown_commands_and_options_name_the_nearest) {
  const Ran command = evsim({"rum", "drive.json"});
  EXPECT_EQ(command.code, 2);
  EXPECT_EQ(command.err, "evsim: unknown command rum; did you mean run?\n");
  const Ran option = evsim({"run", "drive.json", "--vehicel=car.json"});
  EXPECT_EQ(option.code, 2);
  EXPECT_EQ(option.err, "evsim run: unknown option --vehicel; did you mean --vehicle?\n");
  EXPECT_EQ(evsim({"run", "drive.json", "--vehicel", "car.json"}).code, 2);
  EXPECT_EQ(evsim({"check"}).code, 2);
  EXPECT_EQ(evsim({"compare", "a", "b", "c"}).code, 2);
}

TEST_F(CommandLine, wrong_values_are_told) {
  EXPECT_EQ(evsim({"run", "drive.json", "--format", "xml"}).err,
            "evsim run: --format: got xml, must be csv or hdf5\n");
  EXPECT_EQ(evsim({"run", "drive.json", "--jobs", "many"}).code, 2);
  EXPECT_EQ(evsim({"run", "drive.json", "--jobs", "-1"}).code, 2);
  EXPECT_EQ(evsim({"run", "drive.json", "--timeout", "-1"}).code, 2);
  EXPECT_EQ(evsim({"run", "drive.json", "--level", "driving"}).code, 2);
  EXPECT_EQ(evsim({"run", "drive.json", "--set", "nonsense"}).code, 2);
}

TEST_F(CommandLine, an_option_takes_one_value_so_that_files_may_follow) {
  EXPECT_EQ(
      evsim({"run", "--vehicle", "car.json", "--set", "chassis.mass_kg=1600", "drive.json"}).code,
      0);
}

TEST_F(CommandLine, version_tells_what_it_was_built_with) {
  const Ran r = evsim({"--version"});
  EXPECT_EQ(r.code, 0);
  EXPECT_TRUE(r.out.starts_with("evsim "));
  for (const char* part : {"compiler", "SUNDIALS", "HDF5"}) EXPECT_TRUE(has(r.out, part)) << part;
}

TEST_F(CommandLine, completion_of_bash_is_the_file_of_the_repository) {
  const Ran r = evsim({"completion", "bash"});
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.out, slurp(fs::path(EVSIM_SOURCE_DIR) / "tools/completion/evsim.bash"));
  EXPECT_EQ(evsim({"completion", "fish"}).code, 2);
}

TEST_F(CommandLine, bash_can_read_the_completion) {
  EXPECT_EQ(std::system(
                ("bash -n " + (fs::path(EVSIM_SOURCE_DIR) / "tools/completion/evsim.bash").string())
                    .c_str()),
            0);
}

TEST_F(CommandLine, each_command_says_when_its_output_can_not_be_written) {
  for (const Arguments& a :
       {Arguments{"--help"}, Arguments{"--version"}, Arguments{"check", "car.json"},
        Arguments{"describe", "units"}, Arguments{"schema", "vehicle"}, Arguments{"list"},
        Arguments{"completion", "bash"}})
    EXPECT_EQ(evsim(a, "/dev/full").code, 4) << a[0];
}

// ---- check ----------------------------------------------------------------------------------------

class Check : public Program {};

TEST_F(Check, knows_each_file_by_its_content) {
  write("pedals.csv", "t [s],accelerator [1],brake [1]\n0,1,0\n9,0,1\n");
  const Ran r = evsim({"check", "car.json", "drive.json", "cycle.csv", "pedals.csv"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(has(r.out, "car.json: vehicle ok, 1 file\n")) << r.out;
  EXPECT_TRUE(has(r.out, "drive.json: scenario ok, with car.json, 3 files\n")) << r.out;
  EXPECT_TRUE(has(r.out, "cycle.csv: cycle ok, 65 s, 0.59028 km, up to 50 km/h\n")) << r.out;
  EXPECT_TRUE(has(r.out, "pedals.csv: pedal trace ok, 9 s, pedals\n")) << r.out;
}

TEST_F(Check, knows_link_files_and_opens_nothing) {
  const std::string examples = std::string(EVSIM_SOURCE_DIR) + "/docs/examples/link/";
  const Ran r = evsim({"check", examples + "link.json", examples + "can.json"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(has(r.out, "link.json: link ok, vcu at tcp://127.0.0.1:4815\n")) << r.out;
  EXPECT_TRUE(has(r.out, "can.json: link ok, vcu on the bus at slcan-server://127.0.0.1:4816\n"))
      << r.out;
  write("pipes.json", R"({"vcu": {"at": "fifo:///)" + fs::absolute(file("vcu")).string() + "\"}}");
  EXPECT_EQ(evsim({"check", "pipes.json"}).code, 0);
  EXPECT_FALSE(exists("vcu.in"));
}

TEST_F(Check, goes_through_all_files_though_one_is_wrong) {
  write("bad.json", small::replaced(small::kVehicle, "\"mass_kg\": 1500", "\"mass_kg\": 0"));
  write("other.json", "{\"a\": 1}");
  write("table.csv", "SOC [1],OCV [V]\n0,3\n1,4\n");
  const Ran r = evsim({"check", "bad.json", "other.json", "table.csv", "none.json", "car.json"});
  EXPECT_EQ(r.code, 2);
  EXPECT_TRUE(has(r.err, "bad.json:3: chassis.mass_kg: got 0, must be > 0")) << r.err;
  EXPECT_TRUE(has(r.err, "other.json: is neither a vehicle, a scenario nor a link")) << r.err;
  EXPECT_TRUE(has(r.err, "table.csv: is no cycle")) << r.err;
  EXPECT_TRUE(has(r.err, "none.json: no such file")) << r.err;
  EXPECT_TRUE(has(r.out, "car.json: vehicle ok"));
}

TEST_F(Check, a_file_that_only_inherits_is_of_its_parents_kind) {
  write("heavy.json", R"({"from": "car.json"})");
  EXPECT_TRUE(has(evsim({"check", "heavy.json"}).out, "heavy.json: vehicle ok, 2 files"));
}

// ---- describe, list, schema -----------------------------------------------------------------------

class Describe : public Program {};

TEST_F(Describe, parameters_with_unit_range_default_and_meaning) {
  const Ran r = evsim({"describe", "parameters", "T_lag"});
  EXPECT_EQ(r.code, 0);
  EXPECT_TRUE(has(r.out, "drive_units.NAME.machine.T_lag_s  s     > 0")) << r.out;
  EXPECT_TRUE(has(r.out, "0.02"));
  EXPECT_TRUE(has(r.out, "lag of the torque"));
  EXPECT_TRUE(has(evsim({"describe", "parameters"}).out, "scenario.driver(follow).preview_s"));
}

TEST_F(Describe, values_of_a_vehicle_with_the_line_that_gave_them) {
  const Ran r = evsim({"describe", "car.json", "chassis.*"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(has(r.out, "car.json:3")) << r.out;
  EXPECT_TRUE(has(r.out, "default"));
  EXPECT_FALSE(has(r.out, "battery"));
}

TEST_F(Describe, signals_and_units) {
  const std::string signals = evsim({"describe", "signals"}).out;
  EXPECT_TRUE(has(signals, "drive_units.NAME.tau"));
  EXPECT_TRUE(has(signals, "drive_units.NAME.i_d_ref"));
  EXPECT_TRUE(has(signals, "dc_link.i_ripple_rms"));
  EXPECT_TRUE(has(evsim({"describe", "signals", "body.v"}).out, "energy, drive, waveform"));
  EXPECT_FALSE(has(evsim({"describe", "signals", "dc_link.u"}).out, "energy"));
  EXPECT_TRUE(has(evsim({"describe", "units", "speed"}).out, "km_per_h"));
}

TEST_F(Describe, flux_tables_with_what_check_says_of_them) {
  const std::string car = EVSIM_SOURCE_DIR "/vehicles/generic_compact_flux_map.json";
  const std::string checked = evsim({"check", car}).out;
  const std::size_t at = checked.find("flux tables of front: asymmetry ");
  ASSERT_NE(at, std::string::npos) << checked;
  const std::string facts = checked.substr(at);
  for (const char* filter : {"", "magnetics", "drive_units.*.machine.dq.*"})
    EXPECT_TRUE(has(evsim({"describe", car, filter}).out, facts)) << filter;
  EXPECT_FALSE(has(evsim({"describe", car, "chassis"}).out, "flux tables"));
}

TEST_F(Describe, what_does_not_exist_is_wrong) {
  EXPECT_EQ(evsim({"describe", "paramters"}).code, 2);
  EXPECT_EQ(evsim({"describe", "parameters", "no_such_thing"}).code, 2);
  EXPECT_EQ(evsim({"describe", "cycle.csv"}).code, 2);
}

class List : public Program {};

TEST_F(List, finds_files_of_the_working_folder) {
  write("vehicles/mine.json", R"({"description": "my car"})");
  write("scenarios/way.json", "{}");
  write("scenarios/cycles/up.csv", small::kCycle);
  const Ran r = evsim({"list"});
  EXPECT_EQ(r.code, 0);
  EXPECT_TRUE(has(r.out, "vehicles/mine.json  my car")) << r.out;
  EXPECT_TRUE(has(r.out, "scenarios/way.json"));
  EXPECT_TRUE(has(r.out, "scenarios/cycles/up.csv  65 s, 0.59028 km"));
  EXPECT_FALSE(has(evsim({"list", "cycles"}).out, "mine"));
  EXPECT_EQ(evsim({"list", "cars"}).code, 2);
}

class Schema : public Program {};

TEST_F(Schema, is_json_on_stdout_or_in_a_folder) {
  const Ran r = evsim({"schema", "vehicle"});
  EXPECT_EQ(r.code, 0);
  EXPECT_TRUE(Json::parse(r.out).contains("properties"));
  EXPECT_EQ(evsim({"schema", "--write", "schema"}).code, 0);
  EXPECT_EQ(read("schema/vehicle.schema.json"), r.out);
  EXPECT_TRUE(read_json("schema/scenario.schema.json").contains("properties"));
  EXPECT_EQ(read("schema/link.schema.json"), evsim({"schema", "link"}).out);
  EXPECT_EQ(evsim({"schema", "car"}).code, 2);
  EXPECT_EQ(evsim({"schema"}).code, 2);
  EXPECT_EQ(evsim({"schema", "--write", "/dev/full/x"}).code, 4);
}

// ---- compare, replay ------------------------------------------------------------------------------

class Compare : public Program {
 protected:
  Compare() {
    evsim({"run", "drive.json", "--out", "a"});
    evsim({"run", "drive.json", "--out", "b", "--set", "chassis.mass_kg=1501"});
  }
};

TEST_F(Compare, a_run_equals_itself) {
  const Ran r = evsim({"compare", "a/drive/car", "a/drive/car"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(has(r.out, "all within tolerance"));
}

TEST_F(Compare, differences_count_unless_they_are_allowed) {
  EXPECT_EQ(evsim({"compare", "a/drive/car", "b/drive/car"}).code, 1);
  const std::string everything = "0.01", residual = "ledger_residual=10";
  EXPECT_EQ(evsim({"compare", "a/drive/car", "b/drive/car", "--tolerance", everything,
                   "--tolerance", residual, "--tolerance", "trace_error_max_km_per_h=1",
                   "--tolerance", "trace_error_rms_km_per_h=1"})
                .code,
            0);
  EXPECT_EQ(evsim({"compare", "a/drive/car", "b/drive/car", "--tolerance", "1", "--tolerance",
                   residual, "--tolerance", "range_km=0"})
                .code,
            1);
}

TEST_F(Compare, signals_are_compared_when_asked_for) {
  const Ran same = evsim({"compare", "a/drive/car", "a/drive/car", "--signals", "0"});
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_TRUE(has(same.out, "largest difference"));
  const Ran other =
      evsim({"compare", "a/drive/car", "b/drive/car", "--tolerance", "1000", "--signals", "1e-9"});
  EXPECT_EQ(other.code, 1);
  EXPECT_TRUE(has(other.out, "battery.p"));
  EXPECT_EQ(evsim({"compare", "a/drive/car", "b/drive/car", "--signals", "-1"}).code, 2);
}

TEST_F(Compare, wrong_tolerances_and_folders_are_told) {
  EXPECT_EQ(evsim({"compare", "a/drive/car", "none"}).code, 2);
  EXPECT_EQ(evsim({"compare", "a/drive/car", "a/drive/car", "--tolerance", "much"}).code, 2);
  const Ran r = evsim({"compare", "a/drive/car", "a/drive/car", "--tolerance", "range=0.1"});
  EXPECT_EQ(r.code, 2);
  EXPECT_TRUE(has(r.err, "--tolerance: range: no such KPI")) << r.err;
}

class Replay : public Program {};

TEST_F(Replay, gives_the_same_bits_with_commands_and_settings) {
  write("events.json", small::replaced(small::kScenario, "\"expect\"", R"("timeline": [
    {"t_s": 7, "command": {"type": "set_parameter", "path": "auxiliaries.power_kW", "value": 2.1}},
    {"t_s": 9.5, "command": {"type": "override", "signal": "driver.v_seen_km_per_h", "mode": "noise", "value": 0.1}}],
    "expect")"));
  EXPECT_NE(evsim({"run", "events.json", "--set", "chassis.mass_kg=1599.9"}).code, 2);
  const Ran r = evsim({"replay", "results/events/car"});
  EXPECT_EQ(r.code, 0) << r.out << r.err;
  EXPECT_TRUE(has(r.out, "the same bits again"));
}

TEST_F(Replay, compares_hdf5_where_the_run_wrote_it) {
  const Ran run = evsim({"run", "drive.json", "--format", "hdf5"});
  if (!has(evsim({"--version"}).out, "HDF5       yes")) {
    EXPECT_EQ(run.code, 4);
    GTEST_SKIP() << "built without HDF5";
  }
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(exists("results/drive/car/signals.h5"));
  EXPECT_EQ(evsim({"replay", "results/drive/car"}).code, 0);
  write("results/drive/car/signals.h5", read("results/drive/car/signals.h5") + "x");
  EXPECT_EQ(evsim({"replay", "results/drive/car"}).code, 1);
}

TEST_F(Replay, stops_where_an_interrupted_run_has_stopped) {
  EXPECT_EQ(evsim({"run", "long.json", "--timeout", "0.3"}).code, 124);
  const Ran r = evsim({"replay", "results/long/idle"});
  EXPECT_EQ(r.code, 0) << r.out << r.err;
}

TEST_F(Replay, exit_1_where_recorded_figures_are_not_those_of_the_run) {
  evsim({"run", "drive.json"});
  const std::string signals = read("results/drive/car/signals.csv");
  write("results/drive/car/signals.csv", signals + "1e9,0\n");
  const Ran r = evsim({"replay", "results/drive/car"});
  EXPECT_EQ(r.code, 1) << r.out << r.err;
  EXPECT_TRUE(has(r.out, "signals.csv:")) << r.out;
}

TEST_F(Replay, exit_2_where_the_cycle_has_changed) {
  evsim({"run", "drive.json"});
  write("cycle.csv", small::kCycle + "70,0\n");
  const Ran r = evsim({"replay", "results/drive/car"});
  EXPECT_EQ(r.code, 2);
  EXPECT_EQ(r.err, "cycle.csv: is not the file that the run has read\n");
  EXPECT_EQ(evsim({"replay", "nowhere"}).code, 2);
}

// ---- What comes with the program ------------------------------------------------------------------

class Shipped : public Program {};

TEST_F(Shipped, vehicles_scenarios_and_cycles_are_right) {
  Arguments files{"check"};
  for (const char* folder : {"vehicles", "scenarios", "scenarios/cycles"})
    for (const auto& entry : fs::directory_iterator(fs::path(EVSIM_SOURCE_DIR) / folder))
      if (entry.is_regular_file() &&
          (entry.path().extension() == ".json" || entry.path().extension() == ".csv"))
        files.push_back(entry.path().string());
  ASSERT_GT(files.size(), 1u);
  const Ran r = evsim(files);
  EXPECT_EQ(r.code, 0) << r.err;
}

}  // namespace
}  // namespace evsim
