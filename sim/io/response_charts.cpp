#include "sim/io/response_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/constants.h"
#include "sim/io/markup.h"
#include "sim/io/svg.h"

namespace evsim::io {
namespace {

using response::LoopResponse;
using response::Matrix;
using svg::At;
using svg::Scale;
using Number = std::complex<double>;

constexpr double kDegrees = 57.29577951308232;

// Pixels of a Bode diagram: magnitude above phase, one axis of frequency.
constexpr double kWidth = 560, kLeft = 58, kRight = 545;
constexpr double kTop = 20, kMiddle = 195, kPhaseTop = 222, kBottom = 378, kHeight = 418;
constexpr double kDot = 2.2, kMark = 4.0;
constexpr double kLowestDecibels = -80.0;  // what lies below is not drawn

double decibels(const Number& x) { return 20.0 * std::log10(std::max(std::abs(x), 1e-12)); }

// ---- Curves -------------------------------------------------------------------------------------

struct Curve {
  std::string kind;  // CSS class: s0, s1 ...
  std::vector<double> f;
  std::vector<Number> at;
};
using Pick = Number (*)(const Matrix& m, int i, int j);
Number open_at(const Matrix& m, int i, int) { return response::one_at_a_time(m, i); }
Number entry(const Matrix& m, int i, int j) { return m(i, j); }

Curve curve(const std::string& kind, const std::vector<double>& f, const std::vector<Matrix>& m,
            Pick pick, int i, int j) {
  Curve out{kind, f, {}};
  for (const Matrix& x : m) out.at.push_back(pick(x, i, j));
  return out;
}

// Phases [rad] that don't jump from one frequency to the next; the first within -3/2 pi .. pi/2.
std::vector<double> unwound(const Curve& c) {
  std::vector<double> out;
  for (const Number& x : c.at) {
    double phase = std::arg(x);
    if (out.empty() && phase > 0.5 * kPi) phase -= 2.0 * kPi;
    if (!out.empty()) phase -= 2.0 * kPi * std::round((phase - out.back()) / (2.0 * kPi));
    out.push_back(phase);
  }
  return out;
}

void point(std::string& d, bool first, double x, double y) {
  d += first ? 'M' : 'L';
  svg::append(d, x);
  d += ' ';
  svg::append(d, y);
}
// Through points within the vertical axis; a gap where they leave it.
std::string line_through(const std::vector<At>& points, const std::string& kind, double top,
                         double bottom) {
  std::string d;
  bool inside = false;
  for (const At& p : points) {
    const bool now = p.y >= top - 0.5 && p.y <= bottom + 0.5;
    if (now) point(d, !inside, p.x, p.y);
    inside = now;
  }
  return "<path class=\"curve " + kind + "\" d=\"" + d + "\"/>\n";
}
std::string dots(const std::vector<At>& points, const std::string& kind, double top,
                 double bottom) {
  std::string out;
  for (const At& p : points)
    if (p.y >= top && p.y <= bottom) out += svg::circle(p, kDot, "dot " + kind);
  return out;
}

// ---- Axes of a Bode diagram ---------------------------------------------------------------------

struct Axes {
  Scale f;                 // over log10
  Scale magnitude, phase;  // [dB], [degree]
};
double x_of(const Axes& a, double f) { return a.f(std::log10(f)); }

std::string frequency_text(double f) {
  return f >= 1000.0 ? fmt::format("{:g}k", f / 1000.0) : fmt::format("{:g}", f);
}
std::string frequency_axis(const Axes& a) {
  std::string out;
  for (int decade = static_cast<int>(std::floor(a.f.min)); decade <= a.f.max; ++decade)
    for (const int k : {1, 2, 5}) {
      const double f = k * std::pow(10.0, decade), x = std::log10(f);
      if (x < a.f.min - 1e-9 || x > a.f.max + 1e-9) continue;
      for (const auto& [top, bottom] : {std::pair{kTop, kMiddle}, std::pair{kPhaseTop, kBottom}})
        out += svg::line({a.f(x), top}, {a.f(x), bottom}, "grid");
      out += svg::text({a.f(x), kBottom + 15}, "tick", "middle", frequency_text(f));
    }
  return out +
         svg::text({0.5 * (kLeft + kRight), kBottom + 33}, "label", "middle", "frequency [Hz]");
}
std::string level_axis(const Scale& y, double step, double top, const std::string& title) {
  std::string out;
  const int first = static_cast<int>(std::ceil(y.min / step - 1e-9));
  for (int k = first; k * step <= y.max + 1e-9; ++k) {
    const double at = k * step;
    out += svg::line({kLeft, y(at)}, {kRight, y(at)}, at == 0.0 ? "zero" : "grid");
    out += svg::text({kLeft - 7, y(at) + 4}, "tick", "end", svg::tick_label(at, step));
  }
  return out + svg::text({4, top - 7}, "label", "start", title);
}

Scale padded(double low, double high, double step, double bottom, double top) {
  return {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, bottom, top};
}
constexpr double kDecibelStep = 20.0, kPhaseStep = 90.0;

Axes axes_of(const std::vector<Curve>& curves) {
  double low = 0.0, high = 0.0, behind = 0.0, ahead = -360.0;
  for (const Curve& c : curves) {
    for (const Number& x : c.at) {
      low = std::min(low, std::max(decibels(x), kLowestDecibels));
      high = std::max(high, decibels(x));
    }
    for (const double p : unwound(c)) {
      behind = std::min(behind, kDegrees * p);
      ahead = std::max(ahead, kDegrees * p);
    }
  }
  const Curve& first = curves.front();
  return {.f = {std::log10(first.f.front()), std::log10(first.f.back()), kLeft, kRight},
          .magnitude = padded(low, std::max(high, 10.0), kDecibelStep, kMiddle, kTop),
          .phase = padded(std::max(behind, -720.0), std::min(ahead, 360.0), kPhaseStep, kBottom,
                          kPhaseTop)};
}

// ---- A Bode diagram -----------------------------------------------------------------------------

std::vector<At> magnitudes(const Axes& a, const Curve& c) {
  std::vector<At> out;
  for (std::size_t k = 0; k < c.f.size(); ++k)
    out.push_back({x_of(a, c.f[k]), a.magnitude(decibels(c.at[k]))});
  return out;
}
std::vector<At> phases(const Axes& a, const Curve& c) {
  const std::vector<double> phase = unwound(c);
  std::vector<At> out;
  for (std::size_t k = 0; k < c.f.size(); ++k)
    out.push_back({x_of(a, c.f[k]), a.phase(kDegrees * phase[k])});
  return out;
}
std::string frame(const Axes& a) {
  return frequency_axis(a) + level_axis(a.magnitude, kDecibelStep, kTop, "magnitude [dB]") +
         level_axis(a.phase, kPhaseStep, kPhaseTop, "phase [\u00b0]");
}
// A coupling's phase says little and would only cross the others.
std::string bode(const Axes& a, const std::vector<Curve>& lines, const std::vector<Curve>& points,
                 std::size_t with_phase) {
  std::string out;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    out += line_through(magnitudes(a, lines[k]), lines[k].kind, kTop, kMiddle);
    if (k < with_phase) out += line_through(phases(a, lines[k]), lines[k].kind, kPhaseTop, kBottom);
  }
  for (std::size_t k = 0; k < points.size(); ++k) {
    out += dots(magnitudes(a, points[k]), points[k].kind, kTop, kMiddle);
    if (k < with_phase) out += dots(phases(a, points[k]), points[k].kind, kPhaseTop, kBottom);
  }
  return out;
}
std::string drawing(const std::string& label, const std::string& body) {
  return svg::begin(kWidth, kHeight, label) + body + "</svg>\n";
}

bool on(const Axes& a, double f) {
  return f >= std::pow(10.0, a.f.min) * 0.999 && f <= std::pow(10.0, a.f.max) * 1.001;
}

// Phase at a frequency, as drawn [degree].
double drawn_phase(const Curve& c, double f) {
  const std::vector<double> phase = unwound(c);
  const auto at = std::ranges::lower_bound(c.f, f);
  const auto k = static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(at - c.f.begin(), 1, static_cast<std::ptrdiff_t>(c.f.size()) - 1));
  const double share = std::log(f / c.f[k - 1]) / std::log(c.f[k] / c.f[k - 1]);
  return kDegrees * (phase[k - 1] + share * (phase[k] - phase[k - 1]));
}

// A label to the left of a place where it would leave the drawing at the right.
std::string note(At at, const std::string& text) {
  const bool left = at.x > kRight - 150;
  return svg::text({at.x + (left ? -8 : 8), at.y}, "mark", left ? "end" : "start", text);
}

std::string phase_margin(const Axes& a, const Curve& L, const LoopMargins& m) {
  if (!on(a, m.f_phase)) return {};
  const double x = x_of(a, m.f_phase), phase = drawn_phase(L, m.f_phase);
  const double edge = phase - kDegrees * m.phase;  // -180 degree, as drawn
  const double to = std::clamp(edge, a.phase.min, a.phase.max);
  return svg::line({x, kTop}, {x, kBottom}, "cut") +
         svg::line({x, a.phase(phase)}, {x, a.phase(to)}, "margin") +
         svg::circle({x, a.magnitude(0.0)}, kMark, "at") +
         svg::line({kLeft, a.phase(to)}, {kRight, a.phase(to)}, "edge") +
         note({x, a.phase(to) + 14},
              fmt::format("{:.1f}\u00b0 at {} Hz", kDegrees * m.phase, readable(m.f_phase, 4)));
}
std::string gain_margin(const Axes& a, const LoopMargins& m) {
  if (!on(a, m.f_gain) || m.gain == kInfinity) return {};
  const double x = x_of(a, m.f_gain), y = 20.0 * std::log10(m.gain);
  if (-y < a.magnitude.min) return {};
  return svg::line({x, kTop}, {x, kBottom}, "cut") +
         svg::line({x, a.magnitude(0.0)}, {x, a.magnitude(-y)}, "margin gain") +
         note({x, a.magnitude(0.0) - 6},
              fmt::format("{:.1f} dB at {} Hz", y, readable(m.f_gain, 4)));
}

std::string axis_class(std::size_t i) { return "s" + std::to_string(i); }

// ---- Nyquist ------------------------------------------------------------------------------------

constexpr double kUnit = 87;  // pixels of 1
struct Plane {
  Scale x, y;
};
Plane plane() {
  constexpr double kFoot = kHeight - 34, kLeast = -3.4, kLowest = -2.5;
  return {{kLeast, kLeast + (kRight - kLeft) / kUnit, kLeft, kRight},
          {kLowest, kLowest + (kFoot - kTop) / kUnit, kFoot, kTop}};
}
std::string plane_axes(const Plane& p) {
  std::string out;
  for (int k = static_cast<int>(std::ceil(p.x.min)); k <= p.x.max; ++k) {
    const double at = k;
    out += svg::line({p.x(at), p.y.to}, {p.x(at), p.y.from}, at == 0.0 ? "zero" : "grid");
    out += svg::text({p.x(at), p.y.from + 15}, "tick", "middle", svg::tick_label(at, 1.0));
  }
  for (int k = static_cast<int>(std::ceil(p.y.min)); k <= p.y.max; ++k) {
    const double at = k;
    out += svg::line({p.x.from, p.y(at)}, {p.x.to, p.y(at)}, at == 0.0 ? "zero" : "grid");
    out += svg::text({p.x.from - 7, p.y(at) + 4}, "tick", "end", svg::tick_label(at, 1.0));
  }
  return out + svg::text({0.5 * (p.x.from + p.x.to), p.y.from + 31}, "label", "middle", "Re L") +
         svg::text({p.x.from + 4, p.y.to + 10}, "label", "start", "Im L");
}
bool in(const Plane& p, const Number& z) {
  return z.real() >= p.x.min && z.real() <= p.x.max && z.imag() >= p.y.min && z.imag() <= p.y.max;
}
std::string nyquist_line(const Plane& p, const Curve& c) {
  std::string d;
  bool inside = false;
  for (const Number& z : c.at) {
    const bool now = in(p, z);
    if (now) point(d, !inside, p.x(z.real()), p.y(z.imag()));
    inside = now;
  }
  return "<path class=\"curve " + c.kind + "\" d=\"" + d + "\"/>\n";
}
std::string nyquist_dots(const Plane& p, const Curve& c) {
  std::string out;
  for (const Number& z : c.at)
    if (in(p, z)) out += svg::circle({p.x(z.real()), p.y(z.imag())}, kDot, "dot " + c.kind);
  return out;
}
// Nearest to -1: there the sensitivity is M_s.
std::string nearest_circle(const Plane& p, double M_s) {
  return svg::circle({p.x(-1.0), p.y(0.0)}, kUnit / M_s, "reach") +
         svg::circle({p.x(-1.0), p.y(0.0)}, 3.0, "pole") +
         svg::text({p.x(-1.0), p.y(0.0) - 7}, "mark", "middle", "\u22121");
}

}  // namespace

std::string open_loop_chart(const LoopResponse& loop, std::size_t axis) {
  const int i = static_cast<int>(axis);
  const Curve L = curve(axis_class(axis), loop.fine.f, loop.fine.open, open_at, i, i);
  const Curve by_sweep = curve(axis_class(axis), loop.sweep.f, loop.sweep.open, open_at, i, i);
  const Axes a = axes_of({L});
  const LoopMargins& m = loop.axes[axis].margins;
  return drawing(
      "open loop " + loop.axes[axis].name,
      frame(a) + bode(a, {L}, {by_sweep}, 1) + phase_margin(a, L, m) + gain_margin(a, m));
}

std::string closed_loop_chart(const LoopResponse& loop) {
  const int n = static_cast<int>(loop.axes.size());
  std::vector<Curve> lines, points;
  for (const bool diagonal : {true, false})
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        if ((i == j) != diagonal) continue;
        const std::string kind =
            axis_class(static_cast<std::size_t>(i)) + (diagonal ? "" : " coupling");
        lines.push_back(curve(kind, loop.fine.f, loop.fine.closed, entry, i, j));
        points.push_back(curve(kind, loop.sweep.f, loop.sweep.closed, entry, i, j));
      }
  const std::vector<Curve> diagonal(lines.begin(), lines.begin() + n);
  Axes a = axes_of(diagonal);
  if (n > 1) a.magnitude = padded(kLowestDecibels, 10.0, kDecibelStep, kMiddle, kTop);
  std::string marks;
  for (int i = n - 1; i >= 0; --i) {
    const response::Axis& x = loop.axes[static_cast<std::size_t>(i)];
    if (!on(a, x.bandwidth)) continue;
    const double at = x_of(a, x.bandwidth);
    marks += svg::line({at, kTop}, {at, kMiddle}, "cut") +
             svg::circle({at, a.magnitude(-3.0103)}, kMark, "at");
    if (i == 0)
      marks +=
          note({at, a.magnitude(-3.0103) - 6}, "\u22123 dB at " + readable(x.bandwidth, 4) + " Hz");
  }
  return drawing("closed loop",
                 frame(a) + bode(a, lines, points, static_cast<std::size_t>(n)) + marks);
}

std::string nyquist_chart(const LoopResponse& loop) {
  const Plane p = plane();
  double most = 1.0;
  std::string body;
  for (std::size_t k = 0; k < loop.axes.size(); ++k) {
    const int i = static_cast<int>(k);
    most = std::max(most, loop.axes[k].margins.sensitivity);
    body += nyquist_line(p, curve(axis_class(k), loop.fine.f, loop.fine.open, open_at, i, i)) +
            nyquist_dots(p, curve(axis_class(k), loop.sweep.f, loop.sweep.open, open_at, i, i));
  }
  return svg::begin(kWidth, kHeight, "Nyquist diagram") + plane_axes(p) + nearest_circle(p, most) +
         body + "</svg>\n";
}

}  // namespace evsim::io
