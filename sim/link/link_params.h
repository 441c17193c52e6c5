// What a link file says: for each role where its controller is and what follows when it is away; and the files that it names.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/base/fields.h"
#include "sim/link/can_log.h"
#include "sim/link/can_session.h"
#include "sim/link/dbc.h"
#include "sim/run/controller.h"

namespace evsim::link {

// What a role does when its controller has been away for too long.
enum class Reaction : int {
  hold,  // goes on with the last outputs
  zero,  // no torque, no brake, no power of the battery; a motor control at the level of duties without voltage
  fault,  // the same; but motor_control: all gates off; brake: all braking by friction, without anti-lock control
  abort   // the run ends
};
inline constexpr std::array<std::string_view, 4> kReactionNames{"hold", "zero", "fault", "abort"};
constexpr std::span<const std::string_view> enum_names(Reaction) { return kReactionNames; }

// Of a role.
struct RemoteParams {
  std::string at;  // endpoint; "": built in, or on a CAN bus
  double patience = 30.0;
  double timeout = 0.1;
  Reaction on_timeout = Reaction::fault;
  int ticks_per_exchange = 1;
  double answer_within = 0.5;
  double rate = 0.0;
  std::string drive_unit;
  std::vector<std::string> signals;
  std::string secret_file;
  CanParams can;
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, RemoteParams>
constexpr void describe(P& p, V&& field) {
  field(p.at, Field{"at", Dim::none, any_value,
                    "where it listens: tcp://HOST:PORT, udp://HOST:PORT, unix:///PATH or "
                    "fifo:///PATH; without HOST this machine alone can reach it"});
  field(p.patience, Field{"patience", Dim::time, not_negative,
                          "wall-clock time that an answer may take; 0: unlimited, for a debugger"});
  field(p.timeout, Field{"timeout", Dim::time, not_negative,
                         "simulated time without an answer after which on_timeout follows"});
  field(p.on_timeout,
        Field{"on_timeout", Dim::none, any_value,
              "hold, zero, fault (a motor control: gates off; a brake: friction alone) "
              "or abort"});
  field(p.ticks_per_exchange, Field{"ticks_per_exchange", Dim::none, between(1, 1e6),
                                    "ticks of the role until the next exchange"});
  field(p.answer_within,
        Field{"answer_within", Dim::none, fraction,
              "where time is held to the wall clock: share of the time until the next exchange in "
              "which an answer counts for this one"});
  field(p.rate,
        Field{"rate", Dim::frequency, not_negative, "of the role's ticks; 0: the vehicle's"});
  field(p.drive_unit,
        Field{"drive_unit", Dim::none, any_value, "of a motor_control, where there are several"});
  field(p.signals, Field{"signals", Dim::none, any_value,
                         "outputs of its own that are recorded, as controller.NAME; 6 at most"});
  field(p.secret_file, Field{"secret_file", Dim::none, any_value,
                             "file of a secret that the controller must know, 16 bytes or more; "
                             "left out: whoever connects is welcome"});
  field(p.can, Group{"can", "in place of `at`: a controller on a CAN bus"});
}

// A link file.
struct LinkParams {
  RemoteParams vcu, motor_control, bms, brake;
  NamedList<RemoteParams, kMaxDriveUnits> motor_controls;  // in place of motor_control
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, LinkParams>
constexpr void describe(P& p, V&& field) {
  field(p.vcu, Group{"vcu", "vehicle control unit, at all levels"});
  field(p.motor_control,
        Group{"motor_control", "of a drive unit, at the levels drive and waveform"});
  field(p.motor_controls,
        Group{"motor_controls", "in place of motor_control: one for each drive unit, by its name"});
  field(p.bms, Group{"bms", "battery management, at all levels"});
  field(p.brake,
        Group{"brake", "brakes: of each wheel with the chassis multi_body, else their force"});
}

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

// Reads a file that the link file names. path: of the key that names it. Throws InputError where it can't be read.
struct TextFile {
  std::string name, text;  // for messages; bytes as they are
};
using ReadText = std::function<TextFile(const std::string& path, const std::string& name)>;

// The files that `can` names. Throws InputError.
struct CanFiles {
  can::Database database;
  can::CanLog log;  // of an address log://FILE
};
bool is_log(const CanParams& p);
CanFiles read_can_files(const CanParams& p, const std::string& path, const ReadText& read);

// "" where none is asked for. Throws InputError.
std::string secret_of(const RemoteParams& p, const std::string& role, const ReadText& read);

}  // namespace evsim::link
