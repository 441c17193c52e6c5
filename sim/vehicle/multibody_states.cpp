#include "sim/vehicle/multibody_states.h"

namespace evsim::multibody {

std::vector<StateInfo> state_list(const std::vector<std::string>& units) {
  std::vector<StateInfo> out;
  const auto add = [&](const std::string& of, const std::vector<std::string>& names,
                       const std::string& unit, double scale) {
    for (const std::string& name : names) out.push_back({of + name, unit, scale});
  };
  const auto wheels = [&](const std::string& name, const std::string& unit, double scale) {
    for (const char* wheel : {"front_left", "front_right", "rear_left", "rear_right"})
      out.push_back({"wheels." + std::string(wheel) + "." + name, unit, scale});
  };
  add("body.", {"x", "y", "z"}, "m", 1.0);
  add("body.", {"q_w", "q_x", "q_y", "q_z"}, "", 0.01);
  add("body.", {"v_x", "v_y", "v_z"}, "m/s", 1.0);
  add("body.", {"omega_x", "omega_y", "omega_z"}, "rad/s", 0.1);
  wheels("travel", "m", 0.01);
  wheels("travel_rate", "m/s", 0.1);
  wheels("u", "m", 0.001);
  wheels("v", "m", 0.001);
  wheels("omega", "rad/s", 1.0);
  for (std::size_t n = 0; n < kMaxDriveUnits; ++n) {
    const std::string of = n < units.size() ? "drive_units." + units[n] + "." : "";
    add(of, {"omega_c", "domega"}, "rad/s", 1.0);
    add(of, {"twist_left", "twist_right"}, "rad", 0.01);
    add(of, {"omega_in"}, "rad/s", 1.0);
  }
  out.push_back({"steering.theta_P", "rad", 0.1});
  add("trailer.", {"x", "y"}, "m", 1.0);
  add("trailer.", {"yaw"}, "rad", 0.1);
  add("trailer.", {"v_x", "v_y"}, "m/s", 1.0);
  add("trailer.", {"omega_z"}, "rad/s", 0.1);
  add("trailer.", {"left.u", "right.u", "left.v", "right.v"}, "m", 0.001);
  add("trailer.", {"left.omega", "right.omega"}, "rad/s", 1.0);
  static_assert(sizeof(State) == 66 * sizeof(double));  // as many as are named here
  return out;
}

}  // namespace evsim::multibody
