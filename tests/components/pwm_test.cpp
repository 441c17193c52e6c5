#include "sim/components/pwm.h"

#include <vector>

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

using namespace pwm;
using pwm::Edge;  // not the edge of a table

constexpr double kU = 350.0;  // u_dc [V]
constexpr std::array kModulations{Modulation::space_vector, Modulation::dpwm_60,
                                  Modulation::dpwm_min, Modulation::dpwm_max, Modulation::sine};
constexpr std::array kModes{Overmodulation::hexagon, Overmodulation::six_step};

Ab<double> polar(double r, double theta) { return {r * cos(theta), r * sin(theta)}; }
Duties<double> linear(Modulation m, double r, double theta) {
  return duties(m, Overmodulation::hexagon, polar(r, theta), kU);
}

// ---- Voltage to duties ----------------------------------------------------------------------------

TEST(Pwm, the_six_active_vectors_lie_at_two_thirds_of_the_dc_voltage) {
  for (int k = 0; k < 6; ++k) {
    const auto on = [&](int leg) { return cos(kPi / 3.0 * k - 2.0 * kPi / 3.0 * leg) > 0.0; };
    const auto side = [&](int leg) { return on(leg) ? 1.0 : 0.0; };
    const auto u = stator_voltage<double>({side(0), side(1), side(2)}, kU);
    const auto exact = polar(2.0 / 3.0 * kU, kPi / 3.0 * k);
    EXPECT_NEAR(u.a, exact.a, 1e-13 * kU);  // roundings of 350 V
    EXPECT_NEAR(u.b, exact.b, 1e-13 * kU);
  }
}

TEST(Pwm, duties_along_phase_a_by_hand) {
  // u_a = 140 V, u_b = u_c = -70 V of 350 V: width 0.6, room 0.4.
  const auto along = [](Modulation m) { return linear(m, 140.0, 0.0); };
  const auto expect = [](const Duties<double>& d, double a, double bc) {
    EXPECT_ROUNDED(d.a, a);
    EXPECT_ROUNDED(d.b, bc);
    EXPECT_ROUNDED(d.c, bc);
  };
  expect(along(Modulation::space_vector), 0.8, 0.2);
  expect(along(Modulation::dpwm_max), 1.0, 0.4);
  expect(along(Modulation::dpwm_60), 1.0, 0.4);
  expect(along(Modulation::dpwm_min), 0.6, 0.0);
  expect(along(Modulation::sine), 0.9, 0.3);
}

TEST(Pwm, no_voltage_gives_three_equal_duties) {
  for (const auto mode : kModes) {
    const auto d = duties<double>(Modulation::space_vector, mode, {0.0, 0.0}, kU);
    EXPECT_EQ(d.a, 0.5);
    EXPECT_EQ(d.b, 0.5);
    EXPECT_EQ(d.c, 0.5);
  }
}

TEST(Pwm, every_modulation_realises_the_reference_in_its_linear_range) {
  test::Arguments random(30);
  for (const auto m : kModulations)
    for (const auto mode : kModes)
      for (int n = 0; n < 1000; ++n) {
        const auto ref = polar(random.between(0, kU * kCircle), random.between(-kPi, kPi));
        const auto d = duties(m, mode, ref, kU);
        for (const double x : {d.a, d.b, d.c}) EXPECT_TRUE(x >= 0.0 && x <= 1.0);
        const auto u = stator_voltage(d, kU);
        EXPECT_NEAR(u.a, ref.a, 1e-12 * kU);  // kRest, and roundings
        EXPECT_NEAR(u.b, ref.b, 1e-12 * kU);
      }
}

TEST(Pwm, space_vectors_leave_equal_room_at_both_rails) {
  test::Arguments random(31);
  for (int n = 0; n < 1000; ++n) {
    const auto d =
        linear(Modulation::space_vector, random.between(0, 200), random.between(-kPi, kPi));
    EXPECT_NEAR(max(max(d.a, d.b), d.c), 1.0 - min(min(d.a, d.b), d.c), 1e-15);  // a rounding of 1
  }
}

TEST(Pwm, discontinuous_modulation_holds_one_leg_exactly_at_a_rail) {
  test::Arguments random(32);
  for (int n = 0; n < 1000; ++n) {
    const double r = random.between(0, 200), theta = random.between(-kPi, kPi);
    const auto low = linear(Modulation::dpwm_min, r, theta);
    const auto high = linear(Modulation::dpwm_max, r, theta);
    EXPECT_EQ(min(min(low.a, low.b), low.c), 0.0);
    EXPECT_EQ(max(max(high.a, high.b), high.c), 1.0);
    // DPWM1 holds the leg whose voltage is largest, at the rail of its sign.
    const auto d = linear(Modulation::dpwm_60, r, theta);
    const auto u = to_phases(polar(r, theta));
    const double most = max(max(abs(u.a), abs(u.b)), abs(u.c));
    const auto leg = [&](double of_u, double of_d) {
      if (abs(of_u) == most) {
        EXPECT_EQ(of_d, of_u > 0.0 ? 1.0 : 0.0);
      }
    };
    leg(u.a, d.a);
    leg(u.b, d.b);
    leg(u.c, d.c);
  }
}

TEST(Pwm, a_turn_by_120_deg_passes_the_duties_on) {
  test::Arguments random(33);
  for (const auto m : kModulations)
    for (const auto mode : kModes)
      for (int n = 0; n < 200; ++n) {
        const double r = random.between(0, 260), theta = random.between(-kPi, kPi);
        const auto d = duties(m, mode, polar(r, theta), kU);
        const auto turned = duties(m, mode, polar(r, theta + 2.0 * kPi / 3.0), kU);
        EXPECT_NEAR(turned.b, d.a, 1e-12);  // roundings of angles, times the slope 1/(F_6 - F_hex)
        EXPECT_NEAR(turned.c, d.b, 1e-12);
        EXPECT_NEAR(turned.a, d.c, 1e-12);
      }
}

TEST(Pwm, sine_uses_no_zero_sequence_up_to_half_the_dc_voltage) {
  for (int k = 0; k < 360; ++k) {
    const double theta = kPi / 180.0 * k;
    const auto d = linear(Modulation::sine, 0.4999 * kU, theta);
    EXPECT_NEAR(d.a, 0.5 + 0.4999 * cos(theta), 1e-14);  // roundings of 1
  }
}

// ---- Overmodulation -------------------------------------------------------------------------------

TEST(Pwm, the_hexagon_keeps_the_angle) {
  // 300 V at 15 deg: the side towards 60 deg is u_dc/sqrt(3) / cos(15 deg - 30 deg) away.
  const auto u = limited(Overmodulation::hexagon, polar(300.0, kPi / 12.0), kU);
  EXPECT_ROUNDED(atan2(u.b, u.a), kPi / 12.0);
  EXPECT_ROUNDED(sqrt(u.a * u.a + u.b * u.b), kU * kCircle / cos(kPi / 12.0));
}

TEST(Pwm, what_lies_within_the_hexagon_is_left_as_it_is) {
  const auto ref = polar(0.62 * kU, 0.05);  // beyond the circle, near an active vector
  const auto u = limited(Overmodulation::hexagon, ref, kU);
  EXPECT_EQ(u.a, ref.a);
  EXPECT_EQ(u.b, ref.b);
}

// Amplitude of the fundamental over u_dc of what a reference of amplitude r u_dc gives, turning steadily.
double fundamental(Overmodulation mode, Modulation m, double r) {
  constexpr int n = 6 * 10000;
  double along = 0.0, across = 0.0;
  for (int k = 0; k < n; ++k) {
    const double theta = 2.0 * kPi * (k + 0.5) / n;
    const auto u = stator_voltage(duties(m, mode, polar(r * kU, theta), kU), kU);
    along += (u.a * cos(theta) + u.b * sin(theta)) / n;
    across += (u.b * cos(theta) - u.a * sin(theta)) / n;
  }
  EXPECT_NEAR(across, 0.0, 1e-9 * kU);  // symmetry
  return along / kU;
}

TEST(Pwm, on_the_way_to_six_step_the_fundamental_is_the_commanded_one) {
  // The midpoint rule over 60000 points, no jump off its grid: (2 pi/n)^2 / 24 = 5e-10.
  for (const double r : {0.3, 0.57, 0.58, 0.59, 0.6, 0.605, 0.606, 0.61, 0.62, 0.63, 0.636})
    EXPECT_NEAR(fundamental(Overmodulation::six_step, Modulation::space_vector, r), r, 1e-8);
  for (const auto m : kModulations)
    EXPECT_NEAR(fundamental(Overmodulation::six_step, m, 0.62), 0.62, 1e-8);
}

TEST(Pwm, six_step_is_the_end) {
  EXPECT_NEAR(fundamental(Overmodulation::six_step, Modulation::space_vector, 5.0), 2.0 / kPi,
              1e-8);
  for (const auto m : kModulations)
    for (int k = 0; k < 360; ++k) {
      const double theta = kPi / 180.0 * (k + 0.5);
      const auto d = duties(m, Overmodulation::six_step, polar(0.64 * kU, theta), kU);
      EXPECT_EQ(d.a, cos(theta) > 0.0 ? 1.0 : 0.0);
      EXPECT_EQ(d.b, cos(theta - 2.0 * kPi / 3.0) > 0.0 ? 1.0 : 0.0);
      EXPECT_EQ(d.c, cos(theta + 2.0 * kPi / 3.0) > 0.0 ? 1.0 : 0.0);
    }
}

TEST(Pwm, the_hexagon_ends_at_0_606_of_the_dc_voltage) {
  EXPECT_ROUNDED(kHexagon, sqrt(3.0) * log(3.0) / kPi);
  EXPECT_NEAR(fundamental(Overmodulation::hexagon, Modulation::space_vector, 10.0), kHexagon, 1e-8);
}

TEST(Pwm, nothing_jumps_between_the_ranges_of_overmodulation) {
  for (const double border : {kCircle, kHexagon, kSixStep})
    for (int k = 0; k < 360; ++k) {
      const double theta = kPi / 180.0 * (k + 0.3);
      const auto below = limited(Overmodulation::six_step, polar((border - 1e-9) * kU, theta), kU);
      const auto above = limited(Overmodulation::six_step, polar((border + 1e-9) * kU, theta), kU);
      // Slopes are at most 1/3 of the DC voltage over F_6 - F_hex = 0.03 and 1/(F_hex - 1/sqrt(3)).
      EXPECT_NEAR(below.a, above.a, 2e-9 * 40.0 * kU);
      EXPECT_NEAR(below.b, above.b, 2e-9 * 40.0 * kU);
    }
}

TEST(Pwm, no_duty_leaves_its_range_at_any_reference) {
  test::Arguments random(34);
  for (const auto m : kModulations)
    for (const auto mode : kModes)
      for (int n = 0; n < 2000; ++n) {
        const auto ref = polar(random.between(0, 1000), random.between(-kPi, kPi));
        const auto d = duties(m, mode, ref, kU);
        for (const double x : {d.a, d.b, d.c}) EXPECT_TRUE(x >= 0.0 && x <= 1.0);
        const auto u = stator_voltage(d, kU), exact = limited(mode, ref, kU);
        EXPECT_NEAR(u.a, exact.a, 1e-12 * kU);
        EXPECT_NEAR(u.b, exact.b, 1e-12 * kU);
      }
}

// ---- Timer ----------------------------------------------------------------------------------------

TEST(Pwm, a_short_pulse_is_dropped_or_stretched_and_so_is_a_short_gap) {
  const auto held = [](double d) { return minimum_pulse(d, 0.04); };
  EXPECT_EQ(held(0.0), 0.0);
  EXPECT_EQ(held(0.0199), 0.0);
  EXPECT_EQ(held(0.02), 0.04);
  EXPECT_EQ(held(0.03), 0.04);
  EXPECT_EQ(held(0.05), 0.05);
  EXPECT_EQ(held(0.5), 0.5);
  EXPECT_EQ(held(0.95), 0.95);
  EXPECT_EQ(held(0.97), 0.96);
  EXPECT_EQ(held(0.9801), 1.0);
  EXPECT_EQ(held(1.0), 1.0);
  test::Arguments random(35);
  for (int n = 0; n < 1000; ++n) {
    const double d = random.between(0, 1);
    EXPECT_EQ(minimum_pulse(d, 0.0), d);
    EXPECT_NEAR(held(d) + held(1.0 - d), 1.0, 1e-15);  // pulses and gaps alike; a rounding of 1
  }
}

TEST(Pwm, duties_become_whole_counts) {
  EXPECT_EQ(quantised(0.3701474141, 4096), 1516.0 / 4096.0);  // 1516.12 counts
  EXPECT_EQ(quantised(0.4549989234, 4096), 1864.0 / 4096.0);  // 1863.68
  EXPECT_EQ(quantised(0.0, 4096), 0.0);
  EXPECT_EQ(quantised(1.0, 4096), 1.0);
  EXPECT_EQ(quantised(1.0, 1000), 1.0);
  EXPECT_EQ(quantised(0.25, 10), 0.2);  // 2.5: to the even count
  EXPECT_EQ(quantised(0.35, 10), 0.4);
  test::Arguments random(36);
  for (int n = 0; n < 1000; ++n) {
    const double d = random.between(0, 1);
    EXPECT_LE(abs(quantised(d, 4096) - d), 0.5 / 4096.0);
  }
}

TEST(Pwm, the_timer_counts_first_and_then_keeps_pulses_apart) {
  Params<double> p;
  EXPECT_EQ(timer(p, {0.001, 0.4549989234, 1.0}, 10e3).b, 0.4549989234);
  p.levels = 4096;
  p.t_min = 4e-6;
  const auto d = timer(p, {0.001, 0.4549989234, 0.97}, 10e3);
  EXPECT_EQ(d.a, 0.0);
  EXPECT_EQ(d.b, 1864.0 / 4096.0);
  EXPECT_ROUNDED(d.c, 0.96);
}

// ---- Edges ----------------------------------------------------------------------------------------

void expect_edges(const Edges& got, const std::vector<Edge>& expected, double within) {
  ASSERT_EQ(got.count, static_cast<int>(expected.size()));
  for (std::size_t k = 0; k < expected.size(); ++k) {
    EXPECT_NEAR(got.edge[k].t, expected[k].t, within);
    EXPECT_EQ(got.edge[k].leg, expected[k].leg);
    EXPECT_EQ(got.edge[k].upper, expected[k].upper);
  }
}
Duties<double> counts(const Duties<double>& d) {
  Params<double> p;
  p.levels = 4096;
  return timer(p, d, 5e3);
}
constexpr Sides kAllLower{false, false, false}, kAllUpper{true, true, true};

// Edges of motulator 0.5.0 (CarrierComparison, 4096 levels, T_s = 100 us) in samples 1800 and 1801 of a
// speed-controlled drive, from its duties of the samples before; instants written to 0.1 ns.
TEST(Pwm, edges_of_a_rising_and_a_falling_half_are_those_of_a_published_simulator) {
  ASSERT_EQ(half_of(1800), Half::rising);
  const auto up = half_period(counts({0.3701474141, 0.6298525859, 0.4549989234}), half_of(1800),
                              1e-4, kAllLower);
  expect_edges(up, {{37.0117e-6, 1, true}, {54.4922e-6, 2, true}, {62.9883e-6, 0, true}}, 1e-10);
  EXPECT_EQ(up.after, kAllUpper);
  const auto down = half_period(counts({0.3687348138, 0.6312651862, 0.4692386589}), half_of(1801),
                                1e-4, up.after);
  expect_edges(down, {{36.8652e-6, 0, false}, {46.9238e-6, 2, false}, {63.1348e-6, 1, false}},
               1e-10);
  EXPECT_EQ(down.after, kAllLower);
}

TEST(Pwm, a_whole_period_is_centred_on_its_middle) {
  const auto e = full_period({0.5, 0.25, 0.8}, 100e-6, kAllLower);
  expect_edges(e,
               {{10e-6, 2, true},
                {25e-6, 0, true},
                {37.5e-6, 1, true},
                {62.5e-6, 1, false},
                {75e-6, 0, false},
                {90e-6, 2, false}},
               1e-19);  // roundings of 1e-4
  EXPECT_EQ(e.after, kAllLower);
}

TEST(Pwm, equal_duties_switch_in_the_order_of_the_legs) {
  const auto e = half_period({0.5, 0.5, 0.5}, Half::rising, 1e-4, kAllLower);
  expect_edges(e, {{50e-6, 0, true}, {50e-6, 1, true}, {50e-6, 2, true}}, 0.0);
}

TEST(Pwm, a_leg_at_rest_has_no_edge) {
  expect_edges(half_period({0.0, 0.5, 0.0}, Half::rising, 1e-4, kAllLower), {{50e-6, 1, true}},
               0.0);
  expect_edges(half_period({1.0, 1.0, 1.0}, Half::falling, 1e-4, kAllUpper), {}, 0.0);
  EXPECT_EQ(full_period({1.0, 0.0, 1.0}, 1e-4, {true, false, true}).count, 0);
}

TEST(Pwm, after_a_rest_a_leg_changes_at_the_start_where_it_must) {
  // From the positive rail into a rising half: down, and up again at (1 - d) T.
  expect_edges(half_period({0.75, 0.0, 1.0}, Half::rising, 1e-4, {true, false, true}),
               {{0.0, 0, false}, {25e-6, 0, true}}, 0.0);
  // From the negative rail into a falling half: up, and down again at d T.
  expect_edges(half_period({0.0, 0.25, 0.0}, Half::falling, 1e-4, kAllLower),
               {{0.0, 1, true}, {25e-6, 1, false}}, 0.0);
  // From rail to rail.
  expect_edges(half_period({1.0, 0.0, 0.0}, Half::rising, 1e-4, {false, false, true}),
               {{0.0, 0, true}, {0.0, 2, false}}, 0.0);
}

TEST(Pwm, edges_realise_the_duties_in_any_sequence_of_samples) {
  test::Arguments random(37);
  const auto draw = [&] {  // rests as often as pulses
    const double x = random.between(-0.5, 1.5);
    return clamp(x, 0.0, 1.0);
  };
  Sides side = kAllLower;
  for (int k = 0; k < 3000; ++k) {
    const Duties<double> d{draw(), draw(), draw()};
    const bool single = k % 3 == 2;
    const auto e = single ? full_period(d, 1e-4, side) : half_period(d, half_of(k), 1e-4, side);
    std::array<double, 3> on{}, t{};
    double last = 0.0;
    for (const Edge& x : e) {
      const auto leg = static_cast<std::size_t>(x.leg);
      EXPECT_GE(x.t, last);  // in order
      EXPECT_NE(side[leg], x.upper);
      if (side[leg]) on[leg] += x.t - t[leg];
      t[leg] = last = x.t;
      side[leg] = x.upper;
    }
    for (std::size_t leg = 0; leg < 3; ++leg)
      if (side[leg]) on[leg] += 1e-4 - t[leg];
    EXPECT_EQ(side, e.after);
    EXPECT_NEAR(on[0], d.a * 1e-4, 1e-18);  // roundings of 1e-4
    EXPECT_NEAR(on[1], d.b * 1e-4, 1e-18);
    EXPECT_NEAR(on[2], d.c * 1e-4, 1e-18);
  }
}

TEST(Pwm, dead_time_delays_the_edge_that_takes_the_current_from_a_diode) {
  const Edge rising{10e-6, 0, true}, falling{90e-6, 0, false};
  EXPECT_EQ(voltage_change(rising, 100.0, 2e-6), 10e-6 + 2e-6);
  EXPECT_EQ(voltage_change(falling, 100.0, 2e-6), 90e-6);
  EXPECT_EQ(voltage_change(rising, -100.0, 2e-6), 10e-6);
  EXPECT_EQ(voltage_change(falling, -100.0, 2e-6), 90e-6 + 2e-6);
  EXPECT_EQ(voltage_change(rising, 0.0, 2e-6), 10e-6 + 2e-6);
  EXPECT_EQ(voltage_change(falling, 0.0, 2e-6), 90e-6 + 2e-6);
}

// ---- One law over all scalars ---------------------------------------------------------------------

TEST(Pwm, duties_are_one_law_over_all_scalars) {
  for (const auto m : kModulations)
    for (const auto mode : kModes)
      test::expect_same_over_all_scalars<3>(
          {{{-250, 250}, {-250, 250}, {300, 400}}},
          [&]<class T>(const std::array<T, 3>& x) {
            const auto d = duties<T>(m, mode, {x[0], x[1]}, x[2]);
            const auto u = stator_voltage(d, x[2]);
            return std::array{d.a, d.b, d.c, u.a, u.b};
          },
          50);
}

TEST(Pwm, the_timer_gives_the_same_bits_over_all_scalars) {
  Params<double> p;
  p.levels = 4096;
  p.t_min = 2e-6;
  test::Arguments random(38);
  for (int n = 0; n < 300; ++n) {
    std::array<double, kLanes> d;
    Pack in_lanes;
    for (int k = 0; k < kLanes; ++k) {
      d[static_cast<std::size_t>(k)] = random.between(0, 1);
      set_lane(in_lanes, k, d[static_cast<std::size_t>(k)]);
    }
    const auto pack = timer<Pack>(over<Params, Pack>(p), {in_lanes, in_lanes, in_lanes}, 10e3);
    for (int k = 0; k < kLanes; ++k) {
      const double x = d[static_cast<std::size_t>(k)];
      const double alone = timer<double>(p, {x, x, x}, 10e3).a;
      const Dual<1> dual = timer<Dual<1>>(over<Params, Dual<1>>(p), {x, x, x}, 10e3).a;
      EXPECT_TRUE(test::same_bits(lane(pack.a, k), alone));
      EXPECT_TRUE(test::same_bits(dual.v, alone));
    }
  }
}

TEST(Pwm, choices_have_names_in_their_order) {
  EXPECT_EQ(enum_names(Modulation{})[static_cast<std::size_t>(Modulation::dpwm_max)], "dpwm_max");
  EXPECT_EQ(enum_names(Overmodulation{})[static_cast<std::size_t>(Overmodulation::six_step)],
            "six_step");
}

}  // namespace
}  // namespace evsim
