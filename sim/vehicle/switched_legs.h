// The legs of a bridge that switches: gates and faults, diodes, and phases without current.
// A leg conducts at one of two rails, or not at all:
//   i > 0 (out of the leg):  u_leg = s_low u - e - R i,      i < 0:  u_leg = s_high u + e - R i        (1)
//   i = 0:                   u_leg floats where s_low u - e_out <= u_leg <= s_high u + e_in            (2)
//                                                 carries i > 0 (out)        i < 0 (in)
//   lower gate closed    s_low = s_high = 0       lower diode                lower transistor
//   upper gate closed    s_low = s_high = 1       upper transistor           upper diode
//   both open            s_low = 0, s_high = 1    lower diode                upper diode
//   phase open           as its gate says, e more by U_arc while its arc burns; then it floats for good
// e and R are threshold and slope of the device that carries the current (power_devices.h): the same of all for
// alike devices, the channel's instead of the diode's where a closed gate rectifies.
// A floating leg's voltage is the one that keeps its current at zero. With dq currents i(psi, psi_r), K = di/dpsi, and the phase's direction n:
//   di_s/dt = K (u_s - R_s i_s - j omega_e psi) + di/dpsi_r dpsi_r/dt + j omega_e i_s = K u_s + c   (3)
//   one leg:   u_s = u_0 + w n,  w = -n (K u_0 + c) / (n K n),  u_leg = 3/2 w                        (4)
//   all legs:  u_s = -K^-1 c: the voltage that the rotor induces                                     (5)
// u_0 is the vector of the other two. The star point is not connected: two floating legs are three. In (5) any
// zero sequence will do; a pair (k, j) begins to conduct, out of k and into j, when none keeps all legs in (2):
//   s_low,k u - e_out,k - u_k  >  s_high,j u + e_in,j - u_j                                                (6)
// Both rails of a leg at once are not modelled: beside a shorted device the other gate stays open, as the
// drivers' desaturation watch sees to.
#pragma once

#include "sim/vehicle/device_legs.h"

namespace evsim::switched_legs {

using electric_drive::Terminals;
using electric_drive::TickDevices;
using electric_drive::UnitFlow;
using electric_drive::UnitRows;
using Unit = electric_drive::Unit<double>;
using Matrix = magnetics::Stiffness<double>;

enum class Gates { modulating, all_off, short_low, short_high };
enum class Leg { healthy, open_upper, open_lower, shorted_upper, shorted_lower, phase_open };

enum class Gate { low, high, off };

inline constexpr double kNever = 1e300;

// What carries a leg's current of one sign.
struct Path {
  double e = 0.0, R = 0.0;  // threshold, the arc's included [V], slope [Ohm]
  bool diode = false;
};
// (1), (2)
struct Span {
  double s_low = 0.0, s_high = 0.0;  // rails
  double e_arc = 0.0;                // [V]
  Path out, in;                      // of i > 0 and i < 0
};

struct LegState {
  Gate gate = Gate::off;   // as the modulator has it
  Gate next = Gate::off;   // closes at t_next
  double t_next = kNever;  // after the sample's start [s]
  int sign = 0;            // of the current; 0: it floats
  bool parted = false;     // phase open, its arc out
  Span span;               // as the last sample ended
};
struct UnitLegs {
  std::array<LegState, 3> leg;
  pwm::Sides commanded{};  // where the modulator's legs were as the last sample ended
};

enum class Floating { none, one, all };

// Vector of what three slopes take of the phase currents of a vector, vector(R_k i_k): a symmetric matrix.
struct SlopeMatrix {
  double aa = 0.0, ab = 0.0, bb = 0.0;  // [Ohm]
};
template <Scalar T> Ab<T> operator*(const SlopeMatrix& R, const Ab<T>& i) {
  return {R.aa * i.a + R.ab * i.b, R.ab * i.a + R.bb * i.b};
}
inline SlopeMatrix slope_matrix(const std::array<double, 3>& R) {
  const double bb = 0.5 * (R[1] + R[2]);
  return {.aa = R[0] + (bb - R[0]) / 3.0, .ab = (R[2] - R[1]) / (4.0 * kHalfSqrt3), .bb = bb};
}

// What a unit's legs are at between two events, when all conduct.
struct UnitConducting : electric_drive::UnitHeld<double> {
  Ab<double> e{0.0, 0.0};        // thresholds and arcs, as a vector [V]
  Ab<double> e_arc{0.0, 0.0};    // arcs alone
  bool junctions = false;        // losses of diodes are told apart, by the next two
  Ab<double> e_diode{0.0, 0.0};  // thresholds of the diodes alone
  SlopeMatrix R, R_diode;
};
// In general.
struct UnitHeld : UnitConducting {
  bool averaged = false;                         // s is the mean of a carrier's period
  const TickDevices<double>* devices = nullptr;  // of a data sheet; else alike
  std::array<Span, 3> span{};
  Floating floating = Floating::none;
  int leg = 0;  // the one that floats
};
// By the integral of u while all legs conduct; a floating one's voltage depends on u in another way.
inline Ab<double> following(const UnitConducting& held) { return held.s; }
inline Ab<double> following(const UnitHeld& held) {
  return held.averaged || held.floating == Floating::none ? held.s : Ab<double>{0.0, 0.0};
}

template <class U> struct HeldOf {
  std::array<U, kMaxDriveUnits> units;
  double U_0, R_source, p_auxiliaries;
  static constexpr double R_beside = 0.0;  // all of the source's is in R_source
};
using Held = HeldOf<UnitHeld>;
using Conducting = HeldOf<UnitConducting>;  // a step with this is the quicker one

inline constexpr std::array<Ab<double>, 3> kDirection{
    {{1.0, 0.0}, {-0.5, kHalfSqrt3}, {-0.5, -kHalfSqrt3}}};
template <Scalar T> T dot(const Ab<double>& x, const Ab<T>& y) { return x.a * y.a + x.b * y.b; }
template <Scalar T>
  requires(!std::same_as<T, double>)
T dot(const Ab<T>& x, const Ab<T>& y) {
  return x.a * y.a + x.b * y.b;
}
inline double dot(const Dq<double>& x, const Dq<double>& y) { return x.d * y.d + x.q * y.q; }
inline Dq<double> times(const Matrix& K, const Dq<double>& x) {
  return {.d = K.dd * x.d + K.dq * x.q, .q = K.dq * x.d + K.qq * x.q};
}
inline Dq<double> solve(const Matrix& K, const Dq<double>& y) {
  const double det = K.dd * K.qq - K.dq * K.dq;
  return {.d = (K.qq * y.d - K.dq * y.q) / det, .q = (K.dd * y.q - K.dq * y.d) / det};
}
inline std::array<double, 3> phases(const Ab<double>& x) {
  const Abc<double> p = to_phases(x);
  return {p.a, p.b, p.c};
}
inline Ab<double> vector(const std::array<double, 3>& x) {
  return to_stator(Abc<double>{x[0], x[1], x[2]});
}

// ---- Gates and faults -----------------------------------------------------------------------------

// What a fault leaves of the modulator's gate.
inline Gate effective(Leg fault, Gate gate) {
  if (fault == Leg::shorted_upper) return Gate::high;
  if (fault == Leg::shorted_lower) return Gate::low;
  if (fault == Leg::open_upper && gate == Gate::high) return Gate::off;
  if (fault == Leg::open_lower && gate == Gate::low) return Gate::off;
  return gate;
}
using Drops = power_devices::Drops<double>;
inline bool rectifies(const Drops& p) {
  return p.rectification == power_devices::Rectification::synchronous;
}
inline Path path(const Drops& p, bool transistor, double arc) {
  if (transistor) return {.e = p.U_T + arc, .R = p.R_T, .diode = false};
  return {.e = p.U_D + arc, .R = p.R_D, .diode = true};
}
inline Span span(const LegState& leg, Leg fault, Gate gate, const Drops& p, double U_arc) {
  const double low = gate == Gate::high ? 1.0 : 0.0, high = gate == Gate::low ? 0.0 : 1.0;
  if (leg.parted) return {.e_arc = 0.0, .out = {.e = kNever}, .in = {.e = kNever}};
  const double arc = fault == Leg::phase_open ? U_arc : 0.0;
  const bool channel = gate != Gate::off && rectifies(p);
  return {.s_low = low,
          .s_high = high,
          .e_arc = arc,
          .out = path(p, gate == Gate::high || channel, arc),
          .in = path(p, gate == Gate::low || channel, arc)};
}
// A leg that holds its voltage, but for a slope, whatever its current is.
inline bool rigid(const Span& s) {
  return s.s_low == s.s_high && s.out.e == 0.0 && s.in.e == 0.0 && s.out.R == s.in.R;
}

// Vectors of the legs as they conduct. Fewer than two that conduct are none.
inline void form(UnitHeld& held, UnitLegs& legs) {
  int floating = 0;
  std::array<double, 3> s{}, e{}, arc{}, e_diode{}, R{}, R_diode{};
  for (std::size_t k = 0; k < 3; ++k) {
    const Span& x = held.span[k];
    const int sign = legs.leg[k].sign;
    const Path& by = sign < 0 ? x.in : x.out;
    R[k] = by.R;  // of no current, where the leg floats
    if (by.diode) R_diode[k] = by.R;
    if (sign == 0) {
      ++floating, held.leg = static_cast<int>(k);
      continue;
    }
    s[k] = sign > 0 ? x.s_low : x.s_high, e[k] = -sign * by.e, arc[k] = -sign * x.e_arc;
    if (by.diode) e_diode[k] = e[k] - arc[k];
  }
  held.floating = floating == 0 ? Floating::none : floating == 1 ? Floating::one : Floating::all;
  if (held.floating == Floating::all) {
    for (LegState& leg : legs.leg) leg.sign = 0;
    s = e = arc = e_diode = {};
  }
  held.s = vector(s), held.e = vector(e), held.e_arc = vector(arc);
  held.R = slope_matrix(R);
  if (held.junctions) held.e_diode = vector(e_diode), held.R_diode = slope_matrix(R_diode);
}

// ---- (3) to (5) -----------------------------------------------------------------------------------

struct Slope {
  Matrix K;
  Dq<double> c;
};

namespace detail {
using D = Dual<3>;
using dq_machine::Rotor;
// Slopes along psi_d, psi_q, and along the rotor's rates.
inline Dq<D> slopes(const Unit& m, const dq_machine::Temperatures<double>& t, const Dq<double>& psi,
                    const Rotor<double>& rotor, const Rotor<double>& rate) {
  Dq<D> x{psi.d, psi.q};
  Rotor<D> r{rotor.x, rotor.y};
  x.d.d[0] = x.q.d[1] = 1.0;
  r.x.d[2] = rate.x, r.y.d[2] = rate.y;
  return std::visit([&](const auto& c) { return dq_machine::currents(c, x, r, t).s; },
                    m.machine.circuit);
}
}  // namespace detail

inline Matrix stiffness(const Dq<Dual<3>>& i) {
  return {.dd = i.d.d[0], .dq = 0.5 * (i.d.d[1] + i.q.d[0]), .qq = i.q.d[1]};
}
inline Slope slope(const Unit& m, const UnitHeld& held, const Terminals<double>& at,
                   const UnitFlow<double>& f) {
  const auto i = detail::slopes(m, held.temperatures, f.psi, at.rotor, at.rotor_rate);
  const Matrix K = stiffness(i);
  const Dq<double> b = times(
      K, {-at.R_s * f.i_dq.d + at.omega_e * f.psi.q, -at.R_s * f.i_dq.q - at.omega_e * f.psi.d});
  return {.K = K,
          .c = {b.d + i.d.d[2] - at.omega_e * f.i_dq.q, b.q + i.q.d[2] + at.omega_e * f.i_dq.d}};
}

// Of the legs that conduct, at a voltage u of the node.
template <Scalar T> Ab<T> conducting(const UnitConducting& held, const T& u, const UnitFlow<T>& f) {
  const Ab<T> by_slope = held.R * f.i;
  return {u * held.s.a + held.e.a - by_slope.a, u * held.s.b + held.e.b - by_slope.b};
}
inline Ab<double> with_floating(const Unit& m, const UnitHeld& held, const Terminals<double>& at,
                                const UnitFlow<double>& f, const Ab<double>& u_0) {
  const Slope x = slope(m, held, at, f);
  if (held.floating == Floating::all)
    return to_stator(solve(x.K, Dq<double>{-x.c.d, -x.c.q}), at.theta);
  const Ab<double> along = kDirection[static_cast<std::size_t>(held.leg)];
  const Dq<double> n = to_rotor(along, at.theta), K_u = times(x.K, to_rotor(u_0, at.theta));
  const double w = -dot(n, Dq<double>{K_u.d + x.c.d, K_u.q + x.c.q}) / dot(n, times(x.K, n));
  return {u_0.a + w * along.a, u_0.b + w * along.b};
}
// At several instants, one after another.
inline Ab<Pack> with_floating(const Unit& m, const UnitHeld& held, const Terminals<Pack>& at,
                              const UnitFlow<Pack>& f, const Ab<Pack>& u_0) {
  Ab<Pack> out;
  for (int k = 0; k < kLanes; ++k) {
    const auto of = [k](const Pack& x) { return lane(x, k); };
    UnitFlow<double> flow{};
    flow.psi = {of(f.psi.d), of(f.psi.q)};
    flow.i_dq = {of(f.i_dq.d), of(f.i_dq.q)};
    const Ab<double> u =
        with_floating(m, held,
                      Terminals<double>{.rotor = {of(at.rotor.x), of(at.rotor.y)},
                                        .rotor_rate = {of(at.rotor_rate.x), of(at.rotor_rate.y)},
                                        .theta = {of(at.theta.cos), of(at.theta.sin)},
                                        .u = of(at.u),
                                        .omega_e = of(at.omega_e),
                                        .R_s = of(at.R_s)},
                      flow, {of(u_0.a), of(u_0.b)});
    set_lane(out.a, k, u.a);
    set_lane(out.b, k, u.b);
  }
  return out;
}

// Legs of the electric drive, electric_drive.h: what they draw, and the voltage that they apply.
template <Scalar T> void draw_current(const Unit&, const UnitConducting& held, UnitFlow<T>& f) {
  f.i_dc = 1.5 * dot(held.s, f.i);
}
template <Scalar T> void apply_voltage(const Unit&, const UnitConducting& held,
                                       const Terminals<T>& at, UnitFlow<T>& f, UnitRows<T>& dq) {
  f.u = conducting(held, at.u, f);
  dq.arc = -1.5 * dot(held.e_arc, f.i);
  dq.conduction = 1.5 * dot(held.R * f.i, f.i) - 1.5 * dot(held.e, f.i) - dq.arc;
  dq.diode =
      held.junctions ? 1.5 * (dot(held.R_diode * f.i, f.i) - dot(held.e_diode, f.i)) : T(0.0);
  dq.switching = T(0.0);  // at the edges
}
// With units that are averaged, or where legs float.
template <Scalar T> void draw_current(const Unit& m, const UnitHeld& held, UnitFlow<T>& f) {
  if (held.averaged && held.devices)
    electric_drive::draw_current(m, held.s, *held.devices, f);
  else if (held.averaged)
    electric_drive::draw_current(m, static_cast<const electric_drive::UnitHeld<double>&>(held), f);
  else
    draw_current(m, static_cast<const UnitConducting&>(held), f);
}
template <Scalar T> void apply_voltage(const Unit& m, const UnitHeld& held, const Terminals<T>& at,
                                       UnitFlow<T>& f, UnitRows<T>& dq) {
  if (held.averaged && held.devices) return electric_drive::apply_voltage(held.s, at.u, f, dq);
  if (held.averaged)
    return electric_drive::apply_voltage(
        m, static_cast<const electric_drive::UnitHeld<double>&>(held), at, f, dq);
  apply_voltage(m, static_cast<const UnitConducting&>(held), at, f, dq);
  if (held.floating != Floating::none) f.u = with_floating(m, held, at, f, f.u);
}

// ---- (2), (6): who keeps his state ----------------------------------------------------------------

// How far the legs are from the next change [A or V]; < 0: beyond. Rigid legs have none.
struct Margin {
  double least = kNever;
  int out = -1, in = -1;  // legs that begin to conduct, out of the bridge and into it
};
inline Margin one_floating(const UnitHeld& held, double u, double u_leg) {
  const Span& x = held.span[static_cast<std::size_t>(held.leg)];
  const double below = u_leg - (x.s_low * u - x.out.e), above = x.s_high * u + x.in.e - u_leg;
  Margin out{.least = min(below, above)};
  (below < above ? out.out : out.in) = held.leg;
  return out;
}
inline Margin all_floating(const UnitHeld& held, double u, const std::array<double, 3>& u_phase) {
  Margin out;
  double highest = -kNever, lowest = kNever;
  for (std::size_t k = 0; k < 3; ++k) {
    const Span& x = held.span[k];
    const double low = x.s_low * u - x.out.e - u_phase[k],
                 high = x.s_high * u + x.in.e - u_phase[k];
    if (low > highest) highest = low, out.out = static_cast<int>(k);
    if (high < lowest) lowest = high, out.in = static_cast<int>(k);
  }
  out.least = lowest - highest;
  return out;
}
inline Margin floating(const UnitHeld& held, double u, const UnitFlow<double>& f) {
  if (held.floating == Floating::all) return all_floating(held, u, phases(f.u));
  const Ab<double> u_0 = conducting(held, u, f);
  const Ab<double> n = kDirection[static_cast<std::size_t>(held.leg)];
  return one_floating(held, u, 1.5 * dot(n, Ab<double>{f.u.a - u_0.a, f.u.b - u_0.b}));
}
// Least current in its own direction of the legs that conduct and are not rigid.
inline double carried(const UnitHeld& held, const UnitLegs& legs, const std::array<double, 3>& i) {
  double least = kNever;
  for (std::size_t k = 0; k < 3; ++k)
    if (legs.leg[k].sign != 0 && !rigid(held.span[k])) least = min(least, legs.leg[k].sign * i[k]);
  return least;
}

}  // namespace evsim::switched_legs
