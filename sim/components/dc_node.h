// DC node: a source behind its resistance, a cable, and the capacitor that all inverters share.
//   L di/dt = U_0 - R i - u,      R = R_source + R_cable                                   (1)
//   C du_C/dt = i - i_node                                                                 (2)
//   u = u_C + R_C (i - i_node)                                                             (3)
// i_node is what inverters and consumers draw. Stores: 1/2 C u_C^2 + 1/2 L i^2; losses: R i^2 and
// R_C (i - i_node)^2, of which the source's own R_source i^2 belongs to the battery.
// The node is quick beside the machines but linear: over a step it is solved exactly for a current i_node that
// is a cubic through its values at the four nodes of gauss.h:
//   i and u at these nodes and i, u_C at the end: linear in (i, u_C, U_0, i_node at the nodes)   (4)
// Signs: i > 0 from the source, i_node > 0 into the inverters.
#pragma once

#include <array>

#include "sim/base/fields.h"
#include "sim/base/gauss.h"
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
template <Scalar P, Scalar T>
T voltage(const Params<P>& p, const State<T>& x, const T& i_node, const T& power) {
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

inline constexpr std::size_t kInputs = 3 + gauss::kNodes;  // i, u_C, U_0, i_node at the nodes
template <Scalar T> using Inputs = std::array<T, kInputs>;

// (4) of one step length: what each input does.
struct Weights {
  double h{};                                   // [s]
  std::array<gauss::Values, kInputs> i{}, u{};  // at the nodes
  std::array<double, kInputs> i_end{}, u_end{};
};
// R_source: of the source [Ohm].
Weights weights(const Params<double>& p, double R_source, double h);

template <Scalar T> gauss::Group<T> at_nodes(const std::array<gauss::Values, kInputs>& w,
                                             const Inputs<T>& z, std::size_t g) {
  gauss::Group<T> sum = gauss::group<T>(w[0], g) * z[0];
  for (std::size_t k = 1; k < kInputs; ++k) sum += gauss::group<T>(w[k], g) * z[k];
  return sum;
}
template <Scalar T> State<T> end(const Weights& w, const Inputs<T>& z) {
  State<T> x{w.i_end[0] * z[0], w.u_end[0] * z[0]};
  for (std::size_t k = 1; k < kInputs; ++k) {
    x.i += w.i_end[k] * z[k];
    x.u_C += w.u_end[k] * z[k];
  }
  return x;
}

}  // namespace evsim::dc_node
