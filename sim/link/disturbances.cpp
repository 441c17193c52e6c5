#include "sim/link/disturbances.h"

#include <algorithm>

#include "sim/base/noise.h"
#include "sim/run/schedule.h"

namespace evsim::link {
namespace {

enum Draw : std::uint32_t { whether = 1, how_long = 2, which_bit = 3 };

bool meets(const scenario::LinkFault& f, Direction d) {
  return f.direction == Direction::both || f.direction == d;
}

}  // namespace

void Disturbances::add(const scenario::LinkFault& f, TimeNs t, std::uint64_t seed) {
  seed_ = seed;
  if (f.fault == Fault::none) {
    std::erase_if(active_, [&](const Active& a) {
      return (f.direction == Direction::both || a.fault.direction == f.direction) &&
             (f.message.empty() || a.fault.message == f.message);
    });
    return;
  }
  active_.push_back(
      {.fault = f, .from = t, .until = f.duration > 0.0 ? t + to_ns(f.duration) : kNever});
}

Passage Disturbances::of(Direction d, std::string_view message, TimeNs t) {
  std::erase_if(active_, [&](const Active& a) { return t >= a.until; });
  Passage out;
  for (const Active& a : active_) {
    const scenario::LinkFault& f = a.fault;
    if (!meets(f, d) || (!f.message.empty() && f.message != message)) continue;
    const std::int64_t n = ++drawn_;
    if (f.share < 1.0 && noise::uniform(seed_, Draw::whether, n) >= f.share) continue;
    switch (f.fault) {
      case Fault::drop:
      case Fault::cut: out.lost = true; break;
      case Fault::delay: out.delay += to_ns(f.delay); break;
      case Fault::jitter:
        out.delay += to_ns(f.delay * noise::uniform(seed_, Draw::how_long, n));
        break;
      case Fault::duplicate: out.twice = true; break;
      case Fault::reorder: out.held = true; break;
      case Fault::corrupt:
        out.corrupt = true;
        out.where = noise::uniform(seed_, Draw::which_bit, n);
        break;
      case Fault::wrong_crc: out.wrong_crc = true; break;
      case Fault::frozen_counter: out.frozen = true; break;
      case Fault::none:
      case Fault::bus_off:
      case Fault::babble:
      case Fault::death:
      case Fault::restart: break;
    }
  }
  if (out.is_hit()) ++hit_;
  return out;
}

bool Disturbances::holds(Fault f, TimeNs t) const {
  return std::ranges::any_of(active_,
                             [&](const Active& a) { return a.fault.fault == f && t < a.until; });
}

}  // namespace evsim::link
