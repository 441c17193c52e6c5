// End-to-end protection of messages: AUTOSAR's E2E profiles 1, 2, 5 and 11. A counter and a CRC in the message, and an
// identity that only its CRC knows, let the receiver find what is lost, repeated, out of order, altered or from elsewhere.
//
//   profile  CRC                          counter                identity
//   1        8 bits, SAE J1850            0 to 14, a nibble      16 bits: both bytes (1A), by turns (1B), nibble (1C), low
//   2        8 bits, 0x2F, in byte 0      0 to 15, byte 1 low    8 bits for each value of the counter
//   5        16 bits, CCITT               0 to 255, a byte       16 bits
//   11       as 1: the newer form of it   0 to 14                16 bits: both bytes (11A) or nibble (11C)
//   own      by rules of a maker's        at most 0 to 255       16 bits
//
// Source: AUTOSAR Foundation, E2E Protocol Specification (PRS_E2EProtocol).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace evsim::e2e {

enum class Profile { p01, p02, p05, p11, own };

// A maker's own, in place of a profile's.
struct Rules {
  int counters = 0;  // values of the counter, from 0; at most 256; 0: none
  // Writes counter and checksum.
  std::function<void(std::span<std::uint8_t> data, std::uint8_t counter, std::uint16_t data_id)>
      protect;
  // The counter, or -1 where the message is not whole.
  std::function<int(std::span<const std::uint8_t> data, std::uint16_t data_id)> check;
};

// How the 16 bits of the identity enter the CRC of profiles 1 and 11.
enum class DataIdMode {
  both,         // low byte, then high byte
  alternating,  // low byte at an even counter, else the high byte; profile 1 only
  low,          // low byte; profile 1 only
  nibble,       // low byte and a zero; the low nibble of the high byte is sent
};

// Positions are bits of the message: 8 byte, and 4 for the byte's high nibble.
struct Config {
  Profile profile = Profile::p01;
  int length = 8;                           // protected bytes, from the message's first
  std::uint16_t data_id = 0;                // profiles 1, 5, 11, own
  std::array<std::uint8_t, 16> data_ids{};  // profile 2, by counter
  DataIdMode mode = DataIdMode::both;       // profiles 1, 11
  int crc_at = 0;  // profiles 1, 11 a byte; profile 5 the header: CRC, low byte first, and counter
  int counter_at = 8;  // profiles 1, 11
  int nibble_at = 12;  // profiles 1, 11, of the identity's nibble
  // By how much the counter may go on from one valid message to the next: MaxDeltaCounter. In profiles 1 and 2
  // (MaxDeltaCounterInit) by one more, and by another one with each cycle that had no valid message.
  int most_delta = 1;
  // Profiles 1 and 2 also watch how the stream recovers:
  int most_silent = 14;  // cycles in a row without new data that are borne: MaxNoNewOrRepeatedData
  int to_sync =
      0;  // good messages that it takes after more of them, or after a wrong sequence: SyncCounterInit
  std::shared_ptr<const Rules> rules = {};  // of profile own
};

// "" or what is wrong with it.
std::string_view refusal(const Config& c);

// ---- Sending ------------------------------------------------------------------------------------

struct Sender {
  std::uint8_t counter = 0;  // of the next message
};
// Writes counter, nibble and CRC into the message, of at least c.length bytes, and goes on by one.
void protect(const Config& c, Sender& s, std::span<std::uint8_t> data);

// ---- Receiving ----------------------------------------------------------------------------------

enum class Status {
  ok,              // the next one
  ok_some_lost,    // as many as are allowed are missing before it
  no_new_data,     // none came in this cycle
  error,           // wrong CRC, nibble, counter or length
  initial,         // the first one (profiles 1, 2, own)
  repeated,        // the same counter
  wrong_sequence,  // too many are missing, or it came late
  sync,            // good, but the counter still proves itself (profiles 1, 2)
};
std::string_view name_of(Status s);
// Whether the data may be used.
constexpr bool is_good(Status s) { return s == Status::ok || s == Status::ok_some_lost; }

struct Receiver {
  explicit Receiver(const Config& c);
  Receiver() = default;

  Status status = Status::no_new_data;
  std::uint8_t counter =
      0;         // of the last one with the right CRC, in profiles 1 and 2 of the last accepted one
  int lost = 0;  // missing before this one, at ok and ok_some_lost
  // Profiles 1 and 2:
  bool waits_for_first = true;
  int most_delta =
      0;  // by which the counter may have gone on; grows in each cycle without a valid message
  int silent = 0;   // cycles without new data
  int to_sync = 0;  // good messages still needed
};
// Once a cycle; data is what came in it, empty if nothing did.
Status check(const Config& c, Receiver& r, std::span<const std::uint8_t> data);

}  // namespace evsim::e2e
