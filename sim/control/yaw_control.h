// Yaw control: a car turns as its driver steers, as far as the road lets it, and does not slide away sideways.
//   omega_s = v delta / (L + K v^2),   |omega_s| <= c mu g / v               single-track car, grip      (1)
//   domega_ref/dt = (omega_s - omega_ref) / t_ref                                                        (2)
//   dbeta/dt = a_y / v - omega_z - beta / t_beta                             side slip, forgotten slowly (3)
//   M = I_zz (k_omega (omega_ref - omega_z) + k_beta beta'),   beta': beta beyond +-beta_0               (4)
// M goes to torque vectoring first (two machines of an axle, torque_vectoring.h; a vectoring differential), without a dead
// band and within what that can give; brakes take what is left beyond a dead band M_0:
//   F_right - F_left = 2 M_vectoring / t                                                                 (5)
//   M > 0: a left wheel brakes with 2 M / t, the rear one while M turns the car into its curve (it understeers), the front
//   one while M turns it out (it oversteers); M < 0: the right ones                                      (6)
// Signs: ISO 8855, M, omega_z, delta > 0 to the left; beta < 0 where the tail slides out of a left curve.
// Neglected: roll and bank in a_y.
// Source: R. Rajamani, Vehicle Dynamics and Control, 2nd ed., 2012, ch. 8; A. van Zanten, SAE 2000-01-1633.
#pragma once

#include "sim/control/believed_car.h"

namespace evsim::yaw_control {

template <Scalar T> struct Params {
  T understeer = 0.002;        // K [rad/(m/s2)]
  T grip_share = 0.9;          // c [-]
  T reference_time = 0.08;     // t_ref [s]
  T yaw_gain = 10.0;           // k_omega [1/s]
  T sideslip_time = 1.5;       // t_beta [s]
  T sideslip_free = 0.05;      // beta_0 [rad]
  T sideslip_gain = 40.0;      // k_beta [1/s2]
  T brake_moment_free = 1500;  // M_0 [Nm]
  T brake_torque_max = 3000;   // of a wheel [Nm]
  T speed_min = 3.0;           // [m/s]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.understeer,
        Field{"understeer", Dim::none, any_value,
              "road-wheel angle over lateral acceleration of the car wished for [rad/(m/s2)]"});
  field(p.grip_share, Field{"grip_share", Dim::none, positive_fraction,
                            "of the road's friction that the reference may use"});
  field(p.reference_time,
        Field{"reference_time", Dim::time, positive, "lag of the reference's yaw rate"});
  field(p.yaw_gain, Field{"yaw_gain", Dim::none, not_negative,
                          "yaw acceleration over the yaw rate's error [1/s]"});
  field(p.sideslip_time,
        Field{"sideslip_time", Dim::time, positive, "in which the side slip is forgotten"});
  field(p.sideslip_free,
        Field{"sideslip_free", Dim::angle, not_negative, "angle of side slip that is left alone"});
  field(p.sideslip_gain, Field{"sideslip_gain", Dim::none, not_negative,
                               "yaw acceleration over the side slip beyond it [1/s2]"});
  field(p.brake_moment_free, Field{"brake_moment_free", Dim::torque, not_negative,
                                   "about the vertical axis, for which no brake is used"});
  field(p.brake_torque_max,
        Field{"brake_torque_max", Dim::torque, positive, "of the brake of a wheel"});
  field(p.speed_min, Field{"speed_min", Dim::speed, positive, "below which it is off"});
}

template <Scalar T> struct State {
  T omega_ref;  // [rad/s]
  T beta;       // [rad]
};
template <Scalar T> struct Inputs {
  T v;                    // [m/s]
  T omega_z;              // [rad/s]
  T a_y;                  // [m/s2]
  T delta;                // mean angle of the front wheels [rad]
  T mu;                   // of the road, as far as it is known; 1 if it is not
  T M_left{}, M_right{};  // >= 0, that torque vectoring can give to either side [Nm]
};
template <Scalar T> struct Outputs {
  T omega_ref;                        // [rad/s]
  T beta;                             // [rad]
  T M;                                // asked for [Nm]
  T M_vectoring;                      // [Nm]
  believed_car::Wheels<T> tau_brake;  // [Nm]
};

namespace detail {

// What is beyond +-free.
template <Scalar T> T beyond(const T& x, const T& free) { return x - clamp(x, -free, free); }

// (6)
template <Scalar T> believed_car::Wheels<T> brakes(const Params<T>& p,
                                                   const believed_car::Params<T>& car, const T& M,
                                                   const T& omega_z) {
  const T tau = min(2.0 * abs(M) / car.track * car.wheel_radius, p.brake_torque_max);
  const auto out_of_curve = M * omega_z < 0.0;
  const T front = select(out_of_curve, tau, T(0.0)), rear = select(out_of_curve, T(0.0), tau);
  const auto left = M > 0.0;
  const T none(0.0);
  return {select(left, front, none), select(left, none, front), select(left, rear, none),
          select(left, none, rear)};
}

}  // namespace detail

template <Scalar T> Outputs<T> step(const Params<T>& p, const believed_car::Params<T>& car,
                                    State<T>& x, const Inputs<T>& in, double T_s) {
  const T v = max(in.v, p.speed_min);
  // (1) to (3)
  const T most = p.grip_share * in.mu * believed_car::kGravity / v;
  const T steered = clamp(v * in.delta / (car.wheelbase + p.understeer * v * v), -most, most);
  x.omega_ref += (1.0 - exp(-T_s / p.reference_time)) * (steered - x.omega_ref);
  const auto on = in.v > p.speed_min;
  x.beta = select(on, x.beta + T_s * (in.a_y / v - in.omega_z - x.beta / p.sideslip_time), T(0.0));

  // (4) to (6)
  const T turn = p.yaw_gain * (x.omega_ref - in.omega_z) +
                 p.sideslip_gain * detail::beyond(x.beta, p.sideslip_free);
  Outputs<T> out{
      .omega_ref = x.omega_ref, .beta = x.beta, .M = {}, .M_vectoring = {}, .tau_brake = {}};
  out.M = select(on, car.I_zz * turn, T(0.0));
  out.M_vectoring = clamp(out.M, -in.M_right, in.M_left);
  const T left = detail::beyond(T(out.M - out.M_vectoring), p.brake_moment_free);
  out.tau_brake = detail::brakes(p, car, left, in.omega_z);
  return out;
}

}  // namespace evsim::yaw_control
