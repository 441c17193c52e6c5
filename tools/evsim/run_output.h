// What `evsim run` says of its runs.
#pragma once

#include <string>
#include <vector>

#include "tools/evsim/batch.h"

namespace evsim::cli {

// One run in full: KPIs with limits and verdicts, where the energy went, where the report lies.
std::string run_text(const Planned& planned, const Outcome& outcome);

// Several runs, one line each; then what failed, and the KPIs' differences where they were verified.
std::string matrix_text(const std::vector<Planned>& cases, const std::vector<Outcome>& outcomes);

// {"runs": [...]}, each with verdict, kpis, ledger and timing; NaN as null.
std::string runs_json(const std::vector<Planned>& cases, const std::vector<Outcome>& outcomes);

// "pass", "fail", "none" (no limits), "interrupted" or "error".
std::string verdict_word(const Outcome& outcome);
std::string verdict_word(Verdict verdict);

}  // namespace evsim::cli
