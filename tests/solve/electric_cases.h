// Drives that the tests of the electric steps share.
#pragma once

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sim/vehicle/electric_drive.h"

namespace evsim::electric_cases {

using Model = electric_drive::Model<double>;
using State = electric_drive::State<double>;
using Rows = electric_drive::Rows<double>;

// One machine on a shaft of its own; v is its speed [rad/s]. 1/J = 0 holds it.
struct Shaft {
  double per_J = 0.0;  // [1/(kg m2)]
  double load = 0.0;   // [Nm]
  template <Scalar T> T omega(std::size_t, const T& v) const { return v; }
  template <Scalar T> T speed(const T& v) const { return v; }
  template <Scalar T>
  T acceleration(const T& v, const std::array<T, 4>& tau, std::array<T, 4>& p_wheel) const {
    p_wheel[0] = tau[0] * v;
    return per_J * (tau[0] - load);
  }
};

struct Magnets {
  int n_p;
  double R_s, L_d, L_q, psi_f;
};
// A capacitor so large that its voltage stays: an ideal source.
inline Model drive(int n_p, double R_s, const dq_machine::Circuit<double>& circuit) {
  Model m;
  m.n_units = 1;
  m.units[0].machine.common = {.n_p = n_p, .R_s = R_s};
  m.units[0].machine.circuit = circuit;
  m.units[0].quickness = dq_machine::quickness(m.units[0].machine, 100.0);
  m.node = {.C = 1e6, .R_C = 0.0, .R_cable = 1e-3, .L_cable = 1e-6};
  return m;
}
inline Model drive(const Magnets& x) {
  const magnetics::Linear<double> linear{.L_d = x.L_d, .L_q = x.L_q, .psi_f = x.psi_f};
  return drive(
      x.n_p, x.R_s,
      dq_machine::Synchronous<double>{.magnetics = linear, .beta_f = 0.0, .psi_f = x.psi_f});
}
inline constexpr Magnets kCarMachine{3, 0.018, 0.37e-3, 1.2e-3, 0.066};

inline State at_rest(const Model& m, double u_dc, double omega, double psi_f) {
  State y{};
  for (int k = 0; k < m.n_units; ++k) y.units[static_cast<std::size_t>(k)].psi = {psi_f, 0.0};
  y.node.u_C = u_dc;
  y.v = omega;
  return y;
}

inline electric_drive::Held<double> held(double u_dc) {
  electric_drive::Held<double> h{};
  for (auto& unit : h.units) unit.temperatures = dq_machine::at_20_degC<double>();
  h.U_0 = u_dc;
  return h;
}

// dq current of the first unit.
inline Dq<double> current(const Model& m, const State& y) {
  const auto& x = y.units[0];
  const Dq<double> psi = to_rotor(x.psi, angle(x.theta_e));
  return std::visit(
      [&](const auto& c) {
        return dq_machine::currents(c, psi, x.rotor, dq_machine::at_20_degC<double>()).s;
      },
      m.units[0].machine.circuit);
}
inline std::array<double, 3> phase_currents(const Model& m, const State& y) {
  const Abc<double> i = to_phases(to_stator(current(m, y), angle(y.units[0].theta_e)));
  return {i.a, i.b, i.c};
}
inline double torque(const Model& m, const State& y) {
  const Dq<double> psi = to_rotor(y.units[0].psi, angle(y.units[0].theta_e));
  return dq_machine::air_gap_torque(m.units[0].machine.common, psi, current(m, y));
}

// What left the source and is neither lost, nor work at the shaft, nor stored [J]; of one unit.
inline double missing(const Model& m, const electric_drive::Held<double>& h, const Rows& q,
                      double stored_before, const State& y, double consumed = 0.0) {
  const auto& u = q.units[0];
  const double from_source = h.U_0 * q.charge - q.source - q.cable;
  const double lost = u.stator + u.rotor + u.iron + u.friction + u.conduction + u.switching +
                      u.fixed + u.arc + consumed;
  return from_source - lost - u.shaft - (electric_drive::stored_energy(m, h, y) - stored_before);
}

// Lines of numbers of a file in tests/solve/data; '#' begins a comment.
inline std::vector<std::vector<double>> numbers(const std::string& name) {
  std::ifstream file(std::string(EVSIM_SOURCE_DIR) + "/tests/solve/data/" + name);
  std::vector<std::vector<double>> out;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream text(line);
    std::vector<double>& row = out.emplace_back();
    for (double x; text >> x;) row.push_back(x);
  }
  return out;
}

}  // namespace evsim::electric_cases
