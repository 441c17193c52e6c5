// How often a time was how long. Bins grow by a fourth root of two each, from 1 us to about 1000 s.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace evsim {

class Histogram {
 public:
  static constexpr std::size_t kBins = 121;

  // [s]; what is less than the first bin's end is in it, what is more than the last's in that.
  void add(double x) {
    const auto& e = ends();
    const auto at = static_cast<std::size_t>(std::upper_bound(e.begin(), e.end(), x) - e.begin());
    ++counts_[at < kBins ? at : kBins - 1];
    ++n_;
    sum_ += x;
    if (n_ == 1 || x > max_) max_ = x;
  }

  std::int64_t count() const { return n_; }
  std::int64_t count(std::size_t bin) const { return counts_[bin]; }
  double max() const { return max_; }
  double mean() const { return n_ > 0 ? sum_ / static_cast<double>(n_) : 0.0; }
  // What such a share of all stayed below: the end of a bin, the longest at most; 0 where there are none.
  double quantile(double share) const {
    std::int64_t seen = 0;
    for (std::size_t k = 0; k < kBins; ++k) {
      seen += counts_[k];
      if (seen > 0 && static_cast<double>(seen) >= share * static_cast<double>(n_))
        return end(k) < max_ ? end(k) : max_;
    }
    return max_;
  }
  // Where a bin ends [s].
  static double end(std::size_t bin) { return ends()[bin]; }

 private:
  static const std::array<double, kBins>& ends() {
    static const std::array<double, kBins> all = [] {
      std::array<double, kBins> out{};
      double octave = 1e-6;
      for (std::size_t k = 0; k < kBins; ++k) {
        constexpr double kSteps[] = {1.0, 1.189207115002721, 1.4142135623730951,
                                     1.6817928305074292};
        out[k] = octave * kSteps[k % 4];
        if (k % 4 == 3) octave *= 2.0;
      }
      return out;
    }();
    return all;
  }

  std::array<std::int64_t, kBins> counts_{};
  std::int64_t n_ = 0;
  double sum_ = 0.0, max_ = 0.0;
};

}  // namespace evsim
