#include "sim/solve/switched_step.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <functional>
#include <random>

#include "sim/base/constants.h"
#include "tests/solve/electric_cases.h"

namespace evsim {
namespace {

using namespace electric_cases;
using switched_step::Command;
using switched_step::Gates;
using switched_step::Leg;
using switched_step::Legs;
using switched_step::Outcome;

constexpr double kTs = 1e-4;

// ---- A peer's results -----------------------------------------------------------------------------

enum class Flaw { none, no_delay, frozen_angle, other_direction, no_edges };

struct Instant {
  double t;
  Dq<double> i;
};
struct Peer {
  double tau = 0.0, t = 0.0, i = 0.0;  // largest differences
};

// The car machine at 2000 rpm on 350 V: duties of sample k acted on from sample k + 1, rounded to 4096 counts.
Peer against_peer(Flaw flaw) {
  const auto rows = numbers("ev_brusa_torque_steps_pwm.txt");
  EXPECT_EQ(rows.size(), 2000u);
  const Model m = drive(kCarMachine);
  const double omega = 209.43951023931953;
  State y = at_rest(m, 350.0, omega, kCarMachine.psi_f);
  Legs legs{};
  Rows q{};
  Peer worst;
  std::vector<Instant> seen;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto& row = rows[flaw == Flaw::no_delay ? std::min(k + 1, rows.size() - 1) : k];
    const pwm::Duties<double> d{row[0] / 4096.0, row[1] / 4096.0, row[2] / 4096.0};
    const int shift = flaw == Flaw::other_direction ? 1 : 0;
    const auto half = pwm::half_of(static_cast<long long>(k) + shift);
    Command c{.units = {}, .U_0 = 350.0};
    c.units[0].edges = pwm::half_period(d, half, kTs, legs[0].commanded);
    if (flaw == Flaw::frozen_angle) {  // the mean vector turns with the rotor, as a dq voltage
      c.units[0].averaged = true;
      const Ab<double> s = to_stator(Abc<double>{d.a, d.b, d.c});
      for (int n = 0; n < 16; ++n) {
        c.units[0].s = to_stator(Dq<double>{s.a, s.b}, angle((n - 7.5) / 16.0 * 3.0 * omega * kTs));
        switched_step::sample<1>(m, c, Shaft{}, kTs / 16.0, y, legs, q);
      }
    } else {
      switched_step::sample<1>(m, c, Shaft{}, kTs, y, legs, q, [&](double t, const auto& s) {
        if (k >= 1800) seen.push_back({static_cast<double>(k) * kTs + t, current(m, s.y)});
      });
    }
    if (rows[k].size() > 3) worst.tau = std::max(worst.tau, std::abs(torque(m, y) - rows[k][3]));
  }
  for (const auto& row : numbers("ev_brusa_torque_steps_pwm_edges.txt")) {
    Instant nearest{1e9, {0.0, 0.0}};
    for (const Instant& x : seen)
      if (std::abs(x.t - row[0]) < std::abs(nearest.t - row[0])) nearest = x;
    worst.t = std::max(worst.t, std::abs(nearest.t - row[0]));
    worst.i = std::max({worst.i, std::abs(nearest.i.d - row[1]), std::abs(nearest.i.q - row[2])});
  }
  return worst;
}

TEST(SwitchedStep, a_car_machine_gives_the_torque_the_edges_and_the_ripple_of_a_peer) {
  const Peer worst = against_peer(Flaw::none);
  EXPECT_LE(worst.tau, 1e-5);  // the printed digits, and the peer's tolerance
  EXPECT_LE(worst.i, 1e-5);
  EXPECT_LE(worst.t, 1e-9);  // ten printed digits
}
TEST(SwitchedStep, a_wrong_delay_a_frozen_angle_and_a_wrong_carrier_are_seen) {
  EXPECT_GT(against_peer(Flaw::no_delay).tau, 1.0);
  EXPECT_GT(against_peer(Flaw::frozen_angle).tau, 1e-3);
  const Peer other = against_peer(Flaw::other_direction);
  EXPECT_GT(other.tau, 1e-3);
  EXPECT_GT(other.t, 1e-6);
}

// ---- A drive with losses --------------------------------------------------------------------------

Model lossy_drive() {
  Model m = drive(kCarMachine);
  m.units[0].inverter = {
      .P_fixed = 20.0, .U_on = 1.0, .R_on = 2e-3, .switching_loss = 3e-8, .dead_time = 2e-6};
  m.node = {.C = 500e-6, .R_C = 0.5e-3, .R_cable = 1e-3, .L_cable = 1e-6};
  return m;
}

struct Setting {
  double omega = 300.0;     // [rad/s]
  double amplitude = 0.47;  // of the phase voltage over the DC voltage
  double lead = 2.98;       // of its angle before the rotor's [rad]
  int sound = 20, samples = 600;
  Gates gates = Gates::modulating;
  std::array<Leg, 3> faults{};
  bool averaged = false;
  double U_0 = 350.0, R_source = 0.05;
};

struct Ran {
  State y;
  Rows q;        // from the fault on
  double share;  // missing of the throughput: of ports and stores
  double time;   // from the fault on [s]
  Legs legs;
  bool resolved = true;
  double tau() const { return q.units[0].tau / time; }
  double i_dc() const { return q.charge / time; }
};

using Watch = std::function<void(double, const State&)>;

// Runs the setting with a carrier of 5 kHz, new duties in each half period; the fault comes after `sound`.
Ran ran(const Model& m, const Setting& x, const Watch& watch = {}) {
  auto h = held(x.U_0);
  Ran r{.y = at_rest(m, x.U_0, x.omega, kCarMachine.psi_f),
        .q = {},
        .share = 0,
        .time = 0,
        .legs = {}};
  double before = electric_drive::stored_energy(m, h, r.y), throughput = 0.0, lost = 0.0;
  for (int k = 0; k < x.samples; ++k) {
    const double phi = 3.0 * x.omega * (k + 0.5) * kTs + x.lead, u = x.amplitude * x.U_0;
    const auto d = pwm::duties(pwm::Modulation::space_vector, pwm::Overmodulation::hexagon,
                               Ab<double>{u * std::cos(phi), u * std::sin(phi)}, x.U_0);
    Command c{.units = {}, .U_0 = x.U_0, .R_source = x.R_source};
    c.units[0].averaged = x.averaged;
    c.units[0].s = to_stator(Abc<double>{d.a, d.b, d.c});
    c.units[0].edges = pwm::half_period(d, pwm::half_of(k), kTs, r.legs[0].commanded);
    if (k >= x.sound) c.units[0].gates = x.gates, c.units[0].faults = x.faults;
    if (k == x.sound) {
      lost = std::abs(missing(m, h, r.q, before, r.y));
      before = electric_drive::stored_energy(m, h, r.y), r.q = {};
    }
    const Rows start = r.q;
    const double stored = electric_drive::stored_energy(m, h, r.y);
    const Outcome out = switched_step::sample<1>(m, c, Shaft{}, kTs, r.y, r.legs, r.q,
                                                 [&](double t, const auto& s) {
                                                   if (watch && k >= x.sound)
                                                     watch(k * kTs + t, s.y);
                                                 });
    r.resolved = r.resolved && out.resolved;
    throughput += std::abs(x.U_0 * (r.q.charge - start.charge)) +
                  std::abs(r.q.units[0].shaft - start.units[0].shaft) +
                  std::abs(electric_drive::stored_energy(m, h, r.y) - stored);
  }
  r.time = (x.samples - x.sound) * kTs;
  r.share = (lost + std::abs(missing(m, h, r.q, before, r.y))) / throughput;
  return r;
}
constexpr double kBooks = 1e-6;  // the bar of every ledger

// ---- By hand --------------------------------------------------------------------------------------

TEST(SwitchedStep, one_pulse_without_resistance_gives_the_current_of_its_volt_seconds) {
  // Locked on the d axis, leg a alone up for 40 % of 100 us: u_d = 2/3 350 V for 40 us over 0.37 mH = 25.22523 A.
  Model m = drive({3, 0.0, 0.37e-3, 1.2e-3, 0.066});
  State y = at_rest(m, 350.0, 0.0, 0.066);
  Legs legs{};
  Rows q{};
  Command c{.units = {}, .U_0 = 350.0};
  c.units[0].edges = pwm::half_period({0.4, 0.0, 0.0}, pwm::Half::rising, kTs, {});
  switched_step::sample<1>(m, c, Shaft{}, kTs, y, legs, q);
  EXPECT_NEAR(current(m, y).d, 25.225225225, 1e-8);  // digits given
}

TEST(SwitchedStep, an_edge_costs_half_of_a_cycle) {
  // The same pulse starts at 20 A from a locked machine with an edge up at t = 60 us: leg a carries 20 A.
  // 1/2 3e-8 s 350 V 20 A = 1.05e-4 J.
  Model m = drive({3, 0.0, 0.37e-3, 1.2e-3, 0.066});
  m.units[0].inverter.switching_loss = 3e-8;
  State y = at_rest(m, 350.0, 0.0, 0.066 + 20.0 * 0.37e-3);
  Legs legs{};
  Rows q{};
  Command c{.units = {}, .U_0 = 350.0};
  c.units[0].edges = pwm::half_period({0.4, 0.0, 0.0}, pwm::Half::rising, kTs, {});
  switched_step::sample<1>(m, c, Shaft{}, kTs, y, legs, q);
  EXPECT_NEAR(q.units[0].switching, 1.05e-4, 1e-12);  // the 1e6 F of the source fall by nothing
}

TEST(SwitchedStep, dead_time_shortens_the_pulse_of_a_current_that_flows_out) {
  // 20 A out of leg a: its rise comes 2 us later. 2/3 350 V (40 - 2) us / 0.37 mH = 23.96396 A more.
  Model m = drive({3, 0.0, 0.37e-3, 1.2e-3, 0.066});
  m.units[0].inverter.dead_time = 2e-6;
  State y = at_rest(m, 350.0, 0.0, 0.066 + 20.0 * 0.37e-3);
  Legs legs{};
  Rows q{};
  Command c{.units = {}, .U_0 = 350.0};
  const auto sample = [&](double duty, pwm::Half half) {
    c.units[0].edges = pwm::half_period({duty, 0.0, 0.0}, half, kTs, legs[0].commanded);
    switched_step::sample<1>(m, c, Shaft{}, kTs, y, legs, q);
  };
  // Before its first gates close, the current finds diodes: -2/3 350 V for 2 us take 1.261261 A.
  sample(0.0, pwm::Half::falling);
  EXPECT_NEAR(current(m, y).d, 20.0 - 1.261261261, 1e-8);  // digits given
  sample(0.4, pwm::Half::rising);
  EXPECT_NEAR(current(m, y).d, 20.0 - 1.261261261 + 23.963963964, 1e-8);
}

// ---- Weights of the DC node -----------------------------------------------------------------------

TEST(SwitchedStep, node_weights_are_those_of_the_matrix_functions) {
  const dc_node::Params<double> p{.C = 500e-6, .R_C = 0.5e-3, .R_cable = 1e-3, .L_cable = 1e-6};
  for (const double R : {0.0, 0.05, 2.0})
    for (const double h : {1e-12, 1e-9, 1e-7, 3e-6, 1e-5, 1e-4, 1e-3}) {
      const auto exact = dc_node::weights(p, R, h);
      const auto got = switched_step::weights(switched_step::node(p, R), h).node;
      // Rounding, grown by the doublings of a step of 40 time constants. 45: sqrt(C/L) scales the states alike.
      const double size = 1e-13 * (1.0 + h / 1e-6);
      EXPECT_NEAR(got.E.ii, exact.i_end[0], size) << R << ' ' << h;
      EXPECT_NEAR(got.E.iu / 45.0, exact.i_end[1] / 45.0, size) << R << ' ' << h;
      EXPECT_NEAR(got.E.ui / 45.0, exact.u_end[0] / 45.0, size) << R << ' ' << h;
      EXPECT_NEAR(got.E.uu, exact.u_end[1], size) << R << ' ' << h;
      const double held = got.F_1.ii + 4.0 * got.F_2.ii + got.F_3.ii;  // of a constant source
      EXPECT_NEAR(held, exact.i_end[2] * p.L_cable, size * h) << R << ' ' << h;
    }
}

// ---- Faults ---------------------------------------------------------------------------------------

TEST(SwitchedStep, a_short_circuit_settles_at_its_closed_form) {
  // With w = 900 rad/s, R = 0.018 + 0.002 Ohm: det = R^2 + w^2 L_d L_q = 0.36004 Ohm2,
  //   i_d = -w^2 psi_f L_q / det = -178.180 A,  i_q = -w psi_f R / det = -3.2996 A,
  //   tau = 9/2 (psi_f + (L_d - L_q) i_d) i_q = -3.1760 Nm
  const double w = 900.0, R = 0.020, det = R * R + w * w * 0.37e-3 * 1.2e-3;
  const double i_d = -w * w * 0.066 * 1.2e-3 / det, i_q = -w * 0.066 * R / det;
  EXPECT_NEAR(i_d, -178.180, 1e-3);
  EXPECT_NEAR(i_q, -3.2996, 1e-4);
  Model m = lossy_drive();
  m.units[0].inverter.U_on = 0.0;
  for (const Gates gates : {Gates::short_low, Gates::short_high}) {
    const Ran r = ran(m, {.samples = 6000, .gates = gates});  // 20 time constants L_q/R
    EXPECT_NEAR(current(m, r.y).d, i_d, 1e-3 * std::abs(i_d));
    EXPECT_NEAR(current(m, r.y).q, i_q, 1e-3 * std::abs(i_q));
    EXPECT_NEAR(torque(m, r.y), 4.5 * (0.066 - 0.83e-3 * i_d) * i_q, 1e-3 * 3.2);
    EXPECT_LE(r.share, kBooks);
  }
}

TEST(SwitchedStep, with_all_gates_off_at_low_speed_the_currents_die_and_stay_away) {
  // sqrt(3) w psi_f = 103 V between two phases, far below 350 V.
  const Model m = lossy_drive();
  double after_a_while = 0.0;
  const Ran r = ran(m, {.gates = Gates::all_off}, [&](double t, const State& y) {
    if (t < 0.01) return;
    for (const double i : phase_currents(m, y))
      after_a_while = std::max(after_a_while, std::abs(i));
  });
  EXPECT_LE(after_a_while, 1e-10);  // rounding of a flux linkage of 0.07 Vs over 0.37 mH, times 500
  EXPECT_NEAR(torque(m, r.y), 0.0, 1e-10);
  EXPECT_EQ(r.legs[0].leg[0].sign, 0);
  EXPECT_LE(r.share, kBooks);
}

TEST(SwitchedStep,
     all_gates_off_generate_beyond_the_speed_where_the_voltage_between_phases_is_u_dc) {
  // sqrt(3) w psi_f = u_dc + 2 U_on = 352 V at w = 3079.2 rad/s.
  const Model m = lossy_drive();
  const double threshold = 352.0 / (std::sqrt(3.0) * 0.066 * 3.0);
  const Setting at{
      .omega = 0.99 * threshold, .amplitude = 0.0, .sound = 0, .gates = Gates::all_off};
  const Ran below = ran(m, at);
  // The fixed 20 W alone: 20 W / 350 V.
  EXPECT_NEAR(below.i_dc(), 20.0 / 350.0, 1e-3);
  EXPECT_NEAR(below.tau(), 0.0, 1e-9);
  Setting fast = at;
  fast.omega = 1.1 * threshold;
  const Ran above = ran(m, fast);
  EXPECT_LT(above.i_dc(), -10.0);
  EXPECT_LT(above.tau(), -3.0);
  EXPECT_LE(above.share, kBooks);
  EXPECT_LE(below.share, kBooks);
}

// Extremes of phase a's current from 20 ms after the fault on.
struct Extremes {
  double low = 0.0, high = 0.0;
  Ran r;
};
Extremes of_phase_a(const Model& m, const Setting& x) {
  Extremes e;
  e.r = ran(m, x, [&](double t, const State& y) {
    const double i = phase_currents(m, y)[0];
    if (t > 0.02) e.low = std::min(e.low, i), e.high = std::max(e.high, i);
  });
  return e;
}

TEST(SwitchedStep, a_switch_that_never_conducts_takes_a_half_wave) {
  const Model m = lossy_drive();
  const Extremes sound = of_phase_a(m, {});
  const Extremes upper = of_phase_a(m, {.faults = {Leg::open_upper}});
  const Extremes lower = of_phase_a(m, {.faults = {Leg::open_lower}});
  EXPECT_GT(sound.high, 20.0);
  EXPECT_LT(sound.low, -20.0);
  // Nothing but a diode's ripple is left of it.
  EXPECT_LT(upper.high, 0.2 * sound.high);
  EXPECT_LT(upper.low, -20.0);
  EXPECT_GT(lower.low, 0.2 * sound.low);
  EXPECT_GT(lower.high, 20.0);
  for (const Extremes* e : {&sound, &upper, &lower}) EXPECT_LE(e->r.share, kBooks) << e->high;
}

TEST(SwitchedStep, a_shorted_switch_holds_its_phase_at_its_rail) {
  // All other gates off: the machine drives a current through the rail and diodes, in one direction.
  const Model m = lossy_drive();
  const Extremes upper = of_phase_a(m, {.gates = Gates::all_off, .faults = {Leg::shorted_upper}});
  const Extremes lower = of_phase_a(m, {.gates = Gates::all_off, .faults = {Leg::shorted_lower}});
  EXPECT_GT(upper.high, 100.0);
  EXPECT_GT(upper.low, -1.0);
  EXPECT_LT(lower.low, -100.0);
  EXPECT_LT(lower.high, 1.0);
  EXPECT_LT(upper.r.tau(), -1.0);
  EXPECT_NEAR(upper.r.tau(), lower.r.tau(),
              0.1 * std::abs(upper.r.tau()));  // alike, but for where they began
  EXPECT_LE(upper.r.share, kBooks);
  EXPECT_LE(lower.r.share, kBooks);
}

TEST(SwitchedStep, a_shorted_switch_while_the_others_modulate_is_in_the_books) {
  const Ran r = ran(lossy_drive(), {.faults = {Leg::shorted_lower}});
  EXPECT_TRUE(r.resolved);
  EXPECT_LE(r.share, kBooks);
}

// Mean over whole turns of samples, and amplitude of a multiple of the electrical frequency.
struct Turns {
  std::vector<double> x, theta;
  std::complex<double> part(double order) const {
    std::complex<double> sum = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k) sum += x[k] * std::polar(1.0, -order * theta[k]);
    return sum / static_cast<double>(x.size());
  }
  double mean() const { return part(0.0).real(); }
  double swing(double order) const { return 2.0 * std::abs(part(order)); }
};

TEST(SwitchedStep, a_shorted_switch_beside_legs_that_go_on_drives_a_direct_current) {
  // The upper switch of leg a conducts for good; the duties go on, 1/2 + u_k / u_dc with u_k of amplitude U about each
  // leg's middle. Leg a stands at u_dc, the others at u_dc / 2 in the mean, and of U's vector a third of phase a's is
  // missing:
  //   u_s = u_dc/3 + 2/3 U e^(j (theta + phi)) - 1/3 U e^(-j (theta + phi))
  // With L_d = L_q = L every part drives its own current:
  //   I_0 = u_dc / (3 R)                  along phase a
  //   I_+ = (2/3 U e^(j phi) - j w psi_f) / (R + j w L),  I_- = -1/3 U e^(-j phi) / (R - j w L)
  //   tau = 3/2 n_p psi_f Im(I_+ + I_0 e^(-j theta) + I_- e^(-2j theta))
  constexpr double R = 1.0, L = 1e-3, psi_f = 0.066, u_dc = 350.0, U = 0.45 * u_dc, phi = 1.8;
  constexpr int kTurn = 70;  // ticks
  const double w = 2.0 * kPi / (kTurn * kTs);
  const Model m = drive({3, R, L, L, psi_f});
  State y = at_rest(m, u_dc, w / 3.0, psi_f);
  Legs legs{};
  Rows q{};
  Command c{.units = {}, .U_0 = u_dc};
  c.units[0].faults = {Leg::shorted_upper};
  Turns i_a, tau;
  for (int k = 0; k < 12 * kTurn; ++k) {  // 40 time constants of 1 ms until the last turns
    if (k == 6 * kTurn) q = {};
    const double at = w * (k + 0.5) * kTs + phi;
    const auto duty = [&](double turned) { return 0.5 + U / u_dc * std::cos(at - turned); };
    const pwm::Duties<double> d{duty(0.0), duty(2.0 * kPi / 3.0), duty(4.0 * kPi / 3.0)};
    c.units[0].edges = pwm::full_period(d, kTs, legs[0].commanded);
    switched_step::sample<1>(m, c, Shaft{}, kTs, y, legs, q);
    if (k < 6 * kTurn) continue;
    i_a.x.push_back(phase_currents(m, y)[0]), tau.x.push_back(torque(m, y));
    i_a.theta.push_back(y.units[0].theta_e), tau.theta.push_back(y.units[0].theta_e);
  }
  using Number = std::complex<double>;
  const Number j(0.0, 1.0);
  const Number ahead = (2.0 / 3.0 * U * std::polar(1.0, phi) - j * w * psi_f) / (R + j * w * L);
  const Number back = -1.0 / 3.0 * U * std::polar(1.0, -phi) / (R - j * w * L);
  const double I_0 = u_dc / (3.0 * R), per_A = 4.5 * psi_f;  // [A], [Nm/A]
  // Pulses that are held over a tick are off a sine by (w T_s / 2)^2 / 6 = 3e-4 of U.
  EXPECT_NEAR(i_a.mean(), I_0, 1e-3 * I_0);
  EXPECT_NEAR(q.units[0].tau / (6 * kTurn * kTs), per_A * ahead.imag(), 1e-3 * per_A * I_0);
  EXPECT_NEAR(i_a.swing(1.0), std::abs(ahead + std::conj(back)), 1e-3 * I_0);
  EXPECT_NEAR(tau.swing(1.0), per_A * I_0, 1e-3 * per_A * I_0);
  EXPECT_NEAR(tau.swing(2.0), per_A * std::abs(back), 1e-3 * per_A * I_0);
}

TEST(SwitchedStep, a_phase_that_opens_burns_its_arc_and_carries_nothing_after) {
  const Model m = lossy_drive();
  for (const Gates gates : {Gates::modulating, Gates::all_off}) {
    const Extremes e = of_phase_a(m, {.gates = gates, .faults = {Leg::phase_open}});
    EXPECT_LE(std::max(e.high, -e.low), 1e-10);  // rounding
    EXPECT_GT(e.r.q.units[0].arc, 1e-4);
    EXPECT_LE(e.r.share, kBooks);
  }
}

TEST(SwitchedStep, an_arc_takes_its_voltage_times_the_charge_that_still_flows) {
  // Locked without resistance, 20 A in the d axis out of leg a, back by b and c, all low. Leg a falls by U_arc =
  // 100 V: u_d = -2/3 100 V, so 20 A last 20 0.37 mH / 66.7 V = 111 us: 100 V 20 A 111 us / 2 = 0.111 J,
  // which is the field's 3/4 0.37 mH (20 A)^2.
  Model m = drive({3, 0.0, 0.37e-3, 1.2e-3, 0.066});
  State y = at_rest(m, 350.0, 0.0, 0.066 + 20.0 * 0.37e-3);
  Legs legs{};
  Rows q{};
  Command c{.units = {}, .U_0 = 350.0};
  c.units[0].faults = {Leg::phase_open};
  for (int k = 0; k < 2; ++k) switched_step::sample<1>(m, c, Shaft{}, kTs, y, legs, q);
  EXPECT_NEAR(q.units[0].arc, 0.111, 1e-8);  // events to 1e-9 A
  EXPECT_NEAR(current(m, y).d, 0.0, 1e-10);
}

TEST(SwitchedStep, an_induction_machine_with_gates_off_keeps_its_flux_and_no_current) {
  // The cage's flux decays with its own time constant, nothing flows in the stator: i_s = 0 leaves
  // psi_s = psi_r L_s / (L_s + L_l), and dpsi_r/dt = -R_r / (L_s + L_l) psi_r.
  const dq_machine::Induction<double> cage{0.34, 0.023, 2.5};
  Model m = drive(2, 3.7, cage);
  State y = at_rest(m, 540.0, 30.0, 0.0);
  y.units[0].rotor = {0.5, 0.1};
  y.units[0].psi = {0.5 * 0.34 / 0.363, 0.1 * 0.34 / 0.363};
  Legs legs{};
  Rows q{};
  Command c{.units = {}, .U_0 = 540.0};
  c.units[0].gates = Gates::all_off;
  for (int k = 0; k < 400; ++k) switched_step::sample<1>(m, c, Shaft{}, kTs, y, legs, q);
  const double left = std::exp(-0.04 * 2.5 / 0.363);
  EXPECT_NEAR(y.units[0].rotor.x, 0.5 * left, 1e-9);  // the scheme's error
  EXPECT_NEAR(y.units[0].rotor.y, 0.1 * left, 1e-9);
  EXPECT_NEAR(current(m, y).d, 0.0, 1e-12);
}

TEST(SwitchedStep, an_averaged_bridge_with_a_fault_is_the_switched_one) {
  const Model m = lossy_drive();
  Setting x{.sound = 0, .gates = Gates::all_off, .faults = {Leg::shorted_upper}};
  const Ran switched = ran(m, x);
  x.averaged = true;
  const Ran averaged = ran(m, x);
  EXPECT_EQ(switched.y.units[0].psi.a, averaged.y.units[0].psi.a);
  EXPECT_EQ(switched.q.charge, averaged.q.charge);
}

// ---- Any faults of two drives ----------------------------------------------------------------------

// Two machines on one shaft, as on an axle each; the second turns faster.
struct TwoShafts {
  double omega(std::size_t k, double v) const { return k == 0 ? v : 1.3 * v; }
  double speed(double v) const { return v; }
  double acceleration(double v, const std::array<double, 4>& tau,
                      std::array<double, 4>& p_wheel) const {
    p_wheel[0] = tau[0] * v, p_wheel[1] = tau[1] * 1.3 * v;
    return (tau[0] + 1.3 * tau[1]) / 2.0;
  }
};
// Everything but the source that a run has lost or done [J].
double spent(const Rows& q) {
  double sum = 0.0;
  for (std::size_t n = 0; n < 2; ++n) {
    const auto& u = q.units[n];
    sum += u.stator + u.rotor + u.iron + u.friction + u.conduction + u.switching + u.fixed + u.arc +
           u.shaft;
  }
  return sum;
}

TEST(SwitchedStep, random_faults_of_a_saturated_and_an_induction_machine_are_in_the_books) {
  std::mt19937_64 random{7};
  const magnetics::Saturating<double> saturating{
      .a_d0 = 2000.0, .a_dd = 1e4, .a_q0 = 1500.0, .a_qq = 1e4, .a_dq = 2e4};
  Model m = drive(3, 0.012, dq_machine::Synchronous<double>{saturating});
  m.n_units = 2;
  m.units[1] = drive(2, 0.01, dq_machine::Induction<double>{3e-3, 0.25e-3, 0.012, 4.0, 4}).units[0];
  m.units[0].inverter = m.units[1].inverter = lossy_drive().units[0].inverter;
  m.node = lossy_drive().node;
  for (int run = 0; run < 40; ++run) {
    State y = at_rest(m, 400.0, 40.0 * (run % 20) - 400.0, 0.0);
    auto h = held(400.0);
    Legs legs{};
    Rows q{};
    const double before = electric_drive::stored_energy(m, h, y);
    double throughput = 0.0;
    Command c{.units = {}, .U_0 = h.U_0, .R_source = 0.05, .p_auxiliaries = 300.0};
    for (int k = 0; k < 150; ++k) {
      for (std::size_t n = 0; n < 2; ++n) {
        const double omega_e = m.units[n].machine.common.n_p * TwoShafts{}.omega(n, y.v);
        const double phi = omega_e * k * kTs + 1.8, u = 0.06 * std::abs(omega_e) + 2.0;
        const auto d = pwm::duties(pwm::Modulation::space_vector, pwm::Overmodulation::hexagon,
                                   Ab<double>{u * std::cos(phi), u * std::sin(phi)}, h.U_0);
        c.units[n].edges = pwm::full_period(d, kTs, legs[n].commanded);
        if (k % 50 != 40) continue;
        c.units[n].gates = static_cast<Gates>(random() % 4);
        for (Leg& leg : c.units[n].faults) leg = static_cast<Leg>(random() % 2 * (random() % 6));
      }
      const double stored = electric_drive::stored_energy(m, h, y), charge = q.charge;
      const Outcome out = switched_step::sample<2>(m, c, TwoShafts{}, kTs, y, legs, q);
      ASSERT_TRUE(out.resolved) << run << ' ' << k;
      throughput += std::abs(h.U_0 * (q.charge - charge)) +
                    std::abs(electric_drive::stored_energy(m, h, y) - stored);
    }
    const double from_source = h.U_0 * q.charge - q.source - q.cable - 300.0 * 150 * kTs;
    const double gone = from_source - spent(q) - (electric_drive::stored_energy(m, h, y) - before);
    // Currents reach kiloamperes, where a saturated machine has little inductance left: 5e-6.
    EXPECT_LE(std::abs(gone), 5e-6 * throughput) << run;
  }
}

// ---- Average against switched -----------------------------------------------------------------------

TEST(SwitchedStep, mean_torque_and_power_are_those_of_the_averaged_bridge) {
  // 1 %: the ripple's own loss, and a threshold that is smooth over it.
  for (const double dead_time : {0.0, 2e-6}) {
    Model m = lossy_drive();
    m.units[0].inverter.dead_time = dead_time;
    m.units[0].inverter.f_sw = 5e3;
    m.units[0].I_ripple = 8.0;
    Setting x{.sound = 2000, .samples = 4000};
    const Ran switched = ran(m, x);
    x.averaged = true;
    const Ran averaged = ran(m, x);
    EXPECT_NEAR(switched.tau(), averaged.tau(), 0.01 * std::abs(averaged.tau())) << dead_time;
    EXPECT_NEAR(switched.i_dc(), averaged.i_dc(), 0.01 * std::abs(averaged.i_dc())) << dead_time;
    EXPECT_GT(std::abs(averaged.tau()), 50.0);
  }
}

}  // namespace
}  // namespace evsim
