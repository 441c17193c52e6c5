#include "gui/model/pyramid.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gui/model/history.h"

namespace evsim::gui {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

}  // namespace

void Extremes::add(float y) {
  if (!std::isfinite(y)) return;
  if (std::isnan(first)) {
    first = second = y;
    return;
  }
  const float least = std::min(first, second), most = std::max(first, second);
  if (y < least) {
    first = most;
    second = y;
  } else if (y > most) {
    first = least;
    second = y;
  }
}

Level::Level(std::size_t signals, std::size_t buckets, double width)
    : width_(width),
      signals_(signals),
      capacity_(buckets),
      numbers_(buckets),
      extremes_(signals * buckets) {}

// Its place among the numbers.
std::size_t Level::begin_bucket(std::int64_t number) {
  if (count_ == capacity_) {
    first_ = slot(1);
    --count_;
  }
  const std::size_t at = slot(count_++);
  numbers_[at] = number;
  for (std::size_t k = 0; k < signals_; ++k) extremes_[k * capacity_ + at] = {kNone, kNone};
  return at;
}

void Level::append(double t, const double* values) {
  const auto number = static_cast<std::int64_t>(std::floor(t / width_));
  const bool goes_on = count_ > 0 && this->number(count_ - 1) == number;
  const std::size_t at = goes_on ? slot(count_ - 1) : begin_bucket(number);
  for (std::size_t k = 0; k < signals_; ++k)
    extremes_[k * capacity_ + at].add(static_cast<float>(values[k]));
}

void Level::forget(double t, const std::vector<Series>& samples) {
  count_ = before(t);
  if (count_ == 0 || samples.empty()) return;
  const std::int64_t last = number(count_ - 1);
  const double begin = static_cast<double>(last) * width_;
  if (begin + width_ <= t) return;
  --count_;
  const std::size_t from = samples.front().before(begin), to = samples.front().before(t);
  if (from == to) return;
  const std::size_t at = begin_bucket(last);
  for (std::size_t k = 0; k < signals_; ++k)
    for (std::size_t i = from; i < to; ++i)
      extremes_[k * capacity_ + at].add(static_cast<float>(samples[k].value(i)));
}

std::size_t Level::before(double t) const {
  std::size_t low = 0, high = count_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (static_cast<double>(number(middle)) * width_ < t)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

std::size_t Level::bytes() const {
  return numbers_.size() * sizeof(std::int64_t) + extremes_.size() * sizeof(Extremes);
}

}  // namespace evsim::gui
