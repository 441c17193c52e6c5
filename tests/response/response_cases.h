// Drive units in code, of each kind of machine, with round figures.
#pragma once

#include "sim/response/response.h"
#include "tests/components/reference_machines.h"

namespace evsim::test {

// 10 kHz, 300 Hz, an inverter without loss.
inline drive_unit::Params<double> bare_unit(double tau, double P, double omega_max, double U) {
  drive_unit::Params<double> u;
  u.machine.envelope = {.tau_peak = tau, .P_peak = P, .omega_max = omega_max, .U_ref = U};
  u.machine.inertia = 0.02;
  u.inverter = {.f_sw = 10e3};
  return u;
}
inline machine_dq::Shared<double> shared(int n_p, double I_max, double R_s) {
  machine_dq::Shared<double> s;
  s.n_p = n_p;
  s.I_max = I_max;
  s.R_s = R_s;
  return s;
}

// A car's machine with magnets and twice as much inductance in q.
inline drive_unit::Params<double> linear_unit(double R_s = 0.01) {
  auto u = bare_unit(250.0, 80e3, 1200.0, 400.0);
  machine_dq::Synchronous<double> m;
  m.shared = shared(4, 400.0, R_s);
  m.magnetics = magnetics::Linear<double>{.L_d = 2e-4, .L_q = 4e-4, .psi_f = 0.08};
  u.machine.dq = m;
  return u;
}
inline drive_unit::Params<double> saturated_unit() {
  auto u = bare_unit(40.0, 5.5e3, 400.0, 540.0);
  machine_dq::Synchronous<double> m;
  m.shared = shared(2, 20.0, 0.63);
  m.magnetics = kPmsyrm5k5;
  u.machine.dq = m;
  return u;
}
inline drive_unit::Params<double> induction_unit() {
  auto u = bare_unit(20.0, 2.2e3, 300.0, 540.0);
  machine_dq::Induction<double> m;
  m.shared = shared(2, 10.0, 3.7);
  m.L_sigma = 0.021;
  m.L_M = 0.224;
  m.R_R = 2.1;
  m.psi_sat = 1.2;
  u.machine.dq = m;
  return u;
}
inline drive_unit::Params<double> excited_unit() {
  auto u = bare_unit(200.0, 60e3, 1000.0, 400.0);
  machine_dq::Excited<double> m;
  m.shared = shared(3, 300.0, 15.55e-3);
  m.circuit = kExcited;
  m.I_f_max = 20.0;
  u.machine.dq = m;
  return u;
}

}  // namespace evsim::test
