// Names of files in files.
#pragma once

#include <filesystem>
#include <string>

#include "sim/base/errors.h"

namespace evsim::gui {

// `file` as a file that is to be written as `beside` names it. Throws EnvironmentError where the working folder is
// gone.
inline std::string seen_from(const std::string& beside, const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code ec;
  const fs::path to = fs::absolute(file, ec);
  const fs::path folder = ec ? fs::path() : fs::absolute(beside, ec).parent_path();
  if (ec) throw EnvironmentError("the working folder can't be found: " + ec.message());
  return to.lexically_proximate(folder).generic_string();
}

}  // namespace evsim::gui
