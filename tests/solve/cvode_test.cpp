#include "sim/solve/cvode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/constants.h"
#include "sim/base/errors.h"

namespace evsim {
namespace {

using Method = CvodeSettings::Method;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

CvodeSettings settings(int n, Method method, double rtol, double atol) {
  return {.method = method,
          .rtol = rtol,
          .atol = std::vector<double>(static_cast<std::size_t>(n), atol)};
}

Cvode started(OdeProblem problem, CvodeSettings s, const std::vector<double>& y, double t = 0.0) {
  Cvode cvode(std::move(problem), std::move(s));
  cvode.restart(t, y);
  return cvode;
}

// What advance() throws; "" when it doesn't.
std::string failure(Cvode& cvode, double t_end) {
  try {
    cvode.advance(t_end);
  } catch (const SimulationError& e) {
    return e.what();
  }
  return "";
}
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// dy/dt = -y / 2 s: y = y_0 exp(-t / 2 s).
OdeProblem decay() {
  return {.n = 1,
          .rhs = [](double, const double* y, double* dydt) { dydt[0] = -0.5 * y[0]; },
          .jacobian = [](double, const double*, double* J) { J[0] = -0.5; }};
}

// x'' = -x.
OdeProblem oscillator() {
  return {.n = 2,
          .rhs =
              [](double, const double* y, double* dydt) {
                dydt[0] = y[1];
                dydt[1] = -y[0];
              },
          .jacobian =
              [](double, const double*, double* J) {
                J[2] = 1.0;
                J[1] = -1.0;
              }};
}

// Robertson's chemical kinetics: time constants from 1e-4 s to 1e11 s.
OdeProblem robertson() {
  return {.n = 3,
          .rhs =
              [](double, const double* y, double* dydt) {
                dydt[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
                dydt[2] = 3e7 * y[1] * y[1];
                dydt[1] = -dydt[0] - dydt[2];
              },
          .jacobian =
              [](double, const double* y, double* J) {
                J[0] = -0.04, J[3] = 1e4 * y[2], J[6] = 1e4 * y[1];
                J[1] = 0.04, J[4] = -1e4 * y[2] - 6e7 * y[1], J[7] = -1e4 * y[1];
                J[5] = 6e7 * y[1];  // J[2] and J[8] stay at the zero that they come with
              },
          .labels = {{"A", "mol/l"}, {"B", "mol/l"}, {"C", "mol/l"}}};
}

// ---- Linear solver --------------------------------------------------------------------------------

TEST(Cvode, eigen_solver_gives_the_solution_worked_out_by_hand) {
  //  0 x + 2 y + 1 z =  7
  //  1 x + 1 y + 0 z =  3      x = 1, y = 2, z = 3; the zero pivot makes it swap rows
  //  2 x + 0 y + 3 z = 11
  const std::vector<double> A{0, 1, 2, 2, 1, 0, 1, 0, 3};  // by columns
  const std::vector<double> b{7, 3, 11};
  const auto x = solve_dense(A, b);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(x[i], static_cast<double>(i + 1), 1e-14);  // rounding of some ten operations
}

TEST(Cvode, eigen_solver_refuses_a_singular_matrix) {
  EXPECT_THROW(solve_dense(std::vector<double>{1, 2, 2, 4}, std::vector<double>{1, 1}),
               SimulationError);
  EXPECT_THROW(solve_dense(std::vector<double>{1, 2, 3}, std::vector<double>{1, 1}),
               std::invalid_argument);
}

// ---- Accuracy -------------------------------------------------------------------------------------

TEST(Cvode, decay_follows_its_closed_form_with_every_method) {
  for (const Method method : {Method::bdf, Method::adams, Method::adams_newton}) {
    auto cvode = started(decay(), settings(1, method, 1e-9, 1e-12), {3.0});
    for (const double t : {0.5, 2.0, 10.0}) {
      EXPECT_EQ(cvode.advance(t).t, t);
      // rtol bounds the error of a step; over some hundred steps it adds up to tens of rtol.
      EXPECT_NEAR(cvode.y()[0] / (3.0 * std::exp(-0.5 * t)), 1.0, 1e-7);
    }
  }
}

TEST(Cvode, error_falls_with_the_tolerance) {
  for (const Method method : {Method::bdf, Method::adams}) {
    double last = 1.0;
    for (const double rtol : {1e-4, 1e-6, 1e-8, 1e-10}) {
      auto cvode = started(oscillator(), settings(2, method, rtol, rtol), {1.0, 0.0});
      cvode.advance(10.0);
      const double error = std::abs(cvode.y()[0] - std::cos(10.0));
      EXPECT_LT(error, 0.1 * last) << rtol;  // 100 times tighter, at least 10 times better
      last = error;
    }
  }
}

TEST(Cvode, oscillator_keeps_its_energy_to_the_tolerance) {
  for (const Method method : {Method::bdf, Method::adams}) {
    auto cvode = started(oscillator(), settings(2, method, 1e-11, 1e-11), {1.0, 0.0});
    cvode.advance(100.0 * kTwoPi);
    const double energy = 0.5 * (cvode.y()[0] * cvode.y()[0] + cvode.y()[1] * cvode.y()[1]);
    // Neither method conserves energy; 100 periods take 1e4 to 1e5 steps, each with up to 1e-11.
    EXPECT_NEAR(energy, 0.5, 1e-6);
  }
}

TEST(Cvode, robertson_follows_the_values_that_sundials_publishes) {
  // SUNDIALS, examples/cvode/serial/cvRoberts_dns.out.
  struct Row {
    double t, A, B, C;
  };
  constexpr Row kPublished[] = {{0.4, 9.851641e-01, 3.386242e-05, 1.480205e-02},
                                {4e0, 9.055097e-01, 2.240338e-05, 9.446793e-02},
                                {4e1, 7.158017e-01, 9.185037e-06, 2.841892e-01},
                                {4e2, 4.505360e-01, 3.223271e-06, 5.494608e-01},
                                {4e3, 1.832066e-01, 8.942601e-07, 8.167925e-01},
                                {4e4, 3.898824e-02, 1.621985e-07, 9.610116e-01}};
  auto cvode = started(robertson(), settings(3, Method::bdf, 1e-9, 1e-14), {1.0, 0.0, 0.0});
  for (const Row& row : kPublished) {
    cvode.advance(row.t);
    // The published run has rtol 1e-4 and errs by some of them itself.
    EXPECT_NEAR(cvode.y()[0] / row.A, 1.0, 2e-3) << row.t;
    EXPECT_NEAR(cvode.y()[1] / row.B, 1.0, 2e-3) << row.t;
    EXPECT_NEAR(cvode.y()[2] / row.C, 1.0, 2e-3) << row.t;
  }
}

TEST(Cvode, robertson_ends_at_the_published_references) {
  auto cvode = started(robertson(), settings(3, Method::bdf, 1e-11, 1e-20), {1.0, 0.0, 0.0});
  // SUNDIALS, examples/cvode/serial/cvRoberts_dns.c, reference computed with rtol 1e-8, atol 1e-14;
  // that atol is 2e-7 of A and 5 % of B, so B is compared through the second reference only.
  cvode.advance(4e10);
  EXPECT_NEAR(cvode.y()[0] / 5.2083495894337328e-08, 1.0, 1e-5);
  EXPECT_NEAR(cvode.y()[2], 9.9999994791629776e-01, 1e-12);
  // F. Mazzia, C. Magherini, Test Set for Initial Value Problem Solvers, release 2.4, 2008, ROBER.
  cvode.advance(1e11);
  EXPECT_NEAR(cvode.y()[0] / 0.2083340149701255e-07, 1.0, 1e-6);  // 1e5 rtol over 20 decades
  EXPECT_NEAR(cvode.y()[1] / 0.8333360770334713e-13, 1.0, 1e-6);
  EXPECT_NEAR(cvode.y()[2], 0.9999999791665050, 1e-12);
}

TEST(Cvode, difference_quotients_stand_in_for_a_jacobian) {
  const auto run = [](OdeProblem problem) {
    auto cvode =
        started(std::move(problem), settings(3, Method::bdf, 1e-9, 1e-14), {1.0, 0.0, 0.0});
    cvode.advance(40.0);
    return std::vector<double>(cvode.y().begin(), cvode.y().end());
  };
  OdeProblem without = robertson();
  without.jacobian = nullptr;
  const auto a = run(robertson()), b = run(without);
  // The Jacobian steers the iteration, not its result: both stay within tens of rtol of the truth.
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(a[i] / b[i], 1.0, 1e-7);
}

// ---- Stop times -----------------------------------------------------------------------------------

TEST(Cvode, nothing_is_evaluated_beyond_the_end_time) {
  double latest = 0.0;
  OdeProblem problem = decay();
  problem.rhs = [&latest](double t, const double* y, double* dydt) {
    latest = std::max(latest, t);
    dydt[0] = -0.5 * y[0];
  };
  auto cvode = started(problem, settings(1, Method::bdf, 1e-6, 1e-9), {1.0});
  for (const double t_end : {0.1, 0.10001, 3.0, 100.0}) {
    cvode.advance(t_end);
    EXPECT_LE(latest, t_end);
  }
}

TEST(Cvode, an_interval_of_rounding_size_is_passed_without_a_step) {
  auto cvode = started(decay(), settings(1, Method::bdf, 1e-6, 1e-9), {1.0}, 0.3);
  const double t_end = std::nextafter(0.3, 1.0);
  EXPECT_EQ(cvode.advance(t_end).t, t_end);
  EXPECT_EQ(cvode.advance(t_end).t, t_end);  // and an empty one
  EXPECT_EQ(cvode.y()[0], 1.0);
  EXPECT_EQ(cvode.statistics().steps, 0);
  cvode.advance(2.3);
  EXPECT_NEAR(cvode.y()[0], std::exp(-1.0), 1e-4);  // 100 rtol
}

TEST(Cvode, a_jump_of_the_input_is_met_by_a_restart) {
  // dy/dt = u - y with u = 0 before and 1 after t = 1.
  double u = 0.0;
  OdeProblem problem{.n = 1,
                     .rhs = [&u](double, const double* y, double* dydt) { dydt[0] = u - y[0]; }};
  auto cvode = started(problem, settings(1, Method::bdf, 1e-9, 1e-12), {0.5});
  cvode.advance(1.0);
  const double y_1 = 0.5 * std::exp(-1.0);
  EXPECT_NEAR(cvode.y()[0], y_1, 1e-7);  // 100 rtol of states of order 1
  const long steps = cvode.statistics().steps;
  u = 1.0;
  cvode.restart(1.0, cvode.y());
  cvode.advance(3.0);
  EXPECT_NEAR(cvode.y()[0], 1.0 + (y_1 - 1.0) * std::exp(-2.0), 1e-7);
  EXPECT_EQ(cvode.statistics().restarts, 1);
  EXPECT_GT(cvode.statistics().steps, steps);  // counts go on over a restart
}

TEST(Cvode, the_longest_step_is_kept) {
  CvodeSettings s = settings(1, Method::bdf, 1e-3, 1e-3);
  s.h_max = 0.01;
  auto cvode = started(decay(), s, {1.0});
  cvode.advance(10.0);
  EXPECT_GE(cvode.statistics().steps, 1000);
}

// ---- Roots ----------------------------------------------------------------------------------------

TEST(Cvode, a_bouncing_ball_meets_the_ground_when_it_should) {
  constexpr double g = 9.81, kRestitution = 0.8;
  OdeProblem ball{.n = 2,
                  .rhs =
                      [](double, const double* y, double* dydt) {
                        dydt[0] = y[1];
                        dydt[1] = -g;
                      },
                  .n_roots = 1,
                  .roots = [](double, const double* y, double* height) { height[0] = y[0]; }};
  auto cvode = started(ball, settings(2, Method::adams, 1e-10, 1e-12), {1.0, 0.0});
  double t = std::sqrt(2.0 / g), v = std::sqrt(2.0 * g);  // of the impact
  for (int bounce = 0; bounce < 10; ++bounce) {
    const auto hit = cvode.advance(10.0);
    ASSERT_TRUE(hit.at_root);
    EXPECT_EQ(hit.crossings[0], -1);
    EXPECT_NEAR(hit.t, t, 1e-9);  // ten rtol in a second
    EXPECT_NEAR(cvode.y()[1], -v, 1e-8);
    v *= kRestitution;
    t += 2.0 * v / g;
    cvode.restart(hit.t, std::array{0.0, -kRestitution * cvode.y()[1]});
  }
}

TEST(Cvode, several_roots_are_told_apart_and_passed_without_a_restart) {
  // x = cos t: falls through 0.5 at pi/3, through 0 at pi/2, and rises again.
  OdeProblem problem = oscillator();
  problem.n_roots = 2;
  problem.roots = [](double, const double* y, double* g) {
    g[0] = y[0];
    g[1] = y[0] - 0.5;
  };
  auto cvode = started(problem, settings(2, Method::bdf, 1e-10, 1e-10), {1.0, 0.0});
  struct Expected {
    double t;
    std::size_t which;
    int direction;
  };
  for (const Expected e :
       {Expected{kPi / 3, 1, -1}, {kPi / 2, 0, -1}, {1.5 * kPi, 0, 1}, {5 * kPi / 3, 1, 1}}) {
    const auto hit = cvode.advance(6.0);
    ASSERT_TRUE(hit.at_root);
    EXPECT_NEAR(hit.t, e.t, 1e-8);  // 100 rtol
    EXPECT_EQ(hit.crossings[e.which], e.direction);
    EXPECT_EQ(hit.crossings[1 - e.which], 0);
  }
  const auto end = cvode.advance(6.0);
  EXPECT_FALSE(end.at_root);
  EXPECT_EQ(end.t, 6.0);
}

TEST(Cvode, after_a_root_the_end_time_may_come_closer) {
  OdeProblem problem = decay();
  problem.n_roots = 1;
  problem.roots = [](double, const double* y, double* g) { g[0] = y[0] - 0.5; };
  auto cvode = started(problem, settings(1, Method::bdf, 1e-4, 1e-6), {1.0});
  const double t = cvode.advance(50.0).t;
  EXPECT_NEAR(t, 2.0 * std::log(2.0), 1e-2);  // 100 rtol
  for (const double t_end : {t + 1e-6, t + 1e-3, 50.0}) {
    EXPECT_EQ(cvode.advance(t_end).t, t_end);
    EXPECT_NEAR(cvode.y()[0], std::exp(-0.5 * t_end), 1e-2);
  }
}

// ---- Failures -------------------------------------------------------------------------------------

TEST(Cvode, a_solution_that_diverges_is_reported_with_time_and_state) {
  // dv/dt = v^2 from v = 1: v = 1 / (1 - t), with a pole at t = 1. The other state is harmless.
  OdeProblem problem{.n = 2,
                     .rhs =
                         [](double, const double* y, double* dydt) {
                           dydt[0] = -y[0];
                           dydt[1] = y[1] * y[1];
                         },
                     .labels = {{"battery.SOC", ""}, {"shaft.speed", "m/s"}}};
  for (const Method method : {Method::bdf, Method::adams}) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    auto cvode = started(problem, settings(2, method, 1e-6, 1e-9), {1.0, 1.0});
    const std::string what = failure(cvode, 2.0);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    const auto at = what.find("t = ");
    ASSERT_NE(at, std::string::npos) << what;
    EXPECT_NEAR(std::stod(what.substr(at + 4)), 1.0, 1e-4) << what;  // 100 rtol
    EXPECT_TRUE(contains(what, "shaft.speed (state 1)")) << what;
    EXPECT_TRUE(contains(what, "m/s")) << what;
    EXPECT_TRUE(contains(what, "CV_")) << what;
    EXPECT_FALSE(contains(what, "battery.SOC")) << what;
  }
}

TEST(Cvode, a_derivative_that_is_not_a_number_is_reported_by_name) {
  OdeProblem problem{.n = 2,
                     .rhs =
                         [](double t, const double* y, double* dydt) {
                           dydt[0] = -y[0];
                           dydt[1] = std::sqrt(1.0 - t);
                         },
                     .labels = {{"battery.SOC", ""}, {"inverter.T_junction", "K"}}};
  auto late = started(problem, settings(2, Method::bdf, 1e-6, 1e-9), {1.0, 300.0});
  const std::string what = failure(late, 2.0);
  EXPECT_TRUE(contains(what, "d(inverter.T_junction)/dt is nan") ||
              contains(what, "d(inverter.T_junction)/dt is -nan"))
      << what;
  EXPECT_TRUE(contains(what, "at t = 1")) << what;
  EXPECT_TRUE(contains(what, "(state 1) = 300.666")) << what;  // 300 + 2/3 within rtol
  auto first = started(problem, settings(2, Method::bdf, 1e-6, 1e-9), {1.0, 300.0}, 1.5);
  EXPECT_TRUE(contains(failure(first, 2.0), "at t = 1.5 s: d(inverter.T_junction)/dt is"));
}

TEST(Cvode, a_jacobian_that_is_not_finite_is_reported_by_row_and_column) {
  OdeProblem problem = robertson();
  problem.jacobian = [](double, const double*, double* J) { J[3 * 2 + 1] = kNaN; };
  auto cvode = started(problem, settings(3, Method::bdf, 1e-6, 1e-9), {1.0, 0.0, 0.0});
  const std::string what = failure(cvode, 1.0);
  EXPECT_TRUE(contains(what, "the derivative of d(B)/dt over C is nan")) << what;
}

TEST(Cvode, a_start_value_that_is_not_finite_is_reported) {
  Cvode cvode(robertson(), settings(3, Method::bdf, 1e-6, 1e-9));
  try {
    cvode.restart(2.0, std::array{1.0, kNaN, 0.0});
    FAIL() << "a NaN was accepted";
  } catch (const SimulationError& e) {
    EXPECT_TRUE(contains(e.what(), "t = 2 s")) << e.what();
    EXPECT_TRUE(contains(e.what(), "B (state 1) = nan mol/l")) << e.what();
  }
}

TEST(Cvode, too_many_steps_are_an_error) {
  CvodeSettings s = settings(2, Method::bdf, 1e-8, 1e-8);
  s.max_steps = 20;
  auto cvode = started(oscillator(), s, {1.0, 0.0});
  const std::string what = failure(cvode, 1000.0);
  EXPECT_TRUE(contains(what, "too many steps (CV_TOO_MUCH_WORK)")) << what;
  EXPECT_TRUE(contains(what, "largest error in state ")) << what;
}

TEST(Cvode, an_exception_of_the_model_comes_through_and_a_restart_recovers) {
  bool broken = true;
  OdeProblem problem = decay();
  problem.rhs = [&broken](double, const double* y, double* dydt) {
    if (broken) throw std::out_of_range("model");
    dydt[0] = -0.5 * y[0];
  };
  auto cvode = started(problem, settings(1, Method::bdf, 1e-6, 1e-9), {1.0});
  EXPECT_THROW(cvode.advance(1.0), std::out_of_range);
  broken = false;
  EXPECT_THROW(cvode.advance(1.0), std::logic_error);  // not without a restart
  cvode.restart(0.0, std::array{1.0});
  EXPECT_EQ(cvode.advance(1.0).t, 1.0);
}

TEST(Cvode, settings_that_make_no_sense_are_refused) {
  const auto refused = [](OdeProblem p, CvodeSettings s) {
    EXPECT_THROW(Cvode(std::move(p), std::move(s)), std::invalid_argument);
  };
  refused(decay(), settings(1, Method::bdf, 0.0, 1e-9));
  refused(decay(), settings(1, Method::bdf, kNaN, 1e-9));
  refused(decay(), settings(1, Method::bdf, 1e-6, 0.0));
  refused(decay(), settings(2, Method::bdf, 1e-6, 1e-9));
  refused({.n = 1, .rhs = nullptr}, settings(1, Method::bdf, 1e-6, 1e-9));
  OdeProblem no_roots = decay();
  no_roots.n_roots = 1;
  refused(no_roots, settings(1, Method::bdf, 1e-6, 1e-9));
  auto cvode = started(decay(), settings(1, Method::bdf, 1e-6, 1e-9), {1.0}, 5.0);
  EXPECT_THROW(cvode.advance(4.0), std::invalid_argument);
  EXPECT_THROW(cvode.restart(0.0, std::array{1.0, 2.0}), std::invalid_argument);
}

}  // namespace
}  // namespace evsim
