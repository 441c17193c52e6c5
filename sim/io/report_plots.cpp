// Curves over time: as data for the page's script, and as drawings.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "sim/io/markup.h"
#include "sim/io/report_figures.h"
#include "sim/io/svg.h"

namespace evsim::io {
namespace {

using svg::Scale;

double largest(const std::vector<double>& values) {
  double size = 0.0;
  for (const double x : values)
    if (std::isfinite(x)) size = std::max(size, std::abs(x));
  return size;
}

void append_integer(std::string& out, long long i) {
  std::array<char, 24> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), i).ptr);
}

void append_values(std::string& out, const std::vector<double>& values, int digits) {
  const double size = largest(values);
  const int decimals =
      size > 0.0 ? std::clamp(digits - 1 - static_cast<int>(std::floor(std::log10(size))), -12, 12)
                 : 0;
  out += "\"decimals\":";
  append_integer(out, decimals);
  out += ",\"values\":[";
  const double factor = std::pow(10.0, decimals);
  for (const double x : values) {
    if (out.back() != '[') out += ',';
    if (std::isfinite(x))
      append_integer(out, std::llround(x * factor));
    else
      out += "null";
  }
  out += ']';
}

// Of the drawing [px].
constexpr double kWidth = 1040.0, kHeight = 176.0;
constexpr double kLeft = 58.0, kRight = 24.0, kTop = 8.0, kBottom = 36.0;
constexpr std::size_t kMostPoints = 600;

struct Span {
  double min = kInfinity, max = -kInfinity;
  void include(const std::vector<double>& values) {
    for (const double x : values)
      if (std::isfinite(x)) {
        min = std::min(min, x);
        max = std::max(max, x);
      }
  }
  // With some air, never of no height: what differs by rounding only is drawn as a straight line.
  Span widened() const {
    if (!(min <= max)) return {0.0, 1.0};
    const double most = std::max(std::abs(min), std::abs(max));
    const bool flat = max - min <= 1e-6 * most;
    const double air = flat ? std::max(0.05 * most, 0.5) : 0.04 * (max - min);
    return {min - air, max + air};
  }
};

std::string curve(const std::vector<double>& t, const std::vector<double>& y, Scale x_axis,
                  Scale y_axis, std::size_t number) {
  std::string out = "<path class=\"curve s" + std::to_string(number) + "\" d=\"";
  bool pen_down = false;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!std::isfinite(y[i])) {
      pen_down = false;
      continue;
    }
    out += pen_down ? 'L' : 'M';
    pen_down = true;
    svg::append(out, x_axis(t[i]));
    out += ' ';
    svg::append(out, y_axis(y[i]));
  }
  return out + "\"/>\n";
}

std::string axes(Scale x_axis, Scale y_axis) {
  std::string out;
  const double right = kWidth - kRight, base = kHeight - kBottom;
  const auto values = svg::ticks(y_axis.min, y_axis.max, 4);
  const double step = values.size() > 1 ? values[1] - values[0] : 1.0;
  for (const double v : values) {
    out += svg::line({kLeft, y_axis(v)}, {right, y_axis(v)},
                     std::abs(v) < 1e-9 * step ? "zero" : "grid");
    out += svg::text({kLeft - 7.0, y_axis(v) + 4.0}, "tick", "end", svg::tick_label(v, step));
  }
  const auto times = svg::ticks(x_axis.min, x_axis.max, 9);
  const double t_step = times.size() > 1 ? times[1] - times[0] : 1.0;
  for (const double t : times)
    out += svg::text({x_axis(t), base + 15.0}, "tick", "middle", svg::tick_label(t, t_step));
  out += svg::line({kLeft, base}, {right, base}, "axis");
  return out + svg::text({0.5 * (kLeft + right), base + 31.0}, "tick", "middle", "t [s]");
}

}  // namespace

std::string figures_json(const Figures& f) {
  constexpr int kDigits = 5, kTimeDigits = 8;
  std::string out = "{\"columns\":[";
  for (const SignalColumn& c : f.columns) {
    if (&c != f.columns.data()) out += ",\n";
    out += "{\"name\":" + script_string(c.name) + ",\"unit\":" + script_string(c.unit) + ",";
    append_values(out, c.values, &c == f.columns.data() ? kTimeDigits : kDigits);
    out += '}';
  }
  out += "],\n\"figures\":[";
  for (const Figure& figure : f.figures) {
    if (&figure != f.figures.data()) out += ',';
    out += "[";
    for (const Figure::Series& s : figure.series) {
      if (&s != figure.series.data()) out += ',';
      out +=
          "{\"label\":" + script_string(s.label) + ",\"column\":" + std::to_string(s.column) + "}";
    }
    out += "]";
  }
  return out + "]}";
}

std::string figure_svg(const Figures& f, const Figure& figure) {
  std::vector<SignalColumn> shown{f.columns.front()};
  for (const Figure::Series& s : figure.series) shown.push_back(f.columns[s.column]);
  shown = thinned(shown, kMostPoints);
  const std::vector<double>& t = shown.front().values;
  if (t.empty()) return {};
  Span span;
  for (std::size_t i = 1; i < shown.size(); ++i) span.include(shown[i].values);
  const Span wide = span.widened();
  const Scale x_axis{t.front(), std::max(t.back(), t.front() + 1e-9), kLeft, kWidth - kRight};
  const Scale y_axis{wide.min, wide.max, kHeight - kBottom, kTop};
  std::string out = svg::begin(kWidth, kHeight, figure.title + " [" + figure.unit + "]");
  out += axes(x_axis, y_axis);
  for (std::size_t i = 1; i < shown.size(); ++i)
    out += curve(t, shown[i].values, x_axis, y_axis, i - 1);
  return out + "</svg>\n";
}

}  // namespace evsim::io
