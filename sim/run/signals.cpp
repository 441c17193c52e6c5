#include "sim/run/signals.h"

namespace evsim::signals {

namespace {
// Takes what visit() says of a signal, but for its value.
auto into(std::vector<Info>& out) {
  return [&out](std::string_view group, std::string_view owner, std::string_view name, Dim dim,
                double) {
    std::string path(group);
    if (!owner.empty()) path.append(".").append(owner);
    out.push_back({path.append(".").append(name), dim});
  };
}
}  // namespace

std::vector<Info> list(const closed_loop::System<double>& s, scenario::Level level) {
  std::vector<Info> out;
  const closed_loop::Instant<double> now{};
  const std::array<double, car::kMaxStates> y{};
  visit(s, now, y.data(), into(out));
  if (level == scenario::Level::energy) return out;
  for (int k = 0; k < s.units(); ++k) visit_unit(s, k, Drive::UnitSignals{}, into(out));
  visit_link(Drive::NodeSignals{}, into(out));
  return out;
}

std::vector<Info> list(const Simulation& s) {
  std::vector<Info> out = list(s.system(), s.input().scenario.level);
  if (s.drive() && s.drive()->mechanics())
    visit_car(s.system(), *s.drive()->mechanics(), Mechanics::Signals{}, into(out));
  visit_own(s, s.snapshot(), into(out));
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
