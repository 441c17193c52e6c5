#include "sim/io/leaf.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/io/quantity.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

std::string shown(const Json& value) {
  if (value.kind == Json::Kind::number) return format(value.number);
  if (value.is_string()) return "\"" + value.text.substr(0, 40) + "\"";
  return kind_name(value);
}

class LeafSetter {
 public:
  LeafSetter(const Node& leaf, void* at, const Json& value, const Written& written,
             Problems& problems)
      : leaf_(leaf), at_(at), value_(value), written_(written), problems_(problems) {}

  void number() {
    const bool can = may_be_unlimited(leaf_);
    if (can && value_.is_string() && value_.text == kUnlimited) {
      as<double>(at_) = kInfinity;
      return;
    }
    if (value_.kind != Json::Kind::number)
      return expected(can ? "a number or \"unlimited\"" : "a number");
    const double si = reduced(*written_.unit, value_.number, leaf_.range);
    const std::string why = refusal(*written_.unit, value_.number, si, leaf_.range);
    if (!why.empty()) return report(why);
    as<double>(at_) = si;
  }
  void integer() {
    if (value_.kind != Json::Kind::number || value_.number != std::floor(value_.number))
      return expected("a whole number");
    constexpr double kLargest = 2147483647.0;
    Range range = leaf_.range;
    range.min = std::max(range.min, -kLargest);
    range.max = std::min(range.max, kLargest);
    const std::string why = refusal(si_unit(Dim::none), value_.number, value_.number, range);
    if (!why.empty()) return report(why);
    as<int>(at_) = static_cast<int>(value_.number);
  }
  void boolean() {
    if (value_.kind != Json::Kind::boolean) return expected("true or false");
    as<bool>(at_) = value_.boolean;
  }
  void choice() {
    const auto it = std::ranges::find(leaf_.choices, std::string_view(value_.text));
    if (!value_.is_string() || it == leaf_.choices.end()) {
      const std::vector<std::string> names(leaf_.choices.begin(), leaf_.choices.end());
      return expected(one_of(names));
    }
    leaf_.access.set_index(at_, static_cast<int>(it - leaf_.choices.begin()), nullptr);
  }
  void text() {
    if (!value_.is_string()) return expected("a string");
    as<std::string>(at_) = value_.text;
  }
  void file() {
    if (!value_.is_string() || value_.text.empty()) return expected("the name of a file");
    as<FileName>(at_).path = resolve(written_.file, value_.text);
  }
  void texts() {
    const bool strings =
        value_.kind == Json::Kind::array && std::ranges::all_of(value_.items, &Json::is_string);
    if (!strings) return expected("a list of strings");
    auto& out = as<std::vector<std::string>>(at_);
    out.clear();
    for (const Json& item : value_.items) out.push_back(item.text);
  }

 private:
  void expected(const std::string& what) { report("got " + shown(value_) + ", must be " + what); }
  void report(const std::string& what) {
    problems_.add(
        {.file = written_.file, .line = written_.line, .path = written_.path, .what = what});
  }

  const Node& leaf_;
  void* at_;
  const Json& value_;
  const Written& written_;
  Problems& problems_;
};

}  // namespace

void set_leaf(const Node& leaf, void* at, const Json& value, const Written& written, Files& files,
              Problems& problems) {
  LeafSetter setter(leaf, at, value, written, problems);
  switch (leaf.kind) {
    case Kind::number: return setter.number();
    case Kind::integer: return setter.integer();
    case Kind::boolean: return setter.boolean();
    case Kind::choice: return setter.choice();
    case Kind::text: return setter.text();
    case Kind::file: return setter.file();
    case Kind::texts: return setter.texts();
    case Kind::table1:
    case Kind::table2: return set_table(leaf, at, value, written, files, problems);
    default: throw std::logic_error("not a leaf");
  }
}

}  // namespace evsim::io
