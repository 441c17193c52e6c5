// evsim new-vehicle
#include "sim/io/new_vehicle.h"

#include <fmt/format.h>

#include <filesystem>

#include "sim/io/case.h"
#include "sim/io/output_folder.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/data_folders.h"
#include "tools/evsim/first_look.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

namespace fs = std::filesystem;
using enum Align;

constexpr char kWho[] = "evsim new-vehicle";

fs::path folder_of(const std::string& file) {
  const fs::path folder = fs::path(file).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

void check_target(const NewVehicleArguments& a) {
  if (fs::path(a.file).extension() != ".json")
    throw InputError(Problem{.file = kWho, .path = "FILE", .what = "must end in .json"});
  if (fs::is_directory(a.file))
    throw InputError(Problem{.file = a.file, .what = "is a folder, not a file"});
  if (fs::exists(a.file) && !a.force)
    throw InputError(Problem{.file = a.file, .what = "exists; --force overwrites it"});
}

// A folder of component families, and its name in the file.
struct Components {
  fs::path folder;
  fs::path named;
};
fs::path relative_to_folder_of(const std::string& file, const fs::path& path) {
  const auto full = [](const fs::path& p) { return fs::weakly_canonical(fs::absolute(p)); };
  return full(path).lexically_relative(full(folder_of(file)));
}
// Those beside the file, else those of the vehicles at hand: of the working folder by a relative path,
// installed ones by their full path.
Components find_components(const std::string& file) {
  std::vector<Components> places{{folder_of(file) / "components", "components"}};
  for (const std::string& root : data_folders()) {
    const fs::path folder = fs::path(root) / "vehicles/components";
    places.push_back({folder, folder.is_absolute() ? folder : relative_to_folder_of(file, folder)});
  }
  for (const Components& place : places)
    if (fs::exists(place.folder / "cell_nmc.json")) return place;
  throw InputError(
      Problem{.file = file,
              .what = "no component families found, neither in " + places[0].folder.string() +
                      " nor in ./vehicles/components; work in a folder with vehicles"});
}

io::Families families(const std::string& file, const io::TyreSize& tyre) {
  const Components components = find_components(file);
  const fs::path schema = "../../schema/vehicle.schema.json";
  return {.folder = components.named.generic_string(),
          .has_tyre = fs::exists(components.folder / io::tyre_file(tyre)),
          .schema = fs::exists(components.folder / schema)
                        ? (components.named / schema).lexically_normal().generic_string()
                        : ""};
}

// As `evsim check` does.
void check_vehicle_file(const std::string& file, const io::ReadFile& read) {
  const auto loaded = io::read<car::Params<double>>(file, read);
  io::Problems problems;
  io::check_vehicle(loaded.value, loaded.origins, problems);
  problems.raise();
}
// A disk on which the file lies already.
io::ReadFile disk_with(const std::string& file, const std::string& text) {
  return [&](const std::string& name) {
    return name == file ? io::checked_text(text) : io::read_file(name);
  };
}

// Written beside and renamed: the file is there whole or not at all.
void write_whole(const std::string& file, const std::string& text) {
  fs::create_directories(folder_of(file));
  const std::string partial =
      (folder_of(file) / ("." + fs::path(file).filename().string() + ".partial")).string();
  try {
    io::write_file(partial, text, file);
    fs::rename(partial, file);
  } catch (...) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    throw;
  }
}

std::string given_text(const std::vector<io::KeyValue>& figures) {
  Table t({left, left});
  for (const io::KeyValue& f : figures) t.row({f.key, f.value});
  return t.text();
}
// The rule itself; what stands after a semicolon is its evidence, and in the file.
std::string assumed_text(const io::Draft& draft) {
  Table t({left, right, left});
  for (const io::DraftValue& v : draft.values)
    if (!v.given) t.row({v.path, v.value, v.source.substr(0, v.source.find(';'))});
  return t.text();
}

}  // namespace

ExitCode new_vehicle_command(const NewVehicleArguments& a) {
  check_target(a);
  const io::Catalogue catalogue = io::read_catalogue(a.figures, kWho);
  const io::Draft draft = io::draft_vehicle(catalogue, families(a.file, catalogue.tyre_size));
  const std::string text = io::to_text(draft.file);
  check_vehicle_file(a.file, disk_with(a.file, text));
  write_whole(a.file, text);
  check_vehicle_file(a.file, io::read_file);
  print(fmt::format("{}: written\n\nGiven\n{}\nAssumed, by the rules of docs/new_vehicle.md\n{}\n",
                    a.file, given_text(a.figures), assumed_text(draft)));
  print(first_look(a.file));
  return ExitCode::held;
}

}  // namespace evsim::cli
