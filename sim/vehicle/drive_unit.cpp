#include "sim/vehicle/drive_unit.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "sim/vehicle/same_parameters.h"

namespace evsim::drive_unit {
namespace {

using Losses = decltype(Model<double>::losses);

// A map from the model in dq takes milliseconds, and the same one is asked for again: by each run of a car, its
// report, a command that changes another part. The latest few are kept; to know one or to compute it again makes no
// difference to the values.
class KnownMaps {
 public:
  template <class Compute> machine::Map<double> find_or(Leaves from, Compute compute) {
    {
      const std::lock_guard lock(mutex_);
      for (const Known& k : known_)
        if (same(k.from, from)) return k.map;
    }
    machine::Map<double> map = compute();
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMost) known_.pop_front();
    known_.push_back({std::move(from), map});
    return map;
  }

 private:
  static constexpr std::size_t kMost = 64;
  struct Known {
    Leaves from;  // keeps its tables alive
    machine::Map<double> map;
  };
  std::mutex mutex_;
  std::deque<Known> known_;
};

machine::Map<double> map_from_dq(const Params<double>& unit) {
  const auto& envelope = unit.machine.envelope;
  const auto machine = machine_dq::prepare(unit.machine.dq, envelope);
  return machine_map::map(operating_points_of(unit, machine, machine_dq::kWarm), envelope,
                          largest_voltage(unit, envelope.U_ref));
}

struct BuildLosses {
  const Params<double>& unit;
  Losses operator()(const machine_map::FromDq<double>&) const {
    static KnownMaps known;
    Leaves from = collect(unit.machine);
    from.numbers.insert(from.numbers.end(), {unit.control.k_u, unit.control.I_max});
    return known.find_or(std::move(from), [&] { return map_from_dq(unit); });
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

// What an inverter is sized by [A].
double largest_current(const Machine<double>& m, double of_map) {
  return machine_dq::given(m.dq) ? machine_dq::prepare(m.dq, m.envelope).I_max : of_map;
}

// An induction machine keeps a tenth of its base flux without torque, so that the torque need not wait for all of
// the cage's time constant; more would cost more than it gives on the road [Vs].
double kept_flux(const Params<double>& p, const machine_dq::Machine& machine) {
  constexpr double kKept = 0.1;
  if (!std::holds_alternative<dq_machine::Induction<double>>(machine.model.circuit)) return 0.0;
  const auto& e = p.machine.envelope;
  return kKept * e.U_ref * e.tau_peak / (sqrt(3.0) * machine.model.common.n_p * e.P_peak);
}

}  // namespace

operating_points::Machine operating_points_of(const Params<double>& p,
                                              const machine_dq::Machine& machine,
                                              double T_machine) {
  return operating_points::prepare(machine.model, {T_machine, T_machine},
                                   {.I_max = min(p.control.I_max, machine.I_max),
                                    .I_f_max = machine.I_f_max,
                                    .psi_least = kept_flux(p, machine)});
}

Model<double> prepare(const Params<double>& p, double wheel_radius) {
  Model<double> m;
  m.axle = p.axle;
  m.torque_share = p.torque_share;
  m.envelope = p.machine.envelope;
  m.inertia = p.machine.inertia;
  m.T_lag = p.machine.T_lag;
  m.losses = std::visit(BuildLosses{p}, p.machine.losses);
  m.gears = p.gears;
  m.wheel_radius = wheel_radius;
  const auto most = std::visit([](const auto& losses) { return worst(losses); }, m.losses);
  const double I_max = largest_current(p.machine, most.I_peak), U_ref = m.envelope.U_ref;
  m.inverter = inverter::sized(p.inverter, I_max);
  if (inverter::from_data_sheet(m.inverter))
    m.bridge = inverter::steady_bridge(m.inverter, U_ref, max(max(I_max, most.I_peak), 1.0));
  // The power factor says which devices conduct.
  const double p_most = U_ref * most.I_peak;
  const auto motoring = bridge_losses(m, most.I_peak, p_most),
             generating = bridge_losses(m, most.I_peak, -p_most);
  m.p_loss_bound = most.p_loss + max(motoring.p, generating.p);
  m.loss_share = most.share;
  m.i_loss_bound = max(motoring.i, generating.i);
  return m;
}

}  // namespace evsim::drive_unit
