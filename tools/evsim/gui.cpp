// evsim gui
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "sim/io/text.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"
#include "tools/evsim/terminal.h"

namespace evsim::cli {
namespace {

std::vector<std::string> words(const std::string& program, const GuiArguments& a) {
  std::vector<std::string> out{program};
  for (const std::string& file : {a.vehicle, a.scenario})
    if (!file.empty()) out.push_back(file);
  const auto option = [&out](const char* name, const std::string& value) {
    out.push_back(std::string(name) + "=" + value);
  };
  if (!a.connect.empty()) option("--connect", a.connect);
  if (!a.secret.empty()) option("--secret", a.secret);
  if (!a.link.empty()) option("--link", a.link);
  for (const std::string& s : a.sets) option("--set", s);
  for (const std::string& s : a.levels) option("--level", s);
  if (a.frames) option("--frames", std::to_string(*a.frames));
  if (!a.screenshot.empty()) option("--screenshot", a.screenshot);
  if (a.pace) option("--pace", io::format(*a.pace));
  if (a.paused) out.emplace_back("--paused");
  if (!a.layout.empty()) option("--layout", a.layout);
  if (a.light) out.emplace_back("--light");
  return out;
}

}  // namespace

// The window is a program of its own beside this one, as this one needs none of its libraries.
ExitCode gui_command(const GuiArguments& a) {
  if (a.connect.empty() && a.scenario.empty())
    throw InputError(Problem{.file = "evsim gui",
                             .what = "VEHICLE and SCENARIO are required, or --connect HOST:PORT"});
  const std::string program =
      (std::filesystem::path(terminal::program_folder()) / "evsim-gui").string();
  std::vector<std::string> all = words(program, a);
  std::vector<char*> argv;
  for (std::string& word : all) argv.push_back(word.data());
  argv.push_back(nullptr);
  flush_output();
  execv(program.c_str(), argv.data());
  const int cause = errno;
  throw EnvironmentError(
      program + ": " + std::strerror(cause) +
      "; evsim was built without its window: tools/setup gui gets what it needs, "
      "then build again");
}

}  // namespace evsim::cli
