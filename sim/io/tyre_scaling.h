// A property file (.tir) for a tyre of another size than the one that was measured, by similarity. Without ': the measured
// tyre; w: width, d: diameter by the size; L: load capacity of the load index at kLoadPressure.
//   R_0' = d'/2,   R_rim' = rim'/2                                                                    (1)
//   F_z0' = F_z0 L'/L,   L = 45 kg g 10^(LI/80), of extra load times (2.5/2.9)^0.8                      (2)
//   c_z' = c_z sqrt(w' d' / (w d)),   k_z' = k_z c_z'/c_z                                              (3)
//   q_Fz2' = q_Fz2 (x'/x)^2,   x = c_z R_0 / F_z0: the spring keeps its shape                          (4)
//   c_x' = c_x (F_z0'/F_z0) (R_0/R_0'),   c_y' likewise: sigma' / R_0' = sigma / R_0                    (5)
//   bottom_stiffness' and F_z_max' times F_z0'/F_z0                                                    (6)
//   lambda_mux' = mu / p_Dx1,   lambda_muy' = lambda_muy lambda_mux' / lambda_mux                        (7)
//   lambda_My' so that M_y = c_r R_e F_z at 80 km/h, 0.8 L' and 2.1 bar, of extra load 2.5 bar         (8)
// All else is without dimension and stays: at the same slip and the same F_z / F_z0 forces grow with F_z0, moments with
// F_z0 R_0, deflections with R_0 (but for (3)). The measurement's pressure p_i0 stays too.
// Neglected: what a lower or wider tyre changes in cornering stiffness over load (a brush of the tread over a patch as long as
// pressure and width make it: -13 to +8 % for passenger cars' sizes), stiffer low sidewalls in (5), compounds but for (7).
// Source of (2): load indices are steps of 10^(1/80), as a table of them has it to 1.5 % (66 to 116); 2.5 and 2.9 bar: pressures they are for; 0.8: ETRTO Standards
// Manual. (3): leading term of T. Rhyne, Tire Science and Technology 33(3), 2005. (8): ISO 28580.
#pragma once

#include <optional>
#include <string>

#include "sim/io/tir.h"
#include "sim/io/tyre_size.h"

namespace evsim::io {

// As it stands on the sidewall.
struct TyreMarks {
  TyreSize size;
  int load_index = 0;
  bool extra_load = false;
};
inline constexpr double kLoadPressure = 2.5e5;  // [Pa]

// L of (2) [N].
double load_capacity(const TyreMarks& marks);

struct TyreWish {
  TyreMarks marks;
  std::optional<double> p_i;                 // as filled [Pa]; none: the measurement's
  std::optional<double> mu;                  // of (7); none: as measured
  std::optional<double> rolling_resistance;  // c_r of (8); none: as measured
};
// (1) to (8).
TyreFile scale_tyre(const TyreFile& measured, const TyreMarks& its_marks, const TyreWish& wish);

// A property file that read_tyre reads back to the same, to 6 digits; head: comment before it, lines apart by \n.
std::string tir_text(const TyreFile& tyre, const std::string& head);

}  // namespace evsim::io
