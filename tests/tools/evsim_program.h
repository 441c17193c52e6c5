// Runs the real program in a folder of its own and keeps what it says.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/tools/small_files.h"

namespace evsim {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

struct Ran {
  int code = -1;   // exit code
  int signal = 0;  // that ended it instead
  std::string out, err;
};

inline std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Content of all files below a folder, by relative name, but for those of one name.
inline std::map<std::string, std::string> contents(const fs::path& folder,
                                                   const std::string& but = "") {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename() != but)
      out[fs::relative(entry.path(), folder).string()] = slurp(entry.path());
  return out;
}

class Program : public testing::Test {
 protected:
  Program() {
    std::string pattern = (fs::temp_directory_path() / "evsim_test_XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    write("car.json", small::kVehicle);
    write("idle.json", small::idle_vehicle());
    write("drive.json", small::kScenario);
    write("cycle.csv", small::kCycle);
    write("long.json", small::kLong);
  }
  ~Program() override { fs::remove_all(folder_); }

  fs::path file(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(file(name).parent_path());
    std::ofstream(file(name), std::ios::binary) << text;
  }
  std::string read(const std::string& name) const { return slurp(file(name)); }
  bool exists(const std::string& name) const { return fs::exists(file(name)); }
  nlohmann::json read_json(const std::string& name) const {
    return nlohmann::json::parse(read(name));
  }

  Ran evsim(const Arguments& arguments, const std::string& to = "") const {
    return finish(start(arguments, to));
  }

  pid_t start(const Arguments& arguments, const std::string& to = "") const {
    const pid_t child = fork();
    if (child != 0) return child;
    if (chdir(folder_.c_str()) != 0) _exit(125);
    const std::string out = to.empty() ? "stdout.txt" : to;
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    dup2(open("stderr.txt", O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    std::vector<char*> argv{const_cast<char*>("evsim")};
    for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    execv(EVSIM_BINARY, argv.data());
    _exit(126);
  }
  Ran finish(pid_t child) const {
    int status = 0;
    waitpid(child, &status, 0);
    Ran r{.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
          .out = exists("stdout.txt") ? read("stdout.txt") : "",
          .err = read("stderr.txt")};
    return r;
  }

  // Until the program would take a Ctrl-C itself; then a while, so that it is in the middle of a run.
  static void wait_until_it_runs(pid_t child) {
    using namespace std::chrono_literals;
    for (int i = 0; i < 1000 && !catches_interrupt(child); ++i) std::this_thread::sleep_for(10ms);
    std::this_thread::sleep_for(1s);
  }
  static bool catches_interrupt(pid_t child) {
    std::ifstream status("/proc/" + std::to_string(child) + "/status");
    for (std::string word; status >> word;)
      if (word == "SigCgt:" && status >> word) {
        const auto mask = std::stoull(word, nullptr, 16);
        return (mask >> (SIGINT - 1) & 1U) != 0;
      }
    return false;
  }

 private:
  fs::path folder_;
};

}  // namespace evsim
