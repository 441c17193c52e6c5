// Where inverters switch, at an edge or between two: those signals of signals.h that follow, by the same names.
#pragma once

#include <string_view>

#include "sim/components/dq.h"
#include "sim/run/simulation.h"

namespace evsim::signals {

// out(group, owner, name, value).
template <class Out> void visit_edge(const Simulation& s, const waveform::Instant& x, Out&& out) {
  using namespace machine_dq;
  const auto& all = s.vehicle().drive_units;
  for (int k = 0; k < all.size(); ++k) {
    const std::string_view owner = all.name(k);
    const auto& u = x.units[static_cast<std::size_t>(k)];
    out("drive_units", owner, "i_a", u.i.a);
    out("drive_units", owner, "i_b", u.i.b);
    out("drive_units", owner, "i_c", u.i.c);
    const Params<double>& machine = all[k].machine.dq;
    if (std::holds_alternative<Induction<double>>(machine) ||
        std::holds_alternative<InductionFamily<double>>(machine))
      continue;  // d is not on the rotor
    const Dq<double> i = to_rotor(to_stator(u.i), angle(u.theta_e));
    out("drive_units", owner, "i_d", i.d);
    out("drive_units", owner, "i_q", i.q);
  }
  out("dc_link", "", "u", x.u_dc);
  out("dc_link", "", "i_cable", x.i_cable);
}

}  // namespace evsim::signals
