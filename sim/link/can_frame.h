// One frame of a CAN bus (ISO 11898-1: classical CAN and CAN FD), as every adapter, log and database here sees it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace evsim::can {

struct Frame {
  std::uint32_t id =
      0;  // 11 bits, 29 if extended; of an error frame the classes of SocketCAN's linux/can/error.h
  bool extended = false, remote = false, fd = false, bit_rate_switch = false, error_state = false,
       error = false;
  std::uint8_t length = 0;  // bytes, <= 8 classic, <= 64 FD
  std::array<std::uint8_t, 64> data{};

  bool operator==(const Frame&) const = default;
};

inline constexpr std::uint32_t kLargestStandardId = 0x7FF, kLargestExtendedId = 0x1FFF'FFFF;

// Bytes that a data length code of 0..15 says; classical frames have at most 8.
constexpr std::uint8_t length_of(int dlc) {
  constexpr std::array<std::uint8_t, 16> kLengths{0, 1,  2,  3,  4,  5,  6,  7,
                                                  8, 12, 16, 20, 24, 32, 48, 64};
  return kLengths[static_cast<std::size_t>(dlc) & 15];
}

// The smallest data length code whose frame holds so many bytes, <= 64.
constexpr int dlc_of(int length) {
  int dlc = 0;
  while (dlc < 15 && length_of(dlc) < length) ++dlc;
  return dlc;
}

// Whether a controller can send it: id and length in range and a length that has a code; no remote frames in CAN FD.
constexpr bool is_valid(const Frame& f) {
  if (f.error || f.id > (f.extended ? kLargestExtendedId : kLargestStandardId)) return false;
  if (!f.fd) return f.length <= 8 && !f.bit_rate_switch && !f.error_state;
  return !f.remote && f.length <= 64 && length_of(dlc_of(f.length)) == f.length;
}

}  // namespace evsim::can
