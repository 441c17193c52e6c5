// What happened when, and what will: the commands that were applied, those of the scenario to come, and those planned.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gui/model/command_log.h"

namespace evsim::gui {

// A command that will be given at a time.
struct Planned {
  std::uint64_t id;
  double t;  // [s]
  Order order;
};

struct TimelineMark {
  enum class Kind { applied, own, ahead, planned };  // own: of the scenario's timeline
  double t;                                          // [s]
  Subject subject;
  Kind kind;
  std::size_t at;  // in the log, the scenario's timeline or the plans
};
inline constexpr std::array<const char*, 4> kSubjectNames{"driving", "parameters", "signals",
                                                          "faults"};

std::vector<TimelineMark> timeline_marks(std::span<const live::Logged> log,
                                         std::span<const scenario::Event> scenario, double now,
                                         std::span<const Planned> plans);

// The nearest in a row within some time; of those equally near the last one.
std::optional<std::size_t> nearest(std::span<const TimelineMark> marks, Subject row, double t,
                                   double within);

// A time to go back to, just before a mark: before a command of the scenario a little earlier, since it comes again.
double just_before(const TimelineMark& mark);

// What the strip shows: all of the run, or where it was zoomed to.
struct TimelineView {
  bool all = true;
  double from = 0.0, to = 10.0;  // [s]
};

}  // namespace evsim::gui
