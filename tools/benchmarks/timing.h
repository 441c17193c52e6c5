// CPU times of the thread: other programs disturb them least.
#pragma once

#include <algorithm>
#include <ctime>
#include <limits>

inline double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <class F> double least(int repeats, F f) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeats; ++i) {
    const double from = thread_seconds();
    f();
    best = std::min(best, thread_seconds() - from);
  }
  return best;
}
