// How the electric drive starts: as if speed and torque had been there for long.
#include "sim/components/operating_points.h"
#include "sim/control/believed_machine.h"
#include "sim/run/drive.h"

namespace evsim {
namespace {

using operating_points::Point;
electric_drive::UnitState<double> state_at(const dq_machine::Synchronous<double>&,
                                           const dq_machine::Temperatures<double>&, const Point& p,
                                           double&) {
  return {.psi = {p.psi.d, p.psi.q}, .rotor = {0.0, 0.0}, .theta_e = 0.0};
}
electric_drive::UnitState<double> state_at(const dq_machine::Excited<double>& c,
                                           const dq_machine::Temperatures<double>& t,
                                           const Point& p, double& u_f) {
  u_f = dq_machine::copper(c.R_f, t.rotor) * p.i_f;
  return {.psi = {p.psi.d, p.psi.q},
          .rotor = {c.L_f * p.i_f + 1.5 * c.L_m * p.i.d, 0.0},
          .theta_e = 0.0};
}
// The point has its d axis on the rotor flux; so has the rotor then.
electric_drive::UnitState<double> state_at(const dq_machine::Induction<double>&,
                                           const dq_machine::Temperatures<double>&, const Point& p,
                                           double&) {
  return {.psi = {p.psi.d, p.psi.q},
          .rotor = {p.psi.d, 0.0},
          .theta_e = 0.0};  // no d current in the cage
}

}  // namespace

Drive::State Drive::start(const closed_loop::System<double>& s,
                          const closed_loop::Piece<double>& piece,
                          const fixed_step::States<double>& y) const {
  State d{};
  const battery::State<double> x = car::load_battery(y.data());
  d.y.node = {.i = 0.0, .u_C = battery::source(s.car.battery, x, s.T_battery).U_0};
  d.u_min = d.u_max = d.y.node.u_C;
  if (mechanics_) {
    const Slow now = slow(s, piece, 0.0, 0.0, y);
    std::array<double, kMaxDriveUnits> tau{};
    for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n)
      tau[n] = y[car::kTorque + n];
    d.car = mechanics_->start(asked(s, now), y[car::kV], tau);
  }
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    auto& held = d.held.units[n];
    held.temperatures = {s.T_machine, s.T_machine};
    const double omega = machine_speed(d, n, s, y[car::kV]);
    const double tau = y[car::kTorque + n];
    const Steady at = steady(n, held.temperatures, d.y.node.u_C, omega, tau);
    d.y.units[n] = at.state;
    d.units[n].next = at.next;
    d.units[n].junctions = at.junctions;
    d.units[n].asked = {tau, tau, tau, tau, 0};
    d.units[n].control.psi_R = {d.y.units[n].rotor.x, d.y.units[n].rotor.y};
  }
  init_controllers(d);
  return d;
}

// As if a shaft torque and a speed had been there for long, d axis at angle 0, junctions settled; without torque where the machine
// can't give it. The first tick's voltage is that of its middle.
Drive::Steady Drive::steady(std::size_t n, const dq_machine::Temperatures<double>& t, double u_dc,
                            double omega, double tau) const {
  const Unit& unit = units_[n];
  const auto& p = unit.control.p;
  const auto& model = model_.units[n].machine;
  const double u_max = p.k_u * u_dc * pwm::kCircle;
  auto found = operating_points::shaft_point(unit.points, omega, u_max, tau);
  if (std::holds_alternative<operating_points::Refusal>(found))
    found = operating_points::point(unit.points, omega, u_max, 0.0);
  Steady out{};
  Ab<double> u{0.0, 0.0};
  if (const auto* point = std::get_if<Point>(&found)) {
    out.state = std::visit([&](const auto& c) { return state_at(c, t, *point, out.next.u_f); },
                           model.circuit);
    const double omega_s = model.common.n_p * omega + point->omega_r;
    u = to_stator(point->u, angle(0.5 * omega_s * unit.control.gains.T_s));
    const double p_AC = 1.5 * (point->u.d * point->i.d + point->u.q * point->i.q);
    out.junctions = settled(n, u_dc, sqrt(point->i.d * point->i.d + point->i.q * point->i.q), p_AC);
  } else {
    const auto rest =
        std::visit([&](const auto& c) { return dq_machine::at_rest(c, t); }, model.circuit);
    out.state = {.psi = {rest.psi.d, rest.psi.q}, .rotor = rest.rotor, .theta_e = 0.0};
  }
  out.next.duties = pwm::duties(unit.pwm.modulation, unit.pwm.overmodulation, u, u_dc);
  return out;
}

}  // namespace evsim
