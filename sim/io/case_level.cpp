// Levels: which model each component of the vehicle uses. The vehicle file holds the figures of one
// level a component, so a level asked for is checked, never switched.
#include <algorithm>
#include <optional>
#include <variant>

#include "sim/io/case.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

template <class... A> std::vector<std::string> types_of(const std::variant<A...>&) {
  return {std::string(A::kType)...};
}
template <class V> std::string type_of(const V& v) {
  return std::visit([](const auto& a) { return std::string(a.kType); }, v);
}

// A component of the vehicle file and the level that the file chose for it.
struct Chosen {
  std::string path, level;
  std::vector<std::string> levels;
};

std::vector<Chosen> chosen(const std::string& component, const car::Params<double>& p) {
  if (component == "battery") return {{"battery", type_of(p.battery), types_of(p.battery)}};
  if (component == "road_load") return {{"road_load", type_of(p.road_load), types_of(p.road_load)}};
  std::vector<Chosen> out;
  if (component != "machine") return out;
  for (int k = 0; k < p.drive_units.size(); ++k) {
    const auto& losses = p.drive_units[k].machine.losses;
    out.push_back({"drive_units." + p.drive_units.name(k) + ".machine.losses", type_of(losses),
                   types_of(losses)});
  }
  return out;
}

[[noreturn]] void refuse(const std::string& level, const std::string& what) {
  throw InputError(Problem{.file = "--level", .path = level, .what = what});
}

std::string all_levels(const car::Params<double>& p) {
  std::string all =
      "there is energy, drive, waveform, machine=dq, inverter=average|switched, "
      "chassis=longitudinal|multi_body";
  for (const char* component : {"battery", "machine", "road_load"})
    for (const Chosen& c : chosen(component, p)) {
      std::string levels;
      for (const std::string& l : c.levels) levels += (levels.empty() ? "" : "|") + l;
      all += ", " + std::string(component) + "=" + levels;
      break;
    }
  return all;
}

void check_component(const std::string& level, std::size_t equals, const car::Params<double>& p,
                     const Origins& origins) {
  const std::string component = level.substr(0, equals), wanted = level.substr(equals + 1);
  const std::vector<Chosen> parts = chosen(component, p);
  if (parts.empty()) refuse(level, "no such component; " + all_levels(p));
  for (const Chosen& c : parts) {
    if (c.level == wanted) continue;
    if (std::ranges::find(c.levels, wanted) == c.levels.end())
      refuse(level, "no such level; there is " + one_of(c.levels));
    throw InputError(problem_at(origins, c.path,
                                "is of type " + c.level + ", --level asks for " + wanted +
                                    ": this file has no figures for it"));
  }
}

}  // namespace

AskedLevel check_level(const std::string& level, const car::Params<double>& vehicle,
                       const Origins& origins) {
  using scenario::Level;
  for (std::size_t i = 0; i < scenario::kLevelNames.size(); ++i)
    if (level == scenario::kLevelNames[i]) return {static_cast<Level>(i), {}};
  if (level == "machine=dq" || level == "inverter=average") return {Level::drive, {}};
  if (level == "inverter=switched") return {Level::waveform, {}};
  for (std::size_t i = 0; i < scenario::kChassisNames.size(); ++i)
    if (level == "chassis=" + std::string(scenario::kChassisNames[i]))
      return {{}, static_cast<scenario::Chassis>(i)};
  const std::size_t equals = level.find('=');
  if (equals == std::string::npos) refuse(level, "no such level; " + all_levels(vehicle));
  check_component(level, equals, vehicle, origins);
  return {};
}

}  // namespace evsim::io
