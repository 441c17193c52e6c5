// All values that a file of a kind may hold, whatever one of them does hold: every alternative of every
// choice, with NAME where users name things.
#pragma once

#include <string>
#include <vector>

#include "sim/io/description.h"
#include "sim/io/parameters.h"

namespace evsim::cli {

// root: of a described struct. prefix: before each path ("scenario.").
// Of an alternative the path says its type: battery(equivalent_circuit).capacity
std::vector<io::Parameter> catalogue(const io::Node& root, const std::string& prefix = "");

}  // namespace evsim::cli
