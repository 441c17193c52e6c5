// Drives for the tests of motor control: machine, inverter without loss and a controller, sampled.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "sim/base/constants.h"
#include "sim/components/dq_machine.h"
#include "sim/control/motor_control.h"

namespace evsim::test {

using motor_control::Model;
using motor_control::References;

// ---- Tables in closed form ------------------------------------------------------------------------

inline Table1<double> over_flux(const std::vector<double>& psi, const std::vector<double>& y) {
  return Table1<double>(std::make_shared<Table1Data>(psi, y));
}

// value(psi_max, share) on a grid.
template <class Value>
Table2<double> over_flux_and_share(const std::vector<double>& psi, Value value) {
  std::vector<double> shares, z;
  for (int k = -20; k <= 20; ++k) shares.push_back(k / 20.0);
  for (const double p : psi)
    for (const double s : shares) z.push_back(value(p, s));
  return Table2<double>(std::make_shared<Table2Data>(psi, shares, z));
}
inline std::vector<double> steps(double from, double to, int n) {
  std::vector<double> out;
  for (int k = 0; k <= n; ++k) out.push_back(from + (to - from) * k / n);
  return out;
}

// A machine with L_d = L_q = L and magnets psi_f > L I_max: torque needs no d current but for the voltage.
//   (psi_f + L i_d)^2 + (L i_q)^2 <= psi_max^2,  i_d^2 + i_q^2 <= I_max^2
inline References<double> round_rotor(int n_p, double L, double psi_f, double I_max) {
  const auto most = [=](double psi) {  // i_q where both bounds meet
    const double i_d =
        min((psi * psi - psi_f * psi_f - L * L * I_max * I_max) / (2 * psi_f * L), 0.0);
    return sqrt(max(I_max * I_max - i_d * i_d, 0.0));
  };
  const auto psi = steps(psi_f - L * I_max, 1.1 * (psi_f + L * I_max), 100);
  std::vector<double> tau;
  for (const double p : psi) tau.push_back(1.5 * n_p * psi_f * most(p));
  References<double> r;
  r.tau_max = over_flux(psi, tau);
  r.i_q = over_flux_and_share(psi, [=](double p, double s) { return s * most(p); });
  r.i_d = over_flux_and_share(psi, [=](double p, double s) {
    const double x = L * s * most(p);
    return max(min((sqrt(max(p * p - x * x, 0.0)) - psi_f) / L, 0.0), -I_max);
  });
  return r;
}

// Always these currents at full torque; the q current follows the torque.
inline References<double> constant_d(double i_d, double i_q_max, double tau_max, double i_f = 0.0) {
  const std::vector<double> psi{0.0, 1.0};
  References<double> r;
  r.tau_max = over_flux(psi, {tau_max, tau_max});
  r.i_d = over_flux_and_share(psi, [=](double, double) { return i_d; });
  r.i_q = over_flux_and_share(psi, [=](double, double s) { return s * i_q_max; });
  if (i_f > 0.0) r.i_f = over_flux_and_share(psi, [=](double, double) { return i_f; });
  return r;
}

// ---- The plant -------------------------------------------------------------------------------------

// Fluxes in stator coordinates, those of a rotor circuit in the rotor's; the speed is held.
struct Plant {
  dq_machine::Model<double> machine;
  double omega_m = 0.0;
  Ab<double> psi{};
  dq_machine::Rotor<double> rotor{};
  double theta_m = 0.0;

  dq_machine::Currents<double> currents_at(const Ab<double>& psi_s,
                                           const dq_machine::Rotor<double>& r, double theta) const {
    const auto t = dq_machine::at_20_degC<double>();
    const Dq<double> psi_dq = to_rotor(psi_s, angle(machine.common.n_p * theta));
    return std::visit([&](const auto& c) { return dq_machine::currents(c, psi_dq, r, t); },
                      machine.circuit);
  }
  dq_machine::Currents<double> currents() const { return currents_at(psi, rotor, theta_m); }
  Ab<double> stator_current() const {
    return to_stator(currents().s, angle(machine.common.n_p * theta_m));
  }
  double torque() const {
    const Dq<double> psi_dq = to_rotor(psi, angle(machine.common.n_p * theta_m));
    return dq_machine::air_gap_torque(machine.common, psi_dq, currents().s);
  }

  struct Rate {
    Ab<double> psi;
    dq_machine::Rotor<double> rotor;
  };
  Rate rate(const Ab<double>& psi_s, const dq_machine::Rotor<double>& r, double theta,
            const Ab<double>& u_s, double u_f) const {
    const auto t = dq_machine::at_20_degC<double>();
    const auto i = currents_at(psi_s, r, theta);
    const Ab<double> i_s = to_stator(i.s, angle(machine.common.n_p * theta));
    const double R = machine.common.R_s;
    return {{u_s.a - R * i_s.a, u_s.b - R * i_s.b},
            std::visit([&](const auto& c) { return dq_machine::rotor_rates(c, i.r, u_f, t).rate; },
                       machine.circuit)};
  }
  // Over h [s] with both voltages held: the classical Runge-Kutta scheme in a few steps.
  void advance(double h_all, const Ab<double>& u_s, double u_f = 0.0) {
    const int n = 4;
    const double h = h_all / n;
    for (int k = 0; k < n; ++k) {
      const auto at = [&](double c, const Rate& d) {
        return rate({psi.a + c * d.psi.a, psi.b + c * d.psi.b},
                    {rotor.x + c * d.rotor.x, rotor.y + c * d.rotor.y}, theta_m + c * omega_m, u_s,
                    u_f);
      };
      const Rate k1 = at(0.0, {}), k2 = at(h / 2, k1), k3 = at(h / 2, k2), k4 = at(h, k3);
      const auto mean = [&](double a, double b, double c, double d) {
        return h / 6 * (a + 2 * b + 2 * c + d);
      };
      psi.a += mean(k1.psi.a, k2.psi.a, k3.psi.a, k4.psi.a);
      psi.b += mean(k1.psi.b, k2.psi.b, k3.psi.b, k4.psi.b);
      rotor.x += mean(k1.rotor.x, k2.rotor.x, k3.rotor.x, k4.rotor.x);
      rotor.y += mean(k1.rotor.y, k2.rotor.y, k3.rotor.y, k4.rotor.y);
      theta_m += h * omega_m;
    }
    if (theta_m > kTwoPi / 2) theta_m -= kTwoPi;
    if (theta_m < -kTwoPi / 2) theta_m += kTwoPi;
  }
};

// Duties by the min-max zero sequence, and the vector they give: what a modulator without loss does.
inline Ab<double> modulated(const Ab<double>& u, double u_dc) {
  const Abc<double> x = to_phases(u);
  const double zero = 0.5 * (max(max(x.a, x.b), x.c) + min(min(x.a, x.b), x.c));
  const auto leg = [&](double v) { return u_dc * clamp((v - zero) / u_dc + 0.5, 0.0, 1.0); };
  return to_stator(Abc<double>{leg(x.a), leg(x.b), leg(x.c)});
}

// ---- Plant and controller ---------------------------------------------------------------------------

struct Drive {
  Plant plant;
  Model<double> model;
  motor_control::State<double> state{};
  motor_control::Input<double> input{};
  motor_control::Output<double> out{};
  double J = kInfinity;    // of the rotor [kg m2]: the speed is held
  double tau_load = 0.0;   // [Nm]
  double dead_time = 0.0;  // of the inverter: takes voltage against each phase's current [s]
  double delay = 1.0;      // of the output [samples], to 2
  std::array<Ab<double>, 4> outputs{};  // of this tick and those before, as the modulator has them
  double u_f_acts = 0.0;

  double T_s() const { return model.gains.T_s; }
  // One period: sample, compute, and what the delay has let through acts.
  void tick() { tick(plant.omega_m); }
  // With a speed that a sensor shows [rad/s].
  void tick(double omega_seen) {
    input.theta_m = plant.theta_m;
    input.omega_m = omega_seen;
    sample();
    out = motor_control::step(model, state, input);
    act();
  }
  void sample() {
    input.i_s = vector(plant.stator_current());
    input.i_f = plant.currents().r.x;
    input.u_realised = vector(outputs[0]);
  }
  void act() {
    for (std::size_t k = outputs.size() - 1; k > 0; --k) outputs[k] = outputs[k - 1];
    outputs[0] = modulated(stator(out.u_s), input.u_dc);
    const auto whole = static_cast<std::size_t>(delay);
    const double rest = delay - static_cast<double>(whole);
    if (rest > 0.0) plant.advance(rest * T_s(), past_dead_time(outputs[whole + 1]), u_f_acts);
    plant.advance((1.0 - rest) * T_s(), past_dead_time(outputs[whole]), u_f_acts);
    plant.omega_m += T_s() * (plant.torque() - tau_load) / J;
    u_f_acts = out.u_f;
  }
  Ab<double> past_dead_time(const Ab<double>& u) const {
    const Abc<double> i = to_phases(plant.stator_current());
    const double lost = input.u_dc * dead_time * model.p.f_sw;
    const Ab<double> taken =
        to_stator(Abc<double>{lost * sign(i.a), lost * sign(i.b), lost * sign(i.c)});
    return {u.a - taken.a, u.b - taken.b};
  }
  void run(double seconds) {
    for (int n = 0; (n + 0.5) * T_s() < seconds; ++n) tick();
  }
  Dq<double> i() const { return plant.currents().s; }
};

// A car's machine without saliency: n_p 4, 10 mOhm, 0.2 mH, 0.1 Vs, 400 A, 400 V.
inline motor_control::Params<double> round_rotor_control() {
  motor_control::Params<double> p;
  p.I_max = 400.0;
  p.machine.n_p = 4;
  p.machine.R_s = 0.01;
  p.machine.circuit = motor_control::Synchronous<double>{.L_d = 2e-4, .L_q = 2e-4, .psi_f = 0.1};
  return p;
}
inline Plant round_rotor_plant(double omega_m) {
  Plant plant;
  plant.machine.common.n_p = 4;
  plant.machine.common.R_s = 0.01;
  magnetics::Linear<double> linear{.L_d = 2e-4, .L_q = 2e-4, .psi_f = 0.1};
  plant.machine.circuit = dq_machine::Synchronous<double>{.magnetics = linear, .psi_f = 0.1};
  plant.omega_m = omega_m;
  plant.psi = {0.1, 0.0};
  return plant;
}
inline Drive round_rotor_drive(const motor_control::Params<double>& p, double omega_m,
                               double u_dc = 400.0) {
  Drive d{.plant = round_rotor_plant(omega_m),
          .model = motor_control::prepare(p, round_rotor(4, 2e-4, 0.1, p.I_max))};
  d.input.u_dc = u_dc;
  return d;
}

}  // namespace evsim::test
