#include "sim/link/dbc_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace evsim::can {
namespace {

// The least significant bit of a signal, and the way from there to the most significant byte.
struct Place {
  int byte, shift, step;
};
Place place(const Signal& s) {
  if (s.order == ByteOrder::little_endian) return {s.start / 8, s.start % 8, 1};
  // Counted as bits are sent, most significant first.
  const int last = 8 * (s.start / 8) + 7 - s.start % 8 + s.length - 1;
  return {last / 8, 7 - last % 8, -1};
}
int bytes_of(const Place& p, const Signal& s) { return (p.shift + s.length + 7) / 8; }

// length: 0 to 64.
std::uint64_t mask(int length) {
  return length < 1 ? 0 : ~std::uint64_t{0} >> static_cast<unsigned>(64 - std::min(length, 64));
}
bool is_float(const Signal& s) {
  return s.type == NumberType::float_32 || s.type == NumberType::float_64;
}
bool lies_within(const Signal& s, std::size_t bytes) {
  const Place p = place(s);
  const int last = s.order == ByteOrder::big_endian ? p.byte : p.byte + bytes_of(p, s) - 1;
  return static_cast<std::size_t>(last) < bytes;
}

__extension__ using Wide = __int128;  // holds the product of any raw value and factor below 2^63

bool is_whole(double x) {
  constexpr double kLimit = 9.2233720368547758e18;  // 2^63
  return x > -kLimit && x < kLimit && std::trunc(x) == x;
}
Wide integer(const Signal& s, std::uint64_t raw) {
  if (s.type == NumberType::signed_integer) return static_cast<std::int64_t>(raw);
  return raw;
}

Raw clipped_float(double x) {
  constexpr double kMost = std::numeric_limits<float>::max();
  constexpr double kRoundsToInfinity = 0x1.ffffffp127;  // half a step above
  const bool clipped = std::isfinite(x) && (x >= kRoundsToInfinity || x <= -kRoundsToInfinity);
  const double within = clipped ? std::copysign(kMost, x) : x;
  return {std::bit_cast<std::uint32_t>(static_cast<float>(within)), clipped};
}

Raw clipped_integer(const Signal& s, double x) {
  if (std::isnan(x)) return {0, true};
  const bool is_signed = s.type == NumberType::signed_integer;
  const int digits = is_signed ? s.length - 1 : s.length;
  const std::uint64_t most = mask(digits);
  const double beyond = digits == 64 ? 0x1p64 : static_cast<double>(std::uint64_t{1} << digits);
  if (x >= beyond) return {most, true};
  if (is_signed) {
    if (x < -beyond) return {~most, true};
    return {static_cast<std::uint64_t>(static_cast<std::int64_t>(x)), false};
  }
  if (x < 0.0) return {0, true};
  return {static_cast<std::uint64_t>(x), false};
}

// Whether a signal is selected, given the raw value of any selector.
template <class RawOf>
bool is_there(const Message& m, const Signal& s, const RawOf& raw_of_signal) {
  for (const Signal* at = &s; at->selector >= 0;) {
    const Signal& selector = m.signals[static_cast<std::size_t>(at->selector)];
    const std::uint64_t raw = raw_of_signal(selector) & mask(selector.length);
    if (std::ranges::none_of(at->selected_by,
                             [&](const RawRange& r) { return r.first <= raw && raw <= r.last; }))
      return false;
    at = &selector;
  }
  return true;
}

}  // namespace

std::uint64_t extract(const Signal& s, std::span<const std::uint8_t> data) {
  const Place p = place(s);
  std::uint64_t raw = 0;
  for (int i = 0, n = bytes_of(p, s); i < n; ++i) {
    const int at = p.byte + i * p.step;
    const std::uint64_t byte = data[static_cast<std::size_t>(at)];
    raw |= i == 0 ? byte >> p.shift : byte << (8 * i - p.shift);
  }
  raw &= mask(s.length);
  const bool negative = s.type == NumberType::signed_integer && (raw >> (s.length - 1)) != 0;
  return negative ? raw | ~mask(s.length) : raw;
}

void insert(const Signal& s, std::uint64_t raw, std::span<std::uint8_t> data) {
  const Place p = place(s);
  const std::uint64_t bits = mask(s.length);
  for (int i = 0, n = bytes_of(p, s); i < n; ++i) {
    const int at = p.byte + i * p.step;
    std::uint8_t& byte = data[static_cast<std::size_t>(at)];
    const auto part = [&](std::uint64_t x) {
      return static_cast<std::uint8_t>(i == 0 ? x << p.shift : x >> (8 * i - p.shift));
    };
    byte = static_cast<std::uint8_t>((byte & ~part(bits)) | part(raw & bits));
  }
}

// physical = factor raw + offset, exact before the last rounding where both are whole numbers.
double physical_of(const Signal& s, std::uint64_t raw) {
  if (s.type == NumberType::float_32)
    return s.factor * static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(raw))) +
           s.offset;
  if (s.type == NumberType::float_64) return s.factor * std::bit_cast<double>(raw) + s.offset;
  const Wide x = integer(s, raw);
  if (!is_whole(s.factor)) return s.factor * static_cast<double>(x) + s.offset;
  const Wide product = x * static_cast<std::int64_t>(s.factor);
  if (!is_whole(s.offset)) return static_cast<double>(product) + s.offset;
  return static_cast<double>(product + static_cast<std::int64_t>(s.offset));
}

Raw raw_of(const Signal& s, double physical) {
  const double x = (physical - s.offset) / s.factor;
  if (s.type == NumberType::float_64) return {std::bit_cast<std::uint64_t>(x), false};
  if (s.type == NumberType::float_32) return clipped_float(x);
  return clipped_integer(s, std::nearbyint(x));
}

std::string_view text_of(const Signal& s, std::uint64_t raw) {
  if (is_float(s)) return {};
  for (const ValueText& t : s.texts)
    if (Wide{t.raw} == integer(s, raw)) return t.text;
  return {};
}

std::vector<double> initial_values(const Message& m) {
  std::vector<double> values;
  values.reserve(m.signals.size());
  for (const Signal& s : m.signals) values.push_back(physical_of(s, s.initial));
  return values;
}

Encoded encode(const Message& m, std::span<const double> values) {
  const auto value_of = [&](const Signal& s) {
    return raw_of(s, values[static_cast<std::size_t>(&s - m.signals.data())]);
  };
  Encoded out;
  out.frame.id = m.id;
  out.frame.extended = m.extended;
  out.frame.fd = m.fd;
  out.frame.bit_rate_switch = m.bit_rate_switch;
  out.frame.length = length_of(dlc_of(static_cast<int>(m.length)));
  for (const Signal& s : m.signals) {
    if (!is_there(m, s, [&](const Signal& selector) { return value_of(selector).raw; })) continue;
    const Raw raw = value_of(s);
    insert(s, raw.raw, out.frame.data);
    out.clipped += raw.clipped ? 1 : 0;
  }
  return out;
}

void decode(const Message& m, std::span<const std::uint8_t> data, std::vector<Decoded>& out) {
  out.clear();
  const auto raw_in = [&](const Signal& s) { return extract(s, data); };
  // A selector beyond the data selects nothing.
  const auto has_its_selectors = [&](const Signal& s) {
    for (int i = s.selector; i >= 0; i = m.signals[static_cast<std::size_t>(i)].selector)
      if (!lies_within(m.signals[static_cast<std::size_t>(i)], data.size())) return false;
    return true;
  };
  for (std::size_t i = 0; i < m.signals.size(); ++i) {
    const Signal& s = m.signals[i];
    if (!lies_within(s, data.size()) || !has_its_selectors(s) || !is_there(m, s, raw_in)) continue;
    const std::uint64_t raw = raw_in(s);
    out.push_back({static_cast<int>(i), raw, physical_of(s, raw)});
  }
}

}  // namespace evsim::can
