#include "sim/components/brake_system.h"

#include "tests/components/scalars.h"

namespace evsim {
namespace {

using brake_system::Inputs;
using brake_system::Params;
using brake_system::State;

const Params<double> kBrakes{
    .front = {.piston_area = 2.5e-3, .pad_friction = 0.4, .effective_radius = 0.12},
    .rear = {.piston_area = 1.25e-3, .pad_friction = 0.4, .effective_radius = 0.12},
    .contact_pressure = 1e5,
    .lag = 0.02,
    .build_up = 1000e5,
    .release = 2000e5};

State<double> after(const Inputs<double>& in, double seconds, State<double> x) {
  constexpr double h = 1e-5;
  for (long k = std::lround(seconds / h); k > 0; --k) {
    const auto rate = brake_system::derivatives(kBrakes, x, in);
    for (std::size_t i = 0; i < 4; ++i) x.p[i] += h * rate.p[i];
  }
  return x;
}

TEST(BrakeSystem, torque_by_hand) {
  // 2 * 0.4 * 2.5e-3 m2 * 0.12 m = 240 Nm/MPa in front, half of it behind, from 1 bar on.
  const auto tau = brake_system::torques<double>(kBrakes, {.p = {51e5, 1e5, 51e5, 0.0}});
  EXPECT_ROUNDED(tau[0], 1200.0);
  EXPECT_EQ(tau[1], 0.0);
  EXPECT_ROUNDED(tau[2], 600.0);
  EXPECT_EQ(tau[3], 0.0);
  EXPECT_ROUNDED(brake_system::front_share(kBrakes), 2.0 / 3.0);
  EXPECT_ROUNDED(brake_system::pressure_of(kBrakes, 2, 600.0), 51e5);
}
TEST(BrakeSystem, pressure_rises_as_its_lag_and_rate_allow) {
  // 10 bar: a first-order lag; 100 bar: 1000 bar/s while more than 20 bar are missing.
  const auto slow = after(brake_system::untouched<double>({10e5, 10e5, 10e5, 10e5}), 0.02, {});
  EXPECT_NEAR(slow.p[0], 10e5 * (1.0 - std::exp(-1.0)), 10e5 * 1e-3);  // Euler: h / (2 lag)
  const auto fast = after(brake_system::untouched<double>({100e5, 100e5, 100e5, 100e5}), 0.05, {});
  EXPECT_NEAR(fast.p[0], 50e5, 1.0);
}
TEST(BrakeSystem, a_step_is_exact_where_no_valve_limits_the_rate) {
  const auto all = [](double p) { return brake_system::untouched<double>({p, p, p, p}); };
  const auto slow = brake_system::after<double>(kBrakes, {}, all(10e5), 0.02);
  EXPECT_ROUNDED(slow.p[0], 10e5 * (1.0 - exp(-1.0)));
  EXPECT_ROUNDED(brake_system::after<double>(kBrakes, {}, all(100e5), 0.01).p[3], 10e5);
  // 720 Nm/MPa of four wheels on 0.3 m.
  EXPECT_ROUNDED(brake_system::pressure_of_force<double>(kBrakes, 12e3, 0.3), 51e5);
}
TEST(BrakeSystem, a_wheel_is_held_dumped_or_braked_by_the_pump_alone) {
  const State<double> x{.p = {50e5, 50e5, 50e5, 0.0}};
  auto in = brake_system::untouched<double>({80e5, 80e5, 80e5, 0.0});
  in.limit[0] = x.p[0];
  in.limit[1] = 0.0;
  in.pump[3] = 30e5;
  const auto y = after(in, 0.3, x);
  EXPECT_EQ(y.p[0], 50e5);
  EXPECT_NEAR(y.p[1], 0.0, 50e5 * 1e-4);
  EXPECT_NEAR(y.p[2], 80e5, 80e5 * 1e-4);
  EXPECT_NEAR(y.p[3], 30e5, 30e5 * 1e-4);
}
TEST(BrakeSystem, has_the_same_bits_and_slopes_over_all_scalars) {
  test::expect_same_over_all_scalars<4>(
      {{{0.0, 150e5}, {0.0, 150e5}, {0.0, 150e5}, {0.0, 150e5}}}, [](const auto& y) {
        using T = std::remove_cvref_t<decltype(y[0])>;
        const auto p = over<Params, T>(kBrakes);
        brake_system::Inputs<T> in{};
        in.asked.fill(y[1]), in.pump.fill(y[2]), in.limit.fill(y[3]);
        State<T> x{};
        x.p.fill(y[0]);
        const auto rate = brake_system::derivatives(p, x, in);
        const auto tau = brake_system::torques(p, x);
        return std::array<T, 2>{rate.p[0], tau[2]};
      });
}

}  // namespace
}  // namespace evsim
