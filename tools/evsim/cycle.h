// What a trace amounts to, in a few words.
#pragma once

#include <string>

#include "sim/run/scenario.h"

namespace evsim::cli {

double distance(const scenario::Trace& trace);         // along its straight pieces [m]
std::string cycle_text(const scenario::Trace& trace);  // "1800 s, 23.27 km, up to 131.3 km/h"

}  // namespace evsim::cli
