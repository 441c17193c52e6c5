// Chassis as a multi-body system: a sprung body of 6 degrees of freedom, four wheels that travel along the paths of
// their suspensions, and four spins: 14 in all. Kane's equations; what the forces do is the rate of the energy.
//
// Body axes B: origin in the centre of gravity of the sprung mass, ISO 8855 (x forward, y left, z up). Earth axes E.
// Wheel i, travel s_i: its centre p_i(s_i), d_i = dp_i/ds, its spin axis e_i, a_i s'_i the turning of its carrier:
//   V_i = v + omega x p_i + d_i s'_i                                  wheel centre                     (1)
//   omega_i = omega + a_i s'_i + z delta'_i                           carrier                          (2)
//   e = R_z(psi) R_x(eps) y,   psi = delta - side toe(s),   eps = eps_0 - side camber(s)               (3)
//   a = -side toe' z - side camber' R_z(psi) x - castor' e                                             (4)
// (x' = dx/dt of a state, toe' = d toe/ds.) Accelerations of the wheel centres, gravity taken off:
//   A_i = dv/dt + domega/dt x p_i + d_i s''_i + A0_i
//   A0_i = omega x (V_i + d_i s'_i) + dd_i/ds s'_i^2 - g                                               (5)
// A rotor's absolute spin Omega about e is a state of the driveline. The rotor's angular momentum is J Omega e plus
// its share of the body's tensor (J_t about x and z), so the carrier feels
//   M_gyro,i = J Omega_i omega_i x e_i                                                                 (6)
//   J dOmega/dt = tau_body + tau_carrier + e (rho x F + M)                                             (7)
// A tyre gives F at the contact point, rho from the wheel centre, and M. The part of its moment about e is the
// rotor's (7), the rest, M_n = (1 - e e^T)(rho x F + M), turns carrier and body. tau_body comes from a shaft: it reacts on
// the body alone, by -tau e. tau_carrier comes from a brake or a machine in the wheel: it reacts on the carrier. So
//   Q_i = F d_i + M_n a_i - tau_carrier e_i a_i - M_gyro a_i - F_suspension(s, s')                     (8)
//   m_s (dv/dt + omega x v - g) + sum m_i A_i = sum F_i + F_b                                          (9)
//   I domega/dt + omega x I omega + sum p_i x m_i A_i = sum (p_i x F_i + M_n - (tau_body + tau_carrier) e - M_gyro)_i + M_b
//   m_i d_i A_i = Q_i                                                                                  (10)
// (10) gives s''_i for given body accelerations. Put into (9) it takes the mass off the direction of the path: with
// the screw chi_i = (d_i, p_i x d_i),
//   (M_rigid - sum m_i/|d_i|^2 chi_i chi_i^T) (dv/dt, domega/dt) = right-hand side                     (11)
// a 6x6 matrix, positive definite, solved by its 3x3 blocks.
//   E = 1/2 m_s v^2 + 1/2 omega I omega + sum (1/2 m_i V_i^2 + W_i) + W_bars - sum m g r               (12)
//   dE/dt = sum (F V_C + M_n omega_i - tau_body e omega - tau_carrier e omega_i) + F_b v + M_b omega - sum F_d s'
//           with omega_i without its part along z delta', which the steering moves against M_gyro       (13)
//
// Contact: the wheel is a thin disc, the road below it a plane with normal n through the road's point at z.
//   t = e x n / |e x n|,  u = t x e,  r = h / (u n),  rho = -r u,  sin(eps_r) = e n                     (14)
// h: height of the wheel centre over the plane. Road axes of the tyre: t, n x t, n.
//   V_x = V_i t,   V_y = (V_i + omega_i x rho)(n x t),   compression' = -n (V_i + omega_i x rho) / (u n)   (15)
// V_x is that of a wheel that does not spin: a slip velocity is V_x - Omega r_e.
// A wheel may be absent (three-wheelers): present = 0 takes its mass and forces away.
// Neglected: the inertia of a carrier that turns by its travel, the rotor's transverse inertia as it steers, moments
// of the links' friction; the contact point's movement as the wheel steers about its kingpin; thickness of the tyre.
// Source: T. Kane, D. Levinson, Dynamics: Theory and Applications, 1985, ch. 4 to 6; R. Featherstone, Rigid Body
// Dynamics Algorithms, 2008, ch. 7; H. Pacejka, Tire and Vehicle Dynamics, 3rd ed., section 2.2.
#pragma once

#include <array>
#include <cstddef>

#include "sim/base/elementary.h"
#include "sim/base/scalar.h"
#include "sim/components/suspension.h"
#include "sim/components/vector3.h"
#include "sim/components/wheels.h"

namespace evsim::chassis_14dof {

inline constexpr double kGravity = 9.80665;  // [m/s2]

// Positions are those of the design: every travel 0, the body level above a level road.
template <Scalar T> struct Axle {
  T track = kRequired;             // between the wheel centres; 0: one wheel in the middle [m]
  T unsprung_mass = kRequired;     // of one wheel with hub, brake, share of the links [kg]
  T wheel_inertia = kRequired;     // J, about the spin axis, all that spins with the wheel [kg m2]
  T transverse_inertia = 0.0;      // J_t, of the wheel about a diameter [kg m2]
  T wheel_radius = kRequired;      // unloaded [m]
  T wheel_height = kRequired;      // of the wheel's centre above the road: the loaded radius [m]
  bool left = true, right = true;  // whether there is such a wheel
  suspension::Params<T> suspension{};
};
template <class P, class V>
  requires same_template<P, Axle>
constexpr void describe(P& p, V&& field) {
  field(p.track, Field{"track", Dim::length, not_negative,
                       "between the wheel centres; 0: one wheel in the middle"});
  field(p.unsprung_mass, Field{"unsprung_mass", Dim::mass, positive,
                               "of one wheel with hub, brake and its share of the links"});
  field(p.wheel_inertia, Field{"wheel_inertia", Dim::inertia, not_negative,
                               "of one wheel and all that spins with it, about its axis"});
  field(p.transverse_inertia,
        Field{"transverse_inertia", Dim::inertia, not_negative, "of one wheel about a diameter"});
  field(p.wheel_radius, Field{"wheel_radius", Dim::length, positive, "unloaded radius"});
  field(p.wheel_height, Field{"wheel_height", Dim::length, positive,
                              "centre of the wheel above the road in the design position"});
  field(p.left, Field{"left", Dim::none, any_value, "there is a left wheel"});
  field(p.right, Field{"right", Dim::none, any_value, "there is a right wheel"});
  field(p.suspension, Group{"suspension", "springs, dampers, paths of both sides"});
}
template <Scalar T> struct Params {
  T sprung_mass = kRequired;      // [kg]
  T wheelbase = kRequired;        // [m]
  T cg_behind_front = kRequired;  // centre of gravity of the sprung mass behind the front axle [m]
  T cg_left = 0.0;                // left of the middle [m]
  T cg_height = kRequired;        // above the road [m]
  T I_xx = kRequired, I_yy = kRequired,
    I_zz = kRequired;  // of the sprung mass about its centre [kg m2]
  T I_xy = 0.0, I_xz = 0.0,
    I_yz = 0.0;  // elements of the tensor: minus the integrals of x y, x z, y z [kg m2]
  Axle<T> front{}, rear{};
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.sprung_mass, Field{"sprung_mass", Dim::mass, positive, "all but the wheels' masses"});
  field(p.wheelbase, Field{"wheelbase", Dim::length, positive, "distance of the axles"});
  field(p.cg_behind_front, Field{"cg_behind_front", Dim::length, any_value,
                                 "centre of the sprung mass behind the front axle"});
  field(p.cg_left,
        Field{"cg_left", Dim::length, any_value, "centre of the sprung mass left of the middle"});
  field(p.cg_height,
        Field{"cg_height", Dim::length, positive, "centre of the sprung mass above the road"});
  field(p.I_xx, Field{"I_xx", Dim::inertia, positive, "of the sprung mass in roll"});
  field(p.I_yy, Field{"I_yy", Dim::inertia, positive, "of the sprung mass in pitch"});
  field(p.I_zz, Field{"I_zz", Dim::inertia, positive, "of the sprung mass in yaw"});
  field(p.I_xy, Field{"I_xy", Dim::inertia, any_value, "element of the tensor, - integral of x y"});
  field(p.I_xz, Field{"I_xz", Dim::inertia, any_value, "element of the tensor, - integral of x z"});
  field(p.I_yz, Field{"I_yz", Dim::inertia, any_value, "element of the tensor, - integral of y z"});
  field(p.front, Group{"front", "front axle"});
  field(p.rear, Group{"rear", "rear axle"});
}

// A load fixed to the body, a point mass [kg] at a place of the design behind the front axle, left of the
// middle, above the road [m]: the body that has taken it up.
template <Scalar T> Params<T> with_load(Params<T> p, const T& mass, const T& behind_front,
                                        const T& left, const T& height) {
  const Vec3<T> to_load{p.cg_behind_front - behind_front, left - p.cg_left, height - p.cg_height};
  const T share = mass / (p.sprung_mass + mass);
  const Sym3<T> I = inertia_of_point<T>(share * p.sprung_mass, to_load);  // about the common centre
  p.I_xx += I.xx, p.I_yy += I.yy, p.I_zz += I.zz;
  p.I_xy += I.xy, p.I_xz += I.xz, p.I_yz += I.yz;
  p.cg_behind_front -= share * to_load.x;
  p.cg_left += share * to_load.y;
  p.cg_height += share * to_load.z;
  p.sprung_mass += mass;
  return p;
}

// Prepared from Params. Quads hold the four wheels.
template <Scalar T> struct Model {
  T m_s{};                   // sprung mass
  Sym3<T> I{};               // of the body, with the rotors' J_t
  Quad<T> m{}, inverse_m{};  // unsprung masses and their inverses; 0 where a wheel is absent
  Quad<T> present{};         // 1 or 0
  Quad<T> J{};               // spin inertia [kg m2]
  Quad<T> R{};               // unloaded radius [m]
  Quad<T> side{};            // +1 left, -1 right
  Vec3<Quad<T>> p{};         // wheel centres at s = 0 from the body's centre of gravity [m]
  std::array<suspension::Prepared<T>, 2> axles{};  // front, rear
  std::array<T, 2> bar{};  // stiffness of the anti-roll bars, 0 beside an absent wheel [N/m]
  T height{};              // of the body's centre of gravity above the road in the design [m]

  const suspension::Prepared<T>& axle_of(std::size_t wheel) const { return axles[wheel / 2]; }
};

template <Scalar T> Model<T> prepare(const Params<T>& p) {
  const auto axle = [&](std::size_t i) -> const Axle<T>& { return i < 2 ? p.front : p.rear; };
  const auto side = [](std::size_t i) { return i % 2 == 0 ? 1.0 : -1.0; };
  const auto present = [&](std::size_t i) {
    return (i % 2 == 0 ? axle(i).left : axle(i).right) ? 1.0 : 0.0;
  };
  const auto bar = [](const Axle<T>& a) {
    return a.left && a.right ? a.suspension.anti_roll_stiffness : T(0.0);
  };
  const auto of_each = [](auto f) { return quad<T>([&](std::size_t i) { return T(f(i)); }); };
  const Quad<T> J_t =
      of_each([&](std::size_t i) { return present(i) * axle(i).transverse_inertia; });
  const T sum_J_t = sum<T>(J_t);
  return {
      .m_s = p.sprung_mass,
      .I = {p.I_xx + sum_J_t, p.I_yy, p.I_zz + sum_J_t, p.I_xy, p.I_xz, p.I_yz},
      .m = of_each([&](std::size_t i) { return present(i) * axle(i).unsprung_mass; }),
      .inverse_m = of_each([&](std::size_t i) { return present(i) / axle(i).unsprung_mass; }),
      .present = of_each(present),
      .J = of_each([&](std::size_t i) { return present(i) * axle(i).wheel_inertia; }),
      .R = of_each([&](std::size_t i) { return axle(i).wheel_radius; }),
      .side = of_each(side),
      .p = {of_each(
                [&](std::size_t i) { return p.cg_behind_front - (i < 2 ? T(0.0) : p.wheelbase); }),
            of_each([&](std::size_t i) { return 0.5 * side(i) * axle(i).track - p.cg_left; }),
            of_each([&](std::size_t i) { return axle(i).wheel_height - p.cg_height; })},
      .axles = {suspension::prepare(p.front.suspension), suspension::prepare(p.rear.suspension)},
      .bar = {bar(p.front), bar(p.rear)},
      .height = p.cg_height};
}

template <Scalar T> struct State {
  Vec3<T> r;                      // centre of gravity of the sprung mass, earth axes [m]
  Quaternion<T> q;                // attitude: body axes to earth axes; of any length but 0
  Vec3<T> v;                      // velocity of r, body axes [m/s]
  Vec3<T> omega;                  // angular velocity, body axes [rad/s]
  std::array<T, kWheels> s;       // travel [m]
  std::array<T, kWheels> s_rate;  // [m/s]
};

// How road wheels are turned, beside what their travel does (3).
template <Scalar T> struct Steer {
  Quad<T> cos = T(1.0), sin = T(0.0);  // of delta, by steering and compliance, > 0 to the left
  Quad<T> rate = T(0.0);               // [rad/s]
  Quad<T> inclination = T(0.0);        // eps_0, by compliance, > 0 with the top to the right [rad]
};
template <Scalar T> Steer<T> steered(const std::array<T, kWheels>& delta) {
  if constexpr (std::same_as<T, double>) {
    const auto [s, c] = sincos(quad<double>(delta));
    return {.cos = c, .sin = s};
  } else {
    Steer<T> out;
    for (std::size_t i = 0; i < kWheels; ++i) {
      const auto [s, c] = sincos(delta[i]);
      out.sin[i] = s, out.cos[i] = c;
    }
    return out;
  }
}
// The road below the wheel centres.
template <Scalar T> struct RoadPlanes {
  Quad<T> z = T(0.0);                      // height at the wheel centre's x and y [m]
  Quad<T> dz_dx = T(0.0), dz_dy = T(0.0);  // slopes over the earth's axes [-]
};
// What tyres give, in the axes t, n x t, n of their contacts.
template <Scalar T> struct TyreForces {
  Vec3<Quad<T>> F{};  // at the contact point [N]
  Vec3<Quad<T>> M{};  // [Nm]
};
template <Scalar T> struct Inputs {
  // Earth axes: tilted for a sloping road that is taken as the x-y plane [m/s2].
  Vec3<T> gravity{T(0.0), T(0.0), T(-kGravity)};
  Wrench<T> body{};  // air and whatever else acts on the body
  TyreForces<T> tyres{};
  Quad<T> Omega = T(0.0);        // absolute spins [rad/s]
  Quad<T> tau_body = T(0.0);     // on the wheels, from machines on the body [Nm]
  Quad<T> tau_carrier = T(0.0);  // on the wheels, from brakes or machines in them [Nm]
};

// ---- Kinematics: (1) to (4) ---------------------------------------------------------------------

// The wheels, all vectors in body axes but for `centre`.
template <Scalar T> struct Pose {
  Rotation<T> R;
  suspension::AtTravel<Quad<T>> at;
  Quad<T> s_rate;
  Vec3<Quad<T>> p, d, dd;  // centre [m], its slope and curvature over travel
  Vec3<Quad<T>> e, a;      // spin axis; turning of the carrier over travel [rad/m]
  Vec3<Quad<T>> V;         // of the centre [m/s]
  Vec3<Quad<T>> omega;     // of the carrier [rad/s]
  Vec3<Quad<T>> centre;    // earth axes [m]
};

namespace detail {

template <class W> struct SinCosOf {
  W sin, cos;
};
// Series of the small angles that travel makes: |x| <= 0.3 rad to 4e-14.
template <class W> [[gnu::always_inline]] inline SinCosOf<W> small(const W& x) {
  constexpr double k2 = 1.0 / 2, k3 = k2 / 3, k4 = k3 / 4, k5 = k4 / 5, k6 = k5 / 6, k7 = k6 / 7,
                   k8 = k7 / 8, k9 = k8 / 9, k10 = k9 / 10;
  const W y = x * x;
  return {.sin = x * (1.0 - y * (k3 - y * (k5 - y * (k7 - y * k9)))),
          .cos = 1.0 - y * (k2 - y * (k4 - y * (k6 - y * (k8 - y * k10))))};
}

}  // namespace detail

template <Scalar T>
[[gnu::flatten]] Pose<T> pose(const Model<T>& m, const State<T>& x, const Steer<T>& steer) {
  using Q = Quad<T>;
  const Vec3<Q> omega = spread(x.omega);
  Pose<T> w;
  w.R = rotation(x.q);
  w.at = suspension::at_travel(m.axles, x.s);
  w.s_rate = quad<T>(x.s_rate);
  w.p = m.p + Vec3<Q>{w.at.x, m.side * w.at.y, quad<T>(x.s)};
  w.d = {w.at.dx, m.side * w.at.dy, Q(1.0)};
  w.dd = {w.at.ddx, m.side * w.at.ddy, Q(0.0)};

  const auto toe = detail::small<Q>(m.side * w.at.toe);
  const auto eps = detail::small<Q>(steer.inclination - m.side * w.at.camber);
  const Q cos_psi = steer.cos * toe.cos + steer.sin * toe.sin;
  const Q sin_psi = steer.sin * toe.cos - steer.cos * toe.sin;
  w.e = {-sin_psi * eps.cos, cos_psi * eps.cos, eps.sin};
  const Q a_x = -m.side * w.at.dcamber;
  w.a = Vec3<Q>{a_x * cos_psi, a_x * sin_psi, -m.side * w.at.dtoe} - w.at.dcastor * w.e;

  w.V = spread(x.v) + cross(omega, w.p) + w.s_rate * w.d;
  w.omega = omega + w.s_rate * w.a;
  w.omega.z += steer.rate;
  w.centre = {x.r.x + dot(spread(w.R.x), w.p), x.r.y + dot(spread(w.R.y), w.p),
              x.r.z + dot(spread(w.R.z), w.p)};
  return w;
}

// ---- Contact: (14), (15) ------------------------------------------------------------------------

template <Scalar T> struct Contacts {
  Quad<T> V_x, V_y;  // of the contact point in its road axes [m/s]
  Quad<T> yaw_rate;  // of the carrier about the road's normal [rad/s]
  Quad<T>
      sin_inclination;  // of the wheel against the road, > 0 with the top to the right of its x axis
  Quad<T> cos_inclination;
  Quad<T> compression;       // of the tyre, < 0 in the air [m]
  Quad<T> compression_rate;  // [m/s]
  Quad<T> r;                 // distance of the contact point from the centre [m]
  Vec3<Quad<T>> x, y, n;     // the road axes, in body axes
  Vec3<Quad<T>> rho;         // contact point from the wheel centre, body axes [m]
};
// Least square of that cosine: a wheel that lies flat touches nothing, and all stays finite.
inline constexpr double kFlat = 1e-12;

template <Scalar T> [[gnu::flatten]] Contacts<T> contacts(const Model<T>& m, const Pose<T>& w,
                                                          const RoadPlanes<T>& road) {
  using Q = Quad<T>;
  const Q n_z = 1.0 / sqrt(1.0 + road.dz_dx * road.dz_dx + road.dz_dy * road.dz_dy);
  const Q n_x = -road.dz_dx * n_z, n_y = -road.dz_dy * n_z;
  Contacts<T> k;
  k.n = n_x * spread(w.R.x) + n_y * spread(w.R.y) + n_z * spread(w.R.z);
  k.sin_inclination = dot(w.e, k.n);
  // |e x n| = u n
  k.cos_inclination = sqrt(max(1.0 - k.sin_inclination * k.sin_inclination, kFlat));
  const Q per_cosine = 1.0 / k.cos_inclination;
  k.r = (w.centre.z - road.z) * n_z * per_cosine;
  k.x = per_cosine * cross(w.e, k.n);
  k.y = cross(k.n, k.x);
  k.rho = -k.r * cross(k.x, w.e);
  const Vec3<Q> V_C = w.V + cross(w.omega, k.rho);
  k.V_x = dot(w.V, k.x);
  k.V_y = dot(V_C, k.y);
  k.yaw_rate = dot(w.omega, k.n);
  k.compression = m.R - k.r;
  k.compression_rate = -dot(k.n, V_C) * per_cosine;
  return k;
}

// ---- Forces -------------------------------------------------------------------------------------

// Of the tyres on the carriers: F at the wheel centres and M_n, body axes; on the rotors: the moment about e.
template <Scalar T> struct WheelLoads {
  Vec3<Quad<T>> F, M_n;
  Quad<T> tau_road;
};
template <Scalar T> WheelLoads<T> wheel_loads(const Model<T>& m, const Pose<T>& w,
                                              const Contacts<T>& k, const TyreForces<T>& tyres) {
  using Q = Quad<T>;
  const auto in_body = [&](const Vec3<Q>& a) {
    return (m.present * a.x) * k.x + (m.present * a.y) * k.y + (m.present * a.z) * k.n;
  };
  WheelLoads<T> out;
  out.F = in_body(tyres.F);
  const Vec3<Q> M = cross(k.rho, out.F) + in_body(tyres.M);
  out.tau_road = dot(w.e, M);
  out.M_n = M - out.tau_road * w.e;
  return out;
}

// Of the dampers, as they act at the wheels, against bump [N].
template <Scalar T> Quad<T> damper_forces(const Model<T>& m, const State<T>& x, const Pose<T>& w) {
  return quad<T>([&](std::size_t i) {
    return suspension::damper_force<T>(m.axle_of(i), w.at.i_d[i], x.s_rate[i]);
  });
}
// Of the anti-roll bars [N].
template <Scalar T> Quad<T> bar_forces(const Model<T>& m, const State<T>& x) {
  const T front = m.bar[0] * (x.s[0] - x.s[1]), rear = m.bar[1] * (x.s[2] - x.s[3]);
  return quad<T>(std::array<T, kWheels>{front, -front, rear, -rear});
}

// ---- Dynamics: (5) to (11) ----------------------------------------------------------------------

template <Scalar T> struct Outputs {
  State<T> rate;         // of the state
  Quad<T> tau_road;      // on the spins, (7) [Nm]
  Quad<T> F_suspension;  // springs, dampers, bars: against bump [N]
  Quad<T> F_damper;      // dampers alone [N]
};

// The matrix of (11) by blocks, [A B^T; B C]: what solving with it needs, with two divisions.
//   Y = B A^-1,   S = C - Y B^T;   domega/dt = S^-1 (tau - Y f),   dv/dt = A^-1 f - Y^T domega/dt
template <Scalar T> struct Inertia {
  Sym3<T> A_inverse, S_inverse;
  std::array<Vec3<T>, 3> Y;  // by rows
};
template <Scalar T> Inertia<T> inertia(const Model<T>& m, const Vec3<Quad<T>>& p,
                                       const Vec3<Quad<T>>& d, const Vec3<Quad<T>>& c,
                                       const Quad<T>& h) {
  using Q = Quad<T>;
  const auto total = [](const Q& a) { return sum<T>(a); };
  const Vec3<Q> mp = m.m * p, hd = h * d, hc = h * c;
  const Sym3<T> A{m.m_s + total(m.m - hd.x * d.x),
                  m.m_s + total(m.m - hd.y * d.y),
                  m.m_s + total(m.m - h),
                  -total(hd.x * d.y),
                  -total(hd.x),
                  -total(hd.y)};
  const std::array<Vec3<T>, 3> B{
      {{-total(hc.x * d.x), -total(mp.z + hc.x * d.y), total(mp.y - hc.x)},
       {total(mp.z - hc.y * d.x), -total(hc.y * d.y), -total(mp.x + hc.y)},
       {-total(mp.y + hc.z * d.x), total(mp.x - hc.z * d.y), -total(hc.z)}}};
  const Q xx = mp.x * p.x, yy = mp.y * p.y, zz = mp.z * p.z;
  const Sym3<T> C{m.I.xx + total(yy + zz - hc.x * c.x),    m.I.yy + total(zz + xx - hc.y * c.y),
                  m.I.zz + total(xx + yy - hc.z * c.z),    m.I.xy - total(mp.x * p.y + hc.x * c.y),
                  m.I.xz - total(mp.x * p.z + hc.x * c.z), m.I.yz - total(mp.y * p.z + hc.y * c.z)};
  Inertia<T> out;
  out.A_inverse = inverse(A);
  for (std::size_t i = 0; i < 3; ++i) out.Y[i] = out.A_inverse * B[i];
  const auto S = [&](const T& from, std::size_t i, std::size_t j) {
    return from - dot(out.Y[i], B[j]);
  };
  out.S_inverse = inverse(Sym3<T>{S(C.xx, 0, 0), S(C.yy, 1, 1), S(C.zz, 2, 2), S(C.xy, 0, 1),
                                  S(C.xz, 0, 2), S(C.yz, 1, 2)});
  return out;
}

template <Scalar T> [[gnu::flatten]] Outputs<T> outputs(const Model<T>& m, const State<T>& x,
                                                        const Pose<T>& w, const Contacts<T>& k,
                                                        const Inputs<T>& u) {
  using Q = Quad<T>;
  const Vec3<T> g = to_body(w.R, u.gravity);
  const WheelLoads<T> load = wheel_loads(m, w, k, u.tyres);
  Outputs<T> out{};
  out.tau_road = load.tau_road;
  out.F_damper = damper_forces(m, x, w);
  out.F_suspension = w.at.F + out.F_damper + bar_forces(m, x);

  // (8), (10): what the wheels would do on a body that does not accelerate.
  const Q per_d2 = 1.0 / dot(w.d, w.d), h = m.m * per_d2;
  const Vec3<Q> c = cross(w.p, w.d);
  const Inertia<T> M = inertia(m, w.p, w.d, c, h);
  const Q tau_carrier = m.present * u.tau_carrier;
  const Vec3<Q> gyro = (m.J * u.Omega) * cross(w.omega, w.e);
  const Vec3<Q> on_carrier = load.M_n - tau_carrier * w.e - gyro;
  const Vec3<Q> A0 =
      cross(spread(x.omega), w.V + w.s_rate * w.d) + (w.s_rate * w.s_rate) * w.dd - spread(g);
  const Vec3<Q> F = load.F - m.m * A0;
  const Q beta = (dot(F, w.d) + dot(on_carrier, w.a) - m.present * out.F_suspension) * per_d2;

  // (9), (11): the body.
  const Vec3<Q> reaction = F - beta * w.d;
  const Vec3<T> f = u.body.F - m.m_s * (cross(x.omega, x.v) - g) + sum<T>(reaction);
  const Vec3<T> tau = u.body.M - cross(x.omega, m.I * x.omega) +
                      sum<T>(cross(w.p, reaction) + on_carrier - (m.present * u.tau_body) * w.e);
  out.rate.omega = M.S_inverse * (tau - Vec3<T>{dot(M.Y[0], f), dot(M.Y[1], f), dot(M.Y[2], f)});
  out.rate.v = M.A_inverse * f -
               (out.rate.omega.x * M.Y[0] + out.rate.omega.y * M.Y[1] + out.rate.omega.z * M.Y[2]);

  out.rate.r = to_earth(w.R, x.v);
  out.rate.q = rate(x.q, x.omega);
  out.rate.s = x.s_rate;
  out.rate.s_rate = array<T>(
      m.inverse_m * (beta - h * (dot(w.d, spread(out.rate.v)) + dot(c, spread(out.rate.omega)))));
  return out;
}

// ---- Energy: (12), (13) -------------------------------------------------------------------------

// Kinetic, of springs and bars, of height over r = 0; without the spins (1/2 J Omega^2 is the driveline's) [J].
template <Scalar T>
T energy(const Model<T>& m, const State<T>& x, const Pose<T>& w, const Vec3<T>& gravity) {
  const T front = x.s[0] - x.s[1], rear = x.s[2] - x.s[3];
  return 0.5 * (m.m_s * dot(x.v, x.v) + dot(x.omega, m.I * x.omega)) - m.m_s * dot(gravity, x.r) +
         sum<T>(m.m * (0.5 * dot(w.V, w.V) - dot(spread(gravity), w.centre)) +
                m.present * w.at.W_s) +
         0.5 * (m.bar[0] * front * front + m.bar[1] * rear * rear);
}

// What enters and leaves that energy [W].
template <Scalar T> struct Powers {
  T tyres{};      // F and M_n on carriers and body
  T reactions{};  // of tau_body and tau_carrier
  T body{};       // of the wrench on the body
  T steering{};   // against the rotors' gyroscopic moments
  T dampers{};    // their loss, >= 0
};
template <Scalar T> Powers<T> powers(const Model<T>& m, const State<T>& x, const Pose<T>& w,
                                     const Contacts<T>& k, const Inputs<T>& u) {
  using Q = Quad<T>;
  const WheelLoads<T> load = wheel_loads(m, w, k, u.tyres);
  const Vec3<Q> omega = spread(x.omega);
  const Vec3<Q> moved = omega + w.s_rate * w.a;  // the carriers, without their steering
  return {.tyres = sum<T>(dot(load.F, w.V) + dot(load.M_n, moved)),
          .reactions =
              -sum<T>(m.present * (u.tau_body * dot(w.e, omega) + u.tau_carrier * dot(w.e, moved))),
          .body = dot(u.body.F, x.v) + dot(u.body.M, x.omega),
          .steering = -sum<T>(m.J * u.Omega * dot(cross(w.omega, w.e), moved)),
          .dampers = sum<T>(m.present * w.s_rate * damper_forces(m, x, w))};
}

}  // namespace evsim::chassis_14dof
