// Numbers bit by bit: NaN equals itself, 0 is not -0.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "sim/base/floating_point.h"
#include "sim/run/signals.h"

namespace evsim::test {

inline std::vector<std::uint64_t> bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> out;
  for (const double x : values) out.push_back(std::bit_cast<std::uint64_t>(x));
  return out;
}
// Of all that flows now.
inline std::vector<std::uint64_t> bits(const Simulation& s) {
  std::vector<double> values;
  guarded([&] {
    signals::visit(s, [&](std::string_view, std::string_view, std::string_view, Dim, double x) {
      values.push_back(x);
    });
  });
  return bits(values);
}

}  // namespace evsim::test
