#include "gui/live/session.h"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "sim/base/errors.h"
#include "sim/base/floating_point.h"
#include "sim/io/case.h"
#include "sim/io/reason_text.h"
#include "sim/run/edge_signals.h"

namespace evsim::live {
namespace {

// Of a command that makes something fail; "" of others.
std::string_view fault_name(const scenario::Event& e) {
  if (const auto* f = std::get_if<scenario::Fault>(&e.command))
    if (f->fault != scenario::FaultKind::none)
      return scenario::kFaultNames[static_cast<std::size_t>(f->fault)];
  if (const auto* f = std::get_if<scenario::LinkFault>(&e.command))
    if (f->fault != scenario::LinkFaultKind::none)
      return scenario::kLinkFaultNames[static_cast<std::size_t>(f->fault)];
  return {};
}

std::vector<BusFile> files_of(const Buses& buses) {
  std::vector<BusFile> out;
  for (const Bus& b : buses) out.push_back(b.file);
  return out;
}
BusFrame bus_frame(std::uint32_t bus, const can::LogEntry& e) {
  return {
      .t = e.t, .bus = bus, .sent = e.direction == can::Direction::transmitted, .frame = e.frame};
}

}  // namespace

Session::Session(Case c, const Options& options, Buses buses)
    : buses_(std::move(buses)),
      early_(hear_early()),
      simulation_(guarded([&] { return Simulation(std::move(c), io::parameter_setter()); })),
      port_(signals::list(simulation_), options.sample_rows, files_of(buses_)),
      options_(options),
      paused_(options.paused),
      pace_(options.pace),
      until_(kInfinity),
      start_(here()) {
  listen();
  sample();
  publish();
}
Session::~Session() {
  for (const Bus& b : buses_) b.session->trace({});
}

// Frames go to the window as they pass; the bus waits for nobody. Some pass before there is a port.
std::vector<BusFrame> Session::hear_early() {
  for (std::uint32_t i = 0; i < buses_.size(); ++i)
    buses_[i].session->trace([this, i](const can::LogEntry& e) {
      if (early_.size() < Port::kFrames) early_.push_back(bus_frame(i, e));
    });
  return {};
}
void Session::listen() {
  for (const BusFrame& f : early_) port_.frames.push(f);
  early_.clear();
  for (std::uint32_t i = 0; i < buses_.size(); ++i)
    buses_[i].session->trace([this, i](const can::LogEntry& e) {
      if (!port_.frames.push(bus_frame(i, e))) ++frames_lost_;
    });
}

void Session::drain() {
  port_.requests.drain([this](const Request& r) { meet(r); });
}

// Does it, and says what became of it.
template <class Do> void Session::answer(std::uint64_t id, Do&& what) {
  Notice notice{.id = id, .t = t(), .refused = {}};
  try {
    guarded(what);
  } catch (const InputError& e) {
    notice.refused = e.what();
  }
  port_.notices.push(std::move(notice));  // a window that looks at none misses this one
}

void Session::meet(const Request& r) {
  if (const auto* plan = std::get_if<Plan>(&r.ask)) {
    const auto later = std::ranges::upper_bound(plans_, plan->t, {}, &Planned::t);
    plans_.insert(later, {.id = r.id, .t = plan->t, .event = plan->event});
    return meet_plans();
  }
  answer(r.id, [&] {
    std::visit(
        [this](const auto& ask) {
          if constexpr (!std::same_as<std::decay_t<decltype(ask)>, Plan>) meet(ask);
        },
        r.ask);
  });
}

void Session::command(const scenario::Event& e) {
  const std::size_t at = simulation_.commands().size();
  simulation_.command(e);
  told_ = std::min(told_, at);
  by_hand_.push_back({.steps = steps_, .at = at});
  if (capturer_.active()) look_for_faults();
}

void Session::meet_plans() {
  while (!plans_.empty() && plans_.front().t <= t() && simulation_.end() == End::running) {
    const Planned due = std::move(plans_.front());
    plans_.erase(plans_.begin());
    answer(due.id, [&] { command(due.event); });
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
  capturer_.restart(t());
  begin_capture();
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

void Session::meet(const Judge& /*j*/) {
  Figures& f = port_.figures.back();
  f.t = t();
  f.kpis = kpis(simulation_);
  port_.figures.publish();
}

bool Session::in_effect(const GoBack::Edit& edit) const {
  for (const ByHand& command : std::ranges::reverse_view(by_hand_))
    if (const auto* set =
            std::get_if<scenario::SetParameter>(&simulation_.commands()[command.at].command))
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
    capturer_.finish();  // what led to it
    hand_over_record();
    return;
  }
  ++steps_;
  sample();
  if (capturer_.active())
    capture();
  else if (simulation_.on_waveform)
    simulation_.on_waveform = {};
}

// Values now, in the order of the port's.
void Session::read(double* into) const {
  guarded([&] {
    signals::visit(simulation_, [&into](std::string_view, std::string_view, std::string_view, Dim,
                                        double x) { *into++ = x; });
  });
}

void Session::sample() {
  if (t() < next_sample_ * (1.0 - 1e-12)) return;  // both are rounded
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

// ---- Records ------------------------------------------------------------------------------------

void Session::meet(const Arm& a) {
  capturer_.arm(a, port_.infos.size(), t());
  begin_capture();
}
void Session::meet(const Disarm& /*d*/) { capturer_.disarm(); }

void Session::begin_capture() {
  if (!capturer_.active()) return;
  flowing_.resize(port_.infos.size());
  commands_seen_ = simulation_.snapshot().commands;
  reasons_.clear();
  for (std::size_t i = 0; i < port_.infos.size(); ++i)
    if (port_.infos[i].path.ends_with(".control_reason")) reasons_.push_back(i);
  last_reasons_.assign(reasons_.size(), 0.0);
  edges_.clear();
  signals::visit_edge(
      simulation_, {},
      [this](const std::string& group, std::string_view owner, std::string_view name,
             double /*value*/) {
        const std::string path =
            (group + (owner.empty() ? "" : ".")).append(owner).append(".").append(name);
        const auto it = std::ranges::find(port_.infos, path, &signals::Info::path);
        edges_.push_back(static_cast<std::size_t>(it - port_.infos.begin()));
      });
  simulation_.on_waveform = [this](const waveform::Instant& x) { capture(x); };
  capture();
}

void Session::add_row(double at) {
  const Arm& a = capturer_.setting();
  row_.clear();
  for (const std::size_t s : a.signals) row_.push_back(flowing_[s]);
  capturer_.add(at, flowing_[a.signal], row_);
  hand_over_record();
}

// Between two steps.
void Session::capture() {
  read(flowing_.data());
  look_for_faults();
  add_row(t());
  if (simulation_.end() == End::running) return;
  capturer_.finish();
  hand_over_record();
}

// Inside a step: what does not follow edges stays as it was before the step.
void Session::capture(const waveform::Instant& x) {
  if (!capturer_.active()) return;
  auto place = edges_.begin();
  signals::visit_edge(simulation_, x,
                      [&](std::string_view, std::string_view, std::string_view, double value) {
                        if (*place < flowing_.size()) flowing_[*place] = value;
                        ++place;
                      });
  add_row(x.t);
}

// Commands that are faults, from the timeline or by hand, and reasons of motor controls that became faults.
void Session::look_for_faults() {
  if (const int commands = simulation_.snapshot().commands; commands != commands_seen_) {
    const auto log = simulation_.commands();
    for (std::size_t i = static_cast<std::size_t>(std::max(commands_seen_, 0)); i < log.size(); ++i)
      if (const std::string_view name = fault_name(log[i]); !name.empty())
        capturer_.fault(log[i].t, std::string(name));
    commands_seen_ = commands;
  }
  for (std::size_t i = 0; i < reasons_.size(); ++i) {
    const double reason = flowing_[reasons_[i]];
    if (reason != last_reasons_[i] && io::is_fault(reason))
      capturer_.fault(t(), std::string(io::control_reason_text(reason)));
    last_reasons_[i] = reason;
  }
}

void Session::hand_over_record() {
  auto record = capturer_.take();
  if (!record) return;
  ++records_;
  if (!port_.records.push(std::move(*record))) ++records_lost_;
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

// The log is looked at when it has changed.
io::Station Session::jumps() {
  const int commands = simulation_.snapshot().commands;
  if (commands != jumps_as_of_) jumps_ = io::place_of_jumps(simulation_.command_log());
  jumps_as_of_ = commands;
  return jumps_;
}

void Session::publish(double real_time_factor) {
  Picture& p = port_.pictures.back();
  p.t = t();
  p.duration = simulation_.duration();
  p.earliest = marks_.empty() ? t() : marks_.front().t;
  p.pace = pace_;
  p.real_time_factor = real_time_factor;
  p.books = simulation_.books();
  p.ledger_residual = p.books.relative();
  p.jumps = jumps();
  p.paused = paused_;
  p.end = simulation_.end();
  p.steps = steps_;
  tell_log();
  p.told = told_;
  p.commands = simulation_.snapshot().commands;
  p.E_battery = simulation_.snapshot().q[ledger::kBattery];
  p.distance = simulation_.snapshot().y[car::kX];
  p.samples_lost = lost_;
  p.capture = {.state = capturer_.state(), .records = records_, .lost = records_lost_};
  p.failure = failure_;
  p.values.resize(port_.infos.size());
  read(p.values.data());
  port_.pictures.publish();
  publish_links();
}

void Session::publish_links() {
  std::vector<LinkFigures> links = simulation_.input().controllers.links();
  if (links.empty()) return;
  LinkPicture& p = port_.links.back();
  p.links = std::move(links);
  p.frames_lost = frames_lost_;
  port_.links.publish();
}

}  // namespace evsim::live
