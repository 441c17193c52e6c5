// One step of the electric drive inside a control tick: the classical Runge-Kutta scheme of fourth order for
// machines and motion, with the DC node's linear part exact (dc_node.h, (4)): both are one scheme.
// In stator coordinates a held voltage is constant and the rotation enters the currents alone, through
// the angle theta_e: a step of omega_e h <= 0.2 errs by less than 1e-6 of the largest current, mostly 1e-8.
// How many steps a tick takes follows from the speed as it begins (electric_drive.h has no other fast term).
#pragma once

#include <array>

#include "sim/vehicle/electric_drive.h"

namespace evsim::electric_step {

using electric_drive::Flow;
using electric_drive::Held;
using electric_drive::Model;
using electric_drive::Rows;
using electric_drive::State;

template <Scalar T> using Angles = std::array<Angle<T>, kMaxDriveUnits>;

// y + h k of all states but the node's.
template <std::size_t N, Scalar T> State<T> moved(const State<T>& y, const State<T>& k, double h) {
  State<T> out;
  for (std::size_t n = 0; n < N; ++n) {
    const auto &x = y.units[n], &a = k.units[n];
    out.units[n] = {.psi = {x.psi.a + h * a.psi.a, x.psi.b + h * a.psi.b},
                    .rotor = {x.rotor.x + h * a.rotor.x, x.rotor.y + h * a.rotor.y},
                    .theta_e = x.theta_e + h * a.theta_e};
  }
  out.v = y.v + h * k.v;
  return out;
}

template <Scalar T> Angles<T> angles(const State<T>& y, int n_units) {
  Angles<T> out{};
  for (std::size_t n = 0; n < static_cast<std::size_t>(n_units); ++n)
    out[n] = angle(y.units[n].theta_e);
  return out;
}

// turned() of dq.h without its divisions, which cost as much as all else in a stage.
template <Scalar T> Angle<T> quickly_turned(const Angle<T>& from, const T& delta) {
  constexpr double k2 = 1.0 / 2, k3 = k2 / 3, k4 = k3 / 4, k5 = k4 / 5, k6 = k5 / 6, k7 = k6 / 7,
                   k8 = k7 / 8, k9 = k8 / 9, k10 = k9 / 10, k11 = k10 / 11, k12 = k11 / 12;
  const T x = delta * delta;
  const T s = delta * (1.0 - x * (k3 - x * (k5 - x * (k7 - x * (k9 - x * k11)))));
  const T c = 1.0 - x * (k2 - x * (k4 - x * (k6 - x * (k8 - x * (k10 - x * k12)))));
  return {.cos = from.cos * c - from.sin * s, .sin = from.sin * c + from.cos * s};
}

// Advances y from y by the weights' h, and q by what it moved. theta: of y, and then of what it has become.
// Returns what flowed as the step began.
// held: a Held, or one whose units are another kind of legs.
template <std::size_t N, Scalar T, class Mechanics, class H>
[[gnu::flatten]] Flow<T> step(const Model<T>& m, const H& held, const Mechanics& mechanics,
                              const dc_node::Weights<T>& w, State<T>& y, Angles<T>& theta,
                              Rows<T>& q) {
  const double h = w.h;
  const auto turned_to = [&](const State<T>& x) {
    Angles<T> out;
    for (std::size_t k = 0; k < N; ++k)
      out[k] = quickly_turned(theta[k], x.units[k].theta_e - y.units[k].theta_e);
    return out;
  };
  const auto drive = [&](const Flow<T>& f) { return dc_node::drive(m.node, held.U_0, f.i_node); };
  State<T> k_n, k_a, k_b, k_c;
  Rows<T> r_n, r_a, r_b, r_c;

  const Flow<T> f_n = electric_drive::rates<N>(m, held, mechanics, y, theta, k_n, r_n);
  const dc_node::State<T> b_n = drive(f_n);

  State<T> x = moved<N>(y, k_n, 0.5 * h);
  const dc_node::State<T> node_a = w.E_2 * y.node + w.P_2 * b_n;
  x.node = node_a;
  const dc_node::State<T> b_a =
      drive(electric_drive::rates<N>(m, held, mechanics, x, turned_to(x), k_a, r_a));

  x = moved<N>(y, k_a, 0.5 * h);
  x.node = w.E_2 * y.node + w.P_2 * b_a;
  const dc_node::State<T> b_b =
      drive(electric_drive::rates<N>(m, held, mechanics, x, turned_to(x), k_b, r_b));

  x = moved<N>(y, k_b, h);
  x.node = w.E_2 * node_a + w.P_2 * (2.0 * b_b + -1.0 * b_n);
  const dc_node::State<T> b_c =
      drive(electric_drive::rates<N>(m, held, mechanics, x, turned_to(x), k_c, r_c));

  const double sixth = h / 6.0, third = h / 3.0;
  State<T> next = moved<N>(moved<N>(y, k_n, sixth), k_a, third);
  next = moved<N>(moved<N>(next, k_b, third), k_c, sixth);
  next.node = w.E * y.node + w.F_1 * b_n + w.F_2 * (2.0 * (b_a + b_b)) + w.F_3 * b_c;
  theta = turned_to(next);
  y = next;
  for (const auto& [r, weight] : {std::pair{&r_n, sixth}, std::pair{&r_a, third},
                                  std::pair{&r_b, third}, std::pair{&r_c, sixth}})
    electric_drive::each_row<N>(q, *r, [&](T& sum, const T& rate) { sum += weight * rate; });
  return f_n;
}

// ---- With the DC voltage's integral exact ---------------------------------------------------------
//
// After an edge cable and capacitor ring faster than the machines turn. A machine feels u by its integral
// alone, psi_s = .. + s Lambda, dLambda/dt = u, and that is linear in the node's state: with X = int x dt,
//   X_a = P_2 x + P b_n,   X_b = P_2 x + P b_a,   X_c = X_a + P_2 x_a + P (2 b_b - b_n)
//   X(h) = G x + G_1 b_n + 2 G_2 (b_a + b_b) + G_3 b_c,   Lambda = X_u + R_C (X_i - int i_node)   (6)
//   P = (h/2)^2 phi_2(A h/2),  G = h phi_1,  G_1 = h^2 (phi_2 - 3 phi_3 + 4 phi_4),
//   G_2 = h^2 (phi_3 - 2 phi_4),  G_3 = h^2 (4 phi_4 - phi_3),   phi_k of A h                     (7)
// which is dc_node.h, (4), for the node with X beside x. Charge is X_i; the rows of i^2 take the slopes at
// both ends as well (Hermite's rule of sixth order).

template <Scalar T> struct Weights {
  dc_node::Weights<T> node;
  dc_node::Matrix<T> P, G, G_1, G_2, G_3;
};

// The vector by which a bridge follows u while all its legs conduct.
template <Scalar T> Ab<T> following(const electric_drive::UnitHeld<T>& held) { return held.s; }

// One stage: its rates without u s, and what the node is driven by.
template <Scalar T> struct Stage {
  State<T> k;
  Rows<T> r;
  dc_node::State<T> b;
  T i_node;
};

template <std::size_t N, Scalar T, class Mechanics, class H>
[[gnu::flatten]] Flow<T> step(const Model<T>& m, const H& held, const Mechanics& mechanics,
                              const Weights<T>& weights, State<T>& y, Angles<T>& theta,
                              Rows<T>& q) {
  const auto& w = weights.node;
  const double h = w.h;
  const T per_L = 1.0 / m.node.L_cable, per_C = 1.0 / m.node.C;
  std::array<Ab<T>, N> s;
  for (std::size_t n = 0; n < N; ++n) s[n] = following(held.units[n]);
  const auto turned_to = [&](const State<T>& x) {
    Angles<T> out;
    for (std::size_t n = 0; n < N; ++n)
      out[n] = quickly_turned(theta[n], x.units[n].theta_e - y.units[n].theta_e);
    return out;
  };
  const auto evaluate = [&](const State<T>& x, const Angles<T>& at, Stage<T>& out) {
    const Flow<T> f = electric_drive::rates<N>(m, held, mechanics, x, at, out.k, out.r);
    out.b = {.i = (held.U_0 + m.node.R_C * f.i_node) * per_L, .u_C = -f.i_node * per_C};
    out.i_node = f.i_node;
    for (std::size_t n = 0; n < N; ++n) {
      auto& psi = out.k.units[n].psi;
      psi = {psi.a - f.u * s[n].a, psi.b - f.u * s[n].b};
    }
    return f;
  };
  // y + h k, and the integral of u of it.
  const auto at = [&](const State<T>& from, const State<T>& k, double by,
                      const dc_node::State<T>& X, const T& charge) {
    State<T> x = moved<N>(from, k, by);
    const T Lambda = X.u_C + m.node.R_C * (X.i - charge);
    for (std::size_t n = 0; n < N; ++n) {
      auto& psi = x.units[n].psi;
      psi = {psi.a + Lambda * s[n].a, psi.b + Lambda * s[n].b};
    }
    return x;
  };
  Stage<T> n, a, b, c;
  const Flow<T> first = evaluate(y, theta, n);
  const dc_node::State<T> X_0 = w.P_2 * y.node, X_a = X_0 + weights.P * n.b;

  State<T> x = at(y, n.k, 0.5 * h, X_a, 0.5 * h * n.i_node);
  const dc_node::State<T> x_a = w.E_2 * y.node + w.P_2 * n.b;
  x.node = x_a;
  evaluate(x, turned_to(x), a);

  x = at(y, a.k, 0.5 * h, X_0 + weights.P * a.b, 0.5 * h * a.i_node);
  x.node = w.E_2 * y.node + w.P_2 * a.b;
  evaluate(x, turned_to(x), b);

  const dc_node::State<T> late = 2.0 * b.b + -1.0 * n.b;
  x = at(y, b.k, h, X_a + w.P_2 * x_a + weights.P * late, h * b.i_node);
  x.node = w.E_2 * x_a + w.P_2 * late;
  evaluate(x, turned_to(x), c);

  const double sixth = h / 6.0, third = h / 3.0;
  const dc_node::State<T> middle = 2.0 * (a.b + b.b);
  const dc_node::State<T> X =
      weights.G * y.node + weights.G_1 * n.b + weights.G_2 * middle + weights.G_3 * c.b;
  const T charge = sixth * (n.i_node + c.i_node) + third * (a.i_node + b.i_node);
  State<T> next = moved<N>(moved<N>(y, n.k, sixth), a.k, third);
  next = at(moved<N>(next, b.k, third), c.k, sixth, X, charge);
  next.node = w.E * y.node + w.F_1 * n.b + w.F_2 * middle + w.F_3 * c.b;
  theta = turned_to(next);

  const T charge_before = q.charge, i2_before = q.i2;
  for (const auto& [r, weight] : {std::pair{&n.r, sixth}, std::pair{&a.r, third},
                                  std::pair{&b.r, third}, std::pair{&c.r, sixth}})
    electric_drive::each_row<N>(q, *r, [&](T& sum, const T& rate) { sum += weight * rate; });
  q.charge = charge_before + X.i;
  const auto slope = [&](const dc_node::State<T>& z, const dc_node::State<T>& drive) {
    const auto& p = m.node;
    const T R = held.R_source + p.R_cable + p.R_C;
    return 2.0 * z.i * (drive.i - (R * z.i + z.u_C) * per_L);
  };
  q.i2 = i2_before +
         h / 30.0 * (7.0 * (n.r.i2 + next.node.i * next.node.i) + 8.0 * (a.r.i2 + b.r.i2)) +
         h * h / 60.0 * (slope(y.node, n.b) - slope(next.node, c.b));
  y = next;
  return first;
}

// omega_e h [rad]: 1e-6 of the largest current over a tick, at R_s/L up to 500 1/s.
inline constexpr double kMostTurn = 0.2;

// Steps that a tick of h [s] takes where the fastest machine turns with omega_e.
inline int steps(double h, double omega_e) {
  int n = 1;
  while (abs(omega_e) * h > kMostTurn * n) ++n;
  return n;
}

}  // namespace evsim::electric_step
