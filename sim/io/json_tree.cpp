#include "sim/io/json_tree.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace evsim::io {
namespace {

// Reads characters for the parser and counts them: it tells no line with its events.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  std::size_t* consumed = nullptr;

  const char& operator*() const { return *at; }
  CountingIterator& operator++() {
    ++at;
    ++*consumed;
    return *this;
  }
  CountingIterator operator++(int) {
    const CountingIterator old = *this;
    ++*this;
    return old;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) {
    return a.at == b.at;
  }
};

// The parser's message without its prefix and without the token that it repeats in full.
std::string short_cause(std::string_view what) {
  if (const auto column = what.find(", column "); column != std::string_view::npos)
    if (const auto colon = what.find(": ", column); colon != std::string_view::npos)
      what.remove_prefix(colon + 2);
  if (const auto bracket = what.find("] ");
      what.starts_with('[') && bracket != std::string_view::npos)
    what.remove_prefix(bracket + 2);
  return std::string(what.substr(0, what.find("; last read: ")));
}

// The frequent slips in plain words.
std::string hint(std::string_view cause, std::string_view rest) {
  const auto says = [&](std::string_view part) {
    return cause.find(part) != std::string_view::npos;
  };
  if (says("number overflow")) return "a number is too large";
  if (says("; expected end of input")) return "syntax error: something follows the last } or ]";
  if (says("object key - unexpected number"))
    return "syntax error: a key must follow the comma; numbers take a decimal point";
  if (says("object key - unexpected '}'") || says("value - unexpected ']'") ||
      says("value - unexpected '}'"))
    return "syntax error: a comma or colon without a value behind it";
  if (says("object - unexpected string literal") || says("array - unexpected"))
    if (!says("end of input")) return "syntax error: a comma is missing before this";
  if (says("unexpected end of input"))
    return "syntax error: the file ends too early; a } or ] is missing";
  if (rest.starts_with('/') || rest.starts_with('#'))
    return "syntax error: JSON has no comments; use the key \"notes\"";
  if (rest.starts_with("NaN") || rest.starts_with("nan") || rest.starts_with("Inf"))
    return "syntax error: numbers must be finite";
  if (rest.starts_with('+')) return "syntax error: numbers take no plus sign";
  if (says("object key - invalid literal"))
    return "syntax error: a key must stand in double quotes";
  return std::string(cause);
}

class TreeBuilder {
 public:
  TreeBuilder(const std::string& file, std::string_view text, const std::size_t& consumed,
              Problems& problems)
      : file_(file), text_(text), consumed_(consumed), problems_(problems) {}

  Json take() { return std::move(root_); }

  bool null() {
    if (!add(Json())) return false;
    std::string name = path();
    if (!open_.empty()) name += (name.empty() ? "" : ".") + last_name();
    report(std::move(name),
           "null is no value; leave the key out to inherit it or take the default");
    return true;
  }
  bool boolean(bool b) { return add(Json::from(b)); }
  bool number_integer(std::int64_t i) { return add_number(static_cast<double>(i), true); }
  bool number_unsigned(std::uint64_t i) { return add_number(static_cast<double>(i), true); }
  bool number_float(double x, const std::string&) { return add_number(x, false); }
  bool string(std::string& s) {
    Json value = Json::of(Json::Kind::string);
    value.text = std::move(s);
    return add(std::move(value));
  }
  bool binary(std::vector<std::uint8_t>&) { return false; }  // not in text
  bool start_object(std::size_t) { return open(Json::Kind::object); }
  bool start_array(std::size_t) { return open(Json::Kind::array); }
  bool end_object() {
    drop_second_keys(*open_.back());
    return close();
  }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    key_ = std::move(name);
    key_line_ = line();
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) {
    const std::size_t last = consumed_ > 0 ? consumed_ - 1 : 0;
    report("", hint(short_cause(e.what()), trim_to_token(last)));
    return false;
  }

 private:
  // Where the token that holds character `last` begins, for hints only.
  std::string_view trim_to_token(std::size_t last) const {
    std::size_t begin = std::min(last, text_.size());
    constexpr std::size_t kLongestToken = 8;
    for (std::size_t n = 0; n < kLongestToken && begin > 0; ++n) {
      const char before = text_[begin - 1];
      if (std::string_view(" \t\r\n,:[]{}").find(before) != std::string_view::npos) break;
      --begin;
    }
    return text_.substr(begin);
  }

  // Line of the last character read. After a number that is the one behind it, so a newline counts
  // for what follows it only.
  int line() {
    const std::size_t last = consumed_ > 0 ? consumed_ - 1 : 0;
    for (; scanned_ < last; ++scanned_)
      if (text_[scanned_] == '\n') ++line_;
    return line_;
  }
  void report(std::string where, std::string what) {
    report_at(line(), std::move(where), std::move(what));
  }
  void report_at(int at, std::string where, std::string what) {
    problems_.add({.file = file_, .line = at, .path = std::move(where), .what = std::move(what)});
  }

  bool add_number(double x, bool whole) {
    Json value = Json::from(x);
    value.whole = whole;
    return add(std::move(value));
  }
  bool add(Json value) {
    if (++values_ > kMostJsonValues) {
      report("", "more than " + std::to_string(kMostJsonValues) +
                     " values; put large tables in CSV files");
      return false;
    }
    value.line = line();
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    if (open_.back()->is_object()) {
      value.key = std::move(key_);
      value.line = key_line_;
    }
    open_.back()->items.push_back(std::move(value));
    return true;
  }
  bool open(Json::Kind kind) {
    if (open_.size() == static_cast<std::size_t>(kDeepestJson)) {
      report("", "nested deeper than " + std::to_string(kDeepestJson));
      return false;
    }
    if (!add(Json::of(kind))) return false;
    // Pointers stay valid: a list grows only while nothing in it is open.
    open_.push_back(open_.empty() ? &root_ : &open_.back()->items.back());
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  // Sorted, not searched one by one: a hostile file may hold a million keys.
  void drop_second_keys(Json& object) {
    std::vector<std::size_t> order(object.items.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto name = [&](std::size_t i) -> const std::string& { return object.items[i].key; };
    std::ranges::stable_sort(order, {}, name);
    bool any = false;
    for (std::size_t k = 1; k < order.size(); ++k) {
      const Json& first = object.items[order[k - 1]];
      Json& again = object.items[order[k]];
      if (first.key != again.key) continue;
      report_at(again.line, joined(path(), again.key),
                "the key stands in line " + std::to_string(std::abs(first.line)) + " already");
      again.line = -again.line;  // marks it
      any = true;
    }
    if (any) std::erase_if(object.items, [](const Json& j) { return j.line < 0; });
  }

  static std::string joined(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }
  std::string last_name() const {
    const Json& parent = *open_.back();
    return parent.is_object() ? parent.items.back().key : std::to_string(parent.items.size() - 1);
  }
  std::string path() const {
    std::string all;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      const Json& parent = *open_[i];
      all = joined(
          all, parent.is_object() ? open_[i + 1]->key : std::to_string(parent.items.size() - 1));
    }
    return all;
  }

  const std::string& file_;
  std::string_view text_;
  const std::size_t& consumed_;
  Problems& problems_;
  Json root_;
  std::vector<Json*> open_;
  std::string key_;
  int key_line_ = 0;
  int values_ = 0;
  std::size_t scanned_ = 0;
  int line_ = 1;
};

}  // namespace

std::optional<Json> parse_json(const std::string& file, std::string_view text, Problems& problems) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    problems.add(
        {.file = file, .line = 0, .path = {}, .what = "is empty; must hold an object, { ... }"});
    return {};
  }
  std::size_t consumed = 0;
  TreeBuilder builder(file, text, consumed, problems);
  const CountingIterator begin{text.data(), &consumed}, end{text.data() + text.size(), &consumed};
  if (!nlohmann::json::sax_parse(begin, end, &builder)) return {};
  return builder.take();
}

const Json* Json::find(std::string_view member) const {
  const auto it = std::ranges::find(items, member, &Json::key);
  return it == items.end() ? nullptr : &*it;
}

std::string kind_name(const Json& json) {
  switch (json.kind) {
    case Json::Kind::null: return "null";
    case Json::Kind::boolean: return json.boolean ? "true" : "false";
    case Json::Kind::number: return "a number";
    case Json::Kind::string: return "a string";
    case Json::Kind::array: return "a list";
    case Json::Kind::object: return "an object";
  }
  return {};
}

}  // namespace evsim::io
