#include "sim/run/lanes.h"

#include <algorithm>
#include <future>
#include <stdexcept>
#include <thread>

#include "sim/base/processor.h"
#include "sim/components/air.h"
#include "sim/run/lanes_unit.h"

namespace evsim {
namespace {

LanesEntry* entry([[maybe_unused]] Instructions instructions) {
#if EVSIM_HAS_V3
  if (runs_v3() && instructions == Instructions::newest) return lanes_entry_v3;
#endif
  return lanes_entry_base;
}

// Drive units and batteries that are equal share their tables.
std::vector<car::Model<double>> prepare_all(std::span<const car::Params<double>> vehicles,
                                            const scenario::TestMass& mass, double T_air) {
  std::vector<car::Model<double>> out;
  for (const car::Params<double>& v : vehicles) {
    const car::Model<double>* like = out.empty() ? nullptr : &out.front();
    out.push_back(
        car::prepare(v, test_mass(mass, v), T_air, like, like ? &vehicles.front() : nullptr));
  }
  return out;
}

void run_groups(const LaneGroup& common, std::span<const car::Model<double>> models,
                std::span<VariantResult> results, LanesEntry* entry, int first_group, int every) {
  const int n = static_cast<int>(models.size());
  for (int g = first_group; g * kLanes < n; g += every) {
    LaneGroup group = common;
    for (int i = 0; i < kLanes; ++i) {
      const int k = g * kLanes + i;
      group.models[i] = &models[static_cast<std::size_t>(std::min(k, n - 1))];
      group.results[i] = k < n ? &results[static_cast<std::size_t>(k)] : nullptr;
    }
    entry(group);
  }
}

}  // namespace

std::string_view lanes_architecture() {
  return entry(Instructions::newest) == lanes_entry_base ? "baseline" : "x86-64-v3";
}

std::vector<PlannedPiece> plan(const Case& c) { return Simulation(c).plan(); }

std::vector<VariantResult> run_variants(const Case& c,
                                        std::span<const car::Params<double>> vehicles, int jobs,
                                        Instructions instructions) {
  if (vehicles.empty()) return {};
  const Simulation first(c);
  const std::vector<PlannedPiece> pieces = first.plan();
  const auto models = prepare_all(vehicles, c.scenario.test_mass, c.scenario.environment.T_air);
  std::vector<VariantResult> results(vehicles.size());
  LaneGroup common{};
  common.driver = first.trace().kind;
  common.gains = first.trace().gains;
  common.rho_air = first.system().rho_air;
  common.v_wind = first.system().v_wind;
  common.T_battery = first.system().T_battery;
  common.start = first.snapshot().y;
  common.until_v = first.trace().until_v;
  common.has_reference = first.trace().has_reference();
  common.pieces = pieces.data();
  common.n_pieces = static_cast<int>(pieces.size());

  LanesEntry* const unit = entry(instructions);
  const int threads =
      jobs > 0 ? jobs : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  // Futures: what a thread throws comes out here, and none is left behind.
  std::vector<std::future<void>> others;
  for (int t = 1; t < threads; ++t)
    others.push_back(std::async(std::launch::async,
                                [&, t] { run_groups(common, models, results, unit, t, threads); }));
  run_groups(common, models, results, unit, 0, threads);
  for (std::future<void>& f : others) f.get();
  return results;
}

}  // namespace evsim
