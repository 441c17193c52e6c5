// Writing a JSON tree as text.
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "sim/io/json_tree.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

void write_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

bool is_plain(const Json& j) {
  return (j.kind != Json::Kind::object && j.kind != Json::Kind::array) || j.items.empty();
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void value(const Json& j) {
    switch (j.kind) {
      case Json::Kind::null: out_ += "null"; break;
      case Json::Kind::boolean: out_ += j.boolean ? "true" : "false"; break;
      case Json::Kind::number: number(j.number); break;
      case Json::Kind::string: write_string(out_, j.text); break;
      case Json::Kind::array: list(j, '[', ']'); break;
      case Json::Kind::object: list(j, '{', '}'); break;
    }
  }

 private:
  void number(double x) {
    if (!std::isfinite(x)) throw std::invalid_argument("JSON has no number for infinity and NaN");
    out_ += format(x);
  }
  void list(const Json& j, char begin, char end) {
    const bool object = j.kind == Json::Kind::object;
    const bool one_line = j.items.empty() || (!object && std::ranges::all_of(j.items, is_plain));
    out_ += begin;
    ++depth_;
    for (std::size_t i = 0; i < j.items.size(); ++i) {
      if (i > 0) out_ += one_line ? ", " : ",";
      if (!one_line) new_line();
      if (object) {
        write_string(out_, j.items[i].key);
        out_ += ": ";
      }
      value(j.items[i]);
    }
    --depth_;
    if (!one_line) new_line();
    out_ += end;
  }
  void new_line() {
    out_ += '\n';
    out_.append(2 * static_cast<std::size_t>(depth_), ' ');
  }

  std::string& out_;
  int depth_ = 0;
};

}  // namespace

Json Json::of(Kind kind) {
  Json j;
  j.kind = kind;
  return j;
}
Json Json::from(double x) {
  Json j = of(Kind::number);
  j.number = x;
  return j;
}
Json Json::from(bool b) {
  Json j = of(Kind::boolean);
  j.boolean = b;
  return j;
}
Json Json::from(std::string_view text) {
  Json j = of(Kind::string);
  j.text = text;
  return j;
}
Json& Json::set(std::string_view member, Json value) {
  value.key = member;
  items.push_back(std::move(value));
  return items.back();
}

std::string to_text(const Json& json) {
  std::string out;
  Writer(out).value(json);
  return out += '\n';
}

}  // namespace evsim::io
