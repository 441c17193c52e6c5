// The signals of a run: what flows at an instant, listed once. A visitor gets (owner, name, dimension,
// value) for each; owner is "" or the name of a drive unit. Dotted path = group.owner.name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/units.h"
#include "sim/control/closed_loop.h"
#include "sim/run/simulation.h"

namespace evsim::signals {

// out(group, owner, name, dim, value). owner is "" where the group has only one member.
template <class Out> void visit(const closed_loop::System<double>& s,
                                const closed_loop::Instant<double>& now, const double* y,
                                Out&& out) {
  const auto& f = now.flows;
  out("driver", "", "v_ref", Dim::speed, now.v_ref);
  out("driver", "", "F_request", Dim::force, now.F_request);
  out("driver", "", "integral", Dim::acceleration, y[car::kDriver]);
  out("vcu", "", "F_given", Dim::force, now.control.F_given);
  out("vcu", "", "F_brake", Dim::force, now.control.command.F_brake);
  out("vcu", "", "limit_reason", Dim::none, now.control.limited);
  out("body", "", "v", Dim::speed, f.v);
  out("body", "", "a", Dim::acceleration, f.a);
  out("body", "", "x", Dim::length, y[car::kX]);
  out("body", "", "altitude", Dim::length, y[car::kAltitude]);
  out("body", "", "F_air", Dim::force, f.F_air);
  out("body", "", "F_roll", Dim::force, f.F_roll);
  out("body", "", "F_grade", Dim::force, f.F_grade);
  out("body", "", "p_wheel", Dim::power, f.F_contact * f.v);
  out("body", "", "p_air", Dim::power, f.p_air);
  out("body", "", "p_roll", Dim::power, f.p_roll);
  out("body", "", "p_brake", Dim::power, f.p_brake);
  out("body", "", "p_slip", Dim::power, f.p_slip);
  for (int k = 0; k < s.units(); ++k) {
    const auto& u = f.units[static_cast<std::size_t>(k)];
    const std::string_view owner = s.car.drive_units.name(k);
    out("drive_units", owner, "tau", Dim::torque, u.tau);
    out("drive_units", owner, "omega", Dim::angular_speed, u.omega);
    out("drive_units", owner, "F_wheel", Dim::force, u.F_wheel);
    out("drive_units", owner, "p_mechanical", Dim::power, u.p_mechanical);
    out("drive_units", owner, "p_electrical", Dim::power, u.p_electrical);
    out("drive_units", owner, "p_loss_machine", Dim::power, u.p_machine);
    out("drive_units", owner, "p_loss_inverter", Dim::power, u.p_inverter);
    out("drive_units", owner, "p_loss_gear", Dim::power, u.p_gear);
    out("drive_units", owner, "I_phase", Dim::current_amplitude, u.I_peak);
  }
  out("battery", "", "SOC", Dim::none, y[car::kSOC]);
  out("battery", "", "u", Dim::voltage, f.battery.u);
  out("battery", "", "i", Dim::current, f.battery.i);
  out("battery", "", "p", Dim::power, f.battery.p);
  out("battery", "", "u_1", Dim::voltage, y[car::kU1]);
  out("battery", "", "p_loss", Dim::power, f.battery_rates.p_loss_R_0 + f.battery_rates.p_loss_R_1);
  out("battery", "", "p_discharge_max", Dim::power, f.battery_limits.discharge);
  out("battery", "", "p_charge_max", Dim::power, f.battery_limits.charge);
  out("auxiliaries", "", "p", Dim::power, f.p_auxiliaries);
}

// Of a controller of the user's own, under its names.
template <class Out> void own(const std::vector<std::string>& names, const controller::Block& b,
                              std::string_view group, std::string_view owner, Out&& out) {
  for (std::size_t i = 0; i < names.size(); ++i)
    out(group, owner, "controller." + names[i], Dim::none, b.signals[i]);
}

// The same of the electric drive, at the levels drive and waveform: of a unit, and of the DC link.
template <class Out> void visit_unit(const closed_loop::System<double>& s, int k,
                                     const Drive::UnitSignals& u, Out&& out) {
  const std::string_view owner = s.car.drive_units.name(k);
  constexpr Dim A = Dim::current_amplitude, V = Dim::voltage, Vs = Dim::flux_linkage;
  out("drive_units", owner, "i_d", A, u.i.d);
  out("drive_units", owner, "i_q", A, u.i.q);
  out("drive_units", owner, "i_d_ref", A, u.i_ref.d);
  out("drive_units", owner, "i_q_ref", A, u.i_ref.q);
  out("drive_units", owner, "u_d", V, u.u.d);
  out("drive_units", owner, "u_q", V, u.u.q);
  out("drive_units", owner, "psi_d", Vs, u.psi.d);
  out("drive_units", owner, "psi_q", Vs, u.psi.q);
  out("drive_units", owner, "i_a", A, u.i_phase.a);
  out("drive_units", owner, "i_b", A, u.i_phase.b);
  out("drive_units", owner, "i_c", A, u.i_phase.c);
  out("drive_units", owner, "i_f", Dim::current, u.i_f);
  out("drive_units", owner, "tau_em", Dim::torque, u.tau_em);
  out("drive_units", owner, "tau_em_ref", Dim::torque, u.tau_ref);
  out("drive_units", owner, "theta_e", Dim::angle, u.theta_e);
  out("drive_units", owner, "control_reason", Dim::none, u.reason);
  out("drive_units", owner, "T_winding", Dim::temperature, u.T_winding);
  out("drive_units", owner, "theta_e_error", Dim::angle, u.angle_error);
  out("drive_units", owner, "psi_f_lost", Dim::none, u.psi_f_lost);
  if (!inverter::from_data_sheet(s.car.drive_units[k].inverter)) return;
  out("drive_units", owner, "T_junction_transistor", Dim::temperature, u.T_junction.transistor);
  out("drive_units", owner, "T_junction_diode", Dim::temperature, u.T_junction.diode);
}
template <class Out> void visit_link(const Drive::NodeSignals& n, Out&& out) {
  out("dc_link", "", "u", Dim::voltage, n.u);
  out("dc_link", "", "i_cable", Dim::current, n.i_cable);
  out("dc_link", "", "i_ripple_rms", Dim::current, n.i_ripple);
}
// Of the car as a multi-body system.
template <class Out> void visit_car(const closed_loop::System<double>& s,
                                    const Mechanics& mechanics, const Mechanics::Signals& m,
                                    Out&& out) {
  constexpr std::array<std::string_view, kWheels> names{"front_left", "front_right", "rear_left",
                                                        "rear_right"};
  const auto& b = m.body;
  out("body", "", "position_x", Dim::length, b.x);
  out("body", "", "position_y", Dim::length, b.y);
  out("body", "", "position_z", Dim::length, b.z);
  out("body", "", "yaw", Dim::angle, b.yaw);
  out("body", "", "pitch", Dim::angle, b.pitch);
  out("body", "", "roll", Dim::angle, b.roll);
  out("body", "", "v_y", Dim::speed, b.v_y);
  out("body", "", "yaw_rate", Dim::angular_speed, b.yaw_rate);
  out("body", "", "a_x", Dim::acceleration, b.a_x);
  out("body", "", "a_y", Dim::acceleration, b.a_y);
  out("body", "", "slip_angle", Dim::angle, b.slip_angle);
  out("body", "", "station", Dim::length, b.station);
  out("body", "", "offset", Dim::length, b.offset);
  out("trailer", "", "articulation", Dim::angle, b.articulation);
  out("trailer", "", "F_hitch", Dim::force, b.F_hitch);
  out("steering", "", "theta_H", Dim::angle, b.theta_H);
  out("steering", "", "tau_H", Dim::torque, b.tau_H);
  for (std::size_t i = 0; i < kWheels; ++i) {
    const auto& w = m.wheels[i];
    out("wheels", names[i], "omega", Dim::angular_speed, w.omega);
    out("wheels", names[i], "F_x", Dim::force, w.F_x);
    out("wheels", names[i], "F_y", Dim::force, w.F_y);
    out("wheels", names[i], "F_z", Dim::force, w.F_z);
    out("wheels", names[i], "kappa", Dim::none, w.kappa);
    out("wheels", names[i], "alpha", Dim::angle, w.alpha);
    out("wheels", names[i], "friction_use", Dim::none, w.friction_use);
    out("wheels", names[i], "delta", Dim::angle, w.delta);
    out("wheels", names[i], "travel", Dim::length, w.travel);
    out("wheels", names[i], "mu", Dim::none, w.mu);
    out("wheels", names[i], "p_brake", Dim::pressure, w.p_brake);
  }
  out("assist", "", "traction_control", Dim::none, m.traction_control);
  out("assist", "", "anti_lock", Dim::none, m.anti_lock);
  out("assist", "", "yaw_control", Dim::none, m.yaw_control);
  out("assist", "", "F_brake", Dim::force, m.F_brake);
  out("assist", "", "v", Dim::speed, m.v);
  for (int k = 0; k < s.units(); ++k)
    if (const auto n = static_cast<std::size_t>(k); mechanics.has_gearbox(n))
      out("drive_units", s.car.drive_units.name(k), "gear", Dim::none, m.gear[n]);
}
template <class Out> void visit(const closed_loop::System<double>& s, const Drive& drive,
                                const Drive::State& d, Out&& out) {
  for (int k = 0; k < s.units(); ++k)
    visit_unit(s, k, drive.signals(d, static_cast<std::size_t>(k)), out);
  visit_link(drive.signals(d), out);
}
template <class Out> void visit_own(const Simulation& s, const Snapshot& now, Out&& out) {
  if (const Drive* drive = s.drive())
    for (int k = 0; k < s.system().units(); ++k) {
      const auto n = static_cast<std::size_t>(k);
      own(drive->controller_signals(n), now.drive.controllers[n], "drive_units",
          s.system().car.drive_units.name(k), out);
    }
  const auto& all = s.input().controllers;
  if (all.vcu) own(all.vcu->about().signals, now.vcu, "vcu", "", out);
  if (all.bms) {
    out("bms", "", "p_discharge_max", Dim::power, now.limits.discharge);
    out("bms", "", "p_charge_max", Dim::power, now.limits.charge);
    own(all.bms->about().signals, now.bms, "bms", "", out);
  }
  if (all.brake) own(all.brake->about().signals, now.brake, "brake", "", out);
}

// All of a simulation now.
template <class Out> void visit(const Simulation& s, Out&& out) {
  const Snapshot& now = s.snapshot();
  visit(s.system(), s.instant(), now.y.data(), out);
  if (s.drive()) visit(s.system(), *s.drive(), now.drive, out);
  if (s.drive() && s.drive()->mechanics())
    visit_car(s.system(), *s.drive()->mechanics(),
              s.drive()->car_signals(now.drive, s.system(), now.piece, now.piece_start, now.y),
              out);
  visit_own(s, now, out);
}

struct Info {
  std::string path;  // "drive_units.rear.tau"
  Dim dim;
};
// Paths and dimensions in the order of visit(): of a level, and of a simulation with the signals of the user's own
// controllers.
std::vector<Info> list(const closed_loop::System<double>& s, scenario::Level level);
std::vector<Info> list(const Simulation& s);

// True where a path fits a pattern with * (any text) and ? (one character).
bool matches(std::string_view pattern, std::string_view path);

}  // namespace evsim::signals
