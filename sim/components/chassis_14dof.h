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
// a 6x6 matrix, positive definite, solved by L D L^T.
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

#include "sim/base/scalar.h"
#include "sim/components/dq.h"
#include "sim/components/suspension.h"
#include "sim/components/vector3.h"

namespace evsim::chassis_14dof {

inline constexpr std::size_t kWheels = 4;  // front left, front right, rear left, rear right
inline constexpr double kGravity = 9.80665;  // [m/s2]
template <class X> using Wheels = std::array<X, kWheels>;

// Positions are those of the design: every travel 0, the body level above a level road.
template <Scalar T> struct Axle {
  T track = kRequired;                // between the wheel centres; 0: one wheel in the middle [m]
  T unsprung_mass = kRequired;        // of one wheel with hub, brake, share of the links [kg]
  T wheel_inertia = kRequired;        // J, about the spin axis, all that spins with the wheel [kg m2]
  T transverse_inertia = 0.0;         // J_t, of the wheel about a diameter [kg m2]
  T wheel_radius = kRequired;         // unloaded [m]
  T wheel_height = kRequired;         // of the wheel's centre above the road: the loaded radius [m]
  bool left = true, right = true;     // whether there is such a wheel
  suspension::Params<T> suspension{};
};
template <Scalar T> struct Params {
  T sprung_mass = kRequired;            // [kg]
  T wheelbase = kRequired;              // [m]
  T cg_behind_front = kRequired;        // centre of gravity of the sprung mass behind the front axle [m]
  T cg_left = 0.0;                      // left of the middle [m]
  T cg_height = kRequired;              // above the road [m]
  T I_xx = kRequired, I_yy = kRequired, I_zz = kRequired;  // of the sprung mass about its centre [kg m2]
  T I_xy = 0.0, I_xz = 0.0, I_yz = 0.0;  // elements of the tensor: minus the integrals of x y, x z, y z [kg m2]
  Axle<T> front{}, rear{};
};

// A load fixed to the body, a point mass [kg] at a place of the design behind the front axle, left of the
// middle, above the road [m]: the body that has taken it up.
template <Scalar T>
Params<T> with_load(Params<T> p, const T& mass, const T& behind_front, const T& left,
                    const T& height) {
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

template <Scalar T> struct Corner {
  T m{}, inverse_m{};  // unsprung mass and its inverse; 0 where the wheel is absent
  T present{};         // 1 or 0
  T J{};               // spin inertia [kg m2]
  T R{};               // unloaded radius [m]
  double side = 1.0;   // +1 left, -1 right
  Vec3<T> p;           // wheel centre at s = 0 from the body's centre of gravity [m]
};
// Prepared from Params.
template <Scalar T> struct Model {
  T m_s{};                // sprung mass
  Sym3<T> I;              // of the body, with the rotors' J_t
  Wheels<Corner<T>> corners;
  std::array<suspension::Prepared<T>, 2> axles;  // front, rear
  std::array<T, 2> bar{};  // stiffness of the anti-roll bars, 0 beside an absent wheel [N/m]
  T height{};              // of the body's centre of gravity above the road in the design position [m]

  const suspension::Prepared<T>& axle_of(std::size_t wheel) const { return axles[wheel / 2]; }
};

template <Scalar T> Model<T> prepare(const Params<T>& p) {
  const auto bar = [](const Axle<T>& a) {
    return a.left && a.right ? a.suspension.anti_roll_stiffness : T(0.0);
  };
  Model<T> m{.m_s = p.sprung_mass,
             .I = {p.I_xx, p.I_yy, p.I_zz, p.I_xy, p.I_xz, p.I_yz},
             .corners = {},
             .axles = {suspension::prepare(p.front.suspension),
                       suspension::prepare(p.rear.suspension)},
             .bar = {bar(p.front), bar(p.rear)},
             .height = p.cg_height};
  for (std::size_t i = 0; i < kWheels; ++i) {
    const Axle<T>& axle = i < 2 ? p.front : p.rear;
    const bool is_left = i % 2 == 0;
    const double side = is_left ? 1.0 : -1.0;
    const double present = (is_left ? axle.left : axle.right) ? 1.0 : 0.0;
    m.corners[i] = {.m = present * axle.unsprung_mass,
                    .inverse_m = present / axle.unsprung_mass,
                    .present = present,
                    .J = present * axle.wheel_inertia,
                    .R = axle.wheel_radius,
                    .side = side,
                    .p = {p.cg_behind_front - (i < 2 ? T(0.0) : p.wheelbase),
                          0.5 * side * axle.track - p.cg_left, axle.wheel_height - p.cg_height}};
    m.I.xx += present * axle.transverse_inertia;
    m.I.zz += present * axle.transverse_inertia;
  }
  return m;
}

template <Scalar T> struct State {
  Vec3<T> r;         // centre of gravity of the sprung mass, earth axes [m]
  Quaternion<T> q;   // attitude: body axes to earth axes; of any length but 0
  Vec3<T> v;         // velocity of r, body axes [m/s]
  Vec3<T> omega;     // angular velocity, body axes [rad/s]
  Wheels<T> s;       // travel [m]
  Wheels<T> s_rate;  // [m/s]
};

// How a road wheel is turned, beside what its travel does (3).
template <Scalar T> struct Steer {
  T delta{};        // by steering and compliance, > 0 to the left [rad]
  T delta_rate{};   // [rad/s]
  T inclination{};  // eps_0, by compliance, > 0 with the top to the right [rad]
};
// The road below a wheel centre.
template <Scalar T> struct RoadPlane {
  T z{};             // height at the wheel centre's x and y [m]
  T dz_dx{}, dz_dy{};  // slopes over the earth's axes [-]
};
// What a tyre gives, in the axes t, n x t, n of its contact.
template <Scalar T> struct TyreForce {
  Vec3<T> F;  // at the contact point [N]
  Vec3<T> M;  // [Nm]
};
template <Scalar T> struct Wrench {
  Vec3<T> F;  // at the centre of gravity of the sprung mass, body axes [N]
  Vec3<T> M;  // [Nm]
};
template <Scalar T> struct Inputs {
  Vec3<T> gravity{T(0.0), T(0.0), T(-kGravity)};  // earth axes: tilted for a road that is the x-y plane [m/s2]
  Wrench<T> body;             // air and whatever else acts on the body
  Wheels<TyreForce<T>> tyre;
  Wheels<T> Omega{};          // absolute spins [rad/s]
  Wheels<T> tau_body{};       // on the wheel, from machines on the body [Nm]
  Wheels<T> tau_carrier{};    // on the wheel, from brakes or a machine in it [Nm]
};

// ---- Kinematics: (1) to (4) ---------------------------------------------------------------------

// A wheel, all vectors in body axes but for `centre`.
template <Scalar T> struct WheelPose {
  suspension::AtTravel<T> at;
  Vec3<T> p, d, dd;    // centre [m], its slope and curvature over travel
  Vec3<T> e{}, a{};    // spin axis; turning of the carrier over travel [rad/m]
  Vec3<T> V{};         // of the centre [m/s]
  Vec3<T> omega{};     // of the carrier [rad/s]
  Vec3<T> centre{};    // earth axes [m]
};
template <Scalar T> struct Pose {
  Rotation<T> R;
  Wheels<WheelPose<T>> wheels;
};

template <Scalar T>
WheelPose<T> wheel_pose(const Corner<T>& c, const suspension::Prepared<T>& axle,
                        const State<T>& x, const Rotation<T>& R, const T& s, const T& s_rate,
                        const Steer<T>& steer) {
  const suspension::AtTravel<T> at = suspension::at_travel(axle, s);
  const Angle<T> psi = angle<T>(steer.delta - c.side * at.toe);
  const Angle<T> eps = turned<T>({T(1.0), T(0.0)}, steer.inclination - c.side * at.camber);
  WheelPose<T> w{.at = at,
                 .p = c.p + Vec3<T>{at.x, c.side * at.y, s},
                 .d = {at.dx, c.side * at.dy, T(1.0)},
                 .dd = {at.ddx, c.side * at.ddy, T(0.0)},
                 .e = {-psi.sin * eps.cos, psi.cos * eps.cos, eps.sin}};
  const T a_x = -c.side * at.dcamber, a_e = -at.dcastor;
  w.a = Vec3<T>{a_x * psi.cos, a_x * psi.sin, -c.side * at.dtoe} + a_e * w.e;
  w.V = x.v + cross(x.omega, w.p) + s_rate * w.d;
  w.omega = x.omega + s_rate * w.a;
  w.omega.z += steer.delta_rate;
  w.centre = x.r + to_earth(R, w.p);
  return w;
}
template <Scalar T>
Pose<T> pose(const Model<T>& m, const State<T>& x, const Wheels<Steer<T>>& steer) {
  Pose<T> out{.R = rotation(x.q), .wheels = {}};
  for (std::size_t i = 0; i < kWheels; ++i)
    out.wheels[i] =
        wheel_pose(m.corners[i], m.axle_of(i), x, out.R, x.s[i], x.s_rate[i], steer[i]);
  return out;
}

// ---- Contact: (14), (15) ------------------------------------------------------------------------

template <Scalar T> struct Contact {
  T V_x{}, V_y{};          // of the contact point in its road axes [m/s]
  T yaw_rate;              // of the carrier about the road's normal [rad/s]
  T sin_inclination;       // of the wheel against the road, > 0 with the top to the right of its x axis
  T cos_inclination;
  T compression{};         // of the tyre, < 0 in the air [m]
  T compression_rate{};    // [m/s]
  T r;                     // distance of the contact point from the centre [m]
  Vec3<T> x, y{}, n;       // the road axes, in body axes
  Vec3<T> rho{};           // contact point from the wheel centre, body axes [m]
};
template <Scalar T>
Contact<T> contact(const Corner<T>& c, const WheelPose<T>& w, const Rotation<T>& R,
                   const RoadPlane<T>& road) {
  const T n_z = 1.0 / sqrt(1.0 + road.dz_dx * road.dz_dx + road.dz_dy * road.dz_dy);
  const Vec3<T> n = to_body(R, Vec3<T>{-road.dz_dx * n_z, -road.dz_dy * n_z, n_z});
  const T h = (w.centre.z - road.z) * n_z;
  const T sine = dot(w.e, n);
  const T cosine = sqrt(1.0 - sine * sine);  // |e x n| = u n
  const T per_cosine = 1.0 / cosine;
  Contact<T> out{.yaw_rate = dot(w.omega, n),
                 .sin_inclination = sine,
                 .cos_inclination = cosine,
                 .r = h * per_cosine,
                 .x = per_cosine * cross(w.e, n),
                 .n = n};
  out.y = cross(n, out.x);
  out.rho = -out.r * cross(out.x, w.e);
  const Vec3<T> V_C = w.V + cross(w.omega, out.rho);
  out.V_x = dot(w.V, out.x);
  out.V_y = dot(V_C, out.y);
  out.compression = c.R - out.r;
  out.compression_rate = -dot(n, V_C) * per_cosine;
  return out;
}
template <Scalar T>
Wheels<Contact<T>> contacts(const Model<T>& m, const Pose<T>& pose,
                            const Wheels<RoadPlane<T>>& road) {
  Wheels<Contact<T>> out{};
  for (std::size_t i = 0; i < kWheels; ++i)
    out[i] = contact(m.corners[i], pose.wheels[i], pose.R, road[i]);
  return out;
}

// ---- Forces -------------------------------------------------------------------------------------

// A tyre's work on the carrier: F at the wheel centre and M_n, body axes; on the rotor: the moment about e.
template <Scalar T> struct WheelLoad {
  Vec3<T> F, M_n;
  T tau_road;
};
template <Scalar T>
WheelLoad<T> wheel_load(const Corner<T>& c, const WheelPose<T>& w, const Contact<T>& k,
                        const TyreForce<T>& tyre) {
  const auto in_body = [&](const Vec3<T>& a) {
    return (c.present * a.x) * k.x + (c.present * a.y) * k.y + (c.present * a.z) * k.n;
  };
  const Vec3<T> F = in_body(tyre.F);
  const Vec3<T> M = cross(k.rho, F) + in_body(tyre.M);
  const T tau_road = dot(w.e, M);
  return {.F = F, .M_n = M - tau_road * w.e, .tau_road = tau_road};
}

// Of springs, dampers and anti-roll bars, against bump [N].
template <Scalar T>
Wheels<T> suspension_forces(const Model<T>& m, const State<T>& x, const Pose<T>& pose) {
  Wheels<T> F;
  for (std::size_t i = 0; i < kWheels; ++i) {
    const auto& axle = m.axle_of(i);
    const auto& at = pose.wheels[i].at;
    F[i] = at.F + suspension::damper_force(axle, at.i_d, x.s_rate[i]) +
           m.bar[i / 2] * (x.s[i] - x.s[i ^ 1U]);
  }
  return F;
}

// ---- Dynamics: (5) to (11) ----------------------------------------------------------------------

template <Scalar T> struct Outputs {
  State<T> rate;           // of the state
  Wheels<T> tau_road;      // on the spins, (7) [Nm]
  Wheels<T> F_suspension{};  // springs, dampers, bars: against bump [N]
};

// x in A x = b for a symmetric positive definite matrix, its lower triangle given: A = L D L^T.
template <Scalar T, std::size_t N>
std::array<T, N> solve(std::array<std::array<T, N>, N> A, std::array<T, N> b) {
  std::array<T, N> inverse_d;
  for (std::size_t j = 0; j < N; ++j) {
    inverse_d[j] = 1.0 / A[j][j];
    for (std::size_t i = j + 1; i < N; ++i) {
      const T l = A[i][j] * inverse_d[j];
      for (std::size_t k = j + 1; k <= i; ++k) A[i][k] -= l * A[k][j];
      b[i] -= l * b[j];
    }
    for (std::size_t i = j + 1; i < N; ++i) A[i][j] *= inverse_d[j];
  }
  for (std::size_t j = N; j-- > 0;) {
    b[j] *= inverse_d[j];
    for (std::size_t i = j + 1; i < N; ++i) b[j] -= A[i][j] * b[i];
  }
  return b;
}

template <Scalar T>
Outputs<T> outputs(const Model<T>& m, const State<T>& x, const Pose<T>& pose,
                   const Wheels<Contact<T>>& contacts, const Inputs<T>& u) {
  const Vec3<T> g = to_body(pose.R, u.gravity);
  Outputs<T> out{.rate = {}, .tau_road = {}, .F_suspension = suspension_forces(m, x, pose)};

  // (11): rigid mass, and the right-hand side of (9) with s'' = 0 along no path.
  T mass = m.m_s;
  Vec3<T> mp;
  Sym3<T> I = m.I;
  Vec3<T> f = u.body.F - m.m_s * (cross(x.omega, x.v) - g);
  Vec3<T> tau = u.body.M - cross(x.omega, m.I * x.omega);
  Sym3<T> dd, cc;                                         // sum k d d^T, sum k c c^T
  std::array<Vec3<T>, 3> cd{};                            // rows of sum k c d^T
  Wheels<Vec3<T>> moment_of_d;                            // c = p x d
  Wheels<T> k, beta;                                      // m / |d|^2, what (10) gives without body
  for (std::size_t i = 0; i < kWheels; ++i) {
    const Corner<T>& c = m.corners[i];
    const WheelPose<T>& w = pose.wheels[i];
    const WheelLoad<T> load = wheel_load(c, w, contacts[i], u.tyre[i]);
    const Vec3<T> gyro = (c.J * u.Omega[i]) * cross(w.omega, w.e);
    const T tau_carrier = c.present * u.tau_carrier[i];
    const Vec3<T> on_carrier = load.M_n - tau_carrier * w.e - gyro;
    const Vec3<T> mA0 = c.m * (cross(x.omega, w.V + x.s_rate[i] * w.d) +
                               (x.s_rate[i] * x.s_rate[i]) * w.dd - g);
    const Vec3<T> F = load.F - mA0;
    const T per_d2 = 1.0 / dot(w.d, w.d);
    beta[i] = (dot(F, w.d) + dot(on_carrier, w.a) - c.present * out.F_suspension[i]) * per_d2;
    k[i] = c.m * per_d2;
    moment_of_d[i] = cross(w.p, w.d);
    out.tau_road[i] = load.tau_road;

    const Vec3<T> reaction = F - beta[i] * w.d;
    f = f + reaction;
    tau = tau + cross(w.p, reaction) + on_carrier - (c.present * u.tau_body[i]) * w.e;
    mass += c.m;
    mp = mp + c.m * w.p;
    I = I + inertia_of_point(c.m, w.p);
    add_square(dd, k[i], w.d);
    add_square(cc, k[i], moment_of_d[i]);
    cd[0] = cd[0] + (k[i] * moment_of_d[i].x) * w.d;
    cd[1] = cd[1] + (k[i] * moment_of_d[i].y) * w.d;
    cd[2] = cd[2] + (k[i] * moment_of_d[i].z) * w.d;
  }
  const T o = 0.0;
  const auto a = solve<T, 6>(
      {{{mass - dd.xx, o, o, o, o, o},
        {-dd.xy, mass - dd.yy, o, o, o, o},
        {-dd.xz, -dd.yz, mass - dd.zz, o, o, o},
        {-cd[0].x, -mp.z - cd[0].y, mp.y - cd[0].z, I.xx - cc.xx, o, o},
        {mp.z - cd[1].x, -cd[1].y, -mp.x - cd[1].z, I.xy - cc.xy, I.yy - cc.yy, o},
        {-mp.y - cd[2].x, mp.x - cd[2].y, -cd[2].z, I.xz - cc.xz, I.yz - cc.yz, I.zz - cc.zz}}},
      {f.x, f.y, f.z, tau.x, tau.y, tau.z});

  out.rate.r = to_earth(pose.R, x.v);
  out.rate.q = rate(x.q, x.omega);
  out.rate.v = {a[0], a[1], a[2]};
  out.rate.omega = {a[3], a[4], a[5]};
  out.rate.s = x.s_rate;
  for (std::size_t i = 0; i < kWheels; ++i)
    out.rate.s_rate[i] =
        m.corners[i].inverse_m *
        (beta[i] - k[i] * (dot(pose.wheels[i].d, out.rate.v) +
                           dot(moment_of_d[i], out.rate.omega)));
  return out;
}

// ---- Energy: (12), (13) -------------------------------------------------------------------------

// Kinetic, of springs and bars, of height over r = 0; without the spins (1/2 J Omega^2 is the driveline's) [J].
template <Scalar T>
T energy(const Model<T>& m, const State<T>& x, const Pose<T>& pose, const Vec3<T>& gravity) {
  T E = 0.5 * (m.m_s * dot(x.v, x.v) + dot(x.omega, m.I * x.omega)) - m.m_s * dot(gravity, x.r);
  for (std::size_t i = 0; i < kWheels; ++i) {
    const Corner<T>& c = m.corners[i];
    const WheelPose<T>& w = pose.wheels[i];
    E += c.m * (0.5 * dot(w.V, w.V) - dot(gravity, w.centre)) + c.present * w.at.W;
  }
  for (std::size_t axle = 0; axle < 2; ++axle) {
    const T difference = x.s[2 * axle] - x.s[2 * axle + 1];
    E += 0.5 * m.bar[axle] * difference * difference;
  }
  return E;
}

// What enters and leaves that energy [W].
template <Scalar T> struct Powers {
  T tyres{};     // F and M_n on carrier and body
  T reactions{}; // of tau_body and tau_carrier
  T body{};      // of the wrench on the body
  T steering{};  // against the rotors' gyroscopic moments
  T dampers{};   // their loss, >= 0
};
template <Scalar T>
Powers<T> powers(const Model<T>& m, const State<T>& x, const Pose<T>& pose,
                 const Wheels<Contact<T>>& contacts, const Inputs<T>& u) {
  Powers<T> P{.body = dot(u.body.F, x.v) + dot(u.body.M, x.omega)};
  for (std::size_t i = 0; i < kWheels; ++i) {
    const Corner<T>& c = m.corners[i];
    const WheelPose<T>& w = pose.wheels[i];
    const WheelLoad<T> load = wheel_load(c, w, contacts[i], u.tyre[i]);
    const Vec3<T> moved = x.omega + x.s_rate[i] * w.a;  // the carrier, without its steering
    P.tyres += dot(load.F, w.V) + dot(load.M_n, moved);
    P.reactions -= c.present * (u.tau_body[i] * dot(w.e, x.omega) +
                                u.tau_carrier[i] * dot(w.e, moved));
    P.steering -= (c.J * u.Omega[i]) * dot(cross(w.omega, w.e), moved);
    P.dampers += c.present * x.s_rate[i] *
                 suspension::damper_force(m.axle_of(i), w.at.i_d, x.s_rate[i]);
  }
  return P;
}

}  // namespace evsim::chassis_14dof
