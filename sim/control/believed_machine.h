// The parameters of a motor control, from a vehicle file and the machine that it drives: the control believes
// the machine to be as it is, times the factors of `believed`. Warm: at the temperature of the machine's figures.
#pragma once

#include "sim/components/machine_dq.h"
#include "sim/control/motor_control.h"
#include "sim/vehicle/drive_unit.h"

namespace evsim::motor_control {

// As the control of a drive unit knows its machine, at its temperatures. A saturated machine by its
// incremental inductances without current.
MachineParams<double> believed(const machine_dq::Machine& machine, const Believed<double>& factor,
                               const dq_machine::Temperatures<double>& temperatures);

Params<double> params(const drive_unit::Params<double>& unit, const machine_dq::Machine& machine,
                      const dq_machine::Temperatures<double>& temperatures);

}  // namespace evsim::motor_control
