#include "sim/run/spectrum.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/base/constants.h"

namespace evsim {
namespace {

using spectrum::Signal;

// Levels that are held for equal times, with jumps between them.
Signal steps(const std::vector<double>& levels, double T) {
  Signal out;
  const double h = T / static_cast<double>(levels.size());
  for (std::size_t k = 0; k < levels.size(); ++k)
    for (const std::size_t end : {k, k + 1}) {
      out.t.push_back(h * static_cast<double>(end));
      out.x.push_back(levels[k]);
    }
  return out;
}

TEST(Spectrum, a_square_wave_has_4_over_pi_n) {
  const auto a = spectrum::amplitudes(steps({1.0, -1.0}, 0.02), 41);
  for (std::size_t n = 1; n < a.size(); ++n)
    EXPECT_NEAR(a[n], n % 2 == 1 ? 4.0 / (kPi * static_cast<double>(n)) : 0.0, 1e-13) << n;
  EXPECT_NEAR(a[0], 0.0, 1e-15);
}

// Phase voltage of a bridge in six-step: 2/(pi n) of the DC voltage for n = 6 k +- 1, none else.
TEST(Spectrum, six_step_has_one_over_n_of_the_fundamental) {
  const auto a = spectrum::amplitudes(
      steps({1.0 / 3, 2.0 / 3, 1.0 / 3, -1.0 / 3, -2.0 / 3, -1.0 / 3}, 1e-3), 50);
  for (std::size_t n = 1; n < a.size(); ++n) {
    const bool there = n % 6 == 1 || n % 6 == 5;
    EXPECT_NEAR(a[n], there ? 2.0 / (kPi * static_cast<double>(n)) : 0.0, 1e-13) << n;
  }
}

TEST(Spectrum, a_triangle_has_its_mean_square_and_distortion) {
  const Signal s{{0.0, 0.25, 0.75, 1.0}, {0.0, 1.0, -1.0, 0.0}};
  const auto a = spectrum::amplitudes(s, 5);
  EXPECT_NEAR(a[1], 8.0 / (kPi * kPi), 1e-14);
  EXPECT_NEAR(a[3], 8.0 / (9.0 * kPi * kPi), 1e-14);
  EXPECT_NEAR(spectrum::mean(s), 0.0, 1e-16);
  EXPECT_NEAR(spectrum::mean_square(s), 1.0 / 3.0, 1e-15);
  // x^2 = 1/3, a_1^2 / 2 = 32 / pi^4
  EXPECT_NEAR(spectrum::distortion(s, a[1]), std::sqrt(std::pow(kPi, 4) / 96.0 - 1.0), 1e-13);
}

TEST(Spectrum, a_part_keeps_its_jumps_and_ends_between_samples) {
  const Signal part = spectrum::cut(steps({1.0, -1.0, 3.0}, 3.0), 0.5, 2.25);
  EXPECT_EQ(part.t, (std::vector<double>{0.5, 1.0, 1.0, 2.0, 2.0, 2.25}));
  EXPECT_EQ(part.x, (std::vector<double>{1.0, 1.0, -1.0, -1.0, 3.0, 3.0}));
  const Signal ramp = spectrum::cut({{0.0, 2.0}, {0.0, 4.0}}, 0.5, 1.5);
  EXPECT_EQ(ramp.t, (std::vector<double>{0.5, 1.5}));
  EXPECT_EQ(ramp.x, (std::vector<double>{1.0, 3.0}));
}

// A leg between -1 and 1 whose reference M cos(w t) meets a triangle of frequency f_c: lines at m f_c + n f have
// 4/(pi m) |J_n(m pi M / 2) sin((m + n) pi / 2)| (D. G. Holmes, T. A. Lipo, 2003, double-edge natural sampling).
TEST(Spectrum, naturally_sampled_pwm_has_the_lines_of_bessel) {
  constexpr int kCarrier = 60;  // over the fundamental: side bands of neighbours don't overlap
  constexpr double kM = 0.8;
  const auto reference = [](double t) { return kM * std::cos(2.0 * kPi * t); };
  Signal s{{0.0}, {1.0}};
  double level = 1.0;
  // Carrier falls from 1 at a period's start to -1 in its middle: within each half one crossing.
  for (int half = 0; half < 2 * kCarrier; ++half) {
    const double from = half / (2.0 * kCarrier), width = 1.0 / (2.0 * kCarrier);
    const double sense = half % 2 == 0 ? -1.0 : 1.0;
    const auto above = [&](double t) {
      return reference(t) > -sense + 2.0 * sense * (t - from) / width;
    };
    double lo = from, hi = from + width;
    const bool start = above(lo);
    for (int k = 0; k < 60; ++k) {
      const double middle = 0.5 * (lo + hi);
      (above(middle) == start ? lo : hi) = middle;
    }
    if (half == 0) s.x[0] = level = start ? 1.0 : -1.0;
    s.t.insert(s.t.end(), {lo, lo});
    s.x.insert(s.x.end(), {level, -level});
    level = -level;
  }
  s.t.push_back(1.0);
  s.x.push_back(level);
  const auto a = spectrum::amplitudes(s, 3 * kCarrier);
  EXPECT_NEAR(a[1], kM, 1e-12);
  for (const int m : {1, 2})
    for (int n = -6; n <= 6; ++n) {
      const double J = std::cyl_bessel_j(std::abs(n), 0.5 * m * kPi * kM);
      const double line = 4.0 / (kPi * m) * std::abs(J * std::sin(0.5 * (m + n) * kPi));
      EXPECT_NEAR(a[static_cast<std::size_t>(m * kCarrier + n)], line, 1e-12) << m << ' ' << n;
    }
}

}  // namespace
}  // namespace evsim
