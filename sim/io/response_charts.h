// The drawings of a frequency response, as SVG: solid by the slopes of a tick, dots by the sine sweep.
#pragma once

#include <string>

#include "sim/response/response.h"

namespace evsim::io {

// Open loop L of an axis: magnitude and phase over frequency, with crossings and margins marked.
std::string open_loop_chart(const response::LoopResponse& loop, std::size_t axis);
// Closed loops T of all axes with their coupling: magnitude and phase, the bandwidth marked.
std::string closed_loop_chart(const response::LoopResponse& loop);
// L of all axes in the complex plane, with -1 and the circle of the largest sensitivity.
std::string nyquist_chart(const response::LoopResponse& loop);

}  // namespace evsim::io
