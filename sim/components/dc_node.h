// DC node: a source behind its resistance, a cable, and the capacitor that all inverters share.
//   L di/dt = U_0 - R i - u,      R = R_source + R_cable                                   (1)
//   C du_C/dt = i - i_node                                                                 (2)
//   u = u_C + R_C (i - i_node)                                                             (3)
// i_node is what inverters and consumers draw. Stores: 1/2 C u_C^2 + 1/2 L i^2; losses: R i^2 and
// R_C (i - i_node)^2, of which the source's own R_source i^2 belongs to the battery.
// The node is quick beside the machines but linear: over a step h it is solved exactly for a current that runs
// linearly, i_node = N + S (t - h/2), together with the integrals that the books need:
//   i(h), u_C(h), int i dt, mean and slope of u: linear in (i, u_C, U_0, N, S)              (4)
//   int i^2 dt, int (i - i_node)^2 dt: quadratic forms of the same                          (5)
// mean and slope of u are those of the line that is nearest to u(t): so int u i_node dt is what who draws i_node
// at that line's voltage gets, and no energy is lost between the node and those who draw from it.
// Signs: i > 0 from the source, i_node > 0 into the inverters.
#pragma once

#include <array>

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::dc_node {

// As the vehicle file gives it; both conductors.
template <Scalar T> struct Cable {
  T R = 1e-3;   // [Ohm]
  T L = 10e-6;  // with the battery's own [H]
};
template <class P, class V>
  requires same_template<P, Cable>
constexpr void describe(P& p, V&& field) {
  field(p.R, Field{"R", Dim::resistance, not_negative, "of both conductors"});
  field(p.L, Field{"L", Dim::inductance, positive, "of both conductors and the battery's cells"});
}

template <Scalar T> struct Params {
  T C{};        // of all inverters' capacitors [F]
  T R_C{};      // their equivalent series resistance [Ohm]
  T R_cable{};  // [Ohm]
  T L_cable{};  // [H]
};

template <Scalar T> struct State {
  T i;    // in the cable [A]
  T u_C;  // at the capacitor [V]
};

// (3): voltage at the inverters [V] when a current i_node [A] and a power p [W] are drawn:
//   u = B - R_C p / u,  B = u_C + R_C (i - i_node)
// by two rounds from B: the rest is (R_C p / B^2)^3 of u.
template <Scalar T>
T voltage(const Params<T>& p, const State<T>& x, const T& i_node, const T& power) {
  const T B = x.u_C + p.R_C * (x.i - i_node);
  const T share = p.R_C * power / (B * B);
  return B * (1.0 - share * (1.0 + share));
}
// Angular frequency at which cable and capacitor swing [rad/s].
template <Scalar T> T ringing(const Params<T>& p) { return 1.0 / sqrt(p.L_cable * p.C); }
template <Scalar T> T stored_energy(const Params<T>& p, const State<T>& x) {
  return 0.5 * (p.C * x.u_C * x.u_C + p.L_cable * x.i * x.i);
}

// ---- A step --------------------------------------------------------------------------------------

inline constexpr std::size_t kInputs = 5;  // i, u_C, U_0, N, S
using Row = std::array<double, kInputs>;
using Form = std::array<double, kInputs*(kInputs + 1) / 2>;  // upper triangle by rows

// (4), (5) of one step length.
struct Weights {
  double h{};  // [s]
  Row i, u_C, charge, mean, slope;
  Form i2, capacitor;
};
// R_source: of the source [Ohm].
Weights weights(const Params<double>& p, double R_source, double h);

template <Scalar T> T apply(const Row& w, const std::array<T, kInputs>& z) {
  return w[0] * z[0] + w[1] * z[1] + w[2] * z[2] + w[3] * z[3] + w[4] * z[4];
}
template <Scalar T> T apply(const Form& w, const std::array<T, kInputs>& z) {
  return z[0] * (w[0] * z[0] + w[1] * z[1] + w[2] * z[2] + w[3] * z[3] + w[4] * z[4]) +
         z[1] * (w[5] * z[1] + w[6] * z[2] + w[7] * z[3] + w[8] * z[4]) +
         z[2] * (w[9] * z[2] + w[10] * z[3] + w[11] * z[4]) + z[3] * (w[12] * z[3] + w[13] * z[4]) +
         z[4] * w[14] * z[4];
}

template <Scalar T> struct Stepped {
  State<T> end;
  T u_mean, u_slope;  // [V], [V/s]
  T charge;           // from the source [C]
  T i2;               // of its current [A2 s]
  T capacitor;        // the same of the capacitor's current
};
template <Scalar T> Stepped<T> step(const Weights& w, const State<T>& x, const T& U_0,
                                    const T& i_mean, const T& i_slope) {
  const std::array<T, kInputs> z{x.i, x.u_C, U_0, i_mean, i_slope};
  return {.end = {.i = apply(w.i, z), .u_C = apply(w.u_C, z)},
          .u_mean = apply(w.mean, z),
          .u_slope = apply(w.slope, z),
          .charge = apply(w.charge, z),
          .i2 = apply(w.i2, z),
          .capacitor = apply(w.capacitor, z)};
}

// After a small energy [J] has left the capacitor at once: 1/2 C u_C^2 falls by it, to third order in its share.
template <Scalar T> State<T> without(const Params<T>& p, const State<T>& x, const T& energy) {
  const T share = energy / (p.C * x.u_C * x.u_C);
  return {.i = x.i, .u_C = x.u_C * (1.0 - share * (1.0 + 0.5 * share * (1.0 + share)))};
}

}  // namespace evsim::dc_node
