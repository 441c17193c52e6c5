#include "tools/evsim/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace evsim::cli {

int cores() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

void for_each_job(int count, int threads, const std::function<void(int)>& job) {
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int i = next++; i < count; i = next++) job(i);
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < std::min(threads, count); ++i) others.emplace_back(work);
  work();
}

}  // namespace evsim::cli
