// Control unit of a car's chassis: what the vehicle control unit asks for, made fit for the road. One tick:
//   1. speed of the car from its wheels and its acceleration               wheel_speed_reference.h
//   2. braking by machines and friction                                    brake_blending.h
//   3. traction control: brakes as differential lock, each drive unit      traction_control.h
//      after the shape of what the driver asks for, and before the damping of the shafts, active_damping.h
//   4. yaw control by brakes and torque vectoring, within what traction    yaw_control.h, torque_vectoring.h
//      control and machines allow
//   5. hill hold                                                           hill_hold.h
//   6. anti-lock braking of each wheel                                     anti_lock.h
// All but the first can be switched off; 2. and 6. may be another's (Braking).
// It knows the car by believed_car.h: masses, lengths, wheels as in the vehicle file, not what they are.
#pragma once

#include <functional>

#include "sim/control/active_damping.h"
#include "sim/control/anti_lock.h"
#include "sim/control/brake_blending.h"
#include "sim/control/hill_hold.h"
#include "sim/control/torque_vectoring.h"
#include "sim/control/traction_control.h"
#include "sim/control/wheel_speed_reference.h"
#include "sim/control/yaw_control.h"
#include "sim/vehicle/layout.h"

namespace evsim::chassis_control {

using believed_car::Wheels;

// A driver may switch them.
struct Switches {
  bool traction_control = true, anti_lock = true, yaw_control = true, torque_vectoring = true,
       active_damping = true, hill_hold = true, brake_blending = true;
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, Switches>
constexpr void describe(P& p, V&& field) {
  constexpr Dim N = Dim::none;
  field(p.traction_control,
        Field{"traction_control", N, any_value, "keeps driven wheels from spinning"});
  field(p.anti_lock, Field{"anti_lock", N, any_value, "keeps braked wheels from locking"});
  field(p.yaw_control, Field{"yaw_control", N, any_value,
                             "keeps the car from spinning, by torque vectoring and brakes"});
  field(p.torque_vectoring,
        Field{"torque_vectoring", N, any_value,
              "yaw control also by machines that turn one wheel each, and by actuators"});
  field(p.active_damping, Field{"active_damping", N, any_value, "damps the shuffle of the shafts"});
  field(p.hill_hold,
        Field{"hill_hold", N, any_value, "keeps the brakes on until the car drives off"});
  field(p.brake_blending,
        Field{"brake_blending", N, any_value,
              "hands braking over between machines and friction, each axle within its grip"});
}

struct Unit {
  std::size_t axle = 1;  // 0 front, 1 rear
  Turns turns = Turns::both;
  double ratio = 1.0;
  double J = 0.0;                                   // of the rotor [kg m2]
  double tau_peak = kInfinity, P_peak = kInfinity;  // of the machine [Nm], [W]
  double vectoring = 0.0;  // largest torque of an actuator in the differential [Nm]
};
struct Model {
  Switches on;
  believed_car::Params<double> car;
  std::array<Unit, kMaxDriveUnits> units;
  std::size_t n_units = 0;
  brake_system::Params<double> brakes;
  wheel_speed_reference::Params<double> reference;
  brake_blending::Params<double> blending;
  slip_control::Params<double> traction;
  traction_control::LockParams<double> lock;
  anti_lock::Params<double> anti_lock;
  yaw_control::Params<double> yaw;
  active_damping::Params<double> damping;
  hill_hold::Params<double> hold;
  double T_s = 1e-3;  // [s]
};
struct State {
  wheel_speed_reference::State<double> reference;
  brake_blending::State<double> blending;
  double since_anti_lock;  // time since it acted [s]
  std::array<slip_control::State<double>, kMaxDriveUnits> traction;
  std::array<traction_control::LockState<double>, 2> lock;
  anti_lock::State<double> anti_lock;
  yaw_control::State<double> yaw;
  std::array<active_damping::State<double>, kMaxDriveUnits> damping;
  hill_hold::State<double> hold;
};
// Sampled at the tick.
struct Inputs {
  std::array<double, kMaxDriveUnits> tau_request;   // by the vehicle control unit [Nm]
  std::array<double, kMaxDriveUnits> tau, omega_m;  // given since the last tick [Nm], now [rad/s]
  double F_brake;                                   // of friction, asked for [N]
  bool braking;                                     // the driver wants to brake
  Wheels<double> omega, p;                          // [rad/s], pressures [Pa]
  double a_x, a_y;                                  // specific forces along the body's axes [m/s2]
  double omega_z, delta;                            // [rad/s], mean of the front wheels [rad]
};
struct Outputs {
  std::array<double, kMaxDriveUnits> tau;        // [Nm]
  std::array<double, kMaxDriveUnits> vectoring;  // of actuators, > 0 to the left [Nm]
  brake_system::Inputs<double> brakes;
  double F_brake;                 // asked of friction, after the blending [N]
  double v;                       // believed [m/s]
  bool traction, anti_lock, yaw;  // which of them acts
};

// What brakes are to do: by machines, by friction, and at most.
struct Braking {
  std::array<double, kMaxDriveUnits> tau;  // of the machines [Nm]
  double F_brake;                          // of friction [N]
  Wheels<double> p, p_limit;               // [Pa]
};
// What is believed beside the inputs.
struct Believed {
  double v;          // [m/s]
  double p_request;  // at which friction alone gives all braking that is asked for [Pa]
};
// Changes what the built-in control gives; empty: nobody does.
using Brakes = std::function<void(const Model&, const Inputs&, const Believed&, Braking&)>;

// For which machines do not brake after anti-lock control has acted [s].
inline constexpr double kAfterAntiLock = 0.3;

// A specific force that may be the body's attitude or the sensor's offset, no slope [m/s2].
inline constexpr double kAttitude = 0.3;

// At rest, or rolling freely at a speed [m/s], with a specific force along the body that is the slope's [m/s2].
inline State start(const Model& m, double v, const std::array<double, kMaxDriveUnits>& tau,
                   const std::array<double, kMaxDriveUnits>& omega_m, const Wheels<double>& omega,
                   double a_x = 0.0) {
  State x{};
  x.reference.v = v;
  const double b = a_x / (1.0 + believed_car::kGravity * m.reference.pitch);
  x.reference.b = b - clamp(b, -kAttitude, kAttitude);
  x.since_anti_lock = kAfterAntiLock;
  for (std::size_t n = 0; n < m.n_units; ++n) {
    x.traction[n].omega = omega_m[n], x.traction[n].tau_x = tau[n];
    x.damping[n].tau_s = tau[n];
  }
  for (std::size_t i = 0; i < omega.size(); ++i) x.anti_lock.wheels[i].omega = omega[i];
  return x;
}

namespace detail {

// Below it a car is taken to roll forward [m/s].
inline constexpr double kReverse = -1.0;
// Of machines and brakes on an axle, > 0 forward [N].
inline double force_of(const Model& m, const Inputs& in, std::size_t axle, double v) {
  const double sense = v < kReverse ? -1.0 : 1.0;
  double tau = 0.0;
  for (std::size_t n = 0; n < m.n_units; ++n)
    if (m.units[n].axle == axle) tau += m.units[n].ratio * in.tau[n];
  for (std::size_t i = 2 * axle; i < 2 * axle + 2; ++i)
    tau -= sense * brake_system::torque_per_pressure(m.brakes, i) *
           max(in.p[i] - m.brakes.contact_pressure, 0.0);
  return tau / m.car.wheel_radius;
}
inline bool turns(const Unit& unit, std::size_t wheel) {
  const Turns alone = wheel % 2 == 0 ? Turns::left : Turns::right;
  return unit.axle == wheel / 2 && (unit.turns == Turns::both || unit.turns == alone);
}
inline std::size_t units_on(const Model& m, std::size_t wheel) {
  std::size_t out = 0;
  for (std::size_t n = 0; n < m.n_units; ++n) out += turns(m.units[n], wheel) ? 1U : 0U;
  return out;
}
// Of what a unit's wheels have, their mean.
inline double of_wheels(const Unit& unit, const Wheels<double>& each) {
  const double left = each[2 * unit.axle], right = each[2 * unit.axle + 1];
  return unit.turns == Turns::both ? 0.5 * (left + right)
                                   : (unit.turns == Turns::left ? left : right);
}
// Speed of a unit's rotor for traction control: where it runs ahead of its wheels, through the play of the shafts or as they
// wind up, the wheels' is what slips.
inline double slipping(const Unit& unit, const Inputs& in, std::size_t n) {
  const double wheels = unit.ratio * of_wheels(unit, in.omega);
  return in.tau[n] < 0.0 ? max(in.omega_m[n], wheels) : min(in.omega_m[n], wheels);
}

using At = wheel_speed_reference::Outputs<double>;
using AxleLoads = believed_car::AxleLoads<double>;

// The friction that slip control believes each axle's road to carry along, 1 where it has found no limit, and the share of
// it that is in use across, by the acceleration.
struct Friction {
  brake_blending::Axles<double> along{1.0, 1.0};
  double across;  // >= 0
};
inline Friction friction_of(const Model& m, const State& x, const Inputs& in) {
  Friction out{.across = abs(in.a_y) / believed_car::kGravity};
  for (std::size_t n = 0; n < m.n_units; ++n) {
    double& mu = out.along[m.units[n].axle];
    mu = min(mu, x.traction[n].mu_road);
  }
  return out;
}

struct Asked {
  std::array<double, kMaxDriveUnits> tau;  // of the machines [Nm]
  double F_brake;                          // of friction [N]
};
// What the vehicle control unit wants the machines to brake with is all that they can: speed, battery and its rules are in
// there. Of each axle [N].
inline brake_blending::Axles<double> machine_braking(const Model& m, const Inputs& in,
                                                     const At& at) {
  const double sense = at.v < 0.0 ? -1.0 : 1.0;
  brake_blending::Axles<double> limit{};
  const double braking = in.braking ? 1.0 : 0.0;
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const Unit& unit = m.units[n];
    limit[unit.axle] +=
        braking * max(-sense * unit.ratio * in.tau_request[n] / m.car.wheel_radius, 0.0);
  }
  return limit;
}
// In the same ratio each axle's machines give their part of what the blending leaves them. In a bend their grip is
// that of the inner wheels, to which a differential gives as much as to the outer ones, less what holds the car in the bend:
//   sqrt(mu^2 - (a_y/g)^2) (1 - 2 h a_y / (g b)) F_z
inline Asked blended(const Model& m, State& x, const Inputs& in,
                     const brake_blending::Axles<double>& limit, const AxleLoads& loads) {
  const auto [mu, across] = friction_of(m, x, in);
  const double inner = max(1.0 - 2.0 * across * m.car.cg_height / m.car.track, 0.0);
  const auto grip = [&](std::size_t axle, double load) {
    return sqrt(max(mu[axle] * mu[axle] - across * across, 0.0)) * inner * load;
  };
  bool slips = false;
  for (const double limited : x.anti_lock.limited) slips = slips || limited > 0.0;
  x.since_anti_lock = slips ? 0.0 : min(x.since_anti_lock + m.T_s, kAfterAntiLock);
  const double F = in.F_brake + limit[0] + limit[1];
  const auto given =
      brake_blending::step<double>(m.blending, x.blending,
                                   {.F = F,
                                    .limit = limit,
                                    .grip = {grip(0, loads.front), grip(1, loads.rear)},
                                    .wheels_slip = x.since_anti_lock < kAfterAntiLock ? 1.0 : 0.0},
                                   m.T_s);
  Asked out{.tau = in.tau_request, .F_brake = given.friction};
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const std::size_t axle = m.units[n].axle;
    if (limit[axle] > 0.0) out.tau[n] *= given.machines[axle] / limit[axle];
  }
  return out;
}

// Of the road in all directions.
inline double whole(const Friction& f) {
  const double mu = min(f.along[0], f.along[1]);
  return min(sqrt(mu * mu + f.across * f.across), 1.0);
}

using Room = torque_vectoring::Room<double>;
struct Torques {
  double backward = -kInfinity, forward = kInfinity;  // within which a unit may be [Nm]
};
// Of each wheel that a machine of its own turns, by machine and road. One that has shown the road's limit is given no more than
// it has.
inline Wheels<Room> rooms(const Model& m, const State& x, const Inputs& in,
                          const std::array<Torques, kMaxDriveUnits>& may, const Outputs& out) {
  Wheels<Room> room{};
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const Unit& unit = m.units[n];
    if (unit.turns == Turns::both) continue;
    const double most = min(unit.tau_peak, unit.P_peak / max(abs(in.omega_m[n]), 1.0));
    const double per_torque = unit.ratio / m.car.wheel_radius;
    const bool at_limit = x.traction[n].mu_road < 1.0;
    const double forward = at_limit ? max(out.tau[n], 0.0) : min(may[n].forward, most);
    const double backward = at_limit ? min(out.tau[n], 0.0) : max(may[n].backward, -most);
    room[2 * unit.axle + (unit.turns == Turns::left ? 0 : 1)] = {
        .forward = per_torque * max(forward - out.tau[n], 0.0),
        .backward = per_torque * max(out.tau[n] - backward, 0.0)};
  }
  return room;
}

inline void control_yaw(const Model& m, State& x, const Inputs& in, const At& at, double mu,
                        const std::array<Torques, kMaxDriveUnits>& may, Outputs& out) {
  const double R = m.car.wheel_radius, track = m.car.track;
  const auto room = rooms(m, x, in, may, out);
  std::array<torque_vectoring::Moments<double>, 2> axles;
  for (std::size_t a = 0; a < axles.size(); ++a)
    axles[a] = torque_vectoring::largest<double>(room[2 * a], room[2 * a + 1], track);
  double actuators = 0.0;
  for (std::size_t n = 0; n < m.n_units; ++n) actuators += m.units[n].vectoring;
  const double M_actuators = actuators * track / R;
  const double on = m.on.torque_vectoring ? 1.0 : 0.0;
  const double M_left = on * (M_actuators + axles[0].left + axles[1].left),
               M_right = on * (M_actuators + axles[0].right + axles[1].right);
  const auto yaw = yaw_control::step<double>(m.yaw, m.car, x.yaw,
                                             {.v = at.v,
                                              .omega_z = in.omega_z,
                                              .a_y = in.a_y,
                                              .delta = in.delta,
                                              .mu = mu,
                                              .M_left = M_left,
                                              .M_right = M_right},
                                             m.T_s);
  // Each by what it can give.
  const bool to_left = yaw.M_vectoring > 0.0;
  const double most = to_left ? M_left : M_right;
  const double share = most > 0.0 ? yaw.M_vectoring / most : 0.0;
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const Unit& unit = m.units[n];
    out.vectoring[n] = -share * unit.vectoring;
    if (unit.turns == Turns::both) continue;
    const auto& M = axles[unit.axle];
    const double dF = share * (to_left ? M.left : M.right) / track;
    out.tau[n] += (unit.turns == Turns::left ? -dF : dF) * R / unit.ratio;
  }
  for (std::size_t i = 0; i < out.brakes.pump.size(); ++i) {
    out.brakes.pump[i] =
        max(out.brakes.pump[i], brake_system::pressure_of(m.brakes, i, yaw.tau_brake[i]));
    out.yaw = out.yaw || yaw.tau_brake[i] > 0.0;
  }
}

inline void lock_differentials(const Model& m, State& x, const Asked& asked, const At& at,
                               Outputs& out) {
  for (std::size_t axle = 0; axle < x.lock.size(); ++axle) {
    const std::size_t left = 2 * axle;
    double tau_request = 0.0;  // through differentials
    for (std::size_t n = 0; n < m.n_units; ++n)
      if (m.units[n].axle == axle && m.units[n].turns == Turns::both) tau_request += asked.tau[n];
    const auto lock = traction_control::step<double>(
        m.lock, x.lock[axle], {at.slip[left], at.slip[left + 1], at.v, tau_request}, m.T_s);
    double* pump = &out.brakes.pump[left];
    pump[0] = max(pump[0], brake_system::pressure_of(m.brakes, left, lock.left));
    pump[1] = max(pump[1], brake_system::pressure_of(m.brakes, left + 1, lock.right));
  }
}

// On the wheels of a unit; in a bend the outer one has more: (1 +- 2 h a_y / (g b)) of half the axle's [N].
inline double load_of(const Model& m, const Unit& unit, const Inputs& in, const AxleLoads& loads) {
  const double axle = unit.axle == 0 ? loads.front : loads.rear;
  if (unit.turns == Turns::both) return axle;
  const double to_right =
      clamp(2.0 * m.car.cg_height * in.a_y / (believed_car::kGravity * m.car.track), -1.0, 1.0);
  return 0.5 * axle * (unit.turns == Turns::left ? 1.0 - to_right : 1.0 + to_right);
}
// Torque of a unit whose driver's wish has its shape, and within which it may be.
inline Torques within_grip(const Model& m, State& x, const Inputs& in, const At& at,
                           const AxleLoads& loads, std::size_t n, Outputs& out) {
  const Unit& unit = m.units[n];
  const bool both = unit.turns == Turns::both;
  const std::size_t left = 2 * unit.axle, first = left + (unit.turns == Turns::right ? 1 : 0);
  const double share = 1.0 / static_cast<double>(units_on(m, first));
  const double J_wheels = share * (both ? 2.0 : 1.0) * m.car.wheel_inertia;
  const slip_control::Rotor<double> rotor{.J = unit.J + J_wheels / (unit.ratio * unit.ratio),
                                          .R = m.car.wheel_radius / unit.ratio};
  const auto tau =
      traction_control::step<double>(m.traction, rotor, x.traction[n],
                                     {.tau_request = out.tau[n],
                                      .tau = in.tau[n],
                                      .omega_m = slipping(unit, in, n),
                                      .V = of_wheels(unit, at.V),
                                      .a = at.a,
                                      .difference = both ? at.slip[left] - at.slip[left + 1] : 0.0,
                                      .F_z = share * load_of(m, unit, in, loads)},
                                     m.T_s);
  out.traction = out.traction || tau.limited > 0.0;
  out.tau[n] = tau.tau;
  return {.backward = tau.tau_backward, .forward = tau.tau_forward};
}

inline double held_pressure(const Model& m, State& x, const Inputs& in, const Asked& asked,
                            const At& at, double p_driver) {
  double F_request = 0.0, F_drive = 0.0;  // of the machines alone
  for (std::size_t n = 0; n < m.n_units; ++n) {
    F_request += m.units[n].ratio * asked.tau[n] / m.car.wheel_radius;
    F_drive += m.units[n].ratio * in.tau[n] / m.car.wheel_radius;
  }
  return hill_hold::step<double>(m.hold, x.hold,
                                 {.v = at.v,
                                  .b = at.a + x.reference.b,  // at rest all of it is the slope
                                  .p_driver = p_driver,
                                  .F_request = F_request,
                                  .F_drive = F_drive},
                                 m.T_s);
}

inline anti_lock::Outputs<double> limits(const Model& m, State& x, const Inputs& in, const At& at) {
  Wheels<double> tau_drive{};
  for (std::size_t n = 0; n < m.n_units; ++n)
    for (std::size_t i = 2 * m.units[n].axle; i < 2 * m.units[n].axle + 2; ++i)
      if (turns(m.units[n], i))
        tau_drive[i] +=
            (m.units[n].turns == Turns::both ? 0.5 : 1.0) * m.units[n].ratio * in.tau[n];
  return anti_lock::limits<double>(
      m.anti_lock, m.car, m.brakes, x.anti_lock,
      {.omega = in.omega, .V = at.V, .v = at.v, .a = at.a, .p = in.p, .tau_drive = tau_drive},
      m.T_s);
}
inline void limit_brakes(State& x, anti_lock::Outputs<double>& limits, Outputs& out) {
  Wheels<double> asked = out.brakes.asked;
  for (std::size_t i = 0; i < asked.size(); ++i) asked[i] = max(asked[i], out.brakes.pump[i]);
  anti_lock::compare(x.anti_lock, asked, limits);
  out.brakes.limit = limits.limit;
  for (const double limited : limits.limited) out.anti_lock = out.anti_lock || limited > 0.0;
}

}  // namespace detail

inline Outputs step(const Model& m, State& x, const Inputs& in, const Brakes& own = {}) {
  // 1.
  const detail::AxleLoads F{detail::force_of(m, in, 0, x.reference.v),
                            detail::force_of(m, in, 1, x.reference.v)};
  const auto at = wheel_speed_reference::step<double>(
      m.reference, m.car, x.reference,
      {.omega = in.omega, .a_x = in.a_x, .omega_z = in.omega_z, .delta = in.delta, .F = F}, m.T_s);
  const auto loads = believed_car::axle_loads(m.car, at.a);

  // 2., and the limits of 6.
  const auto machines = detail::machine_braking(m, in, at);
  detail::Asked asked = m.on.brake_blending ? detail::blended(m, x, in, machines, loads)
                                            : detail::Asked{in.tau_request, in.F_brake};
  const auto pressure = [&](double F_brake) {
    return brake_system::pressure_of_force(m.brakes, F_brake, m.car.wheel_radius);
  };
  double p_driver = pressure(asked.F_brake);
  anti_lock::Outputs<double> limits{};
  limits.limit.fill(kInfinity);
  if (m.on.anti_lock) limits = detail::limits(m, x, in, at);
  Outputs out{};
  out.brakes = brake_system::untouched<double>({p_driver, p_driver, p_driver, p_driver});
  if (own) {
    Braking b{asked.tau, asked.F_brake, out.brakes.asked, limits.limit};
    own(m, in, {.v = at.v, .p_request = pressure(in.F_brake + machines[0] + machines[1])}, b);
    asked = {b.tau, b.F_brake};
    out.brakes.asked = b.p;
    limits.limit = b.p_limit;
    p_driver = max(max(b.p[0], b.p[1]), max(b.p[2], b.p[3]));
  }
  out.F_brake = asked.F_brake;
  out.v = at.v;
  out.tau = asked.tau;

  // 3., 4.
  const double mu = detail::whole(detail::friction_of(m, x, in));
  if (m.on.traction_control) detail::lock_differentials(m, x, asked, at, out);
  std::array<detail::Torques, kMaxDriveUnits> may{};
  for (std::size_t n = 0; n < m.n_units; ++n) {
    if (m.on.active_damping)
      out.tau[n] = active_damping::shaped<double>(m.damping, x.damping[n], out.tau[n], m.T_s);
    if (m.on.traction_control) may[n] = detail::within_grip(m, x, in, at, loads, n, out);
  }
  if (m.on.yaw_control) detail::control_yaw(m, x, in, at, mu, may, out);
  if (m.on.active_damping)
    for (std::size_t n = 0; n < m.n_units; ++n)
      out.tau[n] =
          active_damping::damped<double>(m.damping, x.damping[n],
                                         {.tau = out.tau[n],
                                          .omega_m = in.omega_m[n],
                                          .omega_w = detail::of_wheels(m.units[n], in.omega),
                                          .ratio = m.units[n].ratio},
                                         m.T_s);
  // 5., 6.
  if (m.on.hill_hold) {
    const double p = detail::held_pressure(m, x, in, asked, at, p_driver);
    for (double& pump : out.brakes.pump) pump = max(pump, p);
  }
  if (m.on.anti_lock || own) detail::limit_brakes(x, limits, out);
  return out;
}

}  // namespace evsim::chassis_control
