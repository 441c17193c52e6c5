// A case of which roles are controlled from outside of the program, as a link file says.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gui/live/session.h"
#include "sim/link/remote.h"

namespace evsim::live {

class LinkedCase {
 public:
  // Listens, opens adapters, and puts the controllers into c: in lockstep, the session holds the pace. Throws InputError
  // and EnvironmentError.
  // stop: asked while a controller is waited for, too; true: waits no more.
  LinkedCase(Case& c, const std::string& link_file, std::function<bool()> stop = {});

  const Buses& buses() const { return buses_; }
  // "vcu listens at tcp://127.0.0.1:4815"
  std::vector<std::string> places() const;
  // No controller is waited for any more: of the simulation's end.
  void end() { *is_over_ = true; }

 private:
  std::shared_ptr<std::atomic<bool>> is_over_ = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<link::Links> links_;
  Buses buses_;
};

}  // namespace evsim::live
