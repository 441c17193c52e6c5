// Time is counted in whole nanoseconds: never accumulated in floating point.
#pragma once

#include <cstdint>
#include <limits>

namespace evsim {

using TimeNs = std::int64_t;  // [ns]
inline constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

// [s] of [ns], correctly rounded below 104 days.
constexpr double seconds(TimeNs t) { return static_cast<double>(t) / 1e9; }

}  // namespace evsim
