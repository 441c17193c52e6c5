// Gear stage: a ratio with a load-dependent loss and a drag torque at its input.
//   driving  (p_in >= 0): p_out = eta (tau_in - tau_drag sign(omega)) omega_in
//   braking  (p_in <  0): the wheel side pays, p_out eta = (tau_in - tau_drag sign(omega)) omega_in
// Ratio = input / output speed. At standstill there is no drag and no loss.
// A stage with two speeds is in the first up to shift_speed of the car and in the second from a tenth above it;
// between them the ratio passes smoothly from one to the other, as through a clutch (a jump would let the
// car chatter about the shift speed). Neglected: the time and the loss of a shift, and the kinetic energy
// that the rotor gives off or takes up in it; the chassis counts the rotor's inertia by the second speed.
#pragma once

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::gear {

template <Scalar T> struct Params {
  T ratio = kRequired;        // input / output speed [-]
  T efficiency = 1.0;         // of the mesh, both directions [-]
  T drag_torque = 0.0;        // churning, bearings and seals, at the input [Nm]
  T second_ratio = 0.0;       // of the second speed; 0: there is none [-]
  T shift_speed = kInfinity;  // of the car, where the second begins to engage [m/s]
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.ratio, Field{"ratio", Dim::none, positive, "input speed over output speed"});
  field(p.efficiency, Field{"efficiency", Dim::none, positive_fraction,
                            "efficiency of the mesh, both directions"});
  field(p.drag_torque, Field{"drag_torque", Dim::torque, not_negative,
                             "churning, bearings and seals, at the input"});
  field(p.second_ratio, Field{"second_ratio", Dim::none, not_negative,
                              "ratio of the second speed; 0: there is none"});
  field(p.shift_speed, Field{"shift_speed", Dim::speed, positive,
                             "speed of the car at which the second speed begins to engage"});
}

inline constexpr double kShiftWidth = 0.1;  // of the shift speed

// Ratio at a speed of the car [m/s].
template <Scalar T> T engaged_ratio(const Params<T>& p, const T& v) {
  const auto two = p.second_ratio > 0.0;
  if (!any(two)) return p.ratio;
  const T shift = select(two, p.shift_speed, T(1.0));
  const T s = clamp((abs(v) - shift) / (kShiftWidth * shift), 0.0, 1.0);
  const T between = p.ratio + s * s * (3.0 - 2.0 * s) * (p.second_ratio - p.ratio);
  return select(two, between, p.ratio);
}
// The ratio of the highest speed.
inline double longest_ratio(const Params<double>& p) {
  return p.second_ratio > 0.0 ? p.second_ratio : p.ratio;
}

// Output torque [Nm] of an input torque at a speed of the car [m/s], whose sign the rotation has.
template <Scalar T> T output_torque(const Params<T>& p, const T& tau_in, const T& v) {
  const T tau = tau_in - p.drag_torque * sign(v);
  return engaged_ratio(p, v) * select(tau * v >= 0.0, tau * p.efficiency, tau / p.efficiency);
}
// The inverse: input torque [Nm] that gives an output torque.
template <Scalar T> T input_torque(const Params<T>& p, const T& tau_out, const T& v) {
  const T tau = tau_out / engaged_ratio(p, v);
  return select(tau * v >= 0.0, tau / p.efficiency, tau * p.efficiency) + p.drag_torque * sign(v);
}

}  // namespace evsim::gear
