// Faults of the electric drive in the whole car, and the states they end in: each worked out by hand from the car's
// parameters.
#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "sim/base/constants.h"
#include "tests/run/drive_runs.h"

namespace evsim {
namespace {

using test::kpi;
using test::loaded;
using test::Machine;
using test::machine_of;
using test::simulation;
using Number = std::complex<double>;

Simulation su7(const std::string& scenario, std::vector<std::string> sets = {}) {
  return simulation(loaded(scenario, "xiaomi_su7", "drive", std::move(sets)));
}
void run_to(Simulation& s, double t) {
  while (s.t() < t - 1e-9) s.step();
}
Drive::UnitSignals now(const Simulation& s) { return s.drive()->signals(s.snapshot().drive, 0); }
double omega_e(const Simulation& s) { return machine_of(s).n_p * s.instant().flows.units[0].omega; }
double torque(const Machine& m, const Dq<double>& i) {
  return 1.5 * m.n_p * (m.psi_f + (m.L_d - m.L_q) * i.d) * i.q;
}
// Signals at the ticks of a time: means, and the swing of the torque at a multiple of the electrical frequency.
struct Window {
  std::vector<double> tau, theta, i_a;
  Dq<double> i{0.0, 0.0}, i_ref{0.0, 0.0};  // means
  double omega_e = 0.0;

  // By Hann's weights, for which the window needs no whole number of turns.
  double weight(std::size_t k) const {
    const double n = static_cast<double>(tau.size());
    return (1.0 - std::cos(2.0 * kPi * (static_cast<double>(k) + 0.5) / n)) / n;
  }
  double mean(const std::vector<double>& x) const {
    double sum = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k) sum += weight(k) * x[k];
    return sum;
  }
  double swing(const std::vector<double>& x, double order) const {
    const double middle = mean(x);
    Number sum = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k)
      sum += 2.0 * weight(k) * (x[k] - middle) * std::polar(1.0, -order * theta[k]);
    return std::abs(sum);
  }
};
Window window(Simulation& s, double from, double to) {
  run_to(s, from);
  Window w;
  w.omega_e = 0.5 * omega_e(s);
  std::vector<double> i_d, i_q, i_d_ref, i_q_ref;
  while (s.t() < to - 1e-9) {
    s.step();
    const auto x = now(s);
    w.tau.push_back(x.tau_em);
    w.theta.push_back(x.theta_e);
    w.i_a.push_back(x.i_phase.a);
    i_d.push_back(x.i.d), i_q.push_back(x.i.q);
    i_d_ref.push_back(x.i_ref.d), i_q_ref.push_back(x.i_ref.q);
  }
  w.i = {w.mean(i_d), w.mean(i_q)};
  w.i_ref = {w.mean(i_d_ref), w.mean(i_q_ref)};
  w.omega_e += 0.5 * omega_e(s);
  return w;
}

// The closed forms below are those of a machine and its control alone. In the whole car more answers to a torque that
// swings. Of the swings that an offset and a gain of a current sensor make, further below, it takes in turn
//   resistances                                                       4.6 and 5.0 %
//   slip of the tyres: the speed swings with the torque               1.8 and -0.5 %
//   iron loss: the control adds it to the torque that it aims at      0.6 and 0.6 %
//   the DC voltage, which is another one when a duty begins to act    0.6 and 2.6 %
// So here the car has a fortieth of the first and hardly any of the others.
std::vector<std::string> machine_alone(std::vector<std::string> sets = {}) {
  const std::string unit = "drive_units.rear.";
  for (const char* set : {"machine.dq.copper=0.00125", "inverter.U_slope_V=0.045",
                          "machine.dq.hysteresis=0", "machine.dq.eddy=0", "inverter.C_link_F=0.5"})
    sets.push_back(unit + set);
  sets.emplace_back("chassis.slip_stiffness=200000");
  return sets;
}

// What flux linkages make of an error of their measurement (current_control.h (1) to (5), without resistance, one
// sample of delay), both as complex vectors that turn with nu in the control's coordinates, which turn with omega:
//   psi = G error,  G = q^2 (g/h + (g - 1) k (h - q/h) / (1 - a q)) / (h (1 - a q))
//   q = e^(-j nu T_s),  h = e^(j omega T_s/2),  a = e^(-alpha T_s),  k = 1 - a,  g = a - 1/h^2
Number answer(double omega, double nu) {
  const double T_s = 1e-4, a = std::exp(-2.0 * kPi * 300.0 * T_s), k = 1.0 - a;
  const Number q = std::polar(1.0, -nu * T_s), h = std::polar(1.0, 0.5 * omega * T_s);
  const Number g = a - 1.0 / (h * h);
  return q * q * (g / h + (g - 1.0) * k * (h - q / h) / (1.0 - a * q)) / (h * (1.0 - a * q));
}
// The parts of a vector in dq that turn with e^(-j n theta) and e^(j n theta).
struct Ripple {
  Number back{0.0, 0.0}, ahead{0.0, 0.0};
};
// d Re(z) + j q Im(z) = (d + q)/2 z + (d - q)/2 conj(z)
Ripple stretched(const Ripple& z, double d, double q) {
  const double sum = 0.5 * (d + q), difference = 0.5 * (d - q);
  return {sum * z.back + difference * std::conj(z.ahead),
          sum * z.ahead + difference * std::conj(z.back)};
}
// Flux linkages where the currents are read with an error.
Ripple flux_ripple(const Machine& m, const Ripple& error, double n, double omega) {
  const Ripple of_flux = stretched(error, m.L_d, m.L_q);
  return {answer(omega, -n * omega) * of_flux.back, answer(omega, n * omega) * of_flux.ahead};
}
// dtau = dtau/di_d di_d + dtau/di_q di_q about a mean current.
double torque_swing(const Machine& m, const Number& i, const Ripple& psi) {
  const Ripple di = stretched(psi, 1.0 / m.L_d, 1.0 / m.L_q);
  const Number per_i(1.5 * m.n_p * (m.L_d - m.L_q) * i.imag(),
                     -1.5 * m.n_p * (m.psi_f + (m.L_d - m.L_q) * i.real()));
  return std::abs(std::conj(per_i * di.back) + per_i * di.ahead);
}

// ---- Switches -------------------------------------------------------------------------------------

TEST(Fault, an_open_switch_leaves_a_current_of_one_sign_and_the_mean_torque) {
  // The control's integral keeps the mean currents in dq at their references. With L_d = L_q the torque is linear in
  // i_q, so its mean is 3/2 n_p psi_f i_q,ref, whatever the wave.
  for (const bool upper : {true, false}) {
    Simulation s = su7(upper ? "fault_open_switch" : "fault_open_lower_switch",
                       {"drive_units.rear.machine.dq.saliency=1"});
    const Window w = window(s, 2.0, 3.0);
    const Machine m = machine_of(s);
    const double sign = upper ? -1.0 : 1.0;
    double wrong = 0.0;
    for (const double i : w.i_a) wrong = std::max(wrong, -sign * i);
    const double I = std::hypot(w.i_ref.d, w.i_ref.q);
    EXPECT_LE(wrong, 0.05 * I);  // of the other sign only what the ticks don't see of a zero
    // A current of one sign has a mean of at least half its first harmonic: |1/pi integral i cos| <= 2 |mean|.
    EXPECT_GE(sign * w.mean(w.i_a), 0.5 * 0.95 * w.swing(w.i_a, 1.0));
    EXPECT_NEAR(w.mean(w.tau), 1.5 * m.n_p * m.psi_f * w.i_ref.q, 0.01 * w.mean(w.tau));
    EXPECT_LE(s.books().relative(), 1e-6);
  }
}

TEST(Fault, a_shorted_switch_lets_a_direct_current_brake) {
  // What the control makes of it at its voltage limit has no closed form; but the current has one sign, and a mean
  // beyond I_max.
  Simulation s = su7("fault_shorted_switch");
  const Window w = window(s, 2.0, 3.0);
  const auto& unit = s.vehicle().drive_units[0];
  const double I_max = machine_dq::prepare(unit.machine.dq, unit.machine.envelope).I_max;
  EXPECT_GT(*std::min_element(w.i_a.begin(), w.i_a.end()), 0.0);
  EXPECT_GT(w.mean(w.i_a), I_max);
  EXPECT_GE(w.mean(w.i_a), 0.5 * w.swing(w.i_a, 1.0));
  EXPECT_LT(w.mean(w.tau), -100.0);
  EXPECT_LE(s.books().relative(), 1e-6);
}

TEST(Fault, a_shorted_switch_with_all_gates_off_holds_twice_the_short_circuit_current) {
  // Phase a is at the upper rail. What leaves the machine by b and c takes their upper diodes to the same rail: a short
  // circuit, but for the sign of i_b and i_c. With L_d = L_q = L and without resistance it never ends: L i + psi_f
  // e^(j theta) keeps still where i_b and i_c just come to zero, so with I = psi_f / L
  //   i_b = -I (1 + cos(theta - 2 pi/3)),  i_c = -I (1 + cos(theta - 4 pi/3)),  i_a = I (2 - cos(theta))
  // A direct current 2 I stands along phase a, and tau = 3/2 n_p psi_f i_q swings by 3/2 n_p psi_f 2 I once an
  // electrical turn.
  // The loss R (i_a^2 + i_b^2 + i_c^2) = R I^2 (4 + 1/2 + 2 (1 + 1/2)) = 7.5 R I^2 brakes: five times that of three
  // closed switches.
  // To first order in R: a direct current falls by epsilon = 2 pi R / (omega L) of itself in a turn. What its diode
  // makes up for when it blocks, x, takes x/2 from the other phase, so x = epsilon I + x/2 = 2 epsilon I, and the two
  // are in the mean, their turns a third apart, I (1 - epsilon/2 - 2/3 epsilon) and I (1 - epsilon/2 - 1/3 epsilon):
  //   mean of i_a = 2 I (1 - epsilon)
  Simulation s = su7("fault_shorted_switch_gates_off",
                     machine_alone({"drive_units.rear.machine.dq.saliency=1"}));
  const Window w = window(s, 2.0, 3.0);
  const Machine m = machine_of(s);
  const double I = m.psi_f / m.L_d, epsilon = 2.0 * kPi * m.R / (w.omega_e * m.L_d);
  EXPECT_LT(epsilon, 0.01);
  const double I_0 = 2.0 * I * (1.0 - epsilon);
  EXPECT_NEAR(w.mean(w.i_a), I_0, 0.001 * I_0);
  EXPECT_NEAR(*std::max_element(w.i_a.begin(), w.i_a.end()), 3.0 * I, 2.0 * epsilon * I);
  const double swing = 1.5 * m.n_p * m.psi_f * I_0;
  EXPECT_NEAR(w.swing(w.tau, 1.0), swing, 0.001 * swing);
  const double brakes = 7.5 * m.R * I * I * m.n_p / w.omega_e;
  EXPECT_NEAR(w.mean(w.tau), -brakes, 2.0 * epsilon * brakes);
  EXPECT_LE(s.books().relative(), 1e-6);
}

TEST(Fault, a_shorted_switch_ends_in_a_short_circuit_of_its_rail) {
  // All lower legs at one rail: the broken one too. Currents and torque are those of an active short circuit.
  Simulation s = su7("fault_shorted_lower_switch");
  s.run();
  const Machine m = machine_of(s);
  const auto expected = test::short_circuit(m.R, m.L_d, m.L_q, m.psi_f, m.n_p, omega_e(s));
  // The car slows down meanwhile: 1 % a second.
  EXPECT_NEAR(now(s).i.d, expected.i.d, 0.01 * std::abs(expected.i.d));
  EXPECT_NEAR(now(s).i.q, expected.i.q, 0.01 * std::abs(expected.i.d));
  EXPECT_NEAR(now(s).tau_em, expected.tau, 0.02 * std::abs(expected.tau));
  EXPECT_LE(s.books().relative(), 1e-6);
}

// ---- Current sensors ------------------------------------------------------------------------------

TEST(Fault, an_offset_of_a_current_sensor_swings_the_torque_once_a_turn) {
  // 10 A in phase a are a vector of 2/3 10 A that stands still: in dq it turns backwards, once an electrical turn.
  Simulation s = su7("fault_sensor_offset", machine_alone());
  const Window w = window(s, 1.5, 1.99);
  const Machine m = machine_of(s);
  const Ripple psi = flux_ripple(m, {.back = 2.0 / 3.0 * 10.0}, 1.0, w.omega_e);
  const double expected = torque_swing(m, Number(w.i_ref.d, w.i_ref.q), psi);
  EXPECT_NEAR(w.swing(w.tau, 1.0), expected, 0.003 * expected);  // 0.17 %: the resistances left
  EXPECT_NEAR(w.mean(w.tau), torque(m, w.i_ref), 0.001 * w.mean(w.tau));
}

TEST(Fault, a_gain_of_a_current_sensor_takes_torque_and_swings_it_twice_a_turn) {
  // With g in phase b i is read as i + g/3 (i + conj(i) e^(j 4 pi/3)) in stator coordinates. In dq, with
  // i = p + n e^(-2j theta) + l e^(2j theta) and what turns by 4 theta left out (g/3 of g/3):
  //   mean of the reading     (1 + g/3) p + g/3 e^(j 4 pi/3) conj(n) = i_ref
  //   error that turns        g/3 (n + e^(j 4 pi/3) conj(p)) e^(-2j theta) + g/3 l e^(2j theta)
  // n and l follow from this error; each round brings p, n and l nearer by g/3.
  Simulation s = su7("fault_sensor_gain", machine_alone());
  const Window w = window(s, 2.0, 3.0);
  const Machine m = machine_of(s);
  const double third = 0.05 / 3.0;
  const Number i_ref(w.i_ref.d, w.i_ref.q), mirror = std::polar(1.0, 4.0 * kPi / 3.0);
  Number p = i_ref;
  Ripple i, psi;
  for (int round = 0; round < 6; ++round) {
    p = (i_ref - third * mirror * std::conj(i.back)) / (1.0 + third);
    psi =
        flux_ripple(m, {.back = third * (i.back + mirror * std::conj(p)), .ahead = third * i.ahead},
                    2.0, w.omega_e);
    i = stretched(psi, 1.0 / m.L_d, 1.0 / m.L_q);
  }
  const double expected = torque_swing(m, p, psi), tau = torque(m, {p.real(), p.imag()});
  EXPECT_NEAR(w.swing(w.tau, 2.0), expected, 0.003 * expected);  // 0.1 %: the resistances left
  EXPECT_NEAR(w.mean(w.tau), tau, 0.001 * tau);
}

TEST(Fault, a_lost_current_sensor_nearly_doubles_the_current) {
  // i is read as i - (i + conj(i) e^(-2j theta)) / 3. With i = p + n e^(-2j theta), of a machine with L_d = L_q:
  //   p - (p + conj(n)) / 3 = i_ref,   n = -G/3 (n + conj(p)),  G at -2 omega_e
  Simulation s =
      su7("fault_current_sensor", machine_alone({"drive_units.rear.machine.dq.saliency=1"}));
  const Window w = window(s, 2.0, 2.5);
  const Number G = answer(w.omega_e, -2.0 * w.omega_e), c = -G / 3.0 / (1.0 + G / 3.0);
  const Number i_ref(w.i_ref.d, w.i_ref.q);
  // n = c conj(p), so conj(n) = conj(c) p.
  const Number p = i_ref / ((2.0 - std::conj(c)) / 3.0);
  EXPECT_NEAR(w.i.d, p.real(), 0.003 * std::abs(p));
  EXPECT_NEAR(w.i.q, p.imag(), 0.003 * std::abs(p));
  EXPECT_GT(std::abs(p), 1.5 * std::abs(i_ref));
}

// ---- Position sensor ------------------------------------------------------------------------------

TEST(Fault, a_turned_position_sensor_turns_the_currents) {
  // The control's coordinates lead by delta = n_p 3 degrees, so the true currents are i_ref e^(j delta).
  Simulation s = su7("fault_position_offset");
  const Window w = window(s, 2.0, 3.0);
  const Machine m = machine_of(s);
  const Number i = Number(w.i_ref.d, w.i_ref.q) * std::polar(1.0, m.n_p * 3.0 * kPi / 180.0);
  EXPECT_NEAR(w.i.d, i.real(), 0.003 * std::abs(i));
  EXPECT_NEAR(w.i.q, i.imag(), 0.003 * std::abs(i));
  EXPECT_NEAR(w.mean(w.tau), torque(m, {i.real(), i.imag()}), 0.003 * w.mean(w.tau));
  EXPECT_LT(w.mean(w.tau), 0.99 * torque(m, w.i_ref));
}

TEST(Fault, without_its_angle_the_current_control_brakes_a_coasting_machine) {
  // The control takes the rotor to stand at 0. Of a machine with L_d = L_q = L it reads the flux
  // L i + psi_f = Phi - psi_f e^(j theta) + psi_f, where Phi is what the voltage has built up: the turning magnets are
  // an error of it, which it answers by Phi = -G psi_f e^(j theta). In the rotor's coordinates
  //   i = -(1 + G) psi_f / L,   tau = 3/2 n_p psi_f Im(i)
  Simulation s = su7("fault_position_sensor_coasting",
                     machine_alone({"drive_units.rear.machine.dq.saliency=1"}));
  const Window w = window(s, 2.0, 2.2);
  const Machine m = machine_of(s);
  ASSERT_NEAR(m.L_q, m.L_d, 1e-12);
  const Number i = -(1.0 + answer(0.0, w.omega_e)) * m.psi_f / m.L_d;
  EXPECT_NEAR(w.i.d, i.real(), 0.003 * std::abs(i));
  EXPECT_NEAR(w.i.q, i.imag(), 0.003 * std::abs(i));
  EXPECT_LT(w.mean(w.tau), 0.0);
}

// ---- DC link --------------------------------------------------------------------------------------

TEST(Fault, an_overvoltage_trips_into_a_short_circuit_that_stays) {
  Simulation s = su7("fault_overvoltage", {"drive_units.rear.control.trip=short_circuit"});
  run_to(s, 1.0);
  EXPECT_EQ(s.snapshot().drive.units[0].gates, switched_legs::Gates::modulating);
  s.run();
  EXPECT_EQ(s.snapshot().drive.units[0].gates, switched_legs::Gates::short_low);
  const Machine m = machine_of(s);
  const auto expected = test::short_circuit(m.R, m.L_d, m.L_q, m.psi_f, m.n_p, omega_e(s));
  EXPECT_NEAR(now(s).i.d, expected.i.d, 0.01 * std::abs(expected.i.d));
  EXPECT_NEAR(now(s).tau_em, expected.tau, 0.02 * std::abs(expected.tau));
  // A short-circuited machine draws nothing: the battery feeds auxiliaries and the inverter's board alone.
  const auto f = s.instant().flows;
  EXPECT_NEAR(f.battery.p, f.p_auxiliaries + 30.0, 5.0);
  EXPECT_LE(s.books().relative(), 1e-6);
}

// ---- Magnets --------------------------------------------------------------------------------------

TEST(Fault, hot_magnets_give_the_torque_of_their_flux) {
  // -0.11 % of the flux at 20 degC for each kelvin: from 80 to 160 degC 0.088 of it.
  Simulation s = su7("fault_hot_magnets");
  run_to(s, 0.99);
  const Machine warm = machine_of(s);
  EXPECT_NEAR(now(s).tau_em, torque(warm, now(s).i), 1e-9 * now(s).tau_em);
  const double asked = torque(warm, now(s).i_ref);
  s.run();
  const Machine hot = machine_of(s, 433.15);
  EXPECT_NEAR(hot.psi_f, warm.psi_f * (1.0 - 0.0011 * 140.0) / (1.0 - 0.0011 * 60.0), 1e-12);
  EXPECT_NEAR(now(s).psi.d - hot.L_d * now(s).i.d, hot.psi_f, 1e-9);
  // The control knows nothing of it: it asks for the same currents (0.5 % by the speed meanwhile).
  EXPECT_NEAR(now(s).tau_em, torque(hot, now(s).i_ref), 2e-3 * asked);
  EXPECT_NEAR(torque(warm, now(s).i_ref), asked, 5e-3 * asked);
}

scenario::Fault cooled() {
  scenario::Fault fault;
  fault.fault = scenario::FaultKind::machine_temperature;
  fault.temperature = machine_dq::kWarm;
  return fault;
}
TEST(Fault, magnets_past_their_knee_lose_flux_for_good) {
  // I_max against the magnets brings the knee from 150 to 120 degC; 1 % is lost for each kelvin above it.
  Simulation s = su7("fault_hot_magnets",
                     {"drive_units.rear.machine.dq.demagnetisation.T_knee_degC=150",
                      "drive_units.rear.machine.dq.demagnetisation.T_knee_I_max_degC=120"});
  run_to(s, 1.0);
  EXPECT_EQ(now(s).psi_f_lost, 0.0);
  double least_i_d = 0.0;
  while (s.t() < 1.99) {
    s.step();
    least_i_d = std::min(least_i_d, now(s).i.d);
  }
  s.command({.t = 0.0, .command = cooled()});
  const auto& unit = s.vehicle().drive_units[0];
  const double I_max = machine_dq::prepare(unit.machine.dq, unit.machine.envelope).I_max;
  const double lost = 0.01 * (160.0 - (150.0 - 30.0 * -least_i_d / I_max));
  EXPECT_GT(-least_i_d, 0.005 * I_max);
  // As magnets weaken at the same flux linkage the d current swings back: what was lost in a tick is seen after it.
  EXPECT_NEAR(now(s).psi_f_lost, lost, 1e-3);
  s.run();
  const Machine warm = machine_of(s);
  const double left = (1.0 - now(s).psi_f_lost) * warm.psi_f;
  EXPECT_NEAR(now(s).psi.d - warm.L_d * now(s).i.d, left, 1e-9);
  EXPECT_NEAR(now(s).tau_em,
              1.5 * warm.n_p * (left + (warm.L_d - warm.L_q) * now(s).i.d) * now(s).i.q,
              1e-9 * now(s).tau_em);
  EXPECT_LE(s.books().relative(), 1e-6);
}

TEST(Fault, magnets_of_a_low_knee_keep_a_tenth_less_flux_once_cold_again) {
  // 10 K above a knee of 150 degC, and 1 % of the flux for each: 0.9 psi_f is left at 80 degC, whatever the current was.
  Simulation s = su7("fault_demagnetisation");
  run_to(s, 0.99);
  const Machine warm = machine_of(s);
  const double before = torque(warm, now(s).i_ref);
  EXPECT_EQ(kpi(s, "magnet_flux_lost_percent"), 0.0);
  s.run();
  EXPECT_NEAR(now(s).psi_f_lost, 0.1, 1e-12);
  EXPECT_NEAR(now(s).psi.d - warm.L_d * now(s).i.d, 0.9 * warm.psi_f, 1e-9);
  Machine weak = warm;
  weak.psi_f = 0.9 * warm.psi_f;
  // The control knows nothing of it. The car is slower meanwhile, which changes its references by 1 %.
  EXPECT_NEAR(now(s).tau_em, torque(weak, now(s).i_ref), 2e-3 * before);
  EXPECT_NEAR(torque(warm, now(s).i_ref), before, 0.02 * before);
  EXPECT_LE(s.books().relative(), 1e-6);
  for (const Kpi& k : kpis(s))
    if (k.name == "magnet_flux_lost_percent") {
      EXPECT_NEAR(k.value, 10.0, 1e-10);
      EXPECT_EQ(k.verdict, Verdict::pass);
    }
}

TEST(Fault, a_low_knee_is_nothing_to_a_machine_without_magnets) {
  Simulation s = simulation(loaded("fault_demagnetisation", "bmw_i4_edrive40", "drive"));
  s.run();
  EXPECT_EQ(kpi(s, "magnet_flux_lost_percent"), 0.0);
  EXPECT_LE(s.books().relative(), 1e-6);
}

// ---- The end of a fault ---------------------------------------------------------------------------

TEST(Fault, when_all_is_well_again_the_torque_is_what_was_asked_for) {
  Simulation s = su7("fault_cleared");
  run_to(s, 0.99);
  const double before = now(s).tau_em;
  run_to(s, 1.99);
  EXPECT_NEAR(now(s).tau_em, 0.0, 1e-6);
  run_to(s, 2.5);
  EXPECT_NEAR(now(s).tau_em, before, 0.01 * before);  // iron loss and friction at another speed
}

}  // namespace
}  // namespace evsim
