// A hand wheel in the hands of somebody who commands its angle, in steps as they come: arms follow, no quicker than they
// can, and give it back to who steered before without a jerk.
//   theta_c = gain theta_s + offset                         commanded; theta_s: as the scenario steers     (1)
//   commanded:  dtheta/dt = clamp((theta_c - theta) / t_arm, -rate, rate)                                  (2)
//   given back: theta = theta_s + e,  de/dt = -clamp(e / t_arm, -rate, rate)                               (3)
// gain 1, offset 0: nobody commands. (2), (3) are exact over a step where no rate limits.
// Signs: > 0 to the left.
// Source: equations here; the rate is that of path_driver.h.
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/scalar.h"

namespace evsim::hand_wheel {

struct Params {
  double arm_time = 0.04;    // t_arm [s]
  double rate_max = 10.0;    // [rad/s]
  double angle_max = 9.0;    // its lock [rad]
  double given_back = 1e-6;  // e below which nothing is left of the command [rad]
};
struct State {
  double theta;  // [rad]
  double e;      // left of a command that is over [rad]
};
struct Inputs {
  double gain = 1.0, offset = 0.0;  // of (1)
  bool commands() const { return gain != 1.0 || offset != 0.0; }
};

inline double start(State& x, double theta) {
  x = {.theta = theta, .e = 0.0};
  return theta;
}

// Angle after h [s], theta_s as it is then [rad].
inline double step(const Params& p, State& x, const Inputs& in, double theta_s, double h) {
  if (!in.commands() && x.e == 0.0) return x.theta = theta_s;
  const double most = h * p.rate_max, follow = 1.0 - exp(-h / p.arm_time);
  if (in.commands()) {
    const double to = clamp(in.gain * theta_s + in.offset, -p.angle_max, p.angle_max);
    x.theta += clamp(follow * (to - x.theta), -most, most);
    x.e = x.theta - theta_s;
  } else {
    x.e -= clamp(follow * x.e, -most, most);
    if (abs(x.e) < p.given_back) x.e = 0.0;
    x.theta = theta_s + x.e;
  }
  return x.theta;
}

}  // namespace evsim::hand_wheel
