// What a motor controller of its own is told of its drive unit.
#pragma once

#include "sim/control/motor_control.h"
#include "sim/run/controller.h"
#include "sim/vehicle/drive_unit.h"

namespace evsim {

// Ticks in a carrier period: the vehicle's, or by the rate that the controller asks for. Throws InputError for a
// rate that its carrier does not have.
motor_control::Update update_of(const controller::About& about,
                                const drive_unit::Params<double>& unit);

// params: those of the built-in control, which believes the machine to be as it is.
evsim_motor_control_config controller_config(const drive_unit::Params<double>& unit,
                                             const motor_control::Params<double>& params);

// Throws InputError for a unit that does not exist, and for several units of a library with a state of its own.
using DriveUnits = NamedList<drive_unit::Params<double>, kMaxDriveUnits>;
void check_controllers(const DriveUnits& units, const controller::Controllers& c);

}  // namespace evsim
