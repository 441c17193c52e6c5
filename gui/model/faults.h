// All faults that a scenario knows, which of them are there now, and how each is taken back. All of it follows from the
// log: a fault is a command like any other.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gui/model/command_log.h"

namespace evsim::gui {

struct FaultKnown {
  enum class Value { none, current, gain, angle, temperature };
  scenario::FaultKind kind;
  const char* text;
  const char* tip;
  bool phase;  // of one of three
  Value value;
};
std::span<const FaultKnown> known_faults();

// Why none of them can be had; "": they can.
std::string faults_unavailable(scenario::Level level);
// The same of the faults of links; roles: those that are linked.
std::string link_faults_unavailable(std::span<const std::string> roles);

// Those of one unit that are in effect, as the drive takes them: a leg has one fault, gates are one way. T_machine: where the
// run began [K].
std::vector<scenario::Fault> active_faults(std::span<const live::Logged> log,
                                           const std::string& unit, double T_machine);
// The commands that take one back and leave the others.
std::vector<Order> opposite(const scenario::Fault& fault, std::span<const live::Logged> log,
                            double T_machine);
Order opposite(const scenario::LinkFault& fault);

// Overrides of signals that are in effect, pedals and hand wheel apart.
std::vector<scenario::Override> active_overrides(std::span<const live::Logged> log);
Order opposite(const scenario::Override& override);

// What the fields of the panel hold.
struct FaultForm {
  double current = 20.0;       // [A]
  double gain = 10.0;          // [%]
  double angle = 10.0;         // [deg]
  double temperature = 150.0;  // [degC]
  bool later = false;
  double at = 10.0;  // [s]
  int signal = 0, mode = 0;
  double value = 0.0;  // of the override
  int role = 0, link_fault = 1, direction = 0;
  std::string message;
  double duration = 0.0, delay = 10.0, share = 100.0;  // [s], [ms], [%]
};
// With the form's figure.
scenario::Fault fault_of(const FaultForm& form, scenario::FaultKind kind, const std::string& unit,
                         scenario::PhaseName phase);

// Signals that overrides may change, with the unit that the panel uses.
std::vector<std::string> override_signals(std::span<const std::string> units);

}  // namespace evsim::gui
