// Electrical machine as seen by the energy level: a torque that follows its command with a lag, inside
// an envelope, with a loss for every speed and torque.
//   dtau/dt = (tau_cmd - tau) / T_lag                                   (1)
//   |tau| <= min(tau_peak, P_peak min(1, u_dc / U_ref) / |omega|),  0 above omega_max   (2)
//   p_electrical = tau omega + p_loss(omega, tau)                       (3)
// The map covers omega >= 0; motion backwards is its mirror image: p_loss(-omega, -tau) = p_loss(omega, tau).
// Signs: tau omega > 0 motoring. tau is the shaft torque: iron and friction losses are in p_loss.
#pragma once

#include <variant>

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::machine {

template <Scalar T> struct Envelope {
  T tau_peak = kRequired;   // [Nm]
  T P_peak = kRequired;     // mechanical, at U_ref [W]
  T omega_max = kRequired;  // [rad/s]
  T U_ref = kRequired;      // DC voltage of P_peak [V]
};
template <class P, class V>
  requires same_template<P, Envelope>
constexpr void describe(P& p, V&& field) {
  field(p.tau_peak, Field{"tau_peak", Dim::torque, positive, "peak shaft torque"});
  field(p.P_peak, Field{"P_peak", Dim::power, positive, "peak shaft power at U_ref"});
  field(p.omega_max, Field{"omega_max", Dim::angular_speed, positive, "largest speed"});
  field(p.U_ref, Field{"U_ref", Dim::voltage, positive, "DC voltage at which P_peak holds"});
}

// Part of omega_max over which the torque fades to nothing: a hard end would chatter.
inline constexpr double kSpeedFade = 0.01;

// What of its torque a machine gives at a speed [rad/s]: 1, and 0 from omega_max on.
template <Scalar T> T speed_fade(const Envelope<T>& e, const T& omega) {
  return clamp((e.omega_max - abs(omega)) / (kSpeedFade * e.omega_max), 0.0, 1.0);
}
// (2): largest torque of either sign [Nm] at a speed [rad/s] and DC voltage [V].
template <Scalar T> T torque_limit(const Envelope<T>& e, const T& omega, const T& u_dc) {
  const T w = abs(omega);
  const T P = e.P_peak * clamp(u_dc / e.U_ref, 0.0, 1.0);
  return speed_fade(e, omega) * min(e.tau_peak, P / max(w, 1e-3 * e.omega_max));
}

// Loss and current over speed (>= 0) and torque (both signs): all quadrants by mirror.
template <Scalar T> struct Map {
  static constexpr std::string_view kType = "map";
  static constexpr std::string_view kDoc = "tables over speed and torque; both need the same axes";
  Table2<T> p_loss;  // [W] over omega [rad/s], tau [Nm]
  Table2<T> I_peak;  // amplitude of the phase current [A]; the same axes
};
template <class P, class V>
  requires same_template<P, Map>
constexpr void describe(P& p, V&& field) {
  field(p.p_loss, Field2{"p_loss",
                         Dim::power,
                         not_negative,
                         "loss",
                         {"omega", Dim::angular_speed},
                         {"tau", Dim::torque}});
  field(p.I_peak, Field2{"I_peak",
                         Dim::current_amplitude,
                         not_negative,
                         "amplitude of the phase current",
                         {"omega", Dim::angular_speed},
                         {"tau", Dim::torque}});
}

// Efficiency over the share of peak power, as FASTSim has it.
template <Scalar T> struct PowerEfficiency {
  static constexpr std::string_view kType = "power_efficiency";
  static constexpr std::string_view kDoc = "efficiency over the share of peak power";
  T P_peak = kRequired;             // [W]
  Table1<T> efficiency;             // over |p_mechanical| / P_peak when motoring
  Table1<T> efficiency_generating;  // the same when generating
};
template <class P, class V>
  requires same_template<P, PowerEfficiency>
constexpr void describe(P& p, V&& field) {
  field(p.P_peak, Field{"P_peak", Dim::power, positive, "peak power"});
  field(p.efficiency, Field1{"efficiency",
                             Dim::none,
                             positive_fraction,
                             "efficiency motoring",
                             {"power_fraction", Dim::none}});
  field(p.efficiency_generating, Field1{"efficiency_generating",
                                        Dim::none,
                                        positive_fraction,
                                        "efficiency generating",
                                        {"power_fraction", Dim::none}});
}

template <Scalar T> struct Losses {
  T p_loss;  // [W]
  T I_peak;  // [A]
};

template <Scalar T> Losses<T> losses(const Map<T>& m, const T& omega, const T& tau) {
  const T w = abs(omega);
  const T torque = select(omega < 0.0, -tau, tau);
  const auto [p_loss, I_peak] = evaluate_both(m.p_loss, m.I_peak, w, torque);
  return {.p_loss = p_loss, .I_peak = I_peak};
}
template <Scalar T> Losses<T> losses(const PowerEfficiency<T>& m, const T& omega, const T& tau) {
  const T p = tau * omega;
  const T share = abs(p) / m.P_peak;
  const T motoring = p * (1.0 / m.efficiency(share) - 1.0);
  const T generating = -p * (1.0 - m.efficiency_generating(share));
  return {.p_loss = select(p > 0.0, motoring, generating), .I_peak = T(0.0)};
}

}  // namespace evsim::machine
