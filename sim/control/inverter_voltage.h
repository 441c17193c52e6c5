// What a controller does to its voltage vector for the sake of the inverter: what a dead time takes is
// added, and what exceeds the DC voltage is cut. Stator coordinates, [V].
//   u_k,dead = u_dc t_dead f_sw sgn(i_k)                      for each phase k                     (1)
// sgn as its mean over a period with a ripple of half width I_r: pwm.h, (4).
// Source: S.-G. Jeong, M.-H. Park, IEEE Trans. Ind. Electron. 38(2), 1991 (dead time); A. M. Hava et al.,
// IEEE Trans. Ind. Appl. 35(4), 1999 (overmodulation).
#pragma once

#include "sim/base/constants.h"
#include "sim/components/pwm.h"
#include "sim/vehicle/motor_control_params.h"

namespace evsim::motor_control {

// Three phases as a vector; a zero sequence drops out.
template <Real T> Complex<T> vector_of(const T& a, const T& b, const T& c) {
  return {(2.0 * a - b - c) / 3.0, (b - c) * (2.0 * kHalfSqrt3 / 3.0)};
}

template <Real T>
Complex<T> within_inverter(VoltageLimit limit, const Complex<T>& u, const T& u_dc) {
  if (limit == VoltageLimit::circle)
    return min(T(1.0), kInverseSqrt3 * u_dc / max(length(u), 1e-9)) * u;
  const T b = -0.5 * u.re + kHalfSqrt3 * u.im, c = -0.5 * u.re - kHalfSqrt3 * u.im;
  const T top = max(max(u.re, b), c), bottom = min(min(u.re, b), c);
  if (limit == VoltageLimit::hexagon) return min(T(1.0), u_dc / max(top - bottom, 1e-9)) * u;
  // Legs about their middle, each to its rail.
  const T zero = 0.5 * (top + bottom), rail = 0.5 * u_dc;
  return vector_of(clamp(u.re - zero, -rail, rail), clamp(b - zero, -rail, rail),
                   clamp(c - zero, -rail, rail));
}

// (1), of the current as it will be when the voltage acts.
template <Real T>
Complex<T> dead_time_voltage(const Params<T>& p, const Complex<T>& i_s, const T& u_dc) {
  const auto sign = [&](const T& i) { return pwm::smooth_sign(i, p.I_ripple); };
  const T a = sign(i_s.re), b = sign(-0.5 * i_s.re + kHalfSqrt3 * i_s.im),
          c = sign(-0.5 * i_s.re - kHalfSqrt3 * i_s.im);
  const T u = u_dc * p.dead_time * p.f_sw;
  return u * vector_of(a, b, c);
}

}  // namespace evsim::motor_control
