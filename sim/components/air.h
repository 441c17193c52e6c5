// Air: density of the standard atmosphere's pressure at a height, at the air's own temperature.
//   p = 101325 Pa (1 - 2.25577e-5 h)^5.25588,   rho = p / (R_air T)
// Source: ICAO Doc 7488, standard atmosphere below 11 km; R_air = 287.05 J/(kg K) (dry air).
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/scalar.h"

namespace evsim::air {

// Density [kg/m3] at altitude [m] and temperature [K].
template <Scalar T> T density(const T& altitude, const T& T_air) {
  const T p = 101325.0 * pow(1.0 - 2.25577e-5 * altitude, T(5.25588));
  return p / (287.05 * T_air);
}

}  // namespace evsim::air
