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
      out[k] = turned(theta[k], x.units[k].theta_e - y.units[k].theta_e);
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

// omega_e h [rad]: 1e-6 of the largest current over a tick, at R_s/L up to 500 1/s.
inline constexpr double kMostTurn = 0.2;

// Steps that a tick of h [s] takes where the fastest machine turns with omega_e.
inline int steps(double h, double omega_e) {
  int n = 1;
  while (abs(omega_e) * h > kMostTurn * n) ++n;
  return n;
}

}  // namespace evsim::electric_step
