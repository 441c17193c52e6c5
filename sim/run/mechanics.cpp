#include "sim/run/mechanics.h"

#include <algorithm>

namespace evsim {
namespace {

constexpr double kStep = 1e-3;  // [s]
constexpr int kFiner = 4;       // steps of a truth
// A shaft was foreseen badly when it missed by more than this [rad/s]; then so many steps are half as long, and if that does
// not help, a quarter.
constexpr double kMissed = 0.0003;
constexpr int kHalved = 20;
// Nothing foresees the blow at the end of a shaft's play: so many steps are a quarter as long before.
constexpr int kQuartered = 5;
constexpr double kCrossing = 0.05;  // [rad/s]
// Of what is owed, (3): a torque of at most so much of the peak torque, from this speed on.
constexpr double kRepaid = 0.005;
constexpr double kRepaying = 1.0;  // [rad/s]

bool is_flat(const road::Params& r) {
  return r.grade.empty() && r.crossfall.empty() && r.bumps.empty() && r.roughness.G_d == 0.0;
}

// ---- What the control unit and the driver know of the car --------------------------------------

constexpr double kPadFriction = 0.4, kEffectiveRadius = 0.4;  // the latter over the wheel's
constexpr double kBrakingAt = 0.8;  // [g]: where both axles use the same friction
constexpr double kDamped = 0.6;     // of the shuffle, by active damping
constexpr double kRelease = 400e5;  // of hill hold, so that setting off is not late [Pa/s]
constexpr double kHandOver = 10.0;  // of the machines' braking to friction and back [m/s3]

brake_system::Params<double> brakes_of(const car::Params<double>& p, const multibody::Car& car) {
  const auto& b = std::get<body::MultiBody<double>>(p.body).brakes;
  const auto& c = p.chassis;
  const double share = b.front_share < kInfinity
                           ? b.front_share
                           : c.front_load + kBrakingAt * c.cg_height / c.wheelbase;
  brake_system::Params<double> out;
  out.lag = b.lag;
  const double F = c.mass * b.deceleration_max;
  const auto axle = [&](double of_axle, double R_e) {
    const double r = kEffectiveRadius * R_e;
    const double torque = 0.5 * of_axle * F * R_e;  // of a wheel at the largest pressure
    return brake_system::Axle<double>{
        .piston_area = torque / (2.0 * kPadFriction * r * out.pressure_max),
        .pad_friction = kPadFriction,
        .effective_radius = r};
  };
  out.front = axle(share, car.R_e[0]), out.rear = axle(1.0 - share, car.R_e[1]);
  return out;
}

chassis_control::Model control_model(const car::Params<double>& p, const multibody::Car& car,
                                     const chassis_control::Switches& assist) {
  const auto& b = std::get<body::MultiBody<double>>(p.body);
  chassis_control::Model out;
  out.on = assist;
  out.car = {.mass = car.mass,
             .I_zz = b.I_zz,
             .wheelbase = p.chassis.wheelbase,
             .cg_behind_front = (1.0 - p.chassis.front_load) * p.chassis.wheelbase,
             .cg_height = p.chassis.cg_height,
             .track = 0.5 * (b.front.track + b.rear.track),
             .wheel_radius = 0.5 * (car.R_e[0] + car.R_e[1]),
             .wheel_inertia = p.chassis.wheel_inertia};
  out.brakes = brakes_of(p, car);
  out.n_units = car.model.n_units;
  double J = 0.0, stiffness = 0.0;
  for (std::size_t n = 0; n < out.n_units; ++n) {
    const auto& unit = car.model.units[n];
    const auto& machine = p.drive_units[static_cast<int>(n)].machine.envelope;
    out.units[n] = {.axle = unit.axle,
                    .turns = unit.turns,
                    .ratio = unit.gears.ratio,
                    .J = unit.gears.J_in,
                    .tau_peak = machine.tau_peak,
                    .P_peak = machine.P_peak};
    if (const auto* by = std::get_if<differential::Vectoring<double>>(&unit.differential.kind))
      out.units[n].vectoring = by->torque_max;
    J = max(J, unit.gears.J_in);
    const double shafts = unit.turns == Turns::both ? 2.0 : 1.0;
    stiffness =
        max(stiffness, shafts * unit.shaft.stiffness / (unit.gears.ratio * unit.gears.ratio));
  }
  out.damping.gain = 2.0 * kDamped * sqrt(stiffness * J);
  out.traction.slip_by_friction = b.traction_control.slip_by_friction;
  out.traction.slip_time = b.traction_control.slip_time;
  out.blending.friction_lag = out.brakes.lag;
  out.blending.hand_over = kHandOver * car.mass;
  out.hold.mass = car.mass;
  out.hold.release = kRelease;
  out.reference.pitch = multibody::pitch_per_acceleration(car);
  return out;
}

std::optional<path_driver::Params<double>> path_driver_of(const car::Params<double>& p,
                                                          const scenario::Steer& steer) {
  const auto* path = std::get_if<scenario::AlongPath>(&steer);
  if (path == nullptr) return std::nullopt;
  const auto& b = std::get<body::MultiBody<double>>(p.body);
  return path_driver::Params<double>{.steering_ratio = b.steering.ratio,
                                     .wheelbase = p.chassis.wheelbase,
                                     .understeer = yaw_control::Params<double>{}.understeer,
                                     .preview_time = path->preview_time,
                                     .preview_distance = path->preview_distance,
                                     .gain = path->gain,
                                     .reaction_time = path->reaction_time,
                                     .rate_max = path->rate_max};
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

// The plane that a car starts on, its x axis along the path: through the road below the wheels, by least squares.
struct Stand {
  Quaternion<double> q;
  Vec3<double> r;
};
Stand stand_on(const road::Road& road, double wheelbase, const multibody::Car& car,
               const road::Foot& foot) {
  const auto along = road.path_at(foot.u);
  const auto [sine, cosine] = sincos(along.heading);
  const double x_f = car.chassis.cg_behind_front, x_r = x_f - wheelbase;
  const auto z = [&](double x, double y) {
    return road
        .below(road.foot(along.x + x * cosine - y * sine, along.y + x * sine + y * cosine, foot))
        .z;
  };
  const double y_f = 0.5 * car.chassis.front.track, y_r = 0.5 * car.chassis.rear.track;
  const double fl = z(x_f, y_f), fr = z(x_f, -y_f), rl = z(x_r, y_r), rr = z(x_r, -y_r);
  const double slope_x = (fl + fr - rl - rr) / (2.0 * wheelbase);
  const double slope_y = (y_f * (fl - fr) + y_r * (rl - rr)) / (2.0 * (y_f * y_f + y_r * y_r));
  const double pitch = -atan(slope_x), roll = atan(slope_y * cos(pitch));
  const auto half = [](double angle) { return sincos(0.5 * angle); };
  const auto [s_z, c_z] = half(along.heading);
  const auto [s_y, c_y] = half(pitch);
  const auto [s_x, c_x] = half(roll);
  const Quaternion<double> yaw{c_z, 0.0, 0.0, s_z}, pitched{c_y, 0.0, s_y, 0.0},
      rolled{c_x, s_x, 0.0, 0.0};
  return {.q = yaw * (pitched * rolled),
          .r = {along.x, along.y, 0.25 * (fl + fr + rl + rr) - 0.5 * slope_x * (x_f + x_r)}};
}

// Whether a half shaft is on its way through its play.
bool crosses_play(const multibody::Model& m, const multibody::State& x) {
  bool out = false;
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const auto& unit = m.units[n];
    const auto& at = x.units[n];
    const auto crosses = [&](double twist, double rate) {
      return abs(twist) < 0.5 * unit.shaft.backlash && abs(rate) > kCrossing;
    };
    const std::size_t left = 2 * unit.axle;
    if (unit.turns != Turns::right)
      out = out || crosses(at.twist_l, at.omega_c + 0.5 * at.domega - x.Omega[left]);
    if (unit.turns != Turns::left)
      out = out || crosses(at.twist_r, at.omega_c - 0.5 * at.domega - x.Omega[left + 1]);
  }
  return out;
}

// How a state moves, by its rates.
manoeuvre::Motion motion_of(const multibody::State& x, const multibody::Rates& now,
                            const road::Foot& foot, double theta_H, const Vec3<double>& seat) {
  const auto& c = x.chassis;
  const Angles at = angles_of(rotation(c.q));
  const Vec3<double> a = now.state.chassis.v + cross(c.omega, c.v);
  const Vec3<double> turning =
      cross(now.state.chassis.omega, seat) + cross(c.omega, cross(c.omega, seat));
  manoeuvre::Motion out{.x = c.r.x,
                        .y = c.r.y,
                        .yaw = at.yaw,
                        .v = c.v.x,
                        .a_x = a.x,
                        .a_y = a.y,
                        .yaw_rate = c.omega.z,
                        .a_z_seat = a.z + turning.z,
                        .roll = at.roll,
                        .pitch = at.pitch,
                        .slip_angle = atan2(c.v.y, max(abs(c.v.x), 0.1)),
                        .offset = foot.n,
                        .theta_H = theta_H};
  for (std::size_t i = 0; i < kWheels; ++i)
    out.wheels[i] = {now.F_z[i], now.kappa[i], now.friction_use[i]};
  return out;
}

Vec3<double> seat_of(const car::Params<double>& p, const multibody::Car& car) {
  const auto& b = std::get<body::MultiBody<double>>(p.body);
  const double behind =
      b.seat.behind_front < kInfinity ? b.seat.behind_front : 0.5 * p.chassis.wheelbase;
  const double left =
      b.seat.left < kInfinity ? b.seat.left : 0.25 * max(b.front.track, b.rear.track);
  return {car.chassis.cg_behind_front - behind, left - car.chassis.cg_left, 0.0};
}

manoeuvre::Setting setting_of(const car::Params<double>& p, const multibody::Car& car,
                              const course::Params& course) {
  const auto& b = std::get<body::MultiBody<double>>(p.body);
  const auto outline = course::outline(course, b, p.chassis.wheelbase);
  const double behind_front = car.chassis.cg_behind_front;
  return {.wheelbase = p.chassis.wheelbase,
          .steering_ratio = b.steering.ratio,
          .front = behind_front + outline.overhang,
          .rear = p.chassis.wheelbase - behind_front + outline.overhang,
          .half_width = 0.5 * outline.width,
          .rear_axle = p.chassis.wheelbase - behind_front,
          .tips_at = atan2(0.5 * max(b.front.track, b.rear.track), p.chassis.cg_height),
          .lanes = course::lanes(course, outline.width)};
}

}  // namespace

Mechanics::Mechanics(const car::Params<double>& vehicle, const body::Tyres& tyres, double mass,
                     const road::Params& road, double friction, const scenario::Steer& steer,
                     const chassis_control::Switches& assist, const course::Params& course,
                     const std::optional<multibody::Trailer>& towed, double T_air, double rtol)
    : car_(multibody::prepare(vehicle, tyres, mass, towed, T_air)),
      control_(control_model(vehicle, car_, assist)),
      steer_(steer),
      driver_(path_driver_of(vehicle, steer)),
      road_(road),
      setting_(setting_of(vehicle, car_, course)),
      seat_(seat_of(vehicle, car_)),
      friction_(friction),
      flat_(is_flat(road)),
      one_friction_(road.patches.empty()),
      step_(multibody::step_here()),
      truth_(rtol > 0.0 ? std::make_unique<MultibodyTruth>(rtol) : nullptr),
      longest_(rtol > 0.0 ? kStep / kFiner : kStep) {
  control_.hold.mass += towed_mass();
  control_rate_ = rate_hz(1.0 / control_.T_s);
  init_gears(vehicle);
}

multibody::Held Mechanics::held(const State& s, const Asked& asked) const {
  multibody::Held out;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    const double h = s.since;
    out.tau[n] = h > 0.0 ? s.impulse[n] / h : s.tau[n];
    // The line whose first moment about the middle is theirs.
    if (h > 0.0) out.tau_change[n] = 12.0 / (h * h) * (s.moment[n] - 0.5 * h * s.impulse[n]);
    out.mesh[n] = mesh(s, n);
  }
  out.vectoring = s.commands.vectoring;
  out.brake = brake_system::torques<double>(control_.brakes, s.brakes);
  out.theta_H = s.theta_H;
  out.surface = flat_ ? nullptr : &road_;
  out.feet = s.feet;
  out.mu = one_friction_ ? Pack(friction_) : quad<double>([&](std::size_t i) {
    return friction_ * road_.below(s.feet[i]).friction;
  });
  const auto along = road_.path_at(s.foot.u);
  const auto [sine, cosine] = sincos(along.heading);
  const double g = chassis_14dof::kGravity, g_x = -g * asked.around.sin_alpha;
  out.gravity = {g_x * cosine, g_x * sine, -g * asked.around.cos_alpha};
  out.wind = {-asked.around.v_wind * cosine, -asked.around.v_wind * sine, 0.0};
  out.rho_air = asked.around.rho_air;
  return out;
}

Mechanics::State Mechanics::start(const Asked& asked, double v,
                                  const std::array<double, kMaxDriveUnits>& given) const {
  State s{};
  for (std::size_t n = 0; n < car_.model.n_units; ++n)
    if (const auto& box = gearboxes_[n]) s.gears[n] = gear_control::start(box->control, v);
  s.torque_share.fill(1.0);
  const auto tau = at_gears(s, given, v);
  s.foot = road_.foot(0.0, 0.0);
  s.seen = manoeuvre::start();
  s.feet.fill(s.foot);
  // On a plane of its own, then with it where it belongs.
  const Stand stand = stand_on(road_, setting_.wheelbase, car_, s.foot);
  const auto R = rotation(stand.q);
  multibody::Held on_plane = held(s, asked);
  on_plane.gravity = to_body(R, on_plane.gravity);
  on_plane.wind = to_body(R, on_plane.wind);
  s.x = multibody::start(car_, on_plane, v, tau);
  auto& c = s.x.chassis;
  c.q = stand.q * c.q;
  c.r = stand.r + to_earth(R, c.r);
  multibody::hitch_up(car_.model, held(s, asked), v, s.x);
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    s.omega[n] = shaft_speed(s, n);
    s.tau[n] = tau[n];
    s.b[n] = s.b_before[n] = s.b_earlier[n] = -g(s, n) * tau[n];
  }
  s.specific_force = -to_body(rotation(s.x.chassis.q), held(s, asked).gravity);
  s.ahead = s.foot;
  s.theta_H = hand_wheel::start(s.hands, steered(s, 0.0));
  s.control = chassis_control::start(control_, v, tau, s.omega, s.x.Omega, s.specific_force.x);
  s.commands.tau = tau;
  s.commands.brakes = brake_system::untouched<double>({});
  // A car at rest stands on its brakes, with twice what the slope asks for.
  if (v == 0.0) {
    const double F = 2.0 * (mass() + towed_mass()) * abs(on_plane.gravity.x);
    s.brakes.p.fill(brake_system::pressure_of_force(control_.brakes, F, control_.car.wheel_radius));
    s.commands.brakes.asked = s.brakes.p;
  }
  return s;
}

bool Mechanics::is_due(const State& s, double h) const {
  const double part = s.halved > kHalved ? 0.25 : s.halved > 0 ? 0.5 : 1.0;
  return s.since + 0.5 * h > part * longest_;
}

double Mechanics::shaft_speed(const State& s, std::size_t n) const {
  return slips(s, n) ? s.x.units[n].omega_in : ratio(s, n) * s.x.units[n].omega_c;
}
// Of (1) [1/(kg m2)].
double Mechanics::g(const State& s, std::size_t n) const {
  const auto& gears = car_.model.units[n].gears;
  if (slips(s, n)) return 1.0 / gears.J_in;
  const double i = ratio(s, n);
  return 1.0 / (gears.J_in + gears.J_out / (i * i));
}
// b of (2), t after the last step [s].
double Mechanics::load(const State& s, std::size_t n, double t) const {
  const double between = 0.5 * (s.h + s.h_before), earlier = 0.5 * (s.h_before + s.h_earlier);
  const double slope = between > 0.0 ? (s.b[n] - s.b_before[n]) / between : 0.0;
  const double slope_before = earlier > 0.0 ? (s.b_before[n] - s.b_earlier[n]) / earlier : slope;
  const double bend = between > 0.0 ? (slope - slope_before) / (between + earlier) : 0.0;
  const double since = 0.5 * s.h + t;  // the middle of the last step
  return s.b[n] + since * slope + (since * (since + between) - s.h * s.h / 12.0) * bend;
}

ForeseenShafts<double> Mechanics::foreseen(const State& s) const {
  ForeseenShafts<double> out;
  out.n_units = static_cast<int>(car_.model.n_units);
  out.v = s.x.chassis.v.x;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    out.omega_0[n] = s.omega[n];
    out.alpha[n] = g(s, n) * (s.tau[n] + s.repaid[n]) + load(s, n, s.since);
  }
  return out;
}

// Hands and control unit see the car as it is after its last step.
void Mechanics::control(State& s, const Asked& asked, const chassis_control::Brakes& brakes) const {
  s.control_at = tick_time(control_rate_, 0, ++s.control_tick);
  const auto& c = s.x.chassis;
  if (driver_) {
    const double yaw = angles_of(rotation(c.q)).yaw;
    const double d = path_driver::preview(*driver_, c.v.x);
    const auto path = path_driver::ahead(road_, s.ahead, c.r.x, c.r.y, yaw, d);
    path_driver::step(*driver_, s.driver, {c.v.x, path}, control_.T_s);
  }
  const auto delta = multibody::turned(car_.model, s.x).delta;
  chassis_control::Inputs in{.tau_request = at_gears(s, asked.tau, c.v.x),
                             .tau = {},
                             .omega_m = s.omega,
                             .F_brake = asked.F_brake,
                             .braking = asked.braking,
                             .omega = s.x.Omega,
                             .p = s.brakes.p,
                             .a_x = s.specific_force.x,
                             .a_y = s.specific_force.y,
                             .omega_z = c.omega.z,
                             .delta = 0.5 * (delta[0] + delta[1])};
  for (std::size_t n = 0; n < car_.model.n_units; ++n)
    in.tau[n] = s.given_for > 0.0 ? s.given[n] / s.given_for : s.tau[n];
  s.given = {}, s.given_for = 0.0;
  s.commands = chassis_control::step(control_at_gears(s, in), s.control, in, brakes);
  control_gears(s, in.tau_request, asked.gears);
}

// Angle that the scenario has in mind [rad].
double Mechanics::steered(const State& s, double t) const {
  if (const auto* straight = std::get_if<scenario::Straight>(&steer_)) return straight->angle;
  if (const auto* program = std::get_if<scenario::Program>(&steer_)) {
    const double ratio = program->for_ratio;
    return (ratio < kInfinity ? setting_.steering_ratio / ratio : 1.0) *
           steering_program::angle(program->course, t);
  }
  return s.driver.theta;
}

void Mechanics::push(State& s, const std::array<double, kMaxDriveUnits>& impulse, double work,
                     double h) const {
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    s.impulse[n] += impulse[n];
    s.moment[n] += impulse[n] * (s.since + 0.5 * h);
    s.omega[n] += g(s, n) * (impulse[n] + h * s.repaid[n]) + h * load(s, n, s.since + 0.5 * h);
    s.tau[n] = impulse[n] / h;
    s.given[n] += impulse[n];
  }
  s.since += h, s.given_for += h;
  s.worked += work;
}

// (3), in a step as long as the last one.
std::array<double, kMaxDriveUnits> Mechanics::repayment(const State& s) const {
  double squares = kRepaying * kRepaying;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    const double omega = shaft_speed(s, n);
    squares += omega * omega;
  }
  std::array<double, kMaxDriveUnits> out{};
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    const double most = kRepaid * control_.units[n].tau_peak;
    out[n] = clamp(s.owed * shaft_speed(s, n) / (s.h * squares), -most, most);
  }
  return out;
}

manoeuvre::Motion Mechanics::step(State& s, const Asked& asked, double t) const {
  const double h = s.since;
  const Vec3<double> v = s.x.chassis.v;
  const auto before_brakes = s.brakes;
  s.brakes = brake_system::after<double>(control_.brakes, s.brakes, s.commands.brakes, h);
  s.theta_H = hand_wheel::step({}, s.hands, asked.hands, steered(s, t - 0.5 * h), h);
  auto now = held(s, asked);
  const auto was = brake_system::torques<double>(control_.brakes, before_brakes);
  for (std::size_t i = 0; i < kWheels; ++i) {
    now.brake_change[i] = now.brake[i] - was[i];
    now.brake[i] = 0.5 * (was[i] + now.brake[i]);
  }
  std::array<double, kMaxDriveUnits> before{};
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    before[n] = shaft_speed(s, n);
    now.tau[n] += s.repaid[n];
  }
  s.last = {};
  const multibody::State began = s.x;
  multibody::Rates rates;
  if (truth_)
    rates = truth_->step(car_.model, now, h, s.x, s.last);
  else
    step_(car_.model, now, h, s.x, s.last, rates);
  s.owed += s.worked - s.last.work;
  s.worked = 0.0;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) s.last.gears[n] += s.knock[n];
  s.knock = {};
  const auto motion = motion_of(began, rates, s.foot, s.theta_H, seat_);
  const bool first = s.h == 0.0;
  s.h_earlier = first ? h : s.h_before;
  s.h_before = first ? h : s.h;
  s.h = h;
  const auto& c = s.x.chassis;
  s.a = (c.v.x - v.x) / h;
  s.specific_force =
      (1.0 / h) * (c.v - v) + cross(c.omega, 0.5 * (c.v + v)) - to_body(rotation(c.q), now.gravity);
  bool missed = false;
  for (std::size_t n = 0; n < car_.model.n_units; ++n)
    missed = missed || abs(shaft_speed(s, n) - s.omega[n]) > kMissed;
  s.halved = missed ? (s.halved > 0 ? 2 : 1) * kHalved : std::max(s.halved - 1, 0);
  if (crosses_play(car_.model, s.x)) s.halved = std::max(s.halved, kHalved + kQuartered);
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    s.omega[n] = shaft_speed(s, n);
    s.b_earlier[n] = s.b_before[n];
    s.b_before[n] = s.b[n];
    s.b[n] = (s.omega[n] - before[n] - g(s, n) * (s.impulse[n] + h * s.repaid[n])) / h;
    if (first) s.b_earlier[n] = s.b_before[n] = s.b[n];
  }
  s.repaid = repayment(s);
  s.since = 0.0, s.impulse = {}, s.moment = {};
  const auto& r = s.x.chassis.r;
  s.foot = road_.foot(r.x, r.y, s.foot);
  if (flat_ && one_friction_) return motion;
  const auto w = chassis_14dof::pose(car_.model.chassis, s.x.chassis, {});
  for (std::size_t i = 0; i < kWheels; ++i)
    s.feet[i] = road_.foot(w.centre.x[i], w.centre.y[i], s.feet[i]);
  return motion;
}

double Mechanics::energy(const State& s) const {
  multibody::Held weightless;
  weightless.gravity = {0.0, 0.0, 0.0};
  for (std::size_t n = 0; n < car_.model.n_units; ++n) weightless.mesh[n] = mesh(s, n);
  weightless.surface = flat_ ? nullptr : &road_;
  weightless.feet = s.feet;
  return multibody::energy(car_.model, weightless, s.x);
}

manoeuvre::Motion Mechanics::motion(const State& s, const Asked& asked) const {
  return motion_of(s.x, multibody::rates(car_.model, held(s, asked), s.x), s.foot, s.theta_H,
                   seat_);
}

void Mechanics::show_trailer(const State& s, const multibody::Held& now, BodySignals& out) const {
  const auto& towed = car_.model.towed;
  if (!towed) return;
  multibody::Rates seen;
  seen.rows = {};
  const auto by = multibody::pulled(*towed, now, s.x, rotation(s.x.chassis.q), seen);
  out.articulation = s.x.trailer.psi - out.yaw;
  out.F_hitch = -by.F.x;
}

Mechanics::Signals Mechanics::signals(const State& s, const Asked& asked) const {
  const auto now_held = held(s, asked);
  const auto now = multibody::rates(car_.model, now_held, s.x);
  const auto& c = s.x.chassis;
  const auto m = motion_of(s.x, now, s.foot, s.theta_H, seat_);
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
              .theta_H = s.theta_H,
              .tau_H = 0.0,
              .station = s.foot.s,
              .offset = m.offset,
              .articulation = 0.0,
              .F_hitch = 0.0};
  show_trailer(s, now_held, out.body);
  if (car_.model.steering)
    out.body.tau_H = car_.model.steering->params.stiffness * (s.theta_H - s.x.theta_P);
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
                     .mu = now_held.mu[i],
                     .p_brake = s.brakes.p[i]};
  out.traction_control = s.commands.traction;
  out.anti_lock = s.commands.anti_lock;
  out.yaw_control = s.commands.yaw;
  out.F_brake = s.commands.F_brake;
  out.v = s.commands.v;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) out.gear[n] = gear(s, n);
  return out;
}

}  // namespace evsim
