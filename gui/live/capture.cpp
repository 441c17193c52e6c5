#include "gui/live/capture.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/errors.h"

namespace evsim::live {
namespace {

void check(bool holds, const char* path, const char* what) {
  if (!holds) throw InputError(Problem{.path = path, .what = what});
}

}  // namespace

void Capturer::arm(Arm what, std::size_t signals, double t) {
  check(!what.signals.empty(), "trigger", "no signal to record");
  check(what.signals.size() < kNumbers / 1000, "trigger", "too many signals to record");
  for (const std::size_t s : what.signals) check(s < signals, "trigger", "no such signal");
  check(what.signal < signals, "trigger.signal", "no such signal");
  check(what.length > 0.0 && std::isfinite(what.length), "trigger.length", "must be > 0");
  check(what.before >= 0.0 && what.before <= 1.0, "trigger.before", "must be within 0 and 1");
  check(std::isfinite(what.level), "trigger.level", "must be a number");
  check(what.hysteresis >= 0.0 && std::isfinite(what.hysteresis), "trigger.hysteresis",
        "must be >= 0");
  arm_ = std::move(what);
  restart(t);
  state_ = Capturing::armed;
}

void Capturer::restart(double t) {
  record_ = {.signals = arm_.signals};
  begin_ = 0;
  since_ = t;
  ready_ = complete_ = has_last_ = false;
  if (state_ == Capturing::triggered) state_ = Capturing::armed;
}

// Rows from `begin_` on that lie before a time, but for one; and the oldest beyond so many.
void Capturer::forget(double before, std::size_t rows) {
  const std::size_t width = record_.width();
  std::vector<double>& n = record_.numbers;
  while (begin_ + width < n.size() &&
         (n[begin_ + width] < before || n.size() - begin_ > rows * width))
    begin_ += width;
  if (2 * begin_ < n.size()) return;
  n.erase(n.begin(), n.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
}

// Whether the value makes the edge or level that is waited for.
bool Capturer::crossed(double x) {
  switch (arm_.on) {
    case TriggerOn::rising:
    case TriggerOn::falling: {
      const double sign = arm_.on == TriggerOn::rising ? 1.0 : -1.0;
      const double above = sign * (x - arm_.level);
      if (ready_ && above >= 0.0) return true;
      // Without hysteresis it must have been below, not at the level.
      ready_ = ready_ || (arm_.hysteresis > 0.0 ? above <= -arm_.hysteresis : above < 0.0);
      return false;
    }
    case TriggerOn::above: return x > arm_.level;
    case TriggerOn::below: return x < arm_.level;
    case TriggerOn::at_once: return true;
    case TriggerOn::fault: return false;
  }
  return false;
}

void Capturer::add(double t, double watched, std::span<const double> values) {
  if (!active()) return;
  const std::size_t most = kNumbers / record_.width();
  record_.numbers.push_back(t);
  record_.numbers.insert(record_.numbers.end(), values.begin(), values.end());
  if (state_ == Capturing::armed) {
    const double before = arm_.before * arm_.length;
    forget(t - before, std::max<std::size_t>(
                           static_cast<std::size_t>(arm_.before * static_cast<double>(most)), 2));
    const bool edge = arm_.on == TriggerOn::rising || arm_.on == TriggerOn::falling;
    if (crossed(watched)) {
      const double step = watched - last_;
      const double share = edge && has_last_ && step != 0.0 ? (arm_.level - last_) / step : 1.0;
      trigger(has_last_ ? last_t_ + std::clamp(share, 0.0, 1.0) * (t - last_t_) : t);
    } else if (arm_.again == Rearm::automatic && t >= since_ + 2.0 * arm_.length) {
      trigger(t);
      record_.by_itself = true;
    }
  }
  last_t_ = t;
  last_ = watched;
  has_last_ = true;
  if (state_ != Capturing::triggered) return;
  record_.cut_short = (record_.numbers.size() - begin_) / record_.width() >= most;
  if (record_.cut_short || t >= record_.t + (1.0 - arm_.before) * arm_.length) complete_ = true;
}

void Capturer::fault(double t, std::string cause) {
  if (state_ == Capturing::armed && arm_.on == TriggerOn::fault) trigger(t, std::move(cause));
}

void Capturer::trigger(double t, std::string cause) {
  state_ = Capturing::triggered;
  record_.t = t;
  record_.cause = std::move(cause);
}

void Capturer::finish() { complete_ = complete_ || state_ == Capturing::triggered; }

std::optional<Record> Capturer::take() {
  if (!complete_ || state_ != Capturing::triggered) return {};
  Record out = std::move(record_);
  out.numbers.erase(out.numbers.begin(), out.numbers.begin() + static_cast<std::ptrdiff_t>(begin_));
  const bool again = arm_.again != Rearm::single;
  state_ = again ? Capturing::armed : Capturing::done;
  restart(last_t_);
  return out;
}

}  // namespace evsim::live
