#include "sim/io/parameters.h"

#include <cmath>
#include <limits>

#include "sim/io/quantity.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

// Calls leaf(node, address, path) for each leaf of a struct in use.
template <class Leaf>
void each_leaf(const Node& node, void* at, const std::string& path, const Leaf& leaf) {
  if (!node.is_container()) return leaf(node, at, path);
  const std::string prefix = path.empty() ? "" : path + ".";
  if (node.kind == Kind::list || node.kind == Kind::array) {
    for (int i = 0; i < node.access.index(at); ++i) {
      const std::string name =
          node.kind == Kind::list ? node.access.name(at, i) : std::to_string(i);
      each_leaf(node.members[0], node.access.element(at, i), prefix + name, leaf);
    }
    return;
  }
  const Part part = body(node, at);
  for (const Node& m : part.node->members)
    each_leaf(m, member_at(m, part.at), prefix + std::string(m.name), leaf);
}

std::string number_text(const Unit& unit, double si) {
  if (std::isinf(si)) return (si > 0 ? "" : "-") + std::string(kUnlimited);
  return format(shown_in(unit, si));
}

std::string table_text(const Node& leaf, const void* at) {
  const auto size = [](const TableAxis& a) { return std::to_string(a.knots().size()); };
  if (leaf.kind == Kind::table1) {
    const auto& table = as<Table1<double>>(at);
    return table.empty() ? "" : "table of " + size(table.data()->axis());
  }
  const auto& table = as<Table2<double>>(at);
  return table.empty() ? ""
                       : "table of " + size(table.data()->x()) + " x " + size(table.data()->y());
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& w : words) all += (all.empty() ? "" : ", ") + w;
  return all;
}

std::string value_text(const Node& leaf, const void* at) {
  switch (leaf.kind) {
    case Kind::number: return number_text(display_unit(leaf.dim), as<double>(at));
    case Kind::integer: return std::to_string(as<int>(at));
    case Kind::boolean: return as<bool>(at) ? "true" : "false";
    case Kind::choice:
      return std::string(leaf.choices[static_cast<std::size_t>(leaf.access.index(at))]);
    case Kind::text: return as<std::string>(at);
    case Kind::file: return as<FileName>(at).path;
    case Kind::texts: return joined(as<std::vector<std::string>>(at));
    default: return table_text(leaf, at);
  }
}

double value_of(const Node& leaf, const void* at) {
  if (leaf.kind == Kind::number) return shown_in(display_unit(leaf.dim), as<double>(at));
  if (leaf.kind == Kind::integer) return as<int>(at);
  return std::numeric_limits<double>::quiet_NaN();
}

std::string allowed_text(const Node& leaf) {
  if (leaf.kind == Kind::boolean) return "true or false";
  if (leaf.kind == Kind::choice)
    return one_of(std::vector<std::string>(leaf.choices.begin(), leaf.choices.end()));
  return allowed(leaf.range, display_unit(leaf.dim));
}

std::string origin_text(const std::string& path, const Origins& origins) {
  const auto it = origins.find(path);
  if (it == origins.end()) return "default";
  const Origin& o = it->second;
  return o.line > 0 ? o.file + ":" + std::to_string(o.line) : o.file;
}

}  // namespace

std::vector<Parameter> list_parameters(const Node& root, const void* at, const Origins& origins) {
  std::vector<Parameter> all;
  // Nothing is written through the pointer.
  each_leaf(root, const_cast<void*>(at), "",
            [&](const Node& leaf, const void* there, const std::string& path) {
              const bool has_unit = leaf.kind == Kind::number || leaf.is_table();
              const Unit* unit =
                  has_unit || leaf.kind == Kind::integer ? &display_unit(leaf.dim) : nullptr;
              all.push_back(
                  {.path = path,
                   .key = has_unit ? key_in(leaf.name, *unit) : std::string(leaf.name),
                   .kind = leaf.kind,
                   .unit = unit,
                   .value = value_of(leaf, there),
                   .text = value_text(leaf, there),
                   .default_text = is_required(leaf) ? "required" : value_text(leaf, leaf.defaults),
                   .allowed = allowed_text(leaf),
                   .doc = leaf.doc,
                   .origin = origin_text(path, origins)});
            });
  return all;
}

}  // namespace evsim::io
