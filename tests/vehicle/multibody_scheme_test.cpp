// The scheme of a run, multibody::step, in the whole steps of a run.
#include "tests/vehicle/multibody_car.h"

namespace evsim {
namespace {

using test::Car;

constexpr double kStep = 1e-3;  // [s]

// What the books of a drive lack, over the energy that passed the shafts of the machines.
double residual(Car& c, double seconds, double h, const auto& torque) {
  const double before = test::energy(c);
  multibody::Rows q{};
  double passed = 0.0;
  for (long k = 0; k < std::lround(seconds / h); ++k) {
    c.held.tau[0] = torque(static_cast<double>(k) * h);
    const double work = q.work;
    multibody::step(c.m, c.held, h, c.x, q);
    passed += std::abs(q.work - work);
  }
  return std::abs(test::energy(c) + test::lost(q) - before - q.work - q.steering) / passed;
}

TEST(MultibodyScheme, keeps_the_books_where_flanks_hammer) {
  // Drive and overrun in turn on snow: the shafts cross their play five times a second.
  Car c = test::build(
      {.C_D = 0.3,
       .units = {test::rear_unit({.ratio = test::kRatio, .efficiency = 0.97, .drag_torque = 0.3},
                                 {.stiffness = 5e3, .damping = 5.0, .backlash = 0.01})}});
  c.held.mu = 0.3;
  test::roll_at(c, 15.0);
  const auto pull = [](double t) { return std::fmod(t, 0.4) < 0.2 ? 80.0 : -80.0; };
  EXPECT_LT(residual(c, 4.0, kStep, pull), 2e-8);
}

// Outputs that swing against each other with c / J_s = 4.2 kHz, one wheel on ice.
Car stiff_car() {
  auto unit = test::rear_unit({.ratio = test::kRatio, .efficiency = 0.97, .drag_torque = 0.3},
                              {.stiffness = 16e3, .damping = 21.0, .backlash = 0.01});
  unit.gears.J_out -= 2.0 * unit.differential.side_inertia;
  unit.differential = {.kind =
                           differential::LimitedSlip<double>{
                               .preload = 10.0, .driving_share = 0.1, .braking_share = 0.1},
                       .side_inertia = 0.005};
  unit.gears.J_out += 2.0 * unit.differential.side_inertia;
  Car c = test::build({.C_D = 0.3, .units = {unit}});
  c.held.mu = quad<double>(std::array<double, kWheels>{1.0, 1.0, 0.1, 0.5});
  test::roll_at(c, 5.0);
  return c;
}

TEST(MultibodyScheme, follows_a_stiff_differential) {
  const auto pull = [](double) { return 150.0; };
  Car whole = stiff_car(), fine = stiff_car();
  EXPECT_LT(residual(whole, 1.0, kStep, pull), 1e-7);
  residual(fine, 1.0, 0.125 * kStep, pull);
  ASSERT_GT(std::abs(fine.x.units[0].domega), 5.0);  // it slips
  EXPECT_NEAR(whole.x.units[0].domega, fine.x.units[0].domega,
              1e-5 * std::abs(fine.x.units[0].domega));
  EXPECT_NEAR(whole.x.chassis.v.x, fine.x.chassis.v.x, 1e-7 * fine.x.chassis.v.x);
}

}  // namespace
}  // namespace evsim
