// evsim schema
#include "sim/io/schema.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "sim/link/link_params.h"
#include "sim/run/scenario.h"
#include "sim/vehicle/car.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

namespace fs = std::filesystem;

struct Kind {
  const char* name;
  std::string (*text)();
};
constexpr Kind kKinds[] = {
    {"vehicle", [] { return io::to_text(io::schema<car::Params<double>>("vehicle")); }},
    {"scenario", [] { return io::to_text(io::schema<scenario::Params>("scenario")); }},
    {"link", [] { return io::to_text(io::schema<link::LinkParams>("link")); }}};

void write_file(const fs::path& file, const std::string& text) {
  const auto fail = [&] {
    throw EnvironmentError(file.string() + ": can't be written: " + std::strerror(errno));
  };
  std::FILE* out = std::fopen(file.c_str(), "wb");
  if (out == nullptr) fail();
  const bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  if (std::fclose(out) != 0 || !written) fail();
}

void write(const std::string& folder, const Kind& kind) {
  fs::create_directories(folder);
  const fs::path file = fs::path(folder) / (std::string(kind.name) + ".schema.json");
  write_file(file, kind.text());
  print(file.string() + "\n");
}

}  // namespace

ExitCode schema_command(const SchemaArguments& a) {
  if (a.kind.empty() && a.folder.empty())
    throw InputError(Problem{.file = "evsim schema",
                             .what = "must name vehicle, scenario, link or --write DIR"});
  bool known = a.kind.empty();
  for (const Kind& kind : kKinds) {
    if (!a.kind.empty() && a.kind != kind.name) continue;
    known = true;
    if (a.folder.empty())
      print(kind.text());
    else
      write(a.folder, kind);
  }
  if (!known)
    throw InputError(
        Problem{.file = "evsim schema",
                .what = "unknown kind " + a.kind + "; there are vehicle, scenario and link"});
  return ExitCode::held;
}

}  // namespace evsim::cli
