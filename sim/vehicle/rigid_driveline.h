// The car behind the shafts of its machines, inside a control tick: gears, wheels and body as one mass. What is
// slow beside the tick is held over it: drag, grade, dry friction and the slip of each axle.
//   m_eq dv/dt = sum F_k - F_fluid - F_grade - F_dry,   F_k = gear(tau_k) / r        chassis.h, (1)
//   omega_k = ratio_k v (1 + kappa) / r
#pragma once

#include <array>

#include "sim/vehicle/car.h"

namespace evsim {

template <Scalar T> struct RigidDriveline {
  // A unit's gears at the speed of the car as the tick begins.
  struct Gears {
    struct Stage {
      T drag;                   // at the input [Nm]
      T with_loss, against_it;  // output over input torque as it drives, as it is driven
    };
    std::array<Stage, drive_unit::kMaxGears> stages;
    int n_stages;
    T turn;  // machine's speed over the car's, slip counted [rad/m]
  };

  std::array<Gears, kMaxDriveUnits> gears;
  int n_units;
  T direction;   // of motion, as the tick begins
  T F_against;   // fluid drag and grade [N]
  T F_dry;       // capacity of rolling resistance and brakes [N]
  T per_radius;  // [1/m]
  T per_mass;    // of the equivalent mass [1/kg]

  // Speeds over V: several instants at once.
  template <Scalar V> V omega(std::size_t k, const V& v) const { return speed(v) * gears[k].turn; }
  // Speed that moves the car [m/s].
  template <Scalar V> V speed(const V& v) const { return chassis::motion(v, V(direction)).v; }

  template <Scalar V> V acceleration(const V& v, const std::array<V, kMaxDriveUnits>& tau,
                                     std::array<V, kMaxDriveUnits>& p_wheel) const {
    const chassis::Motion<V> motion = chassis::motion(v, V(direction));
    const V sense = sign(motion.v);
    V F_drive(0.0);
    for (int k = 0; k < n_units; ++k) {
      const auto n = static_cast<std::size_t>(k);
      V torque = tau[n];
      for (int i = 0; i < gears[n].n_stages; ++i) {
        const auto& g = gears[n].stages[static_cast<std::size_t>(i)];
        torque -= g.drag * sense;
        torque = torque * select(torque * motion.v >= 0.0, V(g.with_loss), V(g.against_it));
      }
      const V F = torque * per_radius;
      p_wheel[n] = F * motion.v;
      F_drive += F;
    }
    return chassis::accelerating_force(motion, F_drive - F_against, V(F_dry)) * per_mass;
  }
};

// Of a car at a speed [m/s], slip kappa of each axle, drag and grade, dry friction [N].
template <Scalar T> RigidDriveline<T> rigid_driveline(const car::Model<T>& car, const T& v,
                                                      const T& direction,
                                                      const std::array<T, 2>& slip,
                                                      const T& F_against, const T& F_dry) {
  RigidDriveline<T> out;
  out.n_units = car.drive_units.size();
  out.direction = direction;
  out.F_against = F_against;
  out.F_dry = F_dry;
  out.per_radius = 1.0 / car.chassis.wheel_radius;
  out.per_mass = 1.0 / car.mass_equivalent;
  for (int k = 0; k < out.n_units; ++k) {
    const auto& unit = car.drive_units[k];
    auto& g = out.gears[static_cast<std::size_t>(k)];
    g.n_stages = unit.gears.size();
    g.turn = drive_unit::ratio(unit, v) / unit.wheel_radius *
             (1.0 + direction * slip[static_cast<std::size_t>(unit.axle)]);
    for (int i = 0; i < g.n_stages; ++i) {
      const auto& stage = unit.gears[i];
      const T ratio = gear::engaged_ratio(stage, v);
      g.stages[static_cast<std::size_t>(i)] = {.drag = stage.drag_torque,
                                               .with_loss = ratio * stage.efficiency,
                                               .against_it = ratio / stage.efficiency};
    }
  }
  return out;
}

}  // namespace evsim
