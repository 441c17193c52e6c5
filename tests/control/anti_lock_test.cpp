#include "sim/control/anti_lock.h"

#include "sim/control/path_driver.h"
#include "tests/control/car_rig.h"

namespace evsim {
namespace {

using test::FourWheels;
using test::kG;
using test::kMass;
using test::Rig;

constexpr double kTick = 5e-3;
constexpr double kSteeringRatio = 15.0;

struct Stop {
  double distance, offset, heading;  // largest offset and angle to the lane [m], [rad]
};
enum class With { nothing, control };
Stop brake(Rig& rig, With with, double v, anti_lock::Params<double> p = {}, double gain = 2.0) {
  auto m = test::control_unit(rig, kTick);
  m.on.anti_lock = with == With::control;
  m.anti_lock = p;
  FourWheels omega;
  omega.fill(v / rig.car.R_e);
  auto x = chassis_control::start(m, v, {}, {}, omega);
  path_driver::State<double> driver{};
  const path_driver::Params<double> drives{
      .steering_ratio = kSteeringRatio, .wheelbase = 3.0, .preview_time = 0.6, .gain = gain};
  rig.roll_at(v);
  Stop out{};
  for (int k = 0; rig.v() > 0.3 && rig.t < 30.0; ++k) {
    test::control(m, x, rig, {}, test::braking_force(rig, rig.t / 0.15));
    if (k % 2 == 0) {  // the driver, every 10 ms
      const double d = path_driver::preview(drives, rig.v());
      rig.delta = path_driver::step<double>(
                      drives, driver,
                      {.v = rig.v(),
                       .path = {.y = -(rig.car.x.chassis.r.y + d * std::sin(rig.heading())),
                                .curvature = 0.0}},
                      2 * kTick) /
                  kSteeringRatio;
    }
    rig.advance(kTick);
    out.offset = std::max(out.offset, std::abs(rig.car.x.chassis.r.y));
    out.heading = std::max(out.heading, std::abs(rig.heading()));
  }
  out.distance = rig.distance;
  return out;
}

// v^2 / (2 mu g) with every tyre at its largest force.
double bound(double v, double mu) {
  return 0.5 * v * v / (test::peak_friction(0.25 * kMass * kG, mu) * kG);
}

struct Surface {
  const char* name;
  double mu, v, most;  // most: distance over the bound
};
class AntiLockStop : public testing::TestWithParam<Surface> {};
TEST_P(AntiLockStop, stops_near_the_bound_and_locked_wheels_do_not) {
  // Distances over their bounds. Locked: 1.55, 1.49, 1.44, 1.41. With: 1.05, 1.03, 1.06, 1.10, of which the pressure's
  // build-up takes some 0.15 s: on a dry road 4 m of 42.
  const auto& on = GetParam();
  Rig locked, with;
  locked.car.held.mu = with.car.held.mu = on.mu;
  const double least = bound(on.v, on.mu);
  EXPECT_GT(brake(locked, With::nothing, on.v).distance, 1.35 * least);
  const auto stop = brake(with, With::control, on.v);
  EXPECT_LT(stop.distance, on.most * least);
  EXPECT_LT(stop.offset, 0.01);
}
INSTANTIATE_TEST_SUITE_P(Roads, AntiLockStop,
                         testing::Values(Surface{"ice", 0.12, 15.0, 1.1},
                                         Surface{"snow", 0.35, 27.8, 1.08},
                                         Surface{"wet", 0.76, 27.8, 1.1},
                                         Surface{"dry", 1.0, 27.8, 1.15}),
                         [](const testing::TestParamInfo<Surface>& at) { return at.param.name; });

class AntiLockSplit : public testing::Test {
 protected:
  // Left 0.2, right 0.9, from 100 km/h.
  static Stop stop(With with, anti_lock::Params<double> p = {}, double gain = 2.0) {
    Rig rig;
    rig.car.held.mu = Pack([](auto i) { return i % 2 == 0 ? 0.2 : 0.9; });
    return brake(rig, with, 27.8, p, gain);
  }
};
TEST_F(AntiLockSplit, locked_wheels_spin_the_car) { EXPECT_GT(stop(With::nothing).heading, 1.5); }
TEST_F(AntiLockSplit, a_steering_driver_keeps_his_lane) {
  // Lane of 3.5 m, car of 1.8 m: 0.85 m to either side. Seen: 0.54 m, heading 0.16 rad, 112 m; without the delayed build-up 0.83 m.
  const auto delayed = stop(With::control);
  EXPECT_LT(delayed.offset, 0.85);
  EXPECT_LT(delayed.heading, 0.2);
  EXPECT_LT(delayed.distance, 1.1 * 112.0);
  EXPECT_LT(delayed.offset, 0.75 * stop(With::control, {.yaw_build_up = 1e12}).offset);
}
TEST_F(AntiLockSplit, a_slow_driver_loses_the_car_without_the_delayed_build_up) {
  // Half the gain: 1.9 m aside with it; without, a spin.
  EXPECT_LT(stop(With::control, {}, 1.0).heading, 0.2);
  EXPECT_GT(stop(With::control, {.yaw_build_up = 1e12}, 1.0).heading, 1.5);
}

TEST(AntiLock, select_low_gives_both_rear_wheels_the_lower_limit) {
  const Rig rig;
  anti_lock::State<double> x{};
  anti_lock::Inputs<double> in{};
  in.v = 20.0;
  in.V.fill(20.0);
  in.omega.fill(20.0 / rig.believed.wheel_radius);
  in.omega[3] *= 0.5;
  for (std::size_t i = 0; i < 4; ++i) x.wheels[i].omega = in.omega[i];
  x.wheels[3].mu_road = 0.2;
  const auto out = anti_lock::limits<double>({}, rig.believed, rig.brakes, x, in, kTick);
  EXPECT_EQ(out.limit[2], out.limit[3]);
  EXPECT_LT(out.limit[2], 0.5 * out.limit[0]);
}

TEST(AntiLock, near_standstill_it_leaves_the_brakes_alone) {
  const Rig rig;
  anti_lock::State<double> x{};
  anti_lock::Inputs<double> in{};
  in.v = 0.5;
  const auto out = anti_lock::limits<double>({}, rig.believed, rig.brakes, x, in, kTick);
  for (const double limit : out.limit) EXPECT_GE(limit, rig.brakes.pressure_max);
}

}  // namespace
}  // namespace evsim
