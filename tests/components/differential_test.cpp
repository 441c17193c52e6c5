#include "sim/components/differential.h"

#include "sim/base/elementary.h"
#include "tests/components/integrate.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

using namespace differential;
using Parameters = differential::Params<double>;

template <class Kind> Parameters with(const Kind& kind) {
  return {.kind = kind, .side_inertia = 0.01};
}
const Parameters kOpen = with(Open<double>{});
const Parameters kLocked = with(Locked<double>{});
const Parameters kClutches =
    with(LimitedSlip<double>{.preload = 50.0, .driving_share = 0.4, .braking_share = 0.2});
const Parameters kWorms = with(TorqueSensing<double>{.driving_bias = 3.0, .braking_bias = 2.0});
const Parameters kVectoring = with(Vectoring<double>{.torque_max = 800.0, .efficiency = 0.9});
const std::array kAll{kOpen, kLocked, kClutches, kWorms, kVectoring};

// ---- Both speeds known ---------------------------------------------------------------------------

TEST(Differential, open_gives_equal_torques_and_the_mean_speed) {
  const auto y = split(kOpen, 1000.0, 40.0, 30.0);
  EXPECT_EQ(y.tau_l, 500.0);
  EXPECT_EQ(y.tau_r, 500.0);
  EXPECT_EQ(y.omega_c, 35.0);
  EXPECT_EQ(y.p_loss, 0.0);
}

TEST(Differential, clutches_by_hand) {
  // 50 + 0.4 x 1000 Nm from the faster left side.
  const auto driving = split(kClutches, 1000.0, 40.0, 30.0);
  EXPECT_ROUNDED(driving.tau_l, 275.0);
  EXPECT_ROUNDED(driving.tau_r, 725.0);
  EXPECT_ROUNDED(driving.p_loss, 2250.0);  // 450 x 10 / 2
  const auto braking = split(kClutches, -1000.0, 40.0, 30.0);
  EXPECT_ROUNDED(braking.tau_l, -625.0);  // the faster side brakes more
  EXPECT_ROUNDED(braking.tau_r, -375.0);
  EXPECT_ROUNDED(braking.p_loss, 1250.0);
}

TEST(Differential, worms_keep_their_bias_ratio) {
  const auto driving = split(kWorms, 1000.0, 30.0, 40.0);
  EXPECT_ROUNDED(driving.tau_l / driving.tau_r, 3.0);
  const auto braking = split(kWorms, -1000.0, 30.0, 40.0);
  EXPECT_ROUNDED(braking.tau_r / braking.tau_l, 2.0);
}

TEST(Differential, a_controlled_clutch_adds_its_torque) {
  const auto y = split(kOpen, 1000.0, 40.0, 30.0, {.tau_clutch = 300.0});
  EXPECT_EQ(y.tau_l, 350.0);
  EXPECT_EQ(y.tau_r, 650.0);
}

TEST(Differential, vectoring_moves_torque_and_keeps_the_sum) {
  const auto y = split(kVectoring, 1000.0, 30.0, 40.0, {.tau_v = -300.0});
  EXPECT_EQ(y.tau_l, 200.0);
  EXPECT_EQ(y.tau_r, 800.0);
  // The actuator pushes the faster side: 300 Nm at 10 rad/s through 90 %.
  EXPECT_ROUNDED(y.actuator.p, 3000.0 / 0.9);
  EXPECT_ROUNDED(y.actuator.p_loss, 3000.0 / 0.9 - 3000.0);
  // To the slower side the wheels drive it.
  const auto back = split(kVectoring, 1000.0, 30.0, 40.0, {.tau_v = 300.0});
  EXPECT_ROUNDED(back.actuator.p, -2700.0);
  EXPECT_ROUNDED(back.actuator.p_loss, 300.0);
  EXPECT_EQ(split(kVectoring, 0.0, 0.0, 0.0, {.tau_v = 2000.0}).tau_l, 800.0);
  EXPECT_EQ(split(kOpen, 0.0, 0.0, 0.0, {.tau_v = 2000.0}).tau_l, 0.0);
}

TEST(Differential, friction_has_no_jump_at_equal_speeds) {
  EXPECT_EQ(split(kClutches, 1000.0, 35.0, 35.0).tau_l, 500.0);
  const auto half = split(kClutches, 1000.0, 35.05, 35.0);  // half of 0.1 rad/s
  EXPECT_NEAR(half.tau_r - half.tau_l, 225.0, 1e-9);        // roundings of 35 over 0.1 rad/s
}

TEST(Differential, power_in_comes_out_or_is_lost_at_any_state) {
  test::Arguments random(31);
  for (const auto& p : kAll)
    for (int i = 0; i < 1000; ++i) {
      const double tau = random.between(-3000, 3000);
      const double l = random.between(-150, 150), r = l + random.between(-1, 1);
      const auto y = split(p, tau, l, r, {.tau_clutch = 20.0, .tau_v = random.between(-500, 500)});
      const double in = tau * y.omega_c + y.actuator.p;
      const double out = y.tau_l * l + y.tau_r * r + y.p_loss + y.actuator.p_loss;
      EXPECT_GE(y.p_loss, 0.0);
      EXPECT_GE(y.actuator.p_loss, 0.0);
      EXPECT_NEAR(in, out, test::kRounding * (abs(y.tau_l * l) + abs(y.tau_r * r) + 1.0));
      EXPECT_NEAR(y.tau_l + y.tau_r, tau, test::kRounding * (abs(y.tau_l) + abs(y.tau_r)));
    }
}

TEST(Differential, left_and_right_are_mirror_images) {
  test::Arguments random(32);
  for (const auto& p : kAll)
    for (int i = 0; i < 100; ++i) {
      const double tau = random.between(-3000, 3000), tau_v = random.between(-500, 500);
      const double l = random.between(-150, 150), r = l + random.between(-1, 1);
      const auto a = split(p, tau, l, r, {.tau_v = tau_v});
      const auto b = split(p, tau, r, l, {.tau_v = -tau_v});
      EXPECT_EQ(a.tau_l, b.tau_r);
      EXPECT_EQ(a.tau_r, b.tau_l);
    }
}

// ---- Outputs with inertia ------------------------------------------------------------------------

TEST(Differential, power_of_the_outputs_is_stored_lost_or_passed_on) {
  test::Arguments random(33);
  for (const auto& p : kAll)
    for (int i = 0; i < 1000; ++i) {
      const State<double> x{random.between(-150, 150), random.between(-2, 2)};
      const Inputs<double> u{random.between(-500, 500),
                             random.between(-1500, 1500),
                             random.between(-1500, 1500),
                             {.tau_clutch = 20.0, .tau_v = random.between(-500, 500)}};
      const auto y = rates(p, x, u);
      const double E_rate =
          p.side_inertia * (2.0 * x.omega_c * u.domega_c_dt + 0.5 * x.domega * y.domega_dt);
      const double in = y.tau * x.omega_c + y.split.actuator.p;
      const double out =
          u.tau_sl * left(x) + u.tau_sr * right(x) + y.split.p_loss + y.split.actuator.p_loss;
      EXPECT_GE(y.split.p_loss, 0.0);
      EXPECT_NEAR(in, E_rate + out,
                  test::kRounding *
                      (abs(E_rate) + abs(u.tau_sl * left(x)) + abs(u.tau_sr * right(x)) + 1.0));
    }
}

TEST(Differential, locked_turns_as_one_piece_and_splits_as_its_shafts_ask) {
  const auto y = rates(kLocked, {35.0, 0.0}, {0.0, 900.0, 100.0});
  EXPECT_EQ(y.domega_dt, 0.0);
  EXPECT_ROUNDED(y.split.tau_l, 900.0);
  EXPECT_ROUNDED(y.split.tau_r, 100.0);
  EXPECT_EQ(y.split.p_loss, 0.0);
}

TEST(Differential, friction_at_rest_holds_up_to_its_capacity_without_creep) {
  // 50 Nm and 0.4 of 1000 Nm.
  EXPECT_EQ(rates(kClutches, {35.0, 0.0}, {0.0, 720.0, 280.0}).domega_dt, 0.0);
  EXPECT_ROUNDED(rates(kClutches, {35.0, 0.0}, {0.0, 780.0, 220.0}).domega_dt, -11000.0);
}

// Against a load that swings through 0 and beyond the capacity: slip, hold, slip the other way.
TEST(Differential, friction_neither_chatters_nor_gives_energy_as_the_load_swings) {
  using X = std::array<double, 4>;  // difference of speeds, loss, its work with the load, time
  const auto f = [](const X& x) -> X {
    const double load = 600.0 * sin(20.0 * x[3]);
    const auto y = rates(kClutches, {0.0, x[0]}, {0.0, load, -load});
    EXPECT_GE(y.split.p_loss, -50.0 * dry_friction::kRestSlip);
    return {y.domega_dt, y.split.p_loss, -load * x[0], 1.0};
  };
  X x{};
  int turns = 0;
  double sign_before = 0.0;
  for (int k = 0; k < 3142; ++k) {  // one swing in steps of 100 us
    x = test::heun_step(f, x, 1e-4);
    if (abs(x[0]) > 1e-3 && sign(x[0]) != sign_before) ++turns, sign_before = sign(x[0]);
  }
  EXPECT_EQ(turns, 2);
  // Heun at the break-away and with the load's sine: of some 10^5 J.
  const double E = 0.5 * 0.5 * 0.01 * x[0] * x[0];
  EXPECT_GT(x[1], 100.0);
  EXPECT_NEAR(E + x[1], x[2], 1e-3 * x[2]);
}

TEST(Differential, is_one_law_over_all_scalars) {
  for (const auto& p : kAll)
    test::expect_same_over_all_scalars<5>(
        {{{-3000, 3000}, {-50, 50}, {-50, 50}, {-1500, 1500}, {-1000, 1000}}},
        [&]<class T>(const std::array<T, 5>& x) {
          const auto q = over<differential::Params, T>(p);
          const Commands<T> command{.tau_clutch = T(20.0), .tau_v = x[4]};
          const auto s = split<T>(q, x[0], x[1], x[2], command);
          const auto y = rates<T>(q, {x[1], x[2]}, {x[1], x[0], x[3], command});
          return std::array{s.tau_l, s.tau_r,     s.p_loss,      s.actuator.p,
                            y.tau,   y.domega_dt, y.split.p_loss};
        });
}

}  // namespace
}  // namespace evsim
