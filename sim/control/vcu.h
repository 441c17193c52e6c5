// Vehicle control unit: a force at the wheels becomes torques of the machines and friction brakes.
//   0. no driving force above the speed limiter
//   1. braking, against motion: as much by the machines as speed and battery allow, the rest by friction. Towards rest
//      they fade out, also what they give against the drag of their gears: at rest no torque is left that would follow
//      the sign of a speed.
//   2. split over the drive units by their shares; what one can't give the others take over
//   3. grip of each axle under its load: an ideal traction control; what one axle can't carry the other takes
//   4. limits of machine, inverter and battery together (torque_limits.h)
#pragma once

#include <array>

#include "sim/control/torque_limits.h"
#include "sim/vehicle/car.h"

namespace evsim::vcu {

using torque_limits::Reason;
using torque_limits::Torques;

template <Scalar T> struct Inputs {
  T F_request;            // at the wheels, > 0 driving, < 0 braking [N]
  T v;                    // speed [m/s]
  car::Supply<T> supply;  // of the battery
  car::Surroundings<T> around;
};

template <Scalar T> struct Outputs {
  car::Command<T> command;
  T F_given;  // what the machines were told to give at the wheels [N]
  T limited;  // Reason, as a number
};

// A limit of machine, battery, grip or speed gives less than was asked for; braking that is left to friction
// by rule is none.
template <Scalar T> Mask<T> falls_short(const Outputs<T>& out) {
  return out.limited > 0.0 && out.limited != T(static_cast<double>(Reason::regeneration));
}

// Share of the regeneration that the speed allows: 0 below v_zero, 1 above v_full, without a kink between
// (3 s^2 - 2 s^3): the pedal must not feel one, and the integrator's order needs none.
template <Scalar T> T regeneration_share(const car::Regeneration<T>& r, const T& v) {
  const T s = clamp((abs(v) - r.v_zero) / max(r.v_full - r.v_zero, 1e-3), 0.0, 1.0);
  return s * s * (3.0 - 2.0 * s);
}

// Forces of the units, none above its room: what one can't give is given by those that have room.
template <Scalar T> Torques<T> within_room(const car::Model<T>& m, const Torques<T>& wanted,
                                           const T& F, const Torques<T>& room) {
  T all_room(0.0), given(0.0);
  Torques<T> out{};
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    out[n] = clamp(wanted[n], -room[n], room[n]);
    given += out[n];
    all_room += room[n] - abs(out[n]);
  }
  const T rest = F - given;
  const T part = clamp(abs(rest) / max(all_room, 1e-9), 0.0, 1.0);
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    out[n] += select(rest < 0.0, T(-1.0), T(1.0)) * part * (room[n] - abs(out[n]));
  }
  return out;
}

template <Scalar T> std::array<T, 2> axle_forces(const car::Model<T>& m, const Torques<T>& F) {
  std::array<T, 2> out{T(0.0), T(0.0)};
  for (int k = 0; k < m.drive_units.size(); ++k)
    out[static_cast<std::size_t>(m.drive_units[k].axle)] += F[static_cast<std::size_t>(k)];
  return out;
}

// True where the forces are below 0.4 of the grip that the less loaded axle has at rest.
template <Scalar T> auto grip_is_far(const car::Model<T>& m, const Torques<T>& F) {
  const T least = min(m.chassis.front_load, 1.0 - m.chassis.front_load);
  const auto F_axle = axle_forces(m, F);
  return max(abs(F_axle[0]), abs(F_axle[1])) <
         0.4 * m.chassis.mu * m.mass * road_load::kGravity * least;
}

// Forces of the units within the room of each, and of each axle by the grip under its load at the
// acceleration that follows: a fixed number of rounds, each closer by mu h / L.
template <Scalar T> Torques<T> within_grip(const car::Model<T>& m, const Torques<T>& wanted,
                                           const T& F, const Torques<T>& room,
                                           const Inputs<T>& in) {
  const car::Surroundings<T>& s = in.around;
  const T F_road = car::road_force(m, in.v, s, select(in.v < 0.0, T(-1.0), T(1.0)));
  const auto room_axle = axle_forces(m, room);
  Torques<T> out = within_room(m, wanted, F, room);
  for (int round = 0; round < 8; ++round) {
    const auto F_axle = axle_forces(m, out);
    const T a = (F_axle[0] + F_axle[1] - F_road) / m.mass_equivalent;
    const auto load = chassis::axle_loads(m.chassis, m.mass, s.cos_alpha, s.sin_alpha, a);
    const std::array<T, 2> share{min(T(1.0), m.chassis.mu * load.front / max(room_axle[0], 1e-6)),
                                 min(T(1.0), m.chassis.mu * load.rear / max(room_axle[1], 1e-6))};
    Torques<T> gripping = room;
    for (int k = 0; k < m.drive_units.size(); ++k)
      gripping[static_cast<std::size_t>(k)] *=
          share[static_cast<std::size_t>(m.drive_units[k].axle)];
    out = within_room(m, wanted, F, gripping);
  }
  return out;
}

// Force of each machine at the wheels to its torque.
template <Scalar T>
Torques<T> machine_torques(const car::Model<T>& m, const Torques<T>& F, const T& v) {
  Torques<T> tau{};
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    tau[n] = drive_unit::machine_torque(m.drive_units[k], F[n] * m.chassis.wheel_radius, v);
  }
  return tau;
}

// What the drag of their gears takes at the wheels where the machines give no torque.
template <Scalar T> Torques<T> coasting(const car::Model<T>& m, const T& v) {
  Torques<T> F{};
  for (int k = 0; k < m.drive_units.size(); ++k)
    F[static_cast<std::size_t>(k)] =
        drive_unit::wheel_torque(m.drive_units[k], T(0.0), v) / m.chassis.wheel_radius;
  return F;
}

// What the machines give when nothing limits them: the shares as they are.
template <Scalar T> struct Machines {
  Torques<T> tau{};
  T F_given{};  // at the wheels [N]
  T limited{};  // Reason, as a number
};
template <Scalar T> Torques<T> by_shares(const car::Model<T>& m, const T& F) {
  Torques<T> out{};
  if (m.drive_units.size() == 1) {
    out[0] = F;
    return out;
  }
  T shares(0.0);
  for (int k = 0; k < m.drive_units.size(); ++k) shares += m.drive_units[k].torque_share;
  for (int k = 0; k < m.drive_units.size(); ++k)
    out[static_cast<std::size_t>(k)] = F * m.drive_units[k].torque_share / shares;
  return out;
}

// 2. to 4. in full, where a limit is near. Kept out of line: most steps never come here.
template <Scalar T>
[[gnu::noinline]] Machines<T> within_limits(const car::Model<T>& m, const Inputs<T>& in,
                                            const T& F_machines, const Torques<T>& F_shares,
                                            const torque_limits::Drive<T>& drive) {
  Torques<T> room{};
  T F_room(0.0);
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& unit = m.drive_units[k];
    const T tau = machine::torque_limit(unit.envelope, drive.omega[n], in.supply.source.U_0);
    room[n] = abs(drive_unit::wheel_torque(unit, select(F_machines < 0.0, -tau, tau), in.v)) /
              m.chassis.wheel_radius;
    F_room += room[n];
  }
  const Torques<T> F = within_grip(m, F_shares, F_machines, room, in);
  T F_split(0.0);
  for (const T& each : F) F_split += each;
  Machines<T> out;
  const Torques<T> tau = machine_torques(m, F, in.v);
  const auto given = torque_limits::share_given(m, drive, tau);
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    out.tau[n] = given.lambda * tau[n];
    out.F_given +=
        drive_unit::wheel_torque(m.drive_units[k], out.tau[n], in.v) / m.chassis.wheel_radius;
  }
  const T small = 1e-6 * abs(in.F_request) + 1e-3;
  const T by_machine =
      select(abs(F_machines - F_split) > small, T(static_cast<double>(Reason::machine)), T(0.0));
  const auto slips = abs(F_split) < min(abs(F_machines), F_room) - small;
  const T by_grip = select(slips, T(static_cast<double>(Reason::grip)), by_machine);
  out.limited = select(given.reason > 0.0, given.reason, by_grip);
  return out;
}

// What the speed limiter lets through of a driving force: at v_max what the road asks for, below it as
// much as closes the distance within a second.
inline constexpr double kLimiterNear = 15.0;  // [m/s]: further below no car is held
inline constexpr double kLimiterGain = 1.0;   // [1/s]
template <Scalar T> T below_limiter(const car::Model<T>& m, const Inputs<T>& in, const T& F) {
  const T& v_max = m.speed_limiter.v_max;
  const auto near = in.v > v_max - kLimiterNear;
  if (!any(near)) return F;
  const T room = select(near, v_max - in.v, T(kLimiterNear));
  const T F_most =
      kLimiterGain * m.mass_equivalent * room + car::road_force(m, in.v, in.around, T(1.0));
  return select(near && F > 0.0, min(F, max(F_most, 0.0)), F);
}

template <Scalar T> Outputs<T> step(const car::Model<T>& m, const Inputs<T>& in) {
  // 1. Braking by the machines, against motion.
  const auto braking = in.F_request < 0.0;
  const T against = select(in.v < 0.0, T(1.0), T(-1.0));
  const T share = select(braking, regeneration_share(m.regeneration, in.v), T(1.0));
  const T F_regeneration =
      against * share * min(-in.F_request, m.regeneration.deceleration_max * m.mass);
  T F_machines = select(braking, F_regeneration, below_limiter(m, in, in.F_request));
  Torques<T> F_shares = by_shares(m, F_machines);
  if (any(share < 1.0)) {
    const Torques<T> F_coasting = coasting(m, in.v);
    for (std::size_t k = 0; k < F_shares.size(); ++k) {
      F_shares[k] += (1.0 - share) * F_coasting[k];
      F_machines += (1.0 - share) * F_coasting[k];
    }
  }

  // 2. to 4. Most of the time no limit is near: bounds show it, and the shares are given as they are.
  torque_limits::Drive<T> drive;
  drive.supply = in.supply;
  for (int k = 0; k < m.drive_units.size(); ++k)
    drive.omega[static_cast<std::size_t>(k)] = drive_unit::machine_speed(m.drive_units[k], in.v);
  Machines<T> given;
  given.tau = machine_torques(m, F_shares, in.v);
  given.F_given = F_machines;
  given.limited = T(0.0);
  const auto sure = torque_limits::surely_given(m, drive, given.tau) && grip_is_far(m, F_shares);
  if (!all(sure)) {
    const Machines<T> limited = within_limits(m, in, F_machines, F_shares, drive);
    for (std::size_t k = 0; k < given.tau.size(); ++k)
      given.tau[k] = select(sure, given.tau[k], limited.tau[k]);
    given.F_given = select(sure, given.F_given, limited.F_given);
    given.limited = select(sure, given.limited, limited.limited);
  }

  // Friction brakes take what braking is left, up to the grip of all wheels.
  Outputs<T> out;
  out.command.tau = given.tau;
  out.F_given = given.F_given;
  const T F_grip = m.chassis.mu * m.mass * road_load::kGravity * in.around.cos_alpha;
  const T F_machine_braking = max(against * out.F_given, 0.0);
  out.command.F_brake =
      select(braking, clamp(-in.F_request - F_machine_braking, 0.0, F_grip), T(0.0));
  const T F_asked = select(braking, -against * in.F_request, in.F_request);
  const auto faded = abs(F_machines - F_asked) > 1e-6 * abs(in.F_request) + 1e-3;
  const T why_faded = select(braking, T(static_cast<double>(Reason::regeneration)),
                             T(static_cast<double>(Reason::speed_limiter)));
  out.limited = select(given.limited > 0.0, given.limited, select(faded, why_faded, T(0.0)));
  return out;
}

}  // namespace evsim::vcu
