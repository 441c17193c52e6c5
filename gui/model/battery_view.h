// The battery's voltage over its charge, as parameters and signals say: where it rests, where it is.
#pragma once

#include <optional>
#include <vector>

#include "gui/model/parameters.h"

namespace evsim::gui {

struct BatteryView {
  std::vector<double> SOC, OCV;  // of the pack at rest [1], [V]
  double n_series = 0.0;
  double capacity = 0.0;            // of the pack [Ah]
  double u_min = 0.0, u_max = 0.0;  // of the cells' limits, all in series [V]

  double at_rest(double SOC_now) const;  // [V]
};
// Of the parameters as they are edited; nothing where the battery is no pack of cells.
std::optional<BatteryView> battery_view(const Parameters& parameters);

}  // namespace evsim::gui
