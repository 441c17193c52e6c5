// Control unit of a car's chassis: what the vehicle control unit asks for, made fit for the road. One tick:
//   1. speed of the car from its wheels and its acceleration               wheel_speed_reference.h
//   2. yaw control by brakes                                               yaw_control.h
//   3. traction control of each drive unit, brakes as differential lock    traction_control.h
//   4. active damping of the shafts                                        active_damping.h
//   5. hill hold                                                           hill_hold.h
//   6. anti-lock braking of each wheel                                     anti_lock.h
// All but the first can be switched off. Torque vectoring is not asked for.
// It knows the car by believed_car.h: masses, lengths, wheels as in the vehicle file, not what they are.
#pragma once

#include "sim/control/active_damping.h"
#include "sim/control/anti_lock.h"
#include "sim/control/hill_hold.h"
#include "sim/control/traction_control.h"
#include "sim/control/wheel_speed_reference.h"
#include "sim/control/yaw_control.h"
#include "sim/vehicle/layout.h"

namespace evsim::chassis_control {

using believed_car::Wheels;

// A driver may switch them.
struct Switches {
  bool traction_control = true, anti_lock = true, yaw_control = true, active_damping = true,
       hill_hold = true;
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, Switches>
constexpr void describe(P& p, V&& field) {
  constexpr Dim N = Dim::none;
  field(p.traction_control,
        Field{"traction_control", N, any_value, "keeps driven wheels from spinning"});
  field(p.anti_lock, Field{"anti_lock", N, any_value, "keeps braked wheels from locking"});
  field(p.yaw_control,
        Field{"yaw_control", N, any_value, "keeps the car from spinning, by brakes"});
  field(p.active_damping, Field{"active_damping", N, any_value, "damps the shuffle of the shafts"});
  field(p.hill_hold,
        Field{"hill_hold", N, any_value, "keeps the brakes on until the car drives off"});
}

struct Unit {
  std::size_t axle = 1;  // 0 front, 1 rear
  double ratio = 1.0;
  double J = 0.0;  // of the rotor [kg m2]
};
struct Model {
  Switches on;
  believed_car::Params<double> car;
  std::array<Unit, kMaxDriveUnits> units;
  std::size_t n_units = 0;
  brake_system::Params<double> brakes;
  wheel_speed_reference::Params<double> reference;
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
  Wheels<double> omega, p;                          // [rad/s], pressures [Pa]
  double a_x, a_y;                                  // specific forces along the body's axes [m/s2]
  double omega_z, delta;                            // [rad/s], mean of the front wheels [rad]
};
struct Outputs {
  std::array<double, kMaxDriveUnits> tau;  // [Nm]
  brake_system::Inputs<double> brakes;
  double v;                       // believed [m/s]
  bool traction, anti_lock, yaw;  // which of them acts
};

// At rest, or rolling freely at a speed [m/s].
inline State start(const Model& m, double v, const std::array<double, kMaxDriveUnits>& tau,
                   const std::array<double, kMaxDriveUnits>& omega_m, const Wheels<double>& omega) {
  State x{};
  x.reference.v = v;
  for (std::size_t n = 0; n < m.n_units; ++n) {
    x.traction[n].omega = omega_m[n], x.traction[n].tau_x = tau[n];
    x.traction[n].mu_road = 1.0;
    x.damping[n].tau_s = tau[n];
  }
  for (std::size_t i = 0; i < omega.size(); ++i) {
    x.anti_lock.wheels[i].omega = omega[i];
    x.anti_lock.wheels[i].mu_road = 1.0;
  }
  return x;
}

namespace detail {

// Force of friction to pressure, the same in both circuits [Pa].
inline double pressure_of(const Model& m, double F) {
  const double c = 2.0 *
                   (brake_system::torque_per_pressure(m.brakes.front) +
                    brake_system::torque_per_pressure(m.brakes.rear)) /
                   m.car.wheel_radius;
  return F > 0.0 ? min(F / c + m.brakes.contact_pressure, m.brakes.pressure_max) : 0.0;
}
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
// Speed of a unit's rotor for traction control: where it runs ahead of its wheels, through the play of the shafts or as they
// wind up, the wheels' is what slips.
inline double slipping(const Unit& unit, const Inputs& in, std::size_t n) {
  const std::size_t left = 2 * unit.axle;
  const double wheels = 0.5 * unit.ratio * (in.omega[left] + in.omega[left + 1]);
  return in.tau[n] < 0.0 ? max(in.omega_m[n], wheels) : min(in.omega_m[n], wheels);
}

}  // namespace detail

inline Outputs step(const Model& m, State& x, const Inputs& in) {
  const auto& car = m.car;
  const double T_s = m.T_s;
  Outputs out{};
  out.tau = in.tau_request;
  const double p_driver = detail::pressure_of(m, in.F_brake);
  out.brakes = brake_system::untouched<double>({p_driver, p_driver, p_driver, p_driver});

  // 1.
  const believed_car::AxleLoads<double> F{detail::force_of(m, in, 0, x.reference.v),
                                          detail::force_of(m, in, 1, x.reference.v)};
  const auto at = wheel_speed_reference::step<double>(
      m.reference, car, x.reference,
      {.omega = in.omega, .a_x = in.a_x, .omega_z = in.omega_z, .delta = in.delta, .F = F}, T_s);
  out.v = at.v;
  const auto loads = believed_car::axle_loads(car, at.a);

  // 2.
  if (m.on.yaw_control) {
    const auto yaw = yaw_control::step<double>(
        m.yaw, car, x.yaw,
        {.v = at.v, .omega_z = in.omega_z, .a_y = in.a_y, .delta = in.delta, .mu = 1.0}, T_s);
    for (std::size_t i = 0; i < out.brakes.pump.size(); ++i) {
      out.brakes.pump[i] = brake_system::pressure_of(m.brakes, i, yaw.tau_brake[i]);
      out.yaw = out.yaw || yaw.tau_brake[i] > 0.0;
    }
  }
  // 3.
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const Unit& unit = m.units[n];
    const std::size_t left = 2 * unit.axle;
    if (m.on.traction_control) {
      const auto lock = traction_control::step<double>(
          m.lock, x.lock[unit.axle], {at.slip[left], at.slip[left + 1], at.v, in.tau_request[n]},
          T_s);
      out.brakes.pump[left] =
          max(out.brakes.pump[left], brake_system::pressure_of(m.brakes, left, lock.left));
      out.brakes.pump[left + 1] =
          max(out.brakes.pump[left + 1], brake_system::pressure_of(m.brakes, left + 1, lock.right));
      const slip_control::Rotor<double> rotor{
          .J = unit.J + 2.0 * car.wheel_inertia / (unit.ratio * unit.ratio),
          .R = car.wheel_radius / unit.ratio};
      const auto tau =
          traction_control::step<double>(m.traction, rotor, x.traction[n],
                                         {.tau_request = in.tau_request[n],
                                          .tau = in.tau[n],
                                          .omega_m = detail::slipping(unit, in, n),
                                          .V = 0.5 * (at.V[left] + at.V[left + 1]),
                                          .a = at.a,
                                          .difference = at.slip[left] - at.slip[left + 1],
                                          .F_z = unit.axle == 0 ? loads.front : loads.rear},
                                         T_s);
      out.tau[n] = tau.tau;
      out.traction = out.traction || tau.limited > 0.0;
    }
    // 4.
    if (m.on.active_damping)
      out.tau[n] =
          active_damping::step<double>(m.damping, x.damping[n],
                                       {.tau_request = out.tau[n],
                                        .omega_m = in.omega_m[n],
                                        .omega_w = 0.5 * (in.omega[left] + in.omega[left + 1]),
                                        .ratio = unit.ratio},
                                       T_s);
  }
  // 5.
  if (m.on.hill_hold) {
    double F_request = 0.0;
    for (std::size_t n = 0; n < m.n_units; ++n)
      F_request += m.units[n].ratio * in.tau_request[n] / car.wheel_radius;
    const double p = hill_hold::step<double>(m.hold, x.hold,
                                             {.v = at.v,
                                              .b = x.reference.b,
                                              .p_driver = p_driver,
                                              .F_request = F_request,
                                              .F_drive = F.front + F.rear,
                                              .hold = 0.0},
                                             T_s);
    for (double& pump : out.brakes.pump) pump = max(pump, p);
  }
  // 6.
  if (m.on.anti_lock) {
    Wheels<double> asked = out.brakes.asked, tau_drive{};
    for (std::size_t i = 0; i < asked.size(); ++i) asked[i] = max(asked[i], out.brakes.pump[i]);
    for (std::size_t n = 0; n < m.n_units; ++n)
      for (std::size_t i = 2 * m.units[n].axle; i < 2 * m.units[n].axle + 2; ++i)
        tau_drive[i] += 0.5 * m.units[n].ratio * in.tau[n];
    const auto abs_limits = anti_lock::step<double>(m.anti_lock, car, m.brakes, x.anti_lock,
                                                    {.omega = in.omega,
                                                     .V = at.V,
                                                     .v = at.v,
                                                     .a = at.a,
                                                     .p = in.p,
                                                     .asked = asked,
                                                     .tau_drive = tau_drive},
                                                    T_s);
    out.brakes.limit = abs_limits.limit;
    for (const double limited : abs_limits.limited) out.anti_lock = out.anti_lock || limited > 0.0;
  }
  return out;
}

}  // namespace evsim::chassis_control
