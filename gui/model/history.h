// Samples of all signals, the newest of them: a ring of bounded size. Values are kept in single precision,
// which a screen can't tell from double; times in double.
#pragma once

#include <cstddef>
#include <vector>

namespace evsim::gui {

// Samples of one signal by rising time, as they lie in the ring.
struct Series {
  const double* t = nullptr;  // [s]
  const float* y = nullptr;   // [SI]
  std::size_t first = 0, count = 0, capacity = 1;

  double time(std::size_t i) const { return t[(first + i) % capacity]; }
  double value(std::size_t i) const { return static_cast<double>(y[(first + i) % capacity]); }
  // Number of samples before t.
  std::size_t before(double at) const;
};

class History {
 public:
  History(std::size_t signals, std::size_t rows);

  // row: t, then all signals [SI]. A time at or before an older sample's forgets all from there on: the
  // simulation went back.
  void append(const double* row);
  void clear() { count_ = 0; }

  Series series(std::size_t signal) const;
  std::size_t size() const { return count_; }
  double newest() const;  // [s]; 0 where there is none
  std::size_t bytes() const;
  // A copy with room for no more than it has.
  History trimmed() const;

 private:
  std::size_t signals_, rows_, first_ = 0, count_ = 0;
  std::vector<double> t_;
  std::vector<float> y_;  // signal after signal
};

}  // namespace evsim::gui
