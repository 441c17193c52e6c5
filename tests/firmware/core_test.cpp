// The firmware's core, compiled for this machine: limits, currents, protection, frames.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <string>

#include "sim/link/e2e.h"
#include "sim/link/slcan.h"

extern "C" {
#include "tests/firmware/e2e.h"
#include "tests/firmware/foc.h"
#include "tests/firmware/slcan.h"
#include "tests/firmware/torque_limits.h"
#include "tests/firmware/vcu.h"
}

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr float kCelsius = 273.15f;

// ---- Torque limits ----------------------------------------------------------------------------------

torque_limits_params limits() {
  return {.tau_max = 400.0f,
          .P_max = 200e3f,
          .omega_max = 2000.0f,
          .T_winding_start = 150.0f + kCelsius,
          .T_winding_end = 170.0f + kCelsius,
          .T_junction_start = 150.0f + kCelsius,
          .T_junction_end = 170.0f + kCelsius,
          .u_dc_low_start = 260.0f,
          .u_dc_low_end = 220.0f,
          .u_dc_high_start = 455.0f,
          .u_dc_high_end = 475.0f,
          .slew = 1e4f};
}
torque_limits_inputs driving(float tau) {
  return {.tau_request = tau,
          .omega_m = 100.0f,
          .u_dc = 400.0f,
          .T_winding = 20.0f + kCelsius,
          .T_junction = 20.0f + kCelsius,
          .T_s = 1.0f};  // no slew
}
torque_limits_outputs limited(const torque_limits_inputs& in) {
  const auto p = limits();
  torque_limits_state x{};
  return torque_limits_step(&p, &x, &in);
}

TEST(TorqueLimits, what_no_limit_meets_passes) {
  for (const float tau : {-399.0f, 0.0f, 250.0f, 400.0f}) {
    const auto out = limited(driving(tau));
    EXPECT_EQ(out.tau, tau);
    EXPECT_EQ(out.reason, NO_LIMIT);
  }
}

TEST(TorqueLimits, each_takes_its_share_and_says_so) {
  const auto expect = [](const torque_limits_inputs& in, float tau, int reason) {
    const auto out = limited(in);
    EXPECT_NEAR(out.tau, tau, 1e-3f) << reason;  // rounding
    EXPECT_EQ(out.reason, reason);
  };
  auto in = driving(500.0f);
  expect(in, 400.0f, TORQUE_LIMIT);
  in.omega_m = 1000.0f;
  expect(in, 200.0f, TORQUE_LIMIT);  // 200 kW
  in.omega_m = 1980.0f;              // in the middle of the last 2 %
  expect(in, 0.5f * 200e3f / 1980.0f, TORQUE_LIMIT);
  in.tau_request = -500.0f;  // nothing keeps it from slowing down
  expect(in, -200e3f / 1980.0f, TORQUE_LIMIT);

  in = driving(300.0f);
  in.T_winding = 160.0f + kCelsius;
  expect(in, 200.0f, WINDING_HOT);
  in.T_junction = 165.0f + kCelsius;
  expect(in, 100.0f, DEVICES_HOT);
  in = driving(300.0f);
  in.u_dc = 240.0f;
  expect(in, 200.0f, U_DC_LOW);
  in.tau_request = -300.0f;
  expect(in, -300.0f, NO_LIMIT);
  in.u_dc = 465.0f;
  expect(in, -200.0f, U_DC_HIGH);
}

TEST(TorqueLimits, the_slew_limit_makes_a_step_a_ramp) {
  const auto p = limits();
  torque_limits_state x{};
  auto in = driving(35.0f);
  in.T_s = 1e-3f;
  for (const float tau : {10.0f, 20.0f, 30.0f, 35.0f, 35.0f})
    EXPECT_FLOAT_EQ(torque_limits_step(&p, &x, &in).tau, tau);
}

// ---- Currents ---------------------------------------------------------------------------------------

foc_params machine() {
  return {.n_p = 4.0f,
          .T_s = 1e-4f,
          .R_s = 0.01f,
          .L_d = 95e-6f,
          .L_q = 230e-6f,
          .psi_f = 0.08f,
          .I_max = 700.0f,
          .k_u = 0.95f,
          .alpha = 754.0f,
          .alpha_w = 188.0f};
}
double torque(const foc_params& p, double i_d, double i_q) {
  return 1.5 * p.n_p * (p.psi_f + (p.L_d - p.L_q) * i_d) * i_q;
}

TEST(Foc, its_d_current_is_that_of_the_least_amplitude) {
  const auto p = machine();
  for (const double i_q : {10.0, 100.0, 400.0}) {
    const double i_d = foc_least_current(&p, static_cast<float>(i_q)), tau = torque(p, i_d, i_q);
    const auto amplitude = [&](double d) { return std::hypot(d, tau / torque(p, d, 1.0)); };
    for (const double aside : {-0.02, 0.02})
      EXPECT_GT(amplitude(i_d + aside * i_q), amplitude(i_d));
  }
}

TEST(Foc, a_machine_that_has_its_currents_gets_the_voltage_that_they_need) {
  const auto p = machine();
  for (const double theta_m : {-3.0, -0.4, 0.0, 0.7, 2.9}) {
    foc_state x{};
    const double omega_m = 300.0, omega = p.n_p * omega_m, theta = p.n_p * theta_m;
    foc_inputs in{.i_a = 0,
                  .i_b = 0,
                  .i_c = 0,
                  .theta_m = static_cast<float>(theta_m),
                  .omega_m = static_cast<float>(omega_m),
                  .u_dc = 400.0f,
                  .tau = 150.0f};
    foc_outputs out{};
    for (int k = 0; k < 20; ++k) {  // the references settle; integrals begin anew
      out = foc_step(&p, &x, &in);
      x.u_id = x.u_iq = x.i_w = 0.0f;
    }
    EXPECT_NEAR(out.tau_aimed, 150.0, 1e-2);
    const auto phase = [&](double angle) {
      return out.i_d_ref * std::cos(angle) - out.i_q_ref * std::sin(angle);
    };
    in.i_a = static_cast<float>(phase(theta));
    in.i_b = static_cast<float>(phase(theta - 2.0 * kPi / 3.0));
    in.i_c = static_cast<float>(phase(theta + 2.0 * kPi / 3.0));
    // With active damping the integrals hold (k - R_s) i and the drop at rest.
    x.u_id = p.alpha * p.L_d * out.i_d_ref;
    x.u_iq = p.alpha * p.L_q * out.i_q_ref;
    out = foc_step(&p, &x, &in);
    const double u_d = p.R_s * out.i_d_ref - omega * p.L_q * out.i_q_ref;
    const double u_q = p.R_s * out.i_q_ref + omega * (p.L_d * out.i_d_ref + p.psi_f);
    const double ahead = theta + 1.5 * omega * p.T_s;
    const double u_alpha = 400.0 * (2.0 * out.d_a - out.d_b - out.d_c) / 3.0;
    const double u_beta = 400.0 * (out.d_b - out.d_c) / std::sqrt(3.0);
    // A float has 7 digits; currents of 300 A through k = 0.2 V/A leave 1e-4 V.
    EXPECT_NEAR(u_alpha, std::cos(ahead) * u_d - std::sin(ahead) * u_q, 1e-2);
    EXPECT_NEAR(u_beta, std::sin(ahead) * u_d + std::cos(ahead) * u_q, 1e-2);
  }
}

// ---- Vehicle control unit -----------------------------------------------------------------------------

const vcu_config kCar{.mass = 2000.0f,
                      .wheel_radius = 0.34f,
                      .mu = 1.0f,
                      .v_max = 60.0f,
                      .v_zero = 1.0f,
                      .v_full = 3.0f,
                      .deceleration_max = 3.0f,
                      .ratio = 10.0f};
vcu_inputs rolling() {
  return {.accelerator = 0,
          .brake = 0,
          .v = 10.0f,
          .P_discharge_max = 2e5f,
          .P_charge_max = 1e5f,
          .omega = 294.0f,
          .tau_limit = 400.0f};
}

TEST(VcuFirmware, a_pedal_is_a_share_of_the_grip) {
  auto in = rolling();
  in.accelerator = 0.25f;
  const auto out = vcu_step(&kCar, &in);
  EXPECT_NEAR(out.tau, 0.25 * 2000.0 * 9.80665 * 0.034, 1e-3);  // 166.7 Nm
  EXPECT_EQ(out.F_brake, 0.0f);
  EXPECT_EQ(out.reason, 0);
}

TEST(VcuFirmware, machine_and_friction_brake_together_as_the_pedal_asks) {
  auto in = rolling();
  in.P_charge_max = 1e6f;
  for (const float brake : {0.1f, 0.2f, 0.5f, 1.0f}) {
    in.brake = brake;
    const auto out = vcu_step(&kCar, &in);
    EXPECT_NEAR(out.F_brake - out.tau / 0.034, brake * 2000.0 * 9.80665, 0.02);  // a float of 2e4
    EXPECT_GE(out.tau, -3.0 * 2000.0 * 0.034 - 1e-3);
  }
}

TEST(VcuFirmware, the_battery_and_the_top_speed_are_kept) {
  auto in = rolling();
  in.accelerator = 1.0f;
  in.omega = 1000.0f;
  auto out = vcu_step(&kCar, &in);
  EXPECT_NEAR(1.1 * out.tau * 1000.0, 2e5, 1.0);
  EXPECT_EQ(out.reason, 2);
  in.v = 60.0f;
  out = vcu_step(&kCar, &in);
  EXPECT_EQ(out.tau, 0.0f);
  EXPECT_EQ(out.reason, 8);
}

TEST(VcuFirmware, a_battery_that_gives_or_takes_nothing_leaves_friction_alone) {
  for (const float P : {0.0f, -500.0f})
    for (const float brake : {0.0f, 0.5f}) {
      auto in = rolling();
      in.P_discharge_max = in.P_charge_max = P;
      in.brake = brake;
      in.accelerator = 0.5f - brake;
      for (in.omega = 0.0f; in.omega < 600.0f; in.omega += 300.0f) {
        const auto out = vcu_step(&kCar, &in);
        EXPECT_TRUE(in.omega == 0.0f || out.tau == 0.0f) << out.tau;
        EXPECT_NEAR(out.F_brake - std::min(out.tau, 0.0f) / 0.034, brake * 2000.0 * 9.80665, 0.02);
      }
    }
}

// ---- Frames -------------------------------------------------------------------------------------------

std::mt19937 random_bits(7);
std::array<std::uint8_t, 8> random_bytes() {
  std::array<std::uint8_t, 8> out{};
  for (auto& b : out) b = static_cast<std::uint8_t>(random_bits());
  return out;
}

TEST(E2eFirmware, protects_as_the_simulator_does_and_accepts_what_it_protects) {
  const evsim::e2e::Config config{.data_id = 0x210};
  evsim::e2e::Sender sender;
  e2e mine{.data_id = 0x210, .counter = 0, .begun = 0}, receiver = mine;
  for (int k = 0; k < 1000; ++k) {
    auto a = random_bytes(), b = a;
    evsim::e2e::protect(config, sender, a);
    e2e_protect(&mine, b.data(), 8);
    ASSERT_EQ(a, b);
    ASSERT_EQ(e2e_check(&receiver, a.data(), 8), 1);
  }
}

TEST(E2eFirmware, turns_away_what_is_altered_repeated_or_too_late) {
  e2e sender{.data_id = 0x110, .counter = 0, .begun = 0}, receiver = sender;
  const auto next = [&] {
    auto out = random_bytes();
    e2e_protect(&sender, out.data(), 8);
    return out;
  };
  for (int k = 0; k < 200; ++k) {
    auto data = next();
    ASSERT_EQ(e2e_check(&receiver, data.data(), 8), 1);
    EXPECT_EQ(e2e_check(&receiver, data.data(), 8), 0);  // again
    data = next();
    data[random_bits() % 8u] ^= static_cast<std::uint8_t>(1u << random_bits() % 8u);
    EXPECT_EQ(e2e_check(&receiver, data.data(), 8), 0);
  }
  next(), next(), next();
  const auto late = next();
  EXPECT_EQ(e2e_check(&receiver, late.data(), 8), 0);
}

std::string written;
void write_down(const char* text, unsigned n) { written.append(text, n); }

TEST(SlcanFirmware, understands_what_the_simulator_says_and_the_other_way_round) {
  using namespace evsim::can;
  slcan::Client client;
  slcan_port device{};
  device.write = write_down;
  written.clear();
  can_frame got{};
  const std::string open = slcan::opening({}).value();
  for (const char c : open) slcan_feed(&device, c, &got);
  for (const auto& r : client.feed(written)) EXPECT_EQ(r.kind, slcan::Received::Kind::done);
  for (int k = 0; k < 1000; ++k) {
    Frame f;
    f.id = random_bits() & 0x7FFu;
    f.length = static_cast<std::uint8_t>(random_bits() % 9u);
    const auto bytes = random_bytes();
    std::copy_n(bytes.begin(), f.length, f.data.begin());
    std::string text;
    slcan::append(text, f);
    int frames = 0;
    for (const char c : text) frames += slcan_feed(&device, c, &got);
    ASSERT_EQ(frames, 1);
    written.clear();
    slcan_send(&device, &got);
    const auto back = client.feed(written);
    ASSERT_EQ(back.size(), 1u);
    EXPECT_EQ(back[0].frame.frame, f);
  }
}

TEST(SlcanFirmware, refuses_what_is_no_frame_and_goes_on) {
  slcan_port device{};
  device.write = write_down;
  can_frame got{};
  const auto say = [&](const std::string& text) {
    written.clear();
    int frames = 0;
    for (const char c : text) frames += slcan_feed(&device, c, &got);
    return written + (frames > 0 ? "!" : "");
  };
  EXPECT_EQ(say("t1000\r"), "\a");  // closed
  EXPECT_EQ(say("O\r"), "\r");
  EXPECT_EQ(say("t1000\r"), "z\r!");
  for (const char* text :
       {"t800", "t8000", "t1009", "t10011", "t1001123", "t100g", "x", "T000001000"})
    EXPECT_EQ(say(text + std::string("\r")), "\a") << text;
  EXPECT_EQ(say(std::string(5000, 't') + "\r"), "\a");
  EXPECT_EQ(say("V\r"), "V1013\r");
  EXPECT_EQ(say("t10011F\r"), "z\r!");
  EXPECT_EQ(got.data[0], 0x1F);
}

}  // namespace
