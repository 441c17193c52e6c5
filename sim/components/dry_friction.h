// Dry friction between two surfaces, of a torque up to a capacity tau_c, as two laws.
// Sliding, where the masses on both sides are unknown or large: a steep line through rest,
//   tau = tau_c sat(omega / omega_0)                                                            (1)
// An explicit step h resolves it where h tau_c / omega_0 < J. Under a load it creeps, by less than omega_0.
// Holding, where the inertia J of the relative motion is known: J domega/dt = tau_load - tau. Friction takes what ends
// the slip with a time constant t_0, and holds at rest without creep, as far as its capacity goes:
//   tau = clamp(tau_load + J omega / t_0, -tau_c, tau_c)                                        (2)
// and while it slips, |omega| > omega_0, it only brakes: tau omega >= 0. In place of omega_0 a stiffness of (2) is set
// by t_0 alone, whatever J and tau_c are: any step up to 2 t_0 resolves it.
// Signs: omega > 0 is slip of the first side over the second; tau > 0 brakes it. tau omega >= 0 is heat; at rest in the
// sense of (2) it is within tau_c omega_0 of 0 on either side. Where the load depends on the speed (a tyre's does), omega_0
// must be what the load does in a step, h tau_load / J, or the friction lets go whenever the slip crosses 0.
// Neglected: a static friction above the sliding one, wear, heat in the surfaces.
// Source: D. Karnopp, ASME J. Dyn. Syst. Meas. Control 107(1), 1985, for the band of rest in (2).
#pragma once

#include "sim/base/scalar.h"

namespace evsim::dry_friction {

inline constexpr double kHoldTime = 1e-3;  // t_0 of (2) [s]
inline constexpr double kRestSlip =
    1e-9;  // omega_0 of (2): above the roundings of a difference of speeds [rad/s]

// (1): torque over capacity, -1 to 1.
template <Scalar T> T sliding(const T& omega, double omega_0) {
  return clamp(omega / omega_0, -1.0, 1.0);
}

// (2). load: torque that would speed up the slip [Nm]; J: of the slip [kg m2]; capacity >= 0 [Nm]; omega_0 [rad/s].
template <Scalar T> T holding(const T& capacity, const T& J, const T& omega, const T& load,
                              double omega_0 = kRestSlip) {
  const T needed = load + J * omega / kHoldTime;
  const T least = select(omega > T(omega_0), T(0.0), -capacity);
  const T most = select(omega < T(-omega_0), T(0.0), capacity);
  return clamp(needed, least, most);
}

}  // namespace evsim::dry_friction
