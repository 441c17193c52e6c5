// The scheme of the multi-body car (multibody.h): the classical Runge-Kutta scheme of fourth order,
//   k_1 = f(x),  k_2 = f(x + h/2 k_1),  k_3 = f(x + h/2 k_2),  k_4 = f(x + h k_3),
//   x += h/6 (k_1 + 2 k_2 + 2 k_3 + k_4)                                                                 (1)
// in whole steps of a run where all runs smoothly. Where wheels land, flanks meet or friction lets go, forces bend more than
// its order can follow: speeds then tell by
//   h/6 (k_1 - k_2 - k_3 + k_4)                                                                          (2)
// what (1) gives beyond the rule of the middle, of second order. A step that says too much is taken again in quarters, as often
// as twice, and so is one in which flanks of a shaft part or meet, of which its slopes may know nothing.
// It is stable to h = 1 ms and beyond, what brakes at rest allow (2.8 of dry_friction's t_0). Of shafts that swing with omega
// it takes (omega h)^6 / 72 of their energy a step.
#pragma once

#include "sim/vehicle/multibody.h"

namespace evsim::multibody {

namespace detail {

// Of (2) [m/s], [rad/s].
inline constexpr double kBentTravel = 2e-4, kBentSpin = 5e-4;
inline constexpr int kQuarterings = 2;

// Speeds that forces bend.
struct Bend {
  Pack travel = 0.0, spin = 0.0;  // of the wheels
  std::array<double, kMaxDriveUnits> carrier{}, difference{};

  void add(const Model& m, double by, const State& k) {
    travel += by * quad<double>(k.chassis.s_rate);
    spin += by * quad<double>(k.Omega);
    for (std::size_t n = 0; n < m.n_units; ++n) {
      carrier[n] += by * k.units[n].omega_c;
      difference[n] += by * k.units[n].domega;
    }
  }
  bool too_much(const Model& m) const {
    bool out = any(abs(travel) > Pack(kBentTravel)) || any(abs(spin) > Pack(kBentSpin));
    for (std::size_t n = 0; n < m.n_units; ++n)
      out = out || max(abs(carrier[n]), abs(difference[n])) > kBentSpin;
    return out;
  }
};

// Between two places of the step, h apart; q takes up what flows. Returns (2).
inline Bend advance(const Model& m, const Held& held, double h, double from, double to,
                    const Rates& first, State& x, Rows& q) {
  const double middle = 0.5 * (from + to), sixth = h / 6.0, third = h / 3.0;
  Bend bend;
  State end = x;
  const auto take = [&](const Rates& k, double weight, double by) {
    end = plus(end, weight, k.state);
    q = plus(q, weight, k.rows);
    bend.add(m, by, k.state);
  };
  take(first, sixth, sixth);
  Rates k = rates(m, held, plus(x, 0.5 * h, first.state), middle);
  take(k, third, -sixth);
  k = rates(m, held, plus(x, 0.5 * h, k.state), middle);
  take(k, third, -sixth);
  k = rates(m, held, plus(x, h, k.state), to);
  take(k, sixth, sixth);
  x = end;
  return bend;
}
// How the flanks of a shaft stand: 0 free, 1 coming to bear, 2 bearing; > 0 forward.
inline int flanks(const half_shaft::Params<double>& p, double twist) {
  const double e = abs(twist) - 0.5 * p.backlash;
  const int touch = e > 0.0 ? (e > half_shaft::kBearing * p.backlash ? 2 : 1) : 0;
  return twist < 0.0 ? -touch : touch;
}
// Whether flanks part or meet from one state to another.
inline bool flanks_change(const Model& m, const State& a, const State& b) {
  bool out = false;
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const auto changes = [&](double before, double after) {
      return flanks(m.units[n].shaft, before) != flanks(m.units[n].shaft, after);
    };
    out = out || changes(a.units[n].twist_l, b.units[n].twist_l) ||
          changes(a.units[n].twist_r, b.units[n].twist_r);
  }
  return out;
}
// The same, in quarters where it bends.
inline void pass(const Model& m, const Held& held, double h, double from, double to,
                 const Rates& first, int quarterings, State& x, Rows& q) {
  const State start = x;
  const Rows before = q;
  const Bend bend = advance(m, held, h, from, to, first, x, q);
  if (quarterings == 0 || !(bend.too_much(m) || flanks_change(m, start, x))) return;
  x = start, q = before;
  const auto place = [&](int i) { return from + 0.25 * (to - from) * i; };
  for (int i = 0; i < 4; ++i)
    pass(m, held, 0.25 * h, place(i), place(i + 1), i == 0 ? first : rates(m, held, x, place(i)),
         quarterings - 1, x, q);
}
// Parts of a step h. Both outputs of a differential swing against each other faster than anything else in a car:
//   lambda^2 + c/J lambda + k/J = 0,   J = J_s; where a unit turns one wheel, of its rotor and gears
// Where c is large one root is near c/J, for which the scheme is stable to 2.8 / h.
inline int parts(const Model& m, double h) {
  constexpr double kMostTurn = 1.6, kMostDecay = 2.4;
  int n = 1;
  for (std::size_t i = 0; i < m.n_units; ++i) {
    const auto& unit = m.units[i];
    const double per_J =
        1.0 / (unit.turns == Turns::both ? unit.differential.side_inertia : spinning(unit.gears).J);
    while (h * h * unit.shaft.stiffness * per_J > kMostTurn * kMostTurn * n * n ||
           h * unit.shaft.damping * per_J > kMostDecay * n)
      ++n;
  }
  return n;
}

}  // namespace detail

// One step; q takes up what flowed. Returns the rates as it begins.
inline Rates step(const Model& m, const Held& held, double h, State& x, Rows& q) {
  const Rates first = rates(m, held, x, 0.0);
  const int n = detail::parts(m, h);
  for (int i = 0; i < n; ++i) {
    const double from = static_cast<double>(i) / n, to = static_cast<double>(i + 1) / n;
    detail::pass(m, held, h / n, from, to, i == 0 ? first : rates(m, held, x, from),
                 detail::kQuarterings, x, q);
  }
  return first;
}

}  // namespace evsim::multibody
