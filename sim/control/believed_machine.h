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

// Tables of the currents that a torque asks for, within what the machine's steady points are sought in
// (drive_unit::operating_points_of).
References<double> references(const drive_unit::Params<double>& unit,
                              const operating_points::Machine& points);

}  // namespace evsim::motor_control
