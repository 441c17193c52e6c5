// Protection by a maker's own rules, in a shared library by evsim_e2e.h.
#pragma once

#include <memory>
#include <string>

#include "sim/link/e2e.h"

namespace evsim::link {

// Throws InputError for a file that is missing, no library or none of ours. Where its functions crash or do not return a run
// ends with controller::Failure.
std::shared_ptr<const e2e::Rules> load_e2e(const std::string& file);

}  // namespace evsim::link
