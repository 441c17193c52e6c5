// The newest value from one thread to another: the writer never waits, the reader gets whole values only.
// Three slots: the writer's, the reader's, and the newest between them, which both swap for their own.
#pragma once

#include <array>
#include <atomic>

namespace evsim::live {

template <class X> class TripleBuffer {
 public:
  // Of the writer: its own slot; what stands there is an older value. Then publish().
  X& back() { return slots_[back_]; }
  void publish() { back_ = middle_.exchange(back_ | kFresh, std::memory_order_acq_rel) & kIndex; }

  // Of the reader: true when there is a newer value than the last one.
  bool fetch() {
    if ((middle_.load(std::memory_order_relaxed) & kFresh) == 0) return false;
    front_ = middle_.exchange(front_, std::memory_order_acq_rel) & kIndex;
    return true;
  }
  const X& front() const { return slots_[front_]; }

 private:
  static constexpr unsigned kFresh = 4, kIndex = 3;
  std::array<X, 3> slots_{};
  unsigned back_ = 0, front_ = 1;
  alignas(64) std::atomic<unsigned> middle_ = 2;
};

}  // namespace evsim::live
