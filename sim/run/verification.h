// A run beside the truth: the same case by SUNDIALS, with error control.
#pragma once

#include "sim/run/result.h"

namespace evsim {

// A state of the mechanics over a whole run, sampled as the scenario records.
struct StateDifference {
  std::string name, unit;
  double largest = 0.0;   // |run - truth|
  double range = 0.0;     // that the truth goes through, or a little of such a state
  double relative = 0.0;  // largest / range
  double t = 0.0;         // of the largest [s]
};
struct Verification {
  std::vector<KpiDifference> kpis;
  // Of the chassis multi_body; the largest share of its range first.
  std::vector<StateDifference> states;
};

// The case of a result again, at a relative tolerance.
Verification verify(const RunResult& result, const Case& c, const SetParameter& set,
                    double rtol = 1e-9);

}  // namespace evsim
