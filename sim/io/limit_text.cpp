#include "sim/io/limit_text.h"

#include <algorithm>

#include "sim/io/text.h"

namespace evsim::io {

Bounds bounds(const Kpi& kpi) {
  Bounds b;
  for (const scenario::Limit& l : kpi.limits) {
    b.min = std::max(b.min, l.min);
    b.max = std::min(b.max, l.max);
  }
  return b;
}

std::string limit_text(const Kpi& kpi) {
  const auto [min, max] = bounds(kpi);
  const bool below = max<kInfinity, above = min> - kInfinity;
  if (above && below) return format(min) + " to " + format(max);
  if (below) return "<= " + format(max);
  return above ? ">= " + format(min) : "";
}

}  // namespace evsim::io
