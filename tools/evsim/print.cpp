#include "tools/evsim/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "sim/base/errors.h"
#include "tools/evsim/terminal.h"

namespace evsim::cli {
namespace {

std::string_view code(Colour c) {
  switch (c) {
    case Colour::none: return "";
    case Colour::bold: return "\x1b[1m";
    case Colour::dim: return "\x1b[2m";
    case Colour::green: return "\x1b[32m";
    case Colour::red: return "\x1b[31m";
    case Colour::yellow: return "\x1b[33m";
  }
  return "";
}

// Characters as people count them: bytes of UTF-8 that continue one are left out.
std::size_t length(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

void set_thousands_apart(std::string& digits) {
  const std::size_t first = digits[0] == '-' ? 1 : 0;
  std::size_t end = digits.find('.');
  if (end == std::string::npos) end = digits.size();
  constexpr std::size_t kShortest = 5;
  if (end - first < kShortest) return;
  for (std::size_t i = end - 3; i > first; i -= std::min<std::size_t>(3, i - first))
    digits.insert(i, ",");
}

}  // namespace

bool colours_on(std::FILE* stream) {
  const char* no_colour = std::getenv("NO_COLOR");
  return (no_colour == nullptr || *no_colour == '\0') && terminal::is_terminal(stream);
}

std::string coloured(std::string_view text, Colour colour) {
  static const bool on = colours_on(stdout);
  if (!on || colour == Colour::none) return std::string(text);
  return std::string(code(colour)).append(text).append("\x1b[0m");
}

std::string figure(double x) {
  if (std::isnan(x)) return "-";
  if (std::isinf(x)) return x > 0 ? "unlimited" : "-unlimited";
  const double size = std::abs(x);
  if (size == 0.0) return "0";
  if (size < 1e-3 || size >= 1e9) return fmt::format("{:.3g}", x);
  constexpr int kDigits = 5;
  const int whole = static_cast<int>(std::floor(std::log10(size))) + 1;
  std::string text = fmt::format("{:.{}f}", x, std::clamp(kDigits - whole, 0, kDigits));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  set_thousands_apart(text);
  return text;
}

void Table::row(std::vector<std::string> cells, Colour colour) {
  cells.resize(align_.size());
  rows_.push_back({std::move(cells), colour});
}

std::string Table::text() const {
  std::vector<std::size_t> widths(align_.size(), 0);
  for (const Row& r : rows_)
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], length(r.cells[i]));
  std::string out;
  for (const Row& r : rows_) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string gap(widths[i] - length(r.cells[i]), ' ');
      if (i > 0) line += "  ";
      line += align_[i] == Align::right ? gap + r.cells[i] : r.cells[i] + gap;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += indent_ + coloured(line, r.colour) + "\n";
  }
  return out;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void print_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  const int why = errno;
  throw EnvironmentError(std::string("the output can't be written") +
                         (why == 0 ? "" : std::string(": ") + std::strerror(why)));
}

}  // namespace evsim::cli
