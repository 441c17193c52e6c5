// The drawings of the validation's report, as SVG.
#pragma once

#include <string>

#include "sim/io/validation.h"

namespace evsim::io {

// A row a car: its error as a dot, other sources as hollow ones; bounds as lines. "" where no figure was
// computed.
std::string error_chart(const KindResult& kind);

// A bar a car, as long as its consumption, cut into where the energy from the outlet went; the published
// figure as a line across. "" where no figure was taken apart.
std::string energy_chart(const KindResult& kind);

}  // namespace evsim::io
