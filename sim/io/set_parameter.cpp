// One value by its dotted path.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "sim/io/key_hint.h"
#include "sim/io/leaf.h"
#include "sim/io/parameters.h"
#include "sim/io/quantity.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

[[noreturn]] void refuse(const std::string& who, std::string_view path, std::string what) {
  throw InputError(
      Problem{.file = who, .line = 0, .path = std::string(path), .what = std::move(what)});
}

// The member of a group by name, or a null node.
Part inside(const Part& group, std::string_view name) {
  if (group.node->kind == Kind::list || group.node->kind == Kind::array) {
    for (int i = 0; i < group.node->access.index(group.at); ++i) {
      const bool named = group.node->kind == Kind::list;
      if (name == (named ? group.node->access.name(group.at, i) : std::to_string(i)))
        return body(group.node->members[0], group.node->access.element(group.at, i));
    }
    return {nullptr, nullptr};
  }
  const Node* member = group.node->find_member(name);
  if (member == nullptr || !member->is_container()) return {nullptr, nullptr};
  return body(*member, member_at(*member, group.at));
}

void collect_paths(const Part& part, const std::string& prefix, std::vector<std::string>& out) {
  if (part.node->kind == Kind::list || part.node->kind == Kind::array) {
    for (int i = 0; i < part.node->access.index(part.at); ++i) {
      const bool named = part.node->kind == Kind::list;
      const std::string name = named ? part.node->access.name(part.at, i) : std::to_string(i);
      collect_paths(body(part.node->members[0], part.node->access.element(part.at, i)),
                    prefix + name + ".", out);
    }
    return;
  }
  for (const Key& key : part.node->keys) {
    const Node& member = part.node->members[key.member];
    if (member.is_container())
      collect_paths(body(member, member_at(member, part.at)), prefix + key.text + ".", out);
    else
      out.push_back(prefix + key.text);
  }
}

// The path that was probably meant: one that ends alike, or the nearest one.
std::string path_like(const Part& root, std::string_view path) {
  std::vector<std::string> all;
  collect_paths(root, "", all);
  const std::string end = "." + std::string(path);
  const auto it = std::ranges::find_if(all, [&](const std::string& p) { return p.ends_with(end); });
  return it != all.end() ? *it : nearest(path, all);
}

[[noreturn]] void refuse_path(const Part& root, std::string_view path, const std::string& who) {
  const std::string like = path_like(root, path);
  refuse(who, path, "no such value" + (like.empty() ? "" : "; did you mean " + like + "?"));
}

Json json_of(const Node& leaf, std::string_view value) {
  const bool numeric = leaf.kind == Kind::number || leaf.kind == Kind::integer || leaf.is_table();
  if (numeric)
    if (const auto x = parse_number(value)) return Json::from(*x);
  if (leaf.kind == Kind::boolean && (value == "true" || value == "false"))
    return Json::from(value == "true");
  if (leaf.kind == Kind::texts) {
    Json list = Json::array();
    list.items.push_back(Json::from(value));
    return list;
  }
  return Json::from(value);
}

void set_json(const Target& target, const Json& value, const std::string& who) {
  Problems problems;
  Files files(read_file);
  const Written written{"", 0, target.named, target.unit};
  set_leaf(*target.leaf, target.at, value, written, files, problems);
  try {
    problems.raise();
  } catch (const InputError& e) {
    std::vector<Problem> named = e.problems();
    for (Problem& p : named)
      if (p.file.empty()) p.file = who;
    throw InputError(std::move(named));
  }
}

// The places in brackets that a path ends with, which are cut off; nothing where they are no numbers.
std::optional<std::vector<std::size_t>> cut_places(std::string_view& path) {
  std::vector<std::size_t> out;
  const std::size_t first = path.find('[');
  if (first == std::string_view::npos) return out;
  std::string_view rest = path.substr(first);
  while (!rest.empty()) {
    const std::size_t end = rest.find(']');
    if (rest.front() != '[' || end == std::string_view::npos) return {};
    std::size_t place = 0;
    const auto read = std::from_chars(rest.data() + 1, rest.data() + end, place);
    if (read.ec != std::errc() || read.ptr != rest.data() + end) return {};
    out.push_back(place);
    rest.remove_prefix(end + 1);
  }
  path = path.substr(0, first);
  return out;
}

// How many values a table has along its axes.
std::vector<std::size_t> sizes(const Node& leaf, const void* at) {
  if (leaf.kind == Kind::table1) {
    const auto& table = as<Table1<double>>(at);
    if (table.empty()) return {};
    return {table.data()->axis().knots().size()};
  }
  const auto& table = as<Table2<double>>(at);
  if (table.empty()) return {};
  return {table.data()->x().knots().size(), table.data()->y().knots().size()};
}

void check_cell(const Target& t, const std::string& who) {
  if (t.cell.empty()) return;
  if (!t.leaf->is_table()) refuse(who, t.named, "is no table: without brackets");
  const std::vector<std::size_t> all = sizes(*t.leaf, t.at);
  if (all.empty()) refuse(who, t.named, "this table is not given");
  if (all.size() != t.cell.size())
    refuse(who, t.named, "a table of " + std::to_string(all.size()) + " axes: as many brackets");
  for (std::size_t i = 0; i < all.size(); ++i)
    if (t.cell[i] >= all[i])
      refuse(who, t.named,
             "got [" + std::to_string(t.cell[i]) + "], must be 0 to " + std::to_string(all[i] - 1));
}

// A table of its own with one other value.
void set_cell(const Target& t, double value, const std::string& who) {
  const Unit& unit = t.unit == nullptr ? si_unit(t.leaf->dim) : *t.unit;
  const double si = reduced(unit, value, t.leaf->range);
  const std::string why = refusal(unit, value, si, t.leaf->range);
  if (!why.empty()) refuse(who, t.named, why);
  if (t.leaf->kind == Kind::table1) {
    auto& table = as<Table1<double>>(t.at);
    std::vector<double> values = table.data()->values();
    values[t.cell[0]] = si;
    table = Table1<double>(std::make_shared<const Table1Data>(
        table.data()->axis().knots(), std::move(values), table.data()->edge()));
    return;
  }
  auto& table = as<Table2<double>>(t.at);
  std::vector<double> values = table.data()->values();
  values[t.cell[0] * table.data()->y().knots().size() + t.cell[1]] = si;
  table = Table2<double>(
      std::make_shared<const Table2Data>(table.data()->x().knots(), table.data()->y().knots(),
                                         std::move(values), table.data()->edge()));
}

}  // namespace

Target find(const Node& root, void* at, std::string_view path, const std::string& who) {
  const Part top = body(root, at);
  Part part = top;
  std::string_view rest = path;
  const auto cell = cut_places(rest);
  if (!cell) refuse(who, path, "brackets hold one whole number each, from 0");
  for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    part = inside(part, rest.substr(0, dot));
    if (part.node == nullptr) refuse_path(top, path, who);
    rest.remove_prefix(dot + 1);
  }
  const Key* key = part.node->kind == Kind::object ? part.node->find_key(rest) : nullptr;
  const std::string group(path.substr(0, static_cast<std::size_t>(rest.data() - path.data())));
  if (key == nullptr) {
    if (part.node->kind != Kind::object) refuse_path(top, path, who);
    const KeyHint hint = unknown_key(*part.node, rest, {});
    if (hint.suggestion.empty()) refuse_path(top, path, who);
    refuse(who, path, hint.what);
  }
  const Node& leaf = part.node->members[key->member];
  if (leaf.is_container()) refuse(who, path, "is a group of values; name one of them");
  Target out{.leaf = &leaf,
             .at = member_at(leaf, part.at),
             .unit = key->unit,
             .path = group + std::string(leaf.name),
             .named = std::string(path),
             .cell = *cell};
  check_cell(out, who);
  return out;
}

void set(const Target& target, std::string_view value, const std::string& who) {
  if (!target.cell.empty()) {
    const auto x = parse_number(value);
    if (!x) refuse(who, target.named, "got " + std::string(value) + ", must be a number");
    return set_cell(target, *x, who);
  }
  set_json(target, json_of(*target.leaf, value), who);
}

void set(const Target& target, double value, const std::string& who) {
  if (!target.cell.empty()) return set_cell(target, value, who);
  set_json(target, value == kInfinity ? Json::from(kUnlimited) : Json::from(value), who);
}

}  // namespace evsim::io
