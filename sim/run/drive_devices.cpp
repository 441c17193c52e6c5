// Junction temperatures of inverters with devices from a data sheet: what a tick begins with, and what it heats.
// One transistor and one diode stand for the six of a bridge, with the mean of their losses: the beat of a phase's
// own current, seen near standstill, is not there.
#include "sim/run/drive.h"

namespace evsim {

bool Drive::has_junctions(std::size_t n) const {
  return inverter::from_data_sheet(model_.units[n].inverter);
}

power_devices::Junctions<double> Drive::junctions(const State& d, std::size_t n) const {
  const double T = model_.units[n].inverter.cooling.T_coolant;
  const Junctions& x = d.units[n].junctions;
  return {.transistor = T + power_devices::rise(x.transistor),
          .diode = T + power_devices::rise(x.diode)};
}

// Without junctions the coolant's: nothing to derate by.
double Drive::hottest_junction(const State& d, std::size_t n) const {
  const auto T_j = junctions(d, n);
  return max(T_j.transistor, T_j.diode);
}

// Held over the tick that begins.
void Drive::begin_devices(State& d, std::size_t n, const pwm::Duties<double>& acting) const {
  if (!has_junctions(n)) return;
  const auto& x = d.y.units[n];
  const Angle<double> theta = angle(x.theta_e);
  const auto i = electric_drive::currents(model_.units[n].machine, d.held.units[n].temperatures, x,
                                          to_rotor(x.psi, theta));
  d.units[n].devices =
      electric_drive::tick_devices(model_.units[n], acting, to_phases(to_stator(i.s, theta)),
                                   max(d.y.node.u_C, 1.0), junctions(d, n));
}

electric_drive::DeviceHeld<double> Drive::device_held(const State& d) const {
  electric_drive::DeviceHeld<double> out{.units = {},
                                         .U_0 = d.held.U_0,
                                         .R_beside = d.held.R_beside,
                                         .p_auxiliaries = d.held.p_auxiliaries};
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    static_cast<electric_drive::UnitHeld<double>&>(out.units[n]) = d.held.units[n];
    out.units[n].devices = d.units[n].devices;
  }
  return out;
}

// By the mean losses of the last step.
void Drive::heat(State& d) const {
  if (d.h <= 0.0) return;
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    if (!has_junctions(n)) continue;
    const auto& r = d.last.units[n];
    const auto& cooling = model_.units[n].inverter.cooling;
    const double per = 1.0 / (6.0 * d.h);
    UnitState& u = d.units[n];
    Junctions& x = u.junctions;
    x.transistor = power_devices::advanced(cooling.transistor, x.transistor,
                                           per * (r.conduction + r.switching - r.diode), d.h);
    x.diode = power_devices::advanced(cooling.diode, x.diode, per * r.diode, d.h);
    u.extremes.T_junction = max(u.extremes.T_junction, hottest_junction(d, n));
  }
}

// As if an amplitude of the phase current [A] and a power into the machine [W] had been there for long.
Drive::Junctions Drive::settled(std::size_t n, double u_dc, double I, double p_AC) const {
  if (!has_junctions(n)) return {};
  const auto& p = model_.units[n].inverter;
  const auto at =
      power_devices::steady(inverter::steady_bridge(p, u_dc, units_[n].control.p.I_max), I, p_AC);
  const auto& loss = at.losses;
  return {.transistor = power_devices::settled(p.cooling.transistor,
                                               (loss.p_transistor + loss.p_sw_transistor) / 6.0),
          .diode = power_devices::settled(p.cooling.diode, (loss.p_diode + loss.p_sw_diode) / 6.0)};
}

}  // namespace evsim
