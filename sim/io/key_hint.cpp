#include "sim/io/key_hint.h"

#include <algorithm>
#include <vector>

#include "sim/io/quantity.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

bool takes_unit(const Node& member) {
  return member.kind == Kind::number || (member.is_table() && member.dim != Dim::none);
}

// The member with the longest name of which the key is name + "_" + something.
const Node* split_off(const Node& object, std::string_view key, std::string_view& rest) {
  const Node* found = nullptr;
  for (const Node& m : object.members) {
    const bool fits = takes_unit(m) && key.size() > m.name.size() + 1 && key.starts_with(m.name) &&
                      key[m.name.size()] == '_';
    if (!fits || (found != nullptr && found->name.size() > m.name.size())) continue;
    found = &m;
    rest = key.substr(m.name.size() + 1);
  }
  return found;
}

const Unit* unit_with_key(std::string_view key) {
  const auto all = units();
  const auto it = std::ranges::find(all, key, &Unit::key);
  return it == all.end() ? nullptr : &*it;
}

// A key's unit that the member can't have.
std::string wrong_unit(const Node& member, std::string_view rest) {
  const std::string keys = keys_in_units(member.name, member.dim);
  if (const Unit* u = unit_with_key(rest))
    return std::string(rest) + " is a unit of " + std::string(name(u->dim)) + "; must be " + keys;
  return "unknown unit " + std::string(rest.substr(0, 40)) + "; must be " + keys;
}

const Key* key_like(const Node& object, std::string_view key) {
  std::vector<std::string> words;
  for (const Key& k : object.keys) words.push_back(k.text);
  const std::string found = nearest(key, words);
  return found.empty() ? nullptr : object.find_key(found);
}

// "L_qq": like a name that lacks its unit.
const Node* member_like(const Node& object, std::string_view key) {
  std::vector<std::string> words;
  for (const Node& m : object.members) words.emplace_back(m.name);
  const std::string found = nearest(key, words);
  return found.empty() ? nullptr : object.find_member(found);
}

std::string all_keys(const Node& object, std::span<const std::string_view> also) {
  std::vector<std::string> words;
  for (const Node& m : object.members)
    words.push_back(takes_unit(m) ? key_in(m.name, display_unit(m.dim)) : std::string(m.name));
  for (const std::string_view a : also)
    if (!a.starts_with('$')) words.emplace_back(a);
  return one_of(words);
}

KeyHint did_you_mean(const std::string& key, const Node* member) {
  return {.what = "unknown key; did you mean " + key + "?", .meant = member, .suggestion = key};
}

}  // namespace

KeyHint unknown_key(const Node& object, std::string_view key,
                    std::span<const std::string_view> also) {
  if (const Node* m = object.find_member(key); m != nullptr && takes_unit(*m))
    return {.what = "needs a unit: " + keys_in_units(key, m->dim),
            .meant = m,
            .suggestion = key_in(key, display_unit(m->dim))};

  const Key* like = key_like(object, key);
  if (like != nullptr && lower_case(like->text) == lower_case(key))
    return did_you_mean(like->text, &object.members[like->member]);

  std::string_view rest;
  const Node* split = split_off(object, key, rest);
  const bool other = like != nullptr && &object.members[like->member] != split;
  if (split != nullptr && (unit_with_key(rest) != nullptr || !other))
    return {.what = wrong_unit(*split, rest),
            .meant = split,
            .suggestion = key_in(split->name, display_unit(split->dim))};

  std::vector<std::string> beside(also.begin(), also.end());
  const std::string reserved = nearest(key, beside);
  if (!reserved.empty() &&
      (like == nullptr || edit_distance(key, reserved) < edit_distance(key, like->text)))
    return did_you_mean(reserved, nullptr);

  const Node* bare = member_like(object, key);
  if (bare != nullptr && takes_unit(*bare) &&
      (like == nullptr || edit_distance(key, bare->name) < edit_distance(key, like->text)))
    return did_you_mean(key_in(bare->name, display_unit(bare->dim)), bare);
  if (like != nullptr) return did_you_mean(like->text, &object.members[like->member]);
  return {.what = "unknown key; allowed: " + all_keys(object, also),
          .meant = nullptr,
          .suggestion = {}};
}

}  // namespace evsim::io
