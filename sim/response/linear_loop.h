// A control tick near its steady state:
//   x(k+1) = A x(k) + B r(k) + E d(k),  y(k) = C x(k)                                             (1)
// r: references, d: what is added to the measured y. Its slopes are exact: the tick computed over Dual.
//   T(z) = C (z - A)^-1 B                      closed loop, r to y                                (2)
//   L(z) = -C (z - A + E C)^-1 E               open loop: measured y to -(true y)                 (3)
//   S(z) = (1 + L)^-1 = 1 + C (z - A)^-1 E     d to measured y                                    (4)
// (3) is (1) with the loop cut at the control's input, where m = y + d is the input instead.
#pragma once

#include <Eigen/Core>
#include <complex>

#include "sim/response/control_tick.h"

namespace evsim::linear_loop {

using control_tick::Input;
using control_tick::Loop;
using control_tick::Model;
using control_tick::Output;
using control_tick::State;

// x = turned_back(tick(x)).
struct Steady {
  State<double> x;
  Output<double> out;
  double rest;  // of Newton's method: largest step of a state over its size [-]
  bool found() const { return rest < 1e-9; }
};
// By Newton's method, after so many ticks from a guess.
Steady steady(const Model<double>& m, Loop loop, const Input<double>& in,
              const State<double>& guess, int ticks);

struct LinearLoop {
  double T_s;  // [s]
  Eigen::MatrixXd A, B, E, C;
  double slowest;  // largest |eigenvalue| of A

  bool stable() const { return slowest < 1.0; }
};
// References and y of Loop::current: i_d, i_q [A]; of Loop::speed: the speed [rad/s].
LinearLoop linearise(const Model<double>& m, Loop loop, const Input<double>& in,
                     const State<double>& x);

using Matrix = Eigen::MatrixXcd;
// (2), (3) at a frequency [Hz].
Matrix closed(const LinearLoop& loop, double f);
Matrix open(const LinearLoop& loop, double f);

}  // namespace evsim::linear_loop
