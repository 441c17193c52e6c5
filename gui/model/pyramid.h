// Least and most of all signals in buckets of time: a level is a ring of buckets of one width, which begin at
// multiples of it, so that what was drawn once stays as it is. Wider buckets reach further back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace evsim::gui {

struct Series;

// The two extremes in the order in which they came; NaN: none was a number.
struct Extremes {
  float first, second;

  void add(float y);
  void add(const Extremes& e) {
    add(e.first);
    add(e.second);
  }
};

class Level {
 public:
  Level(std::size_t signals, std::size_t buckets, double width);

  void append(double t, const double* values);
  // What comes at `t` or later; the bucket that `t` lies in is made again from the samples that are left of it.
  void forget(double t, const std::vector<Series>& samples);
  void clear() { count_ = 0; }

  double width() const { return width_; }  // [s]
  std::size_t size() const { return count_; }
  std::int64_t number(std::size_t i) const {
    return numbers_[slot(i)];
  }  // it begins at number * width
  const Extremes& at(std::size_t signal, std::size_t i) const {
    return extremes_[signal * capacity_ + slot(i)];
  }
  // Buckets that begin before t.
  std::size_t before(double t) const;
  std::size_t bytes() const;

 private:
  std::size_t slot(std::size_t i) const {
    const std::size_t at = first_ + i;
    return at < capacity_ ? at : at - capacity_;
  }
  std::size_t begin_bucket(std::int64_t number);

  double width_;
  std::size_t signals_, capacity_, first_ = 0, count_ = 0;
  std::vector<std::int64_t> numbers_;
  std::vector<Extremes> extremes_;  // signal after signal
};

}  // namespace evsim::gui
