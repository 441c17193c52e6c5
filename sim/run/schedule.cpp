#include "sim/run/schedule.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "sim/base/errors.h"
#include "sim/base/noise.h"

namespace evsim {
namespace {

__extension__ using Wide = __int128;  // k 1e9 den passes 64 bits within hours

using Role = ScheduleEntry::Role;
using Trigger = ScheduleEntry::Trigger;

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr TimeNs kLatest = kNever / 4;          // 73 years: sums of times stay in range
constexpr std::int64_t kLargest = 1LL << 32;    // of a rate's terms: products stay within 127 bits
constexpr int kLongestDelay = kMaxWaiting - 4;  // [periods]

constexpr bool positive(Rational q) {
  return q.num > 0 && q.den > 0 && q.num <= kLargest && q.den <= kLargest;
}

// a / b to the nearest, halves upwards; a >= 0, b > 0.
constexpr Wide divide_rounded(Wide a, Wide b) { return (2 * a + b) / (2 * b); }

// offset + round((k + shift) 1e9 den / num).
TimeNs shifted_tick_time(Rational rate, TimeNs offset, std::int64_t k, Rational shift) {
  const Wide ticks = static_cast<Wide>(k) * shift.den + shift.num;  // in 1/shift.den
  const Wide t = offset + divide_rounded(ticks * kNsPerSecond * rate.den,
                                         static_cast<Wide>(rate.num) * shift.den);
  return t < kNever ? static_cast<TimeNs>(t) : kNever;
}

// The shortest distance of two ticks.
TimeNs shortest_period(Rational rate) {
  return static_cast<TimeNs>(static_cast<Wide>(kNsPerSecond) * rate.den / rate.num);
}

// The period when it is a whole number, else 0.
TimeNs whole_period(const ScheduleEntry& e) {
  if (e.trigger != Trigger::periodic) return 0;
  return static_cast<Wide>(kNsPerSecond) * e.rate.den % e.rate.num == 0 ? shortest_period(e.rate)
                                                                        : 0;
}

// Random stream of a task, by its name: other entries don't change it. FNV-1a.
std::uint32_t jitter_stream(std::string_view task) {
  std::uint32_t h = 0x811c9dc5U;
  for (const std::string_view part : {std::string_view("jitter of "), task})
    for (const char c : part) h = (h ^ static_cast<unsigned char>(c)) * 0x01000193U;
  return h;
}

// Uniform in 0..max [ns].
TimeNs jitter(std::uint64_t seed, std::uint32_t stream, std::int64_t tick, TimeNs max) {
  const double choices = static_cast<double>(max) + 1.0;
  return std::min(max, static_cast<TimeNs>(noise::uniform(seed, stream, tick) * choices));
}

[[noreturn]] void refuse(const ScheduleEntry& e, const std::string& what) {
  throw std::invalid_argument("schedule: " + e.name + ": " + what);
}

// Up to 73 years.
constexpr bool in_range(TimeNs t) { return t >= 0 && t <= kLatest; }

void check_instants(const ScheduleEntry& e) {
  const bool periodic = e.trigger == Trigger::periodic;
  const bool no_rate = !periodic && e.rate.num == 0 && e.rate.den == 1;
  if (!positive(e.rate) && !no_rate) refuse(e, "its rate must be positive, with terms up to 2^32");
  if (periodic && shortest_period(e.rate) < 1) refuse(e, "its rate must not exceed 1e9 Hz");
  const bool never = e.trigger == Trigger::named && e.offset == kNever;
  if (!never && !in_range(e.offset)) refuse(e, "its offset must be 0 ns to 73 years");
  if (!std::ranges::all_of(e.instants, in_range))
    refuse(e, "its instants must be 0 ns to 73 years");
}

// Jitter must not reorder ticks; outputs on their way must fit the delay line.
void check_delay(const ScheduleEntry& e) {
  const Rational ticks = e.delay.ticks;
  if (!in_range(e.delay.time)) refuse(e, "its delay must be 0 ns to 73 years");
  if (e.trigger != Trigger::periodic) {
    if (ticks.num != 0 || e.jitter_max != 0)
      refuse(e, "only a periodic task can have jitter and a delay in ticks");
    return;
  }
  const TimeNs period = shortest_period(e.rate);
  if (e.jitter_max < 0 || e.jitter_max >= period)
    refuse(e, "its jitter must be 0 or more and below its period");
  if (ticks.num < 0 || ticks.den < 1 || ticks.den > 1000)
    refuse(e, "its delay in ticks must be a fraction of 0 or more");
  // The others: two fractions, the output just run, the one about to latch.
  if ((e.delay.time + e.jitter_max) / period + ticks.num / ticks.den > kLongestDelay)
    refuse(e, "its delay must be at most " + std::to_string(kLongestDelay) + " periods");
}

// Slow before fast; without a rate first.
bool slower(Rational a, Rational b) {
  return static_cast<Wide>(a.num) * b.den < static_cast<Wide>(b.num) * a.den;
}

}  // namespace

TimeNs to_ns(double seconds) {
  const double ns = seconds * 1e9;
  if (!(std::abs(ns) < 9.2e18)) throw std::invalid_argument("a time is beyond what a run can hold");
  return std::llround(ns);
}

Rational rate_hz(double hz) {
  if (hz > 0.0 && hz <= 1e9) {
    for (std::int64_t den = 1; den <= kNsPerSecond; den *= 10) {
      const std::int64_t num = std::llround(hz * static_cast<double>(den));
      if (num > kLargest) break;
      if (static_cast<double>(num) / static_cast<double>(den) != hz) continue;
      const std::int64_t common = std::gcd(num, den);
      return {num / common, den / common};
    }
  }
  throw std::invalid_argument(
      "a rate must be a fraction of whole numbers up to 2^32, above 0, up to 1e9 Hz");
}

TimeNs tick_time(Rational rate, TimeNs offset, std::int64_t k) {
  return shifted_tick_time(rate, offset, k, {0, 1});
}

// ---- Building ---------------------------------------------------------------------------------

Schedule::Schedule(std::vector<ScheduleEntry> entries, std::uint64_t seed)
    : entries_(std::move(entries)), seed_(seed) {
  if (entries_.size() > static_cast<std::size_t>(kMaxEntries))
    throw std::invalid_argument("schedule: more than " + std::to_string(kMaxEntries) + " entries");
  for (ScheduleEntry& e : entries_) {
    check(e);
    std::ranges::sort(e.instants);
    e.instants.erase(std::ranges::unique(e.instants).begin(), e.instants.end());
    whole_period_.push_back(whole_period(e));
    jitter_stream_.push_back(jitter_stream(e.name));
  }
  rank_entries();
}

void Schedule::check(const ScheduleEntry& e) const {
  if (std::ranges::count(entries_, e.name, &ScheduleEntry::name) > 1)
    refuse(e, "its name is not unique");
  check_instants(e);
  if (e.role == Role::task) {
    check_delay(e);
  } else if (e.jitter_max != 0 || e.delay.time != 0 || e.delay.ticks.num != 0) {
    refuse(e, "only a task can have jitter and a delay");
  }
}

void Schedule::rank_entries() {
  std::vector<std::size_t> order(entries_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [this](std::size_t a, std::size_t b) {
    const ScheduleEntry &x = entries_[a], &y = entries_[b];
    if (x.role != y.role) return x.role < y.role;
    return x.role == Role::task && slower(x.rate, y.rate);
  });
  for (std::size_t r = 0; r < order.size(); ++r) {
    entry_at_[r] = static_cast<std::uint8_t>(order[r]);
    rank_of_[order[r]] = static_cast<std::uint8_t>(r);
    const Role role = entries_[order[r]].role;
    (role == Role::point ? points_ : role == Role::task ? tasks_ : records_) |= 1U << r;
  }
}

// ---- Instants of one entry --------------------------------------------------------------------

// When tick k is met; named entries are asked for k = 0 only.
TimeNs Schedule::run_time(std::size_t entry, std::int64_t k) const {
  const ScheduleEntry& e = entries_[entry];
  if (e.trigger == Trigger::named) return e.offset;
  if (e.trigger == Trigger::listed)
    return k < std::ssize(e.instants) ? e.instants[static_cast<std::size_t>(k)] : kNever;
  const TimeNs t = grid_time(entry, k, {0, 1});
  if (e.jitter_max == 0 || t > kLatest) return t;
  return t + jitter(seed_, jitter_stream_[entry], k, e.jitter_max);
}

// When the outputs of tick k latch, which ran at `run`.
TimeNs Schedule::latch_time(std::size_t entry, std::int64_t k, TimeNs run) const {
  const ScheduleEntry& e = entries_[entry];
  if (e.delay.ticks.num == 0) return run + e.delay.time;
  return std::max(run, grid_time(entry, k, e.delay.ticks)) + e.delay.time;
}

// The instant of k + shift on the grid of a periodic entry. Whole periods do without wide
// division, which took a quarter of the schedule's time.
TimeNs Schedule::grid_time(std::size_t entry, std::int64_t k, Rational shift) const {
  const ScheduleEntry& e = entries_[entry];
  const TimeNs period = whole_period_[entry];
  if (period > 0 && shift.den == 1) return e.offset + (k + shift.num) * period;
  return shifted_tick_time(e.rate, e.offset, k, shift);
}

// The first tick at or after `from`.
std::int64_t Schedule::first_tick(std::size_t entry, TimeNs from) const {
  const ScheduleEntry& e = entries_[entry];
  std::int64_t k = 0;
  if (e.trigger == Trigger::periodic && from > e.offset) {
    const Wide below = static_cast<Wide>(from - e.offset) * e.rate.num /
                       (static_cast<Wide>(kNsPerSecond) * e.rate.den);
    k = std::max<std::int64_t>(0, static_cast<std::int64_t>(below) - 1);  // jitter: a tick earlier
  }
  while (run_time(entry, k) < from) ++k;
  return k;
}

// ---- Going through them -----------------------------------------------------------------------

Schedule::Position Schedule::start(TimeNs from) const {
  if (from < 0 || from > kLatest) throw std::invalid_argument("a start must be 0 ns to 73 years");
  Position p{};
  p.now = from;
  p.next.fill(kNever);
  p.latch.fill(kNever);
  for (std::size_t r = 0; r < entries_.size(); ++r) {
    const std::size_t i = entry_at_[r];
    const bool named = entries_[i].trigger == Trigger::named;
    p.tick[r] = named ? 0 : first_tick(i, from);
    p.next[r] = named ? std::max(from, entries_[i].offset) : run_time(i, p.tick[r]);
  }
  p.upcoming = earliest(p);
  return p;
}

Schedule::Instant Schedule::next(Position& p) const {
  const TimeNs t = p.upcoming;
  if (t == kNever) return {.t = kNever, .due = 0, .latching = 0};
  p.now = t;
  const std::uint32_t due = at(p.next, t);
  each_bit(due, [&](std::size_t r) { meet(p, r); });
  const std::uint32_t latching = at(p.latch, t);  // with those that run now and have no delay
  each_bit(latching, [&](std::size_t r) { drop_latch(p, r); });
  p.upcoming = earliest(p);
  return {t, due, latching};
}

// The ranks whose instant is t.
std::uint32_t Schedule::at(const std::array<TimeNs, kMaxEntries>& instants, TimeNs t) const {
  std::uint32_t ranks = 0;
  for (std::size_t r = 0; r < entries_.size(); ++r)
    ranks |= static_cast<std::uint32_t>(instants[r] == t) << r;
  return ranks;
}

TimeNs Schedule::earliest(const Position& p) const {
  TimeNs t = kNever;
  for (std::size_t r = 0; r < entries_.size(); ++r)
    t = std::min(t, std::min(p.next[r], p.latch[r]));
  return t;
}

// An entry is due at p.now: its outputs will latch, its next tick comes.
void Schedule::meet(Position& p, std::size_t r) const {
  const std::size_t i = entry_at_[r];
  if (entries_[i].role == Role::task) add_latch(p, r);
  ++p.tick[r];
  p.next[r] = entries_[i].trigger == Trigger::named ? kNever : run_time(i, p.tick[r]);
}

void Schedule::add_latch(Position& p, std::size_t r) const {
  const std::size_t i = entry_at_[r];
  const TimeNs t = latch_time(i, p.tick[r], p.now);
  if (p.latch[r] == kNever) {
    p.latch[r] = t;
    return;
  }
  Position::Waiting& later = p.waiting[r];
  if (later.count == kMaxWaiting - 1)
    throw SimulationError("at t = " + std::to_string(p.now) + " ns: " + entries_[i].name + " has " +
                          std::to_string(kMaxWaiting) + " outputs waiting for their delay");
  later.at[static_cast<std::size_t>((later.first + later.count) % (kMaxWaiting - 1))] = t;
  ++later.count;
}

void Schedule::drop_latch(Position& p, std::size_t r) const {
  Position::Waiting& later = p.waiting[r];
  p.latch[r] = later.count > 0 ? later.at[static_cast<std::size_t>(later.first)] : kNever;
  if (later.count == 0) return;
  later.first = (later.first + 1) % (kMaxWaiting - 1);
  --later.count;
}

void Schedule::set_next(Position& p, int entry, TimeNs t) const {
  const ScheduleEntry& e = entries_[static_cast<std::size_t>(entry)];
  if (e.trigger != Trigger::named) refuse(e, "only a named entry can name its next instant");
  if (t <= p.now || (t > kLatest && t != kNever))
    refuse(e, "its next instant must be later than now");
  p.next[rank(entry)] = t;
  p.upcoming = earliest(p);
}

}  // namespace evsim
