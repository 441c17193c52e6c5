// Frequency response measured as on a test bench: the sampled control with its machine runs in time, in stator
// coordinates, and a small sine is laid on a reference or on what the control measures.
//   X(f) = 2 / sum w_k  sum w_k x_k e^(-j 2 pi f k T_s),  w_k = 1 - cos(2 pi k / N)               (1)
// over N ticks that hold a whole number of periods. With the window w a constant drops out and a slow decay nearly;
// what is quicker has decayed before. Columns of the responses:
//   T: y / r                       a sine on a reference                                           (2)
//   S: m / d,  L = S^-1 - 1        a sine on the measured y; m: what the control reads             (3)
// Source of the window: F. J. Harris, Proc. IEEE 66(1), 1978.
#pragma once

#include "sim/response/linear_loop.h"

namespace evsim::sine_sweep {

using linear_loop::Loop;
using linear_loop::Matrix;
using linear_loop::Model;
using linear_loop::State;

struct Sweep {
  Loop loop = Loop::current;
  control_tick::Input<double> in{};  // steady
  State<double> start{};             // its steady state
  double amplitude_reference = 0.0;  // of the sine: [A], or [rad/s]
  double amplitude_sensor = 0.0;
  int settling = 0;  // ticks before (1)
};

struct Measured {
  double f;             // [Hz]: the next to the wanted one of which a whole number of periods fits
  Matrix closed, open;  // T and L
};
Measured measure(const Model<double>& m, const Sweep& sweep, double f);

}  // namespace evsim::sine_sweep
