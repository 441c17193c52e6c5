// What a new vehicle does, at a glance.
#pragma once

#include <string>

namespace evsim::cli {

// Consumption, range, acceleration and top speed by the scenarios at hand, as text; how to run them
// where there are none.
std::string first_look(const std::string& vehicle);

}  // namespace evsim::cli
