// How a piece of the schedule is cut into steps. At its start the command may jump; the torque follows it
// as e^(-t/T), T the lag. Simpson's rule over a step of z lags that begins s lags after the jump errs by
// z^5 e^-s / 2880 of it. Steps of equal errors therefore grow as
//   z = z_0 e^(s/5),   z_0 = 1.1 (1 m/s2 / jump)^(1/5)                              (1)
// until a step of the full length h errs less as well:  e^-s h / (6 T) < z_0^5 / 2880  (2)
// z_0 comes in classes, a factor of 4 in the jump apart. Boundaries are whole nanoseconds and don't depend
// on where the piece ends: a command between two steps cuts a piece without moving what lies before.
#pragma once

#include <array>

#include "sim/run/schedule.h"

namespace evsim {

// Boundaries after a jump, from the instant on [ns]; from the last one steps are of full length.
struct Grading {
  static constexpr int kMost = 15;
  std::array<TimeNs, kMost + 1> at;
  int steps;
};

inline constexpr double kLargestJump =
    4.0;  // class of a command, or where the jump is not known [m/s2]

// For a jump of the acceleration asked for [m/s2], a lag [s] and a longest step. No jump: no grading.
Grading grading(double jump, double lag, TimeNs h);

struct Mesh {
  TimeNs length;  // of the piece
  TimeNs h;       // longest step
  Grading graded;
  int n;  // steps

  int steps() const { return n; }
  // Where a step begins, from the piece's start.
  TimeNs at(int step) const {
    const TimeNs t = step <= graded.steps ? graded.at[static_cast<std::size_t>(step)]
                                          : graded.at[static_cast<std::size_t>(graded.steps)] +
                                                static_cast<TimeNs>(step - graded.steps) * h;
    return t < length ? t : length;
  }
  double time(int step) const { return seconds(at(step)); }  // [s]
};

Mesh mesh(TimeNs length, TimeNs h, const Grading& graded);

}  // namespace evsim
