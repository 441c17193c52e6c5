// A ring from one thread to another that makes neither wait: one produces, one consumes.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace evsim::live {

template <class X> class Ring {
 public:
  explicit Ring(std::size_t capacity) : slots_(capacity + 1) {}

  // Of the producer: false when it is full.
  bool push(X x) {
    const std::size_t at = end_.load(std::memory_order_relaxed), next = after(at);
    if (next == begin_.load(std::memory_order_acquire)) return false;
    slots_[at] = std::move(x);
    end_.store(next, std::memory_order_release);
    return true;
  }

  // Of the consumer: nothing when it is empty.
  std::optional<X> pop() {
    const std::size_t at = begin_.load(std::memory_order_relaxed);
    if (at == end_.load(std::memory_order_acquire)) return {};
    std::optional<X> x(std::move(slots_[at]));
    begin_.store(after(at), std::memory_order_release);
    return x;
  }
  // take(x) for each that is there, and for those that come meanwhile.
  template <class Take> void drain(Take&& take) {
    std::size_t at = begin_.load(std::memory_order_relaxed);
    while (at != end_.load(std::memory_order_acquire)) {
      const X x = std::move(slots_[at]);
      at = after(at);
      begin_.store(at, std::memory_order_release);
      take(x);
    }
  }

 private:
  std::size_t after(std::size_t at) const { return at + 1 == slots_.size() ? 0 : at + 1; }

  std::vector<X> slots_;  // one stays empty
  alignas(64) std::atomic<std::size_t> begin_ = 0;
  alignas(64) std::atomic<std::size_t> end_ = 0;
};

// The same for rows of numbers, all of one width; nothing is allocated on the way.
class RowRing {
 public:
  RowRing(std::size_t rows, std::size_t width)
      : width_(width), rows_(rows + 1), numbers_(rows_ * width) {}

  // Of the producer: where the next row is to be written, nullptr when the ring is full; then commit().
  double* next() {
    const std::size_t at = end_.load(std::memory_order_relaxed);
    return after(at) == begin_.load(std::memory_order_acquire) ? nullptr : row(at);
  }
  void commit() {
    end_.store(after(end_.load(std::memory_order_relaxed)), std::memory_order_release);
  }

  // Of the consumer: take(row) for each row that is there.
  template <class Take> void drain(Take&& take) {
    std::size_t at = begin_.load(std::memory_order_relaxed);
    const std::size_t end = end_.load(std::memory_order_acquire);
    while (at != end) {
      take(static_cast<const double*>(row(at)));
      at = after(at);
      begin_.store(at, std::memory_order_release);
    }
  }

  std::size_t width() const { return width_; }

 private:
  std::size_t after(std::size_t at) const { return at + 1 == rows_ ? 0 : at + 1; }
  double* row(std::size_t at) { return numbers_.data() + at * width_; }

  std::size_t width_, rows_;
  std::vector<double> numbers_;
  alignas(64) std::atomic<std::size_t> begin_ = 0;
  alignas(64) std::atomic<std::size_t> end_ = 0;
};

}  // namespace evsim::live
