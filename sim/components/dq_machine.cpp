#include "sim/components/dq_machine.h"

#include "sim/base/constants.h"

namespace evsim::dq_machine {
namespace {

double largest(const magnetics::Stiffness<double>& k) { return max(k.dd, k.qq) + abs(k.dq); }

Quickness quickness(const Synchronous<double>& c, double I_max) {
  constexpr int kDirections = 16;
  double per_L = largest(magnetics::stiffness(c.magnetics, magnetics::fluxes(c.magnetics, {})));
  for (const double share : {0.5, 1.0})
    for (int k = 0; k < kDirections; ++k) {
      const auto [s, co] = sincos(kTwoPi * k / kDirections);
      const Dq<double> i{share * I_max * co, share * I_max * s};
      per_L =
          max(per_L, largest(magnetics::stiffness(c.magnetics, magnetics::fluxes(c.magnetics, i))));
    }
  return {.per_L = per_L, .rotor_decay = 0.0};
}
Quickness quickness(const Excited<double>& c, double) {
  const double det = c.L_d * c.L_f - 1.5 * c.L_m * c.L_m;
  return {.per_L = max(c.L_f / det, 1.0 / c.L_q), .rotor_decay = c.R_f * c.L_d / det};
}
Quickness quickness(const Induction<double>& c, double I_max) {
  // The main flux that needs I_max, by bisection; its slope there.
  double low = 0.0, high = c.L_s * I_max;
  for (int round = 0; round < 60; ++round) {
    const double psi = 0.5 * (low + high);
    (psi * (1.0 + saturation(c, psi * psi)) > c.L_s * I_max ? high : low) = psi;
  }
  const double main = (1.0 + (c.S + 1.0) * saturation(c, low * low)) / c.L_s;
  return {.per_L = 1.0 / c.L_l + main, .rotor_decay = c.R_r / c.L_l};
}

}  // namespace

Quickness quickness(const Model<double>& m, double I_max) {
  return std::visit([&](const auto& c) { return quickness(c, I_max); }, m.circuit);
}

}  // namespace evsim::dq_machine
