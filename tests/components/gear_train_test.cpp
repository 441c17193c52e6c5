#include "sim/components/gear_train.h"

#include "sim/components/clutch.h"
#include "sim/components/gear_shift.h"
#include "tests/components/integrate.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

using namespace gear_train;
using Train = gear_train::Model<double>;

constexpr gear::Params<double> kStage{.ratio = 10.0, .efficiency = 0.98, .drag_torque = 0.1};
const Train kTrain = prepare<double>({.inertia_in = 0.002, .inertia_out = 0.3}, kStage, 0.05);
// J_in 2, J_out 8 kg m2 at a ratio of 2: both weigh the same on the slip.
constexpr Train kFree{.ratio = 2.0,
                      .efficiency = 1.0,
                      .drag_torque = 0.0,
                      .viscous_drag = 0.0,
                      .J_in = 2.0,
                      .J_out = 8.0,
                      .rotor_sense = 1.0};

TEST(GearTrain, a_steady_torque_is_that_of_the_gear_stage) {
  for (const double tau : {100.0, -100.0})
    for (const double omega : {50.0, -50.0}) {
      const double tau_load = gear::output_torque(kStage, tau, omega);
      const auto y = engaged<double>(kTrain, omega, {tau, tau_load});
      EXPECT_NEAR(y.rate.omega_out, 0.0, 1e-12);  // roundings of 1000 Nm over 5.5 kg m2
      EXPECT_NEAR(y.p_drag + y.p_mesh, tau * 10.0 * omega - tau_load * omega, 1e-9);
    }
}

TEST(GearTrain, stages_in_series_are_the_gears_one_after_the_other) {
  const gear::Params<double> next{.ratio = 3.0, .efficiency = 0.97, .drag_torque = 0.5};
  const double both = gear::output_torque(next, gear::output_torque(kStage, 80.0, 1.0), 1.0);
  EXPECT_ROUNDED(gear::output_torque(in_series(kStage, next), 80.0, 1.0), both);
}

TEST(GearTrain, inertia_takes_its_torque_before_the_mesh) {
  // 50.1 Nm less drag; 10 x 0.98 x 50 over 0.3 + 0.98 x 100 x 0.052.
  const auto y = engaged<double>(kTrain, 30.0, {50.1, 0.0});
  EXPECT_ROUNDED(y.rate.omega_out, 490.0 / 5.396);
  EXPECT_ROUNDED(y.rate.omega_in, 4900.0 / 5.396);
}

TEST(GearTrain, drag_grows_with_speed_by_hand) {
  auto m = kTrain;
  m.viscous_drag = 2e-3;
  const auto y = engaged<double>(m, 50.0, {0.0, 0.0});
  EXPECT_ROUNDED(y.p_drag, 550.0);  // (0.1 + 1) Nm at 500 rad/s
}

TEST(GearTrain, at_rest_nothing_is_lost_and_nothing_jumps) {
  const auto rest = engaged<double>(kTrain, 0.0, {100.0, 1000.0});
  EXPECT_EQ(rest.rate.omega_out, 0.0);
  EXPECT_EQ(rest.p_drag + rest.p_mesh, 0.0);
  EXPECT_EQ(coupled<double>(kTrain, {0.0, 0.0}, {100.0, 1000.0}, kInfinity).rate.omega_in, 0.0);
  for (const double tau : {-100.0, 100.0}) {
    const double forward = engaged<double>(kTrain, 1e-9, {tau, 10.0 * tau}).rate.omega_out;
    const double backward = engaged<double>(kTrain, -1e-9, {tau, 10.0 * tau}).rate.omega_out;
    EXPECT_NEAR(forward, backward, 1e-6);  // 1e-8 of the losses
  }
}

TEST(GearTrain, power_in_is_stored_lost_or_passed_on_at_any_state) {
  test::Arguments random(41);
  for (const double capacity : {0.0, 40.0, kInfinity})
    for (int i = 0; i < 1000; ++i) {
      const State<double> x{random.between(-30, 30), random.between(-3, 3)};
      const Inputs<double> u{random.between(-300, 300), random.between(-3000, 3000)};
      const auto y = coupled(kTrain, x, u, capacity);
      const double E_rate = kTrain.J_in * x.omega_in * y.rate.omega_in +
                            kTrain.J_out * x.omega_out * y.rate.omega_out;
      const double out = u.tau_load * x.omega_out;
      EXPECT_GE(y.p_drag, 0.0);
      EXPECT_GE(y.p_mesh, 0.0);
      EXPECT_GE(y.p_slip, 0.0);
      const double size = abs(y.tau_n * x.omega_in) + abs(10.0 * y.tau_n * x.omega_out);
      EXPECT_NEAR(u.tau * x.omega_in, E_rate + out + y.p_drag + y.p_mesh + y.p_slip,
                  test::kRounding * (size + abs(out) + abs(u.tau * x.omega_in)));
    }
}

TEST(GearTrain, an_engaged_gear_is_the_limit_of_one_whose_dog_holds) {
  test::Arguments random(42);
  for (int i = 0; i < 1000; ++i) {
    const double omega = random.between(-3, 3);
    const Inputs<double> u{random.between(-300, 300), random.between(-3000, 3000)};
    const auto one = engaged(kTrain, omega, u);
    const auto two = coupled(kTrain, {10.0 * omega, omega}, u, kInfinity);
    // Accelerations are differences of torques of 3000 Nm over 0.3 kg m2.
    EXPECT_NEAR(one.rate.omega_out, two.rate.omega_out, 1e-10);
    EXPECT_NEAR(one.tau_n, two.tau_n, 1e-11);
    EXPECT_NEAR(one.p_mesh, two.p_mesh, 1e-11);
    EXPECT_NEAR(one.tau_housing, two.tau_housing, 1e-10);
  }
}

TEST(GearTrain, a_clutch_of_the_next_speed_takes_torque_off_the_gear_in_mesh_by_hand) {
  // In a ratio of 10 at 300 rad/s of the rotor a clutch of a ratio of 5 takes 20 of 50.1 Nm, 0.1 of them drag: it slips
  // by 150 rad/s, the output gets 0.98 x (10 x 30 + 5 x 20) Nm.
  const auto y = handing_over<double>(kTrain, 30.0, {50.1, 392.0}, 5.0, 20.0);
  EXPECT_NEAR(y.rate.omega_out, 0.0, 1e-12);
  EXPECT_ROUNDED(y.tau_n, 30.0);
  EXPECT_ROUNDED(y.p_slip, 3000.0);
  EXPECT_NEAR(y.p_drag + y.p_mesh + y.p_slip, 50.1 * 300.0 - 392.0 * 30.0, 1e-9);
}
TEST(GearTrain, power_in_is_stored_lost_or_passed_on_while_a_clutch_takes_over) {
  test::Arguments random(43);
  for (int i = 0; i < 1000; ++i) {
    const double omega_out = random.between(-30, 30), tau_c = random.between(0, 300);
    const Inputs<double> u{random.between(-300, 300), random.between(-3000, 3000)};
    const auto y = handing_over(kTrain, omega_out, u, 5.0, tau_c);
    const double omega_in = 10.0 * omega_out;
    const double E_rate =
        kTrain.J_in * omega_in * y.rate.omega_in + kTrain.J_out * omega_out * y.rate.omega_out;
    const double out = E_rate + u.tau_load * omega_out + y.p_drag + y.p_mesh + y.p_slip;
    EXPECT_GE(y.p_slip, 0.0);
    EXPECT_NEAR(u.tau * omega_in, out, 1e-12 * (abs(E_rate) + abs(out)) + 1e-9);
  }
}

TEST(GearTrain, a_disconnected_rotor_runs_free) {
  const auto y = coupled<double>(kTrain, {100.0, 3.0}, {20.0, 5.0}, 0.0);
  EXPECT_ROUNDED(y.rate.omega_in, 19.9 / 0.052);
  EXPECT_ROUNDED(y.rate.omega_out, -5.0 / 0.3);
  EXPECT_EQ(y.p_mesh + y.p_slip, 0.0);
}

// ---- The clutch ----------------------------------------------------------------------------------

using X = std::array<double, 3>;  // omega_in, omega_out, heat of the clutch
auto closing(double capacity) {
  return [=](const X& x) -> X {
    const auto y = coupled<double>(kFree, {x[0], x[1]}, {0.0, 0.0}, capacity);
    return {y.rate.omega_in, y.rate.omega_out, y.p_slip};
  };
}

TEST(GearTrain, a_clutch_turns_just_the_energy_of_the_slip_into_heat) {
  // 1/2 J dw^2, J = 1 / (1/2 + 4/8) = 1 kg m2, dw = 100 - 2 x 20 = 60: 1800 J. Momentum about the input:
  // 2 x 100 + 8 x 20 / 2 = 280, over 2 + 8 / 4 = 70 rad/s.
  for (const double capacity : {50.0, 400.0}) {
    X x{100.0, 20.0, 0.0};
    for (int k = 0; k < 20000; ++k) x = test::rk4_step(closing(capacity), x, 1e-4);
    EXPECT_NEAR(x[0], 70.0, 1e-9);
    EXPECT_NEAR(x[1], 35.0, 1e-9);
    // RK4 across the kink where holding begins: h^2 of a rate that bends.
    EXPECT_NEAR(x[2], 1800.0, 1e-4);
  }
}

TEST(GearTrain, a_slipping_clutch_takes_its_known_time) {
  // 60 rad/s of slip at 400 Nm over 1 kg m2: 0.15 s.
  X x{100.0, 20.0, 0.0};
  for (int k = 0; k < 750; ++k) x = test::rk4_step(closing(400.0), x, 1e-4);
  EXPECT_NEAR(x[0] - 2.0 * x[1], 30.0, 1e-9);
  for (int k = 0; k < 750; ++k) x = test::rk4_step(closing(400.0), x, 1e-4);
  for (int k = 0; k < 50; ++k) x = test::rk4_step(closing(400.0), x, dry_friction::kHoldTime / 10);
  EXPECT_NEAR(x[0] - 2.0 * x[1], 0.0, 1e-3);  // five times the time of holding after 0.15 s
}

TEST(GearTrain, a_dog_that_snaps_shut_costs_the_same_energy_at_once) {
  X x{100.0, 20.0, 0.0};
  for (int k = 0; k < 1200; ++k)
    x = test::rk4_step(closing(kInfinity), x, dry_friction::kHoldTime / 40);
  EXPECT_NEAR(x[0], 70.0, 1e-9);
  // RK4 in steps of a fortieth of the time of holding: some (1/40)^4 = 4e-7.
  EXPECT_NEAR(x[2], 1800.0, 1800.0 * 4e-7);
}

TEST(GearTrain, a_clutch_at_rest_holds_its_capacity_and_no_more) {
  EXPECT_EQ(coupled<double>(kFree, {70.0, 35.0}, {49.0, 98.0}, 50.0).rate.omega_in, 0.0);
  EXPECT_ROUNDED(coupled<double>(kFree, {70.0, 35.0}, {60.0, 120.0}, 50.0).rate.omega_in, 5.0);
}

TEST(Clutch, capacity_by_hand) {
  const clutch::Params<double> discs = clutch::Friction<double>{.torque_max = 400.0};
  EXPECT_EQ(clutch::capacity(discs, 0.25, 100.0), 100.0);
  const clutch::Params<double> dog = clutch::Dog<double>{.strength = 900.0, .dog_speed = 2.0};
  EXPECT_EQ(clutch::capacity(dog, 1.0, -2.0), 900.0);
  EXPECT_EQ(clutch::capacity(dog, 1.0, 2.1), 0.0);
  EXPECT_EQ(clutch::capacity(dog, 0.0, 0.0), 0.0);
}

// Opened at 0.1 s, closed at 0.4 s: what the machine adds to the free rotor becomes heat as the clutch closes again.
TEST(Clutch, disconnects_a_rotor_and_takes_it_along_again) {
  const clutch::Params<double> discs = clutch::Friction<double>{.torque_max = 60.0};
  using Y = std::array<double, 5>;  // omega_in, omega_out, heat, work of the rotor's torque, time
  const auto f = [&](const Y& x) -> Y {
    const State<double> speeds{x[0], x[1]};
    const double q = x[4] < 0.1 || x[4] >= 0.4 ? 1.0 : 0.0;
    const double c = clutch::capacity(discs, q, slip(kFree, speeds));
    const auto y = coupled<double>(kFree, speeds, {20.0, 0.0}, c);
    return {y.rate.omega_in, y.rate.omega_out, y.p_slip, 20.0 * x[0], 1.0};
  };
  Y x{100.0, 50.0, 0.0, 0.0, 0.0};
  const auto run = [&](int steps) {
    for (int k = 0; k < steps; ++k) x = test::heun_step(f, x, 1e-4);
  };
  run(1000);
  EXPECT_NEAR(x[0], 100.5, 1e-9);  // 20 Nm over 2 + 8 / 4 kg m2
  EXPECT_NEAR(x[1], 50.25, 1e-9);
  run(3000);
  EXPECT_NEAR(x[0], 103.5, 2e-3);  // over 2 kg m2 alone; the switch lies within a step
  EXPECT_NEAR(x[1], 50.25, 1e-3);
  EXPECT_EQ(x[2], 0.0);
  run(3000);
  EXPECT_NEAR(x[0], 103.5,
              2e-3);  // 280 Nm s and 14 more over 4 kg m2 less than it seems: see momentum
  const auto E = [](double in, double out) { return in * in + 4.0 * out * out; };
  EXPECT_NEAR(E(100.0, 50.0) + x[3], E(x[0], x[1]) + x[2], 1e-4 * x[3]);
}

// ---- Reaction and wheel --------------------------------------------------------------------------

TEST(GearTrain, the_housing_takes_the_load_and_what_spins_up) {
  // 10 rad/s2 of the output, 100 of the input: 500 Nm load, 3 and 5.2 Nm of inertia.
  const double tau = (500.0 + 3.0) / 9.8 + 5.2 + 0.1;
  auto y = engaged<double>(kTrain, 30.0, {tau, 500.0});
  EXPECT_NEAR(y.rate.omega_out, 10.0, 1e-11);
  EXPECT_NEAR(y.tau_housing, -508.2, 1e-10);
  Train other_way = kTrain;
  other_way.rotor_sense = -1.0;
  EXPECT_NEAR(engaged<double>(other_way, 30.0, {tau, 500.0}).tau_housing, -497.8, 1e-10);
}

TEST(GearTrain, a_rotor_in_the_wheel_turns_with_it) {
  // 0.4 and 1.6 kg m2: (500 - 2 - 298) / 2.
  const auto y = engaged(on_wheel(0.4, 1.6, 2.0), 80.0, {500.0, 298.0});
  EXPECT_ROUNDED(y.rate.omega_out, 100.0);
  EXPECT_EQ(y.p_drag, 160.0);
  EXPECT_EQ(y.p_mesh, 0.0);
  EXPECT_ROUNDED(y.tau_housing,
                 -498.0);  // the machine's torque without what its bearings give back
}

// ---- A shift -------------------------------------------------------------------------------------

constexpr gear_shift::Params<double> kShiftTimes{.torque_down_time = 0.1,
                                                 .torque_up_time = 0.2,
                                                 .synchroniser_torque = 40.0,
                                                 .dog = {.dog_speed = 0.5}};

TEST(GearShift, torque_fades_and_comes_back_by_hand) {
  const auto at = [](double s, double slip) {
    return gear_shift::outputs(kShiftTimes, gear_shift::State<double>{s}, slip);
  };
  EXPECT_EQ(at(0.0, 0.0).torque_share, 1.0);
  EXPECT_ROUNDED(at(0.025, 0.0).torque_share, 0.75);
  EXPECT_EQ(at(0.025, 0.0).capacity, kInfinity);
  EXPECT_EQ(at(0.1, 100.0).torque_share, 0.0);
  EXPECT_EQ(at(0.1, 100.0).capacity, 40.0);
  EXPECT_EQ(at(0.1, 100.0).s_rate, 0.0);  // waits
  EXPECT_EQ(at(0.1, 0.5).capacity, kInfinity);
  EXPECT_EQ(at(0.1, 0.5).s_rate, 1.0);
  EXPECT_NEAR(at(0.2, 0.0).torque_share, 0.5, 1e-15);
  EXPECT_EQ(at(0.4, 0.0).torque_share, 1.0);
  EXPECT_FALSE(gear_shift::done(kShiftTimes, gear_shift::State<double>{0.29}));
  EXPECT_TRUE(gear_shift::done(kShiftTimes, gear_shift::State<double>{0.31}));
}

TEST(GearShift, an_upshift_against_a_heavy_car_loses_the_energy_of_the_slip) {
  // From 12 to 8 at 50 rad/s of the output, no torque: the rotor drops from 600 to 400 rad/s. 200 rad/s of slip,
  // 0.06 kg m2 against 200 kg m2 (0.05882 at 64): 1/2 J dw^2, synchronised at 40 Nm after some 0.3 s.
  const gear_shift::Shift<double> shift{12.0, 8.0};
  const Train train{12.0, 1.0, 0.0, 0.0, 0.06, 200.0, 1.0};
  using Y = std::array<double, 4>;  // omega_in, omega_out, s, heat
  const auto f = [&](const Y& x) -> Y {
    Train now = train;
    now.ratio = gear_shift::ratio(kShiftTimes, {x[2]}, shift);
    const State<double> speeds{x[0], x[1]};
    const auto g =
        gear_shift::outputs(kShiftTimes, gear_shift::State<double>{x[2]}, slip(now, speeds));
    const auto y = coupled<double>(now, speeds, {0.0, 0.0}, g.capacity);
    return {y.rate.omega_in, y.rate.omega_out, g.s_rate, y.p_slip};
  };
  Y x{600.0, 50.0, 0.0, 0.0};
  double time = 0.0;
  while (!gear_shift::done(kShiftTimes, {x[2]}) && time < 2.0) {
    x = test::heun_step(f, x, 1e-4);
    time += 1e-4;
  }
  const double J = 1.0 / (1.0 / 0.06 + 64.0 / 200.0);
  EXPECT_NEAR(x[0] - 8.0 * x[1], 0.0, 1e-9);
  // Torque down and up 0.3 s, then the slip at 40 Nm; the dog ends the last of it within a ms.
  EXPECT_NEAR(time, 0.3 + 200.0 * J / 40.0, 2e-3);
  // Heun meets the new ratio and the closing dog inside a step each: 100 us of 8 kW are 0.8 J.
  EXPECT_NEAR(x[3], 0.5 * J * 200.0 * 200.0, 0.8);
  const auto E = [](double in, double out) { return 0.5 * (0.06 * in * in + 200.0 * out * out); };
  EXPECT_NEAR(E(600.0, 50.0), E(x[0], x[1]) + x[3], 0.1);
}

// ---- All scalars ---------------------------------------------------------------------------------

TEST(GearTrain, is_one_law_over_all_scalars) {
  for (const double capacity : {30.0, kInfinity})
    test::expect_same_over_all_scalars<4>(
        {{{-30, 30}, {-3, 3}, {-300, 300}, {-3000, 3000}}},
        [&]<class T>(const std::array<T, 4>& x) {
          const auto stage = over<gear::Params, T>(kStage);
          const auto p = over<gear_train::Params, T>(
              {.inertia_in = 0.002, .inertia_out = 0.3, .rotor_sense = -1.0, .viscous_drag = 2e-3});
          const auto m = prepare<T>(p, stage, T(0.05));
          const auto y = coupled<T>(m, {x[0], x[1]}, {x[2], x[3]}, T(capacity));
          const auto z = engaged<T>(m, x[1], {x[2], x[3]});
          return std::array{y.rate.omega_in,  y.rate.omega_out, y.p_mesh,     y.p_slip,
                            z.rate.omega_out, z.p_mesh,         z.tau_housing};
        });
}

TEST(Clutch, is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<2>(
      {{{0.0, 1.0}, {-3.0, 3.0}}}, []<class T>(const std::array<T, 2>& x) {
        const auto discs = over<clutch::Friction, T>(clutch::Friction<double>{.torque_max = 400.0});
        const auto dog = over<clutch::Dog, T>(clutch::Dog<double>{.strength = 900.0});
        return std::array{clutch::capacity(discs, x[0], x[1]), clutch::capacity(dog, x[0], x[1])};
      });
}

TEST(GearShift, is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<2>(
      {{{0.0, 0.5}, {-1.0, 1.0}}}, []<class T>(const std::array<T, 2>& x) {
        const auto p = over<gear_shift::Params, T>(kShiftTimes);
        const auto y = gear_shift::outputs<T>(p, {x[0]}, x[1]);
        return std::array{y.torque_share, min(y.capacity, T(1e3)),
                          gear_shift::ratio<T>(p, {x[0]}, {T(12.0), T(8.0)})};
      });
}

}  // namespace
}  // namespace evsim
