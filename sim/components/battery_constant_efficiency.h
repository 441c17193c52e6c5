// Battery of constant one-way efficiency: the coarse model of consumption studies.
//   p_chemical = p / eta (discharging),  p eta (charging);   dSOC/dt = -p_chemical / E
// The terminals have a fixed voltage; the current follows from it and means no more than it can.
// Source: the battery of FASTSim (NREL, A. Brooker et al., SAE 2015-01-0973) at constant efficiency.
#pragma once

#include "sim/components/battery_pack.h"

namespace evsim::battery_constant_efficiency {

template <Scalar T> struct Params {
  static constexpr std::string_view kType = "constant_efficiency";
  static constexpr std::string_view kDoc = "constant one-way efficiency at a fixed voltage";
  T energy = kRequired;           // content from SOC 0 to 1 [J]
  T efficiency = kRequired;       // one way [-]
  T U_nominal = 400.0;            // terminal voltage [V]
  T P_discharge_max = kInfinity;  // [W]
  T P_charge_max = kInfinity;     // [W]
  T SOC_empty = 0.0;
  T SOC_full = 1.0;
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.energy, Field{"energy", Dim::energy, positive, "content from SOC 0 to 1"});
  field(p.efficiency, Field{"efficiency", Dim::none, positive_fraction, "one-way efficiency"});
  field(p.U_nominal, Field{"U_nominal", Dim::voltage, positive, "fixed terminal voltage"});
  field(p.P_discharge_max, Field{"P_discharge_max", Dim::power, positive, "rated discharge power"});
  field(p.P_charge_max, Field{"P_charge_max", Dim::power, not_negative, "rated charge power"});
  field(p.SOC_empty, Field{"SOC_empty", Dim::none, fraction, "lower end of the usable window"});
  field(p.SOC_full, Field{"SOC_full", Dim::none, fraction, "upper end of the usable window"});
}

// Chemical power of a terminal power [W].
template <Scalar T> T chemical_power(const Params<T>& p, const T& p_terminal) {
  return select(p_terminal > 0.0, p_terminal / p.efficiency, p_terminal * p.efficiency);
}

}  // namespace evsim::battery_constant_efficiency
