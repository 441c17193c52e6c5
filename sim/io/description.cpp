#include "sim/io/description.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/io/quantity.h"

namespace evsim::io {
namespace {

bool has_unit(const Node& member) { return member.kind == Kind::number || member.is_table(); }

void add_keys(Node& object, std::size_t index) {
  const Node& member = object.members[index];
  const bool bare = !has_unit(member) || (member.is_table() && member.dim != Dim::none);
  if (bare) object.keys.push_back({std::string(member.name), index, nullptr});
  if (!has_unit(member)) return;
  for (const Unit* u : units_of(member.dim))
    object.keys.push_back({key_in(member.name, *u), index, u});
}

}  // namespace

namespace detail {

void fill(Node& node, const Field& field) {
  node.name = field.name;
  node.doc = field.doc;
  node.dim = field.dim;
  node.range = field.range;
}
void fill(Node& node, const Field1& field) {
  fill(node, Field{field.name, field.dim, field.range, field.doc});
  node.x = field.x;
  node.optional = field.optional;
}
void fill(Node& node, const Field2& field) {
  fill(node, Field{field.name, field.dim, field.range, field.doc});
  node.x = field.x;
  node.y = field.y;
}
void fill(Node& node, const Group& group) {
  node.name = group.name;
  node.doc = group.doc;
}

void finish(Node& object) {
  for (std::size_t i = 0; i < object.members.size(); ++i) add_keys(object, i);
  std::ranges::sort(object.keys, {}, &Key::text);
  const auto twice = std::ranges::adjacent_find(object.keys, {}, &Key::text);
  if (twice != object.keys.end())
    throw std::logic_error("two members of one struct share the key " + twice->text);
}

}  // namespace detail

const Key* Node::find_key(std::string_view text) const {
  const auto it = std::ranges::lower_bound(keys, text, {},
                                           [](const Key& k) { return std::string_view(k.text); });
  return it != keys.end() && it->text == text ? &*it : nullptr;
}

const Node* Node::find_member(std::string_view member) const {
  const auto it = std::ranges::find(members, member, &Node::name);
  return it == members.end() ? nullptr : &*it;
}

Part body(const Node& node, void* at) {
  if (node.kind != Kind::variant) return {&node, at};
  const auto i = static_cast<std::size_t>(node.access.index(at));
  return {&node.members[i], node.access.element(at, 0)};
}

bool is_missing(const Node& leaf, const void* at) {
  switch (leaf.kind) {
    case Kind::number: {
      const double x = as<double>(at);
      return !leaf.range.contains(x) && !std::isinf(x);
    }
    case Kind::integer: return !leaf.range.contains(as<int>(at));
    case Kind::table1: return !leaf.optional && as<Table1<double>>(at).empty();
    case Kind::table2: return as<Table2<double>>(at).empty();
    default: return false;
  }
}

bool may_be_unlimited(const Node& leaf) {
  if (leaf.kind != Kind::number) return false;
  return leaf.range.unlimited ||
         (leaf.defaults != nullptr && as<double>(leaf.defaults) == kInfinity);
}
bool is_required(const Node& leaf) { return is_missing(leaf, leaf.defaults); }

}  // namespace evsim::io
