// A car that has been driven at a constant speed for long.
#pragma once

#include "sim/control/closed_loop.h"
#include "sim/solve/fixed_step.h"

namespace evsim {

// Torques and polarisation of y, whose speed and state of charge are given: the exact driver's command at
// no acceleration, and u_1 = R_1 i. piece: its grade counts. Returns what flows then.
closed_loop::Instant<double> make_steady(const closed_loop::System<double>& system,
                                         closed_loop::Piece<double> piece,
                                         fixed_step::States<double>& y);

}  // namespace evsim
