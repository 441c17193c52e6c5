#include "sim/components/tyre_vertical.h"

#include <cmath>

#include "tests/components/scalars.h"
#include "tests/components/tyre_files.h"

namespace evsim {
namespace {

using test::passenger_tyre;
using test::prepared;
using tyre::Surroundings;

constexpr Surroundings<double> kAtRest{0.0, 0.0, 0.0};

TEST(TyreVertical, linear_spring_by_hand) {
  auto p = passenger_tyre();
  p.vertical.q_Fz2 = 0.0;
  const auto r = tyre::prepare(p, p.pressure.p_i0);
  EXPECT_ROUNDED(tyre::spring_force(r, 0.02, kAtRest), 196400.0 * 0.02);
  EXPECT_EQ(tyre::spring_force(r, -0.01, kAtRest), 0.0);
}

TEST(TyreVertical, published_progressive_spring) {
  // q_Fz1 = 13.37 is published beside q_Fz2 = 14.35; the file has the stiffness that follows from both, to 4 digits.
  const auto p = passenger_tyre();
  const auto r = tyre::prepare(p, p.pressure.p_i0);
  EXPECT_NEAR(r.q_Fz1, 13.37, 2e-3);
  const double z = 0.02 / 0.313;
  EXPECT_ROUNDED(tyre::spring_force(r, 0.02, kAtRest), 4000.0 * (r.q_Fz1 * z + 14.35 * z * z));
}

TEST(TyreVertical, stiffness_at_the_nominal_load_is_the_files) {
  // Besselink's (3) makes c_z the slope there: q_Fz1^2 + 4 q_Fz2 F / F_z0 = (c_z R_0 / F_z0)^2 at F = F_z0.
  const auto p = passenger_tyre();
  const auto r = tyre::prepare(p, p.pressure.p_i0);
  const double rho = tyre::deflection(r, 4000.0, kAtRest), h = 1e-6;
  const double slope =
      (tyre::spring_force(r, rho + h, kAtRest) - tyre::spring_force(r, rho - h, kAtRest)) / (2 * h);
  EXPECT_NEAR(slope, 196400.0, 1e-3);  // rounding of 4000 N over 2e-6 m
}

TEST(TyreVertical, deflection_is_the_inverse_of_the_spring) {
  test::Arguments random(31);
  for (const auto& p : test::all_tyres()) {
    const auto r = prepared(p);
    for (int i = 0; i < 200; ++i) {
      const Surroundings<double> s{random.between(-200.0, 200.0), random.between(-3e3, 3e3),
                                   random.between(-3e3, 3e3)};
      const double F_z = random.between(0.0, 12000.0);
      EXPECT_NEAR(tyre::spring_force(r, tyre::deflection(r, F_z, s), s), F_z, 1e-11 * 12000.0);
    }
  }
}

TEST(TyreVertical, bottoming_adds_its_stiffness) {
  const auto r = prepared(passenger_tyre());
  const double at = 0.313 - 0.1905 - 0.01;
  EXPECT_ROUNDED(tyre::bottoming(r), at);
  auto without = passenger_tyre();
  without.vertical.bottom_stiffness = 0.0;
  const auto soft = prepared(without);
  EXPECT_EQ(tyre::spring_force(r, at - 1e-3, kAtRest),
            tyre::spring_force(soft, at - 1e-3, kAtRest));
  EXPECT_NEAR(tyre::spring_force(r, at + 1e-3, kAtRest),
              tyre::spring_force(soft, at + 1e-3, kAtRest) + 2000.0, 1e-9);
}

TEST(TyreVertical, force_is_the_slope_of_the_energy) {
  test::Arguments random(32);
  for (const auto& p : test::all_tyres()) {
    const auto r = tyre::prepare(over<tyre::Params, Dual<1>>(p), Dual<1>(2.4e5));
    const auto plain = tyre::prepare(p, 2.4e5);
    for (int i = 0; i < 200; ++i) {
      Dual<1> rho(random.between(-0.02, 0.14));
      rho.d[0] = 1.0;
      const Surroundings<double> s{random.between(-200.0, 200.0), random.between(-3e3, 3e3),
                                   random.between(-3e3, 3e3)};
      const Surroundings<Dual<1>> dual{s.omega, s.F_x, s.F_y};
      EXPECT_NEAR(tyre::spring_energy(r, rho, dual).d[0], tyre::spring_force(plain, rho.v, s),
                  1e-11 * 1e4);  // roundings of some 10 kN
    }
  }
}

TEST(TyreVertical, load_is_never_a_pull_and_the_damper_never_gains) {
  test::Arguments random(33);
  const auto r = prepared(passenger_tyre());
  for (int i = 0; i < 2000; ++i) {
    const double rate = random.between(-50.0, 50.0);
    const auto l = tyre::load(r, random.between(-0.02, 0.1), rate, kAtRest);
    EXPECT_GE(l.F_z, 0.0);
    EXPECT_GE(l.p_loss, 0.0);
  }
  EXPECT_EQ(tyre::load(r, -1e-3, 5.0, kAtRest).F_z, 0.0);
  EXPECT_NEAR(tyre::load(r, 1e-9, 5.0, kAtRest).F_z, 0.0, 1e-3);  // touches down softly
}

TEST(TyreVertical, radii_by_hand) {
  auto p = passenger_tyre();
  p.vertical.q_re0 = 0.99;
  p.vertical.q_V1 = 1e-3;
  const auto r = tyre::prepare(p, p.pressure.p_i0);
  const double omega = 2.0 * 16.67 / 0.313;  // twice V_0 at R_0
  EXPECT_ROUNDED(tyre::free_radius(r, omega), 0.313 * (0.99 + 1e-3 * 4.0));
  EXPECT_ROUNDED(tyre::effective_radius(r, 4000.0, omega),
                 0.313 * 0.994 - 4000.0 / 196400.0 * (0.23 * std::atan(9.0) + 0.01));
}

TEST(TyreVertical, at_usual_loads_the_effective_radius_lies_between_loaded_and_free_radius) {
  const auto r = prepared(passenger_tyre());
  for (double F_z = 2000.0; F_z < 9000.0; F_z += 500.0) {
    const double R_e = tyre::effective_radius(r, F_z, 60.0);
    EXPECT_LT(R_e, tyre::free_radius(r, 60.0));
    EXPECT_GT(R_e, tyre::free_radius(r, 60.0) - tyre::deflection(r, F_z, {60.0, 0.0, 0.0}));
  }
}

TEST(TyreVertical, is_one_law_over_all_scalars) {
  constexpr std::array<test::Interval, 3> ranges{{{1e-3, 0.1}, {-0.5, 0.5}, {5, 200}}};
  for (const auto& p : test::all_tyres())
    test::expect_same_over_all_scalars<3>(ranges, [&]<class T>(const std::array<T, 3>& x) {
      const auto r = tyre::prepare(over<tyre::Params, T>(p), T(2.3e5));
      const Surroundings<T> s{x[2], T(500.0), T(-900.0)};
      const auto l = tyre::load(r, x[0], x[1], s);
      return std::array{l.F_z, l.p_loss, tyre::deflection(r, l.F_z, s),
                        tyre::effective_radius(r, l.F_z, x[2])};
    });
}

}  // namespace
}  // namespace evsim
