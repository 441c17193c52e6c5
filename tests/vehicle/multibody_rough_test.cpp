// What asks for trouble, by the scheme of a run: the end is the same at steps of 50 to 200 us, the books close, no number
// is lost, nothing chatters. Brakes that hold set the largest step: 400 us, twice dry_friction's kHoldTime; 1 ms does
// without them.
#include <cctype>
#include <string>

#include "tests/vehicle/multibody_car.h"

namespace evsim {
namespace {

using multibody::Rows;
using multibody::State;
using test::Car;
using test::drive;
using test::lost;

bool finite(const Car& c) {
  for (const double x : std::bit_cast<multibody::Numbers<State>>(c.x))
    if (!std::isfinite(x)) return false;
  return true;
}

struct Rough {
  const char* what;
  double v, delta, tau, brake, mu_left, mu_right, drop;  // [m/s], [rad], [Nm], [Nm], [-], [-], [m]
  double seconds, largest_step;                          // [s]
  double bound;                                          // of the books at 200 us
};
class MultibodyRough : public testing::TestWithParam<Rough> {};
TEST_P(MultibodyRough, ends_the_same_at_any_step_and_closes_its_books) {
  const Rough& r = GetParam();
  const auto at_step = [&](double h, double bound) {
    Car c = test::real_car(0.3);
    test::roll_at(c, r.v);
    c.x.chassis.r.z += r.drop;
    c.held.steer = chassis_14dof::steered<double>({r.delta, r.delta, 0.0, 0.0});
    c.held.tau[0] = r.tau;
    c.held.brake.fill(r.brake);
    c.held.mu = test::at_wheels({r.mu_left, r.mu_right, r.mu_left, r.mu_right});
    const double before = test::energy(c);
    const Rows q = drive(c, r.seconds, h);
    const double left = q.work - lost(q) - (test::energy(c) - before);
    const double moved = abs(q.work) + lost(q) + 1000.0;  // a ledger's floor
    EXPECT_LE(abs(left), bound * moved) << r.what << ", steps of " << h;
    EXPECT_TRUE(finite(c)) << r.what << ", steps of " << h;
    return c.x.chassis.v.x;
  };
  const double v = at_step(5e-5, r.bound), size = 1.0 + abs(v);
  EXPECT_NEAR(at_step(1e-4, r.bound), v, 1e-5 * size) << r.what;
  EXPECT_NEAR(at_step(2e-4, r.bound), v, 4e-5 * size) << r.what;
  // Coarser steps lose no energy to speak of either.
  EXPECT_NEAR(at_step(r.largest_step, 30.0 * r.bound), v, 2e-4 * size) << r.what;
}
INSTANTIATE_TEST_SUITE_P(
    All, MultibodyRough,
    testing::Values(
        Rough{"full lock at walking speed", 1.5, 0.6, 20.0, 0, 1, 1, 0, 1.5, 1e-3, 1e-6},
        Rough{"full lock backwards", -2.0, 0.6, -20.0, 0, 1, 1, 0, 1.5, 1e-3, 1e-6},
        Rough{"from forward to backward", 1.0, 0.1, -60.0, 0, 1, 1, 0, 1.5, 1e-3, 1e-6},
        Rough{"reversing at speed", -20.0, 0.02, -50.0, 0, 1, 1, 0, 1.5, 1e-3, 1e-6},
        Rough{"300 km h", 83.3, 0.002, 100.0, 0, 1, 1, 0, 1.0, 1e-3, 1e-6},
        Rough{"wheel spin on ice", 0.0, 0.0, 300.0, 0, 0.1, 0.1, 0, 1.0, 1e-3, 1e-6},
        Rough{"wheels lift in a bend", 18.0, 0.2, 0.0, 0, 2, 2, 0, 1.5, 5e-4, 1e-6},
        Rough{"dropped by 0.3 m", 10.0, 0.0, 0.0, 0, 1, 1, 0.3, 1.5, 1e-3, 1e-6},
        Rough{"dropped by 1 m as it steers", 10.0, 0.1, 0.0, 0, 1, 1, 1.0, 2.0, 1e-3, 3e-6},
        Rough{"locked wheels on mu split", 25.0, 0.0, 0.0, 1500.0, 1, 0.1, 0, 1.5, 3e-4, 1e-6},
        Rough{"braked to rest", 10.0, 0.0, 0.0, 2500.0, 1, 1, 0, 2.0, 3e-4, 1e-6},
        Rough{"at rest", 0.0, 0.0, 0.0, 0, 1, 1, 0, 1.0, 1e-3, 1e-6}),
    [](const testing::TestParamInfo<Rough>& at) {
      std::string name = at.param.what;
      for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
      return name;
    });

TEST(MultibodyRest, on_three_wheels_it_drives_and_closes_its_books) {
  test::Build b{.springs = {60e3, 30e3}, .units = {test::rear_unit()}};
  b.chassis.cg_behind_front = 2.0;
  b.chassis.front.track = 0.0;  // one wheel in the middle
  b.chassis.front.right = false;
  Car c = test::build(b);
  test::roll_at(c, 5.0);
  drive(c, 2.0);
  const double before = test::energy(c);
  c.held.tau[0] = 100.0;
  c.held.brake = {0.0, 500.0, 0.0, 0.0};  // of a wheel that is not there
  c.held.steer = chassis_14dof::steered<double>({0.02, 0.02, 0.0, 0.0});
  const Rows q = drive(c, 2.0);
  EXPECT_NEAR(q.work - lost(q), test::energy(c) - before, 1e-6 * q.work);
  EXPECT_GT(c.x.chassis.omega.z, 0.02);
  EXPECT_EQ(q.brakes, 0.0);
  EXPECT_EQ(c.x.Omega[1], 5.0 / c.R_e);  // nothing turns it
  EXPECT_TRUE(finite(c));
}

TEST(MultibodyRest, on_its_side_it_stays_finite) {
  // No wheel has a contact, at 90 degrees and as it tips on.
  Car c = test::real_car(0.3);
  c.x.chassis.r.z += 2.0;
  c.x.chassis.q = {1.0, 1.0, 0.0, 0.0};
  drive(c, 0.1, 2e-4);
  EXPECT_TRUE(finite(c));
}

TEST(MultibodyRest, wheels_that_lift_do_lift_and_come_back) {
  Car c = test::real_car(0.3);
  test::roll_at(c, 18.0);
  c.held.steer = chassis_14dof::steered<double>({0.2, 0.2, 0.0, 0.0});
  c.held.mu = 2.0;
  double least = 1e9;
  drive(c, 1.5, 2e-4, [&](double) { least = min(least, double(test::now(c).F_z[2])); });
  EXPECT_EQ(least, 0.0);
  c.held.steer = {};
  c.held.brake.fill(500.0);
  drive(c, 4.0, 2e-4);
  EXPECT_GT(test::now(c).F_z[2], 4000.0);
  EXPECT_LT(abs(test::attitude(c).roll), 0.01);
}

TEST(MultibodyRest, with_all_brakes_on_it_stands_on_a_slope_of_two_frictions) {
  // Up a slope, banked, ice under the wheels of one side: its tyres creep until the others hold, and those by
  // V_rest = 10 um/s times their slip. Less than 1 mm in ten minutes: a part in 40 of it in 15 s.
  Car c = test::real_car(0.3);
  const double slope = 0.15, bank = 0.05, g = chassis_14dof::kGravity;
  c.held.gravity = {-g * std::sin(slope), -g * std::cos(slope) * std::sin(bank),
                    -g * std::cos(slope) * std::cos(bank)};
  c.held.mu = test::at_wheels({1.0, 0.1, 1.0, 0.1});
  c.held.brake.fill(2500.0);
  const double h = 3e-4;  // the coarsest that holds with some to spare
  drive(c, 5.0, h);
  const auto r = c.x.chassis.r;
  const double yaw = test::attitude(c).yaw;
  const Rows q = drive(c, 15.0, h);
  EXPECT_LT(abs(c.x.chassis.r.x - r.x), 1e-3 / 40.0);
  EXPECT_LT(abs(c.x.chassis.r.y - r.y), 1e-3 / 40.0);
  EXPECT_LT(abs(test::attitude(c).yaw - yaw), 1e-3 / 40.0);
  EXPECT_LT(abs(q.slip) + abs(q.brakes), 0.05);
}

TEST(MultibodyRest, nothing_chatters_as_brakes_hold) {
  // A car that has come to rest swings on its carcasses, some 4 Hz: its held wheels move with it, not to and fro.
  Car c = test::real_car(0.3);
  test::roll_at(c, 5.0);
  c.held.brake.fill(2000.0);
  drive(c, 2.0, 2e-4);
  double before = 0.0, step = 0.0;
  int turns = 0;
  drive(c, 1.0, 2e-4, [&](double t) {
    const double now = c.x.Omega[0], next = now - before;
    if (t > 0.0 && next * step < 0.0 && abs(next) > 1e-9) ++turns;
    before = now, step = next;
  });
  EXPECT_LE(turns, 8);
  EXPECT_LT(abs(c.x.Omega[0]), 0.01);  // steps of 400 us would not hold it: 0.3 rad/s
}

}  // namespace
}  // namespace evsim
