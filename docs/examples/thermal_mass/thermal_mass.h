// Thermal mass: a body of one temperature that takes up heat and gives it to the air.
//   C dT/dt = p_loss - G (T - T_air)                                    (1)
// Store: C T. Signs: p_loss > 0 heats the body.
// Neglected: gradients inside the body, radiation, the air's own warming.
// Source: F. Incropera et al., Fundamentals of Heat and Mass Transfer, section 5.1 (lumped capacitance);
// valid for Biot numbers below 0.1.
#pragma once

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::thermal_mass {

template <Scalar T> struct Params {
  T heat_capacity = kInfinity;  // C [J/K]; infinity: the temperature stays
  T conductance = 0.0;          // G, to the air [W/K]
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.heat_capacity, Field{"heat_capacity", Dim::heat_capacity, positive,
                               "heat taken up per kelvin; left out: the temperature stays"});
  field(p.conductance, Field{"conductance", Dim::thermal_conductance, not_negative,
                             "heat given to the air per kelvin above it"});
}

template <Scalar T> struct State {
  T T_body;  // [K]
};
template <Scalar T> struct Inputs {
  T p_loss;  // heat that arises in the body [W]
  T T_air;   // [K]
};

// Heat given to the air [W].
template <Scalar T> T heat_to_air(const Params<T>& p, const State<T>& x, const Inputs<T>& u) {
  return p.conductance * (x.T_body - u.T_air);
}

// (1)
template <Scalar T>
State<T> derivatives(const Params<T>& p, const State<T>& x, const Inputs<T>& u) {
  return {.T_body = (u.p_loss - heat_to_air(p, x, u)) / p.heat_capacity};
}

}  // namespace evsim::thermal_mass
