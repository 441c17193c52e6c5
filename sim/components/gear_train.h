// Gears between a rotor and a differential or wheel, with inertia and friction at any speed: the rotor and what
// turns with it, J_in, a clutch (dog or friction) that may slip, a mesh of ratio i, and the output, J_out.
//   J_in domega_in/dt = tau - tau_d - tau_n                                                     (1)
//   J_out domega_out/dt = i e tau_n - tau_load                                                  (2)
//   slip = omega_in - i omega_out                                                               (3)
// Friction fades to 0 at rest, over 1 rad/s of the input, so that nothing chatters there (and nothing is held by it):
//   tau_d = tau_drag s(omega_in) + c omega_in,   s(omega) = sat(omega / 1 rad/s),   dry_friction.h (1)   (4)
//   e = 1 - (1 - eta) |s|   where power goes to the output: tau_n s > 0
//   e = 1 + (1 / eta - 1) |s|   where it comes from there,    s = s(i omega_out)                 (5)
// tau_n, the torque of clutch and mesh, is what keeps the slip at 0 or ends it, dry_friction.h (2), within the capacity
// of the clutch. (5) is linear by parts, and the sign of tau_n is known before e is:
//   D = J_out + i^2 e J_in,   J = J_in J_out / D,   load = (J_out (tau - tau_d) + i J_in tau_load) / D   (6)
// So one law is a gear that is engaged (capacity without limit), a disconnected one (0), a friction clutch, a dog that
// snaps shut, and a synchroniser (clutch.h, gear_shift.h). In every one of them
//   tau omega_in = dE/dt + tau_load omega_out + p_drag + p_mesh + p_slip
//   E = 1/2 J_in omega_in^2 + 1/2 J_out omega_out^2                                             (7)
//   p_drag = tau_d omega_in,   p_mesh = (1 - e) tau_n i omega_out,   p_slip = tau_n slip,   each >= 0   (8)
// A gear that never opens has the slip 0 and one state: `engaged`, the same limit in closed form.
// The body carries the housing. All that turns there has the angular momentum L about the axis of the wheels, so
//   tau_housing = -tau_load - dL/dt,   L = J_out omega_out + g J_in omega_in                    (9)
// of which -tau_load is what the half shafts, or the road at a wheel with its rotor, react with.
// A shift under load: while a gear is in mesh, a friction clutch of the speed to come, of ratio i_2, takes over:
//   tau_2 = tau_c s(slip_2),   slip_2 = omega_in - i_2 omega_out,   tau_n lacks tau_2, the output gets i_2 e tau_2   (10)
// g: 1 where the rotor turns as the wheels do (coaxial or two stages of parallel shafts), -1 where the other way round.
// A rotor in the wheel (`on_wheel`) has no shaft: its output is the wheel, the housing the wheel carrier.
// Signs: tau, omega > 0 forward, power > 0 towards the wheel. Ratio, efficiency and tau_drag are those of gear.h; beyond
// 1 rad/s, at a steady speed and c = 0, the torques are so too.
// Neglected: play (half_shaft.h has it), elasticity of the teeth.
// Source: power and momentum balances here; efficiency as in gear.h.
#pragma once

#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/components/dry_friction.h"
#include "sim/components/gear.h"

namespace evsim::gear_train {

// Inertias beside the machine's rotor and the stages of gear.h.
template <Scalar T> struct Params {
  T inertia_in = 0.0;    // of gears on the rotor's shaft [kg m2]
  T inertia_out = 0.0;   // of gears, carrier and whatever else turns with the output [kg m2]
  T rotor_sense = 1.0;   // g [-]
  T viscous_drag = 0.0;  // c, at the input [Nm s/rad]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.inertia_in, Field{"inertia_in", Dim::inertia, not_negative,
                            "of couplings and gears on the rotor's shaft, without the rotor"});
  field(p.inertia_out, Field{"inertia_out", Dim::inertia, not_negative,
                             "of the last gear, the carrier and what turns with them"});
  field(p.rotor_sense, Field{"rotor_sense", Dim::none, between(-1, 1),
                             "1 where the rotor turns as the wheels do, -1 the other way round, 0 "
                             "where it lies along the car"});
  field(p.viscous_drag, Field{"viscous_drag", Dim::torsional_damping, not_negative,
                              "churning that grows with speed, at the input, beside drag_torque"});
}

template <Scalar T> struct Model {
  T ratio;         // i [-]
  T efficiency;    // eta [-]
  T drag_torque;   // tau_drag [Nm]
  T viscous_drag;  // c [Nm s/rad]
  T J_in, J_out;   // [kg m2]
  T rotor_sense;   // g [-]
};

// Of a rotor [kg m2] and one stage, at its first ratio.
template <Scalar T>
Model<T> prepare(const Params<T>& p, const gear::Params<T>& stage, const T& rotor_inertia) {
  return {.ratio = stage.ratio,
          .efficiency = stage.efficiency,
          .drag_torque = stage.drag_torque,
          .viscous_drag = p.viscous_drag,
          .J_in = rotor_inertia + p.inertia_in,
          .J_out = p.inertia_out,
          .rotor_sense = p.rotor_sense};
}
// The stage that `next` follows, as one; the drag of the second is reduced to the first's input.
template <Scalar T>
gear::Params<T> in_series(const gear::Params<T>& first, const gear::Params<T>& next) {
  return {.ratio = first.ratio * next.ratio,
          .efficiency = first.efficiency * next.efficiency,
          .drag_torque = first.drag_torque + next.drag_torque / (first.ratio * first.efficiency)};
}
// With more inertia at the output [kg m2]: both sides of a differential, a wheel.
template <Scalar T> Model<T> with_output(Model<T> m, const T& inertia) {
  m.J_out += inertia;
  return m;
}
// Rotor and wheel on one axis, without gears or half shaft.
template <Scalar T>
Model<T> on_wheel(const T& rotor_inertia, const T& wheel_inertia, const T& drag_torque) {
  return {.ratio = T(1.0),
          .efficiency = T(1.0),
          .drag_torque = drag_torque,
          .viscous_drag = T(0.0),
          .J_in = rotor_inertia,
          .J_out = wheel_inertia,
          .rotor_sense = T(1.0)};
}

template <Scalar T> struct State {
  T omega_in, omega_out;  // [rad/s]
};
template <Scalar T> struct Inputs {
  T tau;       // of the rotor's shaft [Nm]
  T tau_load;  // that the output gives away [Nm]
};
template <Scalar T> struct Outputs {
  State<T> rate;             // [rad/s2]
  T tau_n;                   // through clutch and mesh, at the input [Nm]
  T p_drag, p_mesh, p_slip;  // [W]
  T tau_housing;             // on what carries the housing [Nm]
};

inline constexpr double kRestSpeed = 1.0;  // of the input, below which friction fades [rad/s]

namespace detail {

// The torques before tau_n is known, and its e and load by its sign: (4) to (6).
template <Scalar T> struct Balance {
  T tau;  // without drag [Nm]
  T p_drag;
  T e;
  T J;     // of the slip [kg m2]
  T load;  // on the slip [Nm]
};
template <Scalar T>
Balance<T> balance(const Model<T>& m, const State<T>& x, const Inputs<T>& u, const T& ending) {
  const T tau_d =
      m.drag_torque * dry_friction::sliding(x.omega_in, kRestSpeed) + m.viscous_drag * x.omega_in;
  const T tau = u.tau - tau_d;
  const T s = dry_friction::sliding(T(m.ratio * x.omega_out), kRestSpeed);
  const T both = m.J_in * m.J_out;
  const T wanted = m.J_out * tau + m.ratio * m.J_in * u.tau_load;
  const T e = select((wanted + both * ending) * s > T(0.0), 1.0 - (1.0 - m.efficiency) * abs(s),
                     1.0 + (1.0 / m.efficiency - 1.0) * abs(s));
  const T D = m.J_out + m.ratio * m.ratio * e * m.J_in;
  return {.tau = tau, .p_drag = tau_d * x.omega_in, .e = e, .J = both / D, .load = wanted / D};
}
template <Scalar T> Outputs<T> outputs(const Model<T>& m, const State<T>& x, const Inputs<T>& u,
                                       const Balance<T>& b, const State<T>& rate, const T& tau_n,
                                       const T& slip) {
  return {.rate = rate,
          .tau_n = tau_n,
          .p_drag = b.p_drag,
          .p_mesh = (1.0 - b.e) * tau_n * m.ratio * x.omega_out,
          .p_slip = tau_n * slip,
          .tau_housing =
              -u.tau_load - m.J_out * rate.omega_out - m.rotor_sense * m.J_in * rate.omega_in};
}

}  // namespace detail

template <Scalar T> T slip(const Model<T>& m, const State<T>& x) {
  return x.omega_in - m.ratio * x.omega_out;
}

// (1) to (9) with a clutch of a capacity at the input [Nm], kInfinity where it is a dog in mesh. J_in, J_out > 0.
template <Scalar T>
Outputs<T> coupled(const Model<T>& m, const State<T>& x, const Inputs<T>& u, const T& capacity) {
  const T slip = gear_train::slip(m, x);
  const auto b = detail::balance(m, x, u, T(slip / dry_friction::kHoldTime));
  const T tau_n = dry_friction::holding(capacity, b.J, slip, b.load);
  const State<T> rate{.omega_in = (b.tau - tau_n) / m.J_in,
                      .omega_out = (m.ratio * b.e * tau_n - u.tau_load) / m.J_out};
  return detail::outputs(m, x, u, b, rate, tau_n, slip);
}

// The same of a gear that is always engaged: omega_in = i omega_out.
template <Scalar T> Outputs<T> engaged(const Model<T>& m, const T& omega_out, const Inputs<T>& u) {
  const State<T> x{.omega_in = m.ratio * omega_out, .omega_out = omega_out};
  const auto b = detail::balance(m, x, u, T(0.0));
  const T rate =
      (m.ratio * b.e * b.tau - u.tau_load) / (m.J_out + b.e * m.ratio * m.ratio * m.J_in);
  return detail::outputs(m, x, u, b, {.omega_in = m.ratio * rate, .omega_out = rate}, b.load,
                         T(0.0));
}

// (10): the same while a clutch of the speed to come, of a ratio below the model's, slips with a capacity tau_c [Nm].
template <Scalar T> Outputs<T> handing_over(const Model<T>& m, const T& omega_out,
                                            const Inputs<T>& u, const T& ratio, const T& tau_c) {
  const T slip = (m.ratio - ratio) * omega_out;
  const T tau = tau_c * dry_friction::sliding(slip, kRestSpeed);
  const T given = m.efficiency * ratio * tau;
  Outputs<T> out = engaged(m, omega_out, {.tau = u.tau - tau, .tau_load = u.tau_load - given});
  out.p_mesh += (ratio * tau - given) * omega_out;
  out.p_slip += tau * slip;
  out.tau_housing -= given;
  return out;
}

// Both sides turning as one after the slip has ended at once: it takes 1/2 J slip^2, J as in (6) with e = 1.
template <Scalar T> State<T> joined(const Model<T>& m, const State<T>& x) {
  const T omega_out = (m.J_out * x.omega_out + m.ratio * m.J_in * x.omega_in) /
                      (m.J_out + m.ratio * m.ratio * m.J_in);
  return {.omega_in = m.ratio * omega_out, .omega_out = omega_out};
}

// (7) [J]
template <Scalar T> T energy(const Model<T>& m, const State<T>& x) {
  return 0.5 * (m.J_in * x.omega_in * x.omega_in + m.J_out * x.omega_out * x.omega_out);
}

}  // namespace evsim::gear_train
