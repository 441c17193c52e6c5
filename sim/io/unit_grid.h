// A drive unit's map and loci as plain numbers, for a screen: an even grid over speed and torque, and the
// plane of the currents at one speed and voltage.
#pragma once

#include <string>
#include <vector>

#include "sim/io/case.h"

namespace evsim::io {

struct OperatingConditions {
  double u_dc;       // [V]
  double T_machine;  // winding and rotor [K]
};

// Forward speeds, torques of both signs; a value stands at [k * omega.size() + i] for tau[k], omega[i],
// and is NaN where the unit can't be.
struct UnitGrid {
  OperatingConditions at;
  std::vector<double> omega, tau;        // [rad/s], [Nm]
  std::vector<double> efficiency;        // of machine and inverter, 0..1
  std::vector<double> loss;              // of both [W]
  std::vector<double> tau_max, tau_min;  // that the machine can give, over omega [Nm]
  std::vector<double> tau_limit;         // of the vehicle file at this voltage, over omega [Nm]
};
struct GridSize {
  int speeds = 61, torques = 81;
};

struct CurrentLoci {
  OperatingConditions at;
  double omega;  // mechanical [rad/s]
  double I_max;  // [A peak]
  struct Line {
    std::vector<double> i_d, i_q;  // [A peak]
  };
  Line circle, mtpa, mtpv, ellipse;  // of the ellipse: u_max at omega; empty where there is none
};

// Whether a unit of the car has a model in dq, without which it has neither.
bool has_dq_model(const car::Params<double>& vehicle, int unit);
UnitGrid unit_grid(const car::Params<double>& vehicle, int unit, const OperatingConditions& at,
                   const GridSize& size = {});
CurrentLoci current_loci(const car::Params<double>& vehicle, int unit,
                         const OperatingConditions& at, double omega);

}  // namespace evsim::io
