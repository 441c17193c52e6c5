// Loads of the wheels and attitudes of the body, worked by hand: standing, braking, cornering, tipping over.
// Forces along the road's normal and moments about points on the road; the car's own numbers are those of plain_car.
#include "tests/vehicle/multibody_car.h"

namespace evsim {
namespace {

using test::Car;
using test::drive;

constexpr double kG = chassis_14dof::kGravity;
constexpr double kBody = 1840.0, kWheels4 = 160.0, kMass = 2000.0;  // [kg]
constexpr double kHeight = 0.6;                                     // of the body's centre [m]

constexpr double kTyre = 1e7;  // [N/m]
// Height of the wheels' centres: their radius less a static load over that.
constexpr double kWheelHeight = 0.35 - 5e-4;
double in_series(double a, double b) { return a * b / (a + b); }

// Springs and tyres of 1e7 N/m: the geometry stays that of the design to half a millimetre.
test::Build stiff() {
  test::Build b{.tyre = test::plain_tyre(), .springs = {1e7, 1e7}};
  b.tyre.vertical.c_z = kTyre;
  b.tyre.vertical.k_z = 1e4;
  for (auto* a : {&b.chassis.front, &b.chassis.rear}) {
    a->suspension.damper = test::line(0.0, 40e3);
    a->wheel_height = 0.35;
  }
  return b;
}

std::array<double, kWheels> loads(const Car& c) { return array<double>(test::now(c).F_z); }

// Standing with its brakes on until nothing moves.
void stand(Car& c) {
  c.held.brake.fill(4000.0);
  drive(c, 3.0);
  const auto& v = c.x.chassis.v;
  ASSERT_LT(abs(v.x) + abs(v.y) + abs(v.z), 1e-5);
}

TEST(MultibodyLoads, a_load_beside_the_middle_on_a_banked_slope_by_hand) {
  auto b = stiff();
  b.tyre.structural.damping = 0.02;  // the car swings on its carcasses: soon to rest
  // 150 kg, 2.6 m behind the front axle, 0.45 m to the right, 0.8 m up.
  b.chassis = chassis_14dof::with_load(b.chassis, 150.0, 2.6, -0.45, 0.8);
  for (const auto& [grade, bank] : {std::pair{0.0, 0.0}, {0.15, 0.0}, {0.0, 0.1}, {-0.2, 0.08}}) {
    Car c = test::build(b);
    const double x = -kG * std::sin(grade), y = kG * std::cos(grade) * std::sin(bank),
                 z = -kG * std::cos(grade) * std::cos(bank);
    c.held.gravity = {x, y, z};
    stand(c);
    const auto F = loads(c);
    const double m = kMass + 150.0;
    const double small = 5e-4 * m * kG;  // what a half millimetre of 0.8 m and more does
    EXPECT_NEAR(F[0] + F[1] + F[2] + F[3], -m * z, 1e-5 * m * kG);
    // About y through the middle of the front axle on the road, the rear wheels 3 m behind.
    const double rear = -z * (kBody * 1.5 + 0.5 * kWheels4 * 3.0 + 150.0 * 2.6) -
                        x * (kBody * kHeight + kWheels4 * kWheelHeight + 150.0 * 0.8);
    EXPECT_NEAR(F[2] + F[3], rear / 3.0, small);
    // About the x axis on the road: left less right at 0.8 m.
    const double left =
        z * 150.0 * 0.45 + y * (kBody * kHeight + kWheels4 * kWheelHeight + 150.0 * 0.8);
    EXPECT_NEAR(F[0] + F[2] - F[1] - F[3], left / 0.8, small);
    // Both axles resist roll alike, and a stiff body between them lets neither bear more.
    EXPECT_NEAR(F[0] - F[1], F[2] - F[3], small);
    // What holds it: the body does not lean on anything else.
    const auto t = test::now(c);
    EXPECT_NEAR(sum<double>(t.F_x), -m * x, 1e-3 * m * kG);
    EXPECT_NEAR(sum<double>(t.F_y), -m * y, 1e-3 * m * kG);
  }
}

// ---- Braking ------------------------------------------------------------------------------------

// Stiff tyres on the plain car's springs; 0.6 of the brakes in front.
test::Build sprung(double rate = 30e3) {
  auto b = stiff();
  b.springs = {rate, rate};
  for (auto* a : {&b.chassis.front, &b.chassis.rear})
    a->suspension.damper = test::line(0.0, 3000.0);
  return b;
}
constexpr double kFront = 0.6;
struct Braked {
  double a;         // deceleration [m/s2]
  double pitch;     // more than before [rad]
  double transfer;  // to the front axle [N]
};
Braked brake(const test::Build& b) {
  Car c = test::build(b);
  test::roll_at(c, 30.0);
  drive(c, 1.0);
  const auto before = loads(c);
  const double pitch = test::attitude(c).pitch, tau = 0.5 * 2000.0 * 0.35;
  c.held.brake = {0.5 * kFront * tau, 0.5 * kFront * tau, 0.5 * (1.0 - kFront) * tau,
                  0.5 * (1.0 - kFront) * tau};
  drive(c, 4.0);
  const double v = c.x.chassis.v.x;
  const auto after = loads(c);
  drive(c, 0.5);
  return {.a = (v - c.x.chassis.v.x) / 0.5,
          .pitch = test::attitude(c).pitch - pitch,
          .transfer = after[0] + after[1] - before[0] - before[1]};
}
// Of the car and what turns with its wheels, under 1000 N of braking.
constexpr double kSpins = 4.0 * 1.2 / (0.35 * 0.35);  // [kg]
constexpr double kDeceleration = 1000.0 / (kMass + kSpins);
// Of body, wheels and what their spins lose, about the road [kg m]: moments over the deceleration.
constexpr double kMoment = kBody * kHeight + kWheels4 * kWheelHeight + 4.0 * 1.2 / 0.35;

TEST(MultibodyLoads, braking_shifts_load_and_pitches_by_the_formulas) {
  const Braked seen = brake(sprung());
  EXPECT_NEAR(seen.a, kDeceleration, 1e-4);
  // As the body pitches its weight moves forward over the wheels, by 0.25 m times the angle.
  const double falls = kBody * kG * (kHeight - kWheelHeight);
  const double pitch = seen.a * kMoment / (4.0 * in_series(30e3, kTyre) * 1.5 * 1.5 - falls);
  EXPECT_NEAR(seen.pitch, pitch, 2e-3 * pitch);
  const double transfer = (seen.a * kMoment + falls * pitch) / 3.0;
  EXPECT_NEAR(seen.transfer, transfer, 2e-3 * transfer);
}

TEST(MultibodyLoads, a_machine_tips_the_body_by_what_turns_in_it) {
  // Forward torque: the moments of braking turned round, and the angular momentum of rotor and gears, which the body
  // takes up: J_out + g i J_rotor, g = 1 where the rotor turns as the wheels do, -1 the other way round.
  std::vector<double> seen, of_rotor;
  for (const double sense : {1.0, -1.0}) {
    auto b = sprung();
    auto unit = test::rear_unit();
    unit.shaft.damping = 50.0;
    unit.gears.rotor_sense = sense;
    b.units = {unit};
    Car c = test::build(b);
    test::roll_at(c, 10.0);
    drive(c, 1.0);
    const auto before = loads(c);
    const double pitch_before = test::attitude(c).pitch;
    c.held.tau[0] = 40.0;
    drive(c, 3.0);
    const auto after = loads(c);
    const double v = c.x.chassis.v.x;
    drive(c, 0.5);
    const double a = (c.x.chassis.v.x - v) / 0.5, R = 0.35;
    const double carrier = 0.07 + 100.0 * test::kRotor;
    EXPECT_NEAR(a, 40.0 * test::kRatio / R / (kMass + kSpins + carrier / (R * R)), 1e-4);
    const double moment = kMoment + (0.07 + sense * 10.0 * test::kRotor) / R;
    const double falls = kBody * kG * (kHeight - kWheelHeight);
    // A body that has pitched sees a part of the driving force along its rear springs.
    const double F_x = a * (kMass + 0.5 * kSpins);
    const double pitch =
        -a * moment / (4.0 * in_series(30e3, kTyre) * 1.5 * 1.5 - falls + 1.5 * F_x);
    EXPECT_NEAR(test::attitude(c).pitch - pitch_before, pitch, 2e-3 * abs(pitch)) << sense;
    const double transfer = (a * moment - falls * pitch) / 3.0;
    seen.push_back(after[2] + after[3] - before[2] - before[3]);
    EXPECT_NEAR(seen.back(), transfer, 1e-3 * transfer) << sense;
    of_rotor.push_back(sense * 10.0 * test::kRotor * a / R / 3.0);
  }
  // What the sense of the rotor alone does; the pitch that follows adds 2 %.
  EXPECT_NEAR(seen[0] - seen[1], of_rotor[0] - of_rotor[1], 0.03 * (of_rotor[0] - of_rotor[1]));
}

TEST(MultibodyLoads, paths_that_meet_the_load_transfer_keep_the_body_level) {
  // On paths of slope x' the force between a wheel and the body, F_x x', presses the body up: what the brakes of an axle do,
  // less what slows the spins and the masses of its wheels.
  const double free = brake(sprung()).pitch;
  const auto with_share = [&](double share) {
    auto b = sprung();
    const auto slope = [&](double brakes) {
      const double F_x = 1000.0 * brakes - 0.5 * kDeceleration * (kSpins + kWheels4);
      return share * kDeceleration * kMoment / (3.0 * F_x);
    };
    b.chassis.front.suspension.path_forward = test::line(slope(kFront), 0.0);
    b.chassis.rear.suspension.path_forward = test::line(-slope(1.0 - kFront), 0.0);
    return brake(b);
  };
  const Braked half = with_share(0.5), full = with_share(1.0);
  EXPECT_NEAR(full.pitch, 0.0, 0.03 * free);
  EXPECT_NEAR(half.pitch, 0.5 * free, 0.05 * free);
  // The load that moves is the same, but for the weight of a body that pitches.
  EXPECT_NEAR(full.transfer, full.a * kMoment / 3.0, 2e-3 * full.transfer);
}

// ---- Cornering ----------------------------------------------------------------------------------

// Moment about the road over lateral acceleration [kg m]; spinning wheels lean outward by J Omega v / R of each.
constexpr double kRolling = kBody * kHeight + kWheels4 * kWheelHeight + 4.0 * 1.2 / 0.35;
// Roll of the body and the wheels that lean with it, about the road.
constexpr double kLeaning = kBody * kHeight + kWheels4 * kWheelHeight;

TEST(MultibodyLoads, rolls_in_a_steady_bend_by_its_stiffness) {
  auto b = sprung();
  b.chassis.front.suspension.anti_roll_stiffness = 20e3;
  Car c = test::build(b);
  test::roll_at(c, 25.0);
  c.held.steer = chassis_14dof::steered<double>({0.006, 0.006, 0.0, 0.0});
  drive(c, 6.0);
  const double a_y = c.x.chassis.v.x * c.x.chassis.omega.z;
  EXPECT_GT(a_y, 0.9);
  // Springs 2 k (t/2)^2 of each axle, the bar c_a t^2; wheels without camber put roll centres on the road.
  const double of_tyres = 2.0 * kTyre * 0.64;
  const double front = in_series(2.0 * 30e3 * 0.64 + 20e3 * 1.6 * 1.6, of_tyres),
               rear = in_series(2.0 * 30e3 * 0.64, of_tyres);
  const double roll = a_y * kRolling / (front + rear - kG * kLeaning);
  EXPECT_NEAR(test::attitude(c).roll, roll, 5e-3 * roll);
  // Each axle shifts what its springs carry; the weight of its wheels leans too.
  const auto F = loads(c);
  const double both = (a_y * kRolling + kG * kLeaning * roll) / 0.8;
  EXPECT_NEAR(F[1] + F[3] - F[0] - F[2], both, 5e-3 * both);
  EXPECT_NEAR((F[1] - F[0]) / (F[3] - F[2]), front / rear, 0.02 * front / rear);
}

// Lateral acceleration at which the wheels inside a bend, steered ever tighter, bear nothing [m/s2].
double rollover(const test::Build& b, double* roll) {
  Car c = test::build(b);
  test::roll_at(c, 35.0);
  c.held.mu = 4.0;
  double a_y = 0.0;
  for (double t = 0.0; t < 10.0; t += 2e-3) {
    const double delta = 0.012 * t;
    c.held.steer = chassis_14dof::steered<double>({delta, delta, 0.0, 0.0});
    drive(c, 2e-3);
    const auto F = loads(c);
    const auto& x = c.x.chassis;
    a_y = test::now(c).state.chassis.v.y + x.v.x * x.omega.z;
    *roll = test::attitude(c).roll;
    if (F[0] + F[2] < 1.0) return a_y;
  }
  ADD_FAILURE() << "has not tipped over at " << a_y << " m/s2";
  return a_y;
}
TEST(MultibodyLoads, a_rigid_car_tips_over_at_half_its_track_over_its_height) {
  double roll = 0.0;
  const double a_y = rollover(stiff(), &roll);
  // m a_y h = m g t/2, with what the spins add to m h.
  EXPECT_NEAR(a_y, kMass * kG * 0.8 / kRolling, 0.01 * a_y);
  EXPECT_LT(roll, 0.01);
}
TEST(MultibodyLoads, a_car_on_springs_tips_over_sooner_by_its_roll) {
  double roll = 0.0;
  const double a_y = rollover(sprung(150e3), &roll);
  // The centre of gravity has moved outward by h phi, phi = a_y h / (K / m - g h).
  const double K = 4.0 * in_series(150e3, kTyre) * 0.64;
  const double per_a = kRolling / (K - kG * kLeaning);
  EXPECT_NEAR(a_y, kMass * kG * 0.8 / (kRolling + kG * kLeaning * per_a), 0.01 * a_y);
  // The outer wheels bear all: of their lateral forces, a_y / g of the load, a body that rolls sees phi along its springs.
  const double first_order = a_y * per_a;
  EXPECT_NEAR(roll, first_order / (1.0 + first_order * a_y / kG), 0.02 * roll);
}

}  // namespace
}  // namespace evsim
