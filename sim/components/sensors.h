// What a drive's controller measures of its machine: true values with the faults of their sensors. Each
// reading is a pure function of the true value, seed and tick, so it is the same again after a restore.
//   reading = round(clamp((1 + gain) x + offset + noise n, -range, range) / resolution) resolution     (1)
// n: normal, a number of its own for each seed, signal and tick. A lost sensor reads 0.
// Two current sensors give the third phase as -(i_a + i_b), with the errors of both.
// Speed by a phase-locked loop on the angle, both poles at -alpha:
//   d omega/dt = alpha^2 e,  d theta/dt = omega + 2 alpha e,  e = theta_measured - theta               (2)
#pragma once

#include "sim/base/constants.h"
#include "sim/base/fields.h"
#include "sim/base/noise.h"
#include "sim/components/dq.h"

namespace evsim::sensors {

enum class Phases : int { two, three };  // that have a current sensor: a and b, or all
inline constexpr std::array<std::string_view, 2> kPhasesNames{"two", "three"};
constexpr std::span<const std::string_view> enum_names(Phases) { return kPhasesNames; }

// Whose noise, and when.
struct Draw {
  std::uint64_t seed;
  std::uint32_t signal;  // the first of those that the sensor uses
  std::int64_t tick;
};
inline constexpr std::uint32_t kSignals = 5;  // phases a, b, c, angle, DC voltage

// The nearest whole number, halves to even; |x| < 2^51. Of a Dual without slope.
template <Scalar T> T nearest(const T& x) {
  constexpr double kShift = 6755399441055744.0;  // 1.5 x 2^52
  if constexpr (is_dual<T>)
    return T(nearest(x.v));
  else
    return (x + kShift) - kShift;
}
// resolution 0: none.
template <Scalar T> T quantised(const T& x, const T& resolution) {
  const auto any_steps = resolution > 0.0;
  return select(any_steps, nearest(x / select(any_steps, resolution, T(1.0))) * resolution, x);
}
// Into -pi .. pi.
template <Scalar T> T wrapped(const T& theta) { return theta - kTwoPi * nearest(theta / kTwoPi); }
template <Scalar T> T noise_of(const T& rms, const Draw& d, std::uint32_t signal) {
  if (all(rms <= 0.0)) return T(0.0);
  return rms * noise::standard_normal(d.seed, d.signal + signal, d.tick);
}

// ---- Currents -----------------------------------------------------------------------------------

template <Scalar T> struct Current {
  Phases phases = Phases::three;
  T offset_a = 0.0, offset_b = 0.0, offset_c = 0.0;  // [A]
  T gain_a = 0.0, gain_b = 0.0, gain_c = 0.0;        // relative errors
  T noise = 0.0;                                     // standard deviation [A]
  T resolution = 0.0;                                // [A]
  T range = kInfinity;                               // [A]
};
template <class P, class V>
  requires same_template<P, Current>
constexpr void describe(P& p, V&& field) {
  constexpr Dim A = Dim::current;
  field(p.phases, Field{"phases", Dim::none, any_value, "that have a sensor"});
  field(p.offset_a, Field{"offset_a", A, any_value, "reading at no current, phase a"});
  field(p.offset_b, Field{"offset_b", A, any_value, "reading at no current, phase b"});
  field(p.offset_c, Field{"offset_c", A, any_value, "reading at no current, phase c"});
  field(p.gain_a, Field{"gain_a", Dim::none, between(-0.5, 0.5), "relative error, phase a"});
  field(p.gain_b, Field{"gain_b", Dim::none, between(-0.5, 0.5), "relative error, phase b"});
  field(p.gain_c, Field{"gain_c", Dim::none, between(-0.5, 0.5), "relative error, phase c"});
  field(p.noise, Field{"noise", A, not_negative, "standard deviation"});
  field(p.resolution, Field{"resolution", A, not_negative, "step of the converter, 0: none"});
  field(p.range, Field{"range", A, positive, "largest reading of either sign"});
}

// lost: 1 where a phase's sensor is.
template <Scalar T>
Abc<T> measure(const Current<T>& s, const Abc<T>& i, const Abc<T>& lost, const Draw& d) {
  const auto one = [&](const T& x, const T& gain, const T& offset, const T& gone,
                       std::uint32_t phase) {
    const T analogue = (1.0 + gain) * x + offset + noise_of(s.noise, d, phase);
    const T reading = quantised(clamp(analogue, -s.range, s.range), s.resolution);
    return select(gone > 0.5, T(0.0), reading);
  };
  const T a = one(i.a, s.gain_a, s.offset_a, lost.a, 0);
  const T b = one(i.b, s.gain_b, s.offset_b, lost.b, 1);
  if (s.phases == Phases::two) return {a, b, -a - b};
  return {a, b, one(i.c, s.gain_c, s.offset_c, lost.c, 2)};
}

// ---- Angle and speed ----------------------------------------------------------------------------

template <Scalar T> struct Position {
  T offset = 0.0;       // [rad], mechanical
  T noise = 0.0;        // standard deviation [rad]
  T counts = 0.0;       // in a turn; 0: continuous
  T bandwidth = 200.0;  // of the phase-locked loop [Hz]
};
template <class P, class V>
  requires same_template<P, Position>
constexpr void describe(P& p, V&& field) {
  field(p.offset, Field{"offset", Dim::angle, any_value, "reading at the rotor's zero"});
  field(p.noise, Field{"noise", Dim::angle, not_negative, "standard deviation"});
  field(p.counts, Field{"counts", Dim::none, not_negative, "in a turn, 0: continuous"});
  field(p.bandwidth,
        Field{"bandwidth", Dim::frequency, positive, "of the phase-locked loop for the speed"});
}

// Angle of the rotor, -pi .. pi [rad]. lost: 1 where the sensor is.
template <Scalar T>
T measure(const Position<T>& s, const T& theta_m, const T& lost, const Draw& d) {
  const T counted = select(s.counts > 0.0, T(1.0), T(0.0));
  const T step = counted * kTwoPi / max(s.counts, 1.0);
  const T reading = wrapped(quantised(theta_m + s.offset + noise_of(s.noise, d, 3), step));
  return select(lost > 0.5, T(0.0), reading);
}

template <Scalar T> struct Tracked {
  T theta, omega;  // [rad], [rad/s], mechanical
};
// (2) over T_s [s]; x.theta is the expectation for this tick, and becomes the next one's.
// Gives angle and speed at this tick.
template <Scalar T>
Tracked<T> track(const Position<T>& s, Tracked<T>& x, const T& theta_measured, const T& T_s) {
  const T alpha = kTwoPi * s.bandwidth;
  const T e = wrapped(theta_measured - x.theta);
  x.omega += T_s * alpha * alpha * e;
  Tracked<T> now{.theta = x.theta, .omega = x.omega};
  x.theta = wrapped(x.theta + T_s * (x.omega + 2.0 * alpha * e));
  return now;
}

// ---- DC voltage ---------------------------------------------------------------------------------

template <Scalar T> struct Voltage {
  T offset = 0.0;      // [V]
  T gain = 0.0;        // relative error
  T noise = 0.0;       // standard deviation [V]
  T resolution = 0.0;  // [V]
};
template <class P, class V>
  requires same_template<P, Voltage>
constexpr void describe(P& p, V&& field) {
  constexpr Dim U = Dim::voltage;
  field(p.offset, Field{"offset", U, any_value, "reading at no voltage"});
  field(p.gain, Field{"gain", Dim::none, between(-0.5, 0.5), "relative error"});
  field(p.noise, Field{"noise", U, not_negative, "standard deviation"});
  field(p.resolution, Field{"resolution", U, not_negative, "step of the converter, 0: none"});
}
template <Scalar T> T measure(const Voltage<T>& s, const T& u_dc, const T& lost, const Draw& d) {
  const T analogue = (1.0 + s.gain) * u_dc + s.offset + noise_of(s.noise, d, 4);
  return select(lost > 0.5, T(0.0), quantised(max(analogue, 0.0), s.resolution));
}

// ---- All of a drive's ---------------------------------------------------------------------------

template <Scalar T> struct Params {
  Current<T> current;
  Position<T> position;
  Voltage<T> u_dc;
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.current, Group{"current", "of the phases"});
  field(p.position, Group{"position", "of the rotor"});
  field(p.u_dc, Group{"u_dc", "DC voltage"});
}

}  // namespace evsim::sensors
