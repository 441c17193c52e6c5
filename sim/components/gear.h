// Gear stage: a ratio with a load-dependent loss and a drag torque at its input.
//   driving  (p_in >= 0): p_out = eta (tau_in - tau_drag sign(omega)) omega_in
//   braking  (p_in <  0): the wheel side pays, p_out eta = (tau_in - tau_drag sign(omega)) omega_in
// Ratio = input / output speed. At standstill there is no drag and no loss.
#pragma once

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::gear {

template <Scalar T> struct Params {
  T ratio = kRequired;  // input / output speed [-]
  T efficiency = 1.0;   // of the mesh, both directions [-]
  T drag_torque = 0.0;  // churning, bearings and seals, at the input [Nm]
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.ratio, Field{"ratio", Dim::none, positive, "input speed over output speed"});
  field(p.efficiency, Field{"efficiency", Dim::none, positive_fraction,
                            "efficiency of the mesh, both directions"});
  field(p.drag_torque, Field{"drag_torque", Dim::torque, not_negative,
                             "churning, bearings and seals, at the input"});
}

// Output torque [Nm] of an input torque at an input speed [rad/s].
template <Scalar T> T output_torque(const Params<T>& p, const T& tau_in, const T& omega_in) {
  const T tau = tau_in - p.drag_torque * sign(omega_in);
  return p.ratio * select(tau * omega_in >= 0.0, tau * p.efficiency, tau / p.efficiency);
}
// The inverse: input torque [Nm] that gives an output torque.
template <Scalar T> T input_torque(const Params<T>& p, const T& tau_out, const T& omega_in) {
  const T tau = tau_out / p.ratio;
  return select(tau * omega_in >= 0.0, tau / p.efficiency, tau * p.efficiency) +
         p.drag_torque * sign(omega_in);
}

}  // namespace evsim::gear
