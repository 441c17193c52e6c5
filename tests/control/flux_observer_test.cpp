#include "sim/control/flux_observer.h"

#include "sim/base/constants.h"
#include "tests/components/scalars.h"
#include "tests/control/motor_cases.h"

namespace evsim {
namespace {

constexpr double kRated = 500.0;  // mechanical [rad/s]

// A salient machine under control by estimated angle and speed, from rest at a known angle.
struct Sensorless {
  test::Drive drive;
  flux_observer::Params<double> p;
  flux_observer::State<double> state{};
  flux_observer::Output<double> estimate{};

  Sensorless(double R_s_share, double theta_e) {
    p = {.n_p = 4, .R_s = R_s_share * 0.01, .L_d = 2e-4, .L_q = 5e-4, .psi_f = 0.1};
    auto control = test::round_rotor_control();
    control.machine.circuit =
        motor_control::Synchronous<double>{.L_d = 2e-4, .L_q = 5e-4, .psi_f = 0.1};
    drive = {.plant = test::round_rotor_plant(0.0),
             .model = motor_control::prepare(control, test::constant_d(0.0, 200.0, 120.0))};
    drive.plant.machine.circuit = dq_machine::Synchronous<double>{
        .magnetics = magnetics::Linear<double>{.L_d = 2e-4, .L_q = 5e-4, .psi_f = 0.1},
        .psi_f = 0.1};
    drive.plant.theta_m = theta_e / 4.0;
    drive.plant.psi = to_stator(Dq<double>{0.1, 0.0}, angle(theta_e));
    drive.input.u_dc = 400.0;
    drive.J = 0.2;
    state = flux_observer::at_rest(p, theta_e);
  }
  void tick() {
    test::Drive& d = drive;
    d.sample();
    estimate = flux_observer::step(p, state, {d.input.i_s, vector(d.outputs[1])}, d.T_s());
    d.input.theta_m = estimate.theta_m;
    d.input.omega_m = estimate.omega_m;
    d.out = motor_control::step(d.model, d.state, d.input);
    d.act();
  }
  // Of the angle [rad]; to be asked before a tick's plant moves on, so it keeps the true angle.
  double error_after_tick() {
    const double theta = 4.0 * drive.plant.theta_m;
    tick();
    const double e = estimate.theta_e - theta;
    return e - kTwoPi * std::round(e / kTwoPi);  // not physics
  }
};

TEST(FluxObserver, from_rest_above_5_per_cent_of_speed_it_follows_a_torque_step) {
  Sensorless s(1.0, 0.7);
  s.drive.input.tau_ref = 60.0;
  double most = 0.0;
  for (int k = 0; k < 12000; ++k) {
    if (s.drive.plant.omega_m > 0.3 * kRated) s.drive.input.tau_ref = 110.0;
    if (s.drive.plant.omega_m > 0.6 * kRated) s.drive.input.tau_ref = -60.0;
    const double e = s.error_after_tick();
    if (s.drive.plant.omega_m > 0.05 * kRated) most = max(most, abs(e));
  }
  EXPECT_LT(most, 0.05);
  EXPECT_GT(s.drive.plant.omega_m, 0.05 * kRated);
}

TEST(FluxObserver, at_constant_speed_angle_and_speed_are_exact) {
  Sensorless s(1.0, -2.0);
  s.drive.input.tau_ref = 100.0;
  for (int k = 0; k < 4000; ++k) s.tick();
  s.drive.input.tau_ref = 40.0;
  s.drive.tau_load = 40.0;
  double e = 0.0;
  for (int k = 0; k < 10000; ++k) e = s.error_after_tick();
  // Trapezoids under R_s i between the samples.
  EXPECT_NEAR(e, 0.0, 1e-3);
  EXPECT_NEAR(s.estimate.omega_m, s.drive.plant.omega_m, 0.1);
}

TEST(FluxObserver, a_wrong_resistance_matters_less_the_faster_it_turns) {
  double error[2];
  for (int fast = 0; fast < 2; ++fast) {
    Sensorless s(1.5, 0.0);
    s.drive.input.tau_ref = 60.0;
    const double target = fast ? 0.6 * kRated : 0.1 * kRated;
    while (s.drive.plant.omega_m < target) s.tick();
    s.drive.tau_load = 60.0;
    double e = 0.0;
    for (int k = 0; k < 3000; ++k) e = s.error_after_tick();
    error[fast] = abs(e);
  }
  EXPECT_GT(error[0], 1e-3);
  EXPECT_LT(error[0],
            0.01);  // 0.5 V too much of R_s i lies on the q axis: mostly the flux, not the angle
  EXPECT_LT(error[1], 0.6 * error[0]);
}

TEST(FluxObserver, two_steps_are_the_same_over_all_scalars) {
  const auto law = [](const auto& x) {
    using T = std::decay_t<decltype(x[0])>;
    const flux_observer::Params<T> p{4, T(0.01), T(2e-4), T(5e-4), T(0.1), T(40.0)};
    auto state = flux_observer::at_rest(p, x[0]);
    state.omega = x[1];
    flux_observer::Output<T> out{};
    for (int k = 0; k < 2; ++k)
      out = flux_observer::step(p, state, {{x[2], x[3]}, {x[4], x[5]}}, T(1e-4));
    return std::array<T, 3>{state.theta, state.omega, out.psi.im};
  };
  test::expect_same_over_all_scalars<6>(
      {{{-2, 2}, {100, 900}, {-90, 90}, {-90, 90}, {-90, 90}, {-90, 90}}}, law);
}

}  // namespace
}  // namespace evsim
