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
  const auto each = [&](double size) { return quad<double>([&](std::size_t) { return any(size); }); };
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
  p.front.suspension.spring = p.rear.suspension.spring = test::line(4510.0, 1e8);
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
  const Trim t = trim(unloaded_radius_is_loaded(stiff_car()), {.gravity = {g_x, g_y, g_z}},
                      kStiffTyres);
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
    const auto dual = [](const Pack& a) {
      return quad<D>([&](std::size_t i) { return D(a[i]); });
    };
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

}  // namespace
}  // namespace evsim
