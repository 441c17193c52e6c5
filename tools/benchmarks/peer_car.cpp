// Drives the car of a peer, tools/benchmarks/vehicle_peers.py: the multi-body car of sim/vehicle/multibody.h with the
// parameters of CommonRoad's vehicle models (M. Althoff, G. Wuersching, CommonRoad: Vehicle Models, 2020, tables 6 and 7),
// steered as a trace says, coasting.
//
//   bench_peer_car PARAMETERS TRACE STEPS
//
// PARAMETERS has a line a value: its name there, and the value. TRACE: time [s] and steer angle [rad] of both front
// wheels a line, evenly spaced, straight lines between. STEPS: in a second, at least. Writes a line for each of the trace:
// time [s], v_x, v_y [m/s] and yaw rate [rad/s] of the body's centre of gravity, its lateral acceleration [m/s2], all in
// horizontal axes along the car, and roll [rad].
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/base/floating_point.h"
#include "sim/vehicle/multibody_scheme.h"

namespace {

using namespace evsim;

constexpr double kG = 9.81;  // theirs [m/s2]

class Parameters {
 public:
  explicit Parameters(const std::string& path) {
    std::ifstream file(path);
    std::string name;
    for (double value = 0.0; file >> name >> value;) values_[name] = value;
    if (!file.eof() || values_.empty()) throw std::runtime_error(path + ": can't be read");
  }
  double operator()(const std::string& name) const {
    const auto at = values_.find(name);
    if (at == values_.end()) throw std::runtime_error("parameter " + name + " is missing");
    return at->second;
  }

 private:
  std::map<std::string, double> values_;
};

struct Point {
  double t, delta;  // [s], [rad]
};
std::vector<Point> trace(const std::string& path) {
  std::ifstream file(path);
  std::vector<Point> points;
  for (Point p{}; file >> p.t >> p.delta;) points.push_back(p);
  if (!file.eof() || points.size() < 2) throw std::runtime_error(path + ": can't be read");
  return points;
}

Table1<double> line(double at_zero, double slope) {
  return Table1<double>(std::make_shared<const Table1Data>(
      std::vector{-1.0, 1.0}, std::vector{at_zero - slope, at_zero + slope}, Edge::extrapolate));
}

// Their axes are SAE's, y to the right, z down: roll and inclination are ours, side forces and slip angles the mirror
// image. Their inclination acts with the sign of the file's (ISO) coefficients in those axes, so it is turned round here.
tyre::Params<double> tyre_of(const Parameters& p) {
  tyre::Params<double> t;
  t.version = tyre::Version::mf_5_2;
  t.model.V_0 = 20.0;
  t.dimension.R_0 = p("R_w");  // nothing makes the effective radius another one
  t.vertical.F_z0 = 4000.0;
  t.vertical.c_z = p("K_zt");
  t.structural.c_x0 = t.structural.c_y0 = 2e7;  // theirs have no carcass
  auto& x = t.longitudinal;
  x.p_Cx1 = p("tire.p_cx1"), x.p_Dx1 = p("tire.p_dx1"), x.p_Dx3 = p("tire.p_dx3");
  x.p_Ex1 = p("tire.p_ex1"), x.p_Kx1 = p("tire.p_kx1");
  x.r_Bx1 = p("tire.r_bx1"), x.r_Bx2 = p("tire.r_bx2"), x.r_Cx1 = p("tire.r_cx1");
  x.r_Ex1 = p("tire.r_ex1");
  auto& y = t.lateral;
  y.p_Cy1 = p("tire.p_cy1"), y.p_Dy1 = p("tire.p_dy1"), y.p_Dy3 = p("tire.p_dy3");
  y.p_Ey1 = p("tire.p_ey1");
  y.p_Ky2 = 1e4;  // so far that the stiffness grows in proportion to the load
  y.p_Ky1 = 0.5 * y.p_Ky2 * p("tire.p_ky1");
  y.p_Hy3 = -p("tire.p_hy3"), y.p_Vy3 = -p("tire.p_vy3");
  y.r_By1 = p("tire.r_by1"), y.r_By2 = p("tire.r_by2");
  y.r_Cy1 = p("tire.r_cy1"), y.r_Ey1 = p("tire.r_ey1");
  // The contact gives way sideways by K_lt F_y: M_x = K_lt F_y F_z.
  t.overturning.q_sx3 = p("K_lt") * t.vertical.F_z0 / p("R_w");
  return t;
}

chassis_14dof::Axle<double> axle_of(const Parameters& p, const std::string& which, double share) {
  const double track = p("T_" + which), mass = 0.5 * p("m_u" + which), R = p("R_w");
  const double body = 0.5 * share * p("m_s") * kG;
  // Their camber moves no roll centre, which is on the road: the path makes up for it.
  const double camber = p("D_" + which);
  return {.track = track,
          .unsprung_mass = mass,
          .wheel_inertia = p("I_y_w"),
          .wheel_radius = R,
          .wheel_height = R - (body + mass * kG) / p("K_zt"),
          .suspension = {.spring = line(body, p("K_s" + which)),
                         .damper = line(0.0, p("K_sd" + which)),
                         .anti_roll_stiffness = -p("K_ts" + which) / (track * track),
                         .path_outward = line(R * camber, 0.0),
                         .camber = line(0.0, camber)}};
}

struct Car {
  multibody::Model m;
  multibody::Held held;
  multibody::State x{};
};
Car car_of(const Parameters& p) {
  const double a = p("a"), b = p("b"), L = a + b;
  const auto front = axle_of(p, "f", b / L), rear = axle_of(p, "r", a / L);
  // Their yaw inertia is that of the whole car, their h_s counts from tyres without load.
  const auto wheels = [](const chassis_14dof::Axle<double>& w, double x) {
    return 2.0 * w.unsprung_mass * (x * x + 0.25 * w.track * w.track);
  };
  const double sunk = (b * (front.wheel_radius - front.wheel_height) +
                       a * (rear.wheel_radius - rear.wheel_height)) /
                      L;
  Car c;
  c.m.chassis =
      chassis_14dof::prepare<double>({.sprung_mass = p("m_s"),
                                      .wheelbase = L,
                                      .cg_behind_front = a,
                                      .cg_height = p("h_s") - sunk,
                                      .I_xx = p("I_Phi_s"),
                                      .I_yy = p("I_y_s"),
                                      .I_zz = p("I_z") - wheels(front, a) - wheels(rear, b),
                                      .front = front,
                                      .rear = rear});
  c.m.tyres = tyre::prepare<Pack>(over<tyre::Params, Pack>(tyre_of(p)), Pack(2.2e5));
  c.m.air = {.frontal_area = 2.0};
  c.m.air_at = {.wheelbase = L, .point = {}};
  c.held.gravity = {0.0, 0.0, -kG};
  c.x.chassis.r.z = c.m.chassis.height;
  c.x.chassis.q.w = 1.0;
  c.x.chassis.v.x = p("v");
  c.x.Omega.fill(p("v") / p("R_w"));
  return c;
}

// Horizontal, along the car.
void write(double t, const Car& c) {
  const auto& x = c.x.chassis;
  const auto R = rotation(x.q);
  const auto rate = multibody::rates(c.m, c.held, c.x).state.chassis;
  const Vec3<double> a = to_earth(R, rate.v + cross(x.omega, x.v)), v = to_earth(R, x.v);
  const double size = std::sqrt(R.x.x * R.x.x + R.y.x * R.y.x);
  const double cosine = R.x.x / size, sine = R.y.x / size;
  const auto along = [&](const Vec3<double>& w) { return cosine * w.x + sine * w.y; };
  const auto across = [&](const Vec3<double>& w) { return cosine * w.y - sine * w.x; };
  fmt::print("{} {} {} {} {} {}\n", t, along(v), across(v), to_earth(R, x.omega).z, across(a),
             std::atan2(R.z.y, R.z.z));
}

void run(const Parameters& p, const std::vector<Point>& steering, double steps_a_second) {
  Car c = car_of(p);
  multibody::Rows q{};
  for (std::size_t k = 0; k < steering.size(); ++k) {
    write(steering[k].t, c);
    if (k + 1 == steering.size()) break;
    const double span = steering[k + 1].t - steering[k].t;
    const double rate = (steering[k + 1].delta - steering[k].delta) / span;
    const int n = static_cast<int>(std::ceil(span * steps_a_second - 1e-9));
    const double h = span / n;
    for (int i = 0; i < n; ++i) {
      const double delta = steering[k].delta + rate * (i + 0.5) * h;
      c.held.steer = chassis_14dof::steered<double>({delta, delta, 0.0, 0.0});
      multibody::step(c.m, c.held, h, c.x, q);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: bench_peer_car PARAMETERS TRACE STEPS\n");
    return 2;
  }
  const FloatingPointGuard guard;
  try {
    const double steps = std::strtod(argv[3], nullptr);
    if (!(steps >= 1.0)) throw std::runtime_error("STEPS: must be at least 1 a second");
    run(Parameters(argv[1]), trace(argv[2]), steps);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
