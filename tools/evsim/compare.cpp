// evsim compare
#include "sim/io/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/io/results.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

using enum Align;

using io::Tolerances;

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
    (one ? out.by_name[text.substr(0, equals)] : out.others) = *x;
  }
  return out;
}

void check_names(const Tolerances& t, const std::vector<io::JudgedKpi>& all) {
  std::vector<std::string> names;
  for (const io::JudgedKpi& d : all) names.push_back(d.kpi.name);
  for (const auto& [name, tolerance] : t.by_name) {
    if (std::ranges::find(names, name) != names.end()) continue;
    const std::string near = io::nearest(name, names);
    refuse(name,
           "no such KPI in these runs" + (near.empty() ? "" : "; did you mean " + near + "?"));
  }
}

// Both return how many are outside.
int show(const std::vector<io::JudgedKpi>& all) {
  Table t({left, right, right, left, right, right, left}, "");
  t.row({"KPI", "A", "B", "unit", "difference", "allowed", ""}, Colour::dim);
  for (const auto& [d, allowed, fits] : all)
    t.row({d.name, figure(d.a), figure(d.b), d.unit, fmt::format("{:.1e}", d.relative),
           fmt::format("{:.1e}", allowed), fits ? "" : "outside"},
          fits ? Colour::none : Colour::red);
  print(t.text());
  return static_cast<int>(std::ranges::count(all, false, &io::JudgedKpi::fits));
}
int show(const std::vector<io::JudgedSignal>& all) {
  Table t({left, right, left, right, right, left}, "");
  t.row({"signal", "largest difference", "unit", "allowed", "at [s]", ""}, Colour::dim);
  for (const io::JudgedSignal& s : all) {
    const Unit& unit = display_unit(s.dim);
    t.row({s.path, fmt::format("{:.2e}", s.apart.largest / unit.factor), std::string(unit.text),
           fmt::format("{:.2e}", s.allowed / unit.factor), figure(s.apart.at),
           s.fits ? "" : "outside"},
          s.fits ? Colour::none : Colour::red);
  }
  print("\n" + t.text());
  return static_cast<int>(std::ranges::count(all, false, &io::JudgedSignal::fits));
}

}  // namespace

ExitCode compare_command(const CompareArguments& a) {
  const Tolerances tolerances = parse(a.tolerances);
  const std::vector<io::JudgedKpi> all =
      io::compare(io::read_summary(a.a).kpis, io::read_summary(a.b).kpis, tolerances);
  check_names(tolerances, all);
  int outside = show(all);
  if (a.signals)
    outside +=
        show(io::compare(io::read_signals(a.a), io::read_signals(a.b), {.share = *a.signals}));
  print(outside == 0 ? "all within tolerance\n" : fmt::format("{} outside\n", outside));
  return outside == 0 ? ExitCode::held : ExitCode::limit_failed;
}

}  // namespace evsim::cli
