// A whole car's mechanics as one set of ordinary differential equations: body and suspension (chassis_14dof.h), four
// tyres with transient slip (tyre_transient.h, tyre_vertical.h), and for each drive unit gears, differential and half
// shafts (gear_train.h, differential.h, half_shaft.h), between the torque of a machine's shaft and the road.
//   J dOmega_i/dt = tau_shaft,i - tau_brake,i + tau_tyre,i                            each wheel        (1)
//   tau_tyre = M_y - R_e F_x: wheel and road exchange what slips and rolls (tyre_transient.h)            (2)
//   tau_brake: friction that holds a wheel on its carrier, up to a capacity (dry_friction.h)             (3)
// Where the car has a steering its pinion angle is a state; compliance turns the wheels by what the carcasses hold.
// Units turn the wheels of one axle, left and right by a differential or one alone by its half shaft. Spins of wheels are absolute; speeds of rotors and carriers are seen
// from the body, on which the shafts' torques react, and what rotor and gears of a unit need to speed up:
//   M_y -= G domega_c/dt,   domega_c/dt -= G/J domega_y/dt,   G = J_out + g i J_in, J = J_out + i^2 J_in
// While a unit shifts, or is disconnected, its rotor has a speed of its own: then the same of rotor and gears, each.
// A trailer pulls and weighs on the body by its hitch (trailer.h).
// Books, all exact identities of the equations:
//   sum tau_k omega_k + p_steering + p_vectoring = dE/dt + losses                                        (4)
//   E: chassis, springs, height, spins, carcasses and springs of the tyres, gears, twist of the shafts
//   p_steering: against the gyroscopic moments of the wheels, and what tyres are pressed by as wheels turn and lean, and
//   as the road's slope changes below them: a contact that is a plane knows neither
//   p_vectoring: of the actuators in differentials (differential.h (4)); booked with p_steering
// Neglected: the contact points' own velocity as wheels are steered; the tyre's vertical stiffness over speed and
// horizontal force, what its moments do beyond (4)'s row.
// Signs: ISO 8855; torque and speed > 0 forward; losses >= 0, but for the moments of tyres.
#pragma once

#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "sim/components/body_aerodynamics.h"
#include "sim/components/chassis_14dof.h"
#include "sim/components/differential.h"
#include "sim/components/gear_train.h"
#include "sim/components/half_shaft.h"
#include "sim/components/road.h"
#include "sim/components/steering.h"
#include "sim/components/trailer.h"
#include "sim/components/tyre_transient.h"
#include "sim/vehicle/layout.h"

namespace evsim::multibody {

struct Unit {
  std::size_t axle = 1;  // 0 front, 1 rear
  Turns turns = Turns::both;
  gear_train::Model<double> gears;  // with its outputs, two of a differential, in J_out
  differential::Params<double> differential;
  half_shaft::Params<double> shaft;  // each
  double second = 1.0;  // ratio of the second speed over the first's, of gears with two [-]
};
struct Steering {
  steering::Params<double> params;
  steering::Geometry<double> geometry;
};
struct Towed {
  trailer::Model<double> trailer;
  Vec3<double> hitch;  // on the body, from its centre of gravity [m]
};
struct Model {
  chassis_14dof::Model<double> chassis;
  std::optional<Towed> towed;
  std::optional<Steering> steering;  // without one wheels are as held says
  tyre::Prepared<Pack> tyres;        // a wheel in each lane
  body_aerodynamics::Params<double> air;
  body_aerodynamics::Place<double> air_at;
  double drag_B = 0.0, drag_C = 0.0;  // of a coast-down, beside it [N/(m/s), N/(m/s)2]
  std::array<Unit, kMaxDriveUnits> units;
  std::size_t n_units = 0;
};

// A brake holds whatever way the tyre pushes below this speed: 30 mm/s of the tread [rad/s].
inline constexpr double kBrakeRest = 0.1;

// ---- State, all of double -----------------------------------------------------------------------

struct UnitState {
  double omega_c, domega;   // of the carrier, or of the one output; left less right [rad/s]
  double twist_l, twist_r;  // of the half shafts [rad]
  double omega_in = 0.0;    // of the rotor where its gears slip [rad/s]
};
struct State {
  chassis_14dof::State<double> chassis;
  std::array<double, kWheels> u, v;   // deflections of the carcasses [m]
  std::array<double, kWheels> Omega;  // absolute spins [rad/s]
  std::array<UnitState, kMaxDriveUnits> units;
  double theta_P;  // pinion of the steering [rad]
  trailer::State<double> trailer;
};
// Powers, and as integrals energies.
struct Rows {
  double work, steering;  // of the machines' shafts; of who steers, and of actuators of vectoring
  std::array<double, kMaxDriveUnits> gears;     // losses of each unit
  double differentials, shafts;                 // losses
  double brakes, air, dampers;                  // of the suspension
  double slip, rolling, tyre_damping, moments;  // of the tyres
  double height;                                // work against gravity
  double hitch, towed_height;                   // loss in it; the trailer's work against gravity
  double way;                                   // forward, no energy [m]
};
template <class S> using Numbers = std::array<double, sizeof(S) / sizeof(double)>;
// a + h b, member by member.
template <class S> [[gnu::always_inline]] inline S plus(const S& a, double h, const S& b) {
  constexpr std::size_t in_packs = sizeof(S) - sizeof(S) % sizeof(Pack);
  S out;
  const auto of = [](auto& s, std::size_t at) { return reinterpret_cast<char*>(&s) + at; };
  const auto of_const = [](const auto& s, std::size_t at) {
    return reinterpret_cast<const char*>(&s) + at;
  };
  for (std::size_t i = 0; i < in_packs; i += sizeof(Pack))
    store_pack(of(out, i), load_pack(of_const(a, i)) + h * load_pack(of_const(b, i)));
  for (std::size_t i = in_packs; i < sizeof(S); i += sizeof(double)) {
    double x, y;
    std::memcpy(&x, of_const(a, i), sizeof(double));
    std::memcpy(&y, of_const(b, i), sizeof(double));
    x += h * y;
    std::memcpy(of(out, i), &x, sizeof(double));
  }
  return out;
}

// ---- Held over a step ---------------------------------------------------------------------------

// What a unit has in mesh.
struct Mesh {
  double gearing = 1.0;   // ratio over that of the unit's gears [-]
  bool slips = false;     // rotor and gears need not turn as one
  double capacity = 0.0;  // of the clutch between them then, at the rotor [Nm]
  double taken = 0.0;     // by the second speed's clutch while the first is in mesh [Nm]
};
struct Held {
  std::array<Mesh, kMaxDriveUnits> mesh{};
  std::array<double, kMaxDriveUnits>
      tau{};  // of the machines' shafts, in the middle of the step [Nm]
  std::array<double, kMaxDriveUnits>
      tau_change{};  // from its start to its end, in a straight line [Nm]
  std::array<double, kMaxDriveUnits> vectoring{};  // of actuators, > 0 to the left [Nm]
  std::array<double, kWheels> brake{};             // capacities, in the middle of the step [Nm]
  std::array<double, kWheels> brake_change{};      // from its start to its end [Nm]
  chassis_14dof::Steer<double> steer{};            // of a car without steering
  double theta_H = 0.0;                            // hand wheel, > 0 to the left [rad]
  chassis_14dof::RoadPlanes<double> road{};        // where there is no surface
  const road::Road* surface = nullptr;
  std::array<road::Foot, kWheels> feet{};  // on it, where a search begins
  Pack mu = 1.0;                           // of the road over that of the tyres' measurement
  // Tilted on a slope that is taken as the x-y plane [m/s2].
  Vec3<double> gravity{0.0, 0.0, -chassis_14dof::kGravity};
  Vec3<double> wind{0.0, 0.0, 0.0};  // earth axes [m/s]
  double rho_air = 1.2;              // [kg/m3]
};

// Draws all calls into a function: a gain where a Pack is one register, a loss where two of them fill all there are.
#if defined(__AVX2__)
#define EVSIM_FLATTEN_PACKS [[gnu::flatten]]
#else
#define EVSIM_FLATTEN_PACKS
#endif

// ---- Equations ----------------------------------------------------------------------------------

struct Rates {
  State state;
  Rows rows;
  Pack F_x, F_y, M_z, F_z, kappa, alpha, friction_use;  // of the tyres, for who looks on
};

namespace detail {

struct Driven {  // by one unit
  UnitState rate;
  double tau_l, tau_r;  // of the half shafts [Nm]
  double work, gears, differential, shafts;
  double vectoring;  // taken up by an actuator [W]
};
inline gear_train::Model<double> in_mesh(const Unit& m, const Mesh& mesh) {
  auto gears = m.gears;
  gears.ratio *= mesh.gearing;
  return gears;
}
// What turns as one, of rotor and gears: angular momentum G omega about the wheels' axis, 1/2 J omega^2 of energy.
struct Spinning {
  double G, J;  // [kg m2]
};
inline Spinning spinning(const gear_train::Model<double>& g) {
  return {.G = g.J_out + g.rotor_sense * g.ratio * g.J_in,
          .J = g.J_out + g.ratio * g.ratio * g.J_in};
}
// Angular momentum of a unit about the wheels' axis, or its rate [Nm s], seen from the body.
inline double momentum(const Unit& m, const Mesh& mesh, const UnitState& x) {
  const auto g = in_mesh(m, mesh);
  return mesh.slips ? g.J_out * x.omega_c + g.rotor_sense * g.J_in * x.omega_in
                    : spinning(g).G * x.omega_c;
}
// Rates as the body speeds up below them [rad/s2].
inline void turn_with_body(const Unit& m, const Mesh& mesh, double omega_y_rate, UnitState& rate) {
  if (mesh.slips) {
    rate.omega_c -= omega_y_rate;
    rate.omega_in -= m.gears.rotor_sense * omega_y_rate;
  } else {
    const auto s = spinning(in_mesh(m, mesh));
    rate.omega_c -= s.G / s.J * omega_y_rate;
  }
}
// [J]
inline double energy(const Unit& m, const Mesh& mesh, const UnitState& x, double omega_y) {
  const auto g = in_mesh(m, mesh);
  const double omega_in = mesh.slips ? x.omega_in : g.ratio * x.omega_c;
  const auto s = spinning(g);
  const double J_turned =
      mesh.slips ? g.J_out + g.rotor_sense * g.rotor_sense * g.J_in : s.G * s.G / s.J;
  return (momentum(m, mesh, x) + 0.5 * J_turned * omega_y) * omega_y +
         gear_train::energy<double>(g, {omega_in, x.omega_c}) +
         differential::energy<double>(m.differential, {0.0, x.domega}) +
         half_shaft::energy<double>(m.shaft, {x.twist_l}) +
         half_shaft::energy<double>(m.shaft, {x.twist_r});
}
inline gear_train::Outputs<double> through_gears(const Unit& m, const Mesh& mesh,
                                                 const UnitState& x,
                                                 const gear_train::Inputs<double>& u) {
  const auto gears = in_mesh(m, mesh);
  if (mesh.slips)
    return gear_train::coupled<double>(gears, {x.omega_in, x.omega_c}, u, mesh.capacity);
  if (mesh.taken > 0.0)
    return gear_train::handing_over<double>(gears, x.omega_c, u, m.gears.ratio * m.second,
                                            mesh.taken);
  return gear_train::engaged<double>(gears, x.omega_c, u);
}
// What gears do to the rest, without shafts and differential.
inline Driven geared(const Unit& m, const Mesh& mesh, const UnitState& x, double tau,
                     const gear_train::Outputs<double>& g) {
  Driven out{};
  out.rate.omega_c = g.rate.omega_out;
  out.rate.omega_in = mesh.slips ? g.rate.omega_in : 0.0;
  out.work = tau * (mesh.slips ? x.omega_in : in_mesh(m, mesh).ratio * x.omega_c);
  out.gears = g.p_drag + g.p_mesh + g.p_slip;
  return out;
}
// omega_l, omega_r: of the wheels, seen from the body [rad/s].
inline Driven driven_axle(const Unit& m, const Mesh& mesh, const UnitState& x, double tau,
                          double tau_v, double omega_l, double omega_r) {
  const differential::State<double> d{x.omega_c, x.domega};
  const half_shaft::Inputs<double> l{differential::left(d), omega_l};
  const half_shaft::Inputs<double> r{differential::right(d), omega_r};
  const auto s_l = half_shaft::outputs<double>(m.shaft, {x.twist_l}, l);
  const auto s_r = half_shaft::outputs<double>(m.shaft, {x.twist_r}, r);
  const auto g = through_gears(m, mesh, x, {tau, s_l.tau + s_r.tau});
  const auto o = differential::rates<double>(
      m.differential, d, {g.rate.omega_out, s_l.tau, s_r.tau, {.tau_v = tau_v}});
  Driven out = geared(m, mesh, x, tau, g);
  out.rate.domega = o.domega_dt;
  out.rate.twist_l = half_shaft::derivatives(l).theta;
  out.rate.twist_r = half_shaft::derivatives(r).theta;
  out.tau_l = s_l.tau, out.tau_r = s_r.tau;
  out.differential = o.split.p_loss + o.split.actuator.p_loss;
  out.shafts = s_l.p_loss + s_r.p_loss;
  out.vectoring = o.split.actuator.p;
  return out;
}
// omega: of the one wheel.
inline Driven driven_wheel(const Unit& m, const Mesh& mesh, const UnitState& x, double tau,
                           double omega) {
  const bool left = m.turns == Turns::left;
  const half_shaft::Inputs<double> u{x.omega_c, omega};
  const auto s = half_shaft::outputs<double>(m.shaft, {left ? x.twist_l : x.twist_r}, u);
  Driven out = geared(m, mesh, x, tau, through_gears(m, mesh, x, {tau, s.tau}));
  (left ? out.rate.twist_l : out.rate.twist_r) = half_shaft::derivatives(u).theta;
  (left ? out.tau_l : out.tau_r) = s.tau;
  out.shafts = s.p_loss;
  return out;
}
inline Driven driven(const Unit& m, const Mesh& mesh, const UnitState& x, double tau, double tau_v,
                     double omega_l, double omega_r) {
  if (m.turns == Turns::both) return driven_axle(m, mesh, x, tau, tau_v, omega_l, omega_r);
  return driven_wheel(m, mesh, x, tau, m.turns == Turns::left ? omega_l : omega_r);
}

}  // namespace detail

// How wheels are turned: by the steering, and by what tyres do to the suspension.
struct Turned {
  std::array<double, kWheels> delta{}, inclination{};  // [rad]
  std::array<double, kWheels> slope{};                 // of delta over the pinion's angle
};
inline Turned turned(const Model& m, const State& x) {
  Turned out;
  if (m.steering) {
    const auto& s = *m.steering;
    const auto wheels = steering::turned<double>(s.params, s.geometry, {x.theta_P}, x.chassis.v.x);
    out.delta = wheels.delta, out.slope = wheels.slope;
  }
  for (std::size_t i = 0; i < kWheels; ++i) {
    const auto c = suspension::compliance<double>(m.chassis.axle_of(i), m.chassis.side[i],
                                                  double(m.tyres.c_x[i]) * x.u[i],
                                                  double(m.tyres.c_y[i]) * x.v[i], 0.0);
    out.delta[i] += c.steer;
    out.inclination[i] = c.inclination;
  }
  return out;
}

namespace detail {

// The same for the chassis, without the rate.
struct Steered {
  chassis_14dof::Steer<double> steer;
  Pack slope;
};
inline Steered steered(const Model& m, const Held& held, const State& x) {
  if (!m.steering) {
    auto out = held.steer;
    out.rate = 0.0;
    return {out, 0.0};
  }
  const Turned by = turned(m, x);
  Steered out{chassis_14dof::steered<double>(by.delta), quad<double>(by.slope)};
  out.steer.inclination = quad<double>(by.inclination);
  return out;
}

// The road below the wheels, and how its slopes change as they roll [1/s].
struct Ground {
  chassis_14dof::RoadPlanes<double> planes;
  Pack dx_rate = 0.0, dy_rate = 0.0;
};
inline Ground ground(const Held& held, const chassis_14dof::Pose<double>& w) {
  if (held.surface == nullptr) return {held.road};
  std::array<road::Below, kWheels> at;
  for (std::size_t i = 0; i < kWheels; ++i)
    at[i] = held.surface->below(held.surface->foot(w.centre.x[i], w.centre.y[i], held.feet[i]));
  const auto of = [&](auto member) {
    return quad<double>([&](std::size_t i) { return at[i].*member; });
  };
  const Pack V_x = dot(spread(w.R.x), w.V), V_y = dot(spread(w.R.y), w.V);
  const Pack xy = of(&road::Below::d2z_dxdy);
  return {.planes = {.z = of(&road::Below::z),
                     .dz_dx = of(&road::Below::dz_dx),
                     .dz_dy = of(&road::Below::dz_dy)},
          .dx_rate = of(&road::Below::d2z_dx2) * V_x + xy * V_y,
          .dy_rate = xy * V_x + of(&road::Below::d2z_dy2) * V_y};
}

// What presses a tyre's spring beside the movement of its contact, r = h n_z / cos(gamma) being the radius over a plane of
// slopes a, b below a wheel at the height h:
//   dr/r = tan(gamma) / cos(gamma) d(sin gamma) + dn_z / n_z,   sin(gamma) = e n
// by wheels that turn by delta' and lean by eps', and by the road's slopes a', b' [m/s].
inline Pack lifted(const chassis_14dof::Pose<double>& w, const chassis_14dof::Contacts<double>& k,
                   const Ground& road, const Pack& delta_rate, const Pack& eps_rate) {
  const Pack sine = k.sin_inclination, cosine2 = k.cos_inclination * k.cos_inclination;
  const Pack lean = (k.n.z - w.e.z * sine) / sqrt(1.0 - w.e.z * w.e.z);
  Pack sine_rate = (w.e.x * k.n.y - w.e.y * k.n.x) * delta_rate + lean * eps_rate;
  // n = (-a, -b, 1) n_z in earth axes.
  const Pack a = road.planes.dz_dx, b = road.planes.dz_dy;
  const Pack n_z = 1.0 / sqrt(1.0 + a * a + b * b);
  const Pack over = -n_z * n_z * (a * road.dx_rate + b * road.dy_rate);  // dn_z/dt / n_z
  sine_rate += over * sine - n_z * (road.dx_rate * dot(spread(w.R.x), w.e) +
                                    road.dy_rate * dot(spread(w.R.y), w.e));
  return k.r * (sine / cosine2 * sine_rate + over);
}

// The hitch on the body, earth axes.
struct Hitch {
  Vec3<double> at, v;
};
inline Hitch hitch(const Towed& towed, const chassis_14dof::State<double>& body,
                   const Rotation<double>& R) {
  return {.at = body.r + to_earth(R, towed.hitch),
          .v = to_earth(R, body.v + cross(body.omega, towed.hitch))};
}

}  // namespace detail

// What the trailer does to the body.
inline Wrench<double> pulled(const Towed& towed, const Held& held, const State& x,
                             const Rotation<double>& R, Rates& out) {
  const auto& body = x.chassis;
  const auto at = detail::hitch(towed, body, R);
  const auto t = trailer::outputs<double>(towed.trailer, x.trailer,
                                          {.at = {at.at.x, at.at.y},
                                           .v = {at.v.x, at.v.y},
                                           .gravity = {held.gravity.x, held.gravity.y},
                                           .wind = {held.wind.x, held.wind.y},
                                           .rho_air = held.rho_air,
                                           .mu = held.mu[2]});
  out.state.trailer = t.rate;
  const double nose = -towed.trailer.p.nose_mass * held.gravity.z;
  auto& q = out.rows;
  q.slip += t.p_slip, q.rolling += t.p_roll, q.air += t.p_air, q.moments += t.p_moments;
  q.hitch += t.p_hitch, q.towed_height += t.p_height + nose * at.v.z;
  const Vec3<double> F = to_body(R, Vec3<double>{-t.F.x, -t.F.y, -nose});
  return {.F = F, .M = cross(towed.hitch, F)};
}

// At a place of the step, 0 at its start and 1 at its end.
EVSIM_FLATTEN_PACKS inline Rates rates(const Model& m, const Held& held, const State& x,
                                       double place = 0.5) {
  const auto& body = x.chassis;
  const auto steered = detail::steered(m, held, x);
  auto w = chassis_14dof::pose(m.chassis, body, steered.steer);
  const auto road = detail::ground(held, w);
  const auto k = chassis_14dof::contacts(m.chassis, w, road.planes);
  const Pack Omega = quad<double>(x.Omega), present = m.chassis.present;

  // Tyres.
  const auto load = tyre::load<Pack>(m.tyres, k.compression, k.compression_rate, {0.0, 0.0, 0.0});
  const Pack F_z = present * load.F_z / k.cos_inclination;
  const tyre::State<Pack> carcass{quad<double>(x.u), quad<double>(x.v)};
  const auto t = tyre::outputs<Pack>(m.tyres, carcass,
                                     {.F_z = F_z,
                                      .gamma = k.sin_inclination,
                                      .mu = held.mu,
                                      .V_x = k.V_x,
                                      .V_sy = k.V_y,
                                      .omega = Omega});
  Rates out;
  out.rows = {};
  out.F_x = t.F_x, out.F_y = t.F_y, out.M_z = t.M_z;
  out.F_z = F_z, out.kappa = t.kappa, out.alpha = t.alpha, out.friction_use = t.friction_use;

  // Drive units.
  const Pack from_body = Omega - dot(w.e, spread(body.omega));
  std::array<double, kWheels> tau_shaft{};
  double vectoring = 0.0;
  auto& q = out.rows;
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const std::size_t left = 2 * m.units[n].axle;
    const double tau = held.tau[n] + (place - 0.5) * held.tau_change[n];
    const auto d = detail::driven(m.units[n], held.mesh[n], x.units[n], tau, held.vectoring[n],
                                  from_body[left], from_body[left + 1]);
    out.state.units[n] = d.rate;
    tau_shaft[left] += d.tau_l, tau_shaft[left + 1] += d.tau_r;
    q.work += d.work, q.gears[n] = d.gears, q.differentials += d.differential;
    q.shafts += d.shafts, vectoring += d.vectoring;
  }

  for (std::size_t n = m.n_units; n < kMaxDriveUnits; ++n) out.state.units[n] = {};

  // Brakes, on the carriers.
  const Pack carrier_spin = dot(w.e, w.omega);
  std::array<double, kWheels> tau_brake{};
  for (std::size_t i = 0; i < kWheels; ++i)
    tau_brake[i] = dry_friction::holding(held.brake[i] + (place - 0.5) * held.brake_change[i],
                                         double(m.chassis.J[i]), x.Omega[i] - carrier_spin[i],
                                         tau_shaft[i] + t.tau[i], kBrakeRest);
  const Pack braked = present * quad<double>(tau_brake), shaft = quad<double>(tau_shaft);

  // Air, and the chassis under all of it.
  const Vec3<double> wind = to_body(w.R, held.wind);
  chassis_14dof::Inputs<double> u{.gravity = held.gravity};
  auto air = body_aerodynamics::load(m.air, m.air_at, {body.v - wind, held.rho_air});
  const double ahead = body.v.x - wind.x;
  air.F.x -= m.drag_B * body.v.x + m.drag_C * ahead * abs(ahead);
  u.body = air;
  u.tyres = {.F = {t.F_x, t.F_y, F_z}, .M = {t.M_x, Pack(0.0), t.M_z}};
  u.Omega = Omega;
  u.tau_body = shaft;
  u.tau_carrier = -braked;
  const auto M = present * t.M_x * k.x + present * t.M_z * k.n;
  q.moments = -sum<double>(dot(M, w.omega) - dot(w.e, M) * carrier_spin);
  Pack turning = held.steer.rate;
  out.state.theta_P = 0.0;
  if (m.steering) {
    const auto pinion = steering::derivatives<double>(m.steering->params, {x.theta_P},
                                                      {.theta_H = held.theta_H,
                                                       .v = body.v.x,
                                                       .F_x = {t.F_x[0], t.F_x[1]},
                                                       .F_y = {t.F_y[0], t.F_y[1]},
                                                       .M_z = {t.M_z[0], t.M_z[1]}});
    turning = pinion.theta_P * steered.slope;
    out.state.theta_P = pinion.theta_P;
  }
  std::array<double, kWheels> by_F{}, lean{};
  for (std::size_t i = 0; i < kWheels; ++i) {
    const auto c = suspension::compliance<double>(
        m.chassis.axle_of(i), m.chassis.side[i], double(m.tyres.c_x[i]) * double(t.rate.u[i]),
        double(m.tyres.c_y[i]) * double(t.rate.v[i]), 0.0);
    by_F[i] = c.steer, lean[i] = c.inclination;
  }
  const Pack lifted = detail::lifted(w, k, road, turning + quad<double>(by_F), quad<double>(lean));
  const Pack spring = tyre::spring_force<Pack>(m.tyres, k.compression, {0.0, 0.0, 0.0});
  w.omega.z += turning;
  q.steering = vectoring + sum<double>(turning * m.chassis.J * Omega * cross(w.omega, w.e).z -
                                       present * spring * lifted);
  out.state.trailer = {};
  q.hitch = q.towed_height = 0.0;
  q.air = -(dot(air.F, body.v) + dot(air.M, body.omega));
  q.slip = sum<double>(present * t.p_loss);
  q.rolling = sum<double>(present * t.p_rolling);
  if (m.towed) {
    const auto by = pulled(*m.towed, held, x, w.R, out);
    u.body.F = u.body.F + by.F, u.body.M = u.body.M + by.M;
  }
  for (std::size_t n = 0; n < m.n_units; ++n)
    u.body.M.y -= detail::momentum(m.units[n], held.mesh[n], out.state.units[n]);
  const auto moved = chassis_14dof::outputs(m.chassis, body, w, k, u);
  for (std::size_t n = 0; n < m.n_units; ++n)
    detail::turn_with_body(m.units[n], held.mesh[n], moved.rate.omega.y, out.state.units[n]);
  out.state.chassis = moved.rate;
  out.state.u = array<double>(t.rate.u), out.state.v = array<double>(t.rate.v);
  const Pack spun = (shaft - braked + t.tau) * present;
  for (std::size_t i = 0; i < kWheels; ++i)
    out.state.Omega[i] = m.chassis.J[i] > 0.0 ? spun[i] / m.chassis.J[i] : 0.0;

  q.brakes = sum<double>(braked * (Omega - carrier_spin));
  q.dampers = sum<double>(present * w.s_rate * moved.F_damper);
  q.tyre_damping = sum<double>(present * load.p_loss);
  const Vec3<double> g = to_body(w.R, held.gravity);
  q.height = -(m.chassis.m_s * dot(g, body.v) + sum<double>(m.chassis.m * dot(spread(g), w.V)));
  q.way = body.v.x;
  return out;
}

// E of (4) [J].
inline double energy(const Model& m, const Held& held, const State& x) {
  const auto w = chassis_14dof::pose(m.chassis, x.chassis, detail::steered(m, held, x).steer);
  const auto k = chassis_14dof::contacts(m.chassis, w, detail::ground(held, w).planes);
  const Pack Omega = quad<double>(x.Omega);
  const tyre::State<Pack> carcass{quad<double>(x.u), quad<double>(x.v)};
  const Pack of_tyres = tyre::spring_energy<Pack>(m.tyres, k.compression, {0.0, 0.0, 0.0}) +
                        tyre::energy(m.tyres, carcass);
  double E = chassis_14dof::energy(m.chassis, x.chassis, w, held.gravity) +
             sum<double>(m.chassis.present * of_tyres + 0.5 * m.chassis.J * Omega * Omega);
  for (std::size_t n = 0; n < m.n_units; ++n)
    E += detail::energy(m.units[n], held.mesh[n], x.units[n], x.chassis.omega.y);
  if (m.towed) {
    const auto at = detail::hitch(*m.towed, x.chassis, w.R).at;
    E += trailer::energy<double>(m.towed->trailer, x.trailer, {at.x, at.y});
  }
  return E;
}

#undef EVSIM_FLATTEN_PACKS

}  // namespace evsim::multibody
