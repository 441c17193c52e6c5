// Time as a schedule of integer nanoseconds: ticks of sampled tasks, cycle knots, commands, recording.
//
//   tick k of a rate of num/den Hz:  t_k = offset + round(k 1e9 den / num),  half a nanosecond upwards
//
// by integers for every k alone, never accumulated: 8.8 kHz has no whole-nanosecond period and yet
// doesn't drift. Between two instants the plant takes the steps of mesh.h.
// The schedule is constant; where a run stands in it is a Position, plain data that is copied with
// the snapshot.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/base/time.h"

namespace evsim {

// The nearest [ns] of [s]. Throws std::invalid_argument beyond +-292 years and for NaN.
TimeNs to_ns(double seconds);

struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 1;
};

// The rate meant by a decimal number: 0.1 Hz is 1/10 Hz, 29.97 Hz is 2997/100 Hz.
// Throws std::invalid_argument where it takes terms above 2^32, and outside 0..1e9 Hz.
Rational rate_hz(double hz);

// offset + round(k 1e9 den / num) [ns], k >= 0; kNever beyond the range of TimeNs.
TimeNs tick_time(Rational rate, TimeNs offset, std::int64_t k);

// When the outputs of a task's run are seen by others: at the later of the run and the tick grid's
// instant k + ticks (a latching timer), plus a time (computation, transport).
struct Delay {
  Rational ticks{0, 1};  // 1: at the next tick; {5, 2}: in the middle between two
  TimeNs time = 0;       // [ns]
};

struct ScheduleEntry {
  enum class Role {
    point,   // a knot or a command: met before tasks
    task,    // samples, runs, latches
    record,  // met last, when the outputs have latched
  };
  enum class Trigger {
    periodic,  // by rate and offset
    listed,    // at `instants`
    named,     // first at `offset` (or the start, if later; or never), then as set_next() says
  };
  std::string name;  // unique
  Role role = Role::task;
  Trigger trigger = Trigger::periodic;
  Rational rate{};    // [Hz]; of a listed or named task only its rank, slow before fast
  TimeNs offset = 0;  // [ns], >= 0
  std::vector<TimeNs> instants{};  // [ns], in any order
  Delay delay{};                   // of a task's outputs
  TimeNs jitter_max = 0;           // a periodic task runs 0..jitter_max late; below its period [ns]
};

inline constexpr int kMaxEntries = 32;
inline constexpr int kMaxWaiting = 16;  // outputs of one task that have run but not latched

class Schedule {
 public:
  // Where a run stands. Entries stand in rank order: points, tasks from slow to fast, records.
  struct Position {
    struct Waiting {  // a ring, oldest first
      std::array<TimeNs, kMaxWaiting - 1> at;
      int first, count;
    };
    TimeNs now;       // the instant taken last, or the start
    TimeNs upcoming;  // the next one
    std::array<TimeNs, kMaxEntries> next;
    std::array<std::int64_t, kMaxEntries> tick;  // number of the next tick
    std::array<TimeNs, kMaxEntries> latch;       // when outputs latch next, or kNever
    std::array<Waiting, kMaxEntries> waiting;    // when those behind them will
  };

  // Who is met at an instant: one bit a rank.
  struct Instant {
    TimeNs t;
    std::uint32_t due;
    std::uint32_t latching;
  };

  // Throws std::invalid_argument, naming the entry, for more than kMaxEntries, equal names, rates and
  // times out of range, jitter of a period or more, delays above kMaxWaiting - 4 periods.
  explicit Schedule(std::vector<ScheduleEntry> entries, std::uint64_t seed = 0);

  // Before the first instant at or after `from`.
  Position start(TimeNs from = 0) const;

  // Takes the next instant: the plant must arrive at its t before it is visited. t is kNever when
  // there is none. Throws SimulationError when a named task has kMaxWaiting outputs waiting.
  Instant next(Position& p) const;

  // Calls, with the number of the entry as given to the constructor, and in the order that holds at
  // equal times:  point(i)...  sample(i)...  run(i)...  latch(i)...  record(i)...
  template <class Handler> void visit(const Instant& now, Handler&& handler) const;

  // Sets the next instant of a named entry, after p.now, or kNever. std::invalid_argument otherwise.
  void set_next(Position& p, int entry, TimeNs t) const;

  // Number of the tick that an entry met last; -1 before its first.
  std::int64_t tick(const Position& p, int entry) const { return p.tick[rank(entry)] - 1; }

  const std::vector<ScheduleEntry>& entries() const { return entries_; }

 private:
  std::size_t rank(int entry) const { return rank_of_[static_cast<std::size_t>(entry)]; }
  TimeNs grid_time(std::size_t entry, std::int64_t k, Rational shift) const;
  TimeNs run_time(std::size_t entry, std::int64_t k) const;
  TimeNs latch_time(std::size_t entry, std::int64_t k, TimeNs run) const;
  std::int64_t first_tick(std::size_t entry, TimeNs from) const;
  void meet(Position& p, std::size_t r) const;
  void add_latch(Position& p, std::size_t r) const;
  void drop_latch(Position& p, std::size_t r) const;
  std::uint32_t at(const std::array<TimeNs, kMaxEntries>& instants, TimeNs t) const;
  TimeNs earliest(const Position& p) const;
  void check(const ScheduleEntry& e) const;
  void rank_entries();

  std::vector<ScheduleEntry> entries_;
  std::vector<TimeNs> whole_period_;          // [ns], 0 where it isn't whole; by entry
  std::vector<std::uint32_t> jitter_stream_;  // by entry
  std::uint64_t seed_;
  std::array<std::uint8_t, kMaxEntries> entry_at_{};  // by rank
  std::array<std::uint8_t, kMaxEntries> rank_of_{};   // by entry
  std::uint32_t points_ = 0, tasks_ = 0, records_ = 0;
};
static_assert(std::is_trivially_copyable_v<Schedule::Position>);

template <class Call> void each_bit(std::uint32_t bits, Call&& call) {
  for (; bits != 0; bits &= bits - 1) call(static_cast<std::size_t>(std::countr_zero(bits)));
}

template <class Handler> void Schedule::visit(const Instant& now, Handler&& handler) const {
  const auto each = [this](std::uint32_t ranks, auto&& call) {
    each_bit(ranks, [&](std::size_t r) { call(static_cast<int>(entry_at_[r])); });
  };
  each(now.due & points_, [&](int i) { handler.point(i); });
  each(now.due & tasks_, [&](int i) { handler.sample(i); });
  each(now.due & tasks_, [&](int i) { handler.run(i); });
  each(now.latching, [&](int i) { handler.latch(i); });
  each(now.due & records_, [&](int i) { handler.record(i); });
}

}  // namespace evsim
