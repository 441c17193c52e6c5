#include "sim/link/can_bus.h"

#include <algorithm>
#include <utility>

namespace evsim::can {
namespace {

constexpr int kPassiveAbove = 127, kBusOffAbove = 255, kRecAfterPassive = 119;
constexpr int kFlag = 6, kDelimiter = 8, kSuspension = 8;  // [bit]
constexpr int kRecoveries = 128, kRecessiveBits = 11;
constexpr int kTecStep = 8, kRecFirst = 8;
constexpr std::int64_t kNsPerMilliBit = 1'000'000;  // times 1/bit_rate

bool holds(const std::vector<int>& nodes, int node) {
  return std::ranges::find(nodes, node) != nodes.end();
}

// How many bits up to `end`, that one inverted if it is asked for, are equal to `value`.
int run_before(const WireBits& w, int end, bool inverted, bool value) {
  int run = 0;
  for (int i = end; i >= 0; --i, ++run) {
    const bool bit = (w.bits[static_cast<std::size_t>(i)] != 0) != (i == end && inverted);
    if (bit != value) break;
  }
  return run;
}

// What wins first: the identifier as it stands on the wire.
bool goes_before(const Frame& a, const Frame& b) {
  const std::uint32_t base_a = a.extended ? a.id >> 18 : a.id,
                      base_b = b.extended ? b.id >> 18 : b.id;
  if (base_a != base_b) return base_a < base_b;
  if (a.extended != b.extended) return b.extended;
  if (a.id != b.id) return a.id < b.id;
  return !a.remote && b.remote;
}

}  // namespace

Bus::Bus(BusSettings settings) : settings_(settings) {
  settings_.bit_rate = std::clamp(settings_.bit_rate, 1'000, 20'000'000);
  settings_.data_bit_rate = std::clamp(settings_.data_bit_rate, 1'000, 20'000'000);
  settings_.sample_point = std::clamp(settings_.sample_point, 1, 999);
  settings_.data_sample_point = std::clamp(settings_.data_sample_point, 1, 999);
}

int Bus::add_node(const NodeSettings& settings) {
  nodes_.emplace_back().settings = settings;
  return nodes() - 1;
}

bool Bus::send(int node, const Frame& f) {
  Node& n = at(node);
  if (!is_valid(f) || n.queue.size() >= n.settings.depth) {
    ++n.status.refused;
    return false;
  }
  n.queue.push_back({.frame = f, .since = now_});
  return true;
}

std::vector<BusEvent> Bus::advance(TimeNs t) {
  std::vector<BusEvent> out = std::exchange(between_, {});
  while (true) {
    const std::size_t wire = next(1) < next(0) ? 1 : 0;
    const TimeNs due = next(wire);
    if (due > t || due == kNever) break;
    now_ = std::max(now_, due);
    step(wire, out);
  }
  now_ = std::max(now_, t);
  return out;
}

// ---- Time --------------------------------------------------------------------------------------

Bus::Instant Bus::after(Instant x, std::int64_t milli_bits, std::int64_t milli_data_bits) const {
  x.rest += milli_bits * kNsPerMilliBit;
  x.data_rest += milli_data_bits * kNsPerMilliBit;
  x.whole += x.rest / settings_.bit_rate + x.data_rest / settings_.data_bit_rate;
  x.rest %= settings_.bit_rate;
  x.data_rest %= settings_.data_bit_rate;
  return x;
}

// The nearest nanosecond.
TimeNs Bus::instant(const Instant& x) const {
  const std::int64_t rate = settings_.bit_rate, data_rate = settings_.data_bit_rate;
  const std::int64_t part = x.rest * data_rate + x.data_rest * rate, one = rate * data_rate;
  return x.whole + (2 * part + one) / (2 * one);
}

// The data rate holds from the sample point of BRS to that of the checksum's delimiter.
Bus::Instant Bus::end_of(const Transmission& x, int bit) const {
  const WireBits& w = x.wire;
  if (w.brs < 0 || bit < w.brs) return after(x.start, 1000LL * (bit + 1), 0);
  const std::int64_t slow = settings_.sample_point, fast = settings_.data_sample_point;
  if (bit < w.crc_delimiter)
    return after(x.start, 1000LL * w.brs + slow, 1000LL * (bit - w.brs) + 1000 - fast);
  return after(x.start, 1000LL * (w.brs + 1 + bit - w.crc_delimiter),
               1000LL * (w.crc_delimiter - w.brs));
}

// ---- Start of a frame --------------------------------------------------------------------------

const Bus::Waiting* Bus::next_of(const Node& n) const {
  if (n.babble) return &*n.babble;
  if (n.queue.empty()) return nullptr;
  if (n.settings.order == QueueOrder::first_in_first_out) return &n.queue.front();
  return &*std::ranges::min_element(n.queue, goes_before, &Waiting::frame);
}

TimeNs Bus::ready(std::size_t wire, const Node& n) const {
  const Waiting* next = next_of(n);
  if (next == nullptr || n.wire != wire || n.status.state == ErrorState::bus_off) return kNever;
  return std::max({next->since, n.not_before, instant(wires_[wire].free)});
}

// What happens next on an idle wire: a frame begins or a node is back from bus-off.
Bus::Beginning Bus::beginning(std::size_t wire) const {
  Beginning first;
  for (int i = 0; i < nodes(); ++i) {
    const Node& n = at(i);
    if (n.wire == wire && n.recessive_left > 0) {
      const TimeNs from = std::max(wires_[wire].recessive_since, n.recovers_from);
      const TimeNs t =
          std::max(from + bits(kRecessiveBits * n.recessive_left), instant(wires_[wire].free));
      if (t < first.t || (t == first.t && !first.recovery))
        first = {.t = t, .recovery = true, .node = i};
    }
    const TimeNs t = ready(wire, n);
    if (t < first.t) first = {.t = t, .recovery = false, .node = i};
  }
  return first;
}

TimeNs Bus::next(std::size_t wire) const {
  const Wire& w = wires_[wire];
  switch (w.phase) {
    case Phase::idle: return beginning(wire).t;
    case Phase::frame: return instant(end_of(w.now, w.now.due.front().bit));
    case Phase::closing: return instant(w.free);
  }
  return kNever;
}

void Bus::step(std::size_t wire, std::vector<BusEvent>& out) {
  Wire& w = wires_[wire];
  if (w.phase == Phase::frame) return frame_step(wire, out);
  if (w.phase == Phase::closing) {
    w.phase = Phase::idle;
    return;
  }
  const Beginning first = beginning(wire);
  if (!first.recovery) return begin(wire, first.t);
  Node& n = at(first.node);
  n.status.tec = n.status.rec = 0;
  n.status.state = ErrorState::active;
  n.recessive_left = 0;
  n.not_before = first.t;
  out.push_back(
      {.t = first.t, .kind = BusEvent::Kind::state, .node = first.node, .state = n.status.state});
}

// Nodes in bus-off count how often 11 recessive bits stood before this start.
void Bus::count_recessive(std::size_t wire, TimeNs t) {
  for (Node& n : nodes_) {
    if (n.wire != wire || n.recessive_left == 0) continue;
    const TimeNs from = std::max(wires_[wire].recessive_since, n.recovers_from);
    // 1 ns: both instants are rounded. The last one is an event of its own.
    const TimeNs passed = std::min(t + 1 - from, bits(kRecessiveBits * n.recessive_left));
    const std::int64_t times =
        std::max<TimeNs>(passed, 0) * settings_.bit_rate / 1'000'000'000 / kRecessiveBits;
    n.recessive_left = std::max(n.recessive_left - static_cast<int>(times), 1);
  }
}

void Bus::begin(std::size_t wire, TimeNs t) {
  Wire& w = wires_[wire];
  count_recessive(wire, t);
  std::vector<int> contenders;
  w.now = {};
  for (int i = 0; i < nodes(); ++i) {
    const Node& n = at(i);
    if (ready(wire, n) <= t)
      contenders.push_back(i);
    else if (n.wire == wire && n.status.state != ErrorState::bus_off)
      w.now.receivers.push_back(i);
  }
  Transmission& x = w.now;
  x.start = t == instant(w.free) ? w.free : Instant{.whole = t};
  arbitrate(x, contenders);
  std::ranges::sort(x.receivers);
  for (const int node : x.senders)
    if (at(node).babble) x.babbling.push_back(node);
  const int ack = x.wire.ack;
  if (!x.collides)
    x.due = {{ack, Step::acknowledge}, {ack + 7, Step::deliver}, {ack + 8, Step::finish}};
  apply_faults(x, t);
  std::ranges::stable_sort(x.due, [](const Due& a, const Due& b) {
    return std::pair(a.bit, a.step) < std::pair(b.bit, b.step);
  });
  if (w.taken.empty() || w.taken.back().to < t)
    w.taken.push_back({.from = t});
  else
    w.taken.back().to = kNever;
  while (w.taken.size() > 1 && w.taken.front().to < t - settings_.load_window) {
    w.taken_before += w.taken.front().to - w.taken.front().from;
    w.taken.pop_front();
  }
  w.phase = Phase::frame;
}

// Who sends on: those whose bits were never overruled.
void Bus::arbitrate(Transmission& x, const std::vector<int>& contenders) {
  std::vector<WireBits> wires;
  for (const int node : contenders) wires.push_back(wire_bits(next_of(at(node))->frame));
  std::vector<std::size_t> left(contenders.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  for (std::size_t bit = 0; left.size() > 1 && !x.collides && bit < wires[left.front()].bits.size();
       ++bit) {
    const auto dominant = [&](std::size_t i) { return wires[i].bits[bit] == 0; };
    if (std::ranges::all_of(left, dominant) || std::ranges::none_of(left, dominant)) continue;
    // Outside of its arbitration field a node does not give way: it finds a bit error.
    const auto sends_on = [&](std::size_t i) {
      return static_cast<int>(bit) >= wires[i].arbitration_end;
    };
    for (const std::size_t i : left)
      if (!dominant(i) && sends_on(i)) x.collides = true;
    if (x.collides) {
      x.due = {{static_cast<int>(bit), Step::disturb}};
      break;
    }
    for (const std::size_t i : left)
      if (!dominant(i)) {
        ++at(contenders[i]).status.arbitrations_lost;
        x.receivers.push_back(contenders[i]);
      }
    std::erase_if(left, [&](std::size_t i) { return !dominant(i); });
  }
  // Of those that collide one whose bit is dominant: that is what stands on the wire.
  std::size_t shown = left.front();
  if (x.collides)
    for (const std::size_t i : left)
      if (wires[i].bits[static_cast<std::size_t>(x.due.front().bit)] == 0) shown = i;
  for (const std::size_t i : left) x.senders.push_back(contenders[i]);
  x.frame = next_of(at(contenders[shown]))->frame;
  x.wire = std::move(wires[shown]);
}

void Bus::apply_faults(Transmission& x, TimeNs t) {
  if (x.collides) return;
  for (BusFault& fault : faults_) {
    if (fault.frames == 0 || t < fault.from || t >= fault.until) continue;
    if (fault.id && *fault.id != x.frame.id) continue;
    const bool everywhere = fault.node == BusFault::kEverywhere;
    if (!everywhere && !holds(x.receivers, fault.node) && !holds(x.senders, fault.node)) continue;
    if (fault.frames > 0) --fault.frames;
    const std::vector<int> hit = everywhere ? x.receivers : std::vector<int>{fault.node};
    switch (fault.kind) {
      case BusFault::Kind::drop: x.dropping.insert(x.dropping.end(), hit.begin(), hit.end()); break;
      case BusFault::Kind::corrupt:
        x.corrupted = hit;
        x.corrupted_bit = fault.bit;
        break;
      case BusFault::Kind::disturb:
        if (everywhere || holds(x.senders, fault.node)) {
          const int bit = std::clamp(x.wire.arbitration_end + fault.bit, 0, x.wire.ack + 8);
          x.due.push_back({bit, Step::disturb});
        } else {
          x.wrong.push_back(fault.node);
          x.due.push_back({x.wire.ack + 1, Step::check});
        }
        break;
    }
  }
  std::erase_if(faults_,
                [&](const BusFault& fault) { return fault.frames == 0 || fault.until <= t; });
}

// ---- Within a frame ----------------------------------------------------------------------------

void Bus::frame_step(std::size_t wire, std::vector<BusEvent>& out) {
  Transmission& x = wires_[wire].now;
  const Due due = x.due.front();
  x.due.erase(x.due.begin());
  switch (due.step) {
    case Step::disturb: return disturbed(wire, due.bit, out);
    case Step::acknowledge: {
      const auto reads_right = [&](int node) { return !holds(x.wrong, node); };
      if (std::ranges::none_of(x.receivers, reads_right)) unacknowledged(wire, due.bit, out);
      return;
    }
    case Step::check: return check(wire, due.bit, out);
    case Step::deliver: return deliver(x, instant(end_of(x, due.bit)), out);
    case Step::finish: return finish(wire, due.bit, out);
  }
}

// A bit is not what the senders sent.
void Bus::disturbed(std::size_t wire, int bit, std::vector<BusEvent>& out) {
  Transmission& x = wires_[wire].now;
  const WireBits& w = x.wire;
  if (bit == w.ack) return unacknowledged(wire, bit, out);
  const TimeNs t = instant(end_of(x, bit));
  const bool all_passive = std::ranges::all_of(
      x.senders, [&](int node) { return at(node).status.state == ErrorState::passive; });
  const bool inverted = !x.collides;
  const bool seen = (w.bits[static_cast<std::size_t>(bit)] != 0) != inverted;
  const bool form = bit >= w.crc_delimiter;
  const bool at_once = form || (bit < w.stuffed_end && run_before(w, bit, inverted, seen) > 5);
  const int before = std::min(run_before(w, bit, inverted, all_passive), 5);
  for (const int node : x.senders) error(node, BusError::bit, kTecStep, 0, x.frame, t, out);
  // In the last bit of EOF receivers have the frame already, and answer by an overload flag that is no error.
  if (bit < w.ack + 8)
    for (const int node : x.receivers)
      error(node, form ? BusError::form : BusError::stuff, 0, 1, x.frame, t, out);
  close(wire, end_of(x, bit), at_once || x.receivers.empty() ? kFlag : 2 * kFlag - before);
}

void Bus::unacknowledged(std::size_t wire, int bit, std::vector<BusEvent>& out) {
  Transmission& x = wires_[wire].now;
  const TimeNs t = instant(end_of(x, bit));
  const bool active = std::ranges::any_of(
      x.senders, [&](int node) { return at(node).status.state == ErrorState::active; });
  for (const int node : x.senders) {
    const bool passive = at(node).status.state == ErrorState::passive;
    error(node, BusError::acknowledge, passive ? 0 : kTecStep, 0, x.frame, t, out);
  }
  for (const int node : x.receivers)
    error(node, holds(x.wrong, node) ? BusError::checksum : BusError::form, 0, 1, x.frame, t, out);
  close(wire, end_of(x, bit), x.receivers.empty() ? kFlag : kFlag + 1);
  // Alone and passive: from the delimiter of the checksum on nothing is dominant.
  if (!active && x.receivers.empty())
    wires_[wire].recessive_since = instant(end_of(x, x.wire.crc_delimiter - 1));
}

// Receivers with a wrong checksum say so, if their flags are dominant.
void Bus::check(std::size_t wire, int bit, std::vector<BusEvent>& out) {
  Transmission& x = wires_[wire].now;
  const TimeNs t = instant(end_of(x, bit));
  const auto active = [&](int node) { return at(node).status.state == ErrorState::active; };
  const bool destroyed = std::ranges::any_of(x.wrong, active);
  for (const int node : x.receivers) {
    const bool wrong = holds(x.wrong, node);
    if (!wrong && !destroyed) continue;
    const int rec = 1 + (wrong && active(node) ? kRecFirst : 0);
    error(node, wrong ? BusError::checksum : BusError::form, 0, rec, x.frame, t, out);
  }
  if (destroyed) {
    for (const int node : x.senders) error(node, BusError::form, kTecStep, 0, x.frame, t, out);
    return close(wire, end_of(x, bit), kFlag + 1);
  }
  std::erase_if(x.receivers, [&](int node) { return holds(x.wrong, node); });
  std::erase_if(x.due, [](const Due& due) { return due.step == Step::check; });
}

void Bus::deliver(Transmission& x, TimeNs t, std::vector<BusEvent>& out) {
  for (const int node : x.receivers) {
    NodeStatus& s = at(node).status;
    s.rec = s.rec > kPassiveAbove ? kRecAfterPassive : std::max(s.rec - 1, 0);
    judge(node, t, out);
    if (holds(x.dropping, node)) {
      ++s.dropped;
      continue;
    }
    ++s.received;
    Frame f = x.frame;
    if (holds(x.corrupted, node) && f.length > 0 && !f.remote) {
      const std::size_t byte = static_cast<std::size_t>(x.corrupted_bit) / 8 % f.length;
      f.data[byte] = static_cast<std::uint8_t>(f.data[byte] ^ (1u << (x.corrupted_bit % 8)));
    }
    out.push_back({.t = t, .kind = BusEvent::Kind::received, .node = node, .frame = f});
  }
}

void Bus::finish(std::size_t wire, int bit, std::vector<BusEvent>& out) {
  Wire& w = wires_[wire];
  Transmission& x = w.now;
  const Instant end = end_of(x, bit);
  const TimeNs t = instant(end);
  for (const int node : x.senders) {
    Node& n = at(node);
    ++n.status.sent;
    n.status.tec = std::max(n.status.tec - 1, 0);
    if (!holds(x.babbling, node)) {
      const auto sent = std::ranges::find(n.queue, x.frame, &Waiting::frame);
      if (sent != n.queue.end()) n.queue.erase(sent);
    }
    judge(node, t, out);
    out.push_back({.t = t, .kind = BusEvent::Kind::sent, .node = node, .frame = x.frame});
  }
  w.recessive_since = instant(end_of(x, x.wire.ack));
  w.free = after(end, 1000LL * kIntermission, 0);
  w.taken.back().to = instant(w.free);
  w.phase = Phase::closing;
  pause_senders(x, instant(w.free));
}

// ---- Errors ------------------------------------------------------------------------------------

void Bus::error(int node, BusError kind, int tec, int rec, const Frame& f, TimeNs t,
                std::vector<BusEvent>& out) {
  NodeStatus& s = at(node).status;
  ++s.errors;
  s.tec += tec;
  s.rec = std::min(s.rec + rec, kBusOffAbove);
  out.push_back({.t = t, .kind = BusEvent::Kind::error, .node = node, .frame = f, .error = kind});
  judge(node, t, out);
}

void Bus::judge(int node, TimeNs t, std::vector<BusEvent>& out) {
  Node& n = at(node);
  const ErrorState before = n.status.state;
  if (before == ErrorState::bus_off) return;
  const bool passive = n.status.tec > kPassiveAbove || n.status.rec > kPassiveAbove;
  n.status.state = n.status.tec > kBusOffAbove ? ErrorState::bus_off
                   : passive                   ? ErrorState::passive
                                               : ErrorState::active;
  if (n.status.state == before) return;
  if (n.status.state == ErrorState::bus_off && n.settings.recovers) {
    n.recessive_left = kRecoveries;
    n.recovers_from = t;
  }
  out.push_back({.t = t, .kind = BusEvent::Kind::state, .node = node, .state = n.status.state});
}

// Flag, delimiter, intermission.
void Bus::close(std::size_t wire, Instant flag_begins, int flag_bits) {
  Wire& w = wires_[wire];
  const Instant flag_ends = after(flag_begins, 1000LL * flag_bits, 0);
  w.recessive_since = instant(flag_ends);
  w.free = after(flag_ends, 1000LL * (kDelimiter + kIntermission), 0);
  w.taken.back().to = instant(w.free);
  w.phase = Phase::closing;
  pause_senders(w.now, instant(w.free));
}

void Bus::pause_senders(const Transmission& x, TimeNs t) {
  for (const int node : x.senders)
    if (at(node).status.state == ErrorState::passive) at(node).not_before = t + bits(kSuspension);
}

void Bus::restart(int node) {
  Node& n = at(node);
  if (n.status.state != ErrorState::bus_off || n.recessive_left > 0) return;
  n.recessive_left = kRecoveries;
  n.recovers_from = now_;
}

// ---- Faults from outside -----------------------------------------------------------------------

void Bus::babble(int node, const std::optional<Frame>& f) {
  at(node).babble.reset();
  if (f && is_valid(*f)) at(node).babble = Waiting{.frame = *f, .since = now_};
}

// A frame under way goes on where its sender is; on the other side it breaks off.
void Bus::cut(int first) {
  mend();
  Wire& near = wires_[0];
  Wire& far = wires_[1];
  far = {};
  far.free = near.free;
  far.recessive_since = near.recessive_since;
  for (int i = first; i < nodes(); ++i) at(i).wire = 1;
  if (near.phase == Phase::closing) far.phase = Phase::closing;
  if (near.phase != Phase::frame) return;
  Transmission& x = near.now;
  const std::size_t kept = at(x.senders.front()).wire;
  const auto apart = [&](int node) { return at(node).wire != kept; };
  for (const int node : x.senders)
    if (apart(node)) error(node, BusError::bit, kTecStep, 0, x.frame, now_, between_);
  for (const int node : x.receivers)
    if (apart(node)) error(node, BusError::stuff, 0, 1, x.frame, now_, between_);
  std::erase_if(x.senders, apart);
  std::erase_if(x.receivers, apart);
  far.taken.push_back({.from = now_});
  far.phase = Phase::frame;
  if (kept == 1) std::swap(far.now, near.now);
  // Six recessive bits are a stuff error there; then the flag.
  close(1 - kept, {.whole = now_}, 2 * kFlag);
}

void Bus::mend() {
  Wire& near = wires_[0];
  Wire& far = wires_[1];
  if (std::ranges::none_of(nodes_, [](const Node& n) { return n.wire == 1; })) return;
  for (Node& n : nodes_) n.wire = 0;
  const bool collide = near.phase == Phase::frame || far.phase == Phase::frame;
  std::vector<int> senders;
  for (const Wire& w : wires_) {
    if (w.phase != Phase::frame) continue;
    for (const int node : w.now.senders)
      error(node, BusError::bit, kTecStep, 0, w.now.frame, now_, between_);
    for (const int node : w.now.receivers)
      error(node, BusError::stuff, 0, 1, w.now.frame, now_, between_);
    senders.insert(senders.end(), w.now.senders.begin(), w.now.senders.end());
  }
  near.now.senders = senders;
  near.recessive_since = std::max(near.recessive_since, far.recessive_since);
  if (collide) {
    if (near.phase == Phase::idle) near.taken.push_back({.from = now_});
    close(0, {.whole = now_}, 2 * kFlag);
  } else if (far.phase == Phase::closing) {
    if (near.phase == Phase::idle) near.taken.push_back({.from = now_, .to = now_});
    near.phase = Phase::closing;
    if (instant(far.free) > instant(near.free)) near.free = far.free;
    near.taken.back().to = instant(near.free);
  }
  far = {};
}

// ---- Load --------------------------------------------------------------------------------------

TimeNs Bus::taken(const Wire& w, TimeNs from) const {
  TimeNs sum = 0;
  for (const Taken& x : w.taken)
    sum += std::max<TimeNs>(std::min(x.to, now_) - std::max(x.from, from), 0);
  return sum;
}
double Bus::load() const {
  if (now_ == 0) return 0.0;
  return static_cast<double>(wires_[0].taken_before + taken(wires_[0], 0)) /
         static_cast<double>(now_);
}
double Bus::load_lately() const {
  const TimeNs window = std::min(settings_.load_window, now_);
  if (window == 0) return 0.0;
  return static_cast<double>(taken(wires_[0], now_ - window)) / static_cast<double>(window);
}

}  // namespace evsim::can
