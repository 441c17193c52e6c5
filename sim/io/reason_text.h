// The signals that are reasons, in words.
#pragma once

#include <string_view>

namespace evsim::io {

// Of vcu.limit_reason: what keeps the drive from giving what the driver asks for.
std::string_view limit_reason_text(double value);
// Of drive_units.NAME.control_reason: what keeps the motor control from its torque.
std::string_view control_reason_text(double value);
// Of the same: temperature or DC voltage keeps it from its torque, or it is off. Not the usual limits of a machine.
bool is_fault(double control_reason);

}  // namespace evsim::io
