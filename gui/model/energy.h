// Where the energy went: the books of the run over time, so that any span of it has its own flow. The same
// flow as in a run's report; it closes but for the residual, which is shown.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "gui/live/port.h"
#include "sim/io/sankey_picture.h"

namespace evsim::gui {

class Energy {
 public:
  enum class Span {
    start,  // since the start of the run
    mark,   // since the mark; without one since the start
    power   // mean power of late
  };

  explicit Energy(const std::vector<signals::Info>& infos) : powers_(infos) {}

  // Each sample: t, then all signals.
  void sample(const double* row);
  // Once a frame.
  void update(const live::Picture& now);

  void set_mark();
  std::optional<double> mark() const;  // [s]

  // What flowed over a span: energy [J]; as power [W].
  struct Flow {
    io::Sankey sankey;
    io::FlowUnit unit = io::FlowUnit::energy;
    double from = 0.0, to = 0.0;  // [s]
    double residual = 0.0;        // [J] or [W]
    double relative = 0.0;        // residual over what moved, as a run is judged by [-]
  };
  Flow flow() const;

  Span span = Span::start;  // that is shown
  double window = 0.5;      // of the mean power [s]

 private:
  struct Tally {
    double t;
    ledger::Books books;
    io::ByLink returned;  // [J]
  };
  void forget_after(double t);
  const Tally* before(double t) const;

  io::LinkPowers powers_;
  std::deque<Tally> tallies_;
  std::optional<Tally> mark_;
  io::Station jumps_ = io::Station::car;
  io::ByLink power_{}, returned_{};  // of the last sample [W]; until then [J]
  double sampled_ = -1.0;            // [s]
};

}  // namespace evsim::gui
