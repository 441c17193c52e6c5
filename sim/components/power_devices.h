// Power devices of a half bridge (leg), from data-sheet figures: conduction, switching, dead time, heating.
// A leg connects the machine's phase to the positive rail (upper side) or the negative one (lower side).
//   u_T = U_T + R_T |i|,   u_D = U_D + R_D |i|                          (1) transistor, diode
//   X(T_j) = X (1 + alpha_X (T_j - T_ref)),   X = U_T, R_T, U_D, R_D    (2)
//   E(i, u, T_j) = E(i) (u / U_ref)^k_u (1 + alpha_E (T_j - T_ref))     (3) an energy of one event
//   E(i) = E_ref (|i| / I_ref)^k_i,  or a curve of the data sheet
// The device that carries a leg's current i:
//            i > 0               i < 0
//   upper    upper transistor    upper diode
//   lower    lower diode         lower transistor
// The channel of a MOSFET conducts both ways while its gate is on (synchronous rectification): then it
// stands for the diode, which is left with the dead time.
// Over one switching period T = 1 / f_sw, upper side commanded for the share d, s = sgn(i):
//   delta = t_dead f_sw,   d_r = d - s delta                            (4) dead time
//   w_T = 1/2 + s (d_r - 1/2)                                           (5) share of a transistor
//   w_T = 1 - 2 delta s^2                                               (5') of a rectifying MOSFET's channel
//   u = d_r u_dc - u_error,   u_error = w_T (s U_T + R_T i) + (1 - w_T) (s U_D + R_D i)   (6)
//   p_conduction = u_error i,   i_dc = d_r i                            (7)
//   p_switching = f_sw (E_on + E_off + E_rr)(|i|, u_dc, T_j)            (8) none where d = 0 or 1
// so that u_dc i_dc = u i + p_conduction to rounding; dead time takes voltage, no energy. p_switching is
// drawn from the DC side beside i_dc.
// Within the ripple of its current a leg changes sign in each period. For averages over a period
//   s = pwm::smooth_sign(i, I_ripple)                                   (9)
// stands for sgn(i) in (4) to (6), s i for |i| in (8): no kink at i = 0, and within the ripple
// dead time and thresholds fade out.
// Signs: i > 0 out of the leg into the machine; u over the negative rail; losses >= 0.
// Neglected: channel and body diode sharing a current (holds while R_T |i| < U_D), slopes of the
// edges, capacitive charging of the leg in dead time, ripple in the loss energies.
// Sources: J. Kolar, H. Ertl, F. Zach, PCIM 1990 (averages over the fundamental); D. G. Holmes,
// T. A. Lipo, Pulse Width Modulation for Power Converters, 2003 (dead time).
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <variant>

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/components/pwm.h"

namespace evsim::power_devices {

// ---- Switching energies ---------------------------------------------------------------------------

template <Scalar T> struct EnergyLaw {
  static constexpr std::string_view kType = "power_law";
  static constexpr std::string_view kDoc = "energies at one current, scaled with a power of it";
  T E_on = 0.0;         // transistor, on [J]
  T E_off = 0.0;        // transistor, off [J]
  T E_rr = 0.0;         // diode, reverse recovery [J]
  T I_ref = kRequired;  // current of the energies [A]
  T k_i = 1.0;          // exponent over current, transistor [-]
  T k_i_rr = 1.0;       // exponent over current, diode [-]
};
template <class P, class V>
  requires same_template<P, EnergyLaw>
constexpr void describe(P& p, V&& field) {
  field(p.E_on, Field{"E_on", Dim::energy, not_negative, "energy of a turn-on of the transistor"});
  field(p.E_off,
        Field{"E_off", Dim::energy, not_negative, "energy of a turn-off of the transistor"});
  field(p.E_rr, Field{"E_rr", Dim::energy, not_negative, "energy of a recovery of the diode"});
  field(p.I_ref, Field{"I_ref", Dim::current, positive, "current of the energies"});
  field(p.k_i, Field{"k_i", Dim::none, positive, "exponent of E_on, E_off over current"});
  field(p.k_i_rr, Field{"k_i_rr", Dim::none, positive, "exponent of E_rr over current"});
}

template <Scalar T> struct EnergyCurves {
  static constexpr std::string_view kType = "curves";
  static constexpr std::string_view kDoc = "energies over current, as the data sheet draws them";
  Table1<T> E_on, E_off, E_rr;  // [J] over current [A]
};
template <class P, class V>
  requires same_template<P, EnergyCurves>
constexpr void describe(P& p, V&& field) {
  const Axis i{"i", Dim::current, {}};
  field(p.E_on,
        Field1{"E_on", Dim::energy, not_negative, "energy of a turn-on of the transistor", i});
  field(p.E_off,
        Field1{"E_off", Dim::energy, not_negative, "energy of a turn-off of the transistor", i});
  field(p.E_rr, Field1{"E_rr", Dim::energy, not_negative, "energy of a recovery of the diode", i});
}

template <Scalar T> struct Switching {
  T U_ref = kRequired;  // DC voltage of the energies [V]
  T T_ref = 398.15;     // junction temperature of the energies [K]
  T k_u = 1.0;          // exponent over voltage, transistor [-]
  T k_u_rr = 1.0;       // exponent over voltage, diode [-]
  T alpha_E = 0.0;      // relative rise of E_on, E_off [1/K]
  T alpha_rr = 0.0;     // relative rise of E_rr [1/K]
  std::variant<EnergyLaw<T>, EnergyCurves<T>> energies;
};
template <class P, class V>
  requires same_template<P, Switching>
constexpr void describe(P& p, V&& field) {
  field(p.U_ref, Field{"U_ref", Dim::voltage, positive, "DC voltage of the energies"});
  field(p.T_ref,
        Field{"T_ref", Dim::temperature, positive, "junction temperature of the energies"});
  field(p.k_u, Field{"k_u", Dim::none, positive, "exponent of E_on, E_off over voltage"});
  field(p.k_u_rr, Field{"k_u_rr", Dim::none, positive, "exponent of E_rr over voltage"});
  field(p.alpha_E, Field{"alpha_E_per_K", Dim::none, any_value,
                         "relative rise of E_on, E_off per kelvin of the transistor's junction"});
  field(p.alpha_rr, Field{"alpha_rr_per_K", Dim::none, any_value,
                          "relative rise of E_rr per kelvin of the diode's junction"});
  field(p.energies, Group{"energies", "loss energies over current"});
}

template <Scalar T> struct Junctions {
  T transistor, diode;  // junction temperatures [K]
};

// Of one event: on and off in the transistor, recovery in the diode.
template <Scalar T> struct Energies {
  T on, off, rr;  // [J]
};

namespace detail {
// x^k; the usual exponent 1 costs no pow and gives x to the bit.
template <Scalar T> T power(const T& x, const T& k) {
  if constexpr (is_dual<T>) {  // the slope over k is wanted at 1, too
    T y = pow(x, k);
    if (k.v == 1.0) y.v = x.v;
    return y;
  } else {
    const auto linear = k == T(1.0);
    if (all(linear)) return x;
    return select(linear, x, pow(x, k));
  }
}

template <Scalar T> Energies<T> over_current(const EnergyLaw<T>& e, const T& i) {
  const T x = i / e.I_ref;
  const T transistor = power(x, e.k_i);
  return {
      .on = e.E_on * transistor, .off = e.E_off * transistor, .rr = e.E_rr * power(x, e.k_i_rr)};
}
template <Scalar T> Energies<T> over_current(const EnergyCurves<T>& e, const T& i) {
  return {.on = e.E_on(i), .off = e.E_off(i), .rr = e.E_rr(i)};
}
}  // namespace detail

// (3): what one turn-on, turn-off and recovery cost at a current i >= 0 [A] and DC voltage u_dc >= 0 [V].
template <Scalar T>
Energies<T> energies(const Switching<T>& p, const T& i, const T& u_dc, const Junctions<T>& T_j) {
  const T u = u_dc / p.U_ref;
  const T transistor = detail::power(u, p.k_u) * (1.0 + p.alpha_E * (T_j.transistor - p.T_ref));
  const T diode = detail::power(u, p.k_u_rr) * (1.0 + p.alpha_rr * (T_j.diode - p.T_ref));
  const Energies<T> e =
      std::visit([&](const auto& law) { return detail::over_current(law, i); }, p.energies);
  return {.on = transistor * e.on, .off = transistor * e.off, .rr = diode * e.rr};
}

// ---- Devices --------------------------------------------------------------------------------------

// IGBT with a diode beside it.
template <Scalar T> struct Igbt {
  static constexpr std::string_view kType = "igbt";
  static constexpr std::string_view kDoc = "IGBT and its diode: thresholds and slopes";
  T U_T = kRequired, R_T = kRequired;  // transistor: threshold [V], slope [Ohm]
  T U_D = kRequired, R_D = kRequired;  // diode: threshold [V], slope [Ohm]
  T T_ref = 298.15;                    // junction temperature of these four [K]
  T alpha_U_T = 0.0, alpha_R_T = 0.0;  // relative rise [1/K]
  T alpha_U_D = 0.0, alpha_R_D = 0.0;  // relative rise [1/K]
  Switching<T> switching;
};
template <class P, class V>
  requires same_template<P, Igbt>
constexpr void describe(P& p, V&& field) {
  field(p.U_T, Field{"U_T", Dim::voltage, not_negative, "threshold of the transistor"});
  field(p.R_T, Field{"R_T", Dim::resistance, not_negative, "slope of the transistor"});
  field(p.U_D, Field{"U_D", Dim::voltage, not_negative, "threshold of the diode"});
  field(p.R_D, Field{"R_D", Dim::resistance, not_negative, "slope of the diode"});
  field(p.T_ref, Field{"T_ref", Dim::temperature, positive,
                       "junction temperature of thresholds and slopes"});
  field(p.alpha_U_T,
        Field{"alpha_U_T_per_K", Dim::none, any_value, "relative rise of U_T per kelvin"});
  field(p.alpha_R_T,
        Field{"alpha_R_T_per_K", Dim::none, any_value, "relative rise of R_T per kelvin"});
  field(p.alpha_U_D,
        Field{"alpha_U_D_per_K", Dim::none, any_value, "relative rise of U_D per kelvin"});
  field(p.alpha_R_D,
        Field{"alpha_R_D_per_K", Dim::none, any_value, "relative rise of R_D per kelvin"});
  field(p.switching, Group{"switching", "switching energies"});
}

// How a MOSFET carries current backwards while its gate is on.
enum class Rectification : int { synchronous, diode };
inline constexpr std::array<std::string_view, 2> kRectificationNames{"synchronous", "diode"};
constexpr std::span<const std::string_view> enum_names(Rectification) {
  return kRectificationNames;
}

// Silicon-carbide MOSFET; the diode is its body diode or one beside it.
template <Scalar T> struct Mosfet {
  static constexpr std::string_view kType = "mosfet";
  static constexpr std::string_view kDoc = "MOSFET: a resistance; its diode works in dead time";
  T R_T = kRequired;                   // channel [Ohm]
  T U_D = 0.0, R_D = 0.0;              // diode: threshold [V], slope [Ohm]
  T T_ref = 298.15;                    // junction temperature of these three [K]
  T alpha_R_T = 0.0;                   // relative rise [1/K]
  T alpha_U_D = 0.0, alpha_R_D = 0.0;  // relative rise [1/K]
  Rectification rectification = Rectification::synchronous;
  Switching<T> switching;
};
template <class P, class V>
  requires same_template<P, Mosfet>
constexpr void describe(P& p, V&& field) {
  field(p.R_T, Field{"R_T", Dim::resistance, not_negative, "resistance of the channel"});
  field(p.U_D, Field{"U_D", Dim::voltage, not_negative, "threshold of the diode"});
  field(p.R_D, Field{"R_D", Dim::resistance, not_negative, "slope of the diode"});
  field(p.T_ref, Field{"T_ref", Dim::temperature, positive,
                       "junction temperature of resistance, threshold and slope"});
  field(p.alpha_R_T,
        Field{"alpha_R_T_per_K", Dim::none, any_value, "relative rise of R_T per kelvin"});
  field(p.alpha_U_D,
        Field{"alpha_U_D_per_K", Dim::none, any_value, "relative rise of U_D per kelvin"});
  field(p.alpha_R_D,
        Field{"alpha_R_D_per_K", Dim::none, any_value, "relative rise of R_D per kelvin"});
  field(p.rectification, Field{"rectification", Dim::none, any_value,
                               "what conducts backwards while the gate is on"});
  field(p.switching, Group{"switching", "switching energies"});
}

template <Scalar T> using Device = std::variant<Igbt<T>, Mosfet<T>>;

// Thresholds and slopes at the junctions' temperatures.
template <Scalar T> struct Drops {
  T U_T, R_T;  // transistor [V], [Ohm]
  T U_D, R_D;  // diode [V], [Ohm]
  Rectification rectification;
};

namespace detail {
template <Scalar T> T heated(const T& x, const T& alpha, const T& dT) {
  return x * (1.0 + alpha * dT);
}
}  // namespace detail

// (2)
template <Scalar T> Drops<T> drops(const Igbt<T>& p, const Junctions<T>& T_j) {
  const T dT_T = T_j.transistor - p.T_ref, dT_D = T_j.diode - p.T_ref;
  return {.U_T = detail::heated(p.U_T, p.alpha_U_T, dT_T),
          .R_T = detail::heated(p.R_T, p.alpha_R_T, dT_T),
          .U_D = detail::heated(p.U_D, p.alpha_U_D, dT_D),
          .R_D = detail::heated(p.R_D, p.alpha_R_D, dT_D),
          .rectification = Rectification::diode};
}
template <Scalar T> Drops<T> drops(const Mosfet<T>& p, const Junctions<T>& T_j) {
  const T dT_T = T_j.transistor - p.T_ref, dT_D = T_j.diode - p.T_ref;
  return {.U_T = T(0.0),
          .R_T = detail::heated(p.R_T, p.alpha_R_T, dT_T),
          .U_D = detail::heated(p.U_D, p.alpha_U_D, dT_D),
          .R_D = detail::heated(p.R_D, p.alpha_R_D, dT_D),
          .rectification = p.rectification};
}
template <Scalar T> Drops<T> drops(const Device<T>& p, const Junctions<T>& T_j) {
  return std::visit([&](const auto& device) { return drops(device, T_j); }, p);
}
template <Scalar T> const Switching<T>& switching(const Device<T>& p) {
  return std::visit([](const auto& device) -> const Switching<T>& { return device.switching; }, p);
}

// ---- At an instant --------------------------------------------------------------------------------

// What the gates command. With both off the diodes carry the current: the lower one if i > 0, else
// the upper one.
enum class Gates { upper, lower, both_off };

template <Scalar T> struct Conduction {
  T u_error;       // rail less output [V]: the output is at rail - u_error
  T p_transistor;  // losses [W]; their sum is u_error i
  T p_diode;
};

// (1): the drop between the rail and the output, of the sign of i, and where its loss arises. The rail
// is the commanded one; with both gates off the negative one if i > 0, else the positive one.
template <Scalar T> Conduction<T> conduction(const Drops<T>& p, Gates gates, const T& i) {
  const T s = sign(i);
  const T transistor = s * p.U_T + p.R_T * i, diode = s * p.U_D + p.R_D * i;
  const T out = gates == Gates::upper ? s : -s;  // > 0: forwards through the side that is on
  const bool channel = p.rectification == Rectification::synchronous;
  const T backwards = channel ? transistor : diode;
  const T u_error = gates == Gates::both_off ? diode : select(out > T(0.0), transistor, backwards);
  const T p_loss = u_error * i;
  const T in_transistor =
      gates == Gates::both_off ? T(0.0) : select(out > T(0.0), p_loss, channel ? p_loss : T(0.0));
  return {.u_error = u_error, .p_transistor = in_transistor, .p_diode = p_loss - in_transistor};
}

template <Scalar T> struct EdgeEnergy {
  T transistor, diode;  // [J]
};

// What one edge of the leg costs at a current i. Where the current leaves a diode (i > 0 rising, i < 0
// falling) a transistor turns on and the diode recovers; else a transistor turns off.
template <Scalar T> EdgeEnergy<T> edge_energy(const Switching<T>& p, Gates to, const T& i,
                                              const T& u_dc, const Junctions<T>& T_j) {
  const Energies<T> e = energies(p, abs(i), u_dc, T_j);
  const auto turns_on = (to == Gates::upper ? i : -i) > T(0.0);
  return {.transistor = select(turns_on, e.on, e.off), .diode = select(turns_on, e.rr, T(0.0))};
}

// ---- Averaged over a switching period -------------------------------------------------------------

template <Scalar T> struct Gating {
  T f_sw = 10e3;     // switching frequency [Hz]
  T t_dead = 0.0;    // both gates off at each edge [s]
  T I_ripple = 1.0;  // half the peak-to-peak ripple of the phase current [A]
};
template <class P, class V>
  requires same_template<P, Gating>
constexpr void describe(P& p, V&& field) {
  field(p.f_sw, Field{"f_sw", Dim::frequency, positive, "switching frequency"});
  field(p.t_dead, Field{"t_dead", Dim::time, not_negative, "dead time: both gates off at an edge"});
  field(p.I_ripple, Field{"I_ripple", Dim::current, positive,
                          "half the peak-to-peak ripple of a phase current: within it the current "
                          "changes sign in each period, and dead time and thresholds fade out"});
}

template <Scalar T> struct Leg {
  T d;     // commanded share of the upper side, 0..1
  T i;     // current out of the leg, mean over the period [A]
  T u_dc;  // [V]
};

template <Scalar T> struct LegAverage {
  T u;                            // output over the negative rail [V]
  T u_error;                      // part of d u_dc - u that conduction takes [V]
  T u_dead;                       // part that dead time takes [V]
  T i_dc;                         // from the DC side, switching losses not included [A]
  T p_transistor, p_diode;        // conduction losses [W]; their sum is u_error i
  T p_sw_transistor, p_sw_diode;  // switching losses [W]
};

// delta of (4). A pulse or gap shorter than t_dead fades the dead time out: a leg at rest has none.
template <Scalar T> T dead_share(const T& t_dead, const T& f_sw, const T& d) {
  return min(t_dead * f_sw, min(d, 1.0 - d));
}

// What the devices of a leg take from it, (4) to (6).
template <Scalar T> struct LegDrop {
  T s;         // smooth sgn(i)
  T d_r;       // share of the upper side, dead time included
  T u_T, u_D;  // parts of u_error, of transistor and diode [V]
};
template <Scalar P, Scalar T>
LegDrop<T> leg_drop(const Drops<P>& p, const P& d, const P& delta, const T& i, const T& I_ripple) {
  const T s = pwm::smooth_sign(i, I_ripple);
  const T d_r = d - s * delta;
  const T w_T = p.rectification == Rectification::synchronous ? 1.0 - 2.0 * delta * s * s
                                                              : 0.5 + s * (d_r - 0.5);
  return {.s = s,
          .d_r = d_r,
          .u_T = w_T * (s * p.U_T + p.R_T * i),
          .u_D = (1.0 - w_T) * (s * p.U_D + p.R_D * i)};
}

// Switching frequency of a leg: one at rest does not switch.
template <Scalar T> T switching_frequency(const T& f_sw, const T& d) {
  return select(d > T(0.0), select(d < T(1.0), f_sw, T(0.0)), T(0.0));
}

// (4) to (8).
template <Scalar T> LegAverage<T> average(const Drops<T>& p, const Switching<T>& sw,
                                          const Gating<T>& g, const Leg<T>& leg,
                                          const Junctions<T>& T_j) {
  const T delta = dead_share(g.t_dead, g.f_sw, leg.d);
  const auto [s, d_r, u_T, u_D] = leg_drop(p, leg.d, delta, leg.i, g.I_ripple);
  const T f = switching_frequency(g.f_sw, leg.d);
  const Energies<T> e = energies(sw, s * leg.i, leg.u_dc, T_j);
  return {.u = d_r * leg.u_dc - (u_T + u_D),
          .u_error = u_T + u_D,
          .u_dead = s * delta * leg.u_dc,
          .i_dc = d_r * leg.i,
          .p_transistor = u_T * leg.i,
          .p_diode = u_D * leg.i,
          .p_sw_transistor = f * (e.on + e.off),
          .p_sw_diode = f * e.rr};
}

// ---- Averaged over the fundamental ----------------------------------------------------------------

// Losses of the bridge: six transistors, six diodes [W].
template <Scalar T> struct Losses {
  T p_transistor, p_diode;        // conduction
  T p_sw_transistor, p_sw_diode;  // switching
};

// A sine current behind a sine modulation.
template <Scalar T> struct Sine {
  T I;        // amplitude of the phase current [A]
  T m;        // amplitude of the phase voltage / (u_dc / 2)
  T cos_phi;  // power factor of the fundamental, < 0 generating
};

// Closed form without dead time:
//   P_T = U_T I (1/(2 pi) + m cos(phi)/8) + R_T I^2 (1/8 + m cos(phi)/(3 pi))   one transistor
//   P_D = U_D I (1/(2 pi) - m cos(phi)/8) + R_D I^2 (1/8 - m cos(phi)/(3 pi))   one diode
//   P_sw = 6/pi f_sw E(I)                                                       the bridge
// d = 1/2 + m/2 cos(theta). A zero sequence leaves the terms of the thresholds as they are; one of
// amplitude m_3 at the third harmonic adds +-R I^2 m_3 cos(3 phi)/(15 pi) (space vectors: m_3 = -0.207 m).
// P_sw holds for energies proportional to the current; others by fundamental_average().
template <Scalar T> Losses<T> sine_average(const Drops<T>& p, const Switching<T>& sw, const T& f_sw,
                                           const T& u_dc, const Sine<T>& w,
                                           const Junctions<T>& T_j) {
  constexpr double kThreshold = 0.15915494309189535;  // 1/(2 pi)
  constexpr double kSlope = 0.10610329539459689;      // 1/(3 pi)
  constexpr double kHalfWaves = 1.9098593171027440;   // 6/pi
  const T shift = w.m * w.cos_phi;
  const T by_U = 0.125 * shift, by_R = kSlope * shift;
  const bool channel = p.rectification == Rectification::synchronous;
  const T U_back = channel ? p.U_T : p.U_D, R_back = channel ? p.R_T : p.R_D;
  const T forwards = 6.0 * w.I * (p.U_T * (kThreshold + by_U) + p.R_T * w.I * (0.125 + by_R));
  const T backwards = 6.0 * w.I * (U_back * (kThreshold - by_U) + R_back * w.I * (0.125 - by_R));
  const Energies<T> e = energies(sw, w.I, u_dc, T_j);
  return {.p_transistor = channel ? forwards + backwards : forwards,
          .p_diode = channel ? T(0.0) : backwards,
          .p_sw_transistor = kHalfWaves * f_sw * (e.on + e.off),
          .p_sw_diode = kHalfWaves * f_sw * e.rr};
}

// The mean of average() over the fundamental, for any modulation and energies: n points, by the midpoint
// rule. duty(theta) is the upper side's share at the angle theta of the phase voltage [rad], the current
// I cos(theta - phi). All legs alike.
template <Scalar T, class Duty>
Losses<T> fundamental_average(const Drops<T>& p, const Switching<T>& sw, const Gating<T>& g,
                              const T& u_dc, const T& I, const T& phi, const Junctions<T>& T_j,
                              Duty duty, int n = 96) {
  Losses<T> sum{T(0.0), T(0.0), T(0.0), T(0.0)};
  for (int k = 0; k < n; ++k) {
    const double theta = kTwoPi * (k + 0.5) / n;
    const Leg<T> leg{.d = duty(theta), .i = I * cos(theta - phi), .u_dc = u_dc};
    const LegAverage<T> a = average(p, sw, g, leg, T_j);
    sum.p_transistor += a.p_transistor;
    sum.p_diode += a.p_diode;
    sum.p_sw_transistor += a.p_sw_transistor;
    sum.p_sw_diode += a.p_sw_diode;
  }
  const double legs = 3.0 / n;
  return {.p_transistor = legs * sum.p_transistor,
          .p_diode = legs * sum.p_diode,
          .p_sw_transistor = legs * sum.p_sw_transistor,
          .p_sw_diode = legs * sum.p_sw_diode};
}

// ---- Junction temperature -------------------------------------------------------------------------

inline constexpr int kFosterPairs = 4;

// Foster ladder from junction to coolant, one device:
//   dx_k/dt = (R_k p - x_k) / tau_k,   T_j = T_coolant + sum x_k        (10)
//   x_k(t + h) = x_k e^(-h/tau_k) + R_k p (1 - e^(-h/tau_k))            (11) exact for a held p
// A fit of the thermal step response: its x_k are no temperatures of places, and it holds no heat that
// a balance could count. What enters the coolant is p.
template <Scalar T> struct Foster {
  std::array<T, kFosterPairs> R{};                                  // [K/W]; 0: no such pair
  std::array<T, kFosterPairs> tau{T(1.0), T(1.0), T(1.0), T(1.0)};  // [s]
};
template <class P, class V>
  requires same_template<P, Foster>
constexpr void describe(P& p, V&& field) {
  constexpr std::array<std::string_view, kFosterPairs> kR{"R_1_K_per_W", "R_2_K_per_W",
                                                          "R_3_K_per_W", "R_4_K_per_W"};
  constexpr std::array<std::string_view, kFosterPairs> kTau{"tau_1", "tau_2", "tau_3", "tau_4"};
  for (std::size_t k = 0; k < kR.size(); ++k) {
    field(p.R[k], Field{kR[k], Dim::none, not_negative, "thermal resistance of the pair, K/W"});
    field(p.tau[k], Field{kTau[k], Dim::time, positive, "time constant of the pair"});
  }
}

template <Scalar T> struct FosterState {
  std::array<T, kFosterPairs> x{};  // rise over the coolant that each pair adds [K]
};

// (10): rates [K/s] under a loss p of the device [W].
template <Scalar T> FosterState<T> rates(const Foster<T>& f, const FosterState<T>& s, const T& p) {
  FosterState<T> out;
  for (std::size_t k = 0; k < s.x.size(); ++k) out.x[k] = (f.R[k] * p - s.x[k]) / f.tau[k];
  return out;
}
// (11): after a time h [s] of a held loss p [W].
template <Scalar T>
FosterState<T> advanced(const Foster<T>& f, const FosterState<T>& s, const T& p, const T& h) {
  FosterState<T> out;
  for (std::size_t k = 0; k < s.x.size(); ++k) {
    const T settled = f.R[k] * p;
    out.x[k] = settled + (s.x[k] - settled) * exp(-h / f.tau[k]);
  }
  return out;
}
// Settled under a loss p [W].
template <Scalar T> FosterState<T> settled(const Foster<T>& f, const T& p) {
  FosterState<T> out;
  for (std::size_t k = 0; k < out.x.size(); ++k) out.x[k] = f.R[k] * p;
  return out;
}
// Junction over coolant [K].
template <Scalar T> T rise(const FosterState<T>& s) {
  T sum(0.0);
  for (const T& x : s.x) sum += x;
  return sum;
}

// Ladders of the bridge's mean device, from junction to coolant or heat sink.
template <Scalar T> struct Cooling {
  Foster<T> transistor, diode;
  T T_coolant = 338.15;  // [K]
};
template <class P, class V>
  requires same_template<P, Cooling>
constexpr void describe(P& p, V&& field) {
  field(p.transistor, Group{"transistor", "junction of a transistor to the coolant"});
  field(p.diode, Group{"diode", "junction of a diode to the coolant"});
  field(p.T_coolant, Field{"T_coolant", Dim::temperature, positive,
                           "where the ladders end: coolant or heat sink"});
}

template <Scalar T> T resistance(const Foster<T>& f) {  // [K/W]
  T sum(0.0);
  for (const T& R : f.R) sum += R;
  return sum;
}

// n alike side by side, as one: each carries 1/n of the current and has a ladder of its own.
Device<double> parallel(const Device<double>& p, int n);
Cooling<double> parallel(const Cooling<double>& p, int n);

// ---- Steady operation of a bridge -----------------------------------------------------------------
//
// Losses behind a sine and the junction temperatures that they lead to, at one DC voltage, with delta of (4):
//   P = U(T_j) A_U + R(T_j) A_R + 3 f_sw E(I, T_j),   all linear in T_j: P = P_0 + B (T_j - T_coolant)
//   T_j - T_coolant = R_th P / 6  =>  T_j = T_coolant + R_th P_0 / (6 - R_th B)                   (12)
// E: mean of the energies over the fundamental. With q = m cos(phi) I = 4/3 p_AC / u_dc:
//   transistors    A_U = 3/pi (1 - 2 delta) I + 3/4 q,  A_R = 3/4 (1 - 2 delta) I^2 + 2/pi I q    (13)
//   diodes         A_U = 3/pi (1 + 2 delta) I - 3/4 q,  A_R = 3/4 (1 + 2 delta) I^2 - 2/pi I q
//   rectifying     A_R = 3/2 (1 - 2 delta) I^2 of the channels,  A_U = 12/pi delta I, A_R = 3 delta I^2
// of the diodes. As sine_average(), with dead time. All legs switch: no modulation that lets them rest.

template <Scalar T> struct SteadyDevice {
  T U{}, R{};              // at the coolant's temperature [V], [Ohm]
  T U_slope{}, R_slope{};  // [V/K], [Ohm/K]
  T E_slope{};     // relative rise of the energy over that at the coolant's temperature [1/K]
  T R_th{};        // junction to coolant [K/W]
  Table1<T> P_sw;  // switching loss of the bridge at the coolant's temperature [W] over I [A]
};
template <class P, class V>
  requires same_template<P, SteadyDevice>
constexpr void describe(P& p, V&& field) {
  field(p.U, Field{"U"});
  field(p.R, Field{"R"});
  field(p.U_slope, Field{"U_slope"});
  field(p.R_slope, Field{"R_slope"});
  field(p.E_slope, Field{"E_slope"});
  field(p.R_th, Field{"R_th"});
  field(p.P_sw, Field{"P_sw"});
}

template <Scalar T> struct SteadyBridge {
  SteadyDevice<T> transistor, diode;
  Rectification rectification = Rectification::diode;
  T u_dc{};       // of the switching losses [V]
  T delta{};      // t_dead f_sw
  T T_coolant{};  // [K]
};
template <class P, class V>
  requires same_template<P, SteadyBridge>
constexpr void describe(P& p, V&& field) {
  field(p.transistor, Group{"transistor"});
  field(p.diode, Group{"diode"});
  field(p.rectification, Field{"rectification"});
  field(p.u_dc, Field{"u_dc"});
  field(p.delta, Field{"delta"});
  field(p.T_coolant, Field{"T_coolant"});
}

template <Scalar T> struct Steady {
  Losses<T> losses;
  Junctions<T> T_j;
};

namespace detail {
template <Scalar T> struct Shares {
  T A_U, A_R;  // [A], [A2]
};
template <Scalar T> struct Settled {
  T rise, conduction, switching;  // [K], [W]
};
// (12) of the six transistors or diodes.
template <Scalar T>
Settled<T> settled(const SteadyDevice<T>& p, const Shares<T>& a, const T& P_sw) {
  const T P_0 = p.U * a.A_U + p.R * a.A_R;
  const T B = p.U_slope * a.A_U + p.R_slope * a.A_R, B_sw = p.E_slope * P_sw;
  const T rise = p.R_th * (P_0 + P_sw) / (6.0 - p.R_th * (B + B_sw));
  return {.rise = rise, .conduction = P_0 + B * rise, .switching = P_sw + B_sw * rise};
}
}  // namespace detail

// At an amplitude I of the phase current [A] and a power into the machine [W].
template <Scalar T> Steady<T> steady(const SteadyBridge<T>& b, const T& I, const T& p_AC) {
  constexpr double k3PerPi = 3.0 / kPi, k2PerPi = 2.0 / kPi;
  constexpr double kMostShift = 1.1547005383792515;  // 2/sqrt(3): m of the hexagon's circle
  const T q = clamp(4.0 / 3.0 * p_AC / b.u_dc, -kMostShift * I, kMostShift * I);
  detail::Shares<T> transistor, diode;
  if (b.rectification == Rectification::synchronous) {
    transistor = {T(0.0), 1.5 * (1.0 - 2.0 * b.delta) * I * I};
    diode = {4.0 * k3PerPi * b.delta * I, 3.0 * b.delta * I * I};
  } else {
    transistor = {k3PerPi * (1.0 - 2.0 * b.delta) * I + 0.75 * q,
                  0.75 * (1.0 - 2.0 * b.delta) * I * I + k2PerPi * I * q};
    diode = {k3PerPi * (1.0 + 2.0 * b.delta) * I - 0.75 * q,
             0.75 * (1.0 + 2.0 * b.delta) * I * I - k2PerPi * I * q};
  }
  const auto t = detail::settled(b.transistor, transistor, b.transistor.P_sw(I));
  const auto d = detail::settled(b.diode, diode, b.diode.P_sw(I));
  return {.losses = {.p_transistor = t.conduction,
                     .p_diode = d.conduction,
                     .p_sw_transistor = t.switching,
                     .p_sw_diode = d.switching},
          .T_j = {.transistor = b.T_coolant + t.rise, .diode = b.T_coolant + d.rise}};
}

// At a DC voltage, for currents up to I_max. Throws std::invalid_argument where the junctions would not settle
// at I_max: each kelvin causes more loss than the ladder takes away with it.
SteadyBridge<double> steady_bridge(const Device<double>& p, const Cooling<double>& cooling,
                                   const Gating<double>& g, double u_dc, double I_max);

}  // namespace evsim::power_devices
