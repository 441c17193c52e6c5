#include "sim/control/torque_limits.h"

#include "tests/control/drive_cases.h"

namespace evsim {
namespace {

using test::at_terminals;
using test::Car;
using test::drive_at;
using test::number;
using torque_limits::Reason;
using torque_limits::share_given;
using torque_limits::Torques;

Car limited_car(double P_discharge, double P_charge = kInfinity) {
  Car m = test::prepared(test::small_car());
  auto& pack = std::get<battery_pack::Model<double>>(m.battery);
  pack.P_discharge_max = P_discharge;
  pack.P_charge_max = P_charge;
  return m;
}

TEST(TorqueLimits, what_fits_is_given_in_full) {
  const Car m = test::prepared(test::small_car());
  const auto g = share_given(m, drive_at(m, 20.0), {50.0});  // 30 kW
  EXPECT_EQ(g.lambda, 1.0);
  EXPECT_EQ(g.reason, number(Reason::none));
}

TEST(TorqueLimits, the_margin_falls_in_the_share) {
  const Car m = limited_car(20e3);
  const auto d = drive_at(m, 20.0);
  double last = kInfinity;
  for (int i = 0; i <= 100; ++i) {
    const double g = torque_limits::margin(m, d, {150.0}, 0.01 * i).least;
    EXPECT_LT(g, last) << i;
    last = g;
  }
}

TEST(TorqueLimits, limited_by_the_battery_the_terminals_carry_exactly_its_limit) {
  test::Arguments random(1);
  for (int i = 0; i < 300; ++i) {
    const Car m = limited_car(random.between(5e3, 40e3), random.between(2e3, 30e3));
    const auto d = drive_at(m, random.between(12, 45));
    const Torques<double> tau{random.between(0, 1) < 0.5 ? 180.0 : -180.0};
    const auto g = share_given(m, d, tau);
    if (g.reason != number(Reason::battery_power)) continue;
    const double p = at_terminals(m, d, {g.lambda * tau[0]}).p;
    // The Newton step after 30 bisections leaves curvature times (1e-9)^2.
    const double limit = tau[0] > 0.0 ? d.supply.limits.discharge : -d.supply.limits.charge;
    EXPECT_NEAR(p, limit, 1e-6 * abs(limit));
  }
}

TEST(TorqueLimits, each_limit_of_the_battery_is_named) {
  const auto reason = [](auto change, double tau, double SOC = 0.6) {
    Car m = test::prepared(test::small_car());
    change(std::get<battery_pack::Model<double>>(m.battery));
    return share_given(m, drive_at(m, 25.0, SOC), {tau}).reason;
  };
  using Pack_ = battery_pack::Model<double>;
  EXPECT_EQ(reason([](Pack_& b) { b.P_discharge_max = 2e4; }, 100.0),
            number(Reason::battery_power));
  EXPECT_EQ(reason([](Pack_& b) { b.I_discharge_max = 50.0; }, 100.0),
            number(Reason::battery_current));
  EXPECT_EQ(reason([](Pack_& b) { b.U_min = b.OCV(0.6) - 2.0; }, 100.0),
            number(Reason::battery_voltage));
  EXPECT_EQ(reason([](Pack_& b) { b.P_charge_max = 2e4; }, -100.0), number(Reason::battery_power));
  EXPECT_EQ(reason([](Pack_& b) { b.U_max = b.OCV(0.6) + 2.0; }, -100.0),
            number(Reason::battery_voltage));
  EXPECT_EQ(reason([](Pack_&) {}, -100.0, 1.0), number(Reason::battery_charge_state));
}

TEST(TorqueLimits, a_full_battery_takes_no_more_than_the_consumers_use) {
  const Car m = test::prepared(test::small_car());
  const auto d = drive_at(m, 25.0, 1.0);
  const auto g = share_given(m, d, {-100.0});
  EXPECT_GT(g.lambda, 0.0);  // braking pays for auxiliaries and its own losses
  EXPECT_NEAR(at_terminals(m, d, {-100.0 * g.lambda}).p, 0.0,
              1e-6 * 75e3);  // of the power asked for
}

TEST(TorqueLimits, a_battery_too_weak_for_the_auxiliaries_gives_no_torque) {
  const Car m = limited_car(100.0);  // of 400 W
  EXPECT_LT(share_given(m, drive_at(m, 20.0), {100.0}).lambda, 1e-8);
}

TEST(TorqueLimits, torque_and_voltage_of_a_machine_at_its_envelope_fit_each_other) {
  // U_ref is above any voltage of the pack: more torque lowers the voltage, which lowers the torque.
  auto p = test::small_car();
  p.drive_units[0].machine.envelope.U_ref = 450.0;
  const Car m = test::prepared(p);
  for (const double v : {20.0, 30.0, 45.0}) {
    const auto d = drive_at(m, v);
    const auto g = share_given(m, d, {200.0});
    ASSERT_LT(g.lambda, 1.0);
    EXPECT_EQ(g.reason, number(Reason::machine));
    const double tau = 200.0 * g.lambda;
    const double u = at_terminals(m, d, {tau}).u;
    EXPECT_LT(u, d.supply.source.U_0 - 5.0);
    EXPECT_NEAR(tau, machine::torque_limit(m.drive_units[0].envelope, d.omega[0], u), 1e-6 * tau);
  }
}

TEST(TorqueLimits, of_several_units_the_first_at_its_limit_decides_for_all) {
  auto p = test::four_units();
  p.drive_units[2].machine.envelope.tau_peak = 60.0;
  const Car m = test::prepared(p);
  const auto g = share_given(m, drive_at(m, 5.0), {100.0, 100.0, 100.0, 100.0});
  EXPECT_NEAR(g.lambda, 0.6, 1e-9);
  EXPECT_EQ(g.reason, number(Reason::machine));
}

// ---- surely_given ---------------------------------------------------------------------------------

TEST(TorqueLimits, surely_given_is_never_said_where_a_margin_is_broken) {
  test::Arguments random(2);
  int sure = 0, limited = 0;
  for (int i = 0; i < 20000; ++i) {
    auto p = i % 2 == 0 ? test::small_car() : test::four_units();
    static const std::array<Car, 2> both{test::prepared(test::small_car()),
                                         test::prepared(test::four_units())};
    Car m = both[static_cast<std::size_t>(i % 2)];
    auto& pack = std::get<battery_pack::Model<double>>(m.battery);
    pack.P_discharge_max = random.between(2e3, 3e5);
    pack.P_charge_max = random.between(2e3, 3e5);
    for (int k = 0; k < m.drive_units.size(); ++k)
      m.drive_units[k].envelope.U_ref = random.between(200, 450);
    const auto d = drive_at(m, random.between(-50, 50), random.between(0, 1));
    Torques<double> tau{};
    const double size = random.between(0, 250);
    for (double& each : tau) each = random.between(-size, size);
    const double least = torque_limits::margin(m, d, tau, 1.0).least;
    if (torque_limits::surely_given(m, d, tau)) {
      ++sure;
      EXPECT_GE(least, 0.0) << "v " << d.omega[0] / 30.0 << " size " << size;
    }
    limited += least < 0.0;
  }
  // Both answers must have been met, or the test says nothing.
  EXPECT_GT(sure, 1000);
  EXPECT_GT(limited, 1000);
}

TEST(TorqueLimits, a_loss_without_bound_is_never_sure) {
  Car m = test::prepared(test::coarse_car());
  EXPECT_TRUE(torque_limits::surely_given(m, drive_at(m, 10.0), {1.0}));
  m.drive_units[0].p_loss_bound = kInfinity;
  EXPECT_FALSE(torque_limits::surely_given(m, drive_at(m, 10.0), {1.0}));
}

// ---- Over all scalars -----------------------------------------------------------------------------

TEST(TorqueLimits, the_share_is_one_law_over_all_scalars_limited_or_not) {
  const Car m = limited_car(30e3, 15e3);
  test::expect_same_over_all_scalars<3>(
      {{{10, 45}, {-190, 190}, {0.3, 0.9}}},
      [&]<class T>(const std::array<T, 3>& x) {
        const auto model = over<car::Model, T>(m);
        std::array<T, car::kMaxStates> y{};
        y[car::kSOC] = x[2];
        const car::Surroundings<T> s{T(1.2), T(0.0), T(0.0), T(1.0), T(298.0)};
        torque_limits::Drive<T> d;
        d.supply = car::supply(model, y.data(), s);
        d.omega[0] = drive_unit::machine_speed(model.drive_units[0], x[0]);
        const auto g = share_given(model, d, {x[1]});
        return std::array{g.lambda, torque_limits::margin(model, d, {x[1]}, T(0.7)).least};
      },
      15);
}

}  // namespace
}  // namespace evsim
