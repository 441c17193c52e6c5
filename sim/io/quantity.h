// Numbers with units at the boundary: what users may write, and what is said when they may not.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/fields.h"
#include "sim/base/units.h"

namespace evsim::io {

// The units of a dimension, in the table's order.
std::vector<const Unit*> units_of(Dim dim);

// "mass_kg, mass_g or mass_lb".
std::string keys_in_units(std::string_view name, Dim dim);

// "kg, g or lb", as written in CSV headers.
std::string unit_texts(Dim dim);

// A bound as a person would write it: whole, or 6 digits at most.
double bound_in(const Unit& unit, double si);

// What a range allows, in a unit: "> 0", "0 to 100", "> 0 and <= 1"; "" when everything.
std::string allowed(const Range& range, const Unit& unit);

// A written value in SI; one that misses a closed bound by rounding only is that bound.
double reduced(const Unit& unit, double written, const Range& range);

// "got -230, must be > 0", or "" when the value is allowed.
std::string refusal(const Unit& unit, double written, double si, const Range& range);

// The shortest number in that unit which is read (reduced) as exactly this SI value, if there is one.
std::optional<double> exact_in(const Unit& unit, double si, const Range& range);

// A value for people, without the noise of the conversion.
double shown_in(const Unit& unit, double si);

}  // namespace evsim::io
