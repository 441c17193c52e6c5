#include "sim/link/dbc.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "sim/link/dbc_statements.h"
#include "sim/link/dbc_tokens.h"

namespace evsim::can {
namespace {

constexpr std::uint32_t kExtendedBit = 0x80000000u;
// Holds the signals that belong to no message.
constexpr std::string_view kNoMessage = "VECTOR__INDEPENDENT_SIG_MSG";

std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double x = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(x)) return {};
  return x;
}
bool is_float(const Signal& s) {
  return s.type == NumberType::float_32 || s.type == NumberType::float_64;
}

// Raw value of an integer signal by its number; nothing if it has no room for it.
std::optional<std::uint64_t> integer(const Signal& s, double x) {
  const bool is_signed = s.type == NumberType::signed_integer;
  double beyond = 1.0;  // the largest value and 1
  for (int i = is_signed ? 1 : 0; i < s.length; ++i) beyond *= 2.0;
  if (std::trunc(x) != x || x >= beyond || x < (is_signed ? -beyond : 0.0)) return {};
  return is_signed ? static_cast<std::uint64_t>(static_cast<std::int64_t>(x))
                   : static_cast<std::uint64_t>(x);
}

// The bits of a message that a signal has.
using Bits = std::array<std::uint64_t, 8>;
Bits bits_of(const Signal& s) {
  Bits bits{};
  for (int i = 0, at = s.start; i < s.length; ++i) {
    bits[static_cast<std::size_t>(at / 64)] |= std::uint64_t{1} << (at % 64);
    if (s.order == ByteOrder::little_endian)
      ++at;
    else
      at = at % 8 > 0 ? at - 1 : at + 15;  // to the next byte's most significant bit
  }
  return bits;
}
bool meet(const Bits& a, const Bits& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if ((a[i] & b[i]) != 0) return true;
  return false;
}
int end_of(const Signal& s) {  // the first bit after it, in the order in which its bytes are filled
  if (s.order == ByteOrder::little_endian) return s.start + s.length;
  return 8 * (s.start / 8) + 7 - s.start % 8 + s.length;
}
bool meet(const std::vector<RawRange>& a, const std::vector<RawRange>& b) {
  return std::ranges::any_of(a, [&](const RawRange& x) {
    return std::ranges::any_of(
        b, [&](const RawRange& y) { return x.first <= y.last && y.first <= x.last; });
  });
}
// Whether two signals can be there at once: for each multiplexer that both depend on, some value selects both.
bool can_meet(const Message& m, const Signal& a, const Signal& b) {
  const auto selector_of = [&](const Signal* s) {
    return s->selector < 0 ? nullptr : &m.signals[static_cast<std::size_t>(s->selector)];
  };
  for (const Signal* x = &a; x->selector >= 0; x = selector_of(x))
    for (const Signal* y = &b; y->selector >= 0; y = selector_of(y))
      if (x->selector == y->selector && !meet(x->selected_by, y->selected_by)) return false;
  return true;
}

class Reader {
 public:
  Reader(const std::string& file, std::string_view bytes)
      : complaints_(file), is_(read_statements(as_utf8(bytes), complaints_)) {}

  Database read() {
    out_.version = is_.version;
    out_.nodes = is_.nodes;
    out_.tables = std::move(is_.tables);
    for (MessageStatement& m : is_.messages) message(m);
    value_types();
    texts();
    senders();
    attributes();
    selections();
    for (std::size_t i = 0; i < out_.messages.size(); ++i) check(i);
    complaints_.raise();
    long_names();
    out_.notes = complaints_.notes();
    return std::move(out_);
  }

 private:
  struct Place {
    std::size_t message, signal;
  };

  std::string path(const Message& m, const Signal& s) { return m.name + "." + s.name; }

  // ---- Messages and their signals ---------------------------------------------------------------

  void message(MessageStatement& is) {
    if (is.message.name == kNoMessage) {
      passed_over_.insert(is.key);
      return;
    }
    Message& m = out_.messages.emplace_back(std::move(is.message));
    lines_.push_back({.message = is.line, .key = is.key, .signals = {}, .marks = {}, .index = {}});
    Lines& lines = lines_.back();
    m.extended = (is.key & kExtendedBit) != 0;
    m.id = is.key & ~kExtendedBit;
    m.fd = m.length > 8;
    m.bit_rate_switch = true;  // unless CANFD_BRS says otherwise
    check_id(m, is.line);
    const auto [first, is_new] = by_key_.try_emplace(is.key, out_.messages.size() - 1);
    if (!is_new)
      complaints_.note(is.line, m.name,
                       "has the id of " + out_.messages[first->second].name + ", line " +
                           std::to_string(lines_[first->second].message));
    for (SignalStatement& s : is.signals) {
      const auto [same, is_only] = lines.index.try_emplace(s.signal.name, m.signals.size());
      if (!is_only) {
        complaints_.error(
            s.line, path(m, s.signal),
            "stands twice, first in line " + std::to_string(lines.signals[same->second]));
        continue;
      }
      lines.signals.push_back(s.line);
      lines.marks.push_back(s.mark);
      s.signal.is_selector = s.mark.ends_with('M');
      m.signals.push_back(std::move(s.signal));
    }
  }
  void check_id(const Message& m, int line) {
    if (m.extended && m.id > kLargestExtendedId)
      complaints_.error(line, m.name,
                        "got id " + std::to_string(m.id | kExtendedBit) +
                            ", an extended one must be 2147483648 to 2684354559");
    if (!m.extended && m.id > kLargestStandardId)
      complaints_.error(
          line, m.name,
          "got id " + std::to_string(m.id) + ", must be 0 to 2047" +
              (m.id <= kLargestExtendedId ? "; an extended id is written with bit 31: " +
                                                std::to_string(m.id | kExtendedBit)
                                          : ""));
  }

  // ---- References -------------------------------------------------------------------------------

  std::string name_of(const Reference& r) {
    const auto found = by_key_.find(r.key);
    const std::string message =
        found == by_key_.end() ? std::to_string(r.key) : out_.messages[found->second].name;
    return r.signal.empty() ? message : message + "." + r.signal;
  }
  // Why there is nothing to refer to.
  std::string missing(const Reference& r) {
    return by_key_.contains(r.key) ? "no such signal in the message"
                                   : "no message has the id " + std::to_string(r.key);
  }
  Message* message_of(const Reference& r) {
    const auto found = by_key_.find(r.key);
    return found == by_key_.end() ? nullptr : &out_.messages[found->second];
  }
  std::optional<Place> place(std::uint32_t key, const std::string& signal) {
    const auto message = by_key_.find(key);
    if (message == by_key_.end()) return {};
    const Lines& lines = lines_[message->second];
    const auto found = lines.index.find(signal);
    if (found == lines.index.end()) return {};
    return Place{message->second, found->second};
  }
  Signal* signal_of(const Reference& r) {
    const auto at = place(r.key, r.signal);
    return at ? &out_.messages[at->message].signals[at->signal] : nullptr;
  }
  void pass_over(const Reference& r, const std::string& section) {
    if (passed_over_.contains(r.key)) return;
    complaints_.note(r.line, name_of(r), section + " passed over: " + missing(r));
  }

  void value_types() {
    for (const TypeStatement& t : is_.types) {
      if (passed_over_.contains(t.of.key)) continue;
      Signal* s = signal_of(t.of);
      if (s == nullptr) {
        complaints_.error(t.of.line, name_of(t.of), missing(t.of));
        continue;
      }
      if (t.type == "0") continue;
      const int length = t.type == "1" ? 32 : 64;
      if (s->length != length)
        complaints_.error(t.of.line, name_of(t.of),
                          "got " + std::to_string(s->length) + " bits, must be " +
                              std::to_string(length) + " as SIG_VALTYPE_ is " + t.type);
      s->type = length == 32 ? NumberType::float_32 : NumberType::float_64;
    }
  }
  void texts() {
    for (TextsStatement& t : is_.texts)
      if (Signal* s = signal_of(t.of))
        s->texts = std::move(t.texts);
      else
        pass_over(t.of, "VAL_");
  }
  void senders() {
    for (const SendersStatement& t : is_.senders) {
      Message* m = message_of(t.of);
      if (m == nullptr) {
        pass_over(t.of, "BO_TX_BU_");
        continue;
      }
      for (const std::string& sender : t.senders)
        if (std::ranges::find(m->senders, sender) == m->senders.end()) m->senders.push_back(sender);
    }
  }

  // ---- Multiplexing -----------------------------------------------------------------------------

  void selections() {
    std::set<const Signal*> said;
    for (const SelectionStatement& t : is_.selections) {
      if (passed_over_.contains(t.of.key)) continue;
      const auto at = place(t.of.key, t.of.signal), selector = place(t.of.key, t.selector);
      if (!at) {
        complaints_.error(t.of.line, name_of(t.of), missing(t.of));
        continue;
      }
      Message& m = out_.messages[at->message];
      if (!selector || !m.signals[selector->signal].is_selector) {
        complaints_.error(t.of.line, name_of(t.of),
                          "got multiplexer " + quoted(t.selector) +
                              ", must be a signal of the message that is marked M");
        continue;
      }
      Signal& s = m.signals[at->signal];
      s.selector = static_cast<int>(selector->signal);
      s.selected_by.insert(s.selected_by.end(), t.ranges.begin(), t.ranges.end());
      said.insert(&s);
      for (const RawRange& r : t.ranges)
        if (r.first > r.last)
          complaints_.error(t.of.line, name_of(t.of),
                            "got the range " + std::to_string(r.first) + "-" +
                                std::to_string(r.last) + ", must not fall");
    }
    for (std::size_t i = 0; i < out_.messages.size(); ++i) marked(i, said);
  }
  // Signals that are selected by their mark alone.
  void marked(std::size_t message, const std::set<const Signal*>& said) {
    Message& m = out_.messages[message];
    const Lines& lines = lines_[message];
    const auto selectors = std::ranges::count_if(m.signals, &Signal::is_selector);
    const auto only = std::ranges::find_if(m.signals, &Signal::is_selector);
    for (std::size_t i = 0; i < m.signals.size(); ++i) {
      Signal& s = m.signals[i];
      std::string_view id = lines.marks[i];
      if (!id.starts_with('m') || said.contains(&s)) continue;
      if (selectors != 1 || &*only == &s) {
        complaints_.error(
            lines.signals[i], path(m, s),
            "is marked " + std::string(id) +
                (selectors == 0 ? ", but no signal of the message is marked M"
                                : "; which multiplexer selects it? SG_MUL_VAL_ must say so"));
        continue;
      }
      s.selector = static_cast<int>(only - m.signals.begin());
      std::uint64_t value = 0;
      std::from_chars(id.data() + 1, id.data() + id.size(), value);
      s.selected_by = {{value, value}};
    }
  }

  // ---- Attributes -------------------------------------------------------------------------------

  // Of an ENUM its text, whether it is written as text or as number.
  std::string meaning(const AttributeValue& v) {
    const auto d = std::ranges::find(is_.definitions, v.name, &AttributeDefinition::name);
    const std::optional<double> index = number(v.value);
    if (!index || d == is_.definitions.end()) return v.value;
    // Where a file has the frame's format as number: what CANdb++ writes as ENUM.
    static const std::vector<std::string> kFormats{
        "StandardCAN", "ExtendedCAN", "reserved",       "J1939PG",       "reserved", "reserved",
        "reserved",    "reserved",    "reserved",       "reserved",      "reserved", "reserved",
        "reserved",    "reserved",    "StandardCAN_FD", "ExtendedCAN_FD"};
    const bool is_number = d->type == "INT" || d->type == "HEX";
    const auto& choices = v.name == "VFrameFormat" && is_number ? kFormats : d->choices;
    if (choices.empty() || *index < 0.0 || *index >= static_cast<double>(choices.size()))
      return v.value;
    return choices[static_cast<std::size_t>(*index)];
  }
  void attributes() {
    for (const AttributeValue& v : is_.defaults)
      for (Message& m : out_.messages) {
        of_message(v, m);
        if (v.name == "GenSigStartValue")
          for (Signal& s : m.signals) start_value(v, s);
      }
    for (const AttributeValue& v : is_.attributes) {
      if (v.kind == "BO_") {
        if (Message* m = message_of(v.of))
          of_message(v, *m);
        else
          pass_over(v.of, "BA_");
      }
      if (v.kind == "SG_") {
        Signal* s = signal_of(v.of);
        if (s == nullptr)
          pass_over(v.of, "BA_");
        else if (v.name == "GenSigStartValue" && !start_value(v, *s))
          complaints_.note(v.line, name_of(v.of),
                           "got GenSigStartValue " + quoted(v.value) +
                               ", which its bits can't hold; passed over");
      }
    }
    for (Message& m : out_.messages) m.bit_rate_switch = m.bit_rate_switch && m.fd;
  }
  void of_message(const AttributeValue& v, Message& m) {
    if (v.name == "GenMsgCycleTime") m.cycle_time = time(v);
    if (v.name == "GenMsgStartDelayTime") m.start_delay = time(v);
    if (v.name == "VFrameFormat") m.fd = meaning(v).ends_with("CAN_FD") || m.length > 8;
    if (v.name == "CANFD_BRS") m.bit_rate_switch = meaning(v) != "0";
  }
  std::int64_t time(const AttributeValue& v) {
    constexpr double kMost = 1e9;  // [ms], 11 days
    const std::optional<double> ms = number(v.value);
    if (ms && *ms >= 0.0 && *ms <= kMost) return std::llround(*ms * 1e6);
    complaints_.error(v.line, v.name, "got " + quoted(v.value) + ", must be 0 to 1e9 ms");
    return 0;
  }
  // False if the signal can't have it.
  static bool start_value(const AttributeValue& v, Signal& s) {
    const std::optional<double> x = number(v.value);
    if (!x) return false;
    constexpr double kMost = std::numeric_limits<float>::max();
    if (s.type == NumberType::float_32 && (*x > kMost || *x < -kMost)) return false;
    if (s.type == NumberType::float_64)
      s.initial = std::bit_cast<std::uint64_t>(*x);
    else if (s.type == NumberType::float_32)
      s.initial = std::bit_cast<std::uint32_t>(static_cast<float>(*x));
    else if (const auto raw = integer(s, *x))
      s.initial = *raw;
    else
      return false;
    return true;
  }

  // CANdb++ cuts names at 32 characters and keeps the whole ones as attributes.
  void long_names() {
    std::map<std::string, std::string> nodes;
    for (const AttributeValue& v : is_.attributes) {
      if (v.kind == "BO_" && v.name == "SystemMessageLongSymbol")
        if (Message* m = message_of(v.of)) m->name = v.value;
      if (v.kind == "SG_" && v.name == "SystemSignalLongSymbol")
        if (Signal* s = signal_of(v.of)) s->name = v.value;
      if (v.kind == "BU_" && v.name == "SystemNodeLongSymbol") nodes[v.of.signal] = v.value;
    }
    if (nodes.empty()) return;
    const auto rename = [&](std::vector<std::string>& names) {
      for (std::string& name : names)
        if (const auto found = nodes.find(name); found != nodes.end()) name = found->second;
    };
    rename(out_.nodes);
    for (Message& m : out_.messages) {
      rename(m.senders);
      for (Signal& s : m.signals) rename(s.receivers);
    }
  }

  // ---- What must hold together ------------------------------------------------------------------

  void check(std::size_t message) {
    const Message& m = out_.messages[message];
    const std::vector<int>& lines = lines_[message].signals;
    bool fits = true;
    for (std::size_t i = 0; i < m.signals.size(); ++i) {
      const Signal& s = m.signals[i];
      const auto error = [&](const std::string& what) {
        complaints_.error(lines[i], path(m, s), what);
      };
      if (s.factor == 0.0) error("got the factor 0, must not be 0");
      if (s.is_selector && is_float(s)) error("selects signals, so it must be an integer");
      if (selects_itself(m, i)) {
        error("depends on itself as multiplexer");
        fits = false;
      }
      if (end_of(s) > 8 * m.length) {
        error("ends " + std::to_string(end_of(s) - 8 * m.length) + " bits after the message's " +
              std::to_string(m.length) + " bytes");
        fits = false;
      }
    }
    if (fits) note_overlaps(m, lines);
  }
  static bool selects_itself(const Message& m, std::size_t signal) {
    std::size_t steps = 0;
    for (int at = m.signals[signal].selector; at >= 0; ++steps) {
      if (steps > m.signals.size()) return true;
      at = m.signals[static_cast<std::size_t>(at)].selector;
    }
    return false;
  }
  // Such databases are in use: two names of one field, or a group beside its parts. Encoding, the later signal wins.
  void note_overlaps(const Message& m, const std::vector<int>& lines) {
    std::vector<Bits> bits;
    for (const Signal& s : m.signals) bits.push_back(bits_of(s));
    for (std::size_t i = 1; i < m.signals.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (meet(bits[i], bits[k]) && can_meet(m, m.signals[i], m.signals[k])) {
          complaints_.note(lines[i], path(m, m.signals[i]), "has bits of " + m.signals[k].name);
          break;
        }
  }

  struct Lines {
    int message;
    std::uint32_t key;
    std::vector<int> signals;
    std::vector<std::string> marks;
    std::map<std::string, std::size_t, std::less<>> index;
  };

  Complaints complaints_;
  Statements is_;
  Database out_;
  std::vector<Lines> lines_;  // of the messages
  std::map<std::uint32_t, std::size_t> by_key_;
  std::set<std::uint32_t> passed_over_;
};

}  // namespace

Database read_database(const std::string& file, std::string_view bytes) {
  return Reader(file, bytes).read();
}

int signal_of(const Message& m, std::string_view name) {
  const auto found = std::ranges::find(m.signals, name, &Signal::name);
  return found == m.signals.end() ? -1 : static_cast<int>(found - m.signals.begin());
}

const Message* Database::find(std::uint32_t id, bool extended) const {
  const auto found = std::ranges::find_if(
      messages, [&](const Message& m) { return m.id == id && m.extended == extended; });
  return found == messages.end() ? nullptr : &*found;
}
const Message* Database::find(std::string_view name) const {
  const auto found = std::ranges::find(messages, name, &Message::name);
  return found == messages.end() ? nullptr : &*found;
}

}  // namespace evsim::can
