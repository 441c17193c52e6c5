// Numbers of the circle and of three phases.
#pragma once

namespace evsim {

inline constexpr double kPi = 3.14159265358979323846;
inline constexpr double kTwoPi = 2.0 * kPi;
inline constexpr double kHalfSqrt3 = 0.86602540378443864676;     // sqrt(3) / 2
inline constexpr double kInverseSqrt3 = 0.57735026918962576451;  // 1 / sqrt(3)

}  // namespace evsim
