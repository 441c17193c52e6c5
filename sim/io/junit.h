// The limits of a run as JUnit XML, for the test pages of CI servers.
#pragma once

#include <string>

#include "sim/run/result.h"

namespace evsim::io {

// One test case a limit, and one more that errs when the run was interrupted. No times and dates: two
// runs give the same bytes.
std::string junit_xml(const RunResult& result);

}  // namespace evsim::io
