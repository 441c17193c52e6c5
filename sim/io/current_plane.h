// The plane of a machine's currents i_d, i_q: loci of its limits, and where the currents of a run went.
#pragma once

#include <string>
#include <vector>

#include "sim/run/result.h"
#include "sim/vehicle/unit_map.h"

namespace evsim::io {

struct CurrentPath {
  std::vector<double> omega;         // of the machine [rad/s]
  std::vector<Dq<double>> i, i_ref;  // [A]; i_ref may be empty
};
// Of a drive unit; empty where its currents or its speed were not recorded.
CurrentPath current_path(const Recording& recording, const std::string& unit);

// Both axes have the same scale; colours tell the speed. An empty path: loci alone.
std::string current_plane_svg(const unit_map::Loci& loci, const CurrentPath& path);
// What is drawn, in words.
std::string current_plane_legend(const unit_map::Loci& loci);

}  // namespace evsim::io
