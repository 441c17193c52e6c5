// Speed control in closed loop, on 2.2 kW machines of motulator 0.5.0 (MIT licence) and beside that program's
// results (solve_ivp DOP853, rtol 1e-10): at rest, to 50 % of rated speed from 0.2 s on, then a load.
#include "sim/base/constants.h"
#include "sim/components/current_references.h"
#include "tests/components/reference_machines.h"
#include "tests/control/motor_cases.h"

namespace evsim {
namespace {

using motor_control::Params;

// 4 kHz and 540 V; currents 200 Hz, speed 4 Hz, field weakening 20 Hz, as the peer's design.
test::Drive servo(motor_control::Mode mode, double inertia = 0.015) {
  constexpr double I_max = 9.121677477306463;
  Params<double> p;
  p.f_sw = 4e3;
  p.bandwidth = 200.0;
  p.I_max = I_max;
  p.mode = mode;
  p.inertia = inertia;
  p.machine.n_p = 3;
  p.machine.R_s = 3.6;
  p.machine.circuit =
      motor_control::Synchronous<double>{.L_d = 0.036, .L_q = 0.051, .psi_f = 0.545};
  const auto tables = current_references::prepare(test::pmsm2k2(), dq_machine::at_20_degC<double>(),
                                                  {.I_max = I_max}, {.psi_min = 0.15});
  p.tau_max = tables.tau_max(10.0);
  test::Drive d{.plant = {.machine = test::pmsm2k2(), .psi = {0.545, 0.0}},
                .model = motor_control::prepare(
                    p, test::References<double>{tables.tau_max, tables.i_d, tables.i_q, {}})};
  d.input.u_dc = 540.0;
  d.J = inertia;
  return d;
}

struct Schedule {
  double omega_ref, load;  // [rad/s], [Nm]
  int loaded_from, ticks;
  double seen_late = 0.0;  // of the speed: a first-order lag [s]
};
struct Course {
  double rise = 0.0, most = 0.0, least = 1e9, most_tau = 0.0;  // [s], [rad/s], [rad/s], [Nm]
};
Course course(test::Drive& d, const Schedule& s) {
  Course c;
  double t_10 = 0.0, before = 0.0, seen = 0.0;
  const double follows = s.seen_late > 0.0 ? 1.0 - exp(-d.T_s() / s.seen_late) : 1.0;
  for (int k = 0; k < s.ticks; ++k) {
    d.input.omega_ref = k > 800 ? s.omega_ref : 0.0;
    d.tau_load = k >= s.loaded_from ? s.load : 0.0;
    before = d.plant.omega_m;
    seen += follows * (before - seen);
    d.tick(seen);
    const double now = d.plant.omega_m;
    const auto passed = [&](double level) {  // [s]
      return before < level && now >= level ? (k + (level - before) / (now - before)) * d.T_s()
                                            : 0.0;
    };
    if (t_10 == 0.0) t_10 = passed(0.1 * s.omega_ref);
    if (c.rise == 0.0 && passed(0.9 * s.omega_ref) > 0.0) c.rise = passed(0.9 * s.omega_ref) - t_10;
    c.most = max(c.most, now);
    if (k >= s.loaded_from) c.least = min(c.least, now);
    c.most_tau = max(c.most_tau, d.plant.torque());
  }
  return c;
}

TEST(SpeedControl, a_step_and_a_load_go_as_a_peer_s) {
  constexpr double kOmega = 235.61944901923448 / 3.0;  // [rad/s]
  test::Drive d = servo(motor_control::Mode::speed);
  const Course c =
      course(d, {.omega_ref = kOmega, .load = 14.0, .loaded_from = 3200, .ticks = 6400});
  // What the peer has at 1.6 s: speed, torque and currents.
  EXPECT_NEAR(d.plant.omega_m, 78.53981439, 1e-3 * 78.54);
  EXPECT_NEAR(d.plant.torque(), 14.00241699, 1e-3 * 14.0);
  EXPECT_NEAR(d.i().d, -0.838334938, 1e-3 * 9.12);
  EXPECT_NEAR(d.i().q, 5.580680781, 1e-3 * 5.58);
  // The peer rises from 10 to 90 % in 85.987 ms without overshoot (-2e-6), and falls to 64.671 rad/s under the load.
  // Its currents are under a PI control that a delay of 1.5 samples makes quicker; here they are a first-order lag
  // one sample late. The speed loop, 50 times slower, hardly sees it: 85.908 ms, 64.610 rad/s.
  EXPECT_NEAR(c.rise, 0.085987, 0.003 * 0.085987);
  EXPECT_LT(c.most, 1.0001 * kOmega);
  EXPECT_NEAR(c.least, 64.67104745, 0.002 * 64.67);
  // Limit of the speed loop: the most torque of I_max, 23.0286 Nm.
  EXPECT_LT(c.most_tau, 1.02 * 23.0286);
}

// ---- Induction machine with saturation -----------------------------------------------------------

// The peer's machine in its Gamma circuit and what it tells its control, inverse Gamma: within 0.6 % of the machine's
// own at its rated flux. Its d current is that of the rated flux, whatever the torque.
test::Drive induction_servo(motor_control::Design design) {
  constexpr double I_max = 10.606601717798213, i_d = 4.243247898;  // [A]
  constexpr motor_control::Induction<double> told{.R_R = 2.1, .L_sigma = 0.021, .L_M = 0.224};
  Params<double> p;
  p.f_sw = 4e3;
  p.bandwidth = 200.0;
  p.I_max = I_max;
  p.mode = motor_control::Mode::speed;
  p.inertia = 0.015;
  p.design = design;
  p.machine.n_p = 2;
  p.machine.R_s = 3.7;
  p.machine.circuit = told;
  const double i_q = sqrt(I_max * I_max - i_d * i_d), most = 60.0;  // [A], no limit [Nm]
  test::Drive d{.plant = {}, .model = motor_control::prepare(p, test::constant_d(i_d, i_q, most))};
  d.plant.machine.common = {.n_p = 2, .R_s = 3.7};
  d.plant.machine.circuit =
      dq_machine::Induction<double>{.L_s = 0.34, .L_l = 0.023, .R_r = 2.5, .k_s = 0.84, .S = 7};
  d.input.u_dc = 540.0;
  d.J = 0.015;
  return d;
}
constexpr double kInductionOmega = 157.07963267948966 / 2.0;  // [rad/s]
constexpr Schedule kInductionCase{
    .omega_ref = kInductionOmega, .load = 14.6, .loaded_from = 3000, .ticks = 6000};

TEST(SpeedControl, a_saturated_induction_machine_ends_as_a_peer_s) {
  test::Drive d = induction_servo(motor_control::Design::predictive);
  const Course c = course(d, kInductionCase);
  // What the peer has at 1.5 s: speed, torque, currents in its control's coordinates, amplitudes of the current and of
  // the rotor flux. It has no sensor: by 0.55 % too much of R_R its slip is too, and its speed 4e-4 off its reference.
  EXPECT_NEAR(d.plant.omega_m, 78.57023092, 1e-3 * 78.57);
  EXPECT_NEAR(d.plant.torque(), 14.60030692, 1e-3 * 14.6);
  EXPECT_NEAR(d.out.i.re, 4.2432689, 1e-3 * 4.243);
  EXPECT_NEAR(d.out.i.im, 5.142770728, 1e-3 * 5.143);
  const Ab<double> i = d.plant.stator_current();
  EXPECT_NEAR(length(vector(i)), 6.667339920, 1e-3 * 6.667);
  EXPECT_NEAR(length(vector(Ab<double>{d.plant.rotor.x, d.plant.rotor.y})), 1.035074198,
              1e-3 * 1.035);
  // The peer rises from 10 to 90 % in 83.200 ms and falls to 62.711 rad/s under the load; neither overshoots before
  // the load. Here it is 86.90 ms and 63.993 rad/s: with the true speed there is less to catch up with (next test).
  EXPECT_NEAR(c.rise, 0.0831997, 0.05 * 0.0832);
  EXPECT_NEAR(c.least, 62.7109686, 0.025 * 62.71);
  EXPECT_LT(c.most, 1.0001 * kInductionOmega);
  // By I_max and the rotor's flux then: 26.721 Nm, of the peer 26.811.
  EXPECT_NEAR(c.most_tau, 26.81084673, 0.01 * 26.81);
}

TEST(SpeedControl, a_speed_seen_as_late_as_a_peer_s_falls_under_a_load_as_its_own) {
  // The peer estimates its speed with a bandwidth of 40 Hz (its default). Late by as much, and with the same PI control
  // of the currents, the control of here falls to 62.738 rad/s under the load; the peer to 62.711.
  test::Drive d = induction_servo(motor_control::Design::continuous);
  Schedule s = kInductionCase;
  s.seen_late = 1.0 / (kTwoPi * 40.0);
  const Course c = course(d, s);
  EXPECT_NEAR(c.least, 62.7109686, 1e-3 * 62.71);
  // It rises in 80.44 ms, the peer in 83.200: as the machine starts the rotor has 0.909 Vs. The current model has 0.803
  // of it, with an inductance of more flux, so 13 % more torque comes than was asked for. The peer's observer, which
  // counts voltages too, has 0.893.
  EXPECT_NEAR(c.rise, 0.0831997, 0.04 * 0.0832);
}

TEST(SpeedControl, a_slew_limit_holds_in_speed_control_and_winds_nothing_up) {
  test::Drive d = servo(motor_control::Mode::speed);
  d.model.p.torque_slew = 200.0;  // 115 ms to the most torque: slower than the loop's 40 ms
  d.input.omega_ref = 78.5;
  double before = 0.0, most = 0.0;
  for (int k = 0; k < 4000; ++k) {
    d.tick();
    EXPECT_LE(abs(d.out.tau_ref - before), 200.0 * d.T_s() + 1e-9);
    before = d.out.tau_ref;
    most = max(most, d.plant.omega_m);
  }
  EXPECT_NEAR(d.plant.omega_m, 78.5, 1e-2);
  EXPECT_LT(most, 1.002 * 78.5);  // none was seen
}

// ---- Active damping -------------------------------------------------------------------------------

// The servo turns a second mass through a shaft of the peer's case with two masses: 5 and 5 g m2, 700 Nm/rad,
// 0.01 Nms/rad. It rings with omega^2 = K (1/J_M + 1/J_L), 529 rad/s.
struct TwoMasses {
  static constexpr double J = 5e-3, K = 700.0, C = 0.01;
  static constexpr int kFourPeriods = 190;  // ticks
  test::Drive servo;
  double omega_L = 0.0, twist = 0.0, most = 0.0, tau_most = 0.0;

  explicit TwoMasses(double damping, double corner = 2.0)
      : servo(evsim::servo(motor_control::Mode::torque)) {
    auto p = servo.model.p;
    p.damping = damping;
    p.damping_corner = corner;
    servo.model = motor_control::prepare(p, servo.model.references);
    servo.J = kInfinity;
  }
  // Semi-implicit steps of a 20th of a tick.
  void tick() {
    const double before = servo.plant.torque();
    servo.tick();
    const double tau = 0.5 * (before + servo.plant.torque()), h = servo.T_s() / 20;
    for (int k = 0; k < 20; ++k) {
      const double shaft = K * twist + C * (servo.plant.omega_m - omega_L);
      servo.plant.omega_m += h / J * (tau - shaft);
      omega_L += h / J * shaft;
      twist += h * (servo.plant.omega_m - omega_L);
    }
    most = max(most, sqrt(servo.i().d * servo.i().d + servo.i().q * servo.i().q));
    tau_most = max(tau_most, abs(servo.out.tau_ref));
  }
  // Root of the mean square of the speeds' difference over four periods, 47.5 ms [rad/s].
  double swing() {
    double sum = 0.0;
    for (int k = 0; k < kFourPeriods; ++k) {
      tick();
      sum += (servo.plant.omega_m - omega_L) * (servo.plant.omega_m - omega_L) / kFourPeriods;
    }
    return sqrt(sum);
  }
};
// Of the swing after a step of the torque [1/s].
double decay(double damping) {
  TwoMasses d(damping);
  d.servo.input.tau_ref = 4.0;
  for (int k = 0; k < 40; ++k) d.tick();
  const double first = d.swing();
  return std::log(first / d.swing()) / (TwoMasses::kFourPeriods * d.servo.T_s());  // not physics
}

TEST(ActiveDamping, a_shaft_calms_down_as_fast_as_its_equations_say) {
  // A torque -k omega_M on one of two equal masses takes half of the swing's speed: k / (4 J) of decay beside the
  // shaft's own C / J. What the control gives of it comes late, by the lag of the currents and 1.5 samples, and early
  // by the high-pass:
  //   atan(529 / 1257) + 529 x 375 us - 12.6 / 529 = 0.573 rad, |.| = 0.922: 0.775 of it.
  EXPECT_NEAR(decay(0.0), 0.01 / 5e-3, 0.5);
  const double k = 0.4;
  // So the decay lies between what this lag leaves and the whole.
  EXPECT_GT(decay(k), 2.0 + 0.775 * k / (4.0 * 5e-3));
  EXPECT_LT(decay(k), 2.0 + k / (4.0 * 5e-3));
}

TEST(ActiveDamping, a_steady_acceleration_costs_what_its_high_pass_lets_through) {
  // tau = tau_ref - k a / alpha_d with a = tau / (J_M + J_L): of 4 Nm, 1 + k / (alpha_d J) more is asked for.
  const double k = 0.1, alpha = kTwoPi * 2.0;
  TwoMasses d(k);
  d.servo.input.tau_ref = 4.0;
  for (int n = 0; n < 2600; ++n) d.tick();
  EXPECT_NEAR(d.servo.out.tau_ref, 4.0 / (1.0 + k / (alpha * 0.01)), 0.02);  // the swing's rest
}

TEST(ActiveDamping, current_and_torque_keep_their_limits) {
  TwoMasses d(5.0);
  d.servo.input.tau_ref = 40.0;
  for (int n = 0; n < 400; ++n) d.tick();
  EXPECT_LE(d.tau_most, 23.04);
  EXPECT_LT(d.most, 1.05 * 9.1217);  // the currents' own overshoot
}

TEST(ActiveDamping, without_gain_nothing_changes) {
  TwoMasses with(0.0, 50.0), without(0.0);
  with.servo.input.tau_ref = without.servo.input.tau_ref = 10.0;
  for (int n = 0; n < 200; ++n) with.tick(), without.tick();
  EXPECT_EQ(with.servo.plant.omega_m, without.servo.plant.omega_m);
}

}  // namespace
}  // namespace evsim
