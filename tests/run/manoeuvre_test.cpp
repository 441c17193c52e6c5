#include "sim/run/manoeuvre.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "sim/base/constants.h"

namespace evsim::manoeuvre {
namespace {

constexpr double kStep = 1e-3;  // [s]
constexpr double kDegree = kTwoPi / 360.0;

// A motion as a function of time, seen from 0 to t_end.
State seen(double t_end, const std::function<void(Motion&)>& motion, const Setting& car = {},
           double h = kStep) {
  State s = start();
  const int n = static_cast<int>(std::lround(t_end / h));
  for (int k = 0; k <= n; ++k) {
    Motion m;
    m.t = k * h;
    for (Wheel& w : m.wheels) w = {5000.0, 0.0, 0.0};
    motion(m);
    observe(s, car, m);
  }
  return s;
}

// ---- Step of steer ------------------------------------------------------------------------------

TEST(Manoeuvre, a_first_order_yaw_response_reaches_90_percent_after_its_logarithm) {
  // r = G theta (1 - exp(-t/T)), the wheel at once at 0.5 rad from t = 1 on: 90 % of what the last second shows.
  constexpr double kT = 0.1, kGain = 0.3, kAngle = 0.5;
  const State s = seen(4.0, [&](Motion& m) {
    const double t = m.t - 1.0;
    m.theta_H = t > 0.0 ? kAngle : 0.0;
    m.yaw_rate = t > 0.0 ? kGain * kAngle * (1.0 - std::exp(-t / kT)) : 0.0;
  });
  const SteerFigures f = step_response(s);
  // Levels lie at least 128 over the whole: a chord of the rise is 7.6e-4 T long there; and the wheel jumps within a step.
  EXPECT_NEAR(f.yaw_rate.response_time, kT * std::log(10.0), 7.6e-4 * kT + kStep);
  EXPECT_NEAR(f.gain, kGain, 1e-6);
  EXPECT_TRUE(std::isnan(f.yaw_rate.peak_time));
  EXPECT_TRUE(std::isnan(f.lateral.response_time));  // no lateral acceleration
}

TEST(Manoeuvre, a_second_order_response_overshoots_as_its_damping_says) {
  // y = 1 - exp(-D w t) (cos w_d t + D w / w_d sin w_d t): peak at pi / w_d, overshoot exp(-pi D / sqrt(1 - D^2)).
  // To the right, with a ramp of the wheel: 50 % of it lie in its middle.
  constexpr double kD = 0.4, kOmega = 8.0, kRamp = 0.2;
  const double w_d = kOmega * std::sqrt(1.0 - kD * kD);
  const State s = seen(6.0, [&](Motion& m) {
    m.theta_H = -0.4 * std::clamp((m.t - 0.5) / kRamp, 0.0, 1.0);
    const double t = m.t - 0.6;
    if (t > 0.0)
      m.a_y = -3.0 * (1.0 - std::exp(-kD * kOmega * t) *
                                (std::cos(w_d * t) + kD * kOmega / w_d * std::sin(w_d * t)));
  });
  const StepFigures f = step_response(s).lateral;
  EXPECT_NEAR(f.peak_time, kTwoPi / 2.0 / w_d, 0.5 * kStep);
  // The last second has settled to exp(-D w 4.4 s) = 8e-7.
  EXPECT_NEAR(f.overshoot, std::exp(-kTwoPi / 2.0 * kD / std::sqrt(1.0 - kD * kD)), 3e-5);
}

TEST(Manoeuvre, a_wheel_that_creeps_on_after_its_step_has_no_step_response) {
  const auto creeping = [](double rate) {
    return seen(5.0, [=](Motion& m) {
      const double t = m.t - 1.0;
      m.theta_H = t > 0.0 ? 0.3 + rate * t : 0.0;
      m.yaw_rate = 0.2 * m.theta_H;
    });
  };
  EXPECT_TRUE(std::isnan(step_response(creeping(0.05)).gain));
  EXPECT_NEAR(step_response(creeping(0.0)).gain, 0.2, 1e-9);
}

TEST(Manoeuvre, a_wheel_that_goes_on_moving_has_no_step_response) {
  const State s = seen(5.0, [](Motion& m) {
    m.theta_H = std::sin(kTwoPi * m.t);
    m.yaw_rate = 0.2 * m.theta_H;
  });
  EXPECT_TRUE(std::isnan(step_response(s).gain));
}

// ---- Sine with dwell ----------------------------------------------------------------------------

// Hand wheel of FMVSS 126: 0.7 Hz, 0.5 s of dwell at the second peak, from t = 1 s on.
double dwell(double t, double angle) {
  constexpr double kF = 0.7, kDwell = 0.5, kSecond = 0.75 / kF;
  const double since = t - 1.0;
  if (since <= 0.0 || since >= 1.0 / kF + kDwell) return 0.0;
  const double phase = since < kSecond            ? since
                       : since < kSecond + kDwell ? kSecond
                                                  : since - kDwell;
  return angle * std::sin(kTwoPi * kF * phase);
}

TEST(Manoeuvre, sine_with_dwell_compares_yaw_rates_after_completion_of_steer_with_their_peak) {
  // The yaw rate is the wheel's angle over 5, and from the completion on a decay from 0.4 rad/s to the right.
  constexpr double kAngle = 2.0, kV = 20.0;
  const double completed = 1.0 + 1.0 / 0.7 + 0.5;
  const State s = seen(6.0, [&](Motion& m) {
    m.theta_H = dwell(m.t, kAngle);
    m.yaw_rate = m.t < completed ? m.theta_H / 5.0 : -0.4 * std::exp(-(m.t - completed) / 0.8);
    m.x = kV * m.t;
    m.y = m.t > 1.0 ? 1.5 * (m.t - 1.0) * (m.t - 1.0) : 0.0;
  });
  const DwellFigures f = sine_with_dwell(s);
  // Completion is where 1e-3 of the angle are left: 0.23 ms before.
  EXPECT_NEAR(f.share_100, std::exp(-1.0 / 0.8), 1e-3);
  EXPECT_NEAR(f.share_175, std::exp(-1.75 / 0.8), 1e-3);
  // 5 degrees are reached asin(5 deg / 2 rad) / w after the start.
  const double t_5 = std::asin(5.0 * kDegree / kAngle) / (kTwoPi * 0.7);
  EXPECT_NEAR(f.displacement, 1.5 * (t_5 + 1.07) * (t_5 + 1.07), 1e-4);
}

TEST(Manoeuvre, a_sine_that_goes_on_is_no_sine_with_dwell) {
  const State s = seen(6.0, [](Motion& m) {
    m.theta_H = m.t > 1.0 ? std::sin(kTwoPi * 0.7 * (m.t - 1.0)) : 0.0;
    m.yaw_rate = m.theta_H / 5.0;
  });
  EXPECT_TRUE(std::isnan(sine_with_dwell(s).share_100));
}

// ---- Steady circle ------------------------------------------------------------------------------

TEST(Manoeuvre, a_single_track_model_gives_back_its_understeer_gradient) {
  // theta_H = i_s (L kappa + K a_y) at 100 km/h, slowly more and more.
  // Its axle slips by K_r a_y towards the outside, beta = b kappa - K_r a_y; it leans by 0.06 rad at 9.81 m/s2.
  const Setting car{.wheelbase = 3.0, .steering_ratio = 15.0, .rear_axle = 1.6, .lanes = {}};
  constexpr double kV = 100.0 / 3.6, kRear = 0.004, kRoll = 0.06 / 9.81;
  for (const double K : {0.003, -0.0005}) {
    const State s = seen(
        40.0,
        [&](Motion& m) {
          m.v = kV;
          m.a_y = -0.1 * m.t;
          m.yaw_rate = m.a_y / kV;
          m.theta_H = 15.0 * (3.0 * m.yaw_rate / kV + K * m.a_y);
          m.slip_angle = 1.6 * m.yaw_rate / kV - kRear * m.a_y;
          m.roll = kRoll * m.a_y;
        },
        car, 1e-2);
    const CircleFigures f = steady_circle(s, car);
    EXPECT_NEAR(f.understeer, K, 1e-12);
    EXPECT_NEAR(f.angle_gradient, 15.0 * (3.0 / (kV * kV) + K), 1e-12);
    EXPECT_NEAR(f.slip, -kRear, 1e-12);
    EXPECT_NEAR(f.roll, kRoll, 1e-12);
    EXPECT_NEAR(K > 0.0 ? f.characteristic : f.critical, std::sqrt(3.0 / std::abs(K)), 1e-8);
    EXPECT_TRUE(std::isnan(K > 0.0 ? f.critical : f.characteristic));
  }
}

TEST(Manoeuvre, less_than_a_tenth_of_g_is_no_steady_circle) {
  const State s = seen(10.0, [](Motion& m) {
    m.v = 20.0;
    m.a_y = 0.8 + 0.05 * m.t;
    m.yaw_rate = m.a_y / m.v;
  });
  EXPECT_TRUE(std::isnan(steady_circle(s, {}).understeer));
}

// ---- Frequency response -------------------------------------------------------------------------

TEST(Manoeuvre, a_sine_gives_gain_and_phase_of_a_first_order_lag) {
  // Steady r = |G| sin(w t + phi), G = 0.3 / (1 + j w T).
  constexpr double kF = 0.8, kT = 0.15, w = kTwoPi * kF;
  const double gain = 0.3 / std::hypot(1.0, w * kT), phase = -std::atan(w * kT);
  const State s = seen(6.3, [&](Motion& m) {
    m.theta_H = 0.5 * std::sin(w * m.t);
    m.yaw_rate = m.t > 0.0 ? 0.5 * gain * std::sin(w * m.t + phase) : 0.0;
    m.a_y = 10.0 * m.yaw_rate;
  });
  const SineFigures f = sine_response(s);
  // The trapezium errs by (w h)^2 / 12 = 2e-6.
  EXPECT_NEAR(f.frequency, kF, 1e-5);
  EXPECT_NEAR(f.yaw_rate.gain, gain, 1e-5 * gain);
  EXPECT_NEAR(f.yaw_rate.phase, phase, 1e-4);
  EXPECT_NEAR(f.lateral.gain, 10.0 * gain, 1e-4 * gain);
}

TEST(Manoeuvre, a_pulse_gives_the_same_lag_at_every_frequency) {
  // A pulse of half a sine of 0.1 s, answered by r' = (0.3 theta - r) / T in the closed form of the exact step.
  constexpr double kT = 0.15, h = 2e-4;
  double r = 0.0, before = 0.0;
  const State s = seen(
      4.0,
      [&](Motion& m) {
        const double t = m.t - 0.5;
        m.theta_H = t > 0.0 && t < 0.1 ? std::sin(kTwoPi * 5.0 * t) : 0.0;
        const double decay = std::exp(-h / kT);
        r = r * decay + 0.3 * (1.0 - decay) * 0.5 * (before + m.theta_H);
        before = m.theta_H;
        m.yaw_rate = r;
      },
      {}, h);
  for (std::size_t i = 0; i < kSweep.size(); ++i) {
    const double wT = kTwoPi * kSweep[i] * kT;
    const Response f = sweep_response(s, i);
    // What is left of the response after 3.4 s: exp(-3.4 / T) = 1e-10; h / T = 1.3e-3, squared over 12.
    EXPECT_NEAR(f.gain, 0.3 / std::hypot(1.0, wT), 1e-5) << kSweep[i];
    EXPECT_NEAR(f.phase, -std::atan(wT), 1e-4) << kSweep[i];
  }
}

TEST(Manoeuvre, what_has_not_come_to_rest_has_no_spectrum) {
  const State s = seen(4.0, [](Motion& m) { m.theta_H = m.yaw_rate = m.t > 1.0 ? 0.3 : 0.0; });
  EXPECT_TRUE(std::isnan(sweep_response(s, 0).gain));
}

// ---- Braking, shuffle, extremes -----------------------------------------------------------------

TEST(Manoeuvre, constant_deceleration_stops_in_v2_over_2a) {
  // From 30 m/s with 8 m/s2 from t = 1 s on; the last 20 mm/s are not waited for.
  const State s = seen(6.0, [](Motion& m) {
    const double t = std::clamp(m.t - 1.0, 0.0, 30.0 / 8.0);
    m.v = 30.0 - 8.0 * t;
    m.way = 30.0 * std::min(m.t, 1.0) + 30.0 * t - 4.0 * t * t;
    m.request = m.t >= 1.0 ? -9.0 : 0.0;
    m.offset = 0.1 * t;
  });
  const Braking::Stop& stop = s.braking.last;
  EXPECT_NEAR(stop.v_0, 30.0, 1e-12);
  EXPECT_NEAR(stop.distance, 900.0 / 16.0, 1e-4);
  // Way at a speed is linear in a step: 8 m/s2 h^2 / 8 of 35 m.
  EXPECT_NEAR(stop.deceleration, 8.0, 1e-6);
  EXPECT_NEAR(stop.offset, 0.375, 1e-3);
}

TEST(Manoeuvre, a_braking_that_is_released_before_rest_does_not_count) {
  const State s = seen(3.0, [](Motion& m) {
    m.request = m.t < 1.0 ? -3.0 : 0.0;
    m.v = 20.0 - 3.0 * std::min(m.t, 1.0);
  });
  EXPECT_TRUE(std::isnan(s.braking.last.distance));
}

TEST(Manoeuvre, shuffle_is_the_first_swing_after_the_last_step_of_force) {
  // a = 2 (1 - exp(-2 t) cos(2 pi 5 t)) after a step at 1 s: turning points at t_k with tan(2 pi 5 t) = -2/(2 pi 5).
  constexpr double w = kTwoPi * 5.0, kDecay = 2.0;
  const State s = seen(5.0, [](Motion& m) {
    const double t = m.t - 1.0;
    m.given = t >= 0.0 ? 2.0 : 0.0;
    m.a_x = t > 0.0 ? 2.0 * (1.0 - std::exp(-kDecay * t) * std::cos(w * t)) : 0.0;
  });
  const auto turn = [](int k) { return (k * kTwoPi / 2.0 - std::atan(kDecay / w)) / w; };
  const auto a = [](double t) { return 2.0 * (1.0 - std::exp(-kDecay * t) * std::cos(w * t)); };
  const ShuffleFigures f = shuffle(s);
  // Turning points are those of the samples: a'' h^2 / 8 = 2.5e-4.
  EXPECT_NEAR(f.peak_to_peak, a(turn(1)) - a(turn(2)), 5e-4);
  EXPECT_NEAR(f.overshoot, 0.5 * a(turn(1)) - 1.0, 1e-3);
  EXPECT_NEAR(f.frequency, 5.0, 0.02);  // a sample in seven half periods
}

TEST(Manoeuvre, a_step_that_is_followed_without_a_swing_has_a_shuffle_of_0) {
  const State s = seen(4.0, [](Motion& m) {
    const double t = m.t - 1.0;
    m.given = t >= 0.0 ? 2.0 : 0.0;
    m.a_x = t > 0.0 ? 2.0 * (1.0 - std::exp(-5.0 * t)) : 0.0;
  });
  EXPECT_EQ(shuffle(s).peak_to_peak, 0.0);
  EXPECT_EQ(shuffle(s).overshoot, 0.0);
  EXPECT_TRUE(std::isnan(shuffle(s).frequency));
  EXPECT_TRUE(std::isnan(shuffle(seen(4.0, [](Motion& m) { m.a_x = 1.0; })).peak_to_peak));
}

// On a circle of 100 m to a side at 20 m/s, braked by 4 m/s2 from t = 1 s on. A tenth of a second later it turns by a share
// of the circle's yaw rate, slips by 0.01 rad more and runs 0.3 m outside.
State braked_in_turn(double side, double share) {
  return seen(3.0, [=](Motion& m) {
    const double t = std::max(m.t - 1.0, 0.0), r_0 = side * 20.0 / 100.0;
    m.v = 20.0 - 4.0 * t;
    m.request = m.t > 1.0 ? -4.0 : 0.0;
    const bool moved = t > 0.1;
    m.yaw_rate = r_0 * m.v / 20.0 * (moved ? share : 1.0);
    const double angle = r_0 / 20.0 * (20.0 * m.t - 2.0 * t * t);  // on the circle
    m.slip_angle = side * (moved ? -0.03 : -0.02);
    m.yaw = angle - m.slip_angle;
    const double R = side * (moved ? 100.3 : 100.0);
    m.x = R * std::sin(angle), m.y = side * 100.0 - R * std::cos(angle);
  });
}
TEST(Manoeuvre, braking_in_a_turn_is_seen_against_the_circle_that_it_began_on) {
  for (const double side : {1.0, -1.0}) {
    const TurnFigures f = brake_in_turn(braked_in_turn(side, 1.25));
    EXPECT_NEAR(f.rate_share, 1.25, 1e-12);
    EXPECT_NEAR(f.slip_change, 0.01, 1e-12);
    EXPECT_NEAR(f.outside, 0.3, 1e-12);
  }
  const State straight = seen(3.0, [](Motion& m) { m.v = 20.0, m.request = -4.0; });
  EXPECT_TRUE(std::isnan(brake_in_turn(straight).rate_share));
}

TEST(Manoeuvre, extremes_are_of_the_whole_run) {
  const State s = seen(2.0, [](Motion& m) {
    m.v = 10.0;
    m.roll = -0.05 * std::sin(kTwoPi / 2.0 * m.t);
    m.offset = 0.2 * m.t;
    m.wheels[2] = {m.t < 0.5 ? 0.0 : 4000.0, -0.1 * m.t, 0.4};
  });
  EXPECT_NEAR(s.extremes.roll, 0.05, 1e-7);
  EXPECT_NEAR(s.extremes.offset, 0.4, 1e-12);
  EXPECT_NEAR(s.extremes.kappa, 0.2, 1e-12);
  EXPECT_EQ(s.extremes.F_z, 0.0);
  EXPECT_NEAR(s.extremes.lifted, 0.5 - kStep, 1e-12);  // steps count by their ends
  EXPECT_NEAR(s.extremes.use_time, 0.1 * 2.0, 1e-12);
  EXPECT_EQ(s.extremes.use, 0.4);
}

// ---- Course -------------------------------------------------------------------------------------

TEST(Course, lanes_have_the_lengths_and_widths_of_iso_3888) {
  constexpr double b = 1.8;
  const auto one = course::lanes({.kind = course::Kind::iso_3888_1, .at = 10.0}, b);
  EXPECT_DOUBLE_EQ(one.lane[1].from, 10.0 + 45.0);
  EXPECT_DOUBLE_EQ(one.lane[2].to, 10.0 + 125.0);
  EXPECT_DOUBLE_EQ(one.lane[0].left - one.lane[0].right, 2.23);
  EXPECT_DOUBLE_EQ(one.lane[1].left - one.lane[1].right, 2.41);
  EXPECT_DOUBLE_EQ(one.lane[2].left - one.lane[2].right, 2.59);
  const auto two = course::lanes({.kind = course::Kind::iso_3888_2, .at = 0.0}, b);
  EXPECT_DOUBLE_EQ(two.lane[2].to, 61.0);
  EXPECT_DOUBLE_EQ(two.lane[1].right - two.lane[0].left, 1.0);
  EXPECT_DOUBLE_EQ(two.lane[1].left - two.lane[1].right, 2.8);
  EXPECT_DOUBLE_EQ(two.lane[2].left - two.lane[2].right, 3.0);
}

TEST(Course, a_car_is_as_long_and_wide_as_its_file_says_else_as_its_axles_let_guess) {
  body::MultiBody<double> b;
  b.front.track = 1.6, b.rear.track = 1.62;
  const auto guessed = course::outline({}, b, 2.9);
  EXPECT_DOUBLE_EQ(guessed.overhang, 0.9);
  EXPECT_DOUBLE_EQ(guessed.width, 1.84);
  b.length = 4.9, b.width = 1.9;
  const auto known = course::outline({}, b, 2.9);
  EXPECT_DOUBLE_EQ(known.overhang, 1.0);
  EXPECT_DOUBLE_EQ(known.width, 1.9);
  EXPECT_DOUBLE_EQ(course::outline({.car_width = 1.7}, b, 2.9).width, 1.7);
}

TEST(Course, a_corner_outside_of_its_lane_counts_and_free_sections_do_not) {
  Setting car{.front = 2.0, .rear = 2.0, .half_width = 0.9, .lanes = {}};
  car.lanes = course::lanes({.kind = course::Kind::iso_3888_2, .at = 50.0}, 1.8);
  const auto past = [&](double y, double yaw, double x_end) {
    return seen(
               1.0,
               [&](Motion& m) {
                 m.x = x_end * m.t;
                 m.y = y, m.yaw = yaw;
               },
               car)
        .extremes.outside;
  };
  // In the first lane of 2.23 m: 0.215 m are left on both sides.
  EXPECT_NEAR(past(0.0, 0.0, 58.0), -0.215, 1e-12);
  EXPECT_NEAR(past(0.3, 0.0, 58.0), 0.085, 1e-12);
  // Turned by 0.1 rad the front left corner stands out by 2 sin 0.1 + 0.9 cos 0.1.
  EXPECT_NEAR(past(0.0, 0.1, 58.0), 2.0 * std::sin(0.1) + 0.9 * std::cos(0.1) - 1.115, 1e-12);
  // Straight on, the second lane is missed by its right edge to the car's right side.
  EXPECT_NEAR(past(0.0, 0.0, 80.0), 1.115 + 1.0 + 0.9, 1e-12);
  EXPECT_EQ(past(0.0, 0.0, 40.0), -kInfinity);
}

}  // namespace
}  // namespace evsim::manoeuvre
