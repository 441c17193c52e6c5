#include "sim/io/current_plane.h"

#include <algorithm>
#include <cmath>

#include "sim/io/chart.h"
#include "sim/io/markup.h"

namespace evsim::io {
namespace {

using charts::Frame;
using unit_map::Loci;

constexpr double kRpm = 9.549296585513721;  // of 1 rad/s
// Of the drawing [px].
constexpr double kWidth = 700.0, kHeight = 600.0;
constexpr double kLeft = 66.0, kRight = 154.0, kTop = 12.0, kBottom = 46.0;
constexpr int kColours = 8;

double largest_current(const Loci& loci) {
  double I = 0.0;
  for (const Dq<double>& i : loci.circle.i) I = std::max(I, std::abs(i.d));
  return I;
}

// The circle as tall as the drawing, and of the d axis the sides that the machine uses.
Frame frame(const Loci& loci, const CurrentPath& path) {
  const double I = largest_current(loci);
  double least = -0.3 * I, most = 0.3 * I;
  for (const auto* line : {&loci.mtpa.i, &loci.envelope.i, &path.i})
    for (const Dq<double>& i : *line) {
      if (i.d < -0.1 * I) least = -1.1 * I;
      if (i.d > 0.1 * I) most = 1.1 * I;
    }
  const double wide = kWidth - kLeft - kRight, tall = kHeight - kTop - kBottom;
  const double scale = std::min(wide / (most - least), tall / (2.2 * I));  // [px/A]
  const double width = wide / scale, half_q = 0.5 * tall / scale;
  const double from = least < -I && most < I   ? least
                      : least > -I && most > I ? most - width
                                               : -0.5 * width;
  return {.x = {from, from + width, kLeft, kWidth - kRight},
          .y = {-half_q, half_q, kHeight - kBottom, kTop}};
}

std::vector<svg::At> drawn(const std::vector<Dq<double>>& currents) {
  std::vector<svg::At> out;
  for (const Dq<double>& i : currents) out.push_back({i.d, i.q});
  return out;
}

double fastest(const Loci& loci, const CurrentPath& path) {
  double omega = 0.0;
  for (const auto& e : loci.ellipses) omega = std::max(omega, e.omega);
  for (const double x : path.omega)
    if (std::isfinite(x)) omega = std::max(omega, std::abs(x));
  return omega;
}
std::string colour(double omega, double omega_max) {
  const double share = omega_max > 0.0 ? std::abs(omega) / omega_max : 0.0;
  return "v" + std::to_string(std::clamp(static_cast<int>(share * kColours), 0, kColours - 1));
}

// Points that can't be told apart in the drawing are left out; the speed's colour changes along the way.
std::string path_svg(const CurrentPath& path, const Frame& f, double omega_max) {
  constexpr double kApart = 0.7;  // [px]
  std::string out, now;
  std::vector<svg::At> piece;
  const auto finish = [&] {
    if (piece.size() > 1) out += charts::curve(piece, f, "curve path " + now);
    piece.clear();
  };
  for (std::size_t k = 0; k < path.i.size(); ++k) {
    const svg::At p{path.i[k].d, path.i[k].q};
    if (!std::isfinite(p.x) || !std::isfinite(p.y) || !std::isfinite(path.omega[k])) {
      finish();
      continue;
    }
    const std::string kind = colour(path.omega[k], omega_max);
    if (!piece.empty() &&
        std::hypot(f.x(p.x) - f.x(piece.back().x), f.y(p.y) - f.y(piece.back().y)) < kApart)
      continue;
    piece.push_back(p);
    if (kind == now || piece.size() == 1) {
      now = kind;
      continue;
    }
    finish();
    piece.push_back(p);
    now = kind;
  }
  finish();
  return out;
}

// Where the number of a torque's line stands: at its right end inside the frame.
std::string torque_label(const Loci::Torque& t, const Frame& f) {
  const Dq<double>* right = nullptr;
  for (const Dq<double>& i : t.i)
    if (f.x(i.d) < f.x.to - 56.0 && f.y(i.q) > f.y.to + 14.0 && f.y(i.q) < f.y.from - 6.0 &&
        (right == nullptr || i.d > right->d))
      right = &i;
  if (right == nullptr) return {};
  return svg::text({f.x(right->d) + 2.0, f.y(right->q) - 3.0}, "tick on", "start",
                   readable(t.tau, 3) + " Nm");
}

std::string speed_bar(double omega_max) {
  constexpr double kCell = 16.0;
  const double x = kWidth - kRight + 12.0, base = kHeight - kBottom;
  std::string out = svg::text({x, base - kCell * kColours - 10.0}, "label", "start", "speed [rpm]");
  for (int k = 0; k < kColours; ++k)
    out += svg::line({x + 6.0, base - kCell * k}, {x + 6.0, base - kCell * (k + 1)},
                     "bar v" + std::to_string(k));
  for (int k = 0; k <= kColours; k += kColours / 2)
    out += svg::text({x + 20.0, base - kCell * k + 4.0}, "tick", "start",
                     readable(kRpm * omega_max * k / kColours, 3));
  return out;
}

}  // namespace

CurrentPath current_path(const Recording& recording, const std::string& unit) {
  const auto column = [&](const char* name) -> const std::vector<double>* {
    const auto it = std::ranges::find(recording.signals, "drive_units." + unit + "." + name,
                                      &signals::Info::path);
    if (it == recording.signals.end()) return nullptr;
    return &recording.columns[static_cast<std::size_t>(it - recording.signals.begin())];
  };
  const auto vectors = [](const std::vector<double>& d, const std::vector<double>& q) {
    std::vector<Dq<double>> out;
    for (std::size_t k = 0; k < d.size(); ++k) out.push_back({d[k], q[k]});
    return out;
  };
  const auto *omega = column("omega"), *d = column("i_d"), *q = column("i_q");
  if (omega == nullptr || d == nullptr || q == nullptr) return {};
  CurrentPath out{.omega = *omega, .i = vectors(*d, *q), .i_ref = {}};
  const auto *d_ref = column("i_d_ref"), *q_ref = column("i_q_ref");
  if (d_ref != nullptr && q_ref != nullptr) out.i_ref = vectors(*d_ref, *q_ref);
  return out;
}

std::string current_plane_svg(const Loci& loci, const CurrentPath& path) {
  const Frame f = frame(loci, path);
  const double omega_max = fastest(loci, path);
  charts::Names names({kWidth - kRight + 8.0, kTop - 6.0});
  std::string lines, keys;
  const auto add = [&](const std::vector<Dq<double>>& i, const std::string& kind,
                       const std::string& name) {
    const std::string drawing = charts::curve(drawn(i), f, kind);
    lines += drawing;
    if (!drawing.empty()) keys += names.add(kind, name);
  };
  std::string labels;
  for (const Loci::Torque& t : loci.torques) {
    lines += charts::curve(drawn(t.i), f, "curve torque");
    labels += torque_label(t, f);
  }
  if (!loci.torques.empty()) keys += names.add("curve torque", "constant torque");
  add(loci.circle.i, "envelope", "I_max");
  for (const unit_map::Locus& e : loci.ellipses)
    add(e.i, "curve file " + colour(e.omega, omega_max),
        "u_max, " + readable(kRpm * e.omega, 3) + " rpm");
  add(loci.mtpa.i, "curve thick s1", "MTPA");
  add(loci.mtpv.i, "curve thick s3", "MTPV, " + readable(kRpm * loci.mtpv.omega, 3) + " rpm");
  add(loci.envelope.i, "curve thick s6", "most torque");
  if (!path.i.empty()) {
    add(path.i_ref, "curve reference", "references");
    lines += path_svg(path, f, omega_max);
    keys += names.add("curve path v4", "run, by speed");
  }
  const bool speeds = omega_max > 0.0 && (!path.i.empty() || !loci.ellipses.empty());
  return svg::begin(kWidth, kHeight, "Plane of the currents") +
         charts::axes(f, {.title = "i_d [A peak]", .ticks = 6}, {.title = "i_q [A peak]"}) + lines +
         labels + keys + (speeds ? speed_bar(omega_max) : "") + "</svg>\n";
}

std::string current_plane_legend(const Loci& loci) {
  std::string out =
      "MTPA: most torque per ampere. Constant torque: fifths of the most, in the air gap.";
  if (!loci.mtpv.i.empty())
    out += " MTPV: most torque of the voltage at " + readable(kRpm * loci.mtpv.omega, 3) + " rpm.";
  return out + (loci.ellipses.empty() ? " d axis on the rotor's flux."
                                      : " Dashed: the voltage limit u_max at some speeds.");
}

}  // namespace evsim::io
