// JSON text as a tree that knows the line of every value, so that errors can point at it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/io/problems.h"

namespace evsim::io {

struct Json {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  int line = 0;     // of the key where it has one, else of the value; 1-based
  std::string key;  // of a member of an object
  double number = 0;
  bool whole = false;  // a number written without fraction and exponent
  bool boolean = false;
  std::string text;         // of a string
  std::vector<Json> items;  // of an array; of an object, in the file's order

  const Json* find(std::string_view member) const;
  bool is_object() const { return kind == Kind::object; }
  bool is_string() const { return kind == Kind::string; }

  static Json of(Kind kind);
  static Json object() { return of(Kind::object); }
  static Json array() { return of(Kind::array); }
  static Json from(double x);
  static Json from(bool b);
  static Json from(std::string_view text);
  static Json from(const char* text) { return from(std::string_view(text)); }
  Json& set(std::string_view member, Json value);  // adds it and returns it
  Json& set(std::string_view member, double x) { return set(member, from(x)); }
  Json& set(std::string_view member, bool b) { return set(member, from(b)); }
  Json& set(std::string_view member, std::string_view t) { return set(member, from(t)); }
  Json& set(std::string_view member, const char* t) { return set(member, from(t)); }
};

// Nesting beyond this is refused.
inline constexpr int kDeepestJson = 64;
// Files with more values are refused: large tables belong in CSV.
inline constexpr int kMostJsonValues = 1'000'000;

// The tree, or nothing after a syntax error (line and cause are in problems). Keys that stand twice
// in one object and null are problems too, but reading goes on: the first of the two is kept.
std::optional<Json> parse_json(const std::string& file, std::string_view text, Problems& problems);

// "a string", "a list" ...: what stands there, for error messages.
std::string kind_name(const Json& json);

// Indented text; lists of plain values on one line; numbers with the fewest digits that read back.
// Ends with a newline. Numbers must be finite.
std::string to_text(const Json& json);

}  // namespace evsim::io
