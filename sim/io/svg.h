// The little of SVG that the report draws with. Lengths are pixels of the drawing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace evsim::io::svg {

// With at most one decimal.
void append(std::string& out, double x);

struct At {
  double x, y;
};

// kind: CSS class; anchor: start, middle or end.
std::string text(At at, std::string_view kind, std::string_view anchor, std::string_view text);
std::string line(At from, At to, std::string_view kind);
std::string rectangle(At corner, double width, double height, std::string_view kind);
std::string circle(At centre, double radius, std::string_view kind);
// Closed, or open for curves.
std::string polygon(const std::vector<At>& points, std::string_view kind);
std::string begin(double width, double height, std::string_view label);

// Round numbers over [min, max], about `wanted` of them.
std::vector<double> ticks(double min, double max, int wanted);
std::string tick_label(double x, double step);

// An axis of a drawing: value to pixel.
struct Scale {
  double min, max;  // values
  double from, to;  // pixels
  double operator()(double x) const { return from + (x - min) / (max - min) * (to - from); }
};

}  // namespace evsim::io::svg
