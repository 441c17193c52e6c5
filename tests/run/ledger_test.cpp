#include "sim/vehicle/ledger.h"

#include <gtest/gtest.h>

#include "tests/run/small_case.h"

namespace evsim {
namespace {

constexpr double kLimit = 1e-6;  // of a run's books (design, energy ledger)

// A drive in which every row moves energy: hill, wind, hard braking, a demand beyond the battery.
Simulation eventful() {
  auto p = test::four_units();
  std::get<battery_pack::Params<double>>(p.battery).P_discharge_max = kInfinity;
  Case c = test::case_of(p, test::hilly_trip());
  c.trace.v = {0, 0, 11, 11, 20, 20, 0, 0, 0};
  c.trace.t = {0, 2, 10, 16, 24, 34, 40, 46, 60};
  c.scenario.environment.wind = 4.0;
  Simulation s(c);
  s.run();
  return s;
}

double relative(const Simulation& s, const fixed_step::Rows<double>& q) {
  const auto& car = s.system().car;
  return ledger::close(car, q.data(), s.snapshot().stores_start,
                       ledger::stores(car, s.snapshot().y.data()), s.snapshot().intervention)
      .relative();
}

TEST(RunLedger, a_row_that_is_dropped_fails_the_limit) {
  const Simulation s = eventful();
  const auto& q = s.snapshot().q;
  ASSERT_LT(relative(s, q), kLimit);
  std::vector<int> rows{ledger::kAir, ledger::kRolling, ledger::kBrake,      ledger::kSlip,
                        ledger::kR0,  ledger::kR1,      ledger::kAuxiliaries};
  for (int i = ledger::kUnits; i < ledger::rows(4); ++i) rows.push_back(i);
  for (const int row : rows) {
    auto without = q;
    EXPECT_NE(without[static_cast<std::size_t>(row)], 0.0) << "row " << row << " moved nothing";
    without[static_cast<std::size_t>(row)] = 0.0;
    EXPECT_GT(relative(s, without), kLimit) << "row " << row;
  }
}

TEST(RunLedger, a_store_that_is_dropped_fails_the_limit) {
  const Simulation s = eventful();
  const auto& car = s.system().car;
  const auto end = ledger::stores(car, s.snapshot().y.data());
  auto start = s.snapshot().stores_start;
  start.potential = end.potential;
  EXPECT_GT(ledger::close(car, s.snapshot().q.data(), start, end, 0.0).relative(), kLimit);
  start = s.snapshot().stores_start;
  start.battery = end.battery;
  EXPECT_GT(ledger::close(car, s.snapshot().q.data(), start, end, 0.0).relative(), kLimit);
}

TEST(RunLedger, power_that_the_battery_could_not_give_is_an_intervention_and_the_books_close) {
  // A torque that no control unit would ask for: 3000 Nm at speed.
  Case c = test::case_of(test::small_car(), {},
                         scenario::ConstantSpeed{.v = 20.0, .duration = 10.0, .gains = {}});
  c.scenario.initial.v = 20.0;
  c.scenario.timeline = {test::at(2.0, scenario::Override{.signal = "vcu.tau.rear_Nm",
                                                          .mode = scenario::Mode::hold,
                                                          .value = 3000.0}),
                         test::at(3.0, scenario::Override{.signal = "vcu.tau.rear_Nm",
                                                          .mode = scenario::Mode::release,
                                                          .value = 0.0})};
  Simulation s(c);
  s.run();
  auto q = s.snapshot().q;
  EXPECT_GT(q[ledger::kMissing], 1e4);
  EXPECT_LT(relative(s, q), kLimit);
  q[ledger::kMissing] = 0.0;
  EXPECT_GT(relative(s, q), kLimit);
}

TEST(RunLedger, the_books_close_whatever_the_longest_step) {
  const auto residual = [](double h) {
    Case c = test::case_of(test::small_car(), test::hilly_trip());
    c.scenario.solver.h = h;
    Simulation s(c);
    s.run();
    return s.books().relative();
  };
  // A step whose books don't close is halved: ten times better than the limit throughout.
  for (const double h : {0.05, 0.5, 1.0, 5.0}) EXPECT_LT(residual(h), 0.1 * kLimit) << h;
}

}  // namespace
}  // namespace evsim
