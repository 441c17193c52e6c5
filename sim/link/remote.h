// Controllers behind a wire that take over roles of the simulation. A role's time-out counts simulated time since the last
// answer; what follows is chosen. They keep a state of their own, so a run with them can't go back.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/link/can_session.h"
#include "sim/link/link_params.h"
#include "sim/link/pacer.h"
#include "sim/link/session.h"

namespace evsim::link {

// How simulated time passes.
struct TimeParams {
  double pace = 0.0;  // simulated over wall-clock time; 0: as fast as all can, in lockstep
  OnOverrun on_overrun = OnOverrun::warn;
};

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
