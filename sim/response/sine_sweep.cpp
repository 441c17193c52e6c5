#include "sim/response/sine_sweep.h"

#include <Eigen/LU>
#include <cmath>

#include "sim/base/constants.h"

namespace evsim::sine_sweep {
namespace {

using Number = std::complex<double>;

// Ticks and periods of (1).
struct Window {
  int periods, ticks;
};
Window window(double f, double T_s) {
  constexpr int kLeastTicks = 400, kLeastPeriods = 3;
  const int periods = std::max(kLeastPeriods, static_cast<int>(std::ceil(kLeastTicks * f * T_s)));
  return {periods, static_cast<int>(std::lround(periods / (f * T_s)))};
}

// What a sine is laid on.
struct Excitation {
  bool sensor;  // else the reference
  int axis;     // d, q
  double amplitude;
};
control_tick::Input<double> excited(const Sweep& s, const Excitation& e, double sine) {
  control_tick::Input<double> in = s.in;
  const double x = e.amplitude * sine;
  if (s.loop == Loop::speed) {
    (e.sensor ? in.omega_added : in.omega_ref) += x;
    return in;
  }
  Complex<double>& i = e.sensor ? in.i_added : in.i_ref;
  (e.axis == 0 ? i.re : i.im) += x;
  return in;
}

int axes(const Sweep& s) { return s.loop == Loop::speed ? 1 : 2; }

double wrapped(double angle) { return angle - kTwoPi * std::round(angle / kTwoPi); }

// What the sine did: y, or what the control measures, beside the steady state.
Matrix deviation(const Sweep& s, const Excitation& e, const control_tick::Output<double>& out,
                 double sine) {
  Matrix x(axes(s), 1);
  if (s.loop == Loop::speed)
    x(0) = out.omega - s.start.omega;
  else
    x << out.i.re - s.in.i_ref.re, out.i.im - s.in.i_ref.im;
  if (e.sensor) x(e.axis) += e.amplitude * sine;
  return x;
}

// A column of (2) or (3): amplitudes over that of the sine.
Matrix column(const Model<double>& m, const Sweep& s, const Excitation& e, const Window& w) {
  State<double> x = s.start;
  Matrix sum = Matrix::Zero(axes(s), 1);
  double weights = 0.0;
  for (int k = -s.settling; k < w.ticks; ++k) {
    const long long turned = static_cast<long long>(k) * w.periods % w.ticks;
    const Number wave = std::polar(1.0, kTwoPi * static_cast<double>(turned) / w.ticks);
    const auto out = control_tick::tick(m, s.loop, excited(s, e, wave.imag()), x);
    x.theta_e = wrapped(x.theta_e);
    if (k < 0) continue;
    const double weight = 1.0 - std::cos(kTwoPi * k / w.ticks);
    weights += weight;
    sum += weight * std::conj(wave) * deviation(s, e, out, wave.imag());
  }
  return Number(0.0, 2.0 / (weights * e.amplitude)) * sum;  // of the sine itself (1) is -j
}

Matrix all(const Model<double>& m, const Sweep& s, bool sensor, const Window& w) {
  const double amplitude = sensor ? s.amplitude_sensor : s.amplitude_reference;
  Matrix out(axes(s), axes(s));
  for (int axis = 0; axis < axes(s); ++axis)
    out.col(axis) = column(m, s, {sensor, axis, amplitude}, w);
  return out;
}

}  // namespace

Measured measure(const Model<double>& m, const Sweep& sweep, double f) {
  const Window w = window(f, m.T_s);
  const Matrix one = Matrix::Identity(axes(sweep), axes(sweep));
  return {.f = w.periods / (w.ticks * m.T_s),
          .closed = all(m, sweep, false, w),
          .open = all(m, sweep, true, w).inverse() - one};
}

}  // namespace evsim::sine_sweep
