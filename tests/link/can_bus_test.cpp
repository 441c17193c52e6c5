#include "sim/link/can_bus.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

namespace evsim::can {
namespace {

using Kind = BusEvent::Kind;

// At 500 kbit/s. A frame with identifier 0 and no data has 50 bits (tests/link/can_wire_test.cpp), 53 with intermission; its
// ACK slot is bit 41, its arbitration field ends before bit 15.
constexpr TimeNs kBit = 2'000;  // [ns]
constexpr int kFrameBits = 50, kAck = 41, kArbitrationEnd = 15;
const Frame kZero{};

std::vector<BusEvent> of(const std::vector<BusEvent>& events, Kind kind) {
  std::vector<BusEvent> out;
  for (const BusEvent& e : events)
    if (e.kind == kind) out.push_back(e);
  return out;
}
Bus bus_of(int nodes, const BusSettings& settings = {}) {
  Bus bus(settings);
  for (int i = 0; i < nodes; ++i) bus.add_node();
  return bus;
}
BusFault disturbed(int bit, int frames = 1, int node = BusFault::kEverywhere) {
  return {.kind = BusFault::Kind::disturb,
          .frames = frames,
          .node = node,
          .bit = bit - kArbitrationEnd};
}

TEST(CanBus, a_frame_is_valid_for_receivers_a_bit_before_the_sender) {
  Bus bus = bus_of(3);
  bus.advance(1'000);
  ASSERT_TRUE(bus.send(0, kZero));
  EXPECT_TRUE(bus.advance(1'000 + 49 * kBit - 1).empty());
  const auto events = bus.advance(1'000'000);
  ASSERT_EQ(events.size(), 3u);
  for (const int i : {0, 1}) {
    EXPECT_EQ(events[static_cast<std::size_t>(i)].kind, Kind::received);
    EXPECT_EQ(events[static_cast<std::size_t>(i)].node, i + 1);
    EXPECT_EQ(events[static_cast<std::size_t>(i)].t, 1'000 + 49 * kBit);
  }
  EXPECT_EQ(events[2].kind, Kind::sent);
  EXPECT_EQ(events[2].node, 0);
  EXPECT_EQ(events[2].t, 1'000 + 50 * kBit);
}

TEST(CanBus, bit_times_that_are_no_whole_nanoseconds_never_add_up_errors) {
  Bus bus(BusSettings{.bit_rate = 300'000});
  bus.add_node({.depth = 3'000});
  bus.add_node();
  for (int i = 0; i < 3'000; ++i) bus.send(0, kZero);
  const auto sent = of(bus.advance(2'000'000'000), Kind::sent);
  ASSERT_EQ(sent.size(), 3'000u);
  for (std::int64_t k = 0; k < 3'000; ++k) {
    const std::int64_t bits = 53 * k + 50;
    ASSERT_EQ(sent[static_cast<std::size_t>(k)].t,
              (2 * bits * 10'000 + 3) / 6);  // bits / 300 kHz, rounded
  }
}

TEST(CanBus, can_fd_takes_its_data_at_the_data_rate) {
  Bus bus = bus_of(2);
  const Frame f{.id = 0x123, .fd = true, .bit_rate_switch = true, .length = 64};
  bus.send(0, f);
  const auto events = bus.advance(10'000'000);
  // 26 bits at 500 kbit/s and 652 at 2 Mbit/s, whatever the sample points.
  EXPECT_EQ(of(events, Kind::sent)[0].t, 26 * 2'000 + 652 * 500);
  EXPECT_EQ(of(events, Kind::received)[0].frame, f);
  Bus other = bus_of(2, {.sample_point = 750, .data_sample_point = 600});
  other.send(0, f);
  EXPECT_EQ(of(other.advance(10'000'000), Kind::sent)[0].t, 378'000);
}

TEST(CanBus, the_lowest_identifier_wins_and_kinds_have_their_order) {
  const Frame data{.id = 0x100}, remote{.id = 0x100, .remote = true};
  const Frame extended{.id = 0x100u << 18, .extended = true};
  const Frame extended_remote{.id = 0x100u << 18, .extended = true, .remote = true};
  const Frame lower{.id = 0x0FF, .length = 8}, higher{.id = 0x101};
  const std::vector<Frame> order{lower, data, remote, extended, extended_remote, higher};
  Bus bus = bus_of(6);
  for (int i = 0; i < 6; ++i) bus.send(i, order[static_cast<std::size_t>(5 - i)]);
  const auto sent = of(bus.advance(10'000'000), Kind::sent);
  ASSERT_EQ(sent.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(sent[i].frame, order[i]) << i;
    EXPECT_EQ(sent[i].node, static_cast<int>(5 - i));
  }
  EXPECT_EQ(bus.status(0).arbitrations_lost, 5);
  EXPECT_EQ(bus.status(0).received, 5);
  EXPECT_EQ(bus.status(5).arbitrations_lost, 0);
  EXPECT_EQ(bus.status(3).tec + bus.status(3).rec, 0);
}

TEST(CanBus, queues_by_order_of_request_or_by_identifier) {
  Bus bus;
  bus.add_node();
  bus.add_node({.order = QueueOrder::by_identifier});
  for (const std::uint32_t id : {0x300u, 0x200u}) bus.send(0, {.id = id});
  for (const std::uint32_t id : {0x301u, 0x101u}) bus.send(1, {.id = id});
  std::vector<std::uint32_t> ids;
  for (const BusEvent& e : of(bus.advance(10'000'000), Kind::sent)) ids.push_back(e.frame.id);
  EXPECT_EQ(ids, (std::vector<std::uint32_t>{0x101, 0x300, 0x200, 0x301}));
}

TEST(CanBus, refuses_what_has_no_room_or_is_no_frame) {
  Bus bus;
  bus.add_node({.depth = 2});
  EXPECT_TRUE(bus.send(0, kZero));
  EXPECT_TRUE(bus.send(0, kZero));
  EXPECT_FALSE(bus.send(0, kZero));
  EXPECT_FALSE(bus.send(0, {.id = 0x800}));
  EXPECT_EQ(bus.status(0).refused, 2);
  EXPECT_EQ(bus.waiting(0), 2u);
}

TEST(CanBus, load_counts_frames_with_intermission) {
  Bus bus = bus_of(2, {.load_window = 53 * kBit});
  bus.send(0, kZero);
  bus.advance(53 * kBit);
  EXPECT_EQ(bus.load(), 1.0);
  bus.advance(TimeNs{4} * 53 * kBit);
  EXPECT_EQ(bus.load(), 0.25);
  EXPECT_EQ(bus.load_lately(), 0.0);
  bus.send(0, kZero);
  bus.advance(TimeNs{4} * 53 * kBit + 53 * kBit / 2);
  EXPECT_EQ(bus.load_lately(), 0.5);
}

// Without a second node nobody acknowledges: an error at the end of the ACK slot, 6 bits of flag, 8 of delimiter, 3 of
// intermission; 16 times to error passive, where a missing ACK no longer counts and 8 bits of pause come.
TEST(CanBus, alone_a_node_becomes_error_passive_and_never_bus_off) {
  Bus bus = bus_of(1);
  bus.send(0, kZero);
  auto events = bus.advance(TimeNs{1'000} * 67 * kBit);
  const auto states = of(events, Kind::state), errors = of(events, Kind::error);
  ASSERT_EQ(states.size(), 1u);
  EXPECT_EQ(states[0].state, ErrorState::passive);
  EXPECT_EQ(states[0].t, (15 * 59 + kAck + 1) * kBit);
  EXPECT_EQ(bus.status(0).tec, 128);
  ASSERT_GT(errors.size(), 900u);
  EXPECT_EQ(errors[0].error, BusError::acknowledge);
  for (const int i : {0, 1, 15, 16, 17, 900}) {
    const int start = i <= 15 ? 59 * i : 59 * 16 + 8 + 67 * (i - 16);
    EXPECT_EQ(errors[static_cast<std::size_t>(i)].t, (start + kAck + 1) * kBit) << i;
  }
  EXPECT_EQ(bus.waiting(0), 1u);
}

// A bit of EOF turned dominant is seen by all at once: 6 bits of flag. Error passive after 16, with a pause of 8 bits;
// bus-off after 32. From the end of the last flag 128 times 11 recessive bits.
TEST(CanBus, bus_off_and_back_by_hand) {
  Bus bus = bus_of(2);
  bus.add_fault(disturbed(kAck + 2, 32));
  bus.send(0, kZero);
  const auto events = bus.advance(20'000 * kBit);
  const auto states = of(events, Kind::state);
  constexpr int kTry = 44 + 6 + 8 + 3, kLast = 16 * kTry + 8 + 15 * (kTry + 8);
  ASSERT_EQ(states.size(), 3u);
  EXPECT_EQ(states[0].state, ErrorState::passive);
  EXPECT_EQ(states[0].t, (15 * kTry + 44) * kBit);
  EXPECT_EQ(states[1].state, ErrorState::bus_off);
  EXPECT_EQ(states[1].t, (kLast + 44) * kBit);
  EXPECT_EQ(states[2].state, ErrorState::active);
  EXPECT_EQ(states[2].t, (kLast + 44 + 6 + 128 * 11) * kBit);
  const auto sent = of(events, Kind::sent);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].t, states[2].t + kFrameBits * kBit);
  EXPECT_EQ(bus.status(0).tec, 0);
  EXPECT_EQ(bus.status(1).rec, 32 - 1);
}

TEST(CanBus, in_traffic_each_frame_is_one_of_the_128_times) {
  Bus bus;
  bus.add_node({.recovers = false});
  bus.add_node();
  bus.add_node();
  bus.add_fault(
      {.kind = BusFault::Kind::disturb, .id = 0, .frames = 32, .bit = kAck + 2 - kArbitrationEnd});
  bus.send(0, kZero);
  bus.advance(5'000 * kBit);
  ASSERT_EQ(bus.status(0).state, ErrorState::bus_off);
  EXPECT_TRUE(of(bus.advance(10'000 * kBit), Kind::state).empty());  // nobody asked for it
  bus.babble(1, Frame{.id = 1});
  bus.advance(bus.now() + 10 * kBit);  // within the first frame
  bus.restart(0);
  const auto events = bus.advance(bus.now() + TimeNs{200} * 60 * kBit);
  const auto states = of(events, Kind::state);
  ASSERT_EQ(states.size(), 1u);
  EXPECT_EQ(states[0].state, ErrorState::active);
  int frames = 0;
  for (const BusEvent& e : of(events, Kind::sent))
    if (e.node == 1 && e.t < states[0].t) ++frames;
  EXPECT_EQ(frames, 128);
}

// Node 1, error passive and alone, tries every 67 bits. From the end of the checksum, bit 40, on nothing is dominant: 27 bits,
// twice 11 of them.
TEST(CanBus, passive_tries_without_an_answer_leave_recessive_bits) {
  Bus bus;
  bus.add_node({.recovers = false});
  bus.add_node();
  bus.add_fault(
      {.kind = BusFault::Kind::disturb, .id = 0, .frames = 32, .bit = kAck + 2 - kArbitrationEnd});
  bus.send(0, kZero);
  bus.advance(5'000 * kBit);
  ASSERT_EQ(bus.status(0).state, ErrorState::bus_off);
  bus.send(1, kZero);
  bus.advance(10'000 * kBit);
  ASSERT_EQ(bus.status(1).state, ErrorState::passive);
  TimeNs start = 0;  // of a try
  while (start == 0)
    for (const BusEvent& e : of(bus.advance(bus.now() + kBit), Kind::error))
      start = e.t + (67 - kAck - 1) * kBit;
  bus.advance(start + 10 * kBit);
  bus.restart(0);
  const auto states = of(bus.advance(bus.now() + 10'000 * kBit), Kind::state);
  ASSERT_FALSE(states.empty());
  EXPECT_EQ(states[0].node, 0);
  EXPECT_EQ(states[0].t, start + (63 * 67 + 40 + 22) * kBit);
  EXPECT_EQ(bus.waiting(1), 0u);
}

// Bit 15 inverted becomes recessive: no dominant bit before the flag, others flag after its six: 12 bits. Bit 17 is a stuff
// bit: inverted it is the sixth equal one for all: 6.
TEST(CanBus, flags_are_as_long_as_the_others_need_to_see_them) {
  for (const auto& [bit, flag] :
       std::map<int, int>{{15, 12}, {17, 6}, {kAck + 1, 6}, {kAck + 7, 6}}) {
    Bus bus = bus_of(2);
    bus.add_fault(disturbed(bit));
    bus.send(0, kZero);
    const auto sent = of(bus.advance(10'000'000), Kind::sent);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].t, (bit + 1 + flag + 8 + 3 + kFrameBits) * kBit) << bit;
    EXPECT_EQ(bus.status(0).tec, 7);
    EXPECT_EQ(bus.status(1).rec, 0);
    EXPECT_EQ(bus.status(1).received, 1);
  }
  // 0x2AA with 8 bytes: bits 11 to 14 are dominant, bit 15 becomes so: five before the flag.
  Bus bus = bus_of(2);
  const Frame f{.id = 0x2AA, .length = 8};
  bus.add_fault({.kind = BusFault::Kind::disturb, .bit = 2});
  bus.send(0, f);
  EXPECT_EQ(of(bus.advance(10'000'000), Kind::sent)[0].t,
            (16 + 7 + 8 + 3 + wire_length(f).nominal) * kBit);
}

// Receivers have a frame before its last bit; a sender that finds an error there sends it again.
TEST(CanBus, an_error_in_the_last_bit_duplicates_a_frame) {
  Bus bus = bus_of(2);
  bus.add_fault(disturbed(kAck + 8));
  bus.send(0, kZero);
  const auto events = bus.advance(10'000'000);
  EXPECT_EQ(of(events, Kind::received).size(), 2u);
  EXPECT_EQ(of(events, Kind::sent).size(), 1u);
  EXPECT_EQ(bus.status(1).errors, 0);
}

// A receiver alone: +1, and +8 as it flags first; flags from the first bit of EOF, 7 bits together.
TEST(CanBus, a_wrong_checksum_at_one_receiver_by_hand) {
  Bus bus = bus_of(3);
  bus.add_fault(disturbed(20, 1, 2));
  bus.send(0, kZero);
  auto events = bus.advance(60 * kBit);
  EXPECT_EQ(bus.status(0).tec, 8);
  EXPECT_EQ(bus.status(1).rec, 1);
  EXPECT_EQ(bus.status(2).rec, 9);
  const auto errors = of(events, Kind::error);
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].t, (kAck + 2) * kBit);
  EXPECT_EQ(errors[1].node, 2);
  EXPECT_EQ(errors[1].error, BusError::checksum);
  events = bus.advance(10'000'000);
  EXPECT_EQ(of(events, Kind::sent)[0].t, (kAck + 2 + 7 + 8 + 3 + kFrameBits) * kBit);
  EXPECT_EQ(of(events, Kind::received).size(), 2u);
  EXPECT_EQ(bus.status(0).tec, 7);
  EXPECT_EQ(bus.status(1).rec, 0);
  EXPECT_EQ(bus.status(2).rec, 8);
}

// The only receiver reads it wrongly: no ACK. The sender flags in the ACK delimiter, the receiver a bit later: 7 bits.
TEST(CanBus, a_wrong_checksum_at_the_only_receiver_by_hand) {
  Bus bus = bus_of(2);
  bus.add_fault(disturbed(20, 1, 1));
  bus.send(0, kZero);
  const auto events = bus.advance(10'000'000);
  const auto errors = of(events, Kind::error);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].error, BusError::acknowledge);
  EXPECT_EQ(errors[0].t, (kAck + 1) * kBit);
  EXPECT_EQ(errors[1].error, BusError::checksum);
  EXPECT_EQ(of(events, Kind::sent)[0].t, (kAck + 1 + 7 + 8 + 3 + kFrameBits) * kBit);
}

// Of identifier 0: BRS is bit 18, 75 % of it slow and what follows 60 % fast; bit 25 is the seventh after it.
TEST(CanBus, an_error_at_the_data_rate_by_hand) {
  Bus bus = bus_of(2, {.sample_point = 750, .data_sample_point = 600});
  bus.add_fault(disturbed(25));
  bus.send(0, {.fd = true, .bit_rate_switch = true});
  const auto errors = of(bus.advance(10'000'000), Kind::error);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].t, 18 * 2'000 + 1'500 + 200 + 7 * 500);
}

TEST(CanBus, an_error_passive_receiver_destroys_nothing) {
  Bus bus = bus_of(3);
  bus.add_fault(disturbed(20, 15, 2));  // 15 times 9
  bus.send(0, kZero);
  bus.advance(80'000'000);
  EXPECT_EQ(bus.status(2).rec, 119);  // error passive at 135, and one frame received
  EXPECT_EQ(bus.status(2).state, ErrorState::active);
  bus.add_fault(disturbed(20, 2, 2));
  bus.send(0, kZero);
  bus.send(0, kZero);
  auto events = bus.advance(bus.now() + 61 * kBit + 54 * kBit);
  EXPECT_EQ(bus.status(2).rec, 129);  // 9 more, and 1: its flag was recessive
  events = bus.advance(bus.now() + 200 * kBit);
  EXPECT_EQ(bus.status(0).sent, 3);
  EXPECT_EQ(bus.status(1).received, 3);
  EXPECT_EQ(bus.status(2).received, 2);
}

TEST(CanBus, equal_identifiers_with_other_contents_collide) {
  Bus bus = bus_of(3);
  bus.send(0, {.id = 5, .length = 1, .data = {1}});
  bus.send(1, {.id = 5, .length = 1, .data = {2}});
  const auto events = bus.advance(40 * kBit);
  const auto errors = of(events, Kind::error);
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].error, BusError::bit);
  EXPECT_EQ(errors[1].error, BusError::bit);
  EXPECT_EQ(errors[2].node, 2);
  EXPECT_EQ(bus.status(0).tec, 8);
  EXPECT_EQ(bus.status(1).tec, 8);
  EXPECT_EQ(bus.status(2).rec, 1);
  // So do the two kinds of frames: the bit that tells them apart follows the arbitration field.
  Bus kinds = bus_of(2);
  kinds.send(0, {.id = 0x555});
  kinds.send(1, {.id = 0x555, .fd = true});
  EXPECT_EQ(of(kinds.advance(16 * kBit), Kind::error).size(), 2u);
  // The same frame twice is one on the wire.
  Bus same = bus_of(3);
  same.send(0, kZero);
  same.send(1, kZero);
  EXPECT_EQ(of(same.advance(10'000'000), Kind::sent).size(), 2u);
  EXPECT_EQ(same.status(2).received, 1);
}

TEST(CanBus, faults_that_nobody_on_the_bus_notices) {
  Bus bus = bus_of(3);
  const Frame f{.id = 7, .length = 2, .data = {0x10, 0x20}};
  bus.add_fault({.kind = BusFault::Kind::drop, .id = 7, .node = 1});
  bus.add_fault({.kind = BusFault::Kind::corrupt, .from = 1'000'000, .node = 2, .bit = 9});
  bus.send(0, f);
  auto got = of(bus.advance(1'000'000), Kind::received);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].node, 2);
  EXPECT_EQ(bus.status(1).dropped, 1);
  bus.send(0, f);
  got = of(bus.advance(2'000'000), Kind::received);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].frame, f);
  EXPECT_EQ(got[1].frame.data[1], 0x22);
  bus.send(0, f);
  EXPECT_EQ(of(bus.advance(3'000'000), Kind::received)[1].frame, f);
  EXPECT_EQ(bus.status(0).tec + bus.status(1).rec + bus.status(2).rec, 0);
}

TEST(CanBus, a_babbling_idiot_starves_all_with_higher_identifiers) {
  Bus bus = bus_of(3, {.load_window = 10'000'000});
  bus.babble(2, Frame{.id = 0x10});
  bus.advance(1'000'000);
  bus.send(0, {.id = 0x11});
  bus.send(1, {.id = 0x0F});
  auto events = bus.advance(20'000'000);
  EXPECT_EQ(bus.status(0).sent, 0);
  EXPECT_EQ(bus.status(1).sent, 1);
  EXPECT_EQ(bus.load_lately(), 1.0);
  EXPECT_GT(bus.status(0).arbitrations_lost, 150);
  bus.babble(2, std::nullopt);
  bus.advance(21'000'000);
  EXPECT_EQ(bus.status(0).sent, 1);
}

TEST(CanBus, a_cut_wire_is_two_buses) {
  Bus bus = bus_of(4);
  bus.cut(2);
  bus.send(0, kZero);
  bus.send(3, {.id = 3});
  auto events = bus.advance(1'000'000);
  EXPECT_EQ(bus.status(1).received, 1);
  EXPECT_EQ(bus.status(2).received, 1);
  EXPECT_EQ(of(events, Kind::error).size(), 0u);
  bus.cut(3);  // the last one is alone
  bus.send(3, {.id = 3});
  bus.advance(20'000'000);
  EXPECT_EQ(bus.status(3).state, ErrorState::passive);
  EXPECT_EQ(bus.waiting(3), 1u);
  bus.mend();
  events = bus.advance(21'000'000);
  EXPECT_EQ(bus.waiting(3), 0u);
  EXPECT_EQ(bus.status(0).received + bus.status(1).received + bus.status(2).received, 2 + 3);
}

TEST(CanBus, a_cut_within_a_frame_breaks_it_off_beyond) {
  Bus bus = bus_of(3);
  bus.send(0, kZero);
  bus.advance(20 * kBit);
  bus.cut(2);
  const auto events = bus.advance(1'000'000);
  EXPECT_EQ(bus.status(1).received, 1);
  EXPECT_EQ(bus.status(2).received, 0);
  EXPECT_EQ(bus.status(2).rec, 1);
  EXPECT_EQ(bus.status(0).sent, 1);
  // And the other way round: the sender is beyond.
  Bus other = bus_of(3);
  other.send(2, kZero);
  other.advance(20 * kBit);
  other.cut(1);
  other.advance(1'000'000);
  EXPECT_EQ(other.status(1).received, 1);
  EXPECT_EQ(other.status(0).rec, 1);
  EXPECT_EQ(other.status(2).sent, 1);
}

TEST(CanBus, frames_under_way_on_both_sides_collide_when_the_wire_is_mended) {
  Bus bus = bus_of(4);
  bus.cut(2);
  bus.send(0, kZero);
  bus.send(3, {.id = 3});
  bus.advance(20 * kBit);
  bus.mend();
  bus.advance(1'000'000);
  EXPECT_EQ(bus.status(0).sent, 1);
  EXPECT_EQ(bus.status(3).sent, 1);
  EXPECT_EQ(bus.status(0).tec, 7);
  for (const int node : {1, 2}) EXPECT_EQ(bus.status(node).received, 2) << node;
}

// ---- Properties ----------------------------------------------------------------------------------

Frame random_frame(std::mt19937& random, int node) {
  Frame f{.extended = random() % 3 == 0, .fd = random() % 3 == 0};
  f.id = (static_cast<std::uint32_t>(random()) & 0xFFu) * 8u + static_cast<std::uint32_t>(node);
  if (f.extended) f.id |= static_cast<std::uint32_t>(random() % 512) << 18;
  f.bit_rate_switch = f.fd && random() % 2 == 0;
  f.length = length_of(static_cast<int>(random() % (f.fd ? 16 : 9)));
  for (std::size_t i = 0; i < f.length; ++i) f.data[i] = static_cast<std::uint8_t>(random());
  return f;
}
struct Request {
  TimeNs t;
  int node;
  Frame frame;
};
std::vector<Request> traffic(std::mt19937& random, int nodes) {
  std::vector<Request> all;
  TimeNs t = 0;
  for (int i = 0; i < 400; ++i) {
    t += static_cast<TimeNs>(random() % 300'000);
    const int node = static_cast<int>(random() % static_cast<unsigned>(nodes));
    all.push_back({t, node, random_frame(random, node)});
  }
  return all;
}
std::vector<BusEvent> run(Bus bus, const std::vector<Request>& requests, std::mt19937* steps) {
  std::vector<BusEvent> all;
  const auto go = [&](TimeNs t) {
    for (const BusEvent& e : bus.advance(t)) all.push_back(e);
  };
  for (const Request& r : requests) {
    while (steps != nullptr && bus.now() + 20'000 < r.t)
      go(bus.now() + static_cast<TimeNs>((*steps)() % 20'000));
    go(r.t);
    bus.send(r.node, r.frame);
  }
  go(1'000'000'000);
  return all;
}
bool same(const BusEvent& a, const BusEvent& b) {
  return a.t == b.t && a.kind == b.kind && a.node == b.node && a.frame == b.frame &&
         a.error == b.error && a.state == b.state;
}

TEST(CanBus, every_frame_reaches_every_other_node_once_and_in_order_of_time) {
  std::mt19937 random(3);
  const auto requests = traffic(random, 5);
  const auto events = run(bus_of(5), requests, nullptr);
  EXPECT_EQ(of(events, Kind::sent).size(), requests.size());
  EXPECT_EQ(of(events, Kind::received).size(), 4 * requests.size());
  EXPECT_TRUE(of(events, Kind::error).empty());
  for (std::size_t i = 1; i < events.size(); ++i) EXPECT_LE(events[i - 1].t, events[i].t);
  // No two frames overlap: each takes its bits and three more.
  const auto sent = of(events, Kind::sent);
  for (std::size_t i = 1; i < sent.size(); ++i) {
    const WireLength w = wire_length(sent[i].frame);
    EXPECT_GE(sent[i].t - sent[i - 1].t, (w.nominal + kIntermission) * kBit + w.data * TimeNs{500});
  }
}

TEST(CanBus, the_same_whatever_the_steps_and_from_a_copy) {
  std::mt19937 random(4), steps(5);
  for (int trial = 0; trial < 5; ++trial) {
    const auto requests = traffic(random, 4);
    Bus bus = bus_of(4, {.bit_rate = 333'333, .data_bit_rate = 1'700'000});
    bus.add_fault({.kind = BusFault::Kind::disturb, .frames = 40, .bit = 30});
    bus.add_fault(
        {.kind = BusFault::Kind::disturb, .from = 20'000'000, .frames = 30, .node = 2, .bit = 10});
    bus.add_fault({.kind = BusFault::Kind::drop, .from = 30'000'000, .frames = 10, .node = 1});
    const auto once = run(bus, requests, nullptr), split = run(bus, requests, &steps);
    ASSERT_EQ(once.size(), split.size());
    for (std::size_t i = 0; i < once.size(); ++i) ASSERT_TRUE(same(once[i], split[i])) << i;
    EXPECT_FALSE(of(once, Kind::error).empty());
  }
}

// Cuts, babblers, disturbances, bus-off and restarts in any order: frames are sent once or wait, nothing else.
TEST(CanBus, no_frame_is_lost_or_doubled_by_errors) {
  std::mt19937 random(6);
  int bus_off = 0;
  for (int trial = 0; trial < 20; ++trial) {
    constexpr int kNodes = 5;
    Bus bus = bus_of(kNodes, {.bit_rate = 250'000});
    std::array<std::int64_t, kNodes> accepted{}, sent{};
    TimeNs last = 0;
    const Frame babble{.id = 1, .length = 1};
    for (int step = 0; step < 300; ++step) {
      const int node = static_cast<int>(random() % kNodes);
      switch (random() % 12) {
        case 0: bus.cut(1 + static_cast<int>(random() % (kNodes - 1))); break;
        case 1: bus.mend(); break;
        case 2: bus.babble(node, babble); break;
        case 3:
          for (int i = 0; i < kNodes; ++i) bus.babble(i, std::nullopt);
          break;
        case 4:
          bus.add_fault({.kind = BusFault::Kind::disturb,
                         .frames = static_cast<int>(random() % 60),
                         .node = static_cast<int>(random() % (kNodes + 1)) - 1,
                         .bit = static_cast<int>(random() % 60)});
          break;
        case 5: bus.restart(node); break;
        default:
          accepted[static_cast<std::size_t>(node)] +=
              bus.send(node, random_frame(random, node)) ? 1 : 0;
      }
      for (const BusEvent& e : bus.advance(bus.now() + static_cast<TimeNs>(random() % 2'000'000))) {
        EXPECT_GE(e.t, last);
        last = e.t;
        if (e.kind == Kind::sent && e.frame != babble) ++sent[static_cast<std::size_t>(e.node)];
        if (e.kind == Kind::state && e.state == ErrorState::bus_off) ++bus_off;
      }
      for (int i = 0; i < kNodes; ++i) {
        EXPECT_EQ(accepted[static_cast<std::size_t>(i)],
                  sent[static_cast<std::size_t>(i)] + static_cast<std::int64_t>(bus.waiting(i)));
        const NodeStatus& s = bus.status(i);
        EXPECT_TRUE(s.tec >= 0 && s.tec <= 263 && s.rec >= 0 && s.rec <= 255);
        EXPECT_EQ(s.state == ErrorState::active, s.tec <= 127 && s.rec <= 127);
      }
      EXPECT_LE(bus.load(), 1.0);
      EXPECT_LE(bus.load_lately(), 1.0);
    }
    // Left alone it recovers and all is sent.
    bus.mend();
    for (int i = 0; i < kNodes; ++i) bus.babble(i, std::nullopt);
    for (int i = 0; i < 100'000 && bus.now() < 20 * 1'000'000'000LL; ++i)
      for (const BusEvent& e : bus.advance(bus.now() + 10'000'000))
        if (e.kind == Kind::sent && e.frame != babble) ++sent[static_cast<std::size_t>(e.node)];
    EXPECT_EQ(accepted, sent) << trial;
  }
  EXPECT_GT(bus_off, 0);
}

}  // namespace
}  // namespace evsim::can
