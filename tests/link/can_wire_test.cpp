#include "sim/link/can_wire.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

namespace evsim::can {
namespace {

std::string text(const std::vector<std::uint8_t>& bits) {
  std::string s;
  for (const std::uint8_t bit : bits) s += bit != 0 ? '1' : '0';
  return s;
}
std::vector<std::uint8_t> bits_of(std::string_view bytes) {
  std::vector<std::uint8_t> bits;
  for (const char c : bytes)
    for (int i = 7; i >= 0; --i) bits.push_back(static_cast<std::uint8_t>((c >> i) & 1));
  return bits;
}
Frame frame(std::uint32_t id, std::vector<std::uint8_t> data = {}) {
  Frame f{.id = id, .length = static_cast<std::uint8_t>(data.size())};
  for (std::size_t i = 0; i < data.size(); ++i) f.data[i] = data[i];
  return f;
}
Frame extended(Frame f) {
  f.extended = true;
  return f;
}

TEST(CanFrame, length_codes_of_can_fd) {
  constexpr int kLengths[]{0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64};
  for (int dlc = 0; dlc < 16; ++dlc) {
    EXPECT_EQ(length_of(dlc), kLengths[dlc]);
    EXPECT_EQ(dlc_of(kLengths[dlc]), dlc);
  }
  EXPECT_EQ(dlc_of(9), 9);  // the next that holds it
  EXPECT_EQ(dlc_of(33), 14);
  static_assert(dlc_of(64) == 15 && length_of(15) == 64);
}

TEST(CanFrame, what_a_controller_can_send) {
  EXPECT_TRUE(is_valid(frame(0x7FF)));
  EXPECT_FALSE(is_valid(frame(0x800)));
  EXPECT_TRUE(is_valid(extended(frame(0x1FFF'FFFF))));
  EXPECT_FALSE(is_valid(extended(frame(0x2000'0000))));
  EXPECT_FALSE(is_valid({.length = 9}));
  EXPECT_FALSE(is_valid({.bit_rate_switch = true}));
  EXPECT_TRUE(is_valid({.fd = true, .length = 64}));
  EXPECT_FALSE(is_valid({.fd = true, .length = 63}));
  EXPECT_FALSE(is_valid({.remote = true, .fd = true}));
  EXPECT_FALSE(is_valid({.error = true}));
}

// Catalogue of parametrised CRC algorithms (Greg Cook): CRC-15/CAN, CRC-17/CAN-FD, CRC-21/CAN-FD over "123456789".
TEST(CanWire, checksums_have_their_published_check_values) {
  EXPECT_EQ(crc_of(bits_of("123456789"), 15, kCrc15), 0x059Eu);
  EXPECT_EQ(crc_of(bits_of("123456789"), 17, kCrc17), 0x04F03u);
  EXPECT_EQ(crc_of(bits_of("123456789"), 21, kCrc21), 0x0ED841u);
}

// Remainder by long division of the message times x^width, over all 13-bit messages.
TEST(CanWire, the_checksum_is_the_remainder_of_the_division) {
  for (std::uint64_t message = 0; message < (1u << 13); ++message) {
    std::uint64_t rest = message << 15;
    for (int i = 27; i >= 15; --i)
      if (((rest >> i) & 1u) != 0) rest ^= std::uint64_t{0x8000 | kCrc15} << (i - 15);
    std::vector<std::uint8_t> bits;
    for (int i = 12; i >= 0; --i) bits.push_back(static_cast<std::uint8_t>((message >> i) & 1u));
    ASSERT_EQ(crc_of(bits, 15, kCrc15), rest) << message;
  }
}

// 19 zeros up to the length code, 15 of the checksum: a stuff bit after each five of 34.
TEST(CanWire, a_frame_of_zeros_by_hand) {
  const WireBits w = wire_bits(frame(0));
  EXPECT_EQ(text(w.bits),
            "000001000001000001000001000001000001"
            "0000"
            "1"
            "11"
            "1111111");
  EXPECT_EQ(w.stuff_bits, 6);
  EXPECT_EQ(w.crc, 0u);
  EXPECT_EQ(w.crc_delimiter, 34 + 6);
  EXPECT_EQ(w.ack, 41);
  EXPECT_EQ(wire_length(frame(0)).nominal, 34 + 6 + 3 + 7);
}

// Up to the data 22 bits and 3 stuff bits: after the 5th and 10th zero, and after res to the third bit of the length code.
// Three in Gray code 010, odd: parity 1. Then 17 bits of checksum with a fixed bit before each four.
TEST(CanWire, a_frame_of_can_fd_by_hand) {
  const WireBits w = wire_bits({.fd = true});
  const std::string bits = text(w.bits);
  EXPECT_EQ(bits.substr(0, 25),
            "0000010000010000"
            "1"
            "00000100");
  EXPECT_EQ(bits.substr(25, 5),
            "1"
            "0101");
  EXPECT_EQ(w.stuff_bits, 3);
  EXPECT_EQ(w.stuffed_end, 25);
  EXPECT_EQ(w.crc_delimiter, 25 + 5 + 5 + 17);
  EXPECT_EQ(bits.size(), 62u);
  EXPECT_EQ(w.brs, -1);
  for (const int fixed : {25, 30, 35, 40, 45, 50})
    EXPECT_NE(w.bits[static_cast<std::size_t>(fixed)], w.bits[static_cast<std::size_t>(fixed) - 1])
        << fixed;
  // The checksum begins with a one before everything: here over "0" and the 25 bits and the stuff count.
  std::vector<std::uint8_t> covered(w.bits.begin(), w.bits.begin() + 25);
  covered.insert(covered.end(), {0, 1, 0, 1});
  EXPECT_EQ(w.crc, crc_of(covered, 17, kCrc17, 1u << 16));
}

// Lengths that linux-can/can-utils' canframelen.c says (mode CFL_EXACT), less its 3 bits of intermission.
TEST(CanWire, lengths_as_can_utils_has_them) {
  struct Case {
    Frame f;
    int bits;
  };
  const std::vector<std::uint8_t> ones(8, 0xFF), zeros(8, 0);
  const Case cases[]{
      {frame(0x123), 48 - 3},
      {frame(0x7FF, ones), 126 - 3},
      {frame(0x555, std::vector<std::uint8_t>(8, 0x55)), 112 - 3},
      {frame(0x078, std::vector<std::uint8_t>(8, 0x3C)), 131 - 3},
      {extended(frame(0x12345678, {0x11, 0x22, 0x33})), 92 - 3},
      {extended(frame(0x1FFFFFFF, zeros)), 151 - 3},
      {extended(frame(0, zeros)), 150 - 3},
      {extended(frame(0x18FEF100, {0xFF, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0xFF})), 147 - 3}};
  for (const Case& c : cases) EXPECT_EQ(wire_length(c.f).nominal, c.bits) << std::hex << c.f.id;
}

// Davis, Burns, Bril, Lukkien, Controller Area Network (CAN) schedulability analysis, 2007, eq. (2), (3): at most 55 + 10 s
// bits, 80 + 10 s extended, with intermission.
TEST(CanWire, no_frame_is_longer_than_the_published_bound) {
  std::mt19937 random(7);
  const std::uint8_t patterns[]{0, 0xFF, 0xF0, 0x0F, 0x87, 0xC3, 0xE1, 0x78, 0x3C, 0x1E};
  for (int n = 0; n < 20'000; ++n) {
    Frame f{.extended = random() % 2 == 0, .length = static_cast<std::uint8_t>(random() % 9)};
    f.id = static_cast<std::uint32_t>(random()) &
           (f.extended ? kLargestExtendedId : kLargestStandardId);
    for (std::size_t i = 0; i < f.length; ++i) f.data[i] = patterns[random() % 10];
    const WireLength w = wire_length(f);
    EXPECT_LE(w.nominal + kIntermission, (f.extended ? 80 : 55) + 10 * f.length);
    EXPECT_EQ(w.nominal, (f.extended ? 64 : 44) + 8 * f.length + w.stuff_bits);
  }
}

// Read as a receiver does: without the stuff bits the checksum over all of it is zero, and no six equal bits are left.
TEST(CanWire, a_receiver_finds_no_error) {
  std::mt19937 random(11);
  for (int n = 0; n < 5'000; ++n) {
    Frame f{.extended = random() % 2 == 0, .length = static_cast<std::uint8_t>(random() % 9)};
    f.id = static_cast<std::uint32_t>(random()) &
           (f.extended ? kLargestExtendedId : kLargestStandardId);
    for (std::size_t i = 0; i < f.length; ++i) f.data[i] = static_cast<std::uint8_t>(random());
    const WireBits w = wire_bits(f);
    std::vector<std::uint8_t> plain;
    int run = 0;
    std::uint8_t last = 1;
    for (int i = 0; i < w.stuffed_end; ++i) {
      const std::uint8_t bit = w.bits[static_cast<std::size_t>(i)];
      if (run == 5) {
        ASSERT_NE(bit, last);
      } else {
        plain.push_back(bit);
      }
      run = bit == last ? run + 1 : 1;
      last = bit;
    }
    EXPECT_EQ(crc_of(plain, 15, kCrc15), 0u);
  }
}

TEST(CanWire, the_fast_part_of_a_frame) {
  Frame f{.id = 0x123, .fd = true, .bit_rate_switch = true, .length = 64};
  const WireLength fast = wire_length(f);
  // 512 zeros and the four ones of the length code: 102 stuff bits; P. Molinaro's generator (codes-can) has them too.
  EXPECT_EQ(fast.stuff_bits, 102);
  // ESI, length code, data and its stuff bits, stuff count with its fixed bit, checksum with six, and one bit more.
  EXPECT_EQ(fast.data, 1 + 4 + 512 + 102 + 5 + 21 + 6 + 1);
  f.bit_rate_switch = false;
  EXPECT_EQ(wire_length(f).data, 0);
}

TEST(CanWire, arbitration_ends_after_the_request_bit) {
  EXPECT_EQ(wire_bits(frame(0x555)).arbitration_end, 13);
  EXPECT_EQ(wire_bits(extended(frame(0x15555555))).arbitration_end, 33);
  const Frame remote{.id = 0x555, .remote = true, .length = 8};
  EXPECT_EQ(wire_bits(remote).bits[12], 1);
  EXPECT_EQ(wire_length(remote).nominal, wire_length(remote).stuff_bits + 44);  // no data
}

}  // namespace
}  // namespace evsim::can
