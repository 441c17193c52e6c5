#include "sim/vehicle/drive_unit.h"

#include <stdexcept>

namespace evsim::drive_unit {
namespace {

using Losses = decltype(Model<double>::losses);

struct BuildLosses {
  const machine::Envelope<double>& envelope;
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

// Largest loss and phase current anywhere on the map; an efficiency curve has none at infinite power.
machine::Losses<double> worst(const machine::Map<double>& m) {
  machine::Losses<double> out{0.0, 0.0};
  for (const double p : m.p_loss.data()->values()) out.p_loss = max(p, out.p_loss);
  for (const double I : m.I_peak.data()->values()) out.I_peak = max(I, out.I_peak);
  return out;
}
machine::Losses<double> worst(const machine::PowerEfficiency<double>&) { return {kInfinity, 0.0}; }

}  // namespace

Model<double> prepare(const Params<double>& p, double wheel_radius) {
  Model<double> m;
  m.axle = p.axle;
  m.torque_share = p.torque_share;
  m.envelope = p.machine.envelope;
  m.inertia = p.machine.inertia;
  m.T_lag = p.machine.T_lag;
  m.losses = std::visit(BuildLosses{p.machine.envelope}, p.machine.losses);
  m.inverter = p.inverter;
  m.gears = p.gears;
  m.ratio = 1.0;
  for (int i = 0; i < p.gears.size(); ++i) m.ratio *= p.gears[i].ratio;
  m.omega_per_v = m.ratio / wheel_radius;
  const auto most = std::visit([](const auto& losses) { return worst(losses); }, m.losses);
  const auto bridge = inverter::losses(p.inverter, most.I_peak);
  m.p_loss_bound = most.p_loss + bridge.p;
  m.i_loss_bound = bridge.i;
  return m;
}

}  // namespace evsim::drive_unit
