// The window of a run that is kept with every edge. While the run goes on only one snapshot is kept, that of the
// window's start; afterwards the window is run again from there with the same bits.
#pragma once

#include <optional>

#include "sim/run/simulation.h"

namespace evsim::waveform {

class Finder {
 public:
  explicit Finder(const Simulation& s) { observe(s); }
  // At an instant of the schedule.
  void observe(const Simulation& s);
  // After the run, which stands at its end again behind it.
  Window record(Simulation& s) const;

 private:
  std::optional<Snapshot> start_;
  double power_ = -1.0;  // of the machines there [W]
};

}  // namespace evsim::waveform
