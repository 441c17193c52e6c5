// The states of the multi-body system (multibody.h) by name, in the order of its State.
#pragma once

#include <string>
#include <vector>

#include "sim/vehicle/multibody.h"

namespace evsim::multibody {

struct StateInfo {
  std::string name, unit;
  double scale;  // what counts as a little of it is relative to this at least
};
// units: names of the drive units, in order; places that no unit takes have no name.
std::vector<StateInfo> state_list(const std::vector<std::string>& units);

inline Numbers<State> numbers(const State& x) { return std::bit_cast<Numbers<State>>(x); }

}  // namespace evsim::multibody
