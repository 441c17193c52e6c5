#include "gui/model/history.h"

#include <algorithm>

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
    : signals_(signals), rows_(rows), t_(rows), y_(signals * rows) {
  for (const double width : kWidths) levels_.emplace_back(signals, kBuckets, width);
}

void History::clear() {
  count_ = 0;
  for (Level& l : levels_) l.clear();
}

void History::forget(double t) {
  count_ = series(0).before(t);
  std::vector<Series> left;
  for (std::size_t k = 0; k < signals_; ++k) left.push_back(series(k));
  for (Level& l : levels_) l.forget(t, left);
}

void History::append(const double* row) {
  if (count_ > 0 && row[0] <= newest()) forget(row[0]);
  if (count_ == rows_) {
    first_ = first_ + 1 == rows_ ? 0 : first_ + 1;
    --count_;
  }
  const std::size_t at = series(0).slot(count_);
  t_[at] = row[0];
  for (std::size_t k = 0; k < signals_; ++k) y_[k * rows_ + at] = static_cast<float>(row[k + 1]);
  ++count_;
  for (Level& l : levels_) l.append(row[0], row + 1);
}

Series History::series(std::size_t signal) const {
  return {.t = t_.data(),
          .y = y_.data() + signal * rows_,
          .first = first_,
          .count = count_,
          .capacity = rows_};
}

double History::newest() const { return count_ == 0 ? 0.0 : t_[series(0).slot(count_ - 1)]; }

double History::oldest() const {
  if (count_ == 0) return 0.0;
  double t = t_[first_];
  for (const Level& l : levels_)
    if (l.size() > 0) t = std::min(t, std::max(static_cast<double>(l.number(0)) * l.width(), 0.0));
  return t;
}
History History::trimmed() const {
  History out(signals_, std::max<std::size_t>(count_, 1));
  std::vector<double> row(signals_ + 1);
  for (std::size_t i = 0; i < count_; ++i) {
    const std::size_t at = (first_ + i) % rows_;
    row[0] = t_[at];
    for (std::size_t s = 0; s < signals_; ++s) row[s + 1] = static_cast<double>(y_[s * rows_ + at]);
    out.append(row.data());
  }
  return out;
}

std::size_t History::bytes() const {
  std::size_t out = t_.size() * sizeof(double) + y_.size() * sizeof(float);
  for (const Level& l : levels_) out += l.bytes();
  return out;
}

}  // namespace evsim::gui
