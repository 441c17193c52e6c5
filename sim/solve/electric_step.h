// One step of the electric drive inside a control tick. The DC node is solved exactly for a current that runs
// linearly, as the midpoint rule foresees it; machines and motion follow by an explicit Runge-Kutta scheme under
// the line that is nearest to the node's voltage. Both sides book the same energy but for what the forecast missed.
// In stator coordinates a held voltage is constant and the rotation enters the currents alone, through
// the angle theta_e. How far a step may turn is what the books allow; how many steps of which order a tick takes
// follows from the speed as it begins (electric_drive.h has no other fast term).
#pragma once

#include <algorithm>
#include <array>
#include <utility>

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

// Explicit Runge-Kutta schemes: stage j at t + c_j h from y + h sum a_jl k_l; the step's end is y + h sum b_j k_j.
// The classical one, of fourth order.
struct Kutta4 {
  static constexpr int kStages = 4;
  static constexpr double a[kStages][kStages] = {{}, {0.5}, {0.0, 0.5}, {0.0, 0.0, 1.0}};
  static constexpr double b[kStages] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
  static constexpr double c[kStages] = {0.0, 0.5, 0.5, 1.0};
  static constexpr double kMostTurn = 0.1;  // omega_e h [rad]
};
// Sixth order by seven stages. Source: J. C. Butcher, J. Austral. Math. Soc. 4 (1964) 179-194.
struct Butcher6 {
  static constexpr int kStages = 7;
  static constexpr double a[kStages][kStages] = {
      {},
      {1.0 / 3},
      {0.0, 2.0 / 3},
      {1.0 / 12, 1.0 / 3, -1.0 / 12},
      {-1.0 / 16, 9.0 / 8, -3.0 / 16, -3.0 / 8},
      {0.0, 9.0 / 8, -3.0 / 8, -3.0 / 4, 1.0 / 2},
      {9.0 / 44, -9.0 / 11, 63.0 / 44, 18.0 / 11, 0.0, -16.0 / 11}};
  static constexpr double b[kStages] = {11.0 / 120, 0.0,       27.0 / 40, 27.0 / 40,
                                        -4.0 / 15,  -4.0 / 15, 11.0 / 120};
  static constexpr double c[kStages] = {0.0, 1.0 / 3, 2.0 / 3, 1.0 / 3, 0.5, 0.5, 1.0};
  static constexpr double kMostTurn = 0.4;
};

// f(0), .. f(n - 1), each index a constant.
template <int n, class F> constexpr void unrolled([[maybe_unused]] F&& f) {
  [&]<int... i>(std::integer_sequence<int, i...>) {
    (f(std::integral_constant<int, i>{}), ...);
  }(std::make_integer_sequence<int, n>{});
}

// Advances y by the weights' h, and q by what it moved. theta: of y, and then of what it has become. R_source:
// that the weights were made for [Ohm]. held: a Held, or one whose units are another kind of legs.
template <std::size_t N, class Scheme, Scalar T, class Mechanics, class H>
[[gnu::flatten]] void step(const Model<T>& m, const H& held, const Mechanics& mechanics,
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

  // The node's current ahead, by the midpoint rule at the present voltage: it runs nearly straight.
  const T u_now = y.node.u_C;
  dc_node::Stepped<T> node;
  T foreseen;
  const T drop = held.R_beside * y.node.i;
  {
    State<T> k, x;
    Rows<T> r;
    Flow<T> f;
    const T i_0 = rates(y, theta, u_now, k, r).i_node;
    x = moved<N>(y, k, 0.5 * h);
    const T i_1 = rates(x, turned_to(x), u_now, k, r).i_node;
    x = moved<N>(y, k, h);
    const auto drawn = electric_drive::drawn<N>(m, held, x, turned_to(x), f, k, r);
    const T i_2 = drawn.i + drawn.p / u_now;
    const T i_mean = (i_0 + 4.0 * i_1 + i_2) / 6.0, i_slope = (i_2 - i_0) / h;
    node = dc_node::step(w, y.node, held.U_0 - drop, i_mean, i_slope);
    foreseen = h * (node.u_mean * i_mean + h * h / 12.0 * node.u_slope * i_slope);
  }

  // Machines and motion under that voltage.
  std::array<State<T>, Scheme::kStages> k;
  State<T> next = y;
  T given(0.0);
  unrolled<Scheme::kStages>([&](auto j) {
    State<T> x = y;
    unrolled<j>([&](auto l) {
      if constexpr (Scheme::a[j][l] != 0.0) x = moved<N>(x, k[l], h * Scheme::a[j][l]);
    });
    const T u = node.u_mean + (Scheme::c[j] - 0.5) * h * node.u_slope;
    Rows<T> r;
    const T i = rates(x, j == 0 ? theta : turned_to(x), u, k[j], r).i_node;
    constexpr double b = Scheme::b[j];
    if constexpr (b != 0.0) {
      given += h * b * u * i;
      next = moved<N>(next, k[j], h * b);
      electric_drive::each_row<N>(q, r, [&](T& sum, const T& rate) { sum += h * b * rate; });
    }
  });

  // What they drew beside the forecast, the capacitor gives as the step ends.
  next.node = dc_node::without(m.node, node.end, given - foreseen);
  theta = turned_to(next);
  q.charge += node.charge;
  q.source += R_source * node.i2 + drop * node.charge;
  q.cable += m.node.R_cable * node.i2 + m.node.R_C * node.capacitor;
  q.ripple += node.capacitor;
  y = next;
}

// How a tick is taken: in n steps, of sixth order where it turns far.
struct Steps {
  int n;
  bool sixth;
};
// Steps that a turn takes whose scheme may turn so far at once.
inline int parts(double turn, double most) {
  int n = 1;
  while (turn > most * n) ++n;
  return n;
}
// What the DC node may swing in a step, whose current is foreseen as a line [rad].
inline constexpr double kMostRinging = 1.0;
// Of a tick of h [s] where the fastest machine turns with omega_e and the node swings with omega_node [rad/s].
inline Steps steps(double h, double omega_e, double omega_node) {
  const double turn = abs(omega_e) * h;
  const int least = parts(omega_node * h, kMostRinging);
  const bool sixth = turn > Kutta4::kMostTurn * least;
  return {sixth ? std::max(parts(turn, Butcher6::kMostTurn), least) : least, sixth};
}

// A whole tick; w: of a step.
template <std::size_t N, Scalar T, class Mechanics, class H>
void advance(const Model<T>& m, const H& held, const Mechanics& mechanics,
             const dc_node::Weights& w, const Steps& steps, const T& R_source, State<T>& y,
             Rows<T>& q) {
  Angles<T> theta = angles(y, static_cast<int>(N));
  for (int i = 0; i < steps.n; ++i)
    if (steps.sixth)
      step<N, Butcher6>(m, held, mechanics, w, R_source, y, theta, q);
    else
      step<N, Kutta4>(m, held, mechanics, w, R_source, y, theta, q);
}

}  // namespace evsim::electric_step
