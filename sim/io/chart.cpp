#include "sim/io/chart.h"

#include <algorithm>
#include <cmath>

#include "sim/io/markup.h"

namespace evsim::io::charts {

std::string axes(const Frame& f, const Axis& x, const Axis& y) {
  std::string out;
  const double base = f.y.from, top = f.y.to, left = f.x.from, right = f.x.to;
  const auto step = [](const std::vector<double>& ticks) {
    return ticks.size() > 1 ? ticks[1] - ticks[0] : 1.0;
  };
  const auto rows = svg::ticks(f.y.min * y.per_unit, f.y.max * y.per_unit, y.ticks);
  for (const double v : rows) {
    const double at = f.y(v / y.per_unit);
    const bool zero = std::abs(v) < 1e-9 * step(rows);
    out += svg::line({left, at}, {right, at}, zero ? "zero" : "grid");
    out += svg::text({left - 7.0, at + 4.0}, "tick", "end", svg::tick_label(v, step(rows)));
  }
  const auto columns = svg::ticks(f.x.min * x.per_unit, f.x.max * x.per_unit, x.ticks);
  for (const double v : columns) {
    const double at = f.x(v / x.per_unit);
    const bool zero = std::abs(v) < 1e-9 * step(columns);
    out += svg::line({at, top}, {at, base}, zero ? "zero" : "grid");
    out += svg::text({at, base + 16.0}, "tick", "middle", svg::tick_label(v, step(columns)));
  }
  out += svg::text({0.5 * (left + right), base + 36.0}, "label", "middle", x.title);
  return out + "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(14 " +
         svg::tick_label(0.5 * (top + base), 1.0) + ") rotate(-90)\">" + escape(y.title) +
         "</text>\n";
}

std::string curve(const std::vector<svg::At>& points, const Frame& f, const std::string& kind) {
  std::string d;
  bool pen = false;
  for (const svg::At& p : points) {
    const bool in = p.x >= f.x.min && p.x <= f.x.max && p.y >= f.y.min && p.y <= f.y.max;
    if (in) {
      d += pen ? 'L' : 'M';
      svg::append(d, f.x(p.x));
      d += ' ';
      svg::append(d, f.y(p.y));
    }
    pen = in;
  }
  return d.empty() ? d : "<path class=\"" + kind + "\" d=\"" + d + "\"/>\n";
}

}  // namespace evsim::io::charts
