// How the exchange with controllers outside of the program went, for the report.
#pragma once

#include <string>
#include <vector>

#include "sim/run/link_figures.h"

namespace evsim::io {

// Counts, times as histograms, and how well time was held to the wall clock.
std::string links_html(const std::vector<LinkFigures>& links);

}  // namespace evsim::io
