#include "gui/model/gauges.h"

#include <algorithm>
#include <cmath>

namespace evsim::gui {
namespace {

double si(const Parameter& p) { return p.unit == nullptr ? p.loaded : to_si(*p.unit, p.loaded); }

}  // namespace

double nice_above(double x) {
  if (!(x > 0.0) || !std::isfinite(x)) return 1.0;
  const double ten = std::pow(10.0, std::floor(std::log10(x)));
  for (const double step : {1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0})
    if (step * ten >= x * (1.0 - 1e-9)) return step * ten;
  return 10.0 * ten;
}

GaugeRanges gauge_ranges(const Parameters& all, double u) {
  double tau = 0.0, P = 0.0, v = kInfinity;
  for (const Parameter& p : all.all()) {
    if (!std::isfinite(p.loaded)) continue;
    if (p.path.ends_with(".machine.tau_peak")) tau += si(p);
    if (p.path.ends_with(".machine.P_peak")) P += si(p);
    if (p.path == "speed_limiter.v_max") v = 3.6 * si(p);
  }
  GaugeRanges out;
  if (std::isfinite(v) && v > 0.0) out.v = nice_above(v);
  if (tau > 0.0) out.tau = nice_above(tau);
  if (P > 0.0) out.p = nice_above(1e-3 * P);
  if (P > 0.0 && u > 0.0) out.i = nice_above(P / u);
  return out;
}

}  // namespace evsim::gui
