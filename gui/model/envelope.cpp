#include "gui/model/envelope.h"

#include <algorithm>
#include <cmath>

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

void envelope(const Series& s, double from, double to, int columns, const Unit& unit, Curve& out) {
  out.t.clear();
  out.y.clear();
  if (s.count == 0 || columns < 1 || !(to > from)) return;
  std::size_t first = s.before(from), last = s.before(to);  // samples first..last-1 lie inside
  if (first > 0) --first;
  if (last < s.count) ++last;
  if (last - first <= 2 * static_cast<std::size_t>(columns)) {
    for (std::size_t i = first; i < last; ++i)
      if (std::isfinite(s.value(i))) add(out, Extreme{s.time(i), s.value(i)}, unit);
    return;
  }
  const double width = std::exp2(std::ceil(std::log2((to - from) / columns)));
  double number = -HUGE_VAL;
  Bucket bucket{};
  for (std::size_t i = first; i < last; ++i) {
    const Extreme e{s.time(i), s.value(i)};
    if (!std::isfinite(e.y)) continue;
    if (const double n = std::floor(e.t / width); n != number) {
      if (number != -HUGE_VAL) add(out, bucket, unit);
      number = n;
      bucket = {e, e};
    }
    if (e.y < bucket.least.y) bucket.least = e;
    if (e.y > bucket.most.y) bucket.most = e;
  }
  if (number != -HUGE_VAL) add(out, bucket, unit);
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
