// Ride comfort by ISO 2631-1: vertical acceleration weighted with W_k as it comes, and its root mean square.
//   H(s) = H_1 H_2 H_3 H_4                                                                            (1)
//   H_1 = s^2 / (s^2 + sqrt(2) w_1 s + w_1^2)                     band limiting, high pass
//   H_2 = w_2^2 / (s^2 + sqrt(2) w_2 s + w_2^2)                   band limiting, low pass
//   H_3 = (1 + s / w_3) / (1 + s / (Q_4 w_4) + (s / w_4)^2)       from acceleration to velocity
//   H_4 = (1 + s / (Q_5 w_5) + (s / w_5)^2) / (1 + s / (Q_6 w_6) + (s / w_6)^2) (w_5 / w_6)^2    upward step
// each as x'' + a_1 x' + a_2 x = u,   y = b_0 u + (b_1 - b_0 a_1) x' + (b_2 - b_0 a_2) x.
//   a_w = (1/T int a_w(t)^2 dt)^1/2                               over the whole run                  (2)
//   MTVV = max_t (1/tau int a_w(t')^2 exp((t' - t) / tau) dt')^1/2,   tau = 1 s                       (3)
// Between two instants the acceleration is linear over time; the filter goes by Runge-Kutta of fourth order.
// Source: ISO 2631-1:1997, section 6 and annex A; figures as in ISO 8041:2005, table 3 (Larson Davis, HVM200 Reference
// Manual, table 3.1).
#pragma once

#include <array>

#include "sim/base/constants.h"
#include "sim/base/elementary.h"

namespace evsim::ride {

// Plain accumulators: a copy is a snapshot.
struct State {
  std::array<std::array<double, 2>, 4> x;  // of the four factors of (1): x, x'
  double a;                                // acceleration at the last instant [m/s2]
  double weighted;                         // [m/s2]
  double squares;                          // integral of its square [m2/s3]
  double t;                                // over which [s]
  double running;                          // square of (3) now [m2/s4]
  double running_max;
};

namespace detail {

// y = b_0 u + c_1 x' + c_2 x,   x'' = u - a_1 x' - a_2 x
struct Section {
  double a_1, a_2, b_0, c_1, c_2;
};
// (b_0 s^2 + b_1 s + b_2) / (s^2 + a_1 s + a_2)
constexpr Section section(double b_0, double b_1, double b_2, double a_1, double a_2) {
  return {.a_1 = a_1, .a_2 = a_2, .b_0 = b_0, .c_1 = b_1 - b_0 * a_1, .c_2 = b_2 - b_0 * a_2};
}
inline constexpr double kRoot2 = 1.41421356237309515;
constexpr std::array<Section, 4> vertical() {
  constexpr double w_1 = kTwoPi * 0.4, w_2 = kTwoPi * 100.0;
  constexpr double w_3 = kTwoPi * 12.5, w_4 = kTwoPi * 12.5, Q_4 = 0.63;
  constexpr double w_5 = kTwoPi * 2.37, Q_5 = 0.91, w_6 = kTwoPi * 3.35, Q_6 = 0.91;
  return {section(1.0, 0.0, 0.0, kRoot2 * w_1, w_1 * w_1),
          section(0.0, 0.0, w_2 * w_2, kRoot2 * w_2, w_2 * w_2),
          section(0.0, w_4 * w_4 / w_3, w_4 * w_4, w_4 / Q_4, w_4 * w_4),
          section(1.0, w_5 / Q_5, w_5 * w_5, w_6 / Q_6, w_6 * w_6)};
}
inline constexpr std::array<Section, 4> kVertical = vertical();

using Filter = std::array<std::array<double, 2>, 4>;
struct Seen {
  Filter rate;
  double out;
};
// One section after the other.
inline Seen through(const Filter& x, double u) {
  Seen s{.rate = {}, .out = u};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Section& k = kVertical[i];
    s.rate[i] = {x[i][1], s.out - k.a_1 * x[i][1] - k.a_2 * x[i][0]};
    s.out = k.b_0 * s.out + k.c_1 * x[i][1] + k.c_2 * x[i][0];
  }
  return s;
}
inline Filter plus(Filter x, double h, const Filter& rate) {
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t k = 0; k < 2; ++k) x[i][k] += h * rate[i][k];
  return x;
}

}  // namespace detail

inline constexpr double kRunning = 1.0;  // tau of (3) [s]

// h later [s] the acceleration is a [m/s2].
inline void observe(State& s, double a, double h) {
  const double middle = 0.5 * (s.a + a);
  const auto k_1 = detail::through(s.x, s.a);
  const auto k_2 = detail::through(detail::plus(s.x, 0.5 * h, k_1.rate), middle);
  const auto k_3 = detail::through(detail::plus(s.x, 0.5 * h, k_2.rate), middle);
  const auto k_4 = detail::through(detail::plus(s.x, h, k_3.rate), a);
  for (const auto& [rate, weight] :
       {std::pair{&k_1.rate, 1.0}, {&k_2.rate, 2.0}, {&k_3.rate, 2.0}, {&k_4.rate, 1.0}})
    s.x = detail::plus(s.x, weight * h / 6.0, *rate);
  const double weighted = detail::through(s.x, a).out;
  const double mean = (s.weighted * s.weighted + s.weighted * weighted + weighted * weighted) / 3.0;
  s.squares += h * mean;
  s.t += h;
  const double keep = exp(-h / kRunning);
  s.running = keep * s.running + (1.0 - keep) * mean;
  s.running_max = max(s.running_max, s.running);
  s.a = a, s.weighted = weighted;
}

struct Figures {
  double weighted, transient;  // (2), (3) [m/s2]
};
inline Figures figures(const State& s) {
  return {.weighted = s.t > 0.0 ? sqrt(s.squares / s.t) : 0.0, .transient = sqrt(s.running_max)};
}

}  // namespace evsim::ride
