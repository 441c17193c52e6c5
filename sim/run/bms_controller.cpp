// A battery management of the user's own: its limits reach the control unit in place of those that the pack's data give.
#include "sim/run/simulation.h"

namespace evsim {
namespace {

// Of the largest power that any current gives, U_0^2 / 4 R, at u = 0.66 U_0. A control unit's sums leave out the tyres' slip and the
// torques' lag, and hold for a tick: they miss it by some percent, and beyond it no current gives the power.
constexpr double kOfPeak = 0.9;

struct ConfigOf {
  const battery::Params<double>& params;
  evsim_bms_config operator()(const battery_pack::Model<double>& m) const {
    const auto& cells = std::get<battery_pack::Params<double>>(params);
    evsim_bms_config out{};
    out.n_series = cells.n_series;
    out.n_parallel = cells.n_parallel;
    out.Q = m.Q;
    out.U_min = m.U_min;
    out.U_max = m.U_max;
    out.I_discharge_max = m.I_discharge_max;
    out.P_discharge_max = m.P_discharge_max;
    out.P_charge_max = m.P_charge_max;
    out.SOC_empty = m.SOC_empty;
    out.SOC_full = m.SOC_full;
    out.SOC_taper = m.SOC_taper;
    return out;
  }
  evsim_bms_config operator()(const battery_constant_efficiency::Params<double>& m) const {
    evsim_bms_config out{};
    out.U_max = out.I_discharge_max = kInfinity;
    out.P_discharge_max = m.P_discharge_max;
    out.P_charge_max = m.P_charge_max;
    out.SOC_empty = m.SOC_empty;
    out.SOC_full = m.SOC_full;
    return out;
  }
};

double I_charge_max(const battery::Model<double>& m, double T_cell) {
  const auto* pack = std::get_if<battery_pack::Model<double>>(&m);
  return pack ? pack->I_charge_max(T_cell) : kInfinity;
}

}  // namespace

double Simulation::bms_rate() const {
  const double asked = case_.controllers.bms->about().rate;
  return asked > 0.0 ? asked : trace_.rate;
}

void Simulation::init_bms() {
  auto config = std::visit(ConfigOf{vehicle_.battery}, system_.car.battery);
  config.T_s = 1.0 / bms_rate();
  case_.controllers.bms->init(now_.bms, config, {.unit = {}, .t = 0, .tick = 0});
}

void Simulation::run_bms(TimeNs t) {
  begin_piece(t);  // flows are those under what the controls gave before
  const auto flows = instant().flows.battery;
  const auto around = closed_loop::surroundings(system_, now_.piece, 0.0);
  const auto source = car::supply(system_.car, now_.y.data(), around).source;
  evsim_bms_inputs in{};
  in.time_ns = t;
  in.tick = now_.bms_tick;
  in.T_s = 1.0 / bms_rate();
  in.u = flows.u;
  in.i = flows.i;
  in.SOC = now_.y[car::kSOC];
  in.U_0 = source.U_0;
  in.R = source.R;
  in.T_cell = around.T_battery;
  in.I_charge_max = I_charge_max(system_.car.battery, around.T_battery);

  evsim_bms_outputs given{};
  given.discharge_reason = given.charge_reason = static_cast<double>(battery_pack::Limit::power);
  controller::call(*case_.controllers.bms, now_.bms, in, given,
                   {.unit = {}, .t = t, .tick = now_.bms_tick});
  ++now_.bms_tick;
  const auto whole = [](double reason) { return static_cast<double>(static_cast<int>(reason)); };
  now_.limits = {.discharge = given.P_discharge_max,
                 .charge = given.P_charge_max,
                 .discharge_reason = whole(given.discharge_reason),
                 .charge_reason = whole(given.charge_reason)};
}

// As it gave them last, and not beyond what the pack can follow.
battery::PowerLimits<double> Simulation::limits(const battery::Source<double>& s) const {
  auto out = now_.limits;
  if (s.R > 0.0)
    battery_pack::detail::lower(out.discharge, out.discharge_reason,
                                kOfPeak * s.U_0 * s.U_0 / (4.0 * s.R),
                                battery_pack::Limit::voltage);
  return out;
}

}  // namespace evsim
