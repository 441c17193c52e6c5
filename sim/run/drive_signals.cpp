// What the electric drive shows of itself.
#include "sim/run/drive.h"

namespace evsim {
namespace {

// Where the d axis of the signals lies in rotor coordinates: of an induction machine on the rotor's flux, as its
// control has it; else on the rotor.
Angle<double> d_axis(const dq_machine::Circuit<double>& circuit,
                     const dq_machine::Rotor<double>& psi_r) {
  const double size = sqrt(psi_r.x * psi_r.x + psi_r.y * psi_r.y);
  if (!std::holds_alternative<dq_machine::Induction<double>>(circuit) || !(size > 0.0))
    return {.cos = 1.0, .sin = 0.0};
  return {.cos = psi_r.x / size, .sin = psi_r.y / size};
}
Dq<double> seen_from(const Dq<double>& x, const Angle<double>& axis) {
  return to_rotor(Ab<double>{x.d, x.q}, axis);
}

// Of all units, at least 0.
template <class Figure> double largest(int n_units, Figure figure) {
  double out = 0.0;
  for (std::size_t n = 0; n < static_cast<std::size_t>(n_units); ++n) out = max(out, figure(n));
  return out;
}

}  // namespace

Drive::UnitSignals Drive::signals(const State& d, std::size_t n) const {
  const auto& x = d.y.units[n];
  const auto& held = d.held.units[n];
  const auto& machine = model_.units[n].machine;
  const Angle<double> theta = angle(x.theta_e);
  UnitSignals out{};
  out.psi = to_rotor(x.psi, theta);
  const auto i = electric_drive::currents(machine, held.temperatures, x, out.psi);
  out.i = i.s;
  out.i_f = i.r.x;
  const auto& seen = d.units[n].seen;
  out.i_ref = {seen.i_ref.re, seen.i_ref.im};
  const double u = d.y.node.u_C;
  out.u = to_rotor(Ab<double>{u * held.s.a, u * held.s.b}, theta);
  out.i_phase = to_phases(to_stator(i.s, theta));
  out.tau_em = dq_machine::air_gap_torque(machine.common, out.psi, i.s);
  out.tau_ref = seen.tau_ref;
  out.theta_e = sensors::wrapped(x.theta_e);
  out.reason = seen.reason;
  out.T_winding = held.temperatures.winding;
  if (has_junctions(n)) out.T_junction = junctions(d, n);
  out.angle_error = d.units[n].angle_error;
  out.psi_f_lost = held.temperatures.lost;
  const Angle<double> axis = d_axis(machine.circuit, x.rotor);
  out.psi = seen_from(out.psi, axis);
  out.i = seen_from(out.i, axis);
  out.u = seen_from(out.u, axis);
  return out;
}
Drive::NodeSignals Drive::signals(const State& d) const {
  return {.u = d.y.node.u_C,
          .i_cable = d.y.node.i,
          .i_ripple = d.h > 0.0 ? sqrt(d.last.ripple / d.h) : 0.0};
}

double Drive::current_share(const State& d) const {
  return largest(model_.n_units,
                 [&](std::size_t n) { return d.units[n].extremes.i / units_[n].control.p.I_max; });
}
double Drive::tau_error_share(const State& d) const {
  return largest(model_.n_units,
                 [&](std::size_t n) { return d.units[n].extremes.tau_error / units_[n].tau_max; });
}
double Drive::flux_lost_share(const State& d) const {
  return largest(model_.n_units, [&](std::size_t n) { return d.held.units[n].temperatures.lost; });
}
double Drive::T_junction_max(const State& d) const {
  return largest(model_.n_units, [&](std::size_t n) { return d.units[n].extremes.T_junction; });
}

double Drive::stored_energy(const State& d) const {
  return electric_drive::stored_energy(model_, d.held, d.y);
}

closed_loop::Instant<double> Drive::instant(const State& d, const closed_loop::System<double>& s,
                                            const closed_loop::Piece<double>& piece,
                                            TimeNs piece_start,
                                            const fixed_step::States<double>& y) const {
  const double t = seconds(d.t - piece_start), h = max(d.h, 1e-9);
  const Slow now = slow(s, piece, t, 0.0, y);
  closed_loop::Instant<double> out{};
  out.t = t;
  out.x = y[car::kX];
  out.v_ref = now.v_ref;
  out.control = s.held.control;
  out.F_request = s.held.F_request;
  out.control.command = now.command;
  auto& f = out.flows;
  f.v = y[car::kV];
  f.a = d.a;
  for (int k = 0; k < s.units(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& r = d.last.units[n];
    auto& u = f.units[n];
    u.tau = y[car::kTorque + n];
    u.F_wheel =
        drive_unit::wheel_torque(s.car.drive_units[k], u.tau, f.v) / s.car.chassis.wheel_radius;
    f.F_drive += u.F_wheel;
    u.p_mechanical = r.shaft / h;
    u.p_machine = (r.stator + r.rotor + r.iron + r.friction) / h;
    u.p_inverter = (r.conduction + r.switching + r.fixed + r.arc) / h;
    u.p_electrical = u.p_mechanical + u.p_machine + u.p_inverter;
    const auto& i = d.units[n].seen.i;
    u.I_peak = sqrt(i.re * i.re + i.im * i.im);
  }
  f.battery_limits = car::supply(s.car, y.data(), now.around).limits;
  f.battery.i = d.last.charge / h;
  f.battery.p = (now.source.U_0 * d.last.charge - d.last.source) / h;
  f.battery.u = now.source.U_0 - now.source.R * f.battery.i;
  f.battery.p_missing = 0.0;
  f.battery_rates =
      battery::rates(s.car.battery, car::load_battery(y.data()), now.source, f.battery);
  f.p_auxiliaries = s.car.auxiliaries.power;
  f.F_brake = piece.direction * now.command.F_brake;
  mechanics_ ? show_mechanics(d, s, now, f) : show_one_mass(d, s, now, y, f);
  return out;
}

// Flows of the car as one mass.
void Drive::show_one_mass(const State& d, const closed_loop::System<double>& s, const Slow& now,
                          const fixed_step::States<double>& y, car::Flows<double>& f) const {
  const double h = max(d.h, 1e-9), sense = now.direction;
  const OneMass car = one_mass(d, s, now, 0.0, y);
  for (int k = 0; k < s.units(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& r = d.last.units[n];
    const auto axle = static_cast<std::size_t>(s.car.drive_units[k].axle);
    f.units[n].omega = car.behind.omega(n, f.v);
    f.units[n].p_gear = (r.shaft - r.wheel * (1.0 + car.behind.direction * car.slip[axle])) / h;
    f.p_slip += r.wheel * car.slip[axle] * sense / h;
  }
  f.F_air = car.F_fluid;
  f.F_grade = car.F_grade;
  f.F_roll = sense * car.F_roll;
  f.F_contact = s.car.mass * f.a + f.F_air + f.F_roll + f.F_grade;
  f.p_air = f.F_air * f.v;
  f.p_roll = car.F_roll * abs(f.v);
  f.p_grade = f.F_grade * f.v;
  f.p_brake = now.command.F_brake * abs(f.v);
}

// The same as a multi-body system: means over its last step.
void Drive::show_mechanics(const State& d, const closed_loop::System<double>& s, const Slow& now,
                           car::Flows<double>& f) const {
  const auto& r = d.car.last;
  const double h = max(d.car.h, 1e-9);
  const auto force = [&](double power) { return abs(f.v) > 0.1 ? power / f.v : 0.0; };
  for (std::size_t n = 0; n < static_cast<std::size_t>(s.units()); ++n) {
    f.units[n].omega = mechanics_->machine_speed(d.car, n);
    f.units[n].p_gear = r.gears[n] / h;
  }
  f.p_air = r.air / h, f.p_roll = r.rolling / h, f.p_brake = r.brakes / h, f.p_slip = r.slip / h;
  f.p_grade = r.height / h;
  f.F_grade = s.car.mass * road_load::kGravity * now.around.sin_alpha;
  f.F_air = force(f.p_air), f.F_roll = force(f.p_roll);
  f.F_contact = s.car.mass * f.a + f.F_air + f.F_roll + f.F_grade;
}

Mechanics::Signals Drive::car_signals(const State& d, const closed_loop::System<double>& s,
                                      const closed_loop::Piece<double>& piece, TimeNs piece_start,
                                      const fixed_step::States<double>& y) const {
  return mechanics_->signals(d.car, asked(s, slow(s, piece, seconds(d.t - piece_start), 0.0, y)));
}

void Drive::complete(manoeuvre::Motion& moved, const closed_loop::System<double>& s, double t,
                     double way) {
  moved.t = t, moved.way = way;
  moved.request = s.held.F_request / s.car.mass;
  moved.given = s.held.control.F_given / s.car.mass;
}

manoeuvre::State Drive::car_seen(const State& d, const closed_loop::System<double>& s,
                                 const closed_loop::Piece<double>& piece, TimeNs piece_start,
                                 const fixed_step::States<double>& y) const {
  const Slow now = slow(s, piece, seconds(d.t - piece_start), 0.0, y);
  manoeuvre::Motion moved = mechanics_->motion(d.car, asked(s, now));
  complete(moved, s, seconds(d.t), y[car::kX]);
  manoeuvre::State out = d.car.seen;
  manoeuvre::observe(out, mechanics_->setting(), moved);
  return out;
}

}  // namespace evsim
