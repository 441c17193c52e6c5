// What a struct needs and no file gave.
#include <algorithm>

#include "sim/io/leaf.h"
#include "sim/io/loader.h"
#include "sim/io/quantity.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

std::string keys_that_would_do(const Node& leaf) {
  if (leaf.is_table()) {
    const Node inside = inline_table(leaf);
    std::string keys;
    for (const Node& m : inside.members)
      keys += (keys.empty() ? "" : ", ") + key_in(m.name, display_unit(m.dim));
    return std::string(leaf.name) + ", a CSV file or an object with " + keys + "; or " +
           keys_in_units(leaf.name, leaf.dim) + ", one number for all";
  }
  if (leaf.kind == Kind::number) return keys_in_units(leaf.name, leaf.dim);
  return std::string(leaf.name);
}

bool lacks(const Node& node, void* at) {
  const Part part = body(node, at);
  if (part.node->kind != Kind::object) return false;  // lists may be empty
  return std::ranges::any_of(part.node->members, [&](const Node& m) {
    void* there = member_at(m, part.at);
    return m.is_container() ? lacks(m, there) : is_missing(m, there);
  });
}

std::string lacking_keys(const Node& node, void* at) {
  if (node.kind == Kind::variant) {
    std::vector<std::string> types;
    for (const Node& alternative : node.members)
      types.push_back("\"" + std::string(alternative.name) + "\"");
    return "\"type\": " + one_of(types);
  }
  std::string keys;
  for (const Node& m : node.members) {
    void* there = member_at(m, at);
    if (!(m.is_container() ? lacks(m, there) : is_missing(m, there))) continue;
    const bool unit = m.kind == Kind::number;
    keys += (keys.empty() ? "" : ", ") +
            (unit ? key_in(m.name, display_unit(m.dim)) : std::string(m.name));
  }
  return keys;
}

}  // namespace

Problem problem_at(const Origins& origins, std::string_view path, std::string what) {
  std::string_view nearest = path;
  while (true) {
    const auto it = origins.find(nearest);
    if (it != origins.end())
      return {.file = it->second.file,
              .line = it->second.line,
              .path = std::string(path),
              .what = std::move(what)};
    if (nearest.empty())
      return {.file = {}, .line = 0, .path = std::string(path), .what = std::move(what)};
    const std::size_t dot = nearest.rfind('.');
    nearest = dot == std::string_view::npos ? std::string_view{} : nearest.substr(0, dot);
  }
}

bool Loader::is_unclear(const std::string& path) const {
  return std::ranges::any_of(unclear_, [&](const std::string& u) {
    return u.empty() || path == u || path.starts_with(u + ".");
  });
}

void Loader::check_missing(const Node& root, void* at) {
  if (!is_unclear("")) missing_below(root, at, "");
}

void Loader::missing_below(const Node& node, void* at, const std::string& path) {
  if (is_unclear(path)) return;
  const std::string prefix = path.empty() ? "" : path + ".";
  if (node.kind == Kind::list || node.kind == Kind::array) {
    for (int i = 0; i < node.access.index(at); ++i) {
      const std::string name =
          node.kind == Kind::list ? node.access.name(at, i) : std::to_string(i);
      missing_below(node.members[0], node.access.element(at, i), prefix + name);
    }
    return;
  }
  const Part part = body(node, at);
  for (const Node& m : part.node->members)
    missing_member(m, member_at(m, part.at), prefix + std::string(m.name));
}

void Loader::missing_member(const Node& member, void* at, const std::string& path) {
  const bool given = origins_.contains(path) || is_unclear(path);
  if (!member.is_container()) {
    if (!given && is_missing(member, at)) missing_leaf(member, path);
  } else if (given || member.kind == Kind::list || member.kind == Kind::array) {
    missing_below(member, at, path);
  } else if (lacks(member, at)) {
    missing_object(member, at, path);
  }
}

void Loader::missing_leaf(const Node& leaf, const std::string& path) {
  problems_.add(
      problem_at(origins_, path, "missing; must be given as " + keys_that_would_do(leaf)));
}

void Loader::missing_object(const Node& node, void* at, const std::string& path) {
  problems_.add(
      problem_at(origins_, path, "missing; must be an object with " + lacking_keys(node, at)));
}

}  // namespace evsim::io
