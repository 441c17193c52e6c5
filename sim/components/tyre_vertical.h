// A tyre against the road: spring, damper and radii over load and speed.
//   R_omega = R_0 (q_re0 + q_V1 (omega R_0 / V_0)^2),   rho = R_omega - R_l                                        (1)
//   F_spring = (1 + q_V2 |omega| R_0 / V_0 - (q_Fcx F_x / F_z0)^2 - (q_Fcy F_y / F_z0)^2) (1 + p_Fz1 dp_i) lambda_Cz
//              (q_Fz1 rho / R_0 + q_Fz2 (rho / R_0)^2) F_z0 + bottom_stiffness (rho - rho_bottom)                    (2)
//   q_Fz1^2 = (c_z R_0 / F_z0)^2 - 4 q_Fz2                                                                         (3)
//   F_z = F_spring + k_z drho/dt F_spring / (F_spring + F_1) >= 0: no damper without contact, F_1 = 0.02 F_z0        (4)
//   R_e = R_omega - F_z0 / c_z (D_reff atan(B_reff F_z / F_z0) + F_reff F_z / F_z0)                                (5)
// rho > 0: deflection; the second line of (2) counts where positive. 5.2 has the linear spring: q_Fz2, q_V1, q_V2 = 0.
// F_x, F_y of (2): take the carcass' (c u, c v), which are states, so that F_z needs no iteration.
// Neglected: deflection by camber and by the width of the tread (MF 6.2's Q_CAM, Q_FYS), the road's shape in the patch.
// Source: I. Besselink, A. Schmeitz, H. Pacejka, Vehicle System Dynamics 48(S1), 2010, (1) to (7); (4) is ours.
#pragma once

#include "sim/components/tyre.h"

namespace evsim::tyre {

inline constexpr double kTouch = 0.02;  // F_1 over F_z0

// R_omega [m].
template <Scalar T> T free_radius(const Prepared<T>& r, const T& omega) {
  const T R_0 = r.p.dimension.R_0, V = omega * R_0 * r.per_V_0;
  return R_0 * (r.p.vertical.q_re0 + r.p.vertical.q_V1 * V * V);
}

// R_e of (5) [m].
template <Scalar T> T effective_radius(const Prepared<T>& r, const T& F_z, const T& omega) {
  const auto& p = r.p.vertical;
  const T F = F_z * r.per_F_z0;
  return free_radius(r, omega) - r.sunk * (p.D_reff * atan(p.B_reff * F) + p.F_reff * F);
}

// What the spring's force depends on beside the deflection; omega [rad/s], forces [N].
template <Scalar T> struct Surroundings {
  T omega, F_x, F_y;
};
// Factor of the polynomial in (2) [N].
template <Scalar T> T spring_scale(const Prepared<T>& r, const Surroundings<T>& s) {
  const auto& p = r.p.vertical;
  const T x = p.q_Fcx * s.F_x * r.per_F_z0, y = p.q_Fcy * s.F_y * r.per_F_z0;
  const T speed = abs(s.omega) * r.p.dimension.R_0 * r.per_V_0;
  return max(1.0 + p.q_V2 * speed - x * x - y * y, 0.1) * r.spring;
}
// rho_bottom; without a stiffness the tyre does not bottom [m].
template <Scalar T> T bottoming(const Prepared<T>& r) {
  return r.p.dimension.R_0 - r.p.dimension.R_rim - r.p.vertical.bottom_offset;
}

// (2) [N].
template <Scalar T>
T spring_force(const Prepared<T>& r, const T& deflection, const Surroundings<T>& s) {
  const T rho = max(deflection, 0.0), z = rho * r.per_R_0;
  return spring_scale(r, s) * z * (r.q_Fz1 + r.p.vertical.q_Fz2 * z) +
         r.p.vertical.bottom_stiffness * max(rho - bottoming(r), 0.0);
}
// Its integral over the deflection: a store while speed and forces last [J].
template <Scalar T>
T spring_energy(const Prepared<T>& r, const T& deflection, const Surroundings<T>& s) {
  const T R_0 = r.p.dimension.R_0;
  const T rho = max(deflection, 0.0), z = rho * r.per_R_0;
  const T beyond = max(rho - bottoming(r), 0.0);
  return spring_scale(r, s) * R_0 * z * z * (0.5 * r.q_Fz1 + (1.0 / 3.0) * r.p.vertical.q_Fz2 * z) +
         0.5 * r.p.vertical.bottom_stiffness * beyond * beyond;
}

template <Scalar T> struct Load {
  T F_z;     // [N]
  T p_loss;  // of the damper, >= 0 [W]
};
// (4); rate = drho/dt [m/s].
template <Scalar T>
Load<T> load(const Prepared<T>& r, const T& deflection, const T& rate, const Surroundings<T>& s) {
  const T spring = spring_force(r, deflection, s);
  const T touch = spring / (spring + kTouch * r.p.vertical.F_z0);
  const T F_z = max(spring + r.p.vertical.k_z * rate * touch, 0.0);
  return {.F_z = F_z, .p_loss = (F_z - spring) * rate};
}

// Deflection under a load at rest in (4), before bottoming: the inverse of (2) [m].
template <Scalar T> T deflection(const Prepared<T>& r, const T& F_z, const Surroundings<T>& s) {
  const T F = F_z / spring_scale(r, s);
  const T root = sqrt(r.q_Fz1 * r.q_Fz1 + 4.0 * r.p.vertical.q_Fz2 * F);
  return r.p.dimension.R_0 * 2.0 * F / (r.q_Fz1 + root);
}

}  // namespace evsim::tyre
