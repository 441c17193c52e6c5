// What passes between a control role and its controller, described once: names, units, ranges. From it come
// `evsim describe interface`, the check of what a controller gives, and what a controller over a wire would send.
// The structs are those of the C header; a test holds their members against these descriptions.
#pragma once

#include <array>

#include "sim/base/fields.h"
#include "sim/control/evsim_controller.h"

namespace evsim::controller {

// field(member, Field): a member is a double, std::int64_t, const char*, an array of EVSIM_UNITS or EVSIM_SIGNALS of
// them, or evsim_wheels.
template <class P, class C>
concept is_struct = std::is_same_v<std::remove_const_t<P>, C>;

inline constexpr Range kCount{.min = 0};

template <class P, class V>
  requires is_struct<P, evsim_motor_control_config>
void fields(P& p, V&& field) {
  constexpr Dim H = Dim::inductance, Ohm = Dim::resistance;
  field(p.unit, Field{"unit", Dim::none, any_value, "name of the drive unit"});
  field(p.machine, Field{"machine", Dim::none, between(0, 2), "0 synchronous, 1 excited, 2 cage"});
  field(p.n_p, Field{"n_p", Dim::none, kCount, "pole pairs"});
  field(p.T_s, Field{"T_s", Dim::time, positive, "between two ticks"});
  field(p.f_sw, Field{"f_sw", Dim::frequency, positive, "of the carrier"});
  field(p.R_s, Field{"R_s", Ohm, not_negative, "stator phase, warm"});
  field(p.L_d, Field{"L_d", H, not_negative, "without saturation"});
  field(p.L_q, Field{"L_q", H, not_negative, "without saturation"});
  field(p.psi_f, Field{"psi_f", Dim::flux_linkage, not_negative, "of the magnets, warm"});
  field(p.L_m, Field{"L_m", H, not_negative, "psi_d per field current"});
  field(p.L_f, Field{"L_f", H, not_negative, "of the field winding"});
  field(p.R_f, Field{"R_f", Ohm, not_negative, "of the field winding, warm"});
  field(p.R_R, Field{"R_R", Ohm, not_negative, "of a cage, inverse-Gamma circuit, warm"});
  field(p.L_sigma, Field{"L_sigma", H, not_negative, "leakage of its circuit"});
  field(p.L_M, Field{"L_M", H, not_negative, "magnetising inductance of its circuit"});
  field(p.I_max, Field{"I_max", Dim::current_amplitude, positive, "largest phase current"});
  field(p.tau_max, Field{"tau_max", Dim::torque, positive, "largest torque"});
  field(p.P_max, Field{"P_max", Dim::power, positive, "largest power"});
  field(p.omega_max, Field{"omega_max", Dim::angular_speed, positive, "of the rotor"});
  field(p.U_f_min, Field{"U_f_min", Dim::voltage, any_value, "lowest of the field"});
  field(p.U_f_max, Field{"U_f_max", Dim::voltage, any_value, "largest of the field"});
  field(p.dead_time, Field{"dead_time", Dim::time, not_negative, "to be compensated"});
  field(p.k_u, Field{"k_u", Dim::none, positive, "share of u_dc / sqrt(3) to plan with"});
  field(p.u_dc_trip, Field{"u_dc_trip", Dim::voltage, positive, "at which the inverter trips"});
}

template <class P, class V>
  requires is_struct<P, evsim_motor_control_inputs>
void fields(P& p, V&& field) {
  constexpr Dim A = Dim::current, U = Dim::voltage, Nm = Dim::torque;
  field(p.time_ns, Field{"time_ns", Dim::none, kCount, "simulated time of the tick, in ns"});
  field(p.tick, Field{"tick", Dim::none, kCount, "0, 1, 2 ..."});
  field(p.T_s, Field{"T_s", Dim::time, positive, "between two ticks"});
  field(p.enable,
        Field{"enable", Dim::none, fraction, "0 while a trip or a fault holds the gates"});
  field(p.i_a, Field{"i_a", A, any_value, "phase current into the machine"});
  field(p.i_b, Field{"i_b", A, any_value, "phase current into the machine"});
  field(p.i_c, Field{"i_c", A, any_value, "phase current into the machine"});
  field(p.u_dc, Field{"u_dc", U, any_value, "of the DC link"});
  field(p.theta_m, Field{"theta_m", Dim::angle, between(-3.15, 3.15), "of the rotor"});
  field(p.omega_m, Field{"omega_m", Dim::angular_speed, any_value, "of the rotor"});
  field(p.i_f, Field{"i_f", A, any_value, "of a field winding"});
  field(p.T_winding, Field{"T_winding", Dim::temperature, positive, "of the windings"});
  field(p.T_junction, Field{"T_junction", Dim::temperature, positive, "of the power devices"});
  field(p.tau_request, Field{"tau_request", Nm, any_value, "asked for at the shaft"});
  field(p.tau_drag, Field{"tau_drag", Nm, any_value, "iron loss and friction, as calibrated"});
  field(p.d_a, Field{"d_a", Dim::none, fraction, "duty that acts from now on"});
  field(p.d_b, Field{"d_b", Dim::none, fraction, "duty that acts from now on"});
  field(p.d_c, Field{"d_c", Dim::none, fraction, "duty that acts from now on"});
  field(p.u_alpha, Field{"u_alpha", U, any_value, "voltage of these duties at u_dc"});
  field(p.u_beta, Field{"u_beta", U, any_value, "voltage of these duties at u_dc"});
}

template <class P, class V>
  requires is_struct<P, evsim_motor_control_outputs>
void fields(P& p, V&& field) {
  constexpr Dim A = Dim::current_amplitude, U = Dim::voltage;
  field(p.output, Field{"output", Dim::none, between(0, 2),
                        "0 duties, 1 voltage vector, 2 torque: tau_aimed"});
  field(p.d_a, Field{"d_a", Dim::none, fraction, "duty of the upper switch"});
  field(p.d_b, Field{"d_b", Dim::none, fraction, "duty of the upper switch"});
  field(p.d_c, Field{"d_c", Dim::none, fraction, "duty of the upper switch"});
  field(p.u_alpha, Field{"u_alpha", U, any_value, "voltage vector, stator coordinates"});
  field(p.u_beta, Field{"u_beta", U, any_value, "voltage vector, stator coordinates"});
  field(p.gates, Field{"gates", Dim::none, between(0, 2), "0 off, 1 modulating, 2 short circuit"});
  field(p.u_f, Field{"u_f", U, any_value, "of a field winding"});
  field(p.tau_aimed,
        Field{"tau_aimed", Dim::torque, any_value, "air-gap torque within all limits"});
  field(p.i_d_ref, Field{"i_d_ref", A, any_value, "for the record"});
  field(p.i_q_ref, Field{"i_q_ref", A, any_value, "for the record"});
  field(p.reason,
        Field{"reason", Dim::none, between(0, 8), "why less than asked for, as a number"});
  field(p.signals, Field{"signals", Dim::none, any_value, "recorded under the controller's names"});
}

template <class P, class V>
  requires is_struct<P, evsim_vcu_config>
void fields(P& p, V&& field) {
  field(p.units, Field{"units", Dim::none, between(1, EVSIM_UNITS), "drive units"});
  field(p.unit, Field{"unit", Dim::none, any_value, "their names"});
  field(p.axle, Field{"axle", Dim::none, between(0, 1), "0 front, 1 rear"});
  field(p.ratio, Field{"ratio", Dim::none, positive, "motor over wheel speed, lowest gear"});
  field(p.share, Field{"share", Dim::none, not_negative, "of the torque, by the vehicle file"});
  field(p.tau_max, Field{"tau_max", Dim::torque, positive, "largest torque"});
  field(p.P_max, Field{"P_max", Dim::power, positive, "largest power"});
  field(p.omega_max, Field{"omega_max", Dim::angular_speed, positive, "of the rotors"});
  field(p.T_s, Field{"T_s", Dim::time, positive, "between two ticks"});
  field(p.mass, Field{"mass", Dim::mass, positive, "of the car as driven"});
  field(p.wheel_radius, Field{"wheel_radius", Dim::length, positive, "rolling"});
  field(p.front_load, Field{"front_load", Dim::none, fraction, "share of the weight in front"});
  field(p.mu, Field{"mu", Dim::none, positive, "grip of the tyres"});
  field(p.v_max, Field{"v_max", Dim::speed, positive, "of the speed limiter"});
  field(p.v_zero, Field{"v_zero", Dim::speed, not_negative, "no regeneration below"});
  field(p.v_full, Field{"v_full", Dim::speed, not_negative, "all of it above"});
  field(p.deceleration_max,
        Field{"deceleration_max", Dim::acceleration, not_negative, "by regeneration, at most"});
}

template <class P, class V>
  requires is_struct<P, evsim_vcu_inputs>
void fields(P& p, V&& field) {
  field(p.time_ns, Field{"time_ns", Dim::none, kCount, "simulated time of the tick, in ns"});
  field(p.tick, Field{"tick", Dim::none, kCount, "0, 1, 2 ..."});
  field(p.T_s, Field{"T_s", Dim::time, positive, "between two ticks"});
  field(p.accelerator, Field{"accelerator", Dim::none, fraction, "pedal"});
  field(p.brake, Field{"brake", Dim::none, fraction, "pedal"});
  field(p.F_request,
        Field{"F_request", Dim::force, any_value, "the pedals as force at the wheels"});
  field(p.v, Field{"v", Dim::speed, any_value, "of the car"});
  field(p.sin_alpha, Field{"sin_alpha", Dim::none, between(-1, 1), "of the grade, > 0 uphill"});
  field(p.SOC, Field{"SOC", Dim::none, fraction, "of the battery"});
  field(p.U_0, Field{"U_0", Dim::voltage, positive, "of the battery without current"});
  field(p.P_discharge_max, Field{"P_discharge_max", Dim::power, any_value, "of the battery now"});
  field(p.P_charge_max, Field{"P_charge_max", Dim::power, any_value, "of the battery now"});
  field(p.T_battery, Field{"T_battery", Dim::temperature, positive, "of the cells"});
  field(p.omega, Field{"omega", Dim::angular_speed, any_value, "of the rotors"});
  field(p.tau, Field{"tau", Dim::torque, any_value, "that the machines give"});
  field(p.tau_limit, Field{"tau_limit", Dim::torque, not_negative, "that they can give now"});
}

template <class P, class V>
  requires is_struct<P, evsim_vcu_outputs>
void fields(P& p, V&& field) {
  field(p.tau, Field{"tau", Dim::torque, any_value, "requests at the shafts of the machines"});
  field(p.F_brake, Field{"F_brake", Dim::force, not_negative, "of the friction brakes"});
  field(p.reason,
        Field{"reason", Dim::none, between(0, 8), "why less than asked for, as a number"});
  field(p.signals, Field{"signals", Dim::none, any_value, "recorded under the controller's names"});
}

template <class P, class V>
  requires is_struct<P, evsim_bms_config>
void fields(P& p, V&& field) {
  constexpr Dim U = Dim::voltage, W = Dim::power;
  field(p.T_s, Field{"T_s", Dim::time, positive, "between two ticks"});
  field(p.n_series, Field{"n_series", Dim::none, kCount, "cells in series; 0: not known"});
  field(p.n_parallel, Field{"n_parallel", Dim::none, kCount, "cells in parallel; 0: not known"});
  field(p.Q, Field{"Q", Dim::charge, not_negative, "rated charge of the pack; 0: not known"});
  field(p.U_min, Field{"U_min", U, not_negative, "lowest voltage of the pack"});
  field(p.U_max, Field{"U_max", U, positive, "highest voltage of the pack"});
  field(p.I_discharge_max, Field{"I_discharge_max", Dim::current, positive, "of the pack"});
  field(p.P_discharge_max, Field{"P_discharge_max", W, positive, "rated"});
  field(p.P_charge_max, Field{"P_charge_max", W, not_negative, "rated"});
  field(p.SOC_empty, Field{"SOC_empty", Dim::none, fraction, "lower end of the usable window"});
  field(p.SOC_full, Field{"SOC_full", Dim::none, fraction, "upper end of the usable window"});
  field(p.SOC_taper,
        Field{"SOC_taper", Dim::none, fraction, "last part, where charging fades out"});
}

template <class P, class V>
  requires is_struct<P, evsim_bms_inputs>
void fields(P& p, V&& field) {
  field(p.time_ns, Field{"time_ns", Dim::none, kCount, "simulated time of the tick, in ns"});
  field(p.tick, Field{"tick", Dim::none, kCount, "0, 1, 2 ..."});
  field(p.T_s, Field{"T_s", Dim::time, positive, "between two ticks"});
  field(p.u, Field{"u", Dim::voltage, any_value, "at the terminals of the pack"});
  field(p.i, Field{"i", Dim::current, any_value, "of the pack, > 0 discharging"});
  field(p.SOC, Field{"SOC", Dim::none, fraction, "of the pack"});
  field(p.U_0, Field{"U_0", Dim::voltage, positive, "of the pack without current"});
  field(p.R, Field{"R", Dim::resistance, not_negative, "behind it now: u = U_0 - R i"});
  field(p.T_cell, Field{"T_cell", Dim::temperature, positive, "of the cells"});
  field(p.I_charge_max,
        Field{"I_charge_max", Dim::current, not_negative, "of the pack at this temperature"});
}

template <class P, class V>
  requires is_struct<P, evsim_bms_outputs>
void fields(P& p, V&& field) {
  constexpr Dim W = Dim::power;
  constexpr Range reason = between(0, 4);
  field(p.P_discharge_max,
        Field{"P_discharge_max", W, not_negative, "that the battery may give now"});
  field(p.P_charge_max, Field{"P_charge_max", W, not_negative, "that it may take now"});
  field(p.discharge_reason, Field{"discharge_reason", Dim::none, reason, "what limits, a number"});
  field(p.charge_reason, Field{"charge_reason", Dim::none, reason, "what limits, a number"});
  field(p.signals, Field{"signals", Dim::none, any_value, "recorded under the controller's names"});
}

template <class P, class V>
  requires is_struct<P, evsim_brake_config>
void fields(P& p, V&& field) {
  constexpr Dim m = Dim::length;
  field(p.chassis, Field{"chassis", Dim::none, between(0, 1), "0 one mass, 1 multi_body"});
  field(p.units, Field{"units", Dim::none, between(1, EVSIM_UNITS), "drive units"});
  field(p.unit, Field{"unit", Dim::none, any_value, "their names"});
  field(p.axle, Field{"axle", Dim::none, between(0, 1), "0 front, 1 rear"});
  field(p.turns, Field{"turns", Dim::none, between(0, 2), "0 both wheels, 1 left, 2 right"});
  field(p.tau_max, Field{"tau_max", Dim::torque, positive, "largest torque"});
  field(p.P_max, Field{"P_max", Dim::power, positive, "largest power"});
  field(p.T_s, Field{"T_s", Dim::time, positive, "between two ticks"});
  field(p.mass, Field{"mass", Dim::mass, positive, "of the car as driven"});
  field(p.wheelbase, Field{"wheelbase", m, positive, "distance of the axles"});
  field(p.cg_behind_front, Field{"cg_behind_front", m, positive, "from the front axle"});
  field(p.cg_height, Field{"cg_height", m, positive, "over the road"});
  field(p.track, Field{"track", m, not_negative, "mean of both axles; 0: not known"});
  field(p.wheel_radius, Field{"wheel_radius", m, positive, "rolling"});
  field(p.wheel_inertia, Field{"wheel_inertia", Dim::inertia, positive, "of one wheel"});
  field(p.c_front, Field{"c_front", Dim::none, not_negative, "brake torque per pressure, Nm/Pa"});
  field(p.c_rear, Field{"c_rear", Dim::none, not_negative, "brake torque per pressure, Nm/Pa"});
  field(p.pressure_max,
        Field{"pressure_max", Dim::pressure, not_negative, "of the pedal pressed down"});
  field(p.lag, Field{"lag", Dim::time, not_negative, "of a pressure behind what is asked for"});
}

template <class P, class V>
  requires is_struct<P, evsim_brake_inputs>
void fields(P& p, V&& field) {
  constexpr Dim N = Dim::force, Pa = Dim::pressure, Nm = Dim::torque;
  field(p.time_ns, Field{"time_ns", Dim::none, kCount, "simulated time of the tick, in ns"});
  field(p.tick, Field{"tick", Dim::none, kCount, "0, 1, 2 ..."});
  field(p.T_s, Field{"T_s", Dim::time, positive, "between two ticks"});
  field(p.F_request, Field{"F_request", N, any_value, "by the driver at the wheels, < 0 braking"});
  field(p.F_brake, Field{"F_brake", N, not_negative, "of friction, asked for"});
  field(p.p_request, Field{"p_request", Pa, not_negative, "that gives all braking by friction"});
  field(p.v, Field{"v", Dim::speed, any_value, "of the car, as its wheels tell"});
  field(p.a_x, Field{"a_x", Dim::acceleration, any_value, "specific force, forward"});
  field(p.a_y, Field{"a_y", Dim::acceleration, any_value, "specific force, to the left"});
  field(p.omega_z, Field{"omega_z", Dim::angular_speed, any_value, "in yaw, > 0 to the left"});
  field(p.delta, Field{"delta", Dim::angle, any_value, "of the front wheels, > 0 to the left"});
  field(p.omega, Field{"omega", Dim::angular_speed, any_value, "of the wheels"});
  field(p.p, Field{"p", Pa, not_negative, "of the brakes"});
  field(p.tau_request, Field{"tau_request", Nm, any_value, "asked of the machines"});
  field(p.tau, Field{"tau", Nm, any_value, "that they have given since the last tick"});
  field(p.omega_m, Field{"omega_m", Dim::angular_speed, any_value, "of the rotors"});
  field(p.ratio, Field{"ratio", Dim::none, positive, "motor over wheel speed, in mesh now"});
}

template <class P, class V>
  requires is_struct<P, evsim_brake_outputs>
void fields(P& p, V&& field) {
  field(p.tau, Field{"tau", Dim::torque, any_value, "of the machines, multi_body"});
  field(p.p, Field{"p", Dim::pressure, not_negative, "asked of the brakes, multi_body"});
  field(p.p_limit, Field{"p_limit", Dim::pressure, not_negative, "at most, 1e9: none, multi_body"});
  field(p.F_brake, Field{"F_brake", Dim::force, not_negative, "of the friction brakes, one mass"});
  field(p.signals, Field{"signals", Dim::none, any_value, "recorded under the controller's names"});
}

// ---- Roles --------------------------------------------------------------------------------------

struct MotorControl {
  static constexpr std::string_view kName = "motor_control";
  static constexpr std::uint32_t kId = EVSIM_MOTOR_CONTROL;
  using Config = evsim_motor_control_config;
  using Inputs = evsim_motor_control_inputs;
  using Outputs = evsim_motor_control_outputs;
};
struct Vcu {
  static constexpr std::string_view kName = "vcu";
  static constexpr std::uint32_t kId = EVSIM_VCU;
  using Config = evsim_vcu_config;
  using Inputs = evsim_vcu_inputs;
  using Outputs = evsim_vcu_outputs;
};
struct Bms {
  static constexpr std::string_view kName = "bms";
  static constexpr std::uint32_t kId = EVSIM_BMS;
  using Config = evsim_bms_config;
  using Inputs = evsim_bms_inputs;
  using Outputs = evsim_bms_outputs;
};
struct Brake {
  static constexpr std::string_view kName = "brake";
  static constexpr std::uint32_t kId = EVSIM_BRAKE;
  using Config = evsim_brake_config;
  using Inputs = evsim_brake_inputs;
  using Outputs = evsim_brake_outputs;
};
inline constexpr std::array<std::string_view, 4> kRoleNames{MotorControl::kName, Vcu::kName,
                                                            Bms::kName, Brake::kName};

// Of evsim_wheels, in their order.
inline constexpr std::array<std::string_view, EVSIM_WHEELS> kWheelNames{"front_left", "front_right",
                                                                        "rear_left", "rear_right"};

}  // namespace evsim::controller
