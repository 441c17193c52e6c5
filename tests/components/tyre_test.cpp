#include "sim/components/tyre.h"

#include <cmath>

#include "tests/components/scalars.h"
#include "tests/components/tyre_files.h"

namespace evsim {
namespace {

using test::all_terms;
using test::all_tyres;
using test::passenger_tyre;
using test::prepared;
using tyre::Contact;
using tyre::Slip;

struct Wheel {  // what the formula gives at a steady slip
  tyre::Forces<double> F;
  tyre::Moments<double> M;
};
Wheel steady(const tyre::Prepared<double>& r, const Contact<double>& u, const Slip<double>& s,
             double V_x = 16.67) {
  const auto c = tyre::curves(r, u);
  const auto F = tyre::forces(r, c, s);
  return {F, tyre::moments(r, c, s, F, {F.F_x, F.F_y, V_x, V_x < 0.0 ? -1.0 : 1.0})};
}
Slip<double> slip(double kappa, double angle, double V_x = 1.0) {
  const double direction = V_x < 0.0 ? -1.0 : 1.0;
  return {.kappa = kappa, .alpha = std::tan(angle), .cos_alpha = direction * std::cos(angle)};
}

// ---- By hand --------------------------------------------------------------------------------------

// C = 1, E = 0: F = D sin(atan(B x)) = D B x / sqrt(1 + (B x)^2), with B = K / D.
tyre::Params<double> plain_tyre() {
  tyre::Params<double> p;
  p.model.V_0 = 20.0;
  p.dimension.R_0 = 0.3;
  p.vertical.F_z0 = 4000.0;
  p.vertical.c_z = 2e5;
  p.structural.c_x0 = p.structural.c_y0 = 2e5;
  p.longitudinal.p_Cx1 = p.lateral.p_Cy1 = 1.0;
  p.longitudinal.p_Dx1 = p.lateral.p_Dy1 = 1.0;
  p.longitudinal.p_Kx1 = 20.0;
  p.lateral.p_Ky1 = -10.0;
  p.lateral.p_Ky2 = 1.0;
  return p;
}

TEST(Tyre, plain_forces_by_hand) {
  const auto r = prepared(plain_tyre());
  // B kappa = 20 0.0375 = 0.75: 4000 0.75 / 1.25; K_yalpha = -10 F_z0 sin(2 atan(1)) = -40000: B alpha = -10 0.24 / 1.
  const auto drive =
      steady(r, {.F_z = 4000.0, .gamma = 0.0}, {.kappa = 0.0375, .alpha = 0.0, .cos_alpha = 1.0});
  EXPECT_ROUNDED(drive.F.F_x, 2400.0);
  EXPECT_EQ(drive.F.F_y, 0.0);
  const auto side =
      steady(r, {.F_z = 4000.0, .gamma = 0.0}, {.kappa = 0.0, .alpha = 0.24, .cos_alpha = 1.0});
  EXPECT_EQ(side.F.F_x, 0.0);
  EXPECT_ROUNDED(side.F.F_y, -4000.0 * 2.4 / 2.6);
}

TEST(Tyre, plain_moments_by_hand) {
  auto p = plain_tyre();
  p.aligning.q_Dz1 = 0.1;  // trail 0.1 R_0 = 30 mm with B_t = 0
  p.overturning.q_sx1 = 0.01;
  p.overturning.q_sx2 = 0.5;
  p.rolling.q_sy1 = 0.01;
  p.rolling.q_sy3 = 0.002;
  const auto w = steady(prepared(p), {.F_z = 4000.0, .gamma = 0.1},
                        {.kappa = 0.0, .alpha = 0.24, .cos_alpha = 0.9}, 40.0);
  EXPECT_ROUNDED(w.M.M_z, 0.03 * 4000.0 * 2.4 / 2.6 * 0.9);
  EXPECT_ROUNDED(w.M.M_x, 0.3 * 4000.0 * (0.01 - 0.05));
  EXPECT_ROUNDED(w.M.M_y, -0.3 * 4000.0 * (0.01 + 0.002 * 2.0));
}

TEST(Tyre, friction_by_slip_speed_by_hand) {
  auto p = plain_tyre();
  EXPECT_EQ(tyre::friction_at(p, 10.0), 1.0);
  p.scaling.mu_V = 0.5;
  EXPECT_ROUNDED(tyre::friction_at(p, 10.0), 0.8);
}

// ---- The published equations, transcribed apart from these --------------------------------------

void expect_points(const tyre::Params<double>& p, const std::string& name) {
  const auto points = test::magic_points(name);
  ASSERT_GE(points.size(), 30U);
  for (const auto& at : points) {
    const auto r = tyre::prepare(p, at.p_i);
    const Contact<double> contact{.F_z = at.F_z, .gamma = at.gamma, .mu = at.mu};
    const auto w = steady(r, contact, slip(at.kappa, at.alpha, at.V_x), at.V_x);
    const auto c = tyre::curves(r, contact);
    // Some ten roundings of terms as large as the load, moments of the load times R_0.
    const double roundings = 1e-12 * at.F_z;
    EXPECT_NEAR(w.F.F_x, at.F_x, roundings) << at.kappa << " " << at.alpha;
    EXPECT_NEAR(w.F.F_y, at.F_y, roundings) << at.kappa << " " << at.alpha;
    EXPECT_NEAR(w.M.M_x, at.M_x, roundings) << at.kappa << " " << at.alpha;
    EXPECT_NEAR(w.M.M_y, at.M_y, roundings) << at.kappa << " " << at.alpha;
    EXPECT_NEAR(w.M.M_z, at.M_z, roundings) << at.kappa << " " << at.alpha;
    EXPECT_NEAR(c.F_z * c.x.K, at.K_xkappa,
                1e-14 * 100.0 * at.F_z);  // stiffness is up to 30 times the load
    EXPECT_NEAR(c.F_z * c.y.K, at.K_yalpha, 1e-14 * 100.0 * at.F_z);
  }
}
TEST(Tyre, a_published_tyre_has_the_published_formula_6_1) {
  expect_points(passenger_tyre(), "6_1");
}
TEST(Tyre, every_term_of_6_1_is_the_published_one) {
  expect_points(all_terms("6_1"), "6_1_all_terms");
}
TEST(Tyre, every_term_of_5_2_is_the_published_one) {
  expect_points(all_terms("5_2"), "5_2_all_terms");
}

TEST(Tyre, forces_agree_with_a_peers) {
  // commonroad-vehicle-models 3.0.2, as printed by magic_formula.py --peer.
  struct Row {
    double kappa, alpha, F_x, F_y;
  };
  const auto r = prepared(test::tyre_of("tests/components/data/commonroad_5_2.tir"));
  for (const Row& row :
       {Row{0.05, 0.0, 3514.012, 93.839}, Row{-0.1, 0.0, -4519.065, -116.731},
        Row{0.0, 0.05, 81.402, -3260.484}, Row{0.0, -0.1, 59.215, 4092.169},
        Row{0.05, 0.05, 2816.285, -3029.600}, Row{-0.2, -0.08, -4264.840, 1993.674}}) {
    const auto w = steady(r, {.F_z = 4000.0, .gamma = 0.0}, slip(row.kappa, row.alpha));
    EXPECT_NEAR(w.F.F_x, row.F_x, 5.1e-4);  // the last digit printed
    EXPECT_NEAR(w.F.F_y, row.F_y, 5.1e-4);
  }
}

// ---- Limits and symmetry ------------------------------------------------------------------------

TEST(Tyre, slopes_at_no_slip_are_the_stiffnesses) {
  for (const auto& p : all_tyres()) {
    const auto r = prepared(p);
    const auto c = tyre::curves(r, Contact<double>{.F_z = 3500.0, .gamma = 0.0});
    tyre::Sine<Dual<1>> x{c.x.B,          c.x.C,   c.x.D,   c.x.E_positive,
                          c.x.E_negative, c.x.S_H, c.x.S_V, c.x.K};
    tyre::Sine<Dual<1>> y{c.y.B,          c.y.C,   c.y.D,   c.y.E_positive,
                          c.y.E_negative, c.y.S_H, c.y.S_V, c.y.K};
    Dual<1> at_x(-c.x.S_H), at_y(-c.y.S_H);
    at_x.d[0] = at_y.d[0] = 1.0;
    EXPECT_ROUNDED(tyre::detail::pure(x, at_x).d[0], c.x.K);
    EXPECT_ROUNDED(tyre::detail::pure(y, at_y).d[0], c.y.K);
    EXPECT_GT(c.x.K, 0.0);
    EXPECT_LT(c.y.K, 0.0);
  }
}

TEST(Tyre, forces_of_combined_slip_have_the_slip_stiffness) {
  // Without shifts the whole of F_x has the slope K_xkappa at kappa = alpha = 0, and F_y that of alpha.
  const auto r = prepared(plain_tyre());
  const auto over = [&](double kappa, double alpha) {
    return steady(r, {.F_z = 4000.0, .gamma = 0.0},
                  {.kappa = kappa, .alpha = alpha, .cos_alpha = 1.0})
        .F;
  };
  const double h = 1e-5;  // third-order terms are (B h)^2 / 2 = 2e-8
  EXPECT_NEAR((over(h, 0).F_x - over(-h, 0).F_x) / (2 * h), 8e4, 8e4 * 3e-8);
  EXPECT_NEAR((over(0, h).F_y - over(0, -h).F_y) / (2 * h), -4e4, 4e4 * 3e-8);
}

TEST(Tyre, slip_stiffness_does_not_depend_on_the_friction_of_the_road) {
  for (const auto& p : all_tyres()) {
    const auto r = prepared(p);
    const auto dry = tyre::curves(r, Contact<double>{.F_z = 3000.0, .gamma = 0.02, .mu = 1.0});
    const auto ice = tyre::curves(r, Contact<double>{.F_z = 3000.0, .gamma = 0.02, .mu = 0.1});
    EXPECT_EQ(dry.x.K, ice.x.K);
    EXPECT_EQ(dry.y.K, ice.y.K);
    EXPECT_ROUNDED(ice.x.D, 0.1 * dry.x.D);
    EXPECT_ROUNDED(ice.y.D, 0.1 * dry.y.D);
  }
}

TEST(Tyre, on_the_other_side_it_is_its_mirror_image) {
  test::Arguments random(11);
  for (auto p : all_tyres()) {
    const auto left = prepared(p);
    p.mirror = -1.0;
    const auto right = prepared(p);
    for (int i = 0; i < 200; ++i) {
      const double kappa = random.between(-0.5, 0.5), alpha = random.between(-0.5, 0.5);
      const double gamma = random.between(-0.2, 0.2), F_z = random.between(100.0, 9000.0);
      const auto a = steady(left, {.F_z = F_z, .gamma = gamma}, slip(kappa, alpha));
      const auto b = steady(right, {.F_z = F_z, .gamma = -gamma}, slip(kappa, -alpha));
      EXPECT_EQ(a.F.F_x, b.F.F_x);
      EXPECT_EQ(a.F.F_y, -b.F.F_y);
      EXPECT_EQ(a.M.M_x, -b.M.M_x);
      EXPECT_EQ(a.M.M_y, b.M.M_y);
      EXPECT_EQ(a.M.M_z, -b.M.M_z);
    }
  }
}

TEST(Tyre, a_symmetric_tyre_is_its_own_mirror_image) {
  const auto disk = [](const std::string& name) {
    io::FileText text = io::read_file(name);
    text.text.replace(text.text.find("'LEFT'"), 6, "'SYMMETRIC'");
    return text;
  };
  const auto r = prepared(
      io::read_tyre(test::in_tree("vehicles/tyres/passenger_205_60_r15.tir"), disk).params);
  test::Arguments random(12);
  for (int i = 0; i < 200; ++i) {
    const double kappa = random.between(-0.5, 0.5), alpha = random.between(-0.5, 0.5);
    const double gamma = random.between(-0.2, 0.2);
    const auto a = steady(r, {.F_z = 4000.0, .gamma = gamma}, slip(kappa, alpha));
    const auto b = steady(r, {.F_z = 4000.0, .gamma = -gamma}, slip(kappa, -alpha));
    EXPECT_NEAR(a.F.F_x, b.F.F_x, 1e-9);  // roundings of 4000 N
    EXPECT_NEAR(a.F.F_y, -b.F.F_y, 1e-9);
    EXPECT_NEAR(a.M.M_z, -b.M.M_z, 1e-10);
  }
}

TEST(Tyre, forces_stay_within_friction) {
  // The formula's combined slip is no ellipse: its corners stand out of it, by less than a tenth here.
  test::Arguments random(13);
  const auto r = prepared(passenger_tyre());
  double largest = 0.0;
  for (int i = 0; i < 20000; ++i) {
    const Contact<double> u{
        .F_z = random.between(500.0, 9000.0), .gamma = 0.0, .mu = random.between(0.1, 1.0)};
    const auto c = tyre::curves(r, u);
    const auto F = tyre::forces(r, c, slip(random.between(-1.5, 1.5), random.between(-1.5, 1.5)));
    const double x = F.F_x / (c.F_z * (std::abs(c.x.D) + std::abs(c.x.S_V)));
    const double side = std::abs(c.y.D) + std::abs(c.y.S_V) + std::abs(c.D_Vykappa);
    const double y = F.F_y / (c.F_z * side);
    EXPECT_LE(std::abs(x), 1.0 + 1e-3);  // G exceeds 1 a little beside alpha = -S_H
    EXPECT_LE(std::abs(y), 1.0 + 1e-3);
    largest = std::max(largest, std::hypot(x, y));
  }
  EXPECT_LE(largest, 1.1);
  EXPECT_GE(largest, 0.95);  // and friction is used
}

TEST(Tyre, peaks_are_those_of_the_friction) {
  const auto r = prepared(passenger_tyre());
  const auto c = tyre::curves(r, Contact<double>{.F_z = 4000.0, .gamma = 0.0});
  double drive = 0.0;
  for (double kappa = 0.0; kappa < 0.5; kappa += 1e-4)
    drive = std::max(drive, c.F_z * tyre::detail::pure(c.x, kappa));
  EXPECT_NEAR(drive, c.F_z * (c.x.D + c.x.S_V), 1e-3);  // 1e-4 of slip beside a flat peak
}

TEST(Tyre, more_load_gives_more_force_at_less_friction) {
  const auto r = prepared(passenger_tyre());
  double F_x = 0.0, F_y = 0.0, mu_x = kInfinity, mu_y = kInfinity;
  for (double F_z = 250.0; F_z <= 9000.0; F_z += 250.0) {
    double peak_x = 0.0, peak_y = 0.0;
    for (double s = 0.0; s < 0.4; s += 0.002) {
      peak_x = std::max(peak_x, steady(r, {.F_z = F_z, .gamma = 0.0}, slip(s, 0.0)).F.F_x);
      peak_y = std::max(peak_y, -steady(r, {.F_z = F_z, .gamma = 0.0}, slip(0.0, s)).F.F_y);
    }
    EXPECT_GT(peak_x, F_x) << F_z;
    EXPECT_GT(peak_y, F_y) << F_z;
    EXPECT_LT(peak_x / F_z, mu_x) << F_z;
    if (F_z > 1000.0) {
      EXPECT_LT(peak_y / F_z, mu_y) << F_z;  // below, this tyre's shift S_Vy still counts
    }
    F_x = peak_x, F_y = peak_y, mu_x = peak_x / F_z, mu_y = peak_y / F_z;
  }
}

TEST(Tyre, beyond_the_range_of_the_file_friction_stays) {
  const auto r = prepared(passenger_tyre());
  const auto at_end = tyre::curves(r, Contact<double>{.F_z = 9000.0, .gamma = 0.26});
  const auto beyond = tyre::curves(r, Contact<double>{.F_z = 30000.0, .gamma = 0.5});
  EXPECT_EQ(beyond.x.D, at_end.x.D);
  EXPECT_EQ(beyond.y.D, at_end.y.D);
  EXPECT_EQ(beyond.y.S_H, at_end.y.S_H);
  EXPECT_EQ(beyond.F_z, 30000.0);
}

TEST(Tyre, without_load_there_is_nothing) {
  for (const auto& p : all_tyres())
    for (const double F_z : {0.0, -100.0}) {
      const auto w = steady(prepared(p), {.F_z = F_z, .gamma = 0.1}, slip(0.3, -0.2));
      for (const double x : {w.F.F_x, w.F.F_y, w.M.M_x, w.M.M_y, w.M.M_z}) EXPECT_EQ(x, 0.0);
    }
}

TEST(Tyre, forces_come_smoothly_with_the_load) {
  for (const auto& p : all_tyres()) {
    const auto r = prepared(p);
    const auto at = [&](double F_z) {
      return steady(r, {.F_z = F_z, .gamma = 0.03}, slip(0.05, 0.04));
    };
    // Per load the same at 1 mN as at 10 mN, to the change of the load over F_z0 times some tens.
    EXPECT_NEAR(at(1e-3).F.F_x / 1e-3, at(1e-2).F.F_x / 1e-2, 1e-4);
    EXPECT_NEAR(at(1e-3).F.F_y / 1e-3, at(1e-2).F.F_y / 1e-2, 1e-4);
  }
}

TEST(Tyre, backwards_the_trail_is_on_the_other_side) {
  auto p = plain_tyre();
  p.aligning.q_Dz1 = 0.1;
  const auto r = prepared(p);
  const auto ahead = steady(r, {.F_z = 4000.0, .gamma = 0.0}, slip(0.0, 0.05, 1.0), 5.0);
  const auto back = steady(r, {.F_z = 4000.0, .gamma = 0.0}, slip(0.0, 0.05, -1.0), -5.0);
  EXPECT_EQ(ahead.F.F_y, back.F.F_y);  // against the same lateral slip
  EXPECT_EQ(ahead.M.M_z, -back.M.M_z);
}

// ---- Over all scalars -----------------------------------------------------------------------------

TEST(Tyre, is_one_law_over_all_scalars) {
  constexpr std::array<test::Interval, 5> ranges{
      {{-0.4, 0.4}, {-0.4, 0.4}, {0.01, 0.2}, {300.0, 8900.0}, {0.2, 1.0}}};
  for (const auto& p : all_tyres())
    test::expect_same_over_all_scalars<5>(
        ranges,
        [&]<class T>(const std::array<T, 5>& x) {
          const auto r = tyre::prepare(over<tyre::Params, T>(p), T(2.3e5));
          const auto c = tyre::curves(r, {.F_z = x[3], .gamma = x[2], .mu = x[4]});
          const Slip<T> s{.kappa = x[0], .alpha = x[1], .cos_alpha = 1.0 / sqrt(1.0 + x[1] * x[1])};
          const auto F = tyre::forces(r, c, s);
          const auto M = tyre::moments(r, c, s, F, {F.F_x, F.F_y, T(20.0), T(1.0)});
          return std::array{F.F_x, F.F_y, M.M_x, M.M_y, M.M_z, c.sigma_kappa, c.sigma_alpha};
        },
        30);
}

TEST(Tyre, lanes_of_different_tyres_are_as_they_are_alone) {
  const auto soft = passenger_tyre();
  auto other = all_terms("6_1");
  auto mirrored = soft;
  mirrored.mirror = -1.0;
  auto plain = plain_tyre();
  const std::vector<tyre::Params<double>> wheels{soft, mirrored, other, plain};
  const auto lanes_of = over<tyre::Params, Pack>(std::span<const tyre::Params<double>>(wheels));
  const Pack F_z = test::pack_of(3000.0, 4000.0, 0.0, 5000.0);
  const auto r = tyre::prepare(lanes_of, Pack(2.2e5));
  const auto c =
      tyre::curves(r, {.F_z = F_z, .gamma = Pack(0.03), .mu = test::pack_of(1.0, 0.3, 1.0, 0.8)});
  const Slip<Pack> s{.kappa = Pack(0.06), .alpha = Pack(-0.04), .cos_alpha = Pack(0.99)};
  const auto F = tyre::forces(r, c, s);
  const auto M = tyre::moments(r, c, s, F, {F.F_x, F.F_y, Pack(20.0), Pack(1.0)});
  for (int i = 0; i < kLanes; ++i) {
    const auto one = tyre::prepare(wheels[static_cast<std::size_t>(i)], 2.2e5);
    const Contact<double> u{
        .F_z = lane(F_z, i), .gamma = 0.03, .mu = i == 1 ? 0.3 : (i == 3 ? 0.8 : 1.0)};
    const auto c1 = tyre::curves(one, u);
    const Slip<double> s1{.kappa = 0.06, .alpha = -0.04, .cos_alpha = 0.99};
    const auto F1 = tyre::forces(one, c1, s1);
    const auto M1 = tyre::moments(one, c1, s1, F1, {F1.F_x, F1.F_y, 20.0, 1.0});
    EXPECT_TRUE(test::same_bits(lane(F.F_x, i), F1.F_x)) << i;
    EXPECT_TRUE(test::same_bits(lane(F.F_y, i), F1.F_y)) << i;
    EXPECT_TRUE(test::same_bits(lane(M.M_x, i), M1.M_x)) << i;
    EXPECT_TRUE(test::same_bits(lane(M.M_y, i), M1.M_y)) << i;
    EXPECT_TRUE(test::same_bits(lane(M.M_z, i), M1.M_z)) << i;
  }
}

}  // namespace
}  // namespace evsim
