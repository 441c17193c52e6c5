#include "sim/components/machine_losses.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

using machine_losses::operating_point;

// Figures with round numbers behind them: Psi_f = 2 300 / (3 500) = 0.4 Vs, omega_b = 500 rad/s,
// Psi_peak = 0.5 Vs, L = sqrt(0.25 - 0.16) / 500 = 0.6 mH, Psi_max = 250 V / omega.
machine::Envelope<double> envelope() {
  return {.tau_peak = 300.0, .P_peak = 150e3, .omega_max = 1500.0, .U_ref = 250.0 * sqrt(3.0)};
}
constexpr machine_losses::Params<double> kMachine{.I_max = 500.0,
                                                  .R_s = 0.01,
                                                  .k_hysteresis = 1.0,
                                                  .k_eddy = 0.002,
                                                  .tau_friction = 0.5,
                                                  .k_windage = 1e-8};

double flux(const machine_losses::Point& x) {
  const auto f = machine_losses::fluxes(envelope(), kMachine);
  const double d = f.Psi_f + f.L * x.i_d, q = f.L * x.i_q;
  return sqrt(d * d + q * q);
}
double loss(const machine_losses::Point& x) { return x.loss(); }

TEST(MachineLosses, fluxes_and_inductance_by_hand) {
  const auto f = machine_losses::fluxes(envelope(), kMachine);
  EXPECT_ROUNDED(f.Psi_f, 0.4);
  EXPECT_ROUNDED(f.Psi_peak, 0.5);
  EXPECT_NEAR(f.L, 6e-4, 1e-17);  // a difference of squares: some more roundings
}

TEST(MachineLosses, below_field_weakening_by_hand) {
  const auto x = operating_point(envelope(), kMachine, 250.0, 150.0);
  EXPECT_EQ(x.i_d, 0.0);
  EXPECT_ROUNDED(x.i_q, 250.0);       // 2 150 / (3 0.4)
  EXPECT_ROUNDED(x.p_copper, 937.5);  // 3/2 0.01 250^2
  EXPECT_ROUNDED(x.p_iron, 273.75);   // (250 + 0.002 250^2) (0.4^2 + 0.15^2) / 0.5^2
  EXPECT_ROUNDED(x.p_friction, 125.15625);
}

TEST(MachineLosses, field_weakening_by_hand) {
  const auto x = operating_point(envelope(), kMachine, 1000.0, 75.0);
  // Psi_max = 0.25 Vs, L i_q = 0.075 Vs: L i_d = sqrt(0.0625 - 0.005625) - 0.4.
  const double i_d = (sqrt(0.056875) - 0.4) / 6e-4;
  EXPECT_NEAR(x.i_d, i_d, 1e-13 * abs(i_d));  // L carries roundings of a difference
  EXPECT_ROUNDED(x.i_q, 125.0);
  EXPECT_NEAR(x.p_copper, 0.015 * (i_d * i_d + 15625.0), 1e-9);
  EXPECT_ROUNDED(x.p_iron, (1000.0 + 2000.0) * 0.25);
  EXPECT_ROUNDED(x.p_friction, 510.0);
}

TEST(MachineLosses, copper_at_peak_torque_is_that_of_the_largest_current) {
  for (const double omega : {0.0, 100.0, 499.0})
    EXPECT_ROUNDED(operating_point(envelope(), kMachine, omega, 300.0).p_copper, 3750.0);
  EXPECT_ROUNDED(operating_point(envelope(), kMachine, 0.0, -300.0).p_copper, 3750.0);
}

TEST(MachineLosses, the_base_point_is_the_corner_of_field_weakening) {
  const auto f = machine_losses::fluxes(envelope(), kMachine);
  const auto x = operating_point(envelope(), kMachine, 500.0, 300.0);
  EXPECT_NEAR(flux(x), f.Psi_peak, 1e-14);
  EXPECT_NEAR(x.i_d, 0.0, 1e-10);  // on the corner, to rounding of 500 A
  EXPECT_LT(operating_point(envelope(), kMachine, 510.0, 290.0).i_d, 0.0);
}

TEST(MachineLosses, in_field_weakening_the_flux_is_the_voltage_limit_and_never_above) {
  test::Arguments random(8);
  int weakened = 0;
  for (int i = 0; i < 2000; ++i) {
    const double omega = random.between(1.0, 1480.0);
    const double tau = random.between(-1, 1) * torque_limit(envelope(), omega, envelope().U_ref);
    const auto x = operating_point(envelope(), kMachine, omega, tau);
    const double Psi_max = 250.0 / omega;
    EXPECT_LE(flux(x), Psi_max + 1e-14);
    if (x.i_d < 0.0) {
      EXPECT_NEAR(flux(x), Psi_max, 1e-14);
    }
    // 3/2 Psi_f i_q is the torque at every point.
    EXPECT_NEAR(1.5 * 0.4 * x.i_q, tau, 1e-12);
    weakened += x.i_d < 0.0;
  }
  EXPECT_GT(weakened, 500);
}

TEST(MachineLosses, motoring_and_generating_lose_the_same) {
  for (const double omega : {50.0, 600.0, 1400.0})
    for (const double tau : {1.0, 40.0, 100.0})
      EXPECT_EQ(loss(operating_point(envelope(), kMachine, omega, tau)),
                loss(operating_point(envelope(), kMachine, omega, -tau)));
}

TEST(MachineLosses, at_rest_without_torque_nothing_is_lost) {
  EXPECT_EQ(loss(operating_point(envelope(), kMachine, 0.0, 0.0)), 0.0);
}

TEST(MachineLosses, a_current_too_small_for_its_torque_leaves_no_inductance) {
  auto weak = kMachine;
  weak.I_max = 300.0;  // Psi_f = 0.667 Vs is above Psi_peak
  EXPECT_EQ(machine_losses::fluxes(envelope(), weak).L, 0.0);
  EXPECT_EQ(operating_point(envelope(), weak, 1400.0, 50.0).i_d, 0.0);
}

TEST(MachineLosses, the_map_is_the_model_at_its_knots) {
  const auto map = machine_losses::map(envelope(), kMachine);
  const auto& d = *map.p_loss.data();
  for (std::size_t i = 0; i < d.x().knots().size(); i += 7)
    for (std::size_t j = 0; j < d.y().knots().size(); j += 9) {
      const double omega = d.x().knots()[i], tau = d.y().knots()[j];
      const auto x = operating_point(envelope(), kMachine, omega, tau);
      const auto l = machine::losses(map, omega, tau);
      EXPECT_NEAR(l.p_loss, loss(x), 1e-9);  // rounding of fractions of a cell, of 10 kW
      EXPECT_NEAR(l.I_peak, sqrt(x.i_d * x.i_d + x.i_q * x.i_q), 1e-9);
    }
}

TEST(MachineLosses, between_its_knots_the_map_errs_by_less_than_the_curvature_of_its_cells) {
  const auto map = machine_losses::map(envelope(), kMachine);
  test::Arguments random(9);
  double sum = 0.0, all = 0.0;
  for (int i = 0; i < 5000; ++i) {
    const double omega = random.between(0.0, 1480.0);
    const double tau = random.between(-1, 1) * torque_limit(envelope(), omega, envelope().U_ref);
    const double exact = loss(operating_point(envelope(), kMachine, omega, tau));
    const double error = machine::losses(map, omega, tau).p_loss - exact;
    // A cell is 18.75 rad/s x 3.75 Nm. Where the model is smooth the error is 1/8 (18.75^2 p_ww +
    // 3.75^2 p_tt); the kink of field weakening has a slope jump of up to 0.3 kW per cell / 4.
    EXPECT_LT(abs(error), 0.004 * exact + 20.0) << omega << " rad/s " << tau << " Nm";
    sum += error;
    all += exact;
  }
  EXPECT_LT(abs(sum / all), 1e-3);  // what a cycle sees is the mean
}

// ---- Flux made by a current -----------------------------------------------------------------------

machine_losses::Params<double> excited() {
  machine_losses::Params<double> p = kMachine;
  p.P_excitation = 1500.0;
  return p;
}

TEST(MachineLosses, at_rest_with_flux_by_a_current_the_least_loss_by_hand) {
  // No iron loss at rest: 3/2 R_s i_q1^2 / lambda^2 + P lambda^2 is least at lambda^4 = 3/2 R_s i_q1^2 / P.
  const auto x = operating_point(envelope(), excited(), 0.0, 60.0);  // i_q1 = 100 A: 150 W
  EXPECT_ROUNDED(x.p_excitation, sqrt(150.0 * 1500.0));
  EXPECT_ROUNDED(x.p_copper, x.p_excitation);  // both halves of the least sum are equal
  EXPECT_EQ(x.i_d, 0.0);
}

TEST(MachineLosses, the_chosen_flux_loses_least_of_all_that_the_voltage_allows) {
  const auto p = excited();
  for (const double omega : {50.0, 300.0, 600.0, 1200.0})
    for (const double tau : {5.0, 40.0, 100.0}) {
      const auto chosen = operating_point(envelope(), p, omega, tau);
      const double lambda = sqrt(chosen.p_excitation / p.P_excitation);
      const auto f = machine_losses::fluxes(envelope(), p);
      const double Psi_max = 250.0 / omega;
      for (const double other : {0.9 * lambda, 1.1 * lambda}) {
        const double i_q = tau / (1.5 * other * f.Psi_f);
        const double Psi2 = other * other * f.Psi_f * f.Psi_f + f.L * f.L * i_q * i_q;
        if (other > 1.0 || other < machine_losses::kLeastFlux || Psi2 > Psi_max * Psi_max) continue;
        const double iron = (omega + 0.002 * omega * omega) * Psi2 / 0.25;
        EXPECT_LE(loss(chosen), 1.5 * 0.01 * i_q * i_q + iron + chosen.p_friction +
                                    p.P_excitation * other * other)
            << omega << " " << tau << " " << other / lambda;
      }
    }
}

TEST(MachineLosses, unloaded_the_flux_is_let_go) {
  const auto with_magnets = operating_point(envelope(), kMachine, 800.0, 0.0);
  const auto by_current = operating_point(envelope(), excited(), 800.0, 0.0);
  EXPECT_LT(loss(by_current), 0.5 * loss(with_magnets));
  EXPECT_ROUNDED(by_current.p_excitation, 15.0);  // a tenth of the flux is kept
}

// ---- Families -------------------------------------------------------------------------------------

TEST(MachineLosses, a_family_gives_its_shares_of_the_peak_power_at_the_base_speed) {
  const machine_losses::Family<double> family{.copper = 0.05,
                                              .hysteresis = 0.0025,
                                              .eddy = 0.003,
                                              .friction = 0.0008,
                                              .windage = 2e-5,
                                              .excitation = 0.01,
                                              .weakening_speed = 1.5};
  const auto p = machine_losses::sized(envelope(), family);
  // I_max = 2/sqrt(3) 150 kW / (250 sqrt(3) V) 1.5 = 600 A.
  EXPECT_ROUNDED(p.I_max, 600.0);
  EXPECT_ROUNDED(1.5 * p.R_s * p.I_max * p.I_max, 7500.0);
  EXPECT_ROUNDED(p.k_hysteresis * 500.0, 375.0);
  EXPECT_ROUNDED(p.k_eddy * 500.0 * 500.0, 450.0);
  EXPECT_ROUNDED(p.tau_friction * 500.0, 120.0);
  EXPECT_ROUNDED(p.k_windage * 500.0 * 500.0 * 500.0, 3.0);
  EXPECT_ROUNDED(p.P_excitation, 1500.0);
  const auto f = machine_losses::fluxes(envelope(), p);
  EXPECT_ROUNDED(f.Psi_f * 750.0 * sqrt(3.0), envelope().U_ref);  // full flux at 1.5 base speeds
}

}  // namespace
}  // namespace evsim
