// The step of multibody.h compiled for the processor that the program runs on: with AVX2 it takes two thirds of the time, and
// the bits are the same.
#pragma once

#include "sim/vehicle/multibody.h"

namespace evsim::multibody {

// first: the rates as it begins. g++ 12 gives a result that nobody takes too little alignment for them.
using Step = void(const Model& m, const Held& held, double h, State& x, Rows& q, Rates& first);

Step step_entry_base;  // of any processor
#if EVSIM_HAS_V3
Step step_entry_v3;
#endif

// The fastest that runs here.
Step* step_here();

}  // namespace evsim::multibody
