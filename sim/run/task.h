// A sampled task between the instants that Schedule gives it: inputs are held from its sampling
// instant, outputs reach the others when they latch. Nothing else passes between it and the plant.
// Plain data, so that a snapshot is a copy.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "sim/run/schedule.h"

namespace evsim {

// Outputs on their way, oldest first; Schedule keeps their number within the capacity.
template <class Out> struct DelayLine {
  std::array<Out, static_cast<std::size_t>(kMaxWaiting)> waiting{};
  int first = 0;
  int count = 0;

  void push(const Out& out) {
    waiting[static_cast<std::size_t>((first + count) % kMaxWaiting)] = out;
    ++count;
  }
  Out pop() {
    const Out out = waiting[static_cast<std::size_t>(first)];
    first = (first + 1) % kMaxWaiting;
    --count;
    return out;
  }
};

template <class In, class Out, class State> struct Task {
  static_assert(std::is_trivially_copyable_v<In> && std::is_trivially_copyable_v<Out> &&
                std::is_trivially_copyable_v<State>);
  In in{};        // as sampled
  State state{};  // of the control law
  Out out{};      // as seen by others; initially what they see before the first latch
  DelayLine<Out> delayed{};

  void sample(const In& now) { in = now; }
  // step: Out(State&, const In&)
  template <class Step> void run(Step&& step) { delayed.push(step(state, in)); }
  void latch() { out = delayed.pop(); }
};

}  // namespace evsim
