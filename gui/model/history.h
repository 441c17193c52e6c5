// Samples of all signals: the newest in full, those before them as least and most of buckets of time, which
// are wider the further back they reach. Of bounded size. Values are kept in single precision, which a
// screen can't tell from double; times in double.
#pragma once

#include <cstddef>
#include <vector>

#include "gui/model/pyramid.h"

namespace evsim::gui {

// Samples of one signal by rising time, as they lie in the ring.
struct Series {
  const double* t = nullptr;  // [s]
  const float* y = nullptr;   // [SI]
  std::size_t first = 0, count = 0, capacity = 1;

  std::size_t slot(std::size_t i) const {
    const std::size_t at = first + i;
    return at < capacity ? at : at - capacity;
  }
  double time(std::size_t i) const { return t[slot(i)]; }
  double value(std::size_t i) const { return static_cast<double>(y[slot(i)]); }
  // Number of samples before t.
  std::size_t before(double at) const;
};

class History {
 public:
  // Of the levels of buckets: their width [s].
  static constexpr double kWidths[] = {0.0625, 0.25, 1.0, 4.0};
  static constexpr std::size_t kBuckets = 8192;  // of each: the widest reach nine hours back

  History(std::size_t signals, std::size_t rows);

  // row: t, then all signals [SI]. A time at or before an older sample's forgets all from there on: the
  // simulation went back.
  void append(const double* row);
  void clear();

  Series series(std::size_t signal) const;
  const std::vector<Level>& levels() const { return levels_; }  // from the narrowest
  std::size_t signals() const { return signals_; }
  std::size_t size() const { return count_; }
  double newest() const;  // [s]; 0 where there is none
  double oldest() const;  // of samples and buckets [s]; 0 where there is none
  std::size_t bytes() const;
  // A copy with room for no more than it has.
  History trimmed() const;

 private:
  void forget(double t);

  std::size_t signals_, rows_, first_ = 0, count_ = 0;
  std::vector<double> t_;
  std::vector<float> y_;  // signal after signal
  std::vector<Level> levels_;
};

}  // namespace evsim::gui
