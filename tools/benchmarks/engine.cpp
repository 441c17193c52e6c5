// Times the engine itself, without files: one WLTC, its error against CVODE, and a batch in lanes.
// Times are CPU times of the thread, the minimum of the repeats: other programs disturb them least.
//
//   bench_engine SCENARIO VEHICLE [REPEATS]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/io/case.h"
#include "sim/run/lanes.h"
#include "sim/run/verification.h"
#include "tools/benchmarks/timing.h"

namespace {

using namespace evsim;

// From the prepared case to the KPIs, nothing recorded.
RunResult drive(const Case& c) {
  Simulation s(c);
  RunOptions quiet;
  quiet.record = false;
  return run(s, quiet);
}

void engine(const Case& c, int repeats) {
  RunResult r;
  const double with_set_up = least(repeats, [&] { r = drive(c); });
  double stepping = kInfinity;
  for (int i = 0; i < repeats; ++i) {
    Simulation s(c);
    stepping = std::min(stepping, least(1, [&] { s.run(); }));
  }
  double worst = 0.0;
  for (const KpiDifference& d : verify(r, c, {}).kpis)
    if (d.name.find("energy") != std::string::npos) worst = std::max(worst, d.relative);
  fmt::print(
      "engine: {:.2f} ms for {:.0f} s ({} steps, {:.0f} ns each; with set-up {:.2f} ms), "
      "largest energy error {:.1e}\n",
      1e3 * stepping, r.t_end, r.steps, 1e9 * stepping / static_cast<double>(r.steps),
      1e3 * with_set_up, worst);
}

// Mass, drag and rolling resistance over a grid of variants.
std::vector<car::Params<double>> variants(const car::Params<double>& car, int n) {
  std::vector<car::Params<double>> out(static_cast<std::size_t>(n), car);
  for (int i = 0; i < n; ++i) {
    auto& v = out[static_cast<std::size_t>(i)];
    const double u = static_cast<double>(i) / static_cast<double>(n);
    v.chassis.mass *= 0.9 + 0.2 * u;
    v.auxiliaries.power *= 0.5 + u;
  }
  return out;
}

void batch(const Case& c, int n, int jobs) {
  const auto cars = variants(c.vehicle, n);
  run_variants(c, {cars.data(), static_cast<std::size_t>(kLanes)}, 1);  // warm
  const auto from = std::chrono::steady_clock::now();
  const auto results = run_variants(c, cars, jobs);
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();

  Case last = c;
  last.vehicle = cars.back();
  last.test_mass = test_mass(c.scenario.test_mass, last.vehicle);
  Simulation truth(last, {}, {.truth = true, .rtol = 1e-9});
  truth.run();
  const double error =
      std::abs(results.back().q[ledger::kBattery] / truth.snapshot().q[ledger::kBattery] - 1.0);
  const double simulated = static_cast<double>(n) * results.front().t_end;
  fmt::print(
      "batch:  {} variants, {} threads, {} lanes of {}: {:.2f} s wall, {:.3g} simulated s / s, "
      "energy error {:.1e}\n",
      n, jobs, kLanes, lanes_architecture(), wall, simulated / wall, error);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "bench_engine SCENARIO VEHICLE [REPEATS]\n");
    return 2;
  }
  try {
    const io::LoadedCase loaded = io::load_case({.scenario = argv[1], .vehicle = argv[2]});
    engine(loaded.c, argc > 3 ? std::atoi(argv[3]) : 15);
    batch(loaded.c, 1000, 2);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 2;
  }
  return 0;
}
