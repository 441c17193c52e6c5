// A synchronous machine's parameters from the figures of a data sheet, each with its formula.
// Voltages and resistances between two terminals belong to the equivalent star, whatever the winding's connection:
//   psi_f = U_phase,peak / (n_p omega_m),   U_phase,peak = U_line,peak / sqrt(3) = sqrt(2/3) U_line,rms      (1)
//   Kv = n / U_line:      psi_f = 60 / (2 pi sqrt(3) n_p Kv) at peak, times sqrt(2) at rms                   (2)
//   Ke = U_line / omega:  psi_f = Ke / (sqrt(3) n_p) at peak, times sqrt(2) at rms                           (3)
//   Kt = tau / I:         psi_f = 2 Kt / (3 n_p) at peak, over sqrt(2) at rms; i_d = 0                       (4)
//   R_s = R_line / 2,  L_s = L_line / 2; over the rotor's angle L_d = least / 2, L_q = most / 2               (5)
//   of one winding: star R_s = R, delta R_s = R / 3; inductances alike                                       (6)
//   R_s at 20 degC = R_s(T) / (1 + alpha (T - 20 degC)), alpha of copper                                     (7)
// Source of (5): current through two terminals has the vector 2/sqrt(3) i, so 1/2 L_line i^2 = 3/4 L_x (4/3) i^2.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "sim/io/json_tree.h"

namespace evsim::io {

// As the sheet gives it; NaN: it does not.
struct DataSheet {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double pole_pairs = kNone;
  bool delta = false;
  double Kv_peak = kNone, Kv_rms = kNone;                  // over line-line voltage [rpm/V]
  double Ke_peak = kNone, Ke_rms = kNone;                  // line-line [Vs/rad]
  double Kt_peak = kNone, Kt_rms = kNone;                  // [Nm/A]
  double R_line = kNone, R_winding = kNone, T_R = 293.15;  // [Ohm], [K]
  double L_line = kNone, L_line_min = kNone, L_line_max = kNone, L_winding = kNone;  // [H]
  double stall_torque = kNone, stall_current = kNone;  // [Nm], peak [A]
  double rated_torque = kNone, rated_current = kNone;  // [Nm], peak [A]
  double rated_speed = kNone, rated_voltage = kNone;   // [rad/s], line-line rms [V]
  double I_max = kNone;                                // peak [A]
};

// What can be given: name with its unit, meaning, and how it becomes the member: x scale + offset.
struct SheetEntry {
  const char* name;
  const char* doc;
  double DataSheet::*member;
  double scale;
  double offset = 0.0;
};
std::span<const SheetEntry> sheet_entries();

struct Converted {
  struct Line {
    std::string name, unit, formula;
    double value;
  };
  std::vector<Line> lines;            // parameters of the model
  std::vector<std::string> checks;    // what else the sheet says of them, and how far off it is
  std::vector<std::string> warnings;  // what disagrees by more than kAgree
  int n_p;
  double psi_f, R_s, L_d, L_q, I_max;  // [Vs], [Ohm], [H], [A peak]
};
inline constexpr double kAgree = 0.05;

// Throws InputError with all that is missing; who: how errors name the source.
Converted convert(const DataSheet& sheet, const std::string& who);

// The object `machine.dq` of a vehicle file.
Json dq_json(const Converted& c);

}  // namespace evsim::io
