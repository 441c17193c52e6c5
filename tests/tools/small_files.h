// A small complete vehicle, scenarios and cycles as text; one value a line, so that a test can change
// one and expect its line.
#pragma once

#include <stdexcept>
#include <string>

namespace small {

// Line 1 is the brace.
inline const std::string kVehicle = R"({
"chassis": {
  "mass_kg": 1500,
  "gross_mass_kg": 2000,
  "wheelbase_m": 2.7, "cg_height_m": 0.5,
  "front_load": 0.5,
  "wheel_radius_m": 0.32, "wheel_inertia_kg_m2": 1, "slip_stiffness": 20},
"road_load": {"type": "coast_down", "A_N": 120, "C_N_s2_per_m2": 0.4},
"drive_units": {"rear": {
  "axle": "rear",
  "machine": {
    "tau_peak_Nm": 300,
    "P_peak_kW": 100,
    "omega_max_rpm": 12000,
    "U_ref_V": 350, "inertia_kg_m2": 0.03,
    "losses": {"type": "dq"},
    "dq": {"type": "synchronous_family", "n_p": 4, "weakening_speed": 1.5,
      "copper": 0.0375, "hysteresis": 0.0017, "eddy": 0.0011}},
  "gears": {"reduction": {"ratio": 9, "efficiency": 0.97}}}},
"battery": {"type": "equivalent_circuit",
  "n_series": 100,
  "capacity_Ah": 150,
  "OCV": {"SOC": [0, 1], "OCV_V": [3.2, 4.1]},
  "R_0": {"SOC": [0, 1], "T_degC": [0, 40], "R_0_mOhm": [[1, 0.5], [1, 0.5]]},
  "R_1_mOhm": 0.3, "tau_1_s": 20,
  "U_cell_min_V": 2.8,
  "U_cell_max_V": 4.2,
  "I_charge_max_A": 300,
  "SOC_empty": 0.05,
  "SOC_full": 0.95},
"regeneration": {"v_zero_km_per_h": 3,
  "v_full_km_per_h": 8},
"auxiliaries": {"power_W": 250},
"charger": {"P_AC_kW": 11, "efficiency": 0.9}
}
)";

inline const std::string kScenario = R"({
"vehicle": "car.json",
"driver": {"type": "follow",
  "cycle": "cycle.csv"},
"initial": {
  "SOC": 0.8,
  "T_battery_degC": 25},
"expect": [
  {"kpi": "trace_error_max_km_per_h", "max": 2, "id": "TRACE"}]
}
)";

inline const std::string kCycle = "t [s],v [km/h]\n0,0\n5,0\n20,50\n50,50\n60,0\n65,0\n";

// Stands for so long that a run of it can be interrupted; nothing is drawn from the battery.
inline const std::string kLong = R"({
"vehicle": "idle.json",
"driver": {"type": "constant_speed", "v_km_per_h": 0, "duration_s": 1e8},
"record": {"rate_Hz": 0.001}
}
)";

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("nothing to replace: " + from);
  return text.replace(at, from.size(), to);
}

inline std::string idle_vehicle() {
  return replaced(kVehicle, "\"power_W\": 250", "\"power_W\": 0");
}

}  // namespace small
