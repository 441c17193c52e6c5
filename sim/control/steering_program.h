// Open-loop steering: the hand wheel's angle over time, of the tests that a driver or a machine steers.
//   tau = t - start, A the amplitude, f the frequency
//   step          A after a ramp of the rate                                       ISO 7401             (1)
//   ramp          rate tau, up to A                                                ISO 4138             (2)
//   sine          A sin(2 pi f tau)                        one period              ISO 7401             (3)
//   sine_dwell    (3), held at -A for dwell after three quarters of the period     49 CFR 571.126       (4)
//   sweep         A sin(2 pi (f tau + (f_end - f) tau^2 / (2 duration)))           ISO 7401             (5)
//   double_sine   (3), 0 for dwell, then (3) with the other sign: to another lane and back              (6)
// Signs: > 0 to the left; A < 0 mirrors a program.
#pragma once

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::steering_program {

enum class Kind : int { step, ramp, sine, sine_dwell, sweep, double_sine };
inline constexpr std::array<std::string_view, 6> kKindNames{"step",       "ramp",  "sine",
                                                            "sine_dwell", "sweep", "double_sine"};
constexpr std::span<const std::string_view> enum_names(Kind) { return kKindNames; }

template <Scalar T> struct Params {
  Kind kind = Kind::step;
  T amplitude = kRequired;  // A [rad]
  T start = 1.0;            // [s]
  T rate = 6.98;            // of step and ramp: 400 degrees a second [rad/s]
  T frequency = 0.7;        // f, of a sweep at its start [Hz]
  T frequency_end = 3.0;    // [Hz]
  T dwell = 0.5;            // [s]
  T duration = 30.0;        // of the sweep [s]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.kind, Field{"kind", Dim::none, any_value, "course of the hand wheel's angle"});
  field(p.amplitude, Field{"amplitude", Dim::angle, any_value, "of the hand wheel, to the left"});
  field(p.start, Field{"start", Dim::time, not_negative, "before which it is not turned"});
  field(p.rate, Field{"rate", Dim::angular_speed, positive, "of step and ramp"});
  field(p.frequency,
        Field{"frequency", Dim::frequency, positive, "of sines; at the start of a sweep"});
  field(p.frequency_end, Field{"frequency_end", Dim::frequency, positive, "at the end of a sweep"});
  field(p.dwell, Field{"dwell", Dim::time, not_negative, "for which a sine is held"});
  field(p.duration, Field{"duration", Dim::time, positive, "of a sweep"});
}

// Time at which the hand wheel rests again, or stays where it is [s].
template <Scalar T> T end(const Params<T>& p) {
  const T period = 1.0 / p.frequency;
  switch (p.kind) {
    case Kind::step:
    case Kind::ramp: return p.start + abs(p.amplitude) / p.rate;
    case Kind::sine: return p.start + period;
    case Kind::sine_dwell: return p.start + period + p.dwell;
    case Kind::sweep: return p.start + p.duration;
    case Kind::double_sine: return p.start + 2.0 * period + p.dwell;
  }
  return p.start;
}

namespace detail {

// (3): one period from tau = 0 on.
template <Scalar T> T period_of_sine(const T& f, const T& tau) {
  return sin(kTwoPi * f * clamp(tau, 0.0, 1.0 / f));
}

}  // namespace detail

// Angle of the hand wheel [rad].
template <Scalar T> T angle(const Params<T>& p, const T& t) {
  const T tau = t - p.start;
  const T past = max(tau, 0.0);
  switch (p.kind) {
    case Kind::step:
    case Kind::ramp: return sign(p.amplitude) * min(p.rate * past, abs(p.amplitude));
    case Kind::sine: return p.amplitude * detail::period_of_sine(p.frequency, tau);
    case Kind::sine_dwell: {
      const T until = 0.75 / p.frequency;
      return p.amplitude *
             detail::period_of_sine(p.frequency, T(tau - clamp(tau - until, 0.0, p.dwell)));
    }
    case Kind::sweep: {
      const T within = min(past, p.duration);
      const T slope = (p.frequency_end - p.frequency) / p.duration;
      return select(tau > p.duration, T(0.0),
                    p.amplitude * sin(kTwoPi * within * (p.frequency + 0.5 * slope * within)));
    }
    case Kind::double_sine: {
      const T second = 1.0 / p.frequency + p.dwell;
      return p.amplitude * (detail::period_of_sine(p.frequency, tau) -
                            detail::period_of_sine(p.frequency, T(tau - second)));
    }
  }
  return T(0.0);
}

}  // namespace evsim::steering_program
