// evsim run
#include <cmath>
#include <filesystem>

#include "tools/evsim/batch.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/exit_codes.h"
#include "tools/evsim/print.h"
#include "tools/evsim/run_output.h"
#include "tools/evsim/terminal.h"

namespace evsim::cli {
namespace {

void refuse(const char* option, const std::string& what) {
  throw InputError(Problem{.file = "evsim run", .path = option, .what = what});
}

void check(const RunArguments& a) {
  if (a.format != "csv" && a.format != "hdf5")
    refuse("--format", "got " + a.format + ", must be csv or hdf5");
  if (a.jobs < 0) refuse("--jobs", "must be 1 or more; 0: one a core");
  if (!(a.timeout >= 0.0) || !std::isfinite(a.timeout))
    refuse("--timeout", "must be 0 (none) or more");
  if (a.out.empty()) refuse("--out", "must name a folder");
}

void print_errors(const std::vector<Planned>& cases, const std::vector<Outcome>& outcomes) {
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (!outcomes[i].error.empty())
      print_error(cases[i].loaded.c.scenario_name + " with " + cases[i].loaded.c.vehicle_name +
                  ": " + outcomes[i].error + "\n");
}

void print_summary(const std::vector<Planned>& cases, const std::vector<Outcome>& outcomes,
                   const std::string& folder) {
  if (cases.size() == 1) return print(run_text(cases[0], outcomes[0]));
  print(matrix_text(cases, outcomes));
  print("\nreports: " + (std::filesystem::path(folder) / "SCENARIO/VEHICLE/report.html").string() +
        "\n");
}

}  // namespace

ExitCode run_command(const RunArguments& a) {
  check(a);
  terminal::catch_interrupts();
  const std::vector<Planned> cases = plan(a);
  const std::vector<Outcome> outcomes = run_all(cases, a);
  if (a.json)
    print(runs_json(cases, outcomes));
  else
    print_summary(cases, outcomes, a.out);
  flush_output();
  print_errors(cases, outcomes);
  ExitCode code = ExitCode::held;
  for (const Outcome& o : outcomes) code = worse(code, o.code);
  return code;
}

}  // namespace evsim::cli
