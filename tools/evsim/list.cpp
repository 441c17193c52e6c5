// evsim list
#include <algorithm>
#include <filesystem>

#include "sim/io/case.h"
#include "sim/io/file_kind.h"
#include "sim/io/json_tree.h"
#include "sim/link/link_params.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/cycle.h"
#include "tools/evsim/data_folders.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

namespace fs = std::filesystem;
using enum Align;

std::vector<std::string> files_in(const std::string& subfolder, const std::string& extension) {
  std::vector<std::string> out;
  for (const std::string& root : data_folders()) {
    std::vector<std::string> here;
    std::error_code ec;
    const fs::path folder = fs::path(root) / subfolder;
    for (const auto& entry : fs::directory_iterator(folder, ec))
      if (entry.path().extension() == extension)
        here.push_back(entry.path().lexically_normal().string());
    std::ranges::sort(here);
    out.insert(out.end(), here.begin(), here.end());
  }
  return out;
}

std::string one_line(std::string text) {
  constexpr std::size_t kLongest = 100;
  std::ranges::replace(text, '\n', ' ');
  if (text.size() <= kLongest) return text;
  const std::size_t end = text.rfind(' ', kLongest);
  return text.substr(0, end == std::string::npos ? kLongest : end) + " ...";
}

std::string description_of(const std::string& file) {
  io::Problems problems;
  const auto json = io::parse_json(file, io::read_file(file).text, problems);
  if (!json) return "can't be read; see evsim check";
  for (const char* key : {"description", "name"})
    if (const io::Json* text = json->find(key); text != nullptr && text->is_string())
      return one_line(text->text);
  return {};
}

std::string facts_of(const std::string& file) {
  try {
    return cycle_text(io::read_trace(file, io::TraceKind::speed));
  } catch (const InputError&) {
    return "no speed trace; see evsim check";
  }
}

// Published figures lie beside the vehicles.
bool is_published(const std::string& file) {
  try {
    return io::kind_of(file, io::description<link::LinkParams>()) == io::FileKind::published;
  } catch (const InputError&) {
    return false;
  }
}

struct Listed {
  const char* what;
  const char* folder;
  const char* extension;
  std::string (*about)(const std::string& file);
};
constexpr Listed kListed[] = {{"vehicles", "vehicles", ".json", description_of},
                              {"scenarios", "scenarios", ".json", description_of},
                              {"cycles", "scenarios/cycles", ".csv", facts_of}};

void print_list(const Listed& l) {
  std::vector<std::string> files = files_in(l.folder, l.extension);
  std::erase_if(files, is_published);
  Table t({left, left}, "");
  for (const std::string& file : files) t.row({file, l.about(file)});
  print(files.empty() ? "no " + std::string(l.what) + " in ./" + l.folder + "\n" : t.text());
}

}  // namespace

ExitCode list_command(const ListArguments& a) {
  bool known = a.what.empty(), first = true;
  for (const Listed& l : kListed) {
    if (!a.what.empty() && a.what != l.what) continue;
    known = true;
    if (!first) print("\n");
    first = false;
    print_list(l);
  }
  if (!known)
    throw InputError(
        Problem{.file = "evsim list",
                .what = "unknown kind " + a.what + "; there are vehicles, scenarios, cycles"});
  return ExitCode::held;
}

}  // namespace evsim::cli
