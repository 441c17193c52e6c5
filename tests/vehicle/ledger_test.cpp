#include "sim/vehicle/ledger.h"

#include <algorithm>

#include "tests/components/scalars.h"
#include "tests/vehicle/states.h"

namespace evsim {
namespace {

using ledger::Kind;

// Row of the first unit.
int row_of(ledger::UnitRow r) { return static_cast<int>(ledger::kUnits) + static_cast<int>(r); }
std::size_t of_unit(ledger::UnitRow r) { return static_cast<std::size_t>(row_of(r)); }

TEST(Ledger, rows_are_the_flows_they_are_named_after) {
  const auto m = car::prepare(test::four_units(), test::kTestMass);
  test::Arguments random(1);
  for (int i = 0; i < 100; ++i) {
    const auto f = test::flows(m, test::any_state(random));
    std::array<double, ledger::kMaxRows> q{};
    ledger::rates(m, f, q.data());
    EXPECT_EQ(q[ledger::kAir], f.p_air);
    EXPECT_EQ(q[ledger::kRolling], f.p_roll);
    EXPECT_EQ(q[ledger::kBrake], f.p_brake);
    EXPECT_EQ(q[ledger::kSlip], f.p_slip);
    EXPECT_EQ(q[ledger::kR0], f.battery_rates.p_loss_R_0);
    EXPECT_EQ(q[ledger::kR1], f.battery_rates.p_loss_R_1);
    EXPECT_EQ(q[ledger::kAuxiliaries], 400.0);
    EXPECT_EQ(q[ledger::kMissing], f.battery.p_missing);
    EXPECT_EQ(q[ledger::kBattery], f.battery.p);
    EXPECT_EQ(q[ledger::kBatteryOut] - q[ledger::kBatteryIn], f.battery.p);
    EXPECT_EQ(min(q[ledger::kBatteryOut], q[ledger::kBatteryIn]), 0.0);
    EXPECT_EQ(q[ledger::kWheelOut] + q[ledger::kWheelIn], f.F_contact * f.v);
    EXPECT_LE(q[ledger::kWheelIn], 0.0);
    for (int k = 0; k < 4; ++k) {
      const auto& u = f.units[static_cast<std::size_t>(k)];
      const double* unit = &q[ledger::kUnits + ledger::kRowsPerUnit * static_cast<std::size_t>(k)];
      EXPECT_EQ(unit[ledger::kGear], u.p_gear);
      EXPECT_EQ(unit[ledger::kMachine], u.p_machine);
      EXPECT_EQ(unit[ledger::kInverter], u.p_inverter);
    }
    // Throughput: all that passes external ports and stores, never negative.
    EXPECT_ROUNDED(q[ledger::kThroughput],
                   std::abs(f.battery_rates.p_chemical) + std::abs(f.p_air) + 400.0 +
                       std::abs(m.mass_equivalent * f.a * f.v) + std::abs(f.p_grade));
  }
}

TEST(Ledger, stores_by_hand) {
  const auto m = car::prepare(test::coarse_car(), test::kTestMass);
  std::array<double, car::kMaxStates> y{};
  y[car::kV] = -10.0;
  y[car::kAltitude] = 2.0;
  y[car::kSOC] = 0.4;
  const auto s = ledger::stores(m, y.data());
  EXPECT_ROUNDED(s.kinetic, 50.0 * 1358.0);
  EXPECT_ROUNDED(s.potential, 2600.0 * 9.80665);
  EXPECT_ROUNDED(s.battery, 0.6e8);  // 0.4 x 150 MJ
}

// 100 kJ from the battery: 40 kJ into speed, 10 kJ into height, 52 kJ lost or given away; 2 kJ more
// than the battery gave came by a command (1 kJ) or was never there (1 kJ).
struct ByHand {
  car::Model<double> m = car::prepare(test::small_car(), test::kTestMass);
  std::array<double, ledger::kMaxRows> q{};
  ledger::Stores<double> start{.kinetic = 5e3, .potential = -2e3, .battery = 1e8};
  ledger::Stores<double> end{.kinetic = 45e3, .potential = 8e3, .battery = 1e8 - 100e3};
  ByHand() {
    q[ledger::kAir] = 12e3;
    q[ledger::kRolling] = 11e3;
    q[ledger::kBrake] = 10e3;
    q[ledger::kSlip] = 1e3;
    q[ledger::kR0] = 3e3;
    q[ledger::kR1] = 2e3;
    q[ledger::kAuxiliaries] = 4e3;
    q[ledger::kMissing] = 1e3;
    q[of_unit(ledger::kGear)] = 2e3;
    q[of_unit(ledger::kMachine)] = 4e3;
    q[of_unit(ledger::kInverter)] = 3e3;
    q[ledger::kThroughput] = 200e3;
    // Not part of the balance:
    q[ledger::kBattery] = q[ledger::kBatteryOut] = q[ledger::kWheelOut] = 77e3;
  }
  ledger::Books close(double intervention = 1e3) const {
    return ledger::close(m, q.data(), start, end, intervention);
  }
};

TEST(Ledger, closed_books_have_no_residual) {
  EXPECT_EQ(ByHand().close().residual, 0.0);
  EXPECT_EQ(ByHand().close().relative(), 0.0);
}

TEST(Ledger, each_entry_counts_once_with_the_sign_of_its_kind) {
  for (const int row : std::initializer_list<int>{
           ledger::kAir, ledger::kRolling, ledger::kBrake, ledger::kSlip, ledger::kR0, ledger::kR1,
           ledger::kAuxiliaries, row_of(ledger::kGear), row_of(ledger::kMachine),
           row_of(ledger::kInverter)}) {
    ByHand b;
    b.q[static_cast<std::size_t>(row)] += 10.0;
    EXPECT_NEAR(b.close().residual, -10.0, 1e-9) << row;  // rounding of 100 kJ
  }
  ByHand b;
  b.q[ledger::kMissing] += 10.0;
  EXPECT_NEAR(b.close().residual, 10.0, 1e-9);
  EXPECT_NEAR(ByHand().close(1010.0).residual, 10.0, 1e-9);
}

TEST(Ledger, figures_beside_the_balance_do_not_count) {
  for (const int row :
       std::initializer_list<int>{ledger::kBattery, ledger::kBatteryOut, ledger::kBatteryIn,
                                  ledger::kWheelOut, ledger::kWheelIn, ledger::kTraceError}) {
    ByHand b;
    b.q[static_cast<std::size_t>(row)] += 1e6;
    EXPECT_EQ(b.close().residual, 0.0) << row;
  }
}

TEST(Ledger, the_residual_is_relative_to_the_throughput_but_to_a_kilojoule_at_least) {
  ByHand b;
  b.q[ledger::kAir] += 1.0;
  EXPECT_NEAR(b.close().relative(), 1.0 / 200e3, 1e-14);
  b.q[ledger::kThroughput] = 3.0;
  EXPECT_EQ(b.close().throughput, 1000.0);
  EXPECT_NEAR(b.close().relative(), 1e-3, 1e-12);
}

TEST(Ledger, entries_name_the_unit_and_its_part) {
  const auto books = ByHand().close();
  const auto named = [&](const std::string& name) {
    return std::ranges::find(books.entries, name, &ledger::Entry::name);
  };
  ASSERT_NE(named("rear machine"), books.entries.end());
  EXPECT_EQ(named("rear machine")->energy, 4e3);
  EXPECT_EQ(named("rear machine")->kind, Kind::loss);
  EXPECT_EQ(named("air drag")->kind, Kind::out);
  EXPECT_EQ(named("battery charge")->kind, Kind::store_change);
  EXPECT_EQ(named("battery charge")->energy, -100e3);
}

TEST(Ledger, no_entry_is_named_twice) {
  const auto m = car::prepare(test::four_units(), test::kTestMass);
  const std::array<double, ledger::kMaxRows> q{};
  const auto books = ledger::close(m, q.data(), {}, {}, 0.0);
  for (const auto& e : books.entries)
    EXPECT_EQ(std::ranges::count(books.entries, e.name, &ledger::Entry::name), 1) << e.name;
}

TEST(Ledger, rates_are_one_law_over_all_scalars) {
  const auto m = car::prepare(test::small_car(), test::kTestMass);
  test::expect_same_over_all_scalars<3>(
      {{{1, 40}, {-150, 150}, {0, 3000}}},
      [&]<class T>(const std::array<T, 3>& x) {
        const auto model = over<car::Model, T>(m);
        const std::array<T, car::kMaxStates> y{x[0], T(0.0), T(0.0), T(0.55), T(1.0)};
        const car::Surroundings<T> s{T(1.2), T(0.0), T(0.0), T(1.0), T(298.0)};
        const auto f = car::flows(model, y.data(), chassis::motion(x[0], T(1.0)),
                                  car::supply(model, y.data(), s), {x[1]}, x[2], s);
        std::array<T, ledger::kMaxRows> q{};
        ledger::rates(model, f, q.data());
        return q;
      },
      10);
}

}  // namespace
}  // namespace evsim
