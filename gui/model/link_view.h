// How the exchange with each controller outside of the program goes: totals as they come, rates over the last second.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "gui/live/links.h"

namespace evsim::gui {

enum class LinkState {
  stands,     // no exchange of late
  awaited,    // the simulation waits for a controller
  answering,  // each exchange of late was answered
  losing,     // some were not
  silent,     // none was
  away        // there is no controller
};
std::string_view text_of(LinkState s);

class LinkView {
 public:
  // wall: when it came [s].
  void take(const live::LinkPicture& p, double wall);

  // Nothing has come until now [s]: while an exchange waits, the simulation shows nothing.
  void look(double wall);

  struct Link {
    LinkFigures figures;
    double exchanges_per_s = 0.0;  // of wall clock
    LinkState state = LinkState::stands;
  };
  const std::vector<Link>& links() const { return links_; }
  std::int64_t frames_lost() const { return frames_lost_; }

 private:
  static constexpr double kOfLate = 1.0;  // [s]
  static constexpr double kStands = 0.5;  // longer than between any two pictures [s]
  struct Sample {
    double wall;
    std::vector<std::int64_t> exchanges, unanswered;  // by link
  };
  std::vector<Link> links_;
  std::deque<Sample> samples_;
  std::int64_t frames_lost_ = 0;
};

// 0 where there is no such count.
std::int64_t count_of(const LinkFigures& l, std::string_view name);
// nullptr where there is none.
const Histogram* round_trips_of(const LinkFigures& l);

// The bins that something is in and those between, from the shortest time.
struct Bar {
  double from = 0.0, to = 0.0;  // [s]
  std::int64_t n = 0;
};
std::vector<Bar> bars_of(const Histogram& h);

}  // namespace evsim::gui
