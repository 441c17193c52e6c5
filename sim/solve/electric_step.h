// One step of the electric drive inside a control tick, by collocation: machines, motion and what the books need
// are taken at the four nodes of gauss.h, all at once in the lanes of a Pack. Their states there follow from each
// other:
//   x_j = x + h sum_l a_jl f(x_l),   x(h) = x + h sum_l b_l f(x_l)                            (1)
// As a held voltage is constant in stator coordinates, f depends on fluxes only through R_s i_s and, by the node's
// voltage, through the current drawn: with h R_s / L of some per cent each round of (1) gains two digits.
// The DC node is solved exactly for the cubic through i_node at the nodes, dc_node.h; machines and node see the
// same voltage and current there, so that no energy is lost between them.
// How far a step may turn is what four nodes resolve; how many rounds and steps a tick takes follows from the
// model, the speed and the consumers' current as it begins.
// Source of (1): J. C. Butcher, Math. Comp. 18 (1964) 50-64; order 8.
#pragma once

#include <algorithm>
#include <array>

#include "sim/base/gauss.h"
#include "sim/vehicle/electric_drive.h"

namespace evsim::electric_step {

using electric_drive::Flow;
using electric_drive::Model;
using electric_drive::Rows;
using electric_drive::State;
using electric_drive::Unit;

template <Scalar T> using Angles = std::array<Angle<T>, kMaxDriveUnits>;

template <Scalar T> Angles<T> angles(const State<T>& y, int n_units) {
  Angles<T> out{};
  for (std::size_t n = 0; n < static_cast<std::size_t>(n_units); ++n)
    out[n] = angle(y.units[n].theta_e);
  return out;
}

// op(state of the start, state of the nodes' groups, its rates) for each state but the node's.
template <std::size_t N, Scalar T, class X, class D, class Op>
void each_state(const Model<T>& m, State<T>& y, X& x, const D& dx, Op&& op) {
  const auto one = [&](T& start, auto member) {
    gauss::Nodes<T> rate;
    for (std::size_t g = 0; g < rate.size(); ++g) rate[g] = member(dx[g]);
    op(
        start, [&](std::size_t g) -> auto& { return member(x[g]); }, rate);
  };
  for (std::size_t n = 0; n < N; ++n) {
    auto& u = y.units[n];
    one(u.psi.a, [n](auto& s) -> auto& { return s.units[n].psi.a; });
    one(u.psi.b, [n](auto& s) -> auto& { return s.units[n].psi.b; });
    one(u.theta_e, [n](auto& s) -> auto& { return s.units[n].theta_e; });
    if (!dq_machine::has_rotor(m.units[n].machine)) continue;
    one(u.rotor.x, [n](auto& s) -> auto& { return s.units[n].rotor.x; });
    one(u.rotor.y, [n](auto& s) -> auto& { return s.units[n].rotor.y; });
  }
  one(y.v, [](auto& s) -> auto& { return s.v; });
}

// ---- A step --------------------------------------------------------------------------------------

// Advances y by the weights' h, theta with it, and q by what it moved, in some rounds of (1). R_source: that the
// weights were made for [Ohm]. held: a Held, or one whose units are another kind of legs.
template <std::size_t N, Scalar T, class Mechanics, class H>
[[gnu::flatten]] void step(const Model<T>& m, const H& held, const Mechanics& mechanics,
                           const dc_node::Weights& w, int rounds, const T& R_source, State<T>& y,
                           Angles<T>& theta, Rows<T>& q) {
  using V = gauss::Group<T>;
  constexpr std::size_t G = gauss::kGroups<T>;
  const double h = w.h;
  std::array<T, N> ahead;  // angles of the step's middle, as foreseen
  std::array<Angle<T>, N> middle;
  for (std::size_t n = 0; n < N; ++n) {
    const T turn = 0.5 * h * m.units[n].machine.common.n_p * mechanics.omega(n, y.v);
    ahead[n] = y.units[n].theta_e + turn;
    middle[n] = turned(theta[n], turn);
  }

  // A first guess goes on as the step begins; the capacitor's voltage runs on straight.
  std::array<State<V>, G> x, dx;
  gauss::Nodes<T> u, i_node;
  {
    State<T> k;
    Rows<T> unused;
    const T i_begin =
        electric_drive::rates<N>(m, held, mechanics, y, theta, y.node.u_C, k, unused).i_node;
    const T u_rate = (y.node.i - i_begin) / m.node.C;
    for (std::size_t g = 0; g < G; ++g) {
      const auto t = h * gauss::group<T>(gauss::c, g);
      u[g] = y.node.u_C + t * u_rate;
      const V bent = 0.5 * t * t * u_rate;
      for (std::size_t n = 0; n < N; ++n) {
        const auto &s = y.units[n], &d = k.units[n];
        const auto& along = held.units[n].s;
        x[g].units[n] = {.psi = {s.psi.a + (t * d.psi.a + bent * along.a),
                                 s.psi.b + (t * d.psi.b + bent * along.b)},
                         .rotor = {s.rotor.x + t * d.rotor.x, s.rotor.y + t * d.rotor.y},
                         .theta_e = s.theta_e + t * d.theta_e};
      }
      x[g].v = y.v + t * k.v;
    }
  }

  const T drop = held.R_beside * y.node.i;
  dc_node::Inputs<T> z{y.node.i, y.node.u_C, held.U_0 - drop};
  const auto evaluate = [&](std::array<Rows<V>, G>& r) {
    std::array<Flow<V>, G> f;
    std::array<Angles<V>, G> at;
    for (std::size_t g = 0; g < G; ++g) {
      for (std::size_t n = 0; n < N; ++n)
        at[g][n] =
            turned(Angle<V>{V(middle[n].cos), V(middle[n].sin)}, x[g].units[n].theta_e - ahead[n]);
      const auto drawn = electric_drive::drawn<N>(m, held, x[g], at[g], f[g], dx[g], r[g]);
      i_node[g] = drawn.i + drawn.p / u[g];
    }
    for (std::size_t l = 0; l < gauss::kNodes; ++l) z[3 + l] = gauss::at<T>(i_node, l);
    for (std::size_t g = 0; g < G; ++g) {
      u[g] = dc_node::at_nodes<T>(w.u, z, g);
      electric_drive::rates_at<N>(m, held, mechanics, x[g], at[g], u[g], f[g], dx[g], r[g]);
    }
  };
  for (int round = 1; round < rounds; ++round) {
    std::array<Rows<V>, G> unused;
    evaluate(unused);
    each_state<N>(m, y, x, dx, [&](const T& start, const auto& at, const auto& rate) {
      for (std::size_t g = 0; g < G; ++g) at(g) = start + h * gauss::up_to_nodes<T>(rate, g);
    });
  }
  std::array<Rows<V>, G> r;
  evaluate(r);

  each_state<N>(m, y, x, dx, [&](T& start, const auto&, const auto& rate) {
    start += h * gauss::over_step<T>(rate);
  });
  for (std::size_t n = 0; n < N; ++n) theta[n] = turned(middle[n], y.units[n].theta_e - ahead[n]);
  y.node = dc_node::end(w, z);
  for (std::size_t g = 0; g < G; ++g)
    electric_drive::each_row<N>(q, r[g], [&](T& sum, const V& rate) {
      if constexpr (G == 1)
        sum += h * gauss::over_step<T>({rate});
      else
        sum += h * gauss::b[g] * rate;
    });
  gauss::Nodes<T> i, squared, ripple;
  for (std::size_t g = 0; g < G; ++g) {
    i[g] = dc_node::at_nodes<T>(w.i, z, g);
    const V i_C = i[g] - i_node[g];
    squared[g] = i[g] * i[g];
    ripple[g] = i_C * i_C;
  }
  const T charge = h * gauss::over_step<T>(i), i2 = h * gauss::over_step<T>(squared),
          i_C2 = h * gauss::over_step<T>(ripple);
  q.charge += charge;
  q.source += R_source * i2 + drop * charge;
  q.cable += m.node.R_cable * i2 + m.node.R_C * i_C2;
  q.ripple += i_C2;
}

// How a tick is taken.
struct Steps {
  int n;
  int rounds;  // of each
};
// Steps that a turn takes whose scheme may turn so far at once.
inline int parts(double turn, double most) {
  int n = 1;
  while (turn > most * n) ++n;
  return n;
}
inline constexpr double kMostTurn = 1.0;     // omega_e h [rad]
inline constexpr double kMostRinging = 2.0;  // of the DC node [rad]
inline constexpr int kMostRounds = 12;

// What a round of a step of h [s] leaves of an error, where currents run smoothly and where one changes sign.
struct Left {
  double smooth, at_sign;
};
// G_node: by how much the consumers' current rises as the node's voltage falls [S].
template <Scalar T>
Left left(const Unit<T>& m, double C_node, double G_node, double omega_e, double h) {
  constexpr double kHot = 1.6;  // copper at 170 degC over that at 20 degC
  const auto& x = m.machine.common;
  const double R = kHot * lane(x.R_s, 0) * (1.0 + lane(x.k_ac, 0) * omega_e * omega_e) +
                   lane(m.inverter.R_on, 0);
  const double per_L = 0.25 * h * m.quickness.per_L;
  const double smooth = per_L * (R + h / (6.0 * C_node)) +
                        0.25 * h * (kHot * m.quickness.rotor_decay + G_node / C_node);
  return {.smooth = smooth, .at_sign = smooth + per_L * m.R_sign};
}
// Until currents err by 1e-7 of the largest. What changes with a sign is some per cent of the voltage.
inline int rounds(const Left& left) {
  int n = 1;
  for (double error = left.smooth * left.smooth, beside = left.at_sign;
       (error > 1e-7 || beside > 0.002) && n < kMostRounds; error *= left.smooth)
    beside *= left.at_sign, ++n;
  return n;
}
// Of a tick of h [s] where the machines turn with omega_e; G_node as above.
template <Scalar T> Steps steps(const Model<T>& m,
                                const std::array<double, kMaxDriveUnits>& omega_e, double h,
                                double G_node = 0.0) {
  const double turn = h * *std::max_element(omega_e.begin(), omega_e.begin() + m.n_units,
                                            [](double a, double b) { return abs(a) < abs(b); });
  const int n = std::max(parts(abs(turn), kMostTurn),
                         parts(lane(dc_node::ringing(m.node), 0) * h, kMostRinging));
  int most = 1;
  for (std::size_t k = 0; k < static_cast<std::size_t>(m.n_units); ++k)
    most = std::max(most, rounds(left(m.units[k], lane(m.node.C, 0), G_node, omega_e[k], h / n)));
  return {n, most};
}

// A whole tick; w: of a step.
template <std::size_t N, Scalar T, class Mechanics, class H>
void advance(const Model<T>& m, const H& held, const Mechanics& mechanics,
             const dc_node::Weights& w, const Steps& steps, const T& R_source, State<T>& y,
             Rows<T>& q) {
  Angles<T> theta = angles(y, static_cast<int>(N));
  for (int i = 0; i < steps.n; ++i)
    step<N>(m, held, mechanics, w, steps.rounds, R_source, y, theta, q);
}

}  // namespace evsim::electric_step
