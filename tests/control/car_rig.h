// A car as a multi-body system under control units: machines that lag, hydraulic brakes, sensors. The plant moves in steps of
// 200 us between the ticks of its units.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sim/components/brake_system.h"
#include "sim/control/chassis_control.h"
#include "tests/vehicle/multibody_car.h"

namespace evsim::test {

using FourWheels = believed_car::Wheels<double>;

inline constexpr double kPlantStep = 2e-4;    // [s]
inline constexpr double kMachineLag = 0.005;  // [s]
inline constexpr double kG = chassis_14dof::kGravity;

inline brake_system::Params<double> plain_brakes() {
  return {.front = {.piston_area = 2.5e-3, .pad_friction = 0.4, .effective_radius = 0.125},
          .rear = {.piston_area = 1.1e-3, .pad_friction = 0.4, .effective_radius = 0.125}};
}

// Of plain_car with another place of its sprung mass; on its springs it stands level.
inline c14::Params<double> plain_car_with_cg(double behind_front) {
  auto p = plain_car();
  p.cg_behind_front = behind_front;
  const double rear = behind_front / p.wheelbase;
  p.front.suspension.spring = line(0.5 * (1.0 - rear) * p.sprung_mass * kG, 30e3);
  p.rear.suspension.spring = line(0.5 * rear * p.sprung_mass * kG, 30e3);
  return p;
}

// What sensors say at a tick.
struct Sensed {
  FourWheels omega;          // of the wheels [rad/s]
  double omega_z, a_x, a_y;  // [rad/s], specific forces of the body [m/s2]
};

struct Rig {
  Car car;
  believed_car::Params<double> believed;
  brake_system::Params<double> brakes = plain_brakes();
  brake_system::State<double> pressure{};
  brake_system::Inputs<double> hydraulics = brake_system::untouched<double>({});
  std::array<double, kMaxDriveUnits> tau_command{}, tau{};  // of the machines [Nm]
  double vectoring = 0.0;  // torque that goes from the left to the right rear wheel [Nm]
  double delta = 0.0;      // of the front wheels [rad]
  double t = 0.0, distance = 0.0;

  explicit Rig(const c14::Params<double>& p = plain_car())
      : car(real_car(0.3, p)),
        believed{.mass = kMass,
                 .I_zz = 3600.0,
                 .wheelbase = p.wheelbase,
                 .cg_behind_front = p.cg_behind_front,
                 .cg_height = 0.57,
                 .track = p.front.track,
                 .wheel_radius = car.R_e,
                 .wheel_inertia = p.front.wheel_inertia} {}

  double v() const { return car.x.chassis.v.x; }
  double yaw_rate() const { return car.x.chassis.omega.z; }
  // Angle of the body's x axis in the road's plane [rad].
  double heading() const {
    const auto R = rotation(car.x.chassis.q);
    return std::atan2(R.y.x, R.x.x);
  }
  double sideslip() const { return std::atan2(car.x.chassis.v.y, car.x.chassis.v.x); }
  void roll_at(double v) { test::roll_at(car, v); }

  multibody::Rates rates() { return multibody::rates(car.m, held(), car.x); }
  Sensed sense() {
    const auto r = rates().state.chassis;
    const auto& x = car.x.chassis;
    const auto a = r.v + cross(x.omega, x.v) - to_body(rotation(x.q), car.held.gravity);
    return {.omega = car.x.Omega, .omega_z = x.omega.z, .a_x = a.x, .a_y = a.y};
  }
  // Lets the car move on by a tick.
  void advance(double T_s) {
    const long n = std::lround(T_s / kPlantStep);
    const double keep = exp(-kPlantStep / kMachineLag);
    for (long k = 0; k < n; ++k) {
      for (std::size_t i = 0; i < tau.size(); ++i)
        tau[i] = tau_command[i] + keep * (tau[i] - tau_command[i]);
      pressure = brake_system::after<double>(brakes, pressure, hydraulics, kPlantStep);
      const double kick = kPlantStep * vectoring / believed.wheel_inertia;
      car.x.Omega[2] -= kick, car.x.Omega[3] += kick;
      multibody::Rows q{};
      multibody::step(car.m, held(), kPlantStep, car.x, q);
      distance += kPlantStep * v();
    }
    t += T_s;
  }
  double rotor_speed(std::size_t unit) const {
    return car.m.units[unit].gears.ratio * car.x.units[unit].omega_c;
  }

 private:
  const multibody::Held& held() {
    car.held.tau = tau;
    car.held.brake = brake_system::torques<double>(brakes, pressure);
    const double L = believed.wheelbase, half = 0.5 * believed.track;
    const double tangent = std::tan(delta);
    car.held.steer =
        chassis_14dof::steered<double>({std::atan2(tangent, 1.0 - half / L * tangent),
                                        std::atan2(tangent, 1.0 + half / L * tangent), 0.0, 0.0});
    return car.held;
  }
};

// Of a pedal 0..1, at the wheels [N].
inline double braking_force(const Rig& rig, double pedal) {
  const double per_pressure = 2.0 * (brake_system::torque_per_pressure(rig.brakes.front) +
                                     brake_system::torque_per_pressure(rig.brakes.rear));
  return brake_system::of_pedal<double>(rig.brakes, pedal) * per_pressure /
         rig.believed.wheel_radius;
}

// The chassis' control unit of a rig, with all that can be switched off.
inline chassis_control::Model control_unit(const Rig& rig, double T_s) {
  chassis_control::Model m;
  m.on = {.traction_control = false,
          .anti_lock = false,
          .yaw_control = false,
          .active_damping = false,
          .hill_hold = false,
          .brake_blending = false};
  m.car = rig.believed;
  m.brakes = rig.brakes;
  m.reference.pitch = 0.0045;
  m.n_units = rig.car.m.n_units;
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const auto& unit = rig.car.m.units[n];
    m.units[n] = {
        .axle = unit.axle, .turns = unit.turns, .ratio = unit.gears.ratio, .J = unit.gears.J_in};
    if (const auto* by = std::get_if<differential::Vectoring<double>>(&unit.differential.kind))
      m.units[n].vectoring = by->torque_max;
  }
  m.T_s = T_s;
  return m;
}
// One tick of it.
inline void control(const chassis_control::Model& m, chassis_control::State& x, Rig& rig,
                    const std::array<double, kMaxDriveUnits>& tau_request, double F_brake) {
  const auto s = rig.sense();
  chassis_control::Inputs in{.tau_request = tau_request,
                             .tau = rig.tau,
                             .omega_m = {},
                             .F_brake = F_brake,
                             .braking = F_brake > 0.0,
                             .omega = s.omega,
                             .p = rig.pressure.p,
                             .a_x = s.a_x,
                             .a_y = s.a_y,
                             .omega_z = s.omega_z,
                             .delta = rig.delta};
  for (std::size_t n = 0; n < m.n_units; ++n) in.omega_m[n] = rig.rotor_speed(n);
  const auto out = chassis_control::step(m, x, in);
  rig.tau_command = out.tau;
  rig.car.held.vectoring = out.vectoring;
  rig.hydraulics = out.brakes;
}

// Largest forward force over load of a tyre of the car [-], at a load and a friction.
inline double peak_friction(double F_z, double mu) {
  const auto tyre = prepared(passenger_tyre());
  const auto c = tyre::curves<double>(tyre, {.F_z = F_z, .gamma = 0.0, .mu = mu});
  double most = 0.0;
  for (double kappa = 0.0; kappa < 0.5; kappa += 1e-4)
    most = std::max(most, tyre::forces<double>(tyre, c, {kappa, 0.0, 1.0}).F_x);
  return most / F_z;
}

}  // namespace evsim::test
