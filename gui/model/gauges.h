// How far the gauges of a car go, and the figures that they show.
#pragma once

#include "gui/model/parameters.h"

namespace evsim::gui {

struct GaugeRanges {
  double v = 250.0;    // [km/h]
  double p = 100.0;    // at the battery [kW]
  double tau = 500.0;  // of all machines [Nm]
  double i = 500.0;    // of the battery [A]
};
// u: of the battery as it starts [V].
GaugeRanges gauge_ranges(const Parameters& all, double u);

// The next of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten, at x or above.
double nice_above(double x);

}  // namespace evsim::gui
