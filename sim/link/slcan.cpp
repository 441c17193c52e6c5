#include "sim/link/slcan.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace evsim::can::slcan {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}
std::optional<std::uint32_t> hex(std::string_view text) {
  if (text.empty() || text.size() > 8) return {};
  std::uint32_t value = 0;
  for (const char c : text) {
    const int digit = hex_digit(c);
    if (digit < 0) return {};
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}
void append_hex(std::string& out, std::uint32_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i) out += kDigits[(value >> (4 * i)) & 15u];
}
std::optional<int> decimal(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > 999) return {};
    value = 10 * value + (c - '0');
  }
  return value;
}
bool is_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

constexpr std::string_view kFrames = "tTrRdDbB";

Frame kind_of(char letter) {
  Frame f;
  f.extended = letter == 'T' || letter == 'R' || letter == 'D' || letter == 'B';
  f.remote = letter == 'r' || letter == 'R';
  f.bit_rate_switch = letter == 'b' || letter == 'B';
  f.fd = f.bit_rate_switch || letter == 'd' || letter == 'D';
  return f;
}

// Code and bit rate [bit/s].
using Code = std::pair<char, int>;
constexpr std::array kRates{Code{'0', 10'000},    Code{'1', 20'000},  Code{'2', 50'000},
                            Code{'3', 100'000},   Code{'4', 125'000}, Code{'5', 250'000},
                            Code{'6', 500'000},   Code{'7', 800'000}, Code{'7', 750'000},
                            Code{'8', 1'000'000}, Code{'9', 83'300}};
constexpr std::array kDataRates{Code{'0', 500'000},   Code{'1', 1'000'000}, Code{'2', 2'000'000},
                                Code{'4', 4'000'000}, Code{'5', 5'000'000}, Code{'8', 8'000'000}};

std::optional<char> code_of(std::span<const Code> codes, int rate) {
  const auto it = std::ranges::find(codes, rate, &Code::second);
  return it == codes.end() ? std::nullopt : std::optional(it->first);
}
std::optional<int> rate_of(std::span<const Code> codes, std::string_view code) {
  if (code.size() != 1) return {};
  const auto it = std::ranges::find(codes, code.front(), &Code::first);
  return it == codes.end() ? std::nullopt : std::optional(it->second);
}

// SocketCAN's error classes and their bytes in the data (linux/can/error.h).
constexpr std::uint32_t kErrorController = 0x04, kErrorProtocol = 0x08, kErrorAck = 0x20,
                        kErrorBus = 0x80;
constexpr std::uint8_t kAtCrc = 0x08, kAtAck = 0x19;
struct Letter {
  char letter;
  std::uint8_t at, bits;  // of the data
};
constexpr std::array kLetters{Letter{'b', 2, 0x08}, Letter{'B', 2, 0x10}, Letter{'f', 2, 0x02},
                              Letter{'s', 2, 0x04}, Letter{'o', 1, 0x01}, Letter{'O', 1, 0x02}};

}  // namespace

Lines::End Lines::feed(char byte) {
  if (ended_) {
    line_.clear();
    if (byte == '\n') return End::none;
    ended_ = false;
  }
  if (byte == '\r' || byte == '\a') {
    ended_ = true;
    if (std::exchange(overlong_, false)) return End::overlong;
    return byte == '\r' ? End::carriage_return : End::bell;
  }
  if (line_.size() < kLongest)
    line_ += byte;
  else
    overlong_ = true;
  return End::none;
}

// ---- Frames ------------------------------------------------------------------------------------

std::optional<Stamped> frame_of(std::string_view line) {
  if (line.empty() || kFrames.find(line.front()) == std::string_view::npos) return {};
  Stamped out{.frame = kind_of(line.front()), .stamp = {}};
  Frame& f = out.frame;
  const std::size_t id_digits = f.extended ? 8 : 3;
  if (line.size() < 2 + id_digits) return {};
  const std::optional<std::uint32_t> id = hex(line.substr(1, id_digits));
  const int dlc = hex_digit(line[1 + id_digits]);
  if (!id || *id > (f.extended ? kLargestExtendedId : kLargestStandardId)) return {};
  if (dlc < 0 || (!f.fd && dlc > 8)) return {};
  f.id = *id;
  f.length = length_of(dlc);
  line.remove_prefix(2 + id_digits);
  if (!f.remote) {
    if (line.size() < std::size_t{2} * f.length) return {};
    for (std::size_t i = 0; i < f.length; ++i) {
      const std::optional<std::uint32_t> byte = hex(line.substr(2 * i, 2));
      if (!byte) return {};
      f.data[i] = static_cast<std::uint8_t>(*byte);
    }
    line.remove_prefix(std::size_t{2} * f.length);
  }
  if (line.empty()) return out;
  out.stamp = hex(line);
  if (!out.stamp || (line.size() != 4 && line.size() != 8)) return {};
  return out;
}

bool append(std::string& out, const Frame& f, std::optional<std::uint32_t> stamp) {
  if (!is_valid(f)) return false;
  const char letter = !f.fd ? (f.remote ? 'r' : 't') : f.bit_rate_switch ? 'b' : 'd';
  out += f.extended ? static_cast<char>(letter - 'a' + 'A') : letter;
  append_hex(out, f.id, f.extended ? 8 : 3);
  append_hex(out, static_cast<std::uint32_t>(dlc_of(f.length)), 1);
  if (!f.remote)
    for (std::size_t i = 0; i < f.length; ++i) append_hex(out, f.data[i], 2);
  if (stamp) append_hex(out, *stamp, 4);
  out += '\r';
  return true;
}

std::optional<Frame> error_of(std::string_view letters) {
  Frame f{.id = kErrorProtocol | kErrorBus, .error = true, .length = 8};
  for (const char c : letters) {
    const auto it = std::ranges::find(kLetters, c, &Letter::letter);
    if (it != kLetters.end()) {
      f.data[it->at] |= it->bits;
      if (it->at == 1) f.id |= kErrorController;
    } else if (c == 'a') {
      f.id |= kErrorAck;
      f.data[3] = kAtAck;
    } else if (c == 'c') {
      f.data[3] = kAtCrc;
    } else {
      return {};
    }
  }
  return f;
}
std::string error_letters(const Frame& f) {
  std::string out;
  if ((f.id & kErrorAck) != 0) out += 'a';
  if (f.data[3] == kAtCrc) out += 'c';
  for (const Letter& l : kLetters)
    if ((f.data[l.at] & l.bits) != 0) out += l.letter;
  return out;
}

// ---- As the computer ---------------------------------------------------------------------------

std::optional<std::string> opening(const Channel& c) {
  const std::optional<char> rate = code_of(kRates, c.bit_rate);
  const std::optional<char> data_rate = code_of(kDataRates, c.data_bit_rate);
  if (!rate || (!data_rate && c.data_bit_rate != 0)) return {};
  std::string out = "C\rS" + std::string(1, *rate) + "\r";
  if (data_rate) out += "Y" + std::string(1, *data_rate) + "\r";
  if (c.stamps) out += "Z1\r";
  return out + (c.listen_only ? "L\r" : "O\r");
}

std::string known_bit_rates() {
  std::string out;
  for (const auto& [code, rate] : kRates) out += std::to_string(rate) + ", ";
  out += "and for data";
  for (const auto& [code, rate] : kDataRates) out += ' ' + std::to_string(rate);
  return out;
}

std::vector<Received> Client::feed(std::string_view bytes) {
  using Kind = Received::Kind;
  std::vector<Received> out;
  for (const char byte : bytes) switch (lines_.feed(byte)) {
      case Lines::End::none: break;
      case Lines::End::overlong: ++rejected_.overlong; break;
      case Lines::End::carriage_return:
        if (lines_.line().empty())
          out.push_back({.kind = Kind::done});
        else
          line(lines_.line(), out);
        break;
      case Lines::End::bell:
        if (!lines_.line().empty()) ++rejected_.malformed;
        out.push_back({.kind = Kind::refused});
        break;
    }
  return out;
}

void Client::line(std::string_view text, std::vector<Received>& out) {
  using Kind = Received::Kind;
  const std::string_view rest = text.substr(1);
  const auto malformed = [&] { ++rejected_.malformed; };
  switch (text.front()) {
    case 'z':
    case 'Z':
      if (!rest.empty()) return malformed();
      return out.push_back({.kind = Kind::sent});
    case 'V':
    case 'v':
    case 'N':
      if (!is_text(rest)) return malformed();
      return out.push_back({.kind = text.front() == 'N' ? Kind::serial_number : Kind::version,
                            .text = std::string(rest)});
    case 'F': {
      const std::optional<std::uint32_t> flags = hex(rest);
      if (!flags || rest.size() != 2) return malformed();
      return out.push_back({.kind = Kind::status, .number = static_cast<int>(*flags)});
    }
    case 's': {
      if (rest.size() != 7 || std::string_view("awpb").find(rest.front()) == std::string_view::npos)
        return malformed();
      const std::optional<int> rec = decimal(rest.substr(1, 3)), tec = decimal(rest.substr(4, 3));
      if (!rec || !tec) return malformed();
      return out.push_back(
          {.kind = Kind::state, .text = std::string(1, rest.front()), .rec = *rec, .tec = *tec});
    }
    case 'e': {
      const bool fits = !rest.empty() && rest.front() >= '0' && rest.front() <= '8' &&
                        rest.size() == 1u + static_cast<std::size_t>(rest.front() - '0');
      const std::optional<Frame> error = fits ? error_of(rest.substr(1)) : std::nullopt;
      if (!error) return malformed();
      return out.push_back({.kind = Kind::bus_error, .frame = {.frame = *error, .stamp = {}}});
    }
    default: break;
  }
  if (kFrames.find(text.front()) == std::string_view::npos) {
    ++rejected_.unknown;
    return;
  }
  const std::optional<Stamped> frame = frame_of(text);
  if (!frame) return malformed();
  out.push_back({.kind = Kind::frame, .frame = *frame});
}

// ---- As the adapter ----------------------------------------------------------------------------

void Device::feed(std::string_view bytes, const Grant& grant) {
  for (const char byte : bytes) {
    const Lines::End end = lines_.feed(byte);
    if (end == Lines::End::none) continue;
    Answer answer = Answer::bell;
    const std::size_t unread = output_.size();
    if (end == Lines::End::carriage_return)
      answer = line(lines_.line(), grant);
    else
      ++(end == Lines::End::overlong ? rejected_.overlong : rejected_.malformed);
    if (unread >= settings_.most_unread) {  // the line counts, what was answered does not go out
      output_.resize(unread);
      continue;
    }
    if (answer == Answer::done) output_ += '\r';
    if (answer == Answer::bell) output_ += '\a';
  }
}

Device::Answer Device::malformed() {
  ++rejected_.malformed;
  return Answer::bell;
}
Device::Answer Device::refused() {
  ++rejected_.refused;
  return Answer::bell;
}

Device::Answer Device::line(std::string_view text, const Grant& grant) {
  if (text.empty()) return Answer::silence;  // empties the adapter's buffer
  const std::string_view rest = text.substr(1);
  if (kFrames.find(text.front()) != std::string_view::npos) return send(text, grant);
  switch (text.front()) {
    case 'O':
    case 'L': {
      if (!rest.empty()) return malformed();
      const bool listen = text.front() == 'L';
      if (open_ && listen == listens_only_) return Answer::done;  // python-can opens twice
      if (open_ || !grant({.kind = listen ? Request::Kind::listen : Request::Kind::open}))
        return refused();
      open_ = true;
      listens_only_ = listen;
      return Answer::done;
    }
    case 'C':
      if (!rest.empty()) return malformed();
      if (std::exchange(open_, false)) grant({.kind = Request::Kind::close});
      return Answer::done;
    case 'S':
    case 's':
    case 'Y':
    case 'M':
    case 'm':
    case 'W':
    case 'Z': return set(text, grant);
    case 'X':
    case 'U': return rest.size() == 1 && hex_digit(rest.front()) >= 0 ? Answer::done : malformed();
    case 'V':
    case 'v':
    case 'N':
    case 'F': return rest.empty() ? ask(text) : malformed();
    default: ++rejected_.unknown; return Answer::bell;
  }
}

Device::Answer Device::send(std::string_view text, const Grant& grant) {
  const std::optional<Stamped> f = frame_of(text);
  if (!f || f->stamp) return malformed();
  if (!open_ || listens_only_ || !grant({.kind = Request::Kind::send, .frame = f->frame}))
    return refused();
  if (settings_.answers_frames_with_z) output_ += f->frame.extended ? 'Z' : 'z';
  return Answer::done;
}

Device::Answer Device::set(std::string_view text, const Grant& grant) {
  const std::string_view rest = text.substr(1);
  Request request;
  switch (text.front()) {
    case 'S': {
      const std::optional<int> rate = rest == "7" ? settings_.s7 : rate_of(kRates, rest);
      if (!rate) return malformed();
      request = {.kind = Request::Kind::bit_rate, .bit_rate = *rate};
      break;
    }
    case 'Y': {
      const std::optional<int> rate = rate_of(kDataRates, rest);
      if (!rate) return malformed();
      request = {.kind = Request::Kind::data_bit_rate, .bit_rate = *rate};
      break;
    }
    case 's':
      if (!hex(rest) || (rest.size() != 4 && rest.size() != 8)) return malformed();
      request = {.kind = Request::Kind::bit_timing, .text = std::string(text)};
      break;
    case 'Z':
      if (rest != "0" && rest != "1") return malformed();
      if (open_) return refused();
      stamps_ = rest == "1";
      return Answer::done;
    default:
      if (!hex(rest) || rest.size() != (text.front() == 'W' ? 1u : 8u)) return malformed();
      request = {.kind = Request::Kind::filter, .text = std::string(text)};
      break;
  }
  return granted(!open_ && grant(request));
}

Device::Answer Device::ask(std::string_view text) {
  if (text == "F") {
    if (!open_) return refused();
    output_ += 'F';
    output_ += state_ == 'b' ? 'A' : state_ == 'p' ? '2' : '0';
    const int low = (state_ == 'a' ? 0 : 4) + (std::exchange(lost_since_asked_, false) ? 8 : 0);
    output_ += "048C"[low / 4];
  } else if (text == "N") {
    output_ += 'N' + settings_.serial;
  } else {
    output_ += text.front() + settings_.version;
  }
  return Answer::done;
}

void Device::deliver(const Frame& f, TimeNs t) {
  if (!open_) return;
  if (output_.size() >= settings_.most_unread) {
    ++lost_;
    lost_since_asked_ = true;
    return;
  }
  if (f.error) {
    const std::string letters = error_letters(f);
    if (settings_.reports_errors && !letters.empty())
      output_ += 'e' + std::to_string(letters.size()) + letters + '\r';
    return;
  }
  const TimeNs ms = t / 1'000'000 % 60'000;
  append(output_, f, stamps_ ? std::optional(static_cast<std::uint32_t>(ms)) : std::nullopt);
}

void Device::report_state(char state, int rec, int tec) {
  state_ = state;
  if (!open_ || !settings_.reports_errors || output_.size() >= settings_.most_unread) return;
  output_ += 's';
  output_ += state;
  for (const int count : {std::clamp(rec, 0, 999), std::clamp(tec, 0, 999)}) {
    const std::string digits = std::to_string(count);
    output_ += std::string(3 - digits.size(), '0') + digits;
  }
  output_ += '\r';
}

std::string Device::take_output() { return std::exchange(output_, {}); }

}  // namespace evsim::can::slcan
