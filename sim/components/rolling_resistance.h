// Rolling resistance of one tyre as measured by coast-down on a drum or road.
//   F_rr = P^alpha Z^beta (a + b V + c V^2)                                                                        (1)
//   F_rr(T) = F_rr (1 + K_T (T_measured - T_25)) / (1 + K_T (T - T_25)),   T_25 = 25 degC                           (2)
// P [kPa], Z [N], V [km/h]: the units that coefficients come in. alpha < 0, beta near 1. K_T: 0.008 1/K for cars,
// 0.010 and 0.006 for vans' and trucks' tyres of small and large load index.
// (2) is made for 20 to 30 degC ambient; farther away it is a guess, and in the cold it stops at three times F_rr.
// Source: (1) SAE J2452; (2) ISO 28580, as in UN Regulation 117, annex 6, 6.2.
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/fields.h"

namespace evsim::rolling_resistance {

template <Scalar T> struct Params {
  T alpha = kRequired;
  T beta = kRequired;
  T a = kRequired;
  T b = 0.0;
  T c = 0.0;
  T K_T = 0.008;          // [1/K]
  T T_measured = 297.15;  // ambient of the measurement, 24 degC in J2452 [K]
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.alpha, Field{"alpha", Dim::none, between(-3, 3), "exponent of the pressure in kPa"});
  field(p.beta, Field{"beta", Dim::none, between(0, 3), "exponent of the load in N"});
  field(p.a, Field{"a", Dim::none, positive, "of SAE J2452"});
  field(p.b, Field{"b", Dim::none, any_value, "with the speed in km/h"});
  field(p.c, Field{"c", Dim::none, any_value, "with the speed in km/h squared"});
  field(p.K_T, Field{"K_T", Dim::none, between(0, 0.02), "fall per kelvin, of ISO 28580"});
  field(p.T_measured,
        Field{"T_measured", Dim::temperature, positive, "ambient of the measurement"});
}

template <Scalar T> struct Inputs {
  T F_z;    // [N]
  T p_i;    // inflation pressure [Pa]
  T V;      // speed, either direction [m/s]
  T T_air;  // ambient [K]
};

// The three factors of (1) and (2), each >= 0: P^alpha Z^beta, a + b V + c V^2, and what the ambient makes of them.
template <Scalar T> T over_load(const Params<T>& p, const T& F_z, const T& p_i) {
  constexpr double kKilo = 1e-3;
  return pow(p_i * kKilo, p.alpha) * pow(max(F_z, 0.0), p.beta);
}
template <Scalar T> T over_speed(const T& a, const T& b, const T& c, const T& speed) {
  constexpr double kHour = 3.6;
  const T V = abs(speed) * kHour;
  return max(a + b * V + c * V * V, 0.0);
}
template <Scalar T> T over_temperature(const Params<T>& p, const T& T_air) {
  constexpr double kT25 = 298.15, kLeast = 1.0 / 3.0;
  const T warmth = max(1.0 + p.K_T * (T_air - kT25), kLeast);
  return (1.0 + p.K_T * (p.T_measured - kT25)) / warmth;
}

// >= 0, against the motion [N].
template <Scalar T> T force(const Params<T>& p, const Inputs<T>& u) {
  return over_load(p, u.F_z, u.p_i) * over_speed(p.a, p.b, p.c, u.V) * over_temperature(p, u.T_air);
}

}  // namespace evsim::rolling_resistance
