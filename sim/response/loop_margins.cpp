#include "sim/response/loop_margins.h"

#include <cmath>

#include "sim/base/constants.h"

namespace evsim {
namespace {

using Number = std::complex<double>;

// Between two frequencies of which `value` has different signs.
double crossing(const std::function<double(double)>& value, double low, double high) {
  constexpr int kHalvings = 60;
  const bool rises = value(low) < 0.0;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    ((value(middle) < 0.0) == rises ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

// Largest value near the middle of three frequencies: golden section.
double summit(const std::function<double(double)>& value, double low, double high) {
  constexpr double kGolden = 0.61803398874989485;
  constexpr int kSections = 60;
  for (int i = 0; i < kSections; ++i) {
    const double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
    (value(a) < value(b) ? low : high) = value(a) < value(b) ? a : b;
  }
  return 0.5 * (low + high);
}

// (1), (2). Into 0 .. 2 pi for the delay: what turns L further comes from above.
void meet_phase(LoopMargins& m, const Transfer& L, double f) {
  const double phase = std::arg(-L(f));  // pi + arg L, within -pi .. pi
  const double lag = phase < 0.0 ? phase + 2.0 * kPi : phase;
  if (std::abs(phase) < std::abs(m.phase)) {
    m.phase = phase;
    m.f_phase = f;
  }
  if (lag / (2.0 * kPi * f) < m.delay) {
    m.delay = lag / (2.0 * kPi * f);
    m.f_delay = f;
  }
}
// (3)
void meet_gain(LoopMargins& m, const Transfer& L, double f) {
  const Number at = L(f);
  if (at.real() >= 0.0) return;
  const double factor = 1.0 / std::abs(at);
  if (factor > 1.0 && factor < m.gain) {
    m.gain = factor;
    m.f_gain = f;
  }
  if (factor < 1.0 && factor > m.less_gain) {
    m.less_gain = factor;
    m.f_less_gain = f;
  }
}

void meet_crossings(LoopMargins& m, const Transfer& L, const std::vector<double>& f,
                    const std::vector<Number>& at) {
  for (std::size_t i = 0; i + 1 < f.size(); ++i) {
    if ((std::abs(at[i]) < 1.0) != (std::abs(at[i + 1]) < 1.0))
      meet_phase(m, L, crossing([&](double x) { return std::abs(L(x)) - 1.0; }, f[i], f[i + 1]));
    if ((at[i].imag() < 0.0) != (at[i + 1].imag() < 0.0) && at[i].real() < 0.0)
      meet_gain(m, L, crossing([&](double x) { return L(x).imag(); }, f[i], f[i + 1]));
  }
  // At the Nyquist frequency L is real.
  if (std::abs(at.back().imag()) < 1e-9 * std::abs(at.back().real())) meet_gain(m, L, f.back());
}

// (4)
void find_sensitivity(LoopMargins& m, const Transfer& L, const std::vector<double>& f,
                      const std::vector<Number>& at) {
  const auto sensitivity = [](const Number& l) { return 1.0 / std::abs(1.0 + l); };
  std::size_t most = 0;
  for (std::size_t i = 0; i < f.size(); ++i)
    if (sensitivity(at[i]) > sensitivity(at[most])) most = i;
  const double low = f[most == 0 ? 0 : most - 1], high = f[std::min(most + 1, f.size() - 1)];
  m.f_sensitivity = summit([&](double x) { return sensitivity(L(x)); }, low, high);
  m.sensitivity = sensitivity(L(m.f_sensitivity));
}

}  // namespace

LoopMargins loop_margins(const Transfer& L, const std::vector<double>& f) {
  LoopMargins m;
  std::vector<Number> at;
  for (const double x : f) at.push_back(L(x));
  meet_crossings(m, L, f, at);
  find_sensitivity(m, L, f, at);
  return m;
}

double bandwidth(const Transfer& T, const std::vector<double>& f) {
  const auto above = [&](double x) { return std::abs(T(x)) - std::sqrt(0.5); };
  for (std::size_t i = 0; i + 1 < f.size(); ++i)
    if (above(f[i]) >= 0.0 && above(f[i + 1]) < 0.0) return crossing(above, f[i], f[i + 1]);
  return kNone;
}

std::vector<double> frequencies(double from, double to, int points) {
  std::vector<double> out;
  for (int k = 0; k < points; ++k)
    out.push_back(k == points - 1 ? to : from * std::pow(to / from, k / (points - 1.0)));
  return out;
}

}  // namespace evsim
