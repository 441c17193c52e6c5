// What this operating system offers to hold time: a clock, a sleep until an instant, priority, a core, memory that stays.
#pragma once

#include <string>
#include <vector>

namespace evsim::link {

// Monotonic [s]; wall_clock() of socket.h is the same clock. Sleeps until it shows a time.
void sleep_until(double time);

struct RealTimeParams {
  int priority = 0;  // of SCHED_FIFO, 1 to 99; 0: as it is
  int core = -1;     // to stay on; -1: any
  bool lock_memory = false;
};
// For the calling thread; memory for all. What the system refused, a line each with the reason.
std::vector<std::string> go_real_time(const RealTimeParams& p);

}  // namespace evsim::link
