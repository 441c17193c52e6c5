// What a car's motion shows in a manoeuvre, gathered from every step of its mechanics: plain accumulators, part of the
// snapshot. Between two instants everything is linear over time.
//   extremes        over the whole run
//   braking         from the request to rest: distance, mean fully developed deceleration (UN R13-H, annex 3)
//                     d_m = (v_b^2 - v_e^2) / (2 (s_e - s_b)),  v_b = 0.8 v_0, v_e = 0.1 v_0                    (1)
//   shuffle         turning points of the longitudinal acceleration after a step of the force asked for
//   step of steer   ISO 7401: times from 50 % of the hand wheel's angle on, steady state, peaks
//   sine, dwell     49 CFR 571.126 (FMVSS 126), UN R140: yaw rate after completion of steer over its peak
//   steady circle   ISO 4138: least squares of angles and curvature over lateral acceleration, L from axle to axle,
//                   b from mass centre to rear axle
//                     K = d theta_H / d a_y / i_s - L d(r/v) / d a_y                                             (2)
//                     K_beta = d beta / d a_y - b d(r/v) / d a_y                                                 (3)
//   brake in turn   ISO 7975: against the circle that the car was on as braking was asked for, R_0 = v_0 / r_0
//                     r / r_ref = r / (v / R_0)                                                                  (4)
//   sine of steer   ISO 7401: Fourier integrals over whole periods, the frequency from the period before
//   sweep of steer  ISO 7401: Fourier integrals over the whole run at given frequencies
//   ride            ISO 2631-1: weighted vertical acceleration at the driver's place (ride.h)
// Beginning of steer: the hand wheel leaves its angle by more than 5 deg/s; straight ahead before the first instant.
#pragma once

#include <array>
#include <limits>

#include "sim/base/elementary.h"
#include "sim/components/wheels.h"
#include "sim/run/course.h"
#include "sim/run/ride.h"

namespace evsim::manoeuvre {

inline constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Wheel {
  double F_z, kappa, friction_use;  // [N], [-], [-]
};
// Axes of ISO 8855.
struct Motion {
  double t = 0.0;                                        // [s]
  double x = 0.0, y = 0.0, yaw = 0.0;                    // [m], [m], [rad]
  double v = 0.0, a_x = 0.0, a_y = 0.0, yaw_rate = 0.0;  // [m/s], [m/s2], [rad/s]
  double a_z_seat = 0.0;                                 // of the body at the driver's place [m/s2]
  double roll = 0.0, pitch = 0.0, slip_angle = 0.0;      // [rad]
  double offset = 0.0;                                   // from the path, to the left [m]
  double way = 0.0;                                      // driven [m]
  double theta_H = 0.0;                                  // hand wheel [rad]
  double request = 0.0, given = 0.0;  // force of driver and of control unit over mass [m/s2]
  std::array<Wheel, kWheels> wheels{};
};

// Of the car and its surroundings.
struct Setting {
  double wheelbase = 0.0, steering_ratio = 1.0;
  double front = 0.0, rear = 0.0, half_width = 0.0;  // from the moving point to the outline [m]
  double rear_axle = 0.0;                            // behind the moving point [m]
  double tips_at = kInfinity;  // roll at which the mass centre stands above the outer wheels [rad]
  course::Lanes lanes;
};

// ---- Accumulators -------------------------------------------------------------------------------

struct Extremes {
  double a_y, yaw_rate, roll, pitch, slip_angle, offset;  // largest size
  double kappa, F_z;                                      // largest, least of all wheels
  double lifted;                                          // time with a wheel off the road [s]
  double use, use_time;  // largest of all wheels; integral of their mean [s]
  double outside;        // of the lanes [m]
  double x_5;            // driven in 5 s from rest [m]
};

struct Turn {
  double t_0, v, yaw_rate, slip_angle, x, y, course;  // as braking began; direction of motion [rad]
  double rate_share, outside;  // (4), and distance outwards from that circle, 1 s after
  double slip_change;          // largest within that second [rad]
};
struct Braking {
  bool active;
  double v_0, way_0, offset;  // as it began; largest distance from the path since
  double way_b, way_e;        // where v_b and v_e are passed
  Turn turn;                  // the last one
  struct Stop {
    double v_0, distance, deceleration, offset;
  };
  Stop last;  // the last one that came to rest
};

// Mean of the last half to whole second.
struct Mean {
  double h_before, h;
  std::array<double, 3> before, sum;
};

// When a number that starts from 0 first reached k q, k = 1 .. kLevels; q doubles as it grows.
struct Passage {
  static constexpr std::size_t kLevels = 256;
  double q, top, t_top;  // step of the levels, largest value and its instant
  std::size_t reached;   // levels
  std::array<double, kLevels> t;
};

struct Shuffle {
  static constexpr std::size_t kMost = 8;
  double filtered;  // of the force asked for [m/s2]
  double sense;     // of the step that goes on, 0: none
  double t_0;       // < 0: no step yet
  double a_0;       // as it began [m/s2]
  double candidate, t_candidate, direction;
  std::size_t n;
  std::array<double, kMost> t, a;  // turning points
  Mean a_x;
};

struct Steer {
  double theta_0;                   // before it [rad]
  double t_begin, t_moved;          // < 0: not begun; last instant of motion
  double x, y, yaw, yaw_rate, a_y;  // as it began
  double sense;                     // 1 to the left
  double largest;                   // size of the angle [rad]
  Passage angle, rate, lateral;     // towards its side
  Mean steady;                      // angle, yaw rate, lateral acceleration
  // Sine with dwell.
  double t_5;           // 5 degrees reached
  double lateral_1_07;  // displacement 1.07 s after [m]
  bool crossed, peaked;
  double peak;          // of the yaw rate to the other side, the first [rad/s]
  double back;          // largest angle to the other side [rad]
  double t_completed;   // < 0: not yet
  double r_100, r_175;  // yaw rate 1 and 1.75 s after, to the other side [rad/s]
};

// Sums of the steady circle over a_y: n, a, a^2; the others with each.
struct Circle {
  struct Sums {
    double x, x_a;
  };
  double n, a, aa;
  Sums theta, curvature, slip, roll;
  double least, most;  // a_y [m/s2]
};

struct Complex {
  double re, im;
};
struct Fourier {
  Complex angle, rate, lateral;
};
struct Sine {
  double t_0, period;  // of the running period, of the one before; < 0: none
  Fourier running, last;
  double frequency;  // of the last [Hz]; 0: none
};
inline constexpr std::array<double, 6> kSweep{0.2, 0.5, 1.0, 1.5, 2.0, 3.0};  // [Hz]

struct State {
  Motion last;
  bool begun;
  Extremes extremes;
  Braking braking;
  Shuffle shuffle;
  Steer steer;
  Circle circle;
  Sine sine;
  std::array<Fourier, kSweep.size()> sweep;
  ride::State ride;
};
State start();
// The next instant of a run.
void observe(State& s, const Setting& car, const Motion& now);

// ---- Figures: NaN where the run has none --------------------------------------------------------

struct StepFigures {
  double response_time, peak_time, overshoot;  // [s], [s], [-]
};
struct SteerFigures {
  StepFigures yaw_rate, lateral;
  double gain;  // steady yaw rate over hand-wheel angle [1/s]
};
SteerFigures step_response(const State& s);

struct DwellFigures {
  double share_100, share_175, displacement;  // [-], [-], [m]
};
DwellFigures sine_with_dwell(const State& s);

struct TurnFigures {
  double rate_share, slip_change, outside;  // of Turn
};
TurnFigures brake_in_turn(const State& s);

struct CircleFigures {
  double angle_gradient;            // d theta_H / d a_y [rad/(m/s2)]
  double understeer;                // (2) [rad/(m/s2)]
  double slip, roll;                // (3), d roll / d a_y [rad/(m/s2)]
  double characteristic, critical;  // speeds [m/s]
};
CircleFigures steady_circle(const State& s, const Setting& car);

struct Response {
  double gain, phase;  // [-] of the quotient, [rad]
};
struct SineFigures {
  double frequency;
  Response yaw_rate, lateral;
};
SineFigures sine_response(const State& s);
Response sweep_response(const State& s, std::size_t i);  // yaw rate at kSweep[i]

struct ShuffleFigures {
  double peak_to_peak, overshoot, frequency;  // [m/s2], [-], [Hz]
};
ShuffleFigures shuffle(const State& s);

}  // namespace evsim::manoeuvre
