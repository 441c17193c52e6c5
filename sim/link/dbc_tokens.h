// The words, numbers, texts and signs of a DBC file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace evsim::can {

struct Token {
  enum class Kind { word, number, text, sign, end };
  Kind kind = Kind::end;
  std::string_view is;  // a text is without its quotes; \" in it is still two characters
  int line = 0;
  bool begins_line = false;  // the first of its line
  bool is_section = false;   // a word that is one of the format's section names, BO_ and the like

  bool word(std::string_view w) const { return kind == Kind::word && is == w; }
  bool sign(char c) const { return kind == Kind::sign && is.front() == c; }
};

struct Tokens {
  std::vector<Token> all;  // closed by one of the kind end
  std::string error;       // "" when all could be cut
  int error_line = 0;
};

Tokens tokens_of(std::string_view text);

// Text as UTF-8: unchanged if it is, else from Windows-1252.
std::string as_utf8(std::string_view bytes);

}  // namespace evsim::can
