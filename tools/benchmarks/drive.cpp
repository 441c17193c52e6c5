// Times the electric drive: one machine with its 10 kHz control alone, averaged and switched, and a whole car at
// the levels drive and waveform. Times are CPU times of the thread, the minimum of the repeats.
//
//   bench_drive VEHICLE [REPEATS]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "sim/base/errors.h"
#include "sim/base/floating_point.h"
#include "sim/components/current_references.h"
#include "sim/control/motor_control.h"
#include "sim/io/case.h"
#include "sim/run/result.h"
#include "sim/solve/switched_step.h"
#include "tools/benchmarks/timing.h"

namespace {

using namespace evsim;

// A shaft whose speed is held.
struct Shaft {
  double omega(std::size_t, double v) const { return v; }
  double speed(double v) const { return v; }
  double acceleration(double v, const std::array<double, 4>& tau,
                      std::array<double, 4>& p_wheel) const {
    p_wheel[0] = tau[0] * v;
    return 0.0;
  }
};

// The Brusa machine of gym-electric-motor (DOI 10.1109/TPEL.2020.3006779) at 350 V, torque steps at 2000 rpm.
struct Alone {
  electric_drive::Model<double> m;
  electric_drive::Held<double> held{};
  motor_control::Model<double> control;
  dc_node::Weights weights;
  electric_drive::State<double> start{};
  static constexpr double kU = 350.0, kR = 0.05, kOmega = 209.43951023931953, kT = 1e-4;

  explicit Alone(bool map) {
    const magnetics::Linear<double> linear{0.37e-3, 1.2e-3, 0.066};
    m.n_units = 1;
    auto& machine = m.units[0].machine;
    machine.common.n_p = 3;
    machine.common.R_s = 0.018;
    dq_machine::Synchronous<double> c{.magnetics = linear, .beta_f = 0.0, .psi_f = 0.066};
    const operating_points::Limits limits{.I_max = 400.0};
    machine.circuit = c;
    const auto tables = current_references::prepare(machine, dq_machine::at_20_degC<double>(),
                                                    limits, {.psi_min = 0.05});
    if (map) {
      c.magnetics = as_map(linear);
      machine.circuit = c;
    }
    m.units[0].inverter = {.P_fixed = 30.0, .R_on = 4e-3, .switching_loss = 0.123e-6};
    m.units[0].I_ripple = 10.0;
    m.node = {.C = 500e-6, .R_C = 0.5e-3, .R_cable = 1e-3, .L_cable = 10e-6};
    motor_control::Params<double> p;
    p.I_max = 400.0;
    p.machine = {.n_p = 3,
                 .R_s = 0.018,
                 .circuit = motor_control::Synchronous<double>{
                     .L_d = 0.37e-3, .L_q = 1.2e-3, .psi_f = 0.066}};
    control = motor_control::prepare(
        p, {.tau_max = tables.tau_max, .i_d = tables.i_d, .i_q = tables.i_q, .i_f = tables.i_f});
    held.U_0 = kU;
    held.units[0].temperatures = dq_machine::at_20_degC<double>();
    const int steps = electric_step::steps(kT, 3 * kOmega);
    weights = dc_node::weights(m.node, kR, kT / steps);
    start.units[0].psi = {0.066, 0.0};
    start.node.u_C = kU;
    start.v = kOmega;
  }
  static flux_map::Map<double> as_map(const magnetics::Linear<double>& linear) {
    std::vector<double> d, q, i_d, i_q;
    for (int k = 0; k <= 60; ++k) d.push_back(-0.2 + 0.01 * k);
    for (int k = -60; k <= 60; ++k) q.push_back(0.01 * k);
    for (const double x : d)
      for (const double y : q) {
        const Dq<double> i = magnetics::currents(linear, Dq<double>{x, y});
        i_d.push_back(i.d);
        i_q.push_back(i.q);
      }
    const auto table = [&](const std::vector<double>& z) {
      return Table2<double>(std::make_shared<const Table2Data>(d, q, z));
    };
    return flux_map::Map<double>(
        flux_map::prepare(flux_map::CurrentsOverFlux{table(i_d), table(i_q)}).data);
  }

  // Torque at the end of `ticks` ticks [Nm].
  double run(int ticks, bool switched) {
    electric_drive::State<double> y = start;
    electric_drive::Rows<double> q{};
    motor_control::State<double> x{};
    switched_step::Legs legs{};
    pwm::Duties<double> next{0.5, 0.5, 0.5};
    for (int k = 0; k < ticks; ++k) {
      const pwm::Duties<double> acting = next;
      const Angle<double> theta = angle(y.units[0].theta_e);
      const Dq<double> psi = to_rotor(y.units[0].psi, theta);
      const auto& c = std::get<dq_machine::Synchronous<double>>(m.units[0].machine.circuit);
      const auto s = pwm::stator_voltage(acting, 1.0);
      motor_control::Input<double> in;
      in.i_s = vector(to_stator(magnetics::currents(c.magnetics, psi), theta));
      in.theta_m = y.units[0].theta_e / 3.0;
      in.omega_m = kOmega;
      in.u_dc = y.node.u_C;
      in.tau_ref = k / 400 % 2 == 0 ? 50.0 : 150.0;
      in.u_realised = {s.a * in.u_dc, s.b * in.u_dc};
      const auto out = motor_control::step(control, x, in);
      next = pwm::duties(pwm::Modulation::space_vector, pwm::Overmodulation::hexagon,
                         Ab<double>{out.u_s.re, out.u_s.im}, in.u_dc);
      switched ? tick_switched(k, acting, y, legs, q) : tick_averaged(s, y, q);
      double& angle_e = y.units[0].theta_e;
      if (angle_e > 9.42477796) angle_e -= 18.84955592;
    }
    return q.units[0].tau / (ticks * kT);
  }
  void tick_averaged(const Ab<double>& s, electric_drive::State<double>& y,
                     electric_drive::Rows<double>& q) {
    held.units[0].s = s;
    auto theta = electric_step::angles(y, 1);
    for (double t = 0.0; t < 0.999 * kT; t += weights.h)
      electric_step::step<1>(m, held, Shaft{}, weights, kR, y, theta, q);
  }
  void tick_switched(int k, const pwm::Duties<double>& d, electric_drive::State<double>& y,
                     switched_step::Legs& legs, electric_drive::Rows<double>& q) {
    switched_step::Command c{.units = {}, .U_0 = kU, .R_source = kR};
    c.units[0].edges = pwm::half_period(d, pwm::half_of(k), kT, legs[0].commanded);
    switched_step::sample<1>(m, c, Shaft{}, kT, y, legs, q);
  }
};

void alone(int repeats) {
  constexpr int kTicks = 4000;
  double sink = 0.0;
  for (const bool switched : {false, true})
    for (const bool map : {false, true}) {
      Alone a(map);
      const double t = least(repeats, [&] { sink += a.run(kTicks, switched); }) / kTicks;
      fmt::print("alone, {:8} {:8} {:7.0f} ns a tick of 100 us: {:5.0f}x real time\n",
                 switched ? "switched" : "averaged", map ? "flux map" : "linear", 1e9 * t,
                 Alone::kT / t);
    }
  if (std::isnan(sink)) fmt::print("diverged\n");
}

void whole_car(const std::string& vehicle, int repeats) {
  for (const char* level : {"drive", "waveform"}) {
    const Case c = io::load_case({.scenario = "scenarios/drive_off_and_brake.json",
                                  .vehicle = vehicle,
                                  .levels = {level}})
                       .c;
    RunOptions quiet;
    quiet.record = false;
    double simulated = 0.0, residual = 0.0;
    const double t = least(repeats, [&] {
      Simulation s(c, io::parameter_setter());
      const RunResult r = run(s, quiet);
      simulated = r.t_end;
      residual = r.books.relative();
    });
    fmt::print("car, {:8} {:9.1f} s in {:6.2f} s: {:5.0f}x real time, ledger residual {:.1e}\n",
               level, simulated, t, simulated / t, residual);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const int repeats = argc > 2 ? std::atoi(argv[2]) : 9;
  if (argc < 2 || argc > 3 || repeats < 1) {
    fmt::print(stderr, "bench_drive VEHICLE [REPEATS]\n");
    return 2;
  }
  const FloatingPointGuard guard;
  alone(repeats);
  whole_car(argv[1], std::max(repeats / 3, 1));
} catch (const std::exception& e) {
  fmt::print(stderr, "bench_drive: {}\n", e.what());
  return 3;
}
