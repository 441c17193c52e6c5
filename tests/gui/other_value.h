// Values that a parameter may be changed to: some, of which one is allowed in most cases.
#pragma once

#include <cmath>
#include <vector>

#include "gui/model/parameters.h"

namespace evsim::test {

inline std::vector<double> other_values(const gui::Parameter& p) {
  if (std::isinf(p.value)) return {400.0, 1.0, 0.5, 250.0, 1e4};
  if (p.whole) return {p.value + 1.0, p.value - 1.0};
  const double up = p.value + 1e-3 * (p.high - p.value), down = p.value - 1e-3 * (p.value - p.low);
  return {up, down, 2.0 * p.value};
}

}  // namespace evsim::test
