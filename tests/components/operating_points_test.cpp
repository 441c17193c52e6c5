#include "sim/components/operating_points.h"

#include <cmath>
#include <span>
#include <stdexcept>
#include <string_view>

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "tests/components/families.h"
#include "tests/components/reference_machines.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

using operating_points::Aim;
using operating_points::Limits;
using operating_points::Machine;
using operating_points::Outcome;
using operating_points::Point;
using operating_points::Refusal;
using operating_points::Region;

constexpr double kRpm = kPi / 30.0;
constexpr double kBrusaI = 400.0, kPmsmI = 9.121677477306465;
const double kBrusaU = 350.0 / evsim::sqrt(3.0), kPmsmU = 540.0 / evsim::sqrt(3.0);

dq_machine::Temperatures<double> cold() { return dq_machine::at_20_degC<double>(); }
double norm(const Dq<double>& x) { return evsim::sqrt(x.d * x.d + x.q * x.q); }
const Point& found(const Outcome& x) { return std::get<Point>(x); }
bool is_found(const Outcome& x) { return std::holds_alternative<Point>(x); }

struct Case {
  const char* name;
  dq_machine::Model<double> model;
  Limits limits;
  double u_max, omega_max;
};
std::vector<Case> cases() {
  return {{"brusa", test::brusa(), {.I_max = kBrusaI}, 200.0, 1256.0},
          {"pmsm2k2", test::pmsm2k2(), {.I_max = kPmsmI}, 311.0, 628.0},
          {"reluctance", test::reluctance(), {.I_max = 30.0}, 311.0, 628.0},
          {"pmsyrm5k5", test::pmsyrm5k5(), {.I_max = 30.0}, 311.0, 628.0},
          {"induction", test::induction(), {.I_max = 14.0}, 311.0, 500.0},
          {"excited", test::excited(), {.I_max = 400.0, .I_f_max = 20.0}, 200.0, 1256.0}};
}

// ---- By hand --------------------------------------------------------------------------------------

TEST(OperatingPoints, a_round_rotor_makes_torque_by_i_q_alone) {
  const auto model =
      test::synchronous({.n_p = 4, .R_s = 0.01}, magnetics::Linear<double>{1e-3, 1e-3, 0.1});
  const Machine m = operating_points::prepare(model, cold(), {.I_max = 100.0});
  const Point p = found(operating_points::point(m, 50.0, 1e3, 30.0));
  // tau = 3/2 4 0.1 i_q, omega_e = 200 rad/s. Tolerance: the search ends at some 1e-15 of the flux.
  EXPECT_NEAR(p.i.q, 50.0, 1e-9);
  EXPECT_NEAR(p.i.d, 0.0, 1e-9);
  EXPECT_NEAR(p.u.d, -200.0 * 0.05, 1e-9);
  EXPECT_NEAR(p.u.q, 0.01 * 50.0 + 200.0 * 0.1, 1e-9);
  EXPECT_NEAR(p.losses.stator, 1.5 * 0.01 * 2500.0, 1e-9);
  EXPECT_EQ(p.region, Region::mtpa);
}

TEST(OperatingPoints, a_linear_reluctance_machine_has_its_current_at_45_degrees) {
  const Machine m = operating_points::prepare(test::reluctance(), cold(), {.I_max = 30.0});
  const Point p = operating_points::mtpa(m, 20.0);
  // tau = 3/2 2 (0.02 - 0.005) 20^2 / 2
  EXPECT_NEAR(p.tau, 9.0, 1e-12);
  EXPECT_NEAR(p.i.d, 20.0 / evsim::sqrt(2.0), 1e-10);
  EXPECT_NEAR(p.i.q, 20.0 / evsim::sqrt(2.0), 1e-10);
}

TEST(OperatingPoints, an_induction_machine_without_saturation_has_equal_currents) {
  auto model = test::induction();
  std::get<dq_machine::Induction<double>>(model.circuit).k_s = 0.0;
  const Machine m = operating_points::prepare(model, cold(), {.I_max = 14.0});
  const Point p = operating_points::mtpa(m, 10.0);
  // i_d = psi_R / L_s and i_q share the current. i_q = psi_sq (1/L_s + 1/L_l): omega_r = R_r / L_l psi_sq / psi_R.
  const double i = 10.0 / evsim::sqrt(2.0), psi_sq = i / (1.0 / 0.34 + 1.0 / 0.023);
  EXPECT_NEAR(p.i.d, i, 1e-10);
  EXPECT_NEAR(p.i.q, i, 1e-10);
  EXPECT_NEAR(p.psi_R, 0.34 * i, 1e-10);
  EXPECT_NEAR(p.omega_r, 2.5 / 0.023 * psi_sq / (0.34 * i), 1e-9);
  EXPECT_NEAR(p.tau, 3.0 * 0.34 * i * psi_sq / 0.023, 1e-10);
}

TEST(OperatingPoints, without_torque_nothing_flows_until_the_voltage_asks_for_it) {
  const Machine m = operating_points::prepare(test::brusa(), cold(), {.I_max = kBrusaI});
  EXPECT_NEAR(norm(found(operating_points::point(m, 200.0, kBrusaU, 0.0)).i), 0.0, 1e-9);
  // omega_e psi_f is 249 V there.
  const Point p = found(operating_points::point(m, 1256.0, kBrusaU, 0.0));
  EXPECT_EQ(p.region, Region::field_weakening);
  EXPECT_LT(p.i.d, 0.0);
  EXPECT_NEAR(norm(p.u), kBrusaU, 1e-9);
}

// ---- At every point --------------------------------------------------------------------------------

TEST(OperatingPoints, every_point_keeps_the_limits_has_the_torque_and_balances_its_power) {
  for (const Case& c : cases())
    for (const Aim aim : {Aim::current, Aim::loss})
      for (const double T : {233.15, 293.15, 433.15}) {
        const Machine m = operating_points::prepare(c.model, {T, T}, c.limits, aim);
        int refused = 0, reached = 0;
        for (const double u : {0.1 * c.u_max, 0.5 * c.u_max, c.u_max, 1.5 * c.u_max})
          for (int k = -6; k <= 6; ++k) {
            const double omega = c.omega_max * k / 6.0;
            const auto most = operating_points::max_torque(m, omega, u);
            const auto least = operating_points::min_torque(m, omega, u);
            ASSERT_EQ(most.has_value(), least.has_value()) << c.name << u << " " << omega;
            const double scale = most ? max(abs(most->tau), abs(least->tau)) : c.limits.I_max;
            for (int j = -13; j <= 13; ++j) {
              const double tau = scale * j / 12.0;
              const Outcome x = operating_points::point(m, omega, u, tau);
              // Refused outside the envelope, and only there; the envelope itself may round either way.
              const bool inside =
                  most && tau <= most->tau + 1e-9 * scale && tau >= least->tau - 1e-9 * scale;
              ASSERT_EQ(is_found(x), inside) << c.name << " " << u << " V " << omega << " " << tau;
              (inside ? reached : refused) += 1;
              if (!inside) continue;
              const Point& p = found(x);
              // The search ends at 1e-14; a torque on the envelope counts as reached within 1e-9.
              EXPECT_LE(norm(p.i), c.limits.I_max * (1.0 + 1.1e-9));
              EXPECT_LE(norm(p.u), u * (1.0 + 1.1e-9));
              EXPECT_LE(p.i_f, c.limits.I_f_max * (1.0 + 1e-12));
              EXPECT_NEAR(p.tau, tau, 1.1e-9 * scale);
              const double p_s = 1.5 * (p.u.d * p.i.d + p.u.q * p.i.q);
              const double cage = std::string_view(c.name) == "induction" ? p.losses.rotor : 0.0;
              EXPECT_NEAR(p_s, p.losses.stator + cage + p.tau * omega,
                          1e-11 * (u * c.limits.I_max));
              EXPECT_NEAR(p.tau_shaft * omega, p.tau * omega - p.losses.iron - p.losses.friction,
                          1e-11 * (u * c.limits.I_max));
            }
          }
        EXPECT_GT(reached, 300) << c.name;
        EXPECT_GT(refused, 100) << c.name;
      }
}

TEST(OperatingPoints, points_in_a_row_are_those_found_alone) {
  for (const Case& c : cases())
    for (const Aim aim : {Aim::current, Aim::loss}) {
      const Machine m = operating_points::prepare(c.model, cold(), c.limits, aim);
      for (int k = -6; k <= 6; ++k) {
        const double omega = c.omega_max * k / 6.0;
        std::vector<double> tau;
        for (int j = 40; j >= -40; --j)
          tau.push_back(1.1 * operating_points::mtpa(m, c.limits.I_max).tau * j / 40.0);
        const auto row = operating_points::points(m, omega, c.u_max, tau);
        for (std::size_t j = 0; j < tau.size(); ++j) {
          const Outcome alone = operating_points::point(m, omega, c.u_max, tau[j]);
          ASSERT_EQ(alone.index(), row[j].index()) << c.name << " " << omega << " " << tau[j];
          if (!is_found(alone)) continue;
          EXPECT_NEAR(found(row[j]).i.d, found(alone).i.d, 1e-8 * c.limits.I_max) << c.name;
          EXPECT_NEAR(found(row[j]).i.q, found(alone).i.q, 1e-8 * c.limits.I_max) << c.name;
        }
      }
    }
}

TEST(OperatingPoints, reversed_speed_and_torque_reverse_i_q) {
  for (const Case& c : cases()) {
    const Machine m = operating_points::prepare(c.model, cold(), c.limits);
    for (const double omega : {0.2 * c.omega_max, 0.7 * c.omega_max}) {
      const double tau = 0.6 * operating_points::max_torque(m, omega, c.u_max)->tau;
      const Point forward = found(operating_points::point(m, omega, c.u_max, tau));
      const Point back = found(operating_points::point(m, -omega, c.u_max, -tau));
      EXPECT_NEAR(back.i.d, forward.i.d, 1e-10 * c.limits.I_max) << c.name;
      EXPECT_NEAR(back.i.q, -forward.i.q, 1e-10 * c.limits.I_max) << c.name;
    }
  }
}

TEST(OperatingPoints, generating_envelope_reaches_beyond_motoring_by_what_the_resistance_takes) {
  const Machine m = operating_points::prepare(test::pmsm2k2(), cold(), {.I_max = kPmsmI});
  const double omega = 2500.0 * kRpm;
  EXPECT_GT(-operating_points::min_torque(m, omega, kPmsmU)->tau,
            1.05 * operating_points::max_torque(m, omega, kPmsmU)->tau);
}

TEST(OperatingPoints, a_refusal_says_why) {
  const Machine m = operating_points::prepare(test::pmsm2k2(), cold(), {.I_max = kPmsmI});
  const auto why = [&](double omega, double u, double tau) {
    return std::get<Refusal>(operating_points::point(m, omega, u, tau));
  };
  EXPECT_EQ(why(0.0, 311.0, 24.0), Refusal::current);  // 23.03 Nm at most
  EXPECT_EQ(why(2500.0 * kRpm, kPmsmU, 20.0), Refusal::both);
  EXPECT_EQ(why(300.0, 5.0, 15.0), Refusal::voltage);  // no current makes 15 Nm on 5 V there
}

// ---- The least of all ------------------------------------------------------------------------------

double cost(const Machine& m, const Point& p) {
  return m.aim == Aim::current ? p.i.d * p.i.d + p.i.q * p.i.q : p.losses.electrical();
}

// Along the curve of constant torque no other current of a linear machine within the limits costs less.
TEST(OperatingPoints, a_scan_along_the_torque_finds_nothing_cheaper) {
  const double L_d = test::kBrusa.L_d, L_q = test::kBrusa.L_q, psi_f = test::kBrusa.psi_f;
  for (const Aim aim : {Aim::current, Aim::loss}) {
    const Machine m = operating_points::prepare(test::brusa(), cold(), {.I_max = kBrusaI}, aim);
    for (const double omega : {100.0, 350.0, 800.0, 1200.0})
      for (const double tau : {20.0, 45.0, 150.0, -20.0, -45.0, -150.0}) {
        const Outcome x = operating_points::point(m, omega, kBrusaU, tau);
        double least = 1e300;
        for (int k = 0; k <= 4000; ++k) {
          const double i_d = -0.1 * k, i_q = tau / (4.5 * (psi_f + (L_d - L_q) * i_d));
          const double psi_d = psi_f + L_d * i_d, psi_q = L_q * i_q, w = 3.0 * omega;
          const double u_d = 0.018 * i_d - w * psi_q, u_q = 0.018 * i_q + w * psi_d;
          const double i2 = i_d * i_d + i_q * i_q;
          if (i2 > kBrusaI * kBrusaI || u_d * u_d + u_q * u_q > kBrusaU * kBrusaU) continue;
          const double iron = 1.5 *
                              (0.5 * w * omega / evsim::sqrt(omega * omega + 1.0) + 0.002 * w * w) *
                              (psi_d * psi_d + psi_q * psi_q);
          least = min(least, aim == Aim::current ? i2 : 1.5 * 0.018 * i2 + iron);
        }
        EXPECT_EQ(is_found(x), least < 1e300) << omega << " " << tau;
        if (!is_found(x)) continue;
        EXPECT_LE(cost(m, found(x)), least * (1.0 + 1e-12));
        // A grid of 0.1 A misses the voltage limit by up to 0.1 A of current: 2 I 0.1 A beside it.
        EXPECT_GE(cost(m, found(x)), least * (1.0 - 0.01)) << omega << " " << tau;
      }
  }
}

TEST(OperatingPoints, a_scan_of_flux_finds_no_cheaper_induction_machine) {
  const auto& c = test::kCage;
  for (const Aim aim : {Aim::current, Aim::loss}) {
    const Machine m = operating_points::prepare(test::induction(), cold(), {.I_max = 14.0}, aim);
    for (const double omega : {50.0, 150.0, 300.0})
      for (const double tau : {2.0, 8.0, 14.0, -2.0, -8.0, -14.0}) {
        const Outcome x = operating_points::point(m, omega, 311.0, tau);
        double least = 1e300;
        for (int k = 1; k <= 4000; ++k) {
          const double psi_d = 0.0004 * k, psi_q = tau * c.L_l / (3.0 * psi_d);
          const double psi2 = psi_d * psi_d + psi_q * psi_q;
          const double main = (1.0 + std::pow(0.9, 6) * psi2 * psi2 * psi2) / c.L_s;
          const double i_d = main * psi_d, i_q = (main + 1.0 / c.L_l) * psi_q;
          const double w = 2.0 * omega + c.R_r / c.L_l * psi_q / psi_d;
          const double u_d = 3.7 * i_d - w * psi_q, u_q = 3.7 * i_q + w * psi_d;
          const double i2 = i_d * i_d + i_q * i_q;
          if (i2 > 14.0 * 14.0 || u_d * u_d + u_q * u_q > 311.0 * 311.0) continue;
          const double loss = 1.5 * 3.7 * i2 + 1.5 * c.R_r * psi_q * psi_q / (c.L_l * c.L_l) +
                              1.5 * 1e-4 * 4.0 * omega * omega * psi2;
          least = min(least, aim == Aim::current ? i2 : loss);
        }
        EXPECT_EQ(is_found(x), least < 1e300) << omega << " " << tau;
        if (!is_found(x)) continue;
        EXPECT_LE(cost(m, found(x)), least * (1.0 + 1e-12));
        EXPECT_GE(cost(m, found(x)), least * (1.0 - 0.005))
            << omega << " " << tau;  // 0.4 mVs of 0.1 Vs
      }
  }
}

TEST(OperatingPoints, a_scan_of_field_and_stator_current_finds_no_cheaper_excited_machine) {
  const auto& c = test::kExcited;
  const Machine m =
      operating_points::prepare(test::excited(), cold(), {.I_max = 400.0, .I_f_max = 20.0});
  for (const double omega : {50.0, 400.0, 1000.0})
    for (const double tau : {10.0, 40.0, 90.0, -90.0}) {
      const Outcome x = operating_points::point(m, omega, 200.0, tau);
      double least = 1e300;
      for (int k = 1; k <= 400; ++k)
        for (int l = -400; l <= 400; ++l) {
          const double i_q = (tau < 0.0 ? -1.0 : 1.0) * k, i_d = l;
          const double i_f = (tau / (4.5 * i_q) - (c.L_d - c.L_q) * i_d) / c.L_m;
          if (i_f < 0.0 || i_f > 20.0) continue;
          const double psi_d = c.L_d * i_d + c.L_m * i_f, psi_q = c.L_q * i_q, w = 3.0 * omega;
          const double u_d = 15.55e-3 * i_d - w * psi_q, u_q = 15.55e-3 * i_q + w * psi_d;
          const double i2 = i_d * i_d + i_q * i_q;
          if (i2 > 160e3 || u_d * u_d + u_q * u_q > 200.0 * 200.0) continue;
          least = min(least, 1.5 * 15.55e-3 * i2 + c.R_f * i_f * i_f);
        }
      EXPECT_EQ(is_found(x), least < 1e300) << omega << " " << tau;
      if (!is_found(x)) continue;
      const double copper = found(x).losses.stator + found(x).losses.rotor;
      EXPECT_LE(copper, least * (1.0 + 1e-12));
      EXPECT_GE(copper, least * (1.0 - 0.02)) << omega << " " << tau;  // a grid of 1 A
    }
}

TEST(OperatingPoints, a_scan_of_flux_finds_no_more_torque) {
  for (const Case& c : {cases()[3]}) {
    const Machine m = operating_points::prepare(c.model, cold(), c.limits);
    for (const double omega : {100.0, 300.0, 628.0}) {
      double most = -1e300, least = 1e300;
      for (int k = -300; k <= 300; ++k)
        for (int l = -300; l <= 300; ++l) {
          const Dq<double> psi{1.2 * k / 300.0, 1.4 * l / 300.0};
          const Dq<double> i = magnetics::currents(test::kPmsyrm5k5, psi);
          const Dq<double> u{0.63 * i.d - 2.0 * omega * psi.q, 0.63 * i.q + 2.0 * omega * psi.d};
          if (norm(i) > c.limits.I_max || norm(u) > c.u_max) continue;
          const double tau = 3.0 * (psi.d * i.q - psi.q * i.d);
          most = max(most, tau);
          least = min(least, tau);
        }
      // A grid of 4 mVs misses a corner by that: times d tau/d psi = 100 Nm/Vs.
      EXPECT_NEAR(operating_points::max_torque(m, omega, c.u_max)->tau, most, 0.4);
      EXPECT_GE(operating_points::max_torque(m, omega, c.u_max)->tau, most);
      EXPECT_LE(operating_points::min_torque(m, omega, c.u_max)->tau, least);
    }
  }
}

TEST(OperatingPoints, of_machines_drawn_at_random_are_no_worse_than_a_grid) {
  test::Arguments random(11);
  int none = 0;
  for (int k = 0; k < 150; ++k) {
    const double L_d = 1e-3 * exp(random.between(-1.5, 1.5)), I = 100.0;
    const double L_q = 1e-3 * exp(random.between(-1.5, 1.5)),
                 R = random.between(0.0, 0.3) * (k % 3);
    const double psi_f = k % 5 == 0 ? 0.0 : random.between(0.0, 3.0) * L_d * I;
    const double omega = random.between(-1500.0, 1500.0), w = 2.0 * omega,
                 U = random.between(5, 300);
    const auto model =
        test::synchronous({.n_p = 2, .R_s = R}, magnetics::Linear<double>{L_d, L_q, psi_f});
    const Machine m = operating_points::prepare(model, cold(), {.I_max = I});
    const auto most = operating_points::max_torque(m, omega, U);
    const auto least = operating_points::min_torque(m, omega, U);
    none += !most;
    const double slack = 1e-9 * operating_points::mtpa(m, I).tau;
    for (int a = -100; a <= 100; ++a)
      for (int b = -100; b <= 100; ++b) {
        const Dq<double> i{I * a / 100.0, I * b / 100.0};
        const Dq<double> u{R * i.d - w * L_q * i.q, R * i.q + w * (L_d * i.d + psi_f)};
        if (norm(i) > I || norm(u) > U) continue;
        const double tau = 3.0 * (psi_f + (L_d - L_q) * i.d) * i.q;
        ASSERT_TRUE(most && least) << k;
        ASSERT_LE(tau, most->tau + slack) << k;
        ASSERT_GE(tau, least->tau - slack) << k;
        if (a % 20 != 0 || b % 20 != 0) continue;
        const Outcome x = operating_points::point(m, omega, U, tau);
        ASSERT_TRUE(is_found(x)) << k << " " << tau;
        ASSERT_LE(norm(found(x).i), norm(i) * (1.0 + 1e-9) + 1e-9) << k << " " << tau;
      }
  }
  EXPECT_GT(none, 10);
  EXPECT_LT(none, 75);
}

TEST(OperatingPoints, of_excited_machines_drawn_at_random_are_no_worse_than_a_grid) {
  test::Arguments random(12);
  for (int k = 0; k < 60; ++k) {
    const double I = 400.0, I_f = 15.0, R = random.between(1e-3, 0.06);
    const double L_d = 1e-3 * exp(random.between(-1, 1)), L_q = 1e-3 * exp(random.between(-1, 1));
    const double L_m = L_d * I / I_f * random.between(0.4, 1.5);
    const double omega = random.between(-1000.0, 1000.0), w = 3.0 * omega,
                 U = random.between(20, 250);
    dq_machine::Model<double> model{.common = {.n_p = 3, .R_s = R}, .circuit = {}};
    model.circuit = dq_machine::Excited<double>{
        .L_d = L_d, .L_q = L_q, .L_m = L_m, .L_f = 1.0, .R_f = random.between(0.5, 10.0)};
    const double R_f = std::get<dq_machine::Excited<double>>(model.circuit).R_f;
    const Machine m = operating_points::prepare(model, cold(), {.I_max = I, .I_f_max = I_f});
    const Point most = *operating_points::max_torque(m, omega, U);
    const Point least = *operating_points::min_torque(m, omega, U);
    const double slack = 1e-9 * max(most.tau, -least.tau);
    for (int a = -40; a <= 40; ++a)
      for (int b = -40; b <= 40; ++b)
        for (int f = 0; f <= 20; ++f) {
          const Dq<double> i{I * a / 40.0, I * b / 40.0};
          const double i_f = I_f * f / 20.0, psi_d = L_d * i.d + L_m * i_f, psi_q = L_q * i.q;
          if (norm(i) > I || norm({R * i.d - w * psi_q, R * i.q + w * psi_d}) > U) continue;
          const double tau = 4.5 * (psi_d * i.q - psi_q * i.d);
          ASSERT_LE(tau, most.tau + slack) << k;
          ASSERT_GE(tau, least.tau - slack) << k;
          if (a % 8 != 0 || b % 8 != 0 || f % 4 != 0) continue;
          const Outcome x = operating_points::point(m, omega, U, tau);
          ASSERT_TRUE(is_found(x)) << k << " " << tau;
          const double copper = 1.5 * R * (i.d * i.d + i.q * i.q) + R_f * i_f * i_f;
          ASSERT_LE(found(x).losses.stator + found(x).losses.rotor, copper * (1.0 + 1e-9) + 1e-9)
              << k << " " << tau;
        }
  }
}

TEST(OperatingPoints, of_a_table_are_those_of_the_model_it_was_made_of) {
  std::vector<double> d, q, i_d, i_q;
  for (int k = 0; k <= 60; ++k) d.push_back(-0.2 + 0.02 * k);
  for (int k = -54; k <= 54; ++k) q.push_back(0.025 * k);
  for (const double x : d)
    for (const double y : q) {
      const auto i = magnetics::currents(test::kPmsyrm5k5, Dq<double>{x, y});
      i_d.push_back(i.d);
      i_q.push_back(i.q);
    }
  const auto table = [&](const std::vector<double>& z) {
    return Table2<double>(std::make_shared<Table2Data>(d, q, z));
  };
  auto model = test::pmsyrm5k5();
  model.circuit = dq_machine::Synchronous<double>{
      .magnetics = flux_map::Map<double>(
          flux_map::prepare(flux_map::CurrentsOverFlux{table(i_d), table(i_q)}).data)};
  const Machine of_table = operating_points::prepare(model, cold(), {.I_max = 30.0});
  const Machine of_model = operating_points::prepare(test::pmsyrm5k5(), cold(), {.I_max = 30.0});
  for (const double omega : {-500.0, 50.0, 300.0})
    for (const double tau : {-12.0, 0.0, 0.5, 10.0}) {
      const Point a = found(operating_points::point(of_table, omega, 311.0, tau));
      const Point b = found(operating_points::point(of_model, omega, 311.0, tau));
      EXPECT_NEAR(a.tau, tau, 1e-10);
      // The table errs by 0.6 mA, its slopes, which choose the point, by 0.1 %.
      EXPECT_NEAR(a.i.d, b.i.d, 0.05);
      EXPECT_NEAR(norm(a.i), norm(b.i), 2e-3);
    }
}

// ---- Torque at the shaft, kept flux ----------------------------------------------------------------

TEST(OperatingPoints, the_shaft_gets_what_iron_and_friction_leave) {
  auto model = test::brusa();
  model.common.tau_friction = 0.7;
  model.common.k_windage = 1e-6;
  const Machine m = operating_points::prepare(model, cold(), {.I_max = kBrusaI});
  for (const double omega : {-700.0, 0.0, 300.0, 900.0})
    for (const double tau : {-40.0, 0.0, 40.0}) {
      const Point p = found(operating_points::shaft_point(m, omega, kBrusaU, tau));
      EXPECT_NEAR(p.tau_shaft, tau, 1e-10);
      const auto drag = dq_machine::drag(model.common, omega, p.psi);
      EXPECT_NEAR(p.tau, tau + drag.iron + drag.friction, 1e-10);
    }
}

TEST(OperatingPoints, a_kept_flux_is_there_without_torque_as_far_as_the_voltage_allows) {
  const Machine m = operating_points::prepare(test::induction(), cold(),
                                              {.I_max = 14.0, .psi_least = 0.5}, Aim::loss);
  const Point rest = found(operating_points::point(m, 100.0, 311.0, 0.0));
  EXPECT_NEAR(rest.psi_R, 0.5, 1e-10);
  EXPECT_NEAR(rest.omega_r, 0.0, 1e-10);
  EXPECT_NEAR(norm(found(operating_points::point(m, 100.0, 311.0, 1.0)).psi), 0.5, 1e-10);
  const Point fast = found(operating_points::point(m, 100.0, 60.0, 0.5));
  EXPECT_LT(norm(fast.psi), 0.32);  // 60 V / 200 rad/s
  EXPECT_NEAR(norm(fast.u), 60.0, 1e-7);
}

// ---- Closed forms and published loci ---------------------------------------------------------------

TEST(OperatingPoints, mtpv_is_the_closed_form_of_a_linear_machine_without_resistance) {
  auto model = test::brusa();
  model.common.R_s = 0.0;
  const Machine m = operating_points::prepare(model, cold(), {.I_max = kBrusaI});
  const double L_d = test::kBrusa.L_d, L_q = test::kBrusa.L_q, psi_f = test::kBrusa.psi_f;
  for (const double rpm : {5000.0, 9000.0, 12000.0}) {
    // S. Morimoto et al. 1990: psi_d^2 + psi_q^2 = Psi^2, d tau/d psi_d = 0.
    const double Psi = kBrusaU / (3.0 * rpm * kRpm), dL = L_q - L_d;
    const double psi_d =
        (L_q * psi_f - evsim::sqrt(L_q * L_q * psi_f * psi_f + 8.0 * dL * dL * Psi * Psi)) /
        (4.0 * dL);
    const double i_d = (psi_d - psi_f) / L_d, i_q = evsim::sqrt(Psi * Psi - psi_d * psi_d) / L_q;
    const Point p = *operating_points::max_torque(m, rpm * kRpm, kBrusaU);
    EXPECT_EQ(p.region, Region::mtpv);
    EXPECT_NEAR(p.i.d, i_d, 1e-8);  // the torque is flat there: 1e-15 of it is 3e-8 of the current
    EXPECT_NEAR(p.i.q, i_q, 1e-8);
  }
}

struct Row {
  double x, i_d, i_q, tau;
  Region region;
};
// MTPA loci by the closed form, 15 digits.
constexpr Row kBrusaMtpa[] = {
    {40, -14.6920777657174, 37.2040703542786, 13.0911789244716, Region::mtpa},
    {100, -53.5724746766245, 84.4392678617148, 41.9741852689699, Region::mtpa},
    {160, -94.9908229160899, 128.750703150406, 83.9185139693301, Region::mtpa},
    {280, -179.105896566037, 215.223320797901, 207.897231664829, Region::mtpa},
    {400, -263.660946833139, 300.803765127786, 385.562335877204, Region::mtpa}};
constexpr Row kPmsmMtpa[] = {
    {0.912167747730646, -0.0228716635050548, 0.911880960985869, 2.23779585264635, Region::mtpa},
    {3.64867099092259, -0.359301068381288, 3.63093689593472, 8.99293320393048, Region::mtpa},
    {6.38517423411452, -1.0602444104632, 6.29653331525225, 15.8928687927196, Region::mtpa},
    {9.12167747730646, -2.05710850909125, 8.88669255582888, 23.0285736271838, Region::mtpa}};
// Envelopes: MTPA, |u| = |i| = most, MTPV by bounded optimisation, 12 digits; x in rpm.
constexpr Row kBrusaEnvelope[] = {
    {1500, -263.660946833, 300.803765127, 385.562335877, Region::mtpa},
    {1800, -275.893931202, 289.624824085, 384.466479122, Region::field_weakening},
    {2400, -339.242446199, 211.930561026, 331.474346296, Region::field_weakening},
    {3000, -364.725598287, 164.241401463, 272.517563378, Region::field_weakening},
    {4000, -383.317639067, 114.313549417, 197.612847713, Region::field_weakening},
    {4500, -387.938403972, 96.6042746897, 168.666227486, Region::mtpv},
    {6000, -324.379939725, 74.927709388, 113.032875957, Region::mtpv},
    {9000, -262.55607226, 52.3447852996, 66.8781542338, Region::mtpv},
    {12000, -233.375132211, 40.4610385953, 47.2850403277, Region::mtpv}};
constexpr Row kBrusaEnvelopeNoR[] = {
    {1500, -263.660946833, 300.803765127, 385.562335877, Region::mtpa},
    {1800, -268.506906718, 296.486156582, 385.39443775, Region::field_weakening},
    {3000, -362.34519543, 169.428331009, 279.6176226, Region::field_weakening},
    {4500, -387.245722686, 100.203544157, 174.691128729, Region::field_weakening},
    {4700, -383.276886603, 94.9476427115, 164.120719665, Region::mtpv},
    {9000, -264.940586016, 53.2418569717, 68.4984755388, Region::mtpv},
    {12000, -234.943027935, 41.1222142015, 48.2985426547, Region::mtpv}};
constexpr Row kPmsmEnvelope[] = {
    {1488.23529411764706, -3.45813441706, 8.4407527125, 22.671220906, Region::field_weakening},
    {1785.71428571428571, -5.69291292302, 7.12711319195, 20.2179924519, Region::field_weakening},
    {2727.73109243697479, -8.13631007079, 4.1237675046, 12.3783167527, Region::field_weakening},
    {3967.22689075630252, -8.98282060586, 1.58553901335, 4.84991077537, Region::field_weakening},
    {4512.60504201680672, -9.11915270892, 0.214601657582, 0.658407072097, Region::field_weakening}};
constexpr Row kPmsmEnvelopeNoR[] = {
    {1488.23529411764706, -2.05710850909, 8.88669255583, 23.0285736272, Region::mtpa},
    {1785.71428571428571, -4.53113207369, 7.91668125737, 21.8369889482, Region::field_weakening},
    {2727.73109243697479, -7.72623707049, 4.84873805547, 14.4202488114, Region::field_weakening},
    {3967.22689075630252, -8.87216790461, 2.11887627585, 6.46547832751, Region::field_weakening},
    {4562.18487394957983, -9.11543802117, 0.337327262697, 1.03484990029, Region::field_weakening}};

// The optimum of a bounded optimisation is flat: it is known to the root of the rounding, 2e-9 of 400 A.
constexpr double kWithin = 1e-6;  // [A]

TEST(OperatingPoints, mtpa_agrees_with_published_loci) {
  const Machine brusa = operating_points::prepare(test::brusa(), cold(), {.I_max = kBrusaI});
  const Machine pmsm = operating_points::prepare(test::pmsm2k2(), cold(), {.I_max = kPmsmI});
  const auto expect = [](const Machine& m, const Row& row) {
    const Point p = operating_points::mtpa(m, row.x);
    EXPECT_NEAR(p.i.d, row.i_d, 1e-11 * m.limits.I_max);
    EXPECT_NEAR(p.i.q, row.i_q, 1e-11 * m.limits.I_max);
    EXPECT_NEAR(p.tau, row.tau, 1e-13 * row.tau);
    // And by torque, to the digits of the row's torque.
    const Point by_torque = found(operating_points::point(m, 0.0, 1e3, row.tau));
    EXPECT_NEAR(by_torque.i.d, row.i_d, 1e-10 * m.limits.I_max);
  };
  for (const Row& row : kBrusaMtpa) expect(brusa, row);
  for (const Row& row : kPmsmMtpa) expect(pmsm, row);
}

void expect_envelope(dq_machine::Model<double> model, double R_s, double I, double u,
                     std::span<const Row> rows) {
  model.common.R_s = R_s;
  const Machine m = operating_points::prepare(model, cold(), {.I_max = I});
  for (const Row& row : rows) {
    const auto p = operating_points::max_torque(m, row.x * kRpm, u);
    ASSERT_TRUE(p) << row.x;
    EXPECT_EQ(p->region, row.region) << row.x;
    EXPECT_NEAR(p->i.d, row.i_d, kWithin) << row.x;
    EXPECT_NEAR(p->i.q, row.i_q, kWithin) << row.x;
    EXPECT_NEAR(p->tau, row.tau, 1e-10 * row.tau + 1e-10) << row.x;
  }
}
TEST(OperatingPoints, envelopes_agree_with_published_loci) {
  expect_envelope(test::brusa(), 0.018, kBrusaI, kBrusaU, kBrusaEnvelope);
  expect_envelope(test::brusa(), 0.0, kBrusaI, kBrusaU, kBrusaEnvelopeNoR);
  expect_envelope(test::pmsm2k2(), 3.6, kPmsmI, kPmsmU, kPmsmEnvelope);
  expect_envelope(test::pmsm2k2(), 0.0, kPmsmI, kPmsmU, kPmsmEnvelopeNoR);
}

TEST(OperatingPoints, beyond_its_last_speed_a_machine_with_a_large_magnet_makes_no_torque) {
  const Machine m = operating_points::prepare(test::pmsm2k2(), cold(), {.I_max = kPmsmI});
  EXPECT_FALSE(operating_points::max_torque(m, 4958.0 * kRpm, kPmsmU));
  EXPECT_EQ(std::get<Refusal>(operating_points::point(m, 4958.0 * kRpm, kPmsmU, 0.0)),
            Refusal::both);
}

// ---- Loci ------------------------------------------------------------------------------------------

TEST(OperatingPoints, loci_lie_where_their_names_say) {
  const Machine m = operating_points::prepare(test::pmsyrm5k5(), cold(), {.I_max = 30.0});
  for (const auto& i : operating_points::current_circle(m, 36)) EXPECT_NEAR(norm(i), 30.0, 1e-12);
  const double omega = 400.0, w = 800.0;
  for (const auto& i : operating_points::voltage_ellipse(m, omega, 200.0, 36)) {
    const auto psi = magnetics::fluxes(test::kPmsyrm5k5, i);
    EXPECT_NEAR(norm({0.63 * i.d - w * psi.q, 0.63 * i.q + w * psi.d}), 200.0, 1e-9);
  }
  double before = 0.0;
  for (const Point& p : operating_points::mtpa_line(m, 30)) {
    EXPECT_GT(p.tau, before);
    before = p.tau;
  }
  const auto mtpv = operating_points::mtpv_line(m, omega, 100.0, 10);
  EXPECT_EQ(mtpv.size(), 10U);
  for (std::size_t k = 0; k < mtpv.size(); ++k)
    EXPECT_NEAR(norm(mtpv[k].u), 100.0 - 10.0 * static_cast<double>(k), 1e-9);
}

// tau = 3/2 n_p (psi_f + (L_d - L_q) i_d) i_q, by hand.
TEST(OperatingPoints, a_line_of_constant_torque_is_a_hyperbola) {
  constexpr double L_d = 1e-3, L_q = 3e-3, psi_f = 0.1, I = 100.0;
  const Machine m = operating_points::prepare(
      test::synchronous({.n_p = 4, .R_s = 0.1}, magnetics::Linear<double>{L_d, L_q, psi_f}), cold(),
      {.I_max = I});
  for (const double tau : {60.0, 20.0, -40.0}) {
    const auto line = operating_points::torque_line(m, tau, I);
    ASSERT_GT(line.size(), 20U);
    for (const Dq<double>& i : line) {
      EXPECT_NEAR(6.0 * (psi_f + (L_d - L_q) * i.d) * i.q, tau, 1e-11 * abs(tau));
      EXPECT_LE(norm(i), I);
    }
    // It goes from one side of the circle to the other, in steps that a drawing can take for a curve.
    EXPECT_GT(norm(line.front()), 0.9 * I);
    EXPECT_GT(norm(line.back()), 0.9 * I);
    for (std::size_t k = 1; k < line.size(); ++k)
      EXPECT_LT(norm({line[k].d - line[k - 1].d, line[k].q - line[k - 1].q}), 0.1 * I);
  }
  EXPECT_TRUE(operating_points::torque_line(m, 1e4, I).empty());
}

TEST(OperatingPoints, a_cage_has_its_torque_along_a_line_of_it) {
  for (const test::Family& f : test::families()) {
    const auto machine = machine_dq::prepare(f.params, f.envelope);
    if (!std::holds_alternative<dq_machine::Induction<double>>(machine.model.circuit)) continue;
    const Machine m = operating_points::prepare(machine.model, cold(), {.I_max = machine.I_max});
    const double least = norm(std::get<Point>(operating_points::point(m, 0.0, 1e9, 100.0)).i);
    const auto line = operating_points::torque_line(m, 100.0, machine.I_max);
    ASSERT_GT(line.size(), 20U);
    double smallest = kInfinity;
    for (const Dq<double>& i : line) smallest = min(smallest, norm(i));
    EXPECT_NEAR(smallest, least, 1e-9 * least);  // the search's own
  }
}

TEST(OperatingPoints, an_excited_machine_at_its_field_current_is_one_with_magnets) {
  const Machine m =
      operating_points::prepare(test::excited(), cold(), {.I_max = 400.0, .I_f_max = 20.0});
  const Point p = *operating_points::max_torque(m, 300.0, 200.0);
  const Machine fixed = operating_points::at_field_current(m, p.i_f);
  const Point q = *operating_points::max_torque(fixed, 300.0, 200.0);
  EXPECT_NEAR(q.tau, p.tau, 1e-8 * p.tau);
}

TEST(OperatingPoints, a_machine_without_flux_and_reluctance_is_an_error) {
  const auto model = test::synchronous({.R_s = 1.0}, magnetics::Linear<double>{1e-3, 1e-3, 0.0});
  EXPECT_THROW(operating_points::prepare(model, cold(), {.I_max = 10.0}), std::invalid_argument);
}

}  // namespace
}  // namespace evsim
