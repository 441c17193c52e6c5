// A vehicle control unit of the user's own.
#include "sim/run/simulation.h"

namespace evsim {
namespace {

evsim_vcu_config config_of(const car::Model<double>& m, double rate) {
  evsim_vcu_config out{};
  out.units = m.drive_units.size();
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto& unit = m.drive_units[k];
    out.unit[k] = m.drive_units.name(k).c_str();
    out.axle[k] = static_cast<double>(unit.axle);
    out.ratio[k] = drive_unit::machine_speed(unit, 1.0) * m.chassis.wheel_radius;
    out.share[k] = unit.torque_share;
    out.tau_max[k] = unit.envelope.tau_peak;
    out.P_max[k] = unit.envelope.P_peak;
    out.omega_max[k] = unit.envelope.omega_max;
  }
  out.T_s = 1.0 / rate;
  out.mass = m.mass;
  out.wheel_radius = m.chassis.wheel_radius;
  out.front_load = m.chassis.front_load;
  out.mu = m.chassis.mu;
  out.v_max = m.speed_limiter.v_max;
  out.v_zero = m.regeneration.v_zero;
  out.v_full = m.regeneration.v_full;
  out.deceleration_max = m.regeneration.deceleration_max;
  return out;
}

// At the level energy a machine gives what it is asked for, so machine and battery set their limits here, as the
// built-in control unit does; the other levels have a motor control for that.
void within_limits(const car::Model<double>& m, const torque_limits::Drive<double>& drive,
                   vcu::Outputs<double>& out) {
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const double most =
        machine::torque_limit(m.drive_units[k].envelope, drive.omega[n], drive.supply.source.U_0);
    out.command.tau[n] = clamp(out.command.tau[n], -most, most);
  }
  const auto given = torque_limits::share_given(m, drive, out.command.tau);
  for (double& tau : out.command.tau) tau *= given.lambda;
  if (given.reason > 0.0) out.limited = given.reason;
}

}  // namespace

void Simulation::init_vcu() {
  const auto config = config_of(system_.car, trace_.rate);
  case_.controllers.vcu->init(now_.vcu, config, {.unit = {}, .t = 0, .tick = 0});
}

vcu::Outputs<double> Simulation::run_vcu(const Snapshot::ControlIn& sampled,
                                         const vcu::Inputs<double>& in,
                                         const driver::Reference<double>& pedals) {
  const car::Model<double>& m = system_.car;
  const double F_most = m.chassis.mu * m.mass * road_load::kGravity;
  const bool by_foot = system_.who_drives() == driver::Kind::pedals;
  evsim_vcu_inputs inputs{};
  inputs.time_ns = sampled.t;
  inputs.tick = now_.vcu_tick;
  inputs.T_s = 1.0 / trace_.rate;
  inputs.accelerator = by_foot ? pedals.accelerator : clamp(in.F_request / F_most, 0.0, 1.0);
  inputs.brake = by_foot ? pedals.brake : clamp(-in.F_request / F_most, 0.0, 1.0);
  inputs.F_request = in.F_request;
  inputs.v = in.v;
  inputs.sin_alpha = in.around.sin_alpha;
  inputs.SOC = sampled.y[car::kSOC];
  inputs.U_0 = in.supply.source.U_0;
  inputs.P_discharge_max = in.supply.limits.discharge;
  inputs.P_charge_max = in.supply.limits.charge;
  inputs.T_battery = in.around.T_battery;
  torque_limits::Drive<double> drive{.omega = {}, .supply = in.supply};
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& unit = m.drive_units[k];
    inputs.omega[n] = drive.omega[n] = drive_unit::machine_speed(unit, in.v);
    inputs.tau[n] = sampled.y[car::kTorque + n];
    inputs.tau_limit[n] = machine::torque_limit(unit.envelope, inputs.omega[n], inputs.U_0);
  }

  evsim_vcu_outputs given{};
  controller::call(*case_.controllers.vcu, now_.vcu, inputs, given,
                   {.unit = {}, .t = sampled.t, .tick = now_.vcu_tick});
  ++now_.vcu_tick;

  vcu::Outputs<double> out{};
  for (int k = 0; k < m.drive_units.size(); ++k)
    out.command.tau[static_cast<std::size_t>(k)] = given.tau[k];
  out.limited = static_cast<double>(static_cast<int>(given.reason));
  if (!drive_) within_limits(m, drive, out);
  out.command.F_brake = min(given.F_brake, F_most * in.around.cos_alpha);  // the tyres' grip
  for (int k = 0; k < m.drive_units.size(); ++k)
    out.F_given += drive_unit::wheel_torque(m.drive_units[k],
                                            out.command.tau[static_cast<std::size_t>(k)], in.v) /
                   m.chassis.wheel_radius;
  return out;
}

std::int64_t Simulation::clipped_outputs() const {
  std::int64_t out = now_.vcu.clipped + now_.bms.clipped + now_.brake.clipped;
  for (const controller::Block& b : now_.drive.controllers) out += b.clipped;
  return out;
}

}  // namespace evsim
