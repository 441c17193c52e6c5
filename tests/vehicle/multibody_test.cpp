#include "sim/base/constants.h"
#include "tests/vehicle/multibody_car.h"

namespace evsim {
namespace {

using multibody::Rows;
using multibody::State;
using test::Car;
using test::drive;
using test::kEfficiency, test::kRatio, test::kRotor;
using test::lost;
using test::real_car;
using test::roll_at;

using test::kMass;

TEST(Multibody, standing_start_and_braking_close_their_books) {
  Car c = real_car(0.3);
  const double before = multibody::energy(c.m, c.held, c.x);
  c.held.tau[0] = 150.0;
  const Rows up = drive(c, 3.0);
  const double there = multibody::energy(c.m, c.held, c.x);
  EXPECT_GT(c.x.chassis.v.x, 5.0);
  for (const double loss : {up.gears[0], up.shafts, up.air, up.dampers, up.slip, up.rolling})
    EXPECT_GT(loss, 0.0);
  // The bar of every ledger; Heun's own error in steps of 100 us.
  EXPECT_NEAR(up.work - lost(up), there - before, 1e-6 * up.work);
  c.held.tau[0] = -50.0;
  c.held.brake.fill(400.0);
  const Rows down = drive(c, 1.0);
  EXPECT_GT(down.brakes, 1e4);
  EXPECT_NEAR(down.work - lost(down), multibody::energy(c.m, c.held, c.x) - there,
              1e-6 * (down.brakes - down.work));
}

TEST(Multibody, a_steady_torque_accelerates_the_car_as_one_mass) {
  // Without air: F = eta i (tau - drag) / R_e - rolling on m + (4 J + J_out + eta i^2 J_rotor) / R_e^2.
  Car c = real_car(0.0);
  roll_at(c, 15.0);
  c.held.tau[0] = 100.0;
  drive(c, 1.0);  // until it has stopped pitching and winding up
  const double v_0 = c.x.chassis.v.x, t = 1.0;
  const Rows q = drive(c, t);
  const double J = 4.0 * 1.2 + 0.07 + kEfficiency * kRatio * kRatio * kRotor;
  const double s = 0.5 * (v_0 + c.x.chassis.v.x) * t;
  const double F = kEfficiency * kRatio * (100.0 - test::kDrag) / c.R_e - q.rolling / s;
  // Slip and the rear tyres' load of their own: below 1 % of it.
  EXPECT_NEAR((c.x.chassis.v.x - v_0) / t, F / (kMass + J / (c.R_e * c.R_e)), 0.01 * F / kMass);
}

TEST(Multibody, parked_on_a_slope_of_a_fifth_it_stays) {
  Car c = real_car(0.0);
  const double slope = 0.2, cosine = 1.0 / sqrt(1.0 + slope * slope);
  c.held.gravity = {-chassis_14dof::kGravity * slope * cosine, 0.0,
                    -chassis_14dof::kGravity * cosine};
  c.held.brake.fill(2500.0);
  drive(c, 5.0, 2e-4);
  const auto r = c.x.chassis.r;
  const Rows q = drive(c, 5.0, 2e-4);
  // Less than 1 mm in ten minutes: a part in 120 of it in 5 s.
  EXPECT_LT(abs(c.x.chassis.r.x - r.x), 1e-3 / 120.0);
  EXPECT_LT(abs(c.x.chassis.r.y - r.y), 1e-3 / 120.0);
  EXPECT_LT(abs(q.slip) + abs(q.brakes), 0.02);
}

TEST(Multibody, straight_ahead_nothing_is_lateral) {
  Car c = real_car(0.3);
  roll_at(c, 20.0);
  c.held.tau[0] = 200.0;
  drive(c, 1.0);
  // Rounding: both sides are mirrored.
  EXPECT_NEAR(c.x.chassis.r.y, 0.0, 1e-9);
  EXPECT_NEAR(c.x.chassis.omega.z, 0.0, 1e-9);
  EXPECT_NEAR(c.x.units[0].domega, 0.0, 1e-9);
}

TEST(Multibody, at_walking_speed_it_turns_as_its_geometry_says) {
  // Yaw rate v tan(delta) / L of the rear axle's middle; slip angles of 0.02 g are below 1 % of the steering.
  Car c = real_car(0.0);
  roll_at(c, 2.0);
  const double delta = 0.1;
  c.held.steer = chassis_14dof::steered<double>({delta, delta, 0.0, 0.0});
  c.held.tau[0] = 6.0;
  drive(c, 3.0);
  const double v = c.x.chassis.v.x;
  EXPECT_GT(v, 1.0);
  EXPECT_NEAR(c.x.chassis.omega.z, v * std::tan(delta) / 3.0, 0.02 * v * delta / 3.0);
}

// The largest error of a state over its range in a second of a torque that swells and fades, given by its middle and change
// in steps of h, against steps of 1/64 of that.
double error_of_a_swelling_torque(double h) {
  const auto states = [](double step, int every) {
    Car c = real_car(0.3);
    c.m.units[0].shaft.backlash = 0.0;
    roll_at(c, 15.0);
    c.held.tau[0] = 100.0;
    drive(c, 2.0, 2.5e-4);
    std::vector<multibody::Numbers<State>> out;
    const auto torque = [](double t) { return 100.0 + 60.0 * sin(2.0 * kPi * t); };
    Rows q{};
    for (int k = 0; k < std::lround(1.0 / step); ++k) {
      const double from = torque(k * step), to = torque((k + 1) * step);
      c.held.tau[0] = 0.5 * (from + to);
      c.held.tau_change[0] = to - from;
      multibody::step(c.m, c.held, step, c.x, q);
      if ((k + 1) % every == 0) out.push_back(std::bit_cast<multibody::Numbers<State>>(c.x));
    }
    return out;
  };
  const auto x = states(h, 1), fine = states(h / 64.0, 64);
  double worst = 0.0;
  for (std::size_t i = 0; i < x[0].size(); ++i) {
    double low = fine[0][i], high = low, error = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      low = min(low, fine[k][i]), high = max(high, fine[k][i]);
      error = max(error, abs(x[k][i] - fine[k][i]));
    }
    // What does not move, such as all that is lateral, has no range.
    if (high - low > 1e-6) worst = max(worst, error / (high - low));
  }
  return worst;
}
TEST(Multibody, steps_of_half_a_millisecond_meet_every_state_within_a_hundred_thousandth) {
  const double coarse = error_of_a_swelling_torque(1e-3), fine = error_of_a_swelling_torque(5e-4);
  EXPECT_LE(fine, 1e-5);
  // Between the second order of the torque's straight lines (4) and more.
  EXPECT_GT(coarse / fine, 3.5);
}

}  // namespace
}  // namespace evsim
