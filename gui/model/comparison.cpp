#include "gui/model/comparison.h"

#include <algorithm>

namespace evsim::gui {
namespace {

constexpr double kWorthIt = 0.5;          // a run that is kept [s]
constexpr std::size_t kBudget = 200'000;  // samples a frame

}  // namespace

bool Comparison::keep(const std::string& name, const std::vector<signals::Info>& infos,
                      const History& history) {
  if (from_folder_ || history.size() < 2) return false;
  if (history.newest() - history.series(0).time(0) < kWorthIt) return false;
  reference_ = std::make_unique<Reference>(Reference{name, infos, history.trimmed(), {}});
  start_again();
  return true;
}

void Comparison::take_figures(const std::vector<Kpi>& kpis) {
  judged = 0;
  if (reference_ && !from_folder_) reference_->kpis = kpis;
}

void Comparison::open(const std::string& of) {
  std::vector<Kpi> kpis = io::read_summary(of).kpis;
  const Recording r = io::read_signals(of);
  History samples(r.signals.size(), std::max<std::size_t>(r.t.size(), 1));
  std::vector<double> row(r.signals.size() + 1);
  for (std::size_t k = 0; k < r.t.size(); ++k) {
    row[0] = r.t[k];
    for (std::size_t i = 0; i < r.signals.size(); ++i) row[i + 1] = r.columns[i][k];
    samples.append(row.data());
  }
  reference_ =
      std::make_unique<Reference>(Reference{of, r.signals, std::move(samples), std::move(kpis)});
  from_folder_ = true;
  start_again();
}

void Comparison::forget() {
  reference_.reset();
  from_folder_ = false;
  start_again();
}

void Comparison::start_again() {
  turn_.clear();
  done_.clear();
  next_ = 0;
}

Series Comparison::series(const std::string& path) const {
  if (!reference_) return {};
  const auto it = std::ranges::find(reference_->infos, path, &signals::Info::path);
  if (it == reference_->infos.end()) return {};
  return reference_->samples.series(static_cast<std::size_t>(it - reference_->infos.begin()));
}

void Comparison::update(const std::vector<signals::Info>& infos, const History& history) {
  if (!shown || !reference_) return;
  shown = false;
  std::size_t looked_at = 0;
  while (looked_at < kBudget) {
    if (next_ >= infos.size()) {
      std::ranges::stable_sort(turn_, std::greater{}, &io::JudgedSignal::severity);
      done_ = std::move(turn_);
      turn_.clear();
      next_ = 0;
      return;
    }
    const signals::Info& s = infos[next_];
    const Series now = history.series(next_++), then = series(s.path);
    if (then.count == 0) continue;
    looked_at += now.count + then.count;
    turn_.push_back(io::judged(s.path, s.dim, io::apart(now, then, shift), tolerances));
  }
}

std::vector<io::JudgedKpi> Comparison::figures(const std::vector<Kpi>& now) const {
  if (!reference_ || reference_->kpis.empty() || now.empty()) return {};
  std::vector<io::JudgedKpi> out = io::compare(now, reference_->kpis, kpi_tolerances);
  // Figures of manoeuvres that neither run shows.
  std::erase_if(out,
                [](const io::JudgedKpi& d) { return std::isnan(d.kpi.a) && std::isnan(d.kpi.b); });
  std::ranges::stable_sort(out, {}, &io::JudgedKpi::fits);
  return out;
}

Curve difference(const Series& now, const Series& then, double shift, double from, double to,
                 int points, const Unit& unit) {
  Curve out;
  if (now.count == 0 || then.count == 0) return out;
  io::detail::Interpolated<Series> other(then);
  const double begin = std::max(from, then.time(0) + shift),
               end = std::min(to, then.time(then.count - 1) + shift);
  const std::size_t first = now.before(begin), last = now.before(end);
  const std::size_t stretch =
      std::max<std::size_t>((last - std::min(first, last)) / static_cast<std::size_t>(points), 1);
  for (std::size_t i = first; i < last; i += stretch) {
    double t = now.time(i), largest = 0.0;
    for (std::size_t k = i; k < std::min(i + stretch, last); ++k) {
      const double d = now.value(k) - other(now.time(k) - shift);
      if (std::abs(d) > std::abs(largest)) largest = d, t = now.time(k);
    }
    out.t.push_back(t);
    out.y.push_back(largest / unit.factor);
  }
  return out;
}

int Comparison::outside() const {
  return static_cast<int>(std::ranges::count(done_, false, &io::JudgedSignal::fits));
}

}  // namespace evsim::gui
