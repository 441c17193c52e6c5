// Brake blending: a braking force asked for is given by machines and friction together, whatever either can do.
//   r_k = min(limit_k, c mu F_z,k)          an axle's machines: battery, machine, its grip               (1)
//   R = min(F, sum r_k),  shared by room    what the machines are to give in the end                    (2)
//   R* takes what F changes by, and goes to R at a rate; R is 0 while wheels slip (ABS acts), and fades below a speed   (3)
//   B = F - R*                              asked of friction, in the brakes' fixed ratio                 (4)
//   B^: B behind the brakes' lag            what friction gives by now                                    (5)
//   machines give F - B^, within sum r_k                                                                  (6)
// Machines answer within milliseconds, brakes do not: (6) fills what friction still lacks, or takes back what it gives too
// much, so that the sum is F as long as there is room. The fade (3) looks t_b ahead, so that friction is there in time.
// Signs: all forces >= 0 brake. v > 0.
// Source: B. Breuer, K. Bill, Bremsenhandbuch, 5th ed., 2017 (brake blending); balances here.
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::brake_blending {

// Of the front and the rear axle.
template <class T> using Axles = std::array<T, 2>;

template <Scalar T> struct Params {
  T friction_lag = 0.06;  // t_b of the brakes, in (5) [s]
  T hand_over = 20e3;     // rate of R* [N/s]
  T grip_share = 0.6;     // c of an axle's grip that its machines may use
  T v_zero = 1.0;         // no machine below [m/s]
  T v_full = 3.0;         // all of it above [m/s]
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
  field(p.v_zero, Field{"v_zero", Dim::speed, not_negative, "below which only friction brakes"});
  field(p.v_full, Field{"v_full", Dim::speed, positive, "above which nothing fades"});
}

template <Scalar T> struct State {
  T R;  // R* [N]
  T B;  // B^ [N]
  T F;  // of the tick before [N]
};
template <Scalar T> struct Inputs {
  T F;             // asked for [N]
  Axles<T> limit;  // of the machines at the wheels [N]
  Axles<T> grip;   // mu F_z [N]
  T v, a;          // [m/s], [m/s2]
  T wheels_slip;   // 1 while ABS acts
};
template <Scalar T> struct Outputs {
  Axles<T> machines;  // [N]
  T friction;         // [N]
};

namespace detail {

template <Scalar T> T faded(const Params<T>& p, const T& v) {
  return clamp((v - p.v_zero) / max(p.v_full - p.v_zero, 1e-3), 0.0, 1.0);
}
// A force of both axles by their room.
template <Scalar T> Axles<T> shared(const T& F, const Axles<T>& room) {
  const T part = clamp(F / max(room[0] + room[1], 1e-6), 0.0, 1.0);
  return {part * room[0], part * room[1]};
}

}  // namespace detail

template <Scalar T>
Outputs<T> step(const Params<T>& p, State<T>& x, const Inputs<T>& in, double T_s) {
  // (1), (2)
  Axles<T> room;
  for (std::size_t k = 0; k < room.size(); ++k)
    room[k] = min(in.limit[k], p.grip_share * in.grip[k]);
  const T slips = in.wheels_slip;
  const T soon = detail::faded(p, T(in.v + 2.0 * p.friction_lag * min(in.a, 0.0)));
  const T aim = (1.0 - slips) * soon * min(in.F, room[0] + room[1]);

  // (3) to (5)
  const T most = T_s * p.hand_over;
  const T before = x.R + in.F - x.F;
  x.R = clamp(before + clamp(aim - before, -most, most), 0.0, min(in.F, room[0] + room[1]));
  x.F = in.F;
  const T friction = in.F - x.R;
  x.B += (1.0 - exp(-T_s / p.friction_lag)) * (friction - x.B);

  // (6)
  const T now = (1.0 - slips) * detail::faded(p, in.v);
  for (T& each : room) each *= now;
  return {.machines = detail::shared(T(max(in.F - x.B, 0.0)), room), .friction = friction};
}

}  // namespace evsim::brake_blending
