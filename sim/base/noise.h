// Random numbers as pure functions of (seed, signal, tick): no generator to carry along, so a run may
// be restored, forked or computed out of order and draws the same numbers, on every machine.
//
// Philox-4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as
// easy as 1, 2, 3", SC11, 2011. The key is the seed; the counter is tick, signal and kind of draw.
#pragma once

#include <array>
#include <cstdint>

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "sim/base/scalar.h"

namespace evsim::noise {

using Counter = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

// 10 rounds of Philox-4x32.
inline Counter philox4x32(Counter c, Key k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ull * c[0], b = 0xCD9E8D57ull * c[2];
    const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
    const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    c = {high(b) ^ c[1] ^ k[0], low(b), high(a) ^ c[3] ^ k[1], low(a)};
    k = {k[0] + 0x9E3779B9u, k[1] + 0xBB67AE85u};
  }
  return c;
}

namespace detail {

enum class Draw : std::uint32_t { uniform = 0, normal = 1 };  // each has numbers of its own

inline Counter draw(Draw kind, std::uint64_t seed, std::uint32_t signal, std::int64_t tick) {
  const auto t = static_cast<std::uint64_t>(tick);
  return philox4x32({static_cast<std::uint32_t>(t), static_cast<std::uint32_t>(t >> 32), signal,
                     static_cast<std::uint32_t>(kind)},
                    {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

// The upper 53 of 64 random bits as a fraction: 0 <= u < 1, every multiple of 2^-53 equally likely.
inline double to_fraction(std::uint32_t upper, std::uint32_t lower) {
  const std::uint64_t bits = (static_cast<std::uint64_t>(upper) << 32) | lower;
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

}  // namespace detail

// Uniform in [0, 1).
inline double uniform(std::uint64_t seed, std::uint32_t signal, std::int64_t tick) {
  const Counter r = detail::draw(detail::Draw::uniform, seed, signal, tick);
  return detail::to_fraction(r[0], r[1]);
}

// Normal with mean 0 and standard deviation 1, |z| < 8.6. G. E. P. Box, M. E. Muller, "A note on the
// generation of random normal deviates", Annals of Mathematical Statistics 29, 1958.
inline double standard_normal(std::uint64_t seed, std::uint32_t signal, std::int64_t tick) {
  const Counter r = detail::draw(detail::Draw::normal, seed, signal, tick);
  const double u = 1.0 - detail::to_fraction(r[0], r[1]);  // in (0, 1]: has a logarithm
  const double v = detail::to_fraction(r[2], r[3]);
  return sqrt(-2.0 * log(u)) * cos(kTwoPi * v);
}

}  // namespace evsim::noise
