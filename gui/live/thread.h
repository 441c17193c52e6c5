// Threads of their own: one steps a session at the pace that it was asked for, one serves a connection.
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

// Of a Server or Client, which must outlive it.
template <class Connected> class LookThread {
 public:
  explicit LookThread(Connected& x)
      : thread_([&x](const std::stop_token& stop) {
          constexpr double kLongest = 0.002;  // [s]; what the port brings is looked for as often
          while (!stop.stop_requested()) x.look(kLongest);
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace evsim::live
