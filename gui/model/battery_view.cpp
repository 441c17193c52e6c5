#include "gui/model/battery_view.h"

#include <algorithm>
namespace evsim::gui {

double BatteryView::at_rest(double SOC_now) const {
  const auto above = std::ranges::upper_bound(SOC, SOC_now);
  if (above == SOC.begin()) return OCV.front();
  if (above == SOC.end()) return OCV.back();
  const auto i = static_cast<std::size_t>(above - SOC.begin());
  const double share = (SOC_now - SOC[i - 1]) / (SOC[i] - SOC[i - 1]);
  return OCV[i - 1] + share * (OCV[i] - OCV[i - 1]);
}

std::optional<BatteryView> battery_view(const Parameters& parameters) {
  const auto table = std::ranges::find(parameters.tables(), "battery.OCV", &TableInfo::path);
  if (table == parameters.tables().end()) return {};
  const auto si = [&](std::string_view path) {
    const auto& all = parameters.all();
    const auto it = std::ranges::find(all, path, &Parameter::path);
    if (it == all.end()) return 0.0;
    return it->unit == nullptr ? it->value : to_si(*it->unit, it->value);
  };
  BatteryView out;
  out.n_series = si("battery.n_series");
  constexpr double kCoulombPerAh = 3600.0;
  out.capacity = si("battery.capacity") * si("battery.n_parallel") / kCoulombPerAh;
  out.u_min = out.n_series * si("battery.U_cell_min");
  out.u_max = out.n_series * si("battery.U_cell_max");
  for (const double x : table->x.knots) out.SOC.push_back(to_si(*table->x.unit, x));
  for (const double u : table->values) out.OCV.push_back(out.n_series * to_si(*table->unit, u));
  return out;
}

}  // namespace evsim::gui
