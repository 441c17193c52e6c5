// Figures of manoeuvres, of runs with the chassis multi_body; none of others.
#pragma once

#include "sim/run/result.h"

namespace evsim {

void add_manoeuvre(std::vector<Kpi>& out, const Simulation& simulation);

}  // namespace evsim
