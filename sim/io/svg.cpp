#include "sim/io/svg.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "sim/io/markup.h"

namespace evsim::io::svg {
namespace {

void attribute(std::string& out, std::string_view key, double x) {
  out.append(" ").append(key).append("=\"");
  append(out, x);
  out += '"';
}

std::string element(std::string_view tag, std::string_view kind) {
  return "<" + std::string(tag) + " class=\"" + escape(kind) + "\"";
}

}  // namespace

void append(std::string& out, double x) {
  long long tenths = std::llround(10.0 * std::clamp(x, -1e6, 1e6));
  if (tenths < 0) {
    out += '-';
    tenths = -tenths;
  }
  std::array<char, 24> digits;
  out.append(digits.data(),
             std::to_chars(digits.data(), digits.data() + digits.size(), tenths / 10).ptr);
  if (tenths % 10 != 0) {
    out += '.';
    out += static_cast<char>('0' + tenths % 10);
  }
}

std::string text(At at, std::string_view kind, std::string_view anchor, std::string_view text) {
  std::string out = element("text", kind);
  attribute(out, "x", at.x);
  attribute(out, "y", at.y);
  if (anchor != "start") out.append(" text-anchor=\"").append(anchor).append("\"");
  return out + ">" + escape(text) + "</text>\n";
}

std::string line(At from, At to, std::string_view kind) {
  std::string out = element("line", kind);
  attribute(out, "x1", from.x);
  attribute(out, "y1", from.y);
  attribute(out, "x2", to.x);
  attribute(out, "y2", to.y);
  return out + "/>\n";
}

std::string rectangle(At corner, double width, double height, std::string_view kind) {
  std::string out = element("rect", kind);
  attribute(out, "x", corner.x);
  attribute(out, "y", corner.y);
  attribute(out, "width", width);
  attribute(out, "height", height);
  return out + "/>\n";
}

std::string circle(At centre, double radius, std::string_view kind) {
  std::string out = element("circle", kind);
  attribute(out, "cx", centre.x);
  attribute(out, "cy", centre.y);
  attribute(out, "r", radius);
  return out + "/>\n";
}

std::string polygon(const std::vector<At>& points, std::string_view kind) {
  std::string out = element("polygon", kind) + " points=\"";
  for (const At& p : points) {
    if (out.back() != '"') out += ' ';
    append(out, p.x);
    out += ',';
    append(out, p.y);
  }
  return out + "\"/>\n";
}

std::string begin(double width, double height, std::string_view label) {
  std::string out = "<svg viewBox=\"0 0 ";
  append(out, width);
  out += ' ';
  append(out, height);
  return out + "\" role=\"img\" aria-label=\"" + escape(label) + "\">\n";
}

std::vector<double> ticks(double min, double max, int wanted) {
  const double most = std::max(std::abs(min), std::abs(max));
  if (!(max - min > 1e-9 * most) || !std::isfinite(most)) return {min};
  const double raw = (max - min) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double share = raw / power;
  const double step = power * (share < 1.5 ? 1.0 : share < 3.5 ? 2.0 : share < 7.5 ? 5.0 : 10.0);
  std::vector<double> out;
  const double first = std::ceil(min / step - 1e-9);
  for (double k = first; k * step <= max + 1e-9 * step; k += 1.0) out.push_back(k * step);
  return out;
}

std::string tick_label(double x, double step) {
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
  std::array<char, 64> buffer;
  const double clean = std::abs(x) < 0.5 * step ? 0.0 : x;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), clean,
                                 std::chars_format::fixed, decimals);
  return {buffer.data(), end.ptr};
}

}  // namespace evsim::io::svg
