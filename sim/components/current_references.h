// Which currents a motor control asks for: the least current for a torque within a flux linkage, as tables.
//   tau -> share = tau / tau_max(psi_max) in -1..1
//   i_d, i_q (and i_f, psi_R) = tables over (psi_max, share)
// psi_max = u_max / |omega_e| is what the voltage leaves to the stator flux. The control allows for the drop at the
// resistance (and an induction machine's slip) itself, in the u_max it divides; the tables know neither.
// tau_max is the lesser of the most motoring and the most generating torque, so that +-1 is reached on both sides.
// Between knots the tables are bilinear. Their share axis is fine where currents are steep: at 0 (a reluctance
// machine's rise with the root of the torque) and at +-1 (at MTPV currents end as a root). Their psi_max axis is
// halved until halving moves no current by more than twice `precision` of I_max. What is left is largest at the
// corners between MTPA, field weakening and the current limit, where it falls with the step: stator currents at a
// share err by 0.11 to 0.17 % of I_max on the machines of the test, 0.004 % on average (with precision 0.002 and 80
// shares 0.2 to 0.4 %, in a third of the time); i_f, steep where the current limit is met, by up to 2 % of I_f_max;
// tau_max by 0.1 %.
// Signs: as in operating_points.h; an induction machine's d axis lies on the rotor's flux.
#pragma once

#include "sim/components/operating_points.h"

namespace evsim {

template <Scalar T> struct CurrentReferences {
  Table2<T> i_d, i_q;  // over psi_max [Vs] and share [A]
  Table2<T> i_f;       // of a field winding [A]; empty where there is none
  Table2<T> psi_R;     // rotor flux of an induction machine [Vs]; empty for others
  Table1<T> tau_max;   // over psi_max [Nm]
};

namespace current_references {

struct Grid {
  double psi_min;            // least psi_max of interest: least u_max over the highest omega_e [Vs]
  double precision = 0.001;  // of a current, over I_max
  int shares = 140;          // cells from share 0 to 1
  int most_rows = 400;       // over psi_max
};

// Where no torque is left above psi_min, the tables start where some is. Copper loss counts, iron loss doesn't.
// Throws std::invalid_argument where the machine makes no torque or psi_min isn't positive.
CurrentReferences<double> prepare(const dq_machine::Model<double>& model,
                                  const dq_machine::Temperatures<double>& temperatures,
                                  const operating_points::Limits& limits, const Grid& grid);

// Machine whose points the tables are, and the speed [rad/s] at which its u_max is a psi_max.
operating_points::Machine source(const dq_machine::Model<double>& model,
                                 const dq_machine::Temperatures<double>& temperatures,
                                 const operating_points::Limits& limits);
double flux_speed(const operating_points::Machine& m);

}  // namespace current_references
}  // namespace evsim
