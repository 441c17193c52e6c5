#include "gui/model/timeline.h"

#include <algorithm>
#include <cmath>

namespace evsim::gui {

std::vector<TimelineMark> timeline_marks(std::span<const live::Logged> log,
                                         std::span<const scenario::Event> scenario, double now,
                                         std::span<const Planned> plans) {
  using Kind = TimelineMark::Kind;
  std::vector<TimelineMark> out;
  out.reserve(log.size() + scenario.size() + plans.size());
  for (std::size_t i = 0; i < log.size(); ++i)
    out.push_back({log[i].event.t, subject(log[i].event.command),
                   log[i].by_hand ? Kind::applied : Kind::own, i});
  for (std::size_t i = 0; i < scenario.size(); ++i)
    if (scenario[i].t > now)
      out.push_back({scenario[i].t, subject(scenario[i].command), Kind::ahead, i});
  for (std::size_t i = 0; i < plans.size(); ++i)
    out.push_back({plans[i].t, subject(plans[i].order), Kind::planned, i});
  return out;
}

std::optional<std::size_t> nearest(std::span<const TimelineMark> marks, Subject row, double t,
                                   double within) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const double far = std::abs(marks[i].t - t);
    if (marks[i].subject != row || far > within) continue;
    within = far;
    best = i;
  }
  return best;
}

double just_before(const TimelineMark& mark) {
  constexpr double kLittle = 0.01;  // [s]
  return mark.kind == TimelineMark::Kind::applied ? mark.t : std::max(mark.t - kLittle, 0.0);
}

}  // namespace evsim::gui
