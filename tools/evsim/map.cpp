// evsim map
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "sim/io/case.h"
#include "sim/io/markup.h"
#include "sim/io/parameters.h"
#include "sim/io/unit_map_report.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"
#include "tools/evsim/vehicle_unit.h"
#include "tools/evsim/write.h"

namespace evsim::cli {
namespace {

namespace fs = std::filesystem;
using enum Align;

constexpr char kWho[] = "evsim map";
constexpr std::string_view kPrefix = "drive_units.";

[[noreturn]] void refuse(const std::string& path, std::string what) {
  throw InputError(Problem{.file = kWho, .path = path, .what = std::move(what)});
}

std::vector<double> voltages(const MapArguments& a, const machine::Envelope<double>& e) {
  if (a.u_dc.empty()) return {e.U_ref};
  std::vector<double> out;
  for (const std::string& text : a.u_dc) {
    const auto u = io::parse_number(text);
    if (!u || !(*u > 0.0)) refuse("--u-dc", "got " + text + ", must be a voltage in V above 0");
    out.push_back(*u);
  }
  return out;
}

double temperature(const MapArguments& a) {
  const Unit& degC = *find_unit(Dim::temperature, "degC");
  const double T = to_si(degC, a.temperature);
  constexpr double kHottest = 523.15;  // insulation of class C and more
  if (!(T > 0.0 && T <= kHottest))
    refuse("--temperature", "got " + io::format(a.temperature) + ", must be > -273.15 and <= " +
                                io::format_rounded(from_si(degC, kHottest)) + " degC");
  return T;
}

io::UnitMap compute(const MapArguments& a) {
  const Vehicle vehicle = load_vehicle(a.vehicle, a.sets);
  const int k = find_unit(kWho, a.vehicle, a.unit, vehicle.value);
  io::UnitMap out{.file = a.vehicle,
                  .unit = vehicle.value.drive_units.name(k),
                  .version = version_and_commit(),
                  .params = vehicle.value.drive_units[k],
                  .maps = {}};
  const std::string path = std::string(kPrefix) + out.unit + ".machine.dq";
  if (!machine_dq::given(out.params.machine.dq))
    throw InputError(vehicle.problem(path, "has no model: a map needs one"));
  for (const double u_dc : voltages(a, out.params.machine.envelope)) {
    out.maps.push_back(unit_map::compute(out.params, {u_dc, temperature(a)}));
    if (out.maps.back().rows.size() < 2)
      refuse("--u-dc", io::format(u_dc) + " V is too little: the machine can't turn");
  }
  return out;
}

// ---- Text -----------------------------------------------------------------------------------------

std::string best_row(const unit_map::Map& m, io::Of of, bool motoring) {
  const io::Best b = io::best(m, of, motoring);
  return fmt::format("{:.2f} % at {:.0f} rpm, {:.0f} Nm", 100.0 * b.efficiency,
                     from_si(*find_unit(Dim::angular_speed, "rpm"), b.omega), b.tau);
}
std::string efficiency_table(const unit_map::Map& m) {
  Table t({left, left, left});
  t.row({"best efficiency", "motoring", "generating"}, Colour::dim);
  for (const auto& [of, name] :
       {std::pair{io::Of::machine, "machine"}, std::pair{io::Of::inverter, "inverter"},
        std::pair{io::Of::both, "both"}})
    t.row({name, best_row(m, of, true), best_row(m, of, false)});
  return t.text();
}
// Forward, some ten speeds.
std::string envelope_table(const unit_map::Map& m, const machine::Envelope<double>& e) {
  Table t({right, right, right, right});
  t.row({"speed [rpm]", "most [Nm]", "least [Nm]", "file [Nm]"}, Colour::dim);
  const Unit& rpm = *find_unit(Dim::angular_speed, "rpm");
  std::size_t n = 0;
  for (const unit_map::Row& r : m.rows)
    if (r.omega >= 0.0 && n++ % 3 == 0)
      t.row({fmt::format("{:.0f}", from_si(rpm, r.omega)), fmt::format("{:.1f}", r.tau_max()),
             fmt::format("{:.1f}", r.tau_min()),
             fmt::format("{:.1f}", machine::torque_limit(e, r.omega, m.conditions.u_dc))});
  return t.text();
}

void print_result(const io::UnitMap& all, const MapArguments& a) {
  if (a.json) return print(io::unit_map_json(all));
  for (const unit_map::Map& m : all.maps) {
    print(coloured(fmt::format("{}{} at {} V, {} degC", kPrefix, all.unit,
                               figure(m.conditions.u_dc), io::format(a.temperature)),
                   Colour::bold) +
          "\n" + efficiency_table(m) + "\n" + envelope_table(m, all.params.machine.envelope) +
          "\n");
  }
  print("report: " + (fs::path(a.out) / "report.html").string() + "\n");
}

}  // namespace

ExitCode map_command(const MapArguments& a) {
  if (a.out.empty()) refuse("--out", "must name a folder");
  io::check_unit_map_folder(a.out);
  const io::UnitMap all = compute(a);
  io::write_unit_map(a.out, all);
  print_result(all, a);
  flush_output();
  return ExitCode::held;
}

}  // namespace evsim::cli
