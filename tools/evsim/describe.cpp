// evsim describe
#include <algorithm>

#include "sim/control/controller_signals.h"
#include "sim/io/case.h"
#include "sim/io/file_kind.h"
#include "sim/io/parameters.h"
#include "sim/link/link_params.h"
#include "sim/run/signals.h"
#include "tools/evsim/catalogue.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/flux_tables.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

using enum Align;

// Part of the path, or a pattern for all of it.
bool fits(const std::string& filter, std::string_view path) {
  const bool pattern = filter.find_first_of("*?") != std::string::npos;
  return pattern ? signals::matches(filter, path) : path.find(filter) != std::string_view::npos;
}

// The path with the key in the unit that people expect: battery(equivalent_circuit).capacity_Ah
std::string path_with_unit(const io::Parameter& p) {
  return p.path.substr(0, p.path.rfind('.') + 1) + p.key;
}

std::string unit_text(const Unit* unit) {
  return unit == nullptr || unit->dim == Dim::none ? "" : std::string(unit->text);
}

// Prints a table of what fits the filter, or says that nothing does.
class Listing {
 public:
  Listing(std::vector<Align> columns, std::vector<std::string> heading, std::string filter)
      : table_(std::move(columns), ""), filter_(std::move(filter)) {
    table_.row(std::move(heading), Colour::dim);
  }
  void row(std::string_view path, std::vector<std::string> cells) {
    if (!fits(filter_, path)) return;
    any_ = true;
    table_.row(std::move(cells));
  }
  ExitCode show() const {
    if (!any_)
      throw InputError(Problem{.file = "evsim describe", .what = "nothing fits " + filter_});
    print(table_.text());
    return ExitCode::held;
  }

 private:
  Table table_;
  std::string filter_;
  bool any_ = false;
};

ExitCode describe_parameters(const std::string& filter) {
  Listing list({left, left, left, left, left},
               {"parameter", "unit", "allowed", "default", "meaning"}, filter);
  auto all = catalogue(io::description<car::Params<double>>());
  for (auto& p : catalogue(io::description<scenario::Params>(), "scenario."))
    all.push_back(std::move(p));
  for (const io::Parameter& p : all)
    list.row(p.path,
             {path_with_unit(p), unit_text(p.unit), p.allowed, p.default_text, std::string(p.doc)});
  return list.show();
}

ExitCode describe_signals(const std::string& filter) {
  closed_loop::System<double> any;
  any.car.drive_units.add("NAME");
  const auto of_all = signals::list(any, scenario::Level::energy);
  const auto all = signals::list(any, scenario::Level::waveform);
  Listing list({left, left, left}, {"signal", "unit", "level"}, filter);
  for (const signals::Info& s : all) {
    const bool everywhere = std::ranges::find(of_all, s.path, &signals::Info::path) != of_all.end();
    list.row(s.path, {s.path, unit_text(&display_unit(s.dim)),
                      everywhere ? "energy, drive, waveform" : "drive, waveform"});
  }
  return list.show();
}

// ---- Interfaces of controllers ------------------------------------------------------------------

template <class X> constexpr int count_of(const X&) { return 1; }
template <class X, std::size_t N> constexpr int count_of(const X (&)[N]) { return N; }
constexpr int count_of(const evsim_wheels&) { return EVSIM_WHEELS; }
template <class X> std::string name_of(const X& member, const Field& f) {
  const int count = count_of(member);
  const char* const dot = std::same_as<X, evsim_wheels> ? ".at" : "";
  return std::string(f.name) + (count > 1 ? dot + ("[" + std::to_string(count) + "]") : "");
}

std::string range_text(const Range& r) {
  const bool below = r.max<kInfinity, above = r.min> - kInfinity;
  if (above && below) return io::format(r.min) + " to " + io::format(r.max);
  if (above) return (r.open_min ? "> " : ">= ") + io::format(r.min);
  return below ? "<= " + io::format(r.max) : "";
}

template <class Struct> void add_members(Listing& list, const char* when, const char* direction) {
  Struct s{};
  controller::fields(s, [&](const auto& member, const Field& f) {
    list.row("", {name_of(member, f), direction, when, unit_text(&si_unit(f.dim)),
                  range_text(f.range), std::string(f.doc)});
  });
}

template <class Role> ExitCode describe_role() {
  Listing list({left, left, left, left, left, left},
               {"member", "direction", "of", "unit", "range", "meaning"}, "");
  add_members<typename Role::Config>(list, "config", "in");
  add_members<typename Role::Inputs>(list, "inputs", "in");
  add_members<typename Role::Outputs>(list, "outputs", "out");
  return list.show();
}

ExitCode describe_interface(const std::string& role) {
  if (role == controller::MotorControl::kName) return describe_role<controller::MotorControl>();
  if (role == controller::Vcu::kName) return describe_role<controller::Vcu>();
  if (role == controller::Bms::kName) return describe_role<controller::Bms>();
  if (role == controller::Brake::kName) return describe_role<controller::Brake>();
  throw InputError(Problem{.file = "evsim describe interface",
                           .what = "must be followed by motor_control, vcu, bms or brake, got " +
                                   (role.empty() ? "nothing" : role)});
}

ExitCode describe_units(const std::string& filter) {
  Listing list({left, left, left}, {"quantity", "in keys", "as text"}, filter);
  for (const Unit& u : units())
    list.row(std::string(name(u.dim)) + "." + std::string(u.key),
             {std::string(name(u.dim)), std::string(u.key), std::string(u.text)});
  return list.show();
}

template <class P> ExitCode describe_file(const std::string& file, const std::string& filter) {
  const auto loaded = io::read<P>(file);
  Listing list({left, right, left, left, left}, {"value", "", "unit", "from", "meaning"}, filter);
  for (const io::Parameter& p : io::parameters(loaded.value, loaded.origins))
    list.row(p.path, {path_with_unit(p), p.text.empty() ? "-" : p.text, unit_text(p.unit), p.origin,
                      std::string(p.doc)});
  const ExitCode code = list.show();
  if constexpr (std::same_as<P, car::Params<double>>)
    for (const FluxTables& t : flux_tables(loaded.value))
      if (fits(filter, t.path + ".")) print(t.text + "\n");
  return code;
}

}  // namespace

ExitCode describe_command(const DescribeArguments& a) {
  if (a.what == "parameters") return describe_parameters(a.filter);
  if (a.what == "signals") return describe_signals(a.filter);
  if (a.what == "units") return describe_units(a.filter);
  if (a.what == "interface") return describe_interface(a.filter);
  const bool a_file = a.what.find_first_of("./") != std::string::npos;
  if (!a_file)
    throw InputError(Problem{
        .file = "evsim describe",
        .what = "unknown " + a.what + "; must be a file, parameters, signals, units or interface"});
  const io::FileKind kind = io::kind_of(a.what, io::description<link::LinkParams>());
  if (kind == io::FileKind::vehicle) return describe_file<car::Params<double>>(a.what, a.filter);
  if (kind == io::FileKind::scenario) return describe_file<scenario::Params>(a.what, a.filter);
  throw InputError(
      Problem{.file = a.what, .what = "is a cycle; describe takes vehicles and scenarios"});
}

}  // namespace evsim::cli
