#include "sim/link/pacer.h"

#include <algorithm>

namespace evsim::link {

void Pacer::begin() { begun_ = false; }

bool Pacer::wait(TimeNs t) {
  double now = clock_.now();
  if (!begun_) {
    begun_ = true;
    t_0_ = t;
    due_0_ = now;
  } else if (t == last_) {
    began_ = std::max(began_, now);
    return true;
  }
  last_ = t;
  const bool in_time = now <= due(t);
  if (in_time) {
    clock_.sleep_until(due(t));
    now = clock_.now();
  }
  const double late = now - due(t);
  began_ = now;
  lateness_.add(late);
  if (in_time) return true;
  overrun(t, late);
  return policy_ != OnOverrun::abort;
}

void Pacer::overrun(TimeNs t, double late) {
  const LinkFigures::Late one{.t = seconds(t), .by = late};
  ++figures_.overruns;
  if (!figures_.first) figures_.first = one;
  auto& worst = figures_.worst;
  const auto place = std::ranges::upper_bound(worst, late, std::greater{}, &LinkFigures::Late::by);
  if (place != worst.end() || worst.size() < kMostWorst) worst.insert(place, one);
  if (worst.size() > kMostWorst) worst.pop_back();
  if (policy_ != OnOverrun::slip) return;
  due_0_ += late;
  figures_.slipped += late;
}

double Pacer::answer_by(double simulated) const { return began_ + simulated / figures_.pace; }

}  // namespace evsim::link
