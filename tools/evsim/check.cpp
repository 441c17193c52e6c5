// evsim check
#include <fmt/format.h>

#include "sim/io/case.h"
#include "sim/io/published.h"
#include "sim/link/controller_library.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/cycle.h"
#include "tools/evsim/exit_codes.h"
#include "tools/evsim/file_kind.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

std::string files_text(std::size_t n) { return n == 1 ? "1 file" : std::to_string(n) + " files"; }

// How far the tables of a machine are from a field energy, which creates nothing.
std::string flux_tables_text(const car::Params<double>& car) {
  std::string out;
  for (int k = 0; k < car.drive_units.size(); ++k) {
    const auto* machine =
        std::get_if<machine_dq::Synchronous<double>>(&car.drive_units[k].machine.dq);
    const auto f = machine == nullptr ? std::nullopt : magnetics::figures(machine->magnetics);
    if (f)
      out += fmt::format(
          "; flux tables of {}: asymmetry {:.1e} of the stiffness, loop {:.1e} of the field "
          "energy, "
          "misfit {:.2g} A",
          car.drive_units.name(k), f->asymmetry, f->loop, f->misfit);
  }
  return out;
}

std::string check_vehicle_file(const std::string& file) {
  const auto loaded = io::read<car::Params<double>>(file);
  io::Problems problems;
  io::check_vehicle(loaded.value, loaded.origins, problems);
  problems.raise();
  return files_text(loaded.inputs.size()) + flux_tables_text(loaded.value);
}

std::string check_scenario_file(const std::string& file) {
  if (!io::check_scenario(file, link::load_controllers))
    return "names no vehicle: checked by itself";
  const io::LoadedCase loaded =
      io::load_case({.scenario = file, .load_controllers = link::load_controllers});
  return "with " + loaded.request.vehicle + ", " + files_text(loaded.inputs.size());
}

std::string check_published_file(const std::string& file) {
  const auto loaded = io::read_published(file);
  return fmt::format("{} kinds, {} cars", loaded.value.kinds.size(), loaded.value.cars.size());
}

std::string check_file(const std::string& file, FileKind kind) {
  switch (kind) {
    case FileKind::vehicle: return check_vehicle_file(file);
    case FileKind::scenario: return check_scenario_file(file);
    case FileKind::speed_trace: return cycle_text(io::read_trace(file, io::TraceKind::speed));
    case FileKind::pedal_trace: return cycle_text(io::read_trace(file, io::TraceKind::pedals));
    case FileKind::published: return check_published_file(file);
  }
  return {};
}

}  // namespace

ExitCode check_command(const CheckArguments& a) {
  ExitCode code = ExitCode::held;
  for (const std::string& file : a.files) {
    try {
      const FileKind kind = kind_of(file);
      const std::string facts = check_file(file, kind);
      print(fmt::format("{}: {} ok, {}\n", file, name(kind), facts));
    } catch (const InputError& e) {
      flush_output();
      print_error(std::string(e.what()) + "\n");
      code = worse(code, ExitCode::bad_input);
    }
  }
  return code;
}

}  // namespace evsim::cli
