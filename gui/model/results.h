// The figures that a run is judged by, as they stand: asked for a few times a second while someone looks.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/run/result.h"

namespace evsim::gui {

struct Results {
  bool shown = false;                          // someone looked in the last frame
  std::string search;                          // that is typed
  std::string refused;                         // why there are none; "": there are
  std::uint64_t asked = 0;                     // the request that is not answered yet; 0: none
  std::chrono::steady_clock::time_point at{};  // of the last request

  // Whether to ask now; at_once: of a window without a clock.
  bool due(bool at_once) const {
    constexpr std::chrono::milliseconds kApart{200};
    return shown && asked == 0 && refused.empty() &&
           (at_once || std::chrono::steady_clock::now() - at > kApart);
  }
};

// Those whose name or meaning holds the text: limits that are not held first, then those held, then the
// rest; each in the order of the run. Figures of manoeuvres that do not exist in this run are left out.
std::vector<const Kpi*> to_show(const std::vector<Kpi>& all, const std::string& search);

// Without the unit that stands beside it: energy_battery of energy_battery_kWh.
std::string short_name(const Kpi& kpi);

}  // namespace evsim::gui
