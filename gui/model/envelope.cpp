#include "gui/model/envelope.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace evsim::gui {
namespace {

struct Extreme {
  double t, y;
};
// Of one bucket.
struct Bucket {
  Extreme least, most;
};

void add(Curve& out, const Extreme& e, const Unit& unit) {
  out.t.push_back(e.t);
  out.y.push_back(from_si(unit, e.y));
}

void add(Curve& out, const Bucket& b, const Unit& unit) {
  const bool rising = b.least.t <= b.most.t;
  add(out, rising ? b.least : b.most, unit);
  if (b.least.t != b.most.t) add(out, rising ? b.most : b.least, unit);
}

// Along one line: gaps from their nearest neighbour that is none.
void fill(double* line, int n, int stride) {
  const auto at = [&](int i) -> double& { return line[static_cast<std::ptrdiff_t>(i) * stride]; };
  std::vector<int> known;
  for (int i = 0; i < n; ++i)
    if (std::isfinite(at(i))) known.push_back(i);
  if (known.empty()) return;
  for (int i = 0; i < n; ++i) {
    const auto above = std::ranges::lower_bound(known, i);
    if (above == known.end())
      at(i) = at(known.back());
    else if (above == known.begin() || *above - i <= i - *(above - 1))
      at(i) = at(*above);
    else
      at(i) = at(*(above - 1));
  }
}

}  // namespace

namespace {

double bucket_width(double from, double to, int columns) {
  return std::exp2(std::ceil(std::log2((to - from) / columns)));
}

// Samples first..last-1, in buckets of that width.
void gather(const Series& s, std::size_t first, std::size_t last, double width, const Unit& unit,
            Curve& out) {
  double end = -HUGE_VAL;  // of the bucket
  Bucket bucket{};
  for (std::size_t i = first; i < last; ++i) {
    const Extreme e{s.time(i), s.value(i)};
    if (!std::isfinite(e.y)) continue;
    if (e.t >= end) {
      if (end != -HUGE_VAL) add(out, bucket, unit);
      end = (std::floor(e.t / width) + 1.0) * width;
      bucket = {e, e};
    }
    if (e.y < bucket.least.y) bucket.least = e;
    if (e.y > bucket.most.y) bucket.most = e;
  }
  if (end != -HUGE_VAL) add(out, bucket, unit);
}

void append(const Series& s, double from, double to, int columns, double width, const Unit& unit,
            Curve& out) {
  std::size_t first = s.before(from), last = s.before(to);  // samples first..last-1 lie inside
  if (first > 0) --first;
  if (last < s.count) ++last;
  if (last - first > 2 * static_cast<std::size_t>(columns))
    return gather(s, first, last, width, unit, out);
  for (std::size_t i = first; i < last; ++i)
    if (std::isfinite(s.value(i))) add(out, Extreme{s.time(i), s.value(i)}, unit);
}

// Two points a bucket, a quarter of its width from its ends; one where there is one value.
void add(Curve& out, double begin, double width, const Extremes& e, const Unit& unit) {
  if (std::isnan(e.first)) return;
  if (e.first == e.second) {
    add(out, Extreme{begin + 0.5 * width, static_cast<double>(e.first)}, unit);
    return;
  }
  add(out, Extreme{begin + 0.25 * width, static_cast<double>(e.first)}, unit);
  add(out, Extreme{begin + 0.75 * width, static_cast<double>(e.second)}, unit);
}

// Those of a level that begin in [from, to), and one before them, in buckets of `width` or the level's own; where
// something finer goes on, only those that end before it.
void append(const Level& l, std::size_t signal, double from, double to, bool goes_on, double width,
            const Unit& unit, Curve& out) {
  std::size_t first = l.before(from), last = l.before(goes_on ? to - l.width() : to);
  if (first > 0) --first;
  if (!goes_on && last < l.size()) ++last;
  width = std::max(width, l.width());
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  Extremes bucket{kNone, kNone};
  double number = -HUGE_VAL;
  for (std::size_t i = first; i < last; ++i) {
    const double n = std::floor(static_cast<double>(l.number(i)) * l.width() / width);
    if (n != number) {
      add(out, number * width, width, bucket, unit);
      bucket = {kNone, kNone};
      number = n;
    }
    bucket.add(l.at(signal, i));
  }
  add(out, number * width, width, bucket, unit);
}

}  // namespace

void envelope(const Series& s, double from, double to, int columns, const Unit& unit, Curve& out) {
  out.t.clear();
  out.y.clear();
  if (s.count == 0 || columns < 1 || !(to > from)) return;
  append(s, from, to, columns, bucket_width(from, to, columns), unit, out);
}

void envelope(const History& h, std::size_t signal, double from, double to, int columns,
              const Unit& unit, Curve& out) {
  out.t.clear();
  out.y.clear();
  if (h.size() == 0 || columns < 1 || !(to > from)) return;
  const double width = bucket_width(from, to, columns);
  const std::vector<Level>& levels = h.levels();
  // From the widest level down to the one that is drawn, each where the next one does not reach.
  std::size_t fitting = 0;  // levels that are not wider than a bucket
  while (fitting < levels.size() && levels[fitting].width() <= width) ++fitting;
  const Series s = h.series(signal);
  const auto begins = [&](std::size_t k) {  // k: 0 the samples, then the levels [s]
    if (k == 0) return s.time(0);
    const Level& l = levels[k - 1];
    return static_cast<double>(l.number(0)) * l.width();
  };
  double at = from;
  for (std::size_t k = levels.size(); k > fitting; --k) {
    const double end = std::min(to, begins(k - 1));
    if (at >= end) continue;
    append(levels[k - 1], signal, at, end, end < to, width, unit, out);
    at = end;
  }
  if (at >= to) return;
  if (fitting == 0)
    append(s, at, to, columns, width, unit, out);
  else
    append(levels[fitting - 1], signal, at, to, false, width, unit, out);
}

std::vector<double> without_gaps(const std::vector<double>& values, int rows, int columns) {
  std::vector<double> out = values;
  for (int r = 0; r < rows; ++r)
    fill(out.data() + static_cast<std::ptrdiff_t>(r) * columns, columns, 1);
  for (int c = 0; c < columns; ++c) fill(out.data() + c, rows, columns);
  for (double& x : out)
    if (!std::isfinite(x)) x = 0.0;
  return out;
}

}  // namespace evsim::gui
