// Brake blending: a braking force asked for is given by machines and friction together, whatever either can do.
//   r_k = min(limit_k, c mu F_z,k)          an axle's machines: speed, battery, machine; its grip       (1)
//   sigma = min(sum r_k / F, 1)             share that they can give, sigma^ behind the brakes' lag t_b   (2)
//   R = F (sigma + min(sigma - sigma^, 0))  what they are to give; 0 while wheels slip (ABS acts)         (3)
//   R* takes what F changes by, and goes to R at a rate, within sum r_k                                   (4)
//   B = F - R*                              asked of friction, in the brakes' fixed ratio                 (5)
//   B^: B behind t_b                        what friction gives by now                                    (6)
//   machines give F - B^, within sum r_k, shared by r_k                                                   (7)
// Machines answer within milliseconds, brakes do not: (7) fills what friction still lacks, or takes back what it gives too
// much, so that the sum is F as long as there is room. Where the room fades, as it does towards rest by the vehicle control
// unit's rule (vcu.h), sigma is t_b dsigma/dt below sigma^: (3) is where the share will be as the brakes follow.
// Signs: all forces >= 0 brake.
// Source: B. Breuer, K. Bill, Bremsenhandbuch, 5th ed., 2017 (brake blending); balances here.
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::brake_blending {

// Of the front and the rear axle.
template <class T> using Axles = std::array<T, 2>;

inline constexpr double kLeastForce = 1e-6;  // that is shared [N]

template <Scalar T> struct Params {
  T friction_lag = 0.06;  // t_b of the brakes [s]
  T hand_over = 20e3;     // rate of R* [N/s]
  T grip_share = 0.6;     // c of an axle's grip that its machines may use
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.friction_lag,
        Field{"friction_lag", Dim::time, positive, "of the friction brakes' force"});
  field(p.hand_over, Field{"hand_over", Dim::none, positive,
                           "rate at which force goes from machines to friction and back [N/s]"});
  field(p.grip_share, Field{"grip_share", Dim::none, positive_fraction,
                            "of an axle's grip that its machines may brake with"});
}

template <Scalar T> struct State {
  T R;      // R* [N]
  T B;      // B^ [N]
  T F;      // of the tick before [N]
  T sigma;  // sigma^ [-]
};
template <Scalar T> struct Inputs {
  T F;             // asked for [N]
  Axles<T> limit;  // of the machines at the wheels [N]
  Axles<T> grip;   // mu F_z [N]
  T wheels_slip;   // 1 while ABS acts
};
template <Scalar T> struct Outputs {
  Axles<T> machines;  // [N]
  T friction;         // [N]
};

template <Scalar T>
Outputs<T> step(const Params<T>& p, State<T>& x, const Inputs<T>& in, double T_s) {
  const T follow = 1.0 - exp(-T_s / p.friction_lag);
  // (1) to (3)
  Axles<T> room;
  for (std::size_t k = 0; k < room.size(); ++k)
    room[k] = min(in.limit[k], p.grip_share * in.grip[k]);
  const T most = min(in.F, room[0] + room[1]);
  const T sigma = most / max(in.F, kLeastForce);
  const T R = (1.0 - in.wheels_slip) * in.F * max(sigma + min(sigma - x.sigma, 0.0), 0.0);
  x.sigma += follow * (sigma - x.sigma);

  // (4) to (6)
  const T before = x.R + in.F - x.F, rate = T_s * p.hand_over;
  x.R = clamp(before + clamp(R - before, -rate, rate), 0.0, most);
  x.F = in.F;
  const T friction = in.F - x.R;
  x.B += follow * (friction - x.B);

  // (7)
  const T now = (1.0 - in.wheels_slip) * max(in.F - x.B, 0.0);
  const T part = min(now / max(room[0] + room[1], kLeastForce), 1.0);
  return {.machines = {part * room[0], part * room[1]}, .friction = friction};
}

}  // namespace evsim::brake_blending
