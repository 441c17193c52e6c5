#include "tools/evsim/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "tools/evsim/print.h"
#include "tools/evsim/terminal.h"

namespace evsim::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
constexpr milliseconds kFirst{400}, kBetween{100};  // short runs show nothing

}  // namespace

Progress::Progress(int runs, Status status)
    : status_(std::move(status)),
      on_(terminal::is_terminal(stderr)),
      shares_(static_cast<std::size_t>(runs)),
      next_(steady_clock::now() + kFirst) {}

Progress::~Progress() { clear(); }

void Progress::report(int run, double share) {
  if (!on_) return;
  shares_[static_cast<std::size_t>(run)].store(static_cast<float>(share),
                                               std::memory_order_relaxed);
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || steady_clock::now() < next_) return;
  next_ = steady_clock::now() + kBetween;
  draw();
}

void Progress::draw() {
  float sum = 0;
  int done = 0;
  for (const auto& share : shares_) {
    sum += share;
    done += share >= 1.0F ? 1 : 0;
  }
  const float all = sum / static_cast<float>(shares_.size());
  drawn_ = true;
  if (status_) return print_error("\r\x1b[K" + status_(all));
  const int width = std::clamp(terminal::width() - 30, 10, 40);
  const int filled = static_cast<int>(all * static_cast<float>(width));
  print_error(fmt::format("\r[{:#<{}}{:.<{}}] {:3.0f} %  {}/{} runs ", "", filled, "",
                          width - filled, 100 * all, done, shares_.size()));
}

void Progress::clear() {
  if (drawn_) print_error("\r\x1b[K");
  drawn_ = false;
}

}  // namespace evsim::cli
