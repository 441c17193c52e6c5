#include "sim/solve/multibody_truth.h"

#include <gtest/gtest.h>

#include "sim/vehicle/multibody_states.h"
#include "tests/vehicle/multibody_car.h"

namespace evsim {
namespace {

using multibody::Rows;
using multibody::State;

// A car that brakes, steers and is driven by a torque that grows over a step of half a millisecond.
test::Car car() {
  test::Car c = test::real_car(0.3);
  test::roll_at(c, 20.0);
  c.held.tau[0] = 100.0;
  c.held.tau_change[0] = 5.0;
  c.held.brake = {200.0, 200.0, 0.0, 0.0};
  c.held.steer = chassis_14dof::steered<double>({0.03, 0.03, 0.0, 0.0});
  return c;
}
constexpr double kStep = 5e-4;  // [s]

// Largest distance of two states over what their kind is worth.
double distance(const State& a, const State& b) {
  const auto infos = multibody::state_list({});
  const auto x = multibody::numbers(a), y = multibody::numbers(b);
  double out = 0.0;
  for (std::size_t i = 0; i < infos.size(); ++i) out = max(out, abs(x[i] - y[i]) / infos[i].scale);
  return out;
}
double total(const Rows& q) {
  double out = 0.0;
  for (const double x : std::bit_cast<multibody::Numbers<Rows>>(q)) out += x;
  return out;
}

// The same interval in n steps, with the torque's straight line cut into n.
State in_steps(test::Car c, int n, Rows& q) {
  const multibody::Held whole = c.held;
  for (int k = 0; k < n; ++k) {
    c.held.tau[0] = whole.tau[0] + ((k + 0.5) / n - 0.5) * whole.tau_change[0];
    c.held.tau_change[0] = whole.tau_change[0] / n;
    multibody::step(c.m, c.held, kStep / n, c.x, q);
  }
  return c.x;
}

TEST(MultibodyTruth, is_what_ever_shorter_steps_come_to) {
  test::Car c = car();
  test::drive(c, 0.1);  // past what starts at once
  MultibodyTruth truth(1e-12);
  State x = c.x;
  Rows q{};
  truth.step(c.m, c.held, kStep, x, q);
  Rows q_1{}, q_4{}, q_16{};
  const double by_1 = distance(in_steps(c, 1, q_1), x), by_4 = distance(in_steps(c, 4, q_4), x),
               by_16 = distance(in_steps(c, 16, q_16), x);
  // Of fourth order: a step cut into four ends 256 times as close, where nothing has a kink.
  EXPECT_GT(by_1, 30.0 * by_4);
  EXPECT_GT(by_4, 30.0 * by_16);
  EXPECT_NEAR(total(q_16), total(q), 1e-9 * abs(total(q)));
}

TEST(MultibodyTruth, gives_the_rates_with_which_a_step_begins) {
  const test::Car c = car();
  MultibodyTruth truth(1e-9);
  State x = c.x;
  Rows q{};
  const auto first = truth.step(c.m, c.held, kStep, x, q);
  const auto now = multibody::rates(c.m, c.held, c.x, 0.0);
  EXPECT_EQ(first.state.chassis.v.x, now.state.chassis.v.x);
  EXPECT_EQ(first.state.Omega, now.state.Omega);
}

TEST(MultibodyTruth, crosses_the_play_of_a_shaft_within_its_tolerance) {
  // Off the accelerator: the shafts leave one flank and meet the other within 60 ms.
  test::Car c = car();
  c.held.tau_change[0] = 0.0;
  test::drive(c, 0.3);
  c.held.tau[0] = -100.0;
  test::Car d = c;
  MultibodyTruth fine(1e-11), coarse(1e-9);
  Rows q{};
  for (int k = 0; k < 120; ++k) {
    fine.step(c.m, c.held, kStep, c.x, q);
    coarse.step(d.m, d.held, kStep, d.x, q);
  }
  EXPECT_LT(c.x.units[0].twist_l, 0.0);
  EXPECT_LT(distance(c.x, d.x), 1e-6);
}

}  // namespace
}  // namespace evsim
