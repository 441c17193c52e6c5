// Arguments and comparisons that the tests of this folder share. Only the raw numbers of
// std::mt19937_64 are the same with every standard library, so distributions are made from them here.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "sim/base/scalar.h"

namespace evsim::test {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr double kMax = std::numeric_limits<double>::max();

class Arguments {
 public:
  explicit Arguments(std::uint64_t seed) : random_(seed) {}

  double between(double low, double high) {
    return low + (high - low) * (static_cast<double>(random_() >> 11) * 0x1p-53);
  }
  // Either sign, any binary exponent from low to high with equal chance.
  double of_any_size(int low, int high) {
    const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    const int exponent = low + static_cast<int>(random_() % span);
    return (random_() % 2 == 0 ? 1.0 : -1.0) * std::ldexp(between(1.0, 2.0), exponent);
  }
  std::uint64_t bits() { return random_(); }

 private:
  std::mt19937_64 random_;
};

// Zeros, infinities, NaN, ends of the range, and numbers around 1.
inline std::vector<double> edges() {
  std::vector<double> e{kNaN};
  for (const double x : {0.0, 0x1p-1074, 0x1p-1022, 1e-300, 1e-9, 0.5, 1.0, 1.5, 2.0, 1e9, 0x1p52,
                         1e300, kMax, kInf})
    e.insert(e.end(), {x, -x});
  return e;
}

// The bits of x; one pattern for all NaN, whose sign and payload the standard leaves open.
inline std::uint64_t bits_of(double x) {
  return std::bit_cast<std::uint64_t>(std::isnan(x) ? kNaN : x);
}
inline bool same_bits(double a, double b) { return bits_of(a) == bits_of(b); }

inline Pack pack_of(double a, double b, double c, double d) {
  Pack p;
  int i = 0;
  for (const double x : {a, b, c, d}) set_lane(p, i++, x);
  return p;
}

// Error of `got` in units of the last place of the double next to `exact`.
inline double ulp_error(double got, long double exact) {
  const auto nearest = static_cast<double>(exact);
  if (std::isnan(nearest) || std::isinf(nearest) || std::isnan(got) || std::isinf(got))
    return same_bits(got, nearest) ? 0.0 : kInf;
  const int exponent = exact == 0.0L ? -1022 : std::max(std::ilogb(exact), -1022);
  return static_cast<double>(std::abs(static_cast<long double>(got) - exact) /
                             std::ldexp(1.0L, exponent - 52));
}

// FNV-1a over the bits of many results.
class Hash {
 public:
  void add(double x) { add_bits(bits_of(x)); }
  void add_bits(std::uint64_t b) {
    for (int byte = 0; byte < 8; ++byte, b >>= 8) value_ = (value_ ^ (b & 0xffu)) * 0x100000001b3u;
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325u;
};

}  // namespace evsim::test
