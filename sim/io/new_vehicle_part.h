// One object of a vehicle file under construction, with the source of each of its values.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "sim/io/new_vehicle.h"
#include "sim/io/quantity.h"
#include "sim/io/text.h"

namespace evsim::io {

inline constexpr char kOnCommandLine[] = "given on the command line";

// Rules are no better than a few digits.
inline double rounded(double x, int digits) {
  return parse_number(fmt::format("{:.{}g}", x, digits)).value_or(x);
}

class Part {
 public:
  Part(std::string path, const Catalogue& c, Draft& draft)
      : path_(std::move(path)),
        source_(c.source.empty() ? kOnCommandLine : c.source),
        draft_(draft) {}

  // A text without a source.
  void text(std::string_view key, std::string_view value) { json_.set(key, value); }
  void given(std::string_view name, const Figure& q) {
    number(key_in(name, *q.unit), q.written, source_, true);
  }
  void ruled(std::string_view key, double value, const std::string& source) {
    number(std::string(key), value, source, false);
  }
  // The user's figure, or in its absence a value in the unit of the key.
  void given_or(std::string_view name, const Figure& q, std::string_view key, double value,
                const std::string& source) {
    if (q)
      given(name, q);
    else
      ruled(key, value, source);
  }
  void given_or(std::string_view name, const Figure& q, const Unit& unit,
                const rules::Default& rule) {
    given_or(name, q, key_in(name, unit), shown_in(unit, rule.value), rule.source);
  }
  // What was taken from a family's file.
  void chosen(std::string_view key, std::string_view value, const std::string& word,
              const std::string& otherwise) {
    say(std::string(key), std::string(value), word.empty() ? otherwise : source_, !word.empty());
  }
  void object(std::string_view key, Json value) { json_.set(key, std::move(value)); }
  // For values that are no plain number.
  void say(const std::string& key, const std::string& value, const std::string& source,
           bool by_user) {
    sources_.set(key, source);
    draft_.values.push_back({path_ + "." + key, value, source, by_user});
  }

  Json finished() {
    if (!sources_.items.empty()) json_.set("sources", std::move(sources_));
    return std::move(json_);
  }

 private:
  void number(const std::string& key, double value, const std::string& source, bool by_user) {
    json_.set(key, value);
    say(key, format(value), source, by_user);
  }

  std::string path_, source_;
  Draft& draft_;
  Json json_ = Json::object(), sources_ = Json::object();
};

}  // namespace evsim::io
