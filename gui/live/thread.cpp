#include "gui/live/thread.h"

#include <algorithm>
#include <chrono>

namespace evsim::live {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr Seconds kPicture{0.004};    // between pictures
constexpr Seconds kShortWait{0.001};  // while it moves
constexpr Seconds kLongWait{0.1};     // in a pause; a request ends it
constexpr Seconds kWindow{0.25};      // of the real-time factor
constexpr Seconds kLargestLag{0.1};   // behind its pace; beyond it the clock slips

// Where simulated time should be.
class Pacing {
 public:
  void anchor(double t, Clock::time_point now) {
    t_ = t;
    at_ = now;
  }
  // Slips when the simulation can't follow, or was elsewhere.
  double due(const Session& s, Clock::time_point now) {
    if (s.pace() != pace_) {
      pace_ = s.pace();
      anchor(s.t(), now);
    }
    if (pace_ == kInfinity) return kInfinity;
    const double due = t_ + pace_ * Seconds(now - at_).count();
    const double lag = due - s.t();
    if (lag > pace_ * kLargestLag.count() || lag < -2.0 * pace_) anchor(s.t(), now);
    return due;
  }

 private:
  double t_ = 0.0, pace_ = 0.0;
  Clock::time_point at_{};
};

// Simulated over wall-clock time of late.
class Factor {
 public:
  double update(double t, bool moving, Clock::time_point now) {
    const double passed = Seconds(now - at_).count();
    if (!moving || t < t_) {
      restart(t, now);
      return value_ = 0.0;
    }
    if (passed < kWindow.count()) return value_;
    value_ = (t - t_) / passed;
    restart(t, now);
    return value_;
  }

 private:
  void restart(double t, Clock::time_point now) {
    t_ = t;
    at_ = now;
  }
  double t_ = 0.0, value_ = 0.0;
  Clock::time_point at_ = Clock::now();
};

void work(Session& session, const std::stop_token& stop) {
  Pacing pacing;
  Factor factor;
  pacing.anchor(session.t(), Clock::now());
  bool moved = false;
  while (!stop.stop_requested()) {
    session.drain();
    const Clock::time_point begin = Clock::now();
    if (session.moving() && !moved) pacing.anchor(session.t(), begin);
    moved = session.moving();
    if (moved)
      session.advance(pacing.due(session, begin),
                      [&] { return stop.stop_requested() || Clock::now() - begin > kPicture; });
    session.publish(factor.update(session.t(), session.moving(), Clock::now()));
    if (!session.moving())
      session.port().wait(kLongWait);
    else if (session.pace() < kInfinity && Clock::now() - begin < kPicture)
      session.port().wait(kShortWait);
  }
}

}  // namespace

Thread::Thread(Session& session)
    : thread_([&session](const std::stop_token& stop) { work(session, stop); }) {}

}  // namespace evsim::live
