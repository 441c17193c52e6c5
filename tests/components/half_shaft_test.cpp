#include "sim/components/half_shaft.h"

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "tests/components/integrate.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

using Params = half_shaft::Params<double>;
constexpr Params kTight{.stiffness = 10e3, .damping = 20.0};
// 10 mrad of play; the flanks come to bear over 1 mrad.
constexpr Params kLoose{.stiffness = 10e3, .damping = 20.0, .backlash = 0.01};

half_shaft::Outputs<double> at(const Params& p, double theta, double omega) {
  return half_shaft::outputs<double>(p, {theta}, {.omega_in = omega, .omega_out = 0.0});
}

TEST(HalfShaft, twist_and_its_rate_by_hand) {
  EXPECT_ROUNDED(at(kTight, 0.02, 3.0).tau, 260.0);     // 200 + 60
  EXPECT_ROUNDED(at(kTight, 0.02, -30.0).tau, -400.0);  // a shaft without play may pull
  EXPECT_ROUNDED(at(kTight, 0.02, 3.0).p_loss, 180.0);  // 20 x 9
  EXPECT_ROUNDED(half_shaft::energy(kTight, {0.02}), 2.0);
  EXPECT_EQ(half_shaft::derivatives<double>({.omega_in = 5.0, .omega_out = 3.5}).theta, 1.5);
}

TEST(HalfShaft, play_is_torque_free_and_the_flanks_come_to_bear_by_hand) {
  EXPECT_EQ(at(kLoose, 0.0049, 100.0).tau, 0.0);
  EXPECT_EQ(half_shaft::energy(kLoose, {0.0049}), 0.0);
  // The subtraction of half the play leaves roundings of 1e-18 rad.
  EXPECT_NEAR(at(kLoose, 0.0055, 0.0).tau, 1.25, 1e-12);   // 1e4 x 0.25e-6 / 2e-3
  EXPECT_NEAR(at(kLoose, 0.0055, 1.0).tau, 11.25, 1e-12);  // half of the damping
  EXPECT_NEAR(at(kLoose, 0.006, 0.0).tau, 5.0, 1e-12);
  EXPECT_NEAR(at(kLoose, 0.016, 1.0).tau, 125.0, 1e-12);  // 1e4 x (0.011 - 0.0005) + 20
  EXPECT_NEAR(half_shaft::energy(kLoose, {0.006}), 1e4 * 1e-6 / 6.0, 1e-15);
  // To the end of the bearing zone 1/600 J, then the mean of 5 and 105 Nm over 10 mrad.
  EXPECT_NEAR(half_shaft::energy(kLoose, {0.016}), 1.0 / 600.0 + 0.55, 1e-14);
}

TEST(HalfShaft, flanks_never_pull) {
  EXPECT_EQ(at(kLoose, 0.016, -100.0).tau, 0.0);  // 105 Nm less 2000
  EXPECT_EQ(at(kLoose, -0.016, 100.0).tau, 0.0);
  test::Arguments random(21);
  for (int i = 0; i < 1000; ++i) {
    const double theta = random.between(-0.03, 0.03);
    EXPECT_GE(at(kLoose, theta, random.between(-50.0, 50.0)).tau * theta, 0.0);
  }
}

TEST(HalfShaft, torque_is_the_slope_of_the_energy) {
  test::Arguments random(22);
  const double h = 1e-7;
  for (int i = 0; i < 1000; ++i) {
    const double theta = random.between(-0.03, 0.03);
    const double slope =
        (half_shaft::energy(kLoose, {theta + h}) - half_shaft::energy(kLoose, {theta - h})) /
        (2.0 * h);
    // W is below 4 J: rounding 4e-16 / 1e-7; truncation h^2 / 6 times k / e_c = 1e7 Nm/rad2.
    EXPECT_NEAR(at(kLoose, theta, 0.0).tau, slope, 1e-7) << theta;
  }
}

TEST(HalfShaft, power_in_is_stored_lost_or_passed_on_at_any_state) {
  test::Arguments random(23);
  for (const Params& p : {kTight, kLoose})
    for (int i = 0; i < 1000; ++i) {
      const double theta = random.between(-0.03, 0.03);
      const half_shaft::Inputs<double> u{random.between(-200, 200), random.between(-200, 200)};
      const auto y = half_shaft::outputs<double>(p, {theta}, u);
      const double W_rate =
          at(p, theta, 0.0).tau * half_shaft::derivatives(u).theta;  // dW/dtheta dtheta/dt
      EXPECT_GE(y.p_loss, 0.0);
      EXPECT_NEAR(y.tau * u.omega_in, W_rate + y.tau * u.omega_out + y.p_loss,
                  test::kRounding * (abs(y.tau * u.omega_in) + abs(y.tau * u.omega_out) +
                                     abs(W_rate) + y.p_loss));
    }
}

TEST(HalfShaft, backwards_is_the_mirror_image) {
  test::Arguments random(24);
  for (int i = 0; i < 1000; ++i) {
    const double theta = random.between(-0.03, 0.03), omega = random.between(-20, 20);
    EXPECT_EQ(at(kLoose, -theta, -omega).tau, -at(kLoose, theta, omega).tau);
    EXPECT_EQ(half_shaft::energy(kLoose, {-theta}), half_shaft::energy(kLoose, {theta}));
  }
}

TEST(HalfShaft, torque_has_no_jump_where_flanks_meet) {
  const double edge = 0.005;
  for (const double omega : {-100.0, 100.0})
    EXPECT_NEAR(at(kLoose, edge + 1e-9, omega).tau, at(kLoose, edge, omega).tau,
                2.1e-3);  // 1e-9 / 1e-3 of the damping's 2000 Nm
}

TEST(HalfShaft, steady_twist_is_the_inverse_of_the_torque) {
  for (const Params& p : {kTight, kLoose})
    for (const double tau : {-900.0, -3.0, 0.0, 1e-3, 4.9, 5.1, 2000.0})
      EXPECT_NEAR(half_shaft::outputs<double>(p, half_shaft::steady(p, tau), {1.0, 1.0}).tau, tau,
                  1e-11);  // 1e-18 rad of the play's subtraction, times k, times some roundings
}

// ---- Two masses ----------------------------------------------------------------------------------

constexpr double kJ1 = 5.0, kJ2 = 1.2;  // a rotor of 0.05 kg m2 behind 10:1, a wheel

using Two = std::array<double, 4>;  // omega_1, omega_2, theta, loss
auto two_masses(const Params& p) {
  return [p](const Two& x) -> Two {
    const half_shaft::Inputs<double> u{x[0], x[1]};
    const auto y = half_shaft::outputs<double>(p, {x[2]}, u);
    return {-y.tau / kJ1, y.tau / kJ2, half_shaft::derivatives(u).theta, y.p_loss};
  };
}
double energy_of(const Params& p, const Two& x) {
  return 0.5 * (kJ1 * x[0] * x[0] + kJ2 * x[1] * x[1]) + half_shaft::energy(p, {x[2]});
}

// Time of the n-th upward crossing of zero by the twist.
double upward_crossing(const Params& p, Two x, int n, double h) {
  for (int k = 0;; ++k) {
    const Two next = test::rk4_step(two_masses(p), x, h);
    if (x[2] < 0.0 && next[2] >= 0.0 && --n == 0) return h * (k + x[2] / (x[2] - next[2]));
    x = next;
  }
}

TEST(HalfShaft, two_masses_swing_at_their_torsional_frequency) {
  const Params p{.stiffness = 10e3};
  const double omega_0 = sqrt(10e3 * (1.0 / kJ1 + 1.0 / kJ2));  // 101.65 rad/s
  const Two start{0.0, 0.0, 0.01, 0.0};
  const double ten = upward_crossing(p, start, 11, 1e-4) - upward_crossing(p, start, 1, 1e-4);
  // RK4 shifts the phase by (omega h)^4 / 120 = 9e-11; the line through zero by (omega h)^2 / 8.
  EXPECT_NEAR(10.0 * kTwoPi / ten, omega_0, 1e-6 * omega_0);
}

TEST(HalfShaft, a_free_swing_decays_by_its_logarithmic_decrement) {
  const double omega_0 = sqrt(10e3 * (1.0 / kJ1 + 1.0 / kJ2));
  const double damping = 0.5 * 20.0 * (1.0 / kJ1 + 1.0 / kJ2) / omega_0;  // ratio: 0.1016
  const double omega_d = omega_0 * sqrt(1.0 - damping * damping);
  // From one largest twist to the next: exp(-2 pi zeta / sqrt(1 - zeta^2)). At rest dtheta/dt = 0 both times.
  const int steps = 2000;
  Two x{0.0, 0.0, 0.01, 0.0};
  for (int k = 0; k < steps; ++k)
    x = test::rk4_step(two_masses(kTight), x, kTwoPi / omega_d / steps);
  EXPECT_NEAR(x[2], 0.01 * exp(-kTwoPi * damping * omega_0 / omega_d), 1e-12);
  EXPECT_NEAR(x[0] - x[1], 0.0, 1e-9);
}

TEST(HalfShaft, energy_closes_over_a_swing_with_play) {
  // Half of the play at 3 rad/s, then contact on either side.
  Two x{1.5, -1.5, 0.0, 0.0};
  const double E_0 = energy_of(kLoose, x);
  for (int k = 0; k < 20000; ++k) x = test::rk4_step(two_masses(kLoose), x, 1e-5);
  EXPECT_GT(x[3], 0.1);
  EXPECT_NEAR(energy_of(kLoose, x) + x[3], E_0, 1e-8 * E_0);  // kinks of share and of the play
}

// ---- A mass thrown across the play ----------------------------------------------------------------

using One = std::array<double, 3>;  // omega of J2 against a fixed end, twist, loss
auto against_wall(const Params& p) {
  return [p](const One& x) -> One {
    const half_shaft::Inputs<double> u{x[0], 0.0};
    const auto y = half_shaft::outputs<double>(p, {x[1]}, u);
    return {-y.tau / kJ2, half_shaft::derivatives(u).theta, y.p_loss};
  };
}

TEST(HalfShaft, a_mass_crosses_the_play_in_known_time_with_its_energy) {
  One x{2.0, -0.005, 0.0};  // leaves the rear flank; 10 mrad at 2 rad/s take 5 ms
  for (int k = 0; k < 49; ++k) x = test::rk4_step(against_wall(kLoose), x, 1e-4);
  EXPECT_EQ(x[0], 2.0);
  EXPECT_NEAR(x[1], 0.0048, 1e-15);
  x = test::rk4_step(against_wall(kLoose), x, 1e-4);
  EXPECT_NEAR(x[1], 0.005, 1e-15);
  EXPECT_NEAR(0.5 * kJ2 * x[0] * x[0], 2.4, 1e-12);
  x = test::rk4_step(against_wall(kLoose), x, 1e-4);
  EXPECT_LT(x[0], 2.0);
}

TEST(HalfShaft, without_damping_a_bounce_returns_all_energy) {
  const Params p{.stiffness = 10e3, .backlash = 0.01};
  One x{2.0, 0.0, 0.0};
  double deepest = 0.0;
  for (int k = 0; k < 10000; ++k) {
    x = test::rk4_step(against_wall(p), x, 1e-5);
    deepest = max(deepest, abs(x[1]));
  }
  EXPECT_EQ(x[2], 0.0);
  // The kinks at both ends of the bearing zone: h^3 of a slope that jumps.
  EXPECT_NEAR(0.5 * kJ2 * x[0] * x[0] + half_shaft::energy(p, {x[1]}), 2.4, 2.4e-8);
  // Deepest twist: 2.4 J = k e_c^2 / 24 + k (e - e_c / 2)^2 / 2, sampled each 10 us.
  const double e = 0.0005 + sqrt(2.0 * (2.4 - 10e3 * 1e-6 / 24.0) / 10e3);
  EXPECT_NEAR(deepest, 0.005 + e, 1e-7);
}

TEST(HalfShaft, bouncing_loses_only_what_damping_takes) {
  One x{2.0, 0.0, 0.0};
  double lost = 0.0;
  for (int k = 0; k < 20000; ++k) {
    x = test::rk4_step(against_wall(kLoose), x, 1e-5);
    EXPECT_GE(x[2], lost);
    lost = x[2];
  }
  EXPECT_GT(lost, 1.0);
  EXPECT_NEAR(0.5 * kJ2 * x[0] * x[0] + half_shaft::energy(kLoose, {x[1]}) + lost, 2.4, 2.4e-8);
}

// ---- All scalars ---------------------------------------------------------------------------------

TEST(HalfShaft, is_one_law_over_all_scalars) {
  for (const Params& p : {kTight, kLoose})
    test::expect_same_over_all_scalars<3>(
        {{{-0.03, 0.03}, {-20, 20}, {-20, 20}}}, [&]<class T>(const std::array<T, 3>& x) {
          const auto q = over<half_shaft::Params, T>(p);
          const auto y = half_shaft::outputs<T>(q, {x[0]}, {x[1], x[2]});
          return std::array{y.tau, y.p_loss, half_shaft::energy<T>(q, {x[0]})};
        });
}

}  // namespace
}  // namespace evsim
