#include "sim/run/result.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <optional>

#include "sim/base/floating_point.h"
#include "sim/run/waveform_finder.h"

namespace evsim {
namespace {

double cpu_now() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// Keeps the signals that the scenario asks for.
class Recorder {
 public:
  explicit Recorder(const Simulation& s) {
    const auto all = signals::list(s);
    for (const auto& info : all) {
      const auto& wanted = s.input().scenario.record.signals;
      kept_.push_back(std::ranges::any_of(
          wanted, [&](const std::string& p) { return signals::matches(p, info.path); }));
      if (kept_.back()) out_.signals.push_back(info);
    }
    out_.columns.resize(out_.signals.size());
  }
  void sample(const Simulation& s) {
    out_.t.push_back(s.t());
    std::size_t i = 0, column = 0;
    const auto keep = [&](std::string_view, std::string_view, std::string_view, Dim, double value) {
      if (kept_[i++]) out_.columns[column++].push_back(value);
    };
    signals::visit(s, keep);
  }
  Recording take() { return std::move(out_); }

 private:
  std::vector<bool> kept_;
  Recording out_;
};

}  // namespace

Verdict worst(const std::vector<Kpi>& kpis) {
  Verdict v = Verdict::none;
  for (const Kpi& k : kpis) {
    if (k.verdict == Verdict::fail) return Verdict::fail;
    if (k.verdict == Verdict::pass) v = Verdict::pass;
  }
  return v;
}

RunResult run(Simulation& simulation, const RunOptions& options) {
  const FloatingPointGuard guard;
  const auto wall = std::chrono::steady_clock::now();
  const double cpu = cpu_now();
  RunResult r;
  r.vehicle = simulation.input().vehicle_name;
  r.scenario = simulation.input().scenario_name;
  kpis(simulation);  // a limit on a KPI that does not exist is found before the run

  Recorder recorder(simulation);
  if (options.record) {
    recorder.sample(simulation);
    simulation.on_record = [&](const Simulation& s) { recorder.sample(s); };
  }
  std::optional<waveform::Finder> finder;
  if (options.record && simulation.input().scenario.level == scenario::Level::waveform &&
      simulation.input().controllers.have_state_in_snapshots())
    finder.emplace(simulation);
  try {
    while (simulation.step()) {
      ++r.steps;
      if (simulation.snapshot().step != 0) continue;
      if (finder) finder->observe(simulation);
      if (options.progress) options.progress(simulation.t() / simulation.duration());
      if (options.stop && options.stop()) {
        r.interrupted = true;
        break;
      }
    }
  } catch (const controller::Failure& e) {
    r.failure = e.what();
  }
  simulation.on_record = {};
  r.recording = recorder.take();
  r.kpis = kpis(simulation);
  std::erase_if(r.kpis, [](const Kpi& k) {
    return k.of_manoeuvre && k.limits.empty() && std::isnan(k.value);
  });
  r.verdict = r.failure.empty() ? worst(r.kpis) : Verdict::fail;
  r.end = simulation.end();
  r.t_end = simulation.t();
  r.books = simulation.books();
  r.command_log = simulation.command_log();
  r.links = simulation.input().controllers.links();
  r.cpu_seconds = cpu_now() - cpu;
  r.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
  if (finder && !r.interrupted && r.failure.empty()) r.waveforms = finder->record(simulation);
  return r;
}

std::vector<KpiDifference> differences(const std::vector<Kpi>& a, const std::vector<Kpi>& b) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::vector<KpiDifference> out;
  for (const Kpi& k : a) {
    const auto other = std::ranges::find(b, k.name, &Kpi::name);
    out.push_back({k.name, k.unit, k.value, other == b.end() ? kNone : other->value, 0.0});
  }
  for (const Kpi& k : b)
    if (std::ranges::find(a, k.name, &Kpi::name) == a.end())
      out.push_back({k.name, k.unit, kNone, k.value, 0.0});
  for (KpiDifference& d : out) {
    const bool both_absent = std::isnan(d.a) && std::isnan(d.b);
    const double scale = max(abs(d.a), abs(d.b));
    d.relative = both_absent || d.a == d.b ? 0.0 : abs(d.b - d.a) / scale;
  }
  return out;
}

}  // namespace evsim
