// A vehicle file with --set laid over it, and which of its drive units is meant.
#pragma once

#include <string>
#include <vector>

#include "sim/io/reader.h"
#include "sim/vehicle/car.h"

namespace evsim::cli {

using Vehicle = io::Loaded<car::Params<double>>;

// sets: PATH=VALUE. Throws InputError with all that is wrong.
Vehicle load_vehicle(const std::string& file, const std::vector<std::string>& sets);

// Of "drive_units.rear", "rear", or "" where there is only one. who: the command, for errors.
int find_unit(const std::string& who, const std::string& file, const std::string& unit,
              const car::Params<double>& vehicle);

}  // namespace evsim::cli
