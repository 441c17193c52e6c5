// The tables of the report, as HTML.
#pragma once

#include <string>

#include "sim/io/results.h"

namespace evsim::io {

// KPIs with limits first, then all others.
std::string kpi_tables(const RunResult& result);
std::string ledger_table(const ledger::Books& books);
std::string command_table(const std::vector<scenario::Event>& log);
std::string provenance_table(const RunResult& result, const Case& input,
                             const Provenance& provenance);
// Values in effect with where they come from.
std::string parameter_tables(const Case& input, const Provenance& provenance);

// <span class="badge pass">pass</span>
std::string badge(Verdict verdict);

}  // namespace evsim::io
