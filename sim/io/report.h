// The report of a run: one HTML page that needs nothing else, for screen and print.
#pragma once

#include <string>

#include "sim/io/results.h"

namespace evsim::io {

// Same run, same bytes: no date in it.
std::string report_html(const RunResult& result, const Case& input, const Provenance& provenance);

}  // namespace evsim::io
