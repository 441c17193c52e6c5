// Transient slip of a tyre: its carcass is a spring and damper (c, d) between rim and contact patch, in series with what
// the patch does on the road. u, v: deflections of the carcass at the contact, forward and to the left of the patch's path.
//   F = c u + d du/dt,   du/dt = v_T (F_S - c u) / (f + v_T d),   v_T = |V_x| + V_rest                            (1)
//   F_S: steady force of the Magic Formula at kappa = -V_sx / v_T, alpha = V_sy / v_T
//   f = c sigma g: slope of that force over slip; sigma: relaxation length at small slip                           (2)
//   g = (|F_S| + F_1) / (K s + F_1) <= 1,  K s = |(K_xkappa kappa, K_yalpha alpha)|: secant over slope, as slip grows  (3)
// At small slip (1) is du/dt = -V_sx - |V_x| u / sigma_kappa; at standstill du/dt = -V_s and F = c u - d V_s: a parked
// car stands on its carcass. The patch lets go as V_s grows; c u follows F_S and stays as bounded as it is. So (1) needs no
// case for rest, reversing or wheel spin, and is never faster than c / d. F is a mean of c u and F_S,
//   F = w c u + (1 - w) F_S,   w = f / (f + v_T d),                                                                (4)
// with c u held inside the friction ellipse (or on F_S where that is larger): a tyre that loses its load lets go.
// V_rest: patches that hold a force creep with less than that times their slip: 0.1 mm in ten minutes.
// Source: G. Rill, First order tire dynamics, III European Conference on Computational Mechanics, Lisbon 2006 (his v_N
// is V_rest); (2), (3): the relaxation length over slip of H. Pacejka, Tire and Vehicle Dynamics, 3rd ed., section 7.2,
// fully nonlinear single contact point model.
//
// Energy: the wheel puts -F V_s into tyre and road. With W = 1/2 (c_x u^2 + c_y v^2), exactly
//   -F V_s = dW/dt + p_loss,   p_loss = sum of d (du/dt)^2 - F (V_s + du/dt)                                       (5)
// heat of the carcass and of the patch, which slides with V_s + du/dt. In steady slip p_loss = -F V_s >= 0, but for what
// the formula's shifts give at no slip. c, d do not change with the load (sigma and f do), so W is a function of state.
#pragma once

#include "sim/components/tyre.h"
#include "sim/components/tyre_vertical.h"

namespace evsim::tyre {

inline constexpr double kRestSpeed = 1e-5;  // V_rest [m/s]
inline constexpr double kTrailSpeed =
    0.1;  // below about this speed trail and residual moment fade [m/s]
inline constexpr double kRollingSpeed =
    0.02;  // below about this speed rolling resistance fades [m/s]
inline constexpr double kLeastForce = 0.01;  // F_1 over load

template <Scalar T> struct State {
  T u, v;  // deflections [m]
};
template <Scalar T> struct Inputs {
  T F_z;        // load [N]
  T gamma;      // inclination against the road, or its sine [rad]
  T mu = 1.0;   // friction of the road over that of the measurement
  T V_x, V_sy;  // velocity of the contact point along and across the wheel's plane [m/s]
  T omega;      // spin, > 0 forward [rad/s]
};
template <Scalar T> struct Outputs {
  State<T> rate;    // du/dt, dv/dt [m/s]
  T F_x, F_y;       // [N]
  T M_x, M_y, M_z;  // at the contact point; M_y: rolling resistance [Nm]
  T R_e;            // effective rolling radius [m]
  T tau;        // on the spin: M_y - R_e F_x, so that wheel and road exchange the same power [Nm]
  T p_loss;     // of slip, (5) [W]
  T p_rolling;  // of rolling resistance [W]
  T kappa, alpha;  // slips of (1)
  T friction_use;  // size of the force in the friction ellipse, 1 on it
};

template <Scalar T> struct Carcass {
  T c_x, c_y;          // [N/m]
  T d_x, d_y;          // [N/(m/s)]
  T per_d_x, per_d_y;  // [(m/s)/N]
};
template <Scalar T> Carcass<T> carcass(const Prepared<T>& r, const T& V_x) {
  const T V = V_x / r.p.model.V_low, more = 1.0 + V * V;
  const T damping = r.p.structural.damping * more + r.p.structural.damping_low;
  const T both = 1.0 / (damping * more);  // tau = damping / more and its inverse by one division
  const T tau = damping * damping * both, per_tau = more * more * both;
  return {.c_x = r.c_x,
          .c_y = r.c_y,
          .d_x = tau * r.c_x,
          .d_y = tau * r.c_y,
          .per_d_x = per_tau * r.per_c_x,
          .per_d_y = per_tau * r.per_c_y};
}

// W of (5) [J].
template <Scalar T> T energy(const Prepared<T>& r, const State<T>& x) {
  return 0.5 * (r.c_x * x.u * x.u + r.c_y * x.v * x.v);
}

namespace detail {

// The axes of the friction ellipse, inverse [1/N], and the size of a force in it, squared: 1 on it.
template <Scalar T> struct Ellipse {
  T per_x, per_y;
};
template <Scalar T> Ellipse<T> ellipse(const Curves<T>& c) {
  return {1.0 / (c.x.D * c.F_z + kTiny), 1.0 / (c.y.D * c.F_z + kTiny)};
}
template <Scalar T> T in_ellipse2(const Ellipse<T>& e, const T& F_x, const T& F_y) {
  const T x = F_x * e.per_x, y = F_y * e.per_y;
  return x * x + y * y;
}
// A number through 0 from -1 to 1.
template <Scalar T> T direction(const T& V, double V_small) {
  return V / sqrt(V * V + V_small * V_small);
}

}  // namespace detail

template <Scalar T>
Outputs<T> outputs(const Prepared<T>& r, const State<T>& x, const Inputs<T>& u) {
  using namespace detail;
  const Curves<T> c = curves(r, {.F_z = u.F_z, .gamma = u.gamma, .mu = u.mu});
  const T R_e = effective_radius(r, c.F_z, u.omega);
  const T V_sx = u.V_x - u.omega * R_e, V_sy = u.V_sy;
  const T v_T = abs(u.V_x) + kRestSpeed, per_v_T = 1.0 / v_T;
  const Slip<T> slip{
      .kappa = -V_sx * per_v_T,
      .alpha = V_sy * per_v_T,
      .cos_alpha = u.V_x / sqrt(u.V_x * u.V_x + V_sy * V_sy + kTrailSpeed * kTrailSpeed)};
  const Forces<T> S = forces(r, c, slip);

  // (2), (3)
  const T F_1 = kLeastForce * c.F_z + kTiny;
  const T linear_x = c.F_z * c.x.K * slip.kappa, linear_y = c.F_z * c.y.K * slip.alpha;
  const T linear = sqrt(linear_x * linear_x + linear_y * linear_y);
  const T F_S = sqrt(S.F_x * S.F_x + S.F_y * S.F_y);
  const T g = min((F_S + F_1) / (linear + F_1), 1.0);
  const Carcass<T> k = carcass(r, u.V_x);
  const T f_x = k.c_x * c.sigma_kappa * g, f_y = k.c_y * c.sigma_alpha * g;

  // (4)
  const T spring_x = k.c_x * x.u, spring_y = k.c_y * x.v;
  const Ellipse<T> e = ellipse(c);
  const T most = max(in_ellipse2(e, S.F_x, S.F_y), 1.0);
  const T held = sqrt(most / max(in_ellipse2(e, spring_x, spring_y), most));
  const T w_x = f_x / (f_x + v_T * k.d_x), w_y = f_y / (f_y + v_T * k.d_y);
  Outputs<T> o;
  o.F_x = w_x * held * spring_x + (1.0 - w_x) * S.F_x;
  o.F_y = w_y * held * spring_y + (1.0 - w_y) * S.F_y;
  o.rate = {.u = (o.F_x - spring_x) * k.per_d_x, .v = (o.F_y - spring_y) * k.per_d_y};
  o.p_loss = k.d_x * o.rate.u * o.rate.u - o.F_x * (V_sx + o.rate.u) +
             (k.d_y * o.rate.v * o.rate.v - o.F_y * (V_sy + o.rate.v));

  const T rolling = direction(u.omega * r.p.dimension.R_0, kRollingSpeed);
  const Moments<T> m =
      moments(r, c, slip, S, {.F_x = o.F_x, .F_y = o.F_y, .V_x = u.V_x, .rolling = rolling});
  o.M_x = m.M_x;
  o.M_y = m.M_y;
  o.M_z = m.M_z;
  o.R_e = R_e;
  o.tau = m.M_y - R_e * o.F_x;
  o.p_rolling = -m.M_y * u.omega;
  o.kappa = slip.kappa;
  o.alpha = slip.alpha;
  o.friction_use = sqrt(in_ellipse2(e, o.F_x, o.F_y));
  return o;
}

}  // namespace evsim::tyre
