#include "sim/io/results.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "evsim_build_info.h"
#include "sim/io/output_folder.h"
#include "tests/io/run_sample.h"

namespace evsim::io {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void put(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

class Results : public ::testing::Test {
 protected:
  Results() { fs::create_directories(folder_); }
  ~Results() override { fs::remove_all(folder_); }

  std::string in(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const RunResult& r = run_sample::tiny(),
             const ResultOptions& options = {}) const {
    write_results(in(name), r, loaded_.c, run_sample::provenance(loaded_), options);
  }
  // Names of all that lies in the test's folder, hidden files too.
  std::vector<std::string> names(const std::string& below = "") const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_ / below))
      out.push_back(entry.path().filename());
    std::ranges::sort(out);
    return out;
  }
  std::string refusal(const std::string& folder) const {
    try {
      write_results(folder, run_sample::tiny(), loaded_.c, run_sample::provenance(loaded_));
      return "";
    } catch (const EnvironmentError& e) {
      return e.what();
    }
  }

  fs::path folder_ =
      fs::temp_directory_path() / ("evsim_results_test_" + std::to_string(::getpid()));
  LoadedCase loaded_ = run_sample::small_case();
};

using Names = std::vector<std::string>;

TEST_F(Results, a_run_is_a_folder) {
  write("out");
  EXPECT_EQ(names(), Names{"out"});
  EXPECT_EQ(names("out"), (Names{"command_log.json", "junit.xml", "report.html", "signals.csv",
                                 "summary.json", "timing.json"}));
}

TEST_F(Results, missing_folders_above_are_made_and_a_slash_at_the_end_is_no_name) {
  write("a/b/out/");
  EXPECT_TRUE(fs::exists(folder_ / "a/b/out/summary.json"));
  EXPECT_EQ(names("a/b"), Names{"out"});
}

TEST_F(Results, signals_and_report_can_be_left_out) {
  write("out", run_sample::tiny(), {.signals = SignalFormat::none, .report = false});
  EXPECT_EQ(names("out"), (Names{"command_log.json", "junit.xml", "summary.json", "timing.json"}));
}

// ---- Contents -----------------------------------------------------------------------------------

TEST_F(Results, the_summary_says_what_came_out) {
  write("out");
  const json s = json::parse(text_of(in("out/summary.json")));
  EXPECT_EQ(s["format"], "evsim result");
  EXPECT_EQ(s["format_version"], 1);
  EXPECT_EQ(s["verdict"], "fail");
  EXPECT_EQ(s["end"], "done");
  EXPECT_EQ(s["kpis"]["energy_Wh_per_km"],
            json::parse(R"({"value": 165.25, "unit": "Wh/km", "verdict": "fail", "limits":
                [{"max": 160, "requirement": "ENERGY-1", "verdict": "fail"}], "description": "what it says"})"));
  EXPECT_FALSE(s["kpis"]["range_km"].contains("value"));
  EXPECT_EQ(
      s["ledger"]["entries"][1],
      json::parse(
          R"({"name": "auxiliaries", "kind": "out", "energy_J": 100, "energy_Wh": 0.027777777777777776})"));
  EXPECT_EQ(s["ledger"]["throughput_J"], 4000);
}

TEST_F(Results, the_summary_says_where_it_came_from) {
  write("out");
  const json s = json::parse(text_of(in("out/summary.json")));
  const json& p = s["provenance"];
  EXPECT_EQ(p["evsim"], "0.1.0");
  EXPECT_EQ(p["inputs"].size(), 3u);
  EXPECT_EQ(p["inputs"][0]["file"], "drive.json");
  EXPECT_EQ(p["inputs"][0]["sha256"].get<std::string>().size(), 64u);
  EXPECT_EQ(p["seed"], 1);
  EXPECT_EQ(p["scheme"]["method"], "fixed step");
  EXPECT_EQ(p["test_mass_kg"], 1575);
  EXPECT_EQ(s["parameters"]["vehicle"]["chassis"]["mass_kg"], 1500);
  EXPECT_EQ(s["parameters"]["scenario"]["initial"]["SOC"], 0.8);
}

TEST_F(Results, reading_back_gives_what_was_written) {
  RunResult r = run_sample::tiny();
  r.vehicle = "小米 \"SU7\" <b>\\";
  r.kpis[0].value = 1.0 / 3.0;
  r.interrupted = true;
  write("out", r);
  for (const std::string& of : {in("out"), in("out/summary.json")}) {
    const Summary s = read_summary(of);
    EXPECT_EQ(s.vehicle, r.vehicle);
    EXPECT_EQ(s.scenario, "drive");
    EXPECT_EQ(s.verdict, Verdict::fail);
    EXPECT_TRUE(s.interrupted);
    EXPECT_EQ(s.t_end, 2.0);
    EXPECT_EQ(s.residual_over_throughput, 0.0);
    ASSERT_EQ(s.kpis.size(), 3u);
    EXPECT_EQ(s.kpis[0].value, 1.0 / 3.0);
    EXPECT_EQ(s.kpis[0].limits[0].max, 160);
    EXPECT_EQ(s.kpis[0].limits[0].min, -kInfinity);
    EXPECT_EQ(s.kpis[0].limits[0].id, "ENERGY-1");
    EXPECT_EQ(s.kpis[1].verdict, Verdict::pass);
    EXPECT_TRUE(std::isnan(s.kpis[2].value));
    EXPECT_TRUE(differences(s.kpis, r.kpis)[0].relative == 0.0);
  }
}

TEST_F(Results, the_command_log_reads_back_bit_by_bit) {
  write("out");
  const auto log = read_command_log(in("out"));
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[1].t, 1.0 / 3.0);
  EXPECT_EQ(std::get<scenario::SetParameter>(log[0].command).path, "auxiliaries.power_kW");
  EXPECT_EQ(std::get<scenario::Override>(log[1].command).mode, scenario::Mode::scale);
  EXPECT_EQ(std::get<scenario::SetState>(log[2].command).value, 0.5);
}

TEST_F(Results, the_command_log_holds_limits_that_were_taken_away) {
  RunResult r = run_sample::tiny();
  r.command_log = {
      {.t = 1.0, .command = scenario::SetParameter{"speed_limiter.v_max_km_per_h", kInfinity}}};
  write("out", r);
  const auto log = read_command_log(in("out"));
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(std::get<scenario::SetParameter>(log[0].command).value, kInfinity);
}

std::string complaint_about(const std::string& of) {
  try {
    read_summary(of);
    return "";
  } catch (const InputError& e) {
    return e.what();
  }
}

TEST_F(Results, what_is_no_summary_is_said_with_file_and_place) {
  EXPECT_EQ(complaint_about(in("none")), in("none") + ": no such file");
  EXPECT_EQ(complaint_about(folder_.string()), in("summary.json") + ": no such file");
  put(in("summary.json"), "{\"format\": 3}");
  EXPECT_EQ(complaint_about(folder_.string()),
            in("summary.json") + ": is no summary of an evsim run");
  put(in("summary.json"), "{\"format\": \"evsim result\",\n\"format_version\": 2}");
  EXPECT_EQ(complaint_about(folder_.string()),
            in("summary.json") + ":2: format_version: got 2, this evsim reads 1");
  write("out");
  std::string text = text_of(in("out/summary.json"));
  put(in("summary.json"), small::replaced(text, "\"unit\": \"Wh/km\"", "\"unit\": 7"));
  EXPECT_NE(complaint_about(folder_.string()).find("kpis.energy_Wh_per_km.unit: got "),
            std::string::npos);
  put(in("summary.json"), "[1]");
  EXPECT_EQ(complaint_about(folder_.string()),
            in("summary.json") + ": is no summary of an evsim run");
}

// ---- The same bytes -----------------------------------------------------------------------------

std::map<std::string, std::string> all_files(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::directory_iterator(folder))
    out[entry.path().filename()] = text_of(entry.path());
  return out;
}

TEST_F(Results, two_runs_differ_in_their_timing_only) {
  RunResult again = run_sample::large(100, 12);
  again.wall_seconds = 99;
  write("a", run_sample::large(100, 12));
  write("elsewhere/b", again);
  auto a = all_files(in("a")), b = all_files(in("elsewhere/b"));
  EXPECT_NE(a["timing.json"], b["timing.json"]);
  a.erase("timing.json");
  b.erase("timing.json");
  EXPECT_EQ(a, b);
}

TEST_F(Results, timing_holds_date_and_durations) {
  write("out");
  const json t = json::parse(text_of(in("out/timing.json")));
  EXPECT_EQ(t["date"].get<std::string>().size(), std::string("2026-01-31T12:00:00Z").size());
  EXPECT_EQ(t["wall_s"], 0.002);
  EXPECT_EQ(t["simulated_over_wall"], 1000);
}

TEST_F(Results, a_link_has_its_counts_in_the_summary_and_its_times_beside) {
  RunResult r = run_sample::tiny();
  r.links = {run_sample::link()};
  write("out", r);
  const json one = json::parse(text_of(in("out/summary.json")))["links"][0];
  EXPECT_EQ(one["role"], "vcu");
  EXPECT_EQ(one["controller"], "my <unit>");
  EXPECT_EQ(one["exchanges"], 1000);
  EXPECT_FALSE(one.contains("lateness"));
  const json t = json::parse(text_of(in("out/timing.json")))["links"][0];
  EXPECT_EQ(t["pace"]["overruns"], 1);
  EXPECT_EQ(t["pace"]["first_overrun"]["t_s"], 0.5);
  EXPECT_NEAR(t["pace"]["worst"][0]["late_us"].get<double>(), 3000.0, 1e-9);
  EXPECT_EQ(t["lateness"]["count"], 1000);
  int sum = 0;
  for (const json& bin : t["lateness"]["bins"]) sum += bin["count"].get<int>();
  EXPECT_EQ(sum, 1000);
}

TEST_F(Results, hdf5_holds_the_same_signals) {
  if (!build_info::kHasHdf5) GTEST_SKIP() << "built without HDF5";
  write("a", run_sample::tiny(), {.signals = SignalFormat::hdf5});
  write("b", run_sample::tiny(), {.signals = SignalFormat::hdf5});
  const std::string bytes = text_of(in("a/signals.h5"));
  EXPECT_TRUE(bytes.starts_with("\x89HDF\r\n"));
  EXPECT_EQ(bytes, text_of(in("b/signals.h5")));
  const double speeds[]{0, 32.4, 19.8};  // stored as they are
  EXPECT_NE(bytes.find(std::string(reinterpret_cast<const char*>(speeds), sizeof speeds)),
            std::string::npos);
  EXPECT_FALSE(fs::exists(in("a/signals.csv")));
}

// ---- Folders that exist -------------------------------------------------------------------------

TEST_F(Results, a_folder_of_results_is_replaced) {
  write("out", run_sample::tiny(), {.signals = SignalFormat::none});
  put(in("out/left_over.txt"), "old");
  RunResult r = run_sample::tiny();
  r.scenario = "second";
  write("out", r, {.report = false});
  EXPECT_EQ(read_summary(in("out")).scenario, "second");
  EXPECT_EQ(names("out"),
            (Names{"command_log.json", "junit.xml", "signals.csv", "summary.json", "timing.json"}));
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(Results, an_empty_folder_is_taken) {
  fs::create_directory(in("out"));
  EXPECT_NO_THROW(check_results_folder(in("out")));
  write("out");
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(Results, a_folder_of_anything_else_is_left_alone) {
  fs::create_directory(in("thesis"));
  put(in("thesis/thesis.tex"), "years of work");
  put(in("thesis/summary.json"), "{\"format\": \"another program\"}");
  const std::string expected =
      in("thesis") + ": exists and holds no results of evsim; it is left as it is";
  EXPECT_EQ(refusal(in("thesis")), expected);
  EXPECT_THROW(check_results_folder(in("thesis")), EnvironmentError);
  EXPECT_EQ(text_of(in("thesis/thesis.tex")), "years of work");
  EXPECT_EQ(names(), Names{"thesis"});
}

TEST_F(Results, a_link_is_followed) {
  write("real");
  fs::create_directory_symlink(in("real"), in("link"));
  RunResult r = run_sample::tiny();
  r.scenario = "second";
  write("link", r);
  EXPECT_TRUE(fs::is_symlink(in("link")));
  EXPECT_EQ(read_summary(in("real")).scenario, "second");
}

// ---- Failures -----------------------------------------------------------------------------------

TEST_F(Results, a_file_in_the_way_is_refused_and_kept) {
  put(in("file"), "mine");
  EXPECT_EQ(refusal(in("file")), in("file") + ": exists and is no folder");
  EXPECT_NE(refusal(in("file/out")).find("Not a directory"), std::string::npos);
  EXPECT_EQ(refusal("/dev/full"), "/dev/full: exists and is no folder");
  EXPECT_EQ(text_of(in("file")), "mine");
  EXPECT_EQ(names(), Names{"file"});
}

TEST_F(Results, a_folder_that_takes_no_files_is_refused) {
  EXPECT_NE(refusal("/proc/evsim/out").find("/proc/evsim/out: can't be written: "),
            std::string::npos);
  EXPECT_EQ(refusal("/"), "/: can't hold results");
}

TEST_F(Results, a_full_disk_is_told_with_path_and_cause) {
  try {
    write_file("/dev/full", "text", "out/summary.json");
    FAIL();
  } catch (const EnvironmentError& e) {
    EXPECT_STREQ(e.what(), "out/summary.json: can't be written: No space left on device");
  }
}

// No file may grow beyond so many bytes, as on a full disk.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(Results, a_disk_that_fills_up_leaves_nothing_behind) {
  std::string why;
  {
    const SmallDisk disk(6000);  // a summary fits, or not; the report never does
    why = refusal(in("new/out"));
  }
  EXPECT_NE(why.find(": can't be written: File too large"), std::string::npos) << why;
  EXPECT_EQ(names(), Names{});
}

TEST_F(Results, a_disk_that_fills_up_keeps_the_old_results) {
  write("out");
  const auto before = all_files(in("out"));
  {
    const SmallDisk disk(6000);
    EXPECT_NE(refusal(in("out")), "");
  }
  EXPECT_EQ(all_files(in("out")), before);
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(Results, hdf5_that_cannot_be_written_leaves_nothing_behind) {
  if (!build_info::kHasHdf5) GTEST_SKIP() << "built without HDF5";
  RunResult r = run_sample::large(3000, 10);
  const SmallDisk disk(60'000);
  EXPECT_THROW(write("out", r, {.signals = SignalFormat::hdf5, .report = false}), EnvironmentError);
  EXPECT_EQ(names(), Names{});
}

}  // namespace
}  // namespace evsim::io
