// How far a loop is from instability, by its open loop L over frequency; 1 + L = 0 is the edge.
//   phase margin  phi = pi + arg L              where |L| = 1                                      (1)
//   delay margin  T = phi / (2 pi f)            there: the dead time that would make it unstable   (2)
//   gain margin   1 / |L|                       where L < 0                                        (3)
//   M_s = max |1 / (1 + L)|                     largest sensitivity                                (4)
// Of several crossings the smallest margin counts. Both ways of (3): how much more gain, and how much less.
// Source: K. J. Astroem, R. M. Murray, Feedback Systems, 2nd ed., 2021, section 10.3.
#pragma once

#include <complex>
#include <functional>
#include <vector>

#include "sim/base/fields.h"

namespace evsim {

// A transfer function over frequency [Hz].
using Transfer = std::function<std::complex<double>(double f)>;

inline constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct LoopMargins {
  double phase = kInfinity;    // [rad]; infinite: |L| never is 1
  double f_phase = kNone;      // [Hz]
  double delay = kInfinity;    // [s]
  double f_delay = kNone;      // [Hz]
  double gain = kInfinity;     // factor > 1 that the gain may rise by
  double f_gain = kNone;       // [Hz]
  double less_gain = 0.0;      // factor < 1 that the gain may fall to; 0: to nothing
  double f_less_gain = kNone;  // [Hz]
  double sensitivity = 1.0, f_sensitivity = kNone;  // M_s, [Hz]
};

// f: frequencies [Hz], increasing, between which crossings are looked for; each is then found to rounding.
// Of an unstable loop the margins are those that bring it onto the edge, and no reserve.
LoopMargins loop_margins(const Transfer& L, const std::vector<double>& f);

// First frequency at which |T| falls below 1 / sqrt(2) of 1 [Hz]; kNone where it does not.
double bandwidth(const Transfer& T, const std::vector<double>& f);

// Evenly over the logarithm, both ends included.
std::vector<double> frequencies(double from, double to, int points);

}  // namespace evsim
