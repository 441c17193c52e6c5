#include "sim/components/machine_dq.h"

#include "sim/components/operating_points.h"
#include "tests/components/families.h"

namespace evsim {
namespace {

// What must be there.
operating_points::Point found(const std::optional<operating_points::Point>& p) {
  if (!p.has_value()) throw std::runtime_error("no such operating point");
  return *p;
}

using test::Family;

// (1) to (5) with round figures: omega_b = 500 rad/s, n_p = 2, voltage U_ref / sqrt(3) = 200 V. Without losses and
// saliency i_d = 0 at the least current: psi_f = 200 / (1.25 1000) = 0.16 Vs, psi at I_max = 0.2 Vs, so
// L I = 0.12 Vs; I = 200 / (1.5 2 0.16) = 416.67 A, L = 0.288 mH.
TEST(MachineDq, a_family_without_losses_is_sized_by_hand) {
  const machine::Envelope<double> envelope{
      .tau_peak = 200.0, .P_peak = 100e3, .omega_max = 1500.0, .U_ref = 400.0 * sqrt(3.0)};
  const auto m = machine_dq::prepare(
      machine_dq::SynchronousFamily<double>{
          .shares = {.n_p = 2, .copper = 1e-12, .hysteresis = 0.0, .eddy = 0.0, .voltage = 0.5},
          .weakening_speed = 1.25},
      envelope);
  const auto& c = std::get<dq_machine::Synchronous<double>>(m.model.circuit);
  const auto& linear = std::get<magnetics::Linear<double>>(c.magnetics);
  EXPECT_NEAR(c.psi_f, 0.16, 1e-15);
  // By bisection, and copper of 1e-12: some roundings.
  EXPECT_NEAR(m.I_max, 1250.0 / 3.0, 1e-9);
  EXPECT_NEAR(linear.L_d, 0.288e-3, 1e-13);
  EXPECT_NEAR(linear.L_q, 0.288e-3, 1e-13);
}

TEST(MachineDq,
     the_base_point_of_each_family_makes_tau_peak_at_the_shaft_and_needs_all_of_its_voltage) {
  for (const Family& f : test::families()) {
    SCOPED_TRACE(f.name);
    const auto m = test::points_of(f);
    const auto most = found(operating_points::max_torque(m, f.omega_b(), f.u_max()));
    // s(omega) takes 2e-4 off the hub's hysteresis and friction, 1.5 % of its torque.
    EXPECT_NEAR(most.tau_shaft / f.envelope.tau_peak, 1.0, 5e-6);
    EXPECT_NEAR(sqrt(most.u.d * most.u.d + most.u.q * most.u.q) / f.u_max(), 1.0,
                1e-6);  // the search's
  }
}

TEST(MachineDq, shares_are_the_losses_of_the_base_point) {
  for (const Family& f : test::families()) {
    SCOPED_TRACE(f.name);
    const auto most =
        found(operating_points::max_torque(test::points_of(f), f.omega_b(), f.u_max()));
    const double P = f.envelope.P_peak;
    // s(omega) of the hysteresis is 1e-6 below 1 at some hundred rad/s, 2e-4 at the hub's 50.
    EXPECT_NEAR(most.losses.iron / P, f.iron, 3e-4 * f.iron);
    EXPECT_NEAR(most.losses.stator / P, f.copper, 1e-6 * f.copper);
  }
}

TEST(MachineDq, each_family_reaches_its_envelope_at_all_speeds_and_both_signs) {
  for (const Family& f : test::families()) {
    SCOPED_TRACE(f.name);
    const auto m = test::points_of(f);
    for (double share = 0.0; share <= 1.0; share += 0.02) {
      const double omega = share * f.envelope.omega_max;
      const double wanted = min(f.envelope.tau_peak, f.envelope.P_peak / max(omega, 1e-9));
      const auto most = found(operating_points::max_torque(m, omega, f.u_max()));
      const auto least = found(operating_points::min_torque(m, omega, f.u_max()));
      EXPECT_GE(most.tau_shaft, wanted * (1.0 - 1e-6)) << omega;  // equal at the base point
      EXPECT_LE(least.tau_shaft, -wanted * (1.0 - 1e-6)) << omega;
    }
  }
}

TEST(MachineDq, an_induction_machine_has_its_range_by_its_leakage) {
  const Family f = test::families().back();
  const auto& share = std::get<machine_dq::InductionFamily<double>>(f.params);
  const auto m = machine_dq::prepare(f.params, f.envelope);
  const auto& c = std::get<dq_machine::Induction<double>>(m.model.circuit);
  const double g = c.L_s / (c.L_s + c.L_l);
  // (6), with the leakage as inverse Gamma has it.
  EXPECT_NEAR(
      0.75 * f.u_max() * f.u_max() / (m.model.common.n_p * f.envelope.omega_max * g * c.L_l),
      share.breakdown * f.envelope.P_peak, 1e-9 * f.envelope.P_peak);
}

TEST(MachineDq, a_family_that_no_inductance_fits_is_refused) {
  auto p = std::get<machine_dq::InductionFamily<double>>(test::families().back().params);
  p.breakdown = 1.01;
  const machine::Envelope<double> narrow{
      .tau_peak = 200.0, .P_peak = 100e3, .omega_max = 501.0, .U_ref = 350.0};
  EXPECT_THROW(machine_dq::prepare(p, narrow), std::invalid_argument);
  EXPECT_THROW(machine_dq::prepare(machine_dq::None<double>{}, narrow), std::invalid_argument);
}

}  // namespace
}  // namespace evsim
