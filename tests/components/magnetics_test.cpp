#include "sim/components/magnetics.h"

#include <stdexcept>

#include "tests/components/reference_machines.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

using magnetics::Linear;
using magnetics::Model;
using magnetics::Saturating;

// Table of a saturating machine, so that the whole variant is met.
flux_map::Map<double> table() {
  std::vector<double> d, q, i_d, i_q;
  for (int k = 0; k <= 24; ++k) d.push_back(-0.2 + 0.05 * k);
  for (int k = 0; k <= 54; ++k) q.push_back(-1.35 + 0.05 * k);
  for (const double x : d)
    for (const double y : q) {
      const auto i = magnetics::currents(test::kPmsyrm5k5, Dq<double>{x, y});
      i_d.push_back(i.d);
      i_q.push_back(i.q);
    }
  const auto of = [&](const std::vector<double>& z) {
    return Table2<double>(std::make_shared<Table2Data>(d, q, z));
  };
  return flux_map::Map<double>(
      flux_map::prepare(flux_map::CurrentsOverFlux{of(i_d), of(i_q)}).data);
}
std::vector<Model<double>> models() { return {test::kBrusa, test::kPmsyrm5k5, table()}; }
Dq<double> drawn(test::Arguments& random) {
  return {random.between(-0.3, 1.1), random.between(-1.4, 1.4)};
}

// ---- By hand --------------------------------------------------------------------------------------

TEST(Magnetics, linear_by_hand) {
  const Linear<double> m{.L_d = 1e-3, .L_q = 2e-3, .psi_f = 0.1};
  const auto i = magnetics::currents(m, Dq<double>{0.05, 0.2});
  EXPECT_ROUNDED(i.d, -50.0);
  EXPECT_ROUNDED(i.q, 100.0);
  EXPECT_ROUNDED(magnetics::field_energy(m, Dq<double>{0.05, 0.2}), 1.25 + 10.0);
  EXPECT_NEAR(magnetics::magnet_flux(m), 0.1, 1e-16);
}

TEST(Magnetics, saturating_by_hand) {
  const Saturating<double> m{.a_d0 = 2.0,
                             .a_dd = 3.0,
                             .a_q0 = 5.0,
                             .a_qq = 7.0,
                             .a_dq = 12.0,
                             .S = 2,
                             .R = 1,
                             .U = 1,
                             .V = 2,
                             .a_b = 10.0,
                             .psi_n = 1.0,
                             .k_b = 0.25};
  // psi = (2, -2): s^2 = 1 + 0.25 4 = 2, G_b = 10 2/3.
  const auto i = magnetics::currents(m, Dq<double>{2.0, -2.0});
  // i_d = (2 + 3 4 + 12/4 2 16) 2 + G_b 1,  i_q = -(5 + 7 2 + 12/3 8 4) 2 - G_b/4 2
  EXPECT_ROUNDED(i.d, 220.0 + 20.0 / 3.0);
  EXPECT_ROUNDED(i.q, -(294.0 + 10.0 / 3.0));
  // 1/2 (2 4 + 5 4) + 3/4 16 + 7/3 8 + 12/(3 4) 8 16 + 5 (2 - ln 3)
  EXPECT_ROUNDED(magnetics::field_energy(m, Dq<double>{2.0, -2.0}),
                 14.0 + 12.0 + 56.0 / 3.0 + 128.0 + 5.0 * (2.0 - log(3.0)));
}

TEST(Magnetics, powers_by_hand) {
  using magnetics::detail::power;
  EXPECT_EQ(power(-3.0, 0), 1.0);
  EXPECT_EQ(power(-3.0, 1), 3.0);
  EXPECT_EQ(power(-2.0, 5), 32.0);
  EXPECT_EQ(power(-2.0, 10), 1024.0);
  EXPECT_EQ(power(0.0, 3), 0.0);
}

// ---- Conservation ---------------------------------------------------------------------------------

TEST(Magnetics, currents_are_the_slopes_of_the_energy) {
  test::Arguments random(1);
  for (const auto& m : models())
    for (int k = 0; k < 1000; ++k) {
      const Dq<double> at = drawn(random);
      Dq<Dual<2>> psi{at.d, at.q};
      psi.d.d[0] = psi.q.d[1] = 1.0;
      const Dual<2> W = magnetics::field_energy(m, psi);
      const Dq<double> i = magnetics::currents(m, at);
      const double size = abs(i.d) + abs(i.q) + 1.0;
      EXPECT_NEAR(W.d[0], i.d, 1e-12 * size);  // roundings of terms of some 100 A
      EXPECT_NEAR(W.d[1], i.q, 1e-12 * size);
    }
}

TEST(Magnetics, are_reciprocal) {
  test::Arguments random(2);
  for (const auto& m : models())
    for (int k = 0; k < 1000; ++k) {
      const Dq<double> at = drawn(random);
      Dq<Dual<2>> psi{at.d, at.q};
      psi.d.d[0] = psi.q.d[1] = 1.0;
      const auto i = magnetics::currents(m, psi);
      EXPECT_NEAR(i.d.d[1], i.q.d[0], 1e-12 * (abs(i.d.d[0]) + abs(i.q.d[1])));
      const auto stiffness = magnetics::stiffness(m, at);
      EXPECT_EQ(stiffness.dd, i.d.d[0]);
      EXPECT_EQ(stiffness.qq, i.q.d[1]);
    }
}

// ---- Symmetry, inverse ----------------------------------------------------------------------------

TEST(Magnetics, mirrored_flux_has_the_mirrored_current) {
  test::Arguments random(3);
  for (const auto& m : models())
    for (int k = 0; k < 200; ++k) {
      const Dq<double> psi = drawn(random), other{psi.d, -psi.q};
      const auto i = magnetics::currents(m, psi), j = magnetics::currents(m, other);
      EXPECT_NEAR(i.d, j.d, 1e-10);  // exact but for the table, whose cells round differently
      EXPECT_NEAR(i.q, -j.q, 1e-10);
    }
}

TEST(Magnetics, fluxes_are_the_inverse_of_currents) {
  test::Arguments random(4);
  for (const auto& m : models())
    for (int k = 0; k < 500; ++k) {
      const Dq<double> i{random.between(-40.0, 40.0), random.between(-40.0, 40.0)};
      const auto back = magnetics::currents(m, magnetics::fluxes(m, i));
      EXPECT_NEAR(back.d, i.d,
                  1e-11);  // rounding of the flux times a stiffness of some 100 A/Vs, or 2700
      EXPECT_NEAR(back.q, i.q, 1e-11);
    }
}

TEST(Magnetics, without_an_inverse_fluxes_are_an_error) {
  // A negative slope about 0, as parameters that a fit went wrong with have it.
  const Model<double> m = Saturating<double>{.a_d0 = -1.0, .a_q0 = 1.0};
  EXPECT_THROW(magnetics::fluxes(m, {1.0, 0.0}), std::domain_error);
}

// A 3 x 3 table of a linear machine.
magnetics::CurrentMap<double> small_map(double L_d) {
  const std::vector<double> psi{-1.0, 0.0, 1.0};
  std::vector<double> i_d, i_q;
  for (const double d : psi)
    for (const double q : psi) {
      i_d.push_back(d / L_d);
      i_q.push_back(q);
    }
  return {Table2<double>(std::make_shared<Table2Data>(psi, psi, i_d)),
          Table2<double>(std::make_shared<Table2Data>(psi, psi, i_q))};
}

TEST(Magnetics, maps_that_stay_are_prepared_once) {
  const auto data = [](double L_d) {
    return std::get<flux_map::Map<double>>(magnetics::prepare(small_map(L_d))).data();
  };
  const auto first = data(0.5);
  EXPECT_EQ(data(0.5), first);
  EXPECT_NEAR(first->gradient({0.5, 0.0}).d, 1.0, 1e-12);
  EXPECT_NEAR(data(0.25)->gradient({0.5, 0.0}).d, 2.0, 1e-12);
  EXPECT_NEAR(data(0.5)->gradient({0.5, 0.0}).d, 1.0, 1e-12);
  EXPECT_THROW(data(-0.5), std::invalid_argument);
  EXPECT_THROW(data(-0.5), std::invalid_argument);
}

TEST(Magnetics, give_the_same_over_all_scalars) {
  constexpr std::array<test::Interval, 2> range{{{-0.3, 1.1}, {-1.4, 1.4}}};
  for (const auto& m : models())
    test::expect_same_over_all_scalars(range, [&]<class X>(const X& x) {
      const Dq<typename X::value_type> psi{x[0], x[1]};
      const auto i = magnetics::currents(m, psi);
      return std::array{i.d, i.q, magnetics::field_energy(m, psi)};
    });
}

// ---- Reference ------------------------------------------------------------------------------------

TEST(Magnetics, saturating_agrees_with_a_peers_machine) {
  // motulator 0.5.0, 5.5 kW PM-SyRM; 12 digits.
  struct Row {
    double psi_d, psi_q, i_d, i_q;
  };
  for (const Row& row : {Row{-0.2, -1.35, -46.7666401877, -35.9867529648},
                         {0.1, 0.275, -18.8659669903, 2.37365859421},
                         {0.42, -0.825, -2.15996617187, -7.4480116351},
                         {0.72, 0.8, 11.5758289204, 9.01231719659}}) {
    const auto i = magnetics::currents(test::kPmsyrm5k5, Dq<double>{row.psi_d, row.psi_q});
    EXPECT_NEAR(i.d, row.i_d, 1e-10);
    EXPECT_NEAR(i.q, row.i_q, 1e-10);
  }
}

}  // namespace
}  // namespace evsim
