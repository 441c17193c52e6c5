#include "sim/components/chassis_14dof.h"

#include "sim/components/chassis_trim.h"
#include "tests/components/multibody_cars.h"

namespace evsim {
namespace {

using namespace chassis_14dof;
using test::design_state;
using test::plain_car;
using test::rich_car;

constexpr double kG = 9.80665;

// Everything in motion: any attitude, speeds, travels, forces.
struct Moving {
  Model<double> model;
  State<double> x;
  Steer<double> steer;
  RoadPlanes<double> road;
  Inputs<double> u;
};
Moving moving(test::Arguments& random, const Params<double>& car) {
  const auto any = [&](double size) { return random.between(-size, size); };
  const auto vector = [&](double size) { return Vec3<double>{any(size), any(size), any(size)}; };
  const auto each = [&](double size) {
    return quad<double>([&](std::size_t) { return any(size); });
  };
  const auto vectors = [&](double size) { return Vec3<Pack>{each(size), each(size), each(size)}; };
  const Model<double> model = prepare(car);
  Moving m{.model = model, .x = design_state(model), .steer = {}, .road = {}, .u = {}};
  m.x.r = m.x.r + vector(1.0);
  m.x.q = {1.0 + any(0.3), any(0.3), any(0.3), any(1.0)};
  m.x.v = vector(20.0);
  m.x.omega = vector(2.0);
  for (std::size_t i = 0; i < kWheels; ++i) {
    m.x.s[i] = any(0.12);
    m.x.s_rate[i] = any(1.5);
  }
  m.steer = steered<double>({any(0.5), any(0.5), any(0.1), any(0.1)});
  m.steer.rate = each(1.0);
  m.steer.inclination = each(0.02);
  m.road = {each(0.1), each(0.2), each(0.2)};
  m.u.body = {vector(5e3), vector(3e3)};
  m.u.tyres = {vectors(6e3), vectors(200.0)};
  m.u.Omega = each(100.0);
  m.u.tau_body = each(1500.0);
  m.u.tau_carrier = each(1500.0);
  return m;
}

// ---- Static loads, by hand ------------------------------------------------------------------------

constexpr test::SpringTyres kTyres;
std::array<double, kWheels> loads(const Trim& t) { return array<double>(t.tyres.F.z); }

// Loads need no softness: springs and tyres so stiff that the geometry stays that of the design to 1e-4 m.
Params<double> stiff_car() {
  Params<double> p = plain_car();
  p.front.suspension.spring = p.rear.suspension.spring = test::line(460.0 * kG, 1e8);
  p.cg_behind_front = 1.2;
  p.cg_left = 0.08;
  return p;
}
constexpr test::SpringTyres kStiffTyres{.stiffness = 1e8};
// The tyre's compression in the design position carries nothing then.
Params<double> unloaded_radius_is_loaded(Params<double> p) {
  p.front.wheel_height = p.rear.wheel_height = 0.35;
  p.cg_height = 0.6;
  return p;
}

TEST(Chassis14Dof, static_wheel_loads_by_hand) {
  const Trim t = trim(unloaded_radius_is_loaded(stiff_car()), {}, kStiffTyres);
  ASSERT_TRUE(t.converged);
  // Body 1840 g: rear 1.2/3, left (0.8 + 0.08)/1.6; each wheel 40 g more. The diagonal is open: four springs
  // under a stiff body, equal at both axles, share the roll moment equally.
  const double body = 1840.0 * kG, wheel = 40.0 * kG, roll = body * 0.08 / 1.6;
  const auto F = loads(t);
  // 1e-4: the wheels give way by 5e-5 m, beside heights of 0.6 m.
  EXPECT_NEAR(F[0], wheel + 0.5 * body * 1.8 / 3.0 + 0.5 * roll, 1e-4 * F[0]);
  EXPECT_NEAR(F[1], wheel + 0.5 * body * 1.8 / 3.0 - 0.5 * roll, 1e-4 * F[1]);
  EXPECT_NEAR(F[2], wheel + 0.5 * body * 1.2 / 3.0 + 0.5 * roll, 1e-4 * F[2]);
  EXPECT_NEAR(F[3], wheel + 0.5 * body * 1.2 / 3.0 - 0.5 * roll, 1e-4 * F[3]);
}

// Sums by hand: forces along the road's normal, moments about the contact points.
TEST(Chassis14Dof, static_wheel_loads_on_slope_and_bank_by_hand) {
  const double grade = 0.2, bank = 0.1;
  const double g_x = -kG * sin(grade), g_y = kG * cos(grade) * sin(bank),
               g_z = -kG * cos(grade) * cos(bank);
  const Trim t =
      trim(unloaded_radius_is_loaded(stiff_car()), {.gravity = {g_x, g_y, g_z}}, kStiffTyres);
  ASSERT_TRUE(t.converged);
  const auto F = loads(t);
  const double m = 1840.0, m_w = 160.0;
  EXPECT_NEAR(F[0] + F[1] + F[2] + F[3], -(m + m_w) * g_z, 1e-4 * m * kG);
  // About the middle of the front axle on the road, moment about y: the rear's loads at 3 m.
  const double rear = (-m * g_z * 1.2 - m * g_x * 0.6 - m_w * g_z * 1.5 - m_w * g_x * 0.35) / 3.0;
  EXPECT_NEAR(F[2] + F[3], rear, 1e-4 * rear);
  // About the x axis on the road: left minus right at 0.8 m.
  const double left_minus_right = (-m * g_z * 0.08 + m * g_y * 0.6 + m_w * g_y * 0.35) / 0.8;
  EXPECT_NEAR(F[0] + F[2] - F[1] - F[3], left_minus_right, 1e-4 * m * kG);
  // What holds it on the slope.
  EXPECT_NEAR(sum<double>(t.tyres.F.x), -(m + m_w) * g_x, 1e-4 * m * kG);
  EXPECT_NEAR(sum<double>(t.tyres.F.y), -(m + m_w) * g_y, 1e-4 * m * kG);
}

TEST(Chassis14Dof, a_load_in_the_boot_sits_on_its_wheels) {
  const Params<double> empty = unloaded_radius_is_loaded(stiff_car());
  // 100 kg, 3.6 m behind the front axle, 0.4 m to the left: -0.2 of it in front, 1.2 on the rear axle.
  const auto a = loads(trim(empty, {}, kStiffTyres));
  const auto b = loads(trim(with_load(empty, 100.0, 3.6, 0.4, 0.9), {}, kStiffTyres));
  EXPECT_NEAR(b[0] + b[1] - a[0] - a[1], -0.2 * 100.0 * kG, 0.2);
  EXPECT_NEAR(b[2] + b[3] - a[2] - a[3], 1.2 * 100.0 * kG, 0.2);
  EXPECT_NEAR(b[0] + b[2] - b[1] - b[3] - (a[0] + a[2] - a[1] - a[3]), 100.0 * kG * 0.4 / 0.8, 0.2);
}

TEST(Chassis14Dof, a_load_adds_mass_moment_and_inertia) {
  const Params<double> p = with_load(plain_car(), 160.0, 2.5, 0.5, 1.0);
  EXPECT_EQ(p.sprung_mass, 2000.0);
  // 160/2000 of the way from (1.5, 0, 0.6) to the load; inertia 1840 x 160/2000 = 147.2 kg over that distance.
  EXPECT_ROUNDED(p.cg_behind_front, 1.5 + 0.08 * 1.0);
  EXPECT_ROUNDED(p.cg_left, 0.08 * 0.5);
  EXPECT_ROUNDED(p.cg_height, 0.6 + 0.08 * 0.4);
  EXPECT_ROUNDED(p.I_xx, 600.0 + 147.2 * (0.25 + 0.16));
  EXPECT_ROUNDED(p.I_zz, 3000.0 + 147.2 * (1.0 + 0.25));
  EXPECT_ROUNDED(p.I_xy, 147.2 * 0.5);  // x = -1 forward, y = 0.5: minus their product
  EXPECT_ROUNDED(p.I_yz, -147.2 * 0.5 * 0.4);
}

TEST(Chassis14Dof, a_kart_on_three_wheels_stands) {
  Params<double> p = plain_car();
  p.sprung_mass = 66.0;
  p.I_xx = 4.0, p.I_yy = 9.0, p.I_zz = 11.0;
  p.wheelbase = 1.05, p.cg_behind_front = 0.6, p.cg_height = 0.25;
  for (Axle<double>* a : {&p.front, &p.rear}) {
    a->track = 1.1;
    a->unsprung_mass = 3.0;
    a->wheel_radius = 0.14, a->wheel_height = 0.138;
    a->suspension.spring = test::line(200.0, 40e3);
  }
  p.front.track = 0.0;  // one wheel in the middle, kept as the left one
  p.front.right = false;
  const Trim t = trim(p, {}, test::SpringTyres{.stiffness = 80e3});
  ASSERT_TRUE(t.converged);
  const auto F = loads(t);
  // 75 kg in all; the front carries 0.45/1.05 of the body's 66 kg and its own 3 kg. 1e-3: the body sinks.
  EXPECT_NEAR(F[0], kG * (66.0 * 0.45 / 1.05 + 3.0), 1e-3 * F[0]);
  EXPECT_NEAR(F[2], 0.5 * kG * (66.0 * 0.6 / 1.05 + 6.0), 1e-3 * F[2]);
  EXPECT_NEAR(F[3], F[2], 1e-9 * F[2]);
  EXPECT_EQ(t.x.s[1], 0.0);
}

// ---- Conservation ---------------------------------------------------------------------------------

TEST(Chassis14Dof, power_of_every_force_is_the_rate_of_the_energy) {
  test::Arguments random(3);
  for (int round = 0; round < 200; ++round) {
    const bool rich = round % 2 == 0;
    const Moving m = moving(random, rich ? rich_car() : plain_car());
    const auto w = pose(m.model, m.x, m.steer);
    const auto k = contacts(m.model, w, m.road);
    const State<double> rate = outputs(m.model, m.x, w, k, m.u).rate;

    using D = Dual<1>;
    State<D> x = convert<D, double>(m.x);
    for (std::size_t i = 0; i < sizeof(rate) / sizeof(double); ++i)
      first<D>(x)[i].d[0] = first<double>(rate)[i];
    const auto dual = [](const Pack& a) { return quad<D>([&](std::size_t i) { return D(a[i]); }); };
    const Steer<D> steer{dual(m.steer.cos), dual(m.steer.sin), dual(m.steer.rate),
                         dual(m.steer.inclination)};
    const Model<D> model = prepare(rich ? rich_car<D>() : plain_car<D>());
    const D E = energy(model, x, pose(model, x, steer), Vec3<D>{0.0, 0.0, -kG});

    const Powers<double> P = powers(m.model, m.x, w, k, m.u);
    const double sum = P.tyres + P.reactions + P.body + P.steering - P.dampers;
    const double size = abs(P.tyres) + abs(P.reactions) + abs(P.body) + abs(P.dampers);
    // Some hundred roundings of terms that are larger than their sum by kinetic energy over path.
    EXPECT_NEAR(E.d[0], sum, 1e-11 * (size + 1e6));
  }
}

// The chassis alone under forces(pose, contacts): its rate.
template <class Forces> State<double> rate_under(const Model<double>& m, const State<double>& x,
                                                 const Forces& forces,
                                                 const Steer<double>& steer = {}) {
  const auto w = pose(m, x, steer);
  const auto k = contacts(m, w, RoadPlanes<double>{});
  return outputs(m, x, w, k, forces(x, k)).rate;
}
// Paths, attitudes and springs without knots: a scheme sees nothing but smooth functions.
Params<double> smooth_car() {
  Params<double> p = plain_car();
  p.cg_left = 0.03;
  p.I_xy = 10.0, p.I_xz = -60.0, p.I_yz = 5.0;
  for (Axle<double>* a : {&p.front, &p.rear}) {
    auto& s = a->suspension;
    s.damper = {};
    s.path_forward = test::line(a == &p.front ? 0.05 : -0.1, 0.3);
    s.path_outward = test::line(0.08, -0.9);
    s.toe = test::line(0.001, -0.05);
    s.camber = test::line(-0.01, -0.3);
    s.castor = test::line(0.1, 0.4);
    s.anti_roll_stiffness = 12e3;
  }
  return p;
}

Vec3<double> angular_momentum(const Model<double>& m, const State<double>& x, const Pose<double>& w,
                              const Quad<double>& Omega) {
  const Vec3<double> spins = sum<double>((m.J * Omega) * w.e);
  const Vec3<double> of_body = m.I * x.omega + spins;
  Vec3<double> L = to_earth(w.R, of_body) + cross(x.r, m.m_s * to_earth(w.R, x.v));
  for (int i = 0; i < 4; ++i) {
    const auto at = [&](const Vec3<Pack>& a) {
      return Vec3<double>{lane(a.x, i), lane(a.y, i), lane(a.z, i)};
    };
    L = L + cross(at(w.centre), lane(m.m, i) * to_earth(w.R, at(w.V)));
  }
  return L;
}
TEST(Chassis14Dof, a_tumbling_car_keeps_energy_and_angular_momentum) {
  const Model<double> m = prepare(smooth_car());
  State<double> x = design_state(m);
  x.v = {3.0, -1.0, 2.0};
  x.omega = {0.7, 2.0, -1.3};
  x.s = {0.02, -0.01, 0.03, 0.0};
  Inputs<double> u;
  u.gravity = {0.0, 0.0, 0.0};
  u.Omega = test::at_wheels({50.0, 55.0, -20.0, 70.0});
  const auto none = [&](const auto&, const auto&) { return u; };
  const Vec3<double> no_gravity{};
  const auto start = pose(m, x, {});
  const double E = energy(m, x, start, no_gravity);
  const Vec3<double> L = angular_momentum(m, x, start, u.Omega);
  // 60 s in steps of 1 ms. The fastest motion, wheels on their springs, has 27 rad/s: the scheme damps it by
  // (omega h)^6/72 a step, 3e-7 of its energy in all.
  for (int i = 0; i < 60000; ++i)
    x = test::rk4(x, 1e-3, [&](const auto& y) { return rate_under(m, y, none); });
  const auto end = pose(m, x, {});
  EXPECT_NEAR(energy(m, x, end, no_gravity), E, 1e-6 * E);
  const Vec3<double> error = angular_momentum(m, x, end, u.Omega) - L;
  EXPECT_LT(sqrt(dot(error, error)), 1e-6 * sqrt(dot(L, L)));
}

TEST(Chassis14Dof, undamped_springs_and_tyres_oscillate_for_ever) {
  const Model<double> m = prepare(smooth_car());
  State<double> x = design_state(m);
  x.r.z += 0.01;
  x.v = {20.0, 0.0, 0.0};
  x.omega = {0.1, 0.2, 0.05};
  Inputs<double> u;
  u.Omega = 60.0;
  const auto forces = [&](const auto&, const auto& k) {
    Inputs<double> at = u;
    at.tyres.F.z = kTyres(k);
    return at;
  };
  const auto total = [&](const State<double>& y) {
    const auto w = pose(m, y, {});
    return energy(m, y, w, u.gravity) + kTyres.energy(contacts(m, w, RoadPlanes<double>{}));
  };
  // What oscillates: the energy over that at rest on the road and that of driving, by the momentum.
  const Trim still = trim(smooth_car(), {}, kTyres);
  ASSERT_TRUE(still.converged);
  const Vec3<double> momentum = m.m_s * x.v + sum<double>(m.m * pose(m, x, {}).V);
  const double E = total(x),
               oscillation = E - total(still.x) - dot(momentum, momentum) / (2.0 * 2000.0);
  ASSERT_GT(oscillation, 50.0);
  // 60 s in steps of 0.25 ms: wheel hop of 83 rad/s loses (omega h)^6/72 a step, 3e-7 in all.
  for (int i = 0; i < 240000; ++i)
    x = test::rk4(x, 0.25e-3, [&](const auto& y) { return rate_under(m, y, forces); });
  EXPECT_NEAR(total(x), E, 1e-6 * oscillation);
}

// ---- Linear formulas ------------------------------------------------------------------------------

// Frequencies of a mass that moves with wheels on tyres: m y'' = -k (y l - eta) l + G y, M_u eta'' = ... , by
//   [ K l^2 - G - m w,  -K l; -K l,  K + K_t - M_u w ],  w = omega^2,  K, K_t: sums of four springs and tyres.
struct Mode {
  double w, ratio;  // omega^2, eta / y
};
std::array<Mode, 2> modes(double m, double l, double G, double M_u, double K, double K_t) {
  const double a = m * M_u, b = m * (K + K_t) + M_u * (K * l * l - G),
               c = (K * l * l - G) * (K + K_t) - K * l * K * l;
  std::array<Mode, 2> out{};
  for (std::size_t i = 0; i < 2; ++i) {
    const double w = (b + (i == 0 ? -1.0 : 1.0) * sqrt(b * b - 4.0 * a * c)) / (2.0 * a);
    out[i] = {w, (K * l * l - G - m * w) / (K * l)};
  }
  return out;
}
// The car at rest, displaced by a mode: (z, roll, pitch) of the body, eta of each wheel over the road. Then every
// part accelerates by -omega^2 times its displacement.
void expect_mode(double heave, double roll, double pitch, const Mode& mode, double l) {
  constexpr double kSize = 1e-6;  // second order: 1e-6 of the first
  Params<double> car = plain_car();
  car.front.suspension.damper = car.rear.suspension.damper = {};
  const Model<double> m = prepare(car);
  const Trim still = trim(car, {}, kTyres);
  ASSERT_TRUE(still.converged);
  State<double> x = still.x;
  x.r.z += kSize * heave;
  x.q = {1.0, 0.5 * kSize * roll, 0.5 * kSize * pitch, 0.0};
  std::array<double, 4> s{};
  for (std::size_t i = 0; i < 4; ++i) {
    // The body's rise above the wheel, and what the wheel itself rises in this mode.
    const double y = i % 2 == 0 ? 0.8 : -0.8, x_i = i < 2 ? 1.5 : -1.5;
    const double body = heave + roll * y - pitch * x_i;
    s[i] = body * (mode.ratio / l - 1.0);
    x.s[i] += kSize * s[i];
  }
  const auto forces = [&](const auto&, const auto& k) {
    Inputs<double> u;
    u.tyres.F.z = kTyres(k);
    return u;
  };
  const State<double> rate = rate_under(m, x, forces);
  // 1e-4: second order (static loads times displacement squared), beside the 1e-6 m of the displacement.
  EXPECT_NEAR(rate.v.z, -mode.w * kSize * heave, 1e-4 * mode.w * kSize);
  EXPECT_NEAR(rate.omega.x, -mode.w * kSize * roll, 1e-4 * mode.w * kSize);
  EXPECT_NEAR(rate.omega.y, -mode.w * kSize * pitch, 1e-4 * mode.w * kSize);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(rate.s_rate[i], -mode.w * kSize * s[i], 1e-4 * mode.w * kSize) << i;
}
constexpr double kK = 4.0 * 30e3, kKt = 4.0 * kTyres.stiffness, kMu = 160.0;
// As the body turns wheels slide against it by c = 0.6 - 0.33 m times the angle: the reduced mass of both joins in.
constexpr double kC = 0.27, kSliding = 1840.0 * kMu / 2000.0 * kC * kC;

TEST(Chassis14Dof, heaves_with_the_two_frequencies_of_the_linear_formula) {
  for (const Mode& mode : modes(1840.0, 1.0, 0.0, kMu, kK, kKt))
    expect_mode(1.0, 0.0, 0.0, mode, 1.0);
}
TEST(Chassis14Dof, rolls_with_the_two_frequencies_of_the_linear_formula) {
  // Roll turns the wheels about their contacts: all masses fall by their height over the road.
  const double G = kG * (1840.0 * 0.6 + kMu * 0.33);
  for (const Mode& mode : modes(600.0 + 4.0 * 0.7 + kSliding, 0.8, G, kMu, kK, kKt))
    expect_mode(0.0, 1.0, 0.0, mode, 0.8);
}
TEST(Chassis14Dof, pitches_with_the_two_frequencies_of_the_linear_formula) {
  // In pitch the contacts stay below the wheels: the body falls by its height over their centres.
  const double G = kG * 1840.0 * kC;
  for (const Mode& mode : modes(2800.0 + kSliding, 1.5, G, kMu, kK, kKt))
    expect_mode(0.0, 0.0, 1.0, mode, 1.5);
}

// ---- Braking and cornering, by hand ---------------------------------------------------------------

// Nearly all mass on the springs, tyres nearly rigid: what is left is the formula of the textbook.
Params<double> massless_wheels() {
  Params<double> p = plain_car();
  p.sprung_mass = 2000.0 - 4e-3;
  for (Axle<double>* a : {&p.front, &p.rear}) {
    a->unsprung_mass = 1e-3;
    a->wheel_height = 0.35;
    a->suspension.spring = test::line(500.0 * kG, 30e3);
  }
  return p;
}
constexpr test::SpringTyres kRigidTyres{.stiffness = 1e9};

Trim braking(const Params<double>& p, double a, double front, double on_body) {
  // What is left of a is a deceleration: inertia pulls forward.
  const double f = 0.5 * front, r = 0.5 * (1.0 - front);
  return trim(p,
              {.gravity = {a, 0.0, -kG},
               .share_x = {f, f, r, r},
               .on_body = {on_body, on_body, on_body, on_body}},
              kRigidTyres);
}
TEST(Chassis14Dof, dives_under_braking_by_the_formula_and_not_with_full_anti_dive) {
  const double a = 0.1;
  const auto dive = [&](double share, double slope_front, double castor_front, double slope_rear,
                        double on_body) {
    Params<double> p = massless_wheels();
    p.front.suspension.path_forward = test::line(slope_front, 0.0);
    p.front.suspension.castor = test::line(0.0, castor_front);
    p.rear.suspension.path_forward = test::line(slope_rear, 0.0);
    const Trim t = braking(p, a, share, on_body);
    EXPECT_TRUE(t.converged);
    EXPECT_NEAR(sum<double>(t.tyres.F.x), -2000.0 * a, 1e-6);
    return t.pitch;
  };
  // m a h against four springs at 1.5 m and the weight. As the body dives its weight moves forward over the wheels
  // by (0.6 - 0.35 m) theta. Wheels on sloping paths follow it by 1.5 m theta x', and the vertical loads, which the
  // body sees turned by theta, push along those paths: the same once more.
  const auto formula = [&](double not_taken, double slope_front, double slope_rear) {
    const double weight = 2000.0 * kG * (0.25 - 1.5 * (slope_front - slope_rear));
    return 2000.0 * a * 0.6 * not_taken / (kK * 1.5 * 1.5 - weight);
  };
  const double free = formula(1.0, 0.0, 0.0);
  const double second_order =
      2e-3;  // angle times height over half a wheelbase, and the rigid tyres' 5e-6 m
  EXPECT_NEAR(dive(0.7, 0.0, 0.0, 0.0, 0.0), free, second_order * free);
  // Full anti-dive of both axles: forces along lines that meet the load transfer m a h / L, front 0.7 and rear 0.3
  // of m a. In front by the wheel centre's path for half of it and by castor for the rest: r castor' adds.
  const double full_front = -0.6 / (3.0 * 0.7), full_rear = 0.6 / (3.0 * 0.3);
  const double half = 0.5 * full_front;
  EXPECT_NEAR(dive(0.7, -full_front, 0.0, -full_rear, 0.0), 0.0, second_order * free);
  EXPECT_NEAR(dive(0.7, -half, -half / 0.35, -full_rear, 0.0), 0.0, second_order * free);
  const double by_half = formula(0.5, -half, -0.5 * full_rear);
  EXPECT_NEAR(dive(0.7, -half, 0.0, -0.5 * full_rear, 0.0), by_half, second_order * free);
  // Brakes on the body (a machine that recuperates): castor does not count.
  EXPECT_NEAR(dive(0.7, -half, -half / 0.35, -0.5 * full_rear, 1.0), by_half, second_order * free);
}

// In a left-hand bend of a_y inertia pulls to the right.
Trim cornering(const Params<double>& p, double a_y) {
  return trim(p, {.gravity = {0.0, -a_y, -kG}}, kRigidTyres);
}
struct RollCar {
  Params<double> p = massless_wheels();
  double h_front, h_rear;  // roll centres over the road
};
// Roll centre t/2 (y' - r camber'): in front from the path alone, at the rear from camber as well.
RollCar roll_car() {
  RollCar c{.h_front = 0.8 * 0.1, .h_rear = 0.8 * (0.05 + 0.35 * 0.4)};
  c.p.front.suspension.path_outward = test::line(0.1, 0.0);
  c.p.rear.suspension.path_outward = test::line(0.05, 0.0);
  c.p.rear.suspension.camber = test::line(0.0, -0.4);
  c.p.front.suspension.anti_roll_stiffness = 20e3;
  return c;
}
TEST(Chassis14Dof, rolls_in_a_bend_and_shifts_load_by_the_formulas) {
  const auto [p, h_front, h_rear] = roll_car();
  const double a_y = 0.1, F_axle = 1000.0 * a_y;
  const Trim t = cornering(p, a_y);
  ASSERT_TRUE(t.converged);
  // Roll stiffness of springs 2 k (t/2)^2 and bar c_a t^2, of each axle. The lateral force acts along the links at
  // the height h_r of the roll centre. The weight moves over the contacts by (h - h_r) phi; the vertical loads,
  // which the body sees turned by phi, push along the links as well: h_r phi once more. A wheel whose camber
  // follows the roll, by k = 0.4 x 0.8 at the rear, leans by (1 - k) phi: r (1 - k)^2 in place of r (1 - 2 k).
  const double K_front = 2.0 * 30e3 * 0.64 + 20e3 * 1.6 * 1.6, K_rear = 2.0 * 30e3 * 0.64;
  const double k = 0.4 * 0.8, weight = 1000.0 * kG;  // of an axle
  const double falls =
      weight * (0.6 - 2.0 * h_front) + weight * (0.6 - 2.0 * h_rear + 0.35 * k * k);
  const double roll = F_axle * (2.0 * 0.6 - h_front - h_rear) / (K_front + K_rear - falls);
  const double second_order =
      1e-3;  // the contacts move over half a track by a millimetre, and rigid tyres' 5e-6 m
  EXPECT_NEAR(t.roll, roll, second_order * roll);
  // The load that an axle shifts: through its springs and through its links.
  const auto F = loads(t);
  const double front = (K_front * roll + F_axle * h_front + weight * roll * h_front) / 1.6;
  const double rear =
      (K_rear * roll + F_axle * h_rear + weight * roll * (h_rear - 0.35 * k * k)) / 1.6;
  EXPECT_NEAR(0.5 * (F[1] - F[0]), front, second_order * front);
  EXPECT_NEAR(0.5 * (F[3] - F[2]), rear, second_order * rear);
}

TEST(Chassis14Dof, tips_over_at_half_the_track_over_the_height_less_its_roll) {
  Params<double> p = massless_wheels();
  p.front.suspension.spring = p.rear.suspension.spring = test::line(500.0 * kG, 300e3);
  double below = 5.0, above = 14.0;
  for (int i = 0; i < 40; ++i) {
    const double a_y = 0.5 * (below + above);
    const Trim t = cornering(p, a_y);
    ASSERT_TRUE(t.converged);
    (loads(t)[0] > 0.0 ? below : above) = a_y;
  }
  // t/(2h) g, where roll has taken the centre of gravity by h times the angle towards the outer wheels:
  // a_y h = g (t/2 - h phi), phi = m a_y h / (K - m g h).
  const double m = 2000.0, h = 0.6, K = 4.0 * 300e3 * 0.64;
  const double threshold = kG * 0.8 / h / (1.0 + m * kG * h / (K - m * kG * h));
  EXPECT_NEAR(0.5 * (below + above), threshold, 1e-3 * threshold);  // phi^2 = 4e-4 is left out
  EXPECT_LT(threshold, 0.99 * kG * 0.8 / h);
}

// ---- Spinning wheels ------------------------------------------------------------------------------

TEST(Chassis14Dof, a_roll_moment_turns_a_body_with_spinning_wheels_about_its_vertical_axis) {
  // Angular momentum H = 4 J Omega to the left. A body that turns at omega_z needs M_x = -omega_z H.
  Params<double> p = plain_car();
  const Model<double> m = prepare(p);
  State<double> x = design_state(m);
  x.omega.z = 0.25;
  Inputs<double> u;
  u.gravity = {0.0, 0.0, 0.0};
  u.Omega = 100.0;
  u.body.M.x = -0.25 * 4.0 * 1.2 * 100.0;
  const State<double> rate = rate_under(m, x, [&](const auto&, const auto&) { return u; });
  EXPECT_NEAR(rate.omega.x, 0.0, 1e-12);
  EXPECT_NEAR(rate.omega.y, 0.0, 1e-12);
  EXPECT_NEAR(rate.omega.z, 0.0, 1e-12);
  // Without the moment it rolls: 120 Nm on 600 kg m2, rotors and wheels at 0.8 m and 0.27 m.
  u.body.M.x = 0.0;
  const State<double> free = rate_under(m, x, [&](const auto&, const auto&) { return u; });
  EXPECT_GT(free.omega.x, 0.0);
}

TEST(Chassis14Dof, steering_a_spinning_wheel_tips_the_car) {
  // Four wheels turned left at 0.5 rad/s: their angular momentum turns from y to -x, the body takes the reaction,
  // M_x = J Omega 0.5 of each. A spring holds no body: roll acceleration times inertia is that moment.
  const Model<double> m = prepare(massless_wheels());
  const State<double> x = design_state(m);
  Inputs<double> u;
  u.gravity = {0.0, 0.0, 0.0};
  u.Omega = 100.0;
  Steer<double> steer;
  steer.rate = 0.5;
  const auto w = pose(m, x, steer);
  const State<double> rate = outputs(m, x, w, contacts(m, w, {}), u).rate;
  EXPECT_NEAR(rate.omega.x * m.I.xx, 4.0 * 1.2 * 100.0 * 0.5, 1e-2);  // wheels of 1 g join in
}

// ---- Driving --------------------------------------------------------------------------------------

// Tyres of a constant cornering stiffness [N/rad], without the rest.
TEST(Chassis14Dof, steers_as_the_single_track_model_at_a_tenth_of_g) {
  Params<double> p = plain_car();
  p.cg_behind_front = 1.4;
  p.rear.suspension.path_outward = p.front.suspension.path_outward = test::line(0.06, 0.0);
  const double l_f = (1840.0 * 1.4 + 80.0 * 3.0) / 2000.0, l_r = 3.0 - l_f;
  const double C_f = 90e3, C_r = 130e3;  // of an axle
  const double gradient = 2000.0 / 3.0 * (l_r / C_f - l_f / C_r);
  const Model<double> m = prepare(p);
  for (const double v : {15.0, 30.0}) {
    const double a_y = 0.1 * kG, delta = 3.0 * a_y / (v * v) + gradient * a_y;
    const Steer<double> steer = steered<double>({delta, delta, 0.0, 0.0});
    const Pack C = test::at_wheels({0.5 * C_f, 0.5 * C_f, 0.5 * C_r, 0.5 * C_r});
    const auto forces = [&](const State<double>& x, const Contacts<double>& k) {
      Inputs<double> u;
      u.tyres.F.y = -C * k.V_y / k.V_x;
      u.tyres.F.z = kTyres(k);
      u.body.F.x = 20000.0 * (v - x.v.x);  // holds the speed
      return u;
    };
    State<double> x = trim(p, {}, kTyres).x;
    x.v.x = v;
    for (int i = 0; i < 8000; ++i)
      x = test::rk4(x, 1e-3, [&](const auto& y) { return rate_under(m, y, forces, steer); });
    // Yaw rate over steer angle: v / (L + K v^2).
    EXPECT_NEAR(x.omega.z / delta, v / (3.0 + gradient * v * v), 0.01 * x.omega.z / delta) << v;
    EXPECT_NEAR((delta - 3.0 * x.omega.z / v) / (v * x.omega.z), gradient, 0.01 * gradient) << v;
  }
}

// ---- Contact --------------------------------------------------------------------------------------

TEST(Chassis14Dof, contact_of_a_leaning_wheel_by_hand) {
  // Body rolled by 0.1 rad to the right about its centre of gravity; front left wheel at (1.5, 0.8, -0.27).
  const Model<double> m = prepare(plain_car());
  State<double> x = design_state(m);
  x.q = {cos(0.05), sin(0.05), 0.0, 0.0};
  x.v = {10.0, 1.0, 0.5};
  x.omega = {0.2, 0.0, 0.3};
  const auto w = pose(m, x, {});
  const auto k = contacts(m, w, {});
  const double c = cos(0.1), s = sin(0.1), height = 0.6 + 0.8 * s - 0.27 * c;
  EXPECT_NEAR(lane(w.centre.z, 0), height, 1e-15);
  EXPECT_NEAR(lane(k.sin_inclination, 0), s, 1e-15);
  EXPECT_NEAR(lane(k.r, 0), height / c, 1e-15);
  EXPECT_NEAR(lane(k.compression, 0), 0.35 - height / c, 1e-15);
  // Of the centre: v + omega x p = (10 - 0.3 x 0.8, 1 + 0.3 x 1.5 + 0.2 x 0.27, 0.5 + 0.2 x 0.8), body axes.
  EXPECT_NEAR(lane(k.V_x, 0), 9.76, 1e-14);
  // The contact point lies r below it along the body's z: omega_x r more to the left, then into the road's axes.
  const double V_y = 1.504 + 0.2 * height / c, V_z = 0.66;
  EXPECT_NEAR(lane(k.V_y, 0), V_y * c - V_z * s, 1e-14);
  EXPECT_NEAR(lane(k.compression_rate, 0), -(V_y * s + V_z * c) / c, 1e-14);
}

TEST(Chassis14Dof, compression_rate_is_the_derivative_of_the_compression) {
  test::Arguments random(7);
  for (int round = 0; round < 50; ++round) {
    Moving m = moving(random, rich_car());
    m.steer.rate = 0.0;
    m.x.q.z *= 0.2;
    using D = Dual<1>;
    const auto w = pose(m.model, m.x, m.steer);
    const auto k = contacts(m.model, w, m.road);
    State<D> x = convert<D, double>(m.x);
    const State<double> rate = outputs(m.model, m.x, w, k, m.u).rate;
    for (std::size_t i = 0; i < sizeof(rate) / sizeof(double); ++i)
      first<D>(x)[i].d[0] = first<double>(rate)[i];
    const auto dual = [](const Pack& a) { return quad<D>([&](std::size_t i) { return D(a[i]); }); };
    // The road is one plane: its height below the wheel centre moves with that centre.
    const Model<D> model = prepare(rich_car<D>());
    const Pose<D> w_dual =
        pose(model, x, {dual(m.steer.cos), dual(m.steer.sin), D(0.0), dual(m.steer.inclination)});
    RoadPlanes<D> road{dual(m.road.z), dual(m.road.dz_dx), dual(m.road.dz_dy)};
    road.z += road.dz_dx * w_dual.centre.x + road.dz_dy * w_dual.centre.y;
    m.road.z = m.road.z + m.road.dz_dx * w.centre.x + m.road.dz_dy * w.centre.y;
    const auto here = contacts(m.model, w, m.road);
    const auto k_dual = contacts(model, w_dual, road);
    for (std::size_t i = 0; i < kWheels; ++i)
      EXPECT_NEAR(k_dual.compression[i].d[0], here.compression_rate[i], 1e-11) << i;
  }
}

// ---- Lanes ----------------------------------------------------------------------------------------

TEST(Chassis14Dof, wheels_and_cars_in_lanes_have_the_bits_of_one) {
  constexpr std::size_t kN = 21 + 4 * 6;
  std::array<test::Interval, kN> ranges{};
  const auto set = [&](std::size_t from, std::size_t n, double low, double high) {
    for (std::size_t i = from; i < from + n; ++i) ranges[i] = {low, high};
  };
  set(0, 3, -5.0, 5.0);       // r
  set(3, 4, 0.3, 1.0);        // q
  set(7, 3, -30.0, 30.0);     // v
  set(10, 3, -2.0, 2.0);      // omega
  set(13, 4, -0.09, 0.09);    // s
  set(17, 4, -1.0, 1.0);      // s_rate
  set(21, 4, -0.5, 0.5);      // delta
  set(25, 4, -0.1, 0.1);      // road
  set(29, 12, -5e3, 5e3);     // F
  set(41, 4, -100.0, 100.0);  // Omega
  test::expect_same_over_all_scalars<kN>(
      ranges,
      [](const auto& y) {
        using T = typename std::remove_cvref_t<decltype(y)>::value_type;
        static const Model<T> m = prepare(rich_car<T>());
        const auto four = [&](std::size_t from) {
          return quad<T>([&](std::size_t i) { return y[from + i]; });
        };
        State<T> x;
        for (std::size_t i = 0; i < 21; ++i) first<T>(x)[i] = y[i];
        const auto w = pose(m, x, steered<T>({y[21], y[22], y[23], y[24]}));
        const auto k = contacts(m, w, {four(25), four(25), four(25)});
        Inputs<T> u;
        u.tyres.F = {four(29), four(33), four(37)};
        u.Omega = four(41);
        const auto out = outputs(m, x, w, k, u);
        std::array<T, 21 + 8 + 1> z;
        for (std::size_t i = 0; i < 21; ++i) z[i] = first<T>(out.rate)[i];
        for (std::size_t i = 0; i < 4; ++i) {
          z[21 + i] = k.V_y[i];
          z[25 + i] = out.tau_road[i];
        }
        z[29] = energy(m, x, w, u.gravity);
        return z;
      },
      10);
}

}  // namespace
}  // namespace evsim
