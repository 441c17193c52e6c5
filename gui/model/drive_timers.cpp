#include "gui/model/drive_timers.h"

namespace evsim::gui {
namespace {

constexpr double kStands = 0.02;  // [m/s]
constexpr double kFrom = 100.0 / 3.6;

std::optional<double> passed(double t) {
  return t == milestones::kNotYet ? std::nullopt : std::optional(t);
}

}  // namespace

void DriveTimers::observe(const DriveSample& now) {
  if (now.t <= last_.t) *this = {};
  const bool stands = now.v < kStands && now.v > -kStands;
  if (stands) {
    launched_ = false;
    stood_ = now;
  } else if (last_.t >= 0.0 && !launched_ && stood_.t == last_.t && now.v > 0.0) {
    launched_ = true;
    passed_ = milestones::start();
    milestones::observe(passed_, {0.0, stood_.v, stood_.a, 0.0});
  }
  if (launched_) milestones::observe(passed_, {now.t - stood_.t, now.v, now.a, now.x - stood_.x});
  if (last_.t >= 0.0) observe_stop(now);
  last_ = now;
}

void DriveTimers::observe_stop(const DriveSample& now) {
  if (now.v >= kFrom) x_100_.reset();
  if (last_.v >= kFrom && now.v < kFrom) {
    // Below by the mirrored cubic: the speed falls through 100 km/h.
    const milestones::Between between{{last_.t, -last_.v, -last_.a, -last_.x},
                                      {now.t, -now.v, -now.a, -now.x}};
    const double s = milestones::root([&](double share) { return between.v(share); }, -kFrom);
    x_100_ = -between.x(s);
  }
  if (x_100_ && now.v < kStands) {
    stopped_ = now.x - *x_100_;
    x_100_.reset();
  }
}

std::optional<double> DriveTimers::to(milestones::Speed speed) const {
  return passed(passed_.at_speed[speed]);
}
std::optional<double> DriveTimers::to(milestones::Distance distance) const {
  return passed(passed_.at_distance[distance]);
}
std::optional<double> DriveTimers::between(milestones::Speed from,
                                           milestones::Speed to_speed) const {
  const auto a = to(from), b = to(to_speed);
  if (!a || !b) return {};
  return *b - *a;
}

}  // namespace evsim::gui
