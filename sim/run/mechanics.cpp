#include "sim/run/mechanics.h"

namespace evsim {
namespace {

bool is_flat(const road::Params& r) {
  return r.grade.empty() && r.crossfall.empty() && r.bumps.empty() && r.roughness.G_d == 0.0;
}

struct Angles {
  double yaw, pitch, roll;
};
// Yaw, then pitch, then roll, of body axes to earth axes.
Angles angles_of(const Rotation<double>& R) {
  return {.yaw = atan2(R.y.x, R.x.x),
          .pitch = atan2(-R.z.x, sqrt(R.z.y * R.z.y + R.z.z * R.z.z)),
          .roll = atan2(R.z.y, R.z.z)};
}

// How a state moves, by its rates.
manoeuvre::Motion motion_of(const multibody::State& x, const multibody::Rates& now,
                            const road::Foot& foot, double theta_H) {
  const auto& c = x.chassis;
  const Angles at = angles_of(rotation(c.q));
  const Vec3<double> a = now.state.chassis.v + cross(c.omega, c.v);
  manoeuvre::Motion out{.x = c.r.x,
                        .y = c.r.y,
                        .yaw = at.yaw,
                        .v = c.v.x,
                        .a_x = a.x,
                        .a_y = a.y,
                        .yaw_rate = c.omega.z,
                        .roll = at.roll,
                        .pitch = at.pitch,
                        .slip_angle = atan2(c.v.y, max(abs(c.v.x), 0.1)),
                        .offset = foot.n,
                        .theta_H = theta_H};
  for (std::size_t i = 0; i < kWheels; ++i)
    out.wheels[i] = {now.F_z[i], now.kappa[i], now.friction_use[i]};
  return out;
}

manoeuvre::Setting setting_of(const car::Params<double>& p, const multibody::Car& car,
                              const course::Params& course) {
  const auto& b = std::get<body::MultiBody<double>>(p.body);
  const auto outline = course::outline(course, b.front.track, b.rear.track);
  const double behind_front = car.chassis.cg_behind_front;
  return {.wheelbase = p.chassis.wheelbase,
          .steering_ratio = b.steering.ratio,
          .front = behind_front + outline.overhang,
          .rear = p.chassis.wheelbase - behind_front + outline.overhang,
          .half_width = 0.5 * outline.width,
          .lanes = course::lanes(course, outline.width)};
}

}  // namespace

Mechanics::Mechanics(const car::Params<double>& vehicle, const body::Tyres& tyres, double mass,
                     const road::Params& road, double friction, const course::Params& course)
    : car_(multibody::prepare(vehicle, tyres, mass)),
      brake_shares_{vehicle.chassis.front_load, 1.0 - vehicle.chassis.front_load},
      road_(road),
      setting_(setting_of(vehicle, car_, course)),
      friction_(friction),
      flat_(is_flat(road)),
      g_{} {
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    const auto& gears = car_.model.units[n].gears;
    g_[n] = 1.0 / (gears.J_in + gears.J_out / (gears.ratio * gears.ratio));
  }
}

multibody::Held Mechanics::held(const State& s, const Asked& asked) const {
  multibody::Held out;
  for (std::size_t n = 0; n < car_.model.n_units; ++n)
    out.tau[n] = s.since > 0.0 ? s.impulse[n] / s.since : s.tau[n];
  for (std::size_t i = 0; i < kWheels; ++i)
    out.brake[i] = 0.5 * brake_shares_[i / 2] * asked.F_brake * car_.R_e[i / 2];
  out.theta_H = asked.theta_H;
  out.surface = flat_ ? nullptr : &road_;
  out.feet = s.feet;
  for (std::size_t i = 0; i < kWheels; ++i) out.mu[i] = friction_ * road_.below(s.feet[i]).friction;
  const auto along = road_.path_at(s.foot.u);
  const auto [sine, cosine] = sincos(along.heading);
  const double g = chassis_14dof::kGravity, g_x = -g * asked.around.sin_alpha;
  out.gravity = {g_x * cosine, g_x * sine, -g * asked.around.cos_alpha};
  out.wind = {-asked.around.v_wind * cosine, -asked.around.v_wind * sine, 0.0};
  out.rho_air = asked.around.rho_air;
  return out;
}

Mechanics::State Mechanics::start(const Asked& asked, double v,
                                  const std::array<double, kMaxDriveUnits>& tau) const {
  State s{};
  s.foot = road_.foot(0.0, 0.0);
  s.seen = manoeuvre::start();
  s.feet.fill(s.foot);
  s.x = multibody::start(car_, held(s, asked), v, tau);
  const auto along = road_.path_at(s.foot.u);
  const auto [sine, cosine] = sincos(0.5 * along.heading);
  // Turned into the path's direction.
  auto& c = s.x.chassis;
  const Quaternion<double> q = c.q;
  c.q = {cosine * q.w - sine * q.z, cosine * q.x - sine * q.y, cosine * q.y + sine * q.x,
         cosine * q.z + sine * q.w};
  c.r.x = along.x, c.r.y = along.y;
  c.r.z += road_.below(s.foot).z;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    s.omega[n] = shaft_speed(s, n);
    s.tau[n] = tau[n];
    s.b[n] = s.b_before[n] = -g_[n] * tau[n];
  }
  return s;
}

double Mechanics::shaft_speed(const State& s, std::size_t n) const {
  return car_.model.units[n].gears.ratio * s.x.units[n].omega_c;
}
// b of (2), t after the last step [s].
double Mechanics::load(const State& s, std::size_t n, double t) const {
  const double between = 0.5 * (s.h + s.h_before);
  const double slope = between > 0.0 ? (s.b[n] - s.b_before[n]) / between : 0.0;
  return s.b[n] + slope * (0.5 * s.h + t);
}

ForeseenShafts<double> Mechanics::foreseen(const State& s) const {
  ForeseenShafts<double> out;
  out.n_units = static_cast<int>(car_.model.n_units);
  out.v = s.x.chassis.v.x;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    out.omega_0[n] = s.omega[n];
    out.alpha[n] = g_[n] * s.tau[n] + load(s, n, s.since);
  }
  return out;
}

void Mechanics::push(State& s, const std::array<double, kMaxDriveUnits>& impulse, double h) const {
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    s.impulse[n] += impulse[n];
    s.moment[n] += impulse[n] * (s.since + 0.5 * h);
    s.omega[n] += g_[n] * impulse[n] + h * load(s, n, s.since + 0.5 * h);
    s.tau[n] = impulse[n] / h;
  }
  s.since += h;
}

manoeuvre::Motion Mechanics::step(State& s, const Asked& asked) const {
  const auto now = held(s, asked);
  const double h = s.since, v = s.x.chassis.v.x;
  std::array<double, kMaxDriveUnits> before{};
  for (std::size_t n = 0; n < car_.model.n_units; ++n) before[n] = shaft_speed(s, n);
  s.last = {};
  const multibody::State began = s.x;
  const auto rates = multibody::step(car_.model, now, h, s.x, s.last);
  const auto motion = motion_of(began, rates, s.foot, asked.theta_H);
  const bool first = s.h == 0.0;
  s.h_before = first ? h : s.h;
  s.h = h;
  s.a = (s.x.chassis.v.x - v) / h;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    s.omega[n] = shaft_speed(s, n);
    s.b_before[n] = s.b[n];
    s.b[n] = (s.omega[n] - before[n] - g_[n] * s.impulse[n]) / h;
    if (first) s.b_before[n] = s.b[n];
  }
  s.since = 0.0, s.impulse = {}, s.moment = {};
  const auto& r = s.x.chassis.r;
  s.foot = road_.foot(r.x, r.y, s.foot);
  const auto w = chassis_14dof::pose(car_.model.chassis, s.x.chassis, {});
  for (std::size_t i = 0; i < kWheels; ++i)
    s.feet[i] = road_.foot(w.centre.x[i], w.centre.y[i], s.feet[i]);
  return motion;
}

double Mechanics::energy(const State& s) const {
  multibody::Held weightless;
  weightless.gravity = {0.0, 0.0, 0.0};
  weightless.surface = flat_ ? nullptr : &road_;
  weightless.feet = s.feet;
  return multibody::energy(car_.model, weightless, s.x);
}

manoeuvre::Motion Mechanics::motion(const State& s, const Asked& asked) const {
  return motion_of(s.x, multibody::rates(car_.model, held(s, asked), s.x), s.foot, asked.theta_H);
}

Mechanics::Signals Mechanics::signals(const State& s, const Asked& asked) const {
  const auto now_held = held(s, asked);
  const auto now = multibody::rates(car_.model, now_held, s.x);
  const auto& c = s.x.chassis;
  const auto m = motion_of(s.x, now, s.foot, asked.theta_H);
  Signals out{};
  out.body = {.x = m.x,
              .y = m.y,
              .z = c.r.z,
              .yaw = m.yaw,
              .pitch = m.pitch,
              .roll = m.roll,
              .v_y = c.v.y,
              .yaw_rate = m.yaw_rate,
              .a_x = m.a_x,
              .a_y = m.a_y,
              .slip_angle = m.slip_angle,
              .theta_H = asked.theta_H,
              .tau_H = 0.0,
              .station = s.foot.s,
              .offset = m.offset};
  if (car_.model.steering)
    out.body.tau_H = car_.model.steering->params.stiffness * (asked.theta_H - s.x.theta_P);
  const auto delta = multibody::turned(car_.model, s.x).delta;
  for (std::size_t i = 0; i < kWheels; ++i)
    out.wheels[i] = {.omega = s.x.Omega[i],
                     .F_x = now.F_x[i],
                     .F_y = now.F_y[i],
                     .F_z = now.F_z[i],
                     .kappa = now.kappa[i],
                     .alpha = now.alpha[i],
                     .friction_use = now.friction_use[i],
                     .delta = delta[i],
                     .travel = c.s[i],
                     .mu = now_held.mu[i]};
  return out;
}

}  // namespace evsim
