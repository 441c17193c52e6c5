#include "sim/io/validation_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ranges>

#include "sim/io/markup.h"
#include "sim/io/svg.h"

namespace evsim::io {
namespace {

using svg::At;
using svg::Scale;

// Pixels of a drawing: names on the left, figures on the right, an axis below.
constexpr double kWidth = 960, kLeft = 255, kRight = 830, kRow = 24, kTop = 10, kBelow = 40;
constexpr double kDot = 5, kSmallDot = 4, kBar = 16;
constexpr double kText = 4;  // from the middle of a line of text to its foot
constexpr int kTicks = 8;

// Figures of one car; the one that counts first.
struct Row {
  std::string label;
  std::vector<const Comparison*> figures;
};
std::vector<Row> rows_of(const KindResult& k) {
  std::vector<Row> out;
  std::string last;
  for (const Comparison& c : k.comparisons) {
    if (c.car != last) out.push_back({c.label, {}});
    last = c.car;
    if (!std::isnan(c.error())) out.back().figures.push_back(&c);
  }
  for (Row& r : out) std::ranges::stable_sort(r.figures, std::greater{}, &Comparison::counts);
  std::erase_if(out, [](const Row& r) { return r.figures.empty(); });
  return out;
}

double bottom(const std::vector<Row>& rows) {
  return kTop + kRow * static_cast<double>(rows.size());
}
double middle(std::size_t row) { return kTop + kRow * (static_cast<double>(row) + 0.5); }

std::string axis(const Scale& x, double below, const std::string& title) {
  std::string out;
  const std::vector<double> at = svg::ticks(x.min, x.max, kTicks);
  const double step = at.size() > 1 ? at[1] - at[0] : 1.0;
  for (const double tick : at) {
    out += svg::line({x(tick), kTop}, {x(tick), below}, "grid");
    out += svg::text({x(tick), below + 15}, "tick", "middle", svg::tick_label(tick, step));
  }
  return out + svg::text({0.5 * (x.from + x.to), below + 32}, "label", "middle", title);
}

std::string drawing(const std::vector<Row>& rows, const std::string& label,
                    const std::string& body) {
  return svg::begin(kWidth, bottom(rows) + kBelow, label) + body + "</svg>\n";
}

// ---- Errors -------------------------------------------------------------------------------------

// Percent; as wide as the errors, and the largest bound where that is not far outside.
double reach(const KindResult& k) {
  double most = 0.05;
  for (const Comparison& c : k.comparisons)
    if (!std::isnan(c.error())) most = std::max(most, std::abs(c.error()));
  for (const double bound : {k.kind.mean_error_max, k.kind.error_note, k.kind.error_max})
    if (bound <= 1.5 * most) most = std::max(most, bound);
  constexpr double kMost = 5.0;  // beyond it dots stand at the edge
  return 105.0 * std::min(most, kMost);
}

std::string dot_kind(const Comparison& c) {
  if (!c.counts) return "dot other";
  if (c.mark == Mark::broken) return "dot fail";
  return c.mark == Mark::unexplained || c.mark == Mark::explained ? "dot odd" : "dot";
}

std::string error_row(const Row& row, double y, const Scale& x) {
  const Comparison& first = *row.figures.front();
  std::string out = svg::text({kLeft - 10, y + kText}, "name", "end", row.label);
  for (const Comparison* c : row.figures | std::views::reverse) {  // the first on top
    const At at{x(std::clamp(100.0 * c->error(), x.min, x.max)), y};
    if (c == &first) out += svg::line({x(0.0), y}, at, "stem");
    out += svg::circle(at, c->counts ? kDot : kSmallDot, dot_kind(*c));
  }
  return out + svg::text({kRight + 12, y + kText}, "amount", "start",
                         readable(first.ours, 4) + " / " + readable(first.figure.value, 4));
}

std::string bounds(const KindResult& k, const Scale& x, double below) {
  std::string out;
  for (const double bound : {k.kind.error_note, k.kind.error_max})
    for (const double side : {-100.0, 100.0})
      if (std::abs(side * bound) <= x.max)
        out += svg::line({x(side * bound), kTop}, {x(side * bound), below},
                         bound == k.kind.error_max ? "bound" : "zero");
  return out;
}
std::string band(const KindResult& k, const Scale& x, double below) {
  const double half = std::min(100.0 * k.kind.mean_error_max, x.max);
  if (half == x.max) return {};
  return svg::rectangle({x(-half), kTop}, x(half) - x(-half), below - kTop, "band");
}

// ---- Energy -------------------------------------------------------------------------------------

std::string energy_row(const Row& row, double y, const Scale& x) {
  const Comparison& c = *row.figures.front();
  std::string out = svg::text({kLeft - 10, y + kText}, "name", "end", row.label);
  double done = 0.0;
  for (std::size_t i = 0; i < c.consists_of.parts.size(); ++i) {
    const double share = c.consists_of.parts[i].value;  // [%]
    if (!(share > 0.0)) continue;
    const double from = x(done), width = x(done += share / 100.0 * c.ours) - from;
    out += svg::rectangle({from, y - 0.5 * kBar}, width, kBar, "p" + std::to_string(i));
    constexpr double kRoomForText = 22;
    if (width >= kRoomForText)
      out += svg::text({from + 0.5 * width, y + kText}, "inside", "middle",
                       fmt::format("{:.0f}", share));
  }
  const double at = x(c.figure.value);
  for (const char* kind : {"halo", "published"})
    out += svg::line({at, y - 0.5 * kRow + 1}, {at, y + 0.5 * kRow - 1}, kind);
  return out + svg::text({kRight + 12, y + kText}, "amount", "start",
                         readable(c.ours, 4) + " / " + readable(c.figure.value, 4));
}

}  // namespace

std::string error_chart(const KindResult& k) {
  const std::vector<Row> rows = rows_of(k);
  if (rows.empty()) return {};
  const double most = reach(k), below = bottom(rows);
  const Scale x{-most, most, kLeft, kRight};
  std::string body = band(k, x, below) + axis(x, below, "error [%]") +
                     svg::line({x(0.0), kTop}, {x(0.0), below}, "axis") + bounds(k, x, below);
  for (std::size_t i = 0; i < rows.size(); ++i) body += error_row(rows[i], middle(i), x);
  return drawing(rows, k.kind.name + ": errors", body);
}

std::string energy_chart(const KindResult& k) {
  if (!std::holds_alternative<published::Energy>(k.kind.consists_of)) return {};
  std::vector<Row> rows = rows_of(k);
  std::erase_if(rows, [](const Row& r) { return r.figures.front()->consists_of.parts.empty(); });
  if (rows.empty()) return {};
  double most = 0.0;
  for (const Row& r : rows)
    most = std::max({most, r.figures.front()->ours, r.figures.front()->figure.value});
  const Scale x{0.0, 1.02 * most, kLeft, kRight};
  std::string body = axis(x, bottom(rows), "from the outlet [" + k.unit + "]");
  for (std::size_t i = 0; i < rows.size(); ++i) body += energy_row(rows[i], middle(i), x);
  return drawing(rows, k.kind.name + ": where the energy went", body);
}

}  // namespace evsim::io
