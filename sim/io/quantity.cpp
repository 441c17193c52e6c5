#include "sim/io/quantity.h"

#include <array>
#include <charconv>
#include <cmath>

#include "sim/io/text.h"

namespace evsim::io {
namespace {

double rounded(double x, int digits) {
  std::array<char, 40> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x,
                                 std::chars_format::scientific, digits - 1);
  double out = x;
  std::from_chars(buffer.data(), end.ptr, out);
  return out;
}

}  // namespace

std::vector<const Unit*> units_of(Dim dim) {
  std::vector<const Unit*> found;
  for (const Unit& u : units())
    if (u.dim == dim) found.push_back(&u);
  return found;
}

std::string keys_in_units(std::string_view name, Dim dim) {
  std::vector<std::string> keys;
  for (const Unit* u : units_of(dim)) keys.push_back(key_in(name, *u));
  return one_of(keys);
}

std::string unit_texts(Dim dim) {
  std::vector<std::string> texts;
  for (const Unit* u : units_of(dim)) texts.emplace_back(u->text);
  return one_of(texts);
}

double bound_in(const Unit& unit, double si) {
  constexpr int kDigits = 6;
  const double x = from_si(unit, si);
  return x == std::floor(x) ? x : rounded(x, kDigits);
}

std::string allowed(const Range& range, const Unit& unit) {
  const auto bound = [&](double si) { return format(bound_in(unit, si)); };
  const bool from = std::isfinite(range.min), to = std::isfinite(range.max);
  if (from && to && !range.open_min && !range.open_max)
    return bound(range.min) + " to " + bound(range.max);
  std::string text;
  if (from) text = (range.open_min ? "> " : ">= ") + bound(range.min);
  if (from && to) text += " and ";
  if (to) text += (range.open_max ? "< " : "<= ") + bound(range.max);
  return text;
}

double reduced(const Unit& unit, double written, const Range& range) {
  constexpr double kRounding = 1e-12;  // conversions err by 1e-16, no user means less than this
  const double si = to_si(unit, written);
  const double slack = kRounding * (std::abs(si) + std::abs(unit.offset));
  if (!range.open_min && si < range.min && si >= range.min - slack) return range.min;
  if (!range.open_max && si > range.max && si <= range.max + slack) return range.max;
  return si;
}

std::string refusal(const Unit& unit, double written, double si, const Range& range) {
  if (!std::isfinite(si)) return "got " + format(written) + ", too large";
  if (range.contains(si)) return {};
  return "got " + format(written) + ", must be " + allowed(range, unit);
}

std::optional<double> exact_in(const Unit& unit, double si, const Range& range) {
  constexpr int kEnough = 17;  // digits tell any two doubles apart
  for (int digits = 1; digits <= kEnough; ++digits) {
    const double written = rounded(from_si(unit, si), digits);
    if (reduced(unit, written, range) == si) return written;
  }
  return {};
}

double shown_in(const Unit& unit, double si) {
  constexpr int kDigits = 13;  // conversions err in the 16th
  return rounded(from_si(unit, si), kDigits);
}

}  // namespace evsim::io
