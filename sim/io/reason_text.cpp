#include "sim/io/reason_text.h"

#include <cmath>

#include "sim/control/torque_limits.h"
#include "sim/vehicle/motor_control_params.h"

namespace evsim::io {

std::string_view limit_reason_text(double value) {
  using torque_limits::Reason;
  switch (static_cast<Reason>(std::lround(value))) {
    case Reason::none: return "nothing limits";
    case Reason::machine: return "limited by the machine: torque, power or speed";
    case Reason::battery_power: return "limited by the battery's rated power";
    case Reason::battery_current: return "limited by the battery's current";
    case Reason::battery_voltage: return "limited by the battery's voltage";
    case Reason::battery_charge_state: return "limited by the battery's state of charge";
    case Reason::regeneration: return "friction brakes do what regeneration may not";
    case Reason::grip: return "limited by the tyres' grip";
    case Reason::speed_limiter: return "limited by the maker's largest speed";
  }
  return "";
}

std::string_view control_reason_text(double value) {
  const auto i = static_cast<std::size_t>(std::lround(value));
  return i < motor_control::kReasonNames.size() ? motor_control::kReasonNames[i] : "";
}

bool is_fault(double control_reason) {
  using motor_control::Reason;
  return std::lround(control_reason) >= static_cast<long>(Reason::winding_temperature);
}

}  // namespace evsim::io
