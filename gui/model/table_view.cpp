#include "gui/model/table_view.h"

#include <algorithm>
#include <cmath>

namespace evsim::gui {
namespace {

template <class Value>
std::vector<CellValue> each(const TableInfo& t, const Cells& cells, const Value& value) {
  std::vector<CellValue> out;
  for (std::size_t r = cells.row; r <= cells.last_row; ++r)
    for (std::size_t c = cells.column; c <= cells.last_column; ++c) {
      const std::size_t place = r * t.columns() + c;
      if (place < t.values.size()) out.push_back({place, value(r, c, place)});
    }
  return out;
}

// Of the way from one knot to another.
double share(const std::vector<double>& knots, std::size_t from, std::size_t to, std::size_t at) {
  return to > from ? (knots[at] - knots[from]) / (knots[to] - knots[from]) : 0.0;
}

// "drive_units.rear" of "drive_units.rear.machine.p_loss".
std::string owner(const std::string& path) {
  const std::size_t first = path.find('.');
  return path.substr(0, path.find('.', first + 1));
}

// The signal that goes along an axis, by the names of both.
std::string signal_along(const std::string& path, const std::string& axis) {
  if (axis == "SOC") return "battery.SOC";
  if (path.starts_with("drive_units.")) {
    if (axis == "omega" || axis == "speed") return owner(path) + ".omega";
    if (axis == "tau" || axis == "torque") return owner(path) + ".tau";
    if (axis == "psi_d" || axis == "psi_q" || axis == "i_d" || axis == "i_q")
      return owner(path) + "." + axis;
    if (axis == "i") return owner(path) + ".I_phase";
  }
  if (axis == "travel")
    return path.starts_with("body.front") ? "wheels.front_left.travel" : "wheels.rear_left.travel";
  if (path.starts_with("body.steering") && (axis == "v" || axis == "speed")) return "body.v";
  return "";
}

}  // namespace

Cells between(std::size_t row, std::size_t column, std::size_t to_row, std::size_t to_column) {
  return {.row = std::min(row, to_row),
          .column = std::min(column, to_column),
          .last_row = std::max(row, to_row),
          .last_column = std::max(column, to_column)};
}

std::vector<CellValue> set_to(const TableInfo& t, const Cells& cells, double value) {
  return each(t, cells, [&](std::size_t, std::size_t, std::size_t) { return value; });
}

std::vector<CellValue> scaled(const TableInfo& t, const Cells& cells, double factor,
                              double offset) {
  return each(t, cells, [&](std::size_t, std::size_t, std::size_t place) {
    return factor * t.values[place] + offset;
  });
}

std::vector<CellValue> interpolated(const TableInfo& t, const Cells& cells) {
  const auto corner = [&](std::size_t r, std::size_t c) { return t.values[r * t.columns() + c]; };
  const double z_00 = corner(cells.row, cells.column), z_01 = corner(cells.row, cells.last_column),
               z_10 = corner(cells.last_row, cells.column),
               z_11 = corner(cells.last_row, cells.last_column);
  return each(t, cells, [&](std::size_t r, std::size_t c, std::size_t) {
    const double f = share(t.x.knots, cells.row, cells.last_row, r);
    const double g = share(t.y.knots, cells.column, cells.last_column, c);
    return (1.0 - f) * ((1.0 - g) * z_00 + g * z_01) + f * ((1.0 - g) * z_10 + g * z_11);
  });
}

std::vector<CellValue> as_loaded(const TableInfo& t, const Cells& cells) {
  return each(t, cells,
              [&](std::size_t, std::size_t, std::size_t place) { return t.loaded[place]; });
}

std::optional<double> live_on(const TableInfo& t, const TableAxisInfo& axis,
                              const SignalValue& signal) {
  const std::string path = signal_along(t.path, axis.name);
  if (path.empty()) return {};
  const auto si = signal(path);
  if (!si || !std::isfinite(*si)) return {};
  return axis.unit == nullptr ? *si : from_si(*axis.unit, *si);
}

std::size_t nearest_knot(const std::vector<double>& knots, double x) {
  const auto it =
      std::ranges::min_element(knots, {}, [x](double knot) { return std::abs(knot - x); });
  return static_cast<std::size_t>(it - knots.begin());
}

}  // namespace evsim::gui
