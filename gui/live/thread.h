// Steps a session in a thread of its own, at the pace that it was asked for.
#pragma once

#include <thread>

#include "gui/live/session.h"

namespace evsim::live {

// The session must outlive it; the thread ends with this object.
class Thread {
 public:
  explicit Thread(Session& session);

 private:
  std::jthread thread_;
};

}  // namespace evsim::live
