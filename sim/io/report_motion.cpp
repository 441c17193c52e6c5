#include "sim/io/report_motion.h"

#include <algorithm>
#include <cmath>

#include "sim/base/constants.h"
#include "sim/io/chart.h"
#include "sim/io/markup.h"

namespace evsim::io {
namespace {

using charts::Frame;
using svg::At;

constexpr double kDegrees = 360.0 / kTwoPi;
constexpr int kColours = 8;
// Of the drawing [px].
constexpr double kWidth = 1040.0, kLeft = 66.0, kRight = 100.0, kTop = 14.0, kBottom = 46.0;
constexpr double kLowest = 130.0, kTallest = 560.0;
constexpr double kLargestScale = 40.0;  // [px/m]
constexpr double kAround = 4.0;         // of the car that is shown [m]

struct Box {
  double x_min = kInfinity, x_max = -kInfinity, y_min = kInfinity, y_max = -kInfinity;
  void include(double x, double y) {
    x_min = std::min(x_min, x), x_max = std::max(x_max, x);
    y_min = std::min(y_min, y), y_max = std::max(y_max, y);
  }
};

// ---- The road's path ----------------------------------------------------------------------------

// From where the car was first to where it was last along the path.
std::vector<PathSample> path_of(const road::Params& p, const Motion& m) {
  constexpr int kSamples = 400;
  const road::Road road(p);
  double first = kInfinity, last = -kInfinity;
  const std::size_t every = std::max<std::size_t>(m.t.size() / 200, 1);
  for (std::size_t k = 0; k < m.t.size(); k += every) {
    const double u = road.foot(m.x[k], m.y[k]).u;
    first = std::min(first, u), last = std::max(last, u);
  }
  first -= kAround, last += kAround;
  if (p.closed) first = 0.0, last = road.length();
  return sample_path(road, first, last, kSamples);
}

// ---- Scale --------------------------------------------------------------------------------------

struct View {
  Frame frame;
  double scale, height;  // [px/m], [px]
  At operator()(double x, double y) const { return {frame.x(x), frame.y(y)}; }
  At operator()(const At& p) const { return (*this)(p.x, p.y); }
};
View view_of(Box b) {
  b.include(b.x_min - kAround, b.y_min - kAround);
  b.include(b.x_max + kAround, b.y_max + kAround);
  const double wide = kWidth - kLeft - kRight, dx = b.x_max - b.x_min, dy = b.y_max - b.y_min;
  const double scale = std::min({wide / dx, kTallest / dy, kLargestScale});
  const double tall = std::max(scale * dy, kLowest);
  const double x = 0.5 * (b.x_min + b.x_max), y = 0.5 * (b.y_min + b.y_max);
  const double half_x = 0.5 * wide / scale, half_y = 0.5 * tall / scale;
  return {.frame = {.x = {x - half_x, x + half_x, kLeft, kWidth - kRight},
                    .y = {y - half_y, y + half_y, kTop + tall, kTop}},
          .scale = scale,
          .height = kTop + tall + kBottom};
}

// ---- Surroundings -------------------------------------------------------------------------------

std::string patch_svg(const std::vector<PathSample>& path, const View& v, double from, double to,
                      double side, double friction) {
  std::vector<At> near, far;
  for (const PathSample& p : path)
    if (p.s >= from && p.s <= to) {
      near.push_back(v(p.x, p.y));
      far.push_back(v(beside(p, side * kHalfRoad)));
    }
  if (near.size() < 2) return {};
  const std::size_t first = near.size() / 12;
  const At label{0.3 * near[first].x + 0.7 * far[first].x,
                 0.3 * near[first].y + 0.7 * far[first].y};
  near.insert(near.end(), far.rbegin(), far.rend());
  return svg::polygon(near, "patch " + surface(friction)) +
         svg::text({label.x, label.y + 4.0}, "tick on", "start", "\u03bc " + readable(friction, 3));
}
std::string lanes_svg(const course::Lanes& lanes, const View& v) {
  std::string out;
  if (!lanes.marked) return out;
  for (const course::Lane& l : lanes.lane)
    for (const double y : {l.left, l.right}) {
      out += svg::line(v(l.from, y), v(l.to, y), "lane");
      for (const double x : {l.from, 0.5 * (l.from + l.to), l.to})
        out += svg::circle(v(x, y), 2.5, "cone");
    }
  return out;
}

// ---- The car ------------------------------------------------------------------------------------

std::string numbers(std::initializer_list<double> x) {
  std::string out;
  for (const double each : x) {
    if (!out.empty()) out += ' ';
    svg::append(out, each);
  }
  return out;
}
std::string group(const std::string& transform, const std::string& inside) {
  return "<g transform=\"" + transform + "\">" + inside + "</g>\n";
}
// At the origin, ahead to the right; front wheels are given.
std::string shape(const MotionScene& s, double scale, const std::string& left,
                  const std::string& right) {
  constexpr double kWheelLength = 0.66, kWheelWidth = 0.22;  // [m]
  const auto px = [&](double x) { return scale * x; };
  const double length = px(kWheelLength), width = px(kWheelWidth);
  const std::string wheel = svg::rectangle({-0.5 * length, -0.5 * width}, length, width, "wheel");
  const auto at = [&](double x, double y) { return "translate(" + numbers({px(x), -px(y)}) + ")"; };
  const auto body = [&](double x, double y) { return At{px(x), -px(y)}; };
  return svg::polygon(
             {body(s.front, 0.0), body(s.front - 0.25, s.half_width), body(-s.rear, s.half_width),
              body(-s.rear, -s.half_width), body(s.front - 0.25, -s.half_width)},
             "car") +
         group(at(-s.rear_axle, s.half_track), wheel) +
         group(at(-s.rear_axle, -s.half_track), wheel) +
         group(at(s.front_axle, s.half_track), "<g" + left + wheel + "</g>") +
         group(at(s.front_axle, -s.half_track), "<g" + right + wheel + "</g>");
}
// Counter-clockwise is left, the drawing's y axis points down.
std::string turned(double angle) { return "rotate(" + numbers({-kDegrees * angle}) + ")"; }

std::string at_instant(const Motion& m, const MotionScene& s, const View& v, std::size_t k) {
  const At p = v(m.x[k], m.y[k]);
  const auto wheel = [](double delta) { return " transform=\"" + turned(delta) + "\">"; };
  return group("translate(" + numbers({p.x, p.y}) + ") " + turned(m.yaw[k]),
               shape(s, v.scale, wheel(m.delta_left[k]), wheel(m.delta_right[k])));
}

// Angles without jumps by a turn.
std::vector<double> unwound(std::vector<double> angles) {
  for (std::size_t k = 1; k < angles.size(); ++k)
    angles[k] -= kTwoPi * std::round((angles[k] - angles[k - 1]) / kTwoPi);
  return angles;
}

// About so many instants, the first and the last among them.
std::vector<std::size_t> instants(std::size_t samples, std::size_t wanted) {
  const std::size_t n = std::min(samples, wanted);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(i * (samples - 1) / (n - 1));
  return out;
}

std::string animation(const std::string& type, const std::vector<std::string>& values,
                      double duration) {
  std::string all;
  for (const std::string& each : values) all += (all.empty() ? "" : ";") + each;
  return "<animateTransform attributeName=\"transform\" type=\"" + type + "\" dur=\"" +
         svg::tick_label(duration, 0.01) + "s\" repeatCount=\"indefinite\" values=\"" + all +
         "\"/>";
}
// As it went, in its own time, again and again.
std::string driving(const Motion& m, const MotionScene& s, const View& v) {
  constexpr std::size_t kKeys = 240;
  const auto yaw = unwound(m.yaw);
  std::vector<std::string> places, headings, left, right;
  for (const std::size_t k : instants(m.t.size(), kKeys)) {
    const At p = v(m.x[k], m.y[k]);
    places.push_back(numbers({p.x, p.y}));
    headings.push_back(numbers({-kDegrees * yaw[k]}));
    left.push_back(numbers({-kDegrees * m.delta_left[k]}));
    right.push_back(numbers({-kDegrees * m.delta_right[k]}));
  }
  const double duration = std::max(m.t.back() - m.t.front(), 0.1);
  return "<g class=\"moving\">" + animation("translate", places, duration) + "<g>" +
         animation("rotate", headings, duration) +
         shape(s, v.scale, ">" + animation("rotate", left, duration),
               ">" + animation("rotate", right, duration)) +
         "</g></g>\n";
}

// ---- Coloured lines -----------------------------------------------------------------------------

// A line whose colour follows a number from least to most; points that can't be told apart are left out.
std::string coloured(const std::vector<double>& x, const std::vector<double>& y,
                     const std::vector<double>& by, double least, double most, const Frame& f) {
  constexpr double kApart = 0.7;  // [px]
  std::string out;
  std::vector<At> piece;
  int now = -1;
  const auto finish = [&] {
    if (piece.size() > 1) out += charts::curve(piece, f, "curve path v" + std::to_string(now));
  };
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (!std::isfinite(x[k]) || !std::isfinite(y[k]) || !std::isfinite(by[k])) continue;
    const At p{x[k], y[k]};
    if (!piece.empty() && k + 1 < x.size() &&
        std::hypot(f.x(p.x) - f.x(piece.back().x), f.y(p.y) - f.y(piece.back().y)) < kApart)
      continue;
    const double share = most > least ? (by[k] - least) / (most - least) : 0.0;
    const int colour = std::clamp(static_cast<int>(share * kColours), 0, kColours - 1);
    piece.push_back(p);
    if (colour == now) continue;
    finish();
    now = colour;
    piece = {p};
  }
  finish();
  return out;
}
std::string colour_bar(At corner, const std::string& title, double least, double most) {
  constexpr double kCell = 14.0;
  std::string out = svg::text({corner.x, corner.y}, "label", "start", title);
  const double base = corner.y + 10.0 + kCell * kColours;
  for (int k = 0; k < kColours; ++k)
    out += svg::line({corner.x + 6.0, base - kCell * k}, {corner.x + 6.0, base - kCell * (k + 1)},
                     "bar v" + std::to_string(k));
  for (int k = 0; k <= kColours; k += kColours / 2)
    out += svg::text({corner.x + 18.0, base - kCell * k + 4.0}, "tick", "start",
                     readable(least + (most - least) * k / kColours, 3));
  return out;
}

}  // namespace

svg::At beside(const PathSample& p, double n) {
  return {p.x - n * std::sin(p.heading), p.y + n * std::cos(p.heading)};
}

std::vector<PathSample> sample_path(const road::Road& road, double first, double last,
                                    int samples) {
  std::vector<PathSample> out;
  road::Foot foot{};
  for (int i = 0; i <= samples; ++i) {
    const auto at = road.path_at(first + (last - first) * i / samples);
    foot = i == 0 ? road.foot(at.x, at.y) : road.foot(at.x, at.y, foot);
    out.push_back({foot.s, at.x, at.y, at.heading});
  }
  return out;
}

// Classes of friction over that of a dry road, and their words.
std::string surface(double friction) {
  return friction >= 0.9 ? "dry" : friction >= 0.55 ? "wet" : friction >= 0.22 ? "snow" : "ice";
}

Motion motion(const Recording& r) {
  bool all = true;
  const auto column = [&](const char* path) -> std::vector<double> {
    const auto it = std::ranges::find(r.signals, path, &signals::Info::path);
    all = all && it != r.signals.end();
    return all ? r.columns[static_cast<std::size_t>(it - r.signals.begin())]
               : std::vector<double>{};
  };
  Motion m{.t = r.t,
           .x = column("body.position_x"),
           .y = column("body.position_y"),
           .yaw = column("body.yaw"),
           .v = column("body.v"),
           .a_x = column("body.a_x"),
           .a_y = column("body.a_y"),
           .delta_left = column("wheels.front_left.delta"),
           .delta_right = column("wheels.front_right.delta")};
  return all ? m : Motion{};
}

MotionScene motion_scene(const Case& input) {
  const auto& chassis = input.vehicle.chassis;
  const auto& body = std::get<body::MultiBody<double>>(input.vehicle.body);
  const auto& r = input.scenario.road;
  const auto outline = course::outline(input.scenario.course, body, chassis.wheelbase);
  const double l_f = (1.0 - chassis.front_load) * chassis.wheelbase;
  return {.road = {.path = input.path,
                   .closed = r.closed,
                   .bumps = {},
                   .patches = r.patches,
                   .roughness = {}},
          .friction = r.friction,
          .lanes = course::lanes(input.scenario.course, outline.width),
          .front = l_f + outline.overhang,
          .rear = chassis.wheelbase - l_f + outline.overhang,
          .half_width = 0.5 * outline.width,
          .front_axle = l_f,
          .rear_axle = chassis.wheelbase - l_f,
          .half_track = 0.5 * body.front.track};
}

std::string birds_eye_svg(const Motion& m, const MotionScene& s) {
  constexpr std::size_t kDrawn = 7;
  constexpr double kKmPerH = 3.6;
  constexpr double kLeastSpan = 1.0;  // of the colours [km/h]
  const auto path = path_of(s.road, m);
  Box box;
  for (std::size_t k = 0; k < m.t.size(); ++k) box.include(m.x[k], m.y[k]);
  if (s.lanes.marked)
    for (const course::Lane& l : s.lanes.lane)
      box.include(l.from, l.right), box.include(l.to, l.left);
  if (s.road.closed)
    for (const PathSample& p : path) box.include(p.x, p.y);
  const View v = view_of(box);
  std::string out = svg::begin(kWidth, v.height, "Bird's-eye view") +
                    charts::axes(v.frame, {.title = "x [m]", .ticks = 10},
                                 {.title = "y [m]", .ticks = v.height > 300.0 ? 6 : 3});
  for (const road::Patch& p : s.road.patches)
    out += patch_svg(path, v, p.from, p.to, 1.0, p.friction_left) +
           patch_svg(path, v, p.from, p.to, -1.0, p.friction_right);
  std::vector<At> middle;
  for (const PathSample& p : path) middle.push_back({p.x, p.y});
  out += charts::curve(middle, v.frame, "curve file") + lanes_svg(s.lanes, v);
  std::vector<double> speed = m.v;
  for (double& x : speed) x *= kKmPerH;
  auto [least, most] = std::ranges::minmax(speed);
  const double missing = std::max(kLeastSpan - (most - least), 0.0);
  least -= 0.5 * missing, most += 0.5 * missing;
  out += coloured(m.x, m.y, speed, least, most, v.frame);
  for (const std::size_t k : instants(m.t.size(), kDrawn)) {
    out += at_instant(m, s, v, k);
    const At p = v(m.x[k], m.y[k]);
    const double above = v.scale * std::abs(std::cos(m.yaw[k])) * s.half_width +
                         v.scale * std::abs(std::sin(m.yaw[k])) * s.front;
    out += svg::text({p.x, p.y - above - 5.0}, "tick on", "middle", readable(m.t[k], 3) + " s");
  }
  out += driving(m, s, v);
  return out + colour_bar({kWidth - kRight + 14.0, kTop + 8.0}, "v [km/h]", least, most) +
         "</svg>\n";
}

std::string birds_eye_legend(const MotionScene& s) {
  std::string out =
      "Bird's-eye view, equal scales: way of the centre of mass by speed, the car at some "
      "instants, dashed the "
      "road's path.";
  if (s.lanes.marked) out += " Dots: cones of the lanes.";
  if (s.friction != 1.0)
    out += " Friction of the road " + readable(s.friction, 3) + " of a dry one (" +
           surface(s.friction) + ").";
  if (!s.road.patches.empty())
    out += " Coloured: patches with a friction \u03bc of their own, over that of the road.";
  return out;
}

std::string g_g_svg(const Motion& m) {
  constexpr double kSize = 420.0, kEdge = 60.0, kKeys = 90.0, kG = 9.80665;
  double most = 0.5 * kG;
  for (std::size_t k = 0; k < m.t.size(); ++k)
    for (const double a : {m.a_x[k], m.a_y[k]})
      if (std::isfinite(a)) most = std::max(most, 1.05 * std::abs(a));
  const Frame f{.x = {-most, most, kEdge, kEdge + kSize}, .y = {-most, most, kTop + kSize, kTop}};
  std::string rings;
  for (const double g : {0.25, 0.5, 0.75, 1.0, 1.25})
    if (g * kG < most)
      rings += svg::circle({f.x(0.0), f.y(0.0)}, 0.5 * kSize * g * kG / most, "ring") +
               svg::text({f.x(0.0) + 4.0, f.y(g * kG) + 13.0}, "tick on", "start",
                         svg::tick_label(g, 0.01) + " g");
  return svg::begin(kEdge + kSize + kKeys, kTop + kSize + kBottom, "g-g diagram") +
         charts::axes(f, {.title = "lateral a_y [m/s\u00b2]", .ticks = 6},
                      {.title = "longitudinal a_x [m/s\u00b2]", .ticks = 6}) +
         rings + coloured(m.a_y, m.a_x, m.t, m.t.front(), m.t.back(), f) +
         colour_bar({kEdge + kSize + 14.0, kTop + 8.0}, "t [s]", m.t.front(), m.t.back()) +
         "</svg>\n";
}

std::string g_g_legend() {
  return "g-g diagram: accelerations of the centre of mass in the car's axes, coloured by time; "
         "circles: shares of g. a_y > 0 in a left turn.";
}

}  // namespace evsim::io
