#include "sim/vehicle/drive_unit.h"

#include <algorithm>
#include <stdexcept>

namespace evsim::drive_unit {
namespace {

using Losses = decltype(Model<double>::losses);

struct BuildLosses {
  const machine::Envelope<double>& envelope;
  Losses operator()(const machine_losses::Family<double>& f) const {
    return machine_losses::map(envelope, machine_losses::sized(envelope, f));
  }
  Losses operator()(const machine_losses::Params<double>& p) const {
    return machine_losses::map(envelope, p);
  }
  Losses operator()(const machine::Map<double>& m) const {
    const Table2Data &loss = *m.p_loss.data(), &current = *m.I_peak.data();
    if (loss.x().knots() != current.x().knots() || loss.y().knots() != current.y().knots())
      throw std::invalid_argument("p_loss and I_peak must have the same axes");
    return m;
  }
  Losses operator()(const machine::PowerEfficiency<double>& m) const { return m; }
};

// No operating point loses more than p_loss and, on top, this share of its mechanical power. A table that
// goes on beyond its edges has no bound.
struct Worst {
  double p_loss, share, I_peak;
};
Worst worst(const machine::Map<double>& m) {
  const bool held = m.p_loss.data()->edge() == Edge::hold && m.I_peak.data()->edge() == Edge::hold;
  Worst out{held ? 0.0 : kInfinity, 0.0, 0.0};
  for (const double p : m.p_loss.data()->values()) out.p_loss = max(p, out.p_loss);
  for (const double I : m.I_peak.data()->values()) out.I_peak = max(I, out.I_peak);
  return out;
}
Worst worst(const machine::PowerEfficiency<double>& m) {
  const bool held = m.efficiency.data()->edge() == Edge::hold &&
                    m.efficiency_generating.data()->edge() == Edge::hold;
  if (!held) return {kInfinity, 0.0, 0.0};
  const double motoring = std::ranges::min(m.efficiency.data()->values());
  const double generating = std::ranges::min(m.efficiency_generating.data()->values());
  return {0.0, max(1.0 / motoring - 1.0, 1.0 - generating), 0.0};
}

}  // namespace

Model<double> prepare(const Params<double>& p, double wheel_radius) {
  Model<double> m;
  m.axle = p.axle;
  m.torque_share = p.torque_share;
  m.envelope = p.machine.envelope;
  m.inertia = p.machine.inertia;
  m.T_lag = p.machine.T_lag;
  m.losses = std::visit(BuildLosses{p.machine.envelope}, p.machine.losses);
  m.gears = p.gears;
  m.wheel_radius = wheel_radius;
  const auto most = std::visit([](const auto& losses) { return worst(losses); }, m.losses);
  m.inverter = inverter::sized(p.inverter, most.I_peak);
  const auto bridge = inverter::losses(m.inverter, most.I_peak);
  m.p_loss_bound = most.p_loss + bridge.p;
  m.loss_share = most.share;
  m.i_loss_bound = bridge.i;
  return m;
}

}  // namespace evsim::drive_unit
