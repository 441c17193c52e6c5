#include "gui/model/measure.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace evsim::gui {
namespace {

using Complex = std::complex<double>;

double between(const Series& s, std::size_t i, double t) {  // samples i - 1 and i
  const double h = s.time(i) - s.time(i - 1);
  const double share = h > 0.0 ? (t - s.time(i - 1)) / h : 1.0;
  return s.value(i - 1) + share * (s.value(i) - s.value(i - 1));
}

// Times of rising passages through the middle.
std::vector<double> passages(const spectrum::Signal& s, double middle, double band) {
  std::vector<double> out;
  bool low = false;
  double last = 0.0;  // the passage that may count
  for (std::size_t k = 0; k < s.t.size(); ++k) {
    if (k > 0 && s.x[k - 1] < middle && s.x[k] >= middle)
      last = s.t[k - 1] + (middle - s.x[k - 1]) / (s.x[k] - s.x[k - 1]) * (s.t[k] - s.t[k - 1]);
    if (s.x[k] <= middle - band) low = true;
    if (s.x[k] < middle + band || !low) continue;
    out.push_back(last);
    low = false;
  }
  return out;
}

// Of the k-th harmonic of the whole signal: (1) of sim/run/spectrum.h alone.
double amplitude_of(const spectrum::Signal& s, double k) {
  const double T = s.t.back() - s.t.front(), w = 2.0 * std::numbers::pi * k / T;
  Complex sum = 0.0;
  Complex e_0 = 1.0;
  for (std::size_t p = 0; p + 1 < s.t.size(); ++p) {
    const double h = s.t[p + 1] - s.t[p];
    if (!(h > 0.0)) continue;
    const Complex e_1 = std::polar(1.0, -w * (s.t[p + 1] - s.t.front()));
    const double slope = (s.x[p + 1] - s.x[p]) / h;
    sum +=
        Complex(0.0, 1.0 / w) * (s.x[p + 1] * e_1 - s.x[p] * e_0) + slope / (w * w) * (e_1 - e_0);
    e_0 = e_1;
  }
  return 2.0 / T * std::abs(sum);
}

void periods(const spectrum::Signal& s, Measured& out) {
  constexpr double kBand = 0.05;  // of peak to peak, on each side
  const double span = out.most - out.least;
  if (!(span > 1e-9 * std::max(std::abs(out.most), std::abs(out.least)))) return;
  const auto at = passages(s, 0.5 * (out.least + out.most), kBand * span);
  if (at.size() < 2) return;
  const auto n = static_cast<double>(at.size() - 1);
  out.frequency = n / (at.back() - at.front());
  const spectrum::Signal whole = spectrum::cut(s, at.front(), at.back());
  if (whole.t.size() < 2) return;
  out.amplitude = amplitude_of(whole, n);
  if (*out.amplitude > 0.0) out.THD = spectrum::distortion(whole, *out.amplitude);
}

void transform(std::vector<Complex>& x) {  // in place, 2^k values: Cooley and Tukey, 1965
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n / 2;
    for (; (j & bit) != 0; bit /= 2) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (std::size_t size = 2; size <= n; size *= 2) {
    const std::size_t half = size / 2;
    std::vector<Complex> turn(half);
    for (std::size_t k = 0; k < half; ++k)
      turn[k] = std::polar(
          1.0, -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size));
    for (std::size_t begin = 0; begin < n; begin += size)
      for (std::size_t k = 0; k < half; ++k) {
        const Complex a = x[begin + k], b = turn[k] * x[begin + k + half];
        x[begin + k] = a + b;
        x[begin + k + half] = a - b;
      }
  }
}

// Means over n cells of equal length.
std::vector<double> cells(const spectrum::Signal& s, std::size_t n) {
  const double from = s.t.front(), cell = (s.t.back() - from) / static_cast<double>(n);
  std::vector<double> out(n);
  for (std::size_t p = 0; p + 1 < s.t.size(); ++p) {
    const double h = s.t[p + 1] - s.t[p];
    if (!(h > 0.0)) continue;
    const double slope = (s.x[p + 1] - s.x[p]) / h;
    double a = s.t[p] - from;
    const double end = s.t[p + 1] - from;
    auto i = std::min(static_cast<std::size_t>(a / cell), n - 1);
    while (a < end) {
      const double b = i + 1 < n ? std::min(end, static_cast<double>(i + 1) * cell) : end;
      if (b > a) out[i] += (b - a) * (s.x[p] + slope * (0.5 * (a + b) - (s.t[p] - from)));
      a = std::max(a, b);
      if (++i >= n) break;
    }
  }
  for (double& x : out) x /= cell;
  return out;
}

}  // namespace

spectrum::Signal section(const Series& s, double from, double to, const Unit& unit) {
  spectrum::Signal out;
  if (s.count < 2 || !(to > from)) return out;
  const auto add = [&](double t, double si) {
    if (!std::isfinite(si)) return;
    out.t.push_back(t);
    out.x.push_back(from_si(unit, si));
  };
  const std::size_t first = s.before(from), last = s.before(to);
  if (first > 0 && first < s.count && s.time(first) > from) add(from, between(s, first, from));
  for (std::size_t i = first; i < last; ++i) add(s.time(i), s.value(i));
  if (last > 0 && last < s.count) add(to, between(s, last, to));
  return out;
}

std::optional<double> value_at(const Series& s, double t, const Unit& unit) {
  const std::size_t i = s.before(t);
  if (i == s.count) return {};
  if (i == 0) {
    if (s.time(0) != t) return {};
    return from_si(unit, s.value(0));
  }
  return from_si(unit, between(s, i, t));
}

std::optional<Measured> measured(const spectrum::Signal& s) {
  if (s.t.size() < 2 || !(s.t.back() > s.t.front())) return {};
  Measured out{.mean = spectrum::mean(s),
               .rms = std::sqrt(spectrum::mean_square(s)),
               .least = *std::ranges::min_element(s.x),
               .most = *std::ranges::max_element(s.x),
               .frequency = {},
               .amplitude = {},
               .THD = {}};
  periods(s, out);
  return out;
}

Lines spectrum_of(const spectrum::Signal& s) {
  constexpr std::size_t kLeast = 256, kMost = 32768;
  Lines out;
  if (s.t.size() < 2 || !(s.t.back() > s.t.front())) return out;
  std::size_t n = kLeast;
  while (n < s.t.size() && n < kMost) n *= 2;
  const std::vector<double> x = cells(s, n);
  const double mean = spectrum::mean(s), pi = std::numbers::pi;
  std::vector<Complex> c(n);
  for (std::size_t k = 0; k < n; ++k) {
    const double middle = (static_cast<double>(k) + 0.5) / static_cast<double>(n);
    c[k] = (x[k] - mean) * (1.0 - std::cos(2.0 * pi * middle));  // Hann, twice: its mean is 1
  }
  transform(c);
  out.resolution = 1.0 / (s.t.back() - s.t.front());
  out.f.push_back(0.0);
  out.amplitude.push_back(std::abs(mean));
  for (std::size_t k = 1; k < n / 2; ++k) {
    const double z = pi * static_cast<double>(k) / static_cast<double>(n);
    out.f.push_back(static_cast<double>(k) * out.resolution);
    out.amplitude.push_back(2.0 / static_cast<double>(n) * std::abs(c[k]) * z / std::sin(z));
  }
  return out;
}

}  // namespace evsim::gui
