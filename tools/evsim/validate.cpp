// evsim validate
#include <algorithm>
#include <filesystem>

#include "sim/io/text.h"
#include "sim/io/validation.h"
#include "tools/evsim/batch.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/exit_codes.h"
#include "tools/evsim/print.h"
#include "tools/evsim/terminal.h"
#include "tools/evsim/validate_text.h"
#include "tools/evsim/write.h"

namespace evsim::cli {
namespace {

namespace fs = std::filesystem;
using Published = io::Loaded<published::Params>;

void check(const ValidateArguments& a) {
  const auto refuse = [](const char* option, const std::string& what) {
    throw InputError(Problem{.file = "evsim validate", .path = option, .what = what});
  };
  if (a.jobs < 0) refuse("--jobs", "must be 1 or more; 0: one a core");
  if (a.out.empty()) refuse("--out", "must name a folder");
}

// ---- Which cars ---------------------------------------------------------------------------------

// The name of a car, by its name or its vehicle's file; "" where there is none.
std::string car_of(const published::Params& p, const std::string& wanted) {
  const auto same_file = [&](const std::string& file) {
    return fs::path(file).lexically_normal() == fs::path(wanted).lexically_normal();
  };
  for (int i = 0; i < p.cars.size(); ++i)
    if (p.cars.name(i) == wanted || same_file(p.cars[i].vehicle.path)) return p.cars.name(i);
  return {};
}

std::vector<std::string> cars_of(const ValidateArguments& a, const published::Params& p) {
  std::vector<std::string> known, out;
  for (int i = 0; i < p.cars.size(); ++i) known.push_back(p.cars.name(i));
  io::Problems problems;
  for (const std::string& wanted : a.vehicles) {
    out.push_back(car_of(p, wanted));
    if (!out.back().empty()) continue;
    const std::string near = io::nearest(io::stem(wanted), known);
    problems.add({.file = "evsim validate",
                  .what = "no car " + wanted + " in " + a.published +
                          (near.empty() ? "" : "; did you mean " + near + "?")});
  }
  problems.raise();
  return out;
}

// ---- Runs ---------------------------------------------------------------------------------------

// Each scenario with each car and its settings is run once, whatever figures want it.
class Runs {
 public:
  Runs(std::vector<io::KindResult>& kinds, const Published& published)
      : kinds_(kinds), published_(published) {
    for (std::size_t k = 0; k < kinds.size(); ++k)
      for (std::size_t i = 0; i < kinds[k].comparisons.size(); ++i) ask_for(k, i);
  }

  // Throws InputError with all that is wrong in all files.
  void load(int threads) {
    const io::Loaded<published::Params>& file = published_;
    planned_ = load_all(requests_, threads, [&](std::size_t run, Problem p) {
      if (p.file != "--set") return p;
      const std::string& figure = comparison(wanted_[run].front()).path;
      return file.problem(figure + ".set", (p.path.empty() ? "" : p.path + ": ") + p.what);
    });
    check_kpis();
  }

  ExitCode simulate(int threads) {
    const std::vector<Outcome> outcomes = simulate_all(
        planned_, {.threads = threads}, [&](std::size_t run, const Scheme&, Outcome& o) {
          for (const Wanted& w : wanted_[run]) take(w, o.result, planned_[run].loaded.c);
        });
    ExitCode code = ExitCode::held;
    for (std::size_t run = 0; run < outcomes.size(); ++run) {
      code = worse(code, outcomes[run].code);
      for (const Wanted& w : wanted_[run]) remark(comparison(w), outcomes[run]);
      const Case& c = planned_[run].loaded.c;
      if (!outcomes[run].error.empty() && !terminal::interrupted())
        errors_ += c.scenario_name + " with " + c.vehicle_name + ": " + outcomes[run].error + "\n";
    }
    return code;
  }

  // What kept runs from an end, a line each.
  const std::string& errors() const { return errors_; }

 private:
  struct Wanted {  // by a figure
    std::size_t kind, comparison;
  };

  io::Comparison& comparison(const Wanted& w) { return kinds_[w.kind].comparisons[w.comparison]; }

  void ask_for(std::size_t kind, std::size_t i) {
    const io::Comparison& c = kinds_[kind].comparisons[i];
    const std::string& scenario = kinds_[kind].kind.scenario.path;
    const auto same = std::ranges::find_if(requests_, [&](const io::CaseRequest& r) {
      return r.scenario == scenario && r.vehicle == c.vehicle && r.sets == c.figure.set;
    });
    const auto run = static_cast<std::size_t>(same - requests_.begin());
    if (same == requests_.end()) {
      const std::vector<std::string> record(io::kBreakdownSignals.begin(),
                                            io::kBreakdownSignals.end());
      requests_.push_back({scenario, c.vehicle, c.figure.set, {}, record});
      wanted_.emplace_back();
    }
    wanted_[run].push_back({kind, i});
  }

  void check_kpis() {
    io::Problems problems;
    std::vector<bool> seen(kinds_.size(), false);
    for (std::size_t run = 0; run < wanted_.size(); ++run)
      for (const Wanted& w : wanted_[run]) {
        if (seen[w.kind]) continue;
        seen[w.kind] = true;
        check_kpi(kinds_[w.kind], planned_[run].loaded.c, problems);
      }
    problems.raise();
  }
  void check_kpi(io::KindResult& k, const Case& c, io::Problems& problems) const {
    const Simulation simulation(c, io::parameter_setter());
    std::vector<std::string> known;
    for (const Kpi& kpi : kpis(simulation)) {
      known.push_back(kpi.name);
      if (kpi.name == k.kind.kpi) k.unit = kpi.unit;
    }
    const auto check = [&](const std::string& path, const std::string& kpi) {
      if (std::ranges::find(known, kpi) != known.end()) return;
      const std::string near = io::nearest(kpi, known);
      problems.add(published_.problem("kinds." + k.key + "." + path,
                                      "no KPI " + kpi + " in " + k.kind.scenario.path +
                                          (near.empty() ? "" : "; did you mean " + near + "?")));
    };
    check("kpi", k.kind.kpi);
    const auto* time = std::get_if<published::Time>(&k.kind.consists_of);
    if (time != nullptr && !time->until.empty()) check("consists_of.until", time->until);
  }

  void take(const Wanted& w, const RunResult& result, const Case& c) {
    if (result.interrupted) return;
    io::Comparison& to = comparison(w);
    const published::Kind& kind = kinds_[w.kind].kind;
    to.ours = io::kpi_value(result, kind.kpi);
    to.consists_of = io::breakdown(kind, result, c);
  }
  void remark(io::Comparison& c, const Outcome& o) {
    if (!o.error.empty()) c.remark = o.error;
    if (o.error.empty() && o.result.interrupted) c.remark = "interrupted";
    for (const Kpi& k : o.result.kpis)
      if (k.verdict == Verdict::fail) c.remark += (c.remark.empty() ? "" : ", ") + failed(k);
  }
  static std::string failed(const Kpi& k) {
    return "its run fails " + k.name + ": " + figure(k.value);
  }

  std::vector<io::KindResult>& kinds_;
  const Published& published_;
  std::vector<io::CaseRequest> requests_;
  std::vector<std::vector<Wanted>> wanted_;  // by run
  std::vector<Planned> planned_;
  std::string errors_;
};

void print_result(const io::Validation& v, const ValidateArguments& a) {
  if (a.json) return print(io::validation_json(v));
  print(validation_text(v));
  print("\nreport: " + (fs::path(a.out) / "validation.html").string() + "\n");
}

}  // namespace

ExitCode validate_command(const ValidateArguments& a) {
  check(a);
  terminal::catch_interrupts();
  const Published published = io::read_published(a.published);
  io::Validation v{.file = a.published, .version = version_and_commit()};
  v.kinds = io::comparisons(published.value, cars_of(a, published.value));
  if (v.kinds.empty())
    throw InputError(Problem{.file = a.published, .what = "holds no figures of these cars"});
  io::check_validation_folder(a.out);
  Runs runs(v.kinds, published);
  runs.load(threads(a.jobs));
  ExitCode code = runs.simulate(threads(a.jobs));
  v.interrupted = terminal::interrupted();
  for (io::KindResult& k : v.kinds) io::judge(k);
  if (v.verdict() == Verdict::fail) code = worse(code, ExitCode::limit_failed);
  io::write_validation(a.out, v);
  print_result(v, a);
  flush_output();
  print_error(runs.errors());
  return code;
}

}  // namespace evsim::cli
