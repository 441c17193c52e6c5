#include "sim/vehicle/multibody_car.h"

#include <memory>
#include <stdexcept>
#include <string>

#include "sim/base/constants.h"
#include "sim/components/chassis_trim.h"

namespace evsim::multibody {
namespace {

constexpr double kLargestFlowAngle = 0.5236;  // up to which side forces grow [rad]

Table1<double> table(std::vector<double> x, std::vector<double> y, Edge edge = Edge::extrapolate) {
  return Table1<double>(std::make_shared<const Table1Data>(std::move(x), std::move(y), edge));
}
Table1<double> times(const Table1<double>& t, double factor) {
  if (t.empty()) return t;
  std::vector<double> y = t.data()->values();
  for (double& value : y) value *= factor;
  return table(t.data()->axis().knots(), std::move(y), t.data()->edge());
}
std::string path(std::size_t a) { return a == 0 ? "body.front" : "body.rear"; }

// ---- One wheel in the middle --------------------------------------------------------------------
// An axle of no track: its wheel is two halves side by side that turn, travel and lean alike, of half the load, stiffness,
// mass and inertia each.

bool in_the_middle(const body::Axle<double>& a) { return a.track == 0.0; }
int wheels_of(const body::Axle<double>& a) { return in_the_middle(a) ? 1 : 2; }

// A tyre of half the force at the same slip, deflection and pressure.
tyre::Params<double> half(tyre::Params<double> t) {
  for (double* x :
       {&t.vertical.F_z0, &t.vertical.c_z, &t.vertical.k_z, &t.vertical.bottom_stiffness,
        &t.structural.c_x0, &t.structural.c_y0, &t.limits.F_z_max})
    *x *= 0.5;
  return t;
}
body::Axle<double> half(body::Axle<double> a) {
  for (double* x : {&a.unsprung_mass, &a.transverse_inertia, &a.spring_rate, &a.damping_bump,
                    &a.damping_rebound})
    *x *= 0.5;
  for (auto* t : {&a.suspension.spring, &a.suspension.damper, &a.suspension.bump_stop,
                  &a.suspension.rebound_stop})
    *t = times(*t, 0.5);
  return a;
}
// Both sides of an axle are mirror images; so its middle must have nothing that tells left from right.
void check_middle(const body::Axle<double>& a, const std::string& path) {
  const auto& s = a.suspension;
  const auto must = [&](bool holds, const char* what) {
    if (!holds)
      throw std::invalid_argument(path + ".suspension." + what +
                                  " must be left out: a wheel in the middle (track 0) has none");
  };
  must(s.path_outward.empty(), "path_outward");
  must(s.toe.empty(), "toe");
  must(s.camber.empty(), "camber");
  must(s.anti_roll_stiffness == 0.0, "anti_roll_stiffness");
  must(s.toe_by_F_x == 0.0, "toe_by_F_x");
}
// Each side of an axle, as its wheel.
body::Axle<double> axle_of(const body::MultiBody<double>& b, std::size_t a) {
  const auto& whole = a == 0 ? b.front : b.rear;
  if (!in_the_middle(whole)) return whole;
  check_middle(whole, path(a));
  return half(whole);
}
tyre::Params<double> tyre_of(const body::MultiBody<double>& b, const body::Tyres& tyres,
                             std::size_t a) {
  return in_the_middle(a == 0 ? b.front : b.rear) ? half(tyres[a]) : tyres[a];
}

// ---- Tyres --------------------------------------------------------------------------------------

// Dry friction of the road load over the weight.
double friction_over_weight(const car::Params<double>& p, double mass) {
  if (const auto* physical = std::get_if<road_load::Physical<double>>(&p.road_load))
    return physical->rolling_resistance;
  return std::get<road_load::CoastDown<double>>(p.road_load).A / (mass * road_load::kGravity);
}
// A tyre's rolling resistance as the vehicle file has it, with the lever that does the work of the force F at the speed
// v: M_y v / R_e = F v. Beside (A48) of tyre.h: SAE J2452's load and pressure are (F_z / F_z0)^q_sy7 of it at one pressure,
//   R_0 F_z^q_sy7 F_z0^(1 - q_sy7) (q_sy1 + q_sy3 V / V_0 + q_v2 (V / V_0)^2) = R_e P^alpha Z^beta (a + b V + c V^2)
// where half of a wheel in the middle has half of the load and gives half of the force.
tyre::Rolling<double> rolling_of(const car::Params<double>& p, const tyre::Params<double>& t,
                                 double mass, double R_e, double n_wheels, double T_air) {
  tyre::Rolling<double> out;
  const double lever = R_e / t.dimension.R_0;
  const auto* j = std::get_if<road_load::SaeJ2452<double>>(&p.road_load);
  if (j == nullptr) {
    out.q_sy1 = friction_over_weight(p, mass) * lever;
    return out;
  }
  const double F_z0 = t.vertical.F_z0, V_0 = 3.6 * t.model.V_0;  // [N], [km/h]
  const double halves = 2.0 / n_wheels;                          // that a wheel is made of
  const double factor = lever / (halves * F_z0) *
                        rolling_resistance::over_load(j->tyre, halves * F_z0, t.pressure.p_i) *
                        rolling_resistance::over_temperature(j->tyre, T_air);
  out.q_sy1 = factor * j->tyre.a;
  out.q_sy3 = factor * j->tyre.b * V_0;
  out.q_v2 = factor * j->tyre.c * V_0 * V_0;
  out.q_sy7 = j->tyre.beta;
  return out;
}

// One a wheel. Rolling resistance is the vehicle file's, whatever the tyre's file says.
std::array<tyre::Params<double>, kWheels> wheels(const car::Params<double>& p,
                                                 const body::Tyres& tyres, double mass,
                                                 const std::array<double, 2>& load, double T_air) {
  const auto& b = std::get<body::MultiBody<double>>(p.body);
  const auto pressures = car::tyre_pressures(p), n_wheels = car::wheels_of_axles(p);
  std::array<tyre::Params<double>, kWheels> out;
  for (std::size_t i = 0; i < kWheels; ++i) {
    out[i] = tyre_of(b, tyres, i / 2);
    out[i].mirror = i % 2 == 0 ? 1.0 : -1.0;
    auto& t = out[i];
    if (pressures[i / 2] < kInfinity) t.pressure.p_i = pressures[i / 2];
    t.rolling = {};
    const double R_e =
        tyre::effective_radius<double>(tyre::prepare(t, t.pressure.p_i), load[i / 2], 0.0);
    t.rolling = rolling_of(p, t, mass, R_e, n_wheels[i / 2], T_air);
    t.scaling.M_y = 1.0;
  }
  return out;
}

// ---- Body ---------------------------------------------------------------------------------------

suspension::Params<double> suspension_of(const body::Axle<double>& a, double preload,
                                         std::size_t which) {
  suspension::Params<double> s = a.suspension;
  if (s.spring.empty()) {
    if (!(a.spring_rate < kInfinity))
      throw std::invalid_argument(path(which) + " needs spring_rate or suspension.spring");
    s.spring = table({-1.0, 1.0}, {preload - a.spring_rate, preload + a.spring_rate});
  } else {
    const Table1Data& given = *s.spring.data();
    std::vector<double> y = given.values();
    for (double& force : y) force += preload;
    s.spring = table(given.axis().knots(), std::move(y), given.edge());
  }
  if (s.damper.empty()) {
    if (!(a.damping_bump < kInfinity && a.damping_rebound < kInfinity))
      throw std::invalid_argument(path(which) +
                                  " needs damping_bump and damping_rebound, or suspension.damper");
    s.damper = table({-1.0, 0.0, 1.0}, {-a.damping_rebound, 0.0, a.damping_bump});
  }
  return s;
}

chassis_14dof::Params<double> chassis_of(const car::Params<double>& p, double mass,
                                         const body::Tyres& tyres) {
  const auto& b = std::get<body::MultiBody<double>>(p.body);
  const auto& c = p.chassis;
  const int n_wheels = c.n_wheels, of_axles = wheels_of(b.front) + wheels_of(b.rear);
  if (n_wheels != of_axles)
    throw std::invalid_argument("chassis.n_wheels is " + std::to_string(n_wheels) +
                                "; the axles of the body multi_body have " +
                                std::to_string(of_axles) + ", an axle of track 0 one");
  const double l_f = (1.0 - c.front_load) * c.wheelbase;  // mass centre behind the front axle
  chassis_14dof::Params<double> out;
  out.wheelbase = c.wheelbase;
  double m_s = c.mass, x = c.mass * l_f, z = c.mass * c.cg_height;
  double I_xx = b.I_xx, I_yy = b.I_yy, I_zz = b.I_zz, I_xz = b.I_xz;
  for (std::size_t a = 0; a < 2; ++a) {
    const auto from = axle_of(b, a);
    const auto on = tyre_of(b, tyres, a);
    auto& to = a == 0 ? out.front : out.rear;
    const double weight =
        c.mass * chassis_14dof::kGravity * 0.5 * (a == 0 ? c.front_load : 1.0 - c.front_load);
    const double pressure = car::tyre_pressures(p)[a];
    const auto t = tyre::prepare(on, pressure < kInfinity ? pressure : on.pressure.p_i);
    const double R_0 = on.dimension.R_0;
    to.track = from.track;
    to.unsprung_mass = from.unsprung_mass;
    to.wheel_inertia = in_the_middle(from) ? 0.5 * c.wheel_inertia : c.wheel_inertia;
    to.transverse_inertia = from.transverse_inertia;
    to.wheel_radius = R_0;
    to.wheel_height = R_0 - tyre::deflection<double>(t, weight, {0.0, 0.0, 0.0});
    to.suspension = suspension_of(from, weight - from.unsprung_mass * chassis_14dof::kGravity, a);
    // Off the whole car what the wheels are.
    const double m = 2.0 * from.unsprung_mass;
    const double at_x = a == 0 ? 0.0 : c.wheelbase;
    const double dx = at_x - l_f, dz = to.wheel_height - c.cg_height, dy = 0.5 * from.track;
    m_s -= m, x -= m * at_x, z -= m * to.wheel_height;
    I_xx -= m * (dy * dy + dz * dz) + 2.0 * from.transverse_inertia;
    I_yy -= m * (dx * dx + dz * dz);
    I_zz -= m * (dx * dx + dy * dy) + 2.0 * from.transverse_inertia;
    I_xz += m * (l_f - at_x) * dz;  // x forward
  }
  if (!(m_s > 0.0)) throw std::invalid_argument("body: the wheels weigh more than the car");
  out.sprung_mass = m_s;
  out.cg_behind_front = x / m_s;
  out.cg_height = z / m_s;
  // To the sprung mass' own centre.
  const double dx = l_f - out.cg_behind_front, dz = out.cg_height - c.cg_height;
  out.I_xx = I_xx - m_s * dz * dz;
  out.I_yy = I_yy - m_s * (dx * dx + dz * dz);
  out.I_zz = I_zz - m_s * dx * dx;
  out.I_xz = I_xz + m_s * dx * dz;
  if (!(out.I_xx > 0.0 && out.I_yy > 0.0 && out.I_zz > 0.0 &&
        out.I_xx * out.I_zz > out.I_xz * out.I_xz))
    throw std::invalid_argument("body: I_xx, I_yy or I_zz is below that of the wheels alone");
  const double load = mass - c.mass;
  return load > 0.0 ? chassis_14dof::with_load(out, load, l_f, 0.0, c.cg_height) : out;
}

// ---- Air ----------------------------------------------------------------------------------------

// Flow from behind is the mirror image of flow from ahead: it pushes forward, and ahead of the middle is behind it. From
// 30 to 150 degrees drag and yaw moment pass into that in a straight line, side force and roll moment stay.
body_aerodynamics::Params<double> air_of(const car::Params<double>& p) {
  const auto& b = std::get<body::MultiBody<double>>(p.body).air;
  body_aerodynamics::Params<double> out{.frontal_area = 0.0};
  double C_D = 0.0;
  const auto take = [&](const auto* load) {
    if (load == nullptr) return;
    out.frontal_area = load->frontal_area;
    C_D = load->drag_on_road * load->Cd;
  };
  take(std::get_if<road_load::Physical<double>>(&p.road_load));
  take(std::get_if<road_load::SaeJ2452<double>>(&p.road_load));
  if (out.frontal_area == 0.0) return out;  // the drag of a coast-down knows no area
  const auto over_angle = [](double ahead, double aside, double aback, double behind) {
    return table({0.0, kLargestFlowAngle, kPi - kLargestFlowAngle, kPi},
                 {ahead, aside, aback, behind}, Edge::hold);
  };
  const auto even = [&](double slope) {
    const double most = slope * kLargestFlowAngle;
    return over_angle(0.0, most, most, 0.0);
  };
  const double turning = b.yaw_slope * kLargestFlowAngle;
  out.drag = over_angle(C_D, C_D, -C_D, -C_D);
  out.lift_front = over_angle(b.lift_front, b.lift_front, b.lift_front, b.lift_front);
  out.lift_rear = over_angle(b.lift_rear, b.lift_rear, b.lift_rear, b.lift_rear);
  out.side = even(b.side_slope), out.roll = even(b.roll_slope);
  out.yaw = over_angle(0.0, turning, -turning, 0.0);
  return out;
}

// ---- Drive units --------------------------------------------------------------------------------

Unit unit_of(const car::Params<double>& vehicle, int k) {
  const auto& p = vehicle.drive_units[k];
  const std::string path = "drive_units." + vehicle.drive_units.name(k) + ".shafts";
  const auto* train = body::train(p.shafts);
  if (train == nullptr)
    throw std::invalid_argument(path +
                                " must be torsional or one_wheel for the chassis multi_body");
  gear::Params<double> stage{.ratio = 1.0};
  double second = 1.0;
  for (int i = 0; i < p.gears.size(); ++i) {
    stage = gear_train::in_series(stage, p.gears[i]);
    second *= gear::longest_ratio(p.gears[i]) / p.gears[i].ratio;
  }
  const auto gears = gear_train::prepare<double>({.inertia_out = train->inertia_out,
                                                  .rotor_sense = train->rotor_sense,
                                                  .viscous_drag = train->viscous_drag},
                                                 stage, p.machine.inertia);
  Unit out{.axle = static_cast<std::size_t>(p.axle),
           .gears = gears,
           .differential = {.kind = differential::Open<double>{}, .side_inertia = 0.0},
           .shaft = train->half_shaft,
           .second = second};
  if (const auto* one = std::get_if<body::OneWheel<double>>(&p.shafts)) {
    const auto& b = std::get<body::MultiBody<double>>(vehicle.body);
    if (in_the_middle(out.axle == 0 ? b.front : b.rear))
      throw std::invalid_argument(path + " must not be one_wheel at an axle of track 0");
    out.turns = one->side == body::Side::left ? Turns::left : Turns::right;
    out.gears = gear_train::with_output<double>(gears, one->side_inertia);
  } else {
    out.differential = std::get<body::Torsional<double>>(p.shafts).differential;
    out.gears = gear_train::with_output<double>(gears, 2.0 * out.differential.side_inertia);
  }
  return out;
}

// Of a tyre at a deflection [N].
double spring_force(const tyre::Prepared<double>& t, double deflection) {
  return tyre::spring_force<double>(t, deflection, {0.0, 0.0, 0.0});
}
template <int N> Dual<N> spring_force(const tyre::Prepared<double>& t, const Dual<N>& deflection) {
  constexpr double d = 1e-6;  // [m]
  const double slope =
      (spring_force(t, deflection.v + d) - spring_force(t, deflection.v - d)) / (2.0 * d);
  return chain(spring_force(t, deflection.v), slope, deflection);
}

chassis_14dof::Trim trimmed(const Car& car, const chassis_14dof::TrimInputs& in) {
  return chassis_14dof::trim(car.chassis, in, [&]<Scalar T>(const chassis_14dof::Contacts<T>& k) {
    return quad<T>([&](std::size_t i) -> T {
      return spring_force(car.tyres[i], T(k.compression[i])) / T(k.cos_inclination[i]);
    });
  });
}

}  // namespace

double pitch_per_acceleration(const Car& car) {
  constexpr double a = 1.0;  // [m/s2]
  chassis_14dof::TrimInputs in;
  const double at_rest = trimmed(car, in).pitch;
  in.gravity.x = -a;
  for (double& on_body : in.on_body) on_body = 1.0;
  return (at_rest - trimmed(car, in).pitch) / a;
}

bool given(const car::Params<double>& p) {
  return std::holds_alternative<body::MultiBody<double>>(p.body);
}

Car prepare(const car::Params<double>& p, const body::Tyres& tyres, double mass,
            const std::optional<Trailer>& towed, double T_air) {
  if (!given(p))
    throw std::invalid_argument(
        "body is of the type longitudinal: the chassis multi_body needs "
        "one of the type multi_body");
  const auto& b = std::get<body::MultiBody<double>>(p.body);
  Car out{};
  out.mass = mass;
  const double weight = mass * chassis_14dof::kGravity;
  out.load = {0.5 * p.chassis.front_load * weight, 0.5 * (1.0 - p.chassis.front_load) * weight};
  out.chassis = chassis_of(p, mass, tyres);
  const auto& chassis = out.chassis;
  Model& m = out.model;
  m.chassis = chassis_14dof::prepare(chassis);
  const auto sides = wheels(p, tyres, mass, out.load, T_air);
  const Pack pressure = quad<double>([&](std::size_t i) { return sides[i].pressure.p_i; });
  m.tyres = tyre::prepare<Pack>(
      over<tyre::Params, Pack>(std::span<const tyre::Params<double>>(sides)), pressure);
  for (std::size_t i = 0; i < kWheels; ++i)
    out.tyres[i] = tyre::prepare(sides[i], sides[i].pressure.p_i);
  for (std::size_t a = 0; a < 2; ++a)
    out.R_e[a] = tyre::effective_radius<double>(out.tyres[2 * a], out.load[a], 0.0);
  m.steering = Steering{.params = b.steering,
                        .geometry = {.wheelbase = p.chassis.wheelbase, .track = b.front.track}};
  m.air = air_of(p);
  m.air_at = {
      .wheelbase = p.chassis.wheelbase,
      .point = {chassis.cg_behind_front - 0.5 * p.chassis.wheelbase, 0.0, -chassis.cg_height}};
  m.n_units = static_cast<std::size_t>(p.drive_units.size());
  for (std::size_t n = 0; n < m.n_units; ++n) {
    m.units[n] = unit_of(p, static_cast<int>(n));
  }
  if (const auto* coast = std::get_if<road_load::CoastDown<double>>(&p.road_load)) {
    m.drag_B = coast->B, m.drag_C = coast->C;
    for (std::size_t n = 0; n < m.n_units; ++n) m.units[n].gears.drag_torque = 0.0;
  }
  if (towed) {
    const auto& t = towed->params;
    if (t.nose_mass >= t.mass)
      throw std::invalid_argument("trailer.nose_mass is not below trailer.mass");
    m.towed = Towed{.trailer = trailer::prepare(t, towed->tyre),
                    .hitch = {chassis.cg_behind_front - p.chassis.wheelbase - t.hitch_behind,
                              -chassis.cg_left, t.hitch_height - chassis.cg_height}};
  }
  return out;
}

void hitch_up(const Model& m, const Held& held, double v, State& x) {
  if (!m.towed) return;
  const Towed& towed = *m.towed;
  const auto R = rotation(x.chassis.q);
  const auto at = detail::hitch(towed, x.chassis, R).at;
  const double yaw = atan2(R.y.x, R.x.x), mass = towed.trailer.p.mass;
  const auto [s, c] = sincos(yaw);
  x.trailer = trailer::start<double>(towed.trailer, {at.x, at.y}, yaw, v,
                                     -mass * (held.gravity.x * c + held.gravity.y * s));
}

State start(const Car& car, const Held& held, double v,
            const std::array<double, kMaxDriveUnits>& tau) {
  const Model& m = car.model;
  chassis_14dof::TrimInputs in{.gravity = held.gravity, .v = v};
  in.body = body_aerodynamics::load(m.air, m.air_at, {{v - held.wind.x, 0.0, 0.0}, held.rho_air});
  if (m.towed) {
    const Vec3<double> nose{0.0, 0.0, m.towed->trailer.p.nose_mass * held.gravity.z};
    in.body.F = in.body.F + nose;
    in.body.M = in.body.M + cross(m.towed->hitch, nose);
  }
  // Forward forces where the machines are; at rest on the brakes of all wheels.
  const auto ratio = [&](std::size_t n) { return m.units[n].gears.ratio * held.mesh[n].gearing; };
  std::array<double, 2> F{};
  for (std::size_t n = 0; n < m.n_units; ++n) F[m.units[n].axle] += tau[n] * ratio(n);
  const double both = F[0] + F[1];
  if (both != 0.0)
    for (std::size_t i = 0; i < kWheels; ++i)
      in.share_x[i] = 0.5 * F[i / 2] / both, in.on_body[i] = 1.0;
  const auto trim =
      chassis_14dof::trim(car.chassis, in, [&]<Scalar T>(const chassis_14dof::Contacts<T>& k) {
        return quad<T>([&](std::size_t i) -> T {
          return spring_force(car.tyres[i], T(k.compression[i])) / T(k.cos_inclination[i]);
        });
      });
  if (!trim.converged) throw std::invalid_argument("the car does not stand on its wheels");

  State x{};
  x.chassis = trim.x;
  const auto R_e = [&](std::size_t i) { return car.R_e[i / 2]; };
  for (std::size_t i = 0; i < kWheels; ++i) {
    x.Omega[i] = v / R_e(i);
    x.u[i] = double(trim.tyres.F.x[i]) / double(m.tyres.c_x[i]);
    x.v[i] = double(trim.tyres.F.y[i]) / double(m.tyres.c_y[i]);
  }
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const Unit& unit = m.units[n];
    x.units[n].omega_c = v / car.R_e[unit.axle];
    const double each = (unit.turns == Turns::both ? 0.5 : 1.0) * tau[n] * ratio(n);
    const double twist = half_shaft::steady(unit.shaft, each).theta;
    if (unit.turns != Turns::right) x.units[n].twist_l = twist;
    if (unit.turns != Turns::left) x.units[n].twist_r = twist;
  }
  hitch_up(m, held, v, x);
  return x;
}

}  // namespace evsim::multibody
