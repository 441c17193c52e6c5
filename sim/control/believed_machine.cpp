#include "sim/control/believed_machine.h"

#include "sim/components/current_references.h"

namespace evsim::motor_control {
namespace {

constexpr double kEmpty = 0.8;  // voltage of a battery that is nearly empty, over U_ref

struct Circuit {
  const Believed<double>& factor;
  const dq_machine::Temperatures<double>& t;
  using Out = decltype(MachineParams<double>::circuit);

  Out operator()(const dq_machine::Synchronous<double>& c) const {
    const double psi_f = c.psi_f - dq_machine::lost_flux(c, t);
    const auto k = magnetics::stiffness(c.magnetics, {c.psi_f, 0.0});
    return Synchronous<double>{
        .L_d = factor.L_d / k.dd, .L_q = factor.L_q / k.qq, .psi_f = factor.psi_f * psi_f};
  }
  Out operator()(const dq_machine::Excited<double>& c) const {
    return Excited<double>{.L_d = factor.L_d * c.L_d,
                           .L_q = factor.L_q * c.L_q,
                           .L_m = factor.psi_f * c.L_m,
                           .L_f = c.L_f,
                           .R_f = factor.R_r * dq_machine::copper(c.R_f, t.rotor)};
  }
  // Gamma to inverse Gamma: g = L_s / (L_s + L_l),  L_M = g L_s,  L_sigma = g L_l,  R_R = g^2 R_r.
  Out operator()(const dq_machine::Induction<double>& c) const {
    const double g = c.L_s / (c.L_s + c.L_l);
    return Induction<double>{.R_R = factor.R_r * g * g * dq_machine::copper(c.R_r, t.rotor),
                             .L_sigma = factor.L_d * g * c.L_l,
                             .L_M = factor.psi_f * g * c.L_s};
  }
};

}  // namespace

MachineParams<double> believed(const machine_dq::Machine& machine, const Believed<double>& factor,
                               const dq_machine::Temperatures<double>& t) {
  const auto& common = machine.model.common;
  return {.n_p = common.n_p,
          .R_s = factor.R_s * dq_machine::copper(common.R_s, t.winding),
          .circuit = std::visit(Circuit{factor, t}, machine.model.circuit)};
}

Params<double> params(const drive_unit::Params<double>& unit, const machine_dq::Machine& machine,
                      const dq_machine::Temperatures<double>& temperatures) {
  Params<double> p;
  static_cast<Settings<double>&>(p) = unit.control;
  p.I_max = min(p.I_max, machine.I_max);
  p.f_sw = unit.inverter.f_sw;
  p.I_ripple = unit.inverter.ripple * machine.I_max;
  p.U_f_max = min(p.U_f_max, kEmpty * unit.machine.envelope.U_ref);
  p.machine = believed(machine, unit.control.believed, temperatures);
  return p;
}

References<double> references(const drive_unit::Params<double>& unit,
                              const operating_points::Machine& points) {
  const auto& envelope = unit.machine.envelope;
  const double omega_e = points.model.common.n_p * envelope.omega_max;
  const double u_least = drive_unit::largest_voltage(unit, kEmpty * envelope.U_ref);
  const auto tables = current_references::prepare(points.model, points.temperatures, points.limits,
                                                  {.psi_min = u_least / omega_e});
  return {.tau_max = tables.tau_max, .i_d = tables.i_d, .i_q = tables.i_q, .i_f = tables.i_f};
}

}  // namespace evsim::motor_control
