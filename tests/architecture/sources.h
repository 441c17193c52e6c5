// The project's own C++ files, as the architecture tests read them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace evsim::architecture {

struct Source {
  std::string path;                // from the repository root, such as sim/base/units.h
  std::vector<std::string> lines;  // lines[0] is line 1
};

inline Source source(const std::string& path, std::istream& text) {
  Source result{.path = path, .lines = {}};
  for (std::string line; std::getline(text, line);) result.lines.push_back(line);
  return result;
}
inline Source source(const std::string& path, const std::string& text) {
  std::istringstream stream(text);
  return source(path, stream);
}

// All .h and .cpp files below the given folders of the repository; a missing folder holds none.
inline std::vector<Source> sources_below(std::initializer_list<std::string> folders) {
  namespace fs = std::filesystem;
  const fs::path root = EVSIM_SOURCE_DIR;
  std::vector<Source> result;
  for (const auto& folder : folders) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp") continue;
      std::ifstream text(entry.path());
      if (!text) throw std::runtime_error("can't read " + entry.path().string());
      result.push_back(source(fs::relative(entry.path(), root).generic_string(), text));
    }
  }
  std::sort(result.begin(), result.end(),
            [](const Source& a, const Source& b) { return a.path < b.path; });
  return result;
}

// "sim/base/units.h:12: what"
inline std::string violation(const Source& s, std::size_t index, const std::string& what) {
  return s.path + ":" + std::to_string(index + 1) + ": " + what;
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string result;
  for (const auto& line : lines) result += line + "\n";
  return result;
}

}  // namespace evsim::architecture
