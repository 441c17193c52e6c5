#include "sim/control/motor_control.h"

#include "sim/base/constants.h"
#include "tests/components/scalars.h"
#include "tests/control/motor_cases.h"

namespace evsim {
namespace {

using motor_control::Params;
using motor_control::Reason;
using test::Drive;
using test::round_rotor_control;
using test::round_rotor_drive;

double reason(Reason r) { return motor_control::number<double>(r); }

// ---- Torque -----------------------------------------------------------------------------------------

TEST(MotorControl, what_is_asked_for_is_given_in_all_quadrants) {
  for (const double omega_m : {-300.0, 0.0, 300.0})
    for (const double tau : {-100.0, 30.0, 200.0}) {
      Drive d = round_rotor_drive(round_rotor_control(), omega_m);
      d.input.tau_ref = tau;
      d.run(0.1);
      EXPECT_NEAR(d.plant.torque(), tau, 1e-5) << omega_m;  // Runge-Kutta of the plant, 3e-8
      EXPECT_EQ(d.out.reason, reason(Reason::none));
    }
}

TEST(MotorControl, beyond_the_tables_the_torque_limit_is_the_reason) {
  Drive d = round_rotor_drive(round_rotor_control(), 100.0);
  d.input.tau_ref = 500.0;
  d.run(0.1);
  EXPECT_NEAR(d.plant.torque(), 240.0, 1e-4);  // 0.6 Nm/A x 400 A
  EXPECT_EQ(d.out.reason, reason(Reason::torque_limit));
}

TEST(MotorControl, at_high_speed_the_voltage_is_the_reason_and_is_kept) {
  Drive d = round_rotor_drive(round_rotor_control(), 900.0);
  d.input.tau_ref = 240.0;
  d.run(0.3);
  EXPECT_EQ(d.out.reason, reason(Reason::voltage));
  EXPECT_LT(d.plant.torque(), 200.0);
  EXPECT_GT(d.plant.torque(), 100.0);
  const double limit = 0.95 * 400.0 * kInverseSqrt3;
  EXPECT_LE(d.out.u_ref, 1.001 * limit);  // the tables are straight between their knots
  EXPECT_GT(d.out.u_ref, 0.98 * limit);
}

TEST(MotorControl, a_magnet_stronger_than_the_tables_is_weakened_by_the_voltage) {
  const double limit = 0.95 * 400.0 * kInverseSqrt3;
  double u[2];
  for (int by_voltage = 0; by_voltage < 2; ++by_voltage) {
    auto p = round_rotor_control();
    p.fw_bandwidth = by_voltage * 20.0;
    Drive d{.plant = test::round_rotor_plant(900.0),
            .model = motor_control::prepare(p, test::round_rotor(4, 2e-4, 0.093, 400.0))};
    d.input.u_dc = 400.0;
    d.input.tau_ref = 60.0;
    d.run(0.5);
    u[by_voltage] = d.out.u_ref;
  }
  EXPECT_GT(u[0], 1.04 * limit);  // by 7 mVs x 3600 rad/s, 11 %, less what i_d of the tables takes
  EXPECT_LE(u[1], 1.0001 * limit);  // an integral leaves none
}

TEST(MotorControl, the_slew_limit_holds_the_reference_but_not_the_damping) {
  auto p = round_rotor_control();
  p.torque_slew = 1000.0;
  Drive d = round_rotor_drive(p, 0.0);
  d.input.tau_ref = 100.0;
  d.run(0.02);
  EXPECT_NEAR(d.out.tau_ref, 20.0, 1e-9);  // 1000 Nm/s x 20 ms
  d.input.tau_damping = 30.0;
  d.tick();
  EXPECT_NEAR(d.out.tau_ref, 50.1, 1e-9);
}

// ---- Derating ---------------------------------------------------------------------------------------

TEST(MotorControl, derating_by_hand) {
  auto p = round_rotor_control();
  p.derating.T_winding_start = 400.0;
  p.derating.T_winding_end = 420.0;
  p.derating.T_junction_start = 420.0;
  p.derating.T_junction_end = 440.0;
  EXPECT_EQ(motor_control::current_limit(p, 390.0, 300.0).I_max, 400.0);
  const auto winding = motor_control::current_limit(p, 415.0, 425.0);
  EXPECT_EQ(winding.I_max, 100.0);
  EXPECT_EQ(winding.reason, reason(Reason::winding_temperature));
  const auto junction = motor_control::current_limit(p, 405.0, 450.0);
  EXPECT_EQ(junction.I_max, 0.0);
  EXPECT_EQ(junction.reason, reason(Reason::junction_temperature));

  motor_control::Derating<double> d;
  d.u_dc_low_start = 300.0;
  d.u_dc_low_end = 280.0;
  d.u_dc_high_start = 420.0;
  d.u_dc_high_end = 440.0;
  EXPECT_EQ(motor_control::voltage_derating(d, 350.0, 1.0).share, 1.0);
  EXPECT_EQ(motor_control::voltage_derating(d, 285.0, 1.0).share, 0.25);
  EXPECT_EQ(motor_control::voltage_derating(d, 285.0, 1.0).reason, reason(Reason::u_dc_low));
  EXPECT_EQ(motor_control::voltage_derating(d, 285.0, -1.0).share, 1.0);
  EXPECT_EQ(motor_control::voltage_derating(d, 425.0, -1.0).share, 0.75);
  EXPECT_EQ(motor_control::voltage_derating(d, 425.0, -1.0).reason, reason(Reason::u_dc_high));
}

TEST(MotorControl, a_hot_winding_gets_less_current_with_its_reason) {
  auto p = round_rotor_control();
  p.derating.T_winding_start = 400.0;
  p.derating.T_winding_end = 420.0;
  Drive d = round_rotor_drive(p, 100.0);
  d.input.T_winding = 415.0;
  d.input.tau_ref = 200.0;
  d.run(0.05);
  EXPECT_NEAR(d.i().q, 100.0, 1e-4);
  EXPECT_NEAR(d.out.tau_ref, 60.0, 1e-9);
  EXPECT_EQ(d.out.reason, reason(Reason::winding_temperature));
}

TEST(MotorControl, without_gates_it_forgets_and_asks_for_nothing) {
  Drive d = round_rotor_drive(round_rotor_control(), 100.0);
  d.input.tau_ref = 100.0;
  d.run(0.01);
  d.input.enable = 0.0;
  d.tick();
  EXPECT_EQ(d.out.u_s.re, 0.0);
  EXPECT_EQ(d.out.reason, reason(Reason::disabled));
  EXPECT_EQ(d.state.current.running, 0.0);
  EXPECT_EQ(d.state.tau_slewed, 0.0);
}

// ---- Voltage ----------------------------------------------------------------------------------------

TEST(MotorControl, hexagon_and_circle_by_hand) {
  using motor_control::VoltageLimit;
  const auto corner =
      motor_control::within_inverter<double>(VoltageLimit::hexagon, {900, 0}, 300.0);
  EXPECT_ROUNDED(corner.re, 200.0);  // 2/3 u_dc
  const auto edge = motor_control::within_inverter<double>(VoltageLimit::hexagon, {0, -900}, 300.0);
  EXPECT_ROUNDED(edge.im, -300.0 * kInverseSqrt3);
  // Phases 90, 734, -824 V: about their middle of -45 V the legs go to 135, 150 and -150 V.
  const auto nearest =
      motor_control::within_inverter<double>(VoltageLimit::nearest, {0.1 * 900, 900}, 300.0);
  EXPECT_ROUNDED(nearest.im, 300.0 * kInverseSqrt3);
  EXPECT_ROUNDED(nearest.re, 90.0);
  const auto round = motor_control::within_inverter<double>(VoltageLimit::circle, {900, 0}, 300.0);
  EXPECT_ROUNDED(round.re, 300.0 * kInverseSqrt3);
  const auto inside =
      motor_control::within_inverter<double>(VoltageLimit::hexagon, {90, 50}, 300.0);
  EXPECT_EQ(inside.re, 90.0);
  EXPECT_EQ(inside.im, 50.0);
}

TEST(MotorControl, dead_time_is_compensated_with_the_sign_of_each_phase) {
  Params<double> p = round_rotor_control();
  p.dead_time = 2e-6;
  p.I_ripple = 1e-9;
  // u_dc t f = 8 V; i_a > 0, i_b = i_c < 0: (8, -8, -8) V less its zero sequence.
  const auto u = motor_control::dead_time_voltage<double>(p, {100.0, 0.0}, 400.0);
  EXPECT_ROUNDED(u.re, 8.0 * 4.0 / 3.0);
  EXPECT_EQ(u.im, 0.0);
  p.I_ripple = 75.0;
  const auto soft = motor_control::dead_time_voltage<double>(p, {100.0, 0.0}, 400.0);
  // 50 A are 2/3 of the ripple: 2/3 (3/2 - 2/9) of the 8 V.
  EXPECT_ROUNDED(soft.re, (2.0 * 8.0 + 2.0 * 8.0 * 23.0 / 27.0) / 3.0);
}

// Mean square of the q current's error [A2] in a steady torque.
double ripple(double compensated) {
  auto p = round_rotor_control();
  p.dead_time = compensated;
  p.I_ripple = 2.0;
  Drive d = round_rotor_drive(p, 30.0);
  d.dead_time = 2e-6;  // 8 V a phase, where the machine has 12 V
  d.input.tau_ref = 60.0;
  d.run(0.1);
  double sum = 0.0;
  for (int k = 0; k < 600; ++k) {
    d.tick();
    sum += (d.i().q - 100.0) * (d.i().q - 100.0) / 600.0;
  }
  return sum;
}
TEST(MotorControl, compensation_of_dead_time_calms_the_current) {
  // What is left: the sign is that of the current two periods later, and soft over 2 A.
  EXPECT_LT(ripple(2e-6), 0.1 * ripple(0.0));
  EXPECT_GT(ripple(0.0), 0.3);
}

// ---- Speed ------------------------------------------------------------------------------------------

Params<double> speed_control() {
  auto p = round_rotor_control();
  p.mode = motor_control::Mode::speed;
  p.inertia = 0.05;
  p.tau_max = 150.0;
  return p;
}

TEST(MotorControl, the_speed_loop_is_a_lag_of_its_bandwidth) {
  Drive d = round_rotor_drive(speed_control(), 0.0);
  d.J = 0.05;
  d.input.omega_ref = 50.0;  // 63 Nm at first: no limit
  double t_10 = 0.0, t_90 = 0.0, most = 0.0;
  for (int k = 0; k < 5000; ++k) {
    if (t_10 == 0.0 && d.plant.omega_m > 5.0) t_10 = k * d.T_s();
    if (t_90 == 0.0 && d.plant.omega_m > 45.0) t_90 = k * d.T_s();
    most = max(most, d.plant.omega_m);
    d.tick();
  }
  // Current loop of 300 Hz inside one of 4 Hz: 4/300; twice T_s of 87 ms.
  EXPECT_NEAR((t_90 - t_10) * kTwoPi * 4.0, 2.1972, 0.03 * 2.1972);
  EXPECT_LT(most, 1.005 * 50.0);
}

TEST(MotorControl, a_load_leaves_no_error_of_the_speed_and_a_limit_no_overshoot) {
  Drive d = round_rotor_drive(speed_control(), 0.0);
  d.J = 0.05;
  d.tau_load = 60.0;
  d.input.omega_ref = 300.0;
  double most = 0.0;
  for (int k = 0; k < 10000; ++k) {
    d.tick();
    most = max(most, d.plant.omega_m);
  }
  EXPECT_NEAR(d.plant.omega_m, 300.0, 1e-3);  // after 14 time constants of the loop, e^-14 = 8e-7
  EXPECT_NEAR(d.plant.torque(), 60.0, 1e-2);
  EXPECT_LT(most, 1.01 * 300.0);  // with windup over 0.17 s of limit it would be 20 %
}

// ---- Induction machine ------------------------------------------------------------------------------

// Gamma circuit L_s = 24 mH, L_l = 3 mH, R_r: in inverse-Gamma with g = L_s / (L_s + L_l)
//   L_sigma = g L_l, L_M = g L_s, R_R = g^2 R_r
Drive induction_drive(double omega_m, double R_R_error = 1.0) {
  const double L_s = 24e-3, L_l = 3e-3, R_r = 0.3, g = L_s / (L_s + L_l);
  Params<double> p;
  p.I_max = 60.0;
  p.machine.n_p = 2;
  p.machine.R_s = 0.4;
  p.machine.circuit = motor_control::Induction<double>{
      .R_R = R_R_error * g * g * R_r, .L_sigma = g * L_l, .L_M = g * L_s};
  Drive d{.plant = {}, .model = motor_control::prepare(p, test::constant_d(15.0, 50.0, 40.0))};
  d.plant.machine.common.n_p = 2;
  d.plant.machine.common.R_s = 0.4;
  d.plant.machine.circuit = dq_machine::Induction<double>{.L_s = L_s, .L_l = L_l, .R_r = R_r};
  d.plant.omega_m = omega_m;
  d.input.u_dc = 560.0;
  return d;
}

TEST(MotorControl, an_induction_machine_reaches_its_torque_once_magnetised) {
  for (const double omega_m : {0.0, 100.0, -150.0}) {
    Drive d = induction_drive(omega_m);
    d.run(1.0);  // 11 time constants of the rotor
    d.input.tau_ref = 30.0;
    d.run(0.01);
    // The currents have had 19 time constants; trapezoids under their rise put 1e-3 on the flux.
    EXPECT_NEAR(d.plant.torque(), 30.0, 0.04) << omega_m;
    d.input.tau_ref = -20.0;
    d.run(1.5);  // of the rotor's 90 ms
    // Between samples the held voltage bends the current off its circle, which the samples don't tell:
    // psi_s (omega T_s)^2 / (12 L_sigma) = 10 mA of 19 A.
    EXPECT_NEAR(d.plant.torque(), -20.0, 0.02) << omega_m;
    // Slip of (2): R_R i_q / (L_M i_d).
    const auto& c = std::get<motor_control::Induction<double>>(d.model.p.machine.circuit);
    EXPECT_NEAR(d.out.omega_s - 2.0 * omega_m, c.R_R * d.out.i.im / (c.L_M * 15.0), 1e-4);
  }
}

TEST(MotorControl, an_induction_machine_asked_before_it_is_magnetised_gets_there) {
  Drive d = induction_drive(50.0);
  d.input.tau_ref = 30.0;
  double most = 0.0;
  for (int k = 0; k < 15000; ++k) {
    d.tick();
    most = max(most, d.i().d * d.i().d + d.i().q * d.i().q);
  }
  EXPECT_NEAR(d.plant.torque(), 30.0, 0.02);
  EXPECT_LT(sqrt(most), 1.02 * 60.0);  // I_max is kept meanwhile
}

TEST(MotorControl, a_hot_rotor_turns_the_induction_machine_s_torque_as_the_slip_says) {
  // The control's R_R is r of the machine's. With the slip w = r w_0, w_0 = tan(delta) / tau_r of the right
  // orientation, torque of an inverse-Gamma machine with imposed current I at slip s = w tau_r:
  //   tau = 3/2 n_p L_M I^2 s / (1 + s^2)
  const double r = 0.7;
  Drive d = induction_drive(100.0, r);
  d.input.tau_ref = 30.0;
  d.run(1.5);
  const auto& c = std::get<motor_control::Induction<double>>(d.model.p.machine.circuit);
  const double i_q = 30.0 / (3.0 * c.L_M * 15.0);
  const double s = r * i_q / 15.0, I2 = i_q * i_q + 15.0 * 15.0;
  EXPECT_NEAR(d.plant.torque(), 3.0 * c.L_M * I2 * s / (1.0 + s * s), 0.01);  // settled to e^-15
}

// ---- Excited machine --------------------------------------------------------------------------------

// 10 A in the field, at a bandwidth of 10 Hz [V].
Drive excited_drive(double U_f_max) {
  Params<double> p = round_rotor_control();
  p.machine.circuit =
      motor_control::Excited<double>{.L_d = 3e-4, .L_q = 3e-4, .L_m = 8e-3, .L_f = 0.5, .R_f = 6.0};
  p.field_bandwidth = 10.0;
  p.U_f_max = U_f_max;
  Drive d{.plant = {},
          .model = motor_control::prepare(p, test::constant_d(0.0, 300.0, 144.0, 10.0))};
  d.plant.machine = test::round_rotor_plant(0.0).machine;
  d.plant.machine.circuit =
      dq_machine::Excited<double>{.L_d = 3e-4, .L_q = 3e-4, .L_m = 8e-3, .L_f = 0.5, .R_f = 6.0};
  d.input.u_dc = 400.0;
  return d;
}

TEST(MotorControl, the_field_current_is_a_lag_of_its_bandwidth_within_its_voltage) {
  Drive d = excited_drive(1000.0);
  double t_10 = 0.0, t_90 = 0.0;
  for (int k = 0; k < 2000; ++k) {
    d.tick();
    const double i_f = d.plant.currents().r.x;
    if (t_10 == 0.0 && i_f > 1.0) t_10 = k * d.T_s();
    if (t_90 == 0.0 && i_f > 9.0) t_90 = k * d.T_s();
    EXPECT_LT(i_f, 10.1);
    // The first period of a new field voltage is not foreseen: L_m / L_f u_f T_s / L_d at 314 V is 1.7 A,
    // three periods long.
    EXPECT_LT(abs(d.i().d), 5.0);
  }
  EXPECT_NEAR((t_90 - t_10) * kTwoPi * 10.0, 2.1972,
              0.03 * 2.1972);  // R_f / L_f against alpha, 1 %
  EXPECT_NEAR(d.plant.currents().r.x, 10.0, 1e-4);
  d.input.tau_ref = 96.0;
  d.run(0.05);
  // 3/2 n_p psi_f i_q = 6 x 0.08 x 200
  EXPECT_NEAR(d.plant.torque(), 96.0, 1e-2);
}

TEST(MotorControl, a_field_at_its_voltage_limit_winds_nothing_up) {
  Drive d = excited_drive(70.0);  // 60 V hold 10 A
  double most = 0.0;
  for (int k = 0; k < 6000; ++k) {
    d.tick();
    EXPECT_LE(d.out.u_f, 70.0);
    most = max(most, d.plant.currents().r.x);
  }
  EXPECT_LT(most, 10.05);
  EXPECT_NEAR(most, 10.0, 0.05);
}

// ---- Arithmetic and scalars -------------------------------------------------------------------------

TEST(MotorControl, single_precision_is_near_but_not_the_same) {
  const auto p = round_rotor_control();
  Drive exact = round_rotor_drive(p, 300.0), single = exact;
  const auto rounded =
      motor_control::prepare(motor_control::rounded(p), test::round_rotor(4, 2e-4, 0.1, 400.0));
  exact.input.tau_ref = single.input.tau_ref = 120.0;
  double most = 0.0;
  for (int k = 0; k < 500; ++k) {
    exact.tick();
    single.input.theta_m = single.plant.theta_m;
    single.input.omega_m = single.plant.omega_m;
    single.sample();
    single.out = motor_control::step_rounded(rounded, single.state, single.input);
    single.act();
    most = max(most, max(abs(exact.i().q - single.i().q), abs(exact.i().d - single.i().d)));
  }
  EXPECT_GT(most, 0.0);
  // Flux over T_s: 0.1 Vs / 1e-4 s x 2^-24 = 6e-5 V of 1 V/A x alpha L: 1e-6 of I_max, times a gain of
  // 1 / (1 - e^(-alpha T_s)) = 6 and what rotations round.
  EXPECT_LT(most, 1e-4 * 400.0);
}

TEST(MotorControl, a_rounded_state_survives_the_way_through_double) {
  motor_control::State<Float32> x{};
  x.tau_slewed = Float32(0.1);
  x.current.u_oldest.im = Float32(-1.0 / 3.0);
  x.u_f_i = Float32(7.7);
  const auto wide = convert<double, Float32, motor_control::State>(x);
  const auto back = convert<Float32, double, motor_control::State>(wide);
  EXPECT_TRUE(back.tau_slewed == x.tau_slewed);
  EXPECT_TRUE(back.current.u_oldest.im == x.current.u_oldest.im);
  EXPECT_TRUE(back.u_f_i == x.u_f_i);
  EXPECT_EQ(wide.tau_slewed, static_cast<double>(0.1F));
}

TEST(MotorControl, three_ticks_are_the_same_over_all_scalars) {
  auto p = round_rotor_control();
  p.dead_time = 2e-6;
  p.I_ripple = 50.0;  // wide against the differences' step
  const auto r = test::round_rotor(4, 2e-4, 0.1, 400.0);
  const auto law = [&](const auto& x) {
    using T = std::decay_t<decltype(x[0])>;
    const motor_control::References<T> tables{
        Table1<T>(r.tau_max.data()), Table2<T>(r.i_d.data()), Table2<T>(r.i_q.data()), {}};
    const auto m = motor_control::prepare(over<Params, T>(p), tables);
    motor_control::State<T> state{};
    motor_control::Input<T> in;
    motor_control::Output<T> out;
    for (int k = 0; k < 3; ++k) {
      in.u_realised = out.u_s;
      in.i_s = {x[0], x[1]};
      in.theta_m = x[2] + 1e-4 * k * x[3];
      in.omega_m = x[3];
      in.u_dc = x[4];
      in.tau_ref = x[5];
      out = motor_control::step(m, state, in);
    }
    return std::array<T, 3>{out.u_s.re, out.u_s.im, out.tau_ref};
  };
  test::expect_same_over_all_scalars<6>(
      {{{-300, 300}, {-300, 300}, {-3, 3}, {500, 900}, {300, 500}, {-200, 200}}}, law);
}

TEST(MotorControl, a_lane_without_gates_leaves_the_others_alone) {
  const auto r = test::round_rotor(4, 2e-4, 0.1, 400.0);
  const motor_control::References<Pack> tables{
      Table1<Pack>(r.tau_max.data()), Table2<Pack>(r.i_d.data()), Table2<Pack>(r.i_q.data()), {}};
  const auto m = motor_control::prepare(over<Params, Pack>(round_rotor_control()), tables);
  motor_control::State<Pack> state{};
  motor_control::Input<Pack> in;
  in.u_dc = 400.0;
  in.tau_ref = 50.0;
  set_lane(in.enable, 2, 0.0);
  const auto out = motor_control::step(m, state, in);
  EXPECT_EQ(lane(out.tau_ref, 2), 0.0);
  EXPECT_EQ(lane(state.tau_slewed, 2), 0.0);
  EXPECT_EQ(lane(out.reason, 2), reason(Reason::disabled));
  EXPECT_EQ(lane(out.tau_ref, 1), 50.0);
  EXPECT_EQ(lane(state.tau_slewed, 3), 50.0);
}

TEST(MotorControl, states_are_plain_data) {
  static_assert(std::is_trivially_copyable_v<motor_control::State<double>>);
  static_assert(std::is_trivially_copyable_v<motor_control::Input<double>>);
  static_assert(std::is_trivially_copyable_v<motor_control::Output<double>>);
}

}  // namespace
}  // namespace evsim
