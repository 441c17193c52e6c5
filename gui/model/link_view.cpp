#include "gui/model/link_view.h"

#include <algorithm>

namespace evsim::gui {
namespace {

bool has(const LinkFigures& l, std::string_view name) {
  return std::ranges::find(l.counts, name, &LinkFigures::Count::name) != l.counts.end();
}

LinkState state_of(const LinkFigures& l, std::int64_t exchanges, std::int64_t unanswered) {
  if (has(l, "joined") && count_of(l, "joined") <= count_of(l, "dropped")) return LinkState::away;
  if (exchanges <= 0) return LinkState::stands;
  if (unanswered <= 0) return LinkState::answering;
  return unanswered < exchanges ? LinkState::losing : LinkState::silent;
}

}  // namespace

std::string_view text_of(LinkState s) {
  switch (s) {
    case LinkState::stands: return "time stands";
    case LinkState::awaited: return "waited for";
    case LinkState::answering: return "answers";
    case LinkState::losing: return "loses answers";
    case LinkState::silent: return "silent";
    case LinkState::away: return "no controller";
  }
  return "";
}

std::int64_t count_of(const LinkFigures& l, std::string_view name) {
  const auto it = std::ranges::find(l.counts, name, &LinkFigures::Count::name);
  return it == l.counts.end() ? 0 : it->n;
}

const Histogram* round_trips_of(const LinkFigures& l) {
  const auto it = std::ranges::find(l.times, "round_trip", &LinkFigures::Times::name);
  return it == l.times.end() ? nullptr : &it->of;
}

void LinkView::take(const live::LinkPicture& p, double wall) {
  Sample now{.wall = wall, .exchanges = {}, .unanswered = {}};
  for (const LinkFigures& l : p.links) {
    now.exchanges.push_back(count_of(l, "exchanges"));
    now.unanswered.push_back(l.unanswered);
  }
  if (!samples_.empty() && samples_.back().exchanges.size() != p.links.size()) samples_.clear();
  samples_.push_back(std::move(now));
  while (samples_.size() > 2 && wall - samples_[1].wall >= kOfLate) samples_.pop_front();
  const Sample &first = samples_.front(), &last = samples_.back();
  const double span = last.wall - first.wall;
  frames_lost_ = p.frames_lost;
  links_.resize(p.links.size());
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const std::int64_t n = last.exchanges[i] - first.exchanges[i];
    links_[i] = {.figures = p.links[i],
                 .exchanges_per_s = span > 0.0 ? static_cast<double>(n) / span : 0.0,
                 .state = state_of(p.links[i], n, last.unanswered[i] - first.unanswered[i])};
  }
}

void LinkView::look(double wall) {
  if (samples_.empty() || wall < samples_.back().wall + kStands) return;
  for (Link& l : links_) {
    l.exchanges_per_s = 0.0;
    l.state = LinkState::awaited;
  }
}

std::vector<Bar> bars_of(const Histogram& h) {
  std::vector<Bar> out;
  std::size_t last = 0;  // one after the last that something is in
  for (std::size_t k = 0; k < Histogram::kBins; ++k)
    if (h.count(k) > 0) last = k + 1;
  for (std::size_t k = 0; k < last; ++k)
    if (h.count(k) > 0 || !out.empty())
      out.push_back(
          {.from = k == 0 ? 0.0 : Histogram::end(k - 1), .to = Histogram::end(k), .n = h.count(k)});
  return out;
}

}  // namespace evsim::gui
