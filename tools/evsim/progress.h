// One line on a terminal that says how far all runs are; nothing anywhere else.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <vector>

namespace evsim::cli {

class Progress {
 public:
  explicit Progress(int runs);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // From any thread. share: 0..1.
  void report(int run, double share);
  // Off the screen, for other output.
  void clear();

 private:
  void draw();

  bool on_;
  bool drawn_ = false;
  std::vector<std::atomic<float>> shares_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace evsim::cli
