// The parameters of a motor control, from a vehicle file and the machine that it drives: the control believes
// the machine to be as it is, times the factors of `believed`. Warm: at the temperature of the machine's figures.
#pragma once

#include "sim/components/machine_dq.h"
#include "sim/components/operating_points.h"
#include "sim/control/motor_control.h"
#include "sim/vehicle/drive_unit.h"

namespace evsim::motor_control {

// As the control of a drive unit knows its machine, at its temperatures. A saturated machine by its
// incremental inductances without current.
MachineParams<double> believed(const machine_dq::Machine& machine, const Believed<double>& factor,
                               const dq_machine::Temperatures<double>& temperatures);

Params<double> params(const drive_unit::Params<double>& unit, const machine_dq::Machine& machine,
                      const dq_machine::Temperatures<double>& temperatures);

// Stator flux linkage that the base point of an envelope needs [Vs].
double base_flux(const machine_dq::Machine& machine, const machine::Envelope<double>& envelope);
// What the currents of a torque are sought within. An induction machine keeps 0.4 of its base flux without
// torque, so that the torque need not wait for the cage's time constant.
operating_points::Limits limits(const dq_machine::Model<double>& model, double I_max,
                                double I_f_max, double psi_base);

// Tables of the currents that a torque asks for, from the machine's own magnetic circuit.
References<double> references(const machine_dq::Machine& machine, const Params<double>& p,
                              const machine::Envelope<double>& envelope,
                              const dq_machine::Temperatures<double>& temperatures);

}  // namespace evsim::motor_control
