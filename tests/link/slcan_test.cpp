#include "sim/link/slcan.h"

#include <gtest/gtest.h>

#include <random>

namespace evsim::can::slcan {
namespace {

using Kind = Received::Kind;

std::string said(const Frame& f) {
  std::string out;
  EXPECT_TRUE(append(out, f));
  return out;
}
Frame with_data(Frame f) {
  for (std::size_t i = 0; i < f.length; ++i) f.data[i] = static_cast<std::uint8_t>(17 * i + 1);
  return f;
}
Frame random_frame(std::mt19937& random) {
  Frame f{.extended = random() % 2 == 0, .fd = random() % 2 == 0};
  f.id =
      static_cast<std::uint32_t>(random()) & (f.extended ? kLargestExtendedId : kLargestStandardId);
  f.remote = !f.fd && random() % 4 == 0;
  f.bit_rate_switch = f.fd && random() % 2 == 0;
  f.length = length_of(static_cast<int>(random() % (f.fd ? 16 : 9)));
  if (!f.remote)
    for (std::size_t i = 0; i < f.length; ++i) f.data[i] = static_cast<std::uint8_t>(random());
  return f;
}
bool grant_all(const Request&) { return true; }

// The examples of drivers/net/can/slcan/slcan-core.c, and FD's of CANable's README.
TEST(Slcan, frames_by_hand) {
  EXPECT_EQ(said({.id = 0x123}), "t1230\r");
  EXPECT_EQ(said({.id = 0x456, .length = 3, .data = {0x11, 0x22, 0x33}}), "t4563112233\r");
  EXPECT_EQ(said({.id = 0x12ABCDEF, .extended = true, .length = 2, .data = {0xAA, 0x55}}),
            "T12ABCDEF2AA55\r");
  EXPECT_EQ(said({.id = 0x123, .remote = true, .length = 5}), "r1235\r");
  EXPECT_EQ(said({.id = 1, .extended = true, .remote = true}), "R000000010\r");
  EXPECT_EQ(said(with_data({.id = 7, .fd = true, .length = 12})),
            "d00790112233445566778899AABBC\r");
  EXPECT_EQ(said({.id = 7, .extended = true, .fd = true, .length = 1, .data = {9}}),
            "D00000007109\r");
  EXPECT_EQ(said({.id = 7, .fd = true, .bit_rate_switch = true}), "b0070\r");
  EXPECT_EQ(said({.id = 7, .fd = true, .bit_rate_switch = true, .length = 64}).size(),
            5u + 128 + 1);
  std::string out;
  EXPECT_TRUE(append(out, {.id = 0x100, .length = 1, .data = {0xFE}}, 0xABC));
  EXPECT_EQ(out, "t1001FE0ABC\r");
  EXPECT_FALSE(append(out, {.id = 0x800}));
  EXPECT_FALSE(append(out, {.error = true}));
  EXPECT_EQ(out, "t1001FE0ABC\r");
}

TEST(Slcan, what_is_said_is_read) {
  std::mt19937 random(1);
  for (int n = 0; n < 20'000; ++n) {
    const Frame f = random_frame(random);
    std::string out;
    const std::optional<std::uint32_t> stamp =
        n % 2 == 0 ? std::optional(random() % 60'000u) : std::nullopt;
    ASSERT_TRUE(append(out, f, stamp));
    out.pop_back();
    const auto back = frame_of(out);
    ASSERT_TRUE(back) << out;
    EXPECT_EQ(back->frame, f) << out;
    EXPECT_EQ(back->stamp, stamp) << out;
  }
}

TEST(Slcan, lines_that_are_no_frames) {
  for (const char* line : {"",         "t",        "t12",        "t123",     "t1239", "t123A",
                           "t12G0",    "t8000",    "T200000000", "T1234567", "t1231", "t12311",
                           "t123111A", "t1231112", "t1231112AB", "t12311X",  "d123G", "d123F00",
                           "r1230AB",  "x1230",    "t 123",      "t+120"})
    EXPECT_FALSE(frame_of(line)) << line;
  EXPECT_TRUE(frame_of("t1231ab"));  // small letters
  EXPECT_EQ(frame_of("r12300001")->stamp, 1u);
  EXPECT_EQ(frame_of("t123012345678")->stamp, 0x12345678u);
}

TEST(SlcanClient, all_that_an_adapter_says) {
  Client c;
  const auto r = c.feed("\r\az\rZ\rV1013\rNEV01\rF08\rsa057033\re3bcO\rt1001FE0ABC\r");
  ASSERT_EQ(r.size(), 10u);
  EXPECT_EQ(r[0].kind, Kind::done);
  EXPECT_EQ(r[1].kind, Kind::refused);
  EXPECT_EQ(r[2].kind, Kind::sent);
  EXPECT_EQ(r[3].kind, Kind::sent);
  EXPECT_EQ(r[4].kind, Kind::version);
  EXPECT_EQ(r[4].text, "1013");
  EXPECT_EQ(r[5].kind, Kind::serial_number);
  EXPECT_EQ(r[5].text, "EV01");
  EXPECT_EQ(r[6].kind, Kind::status);
  EXPECT_EQ(r[6].number, 8);
  EXPECT_EQ(r[7].kind, Kind::state);
  EXPECT_EQ(r[7].text, "a");
  EXPECT_EQ(r[7].rec, 57);
  EXPECT_EQ(r[7].tec, 33);
  EXPECT_EQ(r[8].kind, Kind::bus_error);
  EXPECT_EQ(r[8].frame.frame.id, 0x8Cu);  // CAN_ERR_CRTL, CAN_ERR_PROT, CAN_ERR_BUSERROR
  EXPECT_EQ(error_letters(r[8].frame.frame), "cbO");
  EXPECT_EQ(r[9].frame.frame.data[0], 0xFE);
  EXPECT_EQ(r[9].frame.stamp, 0xABCu);
  EXPECT_EQ(c.rejected(), Rejected{});
}

TEST(SlcanClient, any_split_of_the_stream_gives_the_same) {
  std::mt19937 random(2);
  std::string stream;
  std::vector<Frame> frames;
  for (int n = 0; n < 300; ++n) {
    frames.push_back(random_frame(random));
    append(stream, frames.back());
    if (n % 3 == 0) stream += "\n";
  }
  for (int trial = 0; trial < 50; ++trial) {
    Client c;
    std::vector<Frame> got;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t n = 1 + random() % (trial == 0 ? 1 : 40);
      for (const Received& r : c.feed(std::string_view(stream).substr(at, n))) {
        ASSERT_EQ(r.kind, Kind::frame);
        got.push_back(r.frame.frame);
      }
      at += n;
    }
    EXPECT_EQ(got, frames);
    EXPECT_EQ(c.rejected(), Rejected{});
  }
}

TEST(SlcanClient, goes_on_after_garbage_and_counts_it) {
  Client c;
  std::string noise(1000, 'x');
  noise[500] = '\0';
  auto r = c.feed(noise + "\rt1230\r");
  ASSERT_EQ(r.size(), 1u);
  EXPECT_EQ(r[0].frame.frame.id, 0x123u);
  r = c.feed(
      "?what\rt12\rt1230\a"
      "F1\re2a\rsx000000\rsa00000\rz1\rt4560\r");
  ASSERT_EQ(r.size(), 2u);
  EXPECT_EQ(r[0].kind, Kind::refused);  // and the frame cut short by BEL is none
  EXPECT_EQ(r[1].frame.frame.id, 0x456u);
  EXPECT_EQ(c.rejected(), (Rejected{.overlong = 1, .unknown = 1, .malformed = 7}));
}

TEST(SlcanClient, opens_with_the_codes_of_the_bit_rates) {
  EXPECT_EQ(opening({}), "C\rS6\rO\r");  // as the Linux driver
  EXPECT_EQ(
      opening(
          {.bit_rate = 1'000'000, .data_bit_rate = 5'000'000, .listen_only = true, .stamps = true}),
      "C\rS8\rY5\rZ1\rL\r");
  EXPECT_EQ(opening({.bit_rate = 750'000}), "C\rS7\rO\r");
  EXPECT_FALSE(opening({.bit_rate = 123'456}));
  EXPECT_FALSE(opening({.data_bit_rate = 3'000'000}));
}

// What python-can sends when it opens at 500 kbit/s without a data rate, which leaves an empty line; it opens twice.
TEST(SlcanDevice, serves_python_can) {
  std::vector<Request> requests;
  Device d;
  d.feed("C\rS6\r\rO\rO\rV\rN\rt1232AABB\rT000000010\rb00F9" + std::string(24, '0') + "\rF\rC\r",
         [&](const Request& r) {
           requests.push_back(r);
           return true;
         });
  EXPECT_EQ(d.take_output(), "\r\r\r\rV1013\rNEV01\rz\rZ\rz\rF00\r\r");
  ASSERT_EQ(requests.size(), 6u);
  EXPECT_EQ(requests[0].kind, Request::Kind::bit_rate);
  EXPECT_EQ(requests[0].bit_rate, 500'000);
  EXPECT_EQ(requests[1].kind, Request::Kind::open);
  EXPECT_EQ(requests[2].frame, (Frame{.id = 0x123, .length = 2, .data = {0xAA, 0xBB}}));
  EXPECT_TRUE(requests[3].frame.extended);
  EXPECT_EQ(requests[4].frame,
            (Frame{.id = 15, .fd = true, .bit_rate_switch = true, .length = 12}));
  EXPECT_EQ(requests[5].kind, Request::Kind::close);
  EXPECT_FALSE(d.is_open());
  EXPECT_EQ(d.rejected(), Rejected{});
}

TEST(SlcanDevice, refuses_by_bell_and_counts) {
  Device d;
  d.feed("t1230\r", grant_all);     // closed
  d.feed("F\r", grant_all);         // only when open
  d.feed("O\rL\rS6\r", grant_all);  // L and S while open
  d.feed("t12\r", grant_all);       // no frame
  d.feed("Q1\r", grant_all);        // unknown
  d.feed("S\rS12\rsFFF\rY3\rM1\rZ2\rOx\rt12300ABC\r", grant_all);
  d.feed(std::string(300, 't') + "\r", grant_all);
  d.feed("t12\a", grant_all);
  EXPECT_EQ(d.take_output(), "\a\a\r\a\a\a\a" + std::string(8, '\a') + "\a\a");
  EXPECT_EQ(d.rejected(), (Rejected{.overlong = 1, .unknown = 1, .malformed = 10, .refused = 4}));
  d.feed("t1230\r", [](const Request&) { return false; });  // no room
  EXPECT_EQ(d.take_output(), "\a");
  d.feed("C\rL\rt1230\r", grant_all);  // listens only
  EXPECT_EQ(d.take_output(), "\r\r\a");
}

TEST(SlcanDevice, delivers_with_time_stamps_only_while_open) {
  Device d;
  const Frame f{.id = 0x100, .length = 1, .data = {1}};
  d.deliver(f, 0);
  EXPECT_EQ(d.take_output(), "");
  d.feed("Z1\rO\r", grant_all);
  d.deliver(f, 61'234'000'000);  // 1.234 s of the second minute: 0x04D2 ms
  EXPECT_EQ(d.take_output(), "\r\rt10010104D2\r");
}

TEST(SlcanDevice, a_computer_that_does_not_read_loses_frames_and_is_told) {
  Device d({.most_unread = 20});
  d.feed("O\r", grant_all);
  for (int i = 0; i < 10; ++i) d.deliver({.id = 0x123}, 0);
  EXPECT_EQ(d.lost(), 6);  // 1 + 4 of 6 bytes are there at 20 or more
  EXPECT_EQ(d.take_output(), "\rt1230\rt1230\rt1230\rt1230\r");
  d.feed("F\rF\r", grant_all);
  EXPECT_EQ(d.take_output(), "F08\rF00\r");
}

TEST(SlcanDevice, what_a_computer_asks_and_does_not_read_is_bounded) {
  Device d({.most_unread = 20});
  d.feed("O\r", grant_all);
  int sent = 0;
  for (int i = 0; i < 100; ++i)
    d.feed("V\rN\rF\rt1230\r", [&](const Request& r) {
      sent += r.kind == Request::Kind::send;
      return true;
    });
  EXPECT_EQ(sent, 100);  // on the bus they are
  EXPECT_EQ(d.take_output(), "\rV1013\rNEV01\rF00\rz\rV1013\r");
  d.feed("N\r", grant_all);
  EXPECT_EQ(d.take_output(), "NEV01\r");
}

TEST(SlcanDevice, the_status_flags_tell_the_state_of_the_controller) {
  Device d;
  d.feed("O\rF\r", grant_all);
  for (const char state : {'w', 'p', 'b', 'a'}) {
    d.report_state(state, 0, 0);  // no line: errors are not reported
    d.feed("F\r", grant_all);
  }
  EXPECT_EQ(d.take_output(), "\rF00\rF04\rF24\rFA4\rF00\r");
  Device full({.most_unread = 20});
  full.feed("O\r", grant_all);
  full.report_state('p', 0, 128);
  for (int i = 0; i < 10; ++i) full.deliver({.id = 0x123}, 0);
  full.take_output();
  full.feed("F\rF\r", grant_all);
  EXPECT_EQ(full.take_output(), "F2C\rF24\r");
}

TEST(SlcanDevice, reports_errors_as_linux_reads_them) {
  Device d({.reports_errors = true});
  d.feed("O\r", grant_all);
  d.deliver(*error_of("a"), 0);
  d.report_state('b', 256, 256);
  EXPECT_EQ(d.take_output(), "\re1a\rsb256256\r");
  Device silent;
  silent.feed("O\r", grant_all);
  silent.deliver(*error_of("a"), 0);
  silent.report_state('p', 0, 128);
  EXPECT_EQ(silent.take_output(), "\r");
}

TEST(SlcanDevice, noise_never_opens_or_sends_and_is_counted) {
  std::mt19937 random(5);
  Device d;
  std::string noise;
  std::int64_t lines = 0;
  for (int i = 0; i < 100'000; ++i) {
    const bool ends = random() % 32 == 0;
    if (ends && !noise.empty() && noise.back() != '\r') ++lines;
    noise += static_cast<char>(ends ? '\r' : 128 + random() % 128);
  }
  noise += '\xFF';
  int requests = 0;
  d.feed(noise, [&](const Request&) { return ++requests > 0; });
  EXPECT_EQ(requests, 0);
  EXPECT_EQ(d.rejected().total(), lines);
  d.take_output();
  d.feed("\rO\rt1230\r", grant_all);
  EXPECT_EQ(d.take_output(), "\a\rz\r");
}

}  // namespace
}  // namespace evsim::can::slcan
