// Linux.
#include "sim/link/real_time.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <ctime>

namespace evsim::link {
namespace {

constexpr unsigned long kTimerSlack = 1;  // [ns]; 50 us by default
std::string refused(const std::string& what, int error, const char* hint) {
  return what + ": " + std::strerror(error) + " (" + hint + ")";
}

}  // namespace

void sleep_until(double time) {
  prctl(PR_SET_TIMERSLACK, kTimerSlack);
  timespec t{};
  const double whole = std::floor(time);
  t.tv_sec = static_cast<time_t>(whole);
  t.tv_nsec = static_cast<long>((time - whole) * 1e9);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) == EINTR) {
  }
}

std::vector<std::string> go_real_time(const RealTimeParams& p) {
  std::vector<std::string> out;
  if (p.core >= 0) {
    cpu_set_t one;
    CPU_ZERO(&one);
    if (p.core < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(p.core), &one);
    if (const int e = pthread_setaffinity_np(pthread_self(), sizeof one, &one); e != 0)
      out.push_back(refused("core " + std::to_string(p.core), e, "nproc says how many there are"));
  }
  if (p.lock_memory && mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
    out.push_back(refused("locked memory", errno, "ulimit -l, or the capability CAP_IPC_LOCK"));
  if (p.priority > 0) {
    const sched_param fifo{.sched_priority = p.priority};
    if (const int e = pthread_setschedparam(pthread_self(), SCHED_FIFO, &fifo); e != 0)
      out.push_back(refused("SCHED_FIFO " + std::to_string(p.priority), e,
                            "ulimit -r, or the capability CAP_SYS_NICE"));
  }
  return out;
}

}  // namespace evsim::link
