#include "gui/model/history.h"

namespace evsim::gui {

std::size_t Series::before(double at) const {
  std::size_t low = 0, high = count;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (time(middle) < at)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

History::History(std::size_t signals, std::size_t rows)
    : signals_(signals), rows_(rows), t_(rows), y_(signals * rows) {}

void History::append(const double* row) {
  if (count_ > 0 && row[0] <= newest()) count_ = series(0).before(row[0]);
  if (count_ == rows_) {
    first_ = first_ + 1 == rows_ ? 0 : first_ + 1;
    --count_;
  }
  const std::size_t at = (first_ + count_) % rows_;
  t_[at] = row[0];
  for (std::size_t k = 0; k < signals_; ++k) y_[k * rows_ + at] = static_cast<float>(row[k + 1]);
  ++count_;
}

Series History::series(std::size_t signal) const {
  return {.t = t_.data(),
          .y = y_.data() + signal * rows_,
          .first = first_,
          .count = count_,
          .capacity = rows_};
}

double History::newest() const { return count_ == 0 ? 0.0 : t_[(first_ + count_ - 1) % rows_]; }

History History::trimmed() const {
  History out(signals_, std::max<std::size_t>(count_, 1));
  out.count_ = count_;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::size_t at = (first_ + i) % rows_;
    out.t_[i] = t_[at];
    for (std::size_t s = 0; s < signals_; ++s) out.y_[s * out.rows_ + i] = y_[s * rows_ + at];
  }
  return out;
}

std::size_t History::bytes() const {
  return t_.size() * sizeof(double) + y_.size() * sizeof(float);
}

}  // namespace evsim::gui
