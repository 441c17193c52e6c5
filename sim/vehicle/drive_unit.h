// A drive unit: machine, inverter and gears between the DC node and one axle.
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "sim/base/fields.h"
#include "sim/components/gear.h"
#include "sim/components/inverter.h"
#include "sim/components/machine.h"
#include "sim/components/machine_dq.h"
#include "sim/components/machine_map.h"
#include "sim/components/pwm.h"
#include "sim/components/sensors.h"
#include "sim/vehicle/body.h"
#include "sim/vehicle/motor_control_params.h"

namespace evsim::drive_unit {

enum class Axle : int { front, rear };
constexpr std::array<std::string_view, 2> kAxleNames{"front", "rear"};
constexpr std::span<const std::string_view> enum_names(Axle) { return kAxleNames; }

inline constexpr int kMaxGears = 3;

template <Scalar T> struct Machine {
  machine::Envelope<T> envelope;
  T inertia = kRequired;  // rotor [kg m2]
  T T_lag = 0.02;         // of the torque behind its command [s]
  std::variant<machine_map::FromDq<T>, machine::Map<T>, machine::PowerEfficiency<T>> losses;
  machine_dq::Params<T> dq;
};
template <class P, class V>
  requires same_template<P, Machine>
constexpr void describe(P& p, V&& field) {
  describe(p.envelope, field);
  field(p.inertia, Field{"inertia", Dim::inertia, not_negative, "rotor"});
  field(p.T_lag, Field{"T_lag", Dim::time, positive, "lag of the torque behind its command"});
  field(p.losses, Group{"losses", "what the machine loses at each speed and torque"});
  field(
      p.dq,
      Group{"dq", "its circuit, for the levels drive and waveform and for losses of the type dq"});
}

// As the vehicle file gives it.
template <Scalar T> struct Params {
  Axle axle = Axle::rear;
  T torque_share = 1.0;  // of the wheel torque asked for, relative to the other units [-]
  Machine<T> machine;
  inverter::Params<T> inverter;
  pwm::Params<T> modulation;
  motor_control::Settings<T> control;
  sensors::Params<T> sensors;
  NamedList<gear::Params<T>, kMaxGears> gears;  // from machine to wheel
  body::Shafts<T> shafts;
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.axle, Field{"axle", Dim::none, any_value, "axle that is driven"});
  field(p.torque_share, Field{"torque_share", Dim::none, not_negative,
                              "share of the wheel torque, relative to the other units"});
  field(p.machine, Group{"machine", "electrical machine"});
  field(p.inverter, Group{"inverter", "inverter"});
  field(p.modulation, Group{"modulation", "pulse-width modulation of these levels"});
  field(p.control, Group{"control", "motor control of the levels drive and waveform"});
  field(p.sensors, Group{"sensors", "what the motor control measures with"});
  field(p.gears, Group{"gears", "gear stages by name, from machine to wheel"});
  field(p.shafts, Group{"shafts", "from the gears to the wheels, for the chassis multi_body"});
}

// As the equations need it: losses are a map or an efficiency curve.
template <Scalar T> struct Model {
  Axle axle = Axle::rear;
  T torque_share = 1.0;
  machine::Envelope<T> envelope;
  T inertia{}, T_lag{};
  std::variant<machine::Map<T>, machine::PowerEfficiency<T>> losses;
  inverter::Params<T> inverter;
  power_devices::SteadyBridge<T> bridge{};  // where its devices come from a data sheet, at U_ref
  NamedList<gear::Params<T>, kMaxGears> gears;
  T wheel_radius{};  // [m]
  T p_loss_bound{};  // no operating point loses more than this, switching left out [W],
  T loss_share{};    // and this share of its mechanical power [-]
  T i_loss_bound{};  // current of the switching loss at the largest phase current [A]
};
template <class P, class V>
  requires same_template<P, Model>
constexpr void describe(P& p, V&& field) {
  field(p.axle, Field{"axle"});
  field(p.torque_share, Field{"torque_share"});
  describe(p.envelope, field);
  field(p.inertia, Field{"inertia"});
  field(p.T_lag, Field{"T_lag"});
  field(p.losses, Group{"losses"});
  field(p.inverter, Group{"inverter"});
  field(p.bridge, Group{"bridge"});
  field(p.gears, Group{"gears"});
  field(p.wheel_radius, Field{"wheel_radius"});
  field(p.p_loss_bound, Field{"p_loss_bound"});
  field(p.loss_share, Field{"loss_share"});
  field(p.i_loss_bound, Field{"i_loss_bound"});
}

template <Scalar T> struct State {
  T tau;  // torque of the machine [Nm]
};

// What the unit draws from the DC node at a torque: a power, and a current beside it.
template <Scalar T> struct Electrical {
  T p;          // power [W]
  T i;          // current that does not depend on the voltage: switching loss / u_dc [A]
  T p_machine;  // loss of the machine [W]
  T p_bridge;   // loss of the inverter without switching [W]
  T I_peak;     // amplitude of the phase current [A]
};
// Of the inverter, with a power into the machine [W]. Devices from a data sheet have the junction temperatures that
// they settle at, and switch at the machine's U_ref; around it their loss is taken as proportional to the voltage.
template <Scalar T>
inverter::Losses<T> bridge_losses(const Model<T>& m, const T& I_peak, const T& p_machine) {
  if (!inverter::from_data_sheet(m.inverter)) return inverter::losses(m.inverter, I_peak);
  const auto l = power_devices::steady(m.bridge, I_peak, p_machine).losses;
  return {.p = m.inverter.P_fixed + l.p_transistor + l.p_diode,
          .i = (l.p_sw_transistor + l.p_sw_diode) / m.bridge.u_dc};
}
template <Scalar T> Electrical<T> electrical(const Model<T>& m, const T& omega, const T& tau) {
  const machine::Losses<T> l =
      std::visit([&](const auto& losses) { return machine::losses(losses, omega, tau); }, m.losses);
  const T p_machine = tau * omega + l.p_loss;
  const inverter::Losses<T> b = bridge_losses(m, l.I_peak, p_machine);
  return {
      .p = p_machine + b.p, .i = b.i, .p_machine = l.p_loss, .p_bridge = b.p, .I_peak = l.I_peak};
}

// Machine speed over wheel speed at a speed of the car.
template <Scalar T> T ratio(const Model<T>& m, const T& v) {
  T all(1.0);
  for (int i = 0; i < m.gears.size(); ++i) all = all * gear::engaged_ratio(m.gears[i], v);
  return all;
}
// Machine speed [rad/s] at a speed of the car, without slip.
template <Scalar T> T machine_speed(const Model<T>& m, const T& v) {
  return v * ratio(m, v) / m.wheel_radius;
}

// Torque at the wheels [Nm] of a machine torque, at a speed of the car.
template <Scalar T> T wheel_torque(const Model<T>& m, const T& tau, const T& v) {
  T torque = tau;
  for (int i = 0; i < m.gears.size(); ++i) torque = gear::output_torque(m.gears[i], torque, v);
  return torque;
}
// Machine torque [Nm] that gives a torque at the wheels.
template <Scalar T> T machine_torque(const Model<T>& m, const T& tau_wheel, const T& v) {
  T torque = tau_wheel;
  for (int i = m.gears.size() - 1; i >= 0; --i) torque = gear::input_torque(m.gears[i], torque, v);
  return torque;
}

// The machine's steady points as its control chooses them, and the phase voltage that it plans with at a DC voltage.
operating_points::Machine operating_points_of(const Params<double>& p,
                                              const machine_dq::Machine& machine, double T_machine);
inline double largest_voltage(const Params<double>& p, double u_dc) {
  return p.control.k_u * u_dc / sqrt(3.0);
}

// Builds the maps. Throws std::invalid_argument where loss and current maps differ in their axes, and where a map
// from the model in dq can't be had (machine_dq::prepare, machine_map::map).
Model<double> prepare(const Params<double>& p, double wheel_radius);

}  // namespace evsim::drive_unit
