// Traces one after another, as one trace: repeated cycles, and tests of several phases.
#pragma once

#include <string>
#include <vector>

#include "sim/run/simulation.h"

namespace evsim {

// A speed held for a time.
scenario::Trace constant_speed(double v, double duration);

// A trace driven n times. Throws InputError where it does not end as it begins.
scenario::Trace repeated(const scenario::Trace& trace, int n);

struct Assembled {
  scenario::Trace trace;
  std::vector<Phase> phases;  // named ones, in order
};
// The phases of a sequence: cycles as they are, constant speeds with a ramp before each that belongs to no
// phase. Throws InputError for a phase that can't be driven.
Assembled assemble(const Case& c, const scenario::Sequence& sequence);

}  // namespace evsim
