#include "gui/live/rerun.h"

#include <utility>

namespace evsim::live {

Rerun rerun(const Case& c, std::vector<scenario::Event> log, double t) {
  Case again = c;
  again.scenario.timeline = std::move(log);
  Simulation simulation(again, io::parameter_setter());
  RunOptions options;
  options.stop = [&] { return simulation.t() >= t; };
  Rerun out;
  out.result = run(simulation, options);
  out.scheme = simulation.scheme();
  return out;
}

}  // namespace evsim::live
