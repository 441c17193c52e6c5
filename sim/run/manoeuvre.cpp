#include "sim/run/manoeuvre.h"

#include "sim/base/constants.h"

namespace evsim::manoeuvre {
namespace {

constexpr double kDegree = kTwoPi / 360.0;
constexpr double kNotYet = -1.0;

// From the last instant to now.
struct Interval {
  const Motion& a;
  const Motion& b;
  double h() const { return b.t - a.t; }
  // Of a member, where it passes a value.
  double share(double Motion::*m, double value) const {
    const double rise = b.*m - a.*m;
    return rise != 0.0 ? clamp((value - a.*m) / rise, 0.0, 1.0) : 1.0;
  }
  double at(double Motion::*m, double s) const { return a.*m + s * (b.*m - a.*m); }
  double at_time(double Motion::*m, double t) const {
    return at(m, h() > 0.0 ? clamp((t - a.t) / h(), 0.0, 1.0) : 1.0);
  }
  bool holds(double t) const { return a.t < t && b.t >= t; }
};
void grow(double& largest, double x) { largest = max(largest, abs(x)); }

// ---- Mean, passage ------------------------------------------------------------------------------

constexpr double kWindow = 0.5;  // [s]
void observe(Mean& m, const std::array<double, 3>& x, double h) {
  for (std::size_t i = 0; i < x.size(); ++i) m.sum[i] += h * x[i];
  m.h += h;
  if (m.h < kWindow) return;
  m.before = m.sum, m.h_before = m.h;
  m.sum = {}, m.h = 0.0;
}
double mean(const Mean& m, std::size_t i) {
  const double h = m.h_before + m.h;
  return h > 0.0 ? (m.before[i] + m.sum[i]) / h : kNone;
}

Passage passage(double q) {
  Passage p{};
  p.q = q;
  return p;
}
void observe(Passage& p, double t_a, double a, double t_b, double b) {
  if (b <= p.top) return;
  const auto when = [&](double y) { return t_a + (y - a) / (b - a) * (t_b - t_a); };
  for (;;) {
    if (p.reached == Passage::kLevels) {  // twice as wide
      for (std::size_t k = 0; k < Passage::kLevels / 2; ++k) p.t[k] = p.t[2 * k + 1];
      p.reached = Passage::kLevels / 2;
      p.q *= 2.0;
    }
    const double level = static_cast<double>(p.reached + 1) * p.q;
    if (level > b) break;
    p.t[p.reached++] = when(max(level, a));
  }
  p.top = b, p.t_top = t_b;
}
// When a value above 0 was first reached.
double first(const Passage& p, double y, double t_begin) {
  if (!(y > 0.0 && y <= p.top)) return kNone;
  const double k = y / p.q;
  const auto below = static_cast<std::size_t>(k);
  const double t_a = below == 0 ? t_begin : p.t[below - 1];
  const double t_b = below < p.reached ? p.t[below] : p.t_top;
  const double top = below < p.reached ? static_cast<double>(below + 1) : p.top / p.q;
  const double low = static_cast<double>(below);
  return top > low ? t_a + (k - low) / (top - low) * (t_b - t_a) : t_a;
}

// ---- Whole run ----------------------------------------------------------------------------------

constexpr double kRolls = 1.0;          // slip is looked at above this speed [m/s]
constexpr double kMostSlip = 10.0;      // a wheel that stands across its way has no slip
constexpr double kOnTheRoad = 1.0;      // [N]
constexpr double kStandingStart = 5.0;  // [s]
void observe(Extremes& e, const Setting& car, const Interval& i) {
  const Motion& now = i.b;
  grow(e.a_y, now.a_y);
  grow(e.yaw_rate, now.yaw_rate);
  grow(e.roll, now.roll);
  grow(e.pitch, now.pitch);
  if (now.v > kRolls) grow(e.slip_angle, now.slip_angle);
  grow(e.offset, now.offset);
  bool lifted = false;
  double use = 0.0;
  for (const Wheel& w : now.wheels) {
    if (now.v > kRolls) grow(e.kappa, clamp(w.kappa, -kMostSlip, kMostSlip));
    e.F_z = min(e.F_z, w.F_z);
    lifted = lifted || w.F_z < kOnTheRoad;
    e.use = max(e.use, w.friction_use);
    use += w.friction_use / static_cast<double>(kWheels);
  }
  if (lifted) e.lifted += i.h();
  e.use_time += i.h() * use;
  if (i.holds(kStandingStart)) e.x_5 = i.at_time(&Motion::way, kStandingStart);
  if (!car.lanes.marked) return;
  const auto [sine, cosine] = sincos(now.yaw);
  for (const double along : {car.front, -car.rear})
    for (const double across : {car.half_width, -car.half_width})
      e.outside = max(e.outside, course::outside(car.lanes, now.x + along * cosine - across * sine,
                                                 now.y + along * sine + across * cosine));
}

// ---- Braking ------------------------------------------------------------------------------------

constexpr double kBrakes = -1.0, kReleases = -0.5;  // asked for [m/s2]
constexpr double kLeastSpeed = 2.0, kRest = 0.02;   // [m/s]
constexpr double kInTurn = 1.0;                     // [m/s2]
constexpr double kAfter = 1.0;                      // [s]
Turn turn(const Motion& m) {
  Turn out{.t_0 = m.t,
           .v = m.v,
           .yaw_rate = m.yaw_rate,
           .slip_angle = m.slip_angle,
           .x = m.x,
           .y = m.y,
           .course = m.yaw + m.slip_angle,
           .rate_share = kNone,
           .outside = kNone,
           .slip_change = 0.0};
  if (abs(m.v * m.yaw_rate) < kInTurn) out.t_0 = kNotYet;
  return out;
}
// (4)
void observe(Turn& x, const Interval& i) {
  if (x.t_0 < 0.0 || i.a.t >= x.t_0 + kAfter) return;
  const double t_1 = x.t_0 + kAfter, beta = i.at_time(&Motion::slip_angle, t_1);
  grow(x.slip_change, beta - x.slip_angle);
  if (!i.holds(t_1)) return;
  const double R_0 = x.v / x.yaw_rate;  // > 0 to the left
  x.rate_share = i.at_time(&Motion::yaw_rate, t_1) * R_0 / i.at_time(&Motion::v, t_1);
  const auto [sine, cosine] = sincos(x.course);
  const double dx = i.at_time(&Motion::x, t_1) - (x.x - R_0 * sine);
  const double dy = i.at_time(&Motion::y, t_1) - (x.y + R_0 * cosine);
  x.outside = sqrt(dx * dx + dy * dy) - abs(R_0);
}

void observe(Braking& b, const Interval& i) {
  const Motion& now = i.b;
  observe(b.turn, i);
  if (!b.active) {
    if (now.request > kBrakes || now.v < kLeastSpeed) return;
    b = {.active = true,
         .v_0 = now.v,
         .way_0 = now.way,
         .offset = abs(now.offset),
         .way_b = kNone,
         .way_e = kNone,
         .turn = turn(now),
         .last = b.last};
    return;
  }
  grow(b.offset, now.offset);
  const auto pass = [&](double share, double& way) {
    const double v = share * b.v_0;
    if (i.a.v > v && now.v <= v) way = i.at(&Motion::way, i.share(&Motion::v, v));
  };
  pass(0.8, b.way_b);
  pass(0.1, b.way_e);
  const bool rests = now.v <= kRest;
  if (rests)
    b.last = {.v_0 = b.v_0,
              .distance = now.way - b.way_0,
              .deceleration = 0.5 * (0.64 - 0.01) * b.v_0 * b.v_0 / (b.way_e - b.way_b),
              .offset = b.offset};
  if (rests || now.request > kReleases) b.active = false;
}

// ---- Shuffle ------------------------------------------------------------------------------------

constexpr double kLag = 0.05;  // [s]
constexpr double kStep = 0.3;  // of the force asked for over mass [m/s2]
// That a turning point stands out by: [m/s2], and of the first swing; a shaft's play makes smaller ones.
constexpr double kTurns = 0.02, kTurnShare = 0.05;
void begin(Shuffle& s, const Motion& before, double sense) {
  const double filtered = s.filtered;
  s = {};
  s.filtered = filtered, s.sense = sense;
  s.t_0 = s.t_candidate = before.t;
  s.a_0 = s.candidate = before.a_x;
  s.direction = sense;
}
void observe(Shuffle& s, const Interval& i) {
  const Motion& now = i.b;
  const double change = now.given - s.filtered;
  const double sense = abs(change) > kStep ? sign(change) : 0.0;
  if (sense != 0.0 && sense != s.sense) begin(s, i.a, sense);
  s.sense = sense;
  s.filtered += change * min(i.h() / kLag, 1.0);
  if (s.t_0 < 0.0) return;
  observe(s.a_x, {0.5 * (i.a.a_x + now.a_x), 0.0, 0.0}, i.h());
  const double stands_out = s.n > 0 ? max(kTurns, kTurnShare * abs(s.a[0] - s.a_0)) : kTurns;
  if (s.direction * (now.a_x - s.candidate) > 0.0) {
    s.candidate = now.a_x, s.t_candidate = now.t;
  } else if (s.direction * (s.candidate - now.a_x) > stands_out) {
    // Before the force acts nothing stands out of the start.
    const bool moved = s.n > 0 || abs(s.candidate - s.a_0) > kTurns;
    if (moved && s.n < Shuffle::kMost) s.t[s.n] = s.t_candidate, s.a[s.n] = s.candidate, ++s.n;
    if (moved) s.direction = -s.direction;
    s.candidate = now.a_x, s.t_candidate = now.t;
  }
}

// ---- Steer --------------------------------------------------------------------------------------

constexpr double kMoves = 5.0 * kDegree;        // [rad/s]
constexpr double kBegun = 5.0 * kDegree;        // beginning of steer of FMVSS 126 [rad]
constexpr double kDisplaced = 1.07;             // [s]
constexpr double kCompleted = 1e-3;             // of the largest angle
constexpr double kFirst = 1.0, kSecond = 1.75;  // after completion of steer [s]
constexpr double kPeakPassed = 0.98;

void begin(Steer& s, const Motion& before, double change) {
  s.theta_0 = before.theta_H;
  s.t_begin = before.t;
  s.x = before.x, s.y = before.y, s.yaw = before.yaw;
  s.yaw_rate = before.yaw_rate, s.a_y = before.a_y;
  s.sense = change > 0.0 ? 1.0 : -1.0;
}

// To the left of the way that the car had.
double displacement(const Steer& s, double x, double y) {
  const auto [sine, cosine] = sincos(s.yaw);
  return cosine * (y - s.y) - sine * (x - s.x);
}

// The other side of the sine with dwell.
void observe_dwell(Steer& s, const Interval& i) {
  const double a = s.sense * (i.a.theta_H - s.theta_0), b = s.sense * (i.b.theta_H - s.theta_0);
  if (s.t_5 < 0.0 && b >= kBegun)
    s.t_5 = i.a.t + i.h() * (b > a ? clamp((kBegun - a) / (b - a), 0.0, 1.0) : 1.0);
  if (s.t_5 >= 0.0 && i.holds(s.t_5 + kDisplaced)) {
    const double t = s.t_5 + kDisplaced;
    s.lateral_1_07 = s.sense * displacement(s, i.at_time(&Motion::x, t), i.at_time(&Motion::y, t));
  }
  if (s.t_completed < 0.0) {
    s.crossed = s.crossed || b < -kBegun;
    if (!s.crossed) return;
    s.back = max(s.back, -b);
    const double r = -s.sense * i.b.yaw_rate;
    if (!s.peaked && r > s.peak) s.peak = r;
    s.peaked = s.peaked || (s.peak > 0.0 && r < kPeakPassed * s.peak);
    const double zero = -kCompleted * s.back;
    if (b >= zero) s.t_completed = i.a.t + i.h() * clamp((zero - a) / (b - a), 0.0, 1.0);
    return;
  }
  const auto keep = [&](double after, double& r) {
    const double t = s.t_completed + after;
    if (i.holds(t)) r = -s.sense * i.at_time(&Motion::yaw_rate, t);
  };
  keep(kFirst, s.r_100);
  keep(kSecond, s.r_175);
}

void observe(Steer& s, const Interval& i) {
  // A jump takes no time.
  const double change = i.b.theta_H - i.a.theta_H;
  const bool moves = abs(change) > kMoves * i.h();
  if (s.t_begin < 0.0) {
    if (!moves) return;
    begin(s, i.a, change);
  }
  if (moves) s.t_moved = i.b.t;
  const double sense = s.sense;
  const auto towards = [&](double x, double x_0) { return sense * (x - x_0); };
  const double angle = towards(i.b.theta_H, s.theta_0);
  grow(s.largest, angle);
  observe(s.angle, i.a.t, towards(i.a.theta_H, s.theta_0), i.b.t, angle);
  observe(s.rate, i.a.t, towards(i.a.yaw_rate, s.yaw_rate), i.b.t,
          towards(i.b.yaw_rate, s.yaw_rate));
  observe(s.lateral, i.a.t, towards(i.a.a_y, s.a_y), i.b.t, towards(i.b.a_y, s.a_y));
  observe(s.steady, {angle, towards(i.b.yaw_rate, s.yaw_rate), towards(i.b.a_y, s.a_y)}, i.h());
  observe_dwell(s, i);
}

// ---- Steady circle ------------------------------------------------------------------------------

constexpr double kGravity = 9.80665;  // [m/s2]
constexpr double kCircleFrom = 0.05 * kGravity, kCircleTo = 0.3 * kGravity;
constexpr double kSlowWheel = 15.0 * kDegree;  // [rad/s]
constexpr double kSteadyYaw = 0.1;             // [rad/s2]
constexpr double kSteadySlip = 0.2;            // of a_y
void observe(Circle& c, const Interval& i) {
  const Motion& now = i.b;
  const double h = i.h(), a = abs(now.a_y);
  if (h <= 0.0 || a < kCircleFrom || a > kCircleTo || now.v < kRolls) return;
  const bool steady = abs(now.theta_H - i.a.theta_H) <= kSlowWheel * h &&
                      abs(now.yaw_rate - i.a.yaw_rate) <= kSteadyYaw * h &&
                      abs(now.a_y - now.v * now.yaw_rate) <= kSteadySlip * a;
  if (!steady) return;
  const double side = sign(now.a_y);
  c.n += h, c.a += h * a, c.aa += h * a * a;
  const auto take = [&](Circle::Sums& s, double x) {
    s.x += h * side * x, s.x_a += h * side * x * a;
  };
  take(c.theta, now.theta_H);
  take(c.curvature, now.yaw_rate / now.v);
  take(c.slip, now.slip_angle);
  take(c.roll, now.roll);
  c.least = min(c.least, a), c.most = max(c.most, a);
}

// ---- Fourier ------------------------------------------------------------------------------------

struct Sample {
  double t, angle, rate, lateral;
};
// Adds the integral of x exp(-j omega (t - t_0)) from a to b, by the trapezium.
void add(Fourier& f, const Sample& a, const Sample& b, double omega, double t_0) {
  const auto at_a = sincos(omega * (a.t - t_0)), at_b = sincos(omega * (b.t - t_0));
  const double half = 0.5 * (b.t - a.t);
  const auto take = [&](Complex& z, double x_a, double x_b) {
    z.re += half * (x_a * at_a.cos + x_b * at_b.cos);
    z.im -= half * (x_a * at_a.sin + x_b * at_b.sin);
  };
  take(f.angle, a.angle, b.angle);
  take(f.rate, a.rate, b.rate);
  take(f.lateral, a.lateral, b.lateral);
}
Sample sample(const Steer& s, const Motion& m) {
  return {m.t, m.theta_H - s.theta_0, m.yaw_rate - s.yaw_rate, m.a_y - s.a_y};
}
Sample between(const Sample& a, const Sample& b, double s) {
  return {a.t + s * (b.t - a.t), a.angle + s * (b.angle - a.angle), a.rate + s * (b.rate - a.rate),
          a.lateral + s * (b.lateral - a.lateral)};
}
double size2(const Complex& z) { return z.re * z.re + z.im * z.im; }

constexpr double kSamePeriod = 0.01;
constexpr double kLongestPeriod = 20.0;  // [s]
// A period begins where the angle passes its start upwards.
void observe(Sine& s, const Sample& a, const Sample& b) {
  const double omega = s.period > 0.0 ? kTwoPi / s.period : 0.0;
  if (!(a.angle <= 0.0 && b.angle > 0.0)) {
    if (s.t_0 >= 0.0 && omega > 0.0) add(s.running, a, b, omega, s.t_0);
    return;
  }
  const Sample c = between(a, b, -a.angle / (b.angle - a.angle));
  if (s.t_0 >= 0.0 && omega > 0.0) add(s.running, a, c, omega, s.t_0);
  const double period = s.t_0 >= 0.0 ? c.t - s.t_0 : kNotYet;
  const bool same = s.period > 0.0 && abs(period - s.period) <= kSamePeriod * s.period;
  s.frequency = same ? 1.0 / period : 0.0;
  if (same) s.last = s.running;
  s.running = {};
  s.period = period < kLongestPeriod ? period : kNotYet;
  s.t_0 = c.t;
  if (s.period > 0.0) add(s.running, c, b, kTwoPi / s.period, s.t_0);
}

Response quotient(const Complex& out, const Complex& in) {
  const double n = size2(in);
  if (!(n > 0.0)) return {kNone, kNone};
  const Complex q{(out.re * in.re + out.im * in.im) / n, (out.im * in.re - out.re * in.im) / n};
  return {sqrt(size2(q)), atan2(q.im, q.re)};
}

}  // namespace

State start() {
  State s{};
  s.extremes.F_z = kInfinity;
  s.extremes.outside = -kInfinity;
  s.extremes.x_5 = kNone;
  s.braking.last = {kNone, kNone, kNone, kNone};
  s.braking.turn.t_0 = kNotYet;
  s.shuffle.t_0 = kNotYet;
  Steer& steer = s.steer;
  steer.t_begin = steer.t_moved = steer.t_5 = steer.t_completed = kNotYet;
  steer.lateral_1_07 = steer.r_100 = steer.r_175 = kNone;
  constexpr double kFinest = 1e-6;  // any unit: it doubles
  steer.angle = steer.rate = steer.lateral = passage(kFinest);
  s.circle.least = kInfinity;
  s.sine.t_0 = s.sine.period = kNotYet;
  return s;
}

void observe(State& s, const Setting& car, const Motion& now) {
  if (!s.begun) {
    // Before it the car went straight ahead, without force.
    s.last = now;
    s.last.theta_H = s.last.given = 0.0;
    s.begun = true;
  }
  const Interval i{s.last, now};
  observe(s.extremes, car, i);
  observe(s.braking, i);
  observe(s.shuffle, i);
  observe(s.steer, i);
  observe(s.circle, i);
  ride::observe(s.ride, now.a_z_seat, i.h());
  if (s.steer.t_begin >= 0.0) {
    const Sample a = sample(s.steer, i.a), b = sample(s.steer, i.b);
    observe(s.sine, a, b);
    for (std::size_t k = 0; k < kSweep.size(); ++k)
      add(s.sweep[k], a, b, kTwoPi * kSweep[k], s.steer.t_begin);
  }
  s.last = now;
}

// ---- Figures ------------------------------------------------------------------------------------

constexpr double kSettled = 1.5;      // that the wheel was held at the end [s]
constexpr double kSwing = 1.02;       // largest angle over the one that is held
constexpr double kLeastPeak = 0.005;  // over the steady state

SteerFigures step_response(const State& s) {
  const StepFigures none{kNone, kNone, kNone};
  SteerFigures out{none, none, kNone};
  const Steer& x = s.steer;
  const double angle = mean(x.steady, 0);
  const bool held = x.t_begin >= 0.0 && s.last.t - x.t_moved >= kSettled;
  if (!held || !(angle > 0.0) || x.largest > kSwing * angle) return out;
  // What creeps on, slower than a motion, is no step.
  if (!(first(x.angle, angle / kSwing, x.t_begin) <= x.t_moved)) return out;
  const double t_0 = first(x.angle, 0.5 * angle, x.t_begin);
  const auto figures = [&](const Passage& p, double steady) {
    if (!(steady > 0.0)) return none;
    const double overshoot = (p.top - steady) / steady;
    return StepFigures{.response_time = first(p, 0.9 * steady, x.t_begin) - t_0,
                       .peak_time = overshoot > kLeastPeak ? p.t_top - t_0 : kNone,
                       .overshoot = overshoot};
  };
  out.yaw_rate = figures(x.rate, mean(x.steady, 1));
  out.lateral = figures(x.lateral, mean(x.steady, 2));
  out.gain = mean(x.steady, 1) / angle;
  return out;
}

DwellFigures sine_with_dwell(const State& s) {
  const Steer& x = s.steer;
  // The hand wheel rests from the completion of steer on.
  constexpr double kLastMotion = 0.05;  // [s]
  const bool complete = x.t_completed >= 0.0 && x.t_moved <= x.t_completed + kLastMotion;
  if (!complete || !(x.peak > 0.0)) return {kNone, kNone, kNone};
  return {x.r_100 / x.peak, x.r_175 / x.peak, x.lateral_1_07};
}

TurnFigures brake_in_turn(const State& s) {
  const Turn& x = s.braking.turn;
  const bool whole = x.t_0 >= 0.0 && s.last.t >= x.t_0 + kAfter;
  if (!whole) return {kNone, kNone, kNone};
  return {x.rate_share, x.slip_change, x.outside};
}

CircleFigures steady_circle(const State& s, const Setting& car) {
  const Circle& c = s.circle;
  constexpr double kLeastRange = 0.1 * kGravity;
  if (!(c.most - c.least >= kLeastRange)) return {kNone, kNone, kNone, kNone, kNone, kNone};
  const auto gradient = [&](const Circle::Sums& of) {
    return (c.n * of.x_a - c.a * of.x) / (c.n * c.aa - c.a * c.a);
  };
  const double theta = gradient(c.theta), curvature = gradient(c.curvature);
  const double K = theta / car.steering_ratio - car.wheelbase * curvature;
  return {.angle_gradient = theta,
          .understeer = K,
          .slip = gradient(c.slip) - car.rear_axle * curvature,
          .roll = gradient(c.roll),
          .characteristic = K > 0.0 ? sqrt(car.wheelbase / K) : kNone,
          .critical = K < 0.0 ? sqrt(-car.wheelbase / K) : kNone};
}

SineFigures sine_response(const State& s) {
  const Sine& x = s.sine;
  if (x.frequency <= 0.0) return {kNone, {kNone, kNone}, {kNone, kNone}};
  return {x.frequency, quotient(x.last.rate, x.last.angle), quotient(x.last.lateral, x.last.angle)};
}

// Only what has come to rest again has a spectrum; only what the hand wheel excites has a response.
Response sweep_response(const State& s, std::size_t i) {
  constexpr double kAtRest = 0.02, kExcited = 0.01;  // of the largest; of the largest, squared
  const Steer& x = s.steer;
  double most = 0.0;
  for (const Fourier& f : s.sweep) most = max(most, size2(f.angle));
  const bool rests = x.t_begin >= 0.0 && abs(s.last.theta_H - x.theta_0) <= kAtRest * x.largest &&
                     abs(s.last.yaw_rate - x.yaw_rate) <= kAtRest * s.extremes.yaw_rate;
  if (!rests || size2(s.sweep[i].angle) < kExcited * most) return {kNone, kNone};
  return quotient(s.sweep[i].rate, s.sweep[i].angle);
}

ShuffleFigures shuffle(const State& s) {
  const Shuffle& x = s.shuffle;
  if (x.t_0 < 0.0) return {kNone, kNone, kNone};
  if (x.n < 2) return {0.0, 0.0, kNone};
  const double settled = mean(x.a_x, 0), change = settled - x.a_0;
  return {
      .peak_to_peak = abs(x.a[0] - x.a[1]),
      .overshoot = change != 0.0 ? (x.a[0] - settled) / change : kNone,
      .frequency = x.n > 2 ? 0.5 * static_cast<double>(x.n - 1) / (x.t[x.n - 1] - x.t[0]) : kNone};
}

}  // namespace evsim::manoeuvre
