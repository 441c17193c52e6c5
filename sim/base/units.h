// The only table of units in the project. Inside sim/ every quantity is SI; at every boundary (JSON,
// CSV, command line, report) its unit is written, and this table converts it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace evsim {

// What kind of quantity a number is. A temperature and a difference of temperatures differ.
enum class Dim {
  none,
  mass,
  length,
  area,
  time,
  frequency,
  speed,
  acceleration,
  force,
  force_per_speed,
  force_per_speed_squared,
  stiffness,  // force over length
  angle_per_force,
  angle_per_torque,
  angle_per_length,     // also a curvature
  torsional_stiffness,  // torque over angle
  torsional_damping,    // torque over angular speed
  torque,
  power,
  energy,
  energy_per_distance,
  angle,
  angular_speed,
  inertia,
  voltage,
  current,
  current_amplitude,  // of a sine: peak or rms is said by the unit
  charge,
  resistance,
  inductance,
  capacitance,
  flux_linkage,
  temperature,
  temperature_difference,
  pressure,
  density,
  heat_capacity,
  thermal_conductance,
};

// SI value = factor * value + offset. The first unit of a dimension is its SI unit.
struct Unit {
  Dim dim;
  std::string_view key;   // as written in JSON keys and on the command line: km_per_h
  std::string_view text;  // as written for people and in CSV headers: km/h
  double factor;
  double offset;
};

// The whole table, in a fixed order.
std::span<const Unit> units();

// The SI unit of a dimension.
const Unit& si_unit(Dim dim);

// The unit that people expect of a dimension in tables and reports (km/h, kW, degC ...).
const Unit& display_unit(Dim dim);

// The unit of that dimension with this spelling (key or text), or nullptr.
const Unit* find_unit(Dim dim, std::string_view spelling);

// "mass", "speed" ...
std::string_view name(Dim dim);

inline double to_si(const Unit& u, double value) { return u.factor * value + u.offset; }
inline double from_si(const Unit& u, double si) { return (si - u.offset) / u.factor; }

// name + "_" + unit: the JSON key of a field in a unit; the name alone when the unit has no symbol.
std::string key_in(std::string_view name, const Unit& u);

}  // namespace evsim
