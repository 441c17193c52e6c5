#include "sim/control/gear_control.h"

#include <gtest/gtest.h>

#include <cmath>

namespace evsim {
namespace {

using gear_control::Speed;
constexpr double kTick = 1e-3;  // [s]

gear_control::Params two_speeds() {
  gear_control::Params p;
  p.v_up = 20.0, p.v_down = 17.0;
  p.tau_help = 100.0, p.J = 0.02;
  return p;
}
gear_control::Params disconnecting() {
  gear_control::Params p;
  p.v_down = 0.0;
  p.a_open = 0.5, p.a_close = 1.0, p.delay = 0.2;
  return p;
}

TEST(GearControl, shifts_up_and_down_with_hysteresis) {
  const auto p = two_speeds();
  auto x = gear_control::start(p, 0.0);
  const auto at = [&](double v) {
    for (int k = 0; k < 1000; ++k) gear_control::step(p, x, {v, 5.0, 0.0, false}, kTick);
    return x.from;
  };
  EXPECT_EQ(at(19.9), Speed::first);
  EXPECT_EQ(at(20.1), Speed::second);
  EXPECT_EQ(at(17.1), Speed::second);
  EXPECT_EQ(at(16.9), Speed::first);
  EXPECT_EQ(at(-20.1), Speed::second);
  EXPECT_EQ(gear_control::start(p, 25.0).from, Speed::second);
}

TEST(GearControl, by_hand_takes_either_speed_but_none_at_which_the_machine_is_too_fast) {
  auto p = two_speeds();
  p.v_first = 40.0;
  auto x = gear_control::start(p, 0.0);
  const auto at = [&](double v, gear_control::Hands hands, bool stays = false) {
    for (int k = 0; k < 1000; ++k)
      gear_control::step(p, x, {.v = v, .a = 5.0, .slip = 0.0, .stays = stays, .hands = hands},
                         kTick);
    return x.from;
  };
  const gear_control::Hands first{0.0, 1.0}, second{0.0, 2.0}, automatic{};
  EXPECT_EQ(at(5.0, second, true), Speed::first);  // wheels slip: not now
  EXPECT_EQ(at(5.0, second), Speed::second);
  EXPECT_EQ(at(5.0, automatic), Speed::first);
  EXPECT_EQ(at(39.9, first), Speed::first);
  EXPECT_EQ(at(40.1, first), Speed::second);
  EXPECT_EQ(at(38.1, first), Speed::second);
  EXPECT_EQ(at(37.9, first), Speed::first);
  EXPECT_EQ(at(30.0, {0.0, 0.0}), Speed::first);  // it can't be opened
  auto other = disconnecting();
  x = gear_control::start(other, 0.0);
  p = other;
  EXPECT_EQ(at(30.0, {0.0, 0.0}), Speed::open);
  EXPECT_EQ(at(30.0, second), Speed::first);  // it has no other
}

TEST(GearControl, a_shift_takes_the_torque_off_synchronises_and_gives_it_back) {
  const auto p = two_speeds();
  auto x = gear_control::start(p, 0.0);
  // Torque fades in 0.1 s; J slip = 10 Nm s go by 100 Nm of the machine and 50 Nm of the synchroniser.
  double slip = 500.0, t = 0.0, none = 0.0, last = 1.0;
  do {
    const auto now =
        gear_control::step(p, x, {30.0, 5.0, gear_control::slips(p, x) ? slip : 0.0, false}, kTick);
    if (now.torque_share == 0.0) none += kTick;
    if (x.from == Speed::first) {
      EXPECT_LE(now.torque_share, last);
    }
    last = now.torque_share;
    if (now.torque_share == 0.0)
      slip =
          std::max(slip + kTick * (now.tau_help - now.capacity) / p.J, 0.0);  // friction holds it
    t += kTick;
  } while (gear_control::shifts(x) && t < 2.0);
  EXPECT_EQ(x.from, Speed::second);
  // 10 / 150 s, and a few milliseconds as the help fades in proportion to the slip.
  EXPECT_NEAR(none, 10.0 / 150.0, 0.01);
  EXPECT_NEAR(t, 0.2 + none, 0.01);
}

TEST(GearControl, a_clutch_takes_over_under_load_and_the_machine_slows_its_rotor) {
  auto p = two_speeds();
  p.shift.clutch_torque = 400.0;
  auto x = gear_control::start(p, 0.0);
  // 200 Nm in first: the clutch, 4 Nm a tick, has them in 0.05 s. Then J slip = 10 Nm s go by 100 Nm that the machine
  // gives less than the clutch carries, which is as much as is asked for, 300 Nm.
  double slip = 500.0, taken = 0.0, slipping = 0.0;
  for (int k = 0; k < 1000; ++k) {
    const bool slips = gear_control::slips(p, x);
    const auto now = gear_control::step(p, x,
                                        {.v = 30.0,
                                         .a = 5.0,
                                         .slip = slips ? slip : 0.0,
                                         .stays = false,
                                         .tau = 200.0,
                                         .wanted = slips ? 300.0 : 200.0},
                                        kTick);
    if (!gear_control::shifts(x)) break;
    if (gear_control::slips(p, x)) {
      if (slips) {
        EXPECT_NEAR(now.torque_share * 300.0, now.capacity, 1e-9);
        slip = std::max(slip + kTick * now.tau_help / p.J, 0.0);
      }
      slipping += kTick;
      EXPECT_GE(now.capacity, 200.0);
      EXPECT_LE(now.capacity, 300.0);
    } else {
      EXPECT_EQ(now.torque_share, 1.0);
      EXPECT_GT(now.taken, 0.0);
      EXPECT_LT(now.taken, 200.0);
      taken += kTick;
    }
  }
  EXPECT_EQ(x.from, Speed::second);
  EXPECT_NEAR(taken, 0.05, 2.0 * kTick);
  // 0.1 s, and as the help fades, from a slip of 50 rad/s down to one of 1, ln(50) times 10 ms in place of 10 ms.
  EXPECT_NEAR(slipping, 0.1 + 0.029, 3.0 * kTick);
}
TEST(GearControl, without_load_a_clutch_does_not_take_over) {
  auto p = two_speeds();
  p.shift.clutch_torque = 400.0;
  auto x = gear_control::start(p, 0.0);
  gear_control::Outputs now{};
  for (int k = 0; k < 50; ++k)
    now = gear_control::step(p, x, {.v = 30.0, .a = 1.0, .slip = 0.0, .stays = false, .tau = -50.0},
                             kTick);
  EXPECT_TRUE(gear_control::shifts(x));
  EXPECT_EQ(now.taken, 0.0);
  EXPECT_NEAR(now.torque_share, 0.5, 0.02);
}

TEST(GearControl, a_shift_waits_while_wheels_slip) {
  const auto p = two_speeds();
  auto x = gear_control::start(p, 0.0);
  for (int k = 0; k < 1000; ++k) gear_control::step(p, x, {30.0, 5.0, 0.0, true}, kTick);
  EXPECT_EQ(x.to, Speed::first);
}

TEST(GearControl, a_unit_opens_where_little_is_asked_for_and_closes_where_much_is) {
  const auto p = disconnecting();
  auto x = gear_control::start(p, 10.0);
  const auto drive = [&](double a, double seconds, double slip) {
    gear_control::Outputs out{};
    for (double t = 0.0; t < seconds; t += kTick)
      out = gear_control::step(p, x, {10.0, a, slip, false}, kTick);
    return out;
  };
  EXPECT_EQ(drive(0.8, 1.0, 0.0).torque_share, 1.0);  // between both bounds: as it is
  EXPECT_FALSE(gear_control::is_open(x));
  const auto open = drive(0.4, 0.2 + 0.1 + 0.01, 0.0);
  EXPECT_TRUE(gear_control::is_open(x));
  EXPECT_EQ(open.torque_share, 0.0);
  EXPECT_EQ(open.capacity, 0.0);
  drive(0.8, 1.0, -300.0);
  EXPECT_TRUE(gear_control::is_open(x));
  // Waits for the rotor, then closes.
  EXPECT_EQ(drive(1.2, 1.0, -300.0).capacity, p.shift.synchroniser_torque);
  EXPECT_EQ(drive(1.2, 0.2, 0.0).torque_share, 1.0);
  EXPECT_EQ(x.from, Speed::first);
}

}  // namespace
}  // namespace evsim
