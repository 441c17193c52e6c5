// Traction control: the torque of a drive unit within what its wheels bring to the road, forward and backward.
//   tau = clamp(tau_request, tau_backward, tau_forward)                    slip_control.h           (1)
// with machine and wheels as one rotor: J = J_machine + 2 J_wheel / i^2, R = wheel radius / i, and the speed of
// its machine, which is measured best. Backward it keeps regeneration from locking the wheels. Where brakes lock the
// differential it is the slip of the slower wheel: the other one is theirs.
// Differential lock by brakes: behind an open differential both wheels have the torque of the weaker one; a brake on the
// wheel that runs ahead lets the other one pull as much more.
//   d = (s_left - s_right) beyond +-d_0,   tau_b = k d + z,   dz/dt = d k / t_z,   |z| <= tau_max   (2)
// tau_b > 0 brakes the left wheel, tau_b < 0 the right one, while the unit drives and below a speed; z fades otherwise.
// Source: R. Rajamani, Vehicle Dynamics and Control, 2nd ed., 2012; equations here.
#pragma once

#include "sim/control/slip_control.h"

namespace evsim::traction_control {

template <Scalar T> struct Inputs {
  T tau_request;  // of the machine [Nm]
  T tau;          // that its machine gave since the last tick [Nm]
  T omega_m;      // [rad/s]
  T V, a;         // of the axle's middle along its wheels [m/s], [m/s2]
  T difference;   // of the wheels' slips, where brakes lock the differential, else 0 [m/s]
  T F_z;          // of the axle [N]
};
template <Scalar T> struct Outputs {
  T tau;                        // of the machine [Nm]
  T limited;                    // 1 while it is less than asked for
  T mu;                         // friction in use
  T tau_backward, tau_forward;  // of (1) [Nm]
};
template <Scalar T> Outputs<T> step(const slip_control::Params<T>& p,
                                    const slip_control::Rotor<T>& unit, slip_control::State<T>& x,
                                    const Inputs<T>& in, double T_s) {
  const auto at = slip_control::step<T>(p, unit, x,
                                        {.omega = in.omega_m,
                                         .tau = in.tau,
                                         .V = in.V + 0.5 * abs(in.difference),
                                         .a = in.a,
                                         .F_z = in.F_z},
                                        T_s);
  const T tau = clamp(in.tau_request, at.tau_backward, at.tau_forward);
  return {.tau = tau,
          .limited = select(abs(in.tau_request - tau) > 1e-6, T(1.0), T(0.0)),
          .mu = at.mu,
          .tau_backward = at.tau_backward,
          .tau_forward = at.tau_forward};
}

// ---- Differential lock by brakes ------------------------------------------------------------------

template <Scalar T> struct LockParams {
  T slip_difference = 0.1;  // d_0 [m/s]
  T gain = 200.0;           // k [Nm s/m]
  T integral_time = 0.1;    // t_z [s]
  T torque_max = 1500.0;    // of a wheel's brake [Nm]
  T speed_max = 22.0;       // [m/s]
};
template <class P, class V>
  requires same_template<P, LockParams>
constexpr void describe(P& p, V&& field) {
  field(p.slip_difference, Field{"slip_difference", Dim::speed, not_negative,
                                 "of both wheels' treads, below which it leaves them alone"});
  field(p.gain,
        Field{"gain", Dim::none, positive, "braking torque over that difference [Nm/(m/s)]"});
  field(p.integral_time, Field{"integral_time", Dim::time, positive, "of the braking torque"});
  field(p.torque_max, Field{"torque_max", Dim::torque, positive, "of the brake of a wheel"});
  field(p.speed_max, Field{"speed_max", Dim::speed, positive, "above which it is off"});
}
template <Scalar T> struct LockState {
  T z;  // [Nm]
};
template <Scalar T> struct LockInputs {
  T slip_left, slip_right;  // of the axle's wheels [m/s]
  T v;                      // [m/s]
  T tau_request;            // of the unit [Nm]
};
template <Scalar T> struct LockOutputs {
  T left, right;  // torques of the brakes [Nm]
};
// (2)
template <Scalar T>
LockOutputs<T> step(const LockParams<T>& p, LockState<T>& x, const LockInputs<T>& in, double T_s) {
  const T difference = in.slip_left - in.slip_right;
  const T d = difference - clamp(difference, -p.slip_difference, p.slip_difference);
  const auto on = in.tau_request > 0.0 && abs(in.v) < p.speed_max;
  const T kept = select(on, T(1.0), exp(-T_s / p.integral_time));
  x.z = clamp(kept * x.z + select(on, T_s * p.gain / p.integral_time * d, T(0.0)), -p.torque_max,
              p.torque_max);
  const T tau = select(on, clamp(p.gain * d + x.z, -p.torque_max, p.torque_max), T(0.0));
  return {.left = max(tau, 0.0), .right = max(-tau, 0.0)};
}

}  // namespace evsim::traction_control
