// A frame of classic CAN or CAN FD (ISO 11898-1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace evsim::can {

struct Frame {
  std::uint32_t id = 0;
  bool extended = false, remote = false, fd = false, bit_rate_switch = false, error_state = false,
       error = false;
  std::uint8_t length = 0;  // bytes, <= 8 classic, <= 64 FD
  std::array<std::uint8_t, 64> data{};
  bool operator==(const Frame&) const = default;
};

inline constexpr std::uint32_t kLargestId = 0x7FF, kLargestExtendedId = 0x1FFFFFFF;

// Bytes that each data length code stands for; a classic frame has codes 0 to 8.
inline constexpr std::array<std::uint8_t, 16> kLengthOfCode{0, 1,  2,  3,  4,  5,  6,  7,
                                                            8, 12, 16, 20, 24, 32, 48, 64};

// Bytes of data length code `dlc`, 0 to 15.
constexpr std::uint8_t length_of(std::uint8_t dlc) { return kLengthOfCode[dlc & 0xFu]; }

// The smallest code with room for `length` bytes, 0 to 64.
constexpr std::uint8_t dlc_of(std::size_t length) {
  std::uint8_t dlc = 0;
  while (dlc < 15 && length_of(dlc) < length) ++dlc;
  return dlc;
}

}  // namespace evsim::can
