// Errors of users' input and environment, and the exit codes that they lead to.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace evsim {

enum class ExitCode : int {
  held = 0,               // all limits held
  limit_failed = 1,       // a limit on a KPI failed, or two runs differ
  bad_input = 2,          // a file or an argument is wrong
  simulation_failed = 3,  // the integration diverged: time, state, cause
  environment = 4,        // disk, device, missing part
  timed_out = 124,
  interrupted = 130,
};

// One thing wrong in a user's input, in the form  where: path: what, got, allowed, hint.
struct Problem {
  std::string file = {};  // as the user named it; "" for the command line
  int line = 0;           // 1-based; 0 when it has none
  std::string path = {};  // dotted path in the file, or ""
  std::string what = {};  // got ..., must ...; did you mean ...?
};

// "vehicles/su7.json:31: drive_units.rear.machine.L_q_uH: got -230, must be > 0"; cut at 200 characters
// of what.
std::string to_string(const Problem& p);

// All that is wrong in an input, at once. Exit code 2.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Problem> problems);
  explicit InputError(Problem problem) : InputError(std::vector<Problem>{std::move(problem)}) {}
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

// The integration can't go on. Exit code 3.
class SimulationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The disk, a device or an optional part is missing or refuses. Exit code 4.
class EnvironmentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace evsim
