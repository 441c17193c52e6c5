#include "sim/response/sine_sweep.h"

#include <Eigen/LU>
#include <cmath>

namespace evsim::sine_sweep {
namespace {

using Number = std::complex<double>;
constexpr double kTwoPi = 6.28318530717958647693;

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

// A column of (2) or (3): amplitudes of y, or of what is measured, over that of the sine.
Matrix column(const Model<double>& m, const Sweep& s, const Excitation& e, const Window& w) {
  State<double> x = s.start;
  Matrix sum = Matrix::Zero(axes(s), 1);
  double weights = 0.0;
  for (int k = -s.settling; k < w.ticks; ++k) {
    const double phase =
        kTwoPi * static_cast<double>(static_cast<long long>(k) * w.periods % w.ticks) / w.ticks;
    const double sine = std::sin(phase);
    const auto out = control_tick::tick(m, s.loop, excited(s, e, sine), x);
    x.theta_e = wrapped(x.theta_e);
    if (k < 0) continue;
    const double weight = 1.0 - std::cos(kTwoPi * k / w.ticks);
    const Number turned = weight * Number(std::cos(phase), -std::sin(phase));
    weights += weight;
    const double added = e.sensor ? e.amplitude * sine : 0.0;
    if (s.loop == Loop::speed) {
      sum(0) += turned * (out.omega - s.start.omega + added);
    } else {
      const Complex<double> d{out.i.re - s.in.i_ref.re, out.i.im - s.in.i_ref.im};
      sum(0) += turned * (d.re + (e.axis == 0 ? added : 0.0));
      sum(1) += turned * (d.im + (e.axis == 1 ? added : 0.0));
    }
  }
  return (2.0 / (weights * e.amplitude)) * Number(0.0, 1.0) * sum;  // the sine itself is -j
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
