#include "sim/link/dbc_tokens.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace evsim::can {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_section(std::string_view word) {
  constexpr std::array<std::string_view, 35> kSections{"BA_",          "BA_DEF_",
                                                       "BA_DEF_DEF_",  "BA_DEF_DEF_REL_",
                                                       "BA_DEF_REL_",  "BA_DEF_SGTYPE_",
                                                       "BA_REL_",      "BA_SGTYPE_",
                                                       "BO_",          "BO_TX_BU_",
                                                       "BS_",          "BU_",
                                                       "BU_BO_REL_",   "BU_EV_REL_",
                                                       "BU_SG_REL_",   "CAT_",
                                                       "CAT_DEF_",     "CM_",
                                                       "ENVVAR_DATA_", "EV_",
                                                       "EV_DATA_",     "FILTER",
                                                       "NS_",          "NS_DESC_",
                                                       "SG_",          "SG_MUL_VAL_",
                                                       "SGTYPE_",      "SGTYPE_VAL_",
                                                       "SIG_GROUP_",   "SIG_TYPE_REF_",
                                                       "SIG_VALTYPE_", "SIGTYPE_VALTYPE_",
                                                       "VAL_",         "VAL_TABLE_",
                                                       "VERSION"};
  return std::ranges::find(kSections, word) != kSections.end();
}

class Cutter {
 public:
  explicit Cutter(std::string_view text) : text_(text) {}

  Tokens cut() {
    while (out_.error.empty() && skip_blanks()) token();
    add(Token::Kind::end, at_, at_);
    return std::move(out_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void add(Token::Kind kind, std::size_t begin, std::size_t end) {
    out_.all.push_back(
        {.kind = kind,
         .is = text_.substr(begin, end - begin),
         .line = line_,
         .begins_line = line_ > last_line_,
         .is_section = kind == Token::Kind::word && is_section(text_.substr(begin, end - begin))});
    last_line_ = line_;
  }

  // False at the end.
  bool skip_blanks() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n')
        ++line_;
      else if (c == '/' && peek(1) == '/') {
        at_ = std::min(text_.find('\n', at_), text_.size());
        if (at_ == text_.size()) return false;
        ++line_;
      } else if (c != ' ' && c != '\t' && c != '\r')
        return true;
    }
    return false;
  }

  void token() {
    const std::size_t begin = at_;
    if (peek() == '"') return quoted();
    const bool has_sign = peek() == '+' || peek() == '-';
    const char first = peek(has_sign ? 1 : 0);
    const char second = peek(has_sign ? 2 : 1);
    if (is_digit(first) || (first == '.' && is_digit(second))) return number();
    if (is_word(peek())) {
      while (is_word(peek())) ++at_;
      return add(Token::Kind::word, begin, at_);
    }
    constexpr std::string_view kSigns = "():;,|@[]+-";
    if (kSigns.find(peek()) == std::string_view::npos) {
      const std::size_t end = std::min(text_.find_first_of(" \t\r\n", at_), text_.size());
      out_.error = "got " + std::string(text_.substr(at_, std::min<std::size_t>(end - at_, 20)));
      out_.error += ", must be a name, a number, a text in \"\" or one of ( ) : ; , | @ [ ] + -";
      out_.error_line = line_;
      return;
    }
    ++at_;
    add(Token::Kind::sign, begin, at_);
  }

  // Digits, with point and exponent; or a name that begins with a digit.
  void number() {
    const std::size_t begin = at_;
    if (!is_digit(peek()) && peek() != '.') ++at_;
    bool is_number = true;
    const auto digits = [&] {
      while (is_digit(peek())) ++at_;
    };
    digits();
    if (peek() == '.') ++at_;
    digits();
    if (peek() == 'e' || peek() == 'E') {
      const bool has_sign = peek(1) == '+' || peek(1) == '-';
      if (is_digit(peek(has_sign ? 2 : 1))) {
        at_ += has_sign ? 2 : 1;
        digits();
      }
    }
    while (is_word(peek())) {
      is_number = false;
      ++at_;
    }
    add(is_number ? Token::Kind::number : Token::Kind::word, begin, at_);
  }

  void quoted() {
    const int line = line_;
    const std::size_t begin = ++at_;
    int lines = 0;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && peek(1) == '"') ++at_;
      if (text_[at_] == '\n') ++lines;
    }
    if (at_ == text_.size()) {
      out_.error = "a text that begins here has no end; must have a closing \"";
      out_.error_line = line;
      return;
    }
    add(Token::Kind::text, begin, at_);
    ++at_;
    line_ += lines;
    last_line_ = line_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1, last_line_ = 0;
  Tokens out_;
};

// Bytes of the UTF-8 character at the start of s; 0 when there is none.
std::size_t utf8_length(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t n = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || s.size() < n) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
  const bool is_overlong =
      (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90);
  const bool is_none = (byte(0) == 0xED && byte(1) > 0x9F) || (byte(0) == 0xF4 && byte(1) > 0x8F);
  return is_overlong || is_none ? 0 : n;
}
bool is_utf8(std::string_view s) {
  while (!s.empty()) {
    const std::size_t n = utf8_length(s);
    if (n == 0) return false;
    s.remove_prefix(n);
  }
  return true;
}

void append_utf8(std::string& to, unsigned code) {
  if (code < 0x80) {
    to += static_cast<char>(code);
    return;
  }
  if (code >= 0x800) to += static_cast<char>(0xE0u | (code >> 12));
  to += static_cast<char>(code >= 0x800 ? 0x80u | ((code >> 6) & 0x3Fu) : 0xC0u | (code >> 6));
  to += static_cast<char>(0x80u | (code & 0x3Fu));
}

// Windows-1252, bytes 0x80 to 0x9F; the five that stand for nothing are U+FFFD. Source: Unicode, Inc.: cp1252 to
// Unicode table, 1998.
constexpr std::array<std::uint16_t, 32> kWindows1252{
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

}  // namespace

Tokens tokens_of(std::string_view text) { return Cutter(text).cut(); }

std::string as_utf8(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (is_utf8(bytes)) return std::string(bytes);
  std::string text;
  for (const char c : bytes) {
    const unsigned byte = static_cast<unsigned char>(c);
    append_utf8(text, byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80] : byte);
  }
  return text;
}

}  // namespace evsim::can
