#include "sim/link/can_log.h"

#include <gtest/gtest.h>

#include <random>

#include "sim/base/errors.h"

namespace evsim::can {
namespace {

constexpr TimeNs kSecond = 1'000'000'000;

template <class Read> std::string complaint(const Read& read) {
  try {
    read();
  } catch (const InputError& e) {
    std::string all;
    for (const Problem& p : e.problems()) all += (all.empty() ? "" : "\n") + to_string(p);
    return all;
  }
  return "";
}
std::string candump_complaint(const std::string& text) {
  return complaint([&] { read_candump(text, "a.log"); });
}
std::string asc_complaint(const std::string& text) {
  return complaint([&] { read_asc(text, "a.asc"); });
}

LogEntry random_entry(std::mt19937& random, TimeNs& t) {
  LogEntry e;
  t += static_cast<TimeNs>(random() % 2'000'000'000);
  if (random() % 2 == 0) t -= t % 1'000;
  e.t = t;
  e.direction = random() % 2 == 0 ? Direction::received : Direction::transmitted;
  e.channel = std::to_string(1 + random() % 4);
  Frame& f = e.frame;
  f.extended = random() % 2 == 0;
  f.fd = random() % 2 == 0;
  f.id =
      static_cast<std::uint32_t>(random()) & (f.extended ? kLargestExtendedId : kLargestStandardId);
  f.remote = !f.fd && random() % 4 == 0;
  f.bit_rate_switch = f.fd && random() % 2 == 0;
  f.error_state = f.fd && random() % 2 == 0;
  f.length = length_of(static_cast<int>(random() % (f.fd ? 16 : 9)));
  if (!f.remote)
    for (std::size_t i = 0; i < f.length; ++i) f.data[i] = static_cast<std::uint8_t>(random());
  return e;
}

// ---- candump -------------------------------------------------------------------------------------

// The examples of can-utils' lib.h among them.
TEST(CanLog, candump_lines_by_hand) {
  const CanLog log = read_candump(
      "(1436509052.249713) vcan0 123#1122AA\n"
      "\r\n"
      "(0.5) can1 12345678#112233 T\r\n"
      "(1) c 00000123#\n"
      "(1.000000001) can0 12345678#R5 R\n"
      "(2.0) can0 123#r\n"
      "(3.0) can0 123##0112233\n"
      "(3.0) can0 123##311.22\n"
      "(3.0) can0 12345678##5\n"
      "(4.0) can0 20000080#0000190000000000",
      "a.log");
  ASSERT_EQ(log.entries.size(), 9u);
  const auto& e = log.entries;
  EXPECT_EQ(e[0], (LogEntry{.t = 1'436'509'052'249'713'000,
                            .channel = "vcan0",
                            .frame = {.id = 0x123, .length = 3, .data = {0x11, 0x22, 0xAA}}}));
  EXPECT_EQ(e[1].t, kSecond / 2);
  EXPECT_EQ(e[1].direction, Direction::transmitted);
  EXPECT_TRUE(e[1].frame.extended);
  EXPECT_EQ(e[2].frame, (Frame{.id = 0x123, .extended = true}));
  EXPECT_EQ(e[3].t, kSecond + 1);
  EXPECT_EQ(e[3].frame, (Frame{.id = 0x12345678, .extended = true, .remote = true, .length = 5}));
  EXPECT_EQ(e[4].frame, (Frame{.id = 0x123, .remote = true}));
  EXPECT_EQ(e[5].frame, (Frame{.id = 0x123, .fd = true, .length = 3, .data = {0x11, 0x22, 0x33}}));
  EXPECT_EQ(e[6].frame, (Frame{.id = 0x123,
                               .fd = true,
                               .bit_rate_switch = true,
                               .error_state = true,
                               .length = 2,
                               .data = {0x11, 0x22}}));
  EXPECT_EQ(e[7].frame,
            (Frame{.id = 0x12345678, .extended = true, .fd = true, .bit_rate_switch = true}));
  EXPECT_EQ(e[8].frame, (Frame{.id = 0x80, .error = true, .length = 8, .data = {0, 0, 0x19}}));
  EXPECT_EQ(candump_line(e[0]), "(1436509052.249713) vcan0 123#1122AA\n");
  EXPECT_EQ(candump_line(e[3]), "(1.000000001) can0 12345678#R5 R\n");
  EXPECT_EQ(candump_line(e[6]), "(3.000000) can0 123##31122\n");
  EXPECT_EQ(candump_line(e[8]), "(4.000000) can0 20000080#0000190000000000\n");
}

TEST(CanLog, candump_is_read_as_it_was_written) {
  std::mt19937 random(1);
  std::vector<LogEntry> entries;
  std::string text;
  TimeNs t = 1'700'000'000 * kSecond;
  for (int i = 0; i < 5'000; ++i) {
    LogEntry e = random_entry(random, t);
    e.channel = "can" + e.channel;
    if (i % 5 == 0) e.direction = Direction::unknown;
    if (i % 7 == 0) {
      e.frame = {.id = static_cast<std::uint32_t>(random()) & kLargestExtendedId,
                 .error = true,
                 .length = 8};
      e.frame.data[2] = static_cast<std::uint8_t>(random());
    }
    entries.push_back(e);
    text += candump_line(e);
  }
  const CanLog log = read_candump(text, "a.log");
  EXPECT_EQ(log.entries, entries);
  std::string again;
  for (const LogEntry& e : log.entries) again += candump_line(e);
  EXPECT_EQ(again, text);
}

TEST(CanLog, wrong_candump_lines_have_their_messages) {
  const std::pair<const char*, const char*> cases[]{
      {"1.0 can0 123#",
       "time: got \"1.0\", must be (SECONDS.DECIMALS), up to 2096 and with at most 9 decimals"},
      {"(1.0000000001) can0 123#",
       "time: got \"(1.0000000001)\", must be (SECONDS.DECIMALS), up to 2096 and with at most 9 "
       "decimals"},
      {"(4000000000.0) can0 123#",
       "time: got \"(4000000000.0)\", must be (SECONDS.DECIMALS), up to 2096 and with at most 9 "
       "decimals"},
      {"(-1.0) can0 123#",
       "time: got \"(-1.0)\", must be (SECONDS.DECIMALS), up to 2096 and with at most 9 decimals"},
      {"(1.) can0 123#",
       "time: got \"(1.)\", must be (SECONDS.DECIMALS), up to 2096 and with at most 9 decimals"},
      {"(1.0)", "interface: got nothing, must be a name such as can0"},
      {"(1.0) can0", "frame: got nothing, must be IDENTIFIER#DATA, #R or ##FLAGS and DATA"},
      {"(1.0) can0 123", "frame: got \"123\", must be IDENTIFIER#DATA, #R or ##FLAGS and DATA"},
      {"(1.0) can0 12#", "identifier: got \"12\", must be 3 hex digits, or 8 of an extended one"},
      {"(1.0) can0 #12", "identifier: got nothing, must be 3 hex digits, or 8 of an extended one"},
      {"(1.0) can0 12G#", "identifier: got \"12G\", must be 3 hex digits, or 8 of an extended one"},
      {"(1.0) can0 800#", "identifier: got \"800\", must be at most 7FF hex"},
      {"(1.0) can0 80000000#", "identifier: got \"80000000\", must be at most 1FFFFFFF hex"},
      {"(1.0) can0 123#1", "data: got \"1\", must be two hex digits a byte"},
      {"(1.0) can0 123#11_9", "data: got \"_9\", must be two hex digits a byte"},
      {"(1.0) can0 123#112233445566778899",
       "data: more than 8 bytes; CAN FD has ## and a digit of flags"},
      {"(1.0) can0 123##", "flags of CAN FD: got nothing, must be a digit from 0 to 7"},
      {"(1.0) can0 123##8", "flags of CAN FD: got \"8\", must be a digit from 0 to 7"},
      {"(1.0) can0 123##0112233445566778899",
       "data: got 9 bytes, must be 0 to 8, 12, 16, 20, 24, 32, 48 or 64"},
      {"(1.0) can0 123#R9", "length of a remote frame: got \"9\", must be 0 to 8"},
      {"(1.0) can0 123# X", "direction: got \"X\", must be R, T or nothing"},
      {"(1.0) can0 123# R R", "end of line: got \"R\", must be nothing"}};
  for (const auto& [line, message] : cases)
    EXPECT_EQ(candump_complaint(std::string("(0.0) can0 123#\n") + line + "\n"),
              std::string("a.log:2: ") + message);
  EXPECT_EQ(candump_complaint("(1.0) can0 123##0" + std::string(130, '1')),
            "a.log:1: data: more than 64 bytes");
}

TEST(CanLog, all_that_is_wrong_at_once_and_the_rest_counted) {
  std::string text;
  for (int i = 0; i < 25; ++i) text += "(1.0) can0 800#\n";
  const std::string all = candump_complaint(text);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 20);
  EXPECT_TRUE(all.ends_with("a.log: and 5 more")) << all;
}

// ---- ASC -----------------------------------------------------------------------------------------

const std::string kAsc =
    "date Sat Sep 30 15:06:13.191 2017\n"
    "base hex  timestamps absolute\n"
    "internal events logged\n"
    "// version 9.0.0\n"
    "Begin Triggerblock Sat Sep 30 15:06:13.191 2017\n"
    "   0.000000 Start of measurement\n"
    "   0.015991 1  Statistic: D 0 R 0 XD 0 XR 0 E 0 O 0 B 0.00%\n"
    "   2.501000 1  1C4             Rx   d 8 20 11 01 00 30 38 00 FF  Length = 238000 BitCount = "
    "122 ID = 452\n"
    "   2.6 2  18EBFF00x  Tx   d 1 01\n"
    "   3.0 1  7FF  Rx   r\n"
    "   3.1 1  7FF  Rx   r 8 Length = 0\n"
    "   3.2 1  ErrorFrame\n"
    "   3.3 1  100 TxRq d 1 01\n"
    "   4.000000001 CANFD   1 Rx        123                                  1 0 9 12 00 01 02 03 "
    "04 05 06 07 08 09 0A "
    "0B   130000  130 303000 e0006659 46500250 4b140250 20011736 2001040d\n"
    "   5.0 CANFD   2 Tx   12345678x  Some_Message   0 1 0  0 0 0 5000 0 0 0 0 0\n"
    "   6.0 CANFD   1 Rx ErrorFrame Not Acknowledge error\n"
    "End TriggerBlock\n";

TEST(CanLog, asc_by_hand) {
  const CanLog log = read_asc(kAsc, "a.asc");
  const auto& e = log.entries;
  ASSERT_EQ(e.size(), 8u);
  EXPECT_EQ(log.date, "Sat Sep 30 15:06:13.191 2017");
  EXPECT_EQ(log.passed_over, 7);
  EXPECT_EQ(
      e[0],
      (LogEntry{
          .t = 2'501'000'000,
          .channel = "1",
          .frame = {.id = 0x1C4, .length = 8, .data = {0x20, 0x11, 1, 0, 0x30, 0x38, 0, 0xFF}},
          .direction = Direction::received}));
  EXPECT_EQ(e[1].frame, (Frame{.id = 0x18EBFF00, .extended = true, .length = 1, .data = {1}}));
  EXPECT_EQ(e[1].direction, Direction::transmitted);
  EXPECT_EQ(e[2].frame, (Frame{.id = 0x7FF, .remote = true}));
  EXPECT_EQ(e[3].frame, (Frame{.id = 0x7FF, .remote = true, .length = 8}));
  EXPECT_EQ(e[4].frame, Frame{.error = true});
  EXPECT_EQ(e[5].t, 4 * kSecond + 1);
  EXPECT_EQ(e[5].frame.length, 12);
  EXPECT_EQ(e[5].frame.data[11], 0x0B);
  EXPECT_TRUE(e[5].frame.fd && e[5].frame.bit_rate_switch && !e[5].frame.error_state);
  EXPECT_EQ(e[6].channel, "2");
  EXPECT_EQ(e[6].frame,
            (Frame{.id = 0x12345678, .extended = true, .fd = true, .error_state = true}));
  EXPECT_EQ(e[7].frame, Frame{.error = true});
}

TEST(CanLog, asc_in_decimal_and_with_times_from_line_to_line) {
  const CanLog log = read_asc(
      "base dec timestamps relative\n"
      "1.0 1 291x Rx d 2 16 255\n"
      "0.5 1 Statistic: nothing\n"
      "0.25 1 17 Rx d 0\n",
      "a.asc");
  ASSERT_EQ(log.entries.size(), 2u);
  EXPECT_EQ(log.entries[0].frame,
            (Frame{.id = 0x123, .extended = true, .length = 2, .data = {16, 255}}));
  EXPECT_EQ(log.entries[1].t, kSecond + kSecond * 3 / 4);
  EXPECT_EQ(log.entries[1].frame.id, 17u);
}

TEST(CanLog, asc_is_read_as_it_was_written) {
  std::mt19937 random(2);
  std::vector<LogEntry> entries;
  const std::string date = "Thu Nov 26 12:00:00.000 2026";
  std::string text = asc_head(date);
  TimeNs t = 0;
  for (int i = 0; i < 5'000; ++i) {
    LogEntry e = random_entry(random, t);
    if (i % 9 == 0) {
      e.frame = {.error = true};
      e.direction = Direction::unknown;
    }
    entries.push_back(e);
    text += asc_line(e);
  }
  text += asc_tail();
  const CanLog log = read_asc(text, "a.asc");
  EXPECT_EQ(log.entries, entries);
  EXPECT_EQ(log.date, date);
  std::string again = asc_head(log.date);
  for (const LogEntry& e : log.entries) again += asc_line(e);
  EXPECT_EQ(again + asc_tail(), text);
}

TEST(CanLog, wrong_asc_lines_have_their_messages) {
  const std::pair<const char*, const char*> cases[]{
      {"base oct", "base: got \"oct\", must be hex or dec"},
      {"base hex timestamps never", "timestamps: got \"never\", must be absolute or relative"},
      {"1.0.0 1 123 Rx d 0",
       "time: got \"1.0.0\", must be SECONDS.DECIMALS, up to 2096 and with at most 9 decimals"},
      {"1.0 1 12G Rx d 0",
       "identifier: got \"12G\", must be a number, with x behind an extended one"},
      {"1.0 1 x Rx d 0", "identifier: got \"x\", must be a number, with x behind an extended one"},
      {"1.0 1 800 Rx d 0", "identifier: got \"800\", must be at most 7FF hex"},
      {"1.0 1 20000000x Rx d 0", "identifier: got \"20000000x\", must be at most 1FFFFFFF hex"},
      {"1.0 1 123 Rx q 0", "kind: got \"q\", must be d (data) or r (remote)"},
      {"1.0 1 123 Rx", "kind: got nothing, must be d (data) or r (remote)"},
      {"1.0 1 123 Rx d", "length code: got nothing, must be 0 to 8"},
      {"1.0 1 123 Rx d 10", "length code: got \"10\", must be 0 to 8"},
      {"1.0 1 123 Rx d 2 11", "data, byte 2 of 2: got nothing, must be 0 to FF"},
      {"1.0 1 123 Rx d 2 11 100", "data, byte 2 of 2: got \"100\", must be 0 to FF"},
      {"1.0 CANFD x Rx 123 0 0 0 0", "channel: got \"x\", must be a number"},
      {"1.0 CANFD 1 Rx 123 name 2 0 0 0", "bit rate switch: got \"2\", must be 0 or 1"},
      {"1.0 CANFD 1 Rx 123 1 2 0 0", "error state: got \"2\", must be 0 or 1"},
      {"1.0 CANFD 1 Rx 123 1 0 g 0", "length code: got \"g\", must be 0 to f"},
      {"1.0 CANFD 1 Rx 123 1 0 9 9 00", "bytes: got \"9\", must be 12, as the length code says"},
      {"1.0 CANFD 1 Rx 123 1 0 1 1 zz", "data, byte 1 of 1: got \"zz\", must be 0 to FF"}};
  for (const auto& [line, message] : cases)
    EXPECT_EQ(asc_complaint(std::string("// by hand\n") + line + "\n"),
              std::string("a.asc:2: ") + message);
}

}  // namespace
}  // namespace evsim::can
