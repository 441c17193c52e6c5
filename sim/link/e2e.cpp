#include "sim/link/e2e.h"

#include <algorithm>
#include <utility>

#include "sim/link/crc.h"

namespace evsim::e2e {
namespace {

bool has_nibbles(Profile p) { return p == Profile::p01 || p == Profile::p11; }

bool is_newer(Profile p) { return p == Profile::p05 || p == Profile::p11; }

// Counter values: 0 to modulus - 1.
int modulus(const Config& c) {
  if (c.profile == Profile::own) return c.rules->counters;
  if (has_nibbles(c.profile)) return 15;
  return c.profile == Profile::p02 ? 16 : 256;
}

// ---- Bytes and nibbles --------------------------------------------------------------------------

std::size_t byte_at(int bit) { return static_cast<std::size_t>(bit / 8); }

std::uint8_t nibble(std::span<const std::uint8_t> data, int bit) {
  const unsigned byte = data[byte_at(bit)];
  return static_cast<std::uint8_t>(bit % 8 == 0 ? byte & 0xFu : byte >> 4);
}
void set_nibble(std::span<std::uint8_t> data, int bit, unsigned x) {
  std::uint8_t& byte = data[byte_at(bit)];
  byte = static_cast<std::uint8_t>(bit % 8 == 0 ? (byte & 0xF0u) | x : (byte & 0x0Fu) | (x << 4));
}

std::uint8_t low_byte(const Config& c) { return static_cast<std::uint8_t>(c.data_id & 0xFFu); }
std::uint8_t high_byte(const Config& c) { return static_cast<std::uint8_t>(c.data_id >> 8); }
std::uint8_t sent_nibble(const Config& c) { return high_byte(c) & 0xFu; }

int counter_at(const Config& c) {
  if (c.profile == Profile::p02) return 8;
  return c.profile == Profile::p05 ? c.crc_at + 16 : c.counter_at;
}
std::uint8_t counter_in(const Config& c, std::span<const std::uint8_t> data) {
  const int at = counter_at(c);
  return c.profile == Profile::p05 ? data[byte_at(at)] : nibble(data, at);
}
void write_counter(const Config& c, std::uint8_t counter, std::span<std::uint8_t> data) {
  const int at = counter_at(c);
  if (c.profile == Profile::p05)
    data[byte_at(at)] = counter;
  else
    set_nibble(data, at, counter);
}

// ---- CRC ----------------------------------------------------------------------------------------

// Profiles 1 and 11: from 0, not inverted, over the identity, then the data without the CRC's byte.
std::uint8_t crc_of_nibbles(const Config& c, std::uint8_t counter,
                            std::span<const std::uint8_t> data) {
  std::uint8_t crc = 0;
  const auto go_on = [&](std::span<const std::uint8_t> bytes) {
    crc = crc_over(kCrc8J1850, crc, bytes);
  };
  const std::array<std::uint8_t, 2> id{low_byte(c), high_byte(c)}, low_and_zero{low_byte(c), 0};
  switch (c.mode) {
    case DataIdMode::both: go_on(id); break;
    case DataIdMode::alternating: go_on(std::span(id).subspan(counter % 2u, 1)); break;
    case DataIdMode::low: go_on(std::span(id).first(1)); break;
    case DataIdMode::nibble: go_on(low_and_zero); break;
  }
  go_on(data.first(byte_at(c.crc_at)));
  go_on(data.subspan(byte_at(c.crc_at) + 1));
  return crc;
}
// Profile 2: over the data from byte 1 on, then the identity that belongs to the counter.
std::uint8_t crc_of_profile_2(const Config& c, std::uint8_t counter,
                              std::span<const std::uint8_t> data) {
  const std::uint8_t crc = crc_over<std::uint8_t>(kCrc8H2F, 0xFF, data.subspan(1));
  return static_cast<std::uint8_t>(
      ~crc_over(kCrc8H2F, crc, std::span(c.data_ids).subspan(counter, 1)));
}
// Profile 5: over the data without the CRC's two bytes, then the identity, low byte first.
std::uint16_t crc_of_profile_5(const Config& c, std::span<const std::uint8_t> data) {
  const std::array<std::uint8_t, 2> id{low_byte(c), high_byte(c)};
  std::uint16_t crc = crc_over<std::uint16_t>(kCrc16Ccitt, 0xFFFF, data.first(byte_at(c.crc_at)));
  crc = crc_over<std::uint16_t>(kCrc16Ccitt, crc, data.subspan(byte_at(c.crc_at) + 2));
  return crc_over<std::uint16_t>(kCrc16Ccitt, crc, id);
}
std::uint16_t crc_of(const Config& c, std::uint8_t counter, std::span<const std::uint8_t> data) {
  if (has_nibbles(c.profile)) return crc_of_nibbles(c, counter, data);
  return c.profile == Profile::p02 ? crc_of_profile_2(c, counter, data) : crc_of_profile_5(c, data);
}

int crc_at(const Config& c) { return c.profile == Profile::p02 ? 0 : c.crc_at; }

bool is_whole(const Config& c, std::uint8_t counter, std::span<const std::uint8_t> data) {
  if (counter >= modulus(c)) return false;
  if (has_nibbles(c.profile) && c.mode == DataIdMode::nibble &&
      nibble(data, c.nibble_at) != sent_nibble(c))
    return false;
  const std::size_t at = byte_at(crc_at(c));
  const unsigned sent =
      c.profile == Profile::p05 ? data[at] | (unsigned{data[at + 1]} << 8) : data[at];
  return sent == crc_of(c, counter, data);
}

// ---- Receiving ----------------------------------------------------------------------------------

int delta(const Config& c, const Receiver& r, std::uint8_t counter) {
  return (counter - r.counter + modulus(c)) % modulus(c);
}

void count(int& x, int most) {
  if (x < most) ++x;
}

Status in_sequence(const Config& c, Receiver& r, int by) {
  if (by == 0) return Status::repeated;
  if (by > c.most_delta) return Status::wrong_sequence;
  r.lost = by - 1;
  return by == 1 ? Status::ok : Status::ok_some_lost;
}

// Profiles 5 and 11: each message with the right CRC is what the next one is measured by.
Status check_newer(const Config& c, Receiver& r, std::span<const std::uint8_t> data) {
  if (data.empty()) return Status::no_new_data;
  if (data.size() != static_cast<std::size_t>(c.length)) return Status::error;
  const std::uint8_t counter = counter_in(c, data);
  if (!is_whole(c, counter, data)) return Status::error;
  const int by = delta(c, r, counter);
  r.counter = counter;
  return in_sequence(c, r, by);
}

// Of a message in sequence: whether the counter still has to prove itself.
bool is_synchronising(const Config& c, Receiver& r) {
  const bool was_silent = r.silent > c.most_silent;
  r.silent = 0;
  if (was_silent)
    r.to_sync = c.to_sync;
  else if (r.to_sync > 0)
    --r.to_sync;
  else
    return false;
  return true;
}

Status accept(const Config& c, Receiver& r, std::uint8_t counter) {
  const int by = delta(c, r, counter);
  if (by == 0) {
    count(r.silent, modulus(c) - 1);
    return Status::repeated;
  }
  if (by > r.most_delta) {
    r.silent = 0;
    r.to_sync = c.to_sync;
    if (r.to_sync > 0) {
      r.most_delta = c.most_delta;
      r.counter = counter;
    }
    return Status::wrong_sequence;
  }
  r.most_delta = c.most_delta;
  r.counter = counter;
  r.lost = by - 1;
  if (is_synchronising(c, r)) return Status::sync;
  return by == 1 ? Status::ok : Status::ok_some_lost;
}

// Profiles 1 and 2: only messages in sequence are what the next one is measured by, unless the stream is to
// synchronise anew.
Status check_older(const Config& c, Receiver& r, std::span<const std::uint8_t> data) {
  count(r.most_delta, modulus(c) - 1);
  if (data.empty()) {
    count(r.silent, modulus(c) - 1);
    return Status::no_new_data;
  }
  if (data.size() != static_cast<std::size_t>(c.length)) return Status::error;
  const std::uint8_t counter = counter_in(c, data);
  if (!is_whole(c, counter, data)) return Status::error;
  if (!r.waits_for_first) return accept(c, r, counter);
  r.waits_for_first = false;
  r.most_delta = c.most_delta;
  r.counter = counter;
  return Status::initial;
}

// By a maker's rules: as the newer ones, but any counter is a beginning.
Status check_own(const Config& c, Receiver& r, std::span<const std::uint8_t> data) {
  if (data.empty()) return Status::no_new_data;
  if (data.size() < static_cast<std::size_t>(c.length)) return Status::error;
  const int counter = c.rules->check(data.first(static_cast<std::size_t>(c.length)), c.data_id);
  if (counter < 0 || counter > 255) return Status::error;
  if (modulus(c) == 0) return Status::ok;
  if (counter >= modulus(c)) return Status::error;
  const int by = delta(c, r, static_cast<std::uint8_t>(counter));
  r.counter = static_cast<std::uint8_t>(counter);
  if (std::exchange(r.waits_for_first, false)) return Status::initial;
  return in_sequence(c, r, by);
}

std::string_view refusal_of_own(const Config& c) {
  if (!c.rules) return "has no rules";
  if (c.length < 1 || c.length > 64) return "length must be 1 to 64 bytes";
  if (c.most_delta < 1 || c.most_delta >= std::max(modulus(c), 2))
    return "most_delta must be at least 1 and less than the values of the counter";
  return "";
}

}  // namespace

std::string_view refusal(const Config& c) {
  if (c.profile == Profile::own) return refusal_of_own(c);
  const int bits = 8 * c.length;
  const auto is_place = [&](int bit, int size) {
    return bit >= 0 && bit % size == 0 && bit + size <= bits;
  };
  const int header = c.profile == Profile::p05 ? 3 : 2;
  if (c.length < header || c.length > 64) return "length must be 2 (profile 5: 3) to 64 bytes";
  if (c.most_delta < 1 || c.most_delta >= modulus(c))
    return "most_delta must be 1 to 14 (profile 2: 15, profile 5: 255)";
  if (c.most_silent < 0 || c.to_sync < 0) return "most_silent and to_sync must be >= 0";
  if (c.profile == Profile::p05)
    return is_place(c.crc_at, 8) && c.crc_at + 24 <= bits
               ? ""
               : "crc_at must be a byte of the data, with room for 3";
  if (c.profile == Profile::p02) return "";
  if (c.profile == Profile::p11 && (c.mode == DataIdMode::low || c.mode == DataIdMode::alternating))
    return "mode must be both or nibble in profile 11";
  if (!is_place(c.crc_at, 8)) return "crc_at must be a byte of the data";
  if (!is_place(c.counter_at, 4) || c.counter_at / 8 == c.crc_at / 8)
    return "counter_at must be a nibble of the data, beside the CRC";
  const bool needs_nibble = c.mode == DataIdMode::nibble;
  if (needs_nibble &&
      (!is_place(c.nibble_at, 4) || c.nibble_at / 8 == c.crc_at / 8 || c.nibble_at == c.counter_at))
    return "nibble_at must be a nibble of the data, beside CRC and counter";
  return "";
}

void protect(const Config& c, Sender& s, std::span<std::uint8_t> data) {
  data = data.first(static_cast<std::size_t>(c.length));
  if (c.profile == Profile::own) {
    c.rules->protect(data, s.counter, c.data_id);
    s.counter = static_cast<std::uint8_t>((s.counter + 1) % std::max(modulus(c), 1));
    return;
  }
  write_counter(c, s.counter, data);
  if (has_nibbles(c.profile) && c.mode == DataIdMode::nibble)
    set_nibble(data, c.nibble_at, sent_nibble(c));
  const std::uint16_t crc = crc_of(c, s.counter, data);
  const std::size_t at = byte_at(crc_at(c));
  data[at] = static_cast<std::uint8_t>(crc & 0xFFu);
  if (c.profile == Profile::p05) data[at + 1] = static_cast<std::uint8_t>(crc >> 8);
  s.counter = static_cast<std::uint8_t>((s.counter + 1) % modulus(c));
}

// Profiles 5 and 11 start one before the first counter.
Receiver::Receiver(const Config& c)
    : counter(is_newer(c.profile) ? static_cast<std::uint8_t>(modulus(c) - 1) : 0) {}

Status check(const Config& c, Receiver& r, std::span<const std::uint8_t> data) {
  r.lost = 0;
  r.status = c.profile == Profile::own ? check_own(c, r, data)
             : is_newer(c.profile)     ? check_newer(c, r, data)
                                       : check_older(c, r, data);
  return r.status;
}

std::string_view name_of(Status s) {
  switch (s) {
    case Status::ok: return "ok";
    case Status::ok_some_lost: return "ok, some lost";
    case Status::no_new_data: return "no new data";
    case Status::error: return "error";
    case Status::initial: return "initial";
    case Status::repeated: return "repeated";
    case Status::wrong_sequence: return "wrong sequence";
    case Status::sync: return "sync";
  }
  return "";
}

}  // namespace evsim::e2e
