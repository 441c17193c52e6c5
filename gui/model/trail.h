// Two signals over each other: where they went together of late.
#pragma once

#include <cstddef>
#include <vector>

#include "gui/model/history.h"

namespace evsim::gui {

struct PlaneLine {
  std::vector<double> x, y;
  void add(double at_x, double at_y) { x.push_back(at_x), y.push_back(at_y); }
};

// From a time on [s], both in SI; about so many points, those left out where one of the two is no number.
PlaneLine together(const History& history, std::size_t x, std::size_t y, double from,
                   std::size_t points);

}  // namespace evsim::gui
