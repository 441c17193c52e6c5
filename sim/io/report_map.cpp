#include "sim/io/report_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "sim/io/markup.h"
#include "sim/io/svg.h"

namespace evsim::io {
namespace {

using svg::Scale;
using Model = drive_unit::Model<double>;

constexpr double kRpm = 9.549296585513721;  // of 1 rad/s

// Where the colour may change [%], and how many of them a map has at most; the first colour stands for
// all below the first.
constexpr std::array<double, 14> kLevels{30, 50, 60, 70, 80, 85, 88, 90, 92, 94, 95, 96, 97, 98};
constexpr std::size_t kMostLevels = 10;

// Of the drawing [px].
constexpr double kWidth = 640.0, kHeight = 430.0;
constexpr double kLeft = 62.0, kRight = 96.0, kTop = 12.0, kBottom = 44.0;
constexpr double kRow = 1.0;  // height of the strips that the colours are laid in
constexpr int kRows = static_cast<int>((kHeight - kBottom - kTop) / kRow);
constexpr std::size_t kColumns = 140;  // places in a strip where the efficiency is known

struct Plane {
  Scale x, y;  // speed [rad/s], torque [Nm]
};

Plane plane(const Model& m) {
  const double tau = 1.06 * m.envelope.tau_peak;
  return {.x = {0.0, 1.02 * m.envelope.omega_max, kLeft, kWidth - kRight},
          .y = {-tau, tau, kHeight - kBottom, kTop}};
}

double inverse(const Scale& s, double pixel) {
  return s.min + (pixel - s.from) / (s.to - s.from) * (s.max - s.min);
}

double limit(const Model& m, double omega) {
  return machine::torque_limit(m.envelope, omega, m.envelope.U_ref);
}

// Largest speed at which the envelope gives a torque, found by bisection: it falls with speed.
double reach(const Model& m, double tau) {
  if (std::abs(tau) > limit(m, 0.0)) return -1.0;
  double low = 0.0, high = m.envelope.omega_max;
  for (int i = 0; i < 30; ++i) {
    const double middle = 0.5 * (low + high);
    (limit(m, middle) >= std::abs(tau) ? low : high) = middle;
  }
  return low;
}

// Efficiency in % along a strip of one torque, from rest to the envelope.
struct Strip {
  double tau, end;  // [Nm], [rad/s]
  std::array<double, kColumns> percent;
  double omega(double column) const { return end * column / static_cast<double>(kColumns - 1); }
};

Strip strip(const Model& m, double tau) {
  Strip s{tau, reach(m, tau), {}};
  for (std::size_t i = 0; i < kColumns && s.end > 0.0; ++i)
    s.percent[i] = 100.0 * efficiency(m, s.omega(static_cast<double>(i)), tau);
  return s;
}

// Where the strip lies above a level: from - to, in columns; crossings by linear interpolation.
template <class Run> void runs_above(const Strip& s, double level, Run&& run) {
  double begin = -1.0;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const bool above = s.percent[i] >= level;
    const bool was = begin >= 0.0;
    if (above == was) continue;
    const double at = i == 0 ? 0.0
                             : static_cast<double>(i - 1) +
                                   (level - s.percent[i - 1]) / (s.percent[i] - s.percent[i - 1]);
    if (was) run(begin, at);
    begin = above ? at : -1.0;
  }
  if (begin >= 0.0) run(begin, static_cast<double>(kColumns - 1));
}

void append_strip(std::string& d, double x, double y, double width) {
  d += 'M';
  svg::append(d, x);
  d += ' ';
  svg::append(d, y);
  d += 'h';
  svg::append(d, width);
}

std::vector<Strip> strips_of(const Model& m, const Plane& p) {
  std::vector<Strip> strips;
  for (int i = 0; i < kRows; ++i) {
    const double y = kTop + (i + 0.5) * kRow;
    if (Strip s = strip(m, inverse(p.y, y)); s.end > 0.0) strips.push_back(s);
  }
  return strips;
}

// The highest levels that the machine reaches.
std::vector<double> levels_of(const std::vector<Strip>& strips) {
  double best = 0.0;
  for (const Strip& s : strips) best = std::max(best, *std::ranges::max_element(s.percent));
  std::vector<double> out;
  for (const double level : kLevels)
    if (level < best) out.push_back(level);
  if (out.size() > kMostLevels) out.erase(out.begin(), out.end() - kMostLevels);
  return out;
}

// CSS class of colour k of a map: the whole scale is used.
std::string colour_class(std::size_t k, std::size_t levels) {
  return "m" + std::to_string((k * kMostLevels + levels / 2) / std::max<std::size_t>(levels, 1));
}

// Each colour covers all above its level, so that the next one lies on it and no gap shows.
std::string colours(const std::vector<Strip>& strips, const std::vector<double>& levels,
                    const Plane& p) {
  std::string out;
  for (std::size_t k = 0; k <= levels.size(); ++k) {
    std::string d;
    const double level = k == 0 ? -kInfinity : levels[k - 1];
    for (const Strip& s : strips)
      runs_above(s, level, [&](double from, double to) {
        const double x = p.x(s.omega(from)), end = p.x(s.omega(to));
        if (end - x > 0.05) append_strip(d, x, p.y(s.tau), end - x);
      });
    if (!d.empty())
      out += "<path class=\"map " + colour_class(k, levels.size()) + "\" d=\"" + d + "\"/>\n";
  }
  return out;
}

std::string envelope(const Model& m, const Plane& p) {
  constexpr int kPoints = 160;
  std::string upper = "M", lower = "M";
  for (int i = 0; i <= kPoints; ++i) {
    const double omega = m.envelope.omega_max * i / kPoints, tau = limit(m, omega);
    for (std::string* d : {&upper, &lower}) {
      if (d->size() > 1) *d += 'L';
      svg::append(*d, p.x(omega));
      *d += ' ';
      svg::append(*d, p.y(d == &upper ? tau : -tau));
    }
  }
  return "<path class=\"envelope\" d=\"" + upper + lower + "\"/>\n";
}

// Dots on whole pixels, each once, from top to bottom: of long runs not all.
std::string dots(const OperatingPoints& points, const Plane& p) {
  constexpr std::size_t kMostDots = 8000;
  using Pixel = std::pair<long, long>;  // row, column
  std::vector<Pixel> pixels;
  for (std::size_t i = 0; i < points.omega.size(); ++i)
    if (std::isfinite(points.omega[i]) && std::isfinite(points.tau[i]))
      pixels.emplace_back(std::lround(p.y(points.tau[i])), std::lround(p.x(points.omega[i])));
  std::ranges::sort(pixels);
  pixels.erase(std::ranges::unique(pixels).begin(), pixels.end());
  const std::size_t stride = pixels.size() / kMostDots + 1;
  std::string d = "M0 0";
  Pixel pen{0, 0};
  for (std::size_t i = 0; i < pixels.size(); i += stride) {
    const auto [y, x] = pixels[i];
    d.append("m")
        .append(std::to_string(x - pen.second))
        .append(" ")
        .append(std::to_string(y - pen.first))
        .append("h0");
    pen = pixels[i];
  }
  return pixels.empty()
             ? ""
             : "<path class=\"halo\" d=\"" + d + "\"/>\n<path class=\"dots\" d=\"" + d + "\"/>\n";
}

std::string axes(const Plane& p) {
  std::string out;
  const double base = kHeight - kBottom, right = kWidth - kRight;
  const auto torques = svg::ticks(p.y.min, p.y.max, 8);
  for (const double v : torques) {
    out += svg::line({kLeft, p.y(v)}, {right, p.y(v)}, std::abs(v) < 1e-9 ? "zero" : "grid");
    out += svg::text({kLeft - 7.0, p.y(v) + 4.0}, "tick", "end",
                     svg::tick_label(v, torques[1] - torques[0]));
  }
  const auto speeds = svg::ticks(0.0, kRpm * p.x.max, 7);
  for (const double n : speeds) {
    out += svg::line({p.x(n / kRpm), kTop}, {p.x(n / kRpm), base}, "grid");
    out += svg::text({p.x(n / kRpm), base + 16.0}, "tick", "middle",
                     svg::tick_label(n, speeds[1] - speeds[0]));
  }
  out += svg::text({0.5 * (kLeft + right), base + 36.0}, "label", "middle", "speed [rpm]");
  return out + "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(14 " +
         svg::tick_label(0.5 * (kTop + base), 1.0) + ") rotate(-90)\">torque [Nm]</text>\n";
}

std::string legend(const std::vector<double>& levels) {
  constexpr double kCell = 26.0, kBar = 18.0;
  const double x = kWidth - kRight + 20.0;
  std::string out = svg::text({x, kTop + 9.0}, "label", "start", "efficiency");
  out += svg::text({x, kTop + 24.0}, "label", "start", "[%]");
  for (std::size_t k = 0; k <= levels.size(); ++k) {
    const double y = kTop + 36.0 + kCell * static_cast<double>(levels.size() - k);
    out += svg::rectangle({x, y}, kBar, kCell, "key " + colour_class(k, levels.size()));
    if (k > 0)
      out += svg::text({x + kBar + 6.0, y + kCell + 4.0}, "tick", "start", readable(levels[k - 1]));
  }
  return out;
}

}  // namespace

OperatingPoints operating_points(const Recording& recording, const std::string& unit) {
  const auto column = [&](const std::string& name) -> const std::vector<double>* {
    const auto it = std::ranges::find(recording.signals, "drive_units." + unit + "." + name,
                                      &signals::Info::path);
    if (it == recording.signals.end()) return nullptr;
    return &recording.columns[static_cast<std::size_t>(it - recording.signals.begin())];
  };
  const auto* omega = column("omega");
  const auto* tau = column("tau");
  OperatingPoints out;
  if (omega == nullptr || tau == nullptr) return out;
  for (std::size_t i = 0; i < omega->size(); ++i) {
    const bool backwards = (*omega)[i] < 0.0;
    out.omega.push_back(backwards ? -(*omega)[i] : (*omega)[i]);
    out.tau.push_back(backwards ? -(*tau)[i] : (*tau)[i]);
  }
  return out;
}

double efficiency(const Model& m, double omega, double tau) {
  const double p = tau * omega;
  const double loss = drive_unit::electrical(m, omega, tau).p_machine;
  if (p > 0.0) return p / (p + loss);
  return p < 0.0 ? std::max((-p - loss) / -p, 0.0) : 0.0;
}

MeanEfficiency mean_efficiency(const Model& m, const OperatingPoints& points) {
  double motor_out = 0.0, motor_in = 0.0, generator_out = 0.0, generator_in = 0.0;
  for (std::size_t i = 0; i < points.omega.size(); ++i) {
    const double p = points.tau[i] * points.omega[i];
    const double loss = drive_unit::electrical(m, points.omega[i], points.tau[i]).p_machine;
    if (p > 0.0) {
      motor_out += p;
      motor_in += p + loss;
    } else if (-p > loss) {
      generator_in -= p;
      generator_out += -p - loss;
    }
  }
  return {.motoring = motor_out / motor_in, .generating = generator_out / generator_in};
}

std::string map_svg(const Model& m, const OperatingPoints& points) {
  const Plane p = plane(m);
  const std::vector<Strip> strips = strips_of(m, p);
  const std::vector<double> levels = levels_of(strips);
  return svg::begin(kWidth, kHeight, "Machine efficiency over speed and torque") +
         colours(strips, levels, p) + axes(p) + envelope(m, p) + dots(points, p) + legend(levels) +
         "</svg>\n";
}

}  // namespace evsim::io
