// What a figure of a run consists of, from the run's own books, KPIs and recorded signals.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sim/io/published.h"
#include "sim/run/result.h"

namespace evsim::io {

struct Amount {
  std::string name;
  double value;
  std::string unit;
};
struct Breakdown {
  std::vector<Amount> parts;
  std::string text;  // the same on one short line
};

// Signals that must be recorded for it.
inline constexpr std::array<std::string_view, 4> kBreakdownSignals{"vcu.limit_reason", "body.v",
                                                                   "battery.u", "battery.p"};

// kind: whose figure it is. Empty where the run does not have it.
Breakdown breakdown(const published::Kind& kind, const RunResult& result, const Case& input);

// Percent of the energy from the outlet: work at the road (air, rolling, what stays in speed and height),
// losses from the tyres to the charger, auxiliaries. They add up to 100, but for the ledger's residual.
// Empty where nothing was drawn.
std::vector<Amount> outlet_shares(const RunResult& result, const Case& input);

// NaN where the run does not have it.
double kpi_value(const RunResult& result, std::string_view name);

}  // namespace evsim::io
