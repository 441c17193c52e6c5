#include "sim/link/can_log.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sim/base/errors.h"

namespace evsim::can {
namespace {

constexpr std::size_t kMostProblems = 20, kLongestQuote = 40;
constexpr std::uint32_t kErrorFlag = 0x2000'0000;  // of SocketCAN's identifiers
constexpr TimeNs kSecond = 1'000'000'000, kLatest = 4'000'000'000 * kSecond;  // the year 2096

// ---- Words -------------------------------------------------------------------------------------

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, kLongestQuote)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + "\"";
}
bool equal(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

// The words of a line, taken one by one.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) { skip(); }
  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  std::string_view next() {
    std::size_t n = 0;
    while (n < rest_.size() && !is_space(rest_[n])) ++n;
    const std::string_view word = rest_.substr(0, n);
    rest_.remove_prefix(n);
    skip();
    return word;
  }

 private:
  void skip() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

int digit(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}
std::optional<std::uint32_t> number(std::string_view text, int base) {
  if (text.empty() || text.size() > 10) return {};
  std::uint64_t value = 0;
  for (const char c : text) {
    const int d = digit(c);
    if (d < 0 || d >= base) return {};
    value = value * static_cast<std::uint64_t>(base) + static_cast<std::uint64_t>(d);
  }
  return value <= 0xFFFF'FFFF ? std::optional(static_cast<std::uint32_t>(value)) : std::nullopt;
}
// "12.345" [s] in nanoseconds, exactly; more than nine decimals are not.
std::optional<TimeNs> time_of(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || whole.size() > 10 || part.size() > 9) return {};
  if (point != std::string_view::npos && part.empty()) return {};
  if (!std::ranges::all_of(whole, is_digit) || !std::ranges::all_of(part, is_digit)) return {};
  TimeNs s = 0, ns = 0;
  for (const char c : whole) s = 10 * s + (c - '0');
  for (std::size_t i = 0; i < 9; ++i) ns = 10 * ns + (i < part.size() ? part[i] - '0' : 0);
  if (s >= kLatest / kSecond) return {};
  return s * kSecond + ns;
}
std::string time_text(TimeNs t) {
  const std::string whole = std::to_string(t / kSecond);
  std::string part = std::to_string(t % kSecond);
  part.insert(0, 9 - part.size(), '0');
  if (part.ends_with("000")) part.resize(6);
  return whole + "." + part;
}
std::string hex(std::uint32_t value, std::size_t digits) {
  std::string out;
  for (; value != 0 || out.size() < digits; value >>= 4) out += "0123456789ABCDEF"[value & 15u];
  return {out.rbegin(), out.rend()};
}

// ---- Lines -------------------------------------------------------------------------------------

// Of a wrong line: what is wrong with it.
using Fault = std::optional<std::string>;

std::string got(std::string_view text) {
  return text.empty() ? "got nothing" : "got " + quoted(text);
}

// Calls read(line) for each line that is not empty, and throws with all faults.
template <class Read>
void each_line(std::string_view text, const std::string& file, const Read& read) {
  std::vector<Problem> problems;
  std::size_t more = 0;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (Words(line).empty()) continue;
    Fault fault = read(line);
    if (!fault) continue;
    if (problems.size() < kMostProblems)
      problems.push_back({.file = file, .line = number, .path = {}, .what = std::move(*fault)});
    else
      ++more;
  }
  if (more > 0)
    problems.push_back(
        {.file = file, .line = 0, .path = {}, .what = "and " + std::to_string(more) + " more"});
  if (!problems.empty()) throw InputError(std::move(problems));
}

Fault set_id(Frame& f, std::uint32_t id, bool extended, std::string_view word) {
  f.id = id;
  f.extended = extended;
  if (id <= (extended ? kLargestExtendedId : kLargestStandardId)) return {};
  return "identifier: got " + quoted(word) + ", must be at most " +
         (extended ? "1FFFFFFF" : "7FF") + " hex";
}

// ---- candump -----------------------------------------------------------------------------------

Fault candump_data(Frame& f, std::string_view text) {
  const std::size_t most = f.fd ? 64 : 8;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '.') {  // bytes may be parted
      ++i;
      continue;
    }
    const std::optional<std::uint32_t> byte =
        i + 1 < text.size() ? number(text.substr(i, 2), 16) : std::nullopt;
    if (!byte) return "data: got " + quoted(text.substr(i, 2)) + ", must be two hex digits a byte";
    if (bytes == most)
      return "data: more than " + std::to_string(most) + " bytes" +
             (f.fd ? "" : "; CAN FD has ## and a digit of flags");
    f.data[bytes++] = static_cast<std::uint8_t>(*byte);
    i += 2;
  }
  f.length = static_cast<std::uint8_t>(bytes);
  if (f.fd && length_of(dlc_of(f.length)) != f.length)
    return "data: got " + std::to_string(bytes) +
           " bytes, must be 0 to 8, 12, 16, 20, 24, 32, 48 or 64";
  return {};
}

Fault candump_frame(Frame& f, std::string_view text) {
  const std::size_t hash = text.find('#');
  if (hash == std::string_view::npos)
    return "frame: " + got(text) + ", must be IDENTIFIER#DATA, #R or ##FLAGS and DATA";
  const std::string_view id_text = text.substr(0, hash);
  std::string_view data = text.substr(hash + 1);
  const std::optional<std::uint32_t> id = number(id_text, 16);
  if (!id || (id_text.size() != 3 && id_text.size() != 8))
    return "identifier: " + got(id_text) + ", must be 3 hex digits, or 8 of an extended one";
  if (id_text.size() == 8 && (*id & kErrorFlag) != 0 && *id <= (kErrorFlag | kLargestExtendedId)) {
    f.error = true;
    f.id = *id & kLargestExtendedId;
    return candump_data(f, data);
  }
  if (Fault fault = set_id(f, *id, id_text.size() == 8, id_text)) return fault;
  if (data.starts_with('#')) {
    const int flags = data.size() > 1 ? digit(data[1]) : -1;
    if (flags < 0 || flags > 7)
      return "flags of CAN FD: " + got(data.substr(1, 1)) + ", must be a digit from 0 to 7";
    f.fd = true;
    f.bit_rate_switch = (flags & 1) != 0;
    f.error_state = (flags & 2) != 0;
    return candump_data(f, data.substr(2));
  }
  if (data.starts_with('R') || data.starts_with('r')) {
    f.remote = true;
    const std::string_view length = data.substr(1);
    const std::optional<std::uint32_t> n = length.empty() ? 0u : number(length, 10);
    if (!n || *n > 8) return "length of a remote frame: " + got(length) + ", must be 0 to 8";
    f.length = static_cast<std::uint8_t>(*n);
    return {};
  }
  return candump_data(f, data);
}

Fault candump_entry(LogEntry& e, std::string_view line) {
  Words words(line);
  const std::string_view time = words.next();
  std::optional<TimeNs> t;
  if (time.size() > 2 && time.front() == '(' && time.back() == ')')
    t = time_of(time.substr(1, time.size() - 2));
  if (!t)
    return "time: " + got(time) +
           ", must be (SECONDS.DECIMALS), up to 2096 and with at most 9 decimals";
  e.t = *t;
  e.channel = words.next();
  if (e.channel.empty()) return "interface: got nothing, must be a name such as can0";
  if (Fault fault = candump_frame(e.frame, words.next())) return fault;
  if (words.empty()) return {};
  const std::string_view direction = words.next();
  e.direction = equal(direction, "R") ? Direction::received : Direction::transmitted;
  if (equal(direction, "R") || equal(direction, "T"))
    return words.empty() ? Fault{} : "end of line: " + got(words.rest()) + ", must be nothing";
  return "direction: " + got(direction) + ", must be R, T or nothing";
}

// ---- ASC ---------------------------------------------------------------------------------------

class AscReader {
 public:
  explicit AscReader(CanLog& out) : out_(out) {}

  Fault line(std::string_view text) {
    Words words(text);
    const std::string_view first = words.next();
    if (equal(first, "date")) {
      out_.date = words.rest();
      while (!out_.date.empty() && is_space(out_.date.back())) out_.date.pop_back();
      return {};
    }
    if (equal(first, "base")) return base(words);
    const std::optional<TimeNs> t = is_digit(first.front()) ? time_of(first) : std::nullopt;
    const std::string_view second = words.next();
    const bool fd = equal(second, "CANFD");
    if (!fd && (second.empty() || !std::ranges::all_of(second, is_digit))) return pass_over();
    if (!t) {
      if (!is_digit(first.front())) return pass_over();
      return "time: " + got(first) +
             ", must be SECONDS.DECIMALS, up to 2096 and with at most 9 decimals";
    }
    const TimeNs now = std::min((relative_ ? last_ : 0) + t.value_or(0), kLatest);
    if (relative_) last_ = now;
    const std::size_t before = out_.entries.size();
    Fault fault = fd ? fd_frame(words) : frame(second, words);
    if (out_.entries.size() > before)
      out_.entries.back().t = now;
    else if (!fault)
      return pass_over();
    return fault;
  }

 private:
  Fault pass_over() {
    ++out_.passed_over;
    return {};
  }
  Fault base(Words& words) {
    const std::string_view base = words.next();
    if (!equal(base, "hex") && !equal(base, "dec"))
      return "base: " + got(base) + ", must be hex or dec";
    base_ = equal(base, "hex") ? 16 : 10;
    if (words.empty()) return {};
    words.next();  // timestamps
    const std::string_view times = words.next();
    if (!equal(times, "absolute") && !equal(times, "relative"))
      return "timestamps: " + got(times) + ", must be absolute or relative";
    relative_ = equal(times, "relative");
    return {};
  }
  // Entries are there from the moment on when the line is known to be a frame.
  LogEntry& entry(std::string_view channel) {
    out_.entries.push_back({.channel = std::string(channel), .frame = {}});
    return out_.entries.back();
  }
  Fault identifier(Frame& f, std::string_view word) const {
    const bool extended = word.ends_with('x') || word.ends_with('X');
    const std::optional<std::uint32_t> id =
        number(extended ? word.substr(0, word.size() - 1) : word, base_);
    if (!id)
      return "identifier: " + got(word) + ", must be a number, with x behind an extended one";
    return set_id(f, *id, extended, word);
  }
  static std::optional<Direction> direction(std::string_view word) {
    if (equal(word, "Rx")) return Direction::received;
    if (equal(word, "Tx")) return Direction::transmitted;
    return {};
  }
  Fault data(Frame& f, Words& words) const {
    for (std::size_t i = 0; i < f.length; ++i) {
      const std::string_view word = words.next();
      const std::optional<std::uint32_t> byte = number(word, base_);
      if (!byte || *byte > 255)
        return "data, byte " + std::to_string(i + 1) + " of " + std::to_string(f.length) + ": " +
               got(word) + ", must be 0 to " + (base_ == 16 ? "FF" : "255");
      f.data[i] = static_cast<std::uint8_t>(*byte);
    }
    return {};
  }

  Fault frame(std::string_view channel, Words& words) {
    const std::string_view id = words.next();
    if (equal(id, "ErrorFrame")) {
      entry(channel).frame.error = true;
      return {};
    }
    const std::optional<Direction> way = direction(words.next());
    if (!way) return {};
    LogEntry& e = entry(channel);
    e.direction = *way;
    Frame& f = e.frame;
    if (Fault fault = identifier(f, id)) return fault;
    const std::string_view kind = words.next();
    f.remote = equal(kind, "r");
    if (!f.remote && !equal(kind, "d"))
      return "kind: " + got(kind) + ", must be d (data) or r (remote)";
    const std::string_view length = words.next();
    const std::optional<std::uint32_t> dlc = number(length, base_);
    if (f.remote && !dlc) return {};  // older ones have no length
    if (!dlc || *dlc > 15) return "length code: " + got(length) + ", must be 0 to 8";
    f.length = static_cast<std::uint8_t>(std::min(*dlc, 8u));  // 9 to 15 mean 8 bytes too
    return f.remote ? Fault{} : data(f, words);
  }

  Fault fd_frame(Words& words) {
    const std::string_view channel = words.next();
    if (channel.empty() || !std::ranges::all_of(channel, is_digit))
      return "channel: " + got(channel) + ", must be a number";
    const std::optional<Direction> way = direction(words.next());
    if (!way) return {};
    LogEntry& e = entry(channel);
    e.direction = *way;
    Frame& f = e.frame;
    const std::string_view id = words.next();
    if (equal(id, "ErrorFrame")) {
      f.error = true;
      e.direction = Direction::unknown;
      return {};
    }
    f.fd = true;
    if (Fault fault = identifier(f, id)) return fault;
    std::string_view word = words.next();
    if (word != "0" && word != "1") word = words.next();  // a name stands before
    for (bool* const flag : {&f.bit_rate_switch, &f.error_state}) {
      if (word != "0" && word != "1")
        return std::string(flag == &f.error_state ? "error state" : "bit rate switch") + ": " +
               got(word) + ", must be 0 or 1";
      *flag = word == "1";
      word = words.next();
    }
    const std::optional<std::uint32_t> dlc = number(word, 16);
    if (!dlc || *dlc > 15) return "length code: " + got(word) + ", must be 0 to f";
    const std::string_view length = words.next();
    const std::optional<std::uint32_t> bytes = number(length, 10);
    f.length = length_of(static_cast<int>(*dlc));
    if (!bytes || *bytes != f.length)
      return "bytes: " + got(length) + ", must be " + std::to_string(f.length) +
             ", as the length code says";
    return data(f, words);
  }

  CanLog& out_;
  int base_ = 16;
  bool relative_ = false;
  TimeNs last_ = 0;  // of relative times
};

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}
std::string padded_left(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

}  // namespace

CanLog read_candump(std::string_view text, const std::string& file) {
  CanLog out;
  each_line(text, file, [&](std::string_view line) {
    LogEntry e;
    Fault fault = candump_entry(e, line);
    if (!fault) out.entries.push_back(std::move(e));
    return fault;
  });
  return out;
}

CanLog read_asc(std::string_view text, const std::string& file) {
  CanLog out;
  AscReader reader(out);
  each_line(text, file, [&](std::string_view line) { return reader.line(line); });
  return out;
}

std::string candump_line(const LogEntry& e) {
  const Frame& f = e.frame;
  std::string out = "(" + time_text(e.t) + ") " + e.channel + " ";
  if (f.error)
    out += hex(f.id | kErrorFlag, 8);
  else
    out += hex(f.id, f.extended ? 8 : 3);
  out += '#';
  if (f.remote) {
    out += f.length > 0 ? "R" + std::to_string(f.length) : "R";
  } else {
    if (f.fd) out += "#" + std::to_string((f.bit_rate_switch ? 1 : 0) + (f.error_state ? 2 : 0));
    for (std::size_t i = 0; i < f.length; ++i) out += hex(f.data[i], 2);
  }
  if (e.direction == Direction::received) out += " R";
  if (e.direction == Direction::transmitted) out += " T";
  return out + "\n";
}

std::string asc_line(const LogEntry& e) {
  const Frame& f = e.frame;
  std::string out = padded_left(time_text(e.t), 11) + " ";
  if (f.error) return out + e.channel + "  ErrorFrame\n";
  const std::string id = hex(f.id, 1) + (f.extended ? "x" : "");
  const std::string way = e.direction == Direction::transmitted ? "Tx  " : "Rx  ";
  std::string data;
  if (!f.remote)
    for (std::size_t i = 0; i < f.length; ++i) data += " " + hex(f.data[i], 2);
  if (!f.fd) {
    out += e.channel + "  " + padded(id, 15) + " " + way;
    return out + (f.remote ? " r " : " d ") + hex(f.length, 1) + data + "\n";
  }
  out += "CANFD " + padded_left(e.channel, 3) + " " + way + " " + padded_left(id, 8) + "  " +
         std::string(32, ' ');
  out += f.bit_rate_switch ? " 1" : " 0";
  out += f.error_state ? " 1" : " 0";
  std::string dlc = hex(static_cast<std::uint32_t>(dlc_of(f.length)), 1);
  dlc.front() = lower(dlc.front());
  out += " " + dlc + " " + padded_left(std::to_string(f.length), 2) + data;
  // Duration and length of the message, flags, checksum, bit timings: unknown but for the flags.
  const std::uint32_t flags =
      1u << 12 | (f.bit_rate_switch ? 1u << 13 : 0u) | (f.error_state ? 1u << 14 : 0u);
  out += "        0    0 " + padded_left(hex(flags, 1), 8);
  for (int i = 0; i < 5; ++i) out += "        0";
  return out + "\n";
}

std::string asc_head(std::string_view date) {
  const std::string day(date);
  return "date " + day +
         "\nbase hex  timestamps absolute\ninternal events logged\nBegin Triggerblock " + day +
         "\n   0.000000 Start of measurement\n";
}
std::string asc_tail() { return "End TriggerBlock\n"; }

}  // namespace evsim::can
