#include "sim/solve/truth.h"

#include <cstdio>

#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

using Method = Truth::Method;
constexpr Scheme kTruth{.truth = true, .method = Method::bdf, .rtol = 1e-10};

Case hilly() {
  Case c = test::case_of(test::small_car(), test::hilly_trip());
  c.scenario.record.rate = 0.1;
  return c;
}

TEST(Truth, a_stop_and_a_launch_on_a_grade_agree_with_fixed_steps) {
  Case c = hilly();
  Simulation truth(c, {}, kTruth);
  c.scenario.solver.h = 0.02;
  Simulation fixed(c);
  test::finish(truth);
  test::finish(fixed);
  const auto &a = truth.snapshot(), &b = fixed.snapshot();
  const double E = a.q[ledger::kBattery];
  std::printf("distance %.3e, energy %.3e, SOC %.3e off\n", b.y[car::kX] - a.y[car::kX],
              b.q[ledger::kBattery] / E - 1.0, b.y[car::kSOC] - a.y[car::kSOC]);
  EXPECT_EQ(a.y[car::kV], 0.0);
  EXPECT_EQ(b.y[car::kV], 0.0);
  // The bars of design: energy 1e-5, states 1e-4 of their range. The stop inside a step is of order h^2.
  EXPECT_NEAR(b.q[ledger::kBattery], E, 1e-5 * E);
  EXPECT_NEAR(b.y[car::kX], a.y[car::kX], 1e-4 * a.y[car::kX]);
  EXPECT_NEAR(b.y[car::kSOC], a.y[car::kSOC], 1e-7);
}

TEST(Truth, its_books_close) {
  Simulation truth(hilly(), {}, kTruth);
  EXPECT_LT(test::finish(truth).books().relative(), 1e-7);  // at rtol 1e-10
}

TEST(Truth, both_of_its_methods_agree) {
  Simulation bdf(hilly(), {}, kTruth);
  Simulation adams(hilly(), {}, {.truth = true, .method = Method::adams_newton, .rtol = 1e-9});
  test::finish(bdf);
  test::finish(adams);
  const double E = bdf.snapshot().q[ledger::kBattery];
  EXPECT_NEAR(adams.snapshot().q[ledger::kBattery], E, 1e-6 * E);
}

TEST(Truth, a_car_held_on_a_grade_stays_exactly_where_it_is) {
  Case c = test::case_of(test::small_car(), {},
                         scenario::ConstantSpeed{.v = 0.0, .duration = 100.0, .gains = {}});
  c.scenario.environment.grade = 0.1;
  Simulation truth(c, {}, kTruth);
  while (truth.step()) {
    ASSERT_EQ(truth.snapshot().y[car::kV], 0.0);
    ASSERT_EQ(truth.snapshot().y[car::kX], 0.0);
  }
}

TEST(Truth, the_jacobian_by_dual_numbers_agrees_with_finite_differences) {
  using D = Dual<car::kMaxStates>;
  Case c = test::case_of(test::four_units(), test::short_trip());
  const Simulation s(c);
  const auto& system = s.system();
  closed_loop::System<D> dual;
  dual.car = over<car::Model, D>(system.car);
  dual.gains = over<driver::Gains, D>(system.gains);
  dual.rho_air = system.rho_air;
  dual.T_battery = system.T_battery;
  closed_loop::Piece<double> piece{};
  closed_loop::Piece<D> dual_piece{};
  piece.reference.v = 15.0;
  dual_piece.reference.v = 15.0;
  piece.direction = 1.0;
  dual_piece.direction = 1.0;

  const int n = system.states(), rows = system.rows();
  using Y = std::array<double, car::kMaxStates>;
  const auto rates = [&](const Y& y) {
    std::array<double, car::kMaxStates + ledger::kMaxRows> out{};
    closed_loop::evaluate(system, piece, 0.0, y.data(), out.data(), out.data() + n);
    return out;
  };
  test::Arguments random(1);
  for (int point = 0; point < 50; ++point) {
    Y y{};
    y[car::kV] = random.between(2, 35);
    y[car::kSOC] = random.between(0.1, 0.9);
    y[car::kU1] = random.between(-3, 3);
    y[car::kDriver] = random.between(-0.2, 0.2);
    for (int k = 0; k < 4; ++k)
      y[car::kTorque + static_cast<std::size_t>(k)] = random.between(-60, 60);
    std::array<D, car::kMaxStates> x, dx{};
    std::array<D, ledger::kMaxRows> dq;
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = D(y[i]);
      x[i].d[i] = 1.0;
    }
    closed_loop::evaluate(dual, dual_piece, 0.0, x.data(), dx.data(), dq.data());
    const Y scale{10.0, 100.0, 10.0, 0.1, 1.0, 0.1, 10.0, 10.0, 10.0, 10.0};
    for (int j = 0; j < n; ++j) {
      const auto column = static_cast<std::size_t>(j);
      const double h = 1e-6 * scale[column];
      Y above = y, below = y;
      above[column] += h;
      below[column] -= h;
      const auto a = rates(above), b = rates(below);
      for (int i = 0; i < n + rows; ++i) {
        const auto row = static_cast<std::size_t>(i);
        if (i >= car::kTorque && i < n) continue;  // the torques' rates are the integrators' own
        const double exact =
            i < n ? dx[row].d[column] : dq[row - static_cast<std::size_t>(n)].d[column];
        const double size = i < n ? 1.0 : 1e5;  // of a rate, of a power
        // Rounding of the quotient: 1e-16 size / h; kinks of the maps are met with probability 1e-4.
        EXPECT_NEAR(exact, (a[row] - b[row]) / (2.0 * h),
                    1e-6 * (abs(exact) + 1e-3 * size / scale[column]))
            << "rate " << i << " over state " << j;
      }
    }
  }
}

TEST(Truth, a_snapshot_in_the_middle_of_a_piece_goes_on_from_its_time) {
  Case c = hilly();
  Simulation all(c, {}, kTruth), again(c, {}, kTruth);
  Snapshot middle{};
  for (int i = 0; i < 40; ++i) all.step();
  while (all.snapshot().step == 0) all.step();
  middle = all.snapshot();
  const double t = all.t();
  test::finish(all);
  again.restore(middle);
  EXPECT_EQ(again.t(), t);
  test::finish(again);
  // Its history is not in the snapshot: equal to the tolerance, not bit by bit.
  const double E = all.snapshot().q[ledger::kBattery];
  EXPECT_NEAR(again.snapshot().q[ledger::kBattery], E, 1e-7 * E);
  EXPECT_NEAR(again.snapshot().y[car::kX], all.snapshot().y[car::kX], 1e-5);
}

TEST(Truth, a_command_between_two_steps_takes_effect) {
  Case c = hilly();
  Simulation truth(c, test::set_some, kTruth);
  while (truth.t() < 20.0 || truth.snapshot().step == 0) truth.step();
  truth.command({.t = 0.0, .command = scenario::SetState{.state = "SOC", .value = 0.5}});
  EXPECT_EQ(truth.snapshot().y[car::kSOC], 0.5);
  truth.step();
  EXPECT_NEAR(truth.snapshot().y[car::kSOC], 0.5, 1e-3);
  truth.command(
      {.t = 0.0,
       .command = scenario::SetParameter{.path = "auxiliaries.power_W", .value = 2000.0}});
  EXPECT_LT(test::finish(truth).books().relative(), 1e-6);
}

}  // namespace
}  // namespace evsim
