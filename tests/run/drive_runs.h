// Shipped scenarios and cars at the levels of the electric drive, and the figures of a car's machine.
#pragma once

#include <gtest/gtest.h>

#include "sim/io/case.h"
#include "sim/run/result.h"

namespace evsim::test {

inline std::string at(const std::string& file) {
  return std::string(EVSIM_SOURCE_DIR) + "/" + file;
}

inline Case loaded(const std::string& scenario, const std::string& vehicle,
                   const std::string& level, std::vector<std::string> sets = {}) {
  io::CaseRequest request;
  request.scenario = at("scenarios/" + scenario + ".json");
  request.vehicle = at("vehicles/" + vehicle + ".json");
  request.levels = {level};
  request.sets = std::move(sets);
  return io::load_case(request).c;
}
inline Simulation simulation(Case c) { return Simulation(std::move(c), io::parameter_setter()); }

inline double kpi(const Simulation& s, const std::string& name) {
  for (const Kpi& k : kpis(s))
    if (k.name == name) return k.value;
  ADD_FAILURE() << name;
  return 0.0;
}

// Steady short circuit of a linear machine: 0 = R i_d - w L_q i_q, 0 = R i_q + w (L_d i_d + psi_f).
struct ShortCircuit {
  Dq<double> i;
  double tau;
};
inline ShortCircuit short_circuit(double R, double L_d, double L_q, double psi_f, int n_p,
                                  double w) {
  const double det = R * R + w * w * L_d * L_q;
  const Dq<double> i{-w * w * psi_f * L_q / det, -w * psi_f * R / det};
  return {i, 1.5 * n_p * (psi_f + (L_d - L_q) * i.d) * i.q};
}

// Of the first drive unit at a temperature, with the resistance of its inverter's devices.
struct Machine {
  double R, L_d, L_q, psi_f;
  int n_p;
};
inline Machine machine_of(const Simulation& s, double T = machine_dq::kWarm) {
  const auto& unit = s.vehicle().drive_units[0];
  const auto m = machine_dq::prepare(unit.machine.dq, unit.machine.envelope);
  const auto& c = std::get<dq_machine::Synchronous<double>>(m.model.circuit);
  const auto& linear = std::get<magnetics::Linear<double>>(c.magnetics);
  return {
      .R = dq_machine::copper(m.model.common.R_s, T) + inverter::sized(unit.inverter, m.I_max).R_on,
      .L_d = linear.L_d,
      .L_q = linear.L_q,
      .psi_f = c.psi_f - dq_machine::lost_flux(c, {T, T}),
      .n_p = m.model.common.n_p};
}

}  // namespace evsim::test
