#include "gui/model/trigger.h"

#include <algorithm>

namespace evsim::gui {

ShownRecord::ShownRecord(live::Record data) : data_(std::move(data)) {
  const std::size_t rows = data_.rows(), width = data_.width();
  t_.resize(rows);
  y_.resize(rows * data_.signals.size());
  for (std::size_t r = 0; r < rows; ++r) {
    t_[r] = data_.numbers[r * width] - data_.t;
    for (std::size_t k = 0; k + 1 < width; ++k)
      y_[k * rows + r] = static_cast<float>(data_.numbers[r * width + k + 1]);
  }
}

std::optional<Series> ShownRecord::series(std::size_t signal) const {
  const auto it = std::ranges::find(data_.signals, signal);
  if (it == data_.signals.end() || t_.empty()) return {};
  const auto k = static_cast<std::size_t>(it - data_.signals.begin());
  return Series{.t = t_.data(),
                .y = y_.data() + k * t_.size(),
                .first = 0,
                .count = t_.size(),
                .capacity = t_.size()};
}

void Trigger::keep(live::Record r) {
  const bool newest = records.empty() || shown + 1 == records.size();
  records.emplace_back(std::move(r));
  if (records.size() > kKept) {
    records.pop_front();
    if (shown > 0) --shown;
  }
  if (newest) shown = records.size() - 1;
}

}  // namespace evsim::gui
