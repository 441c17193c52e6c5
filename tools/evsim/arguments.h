// The command line: what may be written, and what --help says of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/base/errors.h"

namespace evsim::cli {

// What to do, from the arguments of the program; help is a thing to do as well.
// Throws InputError for what is no command, option or value, with the nearest that is.
std::function<ExitCode()> parse_arguments(int argc, char** argv);

// For shell completion.
struct CommandOutline {
  std::string name;
  std::vector<std::string> options;  // --vehicle ...
};
std::vector<CommandOutline> outline();

}  // namespace evsim::cli
