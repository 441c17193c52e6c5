// evsim check
#include <fmt/format.h>

#include "sim/io/case.h"
#include "sim/io/file_kind.h"
#include "sim/io/published.h"
#include "sim/link/controller_library.h"
#include "sim/link/link_check.h"
#include "sim/link/link_params.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/cycle.h"
#include "tools/evsim/exit_codes.h"
#include "tools/evsim/flux_tables.h"
#include "tools/evsim/link_file.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

std::string files_text(std::size_t n) { return n == 1 ? "1 file" : std::to_string(n) + " files"; }

std::string check_vehicle_file(const std::string& file) {
  const auto loaded = io::read<car::Params<double>>(file);
  io::Problems problems;
  io::check_vehicle(loaded.value, loaded.origins, problems);
  problems.raise();
  std::string out = files_text(loaded.inputs.size());
  for (const FluxTables& t : flux_tables(loaded.value)) out += "; " + t.text;
  return out;
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

// "vcu at tcp://:4815, bms on slcan:///dev/ttyACM0"
std::string check_link_file(const std::string& file) {
  const auto loaded = io::read<link::LinkParams>(file);
  io::with_origins(loaded, [&] { link::check(loaded.value, files_beside(loaded)); });
  std::string out;
  link::each_role(loaded.value, [&](auto, const std::string& name, const link::RemoteParams& p) {
    if (!link::is_linked(p)) return;
    out += (out.empty() ? "" : ", ") + name;
    out += p.at.empty() ? " on the bus at " + p.can.at : " at " + p.at;
  });
  return out;
}

std::string check_file(const std::string& file, io::FileKind kind) {
  switch (kind) {
    case io::FileKind::vehicle: return check_vehicle_file(file);
    case io::FileKind::scenario: return check_scenario_file(file);
    case io::FileKind::speed_trace: return cycle_text(io::read_trace(file, io::TraceKind::speed));
    case io::FileKind::pedal_trace: return cycle_text(io::read_trace(file, io::TraceKind::pedals));
    case io::FileKind::published: return check_published_file(file);
    case io::FileKind::link: return check_link_file(file);
  }
  return {};
}

}  // namespace

ExitCode check_command(const CheckArguments& a) {
  ExitCode code = ExitCode::held;
  for (const std::string& file : a.files) {
    try {
      const io::FileKind kind = io::kind_of(file, io::description<link::LinkParams>());
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
