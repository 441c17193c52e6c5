// A brake control of the user's own: with the chassis multi_body it changes what the chassis' control unit gives to brakes
// and machines, with one mass the force of the friction brakes.
#include <fmt/format.h>

#include <algorithm>

#include "sim/run/simulation.h"

namespace evsim {
namespace {

using Wheels = chassis_control::Wheels<double>;

evsim_wheels wheels(const Wheels& x) {
  evsim_wheels out{};
  std::ranges::copy(x, out.at);
  return out;
}
Wheels wheels(const evsim_wheels& x) {
  Wheels out{};
  std::ranges::copy(x.at, out.begin());
  return out;
}

evsim_brake_config config_of(const car::Model<double>& m) {
  evsim_brake_config out{};
  out.units = m.drive_units.size();
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto& unit = m.drive_units[k];
    out.unit[k] = m.drive_units.name(k).c_str();
    out.axle[k] = static_cast<double>(unit.axle);
    out.tau_max[k] = unit.envelope.tau_peak;
    out.P_max[k] = unit.envelope.P_peak;
  }
  out.mass = m.mass;
  out.wheelbase = m.chassis.wheelbase;
  out.cg_behind_front = (1.0 - m.chassis.front_load) * m.chassis.wheelbase;
  out.cg_height = m.chassis.cg_height;
  out.wheel_radius = m.chassis.wheel_radius;
  out.wheel_inertia = m.chassis.wheel_inertia;
  return out;
}
void add_bodies(evsim_brake_config& out, const chassis_control::Model& m) {
  out.chassis = EVSIM_MULTI_BODY;
  for (std::size_t n = 0; n < m.n_units; ++n)
    out.turns[n] = m.units[n].turns == Turns::left    ? EVSIM_LEFT_WHEEL
                   : m.units[n].turns == Turns::right ? EVSIM_RIGHT_WHEEL
                                                      : EVSIM_BOTH_WHEELS;
  out.mass = m.car.mass;
  out.track = m.car.track;
  out.wheel_radius = m.car.wheel_radius;
  out.c_front = brake_system::torque_per_pressure(m.brakes.front);
  out.c_rear = brake_system::torque_per_pressure(m.brakes.rear);
  out.pressure_max = m.brakes.pressure_max;
  out.lag = m.brakes.lag;
}

double force_of(const chassis_control::Model& m, const Wheels& p) {
  double tau = 0.0;
  for (const double each : brake_system::torques<double>(m.brakes, {p})) tau += each;
  return tau / m.car.wheel_radius;
}

}  // namespace

double Simulation::brake_rate() const {
  const Mechanics* bodies = drive_ ? drive_->mechanics() : nullptr;
  return bodies ? 1.0 / bodies->control_unit().T_s : trace_.rate;
}

void Simulation::init_brake() {
  const controller::About& about = case_.controllers.brake->about();
  const double rate = brake_rate();
  constexpr double kSame = 1e-9;  // rounding of a rate that was computed
  if (about.rate != 0.0 && abs(about.rate - rate) > kSame * rate)
    throw InputError(Problem{.path = "controllers.brake.library",
                             .what = fmt::format("{} asks for ticks at {} Hz; brakes have {} Hz "
                                                 "(rate_Hz = 0)",
                                                 about.library, about.rate, rate)});
  evsim_brake_config config = config_of(system_.car);
  if (drive_ && drive_->mechanics()) add_bodies(config, drive_->mechanics()->control_unit());
  config.T_s = 1.0 / rate;
  case_.controllers.brake->init(now_.brake, config, {.unit = {}, .t = 0, .tick = 0});
}

evsim_brake_outputs Simulation::run_brake(evsim_brake_inputs in, evsim_brake_outputs built_in) {
  in.tick = now_.brake_tick;
  in.T_s = 1.0 / brake_rate();
  controller::call(*case_.controllers.brake, now_.brake, in, built_in,
                   {.unit = {}, .t = in.time_ns, .tick = now_.brake_tick});
  ++now_.brake_tick;
  return built_in;
}

// One mass: wheels roll without slip.
double Simulation::run_brake(const Snapshot::ControlIn& sampled, const vcu::Inputs<double>& in,
                             const vcu::Outputs<double>& asked) {
  const car::Model<double>& m = system_.car;
  evsim_brake_inputs inputs{};
  inputs.time_ns = sampled.t;
  inputs.F_request = in.F_request;
  inputs.F_brake = asked.command.F_brake;
  inputs.v = in.v;
  begin_piece(sampled.t);  // flows are those under what the controls gave before
  inputs.a_x = instant().flows.a + road_load::kGravity * in.around.sin_alpha;
  std::ranges::fill(inputs.omega.at, in.v / m.chassis.wheel_radius);
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& unit = m.drive_units[k];
    constexpr double kRolls = 1.0;  // [m/s]
    const double v = max(in.v, kRolls);
    inputs.tau_request[n] = asked.command.tau[n];
    inputs.tau[n] = sampled.y[car::kTorque + n];
    inputs.omega_m[n] = drive_unit::machine_speed(unit, in.v);
    inputs.ratio[n] = drive_unit::machine_speed(unit, v) * m.chassis.wheel_radius / v;
  }
  evsim_brake_outputs built_in{};
  built_in.F_brake = asked.command.F_brake;
  std::ranges::copy(asked.command.tau, built_in.tau);
  std::ranges::fill(built_in.p_limit.at, EVSIM_NO_LIMIT);
  const double F_grip = m.chassis.mu * m.mass * road_load::kGravity * in.around.cos_alpha;
  return min(run_brake(inputs, built_in).F_brake, F_grip);
}

// At each tick of the chassis' control unit.
chassis_control::Brakes Simulation::own_brakes() {
  if (!case_.controllers.brake) return {};
  return [this](const chassis_control::Model& m, const chassis_control::Inputs& in,
                const chassis_control::Believed& believed, chassis_control::Braking& b) {
    evsim_brake_inputs inputs{};
    inputs.time_ns = now_.drive.t;
    inputs.F_request = system_.held.F_request;
    inputs.F_brake = in.F_brake;
    inputs.p_request = believed.p_request;
    inputs.v = believed.v;
    inputs.a_x = in.a_x;
    inputs.a_y = in.a_y;
    inputs.omega_z = in.omega_z;
    inputs.delta = in.delta;
    inputs.omega = wheels(in.omega);
    inputs.p = wheels(in.p);
    for (std::size_t n = 0; n < m.n_units; ++n) {
      inputs.tau_request[n] = in.tau_request[n];
      inputs.tau[n] = in.tau[n];
      inputs.omega_m[n] = in.omega_m[n];
      inputs.ratio[n] = m.units[n].ratio;
    }
    evsim_brake_outputs built_in{};
    std::ranges::copy(b.tau, built_in.tau);
    built_in.p = wheels(b.p);
    for (std::size_t i = 0; i < kWheels; ++i)
      built_in.p_limit.at[i] = min(b.p_limit[i], EVSIM_NO_LIMIT);
    built_in.F_brake = b.F_brake;
    const evsim_brake_outputs given = run_brake(inputs, built_in);
    std::ranges::copy(given.tau, b.tau.begin());
    b.p_limit = wheels(given.p_limit);
    if (const Wheels p = wheels(given.p); p != b.p) {
      b.p = p;
      b.F_brake = force_of(m, p);
    }
  };
}

}  // namespace evsim
