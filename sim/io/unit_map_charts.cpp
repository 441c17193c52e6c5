#include "sim/io/unit_map_charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "sim/io/chart.h"
#include "sim/io/markup.h"
#include "sim/io/svg.h"

namespace evsim::io::charts {
namespace {

using svg::Scale;
using unit_map::Map;
using unit_map::Point;

constexpr double kRpm = 9.549296585513721;  // of 1 rad/s
constexpr double kWidth = 640.0, kHeight = 430.0;
constexpr double kLeft = 66.0, kRight = 104.0, kTop = 12.0, kBottom = 44.0;
constexpr double kRow = 1.5;  // height of the strips that the colours are laid in
constexpr int kColumns = 240;
constexpr std::size_t kColours = 11;
constexpr std::array<double, 16> kPercent{30, 50, 60, 70, 80, 85, 88, 90,
                                          92, 94, 95, 96, 97, 98, 99, 99.5};
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double reach(const Map& m) {
  double most = 0.0;
  for (const unit_map::Row& r : m.rows) most = std::max({most, r.tau_max(), -r.tau_min()});
  return most;
}
Frame frame(double omega, double tau) {
  return {.x = {-1.02 * omega, 1.02 * omega, kLeft, kWidth - kRight},
          .y = {-1.05 * tau, 1.05 * tau, kHeight - kBottom, kTop}};
}
double inverse(const Scale& s, double pixel) {
  return s.min + (pixel - s.from) / (s.to - s.from) * (s.max - s.min);
}

// ---- Values between the points --------------------------------------------------------------------

// A row at a torque as a share of its limits, -1 to 1.
double along(const unit_map::Row& r, const Field& f, double share) {
  const double last = static_cast<double>(r.points.size() - 1);
  const double at = std::clamp(0.5 * (share + 1.0) * last, 0.0, last);
  const auto k = std::min(static_cast<std::size_t>(at), r.points.size() - 2);
  const double part = at - static_cast<double>(k);
  return (1.0 - part) * f.value(r.points[k]) + part * f.value(r.points[k + 1]);
}
double value(const Map& m, const Field& f, double omega, double tau) {
  const auto next = std::ranges::lower_bound(m.rows, omega, {}, &unit_map::Row::omega);
  if (next == m.rows.begin() || next == m.rows.end()) return kNone;
  const unit_map::Row &a = *(next - 1), &b = *next;
  const double part = (omega - a.omega) / (b.omega - a.omega);
  const double limit = tau >= 0.0 ? (1.0 - part) * a.tau_max() + part * b.tau_max()
                                  : -(1.0 - part) * a.tau_min() - part * b.tau_min();
  const double share = tau / limit;
  if (!(std::abs(share) <= 1.0)) return kNone;
  return (1.0 - part) * along(a, f, share) + part * along(b, f, share);
}

struct Span {
  double least, most;
};
Span span(const Map& m, const Field& f) {
  Span out{kInfinity, -kInfinity};
  for (const unit_map::Row& r : m.rows)
    for (const Point& p : r.points) {
      out.least = std::min(out.least, f.value(p));
      out.most = std::max(out.most, f.value(p));
    }
  return out;
}
std::vector<double> levels(const Map& m, const Field& f) {
  const double most = span(m, f).most;
  std::vector<double> out(kPercent.begin(), kPercent.end());
  if (!f.percent) out = svg::ticks(0.0, most, 7);
  std::erase_if(out, [&](double x) { return x <= 0.0 || x >= most; });
  if (out.size() > kColours - 1) out.erase(out.begin(), out.end() - (kColours - 1));
  return out;
}
std::size_t colour(double x, const std::vector<double>& levels) {
  return static_cast<std::size_t>(std::ranges::upper_bound(levels, x) - levels.begin());
}
std::string look(std::size_t k, const std::vector<double>& levels) {
  const std::size_t n = std::max<std::size_t>(levels.size(), 1);
  return "m" + std::to_string((k * (kColours - 1) + n / 2) / n);
}

// Strips of one torque; runs of one colour are one line.
std::string colours(const Map& m, const Field& f, const Frame& at,
                    const std::vector<double>& levels) {
  std::vector<std::string> paths(levels.size() + 1);
  const double width = (at.x.to - at.x.from) / kColumns;
  const int rows = static_cast<int>(std::ceil((at.y.from - at.y.to) / kRow - 0.5));
  for (int row = 0; row < rows; ++row) {
    const double y = at.y.to + (row + 0.5) * kRow;
    const double tau = inverse(at.y, y);
    std::optional<std::size_t> open;
    double from = 0.0;
    for (int i = 0; i <= kColumns; ++i) {
      const double x = at.x.from + (i + 0.5) * width;
      const double v = i < kColumns ? value(m, f, inverse(at.x, x), tau) : kNone;
      const std::optional<std::size_t> now =
          std::isnan(v) ? std::nullopt : std::optional(colour(v, levels));
      if (now == open) continue;
      if (open) {
        std::string& d = paths[*open];
        d += 'M';
        svg::append(d, from);
        d += ' ';
        svg::append(d, y);
        d += 'H';
        svg::append(d, x - 0.5 * width);
      }
      open = now;
      from = x - 0.5 * width;
    }
  }
  std::string out;
  for (std::size_t k = 0; k < paths.size(); ++k)
    if (!paths[k].empty())
      out += "<path class=\"map strip " + look(k, levels) + "\" d=\"" + paths[k] + "\"/>\n";
  return out;
}

// ---- Lines ----------------------------------------------------------------------------------------

std::string limits(const Map& m, const Frame& f, const std::string& kind) {
  std::vector<svg::At> most, least;
  for (const unit_map::Row& r : m.rows) {
    most.push_back({r.omega, r.tau_max()});
    least.push_back({r.omega, r.tau_min()});
  }
  return curve(most, f, kind) + curve(least, f, kind);
}
std::string file_envelope(const machine::Envelope<double>& e, double u_dc, const Frame& f) {
  constexpr int kPoints = 160;
  std::vector<svg::At> upper, lower;
  for (int i = -kPoints; i <= kPoints; ++i) {
    const double omega = e.omega_max * i / kPoints;
    const double tau = machine::torque_limit(e, omega, u_dc);
    upper.push_back({omega, tau});
    lower.push_back({omega, -tau});
  }
  return curve(upper, f, "curve file") + curve(lower, f, "curve file");
}

std::string speed_torque_axes(const Frame& f) {
  return axes(f, {.title = "speed [rpm]", .per_unit = kRpm, .ticks = 6}, {.title = "torque [Nm]"});
}

std::string legend(const Field& f, const std::vector<double>& levels) {
  constexpr double kCell = 26.0, kBar = 18.0;
  const double x = kWidth - kRight + 20.0;
  std::string out = svg::text({x, kTop + 9.0}, "label", "start", f.percent ? "[%]" : "[W]");
  for (std::size_t k = 0; k <= levels.size(); ++k) {
    const double y = kTop + 20.0 + kCell * static_cast<double>(levels.size() - k);
    out += svg::rectangle({x, y}, kBar, kCell, "key " + look(k, levels));
    if (k > 0)
      out += svg::text({x + kBar + 6.0, y + kCell + 4.0}, "tick", "start", readable(levels[k - 1]));
  }
  return out;
}

std::string series(std::size_t k) { return "curve s" + std::to_string(k % 8); }

constexpr std::array kEfficiencies{
    Field{"Efficiency of the machine [%]",
          [](const Point& p) { return 100.0 * unit_map::efficiencies(p).machine; }, true},
    Field{"Efficiency of the inverter [%]",
          [](const Point& p) { return 100.0 * unit_map::efficiencies(p).inverter; }, true},
    Field{"Efficiency of both [%]",
          [](const Point& p) { return 100.0 * unit_map::efficiencies(p).both; }, true}};
constexpr std::array kLosses{
    Field{"Copper of the stator [W]", [](const Point& p) { return p.machine.losses.stator; },
          false},
    Field{"Copper of the rotor [W]", [](const Point& p) { return p.machine.losses.rotor; }, false},
    Field{"Iron [W]", [](const Point& p) { return p.machine.losses.iron; }, false},
    Field{"Friction [W]", [](const Point& p) { return p.machine.losses.friction; }, false},
    Field{"Inverter, conduction [W]", [](const Point& p) { return p.inverter.conduction; }, false},
    Field{"Inverter, switching [W]", [](const Point& p) { return p.inverter.switching; }, false},
    Field{"Inverter, fixed [W]", [](const Point& p) { return p.inverter.fixed; }, false}};

}  // namespace

std::span<const Field> efficiencies() { return kEfficiencies; }
std::span<const Field> losses() { return kLosses; }

std::optional<double> constant(const Map& m, const Field& f) {
  const Span s = span(m, f);
  return s.most - s.least <= 1e-9 * s.most ? std::optional(s.most) : std::nullopt;
}

std::string field(const Map& m, const machine::Envelope<double>& envelope, const Field& f) {
  const Frame at = frame(envelope.omega_max, std::max(reach(m), envelope.tau_peak));
  const std::vector<double> steps = levels(m, f);
  return svg::begin(kWidth, kHeight, f.title) + colours(m, f, at, steps) + speed_torque_axes(at) +
         file_envelope(envelope, m.conditions.u_dc, at) + limits(m, at, "envelope") +
         legend(f, steps) + "</svg>\n";
}

std::string envelopes(const std::vector<Map>& maps, const machine::Envelope<double>& envelope) {
  double tau = envelope.tau_peak;
  for (const Map& m : maps) tau = std::max(tau, reach(m));
  const Frame at = frame(envelope.omega_max, tau);
  std::string out = svg::begin(kWidth, kHeight, "Torque over speed") + speed_torque_axes(at);
  Names names({kWidth - kRight + 8.0, kTop - 6.0});
  for (std::size_t k = 0; k < maps.size(); ++k)
    out += file_envelope(envelope, maps[k].conditions.u_dc, at) + limits(maps[k], at, series(k)) +
           names.add(series(k), readable(maps[k].conditions.u_dc) + " V");
  return out + names.add("curve file", "file") + "</svg>\n";
}

}  // namespace evsim::io::charts
