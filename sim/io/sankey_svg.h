// The energy flow as an inline SVG drawing; widths are proportional to energy.
#pragma once

#include <string>

#include "sim/io/sankey.h"

namespace evsim::io {

// "" when no energy flowed.
std::string sankey_svg(const Sankey& s);

}  // namespace evsim::io
