#include "sim/control/wheel_speed_reference.h"

#include "tests/control/car_rig.h"

namespace evsim {
namespace {

using test::FourWheels;
using test::Rig;
using wheel_speed_reference::Inputs;
using wheel_speed_reference::Params;
using wheel_speed_reference::State;

constexpr double kTick = 5e-3;

// The control's wheels, all at the speed v [m/s].
FourWheels rolling(const Rig& rig, double v) {
  FourWheels omega;
  omega.fill(v / rig.believed.wheel_radius);
  return omega;
}
Inputs<double> at(const FourWheels& omega, double a_x) {
  return {.omega = omega, .a_x = a_x, .omega_z = 0.0, .delta = 0.0, .F = {}};
}

TEST(WheelSpeedReference, learns_the_slope_from_wheels_that_roll) {
  // 5 % uphill at a steady 20 m/s: the sensor reads 0.49 m/s2.
  const Rig rig;
  State<double> x{.v = 20.0, .b = 0.0, .F = {}};
  for (int k = 0; k < 10000; ++k)
    wheel_speed_reference::step<double>({}, rig.believed, x, at(rolling(rig, 20.0), 0.49), kTick);
  EXPECT_NEAR(x.b, 0.49, 0.49 * 1e-3);  // e^-10 of it would be left after 50 s, and rounding
  EXPECT_NEAR(x.v, 20.0, 1e-3);
}

TEST(WheelSpeedReference, locked_wheels_do_not_stop_the_car) {
  // 2 s of braking at 3 m/s2 with all wheels locked: only the drift, 5 mm/s2 + 0.5 % of 3 m/s2, moves it away.
  const Rig rig;
  State<double> x{.v = 20.0, .b = 0.0, .F = {}};
  auto in = at(FourWheels{}, -3.0);
  in.F = {.front = -4000.0, .rear = -2000.0};
  const Params<double> p{.drift = 0.005, .drift_share = 0.005};
  for (int k = 0; k < 400; ++k) wheel_speed_reference::step<double>(p, rig.believed, x, in, kTick);
  EXPECT_NEAR(x.v, 14.0 - 2.0 * 0.02, 1e-9);
}

TEST(WheelSpeedReference, wheels_that_are_not_driven_say_the_speed) {
  const Rig rig;
  State<double> x{.v = 10.0, .b = 0.0, .F = {}};
  auto omega = rolling(rig, 10.0);
  omega[2] *= 3.0, omega[3] *= 3.0;
  auto in = at(omega, 0.3);  // a sensor that errs
  in.F.rear = 5000.0;
  for (int k = 0; k < 4000; ++k)
    wheel_speed_reference::step<double>({}, rig.believed, x, in, kTick);
  const auto out = wheel_speed_reference::step<double>({}, rig.believed, x, in, kTick);
  EXPECT_NEAR(out.v, 10.0, 1e-3);
  EXPECT_NEAR(out.slip[2], 20.0, 1e-3);
  EXPECT_NEAR(out.slip[0], 0.0, 1e-3);
}

TEST(WheelSpeedReference, in_a_bend_each_wheel_has_its_own_speed) {
  // Rear axle's middle at 10 m/s, 0.5 rad/s to the left: v -+ 0.4 m/s at the rear wheels.
  Rig rig;
  State<double> x{.v = 10.0, .b = 0.0, .F = {}};
  const double delta = std::atan(3.0 * 0.5 / 10.0), R = rig.believed.wheel_radius;
  const auto front = [&](double side) {
    const double forward = 10.0 - side * 0.8 * 0.5;
    return (forward * std::cos(delta) + 1.5 * std::sin(delta)) / R;
  };
  auto in = at({front(1.0), front(-1.0), 9.6 / R, 10.4 / R}, 0.0);
  in.omega_z = 0.5, in.delta = delta;
  const auto out = wheel_speed_reference::step<double>({}, rig.believed, x, in, kTick);
  for (const double slip : out.slip) EXPECT_NEAR(slip, 0.0, 1e-12);
}

TEST(WheelSpeedReference, follows_the_multibody_car_while_all_its_wheels_brake) {
  // 4 m/s2 from 25 m/s, within 0.2 m/s.
  Rig rig;
  rig.roll_at(25.0);
  State<double> x{.v = 25.0, .b = 0.0, .F = {}};
  double worst = 0.0, worst_of_wheels = 0.0;
  while (rig.v() > 3.0) {
    const auto s = rig.sense();
    const auto tau = brake_system::torques<double>(rig.brakes, rig.pressure);
    const double R = rig.believed.wheel_radius;
    auto in = at(s.omega, s.a_x);
    in.F = {.front = -(tau[0] + tau[1]) / R, .rear = -(tau[2] + tau[3]) / R};
    wheel_speed_reference::step<double>({.pitch = 0.0045}, rig.believed, x, in, kTick);
    worst = std::max(worst, std::abs(x.v - rig.v()));
    worst_of_wheels = std::max(worst_of_wheels, rig.v() - R * s.omega[0]);
    rig.hydraulics.asked.fill(38e5);
    rig.advance(kTick);
  }
  EXPECT_LT(worst, 0.2);
  EXPECT_GT(worst_of_wheels, 2.0 * worst);
}

}  // namespace
}  // namespace evsim
