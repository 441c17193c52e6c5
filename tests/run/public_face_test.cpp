// The public face (sim/evsim.h) gives what the engine below it gives, and refuses what does not exist.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <thread>

#include "sim/evsim.h"
#include "sim/io/case.h"
#include "sim/run/result.h"
#include "tests/tools/small_files.h"

namespace evsim {
namespace {

namespace fs = std::filesystem;
using Cause = Error::Cause;

// The small car and its scenario as files.
class PublicFace : public testing::Test {
 protected:
  PublicFace() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("evsim_public_face_" + std::string(test->name()));
    fs::create_directories(folder_);
    write("car.json", small::kVehicle);
    write("scenario.json", small::kScenario);
    write("cycle.csv", small::kCycle);
  }
  ~PublicFace() override { fs::remove_all(folder_); }

  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name)) << text;
  }
  LoadRequest request(std::vector<std::string> settings = {}) const {
    return {.scenario = file("scenario.json"), .settings = std::move(settings)};
  }

 private:
  fs::path folder_;
};

// The error that a call throws; its cause and a part of its message.
void expect_error(Cause cause, const std::string& part, const std::function<void()>& call) {
  try {
    call();
    ADD_FAILURE() << "nothing was thrown; expected " << part;
  } catch (const Error& e) {
    EXPECT_EQ(e.cause(), cause) << e.what();
    EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
  }
}

// All KPIs in one text: bits that differ show.
std::string fingerprint(const Trip& s) {
  std::string all;
  for (const Trip::Kpi& k : s.kpis())
    all += k.name + " " + std::to_string(std::bit_cast<std::uint64_t>(k.value)) + "\n";
  return all;
}

TEST_F(PublicFace, its_header_includes_standard_headers_only) {
  std::ifstream header(std::string(EVSIM_SOURCE_DIR) + "/sim/evsim.h");
  int includes = 0;
  for (std::string line; std::getline(header, line);) {
    if (!line.starts_with("#include")) continue;
    ++includes;
    EXPECT_TRUE(std::regex_match(line, std::regex("#include <[a-z_]+>"))) << line;
  }
  EXPECT_GT(includes, 0);
}

// ---- Time -----------------------------------------------------------------------------------------

TEST_F(PublicFace, steps_give_the_bits_of_a_whole_run) {
  Trip stepped = load(request());
  while (stepped.step()) {
  }
  Simulation engine(io::load_case({.scenario = file("scenario.json")}).c, io::parameter_setter());
  const RunResult whole = run(engine);
  ASSERT_EQ(stepped.kpis().size(), whole.kpis.size());
  for (const Kpi& k : whole.kpis)
    if (!std::isnan(k.value)) {
      EXPECT_EQ(stepped.kpi(k.name), k.value) << k.name;
    }
  EXPECT_EQ(stepped.time(), 65.0);  // the last knot of the cycle
  EXPECT_EQ(stepped.end_reason(), "done");
  EXPECT_TRUE(stepped.ended());
  EXPECT_FALSE(stepped.step());
}

TEST_F(PublicFace, run_until_stops_at_a_recording_tick_exactly) {
  Trip s = load(request());
  EXPECT_TRUE(s.run_until(7.0));  // ticks of 1 s
  EXPECT_EQ(s.time(), 7.0);
  Trip fine = load(request({"scenario.record.rate_Hz=100"}));
  EXPECT_TRUE(fine.run_until(7.31));
  EXPECT_EQ(fine.time(), 7.31);
  EXPECT_TRUE(fine.run_until(7.0));  // already past
  EXPECT_EQ(fine.time(), 7.31);
  EXPECT_FALSE(fine.run_until(1e9));
  EXPECT_EQ(fine.time(), fine.duration());
}

// ---- Reading --------------------------------------------------------------------------------------

TEST_F(PublicFace, a_signal_is_read_in_the_unit_of_its_name) {
  Trip s = load(request());
  s.run_until(30.0);
  const double v = s.read("body.v_m_per_s");
  EXPECT_NEAR(v, 50.0 / 3.6, 0.1);  // the cycle asks for 50 km/h; the driver errs by less
  // One division apart, in double: some 1e-16 relative.
  EXPECT_NEAR(s.read("body.v_km_per_h"), 3.6 * v, 1e-13);
  EXPECT_NEAR(s.read("battery.SOC_percent"), 100.0 * s.read("battery.SOC"), 1e-13);
  EXPECT_GT(s.read("drive_units.rear.omega_rpm"), 0.0);
}

TEST_F(PublicFace, every_listed_signal_can_be_read) {
  const Trip s = load(request());
  EXPECT_GT(s.signals().size(), 20U);
  for (const Trip::Signal& signal : s.signals())
    EXPECT_TRUE(std::isfinite(s.read(signal.name))) << signal.name;
}

TEST_F(PublicFace, a_signal_follows_each_step_and_command) {
  Trip s = load(request());
  s.run_until(10.0);
  const double before = s.read("battery.p_kW");
  s.set("auxiliaries.power_kW", 5.25);
  // 5 kW more at the node; the pack's resistance changes the voltage, not the power at its terminals.
  EXPECT_NEAR(s.read("battery.p_kW"), before + 5.0, 1e-9);
  const double x = s.read("body.x_m");
  s.step();
  EXPECT_GT(s.read("body.x_m"), x);
}

TEST_F(PublicFace, a_parameter_is_read_in_the_unit_of_its_name) {
  Trip s = load(request({"chassis.mass_kg=1600"}));
  EXPECT_EQ(s.get("chassis.mass_kg"), 1600.0);
  EXPECT_NEAR(s.get("chassis.mass_g"), 1.6e6, 1e-9);  // one division
  EXPECT_EQ(s.get("battery.n_series"), 100.0);
  s.set("drive_units.rear.gears.reduction.ratio", 8.0);
  EXPECT_EQ(s.get("drive_units.rear.gears.reduction.ratio"), 8.0);
}

// ---- Commands -------------------------------------------------------------------------------------

TEST_F(PublicFace, commands_are_logged_with_their_time_and_the_books_stay_closed) {
  Trip s = load(request());
  s.run_until(25.0);
  s.set("auxiliaries.power_W", 1700.0);
  s.set_state("v_km_per_h", 49.0);
  s.run_until(30.0);
  s.hold("vcu.F_brake_N", 500.0);
  s.run_until(32.0);
  s.release("vcu.F_brake_N");
  s.run();
  const std::vector<Trip::Command> log = s.command_log();
  ASSERT_EQ(log.size(), 4U);
  EXPECT_EQ(log[0].name, "set");
  EXPECT_EQ(log[0].path, "auxiliaries.power_W");
  EXPECT_EQ(log[0].value, 1700.0);
  EXPECT_EQ(log[0].t, 25.0);
  EXPECT_EQ(log[1].name, "set_state");
  EXPECT_EQ(log[2].name, "hold");
  EXPECT_EQ(log[3].name, "release");
  EXPECT_EQ(log[3].t, 32.0);
  EXPECT_LE(s.ledger_residual(), 1e-6);  // the bar of every run
}

TEST_F(PublicFace, an_override_changes_what_passes_until_it_is_released) {
  Trip s = load(request());
  s.run_until(30.0);
  s.scale("vcu.tau.rear_Nm", 0.0);
  s.run_until(35.0);
  EXPECT_LT(s.read("body.v_km_per_h"), 49.0);
  // No command and a lag of 20 ms: after 5 s nothing is left (e^-250).
  EXPECT_NEAR(s.read("drive_units.rear.tau_Nm"), 0.0, 1e-9);
  s.release("vcu.tau.rear_Nm");
  s.run_until(50.0);
  EXPECT_NEAR(s.read("body.v_km_per_h"), 50.0, 1.0);
}

// ---- Snapshots ------------------------------------------------------------------------------------

TEST_F(PublicFace, a_restored_trip_goes_on_with_the_same_bits) {
  Trip s = load(request());
  s.run_until(12.0);
  s.step();  // between two instants
  s.set("auxiliaries.power_W", 1700.0);
  s.offset("driver.v_seen_km_per_h", 0.5);
  const auto here = s.snapshot();
  EXPECT_EQ(here.time(), s.time());
  s.run();
  const std::string first = fingerprint(s);
  s.restore(here);
  EXPECT_EQ(s.time(), here.time());
  EXPECT_EQ(s.get("auxiliaries.power_W"), 1700.0);
  s.run();
  EXPECT_EQ(fingerprint(s), first);
}

TEST_F(PublicFace, what_came_after_a_snapshot_is_forgotten) {
  Trip s = load(request());
  s.run_until(12.0);
  const auto here = s.snapshot();
  s.set("auxiliaries.power_W", 1700.0);
  s.hold("driver.F_request_N", 0.0);
  s.run_until(20.0);
  s.restore(here);
  EXPECT_EQ(s.get("auxiliaries.power_W"), 250.0);
  EXPECT_TRUE(s.command_log().empty());
  s.run();
  Trip plain = load(request());
  plain.run();
  EXPECT_EQ(fingerprint(s), fingerprint(plain));
}

TEST_F(PublicFace, two_ways_on_from_one_snapshot_can_be_taken_in_turn) {
  Trip s = load(request());
  s.run_until(12.0);
  const auto fork = s.snapshot();
  s.set("auxiliaries.power_W", 1700.0);
  s.run_until(20.0);
  const auto warm = s.snapshot();
  s.run();
  const std::string warm_end = fingerprint(s);

  s.restore(fork);
  s.set("auxiliaries.power_W", 1300.0);
  s.run_until(25.0);
  const auto cool = s.snapshot();
  s.run();
  const std::string cool_end = fingerprint(s);

  s.restore(warm);  // this trip's last way has other commands
  EXPECT_EQ(s.get("auxiliaries.power_W"), 1700.0);
  ASSERT_EQ(s.command_log().size(), 1U);
  EXPECT_EQ(s.command_log()[0].t, 12.0);
  s.run();
  EXPECT_EQ(fingerprint(s), warm_end);
  EXPECT_NE(warm_end, cool_end);

  Trip other(cool);  // a trip of its own
  EXPECT_EQ(other.command_log()[0].value, 1300.0);
  EXPECT_EQ(other.command_log()[0].t, 12.0);
  other.run();
  EXPECT_EQ(fingerprint(other), cool_end);
  EXPECT_EQ(fingerprint(s), warm_end);
}

TEST_F(PublicFace, trips_on_threads_give_the_same_bits) {
  Trip alone = load(request());
  alone.run();
  std::array<std::string, 3> ends;
  std::vector<std::thread> threads;
  for (std::string& end : ends)
    threads.emplace_back([&] {
      Trip s = load(request());
      s.run();
      end = fingerprint(s);
    });
  for (std::thread& t : threads) t.join();
  for (const std::string& end : ends) EXPECT_EQ(end, fingerprint(alone));
}

// ---- Judgement and errors -------------------------------------------------------------------------

TEST_F(PublicFace, limits_of_the_scenario_are_judged) {
  Trip s = load(request());
  s.run();
  int limited = 0;
  for (const Trip::Kpi& k : s.kpis()) {
    if (k.verdict != Trip::Verdict::none) ++limited;
    EXPECT_NE(k.verdict, Trip::Verdict::fail) << k.name;
  }
  EXPECT_EQ(limited, 2);  // the scenario's, and closed books
  Trip strict = load(request({"scenario.expect.0.max=0.001"}));
  strict.run();
  const auto all = strict.kpis();
  EXPECT_EQ(std::count_if(all.begin(), all.end(),
                          [](const Trip::Kpi& k) { return k.verdict == Trip::Verdict::fail; }),
            1);
}

TEST_F(PublicFace, errors_say_what_is_wrong_and_how_bad) {
  expect_error(Cause::bad_input, "nowhere.json", [&] { load({.scenario = file("nowhere.json")}); });
  expect_error(Cause::bad_input, "settings: chassis.mas_kg",
               [&] { load(request({"chassis.mas_kg=1"})); });
  write("car.json", small::replaced(small::kVehicle, "\"mass_kg\": 1500", "\"mass_kg\": -1"));
  expect_error(Cause::bad_input, "car.json:3: chassis.mass_kg", [&] { load(request()); });
}

TEST_F(PublicFace, a_refused_call_changes_nothing) {
  Trip s = load(request());
  s.run_until(12.0);
  expect_error(Cause::bad_input, "did you mean body.F_air_N?", [&] { s.read("body.F_are_N"); });
  expect_error(Cause::bad_input, "body.v_m_per_s, body.v_km_per_h or body.v_mph",
               [&] { s.read("body.v"); });
  expect_error(Cause::bad_input, "body.v_km_per_h", [&] { s.read("body.v_kmh"); });
  expect_error(Cause::bad_input, "battery.p_loss_W", [&] { s.read("battery.p_loss"); });
  expect_error(Cause::bad_input, "chassis.mass", [&] { s.get("chassis.mass"); });
  expect_error(Cause::bad_input, "must be > 0", [&] { s.set("chassis.mass_kg", -5.0); });
  expect_error(Cause::bad_input, "finite", [&] { s.set_state("v_km_per_h", std::nan("")); });
  expect_error(Cause::bad_input, "unknown signal", [&] { s.hold("body.v_km_per_h", 5.0); });
  expect_error(Cause::bad_input, "unknown state", [&] { s.set_state("speed", 5.0); });
  expect_error(Cause::bad_input, "did you mean range_km?", [&] { s.kpi("rang_km"); });
  EXPECT_TRUE(s.command_log().empty());
  s.run();
  Trip plain = load(request());
  plain.run();
  EXPECT_EQ(fingerprint(s), fingerprint(plain));
}

TEST_F(PublicFace, a_run_that_diverges_can_be_left_by_a_snapshot) {
  Trip s = load(request());
  s.run_until(12.0);
  const auto here = s.snapshot();
  s.set_state("x_m", 1e13);  // beyond what any state may be
  expect_error(Cause::simulation_failed, "diverged", [&] { s.run(); });
  s.restore(here);
  s.run();
  Trip plain = load(request());
  plain.run();
  EXPECT_EQ(fingerprint(s), fingerprint(plain));
}

}  // namespace
}  // namespace evsim
