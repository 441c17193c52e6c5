#include "sim/io/tyre_size.h"

#include <charconv>

#include "sim/io/text.h"

namespace evsim::io {
namespace {

std::optional<int> take_number(std::string_view& text) {
  int x = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (error != std::errc()) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return x;
}
bool take(std::string_view& text, std::string_view mark) {
  text = trim(text);
  if (!text.starts_with(mark)) return false;
  text = trim(text.substr(mark.size()));
  return true;
}

}  // namespace

std::optional<TyreSize> parse_tyre_size(std::string_view text) {
  const auto width = take_number(text);
  const bool slash = take(text, "/");
  const auto aspect = take_number(text);
  take(text, "Z");
  const bool radial = take(text, "R");
  const auto rim = take_number(text);
  if (!width || !slash || !aspect || !radial || !rim || !text.empty()) return {};
  const auto in = [](int x, int from, int to) { return x >= from && x <= to; };
  if (!in(*width, 100, 500) || !in(*aspect, 20, 100) || !in(*rim, 4, 26)) return {};
  return TyreSize{.width_mm = *width, .aspect_percent = *aspect, .rim_inch = *rim};
}

}  // namespace evsim::io
