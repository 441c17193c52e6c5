// The electric drive inside a control tick: machines in their stator coordinates, inverters, the DC node, and
// the one motion that all of them share. What is slow beside it (battery charge, air, grade, temperatures) is
// held over the tick; inside it these are the equations:
//   dpsi_s/dt = u_s - R_s i_s,  dpsi_r/dt = u_r - R_r i_r     each machine, dq_machine.h        (1)
//   dtheta_e/dt = n_p omega_m                                                                   (2)
//   u_s = u s - drop(i_s)                                     each inverter, by its vector s    (3)
//   i_dc = 3/2 Re(s conj i_s) + (p_switching + p_fixed + u_f i_f) / u                           (4)
//   node: dc_node.h;  i_node = sum i_dc + p_auxiliaries / u
//   dv/dt = a(v, tau_1 .. tau_n)                              by the mechanics behind the shafts  (5)
// An averaging inverter holds its vector s in stator coordinates, as its carrier does: |s| <= 1/sqrt(3).
// Its devices drop R_on i + U_on sgn(i) in each phase, and its dead time takes u t_d f_sw sgn(i). Within the
// ripple I_r of the current the sign changes in each period: sgn(i) there is a smooth mean, pwm.h, (4).
// Rows are integrals over time that feed nothing back: energies for the books, charges for the slow states.
#pragma once

#include <array>

#include "sim/components/dc_node.h"
#include "sim/components/dq_machine.h"
#include "sim/components/inverter.h"
#include "sim/components/pwm.h"
#include "sim/vehicle/layout.h"

namespace evsim::electric_drive {

template <Scalar T> struct Unit {
  dq_machine::Model<T> machine;
  inverter::Params<T> inverter;  // sized
  T I_ripple = 1.0;              // half of the ripple's width [A]
  dq_machine::Quickness quickness{};
  double R_sign =
      0.0;  // slope of thresholds and dead time where a phase current changes sign [Ohm]
};

template <Scalar T> struct Model {
  std::array<Unit<T>, kMaxDriveUnits> units;
  int n_units = 0;
  dc_node::Params<T> node;
};

// ---- State --------------------------------------------------------------------------------------

template <Scalar T> struct UnitState {
  Ab<T> psi;                   // stator flux linkage, in stator coordinates [Vs]
  dq_machine::Rotor<T> rotor;  // of the rotor's circuits, in rotor coordinates [Vs]
  T theta_e;                   // [rad]
};
template <Scalar T> struct State {
  std::array<UnitState<T>, kMaxDriveUnits> units;
  dc_node::State<T> node;
  T v;  // of what all shafts share: the car's speed [m/s], or a shaft's [rad/s]
};

// Integrals over the tick.
template <Scalar T> struct UnitRows {
  T shaft;                          // work at the shaft [J]
  T wheel;                          // work behind the gears, without slip [J]
  T stator, rotor, iron, friction;  // losses of the machine [J]
  T conduction, switching, fixed;   // losses of the inverter [J]
  T diode;                          // part of conduction and switching, where junctions count [J]
  T arc;                            // loss where a phase opens [J]
  T tau;                            // shaft torque [Nm s]
};
template <Scalar T> struct Rows {
  std::array<UnitRows<T>, kMaxDriveUnits> units;
  T x;  // distance [m]
  // Of the node; its own scheme fills them.
  T charge;  // from the source [C]
  T source;  // loss in its resistance [J]
  T cable;   // loss in the cable and the capacitor's resistance [J]
  T ripple;  // of the capacitor's squared current [A2 s]
};
template <std::size_t N, class A, class B, class Op> void each_row(A& a, const B& b, Op&& op) {
  for (std::size_t k = 0; k < N; ++k) {
    auto& x = a.units[k];
    const auto& y = b.units[k];
    op(x.shaft, y.shaft), op(x.wheel, y.wheel), op(x.stator, y.stator), op(x.rotor, y.rotor);
    op(x.iron, y.iron), op(x.friction, y.friction), op(x.conduction, y.conduction);
    op(x.switching, y.switching), op(x.fixed, y.fixed), op(x.diode, y.diode), op(x.arc, y.arc);
    op(x.tau, y.tau);
  }
  op(a.x, b.x);
}

// ---- Held over a tick ---------------------------------------------------------------------------

template <Scalar T> struct UnitHeld {
  Ab<T> s;  // vector of the inverter over the DC voltage [-]
  T u_f;    // at a field winding [V]
  dq_machine::Temperatures<T> temperatures;
};
template <Scalar T> struct Held {
  std::array<UnitHeld<T>, kMaxDriveUnits> units;
  T U_0;            // of the source [V]
  T R_beside;       // of the source, beside that of the node's weights [Ohm]
  T p_auxiliaries;  // [W]
};

// ---- Equations ----------------------------------------------------------------------------------

// What devices and dead time take from a phase current.
template <Scalar T> struct Bridge {
  Ab<T> sign;  // of the phase currents, as a vector
  T sum;       // sum of |i| over the phases, smooth [A]
};
// The same of devices from a data sheet: device_legs.h.
template <Scalar T> struct DeviceBridge {
  Ab<T> u_error, dead;        // [V], and over the DC voltage [-]
  T i_switching, i_recovery;  // switching losses over the DC voltage: all, of diodes [A]
  T p_conduction, p_diode;    // all, of diodes [W]
};
template <Scalar T> Bridge<T> bridge(const Ab<T>& i, const T& I_ripple) {
  const Abc<T> phase = to_phases(i);
  const Abc<T> sign{pwm::smooth_sign(phase.a, I_ripple), pwm::smooth_sign(phase.b, I_ripple),
                    pwm::smooth_sign(phase.c, I_ripple)};
  return {.sign = to_stator(sign), .sum = sign.a * phase.a + sign.b * phase.b + sign.c * phase.c};
}

// Currents of a unit's machine at its flux linkage in rotor coordinates.
// Parameters and what is held are over P, states over T.
template <Scalar P, Scalar T> dq_machine::Currents<T> currents(const dq_machine::Model<P>& machine,
                                                               const dq_machine::Temperatures<P>& t,
                                                               const UnitState<T>& x,
                                                               const Dq<T>& psi) {
  return std::visit([&](const auto& c) { return dq_machine::currents(c, psi, x.rotor, t); },
                    machine.circuit);
}

template <Scalar T> struct UnitFlow {
  Ab<T> i, u;        // stator current [A] and voltage [V]
  Dq<T> psi, i_dq;   // in rotor coordinates
  T tau_em, tau;     // air gap, shaft [Nm]
  T i_dc;            // from the node at any voltage [A], beside
  T p_dc;            // a power from the node [W]
  Bridge<T> bridge;  // of one of the two kinds of devices
  DeviceBridge<T> devices;
};

// What a unit's terminals are at, beside its currents.
template <Scalar T> struct Terminals {
  dq_machine::Rotor<T> rotor, rotor_rate;
  Angle<T> theta;
  T u, omega_e, R_s;
};

// Averaged legs: what they draw at the vector s, and the voltage they apply. Another kind of legs is
// another type of Held with functions of these names beside it.
template <Scalar P, Scalar T>
void draw_current(const Unit<P>& m, const UnitHeld<P>& held, UnitFlow<T>& f) {
  const auto& d = m.inverter;
  f.bridge = bridge(f.i, T(m.I_ripple));
  f.i_dc = 1.5 * (held.s.a * f.i.a + held.s.b * f.i.b) +
           (d.f_sw * d.switching_loss - d.dead_time * d.f_sw) * f.bridge.sum;
}
template <Scalar P, Scalar T> void apply_voltage(const Unit<P>& m, const UnitHeld<P>& held,
                                                 const Terminals<T>& at, UnitFlow<T>& f,
                                                 UnitRows<T>& dq) {
  const auto& d = m.inverter;
  const T step = d.U_on + d.dead_time * d.f_sw * at.u;
  f.u = {at.u * held.s.a - d.R_on * f.i.a - step * f.bridge.sign.a,
         at.u * held.s.b - d.R_on * f.i.b - step * f.bridge.sign.b};
  dq.conduction = 1.5 * d.R_on * (f.i.a * f.i.a + f.i.b * f.i.b) + d.U_on * f.bridge.sum;
  dq.switching = d.f_sw * d.switching_loss * at.u * f.bridge.sum;
  dq.diode = dq.arc = T(0.0);
}

// Currents of a unit, its rotor's rates and what it draws from the node: no voltage is needed for them.
template <Scalar P, Scalar T, class H>
UnitFlow<T> unit_currents(const Unit<P>& m, const H& held, const UnitState<T>& x,
                          const Angle<T>& theta, UnitState<T>& dx, UnitRows<T>& dq) {
  UnitFlow<T> f;
  f.psi = to_rotor(x.psi, theta);
  f.p_dc = T(m.inverter.P_fixed);
  std::visit(
      [&](const auto& circuit) {
        const auto i = dq_machine::currents(circuit, f.psi, x.rotor, held.temperatures);
        const auto r = dq_machine::rotor_rates(circuit, i.r, held.u_f, held.temperatures);
        f.i_dq = i.s;
        dx.rotor = r.rate;
        dq.rotor = r.p_loss;
        f.p_dc += dq_machine::field_power(circuit, held.u_f, i.r);
      },
      m.machine.circuit);
  f.i = to_stator(f.i_dq, theta);
  draw_current(m, held, f);
  return f;
}

// The rest of a unit at the voltage u of the node and its machine's speed.
template <Scalar P, Scalar T, class H>
void unit_rates(const Unit<P>& m, const H& held, const UnitState<T>& x, const Angle<T>& theta,
                const T& u, const T& omega, UnitFlow<T>& f, UnitState<T>& dx, UnitRows<T>& dq) {
  const auto& common = m.machine.common;
  const T omega_e = common.n_p * omega;
  const T R_s = dq_machine::stator_resistance(common, omega_e, held.temperatures.winding);
  apply_voltage(m, held, Terminals<T>{x.rotor, dx.rotor, theta, u, omega_e, R_s}, f, dq);
  dx.psi = {f.u.a - R_s * f.i.a, f.u.b - R_s * f.i.b};
  dx.theta_e = omega_e;
  const auto drag = dq_machine::drag(common, omega, f.psi);
  f.tau_em = dq_machine::air_gap_torque(common, f.psi, f.i_dq);
  f.tau = f.tau_em - drag.iron - drag.friction;
  const T i2 = 1.5 * (f.i.a * f.i.a + f.i.b * f.i.b);
  dq.stator = R_s * i2;
  dq.iron = drag.iron * omega;
  dq.friction = drag.friction * omega;
  dq.fixed = T(m.inverter.P_fixed);
  dq.shaft = f.tau * omega;
  dq.tau = f.tau;
}

// Everything that flows at an instant.
template <Scalar T> struct Flow {
  std::array<UnitFlow<T>, kMaxDriveUnits> units;
  T u, i_node;  // at the inverters [V], drawn from the node [A]
  T a;          // dv/dt
};

// What all units and consumers draw from the node, as a current and a power: needs currents only.
// held: a Held, or one whose units are another kind of legs.
template <Scalar T> struct Drawn {
  T i, p;  // [A], [W]
};
template <std::size_t N, Scalar P, Scalar T, class H>
Drawn<T> drawn(const Model<P>& m, const H& held, const State<T>& x,
               const std::array<Angle<T>, kMaxDriveUnits>& theta, Flow<T>& f, State<T>& dx,
               Rows<T>& dq) {
  Drawn<T> out{T(0.0), T(held.p_auxiliaries)};
  for (std::size_t n = 0; n < N; ++n) {
    f.units[n] =
        unit_currents(m.units[n], held.units[n], x.units[n], theta[n], dx.units[n], dq.units[n]);
    out.i += f.units[n].i_dc;
    out.p += f.units[n].p_dc;
  }
  return out;
}

// The rest at a voltage of the node [V]. mechanics says
//   omega(k, v)                        speed of machine k [rad/s]
//   speed(v)                           what moves, of a v that may have passed rest
//   acceleration(v, tau, p_wheel)      dv/dt of the shaft torques, and the power behind each gear [W]
template <std::size_t N, Scalar P, Scalar T, class Mechanics, class H>
void rates_at(const Model<P>& m, const H& held, const Mechanics& mechanics, const State<T>& x,
              const std::array<Angle<T>, kMaxDriveUnits>& theta, const T& u, Flow<T>& f,
              State<T>& dx, Rows<T>& dq) {
  f.u = u;
  std::array<T, kMaxDriveUnits> tau{}, p_wheel{};
  for (std::size_t n = 0; n < N; ++n) {
    unit_rates(m.units[n], held.units[n], x.units[n], theta[n], u, mechanics.omega(n, x.v),
               f.units[n], dx.units[n], dq.units[n]);
    tau[n] = f.units[n].tau;
  }
  f.a = mechanics.acceleration(x.v, tau, p_wheel);
  for (std::size_t n = 0; n < N; ++n) dq.units[n].wheel = p_wheel[n];
  dx.v = f.a;
  dq.x = mechanics.speed(x.v);
}

// Rates of all states but the node's, which its own scheme knows, (1) to (5): at a voltage of the node [V].
template <std::size_t N, Scalar P, Scalar T, class Mechanics, class H>
Flow<T> rates(const Model<P>& m, const H& held, const Mechanics& mechanics, const State<T>& x,
              const std::array<Angle<T>, kMaxDriveUnits>& theta, const T& u, State<T>& dx,
              Rows<T>& dq) {
  Flow<T> f;
  const Drawn<T> d = drawn<N>(m, held, x, theta, f, dx, dq);
  f.i_node = d.i + d.p / u;
  rates_at<N>(m, held, mechanics, x, theta, u, f, dx, dq);
  return f;
}
// The same at the voltage that the node has at this state.
template <std::size_t N, Scalar P, Scalar T, class Mechanics, class H>
Flow<T> rates(const Model<P>& m, const H& held, const Mechanics& mechanics, const State<T>& x,
              const std::array<Angle<T>, kMaxDriveUnits>& theta, State<T>& dx, Rows<T>& dq) {
  Flow<T> f;
  const Drawn<T> d = drawn<N>(m, held, x, theta, f, dx, dq);
  const T u = dc_node::voltage(m.node, x.node, d.i, d.p);
  f.i_node = d.i + d.p / u;
  rates_at<N>(m, held, mechanics, x, theta, u, f, dx, dq);
  return f;
}

// Energy in magnetic fields, capacitor and cable [J]: a function of the state.
template <Scalar T, class H> T stored_energy(const Model<T>& m, const H& held, const State<T>& x) {
  T energy = dc_node::stored_energy(m.node, x.node);
  for (int k = 0; k < m.n_units; ++k) {
    const auto n = static_cast<std::size_t>(k);
    const Dq<T> psi = to_rotor(x.units[n].psi, angle(x.units[n].theta_e));
    energy += std::visit(
        [&](const auto& circuit) {
          return dq_machine::field_energy(circuit, psi, x.units[n].rotor,
                                          held.units[n].temperatures);
        },
        m.units[n].machine.circuit);
  }
  return energy;
}

}  // namespace evsim::electric_drive
