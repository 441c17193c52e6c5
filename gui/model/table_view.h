// What is done with tables of the car: a selection of their values, scaled, interpolated, set; where the car is in them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gui/model/parameters.h"

namespace evsim::gui {

// A rectangle of places, ends included.
struct Cells {
  std::size_t row = 0, column = 0, last_row = 0, last_column = 0;

  bool holds(std::size_t r, std::size_t c) const {
    return r >= row && r <= last_row && c >= column && c <= last_column;
  }
};
// From a corner to the one across.
Cells between(std::size_t row, std::size_t column, std::size_t to_row, std::size_t to_column);

std::vector<CellValue> set_to(const TableInfo& t, const Cells& cells, double value);
// factor * value + offset.
std::vector<CellValue> scaled(const TableInfo& t, const Cells& cells, double factor, double offset);
// Straight between the rectangle's corners, over the axes.
std::vector<CellValue> interpolated(const TableInfo& t, const Cells& cells);
std::vector<CellValue> as_loaded(const TableInfo& t, const Cells& cells);

// Where the car is on an axis, in its unit, by the signal that goes along it; nothing where there is none.
// signal: its value by path [SI].
using SignalValue = std::function<std::optional<double>(const std::string& path)>;
std::optional<double> live_on(const TableInfo& t, const TableAxisInfo& axis,
                              const SignalValue& signal);
// The knot that is nearest.
std::size_t nearest_knot(const std::vector<double>& knots, double x);

struct TableView {
  int shown = 0;           // of the car's tables
  bool reference = false;  // the page as loaded instead of the one that works
  Cells cells;             // selected
  double value = 0.0, factor = 1.0, offset = 0.0;  // that are typed
};

}  // namespace evsim::gui
