// One step of the electric drive between two edges, where legs stay at their rails: the classical Runge-Kutta
// scheme of fourth order for machines and motion, with the DC node's linear part exact. With x = (i, u_C) and
// dx/dt = A x + b over a step h:
//   x_a = E_2 x + P_2 b_n,   x_b = x_a + 1/2 (P_2 + Q_2) (b_a - b_n),   x_c = E x + P_1 b_n + 2 Q_1 (b_b - b_n),
//   x(h) = E x + F_1 b_n + 2 F_2 (b_a + b_b) + F_3 b_c,   E = e^(A h),  E_2 = e^(A h/2)     (1)
//   P_2 = h/2 phi_1(A h/2),  Q_2 = h/2 phi_2(A h/2),  P_1 = h phi_1,  Q_1 = h phi_2,
//   F_1 = h (phi_1 - 3 phi_2 + 4 phi_3),  F_2 = h (phi_2 - 2 phi_3),  F_3 = h (4 phi_3 - phi_2),  phi_k of A h   (2)
// In stage b the drive of the node is the mean of b_a held and of the line from b_n to b_a. Where b rises evenly,
// stages a and b then err by as much to either side, and c not at all: what machine and node exchange is off by
// the fifth power of the step alone, in size a tenth of what stages of held drives leave.
// electric_step.h is for vectors that are held over a tick; its weights take longer to make than these, which
// each interval between two edges needs anew.
// After an edge cable and capacitor ring faster than the machines turn. A machine feels u by its integral
// alone, psi_s = .. + s Lambda, dLambda/dt = u, and that is linear in the node's state: with X = int x dt,
//   X_a = P_2 x + P b_n,   X_b = X_a + 1/2 (P + Q) (b_a - b_n),   X_c = G x + G_P b_n + 2 G_Q (b_b - b_n)
//   X(h) = G x + G_1 b_n + 2 G_2 (b_a + b_b) + G_3 b_c,   Lambda = X_u + R_C (X_i - int i_node)   (3)
//   P = (h/2)^2 phi_2(A h/2),  Q = (h/2)^2 phi_3(A h/2),  G = h phi_1,  G_P = h^2 phi_2,  G_Q = h^2 phi_3,
//   G_1 = h^2 (phi_2 - 3 phi_3 + 4 phi_4),  G_2 = h^2 (phi_3 - 2 phi_4),  G_3 = h^2 (4 phi_4 - phi_3),  phi_k of A h   (4)
// which is (1) for the node with X beside x. Charge is X_i; the rows of i^2 take the slopes at
// both ends as well (Hermite's rule of sixth order).
// Sources: weights F: S. Cox, P. Matthews, J. Comput. Phys. 176 (2002), (26) to (29); a line as the drive of stage c:
// S. Krogstad, J. Comput. Phys. 203 (2005) 72-88.
#pragma once

#include "sim/solve/electric_step.h"

namespace evsim::edge_step {

using electric_drive::Flow;
using electric_drive::Model;
using electric_drive::Rows;
using electric_drive::State;
using electric_step::Angles;

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

template <Scalar T> struct Matrix {
  T ii, iu, ui, uu;
};
template <Scalar T> dc_node::State<T> operator*(const Matrix<T>& m, const dc_node::State<T>& x) {
  return {.i = m.ii * x.i + m.iu * x.u_C, .u_C = m.ui * x.i + m.uu * x.u_C};
}
template <Scalar T> dc_node::State<T> operator*(double c, const dc_node::State<T>& x) {
  return {.i = c * x.i, .u_C = c * x.u_C};
}
template <Scalar T>
dc_node::State<T> operator+(const dc_node::State<T>& x, const dc_node::State<T>& y) {
  return {.i = x.i + y.i, .u_C = x.u_C + y.u_C};
}
// A of the node.
template <Scalar T> Matrix<T> matrix(const dc_node::Params<T>& p, const T& R_source) {
  return {.ii = -(R_source + p.R_cable + p.R_C) / p.L_cable,
          .iu = -1.0 / p.L_cable,
          .ui = 1.0 / p.C,
          .uu = T(0.0)};
}

template <Scalar T> struct NodeWeights {
  double h{};
  Matrix<T> E_2, P_2, Q_2, E, P_1, Q_1, F_1, F_2, F_3;  // (2)
};

template <Scalar T> struct Weights {
  NodeWeights<T> node;
  Matrix<T> P, Q, G, G_P, G_Q, G_1, G_2, G_3;  // (4)
};

// The vector by which a bridge follows u while all its legs conduct.
template <Scalar T> Ab<T> following(const electric_drive::UnitHeld<T>& held) { return held.s; }

// One stage: its rates without u s, and what the node is driven by.
template <Scalar T> struct Stage {
  State<T> k;
  Rows<T> r;
  dc_node::State<T> b;
  T i_node, i2, i_C2;
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
      out[n] = turned(theta[n], x.units[n].theta_e - y.units[n].theta_e);
    return out;
  };
  const auto evaluate = [&](const State<T>& x, const Angles<T>& at, Stage<T>& out) {
    const Flow<T> f = electric_drive::rates<N>(m, held, mechanics, x, at, out.k, out.r);
    out.b = {.i = (held.U_0 + m.node.R_C * f.i_node) * per_L, .u_C = -f.i_node * per_C};
    out.i_node = f.i_node;
    out.i2 = x.node.i * x.node.i;
    out.i_C2 = (x.node.i - f.i_node) * (x.node.i - f.i_node);
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

  dc_node::State<T> rise = a.b + -1.0 * n.b;
  x = at(y, a.k, 0.5 * h, X_a + 0.5 * (weights.P * rise + weights.Q * rise),
         h * (0.125 * n.i_node + 0.375 * a.i_node));
  x.node = x_a + 0.5 * (w.P_2 * rise + w.Q_2 * rise);
  evaluate(x, turned_to(x), b);

  rise = 2.0 * (b.b + -1.0 * n.b);
  x = at(y, b.k, h, weights.G * y.node + weights.G_P * n.b + weights.G_Q * rise, h * b.i_node);
  x.node = w.E * y.node + w.P_1 * n.b + w.Q_1 * rise;
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

  const auto add = [&q](const Rows<T>& r, double weight) {
    electric_drive::each_row<N>(q, r, [&](T& sum, const T& rate) { sum += weight * rate; });
  };
  add(n.r, sixth), add(a.r, third), add(b.r, third), add(c.r, sixth);
  const auto slope = [&](const dc_node::State<T>& z, const dc_node::State<T>& drive) {
    const auto& p = m.node;
    const T R = held.R_source + p.R_cable + p.R_C;
    return 2.0 * z.i * (drive.i - (R * z.i + z.u_C) * per_L);
  };
  const T i2 = h / 30.0 * (7.0 * (n.i2 + next.node.i * next.node.i) + 8.0 * (a.i2 + b.i2)) +
               h * h / 60.0 * (slope(y.node, n.b) - slope(next.node, c.b));
  q.charge += X.i;
  q.source += held.R_source * i2;
  const T i_C2 = sixth * (n.i_C2 + c.i_C2) + third * (a.i_C2 + b.i_C2);
  q.cable += m.node.R_cable * i2 + m.node.R_C * i_C2;
  q.ripple += i_C2;
  y = next;
  return first;
}

}  // namespace evsim::edge_step
