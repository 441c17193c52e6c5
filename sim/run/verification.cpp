#include "sim/run/verification.h"

#include <algorithm>

#include "sim/vehicle/multibody_states.h"

namespace evsim {
namespace {

using Sample = multibody::Numbers<multibody::State>;
struct Track {
  std::vector<double> t;
  std::vector<Sample> x;
};

// Runs it, and keeps its mechanics' states.
RunResult track(Simulation& simulation, Track& out) {
  simulation.on_record = [&](const Simulation& s) {
    out.t.push_back(s.t());
    out.x.push_back(multibody::numbers(s.snapshot().drive.car.x));
  };
  RunOptions options;
  options.record = false;
  return run(simulation, options);
}

std::vector<StateDifference> differences(const Track& run, const Track& truth,
                                         const std::vector<multibody::StateInfo>& states) {
  std::vector<StateDifference> out;
  const std::size_t samples = std::min(run.x.size(), truth.x.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    StateDifference d{.name = states[i].name, .unit = states[i].unit};
    double least = kInfinity, most = -kInfinity;
    for (std::size_t k = 0; k < samples; ++k) {
      const double x = truth.x[k][i], error = abs(run.x[k][i] - x);
      least = min(least, x), most = max(most, x);
      if (error > d.largest) d.largest = error, d.t = truth.t[k];
    }
    d.range = max(most - least, states[i].scale);
    d.relative = d.largest / d.range;
    if (!d.name.empty()) out.push_back(d);
  }
  std::ranges::stable_sort(out, std::greater{}, &StateDifference::relative);
  return out;
}

}  // namespace

Verification verify(const RunResult& result, const Case& c, const SetParameter& set, double rtol) {
  const Scheme exact{.truth = true, .method = Truth::Method::bdf, .rtol = rtol};
  Simulation truth(c, set, exact);
  Track of_run, of_truth;
  Verification out{.kpis = differences(result.kpis, track(truth, of_truth).kpis), .states = {}};
  if (c.scenario.chassis == scenario::Chassis::longitudinal) return out;
  Simulation again(c, set);
  track(again, of_run);
  std::vector<std::string> units;
  for (int k = 0; k < c.vehicle.drive_units.size(); ++k)
    units.push_back(c.vehicle.drive_units.name(k));
  out.states = differences(of_run, of_truth, multibody::state_list(units));
  return out;
}

}  // namespace evsim
