// Hill hold and one-pedal driving, on slopes.
#include "sim/control/hill_hold.h"
#include "sim/control/one_pedal.h"
#include "tests/components/scalars.h"
#include "tests/control/car_rig.h"

namespace evsim {
namespace {

using test::kEfficiency;
using test::kG;
using test::kMass;
using test::kRatio;
using test::Rig;

constexpr double kTick = 0.01;

Rig on_slope(double slope) {
  Rig rig;
  const double cosine = 1.0 / std::sqrt(1.0 + slope * slope);
  rig.car.held.gravity = {-kG * slope * cosine, 0.0, -kG * cosine};
  return rig;
}
double wheel_force(const Rig& rig) {
  return kRatio * kEfficiency * rig.tau[0] / rig.believed.wheel_radius;
}
double machine_torque(const Rig& rig, double F) {
  return F * rig.believed.wheel_radius / kRatio * (F > 0.0 ? 1.0 / kEfficiency : kEfficiency);
}

// Stands on its brakes for 2 s; the foot needs 0.6 s to the accelerator, which it presses within 1 s.
double rolled_back(bool holds) {
  Rig rig = on_slope(0.12);
  const double b = -rig.car.held.gravity.x;
  hill_hold::State<double> x{};
  const hill_hold::Params<double> p{.mass = kMass};
  double back = 0.0, from = 0.0;
  while (rig.t < 5.0) {
    const double pedal = rig.t < 2.0 ? 0.15 : 0.0;
    const double F = 8e3 * std::clamp(rig.t - 2.6, 0.0, 1.0);
    rig.tau_command[0] = machine_torque(rig, F);
    const double p_driver = brake_system::of_pedal<double>(rig.brakes, pedal);
    rig.hydraulics.asked.fill(p_driver);
    const double p_hold = hill_hold::step<double>(
        p, x,
        {.v = rig.v(), .b = b, .p_driver = p_driver, .F_request = F, .F_drive = wheel_force(rig)},
        kTick);
    rig.hydraulics.pump.fill(holds ? p_hold : 0.0);
    if (rig.t < 2.0) from = rig.distance;
    rig.advance(kTick);
    back = std::max(back, from - rig.distance);
  }
  EXPECT_GT(rig.v(), 2.0);  // it has set off
  return back;
}
TEST(HillHold, keeps_the_car_from_rolling_back) {
  // 12 %: 0.64 m without it, 0.4 mm with it.
  const double without = rolled_back(false), with = rolled_back(true);
  EXPECT_GT(without, 0.5);
  EXPECT_LT(with, 2e-3);
}

TEST(HillHold, lets_go_after_its_time) {
  const hill_hold::Params<double> p{.mass = kMass};
  hill_hold::State<double> x{};
  hill_hold::Inputs<double> in{
      .v = 0.0, .b = 1.0, .p_driver = 30e5, .F_request = 0.0, .F_drive = 0.0};
  hill_hold::step(p, x, in, kTick);
  in.p_driver = 0.0;
  for (int k = 0; k < 290; ++k) hill_hold::step(p, x, in, kTick);
  EXPECT_EQ(x.p, 30e5);
  for (int k = 0; k < 100; ++k) hill_hold::step(p, x, in, kTick);
  EXPECT_EQ(x.p, 0.0);
}

struct Stopped {
  double time, moved;  // until it is held [s]; within 5 s after it [m]
};
Stopped one_pedal_stop(double slope) {
  Rig rig = on_slope(slope);
  rig.roll_at(12.0);
  const double b = -rig.car.held.gravity.x;
  const one_pedal::Params<double> p{.mass = kMass};
  Stopped out{};
  double held_at = 0.0, place = 0.0;
  while (rig.t < 30.0 && (held_at == 0.0 || rig.t < held_at + 5.0)) {
    const double F =
        one_pedal::force<double>(p, {.accelerator = 0.0, .v = rig.v(), .b = b, .F_drive = 8e3});
    const bool held = std::abs(rig.v()) < p.speed_hold;
    rig.tau_command[0] = held ? 0.0 : machine_torque(rig, F);
    rig.hydraulics.asked.fill(
        held ? brake_system::pressure_of_force<double>(rig.brakes, -F, rig.believed.wheel_radius)
             : 0.0);
    if (held && held_at == 0.0) held_at = rig.t, place = rig.distance;
    rig.advance(kTick);
  }
  out.time = held_at, out.moved = std::abs(rig.distance - place);
  return out;
}
TEST(OnePedal, stops_and_holds_the_car_uphill_downhill_and_on_the_flat) {
  // From 12 m/s after 12.3, 7.0 and 5.0 s; then it moves by 3 mm at most.
  for (const double slope : {-0.1, 0.0, 0.1}) {
    const auto stop = one_pedal_stop(slope);
    EXPECT_GT(stop.time, 4.0) << slope;
    EXPECT_LT(stop.time, 15.0) << slope;
    EXPECT_LT(stop.moved, 0.01) << slope;
  }
}

TEST(OnePedal, its_map_by_hand) {
  // 15 m/s: half of 0.35 is neutral.
  const one_pedal::Params<double> p{.mass = 2000.0};
  const auto F = [&](double s, double v) {
    return one_pedal::force<double>(p, {.accelerator = s, .v = v, .b = 0.0, .F_drive = 8000.0});
  };
  EXPECT_ROUNDED(F(1.0, 15.0), 8000.0);
  EXPECT_ROUNDED(F(0.0, 15.0), -4000.0);
  EXPECT_ROUNDED(F(0.175, 15.0) + 1.0, 1.0);
  EXPECT_ROUNDED(F(0.0875, 15.0), -2000.0);
  EXPECT_ROUNDED(F(0.0, 0.5), -2000.0 * 1.5 * 0.5);
  EXPECT_ROUNDED(F(0.5, 0.0), 4000.0);
}

TEST(OnePedal, holds_until_the_pedal_is_pressed) {
  // 1.5 m/s2 beside the slope's 0.5.
  const one_pedal::Params<double> p{.mass = 2000.0};
  one_pedal::Inputs<double> in{.accelerator = 0.0, .v = 0.05, .b = 0.5, .F_drive = 8000.0};
  EXPECT_ROUNDED(one_pedal::force(p, in), -4000.0);
  in.v = 0.0, in.accelerator = 0.2;
  EXPECT_ROUNDED(one_pedal::force(p, in), 1600.0);
}

}  // namespace
}  // namespace evsim
