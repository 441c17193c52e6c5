// The limits of a figure, for people.
#pragma once

#include <string>

#include "sim/run/result.h"

namespace evsim::io {

// All limits of a KPI as one.
struct Bounds {
  double min = -kInfinity, max = kInfinity;
};
Bounds bounds(const Kpi& kpi);

// As the user wrote it, not rounded: "80 to 250", "<= 2"; "" without limit.
std::string limit_text(const Kpi& kpi);

}  // namespace evsim::io
