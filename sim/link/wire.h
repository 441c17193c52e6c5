// Messages between the simulator and a controller behind a socket, as docs/link_protocol.md describes them. Here is the
// simulator's side of the format, without any input or output; firmware has its own in evsim_link.h.
//   header of 40 bytes, payload of up to 8 kB; all numbers little endian
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evsim::link {

enum class MessageType : std::uint8_t {
  hello = 1,      // controller: who it is, what it takes and gives, as text
  welcome = 2,    // simulator: a run begins; configuration, then text
  refused = 3,    // simulator: why not, as text
  step = 4,       // simulator: inputs at an instant
  answer = 5,     // controller: outputs for that instant
  bye = 6,        // either: no more of this run
  challenge = 7,  // simulator: prove that you know the secret; a nonce
  proof = 8,      // controller: that it does
};

inline constexpr std::uint32_t kMagic = 0x314c5645;  // "EVL1": the version is part of it
inline constexpr std::size_t kHeader = 40, kLongestPayload = 8192;
inline constexpr std::size_t kLongestMessage = kHeader + kLongestPayload;

struct Message {
  MessageType type = MessageType::bye;
  std::uint32_t sequence = 0;  // of steps; an answer has that of its step
  std::uint32_t session = 0;   // of a run, chosen by the simulator; 0 before
  std::uint32_t schema = 0;    // CRC of the hello that names the signals
  std::int64_t time = 0;       // simulated [ns]
  std::vector<std::uint8_t> payload;
};

// CRC-32 of ISO-HDLC: polynomial 0x04c11db7 reflected, as Ethernet has it. before: of the bytes that came before.
std::uint32_t crc32(std::span<const std::uint8_t> bytes, std::uint32_t before = 0);

// Throws std::length_error for a payload that is too long.
std::vector<std::uint8_t> encoded(const Message& m);

// What a stream of bytes or a datagram holds.
enum class Found : std::uint8_t {
  nothing,  // not yet: more bytes are needed
  message,
  bad_magic,  // no message begins here, or one of another version
  bad_type,
  bad_length,
  bad_crc,
};
constexpr bool is_wrong(Found f) { return f != Found::nothing && f != Found::message; }
std::string_view name(Found f);

// Takes apart what arrives, in pieces of any size. After something wrong a stream can't be followed any more.
class Decoder {
 public:
  void feed(std::span<const std::uint8_t> bytes);
  Found next(Message& out);
  void clear() { bytes_.clear(), at_ = 0; }
  std::size_t waiting() const { return bytes_.size() - at_; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// ---- Payloads -----------------------------------------------------------------------------------

// Values with a bit each that says which are valid: at most 64.
inline constexpr std::size_t kMostSignals = 64;

// Of a step: ticks until the next exchange, then values.
std::vector<std::uint8_t> step_payload(std::uint32_t ticks, std::uint64_t valid,
                                       std::span<const double> values);
// Of an answer. False where its length is not that of `values`.
bool read_answer(std::span<const std::uint8_t> payload, std::uint64_t& valid,
                 std::span<double> values);
// Of a welcome: time between exchanges [s], configuration, then text.
std::vector<std::uint8_t> welcome_payload(double T_s, std::span<const double> config,
                                          std::string_view text);

}  // namespace evsim::link
