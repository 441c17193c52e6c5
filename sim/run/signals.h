// The signals of a run: what flows at an instant, listed once. A visitor gets (owner, name, dimension,
// value) for each; owner is "" or the name of a drive unit. Dotted path = group.owner.name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/units.h"
#include "sim/control/closed_loop.h"
#include "sim/run/drive.h"

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

// The same of the electric drive, at the levels drive and waveform: of a unit, and of the DC link.
template <class Out>
void visit_unit(std::string_view owner, const Drive::UnitSignals& u, Out&& out) {
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
}
template <class Out> void visit_link(const Drive::NodeSignals& n, Out&& out) {
  out("dc_link", "", "u", Dim::voltage, n.u);
  out("dc_link", "", "i_cable", Dim::current, n.i_cable);
  out("dc_link", "", "i_ripple_rms", Dim::current, n.i_ripple);
}
template <class Out> void visit(const closed_loop::System<double>& s, const Drive& drive,
                                const Drive::State& d, Out&& out) {
  for (int k = 0; k < s.units(); ++k)
    visit_unit(s.car.drive_units.name(k), drive.signals(d, static_cast<std::size_t>(k)), out);
  visit_link(drive.signals(d), out);
}

struct Info {
  std::string path;  // "drive_units.rear.tau"
  Dim dim;
};
// Paths and dimensions in the order of visit(), of a level.
std::vector<Info> list(const closed_loop::System<double>& s, scenario::Level level);

// True where a path fits a pattern with * (any text) and ? (one character).
bool matches(std::string_view pattern, std::string_view path);

}  // namespace evsim::signals
