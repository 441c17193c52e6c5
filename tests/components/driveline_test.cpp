// Gears, differential, half shafts and wheels as one driveline.
#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "sim/components/differential.h"
#include "sim/components/gear_train.h"
#include "sim/components/half_shaft.h"
#include "tests/components/integrate.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

// Carrier, difference of the outputs, twists, wheels; then work and losses since the start.
enum Row : std::size_t { kC, kD, kThetaL, kThetaR, kWheelL, kWheelR, kIn, kOut, kLoss, kRows };
template <Scalar T> using X = std::array<T, kRows>;

template <Scalar T> struct Driveline {
  gear_train::Model<T> gears;
  differential::Params<T> differential;
  half_shaft::Params<T> shaft;
  T J_wheel;
};
// A rotor of 0.05 kg m2 behind 10:1, 10 kNm/rad a side.
template <Scalar T = double>
Driveline<T> driveline(const differential::Params<double>& kind, double backlash) {
  const auto p = over<differential::Params, T>(kind);
  const auto stage = over<gear::Params, T>(
      gear::Params<double>{.ratio = 10.0, .efficiency = 0.97, .drag_torque = 0.3});
  const auto gears =
      gear_train::prepare<T>({.inertia_in = T(0.002), .inertia_out = T(0.05)}, stage, T(0.05));
  return {.gears = gear_train::with_output<T>(gears, 2.0 * p.side_inertia),
          .differential = p,
          .shaft = {.stiffness = T(10e3), .damping = T(20.0), .backlash = T(backlash)},
          .J_wheel = T(1.2)};
}

// Torque of the machine [Nm], held over ticks of 100 us: a rise in 50 ms, a drop to recuperation after 0.4 s. Each
// wheel has a brake that grows with its speed.
constexpr double kTick = 1e-4;
double machine_torque(int tick) { return tick < 4000 ? min(0.4 * tick, 200.0) : -100.0; }
template <Scalar T> X<T> rates(const Driveline<T>& m, const X<T>& x, const T& tau) {
  const differential::State<T> d{x[kC], x[kD]};
  const half_shaft::State<T> l{x[kThetaL]}, r{x[kThetaR]};
  const half_shaft::Inputs<T> u_l{differential::left(d), x[kWheelL]};
  const half_shaft::Inputs<T> u_r{differential::right(d), x[kWheelR]};
  const auto s_l = half_shaft::outputs(m.shaft, l, u_l), s_r = half_shaft::outputs(m.shaft, r, u_r);
  const auto g = gear_train::engaged<T>(m.gears, x[kC], {tau, s_l.tau + s_r.tau});
  const auto o = differential::rates<T>(m.differential, d, {g.rate.omega_out, s_l.tau, s_r.tau});
  const T brake_l = 20.0 * x[kWheelL], brake_r = 5.0 * x[kWheelR];
  X<T> dx;
  dx[kC] = g.rate.omega_out;
  dx[kD] = o.domega_dt;
  dx[kThetaL] = half_shaft::derivatives(u_l).theta;
  dx[kThetaR] = half_shaft::derivatives(u_r).theta;
  dx[kWheelL] = (s_l.tau - brake_l) / m.J_wheel;
  dx[kWheelR] = (s_r.tau - brake_r) / m.J_wheel;
  dx[kIn] = tau * m.gears.ratio * x[kC];
  dx[kOut] = brake_l * x[kWheelL] + brake_r * x[kWheelR];
  dx[kLoss] = s_l.p_loss + s_r.p_loss + g.p_drag + g.p_mesh + o.split.p_loss;
  return dx;
}
// The side inertia is in the gears' output as far as it turns with the carrier.
double energy(const Driveline<double>& m, const X<double>& x) {
  return gear_train::energy<double>(m.gears, {m.gears.ratio * x[kC], x[kC]}) +
         differential::energy<double>(m.differential, {0.0, x[kD]}) +
         half_shaft::energy<double>(m.shaft, {x[kThetaL]}) +
         half_shaft::energy<double>(m.shaft, {x[kThetaR]}) +
         0.5 * m.J_wheel * (x[kWheelL] * x[kWheelL] + x[kWheelR] * x[kWheelR]);
}
// One tick in n steps.
template <Scalar T> X<T> heun(const Driveline<T>& m, X<T> x, int tick, int n) {
  const auto f = [&](const X<T>& y) { return rates(m, y, T(machine_torque(tick))); };
  for (int k = 0; k < n; ++k) x = test::heun_step(f, x, kTick / n);
  return x;
}
template <Scalar T> X<T> driven(const Driveline<T>& m, int ticks) {
  X<T> x{};
  for (int tick = 0; tick < ticks; ++tick) x = heun(m, x, tick, 1);
  return x;
}

const differential::Params<double> kOpen{.kind = differential::Open<double>{},
                                         .side_inertia = 0.01};
const differential::Params<double> kLocked{.kind = differential::Locked<double>{},
                                           .side_inertia = 0.01};
const differential::Params<double> kClutches{
    .kind = differential::LimitedSlip<double>{.preload = 50.0, .driving_share = 0.3},
    .side_inertia = 0.01};

TEST(Driveline, books_close_through_play_slip_and_recuperation) {
  for (const auto& kind : {kOpen, kLocked, kClutches})
    for (const double backlash : {0.0, 0.01}) {
      const auto m = driveline(kind, backlash);
      const auto x = driven(m, 10000);
      EXPECT_GT(x[kLoss], 100.0);
      // Of Heun in steps of 100 us, at swings of 110 rad/s.
      EXPECT_NEAR(energy(m, x) + x[kOut] + x[kLoss], x[kIn], 1e-7 * x[kIn])
          << kind.kind.index() << " " << backlash;
    }
}

TEST(Driveline, open_lets_wheels_turn_apart_and_locked_keeps_them_together) {
  const auto open = driven(driveline(kOpen, 0.0), 4000);
  EXPECT_GT(open[kWheelR] - open[kWheelL], 10.0);
  const auto locked = driven(driveline(kLocked, 0.0), 4000);
  // 15 Nm s/rad more brake on the left twist the shafts apart by 15 dw/dt / k; dw/dt is 75 rad/s2 here: 1940 Nm on
  // 7.67 kg m2 after 0.375 s of a lag of 7.67 / 25 s.
  EXPECT_NEAR(locked[kWheelR] - locked[kWheelL], 0.112, 0.005);
  EXPECT_EQ(locked[kD], 0.0);
}

TEST(Driveline, the_rotor_swings_against_both_wheels_at_their_torsional_frequency) {
  // Wheels as one mass of 2.4 kg m2, the rotor as 5.27: without losses and loads.
  const Driveline<double> m{
      .gears = gear_train::with_output<double>({10.0, 1.0, 0.0, 0.0, 0.052, 0.05, 1.0}, 0.02),
      .differential = kOpen,
      .shaft = {.stiffness = 10e3},
      .J_wheel = 1.2};
  const double J_1 = 5.2 + 0.05 + 0.02, J_2 = 2.4;
  const double omega_0 = sqrt(20e3 * (1.0 / J_1 + 1.0 / J_2));  // 110.1 rad/s
  using Y = std::array<double, 3>;                              // carrier, wheels, twist
  const auto f = [&](const Y& y) -> Y {
    const auto s = half_shaft::outputs<double>(m.shaft, {y[2]}, {y[0], y[1]});
    const auto g = gear_train::engaged<double>(m.gears, y[0], {0.0, 2.0 * s.tau});
    return {g.rate.omega_out, s.tau / m.J_wheel, y[0] - y[1]};
  };
  Y y{0.0, 0.0, 0.01};
  for (int k = 0; k < 1000; ++k) y = test::rk4_step(f, y, 10.0 * kTwoPi / omega_0 / 1000);
  // After ten periods all is as it was: a frequency 0.1 % off would leave a rate of twist of 0.07 rad/s.
  EXPECT_NEAR(y[2], 0.01, 1e-8);
  EXPECT_NEAR(y[0] - y[1], 0.0, 1e-4);
}

// Steps of 100 us against 10 us over a rise to 200 Nm, the drop to -100 Nm and the swings after both: largest
// difference at any instant over the largest value. Heun turns the phase of a swing by (omega h)^2 / 6 a radian, at
// 110 rad/s of the wheels 2e-5; damping ends it within some radians. With play the outputs swing at 1000 rad/s.
TEST(Driveline, heun_in_steps_of_100_us_resolves_it) {
  struct Case {
    double damping, backlash, bound;
  };
  for (const Case& c : {Case{20.0, 0.0, 5e-5}, Case{0.0, 0.0, 2e-4}, Case{20.0, 0.01, 5e-4}}) {
    auto m = driveline(kOpen, c.backlash);
    m.shaft.damping = c.damping;
    X<double> coarse{}, fine{}, error{}, size{};
    for (int tick = 0; tick < 6000; ++tick) {
      coarse = heun(m, coarse, tick, 1);
      fine = heun(m, fine, tick, 10);
      for (std::size_t row = 0; row < kRows; ++row) {
        error[row] = max(error[row], abs(coarse[row] - fine[row]));
        size[row] = max(size[row], abs(fine[row]));
      }
    }
    for (std::size_t row = 0; row < kRows; ++row)
      EXPECT_LT(error[row], c.bound * size[row]) << row << " " << c.damping << " " << c.backlash;
  }
}

TEST(Driveline, a_lane_keeps_the_bits_of_a_run_alone) {
  for (const auto& kind : {kOpen, kLocked, kClutches}) {
    const auto alone = driven(driveline(kind, 0.01), 4500);
    const auto lanes = driven(driveline<Pack>(kind, 0.01), 4500);
    for (std::size_t row = 0; row < kRows; ++row)
      for (int k = 0; k < kLanes; ++k)
        EXPECT_TRUE(test::same_bits(lane(lanes[row], k), alone[row])) << row;
  }
}

}  // namespace
}  // namespace evsim
