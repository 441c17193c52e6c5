#include "sim/control/brake_blending.h"

#include "sim/control/vcu.h"
#include "tests/control/car_rig.h"

namespace evsim {
namespace {

using brake_blending::Params;
using brake_blending::State;
using test::kEfficiency;
using test::kMass;
using test::kRatio;
using test::Rig;

constexpr double kTick = 0.005;
constexpr double kLag = 0.08;  // of these brakes [s]

struct Stop {
  double least, most;  // deceleration between 4 and 0.7 m/s, over what is asked for
  double by_machines;  // share of the braking work
};
enum class With { nothing, control };
// 3 m/s2 from 15 m/s; the machine fades out between 3 and 1 m/s by the vehicle control unit's rule. Without the blending
// friction is asked at the same moment for what the machine doesn't give.
Stop stop(With with) {
  Rig rig;
  rig.brakes.lag = kLag;
  rig.roll_at(15.0);
  State<double> x{};
  const Params<double> p{.friction_lag = kLag};
  const double R = rig.believed.wheel_radius, F = kMass * 3.0, F_machine = 5000.0;
  const double per_pressure = 2.0 * (brake_system::torque_per_pressure<double>(rig.brakes, 0) +
                                     brake_system::torque_per_pressure<double>(rig.brakes, 2));
  Stop out{.least = 10.0, .most = 0.0, .by_machines = 0.0};
  const car::Regeneration<double> rule{.v_zero = 1.0, .v_full = 3.0};
  double work = 0.0;
  double a_before = 0.0;
  while (rig.v() > 0.7) {
    const double v = rig.v();
    const auto loads = believed_car::axle_loads<double>(rig.believed, -3.0);
    const double limit = vcu::regeneration_share(rule, v) * F_machine;
    auto u = brake_blending::step<double>(
        p, x,
        {.F = F, .limit = {0.0, limit}, .grip = {loads.front, loads.rear}, .wheels_slip = 0.0},
        kTick);
    if (with == With::nothing) {
      u.machines[1] = std::min(0.6 * loads.rear, limit);
      u.friction = F - u.machines[1];
    }
    rig.tau_command[0] = -u.machines[1] * R / kRatio * kEfficiency;
    rig.hydraulics.asked.fill(u.friction * R / per_pressure);
    rig.advance(kTick);
    const double a = (rig.v() - v) / kTick;
    a_before = 0.9 * a_before + 0.1 * a;
    out.by_machines += u.machines[1] * v * kTick;
    work += F * v * kTick;
    if (v < 4.0)
      out.least = std::min(out.least, -a_before / 3.0),
      out.most = std::max(out.most, -a_before / 3.0);
  }
  out.by_machines /= work;
  return out;
}
TEST(BrakeBlending, hands_over_without_a_jerk) {
  // Of 3 m/s2 between 4 and 0.7 m/s: 0.955 to 0.980 with it, 0.893 to 0.976 without. The machine does 78 % of the work.
  const Stop without = stop(With::nothing), with = stop(With::control);
  EXPECT_LT(with.most - with.least, 0.5 * (without.most - without.least));
  EXPECT_GT(with.by_machines, 0.75);
}

struct Sum {
  double machines, friction;  // in the end [N]
  double worst;               // largest error of what machines and lagging brakes give together [N]
};
// After a step of the force asked for, of the brakes' lag alone.
Sum after_step(double F, double limit) {
  State<double> x{};
  Sum out{};
  double friction = 0.0;
  for (int k = 0; k < 400; ++k) {
    const auto u = brake_blending::step<double>(
        {.friction_lag = kLag}, x,
        {.F = F, .limit = {0.0, limit}, .grip = {8e3, 8e3}, .wheels_slip = 0.0}, kTick);
    friction += (1.0 - exp(-kTick / kLag)) * (u.friction - friction);
    out.machines = u.machines[0] + u.machines[1], out.friction = u.friction;
    out.worst = std::max(out.worst, std::abs(out.machines + friction - F));
  }
  return out;
}
TEST(BrakeBlending, machines_give_at_once_what_friction_still_lacks) {
  // 3000 N within 4000 N of the machines: friction stays off in the end, the sum is right from the first tick on.
  const auto at = after_step(3000.0, 4000.0);
  EXPECT_NEAR(at.machines, 3000.0, 1e-6);
  EXPECT_NEAR(at.friction, 0.0, 1e-6);
  EXPECT_LT(at.worst, 1e-6);
}
TEST(BrakeBlending, friction_takes_what_is_beyond_the_machines) {
  // 7000 N: 4800 N are 0.6 of the axle's grip.
  const auto at = after_step(7000.0, 6000.0);
  EXPECT_NEAR(at.machines, 4800.0, 1e-6);
  EXPECT_NEAR(at.friction, 2200.0, 1e-6);
}
TEST(BrakeBlending, machines_let_go_at_once_while_wheels_slip) {
  State<double> x{.R = 3000.0, .B = 0.0, .F = 3000.0, .sigma = 1.0};
  brake_blending::Inputs<double> in{
      .F = 3000.0, .limit = {0.0, 4e3}, .grip = {8e3, 8e3}, .wheels_slip = 1.0};
  auto u = brake_blending::step<double>({}, x, in, kTick);
  EXPECT_EQ(u.machines[1], 0.0);
  for (int k = 0; k < 100; ++k) u = brake_blending::step<double>({}, x, in, kTick);
  EXPECT_NEAR(u.friction, 3000.0, 1e-6);
}

}  // namespace
}  // namespace evsim
