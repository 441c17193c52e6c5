// Two runs side by side: figures and signals, how far they may be apart, and the verdict.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "sim/run/result.h"

namespace evsim::io {

// ---- Figures --------------------------------------------------------------------------------------

// Allowed relative difference, by name or for all others.
struct Tolerances {
  double others = 0.0;
  std::map<std::string, double, std::less<>> by_name = {};

  double of(const std::string& name) const {
    const auto it = by_name.find(name);
    return it == by_name.end() ? others : it->second;
  }
};

struct JudgedKpi {
  KpiDifference kpi;
  double allowed;  // relative
  bool fits;       // false where only one run has it
};
std::vector<JudgedKpi> compare(const std::vector<Kpi>& a, const std::vector<Kpi>& b,
                               const Tolerances& tolerances);

// ---- Signals --------------------------------------------------------------------------------------

// Where two series are furthest apart, over the time that they share. A series: count, time(i) that rises,
// value(i). Of the two the denser is interpolated at the instants of the other.
struct Apart {
  double largest = 0.0, at = 0.0;  // |b - a| [SI], and when, by a's clock [s]
  double range = 0.0, size = 0.0;  // of both: largest less least; largest magnitude [SI]
  std::size_t instants = 0;        // that were compared; 0: they share no time
};
// shift: added to the times of b [s].
template <class A, class B> Apart apart(const A& a, const B& b, double shift = 0.0);

struct SignalTolerances {
  double share = 0.01;  // of the range that the signal goes through
  std::map<std::string, double, std::less<>> by_path = {};  // allowed difference [SI]

  // A signal that hardly moves is given a thousandth of its size as range.
  double allowed(const std::string& path, const Apart& d) const {
    const auto it = by_path.find(path);
    return it != by_path.end() ? it->second : share * std::max(d.range, 1e-3 * d.size);
  }
};

struct JudgedSignal {
  std::string path;
  Dim dim;
  Apart apart;
  double allowed;  // [SI]
  bool fits;
  // Of what is allowed; infinite where nothing is.
  double severity() const {
    return apart.largest == 0.0 ? 0.0 : allowed > 0.0 ? apart.largest / allowed : kInfinity;
  }
};
// Of signals that both recordings have, the furthest outside first.
std::vector<JudgedSignal> compare(const Recording& a, const Recording& b,
                                  const SignalTolerances& tolerances);
JudgedSignal judged(const std::string& path, Dim dim, const Apart& d,
                    const SignalTolerances& tolerances);

// The signals.csv of a run's folder, or that file. Throws InputError.
Recording read_signals(const std::string& of);

// ---- How it is done -------------------------------------------------------------------------------

namespace detail {

// Value of a series at rising times.
template <class S> class Interpolated {
 public:
  explicit Interpolated(const S& s) : s_(s) {}
  double operator()(double t) {
    while (i_ + 2 < s_.count && s_.time(i_ + 1) <= t) ++i_;
    if (s_.count < 2) return s_.value(0);
    const double t_0 = s_.time(i_), t_1 = s_.time(i_ + 1);
    const double y_0 = s_.value(i_), y_1 = s_.value(i_ + 1);
    return t_1 > t_0 && t != t_1 ? y_0 + (y_1 - y_0) * ((t - t_0) / (t_1 - t_0)) : y_1;
  }

 private:
  const S& s_;
  std::size_t i_ = 0;
};

// The first sample at or after t.
template <class S> std::size_t from(const S& s, double t) {
  std::size_t low = 0, high = s.count;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    s.time(middle) < t ? low = middle + 1 : high = middle;
  }
  return low;
}

template <class Grid, class Other>
Apart apart_on(const Grid& grid, const Other& other, double shift) {
  Apart out;
  double least = kInfinity, most = -kInfinity;
  const double begin = other.time(0) + shift, end = other.time(other.count - 1) + shift;
  Interpolated<Other> value(other);
  for (std::size_t i = from(grid, begin); i < grid.count && grid.time(i) <= end; ++i) {
    const double x = grid.value(i), y = value(grid.time(i) - shift);
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    ++out.instants;
    least = std::min({least, x, y});
    most = std::max({most, x, y});
    if (const double d = std::abs(y - x); d > out.largest) out.largest = d, out.at = grid.time(i);
  }
  if (out.instants == 0) return out;
  out.range = most - least;
  out.size = std::max(std::abs(least), std::abs(most));
  return out;
}

}  // namespace detail

template <class A, class B> Apart apart(const A& a, const B& b, double shift) {
  if (a.count == 0 || b.count == 0) return {};
  const auto density = [](const auto& s) {
    const double span = s.time(s.count - 1) - s.time(0);
    return span > 0.0 ? static_cast<double>(s.count - 1) / span : 0.0;
  };
  if (density(a) <= density(b)) return detail::apart_on(a, b, shift);
  Apart out = detail::apart_on(b, a, -shift);
  out.at += shift;
  return out;
}

}  // namespace evsim::io
