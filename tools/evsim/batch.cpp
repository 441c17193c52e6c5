#include "tools/evsim/batch.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>

#include "tools/evsim/exit_codes.h"
#include "tools/evsim/parallel.h"
#include "tools/evsim/progress.h"
#include "tools/evsim/terminal.h"
#include "tools/evsim/write.h"

namespace evsim::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

std::vector<io::CaseRequest> requests(const RunArguments& a) {
  const std::vector<std::string> own{""};
  std::vector<io::CaseRequest> out;
  for (const std::string& scenario : a.scenarios)
    for (const std::string& vehicle : a.vehicles.empty() ? own : a.vehicles)
      out.push_back({scenario, vehicle, a.sets, a.levels, a.record});
  return out;
}

int threads(const RunArguments& a) { return a.jobs > 0 ? a.jobs : cores(); }

void check_folders(const std::vector<Planned>& cases, io::Problems& problems) {
  std::map<std::string, const Planned*> taken;
  for (const Planned& p : cases) {
    const auto [it, fresh] = taken.emplace(p.folder, &p);
    if (fresh) continue;
    const io::CaseRequest &a = it->second->loaded.request, &b = p.loaded.request;
    problems.add({.file = b.scenario,
                  .line = 0,
                  .path = {},
                  .what = "its run with " + b.vehicle + " and that of " + a.scenario + " with " +
                          a.vehicle + " would both write to " + p.folder});
  }
}

// Wall-clock limit and Ctrl-C, for all runs together.
class Patience {
 public:
  explicit Patience(double timeout)
      : limited_(timeout > 0.0),
        end_(steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(
                                       std::chrono::duration<double>(timeout))) {}

  bool over() const { return terminal::interrupted() || timed_out(); }
  bool timed_out() const { return limited_ && steady_clock::now() >= end_; }
  ExitCode code() const {
    return terminal::interrupted() ? ExitCode::interrupted : ExitCode::timed_out;
  }
  std::string reason() const { return terminal::interrupted() ? "interrupted" : "timed out"; }

 private:
  bool limited_;
  steady_clock::time_point end_;
};

// One run, from the case to the written results.
class Job {
 public:
  Job(const Planned& planned, const RunArguments& a, const Patience& patience)
      : planned_(planned), arguments_(a), patience_(patience) {}

  Outcome run(const std::function<void(double)>& progress) {
    try {
      if (patience_.over()) return not_started();
      simulate(progress);
      verify_result();
      out_.report =
          write_run(out_.result, planned_.loaded, scheme_, planned_.folder, arguments_.format);
      out_.result.recording = {};
    } catch (...) {
      const Failure failure = current_failure();
      out_.code = worse(out_.code, failure.code);
      out_.error = failure.message;
    }
    return std::move(out_);
  }

 private:
  Outcome not_started() {
    out_.error = "not started: " + patience_.reason();
    out_.code = patience_.code();
    return std::move(out_);
  }
  void simulate(const std::function<void(double)>& progress) {
    Simulation simulation(planned_.loaded.c, io::parameter_setter());
    RunOptions options;
    options.stop = [this] { return patience_.over(); };
    options.progress = progress;
    scheme_ = simulation.scheme();
    out_.result = evsim::run(simulation, options);
    if (out_.result.interrupted)
      out_.code = patience_.code();
    else if (out_.result.verdict == Verdict::fail)
      out_.code = ExitCode::limit_failed;
  }
  void verify_result() {
    if (!arguments_.verify || out_.result.interrupted) return;
    out_.verification = verify(out_.result, planned_.loaded.c, io::parameter_setter());
    const KpiDifference* energy = energy_difference(out_.verification);
    if (energy != nullptr && !(energy->relative <= kVerifiedEnergy))
      out_.code = worse(out_.code, ExitCode::limit_failed);
  }

  const Planned& planned_;
  const RunArguments& arguments_;
  const Patience& patience_;
  Scheme scheme_;
  Outcome out_;
};

}  // namespace

std::vector<Planned> plan(const RunArguments& a) {
  const std::vector<io::CaseRequest> all = requests(a);
  const int count = static_cast<int>(all.size());
  std::vector<Planned> out(all.size());
  std::vector<std::exception_ptr> failed(all.size());
  for_each_job(count, threads(a), [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    try {
      out[k].loaded = io::load_case(all[k]);
      const Case& c = out[k].loaded.c;
      out[k].folder =
          (fs::path(a.out) / c.scenario_name / c.vehicle_name).lexically_normal().string();
    } catch (...) {
      failed[k] = std::current_exception();
    }
  });
  io::Problems problems;
  for (const std::exception_ptr& e : failed) {
    if (e == nullptr) continue;
    try {
      std::rethrow_exception(e);
    } catch (const InputError& input) {
      for (const Problem& p : input.problems()) problems.add(p);
    }
  }
  problems.raise();
  check_folders(out, problems);
  problems.raise();
  for (const Planned& p : out) check_writable(p.folder, a.format);
  return out;
}

std::vector<Outcome> run_all(const std::vector<Planned>& cases, const RunArguments& a) {
  const Patience patience(a.timeout);
  const int count = static_cast<int>(cases.size());
  std::vector<Outcome> out(cases.size());
  Progress progress(count);
  for_each_job(count, threads(a), [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    out[k] = Job(cases[k], a, patience).run([&](double share) { progress.report(i, share); });
  });
  return out;
}

const KpiDifference* energy_difference(const std::vector<KpiDifference>& all) {
  for (const char* name : {"energy_consumption_battery_Wh_per_km", "SOC_end_percent"}) {
    const auto it = std::ranges::find(all, name, &KpiDifference::name);
    if (it != all.end() && !(std::isnan(it->a) && std::isnan(it->b))) return &*it;
  }
  return nullptr;
}

}  // namespace evsim::cli
