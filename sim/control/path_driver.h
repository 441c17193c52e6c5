// A driver who steers along a path: curvature fed forward, what is left of the offset at a preview point corrected.
//   d = v t_p + d_0                                         distance of the preview point               (1)
//   kappa_c = kappa + k 2 (y - kappa d^2 / 2) / d^2         the arc that ends on the path is k = 1      (2)
//   theta = i_S (L + K v^2) kappa_c                         steady cornering of a single-track car       (3)
// y: of the path, d ahead, to the left of the car's axis. The driver answers t_r late (two lags of t_r / 2 in series), turns
// the hand wheel no faster than a rate and no further than its lock.
// Signs: y, kappa, theta > 0 to the left. Forward driving.
// Source: C. MacAdam, Vehicle System Dynamics 40(1-3), 2003 (preview, delay, rate of human drivers); M. Mitschke,
// H. Wallentowitz, Dynamik der Kraftfahrzeuge, part D, for (3).
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/components/road.h"

namespace evsim::path_driver {

template <Scalar T> struct Params {
  T steering_ratio = kRequired;  // i_S, hand wheel over road wheels [-]
  T wheelbase = kRequired;       // L [m]
  T understeer = 0.0;            // K, road-wheel angle over lateral acceleration [rad/(m/s2)]
  T preview_time = 1.0;          // t_p [s]
  T preview_distance = 3.0;      // d_0 [m]
  T gain = 1.0;                  // k [-]
  T reaction_time = 0.15;        // t_r [s]
  T rate_max = 10.0;             // of the hand wheel [rad/s]
  T angle_max = 9.0;             // its lock [rad]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.steering_ratio,
        Field{"steering_ratio", Dim::none, positive, "hand wheel over road-wheel angle"});
  field(p.wheelbase, Field{"wheelbase", Dim::length, positive, "distance of the axles"});
  field(p.understeer,
        Field{"understeer", Dim::none, any_value,
              "road-wheel angle over lateral acceleration, beside the geometry's [rad/(m/s2)]"});
  field(p.preview_time,
        Field{"preview_time", Dim::time, not_negative, "that the driver looks ahead"});
  field(p.preview_distance, Field{"preview_distance", Dim::length, positive, "added to it"});
  field(p.gain, Field{"gain", Dim::none, not_negative, "1: the arc that ends on the path"});
  field(p.reaction_time, Field{"reaction_time", Dim::time, positive, "of mind and arms"});
  field(p.rate_max, Field{"rate_max", Dim::angular_speed, positive, "of the hand wheel"});
  field(p.angle_max, Field{"angle_max", Dim::angle, positive, "of the hand wheel, its lock"});
}

// The path at the preview point.
template <Scalar T> struct Ahead {
  T y;          // to the left of the car's axis [m]
  T curvature;  // [1/m]
};
// (1)
template <Scalar T> T preview(const Params<T>& p, const T& v) {
  return max(v, 0.0) * p.preview_time + p.preview_distance;
}
// Of a road, from a car at (x, y) [m] with a heading [rad]; foot: where the search starts, moves on.
inline Ahead<double> ahead(const road::Road& road, road::Foot& foot, double x, double y,
                           double heading, double distance) {
  const auto [sine, cosine] = sincos(heading);
  foot = road.foot(x + distance * cosine, y + distance * sine, foot);
  return {.y = -foot.n, .curvature = road.path_at(foot.u).curvature};
}

template <Scalar T> struct State {
  T seen;   // behind the first lag [rad]
  T aim;    // behind the second [rad]
  T theta;  // of the hand wheel [rad]
};
template <Scalar T> struct Inputs {
  T v;  // [m/s]
  Ahead<T> path;
};
// Angle of the hand wheel [rad].
template <Scalar T> T step(const Params<T>& p, State<T>& x, const Inputs<T>& in, double T_s) {
  const T d = preview(p, in.v);
  const T kappa = in.path.curvature;
  const T kappa_c = kappa + p.gain * 2.0 * (in.path.y - 0.5 * kappa * d * d) / (d * d);
  const T theta = p.steering_ratio * (p.wheelbase + p.understeer * in.v * in.v) * kappa_c;

  const T follow = 1.0 - exp(-2.0 * T_s / p.reaction_time);
  x.seen += follow * (theta - x.seen);
  x.aim += follow * (clamp(x.seen, -p.angle_max, p.angle_max) - x.aim);
  const T most = T_s * p.rate_max;
  x.theta += clamp(x.aim - x.theta, -most, most);
  return x.theta;
}

}  // namespace evsim::path_driver
