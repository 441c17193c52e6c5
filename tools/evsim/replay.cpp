// evsim replay
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "sim/io/case.h"
#include "sim/io/results.h"
#include "sim/io/signals_csv.h"
#include "sim/io/signals_hdf5.h"
#include "sim/link/controller_library.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"
#include "tools/evsim/write.h"

namespace evsim::cli {
namespace {

namespace fs = std::filesystem;

// Runs as far as the recorded run went.
RunResult run_again(const Case& c, const io::Summary& recorded) {
  Simulation simulation(c, io::parameter_setter());
  RunOptions options;
  options.stop = [&] { return recorded.interrupted && simulation.t() >= recorded.t_end; };
  return evsim::run(simulation, options);
}

bool same_bits(double a, double b) {
  if (std::isnan(a) && std::isnan(b)) return true;
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

int differing_kpis(const std::vector<Kpi>& recorded, const std::vector<Kpi>& now) {
  int count = 0;
  for (const KpiDifference& d : differences(recorded, now)) {
    if (same_bits(d.a, d.b)) continue;
    ++count;
    print(d.name + ": " + io::format(d.a) + " was recorded, " + io::format(d.b) + " now\n");
  }
  return count;
}

// 1-based line at which two texts part, or 0.
int first_different_line(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  int line = 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()) && a[i] == b[i]; ++i)
    line += a[i] == '\n' ? 1 : 0;
  return line;
}

// CSV numbers read back as the same bits, so equal texts are equal signals.
bool same_csv(const std::string& file, const RunResult& now) {
  const io::FileText recorded = io::read_file(file);
  if (!recorded.error.empty())
    throw InputError(Problem{.file = file, .line = recorded.line, .what = recorded.error});
  const std::string text = io::signals_csv(io::signal_columns(now.recording));
  const int line = first_different_line(recorded.text, text);
  if (line > 0) print(file + ":" + std::to_string(line) + ": differs from here on\n");
  return line == 0;
}

std::string bytes_of(const fs::path& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(
      std::fopen(file.c_str(), "rb"), [](std::FILE* f) { return std::fclose(f); });
  if (in == nullptr) throw EnvironmentError(file.string() + ": can't be read");
  std::string bytes(static_cast<std::size_t>(fs::file_size(file)), '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), in.get()));
  return bytes;
}

// HDF5 files of the same signals are the same bytes.
bool same_hdf5(const std::string& file, const RunResult& now) {
  const auto stamp = std::chrono::steady_clock::now().time_since_epoch().count();
  const fs::path again =
      fs::temp_directory_path() / ("evsim_replay_" + std::to_string(stamp) + ".h5");
  io::write_hdf5(again.string(), io::signal_columns(now.recording), again.string());
  const bool same = bytes_of(file) == bytes_of(again);
  fs::remove(again);
  if (!same) print(file + ": differs\n");
  return same;
}

bool same_signals(const std::string& folder, const RunResult& now) {
  const fs::path hdf5 = fs::path(folder) / "signals.h5";
  std::error_code ec;
  if (fs::exists(hdf5, ec)) return same_hdf5(hdf5.string(), now);
  return same_csv((fs::path(folder) / "signals.csv").string(), now);
}

}  // namespace

ExitCode replay_command(const ReplayArguments& a) {
  const io::Summary recorded = io::read_summary(a.folder);
  const Case c = io::case_of_results(a.folder, link::load_controllers);
  if (recorded.version != version_and_commit())
    print("recorded by evsim " + recorded.version + ", this is " + version_and_commit() + "\n");
  const RunResult now = run_again(c, recorded);
  const int different = differing_kpis(recorded.kpis, now.kpis);
  const bool signals_same = same_signals(a.folder, now);
  if (different > 0 || !signals_same) return ExitCode::limit_failed;
  print(a.folder + ": the same bits again, " + std::to_string(now.kpis.size()) + " KPIs and " +
        std::to_string(now.recording.signals.size()) + " signals\n");
  return ExitCode::held;
}

}  // namespace evsim::cli
