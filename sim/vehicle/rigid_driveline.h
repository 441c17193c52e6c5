// The car behind the shafts of its machines, inside a control tick: gears, wheels and body as one mass. What is
// slow beside the tick is held over it: drag, grade, dry friction and the slip of each axle.
//   m_eq dv/dt = sum F_k - F_fluid - F_grade - F_dry,   F_k = gear(tau_k) / r        chassis.h, (1)
//   omega_k = ratio_k v (1 + kappa) / r
#pragma once

#include <array>

#include "sim/vehicle/car.h"

namespace evsim {

template <Scalar T> struct RigidDriveline {
  const car::Model<T>& car;
  T direction;               // of motion, as the tick begins
  std::array<T, 2> stretch;  // 1 + kappa of an axle
  T F_against;               // fluid drag and grade [N]
  T F_dry;                   // capacity of rolling resistance and brakes [N]

  T omega(std::size_t k, const T& v) const {
    const auto& unit = car.drive_units[static_cast<int>(k)];
    return drive_unit::machine_speed(unit, chassis::motion(v, direction).v) *
           stretch[static_cast<std::size_t>(unit.axle)];
  }
  // Speed that moves the car [m/s].
  T speed(const T& v) const { return chassis::motion(v, direction).v; }

  T acceleration(const T& v, const std::array<T, kMaxDriveUnits>& tau,
                 std::array<T, kMaxDriveUnits>& p_wheel) const {
    const chassis::Motion<T> motion = chassis::motion(v, direction);
    T F_drive(0.0);
    for (int k = 0; k < car.drive_units.size(); ++k) {
      const auto n = static_cast<std::size_t>(k);
      const T F =
          drive_unit::wheel_torque(car.drive_units[k], tau[n], motion.v) / car.chassis.wheel_radius;
      p_wheel[n] = F * motion.v;
      F_drive += F;
    }
    return chassis::accelerating_force(motion, F_drive - F_against, F_dry) / car.mass_equivalent;
  }
};

}  // namespace evsim
