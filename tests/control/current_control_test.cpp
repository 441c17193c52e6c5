#include "sim/control/current_control.h"

#include "sim/base/constants.h"
#include "tests/components/scalars.h"
#include "tests/control/motor_cases.h"

namespace evsim {
namespace {

using motor_control::Design;
using test::Drive;

const double kLn9 = 2.1972245773362196;  // rise of a first-order lag from 10 to 90 %, in 1 / alpha

// Field weakening by voltage off: a step's own voltage must not move its references.
motor_control::Params<double> control(Design design, double bandwidth = 300.0) {
  auto p = test::round_rotor_control();
  p.design = design;
  p.bandwidth = bandwidth;
  p.fw_bandwidth = 0.0;
  return p;
}

struct Step {
  double rise = 0.0;       // from 10 to 90 % [s]
  double overshoot = 0.0;  // share of the step
  double cross = 0.0;      // largest change of i_d, share of the step
  double end = 0.0;        // i_q [A]
};
// Torque from 0 to tau, with samples joined by straight lines.
Step torque_step(Drive& d, double tau, double seconds) {
  d.run(0.05);
  const double i_d = d.i().d, target = tau / 0.6;  // 3/2 n_p psi_f = 0.6 Nm/A
  d.input.tau_ref = tau;
  Step out;
  double t_10 = -1.0, t_90 = -1.0, before = 0.0;
  for (int k = 0; k * d.T_s() < seconds; ++k) {
    const double y = d.i().q / target;
    const auto crossing = [&](double level) { return (k - (y - level) / (y - before)) * d.T_s(); };
    if (t_10 < 0.0 && y >= 0.1) t_10 = crossing(0.1);
    if (t_90 < 0.0 && y >= 0.9) t_90 = crossing(0.9);
    out.overshoot = max(out.overshoot, y - 1.0);
    out.cross = max(out.cross, abs(d.i().d - i_d) / target);
    before = y;
    d.tick();
  }
  out.rise = t_90 - t_10;
  out.end = d.i().q;
  return out;
}

// ---- Answer to a reference --------------------------------------------------------------------------

TEST(CurrentControl, without_resistance_the_samples_of_a_step_are_those_of_the_lag) {
  auto p = control(Design::predictive);
  p.machine.R_s = 0.0;
  Drive d = test::round_rotor_drive(p, 0.0);
  d.plant.machine.common.R_s = 0.0;
  d.input.tau_ref = 60.0;  // 100 A
  d.tick();                // computed in the first period, acting from the second on
  for (int n = 1; n < 20; ++n) {
    d.tick();
    // Rounding only: the plant without resistance is an integral.
    EXPECT_NEAR(d.i().q, 100.0 * (1.0 - exp(-kTwoPi * 300.0 * 1e-4 * n)), 1e-9) << n;
  }
}

TEST(CurrentControl, current_loop_reaches_its_bandwidth_at_standstill_and_at_speed) {
  for (const double omega_m : {0.0, 100.0, 400.0, 900.0, -900.0}) {  // to 0.36 rad a period
    auto p = control(Design::predictive);
    Drive d = test::round_rotor_drive(p, omega_m, 900.0);  // no saturation
    const Step s = torque_step(d, 60.0, 0.02);
    // Straight lines between samples of the exponential: 1 - (alpha T_s)^2 / 12 at most, 0.3 %; the mean
    // current in the drop over R_s adds a few 1e-4.
    EXPECT_NEAR(s.rise * kTwoPi * 300.0, kLn9, 0.01 * kLn9) << omega_m;
    EXPECT_LT(s.overshoot, 1e-3) << omega_m;
    EXPECT_LT(s.cross, 1e-3) << omega_m;
  }
}

TEST(CurrentControl, any_delay_of_the_output_is_predicted) {
  for (const double delay : {0.0, 0.5, 1.0, 1.5, 2.0}) {
    auto p = control(Design::predictive);
    p.delay_compensation = delay + 0.5;
    Drive d = test::round_rotor_drive(p, 500.0, 900.0);
    d.delay = delay;
    const Step s = torque_step(d, 60.0, 0.02);
    // A half delay aims between the samples, where the held voltage has bent the current off its circle by
    // up to psi (omega T_s)^2 / (8 L) = 2.5 A.
    const bool between = delay == 0.5 || delay == 1.5;
    EXPECT_NEAR(s.rise * kTwoPi * 300.0, kLn9, (between ? 0.03 : 0.01) * kLn9) << delay;
    EXPECT_LT(s.overshoot, 2e-3) << delay;
    EXPECT_NEAR(s.end, 100.0, between ? 1.0 : 0.01) << delay;
  }
}

TEST(CurrentControl, twice_a_period_the_same_bandwidth_is_met) {
  auto p = control(Design::predictive);
  p.update = motor_control::Update::twice;
  Drive d = test::round_rotor_drive(p, 500.0, 900.0);
  EXPECT_DOUBLE_EQ(d.T_s(), 0.5e-4);
  const Step s = torque_step(d, 60.0, 0.02);
  EXPECT_NEAR(s.rise * kTwoPi * 300.0, kLn9, 0.01 * kLn9);  // as above
  EXPECT_LT(s.overshoot, 1e-3);
}

TEST(CurrentControl, the_continuous_design_is_the_same_lag_where_the_period_is_short) {
  for (const double omega_m : {0.0, 900.0}) {
    auto p = control(Design::continuous, 30.0);
    p.machine.R_s = 0.0;  // which the design leaves to the integral
    Drive d = test::round_rotor_drive(p, omega_m, 900.0);
    d.plant.machine.common.R_s = 0.0;
    const Step s = torque_step(d, 60.0, 0.1);
    // A delay of 1.5 periods at the gain 2 alpha: 5.7 %, and the turning within it.
    EXPECT_NEAR(s.rise * kTwoPi * 30.0, kLn9, 0.07 * kLn9) << omega_m;
    EXPECT_LT(s.overshoot, 0.02) << omega_m;
  }
}

TEST(CurrentControl, without_compensation_of_the_delay_the_axes_couple) {
  auto p = control(Design::predictive);
  p.delay_compensation = 0.5;  // as if the voltage acted at once
  Drive d = test::round_rotor_drive(p, 500.0, 900.0);
  const Step blind = torque_step(d, 60.0, 0.02);
  EXPECT_GT(blind.cross, 0.1);
  EXPECT_GT(blind.overshoot, 0.02);
}

TEST(CurrentControl, no_error_is_left_at_rest) {
  for (const Design design : {Design::predictive, Design::continuous})
    for (const double omega_m : {0.0, 300.0, 800.0}) {
      auto p = control(design);
      // A wrong model of what stays constant: the integral takes it up.
      p.machine.R_s = 0.03;
      std::get<motor_control::Synchronous<double>>(p.machine.circuit).psi_f = 0.09;
      Drive d = test::round_rotor_drive(p, omega_m, 900.0);
      d.input.tau_ref = 60.0;
      d.run(0.2);  // of a slowest pole of alpha: e^-300
      // Runge-Kutta at 0.08 rad a step: 3e-7 of the flux.
      EXPECT_NEAR(d.i().q, 100.0, 1e-5) << omega_m;
      EXPECT_NEAR(d.i().d, 0.0, 1e-5) << omega_m;
    }
}

// ---- Limits and errors ------------------------------------------------------------------------------

TEST(CurrentControl, after_a_step_into_saturation_nothing_is_wound_up) {
  for (const Design design : {Design::predictive, Design::continuous}) {
    Drive d = test::round_rotor_drive(control(design, 600.0), 300.0, 260.0);
    int saturated = 0;
    d.run(0.02);
    d.input.tau_ref = 150.0;  // 250 A, with hardly a volt to spare
    double most = 0.0;
    for (int k = 0; k < 400; ++k) {
      d.tick();
      saturated += d.out.saturated > 0.5 ? 1 : 0;
      most = max(most, d.i().q);
    }
    EXPECT_GT(saturated, 8);
    // Windup through these periods would overshoot by a third; the delayed continuous design has some
    // of its own.
    EXPECT_LT(most, design == Design::predictive ? 1.01 * 250.0 : 1.08 * 250.0);
    EXPECT_NEAR(d.i().q, 250.0, 1e-3);
  }
}

// Answer of (6), (7) to a unit step when the control's L is r times the machine's, without resistance:
//   dx/dt = r u,  u = (1 - x) + u_i - x,  du_i/dt = 1 - x            x = r L i / (L i_ref), time in 1 / alpha
double mistuned(double r, double time) {
  double x = 0.0, u_i = 0.0;
  const int n = 20000;
  for (int k = 0; k < n; ++k) {
    const double h = time / n, dx = r * (1.0 - 2.0 * x + u_i), du = 1.0 - x;
    x += h * dx;
    u_i += h * du;
  }
  return x;
}
TEST(CurrentControl, a_mistuned_inductance_moves_the_step_as_the_closed_loop_says) {
  for (const double r : {0.5, 1.0, 2.0}) {
    auto p = control(Design::continuous, 20.0);
    p.machine.circuit =
        motor_control::Synchronous<double>{.L_d = r * 2e-4, .L_q = r * 2e-4, .psi_f = 0.1};
    p.machine.R_s = 0.0;
    Drive d = test::round_rotor_drive(p, 0.0);
    d.plant.machine.common.R_s = 0.0;
    d.input.tau_ref = 60.0;
    for (int k = 0; k < 600; ++k) {
      if (k % 50 == 0) {
        // Delay of 1.5 periods at the slope 2 r alpha: 4 % where it is steepest.
        EXPECT_NEAR(d.i().q / 100.0, mistuned(r, k * 1e-4 * kTwoPi * 20.0), 0.04) << r << " " << k;
      }
      d.tick();
    }
  }
}

TEST(CurrentControl, inductances_of_the_tick_replace_those_of_the_file) {
  auto right = control(Design::predictive), wrong = right;
  wrong.machine.circuit =
      motor_control::Synchronous<double>{.L_d = 9e-4, .L_q = 9e-4, .psi_f = 0.02};
  Drive a = test::round_rotor_drive(right, 200.0), b = test::round_rotor_drive(wrong, 200.0);
  b.input.local = {.given = 1.0, .L_d = 2e-4, .L_q = 2e-4, .psi_0d = 0.1, .psi_0q = 0.0};
  a.input.tau_ref = b.input.tau_ref = 60.0;
  a.run(0.01);
  b.run(0.01);
  EXPECT_EQ(a.i().q, b.i().q);
}

// ---- A peer ---------------------------------------------------------------------------------------

// motulator 0.5.0, solved to 1e-8 A: a salient car machine at 2000 rpm asked for 50 Nm, whose voltage saturates
// at first. Its current references, tick by tick, then what the current was.
constexpr std::array<Complex<double>, 7> kPeerReferences{{{0.0, 168.350168},
                                                          {-62.343177, 94.366016},
                                                          {-64.744063, 92.795527},
                                                          {-65.274740, 92.455424},
                                                          {-64.633343, 92.866801},
                                                          {-63.186957, 93.808052},
                                                          {-62.343177, 94.366016}}};
struct PeerSample {
  std::size_t tick;
  double i_d, i_q;
};
constexpr std::array<PeerSample, 6> kPeerCurrents{{{2, -7.63496418, 14.09931971},
                                                   {3, -17.12211823, 29.07502599},
                                                   {5, -24.9836388, 53.62082227},
                                                   {8, -38.63624248, 75.3192593},
                                                   {14, -55.70752503, 92.16028006},
                                                   {29, -62.16794305, 94.76146895}}};

TEST(CurrentControl, the_continuous_design_follows_a_peer_through_saturation) {
  test::Plant plant;
  plant.machine.common.n_p = 3;
  plant.machine.common.R_s = 0.018;
  plant.machine.circuit = dq_machine::Synchronous<double>{
      .magnetics = magnetics::Linear<double>{.L_d = 0.37e-3, .L_q = 1.2e-3, .psi_f = 0.066},
      .psi_f = 0.066};
  plant.omega_m = 209.43951023931953;
  plant.psi = {0.066, 0.0};
  const current_control::Gains<double> g{1e-4, 1.0, 1884.9555921538758, 0.0};
  const current_control::Circuit<double> c{0.018, 0.37e-3, 1.2e-3, {0.066, 0.0}, {}};
  current_control::State<double> state{};
  Ab<double> acts{};
  std::size_t next = 0;
  for (int k = -201; k < 30; ++k) {  // the step comes at the angle 0, one period in
    const auto tick = static_cast<std::size_t>(max(static_cast<double>(k), 0.0));
    const Dq<double> i = plant.currents().s;
    if (k > 0 && tick == kPeerCurrents[next].tick) {
      // The peer takes the mean of two realised vectors without turning each back: it misses
      // 1 - cos(omega T_s / 2) = 5e-4 of 130 V, which over alpha L_d are 0.1 A, and more meanwhile.
      EXPECT_NEAR(i.d, kPeerCurrents[next].i_d, 0.4) << k;
      EXPECT_NEAR(i.q, kPeerCurrents[next].i_q, 0.2) << k;
      ++next;
    }
    const Complex<double> i_ref = k < 0 ? Complex<double>{} : kPeerReferences[tick < 6 ? tick : 6];
    current_control::realised(state, vector(acts));
    const auto u = current_control::step(
        Design::continuous, g, state, c,
        {vector(plant.stator_current()), turn(3 * plant.theta_m), 3 * plant.omega_m, i_ref});
    plant.advance(1e-4, acts);
    acts = test::modulated(stator(u), 350.0);
  }
  EXPECT_EQ(next, kPeerCurrents.size());
}

// ---- Lanes and derivatives --------------------------------------------------------------------------

TEST(CurrentControl, three_ticks_are_the_same_over_all_scalars) {
  for (const Design design : {Design::predictive, Design::continuous}) {
    const auto law = [&](const auto& x) {
      using T = std::decay_t<decltype(x[0])>;
      const current_control::Gains<T> g{T(1e-4), T(1.0), T(2000.0), T(0.2)};
      const current_control::Circuit<T> c{T(0.02), T(2e-4), T(4e-4), {T(0.1), T(0.0)}, {}};
      current_control::State<T> state{};
      Complex<T> u{};
      for (int k = 0; k < 3; ++k) {
        current_control::realised(state, 0.8 * u);
        u = current_control::step<T>(
            design, g, state, c, {{x[0], x[1]}, turn(x[2] + 1e-4 * k * x[3]), x[3], {x[4], x[5]}});
      }
      return std::array<T, 2>{u.re, u.im};
    };
    test::expect_same_over_all_scalars<6>(
        {{{-300, 300}, {-300, 300}, {-3, 3}, {-4000, 4000}, {-300, 0}, {-300, 300}}}, law);
  }
}

}  // namespace
}  // namespace evsim
