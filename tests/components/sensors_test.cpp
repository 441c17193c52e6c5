#include "sim/components/sensors.h"

#include "sim/base/constants.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

constexpr sensors::Draw kDraw{.seed = 7, .signal = 100, .tick = 3};
const Abc<double> kNoneLost{0.0, 0.0, 0.0};

TEST(Sensors, without_faults_the_truth_is_read) {
  const sensors::Current<double> s;
  const auto i = sensors::measure<double>(s, {10.0, -4.0, -6.0}, kNoneLost, kDraw);
  EXPECT_EQ(i.a, 10.0);
  EXPECT_EQ(i.b, -4.0);
  EXPECT_EQ(i.c, -6.0);
  EXPECT_EQ(sensors::measure(sensors::Position<double>{}, 1.25, 0.0, kDraw), 1.25);
  EXPECT_EQ(sensors::measure(sensors::Voltage<double>{}, 400.0, 0.0, kDraw), 400.0);
}

TEST(Sensors, gain_offset_resolution_and_range_by_hand) {
  sensors::Current<double> s;
  s.gain_a = 0.01;
  s.offset_b = -1.0;
  s.resolution = 0.5;
  s.range = 100.0;
  const auto i = sensors::measure<double>(s, {90.0, 21.2, -300.0}, kNoneLost, kDraw);
  EXPECT_EQ(i.a, 91.0);    // 90.9
  EXPECT_EQ(i.b, 20.0);    // 20.2
  EXPECT_EQ(i.c, -100.0);  // saturated
}

TEST(Sensors, two_sensors_give_the_third_phase_with_their_errors) {
  sensors::Current<double> s;
  s.phases = sensors::Phases::two;
  s.offset_a = 2.0;
  s.offset_c = 50.0;  // there is none
  const auto i = sensors::measure<double>(s, {10.0, -4.0, -6.0}, kNoneLost, kDraw);
  EXPECT_EQ(i.a, 12.0);
  EXPECT_EQ(i.c, -8.0);
}

TEST(Sensors, a_lost_sensor_reads_nothing) {
  const auto i = sensors::measure<double>(sensors::Current<double>{}, {10.0, -4.0, -6.0},
                                          {0.0, 1.0, 0.0}, kDraw);
  EXPECT_EQ(i.a, 10.0);
  EXPECT_EQ(i.b, 0.0);
  EXPECT_EQ(i.c, -6.0);
  EXPECT_EQ(sensors::measure(sensors::Position<double>{}, 1.25, 1.0, kDraw), 0.0);
  EXPECT_EQ(sensors::measure(sensors::Voltage<double>{}, 400.0, 1.0, kDraw), 0.0);
}

TEST(Sensors, noise_is_the_same_again_and_another_for_each_phase_and_tick) {
  sensors::Current<double> s;
  s.noise = 1.0;
  const auto at = [&](std::int64_t tick) {
    return sensors::measure<double>(s, {0.0, 0.0, 0.0}, kNoneLost,
                                    {.seed = 7, .signal = 100, .tick = tick});
  };
  EXPECT_EQ(at(5).a, at(5).a);
  EXPECT_NE(at(5).a, at(6).a);
  EXPECT_NE(at(5).a, at(5).b);
  double sum = 0.0, squares = 0.0;
  const int n = 10000;
  for (int k = 0; k < n; ++k) {
    sum += at(k).a;
    squares += at(k).a * at(k).a;
  }
  EXPECT_NEAR(sum / n, 0.0, 0.04);      // 4 standard deviations of the mean, 1/100
  EXPECT_NEAR(squares / n, 1.0, 0.06);  // 4 of the variance, sqrt(2)/100
}

TEST(Sensors, an_angle_is_counted_and_wrapped) {
  sensors::Position<double> s;
  s.counts = 8.0;
  EXPECT_ROUNDED(sensors::measure(s, 1.0, 0.0, kDraw), kTwoPi / 8.0);
  s.counts = 0.0;
  s.offset = 0.5;
  EXPECT_ROUNDED(sensors::measure(s, 3.0, 0.0, kDraw), 3.5 - kTwoPi);
  EXPECT_EQ(sensors::nearest(2.5), 2.0);
  EXPECT_EQ(sensors::nearest(-1.6), -2.0);
}

TEST(Sensors, the_loop_finds_a_constant_speed_without_error) {
  sensors::Position<double> s;
  s.bandwidth = 100.0;
  sensors::Tracked<double> x{0.0, 0.0}, now{};
  const double T_s = 1e-4, omega = 500.0;
  for (int k = 0; k < 2000; ++k)
    now = sensors::track(s, x, sensors::wrapped(1.0 + omega * T_s * k), T_s);
  EXPECT_NEAR(now.omega, omega, 1e-6);  // 125 time constants; rounding of the angle over T_s alpha
  EXPECT_NEAR(sensors::wrapped(now.theta - (1.0 + omega * T_s * 1999)), 0.0, 1e-9);
}

TEST(Sensors, a_step_of_the_speed_settles_with_the_loop_s_bandwidth) {
  sensors::Position<double> s;
  s.bandwidth = 20.0;
  sensors::Tracked<double> x{0.0, 0.0}, now{};
  const double T_s = 1e-5, alpha = kTwoPi * 20.0;
  for (int k = 0; k <= 2000; ++k) {
    now = sensors::track(s, x, sensors::wrapped(100.0 * T_s * k), T_s);
    // 1 - e^(-alpha t) (1 + alpha t) of a critically damped loop; Euler steps of alpha T_s = 1.3e-3
    const double t = alpha * T_s * k;
    EXPECT_NEAR(now.omega / 100.0, 1.0 - exp(-t) * (1.0 + t), 2e-3);
  }
}

TEST(Sensors, readings_are_the_same_over_all_scalars) {
  const auto law = [](const auto& x) {
    using T = std::decay_t<decltype(x[0])>;
    sensors::Current<T> s;
    s.gain_a = 0.02;
    s.noise = 0.3;
    const auto i = sensors::measure<T>(s, {x[0], x[1], x[2]}, {T(0.0), T(0.0), T(0.0)}, kDraw);
    sensors::Tracked<T> tracked{x[3], x[4]};
    const auto now = sensors::track(sensors::Position<T>{}, tracked, T(0.5), T(1e-4));
    return std::array<T, 4>{i.a, i.b, now.omega, tracked.theta};
  };
  test::expect_same_over_all_scalars<5>({{{-9, 9}, {-9, 9}, {-9, 9}, {-1, 1}, {-99, 99}}}, law);
}

}  // namespace
}  // namespace evsim
