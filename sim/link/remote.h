// Controllers behind a wire that take over roles of the simulation. A role's time-out counts simulated time since the last
// answer; what follows is chosen. They keep a state of their own, so a run with them can't go back.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/fields.h"
#include "sim/link/session.h"
#include "sim/run/controller.h"

namespace evsim::link {

// What a role does when its controller has been away for too long.
enum class Reaction : int {
  hold,   // goes on with the last outputs
  zero,   // no torque, no brake, no power of the battery; a motor control without voltage
  fault,  // the same; but motor_control: all gates off; brake: all braking by friction, without anti-lock control
  abort   // the run ends
};
inline constexpr std::array<std::string_view, 4> kReactionNames{"hold", "zero", "fault", "abort"};
constexpr std::span<const std::string_view> enum_names(Reaction) { return kReactionNames; }

// Of a role.
struct RemoteParams {
  std::string at;  // endpoint; "": built in
  double patience = 30.0;
  double timeout = 0.1;
  Reaction on_timeout = Reaction::fault;
  int ticks_per_exchange = 1;
  double rate = 0.0;
  std::string drive_unit;
  std::vector<std::string> signals;
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, RemoteParams>
constexpr void describe(P& p, V&& field) {
  field(p.at, Field{"at", Dim::none, any_value,
                    "where it listens: tcp://HOST:PORT, udp://HOST:PORT or unix:///PATH; without "
                    "HOST this machine alone can reach it"});
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
  field(p.rate,
        Field{"rate", Dim::frequency, not_negative, "of the role's ticks; 0: the vehicle's"});
  field(p.drive_unit,
        Field{"drive_unit", Dim::none, any_value, "of a motor_control, where there are several"});
  field(p.signals, Field{"signals", Dim::none, any_value,
                         "outputs of its own that are recorded, as controller.NAME; 7 at most"});
}

// A link file.
struct LinkParams {
  RemoteParams vcu, motor_control, bms, brake;
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, LinkParams>
constexpr void describe(P& p, V&& field) {
  field(p.vcu, Group{"vcu", "vehicle control unit, at all levels"});
  field(p.motor_control,
        Group{"motor_control", "of a drive unit, at the levels drive and waveform"});
  field(p.bms, Group{"bms", "battery management, at all levels"});
  field(p.brake,
        Group{"brake", "brakes: of each wheel with the chassis multi_body, else their force"});
}

// The sockets of a link file, open as long as something uses them.
class Links {
 public:
  // Listens. Throws InputError with the path in the file, EnvironmentError where it can't listen.
  Links(const LinkParams& p, const std::function<bool()>& stop);

  // Those of the file in place of what a scenario names; a scenario's may not be the same roles.
  controller::Controllers over(controller::Controllers given) const;
  struct Role {
    std::string name;
    std::shared_ptr<Session> session;
  };
  const std::vector<Role>& roles() const { return roles_; }

 private:
  LinkParams params_;
  std::vector<Role> roles_;
};

}  // namespace evsim::link
