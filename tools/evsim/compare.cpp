// evsim compare
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/io/results.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

using enum Align;

// Allowed relative difference, by KPI or for all others.
struct Tolerances {
  double others = 0.0;
  std::map<std::string, double, std::less<>> by_kpi;

  double of(const std::string& kpi) const {
    const auto it = by_kpi.find(kpi);
    return it == by_kpi.end() ? others : it->second;
  }
};

[[noreturn]] void refuse(const std::string& tolerance, const std::string& what) {
  throw InputError(Problem{.file = "--tolerance", .path = tolerance, .what = what});
}

Tolerances parse(const std::vector<std::string>& texts) {
  Tolerances out;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const bool one = equals != std::string::npos;
    const auto x = io::parse_number(std::string_view(text).substr(one ? equals + 1 : 0));
    if (!x || *x < 0.0) refuse(text, "must be REL or KPI=REL with a number >= 0");
    (one ? out.by_kpi[text.substr(0, equals)] : out.others) = *x;
  }
  return out;
}

void check_names(const Tolerances& t, const std::vector<KpiDifference>& all) {
  std::vector<std::string> names;
  for (const KpiDifference& d : all) names.push_back(d.name);
  for (const auto& [name, tolerance] : t.by_kpi) {
    if (std::ranges::find(names, name) != names.end()) continue;
    const std::string near = io::nearest(name, names);
    refuse(name,
           "no such KPI in these runs" + (near.empty() ? "" : "; did you mean " + near + "?"));
  }
}

}  // namespace

ExitCode compare_command(const CompareArguments& a) {
  const Tolerances tolerances = parse(a.tolerances);
  const std::vector<KpiDifference> all =
      differences(io::read_summary(a.a).kpis, io::read_summary(a.b).kpis);
  check_names(tolerances, all);
  Table t({left, right, right, left, right, right, left}, "");
  t.row({"KPI", "A", "B", "unit", "difference", "allowed", ""}, Colour::dim);
  int outside = 0;
  for (const KpiDifference& d : all) {
    const double allowed = tolerances.of(d.name);
    const bool fits = d.relative <= allowed;  // false where only one run has it
    if (!fits) ++outside;
    t.row({d.name, figure(d.a), figure(d.b), d.unit, fmt::format("{:.1e}", d.relative),
           fmt::format("{:.1e}", allowed), fits ? "" : "outside"},
          fits ? Colour::none : Colour::red);
  }
  print(t.text());
  print(outside == 0 ? "all within tolerance\n" : fmt::format("{} outside\n", outside));
  return outside == 0 ? ExitCode::held : ExitCode::limit_failed;
}

}  // namespace evsim::cli
