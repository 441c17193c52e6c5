// The run of a session once more from its commands, as far as it came: the same bits, now with all that is recorded.
#pragma once

#include <string>
#include <vector>

#include "sim/io/case.h"
#include "sim/run/result.h"

namespace evsim::live {

struct Rerun {
  RunResult result;
  Scheme scheme;
};
// log: all commands that were applied, of the scenario's timeline too; t: until when [s].
Rerun rerun(const Case& c, std::vector<scenario::Event> log, double t);

}  // namespace evsim::live
