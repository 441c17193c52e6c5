// Controllers behind a wire that take over roles of the simulation. A role's time-out counts simulated time since the last
// answer; what follows is chosen. They keep a state of their own, so a run with them can't go back.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/fields.h"
#include "sim/link/can_session.h"
#include "sim/link/pacer.h"
#include "sim/link/session.h"
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

// How simulated time passes.
struct TimeParams {
  double pace = 0.0;  // simulated over wall-clock time; 0: as fast as all can, in lockstep
  OnOverrun on_overrun = OnOverrun::warn;
};

// Reads a file that the link file names. path: of the key that names it. Throws InputError where it can't be read.
struct TextFile {
  std::string name, text;  // for messages; bytes as they are
};
using ReadText = std::function<TextFile(const std::string& path, const std::string& name)>;

// The sockets of a link file, open as long as something uses them.
class Links {
 public:
  // Checks the file, listens, and opens adapters. stop: asked while something is waited for; true: waits no more.
  // read: databases and logs. Throws InputError with paths in the file, EnvironmentError where it can't listen.
  Links(const LinkParams& p, const TimeParams& time, const std::function<bool()>& stop,
        const ReadText& read = {});

  // Those of the file in place of what a scenario names; a scenario's may not be the same roles.
  controller::Controllers over(controller::Controllers given) const;
  struct Role {
    std::string name;
    std::shared_ptr<Exchange> exchange;
    std::shared_ptr<Session> session = nullptr;  // the same, behind a socket
    std::shared_ptr<CanSession> bus = nullptr;   // the same, on a CAN bus
  };
  const std::vector<Role>& roles() const { return roles_; }

 private:
  LinkParams params_;
  std::shared_ptr<Pacer> pacer_;  // none in lockstep
  std::vector<Role> roles_;
};

}  // namespace evsim::link
