// What flows in inverters that switch, at every edge of a leg and every step between edges.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/solve/switched_step.h"

namespace evsim::waveform {

// Two of the same time are an edge: before it and behind it.
struct Instant {
  struct Unit {
    Abc<double> i, u;  // of the phases, u to the star point [A], [V]
    double theta_e;    // [rad]
  };
  double t;                    // [s]
  double u_dc, i_dc, i_cable;  // at the inverters [V], drawn by them, from the battery [A]
  std::array<Unit, kMaxDriveUnits> units;
};

using Watch = std::function<void(const Instant&)>;

// Of a sample of switched_step.h that runs.
template <std::size_t N, class Scene> Instant instant(double t, const Scene& s) {
  const auto f = switched_step::flow_of(s);
  Instant out{.t = t, .u_dc = f.u, .i_dc = f.i_node, .i_cable = s.y.node.i, .units = {}};
  for (std::size_t n = 0; n < N; ++n)
    out.units[n] = {.i = to_phases(f.units[n].i),
                    .u = to_phases(f.units[n].u),
                    .theta_e = s.y.units[n].theta_e};
  return out;
}

// A stretch of a run.
struct Window {
  struct Unit {
    std::string name;
    double f_sw;  // [Hz]
  };
  std::vector<Instant> instants;
  std::vector<Unit> units;
};

}  // namespace evsim::waveform
