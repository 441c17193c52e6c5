#include "sim/link/e2e.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/link/crc.h"

namespace evsim::e2e {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes text(std::string_view s) { return {s.begin(), s.end()}; }

// ---- CRC ----------------------------------------------------------------------------------------

// One bit at a time, as the division is written down.
template <class Word> Word by_division(Word generator, Word rest, const Bytes& data) {
  constexpr int kBits = static_cast<int>(8 * sizeof(Word));
  for (const std::uint8_t byte : data)
    for (int bit = 7; bit >= 0; --bit) {
      const unsigned top = static_cast<unsigned>(rest >> (kBits - 1)) ^ ((byte >> bit) & 1u);
      rest = static_cast<Word>((rest << 1) ^ (top != 0 ? generator : 0));
    }
  return rest;
}

// The catalogue of parametrised CRC algorithms: CRC-8/SAE-J1850, CRC-8/AUTOSAR, CRC-16/IBM-3740.
TEST(Crc, check_values_as_published) {
  const Bytes check = text("123456789");
  EXPECT_EQ(crc8_j1850(check), 0x4B);
  EXPECT_EQ(crc8_h2f(check), 0xDF);
  EXPECT_EQ(crc16_ccitt(check), 0x29B1);
}

TEST(Crc, tables_divide_as_bits_do) {
  Bytes data;
  for (unsigned i = 0; i < 600; ++i) {
    EXPECT_EQ(crc_over<std::uint8_t>(kCrc8J1850, 0x5A, data),
              by_division<std::uint8_t>(0x1D, 0x5A, data));
    EXPECT_EQ(crc_over<std::uint8_t>(kCrc8H2F, 0x5A, data),
              by_division<std::uint8_t>(0x2F, 0x5A, data));
    EXPECT_EQ(crc_over<std::uint16_t>(kCrc16Ccitt, 0x5AA5, data),
              by_division<std::uint16_t>(0x1021, 0x5AA5, data));
    data.push_back(static_cast<std::uint8_t>(i * 37 + i / 7));
  }
}

// ---- Sending ------------------------------------------------------------------------------------

Config of(Profile p, DataIdMode mode = DataIdMode::both) {
  Config c{.profile = p, .data_id = 0x123, .mode = mode};
  if (p == Profile::p05) c.data_id = 0x1234;
  for (unsigned i = 0; i < 16; ++i) c.data_ids[i] = static_cast<std::uint8_t>(i + 1);
  return c;
}

Bytes sent(const Config& c, Sender& s, std::uint8_t fill = 0) {
  Bytes data(static_cast<std::size_t>(c.length), fill);
  protect(c, s, data);
  return data;
}

// The first two messages of zeros, as the package autosar-e2e 1.0.0 protects them; random ones are in e2e_peers.py.
TEST(E2e, messages_of_zeros_are_protected_as_by_autosar_e2e) {
  const auto two = [](const Config& c) {
    Sender s;
    const Bytes first = sent(c, s), second = sent(c, s);
    return std::vector{Bytes(first.begin(), first.begin() + 3),
                       Bytes(second.begin(), second.begin() + 3)};
  };
  using Two = std::vector<Bytes>;
  using enum DataIdMode;
  EXPECT_EQ(two(of(Profile::p01, both)), (Two{{0xCC, 0, 0}, {0x91, 1, 0}}));
  EXPECT_EQ(two(of(Profile::p01, alternating)), (Two{{0xCE, 0, 0}, {0x02, 1, 0}}));
  EXPECT_EQ(two(of(Profile::p01, low)), (Two{{0xCE, 0, 0}, {0x93, 1, 0}}));
  EXPECT_EQ(two(of(Profile::p01, nibble)), (Two{{0x2A, 0x10, 0}, {0x77, 0x11, 0}}));
  EXPECT_EQ(two(of(Profile::p02)), (Two{{0x0E, 0, 0}, {0x1B, 1, 0}}));
  EXPECT_EQ(two(of(Profile::p05)), (Two{{0x1C, 0xCA, 0}, {0xCF, 0x8D, 1}}));
  EXPECT_EQ(two(of(Profile::p11, both)), (Two{{0xCC, 0, 0}, {0x91, 1, 0}}));
  EXPECT_EQ(two(of(Profile::p11, nibble)), (Two{{0x2A, 0x10, 0}, {0x77, 0x11, 0}}));
}

TEST(E2e, only_the_header_is_written) {
  for (const Profile p : {Profile::p01, Profile::p02, Profile::p05, Profile::p11}) {
    Config c = of(p, DataIdMode::both);
    Sender s{.counter = 3};
    const Bytes data = sent(c, s, 0xA5);
    const std::size_t header = p == Profile::p05 ? 3 : 2;
    for (std::size_t i = header; i < data.size(); ++i) EXPECT_EQ(data[i], 0xA5);
    if (p != Profile::p05) {
      EXPECT_EQ(data[1], 0xA3);  // the high nibble is the message's
    }
  }
}

TEST(E2e, counters_go_round) {
  const auto after = [](Profile p, int counter) {
    Sender s{.counter = static_cast<std::uint8_t>(counter)};
    sent(of(p), s);
    return s.counter;
  };
  EXPECT_EQ(after(Profile::p01, 13), 14);
  EXPECT_EQ(after(Profile::p01, 14), 0);
  EXPECT_EQ(after(Profile::p02, 15), 0);
  EXPECT_EQ(after(Profile::p05, 255), 0);
  EXPECT_EQ(after(Profile::p11, 14), 0);
}

// ---- Receiving ----------------------------------------------------------------------------------

// What a receiver says of messages with these counters; -1: none came.
std::vector<Status> heard(const Config& c, const std::vector<int>& counters) {
  Receiver r(c);
  std::vector<Status> all;
  for (const int counter : counters) {
    Sender s{.counter = static_cast<std::uint8_t>(counter)};
    all.push_back(check(c, r, counter < 0 ? Bytes{} : sent(c, s)));
  }
  return all;
}
using enum Status;
using Heard = std::vector<Status>;

TEST(E2e, profiles_5_and_11_want_the_next_counter) {
  for (const Profile p : {Profile::p05, Profile::p11}) {
    Config c = of(p);
    EXPECT_EQ(heard(c, {0, 1, 1, -1, 2, 4, 5}),
              (Heard{ok, ok, repeated, no_new_data, ok, wrong_sequence, ok}));
    EXPECT_EQ(heard(c, {7, 8}), (Heard{wrong_sequence, ok}));  // begins in the middle
    c.most_delta = 3;
    EXPECT_EQ(heard(c, {0, 3, 2, 3, 7}),
              (Heard{ok, ok_some_lost, wrong_sequence, ok, wrong_sequence}));
  }
  EXPECT_EQ(heard(of(Profile::p05), {0, 255, 0}), (Heard{ok, wrong_sequence, ok}));
  EXPECT_EQ(heard(of(Profile::p11), {0, 14, 0}), (Heard{ok, wrong_sequence, ok}));
}

// MaxDeltaCounterInit 1 lets 2 and 3 follow 1, but not 4: PRS_E2EProtocol.
TEST(E2e, profiles_1_and_2_let_one_more_be_lost_each_cycle) {
  for (const Profile p : {Profile::p01, Profile::p02}) {
    Config c = of(p);
    EXPECT_EQ(heard(c, {1, 2, 3}), (Heard{initial, ok, ok}));
    EXPECT_EQ(heard(c, {1, 3, 4}), (Heard{initial, ok_some_lost, ok}));
    EXPECT_EQ(heard(c, {1, 4}), (Heard{initial, wrong_sequence}));
    EXPECT_EQ(heard(c, {1, -1, 4}), (Heard{initial, no_new_data, ok_some_lost}));
    EXPECT_EQ(heard(c, {1, 1, 4}), (Heard{initial, repeated, ok_some_lost}));
    // Without synchronisation the last valid counter stays, and time brings the stream back into reach.
    EXPECT_EQ(heard(c, {1, 9, 10}), (Heard{initial, wrong_sequence, wrong_sequence}));
    EXPECT_EQ(heard(c, {1, 4, 5, 5}),
              (Heard{initial, wrong_sequence, wrong_sequence, ok_some_lost}));
  }
  EXPECT_EQ(heard(of(Profile::p01), {14, 0}), (Heard{initial, ok}));
  EXPECT_EQ(heard(of(Profile::p02), {14, 15, 0}), (Heard{initial, ok, ok}));
}

TEST(E2e, after_a_wrong_sequence_the_counter_proves_itself) {
  Config c = of(Profile::p01);
  c.to_sync = 2;
  EXPECT_EQ(heard(c, {1, 9, 10, 11, 12}), (Heard{initial, wrong_sequence, sync, sync, ok}));
  EXPECT_EQ(heard(c, {1, 9, 10, 2, 3, 4, 5}),
            (Heard{initial, wrong_sequence, sync, wrong_sequence, sync, sync, ok}));
}

TEST(E2e, after_silence_the_counter_proves_itself) {
  Config c = of(Profile::p02);
  c.most_silent = 2;
  c.to_sync = 1;
  EXPECT_EQ(heard(c, {1, -1, -1, 2, 3}), (Heard{initial, no_new_data, no_new_data, ok, ok}));
  EXPECT_EQ(heard(c, {1, -1, 1, -1, 2, 3, 4}),
            (Heard{initial, no_new_data, repeated, no_new_data, sync, sync, ok}));
}

TEST(E2e, how_many_were_lost) {
  for (const Profile p : {Profile::p01, Profile::p02, Profile::p05, Profile::p11}) {
    Config c = of(p);
    c.most_delta = 4;
    Receiver r(c);
    Sender s;
    check(c, r, sent(c, s));
    s.counter = 4;  // 1, 2 and 3 are missing
    EXPECT_EQ(check(c, r, sent(c, s)), ok_some_lost);
    EXPECT_EQ(r.lost, 3);
    EXPECT_EQ(check(c, r, sent(c, s)), ok);
    EXPECT_EQ(r.lost, 0);
  }
}

TEST(E2e, a_wrong_bit_anywhere_is_an_error) {
  using enum DataIdMode;
  for (const Config& c : {of(Profile::p01, both), of(Profile::p01, alternating),
                          of(Profile::p01, low), of(Profile::p01, nibble), of(Profile::p02),
                          of(Profile::p05), of(Profile::p11, both), of(Profile::p11, nibble)})
    for (std::size_t bit = 0; bit < 64; ++bit) {
      Sender s{.counter = 5};
      Bytes data = sent(c, s, 0x3C);
      data[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      Receiver r(c);
      EXPECT_EQ(check(c, r, data), error) << bit;
    }
}

TEST(E2e, a_message_of_another_identity_length_or_impossible_counter_is_an_error) {
  for (const Profile p : {Profile::p01, Profile::p02, Profile::p05, Profile::p11}) {
    const Config c = of(p);
    Config other = c;
    other.data_id = 0x124;
    other.data_ids[0] = 77;
    Sender s;
    Bytes data = sent(other, s);
    Receiver r(c);
    EXPECT_EQ(check(c, r, data), error);
    s = {};
    data = sent(c, s);
    data.push_back(0);
    EXPECT_EQ(check(c, r, data), error);
  }
  for (const Profile p : {Profile::p01, Profile::p11}) {
    const Config c = of(p);
    Sender s{.counter = 15};
    Receiver r(c);
    EXPECT_EQ(check(c, r, sent(c, s)), error);
  }
}

// The nibble that is sent takes part in the CRC, and must be the identity's besides.
TEST(E2e, another_nibble_is_an_error_though_the_crc_is_right) {
  const Config c = of(Profile::p11, DataIdMode::nibble);
  Config other = c;
  other.data_id = 0x223;  // same low byte: the CRC's part of the identity is the same
  Sender s;
  Receiver r(c);
  EXPECT_EQ(check(c, r, sent(other, s)), error);
}

TEST(E2e, positions_are_free) {
  Config c = of(Profile::p01, DataIdMode::nibble);
  c.crc_at = 56;
  c.counter_at = 4;
  c.nibble_at = 24;
  ASSERT_EQ(refusal(c), "");
  Sender s{.counter = 9};
  const Bytes data = sent(c, s, 0xFF);
  EXPECT_EQ(data[0], 0x9F);
  EXPECT_EQ(data[3], 0xF1);
  Receiver r(c);
  EXPECT_EQ(check(c, r, data), initial);
  Config five = of(Profile::p05);
  five.crc_at = 40;
  Sender t{.counter = 200};
  EXPECT_EQ(sent(five, t)[7], 200);
}

TEST(E2e, what_is_refused) {
  const auto with = [](Profile p, auto&& change) {
    Config c = of(p);
    change(c);
    return std::string(refusal(c));
  };
  for (const Profile p : {Profile::p01, Profile::p02, Profile::p05, Profile::p11})
    EXPECT_EQ(with(p, [](Config&) {}), "");
  EXPECT_EQ(with(Profile::p05, [](Config& c) { c.length = 2; }),
            "length must be 2 (profile 5: 3) to 64 bytes");
  EXPECT_EQ(with(Profile::p01, [](Config& c) { c.most_delta = 15; }),
            "most_delta must be 1 to 14 (profile 2: 15, profile 5: 255)");
  EXPECT_EQ(with(Profile::p01, [](Config& c) { c.to_sync = -1; }),
            "most_silent and to_sync must be >= 0");
  EXPECT_EQ(with(Profile::p05, [](Config& c) { c.crc_at = 48; }),
            "crc_at must be a byte of the data, with room for 3");
  EXPECT_EQ(with(Profile::p11, [](Config& c) { c.mode = DataIdMode::low; }),
            "mode must be both or nibble in profile 11");
  EXPECT_EQ(with(Profile::p01, [](Config& c) { c.crc_at = 4; }),
            "crc_at must be a byte of the data");
  EXPECT_EQ(with(Profile::p01, [](Config& c) { c.counter_at = 4; }),
            "counter_at must be a nibble of the data, beside the CRC");
  EXPECT_EQ(with(Profile::p01,
                 [](Config& c) {
                   c.mode = DataIdMode::nibble;
                   c.nibble_at = 8;
                 }),
            "nibble_at must be a nibble of the data, beside CRC and counter");
}

}  // namespace
}  // namespace evsim::e2e
