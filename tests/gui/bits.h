// Numbers bit by bit: NaN equals itself, 0 is not -0. And what was done in the window, given to a run without one.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "sim/base/floating_point.h"
#include "sim/io/case.h"
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

// `windowed`, which began as `loaded`, has `commands` in its log; played as a timeline they give the same bits.
inline void expect_same_headless(const io::LoadedCase& loaded, const Simulation& windowed,
                                 std::size_t commands) {
  Case c = loaded.c;
  c.scenario.timeline = windowed.command_log();
  EXPECT_EQ(c.scenario.timeline.size(), commands);
  Simulation headless(c, io::parameter_setter());
  guarded([&] {
    while (headless.t() < windowed.t() && headless.step()) {
    }
  });
  EXPECT_EQ(headless.t(), windowed.t());
  EXPECT_EQ(bits(headless), bits(windowed));
}

}  // namespace evsim::test
