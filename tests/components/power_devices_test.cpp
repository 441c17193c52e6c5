#include "sim/components/power_devices.h"

#include <memory>
#include <vector>

#include "sim/base/constants.h"
#include "sim/components/pwm.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

using namespace power_devices;

Table1<double> table(std::vector<double> x, std::vector<double> y) {
  return Table1<double>(std::make_shared<Table1Data>(std::move(x), std::move(y)));
}

// 1 V + 2 mOhm, diode 0.8 V + 3 mOhm; 20 + 15 + 5 mJ at 400 V, 300 A.
Igbt<double> igbt() {
  Igbt<double> p;
  p.U_T = 1.0;
  p.R_T = 0.002;
  p.U_D = 0.8;
  p.R_D = 0.003;
  p.switching.U_ref = 400.0;
  p.switching.energies =
      EnergyLaw<double>{.E_on = 0.020, .E_off = 0.015, .E_rr = 0.005, .I_ref = 300.0};
  return p;
}
// Module of 1200 V and 2.6 mOhm; 24 + 8 + 1.1 mJ at 600 V, 450 A; body diode as an example.
Mosfet<double> mosfet() {
  Mosfet<double> p;
  p.R_T = 0.0026;
  p.U_D = 2.5;
  p.R_D = 0.002;
  p.switching.U_ref = 600.0;
  p.switching.energies =
      EnergyLaw<double>{.E_on = 0.024, .E_off = 0.008, .E_rr = 0.0011, .I_ref = 450.0};
  return p;
}
Mosfet<double> without_rectification() {
  auto p = mosfet();
  p.rectification = Rectification::diode;
  return p;
}
std::vector<Device<double>> all_devices() { return {igbt(), mosfet(), without_rectification()}; }

// At the reference temperatures of conduction and switching nothing is scaled.
constexpr Junctions<double> kCold{298.15, 298.15};
constexpr Junctions<double> kWarm{398.15, 398.15};
constexpr Gating<double> kNoDeadTime{.f_sw = 10e3, .t_dead = 0.0, .I_ripple = 1e-6};
constexpr Gating<double> kDeadTime{.f_sw = 10e3, .t_dead = 2e-6, .I_ripple = 1e-6};

// ---- Conduction at an instant ---------------------------------------------------------------------

TEST(PowerDevices, an_igbt_leg_carries_100_A_in_the_device_of_side_and_sign) {
  const auto p = drops(igbt(), kCold);
  const auto upper_out = conduction(p, Gates::upper, 100.0);  // upper transistor: 1 V + 0.2 V
  EXPECT_ROUNDED(upper_out.u_error, 1.2);
  EXPECT_ROUNDED(upper_out.p_transistor, 120.0);
  EXPECT_EQ(upper_out.p_diode, 0.0);
  const auto lower_out = conduction(p, Gates::lower, 100.0);  // lower diode: 0.8 V + 0.3 V
  EXPECT_ROUNDED(lower_out.u_error, 1.1);
  EXPECT_EQ(lower_out.p_transistor, 0.0);
  EXPECT_ROUNDED(lower_out.p_diode, 110.0);
  const auto upper_in = conduction(p, Gates::upper, -100.0);  // upper diode
  EXPECT_ROUNDED(upper_in.u_error, -1.1);
  EXPECT_ROUNDED(upper_in.p_diode, 110.0);
  const auto lower_in = conduction(p, Gates::lower, -100.0);  // lower transistor
  EXPECT_ROUNDED(lower_in.u_error, -1.2);
  EXPECT_ROUNDED(lower_in.p_transistor, 120.0);
}

TEST(PowerDevices, a_rectifying_mosfet_uses_its_channel_both_ways_and_its_diode_in_dead_time) {
  const auto p = drops(mosfet(), kCold);
  for (const double i : {-100.0, 100.0}) {
    for (const Gates gates : {Gates::upper, Gates::lower}) {
      const auto c = conduction(p, gates, i);
      EXPECT_ROUNDED(c.u_error, 0.0026 * i);
      EXPECT_ROUNDED(c.p_transistor, 26.0);
      EXPECT_EQ(c.p_diode, 0.0);
    }
    const auto dead = conduction(p, Gates::both_off, i);  // 2.5 V + 0.2 V
    EXPECT_ROUNDED(dead.u_error, 0.027 * i);
    EXPECT_EQ(dead.p_transistor, 0.0);
    EXPECT_ROUNDED(dead.p_diode, 270.0);
  }
}

TEST(PowerDevices, a_mosfet_without_rectification_returns_through_its_diode) {
  const auto p = drops(without_rectification(), kCold);
  EXPECT_ROUNDED(conduction(p, Gates::lower, 100.0).p_diode, 270.0);
  EXPECT_ROUNDED(conduction(p, Gates::lower, -100.0).p_transistor, 26.0);
}

TEST(PowerDevices, no_current_drops_nothing) {
  for (const auto& device : all_devices())
    for (const Gates gates : {Gates::upper, Gates::lower, Gates::both_off}) {
      const auto c = conduction(drops(device, kCold), gates, 0.0);
      EXPECT_EQ(c.u_error, 0.0);
      EXPECT_EQ(c.p_transistor + c.p_diode, 0.0);
    }
}

TEST(PowerDevices, drops_follow_their_own_junction) {
  auto p = igbt();
  p.alpha_U_T = -0.001;
  p.alpha_R_T = 0.005;
  p.alpha_U_D = -0.002;
  p.alpha_R_D = 0.003;
  const auto hot = drops(p, {.transistor = 398.15, .diode = 348.15});  // 100 K and 50 K warmer
  EXPECT_ROUNDED(hot.U_T, 0.9);
  EXPECT_ROUNDED(hot.R_T, 0.003);
  EXPECT_ROUNDED(hot.U_D, 0.72);
  EXPECT_ROUNDED(hot.R_D, 0.00345);
  auto m = mosfet();
  m.alpha_R_T = 0.004;
  EXPECT_ROUNDED(drops(m, {.transistor = 398.15, .diode = 298.15}).R_T, 0.00364);
}

// ---- Switching energies ---------------------------------------------------------------------------

TEST(PowerDevices, energies_are_proportional_to_voltage_and_current_by_default) {
  const auto e = energies(igbt().switching, 150.0, 800.0, kWarm);  // half and twice
  EXPECT_ROUNDED(e.on, 0.020);
  EXPECT_ROUNDED(e.off, 0.015);
  EXPECT_ROUNDED(e.rr, 0.005);
}

TEST(PowerDevices, energies_by_powers_and_temperature_by_hand) {
  auto p = igbt().switching;
  p.k_u = 1.5;
  p.k_u_rr = 0.5;
  p.alpha_E = 0.003;
  p.alpha_rr = 0.006;
  auto& law = std::get<EnergyLaw<double>>(p.energies);
  law.k_i = 2.0;
  law.k_i_rr = 0.5;
  const auto e = energies(p, 75.0, 1600.0, {.transistor = 408.15, .diode = 378.15});
  // (1/4)^2 x 4^1.5 x (1 + 0.03) = 0.515;  (1/4)^0.5 x 4^0.5 x (1 - 0.12) = 0.88
  EXPECT_ROUNDED(e.on, 0.020 * 0.515);
  EXPECT_ROUNDED(e.off, 0.015 * 0.515);
  EXPECT_ROUNDED(e.rr, 0.005 * 0.88);
}

TEST(PowerDevices, energies_from_curves_are_read_at_the_current) {
  auto p = igbt().switching;
  p.energies = EnergyCurves<double>{.E_on = table({0, 200, 400}, {0.002, 0.010, 0.030}),
                                    .E_off = table({0, 400}, {0.0, 0.020}),
                                    .E_rr = table({0, 400}, {0.001, 0.005})};
  const auto e = energies(p, 300.0, 200.0, kWarm);  // half the voltage of the curves
  EXPECT_ROUNDED(e.on, 0.010);
  EXPECT_ROUNDED(e.off, 0.0075);
  EXPECT_ROUNDED(e.rr, 0.002);
}

TEST(PowerDevices, an_edge_turns_a_transistor_on_where_the_current_leaves_a_diode) {
  const auto p = igbt().switching;
  const auto at = [&](Gates to, double i) { return edge_energy(p, to, i, 400.0, kWarm); };
  for (const auto& on : {at(Gates::upper, 300.0), at(Gates::lower, -300.0)}) {
    EXPECT_ROUNDED(on.transistor, 0.020);
    EXPECT_ROUNDED(on.diode, 0.005);
  }
  for (const auto& off : {at(Gates::lower, 300.0), at(Gates::upper, -300.0)}) {
    EXPECT_ROUNDED(off.transistor, 0.015);
    EXPECT_EQ(off.diode, 0.0);
  }
}

// ---- Averaged over a switching period -------------------------------------------------------------

LegAverage<double> averaged(const Device<double>& p, const Gating<double>& g, double d, double i,
                            double u_dc = 400.0) {
  return average(drops(p, kCold), switching(p), g, {.d = d, .i = i, .u_dc = u_dc}, kWarm);
}

TEST(PowerDevices, a_leg_at_duty_0_7_and_100_A_by_hand) {
  const auto a = averaged(igbt(), kNoDeadTime, 0.7, 100.0);
  // upper transistor for 0.7 x 1.2 V, lower diode for 0.3 x 1.1 V
  EXPECT_ROUNDED(a.u_error, 1.17);
  EXPECT_ROUNDED(a.u, 278.83);
  EXPECT_ROUNDED(a.p_transistor, 84.0);
  EXPECT_ROUNDED(a.p_diode, 33.0);
  EXPECT_ROUNDED(a.i_dc, 70.0);
  EXPECT_ROUNDED(a.p_sw_transistor, 10e3 * 0.035 / 3.0);
  EXPECT_ROUNDED(a.p_sw_diode, 10e3 * 0.005 / 3.0);
}

TEST(PowerDevices, dead_time_takes_voltage_against_the_current) {
  // 2 us x 10 kHz x 400 V = 8 V
  const auto out = averaged(igbt(), kDeadTime, 0.7, 100.0);
  EXPECT_ROUNDED(out.u_dead, 8.0);
  EXPECT_ROUNDED(out.u_error, 0.68 * 1.2 + 0.32 * 1.1);
  EXPECT_ROUNDED(out.u, 400.0 * 0.68 - 1.168);
  const auto in = averaged(igbt(), kDeadTime, 0.7, -100.0);
  EXPECT_ROUNDED(in.u_dead, -8.0);
  EXPECT_ROUNDED(in.u, 400.0 * 0.72 + 0.72 * 1.1 + 0.28 * 1.2);
}

TEST(PowerDevices, a_rectifying_mosfet_conducts_through_its_diode_for_two_dead_times) {
  const auto a = averaged(mosfet(), kDeadTime, 0.7, 100.0);
  EXPECT_ROUNDED(a.p_transistor, 0.96 * 26.0);
  // 1 - 0.96 carries the rounding of 1: 1e-16 / 0.04
  EXPECT_NEAR(a.p_diode, 0.04 * 270.0, 1e-12);
}

TEST(PowerDevices, power_balance_closes_at_any_state) {
  test::Arguments random(20);
  for (const auto& device : all_devices())
    for (int n = 0; n < 1000; ++n) {
      Gating<double> g{.f_sw = random.between(2e3, 40e3),
                       .t_dead = random.between(0, 4e-6),
                       .I_ripple = random.between(0.1, 30)};
      const double d = random.between(0, 1), i = random.between(-500, 500);
      const double u_dc = random.between(200, 900);
      const auto a = averaged(device, g, d, i, u_dc);
      const double p_loss = a.p_transistor + a.p_diode;
      EXPECT_GE(a.p_transistor, 0.0);
      EXPECT_GE(a.p_diode, 0.0);
      EXPECT_NEAR(a.u_error * i, p_loss, 1e-15 * 450e3);            // a rounding of 450 kW
      EXPECT_NEAR(u_dc * a.i_dc, a.u * i + p_loss, 1e-15 * 450e3);  // dead time is lossless
      EXPECT_NEAR(d * u_dc - a.u, a.u_error + a.u_dead, 1e-15 * 900.0);
    }
}

TEST(PowerDevices, turning_the_current_and_swapping_the_sides_mirrors_the_leg) {
  test::Arguments random(21);
  for (const auto& device : all_devices())
    for (int n = 0; n < 300; ++n) {
      const double d = random.between(0, 1), i = random.between(0, 500);
      const auto a = averaged(device, kDeadTime, d, i);
      const auto b = averaged(device, kDeadTime, 1.0 - d, -i);
      EXPECT_NEAR(a.u, 400.0 - b.u, 1e-15 * 800.0);  // roundings of 400 V
      EXPECT_NEAR(a.p_transistor, b.p_transistor, 1e-14 * 2e3);
      EXPECT_NEAR(a.p_diode, b.p_diode, 1e-14 * 2e3);
      EXPECT_EQ(a.p_sw_transistor, b.p_sw_transistor);
    }
}

TEST(PowerDevices, within_the_ripple_the_errors_pass_through_zero_without_a_kink) {
  Gating<double> g = kDeadTime;
  g.I_ripple = 10.0;
  EXPECT_EQ(averaged(igbt(), g, 0.5, 0.0).u, 200.0);
  EXPECT_EQ(averaged(igbt(), g, 0.5, 0.0).p_sw_transistor, 0.0);
  // At i = I_ripple / 2: 1/2 (3/2 - 1/8) of the dead time's 8 V.
  EXPECT_ROUNDED(averaged(igbt(), g, 0.5, 5.0).u_dead, 5.5);
  // The slope at 0 is 3/2 x 8 V / 10 A and the same on both sides, to (i / I_ripple)^2 / 3 = 0.4e-8.
  for (const double i : {-1e-3, 1e-3})
    EXPECT_NEAR(averaged(igbt(), g, 0.5, i).u_dead / i, 1.2, 1.2 * 0.4e-8);
  // Outside it is gone.
  EXPECT_ROUNDED(averaged(igbt(), g, 0.5, 10.0).u_dead, 8.0);
}

TEST(PowerDevices, a_leg_at_rest_neither_switches_nor_waits) {
  for (const double d : {0.0, 1.0})
    for (const double i : {-100.0, 100.0}) {
      const auto a = averaged(igbt(), kDeadTime, d, i);
      EXPECT_EQ(a.u_dead, 0.0);
      EXPECT_EQ(a.p_sw_transistor + a.p_sw_diode, 0.0);
      const auto held = conduction(drops(igbt(), kCold), d > 0.5 ? Gates::upper : Gates::lower, i);
      EXPECT_NEAR(a.u_error, held.u_error, 1e-15);  // 1 - s = 1/2 (1e-6 / 100)^2
    }
}

TEST(PowerDevices, a_gap_shorter_than_the_dead_time_takes_what_there_is) {
  // i > 0: the pulse of 0.01 T is lost in the dead time of 0.02 T.
  EXPECT_ROUNDED(averaged(igbt(), kDeadTime, 0.01, 100.0).u_dead, 0.01 * 400.0);
  EXPECT_NEAR(averaged(igbt(), kDeadTime, 0.01, 100.0).i_dc, 0.0, 1e-12);  // 1 - s = 5e-17
}

// ---- Averaged over the fundamental ----------------------------------------------------------------

TEST(PowerDevices, an_igbt_bridge_behind_a_sine_by_hand) {
  // I = 100 A, m = 0.8, cos(phi) = 0.5: m cos(phi) = 0.4.
  // transistor: 100 (1/(2 pi) + 0.05) + 20 (1/8 + 0.4/(3 pi))    = 15.915494 + 5 + 2.5 + 0.848826
  // diode: 80 (1/(2 pi) - 0.05) + 30 (1/8 - 0.4/(3 pi))          = 12.732395 - 4 + 3.75 - 1.273240
  const auto l = sine_average(drops(igbt(), kCold), igbt().switching, 10e3, 400.0,
                              {.I = 100.0, .m = 0.8, .cos_phi = 0.5}, kWarm);
  EXPECT_NEAR(l.p_transistor, 6.0 * 24.264320, 6e-6);  // the digits written
  EXPECT_NEAR(l.p_diode, 6.0 * 11.209155, 6e-6);
  EXPECT_NEAR(l.p_sw_transistor + l.p_sw_diode, 254.64791, 1e-5);  // 6 x 10 kHz x 40 mJ / 3 / pi
}

struct Row {
  double u_dc, f_sw, I, conduction, switching;
};
// Silicon-carbide module of 2.6 mOhm, 24 + 8 + 1.1 mJ at 600 V, 450 A, from the closed form
// 3 (I^2/2) R + 6 f E (U/U_ref)(I/I_ref)/pi, to the 8 digits written.
constexpr std::array<Row, 7> kRows{{{350, 8000, 50, 9.75, 32.778845},
                                    {350, 10000, 200, 156, 163.89422},
                                    {350, 16000, 400, 624, 524.46152},
                                    {600, 8000, 300, 351, 337.15383},
                                    {600, 10000, 100, 39, 140.48076},
                                    {800, 10000, 400, 624, 749.23074},
                                    {800, 16000, 300, 351, 899.07688}}};

TEST(PowerDevices, a_silicon_carbide_bridge_reproduces_its_table) {
  const auto p = mosfet();
  for (const Row& r : kRows) {
    // With the channel conducting both ways modulation and power factor cancel.
    for (const double shift : {-0.9, 0.0, 0.6}) {
      const auto l = sine_average(drops(p, kCold), p.switching, r.f_sw, r.u_dc,
                                  {.I = r.I, .m = 1.0, .cos_phi = shift}, kWarm);
      EXPECT_ROUNDED(l.p_transistor, r.conduction);
      EXPECT_NEAR(l.p_sw_transistor + l.p_sw_diode, r.switching, 1e-7 * r.switching);
    }
  }
}

TEST(PowerDevices, all_45_rows_of_the_table_agree_between_closed_form_and_quadrature) {
  const auto p = mosfet();
  for (const double u_dc : {350.0, 600.0, 800.0})
    for (const double f_sw : {8e3, 10e3, 16e3})
      for (const double I : {50.0, 100.0, 200.0, 300.0, 400.0}) {
        Gating<double> g = kNoDeadTime;
        g.f_sw = f_sw;
        const auto l = fundamental_average(
            drops(p, kCold), p.switching, g, u_dc, I, 0.3, kWarm,
            [](double theta) { return 0.5 + 0.45 * cos(theta); }, 4096);
        const double conduction_loss = 1.5 * I * I * 0.0026;
        const double switching_loss = 6.0 * f_sw * 0.0331 * (u_dc / 600.0) * (I / 450.0) / kPi;
        EXPECT_NEAR(l.p_transistor + l.p_diode, conduction_loss, 1e-12 * conduction_loss);
        // The midpoint rule over |cos| errs by up to (2 pi/n)^2 / 12 = 2e-7, near the kinks 4e-7.
        EXPECT_NEAR(l.p_sw_transistor + l.p_sw_diode, switching_loss, 1e-6 * switching_loss);
      }
}

TEST(PowerDevices, closed_form_and_quadrature_agree_at_any_modulation_and_power_factor) {
  for (const auto& device : all_devices())
    for (const double m : {0.0, 0.3, 0.7, 1.0})
      for (const double phi : {0.0, 0.5, 1.2, 1.9, 2.6, kPi, -0.8}) {
        const double I = 250.0;
        const auto exact = sine_average(drops(device, kCold), switching(device), 10e3, 400.0,
                                        {.I = I, .m = m, .cos_phi = cos(phi)}, kWarm);
        const auto mean = fundamental_average(
            drops(device, kCold), switching(device), kNoDeadTime, 400.0, I, phi, kWarm,
            [&](double theta) { return 0.5 + 0.5 * m * cos(theta); }, 20000);
        // Kinks where the current reverses: (2 pi/n)^2 / 4 = 2.5e-8 of the sum of the terms.
        const double size = 1e-7 * (exact.p_transistor + exact.p_diode);
        EXPECT_NEAR(mean.p_transistor, exact.p_transistor, size);
        EXPECT_NEAR(mean.p_diode, exact.p_diode, size);
        EXPECT_NEAR(mean.p_sw_transistor, exact.p_sw_transistor, 1e-7 * exact.p_sw_transistor);
        EXPECT_NEAR(mean.p_sw_diode, exact.p_sw_diode, 1e-7 * exact.p_sw_diode);
      }
}

TEST(PowerDevices, the_third_harmonic_of_space_vectors_changes_the_slopes_term_only) {
  const double I = 250.0, m = 1.0, m_3 = -m * 3.0 * sqrt(3.0) / (8.0 * kPi);  // of the triangle
  auto p = drops(igbt(), kCold);
  const auto losses_with = [&](double phi, bool zero_sequence) {
    return fundamental_average(
        p, igbt().switching, kNoDeadTime, 400.0, I, phi, kWarm,
        [&](double theta) {
          const Ab<double> u{200.0 * m * cos(theta), 200.0 * m * sin(theta)};
          return pwm::duties(zero_sequence ? pwm::Modulation::space_vector : pwm::Modulation::sine,
                             pwm::Overmodulation::hexagon, u, 400.0)
              .a;
        },
        20000);
  };
  for (const double phi : {0.0, 0.4, 1.0, 2.5}) {
    const double more = losses_with(phi, true).p_transistor - losses_with(phi, false).p_transistor;
    const double third = 6.0 * p.R_T * I * I * m_3 * cos(3.0 * phi) / (15.0 * kPi);
    // What is left is the 9th harmonic: m_9 = m_3 / 10, its weight 4/15 : 4/693, so 0.22 %.
    EXPECT_NEAR(more, third, 0.0023 * 6.0 * p.R_T * I * I * abs(m_3) / (15.0 * kPi));
  }
  p.R_T = 0.0;
  for (const double phi : {0.0, 0.4, 1.0, 2.5})
    EXPECT_NEAR(losses_with(phi, true).p_transistor, losses_with(phi, false).p_transistor,
                1e-7 * losses_with(phi, false).p_transistor);  // the kinks, as above
}

TEST(PowerDevices, legs_at_rest_save_switching_losses) {
  // DPWM1 at unity power factor: each leg rests for the 60 deg around each crest of its current, which
  // leaves int_30..90 of cos = 1 - sin(30 deg) = 1/2 of the quarter wave.
  const auto p = mosfet();
  const auto with = [&](pwm::Modulation modulation) {
    return fundamental_average(
               drops(p, kCold), p.switching, kNoDeadTime, 600.0, 300.0, 0.0, kWarm,
               [&](double theta) {
                 return pwm::duties<double>(modulation, pwm::Overmodulation::hexagon,
                                            {300.0 * cos(theta), 300.0 * sin(theta)}, 600.0)
                     .a;
               },
               12000)
        .p_sw_transistor;
  };
  // A point more or less at each of four borders: 4 x cos(30 deg) / 12000 x pi/2.
  EXPECT_NEAR(with(pwm::Modulation::dpwm_60) / with(pwm::Modulation::space_vector), 0.5, 5e-4);
}

TEST(PowerDevices, energies_by_the_square_of_the_current_average_to_half) {
  auto sw = mosfet().switching;
  std::get<EnergyLaw<double>>(sw.energies).k_i = 2.0;
  const auto l = fundamental_average(drops(mosfet(), kCold), sw, kNoDeadTime, 600.0, 450.0, 0.3,
                                     kWarm, [](double) { return 0.5; });
  EXPECT_NEAR(l.p_sw_transistor, 3.0 * 10e3 * 0.032 / 2.0, 1e-13 * 480.0);  // a sum of 96 roundings
}

TEST(PowerDevices, the_slope_over_an_exponent_of_1_is_not_lost) {
  auto p = over<Switching, Dual<1>>(igbt().switching);
  std::get<EnergyLaw<Dual<1>>>(p.energies).k_i.d[0] = 1.0;
  const auto e = energies<Dual<1>>(p, 600.0, 400.0, {398.15, 398.15});
  EXPECT_EQ(e.on.v, 0.040);
  EXPECT_ROUNDED(e.on.d[0], 0.040 * log(2.0));  // d/dk x^k = x^k ln x
}

// ---- Averaged against switched --------------------------------------------------------------------

// What a leg does when each edge is played: currents are sines, devices and energies as above.
struct Switched {
  double u = 0.0;                                // mean voltage [V]
  double p_conduction = 0.0, p_switching = 0.0;  // means [W]
};

// One period from t_0: the leg of full_period(), its edges shifted by dead time and current.
Switched play(const Device<double>& device, const Gating<double>& g, double d, double u_dc,
              double t_0, auto current) {
  const auto p = drops(device, kCold);
  const double T = 1.0 / g.f_sw;
  Switched out;
  const auto conduct = [&](Gates gates, bool upper, double from, double to) {
    constexpr int n = 8;
    for (int k = 0; k < n; ++k) {
      const double i = current(t_0 + from + (to - from) * (k + 0.5) / n);
      const auto c = conduction(p, gates, i);
      const double weight = (to - from) / n / T;
      const bool at_upper = gates == Gates::both_off ? i < 0.0 : upper;
      out.u += weight * ((at_upper ? u_dc : 0.0) - c.u_error);
      out.p_conduction += weight * (c.p_transistor + c.p_diode);
    }
  };
  double t = 0.0;
  bool upper = false;
  for (const auto& e : pwm::full_period({d, 0.0, 0.0}, T, {})) {
    conduct(upper ? Gates::upper : Gates::lower, upper, t, e.t);
    const double closes = e.t + g.t_dead;
    conduct(Gates::both_off, upper, e.t, closes);
    const double i = current(t_0 + e.t);
    const double changes = pwm::voltage_change(e, i, g.t_dead);
    const bool diode_is_on_new_side = (i < 0.0) == e.upper;
    EXPECT_EQ(changes, diode_is_on_new_side ? e.t : closes);
    const auto energy =
        edge_energy(switching(device), e.upper ? Gates::upper : Gates::lower, i, u_dc, kWarm);
    out.p_switching += (energy.transistor + energy.diode) / T;
    t = closes;
    upper = e.upper;
  }
  conduct(upper ? Gates::upper : Gates::lower, upper, t, T);
  return out;
}

TEST(PowerDevices, averages_agree_with_the_switched_leg) {
  constexpr double I = 300.0, u_dc = 400.0, omega = 2.0 * kPi * 50.0;
  double worst_conduction = 0.0, worst_switching = 0.0, worst_u = 0.0, worst_component = 0.0;
  for (const auto& device : all_devices())
    for (const double t_dead : {0.0, 2e-6})
      for (const double m : {0.2, 0.6, 0.9})
        for (const double phi : {0.0, 0.6, -0.6, 1.5, 2.5, kPi})
          for (const double sign_of_i : {1.0, -1.0}) {
            const Gating<double> g{.f_sw = 10e3, .t_dead = t_dead, .I_ripple = 1.0};
            const auto current = [&](double t) { return sign_of_i * I * cos(omega * t - phi); };
            Switched sum;
            double conduction_sum = 0.0, switching_sum = 0.0, error = 0.0, error_switched = 0.0;
            constexpr int n = 200;  // carrier periods in one of the fundamental
            for (int k = 0; k < n; ++k) {
              const double t = k / g.f_sw, middle = t + 0.5 / g.f_sw;
              const double d = 0.5 + 0.5 * m * cos(omega * middle);
              const auto s = play(device, g, d, u_dc, t, current);
              const auto a = averaged(device, g, d, current(middle), u_dc);
              sum.p_conduction += s.p_conduction;
              sum.p_switching += s.p_switching;
              conduction_sum += a.p_transistor + a.p_diode;
              switching_sum += a.p_sw_transistor + a.p_sw_diode;
              // In phase with the current: what the errors take from the fundamental.
              error += (d * u_dc - a.u) * current(middle);
              error_switched += (d * u_dc - s.u) * current(middle);
              // Period by period, where the current keeps its sign with room for the smoothing.
              if (abs(current(middle)) > 10.0) worst_u = max(worst_u, abs(a.u - s.u));
            }
            const auto apart = [](double a, double b) { return abs(a - b) / abs(b); };
            worst_conduction = max(worst_conduction, apart(conduction_sum, sum.p_conduction));
            worst_switching = max(worst_switching, apart(switching_sum, sum.p_switching));
            worst_component = max(worst_component, apart(error, error_switched));
          }
  // Asked for is 3 %. Measured: conduction 0.02 %, switching 0.3 %, voltage in phase 0.005 %; the rest is
  // 200 edges standing for a wave.
  EXPECT_LT(worst_conduction, 0.001);
  EXPECT_LT(worst_switching, 0.005);
  EXPECT_LT(worst_component, 0.001);
  EXPECT_LT(worst_u, 0.06);
}

// ---- Heating --------------------------------------------------------------------------------------

constexpr Foster<double> kLadder{.R = {0.01, 0.07, 0.08, 0.045}, .tau = {1e-3, 30e-3, 0.25, 1.5}};

TEST(PowerDevices, a_ladder_settles_at_the_sum_of_its_resistances) {
  EXPECT_ROUNDED(rise(settled(kLadder, 100.0)), 20.5);
  const auto at_rest = rates(kLadder, settled(kLadder, 100.0), 100.0);
  for (const double rate : at_rest.x) EXPECT_EQ(rate, 0.0);
}

TEST(PowerDevices, a_step_of_loss_heats_the_junction_as_the_closed_form) {
  // Z(t) = sum R_k (1 - e^(-t/tau_k)) at t = 0.25 s: 0.01 + 0.07 x 0.99975963 + 0.08 x 0.63212056
  // + 0.045 x 0.15351828
  const auto x = advanced<double>(kLadder, {}, 100.0, 0.25);
  EXPECT_NEAR(rise(x), 13.746114, 1e-6);  // the digits written
}

TEST(PowerDevices, held_loss_needs_no_small_steps) {
  const auto once = advanced<double>(kLadder, {}, 100.0, 0.25);
  FosterState<double> often;
  for (int n = 0; n < 1000; ++n) often = advanced<double>(kLadder, often, 100.0, 0.25e-3);
  for (std::size_t k = 0; k < 4; ++k)
    EXPECT_NEAR(often.x[k], once.x[k], 1e-13 * 8.0);  // a thousand roundings of up to 8 K
}

TEST(PowerDevices, the_exact_step_solves_its_rates) {
  // Midpoint rule of order 2 at 1/1000 of the shortest time constant: (h / tau)^2 / 6 = 2e-7.
  FosterState<double> s;
  const double h = 1e-6;
  for (int n = 0; n < 2000; ++n) {
    const auto k = rates(kLadder, s, 100.0);
    FosterState<double> middle;
    for (std::size_t j = 0; j < 4; ++j) middle.x[j] = s.x[j] + 0.5 * h * k.x[j];
    const auto r = rates(kLadder, middle, 100.0);
    for (std::size_t j = 0; j < 4; ++j) s.x[j] += h * r.x[j];
  }
  const auto exact = advanced<double>(kLadder, {}, 100.0, 2e-3);
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(s.x[j], exact.x[j], 1e-6 * exact.x[j]);
}

TEST(PowerDevices, a_pair_without_resistance_stays_cold) {
  Foster<double> f;
  f.R[0] = 0.1;
  const auto x = advanced<double>(f, {}, 100.0, 10.0);
  EXPECT_NEAR(rise(x), 10.0 * (1.0 - exp(-10.0)), 1e-14);
  EXPECT_EQ(x.x[1], 0.0);
}

// ---- Steady operation of a bridge -----------------------------------------------------------------

Cooling<double> cooling() { return {.transistor = kLadder, .diode = kLadder, .T_coolant = 338.15}; }
Device<double> warming_igbt() {
  auto p = igbt();
  p.alpha_U_T = -0.0015;
  p.alpha_R_T = 0.004;
  p.alpha_U_D = -0.0025;
  p.alpha_R_D = 0.003;
  p.switching.alpha_E = 0.003;
  p.switching.alpha_rr = 0.006;
  p.switching.k_u = 1.3;
  auto& law = std::get<EnergyLaw<double>>(p.switching.energies);
  law.k_i = 1.2;
  law.k_i_rr = 0.6;
  return p;
}
Device<double> warming_mosfet() {
  auto p = mosfet();
  p.alpha_R_T = 0.0054;
  p.switching.alpha_rr = 0.006;
  return p;
}

TEST(PowerDevices, a_steady_bridge_is_the_fixed_point_of_loss_and_temperature) {
  constexpr double u_dc = 350.0;
  const Gating<double> g{.f_sw = 10e3, .t_dead = 2e-6, .I_ripple = 1e-6};
  for (const auto& device : {warming_igbt(), warming_mosfet()}) {
    const auto bridge = steady_bridge(device, cooling(), g, u_dc, 400.0);
    for (const double I : {40.0, 200.0, 400.0})
      for (const double phi : {0.0, 0.7, 1.6, 2.4, kPi}) {
        const double m = 0.8;
        const auto got = steady(bridge, I, 1.5 * 0.5 * m * u_dc * I * cos(phi));
        // By hand: losses over the fundamental and the ladders' rise, in turn.
        Junctions<double> T_j{338.15, 338.15};
        Losses<double> l{};
        for (int round = 0; round < 40; ++round) {
          l = fundamental_average(
              drops(device, T_j), switching(device), g, u_dc, I, phi, T_j,
              [&](double theta) { return 0.5 + 0.5 * m * cos(theta); }, 600);
          T_j.transistor =
              338.15 + resistance(kLadder) * (l.p_transistor + l.p_sw_transistor) / 6.0;
          T_j.diode = 338.15 + resistance(kLadder) * (l.p_diode + l.p_sw_diode) / 6.0;
        }
        // 600 points of a wave, and a line between 48 currents for energies that are no line: 0.1 % each.
        const double size = 2e-3 * (l.p_transistor + l.p_diode + l.p_sw_transistor + l.p_sw_diode);
        EXPECT_NEAR(got.losses.p_transistor, l.p_transistor, size);
        EXPECT_NEAR(got.losses.p_diode, l.p_diode, size);
        EXPECT_NEAR(got.losses.p_sw_transistor, l.p_sw_transistor, size);
        EXPECT_NEAR(got.losses.p_sw_diode, l.p_sw_diode, size);
        EXPECT_NEAR(got.T_j.transistor, T_j.transistor, 2e-3 * (T_j.transistor - 338.15) + 0.05);
        EXPECT_NEAR(got.T_j.diode, T_j.diode, 2e-3 * (T_j.diode - 338.15) + 0.05);
      }
  }
}

TEST(PowerDevices, junctions_that_run_away_are_refused) {
  auto hot = cooling();
  for (double& R : hot.transistor.R) R *= 20.0;
  EXPECT_THROW(steady_bridge(warming_mosfet(), hot, kNoDeadTime, 350.0, 600.0),
               std::invalid_argument);
}

TEST(PowerDevices, three_side_by_side_lose_what_three_with_a_third_of_the_current_lose) {
  auto curves = warming_igbt();
  std::get<Igbt<double>>(curves).switching.energies =
      EnergyCurves<double>{.E_on = table({0, 200, 400}, {0.002, 0.010, 0.030}),
                           .E_off = table({0, 400}, {0.0, 0.020}),
                           .E_rr = table({0, 400}, {0.001, 0.005})};
  for (const auto& one : {warming_igbt(), warming_mosfet(), curves}) {
    const auto three = parallel(one, 3);
    const auto alone = averaged(one, kDeadTime, 0.7, 100.0);
    const auto together = averaged(three, kDeadTime, 0.7, 300.0);
    EXPECT_ROUNDED(together.u, alone.u);
    EXPECT_ROUNDED(together.p_transistor, 3.0 * alone.p_transistor);
    EXPECT_ROUNDED(together.p_sw_transistor, 3.0 * alone.p_sw_transistor);
    EXPECT_ROUNDED(together.p_sw_diode, 3.0 * alone.p_sw_diode);
  }
  EXPECT_ROUNDED(resistance(parallel(cooling(), 3).diode), resistance(kLadder) / 3.0);
}

TEST(PowerDevices, a_steady_bridge_is_one_law_over_all_scalars) {
  const auto bridge = steady_bridge(warming_igbt(), cooling(), kDeadTime, 350.0, 400.0);
  test::expect_same_over_all_scalars<2>(
      {{{1, 400}, {-90e3, 90e3}}}, [&]<class T>(const std::array<T, 2>& x) {
        const auto s = steady(over<SteadyBridge, T>(bridge), x[0], x[1]);
        return std::array{s.losses.p_transistor, s.losses.p_diode, s.losses.p_sw_transistor,
                          s.losses.p_sw_diode,   s.T_j.transistor, s.T_j.diode};
      });
}

// ---- One law over all scalars ---------------------------------------------------------------------

template <class T, template <class> class Which>
auto all_outputs(const Which<T>& device, const std::array<T, 5>& x) {
  const Junctions<T> T_j{x[3], x[4]};
  const auto p = drops(device, T_j);
  const Gating<T> g{.f_sw = T(10e3), .t_dead = T(2e-6), .I_ripple = T(10.0)};
  const auto a = average<T>(p, device.switching, g, {.d = x[0], .i = x[1], .u_dc = x[2]}, T_j);
  const auto upper = conduction(p, Gates::upper, x[1]), off = conduction(p, Gates::both_off, x[1]);
  const auto edge = edge_energy(device.switching, Gates::lower, x[1], x[2], T_j);
  const auto sine = sine_average<T>(p, device.switching, g.f_sw, x[2],
                                    {.I = abs(x[1]), .m = x[0], .cos_phi = T(0.7)}, T_j);
  const auto mean = fundamental_average<T>(
      p, device.switching, g, x[2], abs(x[1]), T(0.5), T_j,
      [&](double theta) { return 0.5 + 0.5 * x[0] * cos(theta); }, 12);
  return std::array{a.u,
                    a.u_error,
                    a.u_dead,
                    a.i_dc,
                    a.p_transistor,
                    a.p_diode,
                    a.p_sw_transistor,
                    a.p_sw_diode,
                    upper.u_error,
                    upper.p_transistor,
                    upper.p_diode,
                    off.u_error,
                    off.p_diode,
                    edge.transistor,
                    edge.diode,
                    sine.p_transistor,
                    sine.p_diode,
                    sine.p_sw_transistor,
                    sine.p_sw_diode,
                    mean.p_transistor,
                    mean.p_sw_diode};
}
constexpr std::array<test::Interval, 5> between_currents(double from, double to) {
  return {{{0.05, 0.95}, {from, to}, {200, 900}, {250, 450}, {250, 450}}};
}

TEST(PowerDevices, an_igbt_is_one_law_over_all_scalars) {
  auto p = igbt();
  p.alpha_U_T = -0.001;
  p.alpha_R_T = 0.005;
  p.alpha_R_D = 0.003;
  p.switching.k_u = 1.3;
  p.switching.k_u_rr = 0.6;
  p.switching.alpha_E = 0.003;
  p.switching.alpha_rr = 0.006;
  std::get<EnergyLaw<double>>(p.switching.energies).k_i_rr = 0.6;
  const auto law = [&]<class T>(const std::array<T, 5>& x) {
    return all_outputs<T, Igbt>(over<Igbt, T>(p), x);
  };
  // |i|^0.6 is too steep at 0 for differences.
  test::expect_same_over_all_scalars<5>(between_currents(5, 400), law);
  test::expect_same_over_all_scalars<5>(between_currents(-400, -5), law);
}

TEST(PowerDevices, a_mosfet_with_curves_is_one_law_over_all_scalars) {
  auto p = mosfet();
  p.alpha_R_T = 0.004;
  p.switching.energies = EnergyCurves<double>{.E_on = table({0, 200, 500}, {0.002, 0.010, 0.030}),
                                              .E_off = table({0, 500}, {0.0, 0.020}),
                                              .E_rr = table({0, 500}, {0.001, 0.005})};
  const auto currents = between_currents(-400, 400);
  test::expect_same_over_all_scalars<5>(currents, [&]<class T>(const std::array<T, 5>& x) {
    return all_outputs<T, Mosfet>(over<Mosfet, T>(p), x);
  });
}

TEST(PowerDevices, heating_is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<3>(
      {{{0, 50}, {0, 1000}, {0.05, 1.0}}}, []<class T>(const std::array<T, 3>& x) {
        const auto f = over<Foster, T>(kLadder);
        const FosterState<T> s{{x[0], x[0], 0.5 * x[0], x[0]}};
        const auto r = rates(f, s, x[1]);
        return std::array{rise(advanced(f, s, x[1], x[2])), r.x[0], r.x[3], rise(settled(f, x[1]))};
      });
}

TEST(PowerDevices, lanes_with_and_without_exponents_leave_each_other_alone) {
  std::vector<Switching<double>> variants(4, igbt().switching);
  variants[1].k_u = 1.3;
  std::get<EnergyLaw<double>>(variants[2].energies).k_i = 1.2;
  const auto together =
      energies<Pack>(over<Switching, Pack>(std::span<const Switching<double>>(variants)),
                     Pack(123.0), Pack(345.0), {Pack(390.0), Pack(380.0)});
  for (int k = 0; k < kLanes; ++k) {
    const auto alone =
        energies(variants[static_cast<std::size_t>(k)], 123.0, 345.0, {390.0, 380.0});
    EXPECT_TRUE(test::same_bits(lane(together.on, k), alone.on));
    EXPECT_TRUE(test::same_bits(lane(together.rr, k), alone.rr));
  }
}

TEST(PowerDevices, each_device_and_its_cooling_are_described) {
  const auto paths = [](const auto& p) {
    std::vector<std::string> out;
    walk(p, [&](const auto&, const std::string& path, const auto&) { out.push_back(path); });
    return out;
  };
  EXPECT_EQ(paths(igbt()).size(), 9U + 6U + 6U);
  EXPECT_EQ(paths(mosfet()).size(), 8U + 6U + 6U);
  EXPECT_EQ(paths(igbt())[5], "alpha_U_T_per_K");
  EXPECT_EQ(paths(igbt()).back(), "switching.energies.k_i_rr");
  EXPECT_EQ(paths(Cooling<double>{}).front(), "transistor.R_1_K_per_W");
  EXPECT_EQ(paths(Gating<double>{}).size(), 3U);
}

}  // namespace
}  // namespace evsim
