#include "sim/solve/electric_step.h"

#include <gtest/gtest.h>

#include <complex>
#include <random>

#include "sim/base/constants.h"
#include "tests/solve/electric_cases.h"

namespace evsim {
namespace {

using namespace electric_cases;

// A tick of T_s in as many steps as it takes by itself.
template <class H> void tick(const Model& m, const H& h, const Shaft& shaft, double T_s, State& y,
                             Rows& q, double R_source = 0.0) {
  const auto steps = electric_step::steps(m, {m.units[0].machine.common.n_p * y.v}, T_s,
                                          h.p_auxiliaries / (y.node.u_C * y.node.u_C));
  const auto w = dc_node::weights(m.node, R_source, T_s / steps.n);
  electric_step::advance<1>(m, h, shaft, w, steps, R_source, y, q);
}
// With the vector s over the DC voltage held.
void tick(const Model& m, electric_drive::Held<double>& h, const Shaft& shaft, double T_s,
          const Ab<double>& s, State& y, Rows& q, double R_source = 0.0) {
  h.units[0].s = s;
  tick(m, h, shaft, T_s, y, q, R_source);
}

// ---- By hand --------------------------------------------------------------------------------------

TEST(ElectricStep, a_locked_machine_without_resistance_integrates_its_voltage) {
  // i_d rises by u t / L_d = 35 V 100 us / 0.37 mH = 9.459459 A.
  const Model m = drive({3, 0.0, 0.37e-3, 1.2e-3, 0.066});
  auto h = held(350.0);
  State y = at_rest(m, 350.0, 0.0, 0.066);
  Rows q{};
  tick(m, h, {}, 1e-4, {0.1, 0.0}, y, q);
  EXPECT_NEAR(current(m, y).d, 9.459459459, 1e-8);  // digits given
  EXPECT_NEAR(current(m, y).q, 0.0, 1e-12);         // rounding
}

// ---- Closed forms ---------------------------------------------------------------------------------

using Vec = std::array<double, 4>;  // psi_d - psi_f, psi_q, u_d, u_q
using Mat = std::array<Vec, 4>;

Mat times(const Mat& a, const Mat& b) {
  Mat c{};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t k = 0; k < 4; ++k) c[i][j] += a[i][k] * b[k][j];
  return c;
}
// e^A by its series, halved until small and squared again.
Mat exponential(Mat a) {
  constexpr int kSquarings = 12;
  for (auto& row : a)
    for (double& x : row) x = std::ldexp(x, -kSquarings);
  Mat term{}, sum{};
  for (std::size_t i = 0; i < 4; ++i) term[i][i] = sum[i][i] = 1.0;
  for (int n = 1; n < 12; ++n) {
    term = times(term, a);
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j) sum[i][j] += term[i][j] /= n;
  }
  for (int n = 0; n < kSquarings; ++n) sum = times(sum, sum);
  return sum;
}

// Fluxes in rotor coordinates under a voltage that rests in stator coordinates, so turns back in them:
//   d/dt (psi_d - psi_f) = u_d - R/L_d (psi_d - psi_f) + w psi_q
//   d/dt psi_q = u_q - R/L_q psi_q - w (psi_d - psi_f) - w psi_f,   d/dt (u_d, u_q) = w (u_q, -u_d)
// The constant w psi_f goes with the voltage in a frame of its own: its answer is the steady state.
Mat system(const Magnets& x, double w) {
  return {{{-x.R_s / x.L_d, w, 1.0, 0.0},
           {-w, -x.R_s / x.L_q, 0.0, 1.0},
           {0.0, 0.0, 0.0, w},
           {0.0, 0.0, -w, 0.0}}};
}
// Steady short circuit: 0 = -R i_d + w L_q i_q, 0 = -R i_q - w (L_d i_d + psi_f).
Dq<double> short_circuit(const Magnets& x, double w) {
  const double det = x.R_s * x.R_s + w * w * x.L_d * x.L_q;
  return {-w * w * x.psi_f * x.L_q / det, -w * x.psi_f * x.R_s / det};
}

struct RandomMachines {
  std::mt19937_64 engine{20240607};
  double between(double lo, double hi) {
    return lo + (hi - lo) * (static_cast<double>(engine() >> 11) * 0x1p-53);
  }
  Magnets next() {
    const double L_d = between(0.05e-3, 0.5e-3);
    return {.n_p = 2 + static_cast<int>(engine() % 4),
            .R_s = between(20.0, 500.0) * L_d,
            .L_d = L_d,
            .L_q = between(1.0, 4.0) * L_d,
            .psi_f = between(0.02, 0.12)};
  }
};

// Largest error over 40 ticks of random voltages (share 0: short circuit), over the largest current.
double error_against_exponential(const Magnets& x, double omega_e, double share,
                                 RandomMachines& random) {
  const double T_s = 1e-4, u_dc = 400.0;
  const Model m = drive(x);
  auto h = held(u_dc);
  State y = at_rest(m, u_dc, omega_e / x.n_p, x.psi_f);
  Mat a = system(x, omega_e);
  for (auto& row : a)
    for (double& e : row) e *= T_s;
  const Mat E = exponential(a);
  const Dq<double> steady = short_circuit(x, omega_e);
  Vec z{-x.L_d * steady.d, -x.L_q * steady.q, 0.0, 0.0};
  double worst = 0.0, largest = 0.0;
  Rows q{};
  for (int k = 0; k < 40; ++k) {
    const double phi = random.between(0.0, 2.0 * kPi), r = share / std::sqrt(3.0);
    const Ab<double> s{r * std::cos(phi), r * std::sin(phi)};
    const double theta = y.units[0].theta_e;
    z[2] = u_dc * (s.a * std::cos(theta) + s.b * std::sin(theta));
    z[3] = u_dc * (s.b * std::cos(theta) - s.a * std::sin(theta));
    tick(m, h, {}, T_s, s, y, q);
    Vec next{};
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j) next[i] += E[i][j] * z[j];
    z = next;
    const Dq<double> i{z[0] / x.L_d + steady.d, z[1] / x.L_q + steady.q}, now = current(m, y);
    worst = std::max({worst, std::abs(now.d - i.d), std::abs(now.q - i.q)});
    largest = std::max({largest, std::abs(i.d), std::abs(i.q)});
  }
  return worst / largest;
}

TEST(ElectricStep, currents_are_those_of_the_matrix_exponential_up_to_top_speed) {
  // 1e-6 of the largest current: what a controller's 12-bit converter can't see by a factor of 200.
  RandomMachines random;
  for (int k = 0; k < 120; ++k) {
    const Magnets x = random.next();
    for (const double share : {0.0, 1.0}) {
      const double omega_e = k < 20 ? 2.0 * kPi * 1500.0 : random.between(0.0, 2.0 * kPi * 1500.0);
      EXPECT_LE(error_against_exponential(x, omega_e, share, random), 1e-6)
          << "machine " << k << ", omega_e " << omega_e << ", R_s/L_d " << x.R_s / x.L_d;
    }
  }
}

// Legs of no inverter, for a voltage that is constant in rotor coordinates: at each stage of a step it stands
// at that stage's own angle. So the scheme integrates a voltage that turns, with the sub-steps that it takes by itself.
struct TurningUnit {
  Dq<double> u;  // [V]
  Ab<double> s{0.0, 0.0};
  double u_f = 0.0;
  dq_machine::Temperatures<double> temperatures = dq_machine::at_20_degC<double>();
};
struct Turning {
  std::array<TurningUnit, kMaxDriveUnits> units;
  double U_0 = 0.0, R_beside = 0.0, p_auxiliaries = 0.0;
};
template <Scalar T> void draw_current(const electric_drive::Unit<double>&, const TurningUnit&,
                                      electric_drive::UnitFlow<T>& f) {
  f.i_dc = T(0.0);  // its source is no DC node
}
template <Scalar T> void apply_voltage(const electric_drive::Unit<double>&, const TurningUnit& held,
                                       const electric_drive::Terminals<T>& at,
                                       electric_drive::UnitFlow<T>& f,
                                       electric_drive::UnitRows<T>& dq) {
  f.u = to_stator(Dq<T>{T(held.u.d), T(held.u.q)}, at.theta);
  dq.conduction = dq.switching = dq.diode = dq.arc = T(0.0);
}

TEST(ElectricStep, five_machines_follow_the_closed_form_of_a_voltage_constant_in_dq) {
  // make_closed_form.py has the cases: steps of the voltage at 0 to 3000 rpm, and short circuits. Ticks of 100 us.
  // 7e-8 of I_max was seen.
  const auto rows = numbers("dq_steps.txt");
  int cases = 0;
  for (std::size_t r = 0; r < rows.size(); ++cases) {
    ASSERT_EQ(rows[r].size(), 10u);
    const auto& c = rows[r];
    const Magnets x{static_cast<int>(c[0]), c[1], c[2], c[3], c[4]};
    const double I_max = c[5], omega = c[6] / x.n_p;
    const Model m = drive(x);
    Turning h;
    h.units[0].u = {c[7], c[8]};
    h.U_0 = 350.0;
    State y = at_rest(m, h.U_0, omega, x.psi_f);
    Rows q{};
    double t = 0.0, worst = 0.0;
    const std::size_t end = r + static_cast<std::size_t>(c[9]);
    while (r++ < end) {
      const auto& at = rows[r];
      const int ticks = static_cast<int>(std::ceil((at[0] - t) / 1e-4));
      for (int k = 0; k < ticks; ++k) tick(m, h, Shaft{}, (at[0] - t) / ticks, y, q);
      t = at[0];
      const Dq<double> i = current(m, y);
      worst = std::max({worst, std::abs(i.d - at[1]), std::abs(i.q - at[2])});
    }
    EXPECT_LE(worst, 1e-6 * I_max) << "R_s " << x.R_s << ", omega_e " << c[6] << ", u_q " << c[8];
  }
  EXPECT_EQ(cases, 35);
}

// Of the map of the fluxes over a tick, in rotor coordinates: trace and determinant.
std::array<std::complex<double>, 2> eigenvalues(double trace, double det) {
  const std::complex<double> root = std::sqrt(std::complex<double>(0.25 * trace * trace - det));
  return {0.5 * trace + root, 0.5 * trace - root};
}
Dq<double> after_a_tick(const Model& m, double omega_e, double T_s, const Ab<double>& s,
                        Dq<double> psi) {
  auto h = held(400.0);
  State y = at_rest(m, 400.0, omega_e / m.units[0].machine.common.n_p, 0.0);
  y.units[0].psi = {psi.d, psi.q};
  Rows q{};
  tick(m, h, {}, T_s, s, y, q);
  return to_rotor(y.units[0].psi, angle(y.units[0].theta_e));
}
// Motoring and short-circuited, against d psi/dt = A psi + const. Returns the larger distance.
double eigenvalue_error(const Model& m, double L_d, double L_q, double R_s, double w, double T_s) {
  Mat a{};
  a[0] = {-T_s * R_s / L_d, T_s * w, 0.0, 0.0};
  a[1] = {-T_s * w, -T_s * R_s / L_q, 0.0, 0.0};
  const Mat E = exponential(a);
  const auto exact = eigenvalues(E[0][0] + E[1][1], E[0][0] * E[1][1] - E[0][1] * E[1][0]);
  double worst = 0.0;
  for (const Ab<double>& s : {Ab<double>{0.0, 0.0}, Ab<double>{-0.2, 0.5}}) {
    const auto after = [&](const Dq<double>& psi) { return after_a_tick(m, w, T_s, s, psi); };
    const Dq<double> o = after({0.0, 0.0}), d = after({1.0, 0.0}), q = after({0.0, 1.0});
    const auto got = eigenvalues((d.d - o.d) + (q.q - o.q),
                                 (d.d - o.d) * (q.q - o.q) - (d.q - o.q) * (q.d - o.d));
    worst = std::max({worst, std::abs(got[0] - exact[0]), std::abs(got[1] - exact[1])});
  }
  return worst;
}

TEST(ElectricStep, the_tick_has_the_eigenvalues_of_the_machine_at_top_speed) {
  // The machine is linear, so differences of unit size are exact to rounding. 1e-6 of damping a tick
  // is 1e-2 1/s: a thousandth of the slowest R_s/L here.
  RandomMachines random;
  for (int k = 0; k < 20; ++k) {
    const Magnets x = random.next();
    EXPECT_LE(eigenvalue_error(drive(x), x.L_d, x.L_q, x.R_s, 2.0 * kPi * 1500.0, 1e-4), 1e-6)
        << "machine " << k;
  }
}

// ---- Energy ---------------------------------------------------------------------------------------

// Cable and capacitor ring when the held vector jumps.
double share_missing(int pieces) {
  Model m = drive(kCarMachine);
  auto& d = m.units[0].inverter;
  d = {.P_fixed = 50.0, .U_on = 1.0, .R_on = 2e-3, .switching_loss = 3e-8, .dead_time = 2e-6};
  m.units[0].I_ripple = 40.0;  // without kinks that an order would show
  m.node = {.C = 500e-6, .R_C = 0.5e-3, .R_cable = 1e-3, .L_cable = 1e-6};
  auto h = held(350.0);
  h.p_auxiliaries = 500.0;
  h.R_beside = 0.005;
  const double omega = 300.0;
  State y = at_rest(m, 350.0, omega, 0.066);
  const double before = electric_drive::stored_energy(m, h, y);
  Rows q{};
  double throughput = 0.0;
  for (int k = 0; k < 2000; ++k) {
    const double phi = 3.0 * omega * (k + 0.5) * 1e-4 + 1.7;
    const Rows start = q;
    for (int n = 0; n < pieces; ++n)
      tick(m, h, {}, 1e-4 / pieces, {0.25 * std::cos(phi), 0.25 * std::sin(phi)}, y, q, 0.05);
    throughput += std::abs(h.U_0 * (q.charge - start.charge)) +
                  std::abs(q.units[0].shaft - start.units[0].shaft);
  }
  return std::abs(missing(m, h, q, before, y, 500.0 * 0.2)) / throughput;
}
TEST(ElectricStep, source_energy_is_losses_work_and_change_of_stores) {
  // 1e-6: the bar of every ledger, with the steps that a tick takes by itself.
  EXPECT_LE(share_missing(1), 1e-6);
}

// The current of 5 kW at 51 V rises by 2 A as the voltage falls by 1 V.
TEST(ElectricStep, consumers_of_a_low_voltage_are_followed) {
  Model m = drive(kCarMachine);
  m.node = {.C = 500e-6, .R_C = 0.5e-3, .R_cable = 1e-3, .L_cable = 6e-6};
  auto h = held(51.0);
  h.p_auxiliaries = 5e3;
  const auto after = [&](int pieces) {
    State y = at_rest(m, 51.0, 0.0, 0.066);
    Rows q{};
    for (int k = 0; k < 20 * pieces; ++k) tick(m, h, {}, 1e-4 / pieces, {0.0, 0.0}, y, q, 0.05);
    return y.node.u_C;
  };
  const double u = after(16);
  EXPECT_GT(std::abs(u - 51.0), 5.0);     // it has fallen
  EXPECT_NEAR(after(1), u, 1e-6 * 51.0);  // the bar of currents
}

// ---- A peer's results -----------------------------------------------------------------------------

enum class Flaw { none, no_delay, frozen_angle };

struct PeerCase {
  std::string file;
  Model m;
  double u_dc, T_s;
  Shaft shaft;
  double load;      // from a sample on [Nm]
  int loaded_from;  // of the file's samples
  State start;
};
struct Worst {
  double tau = 0.0, omega = 0.0;
};

Worst against_peer(const PeerCase& c, Flaw flaw = Flaw::none) {
  const auto rows = numbers(c.file);
  EXPECT_GE(rows.size(), 1000u) << c.file;
  auto h = held(c.u_dc);
  State y = c.start;
  Shaft shaft = c.shaft;
  Worst worst;
  Rows q{};
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto& d = rows[flaw == Flaw::no_delay ? std::min(k + 1, rows.size() - 1) : k];
    Ab<double> s = to_stator(Abc<double>{d[0], d[1], 0.0});
    if (static_cast<int>(k) >= c.loaded_from) shaft.load = c.load;
    if (flaw == Flaw::frozen_angle) {  // the dq voltage of the tick's middle, instead of the vector
      const double n_p = c.m.units[0].machine.common.n_p;
      const int pieces = 16;
      for (int n = 0; n < pieces; ++n) {
        const auto back = angle((n + 0.5 - 0.5 * pieces) / pieces * n_p * y.v * c.T_s);
        const Dq<double> turned{s.a, s.b};
        tick(c.m, h, shaft, c.T_s / pieces, to_stator(turned, back), y, q);
      }
    } else {
      tick(c.m, h, shaft, c.T_s, s, y, q);
    }
    if (rows[k].size() < 4) continue;
    worst.tau = std::max(worst.tau, std::abs(torque(c.m, y) - rows[k][2]));
    worst.omega = std::max(worst.omega, std::abs(y.v - rows[k][3]));
  }
  return worst;
}

PeerCase car_machine_with_torque_steps() {
  const Model m = drive(kCarMachine);
  const double omega = 209.43951023931953;
  return {"ev_brusa_torque_steps_avg.txt", m, 350.0, 1e-4, {}, 0.0, 0,
          at_rest(m, 350.0, omega, 0.066)};
}
PeerCase servo_machine_with_a_load_step() {
  const Magnets x{3, 3.6, 0.036, 0.051, 0.545};
  const Model m = drive(x);
  State y = at_rest(m, 540.0, 78.53973684, 0.0);  // as the file's head has it
  y.units[0].theta_e = 0.05748415091;
  const Dq<double> psi{0.545 - 0.036 * 1.150734561e-05, 0.051 * 1.136353094e-05};
  y.units[0].psi = to_stator(psi, angle(y.units[0].theta_e));
  return {"pmsm2k2_cvc_sensored_avg.txt", m, 540.0, 250e-6, {.per_J = 1.0 / 0.015}, 14.0, 100, y};
}
PeerCase induction_machine_from_rest() {
  // Its inductance 0.34 H / (1 + (0.84 |psi|)^7) is what Induction has as (k_s |psi|)^S.
  const Model m = drive(2, 3.7, dq_machine::Induction<double>{0.34, 0.023, 2.5, 0.84, 7});
  return {"im2k2_cvc_sat_avg.txt", m,    540.0, 250e-6,
          {.per_J = 1.0 / 0.015},  14.6, 3000,  at_rest(m, 540.0, 0.0, 0.0)};
}

// 1e-5: what the peer's printed digits leave, and its own tolerance.
TEST(ElectricStep, a_car_machine_gives_the_torque_of_a_peer) {
  const PeerCase c = car_machine_with_torque_steps();
  EXPECT_LE(against_peer(c).tau, 1e-5);
  EXPECT_GT(against_peer(c, Flaw::no_delay).tau, 1.0);
  EXPECT_GT(against_peer(c, Flaw::frozen_angle).tau, 1e-3);
}
TEST(ElectricStep, a_servo_machine_gives_torque_and_speed_of_a_peer) {
  const PeerCase c = servo_machine_with_a_load_step();
  const Worst w = against_peer(c);
  EXPECT_LE(w.tau, 1e-5);
  EXPECT_LE(w.omega, 1e-5);
  EXPECT_GT(against_peer(c, Flaw::no_delay).tau, 1e-2);
  EXPECT_GT(against_peer(c, Flaw::frozen_angle).tau, 1e-4);
}
TEST(ElectricStep, a_saturated_induction_machine_gives_torque_and_speed_of_a_peer) {
  const PeerCase c = induction_machine_from_rest();
  const Worst w = against_peer(c);
  EXPECT_LE(w.tau, 1e-5);
  EXPECT_LE(w.omega, 1e-5);
  EXPECT_GT(against_peer(c, Flaw::no_delay).tau, 1e-2);
}

}  // namespace
}  // namespace evsim
