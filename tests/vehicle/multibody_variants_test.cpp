// Gears that slip, trailers, three wheels: worked by hand.
#include "tests/vehicle/multibody_car.h"
#include "tests/vehicle/states.h"
#include "tests/vehicle/whole_car.h"

namespace evsim {
namespace {

using test::Car;
using test::drive;

// ---- Shifts -------------------------------------------------------------------------------------

Car with_gears() {
  Car c = test::build({.tyre = test::plain_tyre(), .units = {test::rear_unit()}});
  c.m.units[0].gears.rotor_sense = 1.0;
  test::roll_at(c, 20.0);
  c.x.units[0].omega_in = test::kRatio * c.x.units[0].omega_c;
  return c;
}

TEST(MultibodyVariants, a_synchroniser_turns_half_J_slip_squared_into_heat) {
  Car c = with_gears();
  const double omega_c = c.x.units[0].omega_c;
  constexpr double kCapacity = 50.0;
  c.held.mesh[0] = {.gearing = 0.5, .slips = true, .capacity = kCapacity};
  const double slip = (test::kRatio - 0.5 * test::kRatio) * omega_c;
  const double E_0 = test::energy(c), needs = test::kRotor * slip / kCapacity;
  const auto before = drive(c, needs - 0.01);
  const auto& y = c.x.units[0];
  EXPECT_GT(y.omega_in - 5.0 * y.omega_c, 0.5 * kCapacity / test::kRotor * 0.01);
  const auto after = drive(c, 0.02);
  // The car is heavy: 245 kg m2 beside the rotor's 1.25. A few joules of 2 kJ go to its shafts and tyres.
  EXPECT_NEAR(y.omega_in, 5.0 * y.omega_c, 1e-3 * y.omega_in);
  const double J = 1.0 / (1.0 / test::kRotor + 25.0 / (2000.0 * 0.35 * 0.35));
  EXPECT_NEAR(before.gears[0] + after.gears[0], 0.5 * J * slip * slip,
              0.01 * 0.5 * J * slip * slip);
  EXPECT_NEAR(test::energy(c) + test::lost(before) + test::lost(after), E_0, 1e-7 * E_0);
}

TEST(MultibodyVariants, a_rotor_that_is_disconnected_keeps_its_speed) {
  Car c = with_gears();
  c.held.mesh[0] = {.gearing = 1.0, .slips = true, .capacity = 0.0};
  c.held.brake.fill(500.0);
  const double omega = c.x.units[0].omega_in, v = c.x.chassis.v.x, E_0 = test::energy(c);
  const auto q = drive(c, 1.0);
  EXPECT_LT(c.x.chassis.v.x, v - 2.0);
  // It turns with the pitching body: some hundredths of a rad/s.
  EXPECT_NEAR(c.x.units[0].omega_in, omega, 0.1);
  EXPECT_NEAR(test::energy(c) + test::lost(q), E_0, 1e-6 * E_0);
}

TEST(MultibodyVariants, a_closed_clutch_drives_as_gears_without_one) {
  Car one = with_gears(), other = with_gears();
  one.held.tau[0] = other.held.tau[0] = 150.0;
  other.held.mesh[0] = {.gearing = 1.0, .slips = true, .capacity = kInfinity};
  drive(one, 1.0), drive(other, 1.0);
  EXPECT_NEAR(one.x.chassis.v.x, other.x.chassis.v.x, 1e-4);
}

// ---- Trailer ------------------------------------------------------------------------------------

const trailer::Params<double> kBox{.mass = 800.0,
                                   .nose_mass = 60.0,
                                   .I_zz = 900.0,
                                   .hitch_to_axle = 2.5,
                                   .track = 1.5,
                                   .hitch_behind = 1.0,
                                   .rolling_resistance = 0.0,
                                   .wheel_inertia = 0.8};

void hook_up(Car& c, const trailer::Params<double>& p, double v) {
  const double rear = -1.5;  // of plain_car from its centre of gravity [m]
  c.m.towed = multibody::Towed{.trailer = trailer::prepare(p, test::plain_tyre()),
                               .hitch = {rear - p.hitch_behind, 0.0, p.hitch_height - 0.6}};
  multibody::hitch_up(c.m, c.held, v, c.x);
}
double acceleration(Car& c) {
  c.held.tau[0] = 100.0;
  drive(c, 2.0, 2e-4);
  const double v = c.x.chassis.v.x;
  drive(c, 1.0, 2e-4);
  return c.x.chassis.v.x - v;
}

TEST(MultibodyVariants, a_trailer_adds_its_mass_and_its_wheels) {
  Car alone = test::build({.tyre = test::plain_tyre(), .units = {test::rear_unit()}});
  Car with = alone;
  test::roll_at(alone, 10.0), test::roll_at(with, 10.0);
  hook_up(with, kBox, 10.0);
  const double more = 1.0 / acceleration(with) - 1.0 / acceleration(alone);
  const double F = 100.0 * test::kRatio / 0.35;
  // Slip of the driven wheels takes 0.2 % of the acceleration in both.
  EXPECT_NEAR(more * F, 800.0 + 2.0 * 0.8 / (0.35 * 0.35), 5.0);
}

TEST(MultibodyVariants, the_nose_weighs_on_the_rear_axle_and_lifts_the_front) {
  Car c = test::build({.tyre = test::plain_tyre()});
  hook_up(c, kBox, 0.0);
  c.held.brake.fill(1000.0);
  drive(c, 5.0, 2e-4);
  const auto F_z = test::now(c).F_z;
  // 1.0 m behind an axle of a wheelbase of 3 m. The body tilts by 5 mrad, its centre moves back by 1.5 mm: 10 N.
  const double g = 9.80665, each = 500.0 * g;
  EXPECT_NEAR(F_z[2] + F_z[3], 2.0 * each + 60.0 * g * 4.0 / 3.0, 12.0);
  EXPECT_NEAR(F_z[0] + F_z[1], 2.0 * each - 60.0 * g / 3.0, 12.0);
}

TEST(MultibodyVariants, a_trailer_follows_a_slow_turn_by_geometry) {
  Car c = test::build({.tyre = test::plain_tyre(), .units = {test::rear_unit()}});
  test::roll_at(c, 1.0);
  hook_up(c, kBox, 1.0);
  const double delta = 0.15;
  c.held.steer = chassis_14dof::steered<double>({delta, delta, 0.0, 0.0});
  drive(c, 12.0, 2e-4, [&](double) { c.held.tau[0] = 20.0 * (1.0 - c.x.chassis.v.x); });
  const double R = c.x.chassis.v.x / c.x.chassis.omega.z;  // of the middle of the rear axle [m]
  const double R_h = std::hypot(R, kBox.hitch_behind);
  const double behind = std::atan(kBox.hitch_behind / R) + std::asin(kBox.hitch_to_axle / R_h);
  EXPECT_NEAR(R, 3.0 / std::tan(delta), 0.3);
  // Both axles' tyres slip by less than a tenth of a degree.
  EXPECT_NEAR(test::attitude(c).yaw - c.x.trailer.psi, behind, 2e-3);
}

TEST(MultibodyVariants, the_books_of_a_train_close_on_a_slope) {
  Car c = test::real_car(0.3);
  c.held.gravity = {-0.8, 0.3, -9.7};
  test::roll_at(c, 15.0);
  auto p = kBox;
  p.drag_area = 0.8, p.rolling_resistance = 0.015;
  hook_up(c, p, 15.0);
  const double E_0 = test::energy(c);
  const auto q = drive(c, 3.0, 1e-4, [&](double t) {
    c.held.tau[0] = 200.0 * std::sin(2.0 * t);
    const double delta = 0.03 * std::sin(5.0 * t);
    c.held.steer = chassis_14dof::steered<double>({delta, delta, 0.0, 0.0});
  });
  EXPECT_GT(q.hitch, 1e-3);
  EXPECT_GT(std::abs(q.towed_height), 1e4);
  const double moved = std::abs(q.work) + std::abs(q.height) + std::abs(q.towed_height) + q.air;
  EXPECT_NEAR(E_0 + q.work + q.steering, test::energy(c) + test::lost(q) + q.hitch + q.towed_height,
              2e-6 * moved);
}

// ---- Three wheels -------------------------------------------------------------------------------

struct ThreeWheeler {
  car::Params<double> p;
  multibody::Car car;
  double m, a, h, L, t;  // mass, centre behind the front wheel, its height, wheelbase, track
};
ThreeWheeler three_wheeler() {
  auto p = test::whole_car();
  auto& b = std::get<body::MultiBody<double>>(p.body);
  b.front.track = 0.0;
  b.front.spring_rate = b.rear.spring_rate = 1e6;  // so that it leans on its tyres alone
  p.chassis.n_wheels = 3;
  p.chassis.front_load = 0.4;
  const double m = p.chassis.mass;
  return {.p = p,
          .car = multibody::prepare(p, test::passenger_tyres(), m),
          .m = m,
          .a = (1.0 - p.chassis.front_load) * p.chassis.wheelbase,
          .h = p.chassis.cg_height,
          .L = p.chassis.wheelbase,
          .t = b.rear.track};
}
// Loads of the wheels at rest, under a gravity.
Pack loads(const ThreeWheeler& c, const Vec3<double>& gravity) {
  multibody::Held held;
  held.gravity = gravity;
  held.brake.fill(1e4);
  const auto x = multibody::start(c.car, held, 0.0, {});
  return multibody::rates(c.car.model, held, x).F_z;
}
constexpr double kG = 9.80665;

TEST(MultibodyVariants, three_wheels_bear_the_car_as_the_lever_says) {
  const auto c = three_wheeler();
  const auto F_z = loads(c, {0.0, 0.0, -kG});
  const double front = c.m * kG * (c.L - c.a) / c.L, rear = c.m * kG * c.a / c.L;
  EXPECT_NEAR(F_z[0] + F_z[1], front, 1e-4 * front);
  EXPECT_EQ(F_z[0], F_z[1]);  // halves of one wheel
  EXPECT_NEAR(F_z[2], 0.5 * rear, 1e-4 * rear);
  EXPECT_NEAR(F_z[3], 0.5 * rear, 1e-4 * rear);
}

TEST(MultibodyVariants, three_wheels_tip_over_the_line_from_the_front_wheel_to_a_rear_one) {
  // The centre lies t/2 a/L beside that line: it tips at a_y = g t a / (2 h L). The one wheel in front takes no part, so
  // the load moves in proportion, but for the lean of the body, which brings its centre over by some percent.
  const auto c = three_wheeler();
  const double limit = kG * c.t * c.a / (2.0 * c.h * c.L);
  const auto straight = loads(c, {0.0, 0.0, -kG});
  for (const double share : {0.2, 0.5}) {
    const auto F_z = loads(c, {0.0, share * limit, -kG});
    EXPECT_NEAR(F_z[3] / straight[3], 1.0 - share, 0.1 * share);
    EXPECT_LT(F_z[3] / straight[3], 1.0 - share);
    EXPECT_NEAR(F_z[0] + F_z[1], straight[0] + straight[1], 0.01 * straight[0]);
  }
}

TEST(MultibodyVariants, an_axle_of_one_wheel_says_what_it_can_not_have) {
  auto c = three_wheeler();
  auto p = c.p;
  std::get<body::MultiBody<double>>(p.body).front.suspension.anti_roll_stiffness = 1e4;
  EXPECT_THROW(multibody::prepare(p, test::passenger_tyres(), c.m), std::invalid_argument);
  p = c.p;
  p.chassis.n_wheels = 4;
  EXPECT_THROW(multibody::prepare(p, test::passenger_tyres(), c.m), std::invalid_argument);
}

// ---- Rolling resistance by SAE J2452 ----------------------------------------------------------------

constexpr rolling_resistance::Params<double> kJ2452{.alpha = -0.4,
                                                    .beta = 0.9,
                                                    .a = 0.12,
                                                    .b = 2e-4,
                                                    .c = 4e-6,
                                                    .K_T = 0.008,
                                                    .T_measured = 298.15};
car::Params<double> on_j2452(car::Params<double> p) {
  p.road_load = road_load::SaeJ2452<double>{.Cd = 0.25, .frontal_area = 2.3, .tyre = kJ2452};
  auto& b = std::get<body::MultiBody<double>>(p.body);
  b.front.tyre_pressure = 2.4e5, b.rear.tyre_pressure = 2.1e5;
  return p;
}

TEST(MultibodyVariants, each_tyre_rolls_as_its_load_pressure_speed_and_the_ambient_say) {
  // M_y Omega = F_rr(F_z) v, rolling at 25 m/s at 5 degC; of a wheel in the middle both halves together.
  const double v = 25.0, T_air = 278.15;
  for (auto p : {test::whole_car(), three_wheeler().p}) {
    p = on_j2452(p);
    const double m = p.chassis.mass;
    const auto car = multibody::prepare(p, test::passenger_tyres(), m, {}, T_air);
    const multibody::Held held;
    const auto x = multibody::start(car, held, v, {});
    const auto r = multibody::rates(car.model, held, x);
    double power = 0.0;
    for (std::size_t a = 0; a < 2; ++a) {
      const bool one = p.chassis.n_wheels == 3 && a == 0;
      const double F_z = r.F_z[2 * a] * (one ? 2.0 : 1.0);
      power += (one ? 1.0 : 2.0) * v *
               rolling_resistance::force(
                   kJ2452, {.F_z = F_z, .p_i = a == 0 ? 2.4e5 : 2.1e5, .V = v, .T_air = T_air});
    }
    // Spins are those of the loads without lift and inertia: R_e differs by 1e-4 of them.
    EXPECT_NEAR(r.rows.rolling, power, 2e-4 * power);
  }
}

TEST(MultibodyVariants, one_mass_rolls_as_the_many_bodies_do) {
  const auto p = on_j2452(test::whole_car());
  const double m = p.chassis.mass, v = 25.0, T_air = 278.15;
  const auto car = multibody::prepare(p, test::passenger_tyres(), m, {}, T_air);
  const auto r = multibody::rates(car.model, {}, multibody::start(car, {}, v, {}));
  auto as_one = test::small_car();  // with a battery and a machine
  as_one.chassis = p.chassis, as_one.road_load = p.road_load, as_one.body = p.body;
  const auto one = car::prepare(as_one, m, T_air);
  const auto load = std::visit(
      [&](const auto& each) {
        return road_load::forces(each, m, road_load::Surroundings<double>{1.2, 0.0, 1.0}, v);
      },
      one.road_load);
  EXPECT_NEAR(load.dry * v, r.rows.rolling, 2e-4 * r.rows.rolling);
  // By hand: 2 (240^-0.4 + 210^-0.4) 4903.3^0.9 (0.12 + 2e-4 90 + 4e-6 90^2) / (1 - 0.008 20).
  const double by_hand = 2.0 * (std::pow(240.0, -0.4) + std::pow(210.0, -0.4)) *
                         std::pow(500.0 * kG, 0.9) * 0.1704 / 0.84;
  EXPECT_NEAR(load.dry, by_hand, 1e-9 * by_hand);
}

TEST(MultibodyVariants, a_pressure_is_said_once) {
  auto p = on_j2452(test::whole_car());
  auto& j = std::get<road_load::SaeJ2452<double>>(p.road_load);
  j.pressure_front = 2.4e5;
  EXPECT_THROW(car::prepare(p, 2000.0), std::invalid_argument);
  j.pressure_front = kInfinity;
  std::get<body::MultiBody<double>>(p.body).rear.tyre_pressure = kInfinity;
  EXPECT_THROW(car::prepare(p, 2000.0), std::invalid_argument);
  j.pressure_rear = 2.1e5;
  EXPECT_EQ(car::tyre_pressures(p), (std::array{2.4e5, 2.1e5}));
  EXPECT_EQ(multibody::prepare(p, test::passenger_tyres(), 2000.0).tyres[2].p.pressure.p_i, 2.1e5);
}

TEST(MultibodyVariants, a_machine_of_one_wheel_needs_two_wheels_on_its_axle) {
  auto c = three_wheeler();
  c.p.drive_units[0].axle = drive_unit::Axle::front;
  c.p.drive_units[0].shafts = body::OneWheel<double>{.train = {}, .side_inertia = 0.01};
  EXPECT_THROW(multibody::prepare(c.p, test::passenger_tyres(), c.m), std::invalid_argument);
  c.p.drive_units[0].axle = drive_unit::Axle::rear;
  const auto car = multibody::prepare(c.p, test::passenger_tyres(), c.m);
  EXPECT_EQ(car.model.units[0].turns, Turns::left);
}

}  // namespace
}  // namespace evsim
