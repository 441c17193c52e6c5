// Parameters of a drive's motor control. Those of the machine are the control's OWN: what its engineer
// believed, apart from the machine that is simulated. SI inside.
#pragma once

#include <variant>

#include "sim/base/fields.h"
#include "sim/components/real.h"

namespace evsim::motor_control {

enum class Update : int { once, twice };  // ticks in a carrier period
inline constexpr std::array<std::string_view, 2> kUpdateNames{"once", "twice"};
constexpr std::span<const std::string_view> enum_names(Update) { return kUpdateNames; }

enum class Design : int { predictive, continuous };  // see current_control.h
inline constexpr std::array<std::string_view, 2> kDesignNames{"predictive", "continuous"};
constexpr std::span<const std::string_view> enum_names(Design) { return kDesignNames; }

// Beyond the inverter's hexagon: cut in the same direction, or the nearest vector; or within the circle.
enum class VoltageLimit : int { hexagon, nearest, circle };
inline constexpr std::array<std::string_view, 3> kVoltageLimitNames{"hexagon", "nearest", "circle"};
constexpr std::span<const std::string_view> enum_names(VoltageLimit) { return kVoltageLimitNames; }

enum class Trip : int { gates_off, short_circuit };  // what the inverter does for good
inline constexpr std::array<std::string_view, 2> kTripNames{"gates_off", "short_circuit"};
constexpr std::span<const std::string_view> enum_names(Trip) { return kTripNames; }

enum class Mode : int { torque, speed };
inline constexpr std::array<std::string_view, 2> kModeNames{"torque", "speed"};
constexpr std::span<const std::string_view> enum_names(Mode) { return kModeNames; }

// Where angle and speed come from: the sensor, or flux_observer.h for machines with magnets.
enum class Position : int { sensor, observer };
inline constexpr std::array<std::string_view, 2> kPositionNames{"sensor", "observer"};
constexpr std::span<const std::string_view> enum_names(Position) { return kPositionNames; }

enum class Arithmetic : int { float64, float32 };
inline constexpr std::array<std::string_view, 2> kArithmeticNames{"float64", "float32"};
constexpr std::span<const std::string_view> enum_names(Arithmetic) { return kArithmeticNames; }

// Why less torque is given than was asked for.
enum class Reason : int {
  none,
  torque_limit,          // of the references, at full voltage: current limit of the machine
  voltage,               // field weakening: speed and DC voltage
  current,               // I_max
  winding_temperature,   // I_max reduced
  junction_temperature,  // I_max reduced
  u_dc_low,              // motoring reduced
  u_dc_high,             // generating reduced
  disabled
};
inline constexpr std::array<std::string_view, 9> kReasonNames{
    "none",     "torque_limit", "voltage", "current", "winding_temperature", "junction_temperature",
    "u_dc_low", "u_dc_high",    "disabled"};
constexpr std::span<const std::string_view> enum_names(Reason) { return kReasonNames; }

// ---- The machine as the control knows it --------------------------------------------------------

template <Real T> struct Synchronous {
  static constexpr std::string_view kType = "synchronous";
  static constexpr std::string_view kDoc = "magnets or reluctance";
  T L_d = kRequired, L_q = kRequired;  // [H]
  T psi_f = 0.0;                       // [Vs]
};
template <class P, class V>
  requires same_template<P, Synchronous>
constexpr void describe(P& p, V&& field) {
  field(p.L_d, Field{"L_d", Dim::inductance, positive, "d-axis inductance"});
  field(p.L_q, Field{"L_q", Dim::inductance, positive, "q-axis inductance"});
  field(p.psi_f, Field{"psi_f", Dim::flux_linkage, not_negative, "of the magnets, peak per phase"});
}

template <Real T> struct Excited {
  static constexpr std::string_view kType = "excited";
  static constexpr std::string_view kDoc = "field winding in the d axis";
  T L_d = kRequired, L_q = kRequired, L_m = kRequired, L_f = kRequired;  // [H]
  T R_f = kRequired;                                                     // [Ohm]
};
template <class P, class V>
  requires same_template<P, Excited>
constexpr void describe(P& p, V&& field) {
  field(p.L_d, Field{"L_d", Dim::inductance, positive, "d-axis inductance"});
  field(p.L_q, Field{"L_q", Dim::inductance, positive, "q-axis inductance"});
  field(p.L_m, Field{"L_m", Dim::inductance, positive, "psi_d of the field current"});
  field(p.L_f, Field{"L_f", Dim::inductance, positive, "of the field winding"});
  field(p.R_f, Field{"R_f", Dim::resistance, positive, "of the field winding with brushes"});
}

template <Real T> struct Induction {  // inverse-Gamma circuit: all leakage on the stator's side
  static constexpr std::string_view kType = "induction";
  static constexpr std::string_view kDoc = "cage, inverse-Gamma circuit";
  T R_R = kRequired;                       // [Ohm]
  T L_sigma = kRequired, L_M = kRequired;  // [H]
};
template <class P, class V>
  requires same_template<P, Induction>
constexpr void describe(P& p, V&& field) {
  field(p.R_R, Field{"R_R", Dim::resistance, positive, "of the rotor, as the circuit has it"});
  field(p.L_sigma, Field{"L_sigma", Dim::inductance, positive, "leakage"});
  field(p.L_M, Field{"L_M", Dim::inductance, positive, "rotor flux of the d current"});
}

template <Real T> struct MachineParams {
  int n_p = 1;        // pole pairs
  T R_s = kRequired;  // [Ohm]
  std::variant<Synchronous<T>, Excited<T>, Induction<T>> circuit;
};
template <class P, class V>
  requires same_template<P, MachineParams>
constexpr void describe(P& p, V&& field) {
  field(p.n_p, Field{"n_p", Dim::none, between(1, 100), "pole pairs"});
  field(p.R_s, Field{"R_s", Dim::resistance, not_negative, "stator phase resistance"});
  field(p.circuit, Group{"circuit", "kind of machine and its inductances"});
}

// ---- Derating -----------------------------------------------------------------------------------

// Full from the first bound on, nothing from the second.
template <Real T> struct Derating {
  T T_winding_start = kInfinity, T_winding_end = kInfinity;    // [K]
  T T_junction_start = kInfinity, T_junction_end = kInfinity;  // [K]
  T u_dc_low_start = 0.0, u_dc_low_end = 0.0;                  // start >= end [V]
  T u_dc_high_start = kInfinity, u_dc_high_end = kInfinity;    // [V]
};
template <class P, class V>
  requires same_template<P, Derating>
constexpr void describe(P& p, V&& field) {
  constexpr Dim K = Dim::temperature, U = Dim::voltage;
  field(p.T_winding_start, Field{"T_winding_start", K, positive, "I_max falls from here on"});
  field(p.T_winding_end, Field{"T_winding_end", K, positive, "no current from here on"});
  field(p.T_junction_start, Field{"T_junction_start", K, positive, "I_max falls from here on"});
  field(p.T_junction_end, Field{"T_junction_end", K, positive, "no current from here on"});
  field(p.u_dc_low_start, Field{"u_dc_low_start", U, not_negative, "motoring falls below this"});
  field(p.u_dc_low_end, Field{"u_dc_low_end", U, not_negative, "no motoring below this"});
  field(p.u_dc_high_start, Field{"u_dc_high_start", U, positive, "generating falls above this"});
  field(p.u_dc_high_end, Field{"u_dc_high_end", U, positive, "no generating above this"});
}

// ---- Settings: what a vehicle file gives --------------------------------------------------------

// The machine as the control believes it, over the machine as it is: 1 is true.
template <Real T> struct Believed {
  T R_s = 1.0, L_d = 1.0, L_q = 1.0,
    psi_f = 1.0;  // psi_f: also L_m of a field winding, L_M of a cage
  T R_r = 1.0;    // cage or field winding
};
template <class P, class V>
  requires same_template<P, Believed>
constexpr void describe(P& p, V&& field) {
  field(p.R_s, Field{"R_s", Dim::none, not_negative, "stator resistance"});
  field(p.L_d, Field{"L_d", Dim::none, positive, "d-axis inductance, or leakage of a cage"});
  field(p.L_q, Field{"L_q", Dim::none, positive, "q-axis inductance"});
  field(p.psi_f, Field{"psi_f", Dim::none, positive,
                       "the magnets' flux, or the field's or magnetising inductance"});
  field(p.R_r, Field{"R_r", Dim::none, positive, "cage or field winding"});
}

template <Real T> struct Settings {
  Update update = Update::once;  // ticks at f_sw or 2 f_sw
  T delay_compensation = 1.5;    // samples from the ADC to the middle of the voltage
  Design design = Design::predictive;
  T bandwidth = 300.0;  // of the currents [Hz]
  VoltageLimit voltage_limit = VoltageLimit::hexagon;
  T k_u = 0.95;                   // share of u_dc / sqrt(3) that references plan with
  T I_max = kInfinity;            // amplitude; infinity: the machine's [A]
  T fw_bandwidth = 20.0;          // [Hz]
  T fw_most = 0.5;                // of the flux, that field weakening by voltage may take away
  T I_weakening_max = kInfinity;  // of the d current against the flux [A]
  T torque_slew = kInfinity;      // [Nm/s]
  T dead_time = 0.0;              // to be compensated [s]
  T u_dc_trip = kInfinity;        // at which the inverter trips [V]
  T field_bandwidth = 100.0;      // of the field current [Hz]
  T U_f_min = 0.0, U_f_max = kInfinity;  // [V]
  Arithmetic arithmetic = Arithmetic::float64;
  Trip trip = Trip::gates_off;
  Position position = Position::sensor;
  T observer_bandwidth = 40.0;  // of the speed estimate [Hz]
  T observer_from = 0.0;        // of the machine: below it the sensor leads the observer [rad/s]
  T damping = 0.0;              // torque against quick changes of the shaft's speed [Nm s/rad]
  T damping_corner = 2.0;       // changes slower than this are not quick [Hz]
  Believed<T> believed;
  Derating<T> derating;
};
template <class P, class V>
  requires same_template<P, Settings>
constexpr void describe(P& p, V&& field) {
  constexpr Dim Hz = Dim::frequency;
  field(p.update, Field{"update", Dim::none, any_value, "ticks in a carrier period"});
  field(p.delay_compensation, Field{"delay_compensation", Dim::none, between(0.5, 2.5),
                                    "samples from the currents' instant to the middle of the "
                                    "voltage: output delay + 1/2"});
  field(p.design, Field{"design", Dim::none, any_value, "of the current control"});
  field(p.bandwidth, Field{"bandwidth", Hz, positive, "of the currents"});
  field(p.voltage_limit, Field{"voltage_limit", Dim::none, any_value,
                               "beyond the hexagon: cut in the same direction, or the nearest "
                               "vector; circle: no overmodulation"});
  field(p.k_u, Field{"k_u", Dim::none, between(0.1, 1.1),
                     "share of u_dc / sqrt(3) that torque is planned with"});
  field(p.I_max, Field{"I_max", Dim::current_amplitude, positive,
                       "largest phase current; left out: the machine's"});
  field(p.fw_bandwidth, Field{"fw_bandwidth", Hz, not_negative, "of field weakening by voltage"});
  field(p.fw_most, Field{"fw_most", Dim::none, fraction,
                         "share of the flux that field weakening by voltage may take away"});
  field(p.I_weakening_max, Field{"I_weakening_max", Dim::current_amplitude, positive,
                                 "largest d current against the magnets' flux"});
  field(p.torque_slew, Field{"torque_slew", Dim::none, positive, "of the reference, Nm/s"});
  field(p.dead_time, Field{"dead_time", Dim::time, not_negative, "compensated"});
  field(p.u_dc_trip, Field{"u_dc_trip", Dim::voltage, positive,
                           "DC voltage at which the inverter trips: see trip"});
  field(p.trip, Field{"trip", Dim::none, any_value, "what a trip does, until the run ends"});
  field(p.field_bandwidth, Field{"field_bandwidth", Hz, positive, "of the field current"});
  field(p.U_f_min, Field{"U_f_min", Dim::voltage, any_value, "lowest field voltage"});
  field(p.U_f_max, Field{"U_f_max", Dim::voltage, positive, "largest field voltage"});
  field(p.arithmetic, Field{"arithmetic", Dim::none, any_value, "of the controller"});
  field(p.position,
        Field{"position", Dim::none, any_value,
              "angle and speed by the sensor, or by an observer of the flux (machines with "
              "magnets)"});
  field(p.observer_bandwidth, Field{"observer_bandwidth", Hz, positive, "of the observer's speed"});
  field(p.observer_from,
        Field{"observer_from", Dim::angular_speed, not_negative,
              "machine speed below which the sensor leads the observer; 0: only as "
              "the control starts"});
  field(p.damping, Field{"damping", Dim::none, not_negative,
                         "torque against quick changes of the shaft's speed, Nm s/rad"});
  field(p.damping_corner,
        Field{"damping_corner", Hz, positive, "of their high-pass: slower changes are left alone"});
  field(p.believed, Group{"believed", "machine parameters in the control over the true ones"});
  field(p.derating, Group{"derating", "less torque outside these bounds"});
}

// ---- All of it ----------------------------------------------------------------------------------

template <Real T> struct Params : Settings<T> {
  T f_sw = 10e3;     // of the carrier [Hz]
  T I_ripple = 1.0;  // of the dead-time compensation: where its sign turns [A]
  Mode mode = Mode::torque;
  T speed_bandwidth = 4.0;  // [Hz]
  T inertia = 0.0;          // the speed loop's [kg m2]
  T tau_max = kInfinity;    // the speed loop's [Nm]
  MachineParams<T> machine;
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  constexpr Dim Hz = Dim::frequency;
  if constexpr (std::is_const_v<P>)
    describe(static_cast<const Settings<decltype(p.f_sw)>&>(p), field);
  else
    describe(static_cast<Settings<decltype(p.f_sw)>&>(p), field);
  field(p.f_sw, Field{"f_sw", Hz, positive, "of the carrier"});
  field(p.I_ripple,
        Field{"I_ripple", Dim::current, positive, "current below which its compensation fades"});
  field(p.mode, Field{"mode", Dim::none, any_value, "what the reference is"});
  field(p.speed_bandwidth, Field{"speed_bandwidth", Hz, positive, "of the speed loop"});
  field(p.inertia, Field{"inertia", Dim::inertia, not_negative, "that the speed loop turns"});
  field(p.tau_max, Field{"tau_max", Dim::torque, positive, "of the speed loop"});
  field(p.machine, Group{"machine", "as the control knows it"});
}

// For a controller that computes in single precision.
Params<Float32> rounded(const Params<double>& p);

}  // namespace evsim::motor_control
