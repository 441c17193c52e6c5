// The border of the unit that is compiled once for every processor and once for newer ones: plain pointers
// in and out.
#pragma once

#include "sim/run/lanes.h"

namespace evsim {

struct LaneGroup {
  const car::Model<double>* models[kLanes];
  driver::Kind driver;
  driver::Gains<double> gains;
  double rho_air, v_wind, T_battery;
  fixed_step::States<double> start;  // of all lanes
  double until_v;                    // [m/s]
  bool has_reference;
  const PlannedPiece* pieces;
  int n_pieces;
  VariantResult* results[kLanes];  // nullptr: a lane that only fills the pack
};

using LanesEntry = void(const LaneGroup&);
LanesEntry lanes_entry_base;
LanesEntry lanes_entry_v3;

}  // namespace evsim
