#include "gui/model/picker.h"

#include <algorithm>

#include "sim/run/scenario.h"

namespace evsim::gui {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> json_files_beside(const std::string& file) {
  std::vector<std::string> out;
  std::error_code ec;
  const fs::path folder = fs::path(file).parent_path();
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, ec))
    if (entry.path().extension() == ".json")
      out.push_back((folder / entry.path().filename()).string());
  std::ranges::sort(out);
  return out;
}

template <class Enum> int number_of(std::string_view level) {
  const auto names = scenario::enum_names(Enum{});
  const auto it = std::ranges::find(names, level);
  return it == names.end() ? 0 : static_cast<int>(it - names.begin()) + 1;
}

constexpr std::string_view kDrive = "drive=", kChassis = "chassis=";

}  // namespace

Watch::File Watch::look(const std::string& name) {
  std::error_code ec;
  File out{.name = name, .time = fs::last_write_time(name, ec), .size = 0};
  out.size = fs::file_size(name, ec);
  return out;
}

void Watch::begin(const std::vector<io::InputFile>& files) {
  files_.clear();
  for (const io::InputFile& f : files) files_.push_back(look(f.name));
}

bool Watch::changed() {
  bool any = false;
  for (File& f : files_) {
    const File now = look(f.name);
    any = any || !(now == f);
    f = now;
  }
  return any;
}

void Picker::choose(const io::CaseRequest& request) {
  vehicle = request.vehicle;
  scenario = request.scenario;
  vehicles = json_files_beside(vehicle);
  scenarios = json_files_beside(scenario);
  drive = chassis = 0;
  for (const std::string& level : request.levels) {
    const std::string_view text = level;
    if (text.starts_with(kChassis))
      chassis = number_of<scenario::Chassis>(text.substr(kChassis.size()));
    else
      drive =
          number_of<scenario::Level>(text.starts_with(kDrive) ? text.substr(kDrive.size()) : text);
  }
}

io::CaseRequest Picker::request(io::CaseRequest like) const {
  like.vehicle = vehicle;
  like.scenario = scenario;
  like.levels.clear();
  if (drive > 0)
    like.levels.emplace_back(scenario::kLevelNames[static_cast<std::size_t>(drive - 1)]);
  if (chassis > 0)
    like.levels.push_back(
        std::string(kChassis) +
        std::string(scenario::kChassisNames[static_cast<std::size_t>(chassis - 1)]));
  return like;
}

}  // namespace evsim::gui
