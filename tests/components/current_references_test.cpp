#include "sim/components/current_references.h"

#include <stdexcept>

#include "tests/components/reference_machines.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

// What must be there.
operating_points::Point found(const std::optional<operating_points::Point>& p) {
  if (!p.has_value()) throw std::runtime_error("no such operating point");
  return *p;
}

using operating_points::Limits;
using operating_points::Machine;
using operating_points::Point;

dq_machine::Temperatures<double> cold() { return dq_machine::at_20_degC<double>(); }

struct Case {
  const char* name;
  dq_machine::Model<double> model;
  Limits limits;
  double psi_min;  // [Vs]
};
std::vector<Case> cases() {
  return {{"brusa", test::brusa(), {.I_max = 400.0}, 0.054},
          {"pmsm2k2", test::pmsm2k2(), {.I_max = 9.12}, 0.15},
          {"reluctance", test::reluctance(), {.I_max = 30.0}, 0.25},
          {"pmsyrm5k5", test::pmsyrm5k5(), {.I_max = 30.0}, 0.25},
          {"induction", test::induction(), {.I_max = 14.0, .psi_least = 0.3}, 0.25},
          {"excited", test::excited(), {.I_max = 400.0, .I_f_max = 20.0}, 0.05}};
}
CurrentReferences<double> tables(const Case& c) {
  return current_references::prepare(c.model, cold(), c.limits, {.psi_min = c.psi_min});
}

TEST(CurrentReferences, of_a_round_rotor_by_hand) {
  const auto model =
      test::synchronous({.n_p = 4, .R_s = 0.01}, magnetics::Linear<double>{1e-3, 1e-3, 0.1});
  const auto r = current_references::prepare(model, cold(), {.I_max = 100.0}, {.psi_min = 0.05});
  // All the flux: 0.1 Vs and 1 mH 100 A at right angles; tau_max = 3/2 4 0.1 100.
  const double top = r.i_d.data()->x().back();
  EXPECT_NEAR(top, 0.1 * sqrt(2.0), 1e-12);
  EXPECT_NEAR(r.tau_max(top), 60.0, 1e-9);
  EXPECT_NEAR(r.i_q(top, 0.5), 50.0, 1e-6);  // the envelope is kept within 1e-9
  EXPECT_NEAR(r.i_d(top, -0.5), 0.0, 1e-6);
  // 0.05 Vs of voltage and no torque: i_d = -0.05 Vs / 1 mH.
  EXPECT_NEAR(r.i_d(0.05, 0.0), -50.0, 1e-6);
  EXPECT_NEAR(r.i_q(0.05, 0.0), 0.0, 1e-6);
}

TEST(CurrentReferences, of_a_point_at_a_share_err_by_less_than_a_500th_of_the_largest_current) {
  for (const Case& c : cases()) {
    const auto r = tables(c);
    const Machine m = current_references::source(c.model, cold(), c.limits);
    const double omega = current_references::flux_speed(m), I = c.limits.I_max;
    const auto& psi_axis = r.i_d.data()->x();
    test::Arguments random(3);
    double sum = 0.0;
    constexpr int kRounds = 4000;
    for (int k = 0; k < kRounds; ++k) {
      const double psi = random.between(psi_axis.front(), 1.05 * psi_axis.back());
      double share = random.between(-1.0, 1.0);
      if (k % 4 == 0) share *= 0.01;
      if (k % 4 == 1) share = sign(share) * (1.0 - 0.01 * abs(share));
      const auto most = found(operating_points::max_torque(m, omega, psi));
      const double tau = share * (1.0 - 1e-9) * most.tau;
      const Point p = std::get<Point>(operating_points::point(m, omega, psi, tau));
      const double error = max(abs(r.i_d(psi, share) - p.i.d), abs(r.i_q(psi, share) - p.i.q)) / I;
      EXPECT_LT(error, 0.002) << c.name << " " << psi << " Vs, share " << share;
      if (!r.i_f.empty()) {
        EXPECT_LT(abs(r.i_f(psi, share) - p.i_f), 0.02 * c.limits.I_f_max);
      }
      if (!r.psi_R.empty()) {
        EXPECT_NEAR(r.psi_R(psi, share), p.psi_R, 0.005);
      }
      sum += error;
    }
    EXPECT_LT(sum / kRounds, 1e-4) << c.name;
  }
}

TEST(CurrentReferences, the_flux_of_what_is_asked_for_stays_within_the_voltage) {
  const Case c = cases()[0];
  const auto r = tables(c);
  test::Arguments random(4);
  for (int k = 0; k < 2000; ++k) {
    const double psi = random.between(0.054, 0.36), share = random.between(-1.0, 1.0);
    const double psi_d = 0.066 + 0.37e-3 * r.i_d(psi, share), psi_q = 1.2e-3 * r.i_q(psi, share);
    // 0.2 % of 400 A in 1.2 mH is 1 mVs.
    EXPECT_LT(sqrt(psi_d * psi_d + psi_q * psi_q), psi + 1e-3);
    // And the torque is the share: 3/2 n_p psi 0.2 % 400 A, plus tau_max between its knots.
    const double tau = 4.5 * (psi_d * r.i_q(psi, share) - psi_q * r.i_d(psi, share));
    EXPECT_NEAR(tau, share * r.tau_max(psi), 0.005 * r.tau_max(0.36));
  }
}

TEST(CurrentReferences, negative_torque_mirrors_i_q) {
  for (const Case& c : cases()) {
    const auto r = tables(c);
    const double psi = 0.5 * (r.i_d.data()->x().front() + r.i_d.data()->x().back());
    for (const double share : {0.01, 0.3, 0.99}) {
      EXPECT_NEAR(r.i_d(psi, -share), r.i_d(psi, share), 1e-8 * c.limits.I_max) << c.name;
      EXPECT_NEAR(r.i_q(psi, -share), -r.i_q(psi, share), 1e-8 * c.limits.I_max) << c.name;
    }
  }
}

TEST(CurrentReferences, start_where_a_magnet_leaves_some_torque) {
  const auto r = tables(cases()[1]);
  // psi_f - L_d I_max = 0.545 - 0.036 9.12
  EXPECT_NEAR(r.tau_max.data()->axis().front(), 0.21668, 1e-10);
  EXPECT_NEAR(r.i_d(0.1, 0.0), -9.12, 1e-6);  // held below
}

TEST(CurrentReferences, without_any_flux_are_an_error) {
  EXPECT_THROW(
      current_references::prepare(test::brusa(), cold(), {.I_max = 400.0}, {.psi_min = 0.0}),
      std::invalid_argument);
}

}  // namespace
}  // namespace evsim
