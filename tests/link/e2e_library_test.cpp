// Protection by a maker's own rules: the library of docs/examples/link, and ones that go wrong.
#include "sim/link/e2e_library.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "sim/base/errors.h"
#include "sim/run/controller.h"

namespace evsim::link {
namespace {

using e2e::Status;
using Bytes = std::array<std::uint8_t, 4>;

std::string file(const std::string& name) {
  return std::string(EVSIM_CONTROLLERS) + "/" + name + ".so";
}
e2e::Config own(const std::string& name, int length) {
  e2e::Config c{.profile = e2e::Profile::own, .length = length, .data_id = 0x1234, .data_ids = {}};
  c.rules = load_e2e(file(name));
  return c;
}
std::string refusal(const std::string& path) {
  try {
    load_e2e(path);
  } catch (const InputError& e) {
    return e.problems().front().what;
  }
  return "";
}

// 4 + 0x34 + 0x12 + 0xA0 + 0x01 + 0xFF = 0x1EA, then one more with each counter.
TEST(E2eLibrary, a_message_gets_the_counter_and_the_sum_of_its_rules) {
  const e2e::Config c = own("own_e2e", 4);
  EXPECT_EQ(refusal(c), "");
  e2e::Sender s;
  Bytes data{0, 0xA7, 0x01, 0xFF};
  e2e::protect(c, s, data);
  EXPECT_EQ(data, (Bytes{0xEA, 0xA0, 0x01, 0xFF}));
  e2e::protect(c, s, data);
  EXPECT_EQ(data, (Bytes{0xEB, 0xA1, 0x01, 0xFF}));
  for (int k = 2; k < 16; ++k) e2e::protect(c, s, data);
  EXPECT_EQ(data[1], 0xAF);
  e2e::protect(c, s, data);
  EXPECT_EQ(data[1], 0xA0);
}

TEST(E2eLibrary, a_receiver_finds_what_is_altered_repeated_or_missing) {
  const e2e::Config c = own("own_e2e", 4);
  e2e::Sender s{.counter = 14};
  e2e::Receiver r(c);
  Bytes data{};
  const auto next = [&] {
    e2e::protect(c, s, data);
    return e2e::check(c, r, data);
  };
  EXPECT_EQ(next(), Status::initial);
  EXPECT_EQ(next(), Status::ok);
  EXPECT_EQ(next(), Status::ok);  // 15, then 0
  EXPECT_EQ(e2e::check(c, r, data), Status::repeated);
  EXPECT_EQ(e2e::check(c, r, {}), Status::no_new_data);
  EXPECT_EQ(e2e::check(c, r, std::span(data).first(3)), Status::error);
  e2e::protect(c, s, data);
  data[2] ^= 1;
  EXPECT_EQ(e2e::check(c, r, data), Status::error);
  EXPECT_EQ(next(), Status::wrong_sequence);
  EXPECT_EQ(next(), Status::ok);
  e2e::Config patient = c;
  patient.most_delta = 2;
  e2e::protect(c, s, data);
  e2e::protect(c, s, data);
  EXPECT_EQ(e2e::check(patient, r, data), Status::ok_some_lost);
  EXPECT_EQ(r.lost, 1);
  e2e::Config other = c;
  other.data_id = 0x1235;
  e2e::protect(other, s, data);
  EXPECT_EQ(e2e::check(c, r, data), Status::error);
}

TEST(E2eLibrary, what_is_no_library_of_protection_is_refused_with_its_reason) {
  const auto says = [](const std::string& name, const std::string& part) {
    return refusal(file(name)).find(part) != std::string::npos;
  };
  EXPECT_TRUE(says("no_such_file", "no_such_file.so: no such file"));
  EXPECT_NE(refusal(EVSIM_SOURCE_DIR "/README.md").find("can't be loaded"), std::string::npos);
  EXPECT_TRUE(says("foc", "exports no evsim_e2e_get; does it include evsim_e2e.h"));
  EXPECT_TRUE(says("e2e_wrong_abi", "was built for version 7 of the interface, this is 1"));
  EXPECT_TRUE(says("e2e_wrong_size", "its table has another size"));
  EXPECT_TRUE(says("e2e_no_table", "gives no table"));
  EXPECT_TRUE(says("e2e_no_check", "has no protect or no check"));
  EXPECT_TRUE(says("e2e_counters", "has 257 values of the counter; must be at most 256"));
}

TEST(E2eLibrary, one_that_crashes_ends_the_run_with_its_cause) {
  const e2e::Config c = own("e2e_abort", 4);
  e2e::Sender s;
  Bytes data{};
  try {
    e2e::protect(c, s, data);
    FAIL();
  } catch (const controller::Failure& e) {
    EXPECT_NE(std::string(e.what()).find("e2e_abort.so: protect: "), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace evsim::link
