// Controllers in shared libraries, as docs/controllers.md describes them.
#pragma once

#include "sim/run/controller.h"

namespace evsim::link {

// Loads what a scenario names. A library stays loaded as long as something uses it; loaded again it is the same.
// Throws InputError for a file that is missing, no library or none of ours, with the path in the scenario.
controller::Controllers load_controllers(const scenario::Controllers& c);

}  // namespace evsim::link
