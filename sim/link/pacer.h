// Simulated time held to the wall clock: an exchange at t begins when
//   due(t) = due_0 + (t - t_0) / pace                                                               (1)
// has come. Lateness is what it begins after that. Where the simulator comes to an exchange later than it is due, what it
// computed or waited for took too long: an overrun. Then it either
//   warn    goes on as fast as it can until it has caught up; each exchange until then is an overrun too
//   slip    moves (1) by what it is late: the wall-clock time is given up
//   abort   ends the run
// A system that isn't made for real time can hold no bound on lateness; it is measured and told.
#pragma once

#include <array>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "sim/base/time.h"
#include "sim/run/link_figures.h"

namespace evsim::link {

enum class OnOverrun : int { warn, slip, abort };
inline constexpr std::array<std::string_view, 3> kOverrunNames{"warn", "slip", "abort"};
constexpr std::span<const std::string_view> enum_names(OnOverrun) { return kOverrunNames; }

// The wall clock [s], and a wait until it shows a time or it is told to stop.
struct Clock {
  std::function<double()> now;
  std::function<void(double until)> sleep_until;
};

class Pacer {
 public:
  static constexpr std::size_t kMostWorst = 5;

  // pace: simulated over wall-clock time, > 0.
  Pacer(double pace, OnOverrun policy, Clock clock) : policy_(policy), clock_(std::move(clock)) {
    figures_.pace = pace;
  }

  // A run begins: its first exchange is due as it comes.
  void begin();
  // Waits for an exchange, where one at the same time has not waited already. False: too late, and the run is to end.
  [[nodiscard]] bool wait(TimeNs t);
  // When an answer to the exchange at hand must be there, if it may take so much simulated time [s of wall clock].
  double answer_by(double simulated) const;

  const LinkFigures::Pace& figures() const { return figures_; }
  const Histogram& lateness() const { return lateness_; }

 private:
  double due(TimeNs t) const { return due_0_ + seconds(t - t_0_) / figures_.pace; }
  void overrun(TimeNs t, double late);

  OnOverrun policy_;
  Clock clock_;
  bool begun_ = false;
  TimeNs t_0_ = 0, last_ = std::numeric_limits<TimeNs>::min();
  double due_0_ = 0.0;
  double began_ = 0.0;  // the exchange at hand [s of wall clock]
  LinkFigures::Pace figures_;
  Histogram lateness_;
};

}  // namespace evsim::link
