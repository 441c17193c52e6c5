#include "sim/io/unit_map_charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

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

struct Frame {
  Scale x, y;
};
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

// Open, broken where it leaves the frame.
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

struct Axis {
  std::string title;
  double per_unit;  // of what is shown over what is drawn
};
std::string axes(const Frame& f, const Axis& x, const Axis& y) {
  std::string out;
  const double base = kHeight - kBottom, right = f.x.to;
  const auto rows = svg::ticks(f.y.min * y.per_unit, f.y.max * y.per_unit, 8);
  for (const double v : rows) {
    const double at = f.y(v / y.per_unit);
    out += svg::line({kLeft, at}, {right, at}, std::abs(v) < 1e-9 ? "zero" : "grid");
    out += svg::text({kLeft - 7.0, at + 4.0}, "tick", "end", svg::tick_label(v, rows[1] - rows[0]));
  }
  const auto columns = svg::ticks(f.x.min * x.per_unit, f.x.max * x.per_unit, 6);
  for (const double v : columns) {
    const double at = f.x(v / x.per_unit);
    out += svg::line({at, kTop}, {at, base}, std::abs(v) < 1e-9 ? "zero" : "grid");
    out +=
        svg::text({at, base + 16.0}, "tick", "middle", svg::tick_label(v, columns[1] - columns[0]));
  }
  out += svg::text({0.5 * (kLeft + right), base + 36.0}, "label", "middle", x.title);
  return out + "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(14 " +
         svg::tick_label(0.5 * (kTop + base), 1.0) + ") rotate(-90)\">" + escape(y.title) +
         "</text>\n";
}
std::string speed_torque_axes(const Frame& f) {
  return axes(f, {"speed [rpm]", kRpm}, {"torque [Nm]", 1.0});
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

std::vector<svg::At> currents(const unit_map::Locus& l) {
  std::vector<svg::At> out;
  for (const Dq<double>& i : l.i) out.push_back({i.d, i.q});
  return out;
}
std::string series(std::size_t k) { return "curve s" + std::to_string(k % 8); }

// Names of curves beside a frame, from top to bottom.
class Names {
 public:
  std::string add(const std::string& kind, const std::string& name) {
    const double x = kWidth - kRight + 8.0;
    y_ += 18.0;
    return svg::line({x, y_ - 4.0}, {x + 16.0, y_ - 4.0}, kind) +
           svg::text({x + 20.0, y_}, "tick", "start", name);
  }

 private:
  double y_ = kTop - 6.0;
};

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
  Names names;
  for (std::size_t k = 0; k < maps.size(); ++k)
    out += file_envelope(envelope, maps[k].conditions.u_dc, at) + limits(maps[k], at, series(k)) +
           names.add(series(k), readable(maps[k].conditions.u_dc) + " V");
  return out + names.add("curve file", "file") + "</svg>\n";
}

std::string plane(const Map& m) {
  double I = 0.0;
  for (const Dq<double>& i : m.loci.circle.i) I = std::max(I, std::abs(i.d));
  const double half = 1.15 * I, tall = kHeight - kBottom - kTop, wide = kWidth - kRight - kLeft;
  const double side = half * wide / tall;
  const Frame at{.x = {-side, side, kLeft, kWidth - kRight},
                 .y = {-half, half, kHeight - kBottom, kTop}};
  std::string out = svg::begin(kWidth, kHeight, "Currents") +
                    axes(at, {"i_d [A peak]", 1.0}, {"i_q [A peak]", 1.0});
  Names names;
  const auto add = [&](const unit_map::Locus& l, const std::string& kind, const std::string& name) {
    if (l.i.empty()) return;
    out += curve(currents(l), at, kind) + names.add(kind, name);
  };
  add(m.loci.circle, "envelope", "I_max");
  for (std::size_t k = 0; k < m.loci.ellipses.size(); ++k)
    add(m.loci.ellipses[k], "curve file s" + std::to_string(k),
        readable(kRpm * m.loci.ellipses[k].omega, 3) + " rpm");
  add(m.loci.mtpa, "curve thick s4", "MTPA");
  add(m.loci.mtpv, "curve thick s5", "MTPV");
  add(m.loci.envelope, "curve thick s7", "most torque");
  return out + "</svg>\n";
}
std::string plane_legend(const Map& m) {
  return "Plane of the currents. MTPA: most torque per ampere; MTPV: most torque of a voltage, "
         "at " +
         readable(kRpm * m.loci.mtpv.omega, 3) +
         " rpm; most torque: from rest to the largest speed" +
         (m.loci.ellipses.empty() ? ". d axis on the rotor's flux."
                                  : "; dashed: the voltage limit at some speeds.");
}

}  // namespace evsim::io::charts
