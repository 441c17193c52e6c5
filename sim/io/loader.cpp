#include "sim/io/loader.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "sim/io/annotations.h"
#include "sim/io/leaf.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

constexpr int kMostJsonProblems = 100;
// All "from" of all files together: a few files that name each other often must not take forever.
constexpr int kMostInherited = 1000;

// Keys that stand beside an object's members.
std::vector<std::string_view> beside(bool at_root, bool has_type) {
  std::vector<std::string_view> keys{"from", "description", "notes", "sources"};
  if (has_type) keys.emplace_back("type");
  if (at_root) keys.insert(keys.end(), {"name", "$schema"});
  return keys;
}
bool is_beside(std::string_view key, bool at_root, bool has_type) {
  return std::ranges::count(beside(at_root, has_type), key) > 0;
}

std::vector<std::string> types_of(const Node& variant) {
  std::vector<std::string> types;
  for (const Node& alternative : variant.members) types.emplace_back(alternative.name);
  return types;
}

bool is_name(std::string_view text) {
  constexpr std::size_t kLongestName = 64;
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const auto part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  return !text.empty() && text.size() <= kLongestName && letter(text[0]) &&
         std::ranges::all_of(text, part);
}

}  // namespace

void Loader::load(const Node& root, void* at, const std::string& file) {
  problems_.open(file, kMostJsonProblems);
  const FileText& content = files_.open(file).content;
  if (content.error.empty()) return lay_file(root, at, file, "");
  problems_.add({.file = file, .line = content.line, .path = {}, .what = content.error});
  unclear_.emplace_back("");
}

Reading Loader::finish() {
  problems_.raise();
  return {.origins = std::move(origins_), .inputs = files_.take()};
}

void Loader::report(const Json& json, const Place& place, std::string what) {
  problems_.add(
      {.file = place.file, .line = json.line, .path = place.path, .what = std::move(what)});
}

void Loader::forget(const std::string& path) {
  if (path.empty()) return origins_.clear();
  const std::string below = path + ".";
  auto it = origins_.lower_bound(below);
  while (it != origins_.end() && it->first.starts_with(below)) it = origins_.erase(it);
}

// The tree of a file, or nullptr when it is no JSON; parsed once.
const Json* Loader::document(const std::string& file) {
  const auto [entry, is_new] = documents_.try_emplace(file);
  std::optional<Json>& json = entry->second;
  if (is_new) {
    problems_.open(file, kMostJsonProblems);
    json = parse_json(file, files_.open(file).content.text, problems_);
  }
  return json ? &*json : nullptr;
}

void Loader::lay_file(const Node& node, void* at, const std::string& file,
                      const std::string& path) {
  const Json* json = document(file);
  if (json == nullptr) return unclear_.push_back(path);
  open_.push_back(file);
  lay(node, at, *json, {.file = file, .path = path, .at_root = true});
  open_.pop_back();
}

void Loader::lay(const Node& node, void* at, const Json& json, const Place& place) {
  if (json.kind == Json::Kind::null) return give_up(place);  // reported when it was parsed
  const bool fits = node.kind == Kind::array ? json.kind == Json::Kind::array : json.is_object();
  if (!fits) {
    report(json, place,
           "got " + kind_name(json) + ", must be " +
               (node.kind == Kind::array ? "a list of objects" : "an object"));
    return give_up(place);
  }
  if (node.kind != Kind::array) inherit(node, at, json, place);
  origins_[place.path] = {place.file, json.line, nullptr};
  switch (node.kind) {
    case Kind::variant: return lay_variant(node, at, json, place);
    case Kind::list: return lay_list(node, at, json, place);
    case Kind::array: return lay_array(node, at, json, place);
    default: return lay_object(node, at, json, place);
  }
}

// ---- "from" -------------------------------------------------------------------------------------

// Why a file can't be inherited from, or "".
std::string Loader::chain_problem(const std::string& file) const {
  if (std::ranges::find(open_, file) != open_.end()) {
    std::string chain;
    for (auto it = std::ranges::find(open_, file); it != open_.end(); ++it) chain += *it + " -> ";
    return "inherits from itself: " + chain + file;
  }
  if (open_.size() == static_cast<std::size_t>(kLongestChain))
    return "more than " + std::to_string(kLongestChain) + " files in a chain";
  if (inherited_ > kMostInherited)
    return "more than " + std::to_string(kMostInherited) + " times \"from\"";
  return {};
}

void Loader::inherit(const Node& node, void* at, const Json& json, const Place& place) {
  const Json* from = json.find("from");
  if (from == nullptr || from->kind == Json::Kind::null) return;
  const Place here = place.inside("from");
  if (!from->is_string() || from->text.empty()) {
    give_up(place);
    return report(*from, here, "got " + kind_name(*from) + ", must be the name of a JSON file");
  }
  ++inherited_;
  const std::string file = resolve(place.file, from->text);
  std::string why = chain_problem(file);
  if (why.empty()) {
    const FileText& content = files_.open(file).content;
    if (!content.error.empty())
      why = file + (content.line > 0 ? ":" + std::to_string(content.line) : "") + ": " +
            content.error;
  }
  if (!why.empty()) {
    give_up(place);
    return report(*from, here, why);
  }
  node.access.assign(at, node.defaults);
  forget(place.path);
  lay_file(node, at, file, place.path);
}

// ---- Objects ------------------------------------------------------------------------------------

void Loader::lay_object(const Node& node, void* at, const Json& json, const Place& place) {
  std::vector<const Json*> seen(node.members.size(), nullptr);
  for (const Json& item : json.items) {
    const Key* key = node.find_key(item.key);
    if (key == nullptr) {
      if (is_annotation(item.key))
        check_annotation(node, item, place.file, place.path, problems_);
      else if (!is_beside(item.key, place.at_root, place.has_type))
        unknown(node, item, place);
      continue;
    }
    const Json*& first = seen[key->member];
    if (first != nullptr) {
      report(item, place.inside(item.key),
             "given as " + first->key + " in line " + std::to_string(first->line) + " already");
      continue;
    }
    first = &item;
    lay_member(node, at, *key, item, place);
  }
}

void Loader::lay_member(const Node& object, void* at, const Key& key, const Json& json,
                        const Place& place) {
  const Node& member = object.members[key.member];
  void* there = member_at(member, at);
  const Place inside = place.inside(member.name);
  if (member.is_container()) return lay(member, there, json, inside);
  origins_[inside.path] = {place.file, json.line, key.unit};
  if (json.kind == Json::Kind::null) return;
  const Written written{place.file, json.line, place.inside(json.key).path, key.unit};
  set_leaf(member, there, json, written, files_, problems_);
}

void Loader::unknown(const Node& object, const Json& item, const Place& place) {
  if (!problems_.has_room(place.file)) return problems_.count(place.file);
  const KeyHint hint = unknown_key(object, item.key, beside(place.at_root, place.has_type));
  report(item, place.inside(item.key), hint.what);
  // It was meant to be given: that it is missing as well would be noise.
  if (hint.meant == nullptr) return;
  const Place meant = place.inside(hint.meant->name);
  if (hint.meant->is_container())
    give_up(meant);
  else
    origins_.try_emplace(meant.path, Origin{place.file, item.line, nullptr});
}

// ---- Variants -----------------------------------------------------------------------------------

void Loader::lay_variant(const Node& node, void* at, const Json& json, const Place& place) {
  if (!choose(node, at, json, place)) return give_up(place);
  const Part part = body(node, at);
  Place inside = place;
  inside.has_type = true;
  lay_object(*part.node, part.at, json, inside);
}

// Makes the alternative that "type" names; false when it can't be known.
bool Loader::choose(const Node& node, void* at, const Json& json, const Place& place) {
  const Place here = place.inside("type");
  const Json* type = json.find("type");
  const bool inherited = origins_.contains(here.path);
  if (type == nullptr) {
    if (inherited) return true;
    const bool told = is_unclear(place.path);
    if (!told) report(json, place, "needs \"type\": " + one_of(types_of(node)));
    return false;
  }
  const auto it = std::ranges::find(node.members, std::string_view(type->text), &Node::name);
  if (!type->is_string() || it == node.members.end()) {
    if (type->kind != Json::Kind::null)
      report(*type, here,
             "got " +
                 (type->is_string() ? "\"" + type->text.substr(0, 40) + "\"" : kind_name(*type)) +
                 ", must be " + one_of(types_of(node)));
    return false;
  }
  const auto index = static_cast<int>(it - node.members.begin());
  if (!inherited || index != node.access.index(at)) {
    node.access.set_index(at, index, it->defaults);
    forget(place.path);
  }
  origins_[here.path] = {place.file, type->line, nullptr};
  return true;
}

// ---- Lists --------------------------------------------------------------------------------------

// The element that an item names, added when it is new; nullptr when there is no room.
void* Loader::element(const Node& list, void* at, const Json& item, const Place& place) {
  const int count = list.access.index(at);
  for (int i = 0; i < count; ++i)
    if (list.access.name(at, i) == item.key) return list.access.element(at, i);
  const Place here = place.inside(item.key);
  if (!is_name(item.key)) {
    report(item, here, "a name must be letters, digits and _, starting with a letter");
    return nullptr;
  }
  void* added = list.access.add(at, item.key);
  if (added == nullptr)
    report(item, here, "one too many; at most " + std::to_string(list.capacity));
  else
    list.members[0].access.assign(added, list.members[0].defaults);
  return added;
}

void Loader::lay_list(const Node& node, void* at, const Json& json, const Place& place) {
  for (const Json& item : json.items) {
    if (is_annotation(item.key)) {
      check_annotation(node, item, place.file, place.path, problems_);
    } else if (!is_beside(item.key, place.at_root, false)) {
      void* there = element(node, at, item, place);
      if (there != nullptr) lay(node.members[0], there, item, place.inside(item.key));
    }
  }
}

void Loader::lay_array(const Node& node, void* at, const Json& json, const Place& place) {
  node.access.assign(at, node.defaults);
  forget(place.path);
  for (std::size_t i = 0; i < json.items.size(); ++i) {
    const std::string name = std::to_string(i);
    void* there = node.access.add(at, name);
    lay(node.members[0], there, json.items[i], place.inside(name));
  }
}

}  // namespace evsim::io
