// Pulse-width modulation of a two-level three-phase bridge: from a stator-frame voltage to three duties,
// from duties to the instants at which the legs switch.
//   u_a = u_alpha,   u_b, u_c = -u_alpha / 2 +- sqrt(3)/2 u_beta         (1)
//   d_x = (u_x - u_min) / u_dc + o,   0 <= o <= 1 - (u_max - u_min) / u_dc   (2)
//   u_alpha + j u_beta = u_dc 2/3 (d_a + a d_b + a^2 d_c),  a = exp(j 2 pi/3)   (3)
// o is the zero sequence, which (3) does not see: every choice between its bounds gives the reference.
//   space_vector   o in the middle: both zero vectors for the same time
//   dpwm_max       o at its upper bound: the highest leg rests at the positive rail
//   dpwm_min       o at its lower bound: the lowest leg rests at the negative rail
//   dpwm_60        the one of the two whose leg has the larger |u_x| (DPWM1)
//   sine           d_x = 1/2 + u_x / u_dc up to |u| = u_dc / 2, then the nearest o within the bounds
// Linear for all directions up to |u| = u_dc / sqrt(3), the circle in the hexagon of the six active
// vectors. What lies beyond is brought onto the hexagon first, so no duty saturates and (3) always
// gives what limited() says:
//   hexagon    along the reference's direction (minimum phase error): keeps the angle. A turning
//              reference reaches a fundamental of sqrt(3) ln(3)/pi u_dc = 0.606 u_dc.
//   six_step   two modes by amplitude r = |u| / u_dc, for steady turning:
//              I,  1/sqrt(3) .. 0.606: blend of circle and hexagon, keeps the angle;
//              II, 0.606 .. 2/pi:      blend of hexagon and nearest active vector, which is
//              six-step operation at its end. Both are linear blends of trajectories, and so is their
//              fundamental: it is the commanded r exactly. In II the angle is off by up to 30 deg.
// Signs: d is the share of the upper side; u amplitude-invariant (peak of the phase voltage).
// Sources: D. G. Holmes, T. A. Lipo, Pulse Width Modulation for Power Converters, 2003; A. M. Hava,
// R. J. Kerkman, T. A. Lipo, IEEE Trans. Power Electron. 14(1), 1999 (zero sequences); J. Holtz,
// W. Lotzkat, A. M. Khambadkone, IEEE Trans. Power Electron. 8(4), 1993 (two modes to six-step).
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "sim/base/constants.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/components/real.h"

namespace evsim::pwm {

enum class Modulation : int { space_vector, dpwm_60, dpwm_min, dpwm_max, sine };
inline constexpr std::array<std::string_view, 5> kModulationNames{"space_vector", "dpwm_60",
                                                                  "dpwm_min", "dpwm_max", "sine"};
constexpr std::span<const std::string_view> enum_names(Modulation) { return kModulationNames; }

enum class Overmodulation : int { hexagon, six_step };
inline constexpr std::array<std::string_view, 2> kOvermodulationNames{"hexagon", "six_step"};
constexpr std::span<const std::string_view> enum_names(Overmodulation) {
  return kOvermodulationNames;
}

template <Scalar T> struct Params {
  Modulation modulation = Modulation::space_vector;
  Overmodulation overmodulation = Overmodulation::hexagon;
  T t_min = 0.0;   // shortest pulse and shortest gap of a leg [s]
  int levels = 0;  // timer counts in a half period of the carrier; 0: not quantised
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.modulation, Field{"modulation", Dim::none, any_value, "choice of the zero sequence"});
  field(p.overmodulation, Field{"overmodulation", Dim::none, any_value,
                                "what becomes of a voltage beyond the linear range"});
  field(p.t_min, Field{"t_min", Dim::time, not_negative,
                       "shortest pulse and gap of a leg; shorter ones become 0 or t_min"});
  field(p.levels, Field{"levels", Dim::none, between(0, 1 << 24),
                        "timer counts in a half period of the carrier; 0: not quantised"});
}

template <Scalar T> using Duties = Abc<T>;  // shares of the upper sides, 0..1

inline constexpr double kCircle = kInverseSqrt3;
inline constexpr double kHexagon = 0.6056966996081959;  // sqrt(3) ln(3)/pi
inline constexpr double kSixStep = 2.0 / kPi;

// (3)
template <Scalar T> Ab<T> stator_voltage(const Duties<T>& d, const T& u_dc) {
  return {.a = u_dc * (2.0 * d.a - d.b - d.c) / 3.0, .b = u_dc * kCircle * (d.b - d.c)};
}

// sgn(i) as its mean over a carrier period in which the current has a ripple of half width I_r: smooth
// within the ripple, where the current has both signs; exact outside.
//   x (3/2 - x^2 / 2),   x = i / I_r within -1..1                       (4)
template <Real T> T smooth_sign(const T& i, const T& I_r) {
  const T x = clamp(i / I_r, -1.0, 1.0);
  return x * (1.5 - 0.5 * x * x);
}

namespace detail {
template <Scalar T> T largest(const Abc<T>& u) { return max(max(u.a, u.b), u.c); }
template <Scalar T> T smallest(const Abc<T>& u) { return min(min(u.a, u.b), u.c); }
template <Scalar T> Ab<T> times(const T& k, const Ab<T>& u) { return {.a = k * u.a, .b = k * u.b}; }

// The active vector next to u: each leg at the rail of its phase voltage's sign.
template <Scalar T> Ab<T> nearest_active(const Abc<T>& u, const T& u_dc) {
  const auto leg = [](const T& x) { return select(x > T(0.0), T(1.0), T(0.0)); };
  return stator_voltage<T>({.a = leg(u.a), .b = leg(u.b), .c = leg(u.c)}, u_dc);
}
}  // namespace detail

// The reference as the bridge can give it.
template <Scalar T> Ab<T> limited(Overmodulation mode, const Ab<T>& u, const T& u_dc) {
  const Abc<T> x = to_phases(u);
  const T width = detail::largest(x) - detail::smallest(x);
  const T onto_hexagon = u_dc / max(width, u_dc);
  if (mode == Overmodulation::hexagon) return detail::times(onto_hexagon, u);

  const T linear = kCircle * u_dc;
  const T r = sqrt(max(u.a * u.a + u.b * u.b, linear * linear));
  const T mu = clamp((r / u_dc - kCircle) / (kHexagon - kCircle), 0.0, 1.0);
  const T lambda = clamp((r / u_dc - kHexagon) / (kSixStep - kHexagon), 0.0, 1.0);
  // In the linear range r is the circle's radius, so k = 1. Beyond it width >= 3/2 |u| > 0.86 u_dc.
  const T k = (1.0 - mu) * (linear / r) + mu * (u_dc / max(width, 0.5 * u_dc));
  const Ab<T> active = detail::nearest_active(x, u_dc);
  return {.a = (1.0 - lambda) * (k * u.a) + lambda * active.a,
          .b = (1.0 - lambda) * (k * u.b) + lambda * active.b};
}

// A pulse or gap below this share of a period is rounding: the leg rests at the rail.
inline constexpr double kRest = 1e-12;

namespace detail {
template <Scalar T> T zero_sequence(Modulation m, const Abc<T>& u, const T& u_dc, const T& room) {
  switch (m) {
    case Modulation::dpwm_min: return T(0.0);
    case Modulation::dpwm_max: return room;
    case Modulation::dpwm_60: return select(largest(u) > -smallest(u), room, T(0.0));
    case Modulation::sine: return clamp(0.5 + smallest(u) / u_dc, 0.0, room);
    case Modulation::space_vector: break;
  }
  return 0.5 * room;
}
template <Scalar T> T at_rest(const T& d) {
  return select(d < T(kRest), T(0.0), select(d > T(1.0 - kRest), T(1.0), d));
}
}  // namespace detail

// (2): duties of a reference voltage, limited first. u_dc > 0.
template <Scalar T> Duties<T> duties(Modulation modulation, Overmodulation overmodulation,
                                     const Ab<T>& u_ref, const T& u_dc) {
  const Abc<T> u = to_phases(limited(overmodulation, u_ref, u_dc));
  const T lowest = detail::smallest(u);
  const T room = max(1.0 - (detail::largest(u) - lowest) / u_dc, 0.0);
  const T o = detail::zero_sequence(modulation, u, u_dc, room);
  const auto duty = [&](const T& x) { return detail::at_rest<T>((x - lowest) / u_dc + o); };
  return {.a = duty(u.a), .b = duty(u.b), .c = duty(u.c)};
}

// A pulse or a gap shorter than the share d_min of a carrier period becomes 0 or d_min, whichever is
// nearer (d_min at the middle between). d_min = t_min f_sw <= 0.5. With new duties in each half
// period a pulse lies half in one and half in the next: the share is the same.
template <Scalar T> T minimum_pulse(const T& d, const T& d_min) {
  const T gap = 1.0 - d;
  const T longer = select(d < 0.5 * d_min, T(0.0), max(d, d_min));
  return select(gap < d_min, select(gap < 0.5 * d_min, T(1.0), 1.0 - d_min), longer);
}

// The nearest of n + 1 timer values 0, 1/n .. 1; ties to the even count. The slope of a Dual is that of d,
// as if it were not rounded.
template <Scalar T> T quantised(const T& d, int levels) {
  constexpr double kRoundToWhole = 0x1.8p52;  // adding it leaves no bits below 1
  const double n = levels;
  return ((n * d + kRoundToWhole) - kRoundToWhole) / n;
}

// What the timer makes of the duties at a switching frequency [Hz]: whole counts, then the minimum pulse.
template <Scalar T> Duties<T> timer(const Params<T>& p, const Duties<T>& d, const T& f_sw) {
  const T d_min = p.t_min * f_sw;
  const auto leg = [&](const T& x) {
    return minimum_pulse<T>(p.levels > 0 ? quantised(x, p.levels) : x, d_min);
  };
  return {.a = leg(d.a), .b = leg(d.b), .c = leg(d.c)};
}

// ---- Edges ----------------------------------------------------------------------------------------
//
// The carrier c is a triangle between 0 and 1; a leg is at its upper side while d > c. In a rising half
// period (the legs rise, the carrier falls from 1 to 0) a leg goes up at (1 - d) T_half; in a falling
// one it goes down at d T_half. Halves alternate, the first of a run rises: with double update, sample k
// of length T_s = T_half rises for even k. With single update a sample is a rising and a falling half.
// This is what timers of motor controllers count; motulator (CarrierComparison) has the same order.
// One edge a leg and half; none at d = 0 and d = 1. Where a duty of 0 or 1 is followed by another the
// leg may in addition have to change at the start.

struct Edge {
  double t;    // after the start of the sample [s]
  int leg;     // 0, 1, 2: a, b, c
  bool upper;  // the side it goes to
};

// True: at the upper side.
using Sides = std::array<bool, 3>;

// In order of time, then of leg.
struct Edges {
  std::array<Edge, 9> edge{};
  int count = 0;
  Sides after{};  // where the legs are at the end

  const Edge* begin() const { return edge.data(); }
  const Edge* end() const { return edge.data() + count; }
};

enum class Half { rising, falling };

// The half period that sample k of a run is, with double update.
constexpr Half half_of(long long k) { return k % 2 == 0 ? Half::rising : Half::falling; }

namespace detail {
inline void insert(Edges& out, const Edge& e) {
  auto at = static_cast<std::size_t>(out.count++);
  for (; at > 0 && out.edge[at - 1].t > e.t; --at) out.edge[at] = out.edge[at - 1];
  out.edge[at] = e;
}
inline void change(Edges& out, double t, int leg, bool upper) {
  bool& side = out.after[static_cast<std::size_t>(leg)];
  if (side == upper) return;
  side = upper;
  insert(out, {.t = t, .leg = leg, .upper = upper});
}
// A half period of one leg that begins at t_0.
inline void append(Edges& out, Half half, int leg, double d, double t_0, double T_half) {
  const bool rising = half == Half::rising;
  change(out, t_0, leg, rising ? d >= 1.0 : d > 0.0);
  change(out, t_0 + (rising ? 1.0 - d : d) * T_half, leg, rising ? d > 0.0 : d >= 1.0);
}
}  // namespace detail

// Edges of a half period of length T_half [s]; `before` is where the legs are as it begins.
inline Edges half_period(const Duties<double>& d, Half half, double T_half, const Sides& before) {
  Edges out;
  out.after = before;
  detail::append(out, half, 0, d.a, 0.0, T_half);
  detail::append(out, half, 1, d.b, 0.0, T_half);
  detail::append(out, half, 2, d.c, 0.0, T_half);
  return out;
}
// Edges of a whole carrier period of length T [s]: a rising, then a falling half.
inline Edges full_period(const Duties<double>& d, double T, const Sides& before) {
  Edges out;
  out.after = before;
  const std::array<double, 3> duty{d.a, d.b, d.c};
  for (int leg = 0; leg < 3; ++leg) {
    const double x = duty[static_cast<std::size_t>(leg)];
    detail::append(out, Half::rising, leg, x, 0.0, 0.5 * T);
    detail::append(out, Half::falling, leg, x, 0.5 * T, 0.5 * T);
  }
  return out;
}

// The edges from t_0 up to, not including, t_1 of a sample, as those of a sample of their own.
inline Edges between(const Edges& all, double t_0, double t_1, const Sides& before) {
  Edges out;
  out.after = before;
  for (const Edge& e : all)
    if (e.t >= t_0 && e.t < t_1) detail::change(out, e.t - t_0, e.leg, e.upper);
  return out;
}

// Dead time: when the leg's voltage changes [s] for an edge, given the leg's current i at the edge [A], > 0
// out of the leg. The gate that opens does so at once, the other closes t_dead later; between, a diode
// carries the current, the lower one if i > 0.
//   i > 0: a rising edge acts when the upper gate closes, a falling one at once
//   i < 0: a falling edge acts when the lower gate closes, a rising one at once
//   i = 0: nothing conducts until the gate closes
// So much for a current that keeps its sign. One that reaches zero while both gates are off stays there,
// as no diode carries it back: whoever integrates must find that crossing and hold the leg's current at
// zero from there to t + t_dead; to let the edge act at the crossing is the usual simplification, off by
// less than u_dc t_dead / L of current. After an edge that acted at once there is nothing to wait for
// unless the current crosses zero within t_dead: it is then held there in the same way.
// A leg's next edge must not come before t + t_dead: choose t_min >= t_dead.
constexpr double voltage_change(const Edge& e, double i, double t_dead) {
  const bool at_once = e.upper ? i < 0.0 : i > 0.0;
  return at_once ? e.t : e.t + t_dead;
}

}  // namespace evsim::pwm
