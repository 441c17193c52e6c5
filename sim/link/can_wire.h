// The bits of a CAN frame on the wire, with all stuff bits and the checksum, after ISO 11898-1:2015 as stated in Bosch, CAN
// Specification 2.0 (1991), part B, and Bosch, CAN with Flexible Data-Rate 1.0 (2012), with ISO's changes of the checksum.
//
//   standard        SOF, id 10..0, RTR, IDE=0, r0=0, DLC 3..0, data, CRC-15, delimiter, ACK, delimiter, EOF (7)
//   extended        SOF, id 28..18, SRR=1, IDE=1, id 17..0, RTR, r1=0, r0=0, DLC ...
//   FD, standard    SOF, id 10..0, RRS=0, IDE=0, FDF=1, res=0, BRS, ESI, DLC, data, stuff count (4), CRC-17 or -21 ...
//   FD, extended    SOF, id 28..18, SRR=1, IDE=1, id 17..0, RRS=0, FDF=1, res=0, BRS, ESI, DLC ...
//
// After five equal bits a stuff bit of the other value follows: from SOF to the end of the CRC, in FD to the end of the data.
// FD then has fixed stuff bits, each the opposite of its predecessor: before the stuff count and after every fourth bit from
// there. The stuff count is the number of stuff bits before it, modulo 8, in Gray code, with even parity.
//   CRC-15: x^15+x^14+x^10+x^8+x^7+x^4+x^3+1 over the bits without stuff bits
//   CRC-17: 0x1685B, up to 16 bytes, CRC-21: 0x102899, above; beginning with a one in front, over stuff bits that are not
//           fixed, and over the stuff count
// 0 is dominant, 1 recessive. A frame ends with EOF; three bits of intermission follow.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/link/can_frame.h"

namespace evsim::can {

inline constexpr int kEndOfFrame = 7, kIntermission = 3;  // [bit]

struct WireBits {
  std::vector<std::uint8_t> bits;  // SOF to the end of EOF, as sent: the ACK slot is recessive
  int arbitration_end = 0;         // the first bit after RTR or RRS
  int stuffed_end = 0;    // the first bit that no stuff bits follow: the rest has a fixed form
  int brs = -1;           // where the data rate begins, at its sample point; -1 without a switch
  int crc_delimiter = 0;  // where it ends, at its sample point
  int ack = 0;            // the ACK slot
  int stuff_bits = 0;     // those that depend on the values
  std::uint32_t crc = 0;
};
// Of a frame that is_valid().
WireBits wire_bits(const Frame& f);

// How long a frame is from SOF to the end of EOF: nominal / (nominal bit rate) + data / (data bit rate). Bits that switch the
// rate count once in either, whatever the sample points: what the one has more the other has less.
struct WireLength {
  int nominal = 0, data = 0;  // [bit]
  int stuff_bits = 0;         // of them, those that depend on the values
};
WireLength wire_length(const Frame& f);

// The checksum's register after these bits, beginning at `crc`: width and polynomial of above.
std::uint32_t crc_of(std::span<const std::uint8_t> bits, int width, std::uint32_t polynomial,
                     std::uint32_t crc = 0);
inline constexpr std::uint32_t kCrc15 = 0x4599, kCrc17 = 0x1685B, kCrc21 = 0x102899;

}  // namespace evsim::can
