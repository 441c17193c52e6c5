#include "sim/link/dbc_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace evsim::can {
namespace {

using Bytes = std::vector<std::uint8_t>;
using enum ByteOrder;
using enum NumberType;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Signal signal(int start, int length, ByteOrder order = little_endian,
              NumberType type = unsigned_integer) {
  Signal s;
  s.start = start;
  s.length = length;
  s.order = order;
  s.type = type;
  return s;
}
Signal scaled(Signal s, double factor, double offset) {
  s.factor = factor;
  s.offset = offset;
  return s;
}
Bytes with(const Signal& s, std::uint64_t raw, std::size_t bytes = 8, std::uint8_t fill = 0) {
  Bytes data(bytes, fill);
  insert(s, raw, data);
  return data;
}

// ---- Frames -------------------------------------------------------------------------------------

TEST(CanFrame, lengths_and_their_codes) {
  static_assert(length_of(8) == 8 && length_of(9) == 12 && length_of(13) == 32 &&
                length_of(15) == 64);
  static_assert(dlc_of(0) == 0 && dlc_of(8) == 8 && dlc_of(9) == 9 && dlc_of(12) == 9);
  static_assert(dlc_of(33) == 14 && dlc_of(48) == 14 && dlc_of(49) == 15 && dlc_of(64) == 15);
  for (int dlc = 0; dlc < 16; ++dlc) EXPECT_EQ(dlc_of(length_of(dlc)), dlc);
}

// ---- Bits ---------------------------------------------------------------------------------------

TEST(SignalBits, by_hand) {
  EXPECT_EQ(with(signal(4, 12), 0xABC, 2), (Bytes{0xC0, 0xAB}));
  EXPECT_EQ(with(signal(7, 16, big_endian), 0x1234, 2), (Bytes{0x12, 0x34}));
  EXPECT_EQ(with(signal(3, 12, big_endian), 0xABC, 2), (Bytes{0x0A, 0xBC}));
  EXPECT_EQ(with(signal(6, 4), 0b1001, 2), (Bytes{0b01000000, 0b00000010}));
  EXPECT_EQ(with(signal(1, 4, big_endian), 0b1001, 2), (Bytes{0b00000010, 0b01000000}));
  EXPECT_EQ(with(signal(12, 1), 1, 2), (Bytes{0, 0x10}));
  EXPECT_EQ(with(signal(3, 64), 0xFEDCBA9876543210, 9),
            (Bytes{0x80, 0x90, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07}));
  EXPECT_EQ(with(signal(7, 32, big_endian, float_32), std::bit_cast<std::uint32_t>(1.0f), 4),
            (Bytes{0x3F, 0x80, 0, 0}));
}

TEST(SignalBits, signs_are_extended) {
  const Signal s = signal(0, 4, little_endian, signed_integer);
  EXPECT_EQ(extract(s, Bytes{0x0E}), ~std::uint64_t{1});  // -2
  EXPECT_EQ(extract(s, Bytes{0xF7}), 7u);
  EXPECT_EQ(extract(signal(0, 64, little_endian, signed_integer), Bytes(8, 0xFF)),
            ~std::uint64_t{0});
}

TEST(SignalBits, at_every_place_what_goes_in_comes_out_and_the_rest_stays) {
  std::mt19937_64 random(1);
  for (const ByteOrder order : {little_endian, big_endian})
    for (int start = 0; start < 80; ++start)
      for (int length = 1; length <= 64; ++length) {
        const Signal s = signal(start, length, order);
        const std::uint64_t raw = random() >> (64 - length);
        const std::uint8_t fill = static_cast<std::uint8_t>(random());
        const Bytes before(20, fill), after = with(s, raw, 20, fill);
        ASSERT_EQ(extract(s, after), raw) << start << ' ' << length;
        const std::uint64_t was = extract(s, before);
        Bytes back = after;
        insert(s, was, back);
        ASSERT_EQ(back, before) << start << ' ' << length;
        int changed = 0;
        for (std::size_t i = 0; i < 20; ++i)
          changed += std::popcount(static_cast<unsigned>(before[i] ^ after[i]));
        ASSERT_EQ(changed, std::popcount(was ^ raw)) << start << ' ' << length;
      }
}

// ---- Values -------------------------------------------------------------------------------------

TEST(SignalValue, factor_and_offset) {
  const Signal s = scaled(signal(0, 16, little_endian, signed_integer), 0.5, -40);
  EXPECT_EQ(physical_of(s, 100), 10.0);
  EXPECT_EQ(physical_of(s, ~std::uint64_t{0}), -40.5);
  EXPECT_EQ(raw_of(s, 10.0).raw, 100u);
  EXPECT_EQ(raw_of(s, -40.5).raw, ~std::uint64_t{0});
  EXPECT_FALSE(raw_of(s, 10.0).clipped);
}

TEST(SignalValue, the_nearest_raw_value_of_two_the_even_one) {
  const Signal s = scaled(signal(0, 8, little_endian, signed_integer), 2, 0);
  EXPECT_EQ(raw_of(s, 3.0).raw, 2u);
  EXPECT_EQ(raw_of(s, 5.0).raw, 2u);
  EXPECT_EQ(raw_of(s, 5.1).raw, 3u);
  EXPECT_EQ(raw_of(s, -3.0).raw, ~std::uint64_t{1});
}

TEST(SignalValue, beyond_the_bits_it_is_clipped) {
  const auto of = [](const Signal& s, double x) {
    const Raw r = raw_of(s, x);
    return std::pair(r.raw, r.clipped);
  };
  using Pair = std::pair<std::uint64_t, bool>;
  const Signal u = signal(0, 8), i = signal(0, 8, little_endian, signed_integer);
  EXPECT_EQ(of(u, 255.4), Pair(255, false));
  EXPECT_EQ(of(u, 255.5), Pair(255, true));
  EXPECT_EQ(of(u, -0.5), Pair(0, false));
  EXPECT_EQ(of(u, -0.6), Pair(0, true));
  EXPECT_EQ(of(i, 127.5), Pair(127, true));
  EXPECT_EQ(of(i, -128.5), Pair(~std::uint64_t{127}, false));
  EXPECT_EQ(of(i, -kInfinity), Pair(~std::uint64_t{127}, true));
  EXPECT_EQ(of(u, kNaN), Pair(0, true));
  EXPECT_EQ(of(signal(0, 64), 0x1p64), Pair(~std::uint64_t{0}, true));
  EXPECT_EQ(of(signal(0, 64), 0x1p63), Pair(std::uint64_t{1} << 63, false));
  EXPECT_EQ(of(signal(0, 64, little_endian, signed_integer), 0x1p63),
            Pair(~std::uint64_t{0} >> 1, true));
  EXPECT_EQ(of(signal(0, 64, little_endian, signed_integer), -0x1p63),
            Pair(std::uint64_t{1} << 63, false));
  EXPECT_EQ(of(signal(0, 1, little_endian, signed_integer), -1.0), Pair(~std::uint64_t{0}, false));
  EXPECT_EQ(of(signal(0, 1, little_endian, signed_integer), 1.0), Pair(0, true));
}

// 3 (2^53 + 1) - 5 = 27021597764222974 lies between two doubles and goes to the even one, ...976; step by step in doubles
// it were ...972.
TEST(SignalValue, whole_factors_are_exact_up_to_the_last_rounding) {
  const Signal s = scaled(signal(0, 64), 3, -5);
  EXPECT_EQ(physical_of(s, (std::uint64_t{1} << 53) + 1), 27021597764222976.0);
  EXPECT_EQ(physical_of(signal(0, 64), ~std::uint64_t{0}), 0x1p64);
  EXPECT_EQ(physical_of(signal(0, 64, little_endian, signed_integer), std::uint64_t{1} << 63),
            -0x1p63);
}

TEST(SignalValue, floats_and_doubles) {
  const Signal f = scaled(signal(0, 32, little_endian, float_32), 2, 1);
  EXPECT_EQ(physical_of(f, std::bit_cast<std::uint32_t>(0.25f)), 1.5);
  EXPECT_EQ(raw_of(f, 1.5).raw, std::bit_cast<std::uint32_t>(0.25f));
  EXPECT_EQ(raw_of(f, 1e39).raw, std::bit_cast<std::uint32_t>(std::numeric_limits<float>::max()));
  EXPECT_TRUE(raw_of(f, 1e39).clipped);
  EXPECT_EQ(raw_of(f, -kInfinity).raw,
            std::bit_cast<std::uint32_t>(-std::numeric_limits<float>::infinity()));
  EXPECT_FALSE(raw_of(f, -kInfinity).clipped);
  const Signal d = signal(0, 64, big_endian, float_64);
  EXPECT_EQ(raw_of(d, 0.1).raw, std::bit_cast<std::uint64_t>(0.1));
  EXPECT_EQ(physical_of(d, std::bit_cast<std::uint64_t>(0.1)), 0.1);
  EXPECT_TRUE(std::isnan(physical_of(d, raw_of(d, kNaN).raw)));
}

// Just below half a step above the largest float it is that float; from there on no float is as near.
TEST(SignalValue, the_largest_float) {
  const Signal f = signal(0, 32, little_endian, float_32);
  const double half_above = 0x1.ffffffp127;
  EXPECT_FALSE(raw_of(f, std::nextafter(half_above, 0.0)).clipped);
  EXPECT_TRUE(raw_of(f, half_above).clipped);
}

TEST(SignalValue, texts) {
  Signal s = signal(0, 8, little_endian, signed_integer);
  s.texts = {{-1, "error"}, {0, "off"}};
  EXPECT_EQ(text_of(s, ~std::uint64_t{0}), "error");
  EXPECT_EQ(text_of(s, 0), "off");
  EXPECT_EQ(text_of(s, 5), "");
}

// ---- Messages -----------------------------------------------------------------------------------

// outer (0: inner and, of it, 1 to 3: a) (7: b); always.
Message multiplexed() {
  return read_database("a.dbc", R"(BO_ 512 M: 4 X
 SG_ outer M : 0|4@1+ (1,0) [0|0] "" X
 SG_ inner m0M : 4|4@1+ (1,0) [0|0] "" X
 SG_ a m0 : 8|8@1+ (0.5,0) [0|0] "" X
 SG_ b m7 : 8|8@1- (1,0) [0|0] "" X
 SG_ always : 24|8@1+ (1,-10) [0|0] "" X
SG_MUL_VAL_ 512 inner outer 0-0;
SG_MUL_VAL_ 512 a inner 1-3;
SG_MUL_VAL_ 512 b outer 7-7, 9-9;
)")
      .messages[0];
}
std::vector<std::pair<int, double>> decoded(const Message& m, const Bytes& data) {
  std::vector<Decoded> all;
  decode(m, data, all);
  std::vector<std::pair<int, double>> values;
  for (const Decoded& d : all) values.emplace_back(d.signal, d.value);
  return values;
}
using Values = std::vector<std::pair<int, double>>;

TEST(CanMessage, only_selected_signals_are_there) {
  const Message m = multiplexed();
  EXPECT_EQ(decoded(m, {0x20, 9, 0, 30}), (Values{{0, 0}, {1, 2}, {2, 4.5}, {4, 20}}));
  EXPECT_EQ(decoded(m, {0x40, 9, 0, 30}), (Values{{0, 0}, {1, 4}, {4, 20}}));
  EXPECT_EQ(decoded(m, {0x27, 0xFF, 0, 30}), (Values{{0, 7}, {3, -1}, {4, 20}}));
  EXPECT_EQ(decoded(m, {0x09, 1, 0, 30}), (Values{{0, 9}, {3, 1}, {4, 20}}));
  EXPECT_EQ(decoded(m, {0x05, 1, 0, 30}), (Values{{0, 5}, {4, 20}}));
}

TEST(CanMessage, what_short_data_do_not_reach_is_not_there) {
  const Message m = multiplexed();
  EXPECT_EQ(decoded(m, {0x20, 9, 0}), (Values{{0, 0}, {1, 2}, {2, 4.5}}));
  EXPECT_EQ(decoded(m, {0x20}), (Values{{0, 0}, {1, 2}}));
  EXPECT_EQ(decoded(m, {}), Values{});
  EXPECT_EQ(decoded(m, {0x20, 9, 0, 30, 1, 2, 3}).size(), 4u);
}

TEST(CanMessage, only_selected_signals_are_written) {
  const Message m = multiplexed();
  const auto data = [&](std::vector<double> values) {
    const Frame f = encode(m, values).frame;
    return Bytes(f.data.begin(), f.data.begin() + f.length);
  };
  EXPECT_EQ(data({0, 2, 4.5, -1, 20}), (Bytes{0x20, 9, 0, 30}));
  EXPECT_EQ(data({7, 2, 4.5, -1, 20}), (Bytes{0x07, 0xFF, 0, 30}));
  EXPECT_EQ(data({5, 2, 4.5, -1, 20}), (Bytes{0x05, 0, 0, 30}));
}

TEST(CanMessage, clipped_values_count_where_they_are_written) {
  const Message m = multiplexed();
  EXPECT_EQ(encode(m, std::vector<double>{0, 2, 500, 500, 500}).clipped, 2);
  EXPECT_EQ(encode(m, std::vector<double>{5, 2, 500, 500, 500}).clipped, 1);
  EXPECT_EQ(encode(m, std::vector<double>{0, 2, 4.5, 0, 0}).clipped, 0);
}

TEST(CanMessage, its_frame) {
  Message m = multiplexed();
  m.extended = m.fd = m.bit_rate_switch = true;
  m.length = 9;
  const Frame f = encode(m, initial_values(m)).frame;
  EXPECT_EQ(f.id, 512u);
  EXPECT_TRUE(f.extended && f.fd && f.bit_rate_switch);
  EXPECT_FALSE(f.remote || f.error);
  EXPECT_EQ(f.length, 12);  // the next length that FD has
}

TEST(CanMessage, initial_values_are_physical) {
  Message m = multiplexed();
  m.signals[2].initial = 3;
  EXPECT_EQ(initial_values(m), (std::vector<double>{0, 0, 1.5, 0, -10}));
}

}  // namespace
}  // namespace evsim::can
