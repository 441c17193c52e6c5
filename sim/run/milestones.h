// What a run passes on its way: speeds, distances, the steepest grade, why its drive was limited, and the
// resistance of a car that coasts. All of it is gathered from every step that stands, not from samples.
// Between two steps the speed is the cubic with the values and slopes of both (Hermite), the distance its
// integral; an instant of crossing is a root of it.
#pragma once

#include <array>
#include <cstddef>

#include "sim/base/elementary.h"

namespace evsim::milestones {

inline constexpr double kMph = 0.44704;          // [m/s]
inline constexpr double kFoot = 0.3048;          // [m]: rollout of one foot
inline constexpr double kQuarterMile = 402.336;  // [m]

enum Speed : std::size_t { k60Mph, k80, k100, k120, k200, kSpeeds };
inline constexpr std::array<double, kSpeeds> kSpeed{60.0 * kMph, 80.0 / 3.6, 100.0 / 3.6,
                                                    120.0 / 3.6, 200.0 / 3.6};
enum Distance : std::size_t { kOneFoot, kQuarter, kDistances };
inline constexpr std::array<double, kDistances> kDistance{kFoot, kQuarterMile};

struct Instant {
  double t, v, a, x;  // [s], [m/s], [m/s2], [m]
};

inline constexpr double kNotYet = -1.0;

struct Passed {
  Instant last;                                  // observed; t < 0: none yet
  std::array<double, kSpeeds> at_speed;          // instant of reaching it [s], or kNotYet
  std::array<double, kDistances> at_distance;    // [s], or kNotYet
  std::array<double, kDistances> v_at_distance;  // [m/s]
};
inline Passed start() {
  Passed p{};
  p.last.t = kNotYet;
  p.at_speed.fill(kNotYet);
  p.at_distance.fill(kNotYet);
  return p;
}

// Between two instants, at a share s of the time.
struct Between {
  Instant a, b;
  double h() const { return b.t - a.t; }
  double v(double s) const {
    const double r = 1.0 - s;
    return r * r * (1.0 + 2.0 * s) * a.v + s * s * (3.0 - 2.0 * s) * b.v +
           h() * s * r * (r * a.a - s * b.a);
  }
  double x(double s) const {
    const double s2 = s * s, s3 = s2 * s, s4 = s2 * s2;
    return a.x + h() * ((s - s3 + 0.5 * s4) * a.v + (s3 - 0.5 * s4) * b.v +
                        h() * ((0.5 * s2 - 2.0 / 3.0 * s3 + 0.25 * s4) * a.a -
                               (s3 / 3.0 - 0.25 * s4) * b.a));
  }
};

// Where f, below a value at 0 and not at 1, reaches it: by bisection to the last digits.
template <class F> double root(const F& f, double value) {
  double low = 0.0, high = 1.0;
  for (int i = 0; i < 50; ++i) {
    const double middle = 0.5 * (low + high);
    (f(middle) < value ? low : high) = middle;
  }
  return high;
}

// The next instant of a run.
inline void observe(Passed& p, const Instant& now) {
  const Between between{p.last, now};
  const bool first = p.last.t < 0.0;
  for (std::size_t i = 0; i < p.at_speed.size() && !first; ++i) {
    if (p.at_speed[i] >= 0.0 || now.v < kSpeed[i] || p.last.v >= kSpeed[i]) continue;
    const double s = root([&](double share) { return between.v(share); }, kSpeed[i]);
    p.at_speed[i] = p.last.t + s * between.h();
  }
  for (std::size_t i = 0; i < p.at_distance.size() && !first; ++i) {
    if (p.at_distance[i] >= 0.0 || now.x < kDistance[i] || p.last.x >= kDistance[i]) continue;
    const double s = root([&](double share) { return between.x(share); }, kDistance[i]);
    p.at_distance[i] = p.last.t + s * between.h();
    p.v_at_distance[i] = between.v(s);
  }
  p.last = now;
}

// Resistance F = A + B v + C v^2 of a coasting car, F = -m_eq a: least squares over time.
struct CoastDown {
  std::array<double, 5> S;  // integrals of v^k dt
  std::array<double, 3> F;  // integrals of F v^k dt
};
inline void observe(CoastDown& c, double v, double F, double h) {
  double power = h;
  for (std::size_t k = 0; k < c.S.size(); ++k, power *= v) {
    c.S[k] += power;
    if (k < c.F.size()) c.F[k] += F * power;
  }
}
// A [N], B [N/(m/s)], C [N/(m/s)^2]: the normal equations by Cramer's rule. Zeros where the car has not
// coasted over at least three speeds.
inline std::array<double, 3> fit(const CoastDown& c) {
  const auto& S = c.S;
  const auto det = [](const std::array<double, 3>& x, const std::array<double, 3>& y,
                      const std::array<double, 3>& z) {
    return x[0] * (y[1] * z[2] - y[2] * z[1]) - x[1] * (y[0] * z[2] - y[2] * z[0]) +
           x[2] * (y[0] * z[1] - y[1] * z[0]);
  };
  const std::array<double, 3> s_0{S[0], S[1], S[2]}, s_1{S[1], S[2], S[3]}, s_2{S[2], S[3], S[4]};
  const double all = det(s_0, s_1, s_2);
  if (!(all > 0.0)) return {0.0, 0.0, 0.0};
  return {det(c.F, s_1, s_2) / all, det(s_0, c.F, s_2) / all, det(s_0, s_1, c.F) / all};
}

}  // namespace evsim::milestones
