// What a plot needs of many samples: least and most of each column of pixels.
#pragma once

#include <vector>

#include "gui/model/history.h"
#include "sim/base/units.h"

namespace evsim::gui {

struct Curve {
  std::vector<double> t, y;  // [s], in the unit asked for
};

// Samples from `from` to `to`, and one beyond each end so that the curve reaches the plot's edge. Where there
// are more than two a column they are gathered in buckets: least and most, in their order. Buckets begin
// at multiples of their width, a power of two of seconds, so a curve that moves along keeps its shape.
// Values that are not finite are left out.
void envelope(const Series& s, double from, double to, int columns, const Unit& unit, Curve& out);
// The same of a signal's whole history: from buckets of its levels where those are not wider than a column's, and
// where the samples are gone.
void envelope(const History& h, std::size_t signal, double from, double to, int columns,
              const Unit& unit, Curve& out);

// A heat map must not see what is not finite: each such value becomes the nearest finite one of its row,
// then of its column; 0 where there is none at all. values: rows * columns.
std::vector<double> without_gaps(const std::vector<double>& values, int rows, int columns);

}  // namespace evsim::gui
