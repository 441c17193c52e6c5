#include "tools/evsim/vehicle_unit.h"

#include <algorithm>

#include "sim/io/case.h"
#include "sim/io/parameters.h"
#include "sim/io/text.h"

namespace evsim::cli {
namespace {

constexpr std::string_view kPrefix = "drive_units.";

[[noreturn]] void refuse(const std::string& who, std::string what) {
  throw InputError(Problem{.file = who, .path = "UNIT", .what = std::move(what)});
}

}  // namespace

Vehicle load_vehicle(const std::string& file, const std::vector<std::string>& sets) {
  Vehicle vehicle = io::read<car::Params<double>>(file);
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos || equals == 0)
      throw InputError(Problem{.file = "--set", .path = set, .what = "must be PATH=VALUE"});
    io::set(vehicle, set.substr(0, equals), std::string_view(set).substr(equals + 1), "--set");
  }
  io::Problems problems;
  io::check_vehicle(vehicle.value, vehicle.origins, problems);
  problems.raise();
  return vehicle;
}

int find_unit(const std::string& who, const std::string& file, const std::string& unit,
              const car::Params<double>& p) {
  std::vector<std::string> known;
  for (int k = 0; k < p.drive_units.size(); ++k)
    known.push_back(std::string(kPrefix) + p.drive_units.name(k));
  if (unit.empty()) {
    if (known.size() == 1) return 0;
    refuse(who, "missing: " + file + " has " + io::one_of(known));
  }
  const std::string wanted = unit.starts_with(kPrefix) ? unit : std::string(kPrefix) + unit;
  const auto found = std::ranges::find(known, wanted);
  if (found != known.end()) return static_cast<int>(found - known.begin());
  std::vector<std::string> names;
  for (int k = 0; k < p.drive_units.size(); ++k) names.push_back(p.drive_units.name(k));
  const std::string near = io::nearest(std::string_view(wanted).substr(kPrefix.size()), names);
  refuse(who, "no " + wanted + " in " + file + "; " +
                  (near.empty() ? "there is " + io::one_of(known)
                                : "did you mean " + std::string(kPrefix) + near + "?"));
}

}  // namespace evsim::cli
