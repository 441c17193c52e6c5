#include "sim/components/road.h"

#include <stdexcept>

#include "sim/base/constants.h"
#include "tests/components/multibody_cars.h"

namespace evsim {
namespace {

using namespace road;

// Points every 10 degrees of a circle about (0, 0), to the left; 0.01 % of a circle is what the spline leaves out.
Params circle(double radius) {
  Params p;
  p.closed = true;
  for (int i = 0; i < 36; ++i)
    p.path.push_back({radius * cos(i * kPi / 18.0), radius * sin(i * kPi / 18.0)});
  return p;
}

// ---- Path -----------------------------------------------------------------------------------------

TEST(Road, without_points_is_the_x_axis_for_ever) {
  const Road r({});
  for (const double x : {-250.0, 0.3, 1000.0}) {
    const Foot f = r.foot(x, -2.0);
    EXPECT_NEAR(f.s, x, 1e-9);
    EXPECT_NEAR(f.n, -2.0, 1e-12);
    EXPECT_EQ(r.below(f).z, 0.0);
    EXPECT_EQ(r.below(f).friction, 1.0);
  }
}

TEST(Road, a_circle_through_points_has_its_length_curvature_and_offsets) {
  const Road r(circle(50.0));
  // A cubic spline errs by h^4/384 of the fourth derivative, 1/R^3: 1.2e-4 m; its curvature by h^2/12: 0.3 %.
  EXPECT_NEAR(r.length(), 2.0 * kPi * 50.0, 1e-3);
  for (const double angle : {0.1, 1.6, 3.0, 4.7, 6.2}) {
    const Foot f = r.foot(47.0 * cos(angle), 47.0 * sin(angle));
    EXPECT_NEAR(f.s, 50.0 * angle, 2e-3);
    EXPECT_NEAR(f.n, 3.0, 1e-3);  // inside of a left-hand bend
    EXPECT_NEAR(r.path_at(f.u).curvature, 0.02, 1e-4);
  }
}

TEST(Road, curvature_is_continuous_at_the_points) {
  Params p;
  p.path = {{0.0, 0.0}, {30.0, 0.0}, {55.0, 12.0}, {70.0, 40.0}, {72.0, 90.0}};
  for (const bool closed : {false, true}) {
    p.closed = closed;
    const Road r(p);
    for (std::size_t i = 0; i < p.path.size(); ++i) {
      const double u = r.foot(p.path[i].x, p.path[i].y).u;
      const auto before = r.path_at(u - 1e-7), after = r.path_at(u + 1e-7);
      EXPECT_NEAR(before.curvature, after.curvature, 1e-7) << i;
      EXPECT_NEAR(cos(before.heading - after.heading), 1.0, 1e-12) << i;
    }
  }
}

TEST(Road, a_foot_is_followed_from_the_last_one) {
  const Road r(circle(50.0));
  Foot f = r.foot(50.0, 0.0);
  for (int i = 1; i <= 2000; ++i) {  // twice around in steps of 0.3 m
    const double angle = i * 2.0 * kPi / 1000.0;
    f = r.foot(51.0 * cos(angle), 51.0 * sin(angle), f);
    EXPECT_NEAR(f.n, -1.0, 1e-3);
    EXPECT_NEAR(cos(f.s / 50.0 - angle), 1.0, 1e-8);
  }
}

TEST(Road, refuses_what_is_no_road) {
  Params p;
  p.path = {{0.0, 0.0}};
  EXPECT_THROW(Road{p}, std::invalid_argument);
  p.path = {{0.0, 0.0}, {5.0, 0.0}, {5.0, 0.0}};
  EXPECT_THROW(Road{p}, std::invalid_argument);
  p.path.clear();
  p.bumps = {{10.0, 0.0, 0.05}};
  EXPECT_THROW(Road{p}, std::invalid_argument);
}

// ---- Height ---------------------------------------------------------------------------------------

TEST(Road, grade_and_crossfall_by_hand) {
  Params p;
  p.grade = test::table({0.0, 100.0}, {0.0, 0.1}, Edge::hold);
  p.crossfall = test::table({0.0, 50.0}, {0.0, 0.04}, Edge::hold);
  const Road r(p);
  const Below b = r.below(r.foot(25.0, 2.0));
  EXPECT_NEAR(b.z, 0.5 * 0.025 * 25.0 + 2.0 * 0.02, 1e-12);
  EXPECT_NEAR(b.dz_dx, 0.025 + 2.0 * 1.5 * 0.04 / 50.0, 1e-12);  // 3 u^2 - 2 u^3
  EXPECT_NEAR(b.dz_dy, 0.02, 1e-12);
  EXPECT_NEAR(r.below(r.foot(200.0, 0.0)).z, 5.0 + 10.0, 1e-9);
}

TEST(Road, crossfall_goes_through_its_points_without_a_kink) {
  Params p;
  p.crossfall =
      test::table({0.0, 40.0, 50.0, 90.0, 100.0}, {0.02, 0.05, 0.06, -0.03, -0.03}, Edge::hold);
  const Road r(p);
  const auto at = [&](double s) { return r.below(r.foot(s, 3.0)); };
  const auto& knots = p.crossfall.data()->axis().knots();
  for (std::size_t i = 0; i < knots.size(); ++i) {
    EXPECT_NEAR(at(knots[i]).dz_dy, p.crossfall.data()->values()[i], 1e-12);
    EXPECT_NEAR(at(knots[i] - 1e-9).dz_dx, at(knots[i] + 1e-9).dz_dx, 1e-9);
  }
  for (double s = 0.0; s < 100.0; s += 0.5) {
    EXPECT_LE(at(s).dz_dy, 0.06);
    EXPECT_GE(at(s).dz_dy, -0.03);
  }
}

TEST(Road, a_bump_rises_and_falls_as_a_cosine) {
  Params p;
  p.bumps = {{.at = 10.0, .length = 3.6, .height = 0.1}};
  const Road r(p);
  EXPECT_EQ(r.below(r.foot(9.9, 0.0)).z, 0.0);
  EXPECT_NEAR(r.below(r.foot(11.8, 0.5)).z, 0.1, 1e-12);
  EXPECT_NEAR(r.below(r.foot(10.9, 0.0)).z, 0.05, 1e-12);
  EXPECT_NEAR(r.below(r.foot(10.9, 0.0)).dz_dx, kPi * 0.1 / 3.6, 1e-10);
  EXPECT_EQ(r.below(r.foot(13.7, 0.0)).z, 0.0);
}

TEST(Road, slopes_are_the_derivatives_of_the_height_on_any_road) {
  Params p = circle(40.0);
  p.grade = test::table({0.0, 60.0, 130.0, 260.0}, {0.0, 0.06, -0.05, 0.0});
  p.crossfall = test::table({0.0, 90.0, 260.0}, {0.02, 0.07, -0.03});
  p.bumps = {{.at = 20.0, .length = 200.0, .height = 0.8}};
  p.roughness = {.G_d = kClassC, .track = 1.6, .seed = 4};
  const Road r(p);
  test::Arguments random(9);
  const auto z = [&](double x, double y) { return r.below(r.foot(x, y)).z; };
  for (int i = 0; i < 300; ++i) {
    const double angle = random.between(0.05, 6.2), radius = random.between(37.0, 43.0);
    const double x = radius * cos(angle), y = radius * sin(angle), h = 1e-5;
    const Below b = r.below(r.foot(x, y));
    // Slopes of up to 0.1; differences err by z 1e-16 / h = 1e-10 and by h times the curvature of the
    // surface, some 1/m, where they meet a knot.
    EXPECT_NEAR(b.dz_dx, (z(x + h, y) - z(x - h, y)) / (2.0 * h), 2e-5);
    EXPECT_NEAR(b.dz_dy, (z(x, y + h) - z(x, y - h)) / (2.0 * h), 2e-5);
  }
}

TEST(Road, curvatures_are_the_derivatives_of_the_slopes_on_any_road) {
  Params p = circle(40.0);
  p.grade = test::table({0.0, 260.0}, {0.0, 0.06});
  p.crossfall = test::table({0.0, 260.0}, {0.02, 0.07});
  p.bumps = {{.at = 20.0, .length = 200.0, .height = 0.8}};
  p.roughness = {.G_d = kClassC, .track = 1.6, .seed = 4};
  const Road r(p);
  test::Arguments random(9);
  for (int i = 0; i < 300; ++i) {
    const double angle = random.between(0.6, 5.4), radius = random.between(37.0, 43.0);
    const double x = radius * cos(angle), y = radius * sin(angle), h = 1e-5;
    const auto at = [&](double dx, double dy) { return r.below(r.foot(x + dx, y + dy)); };
    const Below b = at(0.0, 0.0), e = at(h, 0.0), w = at(-h, 0.0), n = at(0.0, h), s = at(0.0, -h);
    // Curvatures of up to 0.5 1/m, whose slope of up to 10 1/m2 jumps at a path's point or beside a track.
    EXPECT_NEAR(b.d2z_dx2, (e.dz_dx - w.dz_dx) / (2.0 * h), 1e-4) << angle << " " << radius;
    EXPECT_NEAR(b.d2z_dxdy, (e.dz_dy - w.dz_dy) / (2.0 * h), 1e-4) << angle << " " << radius;
    EXPECT_NEAR(b.d2z_dxdy, (n.dz_dx - s.dz_dx) / (2.0 * h), 1e-4) << angle << " " << radius;
    EXPECT_NEAR(b.d2z_dy2, (n.dz_dy - s.dz_dy) / (2.0 * h), 1e-4) << angle << " " << radius;
  }
}

// ---- Friction -------------------------------------------------------------------------------------

TEST(Road, a_split_patch_is_ice_on_one_side) {
  Params p;
  p.patches = {{.from = 50.0, .to = 90.0, .friction_left = kWet, .friction_right = kWet},
               {.from = 60.0, .to = 80.0, .friction_left = kDry, .friction_right = kIce}};
  const Road r(p);
  const auto friction = [&](double x, double y) { return r.below(r.foot(x, y)).friction; };
  EXPECT_EQ(friction(49.0, 1.0), kDry);
  EXPECT_EQ(friction(55.0, 1.0), kWet);
  EXPECT_EQ(friction(70.0, 1.0), kDry);
  EXPECT_EQ(friction(70.0, -1.0), kIce);
  EXPECT_EQ(friction(85.0, -1.0), kWet);
}

// ---- Roughness ------------------------------------------------------------------------------------

struct Spectra {
  double left = 0.0, right = 0.0,
         both = 0.0;  // mean squares of the harmonics, and of their product
};
// Of the harmonics from n_1 to n_2 [1/m] along both tracks, over a whole period of 1638.4 m.
Spectra spectra(const Road& r, double track, double n_1, double n_2) {
  constexpr int kN = 32768;
  std::vector<double> left, right;
  for (int i = 0; i < kN; ++i) {
    left.push_back(r.below({.u = 0.0, .s = 0.05 * i, .n = 0.5 * track}).z);
    right.push_back(r.below({.u = 0.0, .s = 0.05 * i, .n = -0.5 * track}).z);
  }
  const int from = static_cast<int>(n_1 * 1638.4), to = static_cast<int>(n_2 * 1638.4);
  Spectra out;
  for (int k = from; k < to; ++k) {
    double lc = 0.0, ls = 0.0, rc = 0.0, rs = 0.0, c = 1.0, s = 0.0;
    const auto [sine, cosine] = sincos(2.0 * kPi * k / kN);
    for (std::size_t i = 0; i < kN; ++i) {
      lc += c * left[i], ls += s * left[i], rc += c * right[i], rs += s * right[i];
      const double turned = c * cosine - s * sine;
      s = s * cosine + c * sine;
      c = turned;
    }
    const double scale = 2.0 / kN;  // amplitudes
    out.left += scale * scale * (lc * lc + ls * ls) / 2.0;
    out.right += scale * scale * (rc * rc + rs * rs) / 2.0;
    out.both += scale * scale * (lc * rc + ls * rs) / 2.0;
  }
  return out;
}

TEST(Road, roughness_has_the_spectrum_of_its_class_within_its_statistics) {
  for (const double G : {kClassA, kClassC}) {
    Params p;
    p.roughness = {.G_d = G, .track = 1.6, .seed = 11};
    const Road r(p);
    for (const auto& [n_1, n_2] :
         {std::pair{0.02, 0.04}, {0.04, 0.08}, {0.08, 0.16}, {0.16, 0.32}}) {
      const Spectra band = spectra(r, 1.6, n_1, n_2);
      // G (0.1/n)^2 summed over the harmonics k/1638.4 m; M of them scatter by 1/sqrt(M) (each a chi-square of two
      // degrees of freedom): four times that holds in 99.99 % of all seeds.
      double expected = 0.0;
      int M = 0;
      for (int k = static_cast<int>(n_1 * 1638.4); k < static_cast<int>(n_2 * 1638.4); ++k, ++M)
        expected += G * (163.84 / k) * (163.84 / k) / 1638.4;
      EXPECT_NEAR(band.left / expected, 1.0, 4.0 / sqrt(static_cast<double>(M))) << n_1;
      EXPECT_NEAR(band.right / expected, 1.0, 4.0 / sqrt(static_cast<double>(M))) << n_1;
    }
  }
}

// Cross spectrum over spectrum of an isotropic surface, straight from its two-dimensional spectrum:
//   n^2 int_0^inf cos(2 pi m t) (n^2 + m^2)^(-3/2) dm = int_0^(pi/2) cos(2 pi n t tan(x)) cos(x) dx,  m = n tan(x)
double isotropic(double n, double track) {
  constexpr int kCells = 2000;
  double sum = 0.0;
  for (int i = 0; i < kCells; ++i) {
    const double x = 0.5 * kPi * (i + 0.5) / kCells;
    sum += cos(2.0 * kPi * n * track * tan(x)) * cos(x);
  }
  return sum * 0.5 * kPi / kCells;
}
TEST(Road, both_tracks_move_together_over_long_waves_and_apart_over_short_ones) {
  Params p;
  p.roughness = {.G_d = kClassB, .track = 1.6, .seed = 3};
  const Road r(p);
  for (const auto& [n_1, n_2] : {std::pair{0.02, 0.04}, {0.08, 0.16}, {0.9, 1.1}}) {
    const Spectra s = spectra(r, 1.6, n_1, n_2);
    double expected = 0.0, weights = 0.0;
    int M = 0;
    for (int k = static_cast<int>(n_1 * 1638.4); k < static_cast<int>(n_2 * 1638.4); ++k, ++M) {
      expected += isotropic(k / 1638.4, 1.6) / (1.0 * k * k);
      weights += 1.0 / (1.0 * k * k);
    }
    expected /= weights;
    // An estimate from M harmonics scatters by (1 - g^2)/sqrt(2 M); weights that differ by up to four within the
    // band cost half as much again; four times that is allowed.
    const double scatter = 1.5 * (1.0 - expected * expected) / sqrt(2.0 * M);
    EXPECT_NEAR(s.both / sqrt(s.left * s.right), expected, 4.0 * scatter) << n_1;
  }
}

TEST(Road, the_same_seed_gives_the_same_road_and_another_seed_another) {
  Params p;
  p.roughness = {.G_d = kClassB, .track = 1.6, .seed = 3};
  const Road a(p), b(p);
  p.roughness.seed = 4;
  const Road c(p);
  const Foot at{.u = 0.0, .s = 123.4, .n = 0.8};
  EXPECT_EQ(a.below(at).z, b.below(at).z);
  EXPECT_NE(a.below(at).z, c.below(at).z);
}

// ---- Scalars --------------------------------------------------------------------------------------

TEST(Road, wheels_in_lanes_find_what_each_finds_alone) {
  Params p = circle(50.0);
  p.roughness = {.G_d = kClassB, .track = 1.6, .seed = 2};
  const Road r(p);
  std::array<Foot, 4> feet{};
  Pack x, y;
  for (int i = 0; i < 4; ++i) {
    set_lane(x, i, 50.0 * cos(0.3 * i) + 0.5);
    set_lane(y, i, 50.0 * sin(0.3 * i));
    feet[static_cast<std::size_t>(i)] = r.foot(lane(x, i), lane(y, i));
  }
  const auto near = feet;
  const Surface<Pack> s = surface(r, x, y, feet);
  for (int i = 0; i < 4; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const Below b = r.below(r.foot(lane(x, i), lane(y, i), near[k]));
    EXPECT_EQ(lane(s.z, i), b.z);
    EXPECT_EQ(lane(s.dz_dy, i), b.dz_dy);
  }
  std::array<Foot, 1> one{feet[1]};
  Dual<2> dx = lane(x, 1), dy = lane(y, 1);
  dx.d[0] = dy.d[1] = 1.0;
  const Surface<Dual<2>> d = surface(r, dx, dy, one);
  EXPECT_EQ(d.z.d[0], lane(s.dz_dx, 1));
  EXPECT_EQ(d.z.d[1], lane(s.dz_dy, 1));
}

}  // namespace
}  // namespace evsim
