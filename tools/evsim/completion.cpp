// evsim completion
#include "tools/evsim/arguments.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& w : words) all += (all.empty() ? "" : " ") + w;
  return all;
}

// Words that a command takes beside files and options.
std::string words_of(const std::string& command) {
  if (command == "can") return "dump send dbc ";
  if (command == "describe")
    return "parameters signals units interface motor_control vcu bms brake ";
  if (command == "list") return "vehicles scenarios cycles ";
  if (command == "schema") return "vehicle scenario link ";
  if (command == "convert") return "machine tyre ";
  if (command == "completion") return "bash ";
  return {};
}

constexpr char kHead[] =
    "# Completion of evsim's commands, options and files for bash: source this file.\n"
    "# Written by `evsim completion bash`.\n"
    "_evsim() {\n"
    "  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words\n"
    "  if ((COMP_CWORD == 1)); then command=; fi\n"
    "  case $command in\n";
constexpr char kTail[] =
    "    *) words= ;;\n"
    "  esac\n"
    "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
    "  if [[ -n $command && $word != -* ]]; then\n"
    "    compopt -o filenames\n"
    "    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$word\")\n"
    "  fi\n"
    "}\n"
    "complete -F _evsim evsim\n";

}  // namespace

ExitCode completion_command(const CompletionArguments& a) {
  if (a.shell != "bash")
    throw InputError(Problem{.file = "evsim completion",
                             .what = "no completion for " + a.shell + "; there is bash"});
  std::vector<std::string> commands;
  std::string cases;
  const std::vector<CommandOutline> all = outline();
  for (const CommandOutline& c : all) {
    if (c.name.empty()) continue;
    commands.push_back(c.name);
    cases += "    " + c.name + ") words=\"" + words_of(c.name) + joined(c.options) + "\" ;;\n";
  }
  print(kHead);
  print("    '') words=\"" + joined(commands) + " " + joined(all.front().options) + "\" ;;\n");
  print(cases + kTail);
  return ExitCode::held;
}

}  // namespace evsim::cli
