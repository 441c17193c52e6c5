#include "gui/model/energy.h"

#include <algorithm>
#include <cmath>

namespace evsim::gui {
namespace {

// So far back as the simulation can go, and a little more.
constexpr double kApart = 0.015;  // tallies, at least [s]
constexpr std::size_t kTallies = 4096;

// What was booked between two instants; entries that the earlier books lack began from nothing.
ledger::Books difference(const ledger::Books& now, const ledger::Books& then) {
  ledger::Books out = now;
  for (ledger::Entry& e : out.entries) {
    const auto before = std::ranges::find(then.entries, e.name, &ledger::Entry::name);
    if (before != then.entries.end()) e.energy -= before->energy;
  }
  out.residual -= then.residual;
  out.throughput = std::max(out.throughput - then.throughput, 0.0);
  return out;
}

void scale(io::Sankey& s, double factor) {
  for (io::Sankey::Port& p : s.ports) p.energy *= factor;
  for (io::Sankey::Link& l : s.links) l.forward *= factor, l.back *= factor;
  s.in *= factor;
  s.out *= factor;
}

}  // namespace

void Energy::forget_after(double t) {
  while (!tallies_.empty() && tallies_.back().t > t) tallies_.pop_back();
  if (mark_ && mark_->t > t) mark_.reset();
}

void Energy::sample(const double* row) {
  const double t = row[0];
  const io::ByLink now = powers_([row](std::size_t signal) { return row[signal + 1]; });
  if (t <= sampled_) {  // the simulation went back
    forget_after(t);
    returned_ = tallies_.empty() ? io::ByLink{} : tallies_.back().returned;
  } else if (sampled_ >= 0.0) {
    io::add_returned(returned_, power_, now, t - sampled_);
  }
  power_ = now;
  sampled_ = t;
}

void Energy::update(const live::Picture& now) {
  forget_after(now.t);
  jumps_ = now.jumps;
  Tally tally{now.t, now.books, returned_};
  if (!tallies_.empty() && tallies_.back().t == now.t) tallies_.pop_back();
  // The newest is always now; those behind it stand apart.
  const std::size_t n = tallies_.size();
  if (n > 1 && tallies_[n - 1].t - tallies_[n - 2].t < kApart) tallies_.pop_back();
  tallies_.push_back(std::move(tally));
  if (tallies_.size() > kTallies) tallies_.pop_front();
}

void Energy::set_mark() {
  if (!tallies_.empty()) mark_ = tallies_.back();
  span = Span::mark;
}
std::optional<double> Energy::mark() const {
  if (!mark_) return {};
  return mark_->t;
}

// The newest at or before t; nothing where there is none.
const Energy::Tally* Energy::before(double t) const {
  const auto after = std::ranges::upper_bound(tallies_, t, {}, &Tally::t);
  return after == tallies_.begin() ? nullptr : &*(after - 1);
}

Energy::Flow Energy::flow() const {
  Flow out;
  if (tallies_.empty()) return out;
  const Tally& now = tallies_.back();
  const Tally* then = span == Span::mark && mark_ ? &*mark_ : nullptr;
  if (span == Span::power) then = before(now.t - window);
  if (span == Span::power && then == nullptr) then = &tallies_.front();
  const Tally nothing{};
  if (then == nullptr) then = &nothing;
  const ledger::Books books = difference(now.books, then->books);
  io::ByLink returned = now.returned;
  for (std::size_t i = 0; i < returned.size(); ++i) returned[i] -= then->returned[i];
  out.sankey = io::sankey(books, jumps_, returned);
  out.from = then->t;
  out.to = now.t;
  out.residual = books.residual;
  out.relative = books.throughput > 0.0 ? std::abs(books.residual) / books.throughput : 0.0;
  if (span != Span::power) return out;
  out.unit = io::FlowUnit::power;
  const double dt = out.to - out.from;
  scale(out.sankey, dt > 0.0 ? 1.0 / dt : 0.0);
  out.residual = dt > 0.0 ? out.residual / dt : 0.0;
  return out;
}

}  // namespace evsim::gui
