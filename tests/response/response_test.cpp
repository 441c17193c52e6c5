#include "sim/response/response.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/base/constants.h"
#include "sim/base/errors.h"
#include "tests/response/response_cases.h"

namespace evsim {
namespace {

using Number = std::complex<double>;
using linear_loop::Loop;
using response::Request;

constexpr double kT = 1e-4;        // period of the control [s]
constexpr double kDesign = 300.0;  // [Hz]

// ---- By hand ------------------------------------------------------------------------------------
// Without resistance the flux is the integral of the voltage, and with a = e^(-alpha T_s), k = 1 - a and an output
// one sample late, current_control.h (1) to (5) gives for an inductance believed to be b times what it is, with
// q = z^-1:
//   T = b k q^2 (1 - a q) / N,   L = b k q^2 (2 + k - 2 q) / ((1 - q)^2 (1 + 2 k q))
//   N = (1 - q)^2 (1 + 2 k q) + b k q^2 (2 + k - 2 q),   b = 1:  T = k q^2 / (1 - a q)
struct Hand {
  double b = 1.0;
  double T_s = kT;

  double a() const { return std::exp(-2.0 * kPi * kDesign * T_s); }
  Number q(double f) const { return std::polar(1.0, -2.0 * kPi * f * T_s); }
  Number cut(Number q) const { return (1.0 - q) * (1.0 - q) * (1.0 + 2.0 * (1.0 - a()) * q); }
  Number gain(Number q) const {
    const double k = 1.0 - a();
    return b * k * q * q * (2.0 + k - 2.0 * q);
  }
  Number open(double f) const { return gain(q(f)) / cut(q(f)); }
  Number closed(double f) const {
    const Number x = q(f);
    return b * (1.0 - a()) * x * x * (1.0 - a() * x) / (cut(x) + gain(x));
  }
  // Where |T|^2 = k^2 / (1 + a^2 - 2 a cos(2 pi f T_s)) = 1/2, of b = 1.
  double bandwidth() const {
    return std::acos(2.0 - std::cosh(2.0 * kPi * kDesign * T_s)) / (2.0 * kPi * T_s);
  }
};

response::Setup at(const drive_unit::Params<double>& unit, double omega, double tau) {
  Request r;
  r.omega = omega;
  r.tau = tau;
  return response::setup(unit, "rear", r);
}
linear_loop::LinearLoop current(const response::Setup& s) {
  return linear_loop::linearise(s.model, Loop::current, s.in, s.x);
}

// Newton's method stops at 1e-9 of a state, and slopes of a linear machine don't depend on it: rounding is left.
constexpr double kExact = 1e-8;

TEST(Response, without_resistance_the_closed_loop_is_the_sampled_lag_at_any_speed) {
  for (const double omega : {0.0, 300.0, -600.0}) {
    const auto l = current(at(test::linear_unit(0.0), omega, 50.0));
    for (const double f : {1.0, 100.0, 1000.0, 4000.0}) {
      const auto T = linear_loop::closed(l, f);
      EXPECT_NEAR(std::abs(T(0, 0) - Hand{}.closed(f)), 0.0, kExact) << omega << " " << f;
      EXPECT_NEAR(std::abs(T(1, 1) - Hand{}.closed(f)), 0.0, kExact) << omega << " " << f;
      EXPECT_NEAR(std::abs(T(0, 1)) + std::abs(T(1, 0)), 0.0, kExact) << omega << " " << f;
    }
  }
}

TEST(Response, without_resistance_the_open_loop_is_that_of_the_equations) {
  const auto l = current(at(test::linear_unit(0.0), 0.0, 50.0));
  for (const double f : {10.0, 100.0, 1000.0, 4000.0}) {
    const Number L = Hand{}.open(f);
    EXPECT_NEAR(std::abs(linear_loop::open(l, f)(0, 0) - L), 0.0, 1e-6 * std::abs(L)) << f;
  }
}

TEST(Response, the_bandwidth_is_the_design_value_of_a_sampled_lag) {
  const auto r = response::current_loop(at(test::linear_unit(0.0), 400.0, 50.0), 0);
  EXPECT_NEAR(Hand{}.bandwidth(), kDesign, 0.01 * kDesign);  // sampling: (alpha T_s)^2 / 12 of it
  for (const auto& axis : r.axes)
    EXPECT_NEAR(axis.bandwidth, Hand{}.bandwidth(), 1e-5 * kDesign) << axis.name;  // of kExact
}

TEST(Response, resistance_moves_the_bandwidth_by_what_the_lag_of_the_winding_is_beside_it) {
  const auto r = response::current_loop(at(test::linear_unit(0.01), 0.0, 50.0), 0);
  // The control knows R_s; what is left is the mean current of its periods, below R_s / (alpha L) = 2.7 %.
  for (const auto& axis : r.axes) EXPECT_NEAR(axis.bandwidth, kDesign, 0.027 * kDesign);
}

TEST(Response, two_updates_a_period_meet_the_bandwidth_with_half_the_delay) {
  auto unit = test::linear_unit(0.0);
  unit.control.update = motor_control::Update::twice;
  const auto s = at(unit, 300.0, 50.0);
  EXPECT_DOUBLE_EQ(s.model.T_s, 0.5 * kT);
  const auto r = response::current_loop(s, 0);
  const Hand hand{.b = 1.0, .T_s = 0.5 * kT};
  EXPECT_NEAR(r.axes[0].bandwidth, hand.bandwidth(), 1e-5 * kDesign);
}

TEST(Response, a_wrong_inductance_shifts_the_bandwidth_as_the_formula_says) {
  for (const double b : {0.5, 0.7, 1.3}) {
    auto unit = test::linear_unit(0.0);
    unit.control.believed.L_d = b;
    const auto r = response::current_loop(at(unit, 0.0, 50.0), 0);
    const Hand hand{.b = b};
    const double expected =
        bandwidth([&](double f) { return hand.closed(f); }, frequencies(1.0, 0.5 / kT, 500));
    EXPECT_NEAR(r.axes[0].bandwidth, expected, 1e-5 * kDesign) << b;  // of kExact
    EXPECT_NEAR(r.axes[1].bandwidth, Hand{}.bandwidth(), 1e-5 * kDesign) << b;
    if (b == 0.5) {
      EXPECT_GT(abs(expected - kDesign), 0.1 * kDesign);
    }  // so the test sees it
  }
}

TEST(Response, margins_are_those_of_the_open_loop_by_hand) {
  const auto r = response::current_loop(at(test::linear_unit(0.0), 0.0, 50.0), 0);
  const auto f = frequencies(10.0, 0.5 / kT, 2000);
  const LoopMargins hand = loop_margins([](double x) { return Hand{}.open(x); }, f);
  const LoopMargins& m = r.axes[0].margins;
  // L is exact to 1e-6 of it.
  EXPECT_NEAR(m.phase, hand.phase, 1e-5);
  EXPECT_NEAR(m.delay, hand.delay, 1e-5 * hand.delay);
  EXPECT_NEAR(m.gain, hand.gain, 1e-5 * hand.gain);
  EXPECT_NEAR(m.sensitivity, hand.sensitivity, 1e-5);
}

TEST(Response, the_speed_loop_of_a_shaft_without_friction_has_its_bandwidth) {
  const auto unit = test::linear_unit();
  const auto r = response::speed_loop(at(unit, 300.0, 50.0), unit.machine.inertia, 4.0, 0);
  // T = alpha / (s + alpha) but for the current's lag of 1 / (2 pi 300 Hz) + 1.5 T_s = 0.7 ms: 1.7 % of alpha.
  EXPECT_NEAR(r.axes[0].bandwidth, 4.0, 0.02 * 4.0);
  // L = alpha (2 s + alpha) / s^2: |L| = 1 at omega = alpha sqrt(2 + sqrt(5)), phase margin atan(2 omega / alpha).
  const double omega = std::sqrt(2.0 + std::sqrt(5.0));  // over alpha
  EXPECT_NEAR(r.axes[0].margins.f_phase, 4.0 * omega, 0.02 * 4.0 * omega);
  // 0.7 ms at 8.2 Hz: 2 degree.
  EXPECT_NEAR(r.axes[0].margins.phase, std::atan(2.0 * omega), 2.5 / 180.0 * kPi);
}

// ---- Both ways ----------------------------------------------------------------------------------

// The bar of the two ways: 0.1 dB and 1 degree.
void expect_agreement(const response::LoopResponse& r, const std::string& what) {
  ASSERT_FALSE(r.sweep.f.empty()) << what;
  for (const auto& axis : r.axes) {
    EXPECT_LT(axis.difference.dB, 0.1) << what << " " << axis.name;
    EXPECT_LT(axis.difference.degrees, 1.0) << what << " " << axis.name;
  }
  EXPECT_LT(r.coupling_difference.dB, 0.1) << what;
  EXPECT_LT(r.coupling_difference.degrees, 1.0) << what;
}
void expect_agreement(const drive_unit::Params<double>& unit, const std::string& what) {
  for (const double share : {0.0, 0.5, 1.0}) {
    Request r;
    r.omega = share * unit.machine.envelope.omega_max;
    const auto s = response::setup(unit, "rear", r);
    const std::string where = what + " at " + std::to_string(share) + " of top speed";
    expect_agreement(response::current_loop(s, 12), where);
    // A quick speed loop spares the slow sines.
    expect_agreement(response::speed_loop(s, unit.machine.inertia, 20.0, 8), where);
  }
}

TEST(Response, two_ways_agree_for_a_linear_machine) {
  expect_agreement(test::linear_unit(), "linear");
}
TEST(Response, two_ways_agree_for_a_saturated_machine) {
  expect_agreement(test::saturated_unit(), "saturated");
}
TEST(Response, two_ways_agree_for_an_induction_machine) {
  expect_agreement(test::induction_unit(), "induction");
}
TEST(Response, two_ways_agree_for_an_excited_machine) {
  expect_agreement(test::excited_unit(), "excited");
}
TEST(Response, two_ways_agree_for_a_mistuned_continuous_design) {
  auto unit = test::linear_unit();
  unit.control.design = motor_control::Design::continuous;
  unit.control.bandwidth = 100.0;
  unit.control.believed.L_q = 1.2;
  unit.control.believed.R_s = 0.8;
  expect_agreement(unit, "continuous");
}

TEST(Response, saturation_moves_the_bandwidth_from_that_of_the_inductance_without_current) {
  const auto r = response::current_loop(at(test::saturated_unit(), 50.0, 20.0), 0);
  EXPECT_GT(abs(r.axes[1].bandwidth - kDesign), 0.1 * kDesign);
}

TEST(Response, an_unstable_loop_is_said_to_be_so_and_not_swept) {
  auto unit = test::linear_unit();
  unit.control.believed.L_q = 8.0;
  const auto s = at(unit, 0.0, 50.0);
  const auto r = response::current_loop(s, 10);
  EXPECT_FALSE(r.stable);
  EXPECT_TRUE(r.sweep.f.empty());
  // In time a small deviation grows by the largest pole in each tick, once the others have fallen behind.
  auto x = s.x;
  x.psi.b += 1e-12;
  const auto away = [&] {
    return abs(control_tick::tick(s.model, Loop::current, s.in, x).i.im - s.in.i_ref.im);
  };
  std::vector<double> i;
  for (int k = 0; k < 30; ++k) i.push_back(away());
  EXPECT_GT(i[29], 2.0 * i[19]);
}

// ---- The operating point ------------------------------------------------------------------------

TEST(Response, the_steady_point_has_the_currents_that_make_the_torque) {
  const auto s = at(test::linear_unit(), 300.0, 60.0);
  const Complex<double> i = s.point.i;
  const double tau = 6.0 * (0.08 * i.im + (2e-4 - 4e-4) * i.re * i.im);  // 3/2 n_p = 6
  EXPECT_NEAR(tau, 60.0, 0.1);  // tables of currents: 0.1 % of I_max
  // No iron loss, no friction. Between samples the held voltage bends the current: (omega_e T_s)^2 / 12 of it.
  EXPECT_NEAR(s.point.tau_shaft, tau, 0.12 * 0.12 / 12.0 * tau);
}

std::string refusal(const drive_unit::Params<double>& unit, const Request& r) {
  try {
    response::setup(unit, "rear", r);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

TEST(Response, an_operating_point_out_of_reach_is_refused_with_how_far) {
  Request r;
  r.omega = 600.0;
  r.tau = 500.0;
  const std::string what = refusal(test::linear_unit(), r);
  EXPECT_NE(what.find("got a torque of 500 Nm, must be "), std::string::npos) << what;
  EXPECT_NE(what.find("Nm beyond"), std::string::npos) << what;
  r.omega = 1300.0;
  const std::string speed = refusal(test::linear_unit(), r);
  EXPECT_NE(speed.find("must be at most 11459 rpm"), std::string::npos) << speed;
}

TEST(Response, a_unit_without_a_model_in_dq_is_refused) {
  const auto unit = test::bare_unit(200.0, 60e3, 1000.0, 400.0);
  const std::string what = refusal(unit, {});
  EXPECT_NE(what.find("drive_units.rear.machine.dq: has no model"), std::string::npos) << what;
}

}  // namespace
}  // namespace evsim
