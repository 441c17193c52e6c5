// The window of a run with every edge: as drawings with its spectrum for the report, and as a table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/io/signals_csv.h"
#include "sim/run/spectrum.h"
#include "sim/run/waveform.h"

namespace evsim::io {

// Columns t, DC link, then phase currents and voltages of each unit.
std::vector<SignalColumn> waveform_columns(const waveform::Window& w);

// Whole electrical periods of a unit, at least half of those in the window: as many as come closest to whole periods
// of the carrier too, so that neither leaks into the lines of the other.
struct Periods {
  double from, to;  // [s]
  int count;
  double frequency() const { return count / (to - from); }  // [Hz]
};
std::optional<Periods> whole_periods(const waveform::Window& w, std::size_t unit);

// Of a unit over its whole periods. Lines are 1/T apart; the fundamental is line `periods.count`.
struct Spectrum {
  Periods periods;
  std::vector<double> i_a, u_ab;  // amplitudes [A], [V]
  double distortion_i, distortion_u;
};
std::optional<Spectrum> spectrum_of(const waveform::Window& w, std::size_t unit);

// Drawings with text, for all units.
std::string waveform_html(const waveform::Window& w);

}  // namespace evsim::io
