// Courses marked by cones: lanes side by side with the first one's middle, which lies on the earth's x axis.
//   ISO 3888-1, double lane change, 125 m:        15 m, 30 m free, 25 m, 25 m free, 30 m
//   ISO 3888-2, obstacle avoidance, 61 m:         12 m, 13.5 m free, 11 m, 12.5 m free, 12 m
// Widths over the car's width b: part 1  1.1 b + 0.25, 1.2 b + 0.25, 1.3 b + 0.25; part 2  1.1 b + 0.25, b + 1,
// max(1.3 b + 0.25, 3). The second lane lies to the left: part 1 by 3.5 m from right edge to right edge, part 2
// by 1 m from the first lane's left edge to its right edge. The last lane's right edge is the first one's.
// Lengths and widths agree in two public implementations; not confirmed: between which edges part 1 takes its 3.5 m,
// and the least width of part 2's last lane, so far as it matters for cars narrower than 2.12 m.
// Source: ISO 3888-1:2018 and ISO 3888-2:2011, their dimensions as in Project Chrono's double lane change and the Simscape
// Vehicle Templates.
#pragma once

#include <array>
#include <string_view>

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/vehicle/body.h"

namespace evsim::course {

enum class Kind : int { none, iso_3888_1, iso_3888_2 };
inline constexpr std::array<std::string_view, 3> kKindNames{"none", "iso_3888_1", "iso_3888_2"};
constexpr std::span<const std::string_view> enum_names(Kind) { return kKindNames; }

struct Params {
  Kind kind = Kind::none;
  double at = 50.0;              // x where the first lane begins [m]
  double car_width = kInfinity;  // b; infinite: the vehicle's own [m]
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, Params>
constexpr void describe(P& p, V&& field) {
  field(p.kind, Field{"kind", Dim::none, any_value,
                      "double lane change (ISO 3888-1) or obstacle avoidance (ISO 3888-2), to the "
                      "left"});
  field(p.at, Field{"at", Dim::length, any_value, "x where the first lane begins"});
  field(p.car_width, Field{"car_width", Dim::length, positive,
                           "without mirrors, that the lanes are set by; left out: body.width"});
}

// A car seen from above, as long ahead of the front axle as behind the rear one. Estimates of what its file does not
// say: passenger cars reach 0.7 to 1.1 m beyond their axles, 0.18 to 0.26 m beyond their tracks.
struct Outline {
  double overhang, width;  // beyond each axle [m]
};
inline Outline outline(const Params& p, const body::MultiBody<double>& b, double wheelbase) {
  constexpr double kOverhang = 0.9, kBesideTracks = 0.22;  // [m]
  const double width =
      b.width < kInfinity ? b.width : max(b.front.track, b.rear.track) + kBesideTracks;
  return {.overhang = b.length < kInfinity ? 0.5 * (b.length - wheelbase) : kOverhang,
          .width = p.car_width < kInfinity ? p.car_width : width};
}

struct Lane {
  double from, to;     // x [m]
  double right, left;  // y of its edges [m]
};
inline constexpr std::size_t kLanes = 3;
struct Lanes {
  std::array<Lane, kLanes> lane;
  bool marked = false;  // there are some
};

// b: width of the car without mirrors [m].
inline Lanes lanes(const Params& p, double b) {
  if (p.kind == Kind::none) return {};
  const bool first = p.kind == Kind::iso_3888_1;
  const double w_1 = 1.1 * b + 0.25, w_2 = first ? 1.2 * b + 0.25 : b + 1.0;
  const double w_3 = first ? 1.3 * b + 0.25 : max(1.3 * b + 0.25, 3.0);
  const double right = -0.5 * w_1, left = right + (first ? 3.5 : w_1 + 1.0);
  const std::array<double, 5> length =
      first ? std::array{15.0, 30.0, 25.0, 25.0, 30.0} : std::array{12.0, 13.5, 11.0, 12.5, 12.0};
  Lanes out{.lane = {}, .marked = true};
  const std::array<double, kLanes> edge{right, left, right}, width{w_1, w_2, w_3};
  double x = p.at;
  for (std::size_t i = 0; i < kLanes; ++i) {
    out.lane[i] = {x, x + length[2 * i], edge[i], edge[i] + width[i]};
    if (i + 1 < kLanes) x += length[2 * i] + length[2 * i + 1];
  }
  return out;
}

// How far a place lies outside of the lane beside it, < 0 inside [m]; -infinity where there is none.
inline double outside(const Lanes& lanes, double x, double y) {
  double out = -kInfinity;
  for (const Lane& l : lanes.lane)
    if (lanes.marked && x >= l.from && x <= l.to) out = max(out, max(l.right - y, y - l.left));
  return out;
}

}  // namespace evsim::course
