#include "gui/model/command_log.h"

#include <fmt/format.h>

#include "gui/model/driving.h"
#include "sim/base/units.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

using io::format_rounded;

std::string in(Dim dim, double si) {
  const Unit& unit = display_unit(dim);
  return format_rounded(from_si(unit, si)) + " " + std::string(unit.text);
}

// What follows the name of a fault.
std::string details(const scenario::Fault& f) {
  using scenario::FaultKind;
  std::string phase =
      " of phase " + std::string(scenario::kPhaseNames[static_cast<std::size_t>(f.phase)]);
  switch (f.fault) {
    case FaultKind::none:
    case FaultKind::short_circuit:
    case FaultKind::gates_off:
    case FaultKind::position_sensor_lost: return {};
    case FaultKind::current_sensor_offset: return phase + " " + in(Dim::current, f.current);
    case FaultKind::current_sensor_gain: return phase + " " + format_rounded(100.0 * f.gain) + " %";
    case FaultKind::position_sensor_offset:
      return " " + format_rounded(from_si(*find_unit(Dim::angle, "deg"), f.angle)) + " deg";
    case FaultKind::machine_temperature:
    case FaultKind::magnet_knee:
      return " " + format_rounded(from_si(*find_unit(Dim::temperature, "degC"), f.temperature)) +
             " degC";
    default: return phase;
  }
}

struct Text {
  std::string operator()(const scenario::SetParameter& s) const {
    return s.path + " = " + format_rounded(s.value);
  }
  std::string operator()(const scenario::SetState& s) const {
    return "state " + s.state + " = " + format_rounded(s.value);
  }
  std::string operator()(const scenario::Override& o) const {
    const std::string x = format_rounded(o.value);
    switch (o.mode) {
      case scenario::Mode::hold: return o.signal + " held at " + x;
      case scenario::Mode::scale: return o.signal + " times " + x;
      case scenario::Mode::offset: return o.signal + " plus " + x;
      case scenario::Mode::noise: return o.signal + " with noise of " + x;
      case scenario::Mode::release: return o.signal + " released";
    }
    return o.signal;
  }
  std::string operator()(const scenario::Fault& f) const {
    const std::string unit = f.unit.empty() ? "all drive units" : f.unit;
    if (f.fault == scenario::FaultKind::none) return unit + ": faults cleared";
    return unit + ": " + std::string(scenario::kFaultNames[static_cast<std::size_t>(f.fault)]) +
           details(f);
  }
  std::string operator()(const scenario::LinkFault& f) const {
    const std::string role = f.role.empty() ? "all links" : f.role;
    if (f.fault == scenario::LinkFaultKind::none) return role + ": link faults cleared";
    return role + ": link " +
           std::string(scenario::kLinkFaultNames[static_cast<std::size_t>(f.fault)]);
  }
};

}  // namespace

void CommandLog::take(live::Logged entry) {
  all_.resize(std::min(entry.at, all_.size()));
  all_.push_back(std::move(entry));
  told_ = all_.size();
}

std::string order_text(const Order& order) { return std::visit(Text{}, order); }

Subject subject(const Order& order) {
  if (std::holds_alternative<scenario::SetParameter>(order)) return Subject::parameter;
  if (std::holds_alternative<scenario::Fault>(order) ||
      std::holds_alternative<scenario::LinkFault>(order))
    return Subject::fault;
  const auto* o = std::get_if<scenario::Override>(&order);
  return o != nullptr && is_driving(o->signal) ? Subject::driving : Subject::signal;
}

}  // namespace evsim::gui
