// Inverter, averaged: losses of a two-level three-phase bridge with sinusoidal currents.
// In each leg the current flows through one device at a time, and each period switches u_dc |i| once
// on and once off:
//   p_conduction = 3 (2/pi U_on I + 1/2 R_on I^2)                       (1)
//   p_switching  = 3 (2/pi) f_sw e_sw u_dc I                            (2)
//   p_loss = p_fixed + p_conduction + p_switching                       (3)
// I: amplitude of the phase current; e_sw: energy of one on-off cycle (diode recovery included) per volt
// and ampere. Transistor and diode share U_on and R_on. Gating off at zero current is not modelled.
// Source: J. Kolar, H. Ertl, F. Zach, PCIM 1990 (averages over the half wave).
#pragma once

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::inverter {

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
}

// R_on with what U_slope adds to it, at a largest amplitude of the phase current [A].
inline Params<double> sized(const Params<double>& p, double I_max) {
  Params<double> out = p;
  if (p.U_slope > 0.0 && I_max > 0.0) out.R_on += p.U_slope / I_max;
  return out;
}

// What the bridge draws beyond the machine's power: a power, and a current, as (2) is proportional to
// the DC voltage. Its loss is p + i u_dc.
template <Scalar T> struct Losses {
  T p;  // fixed and conduction [W]
  T i;  // switching [A]
};

// (1) to (3). I_peak [A] >= 0.
template <Scalar T> Losses<T> losses(const Params<T>& p, const T& I_peak) {
  constexpr double kMean = 0.63661977236758134;  // 2/pi, mean of a rectified sine of amplitude 1
  return {.p = p.P_fixed + 3.0 * (kMean * p.U_on + 0.5 * p.R_on * I_peak) * I_peak,
          .i = 3.0 * kMean * p.f_sw * p.switching_loss * I_peak};
}

}  // namespace evsim::inverter
