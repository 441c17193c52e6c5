// Which signals the report shows over time, and what the page holds of them.
#pragma once

#include <string>
#include <vector>

#include "sim/io/signals_csv.h"

namespace evsim::io {

struct Figure {
  struct Series {
    std::string label;
    std::size_t column;  // of Figures::columns
  };
  std::string title, unit;
  std::vector<Series> series;
  bool of_motion = false;  // belongs to the section on the car's motion
};

struct Figures {
  std::vector<SignalColumn> columns;  // the time first, then all signals, then what is derived
  std::vector<Figure> figures;        // those of the motion first: in the page's order
  std::size_t samples_a_row = 1;      // above 1: rows hold lowest and highest of so many samples
};

// has_trace: the driver follows a speed, so that an error from it makes sense.
Figures figures(const Recording& recording, bool has_trace);

// At most so many rows: of equal groups of samples the lowest and the highest of each column, in their
// order. The first column is the time and keeps its instants.
std::vector<SignalColumn> thinned(const std::vector<SignalColumn>& columns, std::size_t most_rows);

// The columns and figures as JSON for the page's script; values as whole numbers over a power of ten,
// 5 significant digits of the largest.
std::string figures_json(const Figures& f);

// A figure as an SVG drawing, for print and where no script runs.
std::string figure_svg(const Figures& f, const Figure& figure);

}  // namespace evsim::io
