#include "sim/components/trailer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

#include "tests/components/tyre_files.h"
#include "tests/vehicle/multibody_car.h"

namespace evsim {
namespace {

using trailer::Model;
using trailer::State;

const trailer::Params<double> kBox{.mass = 800.0,
                                   .nose_mass = 60.0,
                                   .I_zz = 900.0,
                                   .hitch_to_axle = 2.5,
                                   .track = 1.5,
                                   .hitch_behind = 1.0,
                                   .rolling_resistance = 0.0,
                                   .hitch_stiffness = 1e7,
                                   .hitch_damping = 1e4};

// Behind a hitch that moves straight ahead at a speed; every 1 ms a sample. Heun's scheme.
struct Towed {
  Model<double> m;
  double v;
  double t = 0.0;
  trailer::Inputs<double> held() const {
    return {.at = {v * t, 0.0},
            .v = {v, 0.0},
            .gravity = {0.0, 0.0},
            .wind = {0.0, 0.0},
            .rho_air = 1.2,
            .mu = 1.0};
  }
  void step(State<double>& x, double h) {
    const auto first = trailer::outputs(m, x, held()).rate;
    t += h;
    const auto second = trailer::outputs(m, multibody::plus(x, h, first), held()).rate;
    x = multibody::plus(multibody::plus(x, 0.5 * h, first), 0.5 * h, second);
  }
};

TEST(Trailer, the_axle_bears_what_the_nose_does_not) {
  const auto m = trailer::prepare(kBox, test::plain_tyre());
  EXPECT_NEAR(2.0 * m.F_z, 740.0 * 9.80665, 1e-9);
  // Moments about the hitch: m g l = 2 F_z L.
  EXPECT_NEAR(kBox.mass * 9.80665 * m.behind_hitch, 2.0 * m.F_z * kBox.hitch_to_axle, 1e-6);
}

// Sway behind a hitch that does not move aside:
//   I_h psi'' = -L F,   F' = V/sigma (C (psi + L psi' / V) - F),   I_h = I + m l^2
//   s^3 I_h + s^2 I_h V/sigma + s C L^2/sigma + C L V/sigma = 0
TEST(Trailer, sways_and_calms_down_as_the_linear_equations_say) {
  Towed c{.m = trailer::prepare(kBox, test::plain_tyre()), .v = 25.0};
  auto x = trailer::start<double>(c.m, {0.0, 0.0}, 0.0, c.v, 0.0);
  x.r = 0.004;
  std::vector<double> yaw;
  for (int k = 0; k < 2500; ++k) {
    if (k > 300 && k % 10 == 0) yaw.push_back(x.psi);
    for (int i = 0; i < 10; ++i) c.step(x, 1e-4);
  }
  const auto seen = test::swing(yaw, 0.01);

  // C of both tyres and sigma at small slip.
  const auto curves = tyre::curves<double>(c.m.tyres[0], {.F_z = c.m.F_z, .gamma = 0.0, .mu = 1.0});
  const double C = 2.0 * std::abs(curves.y.K) * c.m.F_z, sigma = curves.sigma_alpha;
  const double L = kBox.hitch_to_axle,
               I_h = kBox.I_zz + kBox.mass * c.m.behind_hitch * c.m.behind_hitch;
  std::complex<double> s{-1.0, std::sqrt(C * L / I_h)};
  for (int k = 0; k < 50; ++k) {
    const auto p =
        ((I_h * s + I_h * c.v / sigma) * s + C * L * L / sigma) * s + C * L * c.v / sigma;
    const auto dp = (3.0 * I_h * s + 2.0 * I_h * c.v / sigma) * s + C * L * L / sigma;
    s -= p / dp;
  }
  // The hitch gives way by some 0.1 % of what the tyres do.
  EXPECT_NEAR(seen.omega, s.imag(), 5e-3 * s.imag());
  EXPECT_NEAR(seen.delta, -s.real(), 5e-3 * s.imag());
  EXPECT_GT(seen.delta, 0.0);
}

TEST(Trailer, what_the_hitch_gives_is_motion_springs_and_losses) {
  auto p = kBox;
  p.drag_area = 1.0, p.rolling_resistance = 0.02;
  Towed c{.m = trailer::prepare(p, test::passenger_tyre()), .v = 15.0};
  auto x = trailer::start<double>(c.m, {0.0, 0.0}, 0.0, c.v, 0.0);
  x.r = 0.4;
  const double E_0 = trailer::energy<double>(c.m, x, {0.0, 0.0});
  double in = 0.0, lost = 0.0, moved = 0.0;
  const double h = 1e-4;
  for (int k = 0; k < 20000; ++k) {
    const auto before = trailer::outputs(c.m, x, c.held());
    c.step(x, h);
    const auto after = trailer::outputs(c.m, x, c.held());
    const auto losses = [](const auto& o) {
      return o.p_hitch + o.p_slip + o.p_roll + o.p_air + o.p_height + o.p_moments;
    };
    in += 0.5 * h * c.v * (before.F.x + after.F.x);
    lost += 0.5 * h * (losses(before) + losses(after));
    moved += 0.5 * h * c.v * std::abs(before.F.x + after.F.x);
  }
  const double E = trailer::energy<double>(c.m, x, {c.v * c.t, 0.0});
  EXPECT_GT(lost, 1000.0);
  // Trapezoids of a motion of some 5 Hz.
  EXPECT_NEAR(in, E - E_0 + lost, 1e-5 * moved);
}

}  // namespace
}  // namespace evsim
