// The electric drive over one control sample with switched legs: between two events all legs stay at their
// rails, and edge_step.h advances machines, motion and DC node there. Events:
//   edges       of the carrier in closed form (pwm.h), all units' in the order of time
//   dead time   both gates open from the edge to t + t_dead. A current that can't reach zero before then keeps
//               its diode: the leg's voltage changes once (pwm::voltage_change). A smaller one is followed,
//               and any where the channel rectifies: its diode conducts in the dead time alone.
//   zeros       of the current in a leg with diodes or thresholds: the leg floats, or conducts the other way
//   thresholds  that the voltage of a floating leg reaches (switched_legs.h)
// The last two are found by false position, to 1e-6 A or V or 1e-12 s. A floating phase's current is kept at
// zero to rounding: flux linkages are put back along the phase after each step.
// An edge that moves a leg from one rail to the other at a current i costs
//   E = 1/2 switching_loss u_C |i|,   drawn from the capacitor: 1/2 C u_C^2 falls by E              (1)
// half of an on-off cycle (inverter.h), or what a data sheet says (power_devices.h, edge_energy); u_C
// stands for u, which is off by R_C i.
// I_ripple and the mean drops of electric_drive.h have no part in it: thresholds, dead time and edges act here.
// A unit whose bridge is averaged keeps its mean vector, as long as it modulates and has no fault.
#pragma once

#include "sim/solve/edge_step.h"
#include "sim/vehicle/switched_legs.h"

namespace evsim::switched_step {

using electric_drive::Flow;
using switched_legs::Floating;
using switched_legs::Gate;
using switched_legs::Gates;
using switched_legs::Held;
using switched_legs::kNever;
using switched_legs::Leg;
using switched_legs::LegState;
using switched_legs::Margin;
using switched_legs::UnitHeld;
using switched_legs::UnitLegs;
using Angles = electric_step::Angles<double>;
using Model = electric_drive::Model<double>;
using Rows = electric_drive::Rows<double>;
using State = electric_drive::State<double>;
using Legs = std::array<UnitLegs, kMaxDriveUnits>;  // beside the state, from sample to sample

struct UnitCommand {
  bool averaged = false;
  Ab<double> s{0.0, 0.0};  // vector over the DC voltage, of an averaged bridge
  pwm::Edges edges;        // of the sample, from UnitLegs::commanded
  Gates gates = Gates::modulating;
  std::array<Leg, 3> faults{};
  double u_f = 0.0;                                             // at a field winding [V]
  const switched_legs::TickDevices<double>* devices = nullptr;  // of a data sheet; else alike
  dq_machine::Temperatures<double> temperatures = dq_machine::at_20_degC<double>();
};
struct Command {
  std::array<UnitCommand, kMaxDriveUnits> units;
  double finer = 1.0;  // steps are as much shorter than by rule
  double U_0 = 0.0, R_source = 0.0, p_auxiliaries = 0.0;
  double U_arc = 100.0;  // against the current of a phase that opens [V]
};

struct Outcome {
  int steps = 0;
  int events = 0;        // zeros and thresholds found
  bool resolved = true;  // no more than kMostEvents
};
// sqrt(1/(L C)) h of the DC node, which an edge leaves ringing: the energy balance closes to 1e-6.
inline constexpr double kMostRinging = 1.125;
inline constexpr double kMostTurn = 0.15;  // omega_e h [rad]
// Steps are as much shorter while a leg floats, whose voltage is a stage's and no integral; and with a
// fault, where currents run high.
inline constexpr double kFloatingFiner = 3.0, kFaultFiner = 2.0;
inline constexpr int kMostEvents = 200;
inline constexpr double kNoCurrent = 1e-9;  // [A]
inline constexpr double kClose = 1e-12;     // [s]
inline constexpr double kCloseBy = 1e-6;    // past an event [A or V]

// ---- Weights of the DC node for any step ----------------------------------------------------------

// A function of A is c_0 + c_1 Z, Z = A h, as Z^2 = tr Z - det: edge_step.h, (2), by two numbers each.
struct Node {
  edge_step::Matrix<double> A;
  double tr, det;  // [1/s], [1/s2]
};
inline Node node(const dc_node::Params<double>& p, double R_source) {
  const auto A = edge_step::matrix(p, R_source);
  return {.A = A, .tr = A.ii + A.uu, .det = A.ii * A.uu - A.iu * A.ui};
}

namespace detail {
struct Pair {
  double c_0, c_1;
};
inline Pair operator+(const Pair& x, const Pair& y) { return {x.c_0 + y.c_0, x.c_1 + y.c_1}; }
inline Pair operator*(double s, const Pair& x) { return {s * x.c_0, s * x.c_1}; }
// Products in Z with its trace and determinant.
struct Algebra {
  double tr, det;
  Pair times(const Pair& x, const Pair& y) const {
    const double top = x.c_1 * y.c_1;
    return {x.c_0 * y.c_0 - det * top, x.c_0 * y.c_1 + x.c_1 * y.c_0 + tr * top};
  }
  Pair times_Z(const Pair& x) const { return {-det * x.c_1, x.c_0 + tr * x.c_1}; }
};
using Phis = std::array<Pair, 5>;

// phi_4 by its series, the others from phi_k = 1/k! + Z phi_{k+1}: to rounding for |Z| <= 0.5.
inline Phis series(const Algebra& a) {
  constexpr std::array<double, 11> kPer{1.0 / 15, 1.0 / 14, 1.0 / 13, 1.0 / 12, 1.0 / 11, 1.0 / 10,
                                        1.0 / 9,  1.0 / 8,  1.0 / 7,  1.0 / 6,  1.0 / 5};
  Pair phi_4{1.0, 0.0};  // Horner: 1 + Z/5 (1 + Z/6 (..
  for (const double per : kPer) {
    phi_4 = per * a.times_Z(phi_4);
    phi_4.c_0 += 1.0;
  }
  phi_4 = (1.0 / 24.0) * phi_4;
  const Pair one{1.0, 0.0};
  const Pair phi_3 = (1.0 / 6.0) * one + a.times_Z(phi_4);
  const Pair phi_2 = 0.5 * one + a.times_Z(phi_3);
  const Pair phi_1 = one + a.times_Z(phi_2);
  return {one + a.times_Z(phi_1), phi_1, phi_2, phi_3, phi_4};
}
// Of 2 Z: 2^k phi_k(2 Z) = phi_0 phi_k + sum_{j = 1..k} phi_j / (k - j)!.
inline Phis doubled(const Algebra& a, const Phis& p) {
  const Pair p1 = a.times(p[0], p[1]) + p[1], p2 = a.times(p[0], p[2]) + p[1] + p[2];
  const Pair p3 = a.times(p[0], p[3]) + 0.5 * p[1] + p[2] + p[3];
  const Pair p4 = a.times(p[0], p[4]) + (1.0 / 6.0) * p[1] + 0.5 * p[2] + p[3] + p[4];
  return {a.times(p[0], p[0]), 0.5 * p1, 0.25 * p2, 0.125 * p3, 0.0625 * p4};
}
inline edge_step::Matrix<double> matrix(const Node& n, double h, const Pair& x) {
  const double c = h * x.c_1;
  return {x.c_0 + c * n.A.ii, c * n.A.iu, c * n.A.ui, x.c_0 + c * n.A.uu};
}
}  // namespace detail

using Weights = edge_step::Weights<double>;

// edge_step.h, (2), (4)
inline Weights weights(const Node& n, double h) {
  using namespace detail;
  int halvings = 1;
  double part = 0.5;
  const double size = h * (abs(n.tr) + sqrt(abs(n.det)));
  while (size * part > 0.5 && halvings < 60) part *= 0.5, ++halvings;
  const double z = h * part;
  Phis phi = series({.tr = z * n.tr, .det = z * z * n.det});
  for (Pair& x : phi) x.c_1 *= part;  // in Z = A h
  const Algebra a{.tr = h * n.tr, .det = h * h * n.det};
  for (; halvings > 1; --halvings) phi = doubled(a, phi);
  const Phis half = phi;
  const auto [p0, p1, p2, p3, p4] = doubled(a, half);
  const auto by = [&](double scale, const Pair& x) { return matrix(n, h, scale * x); };
  return {.node = {.h = h,
                   .E_2 = by(1.0, half[0]),
                   .P_2 = by(0.5 * h, half[1]),
                   .Q_2 = by(0.5 * h, half[2]),
                   .E = by(1.0, p0),
                   .P_1 = by(h, p1),
                   .Q_1 = by(h, p2),
                   .F_1 = by(h, p1 + -3.0 * p2 + 4.0 * p3),
                   .F_2 = by(h, p2 + -2.0 * p3),
                   .F_3 = by(h, 4.0 * p3 + -1.0 * p2)},
          .P = by(0.25 * h * h, half[2]),
          .Q = by(0.25 * h * h, half[3]),
          .G = by(h, p1),
          .G_P = by(h * h, p2),
          .G_Q = by(h * h, p3),
          .G_1 = by(h * h, p2 + -3.0 * p3 + 4.0 * p4),
          .G_2 = by(h * h, p3 + -2.0 * p4),
          .G_3 = by(h * h, 4.0 * p4 + -1.0 * p3)};
}

// Those of a sample so far: the second half of a carrier's period often has the steps of the first again, but for
// roundings.
struct Made {
  static constexpr std::size_t kMost = 4;
  std::array<Weights, kMost> weights;
  std::size_t count = 0;
};
inline const Weights& weights(const Node& n, double h, Made& made) {
  constexpr double kSame = 1e-12;  // of h
  for (std::size_t i = 0; i < std::min(made.count, Made::kMost); ++i)
    if (abs(made.weights[i].node.h - h) <= kSame * h) return made.weights[i];
  Weights& out = made.weights[made.count++ % Made::kMost];
  out = weights(n, h);
  return out;
}

// ---- A sample -------------------------------------------------------------------------------------

// Called with the time in the sample and its Scene: after each step and each change of gates.
struct Unseen {
  template <class S> void operator()(double, const S&) const {}
};

// All that the functions below share.
template <std::size_t N, class Mechanics> struct Scene {
  const Model& m;
  const Command& command;
  const Mechanics& mechanics;
  State& y;
  Legs& legs;
  Rows& q;
  Made& made;
  Node node;
  Held held;
  Angles theta;
  double finer = 1.0;                      // kFaultFiner with a fault
  bool all_conduct = false;                // as of the piece that runs
  switched_legs::Conducting conducting{};  // then the same as held
  std::array<switched_legs::Drops, kMaxDriveUnits> drops{};
  std::array<int, kMaxDriveUnits> next_edge{};
  Outcome out{};
};

using Phase = std::array<double, 3>;

template <class S> UnitHeld& held_of(S& s, std::size_t n) { return s.held.units[n]; }

// dpsi -> di of a unit, and its currents.
template <class S> auto slopes_of(const S& s, std::size_t n) {
  const auto& x = s.y.units[n];
  return switched_legs::detail::slopes(s.m.units[n], s.held.units[n].temperatures,
                                       to_rotor(x.psi, s.theta[n]), x.rotor, {0.0, 0.0});
}
template <class S> Phase currents_of(const S& s, std::size_t n) {
  const auto& x = s.y.units[n];
  const auto i = electric_drive::currents(s.m.units[n].machine, s.held.units[n].temperatures, x,
                                          to_rotor(x.psi, s.theta[n]));
  return switched_legs::phases(to_stator(i.s, s.theta[n]));
}
template <std::size_t N, class M> Flow<double> flow_of(const Scene<N, M>& s) {
  State dx;
  Rows dq;
  return electric_drive::rates<N>(s.m, s.held, s.mechanics, s.y, s.theta, dx, dq);
}

// What takes the currents of floating legs out of the flux linkage, by one step of Newton's method.
template <class S> Ab<double> excess(const S& s, std::size_t n) {
  const UnitHeld& held = s.held.units[n];
  const auto i = slopes_of(s, n);
  const auto K = switched_legs::stiffness(i);
  const Dq<double> now{i.d.v, i.q.v};
  if (held.floating == Floating::all) return to_stator(switched_legs::solve(K, now), s.theta[n]);
  const Ab<double> along = switched_legs::kDirection[static_cast<std::size_t>(held.leg)];
  const Dq<double> e = to_rotor(along, s.theta[n]);
  const double part =
      switched_legs::dot(e, now) / switched_legs::dot(e, switched_legs::times(K, e));
  return {part * along.a, part * along.b};
}
// Puts the currents of floating legs back to zero. The second step is for circuits that saturate.
template <class S> void project(S& s, std::size_t n) {
  if (s.held.units[n].floating == Floating::none) return;
  auto& psi = s.y.units[n].psi;
  for (int round = 0; round < 2; ++round) {
    const Ab<double> back = excess(s, n);
    psi = {psi.a - back.a, psi.b - back.b};
  }
}

// Floating legs that don't keep within their rails begin to conduct.
template <class S> void settle(S& s, std::size_t n) {
  UnitHeld& held = held_of(s, n);
  auto& leg = s.legs[n].leg;
  switched_legs::form(held, s.legs[n]);
  project(s, n);
  for (int round = 0; round < 4 && held.floating != Floating::none; ++round) {
    const Flow<double> f = flow_of(s);
    const Margin g = switched_legs::floating(held, f.u, f.units[n]);
    if (!(g.least < 0.0)) return;
    if (g.out >= 0) leg[static_cast<std::size_t>(g.out)].sign = 1;
    if (g.in >= 0) leg[static_cast<std::size_t>(g.in)].sign = -1;
    switched_legs::form(held, s.legs[n]);
  }
}

using power_devices::EdgeEnergy;

// Of a leg that goes to another rail at a current i.
template <class S> EdgeEnergy<double> edge_energy(const S& s, std::size_t n, bool up, double i) {
  const auto& p = s.m.units[n].inverter;
  const auto* devices = s.held.units[n].devices;
  const double u = s.y.node.u_C;
  if (devices == nullptr) return {.transistor = 0.5 * p.switching_loss * u * abs(i), .diode = 0.0};
  return power_devices::edge_energy(inverter::switching(p),
                                    up ? power_devices::Gates::upper : power_devices::Gates::lower,
                                    i, u, devices->T_j);
}
// (1)
template <class S> void book_switching(S& s, std::size_t n, const EdgeEnergy<double>& lost) {
  const double energy = lost.transistor + lost.diode;
  if (energy == 0.0) return;
  double& u_C = s.y.node.u_C;
  s.q.units[n].switching += energy;
  s.q.units[n].diode += lost.diode;
  u_C = sqrt(max(u_C * u_C - 2.0 * energy / s.m.node.C, 0.0));
}

// Legs after their gates have changed.
template <class S> void arrange(S& s, std::size_t n, const Phase& i) {
  UnitHeld& held = held_of(s, n);
  EdgeEnergy<double> lost{0.0, 0.0};
  for (std::size_t k = 0; k < 3; ++k) {
    LegState& leg = s.legs[n].leg[k];
    const auto before = held.span[k];
    const Leg fault = s.command.units[n].faults[k];
    if (fault != Leg::phase_open) leg.parted = false;
    if (fault == Leg::phase_open && abs(i[k]) <= kNoCurrent) leg.parted = true;
    auto& now = held.span[k];
    now = switched_legs::span(leg, fault, switched_legs::effective(fault, leg.gate), s.drops[n],
                              s.command.U_arc);
    const bool flows = abs(i[k]) > kNoCurrent, out = i[k] > 0.0;
    leg.sign = leg.parted ? 0 : flows ? (out ? 1 : -1) : switched_legs::rigid(now) ? 1 : 0;
    const double from = out ? before.s_low : before.s_high, to = out ? now.s_low : now.s_high;
    if (!flows || from == to) continue;
    const EdgeEnergy<double> edge = edge_energy(s, n, to > from, i[k]);
    lost = {lost.transistor + edge.transistor, lost.diode + edge.diode};
  }
  book_switching(s, n, lost);
  settle(s, n);
}

// ---- Gates ----------------------------------------------------------------------------------------

// More than what a current can change by in a dead time, twice.
template <class S> double followed_below(const S& s, std::size_t n) {
  const auto K = switched_legs::stiffness(slopes_of(s, n));
  const auto& psi = s.y.units[n].psi;
  const double omega_e = s.m.units[n].machine.common.n_p * s.mechanics.omega(n, s.y.v);
  const double u = s.y.node.u_C + abs(omega_e) * sqrt(psi.a * psi.a + psi.b * psi.b);
  return 2.0 * s.m.units[n].inverter.dead_time * (K.dd + K.qq) * u;
}

// The modulator wants a leg at a side from t on.
template <class S> void request(S& s, std::size_t n, const pwm::Edge& edge, double i) {
  LegState& leg = s.legs[n].leg[static_cast<std::size_t>(edge.leg)];
  const double t_dead = s.m.units[n].inverter.dead_time;
  const Gate side = edge.upper ? Gate::high : Gate::low;
  const bool follow =
      t_dead > 0.0 && (switched_legs::rectifies(s.drops[n]) || abs(i) <= followed_below(s, n));
  const double t_change = follow ? edge.t + t_dead : pwm::voltage_change(edge, i, t_dead);
  if (follow) leg.gate = Gate::off;
  leg.next = side, leg.t_next = t_change;
  if (t_dead == 0.0 || t_change == edge.t) leg.gate = side, leg.t_next = kNever;
}

// Earliest change of a gate, not after `end`.
template <std::size_t N, class M> double next_change(const Scene<N, M>& s, double end) {
  double t = end;
  for (std::size_t n = 0; n < N; ++n) {
    if (s.held.units[n].averaged) continue;
    const auto& edges = s.command.units[n].edges;
    if (s.next_edge[n] < edges.count)
      t = min(t, edges.edge[static_cast<std::size_t>(s.next_edge[n])].t);
    for (const LegState& leg : s.legs[n].leg) t = min(t, leg.t_next);
  }
  return t;
}
// Gates that change at t.
template <class S> void change_gates(S& s, std::size_t n, double t) {
  if (s.held.units[n].averaged) return;
  const auto& edges = s.command.units[n].edges;
  const auto due = [&] {
    return s.next_edge[n] < edges.count &&
           edges.edge[static_cast<std::size_t>(s.next_edge[n])].t <= t;
  };
  bool any = due();
  for (const LegState& leg : s.legs[n].leg) any = any || leg.t_next <= t;
  if (!any) return;
  const Phase i = currents_of(s, n);
  for (; due(); ++s.next_edge[n]) {
    const pwm::Edge& edge = edges.edge[static_cast<std::size_t>(s.next_edge[n])];
    request(s, n, edge, i[static_cast<std::size_t>(edge.leg)]);
  }
  for (LegState& leg : s.legs[n].leg)
    if (leg.t_next <= t) leg.gate = leg.next, leg.t_next = kNever;
  arrange(s, n, i);
}

// Gates and faults as the sample begins. Short circuit and release act at once, without dead time.
template <class S> void begin_unit(S& s, std::size_t n) {
  const UnitCommand& c = s.command.units[n];
  UnitHeld& held = held_of(s, n);
  held.u_f = c.u_f, held.temperatures = c.temperatures, held.s = c.s;
  held.devices = c.devices, held.junctions = c.devices != nullptr;
  s.drops[n] = c.devices ? c.devices->drops : inverter::drops(s.m.units[n].inverter, {});
  const bool sound = c.gates == Gates::modulating && c.faults == std::array<Leg, 3>{};
  held.averaged = c.averaged && sound;
  if (!sound) s.finer = kFaultFiner;
  UnitLegs& legs = s.legs[n];
  if (held.averaged) {
    for (LegState& leg : legs.leg) leg = {};
    return;
  }
  const Phase i = currents_of(s, n);
  for (std::size_t k = 0; k < 3; ++k) {
    LegState& leg = legs.leg[k];
    held.span[k] = leg.span;
    const Gate wanted = c.gates == Gates::all_off                           ? Gate::off
                        : c.gates == Gates::short_low                       ? Gate::low
                        : c.gates == Gates::short_high || legs.commanded[k] ? Gate::high
                                                                            : Gate::low;
    if (c.gates != Gates::modulating) leg.gate = wanted, leg.t_next = kNever;
    if (leg.gate != wanted && leg.t_next == kNever)
      request(s, n, {.t = 0.0, .leg = static_cast<int>(k), .upper = legs.commanded[k]}, i[k]);
  }
  if (c.gates != Gates::modulating) s.next_edge[n] = c.edges.count;
  arrange(s, n, i);
}
template <class S> void end_unit(S& s, std::size_t n, double T) {
  UnitLegs& legs = s.legs[n];
  legs.commanded = s.command.units[n].edges.after;
  for (std::size_t k = 0; k < 3; ++k) {
    LegState& leg = legs.leg[k];
    leg.span = s.held.units[n].span[k];
    if (leg.t_next != kNever) leg.t_next -= T;
  }
}

// ---- Between changes of gates ---------------------------------------------------------------------

template <std::size_t N, class M> bool watched(const Scene<N, M>& s) {
  for (std::size_t n = 0; n < N; ++n) {
    const UnitHeld& held = s.held.units[n];
    if (held.averaged) continue;
    if (held.floating != Floating::none) return true;
    for (const auto& x : held.span)
      if (!switched_legs::rigid(x)) return true;
  }
  return false;
}
// How far all legs are from their next event; < 0: beyond.
template <std::size_t N, class M> double margin(const Scene<N, M>& s) {
  double least = kNever;
  bool floats = false;
  for (std::size_t n = 0; n < N; ++n) {
    const UnitHeld& held = s.held.units[n];
    if (held.averaged) continue;
    floats = floats || held.floating != Floating::none;
    if (held.floating != Floating::all)
      least = min(least, switched_legs::carried(held, s.legs[n], currents_of(s, n)));
  }
  if (!floats) return least;
  const Flow<double> f = flow_of(s);
  for (std::size_t n = 0; n < N; ++n) {
    const UnitHeld& held = s.held.units[n];
    if (held.averaged || held.floating == Floating::none) continue;
    least = min(least, switched_legs::floating(held, f.u, f.units[n]).least);
  }
  return least;
}
// The event that margin() has reached.
template <std::size_t N, class M> void meet_event(Scene<N, M>& s) {
  ++s.out.events;
  for (std::size_t n = 0; n < N; ++n) {
    const UnitHeld& held = s.held.units[n];
    if (held.averaged) continue;
    const Phase i = currents_of(s, n);
    for (std::size_t k = 0; k < 3; ++k) {
      LegState& leg = s.legs[n].leg[k];
      if (leg.sign == 0 || switched_legs::rigid(held.span[k]) || leg.sign * i[k] > kNoCurrent)
        continue;
      leg.sign = 0;
      leg.parted = leg.parted || s.command.units[n].faults[k] == Leg::phase_open;
      if (leg.parted)
        held_of(s, n).span[k] =
            switched_legs::span(leg, Leg::phase_open, leg.gate, s.drops[n], 0.0);
    }
    settle(s, n);
  }
}

template <std::size_t N, class M> void step(Scene<N, M>& s, const Weights& w) {
  ++s.out.steps;
  if (s.all_conduct) {
    edge_step::step<N>(s.m, s.conducting, s.mechanics, w, s.y, s.theta, s.q);
    return;
  }
  edge_step::step<N>(s.m, s.held, s.mechanics, w, s.y, s.theta, s.q);
  for (std::size_t n = 0; n < N; ++n) project(s, n);
}

// What a step changes.
struct Moved {
  State y;
  Angles theta;
  Rows q;
};
template <class S> Moved taken(const S& s) { return {s.y, s.theta, s.q}; }
template <class S> void put(S& s, const Moved& x) { s.y = x.y, s.theta = x.theta, s.q = x.q; }

// Just past the first event of a step h that ends beyond one; returns when it is. By false position (Illinois),
// from the state at the step's start, aimed at half of what may be left.
template <class S> double locate(S& s, const Moved& start, double g_start, double h, double g_end) {
  constexpr double kAim = -0.5 * kCloseBy;
  double lo = 0.0, hi = h, g_lo = max(g_start, -1e-3 * g_end), g_hi = g_end;
  Moved past = taken(s);
  int side = 0;
  for (int round = 0; round < 60 && hi - lo > kClose && g_end < -kCloseBy; ++round) {
    const double share = clamp((g_lo - kAim) / (g_lo - g_hi), 0.001, 0.999);
    const double x = round % 8 == 7 ? 0.5 * (lo + hi) : lo + share * (hi - lo);
    put(s, start);
    step(s, weights(s.node, x));
    const double g = margin(s);
    if (g < 0.0) {
      hi = x, g_hi = g_end = g, past = taken(s);
      if (side < 0) g_lo *= 0.5;
      side = -1;
    } else {
      lo = x, g_lo = max(g, kNoCurrent * kNoCurrent);
      if (side > 0) g_hi *= 0.5;
      side = 1;
    }
  }
  put(s, past);
  return hi;
}

// One step of at most h; returns its length.
template <class S> double advance(S& s, const Weights& w, bool watch) {
  const double h = w.node.h;
  if (!watch || s.out.events >= kMostEvents) {
    step(s, w);
    return h;
  }
  const Moved start = taken(s);
  step(s, w);
  const double g = margin(s);
  if (!(g < 0.0)) return h;
  const Moved end = taken(s);
  put(s, start);
  const double g_start = margin(s);
  put(s, end);
  const double done = locate(s, start, g_start, h, g);
  meet_event(s);
  return done;
}

// The fastest turning: that of a machine, and on top of it the swinging of cable and capacitor [rad/s].
template <std::size_t N, class M> double fastest(const Scene<N, M>& s) {
  const double ringing = max(sqrt(abs(s.node.det)), 0.5 * abs(s.node.tr));
  double turning = 0.0, finer = s.finer;
  for (std::size_t n = 0; n < N; ++n) {
    const double omega = s.mechanics.omega(n, s.y.v);
    turning = max(turning, abs(s.m.units[n].machine.common.n_p * omega));
    if (s.held.units[n].floating != Floating::none) finer = kFloatingFiner;
  }
  const double swinging = ringing * (kMostTurn / kMostRinging);
  return s.command.finer * finer * (turning + swinging);
}

// Before a piece: most have no averaged bridge and no floating leg.
template <std::size_t N, class M> void prepare_piece(Scene<N, M>& s) {
  s.all_conduct = true;
  for (std::size_t n = 0; n < N; ++n) {
    const UnitHeld& held = s.held.units[n];
    s.all_conduct = s.all_conduct && !held.averaged && held.floating == Floating::none;
    s.conducting.units[n] = held;
  }
  s.conducting.U_0 = s.held.U_0, s.conducting.R_source = s.held.R_source;
  s.conducting.p_auxiliaries = s.held.p_auxiliaries;
}

// From t to end, through the events of legs.
template <class S, class Seen> void run(S& s, double t, double end, const Seen& seen) {
  while (end - t > 0.0) {
    const bool watch = watched(s);
    prepare_piece(s);
    const int events = s.out.events;
    const int n = electric_step::parts((end - t) * fastest(s), kMostTurn);
    const double h = (end - t) / n, start = t;
    const Weights& w = weights(s.node, h, s.made);
    for (int k = 0; k < n && s.out.events == events; ++k) {
      const double done = advance(s, w, watch);
      t = start + k * h + done;
      seen(t, s);
    }
    if (s.out.events == events) return;
  }
}

// Advances y by a sample of T [s], legs with it, and q by what it moved.
template <std::size_t N, class Mechanics, class Seen = Unseen>
Outcome sample(const Model& m, const Command& command, const Mechanics& mechanics, double T,
               State& y, Legs& legs, Rows& q, const Seen& seen = {}) {
  Made made;
  Scene<N, Mechanics> s{.m = m,
                        .command = command,
                        .mechanics = mechanics,
                        .y = y,
                        .legs = legs,
                        .q = q,
                        .made = made,
                        .node = node(m.node, command.R_source),
                        .held = {.units = {},
                                 .U_0 = command.U_0,
                                 .R_source = command.R_source,
                                 .p_auxiliaries = command.p_auxiliaries},
                        .theta = electric_step::angles(y, static_cast<int>(N))};
  for (std::size_t n = 0; n < N; ++n) begin_unit(s, n);
  for (double t = 0.0;;) {
    const double t_next = next_change(s, T);
    run(s, t, t_next, seen);
    t = t_next;
    for (std::size_t n = 0; n < N; ++n) change_gates(s, n, t);
    seen(t, s);
    if (t >= T) break;
  }
  for (std::size_t n = 0; n < N; ++n) end_unit(s, n, T);
  s.out.resolved = s.out.events < kMostEvents;
  return s.out;
}

}  // namespace evsim::switched_step
