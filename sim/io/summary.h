// What stands in summary.json, command_log.json and timing.json; private to results.
#pragma once

#include <string>

#include "sim/io/results.h"

namespace evsim::io {

inline constexpr std::string_view kSummaryFile = "summary.json";
inline constexpr std::string_view kSummaryFormat = "evsim result";
inline constexpr int kSummaryVersion = 1;

std::string_view name(Verdict verdict);    // "pass", "fail", "none"
std::string_view name(ledger::Kind kind);  // "out", "loss" ...
// Of one limit; a value that does not exist holds none.
Verdict judged(const scenario::Limit& limit, double value);

Json summary_json(const RunResult& result, const Case& input, const Provenance& provenance);

// Of the integration: "fixed step", or CVODE's method and tolerance.
Json scheme_json(const Scheme& scheme, const scenario::Solver& solver);

Json command_log_json(const std::vector<scenario::Event>& commands);
Json timing_json(const RunResult& result);

}  // namespace evsim::io
