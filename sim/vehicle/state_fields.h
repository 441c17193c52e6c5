// The flat state's members by name: for reports, errors, tolerances and commands.
#pragma once

#include <vector>

#include "sim/vehicle/car.h"

namespace evsim::car {

// One entry a state of this car, in the order of the layout.
std::vector<StateField> state_fields(const Model<double>& m);

}  // namespace evsim::car
