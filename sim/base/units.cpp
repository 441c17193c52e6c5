#include "sim/base/units.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace evsim {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kMile = 1609.344;               // international mile [m]
constexpr double kPoundForce = 4.4482216152605;  // [N]
constexpr double kMph = kMile / 3600.0;          // [m/s]

constexpr std::array kUnits{
    Unit{Dim::none, "", "1", 1, 0},
    Unit{Dim::none, "percent", "%", 0.01, 0},
    Unit{Dim::mass, "kg", "kg", 1, 0},
    Unit{Dim::mass, "g", "g", 1e-3, 0},
    Unit{Dim::mass, "lb", "lb", 0.45359237, 0},
    Unit{Dim::length, "m", "m", 1, 0},
    Unit{Dim::length, "mm", "mm", 1e-3, 0},
    Unit{Dim::length, "km", "km", 1e3, 0},
    Unit{Dim::length, "mi", "mi", kMile, 0},
    Unit{Dim::area, "m2", "m2", 1, 0},
    Unit{Dim::time, "s", "s", 1, 0},
    Unit{Dim::time, "ms", "ms", 1e-3, 0},
    Unit{Dim::time, "us", "us", 1e-6, 0},
    Unit{Dim::time, "min", "min", 60, 0},
    Unit{Dim::time, "h", "h", 3600, 0},
    Unit{Dim::frequency, "Hz", "Hz", 1, 0},
    Unit{Dim::frequency, "kHz", "kHz", 1e3, 0},
    Unit{Dim::speed, "m_per_s", "m/s", 1, 0},
    Unit{Dim::speed, "km_per_h", "km/h", 1 / 3.6, 0},
    Unit{Dim::speed, "mph", "mph", kMph, 0},
    Unit{Dim::acceleration, "m_per_s2", "m/s2", 1, 0},
    Unit{Dim::force, "N", "N", 1, 0},
    Unit{Dim::force, "kN", "kN", 1e3, 0},
    Unit{Dim::force, "lbf", "lbf", kPoundForce, 0},
    Unit{Dim::force_per_speed, "N_s_per_m", "N/(m/s)", 1, 0},
    Unit{Dim::force_per_speed, "N_per_km_per_h", "N/(km/h)", 3.6, 0},
    Unit{Dim::force_per_speed, "lbf_per_mph", "lbf/mph", kPoundForce / kMph, 0},
    Unit{Dim::force_per_speed_squared, "N_s2_per_m2", "N/(m/s)2", 1, 0},
    Unit{Dim::force_per_speed_squared, "N_per_km2_per_h2", "N/(km/h)2", 12.96, 0},
    Unit{Dim::force_per_speed_squared, "lbf_per_mph2", "lbf/mph2", kPoundForce / (kMph * kMph), 0},
    Unit{Dim::stiffness, "N_per_m", "N/m", 1, 0},
    Unit{Dim::stiffness, "N_per_mm", "N/mm", 1e3, 0},
    Unit{Dim::angle_per_force, "rad_per_N", "rad/N", 1, 0},
    Unit{Dim::angle_per_force, "deg_per_kN", "deg/kN", kPi / 180e3, 0},
    Unit{Dim::angle_per_torque, "rad_per_Nm", "rad/Nm", 1, 0},
    Unit{Dim::angle_per_torque, "deg_per_kNm", "deg/kNm", kPi / 180e3, 0},
    Unit{Dim::angle_per_length, "rad_per_m", "rad/m", 1, 0},
    Unit{Dim::angle_per_length, "deg_per_m", "deg/m", kPi / 180, 0},
    Unit{Dim::torsional_stiffness, "Nm_per_rad", "Nm/rad", 1, 0},
    Unit{Dim::torsional_stiffness, "Nm_per_deg", "Nm/deg", 180 / kPi, 0},
    Unit{Dim::torsional_damping, "Nm_s_per_rad", "Nm/(rad/s)", 1, 0},
    Unit{Dim::torque, "Nm", "Nm", 1, 0},
    Unit{Dim::power, "W", "W", 1, 0},
    Unit{Dim::power, "kW", "kW", 1e3, 0},
    Unit{Dim::energy, "J", "J", 1, 0},
    Unit{Dim::energy, "mJ", "mJ", 1e-3, 0},
    Unit{Dim::energy, "kJ", "kJ", 1e3, 0},
    Unit{Dim::energy, "Wh", "Wh", 3600, 0},
    Unit{Dim::energy, "kWh", "kWh", 3.6e6, 0},
    Unit{Dim::energy_per_distance, "J_per_m", "J/m", 1, 0},
    Unit{Dim::energy_per_distance, "Wh_per_km", "Wh/km", 3.6, 0},
    Unit{Dim::energy_per_distance, "kWh_per_100_km", "kWh/100 km", 36, 0},
    Unit{Dim::angle, "rad", "rad", 1, 0},
    Unit{Dim::angle, "deg", "deg", kPi / 180, 0},
    Unit{Dim::angular_speed, "rad_per_s", "rad/s", 1, 0},
    Unit{Dim::angular_speed, "rpm", "rpm", kPi / 30, 0},
    Unit{Dim::inertia, "kg_m2", "kg m2", 1, 0},
    Unit{Dim::voltage, "V", "V", 1, 0},
    Unit{Dim::voltage, "mV", "mV", 1e-3, 0},
    Unit{Dim::voltage, "kV", "kV", 1e3, 0},
    Unit{Dim::current, "A", "A", 1, 0},
    Unit{Dim::current, "mA", "mA", 1e-3, 0},
    Unit{Dim::current_amplitude, "A_peak", "A peak", 1, 0},
    Unit{Dim::current_amplitude, "A_rms", "A rms", 1.41421356237309504880, 0},
    Unit{Dim::charge, "C", "C", 1, 0},
    Unit{Dim::charge, "Ah", "Ah", 3600, 0},
    Unit{Dim::resistance, "Ohm", "Ohm", 1, 0},
    Unit{Dim::resistance, "mOhm", "mOhm", 1e-3, 0},
    Unit{Dim::inductance, "H", "H", 1, 0},
    Unit{Dim::inductance, "mH", "mH", 1e-3, 0},
    Unit{Dim::inductance, "uH", "uH", 1e-6, 0},
    Unit{Dim::capacitance, "F", "F", 1, 0},
    Unit{Dim::capacitance, "uF", "uF", 1e-6, 0},
    Unit{Dim::flux_linkage, "Vs", "Vs", 1, 0},
    Unit{Dim::flux_linkage, "mVs", "mVs", 1e-3, 0},
    Unit{Dim::temperature, "K", "K", 1, 0},
    Unit{Dim::temperature, "degC", "degC", 1, 273.15},
    Unit{Dim::temperature, "degF", "degF", 5.0 / 9.0, 273.15 - 32.0 * 5.0 / 9.0},
    Unit{Dim::temperature_difference, "K", "K", 1, 0},
    Unit{Dim::pressure, "Pa", "Pa", 1, 0},
    Unit{Dim::pressure, "kPa", "kPa", 1e3, 0},
    Unit{Dim::pressure, "bar", "bar", 1e5, 0},
    Unit{Dim::density, "kg_per_m3", "kg/m3", 1, 0},
    Unit{Dim::heat_capacity, "J_per_K", "J/K", 1, 0},
    Unit{Dim::heat_capacity, "kJ_per_K", "kJ/K", 1e3, 0},
    Unit{Dim::thermal_conductance, "W_per_K", "W/K", 1, 0},
};

struct DimName {
  Dim dim;
  std::string_view name;
  std::string_view display;  // key of the unit that people expect
};
constexpr std::array kDims{
    DimName{Dim::none, "number", ""},
    DimName{Dim::mass, "mass", "kg"},
    DimName{Dim::length, "length", "m"},
    DimName{Dim::area, "area", "m2"},
    DimName{Dim::time, "time", "s"},
    DimName{Dim::frequency, "frequency", "Hz"},
    DimName{Dim::speed, "speed", "km_per_h"},
    DimName{Dim::acceleration, "acceleration", "m_per_s2"},
    DimName{Dim::force, "force", "N"},
    DimName{Dim::force_per_speed, "force per speed", "N_s_per_m"},
    DimName{Dim::force_per_speed_squared, "force per speed squared", "N_s2_per_m2"},
    DimName{Dim::stiffness, "stiffness", "N_per_mm"},
    DimName{Dim::angle_per_force, "angle per force", "deg_per_kN"},
    DimName{Dim::angle_per_torque, "angle per torque", "deg_per_kNm"},
    DimName{Dim::angle_per_length, "angle per length", "deg_per_m"},
    DimName{Dim::torsional_stiffness, "torsional stiffness", "Nm_per_rad"},
    DimName{Dim::torsional_damping, "torsional damping", "Nm_s_per_rad"},
    DimName{Dim::torque, "torque", "Nm"},
    DimName{Dim::power, "power", "kW"},
    DimName{Dim::energy, "energy", "kWh"},
    DimName{Dim::energy_per_distance, "energy per distance", "Wh_per_km"},
    DimName{Dim::angle, "angle", "deg"},
    DimName{Dim::angular_speed, "angular speed", "rpm"},
    DimName{Dim::inertia, "inertia", "kg_m2"},
    DimName{Dim::voltage, "voltage", "V"},
    DimName{Dim::current, "current", "A"},
    DimName{Dim::current_amplitude, "current amplitude", "A_peak"},
    DimName{Dim::charge, "charge", "Ah"},
    DimName{Dim::resistance, "resistance", "mOhm"},
    DimName{Dim::inductance, "inductance", "uH"},
    DimName{Dim::capacitance, "capacitance", "F"},
    DimName{Dim::flux_linkage, "flux linkage", "mVs"},
    DimName{Dim::temperature, "temperature", "degC"},
    DimName{Dim::temperature_difference, "temperature difference", "K"},
    DimName{Dim::pressure, "pressure", "kPa"},
    DimName{Dim::density, "density", "kg_per_m3"},
    DimName{Dim::heat_capacity, "heat capacity", "kJ_per_K"},
    DimName{Dim::thermal_conductance, "thermal conductance", "W_per_K"},
};

const DimName& entry(Dim dim) {
  const auto* it = std::ranges::find(kDims, dim, &DimName::dim);
  if (it == kDims.end()) throw std::logic_error("a dimension is missing in the unit table");
  return *it;
}

}  // namespace

std::span<const Unit> units() { return kUnits; }

const Unit& si_unit(Dim dim) {
  const auto* it = std::ranges::find(kUnits, dim, &Unit::dim);
  if (it == kUnits.end()) throw std::logic_error("a dimension has no unit");
  return *it;
}

const Unit& display_unit(Dim dim) { return *find_unit(dim, entry(dim).display); }

const Unit* find_unit(Dim dim, std::string_view spelling) {
  const auto* it = std::ranges::find_if(kUnits, [&](const Unit& u) {
    return u.dim == dim && (u.key == spelling || u.text == spelling);
  });
  return it == kUnits.end() ? nullptr : it;
}

std::string_view name(Dim dim) { return entry(dim).name; }

std::string key_in(std::string_view name, const Unit& u) {
  std::string key(name);
  if (!u.key.empty()) key.append("_").append(u.key);
  return key;
}

}  // namespace evsim
