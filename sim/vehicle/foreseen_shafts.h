// The shafts of the machines inside a control tick, where the car behind them is a multi-body system: each goes on
// as it is foreseen, in a straight line of its speed. The car follows after the tick, under the mean torques.
// v of the electric drive (electric_drive.h) is then the time since the tick began [s].
#pragma once

#include <array>

#include "sim/vehicle/layout.h"

namespace evsim {

template <Scalar T> struct ForeseenShafts {
  std::array<T, kMaxDriveUnits> omega_0{}, alpha{};  // [rad/s], [rad/s2]
  int n_units = 0;
  T v{};  // of the car [m/s]

  template <Scalar V> V omega(std::size_t k, const V& t) const { return omega_0[k] + alpha[k] * t; }
  template <Scalar V> V speed(const V&) const { return V(v); }
  template <Scalar V> V acceleration(const V& t, const std::array<V, kMaxDriveUnits>& tau,
                                     std::array<V, kMaxDriveUnits>& p_wheel) const {
    for (std::size_t k = 0; k < static_cast<std::size_t>(n_units); ++k)
      p_wheel[k] = tau[k] * omega(k, t);
    return V(1.0);
  }
};

}  // namespace evsim
