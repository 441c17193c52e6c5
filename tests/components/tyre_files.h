// The tyres that the tests share, and points computed apart from them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/components/tyre.h"
#include "sim/io/csv.h"
#include "sim/io/tir.h"

namespace evsim::test {

inline std::string in_tree(const std::string& name) {
  return std::string(EVSIM_SOURCE_DIR) + "/" + name;
}
inline tyre::Params<double> tyre_of(const std::string& name) {
  return io::read_tyre(in_tree(name)).params;
}
inline tyre::Params<double> passenger_tyre() {
  return tyre_of("vehicles/tyres/passenger_205_60_r15.tir");
}
inline tyre::Params<double> all_terms(const std::string& version) {
  return tyre_of("tests/components/data/all_terms_" + version + ".tir");
}
inline std::vector<tyre::Params<double>> all_tyres() {
  return {passenger_tyre(), all_terms("6_1"), all_terms("5_2")};
}
inline tyre::Prepared<double> prepared(const tyre::Params<double>& p) {
  return tyre::prepare(p, p.pressure.p_i);
}

// Point of tests/components/data/magic_formula.py.
struct MagicPoint {
  double kappa, alpha, gamma, F_z, mu, p_i, V_x;
  double F_x, F_y, M_x, M_y, M_z, K_xkappa, K_yalpha;
};
inline std::vector<MagicPoint> magic_points(const std::string& name) {
  const std::vector<io::Column> columns{{"kappa"},
                                        {"alpha", Dim::angle},
                                        {"gamma", Dim::angle},
                                        {"F_z", Dim::force},
                                        {"mu"},
                                        {"p_i", Dim::pressure},
                                        {"V_x", Dim::speed},
                                        {"F_x", Dim::force},
                                        {"F_y", Dim::force},
                                        {"M_x", Dim::torque},
                                        {"M_y", Dim::torque},
                                        {"M_z", Dim::torque},
                                        {"K_xkappa", Dim::force},
                                        {"K_yalpha", Dim::force}};
  const io::Columns c =
      io::read_columns(in_tree("tests/components/data/magic_formula_" + name + ".csv"), columns);
  std::vector<MagicPoint> points;
  for (std::size_t i = 0; i < c.lines.size(); ++i) {
    const auto at = [&](std::size_t column) { return c.values[column][i]; };
    points.push_back({at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9), at(10),
                      at(11), at(12), at(13)});
  }
  return points;
}

}  // namespace evsim::test
