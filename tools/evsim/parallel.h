// Independent jobs on threads.
#pragma once

#include <functional>

namespace evsim::cli {

// Cores of this machine, at least 1.
int cores();

// Calls job(0) ... job(count - 1), at most `threads` at once; with one thread in order on this one.
// job must not throw.
void for_each_job(int count, int threads, const std::function<void(int)>& job);

}  // namespace evsim::cli
