// What people time with a stop watch: from a standstill to speeds and distances, from one speed to another, and the way that
// a stop takes. From the samples: between two the speed is a cubic (sim/run/milestones.h).
#pragma once

#include <optional>

#include "gui/model/history.h"
#include "sim/run/milestones.h"

namespace evsim::gui {

struct DriveSample {
  double t, v, a, x;  // [s], [m/s], [m/s2], [m]
};

class DriveTimers {
 public:
  // A time at or before the last one forgets all: the simulation went back, or another one runs.
  void observe(const DriveSample& now);

  // Since the car stood last.
  bool launched() const { return launched_; }
  std::optional<double> to(milestones::Speed speed) const;                            // [s]
  std::optional<double> to(milestones::Distance distance) const;                      // [s]
  std::optional<double> between(milestones::Speed from, milestones::Speed to) const;  // [s]
  // Of the last stop from 100 km/h on [m].
  std::optional<double> stopping_distance() const { return stopped_; }

 private:
  void observe_stop(const DriveSample& now);

  milestones::Passed passed_ = milestones::start();
  DriveSample last_{-1.0, 0.0, 0.0, 0.0}, stood_{};
  bool launched_ = false;
  std::optional<double> x_100_, stopped_;  // [m]
};

}  // namespace evsim::gui
