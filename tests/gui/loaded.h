// Cases from the project's own files, for the window's tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "sim/io/case.h"

namespace evsim::test {

inline std::string project_file(const std::string& name) {
  return std::string(EVSIM_SOURCE_DIR) + "/" + name;
}

inline io::LoadedCase load(const std::string& scenario, std::vector<std::string> levels = {},
                           std::vector<std::string> sets = {},
                           const std::string& vehicle = "xiaomi_su7") {
  return io::load_case({.scenario = project_file("scenarios/" + scenario + ".json"),
                        .vehicle = project_file("vehicles/" + vehicle + ".json"),
                        .sets = std::move(sets),
                        .levels = std::move(levels)});
}
// Fast to run: machines as maps, the car as one mass.
inline io::LoadedCase wltc() { return load("wltc"); }
// What the window is for: machine in dq.
inline io::LoadedCase throttle() { return load("full_throttle", {"drive"}); }

// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            (std::string("evsim_gui_") + info->test_suite_name() + "_" + info->name() + "_" +
             std::to_string(getpid()));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Files without a folder are written there.
struct WorkingFolder {
  explicit WorkingFolder(const std::string& to) : before(std::filesystem::current_path()) {
    std::filesystem::current_path(to);
  }
  ~WorkingFolder() { std::filesystem::current_path(before); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;
  std::filesystem::path before;
};

inline std::string text_of(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace evsim::test
