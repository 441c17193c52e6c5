#include "sim/io/markup.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "sim/io/json_tree.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7f;
}

// Length of the character beyond ASCII that text begins with; 0 when it isn't UTF-8.
std::size_t character_length(std::string_view text) {
  for (std::size_t n = 2; n <= 4 && n <= text.size(); ++n)
    if (checked_text(std::string(text.substr(0, n))).error.empty()) return n;
  return 0;
}

// U+FFFE and U+FFFF are no characters; XML refuses them.
bool is_noncharacter(std::string_view c) { return c == "\xEF\xBF\xBE" || c == "\xEF\xBF\xBF"; }

std::string_view entity(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

std::string without_zeros(std::string number) {
  if (number.find('.') == std::string::npos) return number;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number.pop_back();
  return number;
}

// "1.58e-8"
std::string scientific(double x, int digits) {
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x,
                                 std::chars_format::scientific, digits - 1);
  const std::string text(buffer.data(), end.ptr);
  const std::size_t e = text.find('e');
  return without_zeros(text.substr(0, e)) + "e" + std::to_string(std::stoi(text.substr(e + 1)));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      if (is_control(text[i]))
        out += kReplacement;
      else
        out += text[i];
      ++i;
      continue;
    }
    const std::size_t n = character_length(text.substr(i));
    const std::string_view c = text.substr(i, n);
    out += n == 0 || is_noncharacter(c) ? kReplacement : c;
    i += n == 0 ? 1 : n;
  }
  return out;
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    const std::string_view as = entity(c);
    if (as.empty())
      out += c;
    else
      out += as;
  }
  return out;
}

std::string script_string(std::string_view text) {
  const std::string json = to_text(Json::from(std::string_view(printable(text))));
  std::string out;
  for (const char c : json) {
    if (c == '<')
      out += "\\u003c";
    else if (c != '\n')
      out += c;
  }
  return out;
}

std::string readable(double x, int digits) {
  if (!std::isfinite(x)) return "-";
  if (x == 0) return "0";
  const double size = std::abs(x);
  if (size < 1e-3 || size >= 1e7) return scientific(x, std::min(digits, 3));
  const int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(size)));
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x,
                                 std::chars_format::fixed, std::max(decimals, 0));
  return without_zeros({buffer.data(), end.ptr});
}

std::string readable_time(double seconds) {
  constexpr double kLong = 0.01;
  return seconds < kLong ? readable(1e6 * seconds, 4) + " us" : readable(1e3 * seconds, 4) + " ms";
}

}  // namespace evsim::io
