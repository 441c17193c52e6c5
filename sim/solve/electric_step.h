// One step of the electric drive inside a control tick. The DC node is solved exactly for a current that runs
// linearly, as the midpoint rule foresees it; machines and motion follow by the classical Runge-Kutta scheme
// of fourth order under the line that is nearest to the node's voltage. Both sides book the same energy but for
// what the forecast missed.
// In stator coordinates a held voltage is constant and the rotation enters the currents alone, through
// the angle theta_e: a step of omega_e h <= 0.1 errs by some 1e-8 of the largest current.
// How many steps a tick takes follows from the speed as it begins (electric_drive.h has no other fast term).
#pragma once

#include <array>

#include "sim/vehicle/electric_drive.h"

namespace evsim::electric_step {

using electric_drive::Flow;
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

// Advances y by the weights' h, and q by what it moved. theta: of y, and then of what it has become. R_source:
// that the weights were made for [Ohm]. held: a Held, or one whose units are another kind of legs. Returns what
// flowed as the step began.
template <std::size_t N, Scalar T, class H, class Mechanics>
[[gnu::flatten]] Flow<T> step(const Model<T>& m, const H& held, const Mechanics& mechanics,
                              const dc_node::Weights& w, const T& R_source, State<T>& y,
                              Angles<T>& theta, Rows<T>& q) {
  const double h = w.h;
  const auto turned_to = [&](const State<T>& x) {
    Angles<T> out;
    for (std::size_t k = 0; k < N; ++k)
      out[k] = turned(theta[k], x.units[k].theta_e - y.units[k].theta_e);
    return out;
  };
  const auto rates = [&](const State<T>& x, const Angles<T>& at, const T& u, State<T>& k,
                         Rows<T>& r) {
    return electric_drive::rates<N>(m, held, mechanics, x, at, u, k, r);
  };
  State<T> k_n, k_a, k_b, k_c, x;
  Rows<T> r_n, r_a, r_b, r_c;

  // The node's current ahead, by the midpoint rule at the present voltage: it runs nearly straight.
  const T u_now = y.node.u_C;
  Flow<T> f = rates(y, theta, u_now, k_n, r_n);
  const T i_0 = f.i_node;
  x = moved<N>(y, k_n, 0.5 * h);
  const T i_1 = rates(x, turned_to(x), u_now, k_a, r_a).i_node;
  x = moved<N>(y, k_a, h);
  const auto drawn = electric_drive::drawn<N>(m, held, x, turned_to(x), f, k_b, r_b);
  const T i_2 = drawn.i + drawn.p / u_now;
  const T i_mean = (i_0 + 4.0 * i_1 + i_2) / 6.0, i_slope = (i_2 - i_0) / h;
  const T drop = held.R_beside * y.node.i;
  const auto node = dc_node::step(w, y.node, held.U_0 - drop, i_mean, i_slope);
  const T u_0 = node.u_mean - 0.5 * h * node.u_slope, u_2 = node.u_mean + 0.5 * h * node.u_slope;

  // Machines and motion under that voltage.
  const Flow<T> f_n = rates(y, theta, u_0, k_n, r_n);
  x = moved<N>(y, k_n, 0.5 * h);
  const T i_a = rates(x, turned_to(x), node.u_mean, k_a, r_a).i_node;
  x = moved<N>(y, k_a, 0.5 * h);
  const T i_b = rates(x, turned_to(x), node.u_mean, k_b, r_b).i_node;
  x = moved<N>(y, k_b, h);
  const T i_c = rates(x, turned_to(x), u_2, k_c, r_c).i_node;

  const double sixth = h / 6.0, third = h / 3.0;
  State<T> next = moved<N>(moved<N>(y, k_n, sixth), k_a, third);
  next = moved<N>(moved<N>(next, k_b, third), k_c, sixth);
  // What they drew beside the forecast, the capacitor gives as the step ends.
  const T given = sixth * (u_0 * f_n.i_node + 2.0 * node.u_mean * (i_a + i_b) + u_2 * i_c);
  const T foreseen = h * (node.u_mean * i_mean + h * h / 12.0 * node.u_slope * i_slope);
  next.node = dc_node::without(m.node, node.end, given - foreseen);
  theta = turned_to(next);
  q.charge += node.charge;
  q.source += R_source * node.i2 + drop * node.charge;
  q.cable += m.node.R_cable * node.i2 + m.node.R_C * node.capacitor;
  q.ripple += node.capacitor;
  y = next;
  const auto add = [&q](const Rows<T>& r, double weight) {
    electric_drive::each_row<N>(q, r, [&](T& sum, const T& rate) { sum += weight * rate; });
  };
  add(r_n, sixth), add(r_a, third), add(r_b, third), add(r_c, sixth);
  return f_n;
}

inline constexpr double kMostTurn = 0.1;  // omega_e h [rad]

// Steps that a tick of h [s] takes where the fastest machine turns with omega_e.
inline int steps(double h, double omega_e) {
  int n = 1;
  while (abs(omega_e) * h > kMostTurn * n) ++n;
  return n;
}

}  // namespace evsim::electric_step
