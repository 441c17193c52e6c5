#include "tools/evsim/batch.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

#include "sim/io/file_kind.h"
#include "sim/link/controller_library.h"
#include "sim/link/link_params.h"
#include "tools/evsim/exit_codes.h"
#include "tools/evsim/parallel.h"
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
      out.push_back(
          {scenario, vehicle, a.sets, a.levels, a.record, a.controllers, link::load_controllers});
  return out;
}

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

// One run, from the case to what is done with its results.
class Job {
 public:
  Job(const Planned& planned, const Patience& patience) : planned_(planned), patience_(patience) {}

  Outcome run(const std::function<void(double)>& progress,
              const std::function<void(const Scheme&, Outcome&)>& finish) {
    try {
      if (patience_.over()) return not_started();
      simulate(progress);
      finish(scheme_, out_);
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
    out_.error = out_.result.failure;
    if (!out_.error.empty())
      out_.code = ExitCode::simulation_failed;
    else if (out_.result.interrupted)
      out_.code = patience_.code();
    else if (out_.result.verdict == Verdict::fail)
      out_.code = ExitCode::limit_failed;
  }

  const Planned& planned_;
  const Patience& patience_;
  Scheme scheme_;
  Outcome out_;
};

void verify_result(const Case& c, Outcome& o) {
  if (o.result.interrupted || !o.result.failure.empty()) return;
  o.verification = verify(o.result, c, io::parameter_setter());
  const KpiDifference* energy = energy_difference(o.verification.kpis);
  const auto& states = o.verification.states;
  const bool energy_held = energy == nullptr || energy->relative <= kVerifiedEnergy;
  if (!energy_held || (!states.empty() && !(states.front().relative <= kVerifiedState)))
    o.code = worse(o.code, ExitCode::limit_failed);
}

// The one error where a vehicle stands for a scenario or the other way round: each of its keys would be one.
std::optional<Problem> swapped(const io::CaseRequest& request) {
  const auto is = [](const std::string& file, io::FileKind kind) {
    try {
      return !file.empty() && io::kind_of(file, io::description<link::LinkParams>()) == kind;
    } catch (const InputError&) {
      return false;
    }
  };
  if (is(request.scenario, io::FileKind::vehicle))
    return Problem{.file = request.scenario,
                   .what = "is a vehicle, not a scenario; with one: evsim run SCENARIO --vehicle " +
                           request.scenario};
  if (is(request.vehicle, io::FileKind::scenario))
    return Problem{.file = request.vehicle, .what = "is a scenario, not a vehicle"};
  return std::nullopt;
}

}  // namespace

int threads(int jobs) { return jobs > 0 ? jobs : cores(); }

std::vector<Planned> load_all(const std::vector<io::CaseRequest>& requests, int threads,
                              const Told& told) {
  const int count = static_cast<int>(requests.size());
  std::vector<Planned> out(requests.size());
  std::vector<std::exception_ptr> failed(requests.size());
  for_each_job(count, threads, [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    try {
      out[k].loaded = io::load_case(requests[k]);
    } catch (...) {
      failed[k] = std::current_exception();
    }
  });
  io::Problems problems;
  for (std::size_t i = 0; i < failed.size(); ++i) {
    if (failed[i] == nullptr) continue;
    try {
      std::rethrow_exception(failed[i]);
    } catch (const InputError& input) {
      if (const auto other = swapped(requests[i]))
        problems.add(*other);
      else
        for (const Problem& p : input.problems()) problems.add(told ? told(i, p) : p);
    }
  }
  problems.raise();
  return out;
}

std::vector<Planned> plan(const RunArguments& a) {
  std::vector<Planned> out = load_all(requests(a), threads(a.jobs));
  for (Planned& p : out) {
    const Case& c = p.loaded.c;
    p.folder = (fs::path(a.out) / c.scenario_name / c.vehicle_name).lexically_normal().string();
  }
  io::Problems problems;
  check_folders(out, problems);
  problems.raise();
  for (const Planned& p : out) check_writable(p.folder, a.format);
  return out;
}

std::vector<Outcome> simulate_all(const std::vector<Planned>& cases, const Effort& effort,
                                  const Finish& finish) {
  const Patience patience(effort.timeout);
  const int count = static_cast<int>(cases.size());
  std::vector<Outcome> out(cases.size());
  Progress progress(count, effort.status);
  for_each_job(count, effort.threads, [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    out[k] = Job(cases[k], patience)
                 .run([&](double share) { progress.report(i, share); },
                      [&](const Scheme& scheme, Outcome& o) { finish(k, scheme, o); });
  });
  return out;
}

std::vector<Outcome> run_all(const std::vector<Planned>& cases, const RunArguments& a,
                             const Status& status) {
  const auto finish = [&](std::size_t i, const Scheme& scheme, Outcome& o) {
    if (a.verify) verify_result(cases[i].loaded.c, o);
    o.report = write_run(o.result, cases[i].loaded, scheme, cases[i].folder, a.format);
  };
  return simulate_all(cases, {.threads = threads(a.jobs), .timeout = a.timeout, .status = status},
                      finish);
}

const KpiDifference* energy_difference(const std::vector<KpiDifference>& all) {
  for (const char* name : {"energy_consumption_battery_Wh_per_km", "SOC_end_percent"}) {
    const auto it = std::ranges::find(all, name, &KpiDifference::name);
    if (it != all.end() && !(std::isnan(it->a) && std::isnan(it->b))) return &*it;
  }
  return nullptr;
}

}  // namespace evsim::cli
