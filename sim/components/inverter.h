// Inverter, averaged: losses of a two-level three-phase bridge with sinusoidal currents.
// In each leg the current flows through one device at a time, and each period switches u_dc |i| once
// on and once off:
//   p_conduction = 3 (2/pi U_on I + 1/2 R_on I^2)                       (1)
//   p_switching  = 3 (2/pi) f_sw e_sw u_dc I                            (2)
//   p_loss = p_fixed + p_conduction + p_switching                       (3)
// I: amplitude of the phase current; e_sw: energy of one on-off cycle (diode recovery included) per volt
// and ampere. Transistor and diode share U_on and R_on. Gating off at zero current is not modelled.
// Or devices from data sheets, by power_devices.h, instead of these figures.
// Source: J. Kolar, H. Ertl, F. Zach, PCIM 1990 (averages over the half wave).
#pragma once

#include "sim/base/constants.h"
#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/components/power_devices.h"

namespace evsim::inverter {

template <Scalar T> struct Alike {
  static constexpr std::string_view kType = "alike";
  static constexpr std::string_view kDoc =
      "transistor and diode alike, of U_on, R_on or U_slope, switching_loss; no junction";
};
template <class P, class V>
  requires same_template<P, Alike>
constexpr void describe(P&, V&&) {}

template <Scalar T> using Devices =
    std::variant<Alike<T>, power_devices::Igbt<T>, power_devices::Mosfet<T>>;

template <Scalar T> struct Params {
  T P_fixed = 0.0;         // gate drivers, control board, bleeder [W]
  T U_on = 0.0;            // threshold voltage of a device [V]
  T R_on = 0.0;            // slope resistance of a device [Ohm]
  T U_slope = 0.0;         // drop at the largest current on a slope of its own, beside R_on [V]
  T f_sw = 10e3;           // switching frequency [Hz]
  T switching_loss = 0.0;  // e_sw [J/(V A)] = [s]
  // Beyond the losses, for the levels drive and waveform:
  T dead_time = 0.0;    // between the devices of a leg [s]
  T ripple = 0.02;      // half of the current's ripple over the largest current [-]
  T C_link = 500e-6;    // capacitor at the DC side [F]
  T R_C_link = 0.5e-3;  // its series resistance [Ohm]
  // Devices from data sheets, and what only they need.
  Devices<T> devices{};
  int n_parallel = 1;  // in each switch
  power_devices::Cooling<T> cooling{};
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.P_fixed, Field{"P_fixed", Dim::power, not_negative, "gate drivers and control board"});
  field(p.U_on, Field{"U_on", Dim::voltage, not_negative, "threshold voltage of a device"});
  field(p.R_on, Field{"R_on", Dim::resistance, not_negative, "slope resistance of a device"});
  field(p.U_slope,
        Field{"U_slope", Dim::voltage, not_negative,
              "drop on R_on at the machine's largest current: sizes R_on with the machine"});
  field(p.f_sw, Field{"f_sw", Dim::frequency, positive, "switching frequency"});
  field(p.switching_loss, Field{"switching_loss", Dim::time, not_negative,
                                "energy of an on-off cycle per volt and ampere, J/(V A) = s"});
  field(p.dead_time, Field{"dead_time", Dim::time, not_negative,
                           "both devices of a leg are off this long at each switching"});
  field(p.ripple, Field{"ripple", Dim::none, positive_fraction,
                        "half of the current's ripple over the machine's largest current: within "
                        "it a phase changes its sign in each period"});
  field(p.C_link, Field{"C_link", Dim::capacitance, positive, "capacitor at the DC side"});
  field(p.R_C_link,
        Field{"R_C_link", Dim::resistance, not_negative, "series resistance of the capacitor"});
  field(p.devices, Group{"devices", "transistors and diodes from a data sheet"});
  field(p.n_parallel, Field{"n_parallel", Dim::none, between(1, 100),
                            "such devices side by side in each of the six switches"});
  field(p.cooling, Group{"cooling", "of one device: from its junctions to the coolant"});
}

// Whether devices come from a data sheet, and have junctions with a temperature.
template <Scalar T> bool from_data_sheet(const Params<T>& p) { return p.devices.index() != 0; }
inline power_devices::Device<double> device(const Params<double>& p) {
  if (const auto* igbt = std::get_if<power_devices::Igbt<double>>(&p.devices)) return *igbt;
  return std::get<power_devices::Mosfet<double>>(p.devices);
}

// As one switch has it: R_on with what U_slope adds to it at a largest amplitude of the phase current [A],
// devices side by side as one.
inline Params<double> sized(const Params<double>& p, double I_max) {
  Params<double> out = p;
  if (p.U_slope > 0.0 && I_max > 0.0) out.R_on += p.U_slope / I_max;
  if (from_data_sheet(p) && p.n_parallel > 1) {
    std::visit([&](const auto& d) { out.devices = d; },
               power_devices::parallel(device(p), p.n_parallel));
    out.cooling = power_devices::parallel(p.cooling, p.n_parallel);
    out.n_parallel = 1;
  }
  return out;
}

// Thresholds and slopes at the junctions' temperatures, of alike devices too.
template <Scalar T>
power_devices::Drops<T> drops(const Params<T>& p, const power_devices::Junctions<T>& T_j) {
  if (const auto* igbt = std::get_if<power_devices::Igbt<T>>(&p.devices))
    return power_devices::drops(*igbt, T_j);
  if (const auto* mosfet = std::get_if<power_devices::Mosfet<T>>(&p.devices))
    return power_devices::drops(*mosfet, T_j);
  return {.U_T = p.U_on,
          .R_T = p.R_on,
          .U_D = p.U_on,
          .R_D = p.R_on,
          .rectification = power_devices::Rectification::diode};
}
// Of devices from a data sheet.
template <Scalar T> const power_devices::Switching<T>& switching(const Params<T>& p) {
  if (const auto* igbt = std::get_if<power_devices::Igbt<T>>(&p.devices)) return igbt->switching;
  return std::get<power_devices::Mosfet<T>>(p.devices).switching;
}

// In steady operation at a DC voltage, of a sized inverter with devices from a data sheet.
inline power_devices::SteadyBridge<double> steady_bridge(const Params<double>& p, double u_dc,
                                                         double I_max) {
  return power_devices::steady_bridge(
      device(p), p.cooling, {.f_sw = p.f_sw, .t_dead = p.dead_time, .I_ripple = p.ripple * I_max},
      u_dc, I_max);
}

// What the bridge draws beyond the machine's power: a power, and a current, as (2) is proportional to
// the DC voltage. Its loss is p + i u_dc.
template <Scalar T> struct Losses {
  T p;  // fixed and conduction [W]
  T i;  // switching [A]
};

// (1) to (3). I_peak [A] >= 0.
template <Scalar T> Losses<T> losses(const Params<T>& p, const T& I_peak) {
  constexpr double kMean = 2.0 / kPi;  // of a rectified sine of amplitude 1
  return {.p = p.P_fixed + 3.0 * (kMean * p.U_on + 0.5 * p.R_on * I_peak) * I_peak,
          .i = 3.0 * kMean * p.f_sw * p.switching_loss * I_peak};
}

}  // namespace evsim::inverter
