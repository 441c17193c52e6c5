// Recorded signals as CSV: `t [s],driver.v_ref [km/h],...` in the units that people expect, numbers with
// the fewest digits that read back as the same value.
#pragma once

#include <string>
#include <vector>

#include "sim/run/result.h"

namespace evsim::io {

// A column of signals.csv or signals.h5.
struct SignalColumn {
  std::string name;
  std::string unit;            // "km/h"; "1" where it has none
  std::vector<double> values;  // in that unit
};
// The time first.
std::vector<SignalColumn> signal_columns(const Recording& recording);

std::string signals_csv(const std::vector<SignalColumn>& columns);

}  // namespace evsim::io
