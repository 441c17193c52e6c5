// Where a car went and how hard: bird's-eye view and g-g diagram of the chassis multi_body.
#pragma once

#include <string>
#include <vector>

#include "sim/components/road.h"
#include "sim/io/svg.h"
#include "sim/run/course.h"
#include "sim/run/result.h"

namespace evsim::io {

// Samples of a run [s], [m], [rad], [m/s], [m/s2]; empty where they were not recorded.
struct Motion {
  std::vector<double> t, x, y, yaw, v, a_x, a_y;
  std::vector<double> delta_left, delta_right;  // of the front wheels
};
Motion motion(const Recording& recording);

// What lies around it, and the car's shape.
struct MotionScene {
  road::Params road;
  double friction = 1.0;
  course::Lanes lanes;
  double front = 0.0, rear = 0.0, half_width = 0.0;  // from the moving point to the outline [m]
  double front_axle = 0.0, rear_axle = 0.0, half_track = 0.0;  // to the wheels [m]
};
MotionScene motion_scene(const Case& input);

// Of the road's path, and beside it: n to the left [m].
struct PathSample {
  double s, x, y, heading;
};
svg::At beside(const PathSample& p, double n);
// From one parameter of the path to another.
std::vector<PathSample> sample_path(const road::Road& road, double first, double last, int samples);
// Half a road's width, of patches that are drawn [m].
inline constexpr double kHalfRoad = 3.5;
// "dry", "wet", "snow", "ice": the nearest class of a friction over that of a dry road.
std::string surface(double friction);

// Both axes have the same scale. The car is drawn at some instants and drives along, where motion is not to be reduced.
std::string birds_eye_svg(const Motion& m, const MotionScene& scene);
std::string birds_eye_legend(const MotionScene& scene);

// Longitudinal over lateral acceleration, coloured by time.
std::string g_g_svg(const Motion& m);
std::string g_g_legend();

}  // namespace evsim::io
