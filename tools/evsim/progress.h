// One line on a terminal that says how far all runs are; nothing anywhere else.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace evsim::cli {

// Of the line: what stands on it; share of all runs, 0..1.
using Status = std::function<std::string(double share)>;

class Progress {
 public:
  // Without a status a bar is drawn.
  explicit Progress(int runs, Status status = {});
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // From any thread. share: 0..1.
  void report(int run, double share);
  // Off the screen, for other output.
  void clear();

 private:
  void draw();

  Status status_;
  bool on_;
  bool drawn_ = false;
  std::vector<std::atomic<float>> shares_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace evsim::cli
