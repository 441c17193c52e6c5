#include "tools/evsim/first_look.h"

#include <algorithm>
#include <filesystem>

#include "sim/io/case.h"
#include "sim/run/result.h"
#include "tools/evsim/data_folders.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

namespace fs = std::filesystem;
using enum Align;

struct Look {
  const char* scenario;
  std::vector<const char*> kpis;
};
const Look kLooks[] = {
    {"wltc",
     {"energy_consumption_battery_Wh_per_km", "energy_consumption_wall_Wh_per_km", "range_km"}},
    {"standing_start", {"time_0_100_km_per_h_s"}},
    {"top_speed", {"top_speed_km_per_h"}}};

// "" where there is none.
std::string scenario_file(const std::string& name) {
  for (const std::string& root : data_folders()) {
    const fs::path file = (fs::path(root) / "scenarios" / (name + ".json")).lexically_normal();
    if (fs::exists(file)) return file.string();
  }
  return {};
}

RunResult run_one(const std::string& scenario, const std::string& vehicle) {
  const io::LoadedCase loaded = io::load_case({.scenario = scenario, .vehicle = vehicle});
  Simulation simulation(loaded.c, io::parameter_setter());
  RunOptions options;
  options.record = false;
  return run(simulation, options);
}

void add_rows(const Look& look, const std::string& scenario, const std::string& vehicle, Table& t) {
  const RunResult result = run_one(scenario, vehicle);
  const bool held = result.verdict != Verdict::fail;
  for (const char* name : look.kpis) {
    const auto kpi = std::ranges::find(result.kpis, name, &Kpi::name);
    if (kpi != result.kpis.end())
      t.row({look.scenario, kpi->name, figure(kpi->value), kpi->unit, held ? "" : "a limit failed"},
            held ? Colour::none : Colour::red);
  }
}

}  // namespace

std::string first_look(const std::string& vehicle) {
  Table t({left, left, right, left, left});
  bool any = false;
  for (const Look& look : kLooks) {
    const std::string scenario = scenario_file(look.scenario);
    if (scenario.empty()) continue;
    add_rows(look, scenario, vehicle, t);
    any = true;
  }
  if (!any)
    return "No scenarios in ./scenarios; with one: evsim run SCENARIO --vehicle " + vehicle + "\n";
  return "First look\n" + t.text() + "\nMore: evsim run SCENARIO --vehicle " + vehicle + "\n";
}

}  // namespace evsim::cli
