// Values as bytes and back, little endian, by what they are made of: numbers, texts, lists, choices, and structs of
// those, member after member. So a message is a plain struct, and a member that is added to it travels too.
// What comes from a wire may be anything: unpack() takes all of it as a value, or nothing.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sim/base/histogram.h"
#include "sim/io/sankey.h"
#include "sim/run/link_figures.h"
#include "sim/run/result.h"
#include "sim/run/simulation.h"

namespace evsim {

// Of enums without a list of names.
constexpr End last_of(End) { return End::battery_empty; }
constexpr Verdict last_of(Verdict) { return Verdict::fail; }
namespace ledger {
constexpr Kind last_of(Kind) { return Kind::store_change; }
}  // namespace ledger
namespace io {
constexpr Station last_of(Station) { return Station::car; }
}  // namespace io
constexpr Dim last_of(Dim) { return Dim::thermal_conductance; }

}  // namespace evsim

namespace evsim::live {

using Bytes = std::vector<std::uint8_t>;
static_assert(std::endian::native == std::endian::little);

namespace pack_detail {

struct Any {
  template <class T> operator T() const;
};
template <class X, std::size_t... I> consteval bool takes(std::index_sequence<I...>) {
  return requires { X{(static_cast<void>(I), Any{})...}; };
}
// Members of a plain struct.
template <class X, std::size_t N = 20> consteval std::size_t members() {
  if constexpr (takes<X>(std::make_index_sequence<N>()))
    return N;
  else
    return members<X, N - 1>();
}

template <class X> inline constexpr bool is_vector = false;
template <class X> inline constexpr bool is_vector<std::vector<X>> = true;
template <class X> inline constexpr bool is_array = false;
template <class X, std::size_t N> inline constexpr bool is_array<std::array<X, N>> = true;
template <class X> inline constexpr bool is_optional = false;
template <class X> inline constexpr bool is_optional<std::optional<X>> = true;
template <class X> inline constexpr bool is_variant = false;
template <class... X> inline constexpr bool is_variant<std::variant<X...>> = true;

// An optional member hides how many there are.
template <class X, class F>
  requires std::same_as<std::remove_const_t<X>, LinkFigures::Pace>
void each_member(X& x, F&& f) {
  f(x.pace), f(x.overruns), f(x.slipped), f(x.first), f(x.worst);
}
// f(member), in order.
template <class X, class F> void each_member(X& x, F&& f) {
  constexpr std::size_t n = members<std::remove_const_t<X>>();
  const auto all = [&f](auto&... member) { (f(member), ...); };
  static_assert(n <= 20);
  // clang-format off
  if constexpr (n == 1) { auto& [a] = x; all(a); }
  if constexpr (n == 2) { auto& [a, b] = x; all(a, b); }
  if constexpr (n == 3) { auto& [a, b, c] = x; all(a, b, c); }
  if constexpr (n == 4) { auto& [a, b, c, d] = x; all(a, b, c, d); }
  if constexpr (n == 5) { auto& [a, b, c, d, e] = x; all(a, b, c, d, e); }
  if constexpr (n == 6) { auto& [a, b, c, d, e, g] = x; all(a, b, c, d, e, g); }
  if constexpr (n == 7) { auto& [a, b, c, d, e, g, h] = x; all(a, b, c, d, e, g, h); }
  if constexpr (n == 8) { auto& [a, b, c, d, e, g, h, i] = x; all(a, b, c, d, e, g, h, i); }
  if constexpr (n == 9) { auto& [a, b, c, d, e, g, h, i, j] = x; all(a, b, c, d, e, g, h, i, j); }
  if constexpr (n == 10) { auto& [a, b, c, d, e, g, h, i, j, k] = x; all(a, b, c, d, e, g, h, i, j, k); }
  if constexpr (n == 11) { auto& [a, b, c, d, e, g, h, i, j, k, l] = x; all(a, b, c, d, e, g, h, i, j, k, l); }
  if constexpr (n == 12) { auto& [a, b, c, d, e, g, h, i, j, k, l, m] = x; all(a, b, c, d, e, g, h, i, j, k, l, m); }
  if constexpr (n == 13) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o] = x; all(a, b, c, d, e, g, h, i, j, k, l, m, o); }
  if constexpr (n == 14) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p] = x; all(a, b, c, d, e, g, h, i, j, k, l, m, o, p); }
  if constexpr (n == 15) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q] = x; all(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q); }
  if constexpr (n == 16) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r] = x; all(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r); }
  if constexpr (n == 17) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s] = x; all(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s); }
  if constexpr (n == 18) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t] = x; all(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t); }
  if constexpr (n == 19) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u] = x; all(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u); }
  if constexpr (n == 20) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v] = x; all(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v); }
  // clang-format on
}

// How many values an enum has, from 0 on.
template <class E> consteval std::size_t values_of() {
  if constexpr (requires { enum_names(E{}); })
    return enum_names(E{}).size();
  else
    return static_cast<std::size_t>(last_of(E{})) + 1;
}

}  // namespace pack_detail

// ---- To bytes -----------------------------------------------------------------------------------

template <class X> void pack(Bytes& out, const X& x) {
  using namespace pack_detail;
  const auto raw = [&out](const auto& value) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
    out.insert(out.end(), from, from + sizeof value);
  };
  if constexpr (std::is_same_v<X, bool>) {
    out.push_back(x ? 1 : 0);
  } else if constexpr (std::is_enum_v<X>) {
    raw(static_cast<std::int32_t>(x));
  } else if constexpr (std::is_arithmetic_v<X> || std::is_same_v<X, Histogram>) {
    raw(x);
  } else if constexpr (std::is_same_v<X, std::string> || is_vector<X>) {
    raw(static_cast<std::uint32_t>(x.size()));
    for (const auto& one : x) pack(out, one);
  } else if constexpr (is_array<X>) {
    for (const auto& one : x) pack(out, one);
  } else if constexpr (is_optional<X>) {
    pack(out, x.has_value());
    if (x) pack(out, *x);
  } else if constexpr (is_variant<X>) {
    out.push_back(static_cast<std::uint8_t>(x.index()));
    std::visit([&out](const auto& one) { pack(out, one); }, x);
  } else {
    static_assert(std::is_aggregate_v<X>);
    if constexpr (!std::is_empty_v<X>)
      each_member(x, [&out](const auto& member) { pack(out, member); });
  }
}
template <class X> Bytes packed(const X& x) {
  Bytes out;
  pack(out, x);
  return out;
}

// ---- From bytes ---------------------------------------------------------------------------------

// Takes values from the front; once something does not fit, nothing does any more.
class Unpacker {
 public:
  explicit Unpacker(std::span<const std::uint8_t> bytes) : left_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && left_.empty(); }

  template <class X> void take(X& x) {
    using namespace pack_detail;
    if constexpr (std::is_same_v<X, bool>) {
      std::uint8_t byte = 0;
      raw(byte);
      if (byte > 1) ok_ = false;
      x = byte == 1;
    } else if constexpr (std::is_enum_v<X>) {
      std::int32_t value = 0;
      raw(value);
      if (value < 0 || static_cast<std::size_t>(value) >= values_of<X>()) ok_ = false;
      if (ok_) x = static_cast<X>(value);
    } else if constexpr (std::is_arithmetic_v<X> || std::is_same_v<X, Histogram>) {
      raw(x);
    } else if constexpr (std::is_same_v<X, std::string> || is_vector<X>) {
      std::uint32_t n = 0;
      raw(n);
      if (n > left_.size()) ok_ = false;  // each takes a byte at least
      x.clear();
      for (; ok_ && n > 0; --n) {
        typename X::value_type one{};
        take(one);
        x.push_back(std::move(one));
      }
    } else if constexpr (is_array<X>) {
      for (auto& one : x) take(one);
    } else if constexpr (is_optional<X>) {
      bool is_there = false;
      take(is_there);
      typename X::value_type one{};
      if (is_there && ok_) take(one);
      x.reset();
      if (is_there && ok_) x = std::move(one);
    } else if constexpr (is_variant<X>) {
      std::uint8_t index = 0;
      raw(index);
      if (index >= std::variant_size_v<X>) ok_ = false;
      if (ok_) take_choice(x, index, std::make_index_sequence<std::variant_size_v<X>>());
    } else {
      static_assert(std::is_aggregate_v<X>);
      if constexpr (!std::is_empty_v<X>)
        each_member(x, [this](auto& member) { this->take(member); });
    }
  }

 private:
  template <class X> void raw(X& x) {
    if (!ok_ || left_.size() < sizeof x) {
      ok_ = false;
      return;
    }
    std::memcpy(&x, left_.data(), sizeof x);
    left_ = left_.subspan(sizeof x);
  }
  template <class X, std::size_t... I>
  void take_choice(X& x, std::size_t index, std::index_sequence<I...>) {
    (static_cast<void>(index == I && (take(x.template emplace<I>()), true)), ...);
  }

  std::span<const std::uint8_t> left_;
  bool ok_ = true;
};

// All of the bytes as one value; nothing where they are none.
template <class X> std::optional<X> unpacked(std::span<const std::uint8_t> bytes) {
  Unpacker from(bytes);
  std::optional<X> out(std::in_place);
  from.take(*out);
  if (!from.at_end()) out.reset();
  return out;
}

// ---- What it is made of -------------------------------------------------------------------------

// In a text: two programs in which a message has the same one understand each other.
template <class X> std::string shape() {
  using namespace pack_detail;
  if constexpr (std::is_enum_v<X>) {
    return "e" + std::to_string(values_of<X>());
  } else if constexpr (std::is_arithmetic_v<X> || std::is_same_v<X, Histogram>) {
    return (std::is_floating_point_v<X> ? "f" : "i") + std::to_string(sizeof(X));
  } else if constexpr (std::is_same_v<X, std::string>) {
    return "s";
  } else if constexpr (is_vector<X>) {
    return "[" + shape<typename X::value_type>() + "]";
  } else if constexpr (is_array<X>) {
    return std::to_string(std::tuple_size_v<X>) + shape<typename X::value_type>();
  } else if constexpr (is_optional<X>) {
    return "?" + shape<typename X::value_type>();
  } else if constexpr (is_variant<X>) {
    std::string out = "<";
    [&out]<std::size_t... I>(std::index_sequence<I...>) {
      ((out += shape<std::variant_alternative_t<I, X>>() + "|"), ...);
    }(std::make_index_sequence<std::variant_size_v<X>>());
    return out + ">";
  } else {
    std::string out = "{";
    X x{};
    each_member(
        x, [&out](const auto& member) { out += shape<std::remove_cvref_t<decltype(member)>>(); });
    return out + "}";
  }
}

}  // namespace evsim::live
