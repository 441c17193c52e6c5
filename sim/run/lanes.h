// Many variants of one car in one scenario, four in one instruction stream and on all cores.
// Each lane gives the same bits as a run of its own.
#pragma once

#include <span>
#include <vector>

#include "sim/run/simulation.h"

namespace evsim {

// What is left of a variant at its end: enough for every figure of energy.
struct VariantResult {
  fixed_step::States<double> y;
  fixed_step::Rows<double> q;
  double trace_error;  // largest [m/s]
  double t_end;        // [s]
  End end;
};

// A piece of the schedule with its steps, the same for all variants.
struct PlannedPiece {
  TimeNs start;
  closed_loop::Piece<double> piece;
  Mesh mesh;
};

// The pieces of a scenario, in order. Throws std::invalid_argument for one with a timeline, sampled
// control or a parked car: those run alone.
std::vector<PlannedPiece> plan(const Case& c);

// What the lanes are compiled for: the newest that this processor has, or any x86-64. The bits are equal.
enum class Instructions { newest, baseline };

// Runs vehicles that differ in their figures only: counts, types and table sizes must agree
// (std::invalid_argument otherwise). The test mass is found anew for each. jobs: threads, 0 for all cores.
std::vector<VariantResult> run_variants(const Case& c,
                                        std::span<const car::Params<double>> vehicles, int jobs = 0,
                                        Instructions instructions = Instructions::newest);

// Which instructions the lanes use on this processor: "x86-64-v3" or "baseline".
std::string_view lanes_architecture();

}  // namespace evsim
