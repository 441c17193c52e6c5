#include "sim/control/vcu.h"

#include "tests/control/drive_cases.h"

namespace evsim {
namespace {

using test::asking;
using test::Car;
using test::number;
using vcu::Reason;

constexpr double kWeight = 1300.0 * 9.80665;  // [N]

double wheel_force(const Car& m, const vcu::Outputs<double>& out, int k, double v) {
  const auto& unit = m.drive_units[k];
  return drive_unit::wheel_torque(unit, out.command.tau[static_cast<std::size_t>(k)], v) /
         m.chassis.wheel_radius;
}

// ---- Driving --------------------------------------------------------------------------------------

TEST(Vcu, what_is_asked_for_is_given_at_the_wheels) {
  const Car m = test::prepared(test::small_car());
  const auto out = vcu::step(m, asking(m, 1000.0, 15.0));
  EXPECT_ROUNDED(wheel_force(m, out, 0, 15.0), 1000.0);
  EXPECT_EQ(out.F_given, 1000.0);
  EXPECT_EQ(out.command.F_brake, 0.0);
  EXPECT_EQ(out.limited, number(Reason::none));
}

TEST(Vcu, units_give_by_their_shares) {
  const Car m = test::prepared(test::four_units());
  const auto out = vcu::step(m, asking(m, 3000.0, 10.0));
  for (int k = 0; k < 4; ++k) EXPECT_ROUNDED(wheel_force(m, out, k, 10.0), k < 2 ? 500.0 : 1000.0);
  EXPECT_EQ(out.limited, number(Reason::none));
}

TEST(Vcu, what_a_saturated_unit_can_t_give_the_others_take_over) {
  auto p = test::four_units();
  p.drive_units[2].machine.envelope.tau_peak = 20.0;
  for (int k = 0; k < 4; ++k)
    p.drive_units[k].machine.envelope.U_ref = 200.0;  // no loss by voltage
  const Car m = test::prepared(p);
  const auto out = vcu::step(m, asking(m, 6000.0, 5.0));
  double F = 0.0;
  for (int k = 0; k < 4; ++k) F += wheel_force(m, out, k, 5.0);
  EXPECT_NEAR(F, 6000.0, 1e-5);  // the share that limits the saturated unit is found to 1e-9
  EXPECT_NEAR(out.F_given, 6000.0, 1e-5);
  EXPECT_NEAR(out.command.tau[2], 20.0, 1e-6);
  EXPECT_GT(wheel_force(m, out, 3, 5.0), 2000.0);
  EXPECT_GT(wheel_force(m, out, 0, 5.0), 1000.0);
  EXPECT_EQ(out.limited, number(Reason::none));  // all that was asked for is given
}

TEST(Vcu, beyond_what_all_units_can_give_the_machine_is_the_reason) {
  const Car m = test::prepared(test::small_car());
  auto in = asking(m, 20e3, 2.0);
  const auto out = vcu::step(m, in);
  EXPECT_NEAR(out.command.tau[0], 200.0, 1e-5);
  EXPECT_EQ(out.limited, number(Reason::machine));
}

// ---- Braking --------------------------------------------------------------------------------------

TEST(Vcu, regeneration_fades_between_its_speeds_without_a_kink) {
  const car::Regeneration<double> r{.v_zero = 1.0, .v_full = 3.0, .deceleration_max = 3.0};
  EXPECT_EQ(vcu::regeneration_share(r, 0.0), 0.0);
  EXPECT_EQ(vcu::regeneration_share(r, 1.0), 0.0);
  EXPECT_EQ(vcu::regeneration_share(r, 1.5), 0.15625);  // s = 1/4: (3 - 1/2) / 16
  EXPECT_EQ(vcu::regeneration_share(r, 2.0), 0.5);
  EXPECT_EQ(vcu::regeneration_share(r, 3.0), 1.0);
  EXPECT_EQ(vcu::regeneration_share(r, 50.0), 1.0);
  EXPECT_EQ(vcu::regeneration_share(r, -2.0), 0.5);
  const auto over_dual = over<car::Regeneration, Dual<1>>(r);
  const auto slope = [&](double v) {
    Dual<1> x(v);
    x.d[0] = 1.0;
    return vcu::regeneration_share(over_dual, x).d[0];
  };
  EXPECT_NEAR(slope(1.0 + 1e-9), 0.0, 1e-8);  // 6 s (1 - s) / 2 m/s
  EXPECT_NEAR(slope(3.0 - 1e-9), 0.0, 1e-8);
  EXPECT_EQ(slope(2.0), 0.75);
  double last = 0.0;
  for (int i = 0; i < 4000; ++i) {
    const double v = 0.001 * i;
    const double share = vcu::regeneration_share(r, v);
    EXPECT_LE(abs(share - last), 0.75 * 0.001 + 1e-15);  // continuous, at its largest slope
    last = share;
  }
}

TEST(Vcu, friction_takes_the_braking_that_regeneration_leaves) {
  const Car m = test::prepared(test::small_car());
  const auto gentle = vcu::step(m, asking(m, -1000.0, 20.0));
  EXPECT_EQ(gentle.F_given, -1000.0);
  EXPECT_EQ(gentle.command.F_brake, 0.0);
  EXPECT_EQ(gentle.limited, number(Reason::none));
  const auto hard = vcu::step(m, asking(m, -7000.0, 10.0));
  EXPECT_ROUNDED(hard.F_given, -3900.0);  // 3 m/s2 of 1300 kg
  EXPECT_ROUNDED(hard.command.F_brake, 3100.0);
  EXPECT_EQ(hard.limited, number(Reason::regeneration));
  // Half the share, and half of the gears' drag is left to brake.
  const auto slow = vcu::step(m, asking(m, -1000.0, 2.0));
  const double F_drag =
      -drive_unit::wheel_torque(m.drive_units[0], 0.0, 2.0) / m.chassis.wheel_radius;
  EXPECT_GT(F_drag, 0.0);
  EXPECT_ROUNDED(slow.F_given, -500.0 - 0.5 * F_drag);
  EXPECT_ROUNDED(slow.command.F_brake, 500.0 - 0.5 * F_drag);
  EXPECT_EQ(slow.limited, number(Reason::regeneration));
}

TEST(Vcu, machines_and_friction_give_what_is_asked_for_at_any_speed) {
  const Car m = test::prepared(test::small_car());
  test::Arguments random(1);
  for (int i = 0; i < 500; ++i) {
    const double F = -random.between(0, 12000), v = random.between(0, 45);
    const auto out = vcu::step(m, asking(m, F, v, random.between(0.1, 1.0)));
    EXPECT_NEAR(out.F_given - out.command.F_brake, F, 1e-9 * 12000) << v;
    EXPECT_GE(out.command.F_brake, 0.0);
  }
}

TEST(Vcu, at_rest_under_the_brakes_no_torque_follows_the_sign_of_a_speed) {
  const Car m = test::prepared(test::small_car());
  for (const double v : {-1e-6, 0.0, 1e-6})
    EXPECT_NEAR(vcu::step(m, asking(m, -1000.0, v)).command.tau[0], 0.0, 1e-12) << v;
}

TEST(Vcu, braking_acts_against_motion_also_when_the_car_rolls_back) {
  const Car m = test::prepared(test::small_car());
  const auto forward = vcu::step(m, asking(m, -7000.0, 10.0));
  const auto back = vcu::step(m, asking(m, -7000.0, -10.0));
  EXPECT_EQ(back.F_given, -forward.F_given);
  EXPECT_EQ(back.command.tau[0], -forward.command.tau[0]);
  EXPECT_EQ(back.command.F_brake,
            forward.command.F_brake);  // a capacity: its sense is that of motion
  EXPECT_EQ(back.limited, forward.limited);
  EXPECT_EQ(vcu::step(m, asking(m, -1000.0, -10.0)).limited, number(Reason::none));
}

TEST(Vcu, friction_brakes_press_no_more_than_the_grip_of_all_wheels) {
  const Car m = test::prepared(test::small_car());
  EXPECT_ROUNDED(vcu::step(m, asking(m, -1e5, 0.0)).command.F_brake, kWeight);
  auto in = asking(m, -1e5, 0.0);
  in.around.cos_alpha = 0.8;
  EXPECT_ROUNDED(vcu::step(m, in).command.F_brake, 0.8 * kWeight);
}

TEST(Vcu, a_full_battery_leaves_braking_to_friction) {
  const Car m = test::prepared(test::small_car());
  const auto out = vcu::step(m, asking(m, -2000.0, 20.0, 1.0));
  EXPECT_EQ(out.limited, number(Reason::battery_charge_state));
  EXPECT_GT(out.F_given, -300.0);  // what auxiliaries and losses use
  EXPECT_NEAR(out.F_given - out.command.F_brake, -2000.0, 1e-6);
}

// ---- Grip -----------------------------------------------------------------------------------------

TEST(Vcu, on_ice_the_force_is_the_grip_of_the_driven_axle_under_its_load) {
  auto p = test::small_car();
  p.chassis.mu = 0.2;
  p.drive_units[0].axle = drive_unit::Axle::front;
  const Car m = test::prepared(p);
  const auto out = vcu::step(m, asking(m, 5000.0, 5.0));
  // F = mu (m g / 2 - m a h / L), a = (F - F_road) / m_eq; h / L = 0.2. Eight rounds leave (mu h / L)^8 = 1e-11.
  const double F_road = car::road_force(m, 5.0, test::flat(), 1.0), shift = 0.2 * 1300.0 / 1358.0;
  const double F = 0.2 * (0.5 * kWeight + shift * F_road) / (1.0 + 0.2 * shift);
  EXPECT_NEAR(out.F_given, F, 1e-9 * F);
  EXPECT_EQ(out.limited, number(Reason::grip));
}

TEST(Vcu, uphill_the_grade_loads_the_rear_axle_and_takes_its_share_of_the_acceleration) {
  auto p = test::small_car();
  p.chassis.mu = 0.5;
  const Car m = test::prepared(p);
  auto in = asking(m, 1e4, 2.0);
  in.around.sin_alpha = 0.28;
  in.around.cos_alpha = 0.96;
  // F = mu (W cos / 2 + (W sin + m a) h / L), a = (F - F_road) / m_eq
  const double F_road = car::road_force(m, 2.0, in.around, 1.0), shift = 0.2 * 1300.0 / 1358.0;
  const double F =
      0.5 * (0.48 * kWeight + 0.2 * 0.28 * kWeight - shift * F_road) / (1.0 - 0.5 * shift);
  EXPECT_NEAR(vcu::step(m, in).F_given, F,
              1e-5 * F);  // (mu h / L)^8 = 1e-8, on the way over 1 - 0.1
}

TEST(Vcu, what_one_axle_can_t_carry_the_other_takes) {
  auto p = test::four_units();
  p.chassis.mu = 0.3;
  for (int k = 0; k < 4; ++k) p.drive_units[k].torque_share = k < 2 ? 0.0 : 1.0;  // rear drive
  const Car m = test::prepared(p);
  const auto out = vcu::step(m, asking(m, 9000.0, 5.0));
  EXPECT_NEAR(out.F_given, 0.3 * kWeight, 1e-6);  // the grip of all four wheels
  EXPECT_EQ(out.limited, number(Reason::grip));
  const auto gentle = vcu::step(m, asking(m, 1500.0, 5.0));
  EXPECT_NEAR(wheel_force(m, gentle, 0, 5.0), 0.0, 1e-9);  // its gears' drag, no more
  EXPECT_EQ(gentle.F_given, 1500.0);
}

// ---- Speed limiter --------------------------------------------------------------------------------

TEST(Vcu, the_speed_limiter_asks_for_what_the_road_asks_at_its_speed) {
  auto p = test::small_car();
  p.speed_limiter.v_max = 30.0;
  const Car m = test::prepared(p);
  const double F_road = car::road_force(m, 30.0, test::flat(), 1.0);
  const auto at = vcu::step(m, asking(m, 5000.0, 30.0));
  EXPECT_ROUNDED(at.F_given, F_road);
  EXPECT_EQ(at.limited, number(Reason::speed_limiter));
  const auto below = vcu::step(m, asking(m, 5000.0, 29.0));  // a second's distance to it
  EXPECT_ROUNDED(below.F_given, 1358.0 + car::road_force(m, 29.0, test::flat(), 1.0));
  EXPECT_EQ(vcu::step(m, asking(m, 5000.0, 40.0)).F_given, 0.0);  // it never brakes
  EXPECT_EQ(vcu::step(m, asking(m, -500.0, 40.0)).F_given, -500.0);
  EXPECT_EQ(vcu::step(m, asking(m, 1500.0, 10.0)).F_given, 1500.0);
}

TEST(Vcu, with_grip_to_spare_nothing_is_cut) {
  test::Arguments random(2);
  for (int i = 0; i < 2000; ++i) {
    auto p = i % 2 == 0 ? test::small_car() : test::four_units();
    static const std::array<Car, 2> both{test::prepared(test::small_car()),
                                         test::prepared(test::four_units())};
    Car m = both[static_cast<std::size_t>(i % 2)];
    m.chassis.mu = random.between(0.1, 1.1);
    m.chassis.front_load = random.between(0.35, 0.65);
    vcu::Torques<double> F{};
    for (std::size_t axle = 0; axle < 2; ++axle)
      F[2 * axle] = F[2 * axle + 1] = random.between(-1.0, 1.0) * (i % 2 == 0 ? 0.0 : 3000.0);
    const double sense = random.between(-1, 1) < 0 ? -1.0 : 1.0;
    for (double& each : F) each = sense * abs(each);
    if (i % 2 == 0) F = {random.between(-3000, 3000)};
    auto s = test::flat();
    s.sin_alpha = random.between(-0.24, 0.24);  // grades to 25 %
    s.cos_alpha = sqrt(1.0 - s.sin_alpha * s.sin_alpha);
    if (!vcu::grip_is_far(m, F)) continue;
    double total = 0.0;
    for (int k = 0; k < m.drive_units.size(); ++k) total += F[static_cast<std::size_t>(k)];
    for (int k = m.drive_units.size(); k < 4; ++k) F[static_cast<std::size_t>(k)] = 0.0;
    const vcu::Torques<double> room{1e4, 1e4, 1e4, 1e4};
    auto in = asking(m, total, 10.0);
    in.around = s;
    const auto given = vcu::within_grip(m, F, total, room, in);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(given[k], F[k], 1e-9) << s.sin_alpha;
  }
}

// ---- Battery --------------------------------------------------------------------------------------

TEST(Vcu, at_the_battery_s_limit_the_terminals_carry_exactly_that) {
  auto p = test::small_car();
  auto& pack = std::get<battery_pack::Params<double>>(p.battery);
  pack.P_discharge_max = 20e3;
  pack.P_charge_max = 8e3;
  const Car m = test::prepared(p);
  const auto d = test::drive_at(m, 25.0);
  const auto drive = vcu::step(m, asking(m, 3000.0, 25.0));
  EXPECT_EQ(drive.limited, number(Reason::battery_power));
  EXPECT_NEAR(test::at_terminals(m, d, drive.command.tau).p, 20e3, 1e-6 * 20e3);
  const auto brake = vcu::step(m, asking(m, -3000.0, 25.0));
  EXPECT_EQ(brake.limited, number(Reason::battery_power));
  EXPECT_NEAR(test::at_terminals(m, d, brake.command.tau).p, -8e3, 1e-6 * 8e3);
  EXPECT_NEAR(brake.F_given - brake.command.F_brake, -3000.0, 1e-6);
}

TEST(Vcu, no_command_breaks_a_limit) {
  test::Arguments random(3);
  const std::array<Car, 2> both{test::prepared(test::small_car()),
                                test::prepared(test::four_units())};
  for (int i = 0; i < 1000; ++i) {
    Car m = both[static_cast<std::size_t>(i % 2)];
    auto& pack = std::get<battery_pack::Model<double>>(m.battery);
    pack.P_discharge_max = random.between(1e4, 1e5);  // four machines idling at 45 m/s lose 8 kW
    pack.P_charge_max = random.between(5e3, 1e5);
    const double v = random.between(0, 45), SOC = random.between(0.05, 1.0);
    const auto out = vcu::step(m, asking(m, random.between(-12e3, 12e3), v, SOC));
    const auto d = test::drive_at(m, v, SOC);
    // The share is exact to 1e-9 of some 100 kW.
    EXPECT_GE(torque_limits::margin(m, d, out.command.tau, 1.0).least, -1e-2) << v;
  }
}

// ---- Over all scalars -----------------------------------------------------------------------------

TEST(Vcu, is_one_law_over_all_scalars_limited_or_not) {
  for (const auto& p : {test::small_car(), test::four_units()}) {
    Car m = test::prepared(p);
    std::get<battery_pack::Model<double>>(m.battery).P_discharge_max = 50e3;
    test::expect_same_over_all_scalars<3>(
        {{{-9000, 6000}, {0.1, 40}, {0.2, 0.9}}},
        [&]<class T>(const std::array<T, 3>& x) {
          const auto model = over<car::Model, T>(m);
          std::array<T, car::kMaxStates> y{};
          y[car::kSOC] = x[2];
          const car::Surroundings<T> s{T(1.2), T(0.0), T(0.0), T(1.0), T(298.0)};
          const auto out = vcu::step<T>(model, {.F_request = x[0],
                                                .v = x[1],
                                                .supply = car::supply(model, y.data(), s),
                                                .around = s});
          return std::array{out.command.tau[0], out.command.tau[3], out.command.F_brake,
                            out.F_given};
        },
        10);
  }
}

TEST(Vcu, a_limited_lane_leaves_the_others_as_they_are) {
  const Car m = test::prepared(test::small_car());
  const auto model = over<car::Model, Pack>(m);
  std::array<Pack, car::kMaxStates> y{};
  y[car::kSOC] = Pack(0.6);
  const car::Surroundings<Pack> s{Pack(1.2), Pack(0.0), Pack(0.0), Pack(1.0), Pack(298.0)};
  const auto supply = car::supply(model, y.data(), s);
  for (int limited = 0; limited < (1 << kLanes); ++limited) {
    Pack F;
    for (int k = 0; k < kLanes; ++k)
      set_lane(F, k, (limited >> k) & 1 ? 9000.0 : 500.0 + 100.0 * k);
    const auto out =
        vcu::step<Pack>(model, {.F_request = F, .v = 20.0, .supply = supply, .around = s});
    for (int k = 0; k < kLanes; ++k) {
      const auto alone = vcu::step(m, asking(m, lane(F, k), 20.0));
      EXPECT_TRUE(test::same_bits(lane(out.command.tau[0], k), alone.command.tau[0]));
      EXPECT_TRUE(test::same_bits(lane(out.F_given, k), alone.F_given));
      EXPECT_EQ(lane(out.limited, k), alone.limited);
      EXPECT_EQ(alone.limited > 0.0, ((limited >> k) & 1) == 1);
    }
  }
}

}  // namespace
}  // namespace evsim
