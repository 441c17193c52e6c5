// What is wrong with a link file as far as it can be told without a car, and without anything being opened: addresses,
// databases and logs, messages, signals and their protection, secrets. Drive units of the car are not known here: any name
// of one will do.
#pragma once

#include <string>
#include <type_traits>

#include "sim/base/errors.h"
#include "sim/link/remote.h"

namespace evsim::link {

// Throws InputError with all of it, each with its path in the file.
void check(const LinkParams& p, const ReadText& read);

// op(role, name, params) for each role of the file: std::type_identity of it, "motor_controls.front", what the file says.
template <class Op> void each_role(const LinkParams& p, Op&& op) {
  using controller::MotorControl;
  op(std::type_identity<controller::Vcu>{}, std::string(controller::Vcu::kName), p.vcu);
  op(std::type_identity<MotorControl>{}, std::string(MotorControl::kName), p.motor_control);
  for (int k = 0; k < p.motor_controls.size(); ++k)
    op(std::type_identity<MotorControl>{}, "motor_controls." + p.motor_controls.name(k),
       p.motor_controls[k]);
  op(std::type_identity<controller::Bms>{}, std::string(controller::Bms::kName), p.bms);
  op(std::type_identity<controller::Brake>{}, std::string(controller::Brake::kName), p.brake);
}
inline bool is_linked(const RemoteParams& p) { return !p.at.empty() || !p.can.at.empty(); }

// A role's signals, with those of its own among the outputs.
template <class Role> Interface interface_of(const Units& units, const std::string& unit,
                                             const std::vector<std::string>& own) {
  Interface out{.role = std::string(Role::kName),
                .unit = unit,
                .config = signals_of<typename Role::Config>(units),
                .inputs = signals_of<typename Role::Inputs>(units),
                .outputs = signals_of<typename Role::Outputs>(units)};
  for (const std::string& name : own) out.outputs.push_back({"controller." + name, Dim::none});
  return out;
}

// The files that `can` names. Throws InputError.
struct CanFiles {
  can::Database database;
  can::CanLog log;  // of an address log://FILE
};
bool is_log(const CanParams& p);
CanFiles read_can_files(const CanParams& p, const std::string& path, const ReadText& read);

// "" where none is asked for. Throws InputError.
std::string secret_of(const RemoteParams& p, const std::string& role, const ReadText& read);

// Problems that f throws without a file lie below a path of the link file.
template <class F> auto below(const std::string& path, F&& f) {
  try {
    return f();
  } catch (const InputError& e) {
    std::vector<Problem> all = e.problems();
    for (Problem& p : all)
      if (p.file.empty()) p.path = path + (p.path.empty() ? "" : "." + p.path);
    throw InputError(std::move(all));
  }
}

}  // namespace evsim::link
