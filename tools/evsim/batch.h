// Runs of many cases: loaded and checked first, then simulated and written on threads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/io/case.h"
#include "sim/run/verification.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/progress.h"

namespace evsim::cli {

// One scenario with one vehicle.
struct Planned {
  io::LoadedCase loaded;
  std::string folder;  // for its results
};

// All cases of a command, in order: every scenario with every vehicle.
// Throws InputError with all that is wrong in all files; nothing has been run or written then.
std::vector<Planned> plan(const RunArguments& a);

// Cases loaded and checked on threads, in order, without folders.
// told: what is said of a problem with case i, where not what the loader says.
// Throws InputError with all that is wrong.
using Told = std::function<Problem(std::size_t i, Problem problem)>;
std::vector<Planned> load_all(const std::vector<io::CaseRequest>& requests, int threads,
                              const Told& told = {});

// What became of it.
struct Outcome {
  RunResult result;  // without what was recorded
  Verification verification;
  std::string report;  // file to look at; "" where nothing was written
  std::string error;   // why there is no result
  ExitCode code = ExitCode::held;
};

// In the order of the cases, whatever the number of threads.
std::vector<Outcome> run_all(const std::vector<Planned>& cases, const RunArguments& a,
                             const Status& status = {});

// Runs on threads, until timeout [s] (0: none) or Ctrl-C. finish: after each run, on its thread, for what
// is done with all that it recorded; what it throws becomes the error of that run.
using Finish = std::function<void(std::size_t i, const Scheme& scheme, Outcome& outcome)>;
struct Effort {
  int threads = 1;
  double timeout = 0.0;
  Status status = {};  // what is shown meanwhile; else a bar
};
std::vector<Outcome> simulate_all(const std::vector<Planned>& cases, const Effort& effort,
                                  const Finish& finish);

// Of --jobs: 0 is one a core.
int threads(int jobs);

// The largest difference of the energy drawn that --verify allows.
inline constexpr double kVerifiedEnergy = 1e-5;
// The largest difference of a state of the mechanics, over the range that it goes through.
inline constexpr double kVerifiedState = 1e-4;
// The KPI by which energy is verified: consumption, or the state of charge of a car that does not drive.
const KpiDifference* energy_difference(const std::vector<KpiDifference>& all);

}  // namespace evsim::cli
