#include "sim/run/signals.h"

namespace evsim::signals {

std::vector<Info> list(const closed_loop::System<double>& s, scenario::Level level) {
  std::vector<Info> out;
  const closed_loop::Instant<double> now{};
  const std::array<double, car::kMaxStates> y{};
  const auto add = [&](std::string_view group, std::string_view owner, std::string_view name,
                       Dim dim, double) {
    std::string path(group);
    if (!owner.empty()) path.append(".").append(owner);
    out.push_back({path.append(".").append(name), dim});
  };
  visit(s, now, y.data(), add);
  if (level == scenario::Level::energy) return out;
  for (int k = 0; k < s.units(); ++k)
    visit_unit(s.car.drive_units.name(k), Drive::UnitSignals{}, add);
  visit_link(Drive::NodeSignals{}, add);
  return out;
}

bool matches(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty();
  if (pattern.front() == '*')
    return matches(pattern.substr(1), path) || (!path.empty() && matches(pattern, path.substr(1)));
  if (path.empty()) return false;
  return (pattern.front() == '?' || pattern.front() == path.front()) &&
         matches(pattern.substr(1), path.substr(1));
}

}  // namespace evsim::signals
