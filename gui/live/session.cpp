#include "gui/live/session.h"

#include <algorithm>
#include <cmath>

#include "sim/base/errors.h"
#include "sim/base/floating_point.h"
#include "sim/io/case.h"

namespace evsim::live {

Session::Session(Case c, const Options& options)
    : simulation_(guarded([&] { return Simulation(std::move(c), io::parameter_setter()); })),
      port_(signals::list(simulation_), options.sample_rows),
      options_(options),
      paused_(options.paused),
      pace_(options.pace),
      until_(kInfinity),
      start_(here()) {
  sample();
  publish();
}

void Session::drain() {
  port_.requests.drain([this](const Request& r) { meet(r); });
}

void Session::meet(const Request& r) {
  if (const auto* plan = std::get_if<Plan>(&r.ask)) {
    const auto later = std::ranges::upper_bound(plans_, plan->t, {}, &Planned::t);
    plans_.insert(later, {.id = r.id, .t = plan->t, .event = plan->event});
    return meet_plans();
  }
  Notice notice{.id = r.id, .t = t(), .refused = {}};
  try {
    guarded([&] {
      std::visit(
          [this](const auto& ask) {
            if constexpr (!std::same_as<std::decay_t<decltype(ask)>, Plan>) meet(ask);
          },
          r.ask);
    });
  } catch (const InputError& e) {
    notice.refused = e.what();
  }
  port_.notices.push(std::move(notice));  // a window that looks at none misses this one
}

void Session::command(const scenario::Event& e) {
  const std::size_t at = simulation_.commands().size();
  simulation_.command(e);
  told_ = std::min(told_, at);
  by_hand_.push_back({.steps = steps_, .at = at});
}

void Session::meet_plans() {
  while (!plans_.empty() && plans_.front().t <= t() && simulation_.end() == End::running) {
    const Planned due = std::move(plans_.front());
    plans_.erase(plans_.begin());
    Notice notice{.id = due.id, .t = t(), .refused = {}};
    try {
      guarded([&] { command(due.event); });
    } catch (const InputError& e) {
      notice.refused = e.what();
    }
    port_.notices.push(std::move(notice));
  }
}
void Session::meet(const Unplan& u) {
  std::erase_if(plans_, [&](const Planned& p) { return p.id == u.id; });
}

// What the window does not know yet of the log, as far as there is room.
void Session::tell_log() {
  const auto log = simulation_.commands();
  auto hand = std::ranges::lower_bound(by_hand_, told_, {}, &ByHand::at);
  for (; told_ < log.size(); ++told_) {
    const bool by_hand = hand != by_hand_.end() && hand->at == told_;
    if (!port_.log.push({.at = told_, .event = log[told_], .by_hand = by_hand})) return;
    if (by_hand) ++hand;
  }
}
void Session::meet(const Command& c) { command(c.event); }
void Session::meet(const Pause& /*p*/) { paused_ = true; }
void Session::meet(const Resume& /*r*/) {
  paused_ = false;
  steps_left_ = -1;
  until_ = kInfinity;
}
void Session::meet(const Steps& s) {
  paused_ = s.n <= 0;
  steps_left_ = s.n;
  until_ = kInfinity;
}
void Session::meet(const RunUntil& r) {
  paused_ = false;
  steps_left_ = -1;
  until_ = r.t;
}
void Session::meet(const Pace& p) {
  if (!(p.factor > 0.0)) throw InputError(Problem{.path = "pace", .what = "must be > 0"});
  pace_ = p.factor;
}
// From the mark before, by the same steps and commands as the first time.
void Session::meet(const GoBack& g) {
  while (!marks_.empty() && marks_.back().t > g.t) marks_.pop_back();
  const Mark& to = marks_.empty() ? start_ : marks_.back();
  std::vector<std::pair<std::int64_t, scenario::Event>> again;  // after so many steps
  for (std::size_t i = to.by_hand; i < by_hand_.size(); ++i)
    again.emplace_back(by_hand_[i].steps, simulation_.commands()[by_hand_[i].at]);
  by_hand_.resize(to.by_hand);
  simulation_.restore(to.state);
  told_ = std::min(told_, simulation_.commands().size());
  steps_ = to.steps;
  failure_.clear();
  next_sample_ = t();
  sample();
  for (auto next = again.begin();
       t() < g.t && simulation_.end() == End::running && failure_.empty();) {
    for (; next != again.end() && next->first == steps_; ++next) command(next->second);
    integrate();
  }
  for (const GoBack::Edit& e : g.edits)
    if (!in_effect(e)) command({.t = 0.0, .command = e.set});
}

bool Session::in_effect(const GoBack::Edit& edit) const {
  for (auto it = by_hand_.rbegin(); it != by_hand_.rend(); ++it)
    if (const auto* set =
            std::get_if<scenario::SetParameter>(&simulation_.commands()[it->at].command))
      if (set->path == edit.set.path) return set->value == edit.set.value;
  return edit.as_loaded;
}

bool Session::moving() const {
  return !paused_ && failure_.empty() && simulation_.end() == End::running;
}

void Session::advance(double until, const std::function<bool()>& stop) {
  drain();
  while (moving() && t() < until) {
    step();
    if (stop && stop()) return;
    drain();
  }
}

void Session::step() {
  integrate();
  if (!failure_.empty()) return;
  if (steps_left_ > 0) --steps_left_;
  if (steps_left_ == 0 || t() >= until_) paused_ = true;
  mark();
  meet_plans();
}

void Session::integrate() {
  try {
    guarded([this] { simulation_.step(); });
  } catch (const std::exception& e) {  // diverged, or a controller of the user's own failed
    failure_ = e.what();
    return;
  }
  ++steps_;
  sample();
}

// Values now, in the order of the port's.
void Session::read(double* into) const {
  guarded([&] {
    signals::visit(simulation_, [&into](std::string_view, std::string_view, std::string_view, Dim,
                                        double x) { *into++ = x; });
  });
}

void Session::sample() {
  if (t() < next_sample_) return;
  next_sample_ =
      (std::floor(t() / options_.sample_period * (1.0 + 1e-12)) + 1.0) * options_.sample_period;
  double* row = port_.samples.next();
  if (row == nullptr) {
    ++lost_;
    return;
  }
  row[0] = t();
  read(row + 1);
  port_.samples.commit();
}

Session::Mark Session::here() const {
  return {.state = simulation_.snapshot(),
          .t = simulation_.t(),
          .steps = steps_,
          .by_hand = by_hand_.size()};
}

void Session::mark() {
  const double last = marks_.empty() ? start_.t : marks_.back().t;
  if (t() < last + options_.mark_period) return;
  marks_.push_back(here());
  if (std::ssize(marks_) > options_.marks) marks_.pop_front();
}

void Session::publish(double real_time_factor) {
  Picture& p = port_.pictures.back();
  p.t = t();
  p.duration = simulation_.duration();
  p.earliest = marks_.empty() ? t() : marks_.front().t;
  p.pace = pace_;
  p.real_time_factor = real_time_factor;
  p.ledger_residual = simulation_.books().relative();
  p.paused = paused_;
  p.end = simulation_.end();
  p.steps = steps_;
  tell_log();
  p.told = told_;
  p.commands = simulation_.snapshot().commands;
  p.E_battery = simulation_.snapshot().q[ledger::kBattery];
  p.distance = simulation_.snapshot().y[car::kX];
  p.samples_lost = lost_;
  p.failure = failure_;
  p.values.resize(port_.infos.size());
  read(p.values.data());
  port_.pictures.publish();
}

}  // namespace evsim::live
