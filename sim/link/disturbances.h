// Faults of a link: which of its messages they hit, drawn by the seed, so that a run is the same again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/time.h"
#include "sim/run/scenario.h"

namespace evsim::link {

using Fault = scenario::LinkFaultKind;
using Direction = scenario::LinkDirection;

// What becomes of a message.
struct Passage {
  bool lost = false, twice = false, held = false /* until the next has passed */, corrupt = false,
       wrong_crc = false, frozen = false;
  TimeNs delay = 0;
  double where = 0.0;  // a number of its own, 0..1: which bit
  bool is_hit() const {
    return lost || twice || held || corrupt || wrong_crc || frozen || delay > 0;
  }
};

class Disturbances {
 public:
  void begin() { *this = {}; }
  // none: all that has been in this direction, and of this message, is over.
  void add(const scenario::LinkFault& f, TimeNs t, std::uint64_t seed);
  // Of the next message, in the one direction; its name where it has one.
  Passage of(Direction d, std::string_view message, TimeNs t);
  // Whether such a fault is there now.
  bool holds(Fault f, TimeNs t) const;
  bool is_empty() const { return active_.empty(); }
  std::int64_t hit() const { return hit_; }

 private:
  struct Active {
    scenario::LinkFault fault;
    TimeNs from, until;
  };
  std::vector<Active> active_;
  std::uint64_t seed_ = 0;
  std::int64_t drawn_ = 0, hit_ = 0;
};

}  // namespace evsim::link
