#include "sim/link/wire.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <string_view>

namespace evsim::link {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(std::string_view s) { return {s.begin(), s.end()}; }

Message an_answer() {
  return {.type = MessageType::answer,
          .sequence = 0x01020304,
          .session = 0x11223344,
          .schema = 0xaabbccdd,
          .time = 0x0102030405060708,
          .payload = {1, 2, 3}};
}

TEST(Wire, crc_gives_the_published_check_value) {
  // CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms: 0xcbf43926.
  const Bytes nine = bytes_of("123456789");
  EXPECT_EQ(crc32(nine), 0xcbf43926u);
  // In two parts the same.
  EXPECT_EQ(crc32(std::span(nine).subspan(4), crc32(std::span(nine).first(4))), 0xcbf43926u);
}

TEST(Wire, a_header_lies_as_documented) {
  const Bytes b = encoded(an_answer());
  const Bytes head{'E',  'V',  'L',  '1',  5,    0,    0,    0,    3, 0, 0, 0,
                   4,    3,    2,    1,    8,    7,    6,    5,    4, 3, 2, 1,
                   0x44, 0x33, 0x22, 0x11, 0xdd, 0xcc, 0xbb, 0xaa, 0, 0, 0, 0};
  ASSERT_EQ(b.size(), 43u);
  EXPECT_EQ(Bytes(b.begin(), b.begin() + 36), head);
  EXPECT_EQ(Bytes(b.end() - 3, b.end()), (Bytes{1, 2, 3}));
}

TEST(Wire, a_stream_is_taken_apart_wherever_it_is_cut) {
  Bytes stream;
  for (std::uint32_t n = 0; n < 20; ++n) {
    Message m = an_answer();
    m.sequence = n;
    m.payload.assign(std::size_t{7} * n, static_cast<std::uint8_t>(n));
    const Bytes b = encoded(m);
    stream.insert(stream.end(), b.begin(), b.end());
  }
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    Decoder d;
    std::uint32_t next = 0;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t n = std::min<std::size_t>(1 + random() % 90, stream.size() - at);
      d.feed(std::span(stream).subspan(at, n));
      at += n;
      Message m;
      while (d.next(m) == Found::message) {
        EXPECT_EQ(m.sequence, next);
        EXPECT_EQ(m.payload, Bytes(std::size_t{7} * next, static_cast<std::uint8_t>(next)));
        ++next;
      }
    }
    EXPECT_EQ(next, 20u);
    EXPECT_EQ(d.waiting(), 0u);
  }
}

Found found_in(const Bytes& b) {
  Decoder d;
  Message m;
  d.feed(b);
  return d.next(m);
}

TEST(Wire, what_is_no_message_is_named) {
  EXPECT_EQ(found_in(bytes_of("G")), Found::bad_magic);  // at its first byte
  EXPECT_EQ(found_in(bytes_of("EVL2")), Found::bad_magic);
  EXPECT_EQ(found_in(bytes_of("EVL1")), Found::nothing);
  Bytes b = encoded(an_answer());
  b[4] = 9;
  EXPECT_EQ(found_in(b), Found::bad_type);
  b = encoded(an_answer());
  b[9] = 0x21;  // 8448 bytes and more
  EXPECT_EQ(found_in(b), Found::bad_length);
  for (std::size_t i = 12; i < 43; ++i) {  // of every byte behind what has a meaning of its own
    b = encoded(an_answer());
    b[i] ^= 0x10;
    EXPECT_EQ(found_in(b), Found::bad_crc) << i;
  }
}

TEST(Wire, payloads_hold_what_is_put_in) {
  const std::vector<double> values{1.5, -0.0, 3e300};
  const Bytes step = step_payload(16, 0b101, values);
  ASSERT_EQ(step.size(), 16u + 24u);
  EXPECT_EQ(step[0], 16);
  EXPECT_EQ(step[8], 0b101);
  Bytes answer(step.begin() + 8, step.end());
  std::vector<double> read(3);
  std::uint64_t valid = 0;
  ASSERT_TRUE(read_answer(answer, valid, read));
  EXPECT_EQ(valid, 0b101u);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(std::bit_cast<std::uint64_t>(read[i]), std::bit_cast<std::uint64_t>(values[i]));
  answer.pop_back();
  EXPECT_FALSE(read_answer(answer, valid, read));
  EXPECT_THROW(encoded({.payload = Bytes(kLongestPayload + 1)}), std::length_error);
}

}  // namespace
}  // namespace evsim::link
