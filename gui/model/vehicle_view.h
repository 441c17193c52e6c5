// The car on its road: where it is, what its tyres do, which forces move it.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "gui/model/trail.h"
#include "sim/io/case.h"
#include "sim/io/report_motion.h"
#include "sim/run/signals.h"

namespace evsim::gui {

// In earth axes [m].
struct RoadPatch {
  PlaneLine outline;
  double friction;  // over that of a dry road
};
struct Surroundings {
  PlaneLine middle, left, right;  // of the road's path, half a road beside it
  std::vector<RoadPatch> patches;
};

struct WheelNow {
  double F_x, F_y, F_z, mu, kappa, alpha, use, delta;  // [N], [-], [rad]
  double circle() const { return mu * F_z; }           // radius of the friction circle [N]
};
struct CarNow {
  double x, y, yaw, v, v_y, yaw_rate, slip_angle, a_x, a_y, roll, pitch, theta_H;  // SI
  std::array<WheelNow, 4> wheels;  // front left, front right, rear left, rear right
};
struct Assist {
  const char* name;
  bool acts;
};
struct ForceBar {
  const char* name;
  double F;  // > 0: forward [N]
};

class VehicleView {
 public:
  VehicleView(const io::LoadedCase& loaded, const std::vector<signals::Info>& infos);

  // Nothing of what follows where the chassis is one mass.
  bool has_wheels() const { return ground_ != nullptr; }
  CarNow now(const std::vector<double>& values) const;
  std::vector<Assist> assists(const std::vector<double>& values) const;
  // Of the road, so far behind the car and ahead of it [m].
  Surroundings around(const CarNow& car, double within) const;
  PlaneLine outline(const CarNow& car) const;
  std::array<PlaneLine, 4> wheels(const CarNow& car) const;
  const course::Lanes& lanes() const { return ground_->scene.lanes; }
  double friction() const { return ground_->scene.friction; }
  PlaneLine trail(const History& history, double from) const;

  // Of the car as one mass.
  std::vector<ForceBar> forces(const std::vector<double>& values) const;
  PlaneLine profile(const History& history, double from) const;  // way, altitude [m]

  double reach = 12.0;  // of the picture, from the car to its sides [m]

 private:
  struct Ground {
    io::MotionScene scene;
    road::Road road;
  };
  struct WheelPlaces {
    std::size_t F_x, F_y, F_z, mu, kappa, alpha, use, delta;
  };
  struct Places {
    std::size_t x, y, yaw, v, v_y, yaw_rate, slip_angle, a_x, a_y, roll, pitch, theta_H;
    std::array<WheelPlaces, 4> wheels;
  };
  std::size_t place(const std::string& path) const;
  double value(const std::vector<double>& values, const std::string& path) const;

  std::vector<signals::Info> infos_;
  std::vector<std::string> units_;
  std::unique_ptr<const Ground> ground_;  // below a car with wheels
  Places at_{};
};

}  // namespace evsim::gui
