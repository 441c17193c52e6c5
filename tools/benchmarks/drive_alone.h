// One machine with its 10 kHz control on a shaft whose speed is held, averaged or switched: what the
// benchmarks of the electric drive time. The Brusa machine of gym-electric-motor (DOI
// 10.1109/TPEL.2020.3006779) at 2000 rpm and 350 V.
#pragma once

#include <memory>
#include <vector>

#include "sim/base/constants.h"
#include "sim/components/current_references.h"
#include "sim/control/motor_control.h"
#include "sim/solve/switched_step.h"

namespace evsim::bench {

struct HeldShaft {
  template <Scalar T> T omega(std::size_t, const T& v) const { return v; }
  template <Scalar T> T speed(const T& v) const { return v; }
  template <Scalar T>
  T acceleration(const T& v, const std::array<T, 4>& tau, std::array<T, 4>& p_wheel) const {
    p_wheel[0] = tau[0] * v;
    return T(0.0);
  }
};

struct Kind {
  bool switched = false;  // averaged
  bool map = false;       // the machine's linear magnetics as a table of fluxes, 61 x 121
  bool ideal = false;  // an inverter without loss on a stiff source; else losses, DC link and cable
  int levels = 0;      // counts of the duties; 0: not rounded
  int finer = 1;       // times the steps that a tick takes
};

// What a run holds in each tick: the duties that act, and the current as it begins [A].
struct Tick {
  pwm::Duties<double> duties;
  Dq<double> i;
};

class DriveAlone {
 public:
  static constexpr double kU = 350.0, kOmega = 209.43951023931953, kT = 1e-4, kImax = 400.0;
  static constexpr magnetics::Linear<double> kMagnetics{0.37e-3, 1.2e-3, 0.066};

  struct Plant {
    electric_drive::State<double> y{};
    electric_drive::Rows<double> q{};
    switched_step::Legs legs{};
  };

  explicit DriveAlone(const Kind& kind) : kind_(kind) {
    m_.n_units = 1;
    auto& machine = m_.units[0].machine;
    machine.common.n_p = 3;
    machine.common.R_s = 0.018;
    dq_machine::Synchronous<double> c{
        .magnetics = kMagnetics, .beta_f = 0.0, .psi_f = kMagnetics.psi_f};
    machine.circuit = c;
    const operating_points::Limits limits{.I_max = kImax};
    const auto tables = current_references::prepare(machine, dq_machine::at_20_degC<double>(),
                                                    limits, {.psi_min = 0.05});
    if (kind.map) {
      c.magnetics = as_map();
      machine.circuit = c;
    }
    m_.units[0].I_ripple = 10.0;
    if (kind.ideal) {
      m_.node = {.C = 1e9, .R_C = 0.0, .R_cable = 1e-3, .L_cable = 10e-6};
    } else {
      m_.units[0].inverter = {.P_fixed = 30.0, .R_on = 4e-3, .switching_loss = 0.123e-6};
      m_.node = {.C = 500e-6, .R_C = 0.5e-3, .R_cable = 1e-3, .L_cable = 10e-6};
    }
    motor_control::Params<double> p;
    p.I_max = kImax;
    p.machine = {.n_p = 3,
                 .R_s = 0.018,
                 .circuit = motor_control::Synchronous<double>{
                     .L_d = kMagnetics.L_d, .L_q = kMagnetics.L_q, .psi_f = kMagnetics.psi_f}};
    control_ = motor_control::prepare(
        p, {.tau_max = tables.tau_max, .i_d = tables.i_d, .i_q = tables.i_q, .i_f = tables.i_f});
    held_.U_0 = kU;
    held_.units[0].temperatures = dq_machine::at_20_degC<double>();
    m_.units[0].quickness = dq_machine::quickness(machine, kImax);
    steps_ = electric_step::steps(m_, {3 * kOmega}, kT);
    steps_.n *= kind.finer;
    weights_ = dc_node::weights(m_.node, kR, kT / steps_.n);
  }

  Plant start() const {
    Plant p;
    p.y.units[0].psi = {kMagnetics.psi_f, 0.0};
    p.y.node.u_C = kU;
    p.y.v = kOmega;
    return p;
  }

  // Under control: tau_ref(k) is the torque asked for in tick k [Nm], seen(plant, duties) is told what acts
  // in it as it begins.
  template <class Torque, class Seen>
  Plant control(int ticks, const Torque& tau_ref, const Seen& seen) {
    Plant p = start();
    motor_control::State<double> x{};
    pwm::Duties<double> next{0.0, 0.0, 0.0};
    for (int k = 0; k < ticks; ++k) {
      const pwm::Duties<double> acting = next;
      seen(p, acting);
      const auto s = pwm::stator_voltage(acting, p.y.node.u_C);
      motor_control::Input<double> in;
      in.i_s = vector(to_stator(current(p.y), angle(p.y.units[0].theta_e)));
      in.theta_m = p.y.units[0].theta_e / 3.0;
      in.omega_m = kOmega;
      in.u_dc = p.y.node.u_C;
      in.tau_ref = tau_ref(k);
      in.u_realised = {s.a, s.b};
      const auto out = motor_control::step(control_, x, in);
      next = pwm::timer({.levels = kind_.levels},
                        pwm::duties(pwm::Modulation::space_vector, pwm::Overmodulation::hexagon,
                                    Ab<double>{out.u_s.re, out.u_s.im}, in.u_dc),
                        1.0 / kT);
      advance(k, acting, p);
    }
    return p;
  }
  // Under given duties.
  template <class Seen> void replay(const std::vector<Tick>& ticks, const Seen& seen) {
    Plant p = start();
    for (std::size_t k = 0; k < ticks.size(); ++k) {
      seen(k, p);
      advance(static_cast<int>(k), ticks[k].duties, p);
    }
  }
  // Largest difference of the currents from those of the ticks, over I_max.
  double difference(const std::vector<Tick>& ticks) {
    double worst = 0.0;
    replay(ticks, [&](std::size_t k, const Plant& p) {
      const Dq<double> i = current(p.y);
      worst = max(worst, max(abs(i.d - ticks[k].i.d), abs(i.q - ticks[k].i.q)));
    });
    return worst / kImax;
  }

  Dq<double> current(const electric_drive::State<double>& y) const {
    const auto& c = std::get<dq_machine::Synchronous<double>>(m_.units[0].machine.circuit);
    return magnetics::currents(c.magnetics, to_rotor(y.units[0].psi, angle(y.units[0].theta_e)));
  }
  double torque(const electric_drive::State<double>& y) const {
    return dq_machine::air_gap_torque(m_.units[0].machine.common,
                                      to_rotor(y.units[0].psi, angle(y.units[0].theta_e)),
                                      current(y));
  }
  // Runge-Kutta steps so far.
  long long steps() const { return taken_; }

 private:
  static constexpr double kR = 0.05;  // of the source [Ohm]

  static flux_map::Map<double> as_map() {
    std::vector<double> d, q, i_d, i_q;
    for (int k = 0; k <= 60; ++k) d.push_back(-0.2 + 0.01 * k);
    for (int k = -60; k <= 60; ++k) q.push_back(0.01 * k);
    for (const double x : d)
      for (const double y : q) {
        const Dq<double> i = magnetics::currents(kMagnetics, Dq<double>{x, y});
        i_d.push_back(i.d);
        i_q.push_back(i.q);
      }
    const auto table = [&](const std::vector<double>& z) {
      return Table2<double>(std::make_shared<const Table2Data>(d, q, z));
    };
    return flux_map::Map<double>(
        flux_map::prepare(flux_map::CurrentsOverFlux{table(i_d), table(i_q)}).data);
  }

  void advance(int k, const pwm::Duties<double>& duties, Plant& p) {
    kind_.switched ? advance_switched(k, duties, p) : advance_averaged(duties, p);
    double& theta_e = p.y.units[0].theta_e;
    if (theta_e > 1.5 * kTwoPi) theta_e -= 3.0 * kTwoPi;
  }
  void advance_averaged(const pwm::Duties<double>& duties, Plant& p) {
    const auto s = pwm::stator_voltage(duties, 1.0);
    held_.units[0].s = s;
    electric_step::advance<1>(m_, held_, HeldShaft{}, weights_, steps_, kR, p.y, p.q);
    taken_ += steps_.n;
  }
  void advance_switched(int k, const pwm::Duties<double>& duties, Plant& p) {
    const auto edges = pwm::half_period(duties, pwm::half_of(k), kT, p.legs[0].commanded);
    switched_step::Command c{.units = {}, .U_0 = kU, .R_source = kR};
    const double piece = kT / kind_.finer;
    for (int n = 0; n < kind_.finer; ++n) {
      c.units[0].edges = kind_.finer == 1
                             ? edges
                             : pwm::between(edges, n * piece, (n + 1) * piece, p.legs[0].commanded);
      taken_ += switched_step::sample<1>(m_, c, HeldShaft{}, piece, p.y, p.legs, p.q).steps;
    }
  }

  Kind kind_;
  electric_drive::Model<double> m_;
  electric_drive::Held<double> held_{};
  motor_control::Model<double> control_;
  electric_step::Steps steps_{1, 3};  // of an averaged tick
  dc_node::Weights weights_;
  long long taken_ = 0;
};

// What a drive under control does, tick by tick.
template <class Torque>
std::vector<Tick> record(DriveAlone& drive, int ticks, const Torque& tau_ref) {
  std::vector<Tick> out;
  out.reserve(static_cast<std::size_t>(ticks));
  drive.control(ticks, tau_ref, [&](const DriveAlone::Plant& p, const pwm::Duties<double>& d) {
    out.push_back({d, drive.current(p.y)});
  });
  return out;
}

}  // namespace evsim::bench
