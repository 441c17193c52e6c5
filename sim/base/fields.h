// Fields described once: from one description of a struct's members come its JSON reader, its schema,
// its reference page, --set, signal names and units.
//
// A struct is described by a free function beside it, found by argument-dependent look-up, that works
// for const and mutable structs over any scalar:
//
//   template <class P, class V> constexpr void describe(P& p, V&& field)   // P: maybe const Params<T>
//     requires same_template<P, Params> {
//     field(p.mass, Field{"mass", Dim::mass, positive, "kerb mass"});
//     field(p.OCV, Field1{"OCV", Dim::voltage, positive, "open-circuit voltage", {"SOC", Dim::none}});
//     field(p.machine, Group{"machine", "what turns current into torque"});
//   }
//
// Kinds of member: T, int, bool, enum (with enum_names), text (std::string, FileName, a vector of
// strings), Table1<T>, Table2<T>, a described struct, std::variant of described structs (each with
// kType, chosen by the key "type"), NamedList, std::vector of described structs.
// A member's initial value is its default; NaN (kRequired) says that the file must give it;
// infinity says "no limit".
#pragma once

#include <array>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sim/base/scalar.h"
#include "sim/base/table.h"
#include "sim/base/units.h"

namespace evsim {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kRequired = std::numeric_limits<double>::quiet_NaN();

// Allowed values [SI]; an open end excludes its bound.
struct Range {
  double min = -kInfinity;
  double max = kInfinity;
  bool open_min = false;
  bool open_max = false;
  bool unlimited = false;  // kInfinity too, though it is no default; in files "unlimited"
  constexpr bool contains(double x) const {
    return (open_min ? x > min : x >= min) && (open_max ? x < max : x <= max);
  }
};
inline constexpr Range any_value{};
inline constexpr Range positive{.min = 0, .open_min = true};
inline constexpr Range not_negative{.min = 0};
inline constexpr Range fraction{.min = 0, .max = 1};                             // 0..1
inline constexpr Range positive_fraction{.min = 0, .max = 1, .open_min = true};  // above 0, to 1
constexpr Range between(double min, double max) { return {.min = min, .max = max}; }

struct Field {  // a number, int, bool or enum
  std::string_view name;
  Dim dim = Dim::none;
  Range range = any_value;
  std::string_view doc = {};
};
struct Axis {
  std::string_view name;
  Dim dim = Dim::none;
  Range must_cover{0, 0};  // the table's axis must reach both ends, where min < max
};
struct Field1 {  // a table over one axis
  std::string_view name;
  Dim dim;
  Range range;
  std::string_view doc = {};
  Axis x;
  bool optional = false;  // it may be left out
};
struct Field2 {  // a table over two axes
  std::string_view name;
  Dim dim;
  Range range;
  std::string_view doc = {};
  Axis x, y;
};
struct Group {  // a nested struct, variant or list
  std::string_view name;
  std::string_view doc = {};
};

// Up to N members, each under a name of the user's: drive_units.rear. No allocation in the elements'
// hot use: names are fixed at load.
template <class X, int N> struct NamedList {
  static constexpr int kCapacity = N;
  using Element = X;
  std::array<X, static_cast<std::size_t>(N)> items{};
  std::array<std::string, static_cast<std::size_t>(N)> names{};
  int count = 0;

  X& operator[](int i) { return items[static_cast<std::size_t>(i)]; }
  const X& operator[](int i) const { return items[static_cast<std::size_t>(i)]; }
  const std::string& name(int i) const { return names[static_cast<std::size_t>(i)]; }
  int size() const { return count; }
  // Adds an element; false when full.
  bool add(std::string_view name) {
    if (count == N) return false;
    names[static_cast<std::size_t>(count++)] = name;
    return true;
  }
};

// The name of a file; one named inside another file is resolved against the folder of that one.
struct FileName {
  std::string path;
};

template <class X> inline constexpr bool is_variant = false;
template <class... A> inline constexpr bool is_variant<std::variant<A...>> = true;
template <class X> inline constexpr bool is_named_list = false;
template <class X, int N> inline constexpr bool is_named_list<NamedList<X, N>> = true;
template <class X> inline constexpr bool is_vector = false;
template <class X> inline constexpr bool is_vector<std::vector<X>> = true;
template <class X> inline constexpr bool is_table1 = false;
template <Scalar T> inline constexpr bool is_table1<Table1<T>> = true;
template <class X> inline constexpr bool is_table2 = false;
template <Scalar T> inline constexpr bool is_table2<Table2<T>> = true;
template <class X> inline constexpr bool is_number = Scalar<X>;

// The described struct P is Params<T> for some T, const or not: keeps each describe() to its own type.
template <class P, template <class> class Struct> inline constexpr bool is_template_of = false;
template <class T, template <class> class Struct>
inline constexpr bool is_template_of<Struct<T>, Struct> = true;
template <class P, template <class> class Struct>
concept same_template = is_template_of<std::remove_const_t<P>, Struct>;

// ---- Copying a description's values between scalars ---------------------------------------------

// The values of a described struct over double, in the order of its description.
struct Leaves {
  std::vector<double> numbers;
  std::vector<int> counts;  // int, bool, enum, variant index, list size
  std::vector<Table1<double>> tables1;
  std::vector<Table2<double>> tables2;
  std::vector<std::string> names;  // texts, and names of list elements
};

namespace detail {

template <class Enum>
  requires std::is_enum_v<Enum>
int to_count(Enum e) {
  return static_cast<int>(e);
}
inline int to_count(int i) { return i; }

struct Collect {
  Leaves& out;
  template <class X, class F> void operator()(const X& x, const F&) {
    if constexpr (is_number<X>) {
      out.numbers.push_back(x);
    } else if constexpr (std::is_same_v<X, int> || std::is_same_v<X, bool> || std::is_enum_v<X>) {
      out.counts.push_back(to_count(x));
    } else if constexpr (std::is_same_v<X, std::string>) {
      out.names.push_back(x);
    } else if constexpr (std::is_same_v<X, FileName>) {
      out.names.push_back(x.path);
    } else if constexpr (is_vector<X>) {
      out.counts.push_back(static_cast<int>(x.size()));
      for (const auto& element : x) element_of(element);
    } else if constexpr (is_table1<X>) {
      out.tables1.push_back(x);
    } else if constexpr (is_table2<X>) {
      out.tables2.push_back(x);
    } else if constexpr (is_variant<X>) {
      out.counts.push_back(static_cast<int>(x.index()));
      std::visit([this](const auto& y) { describe(y, *this); }, x);
    } else if constexpr (is_named_list<X>) {
      out.counts.push_back(x.size());
      for (int i = 0; i < x.size(); ++i) {
        out.names.push_back(x.name(i));
        describe(x[i], *this);
      }
    } else {
      describe(x, *this);
    }
  }
  void element_of(const std::string& x) { out.names.push_back(x); }
  template <class X> void element_of(const X& x) { describe(x, *this); }
};

template <class Variant, std::size_t... I>
void emplace_index(Variant& v, std::size_t index, std::index_sequence<I...>) {
  ((I == index ? static_cast<void>(v.template emplace<I>()) : static_cast<void>(0)), ...);
}

// Fills a struct over T from one set of leaves, or one a lane; counts, names and which tables are
// given must agree.
template <Scalar T> struct Assemble {
  std::span<const Leaves> lanes_in;
  std::size_t number = 0, count = 0, table1 = 0, table2 = 0, name = 0;

  const Leaves& lane_leaves(int i) const {
    return lanes_in[lanes_in.size() == 1 ? 0 : static_cast<std::size_t>(i)];
  }
  // The next value of a kind that all lanes must agree on.
  template <class Get> auto agreed(Get get) {
    auto first = get(lane_leaves(0));
    for (const Leaves& l : lanes_in)
      if (get(l) != first)
        throw std::invalid_argument("counts, levels, choices and names must agree in all lanes");
    return first;
  }
  int next_count() {
    const int n = agreed([this](const Leaves& l) { return l.counts[count]; });
    ++count;
    return n;
  }
  template <class X, class F> void operator()(X& x, const F&) {
    if constexpr (is_number<X>) {
      for (int i = 0; i < lanes<T>; ++i) set_lane(x, i, lane_leaves(i).numbers[number]);
      ++number;
    } else if constexpr (std::is_same_v<X, int> || std::is_same_v<X, bool> || std::is_enum_v<X>) {
      x = static_cast<X>(next_count());
    } else if constexpr (std::is_same_v<X, std::string>) {
      x = lane_leaves(0).names[name++];
    } else if constexpr (std::is_same_v<X, FileName>) {
      x.path = lane_leaves(0).names[name++];
    } else if constexpr (is_vector<X>) {
      x.resize(static_cast<std::size_t>(next_count()));
      for (auto& element : x) element_of(element);
    } else if constexpr (is_table1<X>) {
      agreed([this](const Leaves& l) { return l.tables1[table1].empty(); });
      for (int i = 0; i < lanes<T>; ++i) x.set_lane(i, lane_leaves(i).tables1[table1].data());
      ++table1;
    } else if constexpr (is_table2<X>) {
      agreed([this](const Leaves& l) { return l.tables2[table2].empty(); });
      for (int i = 0; i < lanes<T>; ++i) x.set_lane(i, lane_leaves(i).tables2[table2].data());
      ++table2;
    } else if constexpr (is_variant<X>) {
      emplace_index(x, static_cast<std::size_t>(next_count()),
                    std::make_index_sequence<std::variant_size_v<X>>{});
      std::visit([this](auto& y) { describe(y, *this); }, x);
    } else if constexpr (is_named_list<X>) {
      x.count = next_count();
      for (int i = 0; i < x.count; ++i) {
        x.names[static_cast<std::size_t>(i)] =
            agreed([this](const Leaves& l) { return l.names[name]; });
        ++name;
        describe(x[i], *this);
      }
    } else {
      describe(x, *this);
    }
  }
  void element_of(std::string& x) { x = lane_leaves(0).names[name++]; }
  template <class X> void element_of(X& x) { describe(x, *this); }
};

}  // namespace detail

// The values of a described struct over double.
template <class P> Leaves collect(const P& p) {
  Leaves out;
  describe(p, detail::Collect{out});
  return out;
}

// The same struct over another scalar: one variant for all lanes, or one a lane.
// Throws std::invalid_argument where counts, choices or names differ between lanes, and for any other
// number of variants.
template <template <class> class P, Scalar T> P<T> over(std::span<const P<double>> variants) {
  if (variants.size() != 1 && variants.size() != static_cast<std::size_t>(lanes<T>))
    throw std::invalid_argument("one variant for all lanes, or one a lane");
  std::vector<Leaves> leaves;
  for (const P<double>& v : variants) leaves.push_back(collect(v));
  P<T> out{};
  detail::Assemble<T> fill{leaves};
  describe(out, fill);
  return out;
}
template <template <class> class P, Scalar T> P<T> over(const P<double>& variant) {
  return over<P, T>(std::span<const P<double>>(&variant, 1));
}

// ---- Walking leaves with dotted paths -----------------------------------------------------------

// Calls leaf(member, path, field) for each number, int, bool, enum, text and table, with its dotted
// path; list elements stand under their names (in a vector: 0, 1 ...), the chosen alternative of a
// variant directly in its group.
template <class Leaf> struct Walk {
  Leaf& leaf;
  std::string path;

  std::string join(std::string_view name) const {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
  }
  template <class X, class F> void operator()(X& x, const F& f) {
    using U = std::remove_const_t<X>;
    if constexpr (std::is_same_v<F, Group>) {
      Walk inner{leaf, join(f.name)};
      if constexpr (is_variant<U>) {
        std::visit([&](auto& y) { describe(y, inner); }, x);
      } else if constexpr (is_named_list<U>) {
        for (int i = 0; i < x.size(); ++i) {
          Walk element{leaf, inner.join(x.name(i))};
          describe(x[i], element);
        }
      } else if constexpr (is_vector<U>) {
        for (std::size_t i = 0; i < x.size(); ++i) {
          Walk element{leaf, inner.join(std::to_string(i))};
          describe(x[i], element);
        }
      } else {
        describe(x, inner);
      }
    } else {
      leaf(x, join(f.name), f);
    }
  }
};
template <class P, class Leaf> void walk(P& p, Leaf&& leaf, std::string path = {}) {
  Walk<std::remove_reference_t<Leaf>> w{leaf, std::move(path)};
  describe(p, w);
}

}  // namespace evsim
