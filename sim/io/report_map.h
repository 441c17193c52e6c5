// A drive unit's machine over speed and torque: efficiency as colours inside the envelope, and the
// operating points of the run.
#pragma once

#include <string>
#include <vector>

#include "sim/run/result.h"

namespace evsim::io {

struct OperatingPoints {
  std::vector<double> omega, tau;  // [rad/s], [Nm]; omega >= 0, backwards mirrored
};
// Of drive unit k; empty when its signals were not recorded.
OperatingPoints operating_points(const Recording& recording, const std::string& unit);

// Mechanical over electrical power when motoring, electrical over mechanical when generating; 0 where
// nothing useful comes out.
double efficiency(const drive_unit::Model<double>& m, double omega, double tau);

// Energy out over energy in of the points that motor and of those that generate; NaN where none does. A point
// that brakes with less than its loss does neither: it takes energy from both sides.
struct MeanEfficiency {
  double motoring, generating;
};
MeanEfficiency mean_efficiency(const drive_unit::Model<double>& m, const OperatingPoints& points);

std::string map_svg(const drive_unit::Model<double>& m, const OperatingPoints& points);

}  // namespace evsim::io
