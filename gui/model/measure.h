// What a bench instrument says of a stretch of a signal, which is linear between its samples (sim/run/spectrum.h).
#pragma once

#include <optional>
#include <vector>

#include "gui/model/history.h"
#include "sim/base/units.h"
#include "sim/run/spectrum.h"

namespace evsim::gui {

// Samples from `from` to `to`, in the unit; the ends are on the line between samples.
spectrum::Signal section(const Series& s, double from, double to, const Unit& unit);

// On the line between samples; nothing outside of them.
std::optional<double> value_at(const Series& s, double t, const Unit& unit);

struct Measured {
  double mean = 0.0, rms = 0.0, least = 0.0, most = 0.0;  // over all of it
  // Over as many whole periods as there are: from rising passage to rising passage through the middle of least and
  // most, each of which must have gone through a band of a tenth of peak to peak about it.
  std::optional<double> frequency;  // [Hz]
  std::optional<double> amplitude;  // of the fundamental
  std::optional<double> THD;        // all that is not fundamental or mean, over the fundamental [-]
};
// Nothing where there are no two samples at two times.
std::optional<Measured> measured(const spectrum::Signal& s);

// Amplitudes over frequency.
struct Lines {
  std::vector<double> f,
      amplitude;            // [Hz], peak, in the signal's unit; the first is the mean's size
  double resolution = 0.0;  // between lines [Hz]
};
// Window of Hann, with amplitudes as of a sine on a line. The signal is averaged over `2^k` cells, at least as many as it
// has samples, and what the averaging takes from high frequencies is given back.
Lines spectrum_of(const spectrum::Signal& s);

}  // namespace evsim::gui
