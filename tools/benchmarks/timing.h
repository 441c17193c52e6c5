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

// Of f, each time after `before`, which is not timed.
template <class Before, class F> double least(int repeats, Before before, F f) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeats; ++i) {
    before();
    const double from = thread_seconds();
    f();
    best = std::min(best, thread_seconds() - from);
  }
  return best;
}
template <class F> double least(int repeats, F f) {
  return least(
      repeats, [] {}, f);
}

// Of one call [ns]. f is given a number near 0, made from what it gave before, to start from: so no call can be left out.
template <class F> double nanoseconds(int repeats, int calls, F f) {
  double given = 0.0;
  const double total = least(repeats, [&] {
    for (int i = 0; i < calls; ++i) given = f(1e-30 * given);
  });
  return given == given ? 1e9 * total / calls : std::numeric_limits<double>::quiet_NaN();
}
