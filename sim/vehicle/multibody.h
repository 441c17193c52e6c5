// A whole car's mechanics as one set of ordinary differential equations: body and suspension (chassis_14dof.h), four
// tyres with transient slip (tyre_transient.h, tyre_vertical.h), and for each drive unit gears, differential and half
// shafts (gear_train.h, differential.h, half_shaft.h), between the torque of a machine's shaft and the road.
//   J dOmega_i/dt = tau_shaft,i - tau_brake,i + tau_tyre,i                            each wheel        (1)
//   tau_tyre = M_y - R_e F_x: wheel and road exchange what slips and rolls (tyre_transient.h)            (2)
//   tau_brake: friction that holds a wheel on its carrier, up to a capacity (dry_friction.h)             (3)
// Where the car has a steering its pinion angle is a state; compliance turns the wheels by what the carcasses hold.
// Units turn wheels of one axle, left and right. Spins of wheels are absolute; speeds of rotors and carriers are seen
// from the body, on which the shafts' torques react.
// Books, all exact identities of the equations:
//   sum tau_k omega_k + p_steering = dE/dt + losses                                                      (4)
//   E: chassis, springs, height, spins, carcasses and springs of the tyres, gears, twist of the shafts
//   p_steering: against the gyroscopic moments of the wheels
// Neglected: the contact points' own velocity as wheels are steered; what rotors and gears react with as they speed up (about 1 % of the shafts' reaction), the tyre's
// vertical stiffness over speed and horizontal force, what its moments do beyond (4)'s row.
// Signs: ISO 8855; torque and speed > 0 forward; losses >= 0, but for the moments of tyres.
#pragma once

#include <array>
#include <bit>
#include <optional>

#include "sim/components/body_aerodynamics.h"
#include "sim/components/chassis_14dof.h"
#include "sim/components/differential.h"
#include "sim/components/gear_train.h"
#include "sim/components/half_shaft.h"
#include "sim/components/road.h"
#include "sim/components/steering.h"
#include "sim/components/tyre_transient.h"
#include "sim/vehicle/layout.h"

namespace evsim::multibody {

struct Unit {
  std::size_t axle = 1;             // 0 front, 1 rear
  gear_train::Model<double> gears;  // with both outputs of the differential in J_out
  differential::Params<double> differential;
  half_shaft::Params<double> shaft;  // each
};
struct Steering {
  steering::Params<double> params;
  steering::Geometry<double> geometry;
};
struct Model {
  chassis_14dof::Model<double> chassis;
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
  double omega_c, domega;   // of the differential: carrier, left less right [rad/s]
  double twist_l, twist_r;  // of the half shafts [rad]
};
struct State {
  chassis_14dof::State<double> chassis;
  std::array<double, kWheels> u, v;   // deflections of the carcasses [m]
  std::array<double, kWheels> Omega;  // absolute spins [rad/s]
  std::array<UnitState, kMaxDriveUnits> units;
  double theta_P;  // pinion of the steering [rad]
};
// Powers, and as integrals energies.
struct Rows {
  double work, steering;                        // of the machines' shafts, of who steers
  std::array<double, kMaxDriveUnits> gears;     // losses of each unit
  double differentials, shafts;                 // losses
  double brakes, air, dampers;                  // of the suspension
  double slip, rolling, tyre_damping, moments;  // of the tyres
  double height;                                // work against gravity
  double way;                                   // forward, no energy [m]
};
template <class S> using Numbers = std::array<double, sizeof(S) / sizeof(double)>;
// a + h b, member by member.
template <class S> S plus(const S& a, double h, const S& b) {
  auto x = std::bit_cast<Numbers<S>>(a);
  const auto y = std::bit_cast<Numbers<S>>(b);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += h * y[i];
  return std::bit_cast<S>(x);
}

// ---- Held over a step ---------------------------------------------------------------------------

struct Held {
  std::array<double, kMaxDriveUnits> tau{};  // of the machines' shafts [Nm]
  std::array<double, kWheels> brake{};       // capacities [Nm]
  chassis_14dof::Steer<double> steer{};      // of a car without steering
  double theta_H = 0.0;                      // hand wheel, > 0 to the left [rad]
  chassis_14dof::RoadPlanes<double> road{};  // where there is no surface
  const road::Road* surface = nullptr;
  std::array<road::Foot, kWheels> feet{};  // on it, where a search begins
  Pack mu = 1.0;                           // of the road over that of the tyres' measurement
  // Tilted on a slope that is taken as the x-y plane [m/s2].
  Vec3<double> gravity{0.0, 0.0, -chassis_14dof::kGravity};
  Vec3<double> wind{0.0, 0.0, 0.0};  // earth axes [m/s]
  double rho_air = 1.2;              // [kg/m3]
};

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
};
// omega_l, omega_r: of the wheels, seen from the body [rad/s].
inline Driven driven(const Unit& m, const UnitState& x, double tau, double omega_l,
                     double omega_r) {
  const differential::State<double> d{x.omega_c, x.domega};
  const half_shaft::Inputs<double> l{differential::left(d), omega_l};
  const half_shaft::Inputs<double> r{differential::right(d), omega_r};
  const auto s_l = half_shaft::outputs<double>(m.shaft, {x.twist_l}, l);
  const auto s_r = half_shaft::outputs<double>(m.shaft, {x.twist_r}, r);
  const double load = s_l.tau + s_r.tau;
  const auto g = gear_train::engaged<double>(m.gears, x.omega_c, {tau, load});
  const auto o =
      differential::rates<double>(m.differential, d, {g.rate.omega_out, s_l.tau, s_r.tau});
  return {.rate = {.omega_c = g.rate.omega_out,
                   .domega = o.domega_dt,
                   .twist_l = half_shaft::derivatives(l).theta,
                   .twist_r = half_shaft::derivatives(r).theta},
          .tau_l = s_l.tau,
          .tau_r = s_r.tau,
          .work = tau * m.gears.ratio * x.omega_c,
          .gears = g.p_drag + g.p_mesh,
          .differential = o.split.p_loss,
          .shafts = s_l.p_loss + s_r.p_loss};
}

}  // namespace detail

// How wheels are turned: by the steering, and by what tyres do to the suspension.
struct Turned {
  std::array<double, kWheels> delta, inclination;  // [rad]
};
inline Turned turned(const Model& m, const State& x) {
  Turned out{};
  if (m.steering)
    out.delta = steering::angles<double>(m.steering->params, m.steering->geometry, {x.theta_P},
                                         x.chassis.v.x);
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
inline chassis_14dof::Steer<double> steer(const Model& m, const Held& held, const State& x) {
  if (!m.steering) {
    auto out = held.steer;
    out.rate = 0.0;
    return out;
  }
  const Turned by = turned(m, x);
  auto out = chassis_14dof::steered<double>(by.delta);
  out.inclination = quad<double>(by.inclination);
  return out;
}

// The road below the wheels.
inline chassis_14dof::RoadPlanes<double> ground(const Held& held,
                                                const chassis_14dof::Pose<double>& w) {
  if (held.surface == nullptr) return held.road;
  std::array<road::Below, kWheels> at;
  for (std::size_t i = 0; i < kWheels; ++i)
    at[i] = held.surface->below(held.surface->foot(w.centre.x[i], w.centre.y[i], held.feet[i]));
  return {.z = quad<double>([&](std::size_t i) { return at[i].z; }),
          .dz_dx = quad<double>([&](std::size_t i) { return at[i].dz_dx; }),
          .dz_dy = quad<double>([&](std::size_t i) { return at[i].dz_dy; })};
}

}  // namespace detail

inline Rates rates(const Model& m, const Held& held, const State& x) {
  const auto& body = x.chassis;
  auto w = chassis_14dof::pose(m.chassis, body, detail::steer(m, held, x));
  const auto k = chassis_14dof::contacts(m.chassis, w, detail::ground(held, w));
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
  Rates out{};
  out.F_x = t.F_x, out.F_y = t.F_y, out.M_z = t.M_z;
  out.F_z = F_z, out.kappa = t.kappa, out.alpha = t.alpha, out.friction_use = t.friction_use;

  // Drive units.
  const Pack from_body = Omega - dot(w.e, spread(body.omega));
  std::array<double, kWheels> tau_shaft{};
  auto& q = out.rows;
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const std::size_t left = 2 * m.units[n].axle;
    const auto d =
        detail::driven(m.units[n], x.units[n], held.tau[n], from_body[left], from_body[left + 1]);
    out.state.units[n] = d.rate;
    tau_shaft[left] += d.tau_l, tau_shaft[left + 1] += d.tau_r;
    q.work += d.work, q.gears[n] = d.gears, q.differentials += d.differential;
    q.shafts += d.shafts;
  }

  // Brakes, on the carriers.
  const Pack carrier_spin = dot(w.e, w.omega);
  std::array<double, kWheels> tau_brake{};
  for (std::size_t i = 0; i < kWheels; ++i)
    tau_brake[i] =
        dry_friction::holding(held.brake[i], double(m.chassis.J[i]), x.Omega[i] - carrier_spin[i],
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
  if (m.steering) {
    const auto& s = *m.steering;
    const auto turned = steering::outputs<double>(s.params, s.geometry, {x.theta_P},
                                                  {.theta_H = held.theta_H,
                                                   .v = body.v.x,
                                                   .F_x = {t.F_x[0], t.F_x[1]},
                                                   .F_y = {t.F_y[0], t.F_y[1]},
                                                   .M_z = {t.M_z[0], t.M_z[1]}});
    turning = quad<double>(turned.delta_rate);
    out.state.theta_P = turned.rate.theta_P;
  }
  w.omega.z += turning;
  q.steering =
      sum<double>(turning * (m.chassis.J * Omega * cross(w.omega, w.e).z - braked * w.e.z));
  const auto moved = chassis_14dof::outputs(m.chassis, body, w, k, u);
  out.state.chassis = moved.rate;
  out.state.u = array<double>(t.rate.u), out.state.v = array<double>(t.rate.v);
  const Pack spun = (shaft - braked + t.tau) * present;
  for (std::size_t i = 0; i < kWheels; ++i)
    out.state.Omega[i] = m.chassis.J[i] > 0.0 ? spun[i] / m.chassis.J[i] : 0.0;

  q.brakes = sum<double>(braked * (Omega - carrier_spin));
  q.air = -(dot(air.F, body.v) + dot(air.M, body.omega));
  q.dampers = sum<double>(present * w.s_rate * chassis_14dof::damper_forces(m.chassis, body, w));
  q.slip = sum<double>(present * t.p_loss);
  q.rolling = sum<double>(present * t.p_rolling);
  q.tyre_damping = sum<double>(present * load.p_loss);
  const Vec3<double> g = to_body(w.R, held.gravity);
  q.height = -(m.chassis.m_s * dot(g, body.v) + sum<double>(m.chassis.m * dot(spread(g), w.V)));
  q.way = body.v.x;
  return out;
}

// E of (4) [J].
inline double energy(const Model& m, const Held& held, const State& x) {
  const auto w = chassis_14dof::pose(m.chassis, x.chassis, detail::steer(m, held, x));
  const auto k = chassis_14dof::contacts(m.chassis, w, detail::ground(held, w));
  const Pack Omega = quad<double>(x.Omega);
  const tyre::State<Pack> carcass{quad<double>(x.u), quad<double>(x.v)};
  const Pack of_tyres = tyre::spring_energy<Pack>(m.tyres, k.compression, {0.0, 0.0, 0.0}) +
                        tyre::energy(m.tyres, carcass);
  double E = chassis_14dof::energy(m.chassis, x.chassis, w, held.gravity) +
             sum<double>(m.chassis.present * of_tyres + 0.5 * m.chassis.J * Omega * Omega);
  for (std::size_t n = 0; n < m.n_units; ++n) {
    const auto& unit = m.units[n];
    const auto& y = x.units[n];
    E += gear_train::energy<double>(unit.gears, {unit.gears.ratio * y.omega_c, y.omega_c}) +
         differential::energy<double>(unit.differential, {0.0, y.domega}) +
         half_shaft::energy<double>(unit.shaft, {y.twist_l}) +
         half_shaft::energy<double>(unit.shaft, {y.twist_r});
  }
  return E;
}

// One step of Heun's scheme; q takes up what flowed. Returns the rates as it begins.
inline Rates step(const Model& m, const Held& held, double h, State& x, Rows& q) {
  Rates first = rates(m, held, x);
  const Rates second = rates(m, held, plus(x, h, first.state));
  x = plus(plus(x, 0.5 * h, first.state), 0.5 * h, second.state);
  q = plus(plus(q, 0.5 * h, first.rows), 0.5 * h, second.rows);
  return first;
}

}  // namespace evsim::multibody
