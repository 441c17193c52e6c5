#include "gui/model/trail.h"

#include <algorithm>
#include <cmath>

namespace evsim::gui {

PlaneLine together(const History& history, std::size_t x, std::size_t y, double from,
                   std::size_t points) {
  const Series a = history.series(x), b = history.series(y);
  PlaneLine out;
  const std::size_t first = a.before(from);
  const std::size_t stride = std::max<std::size_t>((a.count - first) / points, 1);
  for (std::size_t i = first; i < a.count; i += stride)
    if (std::isfinite(a.value(i)) && std::isfinite(b.value(i))) out.add(a.value(i), b.value(i));
  return out;
}

}  // namespace evsim::gui
