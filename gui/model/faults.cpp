#include "gui/model/faults.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gui/model/driving.h"
#include "sim/base/units.h"

namespace evsim::gui {
namespace {

using scenario::Fault;
using scenario::FaultKind;
using Value = FaultKnown::Value;

constexpr std::array kKnown{
    FaultKnown{FaultKind::short_circuit, "active short circuit", "All lower switches are on", false,
               Value::none},
    FaultKnown{FaultKind::gates_off, "gates off", "No switch is driven; diodes may conduct", false,
               Value::none},
    FaultKnown{FaultKind::position_sensor_lost, "position sensor lost", "Its last angle stays",
               false, Value::none},
    FaultKnown{FaultKind::position_sensor_offset, "position offset",
               "Of the rotor, mechanical, on top of the sensor's own", false, Value::angle},
    FaultKnown{FaultKind::machine_temperature, "machine temperature",
               "Windings and magnets are at this temperature", false, Value::temperature},
    FaultKnown{FaultKind::magnet_knee, "magnets weak above",
               "Above it magnets, where there are any, lose flux for good", false,
               Value::temperature},
    FaultKnown{FaultKind::open_upper, "upper switch open", "It never conducts", true, Value::none},
    FaultKnown{FaultKind::open_lower, "lower switch open", "It never conducts", true, Value::none},
    FaultKnown{FaultKind::shorted_upper, "upper switch shorted", "It always conducts", true,
               Value::none},
    FaultKnown{FaultKind::shorted_lower, "lower switch shorted", "It always conducts", true,
               Value::none},
    FaultKnown{FaultKind::phase_open, "phase open", "The current is forced to zero through an arc",
               true, Value::none},
    FaultKnown{FaultKind::current_sensor_lost, "current sensor lost", "It says zero", true,
               Value::none},
    FaultKnown{FaultKind::current_sensor_offset, "current offset", "On top of the sensor's own",
               true, Value::current},
    FaultKnown{FaultKind::current_sensor_gain, "current gain", "Relative error", true, Value::gain},
};

bool is_gate(FaultKind k) { return k == FaultKind::short_circuit || k == FaultKind::gates_off; }
bool is_leg(FaultKind k) { return k >= FaultKind::open_upper && k <= FaultKind::phase_open; }
bool has_phase(FaultKind k) {
  const auto it = std::ranges::find(kKnown, k, &FaultKnown::kind);
  return it != kKnown.end() && it->phase;
}

// The newer one takes the place of the older.
bool replaces(const Fault& newer, const Fault& older) {
  if (is_gate(newer.fault)) return is_gate(older.fault);
  if (is_leg(newer.fault)) return is_leg(older.fault) && newer.phase == older.phase;
  return newer.fault == older.fault && (!has_phase(newer.fault) || newer.phase == older.phase);
}
bool does_nothing(const Fault& f, double T_machine) {
  return (f.fault == FaultKind::machine_temperature && f.temperature == T_machine) ||
         (f.fault == FaultKind::current_sensor_offset && f.current == 0.0) ||
         (f.fault == FaultKind::current_sensor_gain && f.gain == 0.0) ||
         (f.fault == FaultKind::position_sensor_offset && f.angle == 0.0);
}

}  // namespace

std::span<const FaultKnown> known_faults() { return kKnown; }

std::string faults_unavailable(scenario::Level level) {
  if (level != scenario::Level::energy) return {};
  return "The level energy has no switches, phases or sensors that could fail: load the car at the "
         "level drive or waveform.";
}
std::string link_faults_unavailable(std::span<const std::string> roles) {
  if (!roles.empty()) return {};
  return "No role is linked to a controller outside of the program (evsim hil).";
}

std::vector<Fault> active_faults(std::span<const live::Logged> log, const std::string& unit,
                                 double T_machine) {
  std::vector<Fault> out;
  for (const live::Logged& l : log) {
    const auto* f = std::get_if<Fault>(&l.event.command);
    if (f == nullptr || !(f->unit.empty() || f->unit == unit)) continue;
    if (f->fault == FaultKind::none) {
      // Temperatures stay as they are.
      std::erase_if(out, [](const Fault& x) { return x.fault != FaultKind::machine_temperature; });
      continue;
    }
    std::erase_if(out, [&](const Fault& x) { return replaces(*f, x); });
    if (does_nothing(*f, T_machine)) continue;
    out.push_back(*f);
    out.back().unit = unit;
  }
  return out;
}

std::vector<Order> opposite(const Fault& fault, std::span<const live::Logged> log,
                            double T_machine) {
  if (fault.fault == FaultKind::machine_temperature)
    return {Fault{.unit = fault.unit, .fault = fault.fault, .temperature = T_machine}};
  std::vector<Order> out{Fault{.unit = fault.unit, .fault = FaultKind::none}};
  for (const Fault& other : active_faults(log, fault.unit, T_machine))
    if (!replaces(fault, other) && other.fault != FaultKind::machine_temperature)
      out.emplace_back(other);
  return out;
}
Order opposite(const scenario::LinkFault& fault) {
  return scenario::LinkFault{
      .role = fault.role, .fault = scenario::LinkFaultKind::none, .message = fault.message};
}

std::vector<scenario::Override> active_overrides(std::span<const live::Logged> log) {
  std::vector<scenario::Override> out;
  for (const live::Logged& l : log) {
    const auto* o = std::get_if<scenario::Override>(&l.event.command);
    if (o == nullptr || is_driving(o->signal)) continue;
    std::erase_if(out, [&](const scenario::Override& x) { return x.signal == o->signal; });
    if (o->mode != scenario::Mode::release) out.push_back(*o);
  }
  return out;
}
Order opposite(const scenario::Override& override) {
  return scenario::Override{.signal = override.signal, .mode = scenario::Mode::release};
}

Fault fault_of(const FaultForm& form, FaultKind kind, const std::string& unit,
               scenario::PhaseName phase) {
  const auto si = [](Dim dim, const char* name, double x) {
    return to_si(*find_unit(dim, name), x);
  };
  return {.unit = unit,
          .fault = kind,
          .phase = phase,
          .temperature = si(Dim::temperature, "degC", form.temperature),
          .current = form.current,
          .gain = 0.01 * form.gain,
          .angle = si(Dim::angle, "deg", form.angle)};
}

std::vector<std::string> override_signals(std::span<const std::string> units) {
  std::vector<std::string> out{"driver.v_seen_km_per_h", "driver.F_request_N", "vcu.F_brake_N"};
  for (const std::string& unit : units) out.push_back("vcu.tau." + unit + "_Nm");
  return out;
}

}  // namespace evsim::gui
