#include "sim/io/annotations.h"

#include <algorithm>

#include "sim/io/key_hint.h"

namespace evsim::io {
namespace {

bool is_source(const Json& value) {
  if (value.is_string()) return true;
  return value.kind == Json::Kind::array && std::ranges::all_of(value.items, &Json::is_string);
}

// A dotted key below any of the nodes; of a variant any alternative will do.
bool is_known(const Node& node, std::string_view key) {
  if (node.kind == Kind::variant)
    return std::ranges::any_of(node.members, [&](const Node& a) { return is_known(a, key); });
  const std::size_t dot = key.find('.');
  const std::string_view first = key.substr(0, dot);
  if (dot == std::string_view::npos) {
    if (node.kind == Kind::list || node.kind == Kind::array) return true;  // names are the user's
    return first == "type" || node.find_key(first) != nullptr || node.find_member(first) != nullptr;
  }
  const std::string_view rest = key.substr(dot + 1);
  if (node.kind == Kind::list || node.kind == Kind::array) return is_known(node.members[0], rest);
  const Node* member = node.find_member(first);
  return member != nullptr && member->is_container() && is_known(*member, rest);
}

}  // namespace

bool is_annotation(std::string_view key) {
  return key == "description" || key == "notes" || key == "sources";
}

void check_annotation(const Node& object, const Json& item, const std::string& file,
                      const std::string& path, Problems& problems) {
  const auto report = [&](int line, const std::string& key, const std::string& what) {
    problems.add(
        {.file = file, .line = line, .path = path.empty() ? key : path + "." + key, .what = what});
  };
  if (item.is_string()) return;
  if (item.key != "sources")
    return report(item.line, item.key, "got " + kind_name(item) + ", must be a string");
  if (!item.is_object())
    return report(item.line, item.key,
                  "got " + kind_name(item) + ", must be an object from key to source");
  for (const Json& source : item.items) {
    const std::string where = "sources." + source.key;
    if (!is_source(source))
      report(source.line, where,
             "got " + kind_name(source) + ", must be a string or a list of strings");
    else if (!is_known(object, source.key))
      report(source.line, where, unknown_key(object, source.key, {}).what);
  }
}

}  // namespace evsim::io
