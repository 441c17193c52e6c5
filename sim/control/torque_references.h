// What a torque asks of the currents, and what a drive may not give.
//   psi_max = (k_u u_dc / sqrt(3) - R_s |i|) / |omega| + psi_fw              flux the voltage allows    (1)
//   |tau| <= tau_max(psi_max),   i_ref = i(psi_max, tau / tau_max)           tables of the machine      (2)
//   dpsi_fw/dt = alpha_fw / |omega| (k_u u_dc / sqrt(3) - |u_ref|) <= 0      field weakening by voltage (3)
// (3) stands at 0 while the tables are right; where the machine is not as they have it, it lowers psi_max
// until the voltage has room again.
// Derating: current falls with temperature; motoring with a low, generating with a high DC voltage.
// Sources: M. Meyer, J. Boecker, EPE-PEMC 2006 (tables over flux and torque); N. Bedetti, S. Calligaro,
// R. Petrella, IEEE Trans. Ind. Appl. 56(1), 2020 (voltage feedback).
#pragma once

#include "sim/control/inverter_voltage.h"

namespace evsim::motor_control {

// Computed when a machine is loaded, from its magnetics: the least current for each torque, or where the
// flux has to be smaller, the least that fits. All hold their edges. The share runs from -1 to 1.
template <Scalar T> struct References {
  Table1<T> tau_max;   // over psi_max [Nm]
  Table2<T> i_d, i_q;  // over psi_max and share, on the same axes [A]
  Table2<T> i_f;       // of an excited machine, on those axes too; else empty [A]
};

template <Real T> struct Wanted {
  T i_d, i_q, i_f;  // [A]
};
template <Real T>
Wanted<T> currents(const References<Outside<T>>& r, const T& psi_max, const T& share) {
  const auto x = outside(psi_max), y = outside(share);
  const auto [i_d, i_q] = evaluate_both(r.i_d, r.i_q, x, y);
  Wanted<T> out{T(i_d), T(i_q), T(0.0)};
  if (!r.i_f.empty()) out.i_f = T(r.i_f(x, y));
  return out;
}

inline constexpr double kLeastOmega = 1.0;  // below it the voltage limits nothing [rad/s]

template <Real T> struct FieldWeakening {
  T u_max;  // k_u u_dc / sqrt(3) [V]
  T omega;  // |omega|, not below kLeastOmega [rad/s]
  T room;   // psi_max without psi_fw [Vs]
};
// u_R: R_s |i| [V].
template <Real T> FieldWeakening<T> field_weakening(const T& u_max, const T& omega, const T& u_R) {
  const T w = max(abs(omega), T(kLeastOmega));
  return {.u_max = u_max, .omega = w, .room = max(u_max - u_R, 0.0) / w};
}
// (3) over a step T_alpha = T_s alpha_fw: psi_fw of the next tick [Vs]. u_ref: amplitude [V]. most: share of
// psi_max that it may take away.
template <Real T> T weakened(const FieldWeakening<T>& f, const T& psi_fw, const T& T_alpha,
                             const T& u_ref, const T& most) {
  const T next = psi_fw + T_alpha / f.omega * (f.u_max - u_ref);
  return clamp(next, -most * f.room, 0.0);
}

// 1 up to start, 0 from end on; no limit where start is infinite.
template <Real T> T falling(const T& x, const T& start, const T& end) {
  const T share = clamp((end - x) / max(end - start, 1e-9), 0.0, 1.0);
  return select(start < 1e30, share, T(1.0));
}

template <Real T> T number(Reason r) { return T(static_cast<double>(r)); }

// Largest amplitude of the current [A], and its reason.
template <Real T> struct CurrentLimit {
  T I_max, reason;
};
template <Real T>
CurrentLimit<T> current_limit(const Params<T>& p, const T& T_winding, const T& T_junction) {
  const Derating<T>& d = p.derating;
  const T winding = falling(T_winding, d.T_winding_start, d.T_winding_end);
  const T junction = falling(T_junction, d.T_junction_start, d.T_junction_end);
  const T share = min(winding, junction);
  const T hotter = select(winding < junction, number<T>(Reason::winding_temperature),
                          number<T>(Reason::junction_temperature));
  return {.I_max = share * p.I_max,
          .reason = select(share < 1.0, hotter, number<T>(Reason::current))};
}

// Share of the torque that the DC voltage allows, and its reason.
template <Real T> struct VoltageDerating {
  T share, reason;
};
template <Real T>
VoltageDerating<T> voltage_derating(const Derating<T>& d, const T& u_dc, const T& power) {
  const T low = falling(-u_dc, -d.u_dc_low_start, -d.u_dc_low_end);
  const T high = falling(u_dc, d.u_dc_high_start, d.u_dc_high_end);
  const auto motoring = power >= 0.0;
  const T share = select(motoring, low, high);
  const T why = select(motoring, number<T>(Reason::u_dc_low), number<T>(Reason::u_dc_high));
  return {.share = share, .reason = select(share < 1.0, why, number<T>(Reason::none))};
}

}  // namespace evsim::motor_control
