#include "gui/model/vehicle_view.h"

#include <algorithm>
#include <cmath>
#include <ranges>

namespace evsim::gui {
namespace {

constexpr std::array<const char*, 4> kWheels{"front_left", "front_right", "rear_left",
                                             "rear_right"};
constexpr std::size_t kTrailPoints = 600;

// From the car's axes into the earth's.
void add_turned(PlaneLine& line, const CarNow& car, double ahead, double left) {
  const double c = std::cos(car.yaw), s = std::sin(car.yaw);
  line.add(car.x + c * ahead - s * left, car.y + s * ahead + c * left);
}

// The side of a patch that lies to the left (1) or right (-1) of the path.
void add_patch(std::vector<RoadPatch>& out, const std::vector<io::PathSample>& path,
               const road::Patch& p, double side, double friction) {
  RoadPatch patch{.outline = {}, .friction = friction};
  std::vector<io::svg::At> far;
  for (const io::PathSample& s : path)
    if (s.s >= p.from && s.s <= p.to) {
      patch.outline.add(s.x, s.y);
      far.push_back(io::beside(s, side * io::kHalfRoad));
    }
  for (const io::svg::At& p_far : std::views::reverse(far)) patch.outline.add(p_far.x, p_far.y);
  if (far.size() > 1) out.push_back(std::move(patch));
}

}  // namespace

VehicleView::VehicleView(const io::LoadedCase& loaded, const std::vector<signals::Info>& infos)
    : infos_(infos) {
  const auto& units = loaded.c.vehicle.drive_units;
  for (int k = 0; k < units.size(); ++k) units_.push_back(units.name(k));
  if (place("body.position_x") == infos_.size()) return;
  const io::MotionScene scene = io::motion_scene(loaded.c);
  ground_ = std::make_unique<const Ground>(Ground{scene, road::Road(scene.road)});
  at_ = {.x = place("body.position_x"),
         .y = place("body.position_y"),
         .yaw = place("body.yaw"),
         .v = place("body.v"),
         .v_y = place("body.v_y"),
         .yaw_rate = place("body.yaw_rate"),
         .slip_angle = place("body.slip_angle"),
         .a_x = place("body.a_x"),
         .a_y = place("body.a_y"),
         .roll = place("body.roll"),
         .pitch = place("body.pitch"),
         .theta_H = place("steering.theta_H"),
         .wheels = {}};
  for (std::size_t i = 0; i < kWheels.size(); ++i) {
    const std::string of = std::string("wheels.") + kWheels[i] + ".";
    at_.wheels[i] = {.F_x = place(of + "F_x"),
                     .F_y = place(of + "F_y"),
                     .F_z = place(of + "F_z"),
                     .mu = place(of + "mu"),
                     .kappa = place(of + "kappa"),
                     .alpha = place(of + "alpha"),
                     .use = place(of + "friction_use"),
                     .delta = place(of + "delta")};
  }
}

// infos_.size() where there is none.
std::size_t VehicleView::place(const std::string& path) const {
  return static_cast<std::size_t>(std::ranges::find(infos_, path, &signals::Info::path) -
                                  infos_.begin());
}
double VehicleView::value(const std::vector<double>& values, const std::string& path) const {
  const std::size_t at = place(path);
  return at < values.size() ? values[at] : 0.0;
}

CarNow VehicleView::now(const std::vector<double>& values) const {
  const auto of = [&values](std::size_t place) { return values[place]; };
  CarNow out{.x = of(at_.x),
             .y = of(at_.y),
             .yaw = of(at_.yaw),
             .v = of(at_.v),
             .v_y = of(at_.v_y),
             .yaw_rate = of(at_.yaw_rate),
             .slip_angle = of(at_.slip_angle),
             .a_x = of(at_.a_x),
             .a_y = of(at_.a_y),
             .roll = of(at_.roll),
             .pitch = of(at_.pitch),
             .theta_H = of(at_.theta_H),
             .wheels = {}};
  for (std::size_t i = 0; i < out.wheels.size(); ++i) {
    const WheelPlaces& w = at_.wheels[i];
    out.wheels[i] = {.F_x = of(w.F_x),
                     .F_y = of(w.F_y),
                     .F_z = of(w.F_z),
                     .mu = of(w.mu),
                     .kappa = of(w.kappa),
                     .alpha = of(w.alpha),
                     .use = of(w.use),
                     .delta = of(w.delta)};
  }
  return out;
}

std::vector<Assist> VehicleView::assists(const std::vector<double>& values) const {
  const auto acts = [&](const char* path) { return value(values, path) != 0.0; };
  return {{"traction control", acts("assist.traction_control")},
          {"anti-lock", acts("assist.anti_lock")},
          {"yaw control", acts("assist.yaw_control")}};
}

Surroundings VehicleView::around(const CarNow& car, double within) const {
  constexpr int kSamples = 160;
  const double u = ground_->road.foot(car.x, car.y).u;
  const auto path = io::sample_path(ground_->road, u - within, u + within, kSamples);
  Surroundings out;
  for (const io::PathSample& s : path) {
    const auto left = io::beside(s, io::kHalfRoad), right = io::beside(s, -io::kHalfRoad);
    out.middle.add(s.x, s.y);
    out.left.add(left.x, left.y);
    out.right.add(right.x, right.y);
  }
  for (const road::Patch& p : ground_->scene.road.patches) {
    add_patch(out.patches, path, p, 1.0, p.friction_left);
    add_patch(out.patches, path, p, -1.0, p.friction_right);
  }
  return out;
}

PlaneLine VehicleView::outline(const CarNow& car) const {
  constexpr double kNose = 0.25;  // that the corners in front stand back [m]
  const io::MotionScene& s = ground_->scene;
  PlaneLine out;
  add_turned(out, car, s.front, 0.6 * s.half_width);
  add_turned(out, car, s.front - kNose, s.half_width);
  add_turned(out, car, -s.rear, s.half_width);
  add_turned(out, car, -s.rear, -s.half_width);
  add_turned(out, car, s.front - kNose, -s.half_width);
  add_turned(out, car, s.front, -0.6 * s.half_width);
  add_turned(out, car, s.front, 0.6 * s.half_width);
  return out;
}

std::array<PlaneLine, 4> VehicleView::wheels(const CarNow& car) const {
  constexpr double kHalfLength = 0.33, kHalfWidth = 0.11;  // of a wheel [m]
  std::array<PlaneLine, 4> out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const io::MotionScene& at = ground_->scene;
    const double ahead = i < 2 ? at.front_axle : -at.rear_axle;
    const double left = (i % 2 == 0 ? 1.0 : -1.0) * at.half_track;
    const double c = std::cos(car.wheels[i].delta), s = std::sin(car.wheels[i].delta);
    for (const auto& [x, y] : {std::pair{1.0, 1.0}, {-1.0, 1.0}, {-1.0, -1.0}, {1.0, -1.0}}) {
      const double a = x * kHalfLength, b = y * kHalfWidth;
      add_turned(out[i], car, ahead + c * a - s * b, left + s * a + c * b);
    }
  }
  return out;
}

PlaneLine VehicleView::trail(const History& history, double from) const {
  return together(history, at_.x, at_.y, from, kTrailPoints);
}

std::vector<ForceBar> VehicleView::forces(const std::vector<double>& values) const {
  constexpr double kSlow = 0.1;  // below it the brakes hold, and do no work [m/s]
  double drive = 0.0;
  for (const std::string& unit : units_) drive += value(values, "drive_units." + unit + ".F_wheel");
  const double v = value(values, "body.v");
  const double brake = std::abs(v) > kSlow ? value(values, "body.p_brake") / v : 0.0;
  return {{"drive", drive},
          {"brakes", -brake},
          {"air", -value(values, "body.F_air")},
          {"rolling", -value(values, "body.F_roll")},
          {"grade", -value(values, "body.F_grade")}};
}

PlaneLine VehicleView::profile(const History& history, double from) const {
  return together(history, place("body.x"), place("body.altitude"), from, kTrailPoints);
}

}  // namespace evsim::gui
