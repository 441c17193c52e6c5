// The description of a struct (sim/base/fields.h), walked once into a tree that ordinary code can read:
// names, dimensions, ranges and where each member lies. The reader, the schema, --set and the lists of
// parameters work on this tree, so a new struct costs no new copy of them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "sim/base/fields.h"

namespace evsim::io {

enum class Kind {
  number,   // double
  integer,  // int
  boolean,  // bool
  choice,   // enum, by name
  text,     // std::string
  file,     // FileName
  texts,    // std::vector<std::string>
  table1,   // Table1<double>
  table2,   // Table2<double>
  object,   // described struct
  variant,  // one of several described structs, chosen by the key "type"
  list,     // NamedList: an object by name
  array,    // std::vector of described structs
};

// What is done with a member through its address, by kind.
struct Access {
  // choice: value; variant: alternative; list, array: elements
  int (*index)(const void* at) = nullptr;
  // choice: stores a value; variant: makes the alternative, with its defaults
  void (*set_index)(void* at, int index, const void* defaults) = nullptr;
  // variant: its alternative; list, array: element i
  void* (*element)(void* at, int i) = nullptr;
  // list, array: adds an element and returns it; nullptr when full
  void* (*add)(void* at, const std::string& name) = nullptr;
  // list: name of element i
  const std::string& (*name)(const void* at, int i) = nullptr;
  // object, variant, list, array: copies all of it
  void (*assign)(void* to, const void* from) = nullptr;
};

// A key that users may write for a member; unit is nullptr where no number with a unit stands.
struct Key {
  std::string text;
  std::size_t member;
  const Unit* unit;
};

struct Node {
  Kind kind = Kind::object;
  std::string_view name, doc;
  Dim dim = Dim::none;
  Range range;
  Axis x, y;                                  // of tables
  bool optional = false;                      // a table that may be left out
  std::span<const std::string_view> choices;  // of a choice
  int capacity = 0;                           // of a list
  std::size_t offset = 0;                     // in the struct that holds it [byte]
  const void* defaults = nullptr;             // the same member of a default instance
  std::shared_ptr<const void> owner;          // keeps alternatives' and elements' defaults
  Access access;
  // object: members in order; variant: alternatives, named by their type; list, array: the element
  std::vector<Node> members;
  std::vector<Key> keys;  // object: all that users may write, sorted

  const Key* find_key(std::string_view text) const;
  const Node* find_member(std::string_view member) const;
  bool is_container() const { return kind >= Kind::object; }
  bool is_table() const { return kind == Kind::table1 || kind == Kind::table2; }
};

template <class X> X& as(void* at) { return *static_cast<X*>(at); }
template <class X> const X& as(const void* at) { return *static_cast<const X*>(at); }

// Where a member of an object lies.
inline void* member_at(const Node& member, void* object) {
  return static_cast<std::byte*>(object) + member.offset;
}

// A described thing and its address.
struct Part {
  const Node* node;
  void* at;
};
// The struct that holds the fields: a variant's alternative, otherwise the object itself.
Part body(const Node& node, void* at);

// Where the file must say something: the default is NaN, an empty table, or outside the range.
bool is_required(const Node& leaf);
// The value at this address can't be used: nobody has given it.
bool is_missing(const Node& leaf, const void* at);
// A number that may be without limit (infinity): its default is, or its range says so. Files then have kUnlimited.
bool may_be_unlimited(const Node& leaf);
inline constexpr std::string_view kUnlimited = "unlimited";

namespace detail {

void fill(Node& node, const Field& field);
void fill(Node& node, const Field1& field);
void fill(Node& node, const Field2& field);
void fill(Node& node, const Group& group);
void finish(Node& object);  // its keys; std::logic_error when two members share one

template <class X> void describe_type(Node& node, const X& x);

struct Describe {
  Node& parent;
  const void* base;

  template <class X, class F> void operator()(const X& x, const F& field) {
    Node node;
    fill(node, field);
    node.offset = static_cast<std::size_t>(reinterpret_cast<const std::byte*>(&x) -
                                           static_cast<const std::byte*>(base));
    node.defaults = &x;
    describe_type(node, x);
    parent.members.push_back(std::move(node));
  }
};

template <class X> void assign(void* to, const void* from) { as<X>(to) = as<X>(from); }

template <class X> void describe_object(Node& node, const X& x) {
  node.kind = Kind::object;
  node.access.assign = assign<X>;
  describe(x, Describe{node, &x});
  finish(node);
}

// A node with defaults of its own: an alternative or an element.
template <class X> Node detached(const X& defaults) {
  Node node;
  const auto own = std::make_shared<const X>(defaults);
  node.owner = own;
  node.defaults = own.get();
  describe_type(node, *own);
  return node;
}

template <class V, class A> void describe_alternative(Node& node, const V& v) {
  Node one = detached(std::holds_alternative<A>(v) ? *std::get_if<A>(&v) : A{});
  one.name = A::kType;
  if constexpr (requires { A::kDoc; }) one.doc = A::kDoc;
  node.members.push_back(std::move(one));
}
template <class... A> void describe_variant(Node& node, const std::variant<A...>& v) {
  using V = std::variant<A...>;
  node.kind = Kind::variant;
  node.access.assign = assign<V>;
  node.access.index = [](const void* at) { return static_cast<int>(as<V>(at).index()); };
  node.access.set_index = [](void* at, int index, const void* defaults) {
    int i = 0;
    ((i++ == index ? static_cast<void>(as<V>(at) = as<A>(defaults)) : static_cast<void>(0)), ...);
  };
  node.access.element = [](void* at, int) {
    return std::visit([](auto& a) { return static_cast<void*>(&a); }, as<V>(at));
  };
  (describe_alternative<V, A>(node, v), ...);
}

template <class L> void describe_list(Node& node) {
  node.kind = Kind::list;
  node.capacity = L::kCapacity;
  node.access.assign = assign<L>;
  node.access.index = [](const void* at) { return as<L>(at).size(); };
  node.access.element = [](void* at, int i) { return static_cast<void*>(&as<L>(at)[i]); };
  node.access.name = [](const void* at, int i) -> const std::string& { return as<L>(at).name(i); };
  node.access.add = [](void* at, const std::string& name) -> void* {
    L& list = as<L>(at);
    return list.add(name) ? &list[list.size() - 1] : nullptr;
  };
  node.members.push_back(detached(typename L::Element{}));
}

template <class X> void describe_array(Node& node) {
  using A = std::vector<X>;
  node.kind = Kind::array;
  node.access.assign = assign<A>;
  node.access.index = [](const void* at) { return static_cast<int>(as<A>(at).size()); };
  node.access.element = [](void* at, int i) {
    return static_cast<void*>(&as<A>(at)[static_cast<std::size_t>(i)]);
  };
  node.access.add = [](void* at, const std::string&) -> void* { return &as<A>(at).emplace_back(); };
  node.members.push_back(detached(X{}));
}

template <class E> void describe_choice(Node& node) {
  node.kind = Kind::choice;
  node.choices = enum_names(E{});
  node.access.index = [](const void* at) { return static_cast<int>(as<E>(at)); };
  node.access.set_index = [](void* at, int index, const void*) {
    as<E>(at) = static_cast<E>(index);
  };
}

template <class X> void describe_type(Node& node, const X& x) {
  if constexpr (std::is_same_v<X, double>) {
    node.kind = Kind::number;
  } else if constexpr (std::is_same_v<X, int>) {
    node.kind = Kind::integer;
  } else if constexpr (std::is_same_v<X, bool>) {
    node.kind = Kind::boolean;
  } else if constexpr (std::is_enum_v<X>) {
    describe_choice<X>(node);
  } else if constexpr (std::is_same_v<X, std::string>) {
    node.kind = Kind::text;
  } else if constexpr (std::is_same_v<X, FileName>) {
    node.kind = Kind::file;
  } else if constexpr (std::is_same_v<X, std::vector<std::string>>) {
    node.kind = Kind::texts;
  } else if constexpr (is_table1<X>) {
    node.kind = Kind::table1;
  } else if constexpr (is_table2<X>) {
    node.kind = Kind::table2;
  } else if constexpr (is_variant<X>) {
    describe_variant(node, x);
  } else if constexpr (is_named_list<X>) {
    describe_list<X>(node);
  } else if constexpr (is_vector<X>) {
    describe_array<typename X::value_type>(node);
  } else {
    describe_object(node, x);
  }
}

}  // namespace detail

// The description of P, made at the first call.
template <class P> const Node& description() {
  static const Node root = detail::detached(P{});
  return root;
}

}  // namespace evsim::io

// The two large ones take seconds to compile: once, in described.cpp.
namespace evsim::car {
template <Scalar T> struct Params;
}
namespace evsim::scenario {
struct Params;
}
extern template const evsim::io::Node& evsim::io::description<evsim::car::Params<double>>();
extern template const evsim::io::Node& evsim::io::description<evsim::scenario::Params>();
