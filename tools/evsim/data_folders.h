// Where vehicles and scenarios lie that were not named by a path.
#pragma once

#include <string>
#include <vector>

namespace evsim::cli {

// Folders that may hold vehicles/ and scenarios/: the working folder, and what was installed with the
// program.
std::vector<std::string> data_folders();

}  // namespace evsim::cli
