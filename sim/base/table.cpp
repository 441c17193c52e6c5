#include "sim/base/table.h"

#include <cmath>
#include <stdexcept>

namespace evsim {
namespace {

void require_finite(const std::vector<double>& values) {
  for (const double v : values)
    if (!std::isfinite(v)) throw std::invalid_argument("table values must be finite");
}

}  // namespace

TableAxis::TableAxis(std::vector<double> knots) : knots_(std::move(knots)) {
  if (knots_.size() < 2) throw std::invalid_argument("a table axis needs at least 2 values");
  require_finite(knots_);
  const std::size_t cells = knots_.size() - 1;
  double narrowest = knots_[1] - knots_[0];
  for (std::size_t i = 0; i < cells; ++i) {
    const double width = knots_[i + 1] - knots_[i];
    if (!(width > 0.0)) throw std::invalid_argument("a table axis must increase strictly");
    inverse_width_.push_back(1.0 / width);
    narrowest = width < narrowest ? width : narrowest;
  }

  const double span = knots_.back() - knots_.front();
  if (!std::isfinite(span)) throw std::invalid_argument("a table axis spans too much");
  const double even = span / static_cast<double>(cells);
  bool uniform = true;
  for (std::size_t i = 0; i < knots_.size(); ++i)
    uniform = uniform && abs(knots_[i] - (knots_.front() + static_cast<double>(i) * even)) <=
                             1e-12 * span;  // far above rounding, far below any real step

  constexpr double kMostBuckets = 4096;
  const double wanted = uniform ? static_cast<double>(cells) : std::ceil(span / narrowest);
  const auto buckets =
      static_cast<std::size_t>(wanted < kMostBuckets || uniform ? wanted : kMostBuckets);
  inverse_bucket_ = static_cast<double>(buckets) / span;
  int i = 0;
  for (std::size_t b = 0; b < buckets; ++b) {
    if (uniform) {
      i = static_cast<int>(b);
    } else {
      const double begin = knots_.front() + static_cast<double>(b) / inverse_bucket_;
      while (i + 1 < static_cast<int>(cells) && begin >= knots_[static_cast<std::size_t>(i) + 1])
        ++i;
    }
    bucket_.push_back(i);
  }
}

Table1Data::Table1Data(std::vector<double> x, std::vector<double> y, Edge edge)
    : axis_(std::move(x)), values_(std::move(y)), edge_(edge) {
  require_finite(values_);
  if (values_.size() != axis_.knots().size())
    throw std::invalid_argument("a table needs one value a knot");
  double integral = 0.0;
  for (int i = 0; i < axis_.cells(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    const double width = axis_.knots()[k + 1] - axis_.knots()[k];
    cells_.push_back({.x = axis_.knots()[k],
                      .y = values_[k],
                      .slope = (values_[k + 1] - values_[k]) / width,
                      .integral = integral});
    integral += 0.5 * (values_[k] + values_[k + 1]) * width;
  }
}

Table2Data::Table2Data(std::vector<double> x, std::vector<double> y, std::vector<double> z,
                       Edge edge)
    : x_(std::move(x)), y_(std::move(y)), values_(std::move(z)), edge_(edge) {
  require_finite(values_);
  const std::size_t columns = y_.knots().size();
  if (values_.size() != x_.knots().size() * columns)
    throw std::invalid_argument("a table needs one value a knot");
  for (std::size_t i = 0; i + 1 < x_.knots().size(); ++i)
    for (std::size_t j = 0; j + 1 < columns; ++j) {
      const double z00 = values_[i * columns + j], z01 = values_[i * columns + j + 1];
      const double z10 = values_[(i + 1) * columns + j], z11 = values_[(i + 1) * columns + j + 1];
      cells_.push_back({z00, z10 - z00, z01 - z00, z11 - z10 - z01 + z00});
    }
}

}  // namespace evsim
