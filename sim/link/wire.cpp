#include "sim/link/wire.h"

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>

namespace evsim::link {
namespace {

using Bytes = std::vector<std::uint8_t>;

template <class T> void put(Bytes& out, T x) {
  std::array<std::uint8_t, sizeof(T)> bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(x) >> (8 * i));
  out.insert(out.end(), bytes.begin(), bytes.end());
}
template <class T> T get(std::span<const std::uint8_t> from, std::size_t at) {
  std::uint64_t x = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    x |= static_cast<std::uint64_t>(from[at + i]) << (8 * i);
  return static_cast<T>(x);
}
void put(Bytes& out, double x) { put(out, std::bit_cast<std::uint64_t>(x)); }

// Of a byte, followed by 0, 1 ... 7 bytes of 0.
using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;
constexpr CrcTables crc_tables() {
  CrcTables out{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1u) != 0 ? (c >> 1) ^ 0xedb88320u : c >> 1;
    out[0][i] = c;
  }
  for (std::size_t k = 1; k < out.size(); ++k)
    for (std::size_t i = 0; i < 256; ++i)
      out[k][i] = (out[k - 1][i] >> 8) ^ out[0][out[k - 1][i] & 0xffu];
  return out;
}
constexpr auto kCrc = crc_tables();

// Places in the header.
constexpr std::size_t kTypeAt = 4, kLengthAt = 8, kSequenceAt = 12, kTimeAt = 16, kSessionAt = 24,
                      kSchemaAt = 28, kCrcAt = 36;  // 4 bytes before it are 0

std::uint32_t crc_of(std::span<const std::uint8_t> message) {
  const auto head = crc32(message.first(kCrcAt));
  return crc32(message.subspan(kHeader), head);
}

}  // namespace

// Eight bytes at once: each by the table for the bytes behind it.
std::uint32_t crc32(std::span<const std::uint8_t> bytes, std::uint32_t before) {
  std::uint32_t c = ~before;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    const std::uint32_t low = c ^ get<std::uint32_t>(bytes, 0);
    c = kCrc[7][low & 0xffu] ^ kCrc[6][low >> 8 & 0xffu] ^ kCrc[5][low >> 16 & 0xffu] ^
        kCrc[4][low >> 24] ^ kCrc[3][bytes[4]] ^ kCrc[2][bytes[5]] ^ kCrc[1][bytes[6]] ^
        kCrc[0][bytes[7]];
  }
  for (const std::uint8_t b : bytes) c = (c >> 8) ^ kCrc[0][(c ^ b) & 0xffu];
  return ~c;
}

Bytes encoded(const Message& m) {
  if (m.payload.size() > kLongestPayload) throw std::length_error("payload of a link message");
  Bytes out;
  out.reserve(kHeader + m.payload.size());
  put(out, kMagic);
  put(out, static_cast<std::uint32_t>(m.type));
  put(out, static_cast<std::uint32_t>(m.payload.size()));
  put(out, m.sequence);
  put(out, m.time);
  put(out, m.session);
  put(out, m.schema);
  out.resize(kHeader, 0);
  out.insert(out.end(), m.payload.begin(), m.payload.end());
  Bytes crc;
  put(crc, crc_of(out));
  std::copy(crc.begin(), crc.end(), out.begin() + kCrcAt);
  return out;
}

std::string_view name(Found f) {
  switch (f) {
    case Found::nothing: return "nothing";
    case Found::message: return "a message";
    case Found::bad_magic: return "no message of this version";
    case Found::bad_type: return "a message of an unknown type";
    case Found::bad_length: return "a message that is too long";
    case Found::bad_crc: return "a message with a wrong CRC";
  }
  return "";
}

void Decoder::feed(std::span<const std::uint8_t> bytes) {
  if (at_ > 0 && at_ == bytes_.size()) clear();
  if (at_ > kLongestMessage) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
  }
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

Found Decoder::next(Message& out) {
  const std::span<const std::uint8_t> all = std::span(bytes_).subspan(at_);
  // What is wrong is said as early as it shows.
  for (std::size_t i = 0; i < std::min<std::size_t>(all.size(), 4); ++i)
    if (all[i] != static_cast<std::uint8_t>(kMagic >> (8 * i))) return Found::bad_magic;
  if (all.size() < kHeader) return Found::nothing;
  const auto type = get<std::uint32_t>(all, kTypeAt);
  if (type < 1 || type > 8) return Found::bad_type;
  const auto length = get<std::uint32_t>(all, kLengthAt);
  if (length > kLongestPayload) return Found::bad_length;
  if (all.size() < kHeader + length) return Found::nothing;
  const auto message = all.first(kHeader + length);
  if (crc_of(message) != get<std::uint32_t>(message, kCrcAt)) return Found::bad_crc;
  out.type = static_cast<MessageType>(type);
  out.sequence = get<std::uint32_t>(message, kSequenceAt);
  out.time = get<std::int64_t>(message, kTimeAt);
  out.session = get<std::uint32_t>(message, kSessionAt);
  out.schema = get<std::uint32_t>(message, kSchemaAt);
  const auto payload = message.subspan(kHeader);
  out.payload.assign(payload.begin(), payload.end());
  at_ += message.size();
  return Found::message;
}

Bytes step_payload(std::uint32_t ticks, std::uint64_t valid, std::span<const double> values) {
  Bytes out;
  put(out, ticks);
  put(out, std::uint32_t{0});
  put(out, valid);
  for (const double x : values) put(out, x);
  return out;
}

bool read_answer(std::span<const std::uint8_t> payload, std::uint64_t& valid,
                 std::span<double> values) {
  if (payload.size() != 8 + 8 * values.size()) return false;
  valid = get<std::uint64_t>(payload, 0);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::bit_cast<double>(get<std::uint64_t>(payload, 8 + 8 * i));
  return true;
}

Bytes welcome_payload(double T_s, std::span<const double> config, std::string_view text) {
  Bytes out;
  put(out, T_s);
  for (const double x : config) put(out, x);
  const std::size_t room = kLongestPayload - out.size();
  text = text.substr(0, room);
  out.insert(out.end(), text.begin(), text.end());
  return out;
}

}  // namespace evsim::link
