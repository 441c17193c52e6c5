// Drawings of a drive unit's map.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/vehicle/unit_map.h"

namespace evsim::io::charts {

// A value over speed and torque, as colours inside what the machine can give.
struct Field {
  const char* title;
  double (*value)(const unit_map::Point&);  // in the unit of the title
  bool percent;                             // levels for efficiencies, else even ones
};
std::span<const Field> efficiencies();  // machine, inverter, both
std::span<const Field> losses();        // each part of them

// The value, where it is the same everywhere.
std::optional<double> constant(const unit_map::Map& m, const Field& f);

std::string field(const unit_map::Map& m, const machine::Envelope<double>& envelope,
                  const Field& f);

// Most and least torque over speed, a curve a DC voltage.
std::string envelopes(const std::vector<unit_map::Map>& maps,
                      const machine::Envelope<double>& envelope);

}  // namespace evsim::io::charts
