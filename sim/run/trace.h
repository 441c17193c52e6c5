// What the driver of a scenario wants over time: a speed trace or pedals, cut into linear pieces.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/control/closed_loop.h"
#include "sim/run/scenario.h"

namespace evsim {

struct Case;

// A part of a test whose figures are told apart.
struct Phase {
  std::string name;
  double start, end;  // [s]
};
inline constexpr int kMaxPhases = 40;
inline constexpr std::size_t kMaxMarks = 80;  // start and end of each

struct DriverTrace {
  driver::Kind kind = driver::Kind::follow;
  driver::Gains<double> gains;
  scenario::Trace trace;              // t from 0, at least two points
  double duration = 0.0;              // [s]
  double until_v = kInfinity;         // [m/s]
  double until_a = 0.0;               // [m/s2]
  double until_v_below = -kInfinity;  // [m/s]
  scenario::BreakOff break_off;
  std::vector<Phase> phases;
  double preview = 0.0;            // [s]
  double rate = 0.0, delay = 0.0;  // of a sampled driver [Hz], [s]
  double grade = 0.0;              // added to that of the trace [-]

  bool has_reference() const { return driver::has_reference(kind); }
  // Instants at which a piece must begin [s]: the trace's own, and those that the preview brings nearer.
  std::vector<double> knots() const;
  // The piece that begins at t [s], of no direction yet.
  closed_loop::Piece<double> piece(double t) const;
  // What the reference does in a piece: by it the steps are chosen, never by the car's state.
  enum class Pace {
    rest,   // stands, and has stood for a second: nothing changes quickly
    creep,  // sets off, or comes to rest: the car may stop within a step
    slow,   // slows down where regeneration fades; or pedals, which may ask for anything
    drive
  };
  Pace pace(double t) const;  // from t [s] on
  // By how much the acceleration asked for jumps at t [m/s2].
  double jump(double t) const;
};

DriverTrace driver_trace(const Case& c);

}  // namespace evsim
