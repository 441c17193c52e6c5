// Road surface: a path through the plane, grade and crossfall along it, bumps, roughness, friction.
//   P(u): cubic spline through the path's points over the way between them, curvature continuous        (1)
//   (X - P(u)) P'(u) = 0                                              foot of a place X                 (2)
//   s = int |P'| du,   n = t x (X - P),   t = P' / |P'|               station, offset to the left       (3)
//   z = int grade ds + n crossfall(s) + sum bumps + roughness(s, n)                                     (4)
//   grad z = dz/ds / (1 - kappa n) t + dz/dn z x t                                                      (5)
//   d(grad z) = (dp - q kappa ds) t + (dq + p kappa ds) z x t,   p, q: the factors in (5)               (5')
//   bump: h/2 (1 - cos(2 pi (s - s_0) / l)) for s_0 < s < s_0 + l                                       (6)
// Beyond its ends an open path goes on straight. Crossfall > 0: the left side lies higher.
// Roughness, ISO 8608: two tracks side by side, stationary Gaussian, one-sided spectral density of the height
//   G_d(n) = G_d(n_0) (n / n_0)^-2,   n_0 = 0.1 cycles/m,   0.011 to 2.83 cycles/m                      (7)
//   coherent as on an isotropic surface: g(n) = a K_1(a), a = 2 pi n * track                            (8)
// (8): the cross spectrum over the spectrum. An isotropic surface with (7) along each line has the spectrum
// (n^2 + m^2)^(-3/2) over both wave numbers; its integral over m with cos(2 pi m * track) is a K_1(a). So both tracks
// move as one over long waves (g = 0.91 at 33 m for 1.6 m) and apart over short ones (0.09 at 3 m).
// A profile is the sum of the harmonics of 1638.4 m, sampled every 50 mm with its slope and curvature, of fifth order
// between the samples; after that way it comes again. From one track to the other it goes by 3 x^2 - 2 x^3, and is held
// beyond them: a slope that jumps below a wheel would give or take energy.
// A table of grade goes on from its last value; heights start from 0 at s = 0.
// Source: ISO 8608:2016; C. Dodds, J. Robson, The description of road surface roughness, J. Sound Vib. 31(2), 1973;
// K. Kamash, J. Robson, The application of isotropy in road surface modelling, J. Sound Vib. 57(1), 1978.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <vector>

#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/base/table.h"

namespace evsim::road {

// G_d(n_0) of the classes: geometric means, each four times the one before [m3].
inline constexpr double kClassA = 16e-6, kClassB = 64e-6, kClassC = 256e-6, kClassD = 1024e-6;

// Friction over that of a dry road: 0.65, 0.3 and 0.1 against 0.85 (new tyres at 50 km/h; Bosch Automotive Handbook;
// packed snow 0.25 to 0.35).
inline constexpr double kDry = 1.0, kWet = 0.76, kSnow = 0.35, kIce = 0.12;

struct Point {
  double x = kRequired, y = kRequired;  // earth axes [m]
};
struct Patch {
  double from = kRequired, to = kRequired;             // stations [m]
  double friction_left = kDry, friction_right = kDry;  // over that of a dry road [-]
};
struct Bump {
  double at = kRequired;      // s_0 [m]
  double length = kRequired;  // l [m]
  double height = kRequired;  // h [m]
};
struct Roughness {
  double G_d = 0.0;    // G_d(n_0); 0: smooth [m3]
  double track = 1.6;  // between the two profiles [m]
  int seed = 1;
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, Patch>
constexpr void describe(P& p, V&& field) {
  field(p.from, Field{"from", Dim::length, any_value, "station along the path where it begins"});
  field(p.to, Field{"to", Dim::length, any_value, "station where it ends"});
  field(p.friction_left, Field{"friction_left", Dim::none, between(0.001, 3),
                               "left of the path, over that of a dry road"});
  field(p.friction_right, Field{"friction_right", Dim::none, between(0.001, 3),
                                "right of the path, over that of a dry road"});
}
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, Bump>
constexpr void describe(P& p, V&& field) {
  field(p.at, Field{"at", Dim::length, any_value, "station along the path where it begins"});
  field(p.length, Field{"length", Dim::length, positive, "along the path"});
  field(p.height, Field{"height", Dim::length, any_value, "in its middle"});
}
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, Roughness>
constexpr void describe(P& p, V&& field) {
  field(p.G_d, Field{"G_d", Dim::none, not_negative,
                     "spectral density at 0.1 cycles/m, ISO 8608: 16e-6 good (A) to 1024e-6 bad "
                     "(D); 0: smooth [m3]"});
  field(p.track, Field{"track", Dim::length, positive, "between the profiles of left and right"});
  field(p.seed, Field{"seed", Dim::none, between(0, 2147483647), "of the profiles"});
}
struct Params {
  std::vector<Point> path;     // none: the x axis
  bool closed = false;         // the last point is followed by the first
  Table1<double> grade{};      // dz/ds [-] over station [m]
  Table1<double> crossfall{};  // dz/dn [-] over station [m]
  std::vector<Bump> bumps;
  std::vector<Patch> patches;  // a later one lies over an earlier one
  Roughness roughness;
};

// A place on the path.
struct Foot {
  double u = 0.0;           // parameter of the path: where the next search starts
  double s = 0.0, n = 0.0;  // station, offset to the left [m]
};
// The surface at a place.
struct Below {
  double z = 0.0;                                       // height [m]
  double dz_dx = 0.0, dz_dy = 0.0;                      // slopes over the earth's axes [-]
  double d2z_dx2 = 0.0, d2z_dxdy = 0.0, d2z_dy2 = 0.0;  // and how they change, (5') [1/m]
  double friction = 1.0;                                // over that of a dry road [-]
};
// The path itself, for drivers.
struct PathPoint {
  double x, y, heading, curvature;  // [m], [rad], [1/m], > 0 to the left
};

// A sample of both profiles, [0] left: height, its slope times the spacing, its curvature times the square of that [m].
struct TwoTracks {
  std::array<double, 2> z, slope, curvature;
};

class Road {
 public:
  // std::invalid_argument: points that coincide, a bump without length, a roughness below 0.
  explicit Road(const Params& p);

  // The foot of (x, y), from the whole path, or beside the last foot.
  Foot foot(double x, double y) const;
  Foot foot(double x, double y, const Foot& near) const;
  Below below(const Foot& foot) const;

  PathPoint path_at(double u) const;
  double length() const { return stations_.back(); }  // of the path, its straight ends apart [m]

 private:
  struct Curve {
    double x, y, dx, dy, ddx, ddy, dddx, dddy;  // point and its derivatives over u
  };
  struct Segment {
    std::array<double, 4> x, y;  // coefficients over u - u_start
  };
  // Height of a profile and its derivatives over s, and over n.
  struct Height {
    double z = 0.0, s = 0.0, ss = 0.0, n = 0.0, sn = 0.0, nn = 0.0;
  };
  Curve curve(double u) const;
  double station(double u) const;
  double on_path(double u) const;
  Height height(double s, double n) const;
  Height roughness(double s, double n) const;

  Params p_;
  TableAxis knots_;  // over u
  std::vector<Segment> segments_;
  std::vector<double> stations_;  // at the knots [m]
  std::vector<TwoTracks> tracks_;
};

// The same over a Scalar: lanes one by one; over a Dual the height has the surface's slopes, these have none.
template <Scalar T> struct Surface {
  T z, dz_dx, dz_dy, friction;
};
template <Scalar T> Surface<T> surface(const Road& road, const T& x, const T& y,
                                       std::array<Foot, static_cast<std::size_t>(lanes<T>)>& feet) {
  Surface<T> out{};
  for (int i = 0; i < lanes<T>; ++i) {
    Foot& foot = feet[static_cast<std::size_t>(i)];
    foot = road.foot(lane(x, i), lane(y, i), foot);
    const Below b = road.below(foot);
    set_lane(out.z, i, b.z);
    set_lane(out.dz_dx, i, b.dz_dx);
    set_lane(out.dz_dy, i, b.dz_dy);
    set_lane(out.friction, i, b.friction);
  }
  if constexpr (is_dual<T>) out.z = out.z + out.dz_dx * (x - x.v) + out.dz_dy * (y - y.v);
  return out;
}

}  // namespace evsim::road
