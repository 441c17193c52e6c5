// The one place where errors become messages and exit codes.
#pragma once

#include <string>

#include "sim/base/errors.h"

namespace evsim::cli {

struct Failure {
  ExitCode code;
  std::string message;  // one line or more, without the end of the last
};

// What the exception in flight means; call it in a catch (...).
Failure current_failure();

// The worse of two outcomes: interrupted, timed out, environment, simulation failed, bad input, limit
// failed, held.
inline ExitCode worse(ExitCode a, ExitCode b) { return a < b ? b : a; }

}  // namespace evsim::cli
