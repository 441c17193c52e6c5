#include "tools/evsim/can_database.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "sim/io/json_tree.h"
#include "sim/io/text.h"
#include "sim/link/dbc_codec.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

using io::Json;
constexpr double kNsPerMs = 1e6;

[[noreturn]] void refuse(std::string what) {
  throw InputError(Problem{.file = "evsim can", .what = std::move(what)});
}

std::string hint(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = io::nearest(word, known);
  return near.empty() ? "" : "; did you mean " + near + "?";
}

std::string number(double x) { return fmt::format("{:.10g}", x); }
std::string id_text(const can::Message& m) {
  return m.extended ? fmt::format("{:08X}", m.id) : fmt::format("{:03X}", m.id);
}

// ---- Signals ------------------------------------------------------------------------------------

std::string value_text(const can::Signal& s, std::uint64_t raw, double value) {
  const std::string_view text = can::text_of(s, raw);
  if (!text.empty()) return std::string(text);
  return number(value) + (s.unit.empty() ? "" : " " + s.unit);
}

std::string range_text(const can::Signal& s) {
  if (s.minimum == 0 && s.maximum == 0) return "";
  return number(s.minimum) + " to " + number(s.maximum);
}

std::string bits_text(const can::Signal& s) {
  using enum can::NumberType;
  const char* kind = s.type == unsigned_integer ? "unsigned"
                     : s.type == signed_integer ? "signed"
                                                : "float";
  return fmt::format("{}|{} {}{}", s.start, s.length,
                     s.order == can::ByteOrder::big_endian ? "big endian " : "", kind);
}

// "0.1 raw - 40".
std::string scaling_text(const can::Signal& s) {
  if (s.factor == 1 && s.offset == 0) return "";
  std::string out = s.factor == 1 ? "raw" : number(s.factor) + " raw";
  if (s.offset != 0) out += (s.offset < 0 ? " - " : " + ") + number(std::abs(s.offset));
  return out;
}

std::string selection_text(const can::Message& m, const can::Signal& s) {
  std::string out = s.is_selector ? "selects" : "";
  if (s.selector < 0) return out;
  if (!out.empty()) out += ", ";
  out += "with " + m.signals[static_cast<std::size_t>(s.selector)].name;
  for (std::size_t i = 0; i < s.selected_by.size(); ++i) {
    const auto& [first, last] = s.selected_by[i];
    out += (i == 0 ? " = " : ", ") + std::to_string(first);
    if (last != first) out += "-" + std::to_string(last);
  }
  return out;
}

std::string texts_text(const can::Signal& s) {
  std::string out;
  for (const can::ValueText& t : s.texts)
    out += (out.empty() ? "" : ", ") + std::to_string(t.raw) + " " + t.text;
  return out;
}

std::string notes_text(const can::Message& m, const can::Signal& s) {
  std::string out;
  for (const std::string& part : {selection_text(m, s), texts_text(s)})
    if (!part.empty()) out += (out.empty() ? "" : "; ") + part;
  return out;
}

// ---- A value that a user gives ------------------------------------------------------------------

double value_of(const can::Signal& s, const std::string& text) {
  const auto word = std::ranges::find(s.texts, text, &can::ValueText::text);
  if (word != s.texts.end()) return can::physical_of(s, static_cast<std::uint64_t>(word->raw));
  const std::optional<double> x = io::parse_number(text);
  if (!x) {
    std::vector<std::string> words;
    for (const can::ValueText& t : s.texts) words.push_back(t.text);
    refuse(fmt::format("{}: got {}, must be a number{}", s.name, text,
                       words.empty() ? "" : ", " + io::one_of(words)));
  }
  const bool beyond = (s.minimum != 0 || s.maximum != 0) && (*x < s.minimum || *x > s.maximum);
  if (beyond || can::raw_of(s, *x).clipped)
    refuse(fmt::format(
        "{}: got {}, must be {} {}", s.name, text,
        beyond ? range_text(s) : "what its " + std::to_string(s.length) + " bits can hold",
        s.unit));
  return *x;
}

// ---- JSON ---------------------------------------------------------------------------------------

Json strings(const std::vector<std::string>& words) {
  Json out = Json::array();
  for (const std::string& w : words) out.items.push_back(Json::from(w));
  return out;
}

Json signal_json(const can::Message& m, const can::Signal& s) {
  using enum can::NumberType;
  Json out = Json::object();
  out.set("name", s.name);
  out.set("unit", s.unit);
  out.set("start", static_cast<double>(s.start));
  out.set("length", static_cast<double>(s.length));
  out.set("byte_order", s.order == can::ByteOrder::big_endian ? "big_endian" : "little_endian");
  out.set("type", s.type == unsigned_integer ? "unsigned"
                  : s.type == signed_integer ? "signed"
                                             : "float");
  out.set("factor", s.factor);
  out.set("offset", s.offset);
  if (s.minimum != 0 || s.maximum != 0) {
    out.set("minimum", s.minimum);
    out.set("maximum", s.maximum);
  }
  out.set("initial", can::physical_of(s, s.initial));
  if (s.is_selector) out.set("selects", true);
  if (s.selector >= 0) {
    out.set("selector", m.signals[static_cast<std::size_t>(s.selector)].name);
    Json ranges = Json::array();
    for (const can::RawRange& r : s.selected_by) {
      Json range = Json::array();
      range.items = {Json::from(static_cast<double>(r.first)),
                     Json::from(static_cast<double>(r.last))};
      ranges.items.push_back(std::move(range));
    }
    out.set("selected_by", std::move(ranges));
  }
  if (!s.texts.empty()) {
    Json texts = Json::object();
    for (const can::ValueText& t : s.texts) texts.set(std::to_string(t.raw), t.text);
    out.set("values", std::move(texts));
  }
  out.set("receivers", strings(s.receivers));
  return out;
}

Json message_json(const can::Message& m) {
  Json out = Json::object();
  out.set("name", m.name);
  out.set("id", static_cast<double>(m.id));
  out.set("extended", m.extended);
  out.set("fd", m.fd);
  out.set("bit_rate_switch", m.bit_rate_switch);
  out.set("length", static_cast<double>(m.length));
  out.set("cycle_time_ms", static_cast<double>(m.cycle_time) / kNsPerMs);
  out.set("start_delay_ms", static_cast<double>(m.start_delay) / kNsPerMs);
  out.set("senders", strings(m.senders));
  Json signals = Json::array();
  for (const can::Signal& s : m.signals) signals.items.push_back(signal_json(m, s));
  out.set("signals", std::move(signals));
  return out;
}

// Calls f for each, or for the one.
template <class F> void each(const can::Database& db, const can::Message* only, F&& f) {
  if (only != nullptr) return f(*only);
  for (const can::Message& m : db.messages) f(m);
}

}  // namespace

can::Database read_database(const std::string& file) {
  const io::FileText text = io::read_bytes(file);
  if (!text.error.empty())
    throw InputError(Problem{.file = file, .line = text.line, .what = text.error});
  return can::read_database(file, text.text);
}

const can::Message& message_of(const can::Database& db, const std::string& name,
                               const std::string& file) {
  if (const can::Message* m = db.find(name)) return *m;
  std::vector<std::string> names;
  for (const can::Message& m : db.messages) names.push_back(m.name);
  throw InputError(Problem{.file = file, .what = "has no message " + name + hint(name, names)});
}

std::string signals_text(const can::Database& db, const can::Frame& f) {
  const can::Message* m = f.error || f.remote ? nullptr : db.find(f.id, f.extended);
  if (m == nullptr) return {};
  std::vector<can::Decoded> signals;
  can::decode(*m, std::span(f.data).first(f.length), signals);
  std::string out;
  for (const can::Decoded& d : signals) {
    const can::Signal& s = m->signals[static_cast<std::size_t>(d.signal)];
    out += (out.empty() ? "" : ", ") + s.name + ": " + value_text(s, d.raw, d.value);
  }
  return m->name + "(" + out + ")";
}

can::Frame frame_of(const can::Message& m, const std::vector<std::string>& signals) {
  std::vector<double> values = can::initial_values(m);
  std::vector<int> given;
  for (const std::string& text : signals) {
    const std::size_t at = text.find('=');
    const std::string name = text.substr(0, at);
    if (at == std::string::npos) refuse("got " + text + ", must be SIGNAL=VALUE");
    const int i = can::signal_of(m, name);
    if (i < 0) {
      std::vector<std::string> names;
      for (const can::Signal& s : m.signals) names.push_back(s.name);
      refuse(m.name + " has no signal " + name + hint(name, names));
    }
    values[static_cast<std::size_t>(i)] =
        value_of(m.signals[static_cast<std::size_t>(i)], text.substr(at + 1));
    given.push_back(i);
  }
  const can::Frame out = can::encode(m, values).frame;
  std::vector<can::Decoded> there;
  can::decode(m, std::span(out.data).first(out.length), there);
  for (const int i : given)
    if (std::ranges::find(there, i, &can::Decoded::signal) == there.end()) {
      const can::Signal& s = m.signals[static_cast<std::size_t>(i)];
      refuse(s.name + " is in the frame only " + selection_text(m, s));
    }
  return out;
}

std::string database_text(const can::Database& db, const can::Message* only) {
  using enum Align;
  Table table({left, left, left, left, left, left}, "");
  table.row({"message", "id", "bytes", "cycle time", "from", ""}, Colour::dim);
  table.row({"  signal", "bits", "unit", "range", "scaling", "values"}, Colour::dim);
  each(db, only, [&](const can::Message& m) {
    const std::string cycle =
        m.cycle_time == 0 ? "" : number(static_cast<double>(m.cycle_time) / kNsPerMs) + " ms";
    table.row({m.name, id_text(m), std::to_string(m.length) + (m.fd ? " FD" : ""), cycle,
               m.senders.empty() ? "" : m.senders.front(), ""},
              Colour::bold);
    for (const can::Signal& s : m.signals)
      table.row(
          {"  " + s.name, bits_text(s), s.unit, range_text(s), scaling_text(s), notes_text(m, s)});
  });
  return table.text();
}

std::string database_json(const can::Database& db, const can::Message* only) {
  Json messages = Json::array();
  each(db, only, [&](const can::Message& m) { messages.items.push_back(message_json(m)); });
  Json out = Json::object();
  out.set("version", db.version);
  out.set("nodes", strings(db.nodes));
  out.set("messages", std::move(messages));
  return io::to_text(out);
}

}  // namespace evsim::cli
