#include "sim/io/tyre_scaling.h"

#include <cmath>

#include "sim/components/tyre.h"
#include "sim/components/tyre_vertical.h"

namespace evsim::io {
namespace {

constexpr double kGravity = 9.80665;
constexpr double kExtraLoadPressure = 2.9e5, kLoadExponent = 0.8;  // (2)
constexpr double kTestSpeed = 80.0 / 3.6, kTestLoad = 0.8;         // (8): [m/s], share of L
constexpr double kTestPressure = 2.1e5, kExtraTestPressure = 2.5e5;

// M_y / (R_e F_z) of the test in (8).
double rolling_resistance(const tyre::Params<double>& p, const TyreMarks& marks) {
  const auto r = tyre::prepare(p, marks.extra_load ? kExtraTestPressure : kTestPressure);
  const double F_z = kTestLoad * load_capacity(marks);
  const auto curves = tyre::curves<double>(r, {.F_z = F_z, .gamma = 0.0});
  const tyre::Slip<double> none{.kappa = 0.0, .alpha = 0.0, .cos_alpha = 1.0};
  const auto m = tyre::moments<double>(r, curves, none, tyre::forces(r, curves, none),
                                       {.F_x = 0.0, .F_y = 0.0, .V_x = kTestSpeed, .rolling = 1.0});
  const double R_e = tyre::effective_radius(r, F_z, kTestSpeed / p.dimension.R_0);
  return -m.M_y / (R_e * F_z);
}

// The sections in which such files have the keys of RANGES.
std::string section_of(const std::string& group, const std::string& key) {
  if (group != "RANGES") return group;
  return key == "FZMAX" ? "VERTICAL_FORCE_RANGE" : "INCLINATION_ANGLE_RANGE";
}
// Whose default depends on the other.
bool is_pressure(const std::string& key) { return key == "NOMPRES" || key == "INFLPRES"; }
const char* side_name(TyreSide side) {
  if (side == TyreSide::symmetric) return "SYMMETRIC";
  return side == TyreSide::left ? "LEFT" : "RIGHT";
}

}  // namespace

double load_capacity(const TyreMarks& marks) {
  const double at_its_pressure = 45.0 * kGravity * std::pow(10.0, marks.load_index / 80.0);
  if (!marks.extra_load) return at_its_pressure;
  return at_its_pressure * std::pow(kLoadPressure / kExtraLoadPressure, kLoadExponent);
}

TyreFile scale_tyre(const TyreFile& measured, const TyreMarks& its_marks, const TyreWish& wish) {
  const TyreSize &from = its_marks.size, &to = wish.marks.size;
  TyreFile out{.params = measured.params, .side = measured.side, .notes = {}};
  tyre::Params<double>& p = out.params;
  const tyre::Params<double>& m = measured.params;

  p.dimension = {.R_0 = 0.5 * tyre_diameter(to), .R_rim = 0.5 * rim_diameter(to)};  // (1)
  const double force = load_capacity(wish.marks) / load_capacity(its_marks);        // (2)
  const double length = p.dimension.R_0 / m.dimension.R_0;
  p.vertical.F_z0 *= force;

  const double spring =
      std::sqrt(to.width_mm * tyre_diameter(to) / (from.width_mm * tyre_diameter(from)));  // (3)
  p.vertical.c_z *= spring;
  p.vertical.k_z *= spring;
  const double shape = spring * length / force;  // (4)
  p.vertical.q_Fz2 *= shape * shape;

  p.structural.c_x0 *= force / length;  // (5)
  p.structural.c_y0 *= force / length;
  p.vertical.bottom_stiffness *= force;  // (6)
  p.limits.F_z_max *= force;

  p.pressure.p_i = wish.p_i.value_or(m.pressure.p_i0);
  if (wish.mu) {  // (7)
    const double more = *wish.mu / (m.longitudinal.p_Dx1 * m.scaling.mu_x);
    p.scaling.mu_x *= more;
    p.scaling.mu_y *= more;
  }
  if (wish.rolling_resistance)  // (8)
    p.scaling.M_y *= *wish.rolling_resistance / rolling_resistance(p, wish.marks);
  return out;
}

std::string tir_text(const TyreFile& tyre, const std::string& head) {
  std::string text;
  for (std::string_view rest = head; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    text += "$ " + std::string(rest.substr(0, end)) + "\n";
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  text +=
      "[MDI_HEADER]\nFILE_TYPE = 'tir'\nFILE_VERSION = 3.0\nFILE_FORMAT = 'ASCII'\n"
      "\n[UNITS]\nLENGTH = 'meter'\nFORCE = 'newton'\nANGLE = 'radians'\nMASS = 'kg'\n"
      "TIME = 'second'\n";
  const bool is_6_1 = tyre.params.version == tyre::Version::mf_6_1;
  text += std::string("\n[MODEL]\nFITTYP = ") + (is_6_1 ? "61" : "52") + "\nTYRESIDE = '" +
          side_name(tyre.side) + "'\n";

  const tyre::Params<double> defaults;
  std::vector<double> unless;  // what a file need not say, in the order of the fields
  walk(defaults, [&]<class X>(X& x, const std::string&, const auto&) {
    if constexpr (std::is_same_v<std::remove_const_t<X>, double>) unless.push_back(x);
  });
  std::string section = "MODEL";
  auto its_default = unless.begin();
  walk(tyre.params, [&]<class X>(X& x, const std::string& path, const auto& field) {
    if constexpr (std::is_same_v<std::remove_const_t<X>, double>) {
      const double usual = *its_default++;
      const std::size_t dot = path.find('.');
      if (dot == std::string::npos) return;
      const std::string key = path.substr(dot + 1), into = section_of(path.substr(0, dot), key);
      if (x == usual && !is_pressure(key)) return;
      if (into != section) text += "\n[" + into + "]\n";
      section = into;
      text += key + " = " + format_rounded(x) + "  $ " + std::string(field.doc) + "\n";
    }
  });
  return text;
}

}  // namespace evsim::io
