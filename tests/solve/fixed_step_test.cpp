#include "sim/solve/fixed_step.h"

#include <cmath>
#include <cstdio>
#include <vector>

#include "sim/base/elementary.h"
#include "tests/base/arguments.h"
#include "tests/components/scalars.h"
#include "tests/run/small_car.h"

namespace evsim {
namespace {

using fixed_step::lag_weights;

// ---- Weights of the lag ---------------------------------------------------------------------------

std::vector<double> ratios() {  // h / T_lag from far shorter to far longer
  std::vector<double> out;
  for (int k = 0; k < 95; ++k) out.push_back(1e-7 * std::pow(1.37, k));
  out.insert(out.end(), {0.999999, 1.0, 1.000001, 0.0199999, 0.02, 0.0200001});  // where series end
  return out;
}

TEST(FixedStep, a_constant_command_is_reached_as_by_the_closed_form) {
  // Weights sum to 1: torque at its command stays there.
  for (const double z : ratios()) {
    const auto w = lag_weights(1.0, z);
    EXPECT_ROUNDED(w.E + w.g_1 + 4.0 * w.g_2 + w.g_3, 1.0) << z;
    EXPECT_ROUNDED(w.E_half + w.half_0 + w.half_1, 1.0) << z;
    EXPECT_ROUNDED(w.E, exp(-z)) << z;
    EXPECT_ROUNDED(w.E_half, exp(-0.5 * z)) << z;
  }
}

TEST(FixedStep, linear_and_quadratic_commands_are_followed_exactly) {
  // dtau/dt = (N - tau) / T, tau(0) = 0, T = 1 s:
  //   N = t:    tau = t - 1 + e^-t          N = t^2:  tau = t^2 - 2 t + 2 - 2 e^-t
  for (const double h : {1e-3, 0.1, 0.5, 0.99, 1.01, 3.0, 50.0}) {
    const auto w = lag_weights(1.0, h);
    const double half = 0.5 * h;
    // The closed forms cancel to h^2 / 2 and h^3 / 3 for short steps.
    const double tolerance = 1e-15 * (1.0 + h * h);
    EXPECT_NEAR(w.half_1 * half, half - 1.0 + exp(-half), tolerance) << h;
    EXPECT_NEAR(4.0 * w.g_2 * half + w.g_3 * h, h - 1.0 + exp(-h), tolerance) << h;
    EXPECT_NEAR(4.0 * w.g_2 * half * half + w.g_3 * h * h, h * h - 2.0 * h + 2.0 - 2.0 * exp(-h),
                3.0 * tolerance)
        << h;
  }
}

TEST(FixedStep, a_lag_far_longer_than_the_step_integrates_its_command_by_simpson) {
  const double z = 1e-6;
  const auto w = lag_weights(1.0, z);
  // tau(h) = tau + z (N_0 + 4 N_mid + N_h) / 6, to the order z^2.
  EXPECT_NEAR(w.g_1, z / 6.0, z * z);
  EXPECT_NEAR(w.g_2, z / 6.0, z * z);
  EXPECT_NEAR(w.g_3, z / 6.0, z * z);
}

TEST(FixedStep, a_lag_far_shorter_than_the_step_leaves_the_command) {
  const auto w = lag_weights(1e-9, 1.0);
  EXPECT_EQ(w.E, 0.0);
  EXPECT_NEAR(w.g_3, 1.0, 1e-8);  // 1 - 3 T / h
  EXPECT_NEAR(w.half_1, 1.0, 1e-8);
  EXPECT_NEAR(w.g_1, 0.0, 1e-8);
  EXPECT_NEAR(w.g_2, 0.0, 1e-8);
}

TEST(FixedStep, the_weights_series_meets_its_quotient) {
  // Across |z| = 1, by 1e-9 of z on both sides.
  const auto below = lag_weights(1.0, 1.0 - 1e-9), above = lag_weights(1.0, 1.0 + 1e-9);
  EXPECT_NEAR(below.g_1, above.g_1, 1e-9);
  EXPECT_NEAR(below.g_2, above.g_2, 1e-9);
  EXPECT_NEAR(below.g_3, above.g_3, 1e-9);
  EXPECT_ROUNDED(fixed_step::phi(-0.00999999), (exp(-0.00999999) - 1.0) / -0.00999999);
}

TEST(FixedStep, weights_are_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<1>({{{0.01, 2.0}}}, []<class T>(const std::array<T, 1>& x) {
    const auto w = lag_weights(x[0], 0.3);
    return std::array{w.E_half, w.half_0, w.half_1, w.E, w.g_1, w.g_2, w.g_3};
  });
}

// ---- Order of convergence -------------------------------------------------------------------------

// ---- Parts by sign --------------------------------------------------------------------------------

TEST(FixedStep, a_parabola_is_parted_at_its_roots) {
  using fixed_step::signed_parts;
  const auto expect = [](double p_0, double p_m, double p_1, double positive, double negative) {
    const auto parts = signed_parts(p_0, p_m, p_1);
    EXPECT_NEAR(parts.positive, positive, 1e-14);
    EXPECT_NEAR(parts.negative, negative, 1e-14);
  };
  expect(1.0, 0.0, -1.0, 0.25, -0.25);  // a line: two triangles
  expect(-1.0, 0.0, 1.0, 0.25, -0.25);
  expect(3.0, 1.0, -1.0, 9.0 / 8.0, -1.0 / 8.0);  // 3 - 4 t
  expect(2.0, 2.0, 2.0, 2.0, 0.0);
  expect(0.0, 0.0, 0.0, 0.0, 0.0);
  expect(0.0, -0.25, -1.0, 0.0, -1.0 / 3.0);  // -t^2
  // (4 t - 1)(4 t - 3) = 16 t^2 - 16 t + 3: roots at 1/4 and 3/4, each outer part 7/12 - 1/4.
  expect(3.0, -1.0, 3.0, 2.0 / 3.0, -1.0 / 3.0);
  expect(-3.0, 1.0, -3.0, 1.0 / 3.0, -2.0 / 3.0);
}

TEST(FixedStep, the_parts_of_any_parabola_add_up_to_simpson_s_rule) {
  test::Arguments some(7);
  for (int i = 0; i < 1000; ++i) {
    const double p_0 = some.between(-1e5, 1e5), p_m = some.between(-1e5, 1e5),
                 p_1 = some.between(-1e5, 1e5);
    const auto parts = fixed_step::signed_parts(p_0, p_m, p_1);
    EXPECT_NEAR(parts.positive + parts.negative, (p_0 + 4.0 * p_m + p_1) / 6.0, 1e-9);
    EXPECT_GE(parts.positive, 0.0);
    EXPECT_LE(parts.negative, 0.0);
  }
}

// ---- Order ----------------------------------------------------------------------------------------

// A car without kinks on its way: constant efficiency, linear open-circuit voltage, no map.
car::Params<double> smooth_car(double T_lag) {
  car::Params<double> p = test::small_car();
  auto& pack = std::get<battery_pack::Params<double>>(p.battery);
  pack.OCV = test::table({0, 1}, {3.2, 4.1});
  pack.R_0 = test::table({0, 1}, {250, 310}, {0.0015, 0.0015, 0.0015, 0.0015});
  p.drive_units[0].machine.T_lag = T_lag;
  p.drive_units[0].machine.losses =
      machine::PowerEfficiency<double>{.P_peak = 80e3,
                                       .efficiency = test::table({0, 1}, {0.9, 0.95}),
                                       .efficiency_generating = test::table({0, 1}, {0.9, 0.9})};
  return p;
}

struct Drive {
  closed_loop::System<double> system;
  closed_loop::Piece<double> piece{};
  fixed_step::States<double> y{};
  fixed_step::Rows<double> q{};

  explicit Drive(double T_lag) {
    system.car = car::prepare(smooth_car(T_lag), test::kTestMass);
    system.gains = {.k_p = 0.8, .k_i = 0.1, .a_hold = 1.5};
    system.rho_air = 1.2;
    system.T_battery = 298.0;
    piece.reference.v = piece.v_ref = 15.0;
    piece.reference.a = piece.a_ref = 0.8;
    piece.sin_alpha = 0.01;
    piece.sin_alpha_rate = 0.001;
    piece.direction = 1.0;
    y[car::kV] = 14.0;
    y[car::kSOC] = 0.6;
    // The torque starts at its command: else a layer of T_lag would have to be resolved.
    std::array<double, car::kMaxStates> dy;
    std::array<double, ledger::kMaxRows> dq;
    y[car::kTorque] = closed_loop::evaluate(system, piece, 0.0, y.data(), dy.data(), dq.data())
                          .control.command.tau[0];
  }
  void run(double duration, int n) {
    const auto w = fixed_step::weights(system.car, duration / n);
    for (int i = 0; i < n; ++i) fixed_step::step(system, piece, w, duration * i / n, y, q);
  }
};

// Errors of speed [m/s] and of the battery's energy, relative, with n steps over 8 s.
std::array<double, 2> errors(const Drive& start, int n) {
  Drive coarse = start, fine = start;
  coarse.run(8.0, n);
  fine.run(8.0, 4096);
  return {abs(coarse.y[car::kV] - fine.y[car::kV]),
          abs(coarse.q[ledger::kBattery] / fine.q[ledger::kBattery] - 1.0)};
}

// The least quotient of the errors of two runs, of speed and energy, while n doubles from n_first.
double least_ratio(const char* what, const Drive& start, int n_first, int halvings) {
  double least = kInfinity;
  std::printf("%s:", what);
  auto last = errors(start, n_first);
  for (int n = 2 * n_first; halvings > 0; --halvings, n *= 2) {
    const auto now = errors(start, n);
    std::printf("  %.1e m/s, %.1e", now[0], now[1]);
    for (std::size_t i = 0; i < 2; ++i) least = min(last[i] / now[i], least);
    last = now;
  }
  std::printf("; least ratio %.1f\n", least);
  return least;
}

TEST(FixedStep, halving_the_step_divides_the_error_by_sixteen) {
  Drive without_lag(0.02);
  without_lag.system.driver = driver::Kind::exact;
  const double ratio = least_ratio("no lag", without_lag, 32, 3);
  EXPECT_GT(ratio, 14.0);  // 16 in the limit, from above
  EXPECT_LT(ratio, 20.0);
}

TEST(FixedStep, a_lag_of_any_length_costs_one_order) {
  // 8 in the limit. At 10 us a classical Runge-Kutta scheme would diverge at once.
  for (const double T_lag : {1e-5, 0.5, 2.0})
    EXPECT_GT(least_ratio("lag", Drive(T_lag), 32, 3), 6.5) << T_lag;
}

TEST(FixedStep, the_books_close_to_the_scheme_s_order) {
  const auto residual = [](int n) {
    Drive d(0.5);
    const auto start = ledger::stores(d.system.car, d.y.data());
    d.run(8.0, n);
    return ledger::close(d.system.car, d.q.data(), start, ledger::stores(d.system.car, d.y.data()),
                         0.0)
        .relative();
  };
  EXPECT_LT(residual(16), 1e-6);
  EXPECT_GT(residual(16) / residual(32), 8.0);
}

// ---- Halvings -------------------------------------------------------------------------------------

struct Halved {
  Drive drive;
  int steps = 0;
  double shortest = 1.0, length = 0.0;  // [s]
  void advance(TimeNs h) {
    fixed_step::WeightCache<double> cache;
    fixed_step::advance(drive.system, drive.piece, cache, 0, h, drive.y, drive.q, true,
                        [this](const auto&, double step, bool stands) {
                          if (!stands) return;
                          ++steps;
                          shortest = min(shortest, step);
                          length += step;
                        });
  }
};

TEST(FixedStep, a_smooth_step_is_taken_whole) {
  Halved h{Drive(0.02)};
  auto whole = h.drive;
  h.advance(100'000'000);
  EXPECT_EQ(h.steps, 1);
  whole.run(0.1, 1);
  for (std::size_t i = 0; i < whole.y.size(); ++i) EXPECT_EQ(h.drive.y[i], whole.y[i]);
}

TEST(FixedStep, a_step_into_a_limit_is_halved_until_its_books_close) {
  Halved h{Drive(0.02)};
  h.drive.system.car.drive_units[0].envelope.P_peak = 8e3;
  h.drive.y[car::kV] = 5.0;  // 8 kW at 1.6 kN: limited from 5 m/s on
  h.drive.piece.reference.v = h.drive.piece.v_ref = 5.0;
  const auto before = h.drive;
  h.advance(1'000'000'000);
  EXPECT_GT(h.steps, 2);
  EXPECT_GE(h.shortest, 1.0 / 64.0 - 1e-9);
  EXPECT_NEAR(h.length, 1.0, 1e-12);  // all of it, once
  const auto residual = [&](const Drive& d) {
    return ledger::close(d.system.car, d.q.data(),
                         ledger::stores(before.system.car, before.y.data()),
                         ledger::stores(d.system.car, d.y.data()), 0.0)
        .relative();
  };
  auto whole = before;
  whole.run(1.0, 1);
  EXPECT_LT(residual(h.drive), 0.1 * residual(whole));
}

TEST(FixedStep, a_stop_is_found_by_halving) {
  Halved h{Drive(0.02)};
  h.drive.piece.reference = {};
  h.drive.piece.reference.standing = true;
  h.drive.y[car::kV] = 0.5;
  h.advance(1'000'000'000);
  EXPECT_GT(h.steps, 4);
  EXPECT_EQ(h.drive.y[car::kV], 0.0);
  auto fine = Drive(0.02);
  fine.piece.reference = {};
  fine.piece.reference.standing = true;
  fine.y[car::kV] = 0.5;
  fine.run(1.0, 10000);
  EXPECT_NEAR(h.drive.y[car::kX], fine.y[car::kX], 1e-3 * fine.y[car::kX]);
}

// ---- Steps ----------------------------------------------------------------------------------------

TEST(FixedStep, a_step_begins_with_what_flows_at_its_start) {
  Drive d(0.02);
  const auto before = d;
  const auto w = fixed_step::weights(d.system.car, 0.1);
  const auto start = fixed_step::step(d.system, d.piece, w, 0.0, d.y, d.q).start;
  EXPECT_EQ(start.flows.v, before.y[car::kV]);
  EXPECT_EQ(start.flows.units[0].tau, before.y[car::kTorque]);
}

TEST(FixedStep, a_car_that_brakes_to_rest_within_a_step_ends_it_at_rest) {
  Drive d(0.02);
  d.piece.reference = {};
  d.piece.reference.standing = true;
  d.y[car::kV] = 0.05;
  d.run(0.1, 1);
  EXPECT_EQ(d.y[car::kV], 0.0);
  EXPECT_GE(d.y[car::kX], 0.0);
  EXPECT_LT(d.y[car::kX], 0.005);  // 0.05 m/s over 0.1 s
}

TEST(FixedStep, each_lane_has_the_bits_of_a_step_alone) {
  const Drive d(0.05);
  closed_loop::System<Pack> system;
  system.car = over<car::Model, Pack>(d.system.car);
  system.gains = over<driver::Gains, Pack>(d.system.gains);
  system.rho_air = Pack(1.2);
  system.T_battery = Pack(298.0);
  closed_loop::Piece<Pack> piece{};
  piece.reference.v = piece.v_ref = Pack(15.0);
  piece.reference.a = piece.a_ref = Pack(0.8);
  piece.sin_alpha = Pack(0.01);
  piece.sin_alpha_rate = Pack(0.001);
  piece.direction = Pack(1.0);
  const Pack v = test::pack_of(14.0, 3.0, 25.0, 14.9), SOC = test::pack_of(0.6, 0.99, 0.1, 0.5);
  fixed_step::States<Pack> y;
  fixed_step::Rows<Pack> q;
  y.fill(Pack(0.0));
  q.fill(Pack(0.0));
  y[car::kV] = v;
  y[car::kSOC] = SOC;
  const auto w = fixed_step::weights(system.car, 0.25);
  for (int i = 0; i < 20; ++i) fixed_step::step(system, piece, w, 0.25 * i, y, q);
  for (int k = 0; k < kLanes; ++k) {
    Drive alone = d;
    alone.y = {};
    alone.y[car::kV] = lane(v, k);
    alone.y[car::kSOC] = lane(SOC, k);
    alone.run(5.0, 20);
    for (int i = 0; i < d.system.states(); ++i)
      EXPECT_TRUE(test::same_bits(lane(y[static_cast<std::size_t>(i)], k),
                                  alone.y[static_cast<std::size_t>(i)]))
          << "state " << i << " lane " << k;
    for (int i = 0; i < d.system.rows(); ++i)
      EXPECT_TRUE(test::same_bits(lane(q[static_cast<std::size_t>(i)], k),
                                  alone.q[static_cast<std::size_t>(i)]))
          << "row " << i << " lane " << k;
  }
}

}  // namespace
}  // namespace evsim
