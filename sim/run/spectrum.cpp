#include "sim/run/spectrum.h"

#include <complex>

#include "sim/base/constants.h"
#include "sim/base/elementary.h"

namespace evsim::spectrum {
namespace {

using Complex = std::complex<double>;

double at(const Signal& s, std::size_t k, double t) {
  const double h = s.t[k + 1] - s.t[k];
  return h > 0.0 ? s.x[k] + (t - s.t[k]) / h * (s.x[k + 1] - s.x[k]) : s.x[k + 1];
}

// Sums f(h, x_0, x_1) over all pieces.
template <class F> double over_pieces(const Signal& s, F f) {
  double out = 0.0;
  for (std::size_t k = 0; k + 1 < s.t.size(); ++k)
    out += f(s.t[k + 1] - s.t[k], s.x[k], s.x[k + 1]);
  return out / (s.t.back() - s.t.front());
}

Complex turn(double angle) {
  const auto [sin, cos] = sincos(angle);
  return {cos, -sin};
}

}  // namespace

Signal cut(const Signal& s, double from, double to) {
  Signal out;
  const auto add = [&](double t, double x) {
    out.t.push_back(t);
    out.x.push_back(x);
  };
  for (std::size_t k = 0; k + 1 < s.t.size(); ++k) {
    if (s.t[k + 1] <= from || s.t[k] >= to) continue;
    if (out.t.empty()) add(max(s.t[k], from), s.t[k] < from ? at(s, k, from) : s.x[k]);
    add(min(s.t[k + 1], to), s.t[k + 1] > to ? at(s, k, to) : s.x[k + 1]);
  }
  return out;
}

// (1), piece by piece: e of each harmonic follows from that of the one before.
std::vector<double> amplitudes(const Signal& s, int last) {
  const double T = s.t.back() - s.t.front(), w = kTwoPi / T;
  std::vector<Complex> c(static_cast<std::size_t>(last) + 1);
  for (std::size_t p = 0; p + 1 < s.t.size(); ++p) {
    const double h = s.t[p + 1] - s.t[p];
    if (!(h > 0.0)) continue;
    const double slope = (s.x[p + 1] - s.x[p]) / h;
    const Complex turn_0 = turn(w * (s.t[p] - s.t[0])), turn_1 = turn(w * (s.t[p + 1] - s.t[0]));
    Complex e_0 = 1.0, e_1 = 1.0;
    for (std::size_t k = 1; k < c.size(); ++k) {
      e_0 *= turn_0;
      e_1 *= turn_1;
      const double z = static_cast<double>(k) * w;  // of -j z
      c[k] += Complex(0.0, 1.0 / z) * (s.x[p + 1] * e_1 - s.x[p] * e_0) +
              (slope / (z * z)) * (e_1 - e_0);
    }
  }
  std::vector<double> out{abs(mean(s))};
  for (std::size_t k = 1; k < c.size(); ++k)
    out.push_back(2.0 / T * sqrt(c[k].real() * c[k].real() + c[k].imag() * c[k].imag()));
  return out;
}

double mean(const Signal& s) {
  return over_pieces(s, [](double h, double a, double b) { return 0.5 * h * (a + b); });
}
double mean_square(const Signal& s) {
  return over_pieces(
      s, [](double h, double a, double b) { return h / 3.0 * (a * a + a * b + b * b); });
}

double distortion(const Signal& s, double a_1) {
  const double m = mean(s);
  return sqrt(max(2.0 * (mean_square(s) - m * m) - a_1 * a_1, 0.0)) / a_1;
}

}  // namespace evsim::spectrum
