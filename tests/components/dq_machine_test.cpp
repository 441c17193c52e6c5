#include "sim/components/dq_machine.h"

#include "sim/base/constants.h"
#include "tests/components/reference_machines.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

using dq_machine::Common;
using dq_machine::Excited;
using dq_machine::Induction;
using dq_machine::Rotor;
using dq_machine::Synchronous;
using dq_machine::Temperatures;

constexpr Temperatures<double> kWarm{.winding = 353.15, .rotor = 393.15};

template <Scalar T> Synchronous<T> synchronous() {
  return {.magnetics = magnetics::Linear<T>{.L_d = 0.37e-3, .L_q = 1.2e-3, .psi_f = 0.066},
          .beta_f = -1e-3,
          .psi_f = 0.066};
}
template <Scalar T> Synchronous<T> saturating() {
  const auto& m = test::kPmsyrm5k5;
  return {.magnetics = magnetics::Saturating<T>{.a_d0 = m.a_d0,
                                                .a_dd = m.a_dd,
                                                .a_q0 = m.a_q0,
                                                .a_qq = m.a_qq,
                                                .a_dq = m.a_dq,
                                                .S = m.S,
                                                .R = m.R,
                                                .U = m.U,
                                                .V = m.V,
                                                .a_b = m.a_b,
                                                .psi_n = m.psi_n,
                                                .k_b = m.k_b},
          .beta_f = -1e-3,
          .psi_f = 0.45};
}
template <Scalar T> Excited<T> excited() {
  const auto& c = test::kExcited;
  return {.L_d = c.L_d, .L_q = c.L_q, .L_m = c.L_m, .L_f = c.L_f, .R_f = c.R_f};
}
template <Scalar T> Induction<T> induction(int S = 5) {
  const auto& c = test::kCage;
  return {.L_s = c.L_s, .L_l = c.L_l, .R_r = c.R_r, .k_s = c.k_s, .S = S};
}

// ---- Vectors --------------------------------------------------------------------------------------

TEST(DqMachine, a_vector_on_phase_a_lies_on_alpha_and_turns_by_the_angle) {
  const auto x = to_stator(Abc<double>{10.0, -5.0, -5.0});
  EXPECT_NEAR(x.a, 10.0, 1e-14);
  EXPECT_NEAR(x.b, 0.0, 1e-14);
  const auto turned = to_rotor(x, angle(kPi / 2.0));
  EXPECT_NEAR(turned.d, 0.0, 1e-14);
  EXPECT_NEAR(turned.q, -10.0, 1e-14);
}

TEST(DqMachine, transforms_are_inverses_and_keep_the_power) {
  test::Arguments random(1);
  for (int k = 0; k < 200; ++k) {
    const auto draw = [&] { return random.between(-1.0, 1.0); };
    const Dq<double> u{draw(), draw()}, i{draw(), draw()};
    const Angle<double> theta = angle(random.between(-3.0, 3.0));
    const auto back = to_rotor(to_stator(u, theta), theta);
    EXPECT_NEAR(back.d, u.d, 1e-15);
    EXPECT_NEAR(back.q, u.q, 1e-15);
    const auto u_p = to_phases(to_stator(u, theta)), i_p = to_phases(to_stator(i, theta));
    EXPECT_NEAR(u_p.a * i_p.a + u_p.b * i_p.b + u_p.c * i_p.c, 1.5 * (u.d * i.d + u.q * i.q),
                2e-15);
    const double delta = random.between(-0.5, 0.5), from = random.between(-3.0, 3.0);
    EXPECT_NEAR(turned(angle(from), delta).cos, cos(from + delta), 1e-13);  // the series' rest
    EXPECT_NEAR(turned(angle(from), delta).sin, sin(from + delta), 1e-13);
  }
}

// ---- By hand --------------------------------------------------------------------------------------

TEST(DqMachine, resistances_by_hand) {
  EXPECT_ROUNDED(dq_machine::copper(2.0, 393.15), 2.786);  // 1 + 0.00393 100
  const Common<double> m{.R_s = 2.0, .k_ac = 1e-6};
  EXPECT_ROUNDED(dq_machine::stator_resistance(m, -1000.0, 393.15), 5.572);
}

TEST(DqMachine, torque_and_drag_by_hand) {
  const Common<double> m{.n_p = 4,
                         .R_s = 1.0,
                         .k_hysteresis = 0.5,
                         .k_eddy = 0.01,
                         .tau_friction = 2.0,
                         .k_windage = 1e-4};
  EXPECT_ROUNDED(dq_machine::air_gap_torque(m, Dq<double>{0.1, 0.2}, Dq<double>{-30.0, 50.0}),
                 66.0);
  const double s = 100.0 / sqrt(10001.0);
  const auto drag = dq_machine::drag(m, -100.0, Dq<double>{0.3, 0.4});
  EXPECT_ROUNDED(drag.iron, -6.0 * (0.5 * s + 4.0) * 0.25);  // k_e omega_e = 4
  EXPECT_ROUNDED(drag.friction, -(2.0 * s + 1.0));
  EXPECT_EQ(dq_machine::drag(m, 0.0, Dq<double>{0.3, 0.4}).iron, 0.0);
}

TEST(DqMachine, iron_loss_is_what_its_header_says) {
  const Common<double> m{.n_p = 4, .R_s = 1.0, .k_hysteresis = 0.5, .k_eddy = 0.01};
  const double omega = 1000.0, omega_e = 4000.0;
  const double p = dq_machine::drag(m, omega, Dq<double>{0.3, 0.4}).iron * omega;
  // s(omega) is 1 - 5e-7 there.
  EXPECT_NEAR(p, 1.5 * (0.5 * omega_e + 0.01 * omega_e * omega_e) * 0.25, 1e-6 * p);
}

TEST(DqMachine, a_warm_magnet_has_less_flux) {
  const auto c = synchronous<double>();
  EXPECT_ROUNDED(dq_machine::lost_flux(c, kWarm), 0.0066);
  // Without current: 90 % of 0.066 Vs.
  const auto i = dq_machine::currents(c, Dq<double>{0.0594, 0.0}, Rotor<double>{0, 0}, kWarm);
  EXPECT_NEAR(i.s.d, 0.0, 1e-13 / 0.37e-3);
}

Temperatures<double> magnets(double T) { return {.winding = 353.15, .rotor = T}; }

TEST(DqMachine, magnets_above_their_knee_lose_flux_for_good) {
  auto c = synchronous<double>();
  EXPECT_EQ(dq_machine::demagnetised(c, magnets(600.0), -400.0), 0.0);  // by default never
  c.T_knee = 423.15;
  c.knee_shift = 0.1;
  c.loss_per_K = 0.02;
  // 200 A against the magnets bring the knee to 403.15 K: 10 K above it are a fifth.
  EXPECT_ROUNDED(dq_machine::demagnetised(c, magnets(413.15), -200.0), 0.2);
  EXPECT_EQ(dq_machine::demagnetised(c, magnets(403.15), -200.0), 0.0);
  EXPECT_EQ(dq_machine::demagnetised(c, magnets(413.15), 200.0),
            0.0);  // with them it helps nothing
  EXPECT_EQ(dq_machine::demagnetised(c, magnets(600.0), 0.0), 1.0);
  // A knee that a fault has brought down, by 20 K.
  auto weak = magnets(413.15);
  weak.knee = 403.15;
  EXPECT_ROUNDED(dq_machine::demagnetised(c, weak, -200.0), 0.6);
  // A fifth of 0.066 Vs for good, and a tenth of the rest to the temperature: 0.04752 Vs.
  const Temperatures<double> t{.winding = 353.15, .rotor = 393.15, .lost = 0.2};
  EXPECT_ROUNDED(dq_machine::lost_flux(c, t), 0.066 - 0.04752);
  EXPECT_ROUNDED(dq_machine::at_rest(c, t).psi.d, 0.04752);
}

TEST(DqMachine, excited_by_hand) {
  const Excited<double> c{.L_d = 2e-3, .L_q = 1e-3, .L_m = 3e-3, .L_f = 20e-3, .R_f = 5.0};
  // i_d = -40, i_q = 60, i_f = 10: psi_d = -80 + 30 mVs, psi_q = 60, psi_f = -180 + 200.
  const auto i = dq_machine::currents(c, Dq<double>{-0.05, 0.06}, Rotor<double>{0.02, 0.0}, kWarm);
  EXPECT_NEAR(i.s.d, -40.0, 1e-12);
  EXPECT_NEAR(i.s.q, 60.0, 1e-12);
  EXPECT_NEAR(i.r.x, 10.0, 1e-12);
  // 3/4 (0.05 40 + 0.06 60) + 1/2 0.02 10
  EXPECT_NEAR(dq_machine::field_energy(c, Dq<double>{-0.05, 0.06}, Rotor<double>{0.02, 0.0}, kWarm),
              4.3, 1e-12);
  const auto r = dq_machine::rotor_rates(c, i.r, 60.0, dq_machine::at_20_degC<double>());
  EXPECT_NEAR(r.rate.x, 10.0, 1e-11);
  EXPECT_NEAR(r.p_loss, 500.0, 1e-10);
}

TEST(DqMachine, induction_by_hand) {
  const Induction<double> c{.L_s = 0.2, .L_l = 0.02, .R_r = 2.0, .k_s = 1.0, .S = 1};
  // |psi_s| = 0.5: main 1.5 / 0.2; i_r = (psi_r - psi_s) / 0.02 = (-5, -10).
  const auto i = dq_machine::currents(c, Dq<double>{0.3, 0.4}, Rotor<double>{0.2, 0.2}, kWarm);
  EXPECT_ROUNDED(i.s.d, 2.25 + 5.0);
  EXPECT_ROUNDED(i.s.q, 3.0 + 10.0);
  EXPECT_ROUNDED(i.r.x, -5.0);
  EXPECT_ROUNDED(i.r.y, -10.0);
  const auto r = dq_machine::rotor_rates(c, i.r, 0.0, dq_machine::at_20_degC<double>());
  EXPECT_ROUNDED(r.rate.y, 20.0);
  EXPECT_ROUNDED(r.p_loss, 375.0);  // 3/2 2 125
}

// ---- Conservation ---------------------------------------------------------------------------------

struct Drawn {
  Dq<double> psi, u;
  Rotor<double> rotor;
  double u_f, omega;
};
Drawn drawn(test::Arguments& random, double psi, double u) {
  const auto in = [&](double x) { return random.between(-x, x); };
  return {.psi = {in(psi), in(psi)},
          .u = {in(u), in(u)},
          .rotor = {in(psi), in(psi)},
          .u_f = in(u),
          .omega = in(1000.0)};
}

// Power at the terminals less copper losses, change of the field and shaft power, over their size. The change of the
// field is the slope of its energy along the rates: (1) in rotor coordinates, and (2).
template <class Circuit> double imbalance(const Drawn& x) {
  const Common<double> m{.n_p = 3, .R_s = 0.05, .k_ac = 1e-8};
  const Circuit c = [] {
    if constexpr (requires { Circuit{}.beta_f; })
      return saturating<double>();
    else if constexpr (requires { Circuit{}.L_m; })
      return excited<double>();
    else
      return induction<double>();
  }();
  const double omega_e = m.n_p * x.omega;
  const auto i = dq_machine::currents(c, x.psi, x.rotor, kWarm);
  const auto r = dq_machine::rotor_rates(c, i.r, x.u_f, kWarm);
  const double R_s = dq_machine::stator_resistance(m, omega_e, kWarm.winding);
  Dq<Dual<1>> psi{x.psi.d, x.psi.q};
  psi.d.d[0] = x.u.d - R_s * i.s.d + omega_e * x.psi.q;
  psi.q.d[0] = x.u.q - R_s * i.s.q - omega_e * x.psi.d;
  Rotor<Dual<1>> rotor{x.rotor.x, x.rotor.y};
  rotor.x.d[0] = r.rate.x;
  rotor.y.d[0] = r.rate.y;
  const auto over_dual = [] {
    if constexpr (requires { Circuit{}.beta_f; })
      return saturating<Dual<1>>();
    else if constexpr (requires { Circuit{}.L_m; })
      return excited<Dual<1>>();
    else
      return induction<Dual<1>>();
  }();
  const Temperatures<Dual<1>> t{kWarm.winding, kWarm.rotor};
  const double change = dq_machine::field_energy(over_dual, psi, rotor, t).d[0];
  const double field = std::is_same_v<Circuit, Excited<double>> ? x.u_f * i.r.x : 0.0;
  const double electrical = 1.5 * (x.u.d * i.s.d + x.u.q * i.s.q) + field;
  const double loss = 1.5 * R_s * (i.s.d * i.s.d + i.s.q * i.s.q) + r.p_loss;
  const double shaft = dq_machine::air_gap_torque(m, x.psi, i.s) * x.omega;
  const double size = abs(electrical) + loss + abs(change) + abs(shaft);
  // Of the parts of the torque's power, which cancel in part.
  const double parts = 1.5 * abs(omega_e) * (abs(x.psi.d * i.s.q) + abs(x.psi.q * i.s.d));
  return abs(electrical - loss - change - shaft) / (size + parts);
}

TEST(DqMachine, power_balance_closes_at_any_state) {
  test::Arguments random(2);
  for (int k = 0; k < 2000; ++k) {
    EXPECT_LT(imbalance<Synchronous<double>>(drawn(random, 1.0, 400.0)), 1e-12);
    EXPECT_LT(imbalance<Excited<double>>(drawn(random, 0.3, 400.0)), 1e-12);
    EXPECT_LT(imbalance<Induction<double>>(drawn(random, 1.0, 400.0)), 1e-12);
  }
}

TEST(DqMachine, losses_are_never_negative) {
  test::Arguments random(3);
  const Common<double> m{.n_p = 3,
                         .R_s = 0.05,
                         .k_hysteresis = 0.5,
                         .k_eddy = 0.01,
                         .tau_friction = 2.0,
                         .k_windage = 1e-4};
  for (int k = 0; k < 1000; ++k) {
    const Drawn x = drawn(random, 1.0, 400.0);
    const auto drag = dq_machine::drag(m, x.omega, x.psi);
    EXPECT_GE(drag.iron * x.omega, 0.0);
    EXPECT_GE(drag.friction * x.omega, 0.0);
    const auto i = dq_machine::currents(induction<double>(), x.psi, x.rotor, kWarm);
    EXPECT_GE(dq_machine::rotor_rates(induction<double>(), i.r, 0.0, kWarm).p_loss, 0.0);
  }
}

// ---- Symmetry, equivalents ------------------------------------------------------------------------

TEST(DqMachine, mirrored_fluxes_have_mirrored_currents_and_torque) {
  test::Arguments random(4);
  const Common<double> m{.n_p = 2, .R_s = 1.0};
  const auto check = [&](const auto& c) {
    const Drawn x = drawn(random, 1.0, 1.0);
    const Dq<double> psi{x.psi.d, -x.psi.q};
    const auto i = dq_machine::currents(c, x.psi, x.rotor, kWarm);
    const auto j = dq_machine::currents(c, psi, {x.rotor.x, -x.rotor.y}, kWarm);
    EXPECT_EQ(j.s.d, i.s.d);
    EXPECT_EQ(j.s.q, -i.s.q);
    EXPECT_EQ(j.r.x, i.r.x);
    EXPECT_EQ(dq_machine::air_gap_torque(m, psi, j.s), -dq_machine::air_gap_torque(m, x.psi, i.s));
  };
  for (int k = 0; k < 100; ++k) {
    check(synchronous<double>());
    check(saturating<double>());
    check(excited<double>());
    check(induction<double>());
  }
}

TEST(DqMachine, an_induction_machine_is_its_inverse_gamma_circuit) {
  auto c = induction<double>();
  c.k_s = 0.0;
  // gamma = L_s / (L_s + L_l): L_sigma = gamma L_l, L_M = gamma L_s, R_R = gamma^2 R_r, psi_R = gamma psi_r.
  // G. Slemon, IEEE Trans. Ind. Appl. 25(6), 1989.
  const double gamma = c.L_s / (c.L_s + c.L_l);
  const double L_sigma = gamma * c.L_l, L_M = gamma * c.L_s, R_R = gamma * gamma * c.R_r;
  test::Arguments random(5);
  for (int k = 0; k < 100; ++k) {
    const Drawn x = drawn(random, 1.0, 400.0);
    const auto i = dq_machine::currents(c, x.psi, x.rotor, dq_machine::at_20_degC<double>());
    const double psi_R = gamma * x.rotor.x;
    const double i_d = (x.psi.d - psi_R) / L_sigma, i_R = psi_R / L_M - i_d;
    EXPECT_NEAR(i.s.d, i_d, 1e-11);  // 1 Vs / L_sigma = 46 A
    EXPECT_NEAR(i.r.x, gamma * i_R, 1e-11);
    const auto r = dq_machine::rotor_rates(c, i.r, 0.0, dq_machine::at_20_degC<double>());
    EXPECT_NEAR(gamma * r.rate.x, -R_R * i_R, 1e-10);
    // tau = 3/2 n_p psi_R x i_s
    const Common<double> m{.n_p = 2, .R_s = 1.0};
    EXPECT_NEAR(dq_machine::air_gap_torque(m, x.psi, i.s),
                3.0 * gamma * (x.rotor.x * i.s.q - x.rotor.y * i.s.d), 1e-10);
  }
}

TEST(DqMachine, turning_both_fluxes_of_an_induction_machine_turns_its_currents) {
  const auto c = induction<double>(4);
  test::Arguments random(6);
  for (int k = 0; k < 100; ++k) {
    const Drawn x = drawn(random, 1.0, 1.0);
    const Angle<double> by = angle(random.between(-3.0, 3.0));
    const Ab<double> psi = to_stator(x.psi, by),
                     rotor = to_stator(Dq<double>{x.rotor.x, x.rotor.y}, by);
    const auto i = dq_machine::currents(c, x.psi, x.rotor, kWarm);
    const auto j =
        dq_machine::currents(c, Dq<double>{psi.a, psi.b}, Rotor<double>{rotor.a, rotor.b}, kWarm);
    const Ab<double> turned = to_stator(i.s, by);
    EXPECT_NEAR(j.s.d, turned.a, 1e-12);
    EXPECT_NEAR(j.s.q, turned.b, 1e-12);
  }
}

// ---- Scalars --------------------------------------------------------------------------------------

TEST(DqMachine, gives_the_same_over_all_scalars) {
  constexpr std::array<test::Interval, 7> range{{{-1.0, 1.0},
                                                 {-1.0, 1.0},
                                                 {-1.0, 1.0},
                                                 {-1.0, 1.0},
                                                 {250.0, 430.0},
                                                 {250.0, 430.0},
                                                 {-900.0, 900.0}}};
  const auto check = [&](auto circuit) {
    test::expect_same_over_all_scalars(range, [&]<class X>(const X& x) {
      using T = typename X::value_type;
      const auto c = circuit.template operator()<T>();
      const Dq<T> psi{x[0], x[1]};
      const Rotor<T> rotor{x[2], x[3]};
      const Temperatures<T> t{x[4], x[5]};
      const Common<T> m{.n_p = 3,
                        .R_s = 0.05,
                        .k_ac = 1e-8,
                        .k_hysteresis = 0.5,
                        .k_eddy = 0.01,
                        .tau_friction = 2.0,
                        .k_windage = 1e-4};
      const auto i = dq_machine::currents(c, psi, rotor, t);
      const auto r = dq_machine::rotor_rates(c, i.r, T(12.0), t);
      const auto drag = dq_machine::drag(m, x[6], psi);
      return std::array{i.s.d,
                        i.s.q,
                        i.r.x,
                        i.r.y,
                        r.rate.x,
                        r.rate.y,
                        r.p_loss,
                        dq_machine::field_energy(c, psi, rotor, t),
                        dq_machine::air_gap_torque(m, psi, i.s),
                        dq_machine::stator_resistance(m, x[6], t.winding),
                        drag.iron,
                        drag.friction};
    });
  };
  check([]<class T>() { return synchronous<T>(); });
  check([]<class T>() { return saturating<T>(); });
  check([]<class T>() { return excited<T>(); });
  check([]<class T>() { return induction<T>(); });
}

}  // namespace
}  // namespace evsim
