// The bit pattern of a double, and of each lane of a Pack: what elementary.h needs to take exponents
// apart and put them together. On a Pack everything is lane by lane, without branches.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

#include "sim/base/scalar.h"

namespace evsim::kernels {

inline constexpr std::uint64_t kSignBit = 0x8000'0000'0000'0000;
inline constexpr std::uint64_t kMantissaBits = 0x000f'ffff'ffff'ffff;

inline std::uint64_t to_bits(double x) { return std::bit_cast<std::uint64_t>(x); }
inline double from_bits(std::uint64_t b) { return std::bit_cast<double>(b); }
using evsim::from_bits;
using evsim::to_bits;

// True where a bit pattern is not 0, for patterns that are 0 or a normal number: a denormal one may
// count as 0.
template <class Bits> auto as_mask(const Bits& b) { return from_bits(b) != 0.0; }

// x with its sign changed where the sign bit of b is set.
template <class T, class Bits> T flip_sign(const T& x, const Bits& b) {
  return from_bits(to_bits(x) ^ (b & kSignBit));
}

// |x|, also of -0 and NaN.
template <class T> T magnitude(const T& x) { return from_bits(to_bits(x) & ~kSignBit); }

// x rounded to its upper 21 bits of mantissa: products of two heads are exact.
template <class T> T head(const T& x) { return from_bits(to_bits(x) & 0xffff'ffff'0000'0000); }

// The nearest whole number of |x| < 2^51, and a pattern whose low bits are that number in two's
// complement.
template <class T> auto nearest(const T& x) {
  constexpr double kRounder = 0x1.8p52;  // adding it leaves no bits for a fraction
  const T shifted = x + kRounder;
  struct {
    T value;
    decltype(to_bits(x)) bits;
  } n{shifted - kRounder, to_bits(shifted)};
  return n;
}

// 2^n for whole -1022 <= n <= 1023, given the bits that nearest() returns.
template <class Bits> auto power_of_two(const Bits& n) { return from_bits((n + 1023u) << 52); }

// x 2^k for whole |k| <= 2000: in two steps, so that it overflows and underflows as it should.
template <class T> T scale(const T& x, const T& k) {
  const auto half = nearest(0.5 * k);
  return x * power_of_two(half.bits) * power_of_two(nearest(k - half.value).bits);
}

}  // namespace evsim::kernels
