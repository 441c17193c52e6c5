#include "sim/run/trace.h"

#include <algorithm>

#include "sim/run/sequence.h"

namespace evsim {
namespace {

// Value and slope of a piecewise linear column at t, right-sided at a knot, held beyond the ends.
struct At {
  double value = 0.0, slope = 0.0;
};
At at(const std::vector<double>& time, const std::vector<double>& column, double t) {
  if (column.empty()) return {};
  const auto next = std::upper_bound(time.begin(), time.end(), t);
  if (next == time.begin()) return {column.front(), 0.0};
  if (next == time.end()) return {column.back(), 0.0};
  const auto i = static_cast<std::size_t>(next - time.begin());
  const double slope = (column[i] - column[i - 1]) / (time[i] - time[i - 1]);
  return {column[i - 1] + slope * (t - time[i - 1]), slope};
}

double sine_of_grade(double grade) { return grade / sqrt(1.0 + grade * grade); }

struct FromScenario {
  const Case& c;
  DriverTrace operator()(const scenario::Exact&) const {
    DriverTrace d;
    d.kind = driver::Kind::exact;
    d.trace = c.trace;
    return d;
  }
  DriverTrace operator()(const scenario::Follow& f) const {
    DriverTrace d;
    d.gains = f.gains;
    d.trace = repeated(c.trace, f.repeat);
    d.break_off = f.break_off;
    d.preview = f.preview;
    d.rate = f.rate;
    d.delay = f.delay;
    return d;
  }
  DriverTrace operator()(const scenario::Sequence& s) const {
    Assembled assembled = assemble(c, s);
    DriverTrace d;
    d.gains = s.gains;
    d.trace = std::move(assembled.trace);
    d.phases = std::move(assembled.phases);
    d.break_off = s.break_off;
    return d;
  }
  DriverTrace operator()(const scenario::Pedals&) const {
    DriverTrace d;
    d.kind = driver::Kind::pedals;
    d.trace = c.trace;
    return d;
  }
  DriverTrace operator()(const scenario::FullThrottle& f) const {
    DriverTrace d;
    d.kind = driver::Kind::pedals;
    d.trace = {
        .t = {0.0, f.duration}, .v = {}, .grade = {}, .accelerator = {1.0, 1.0}, .brake = {}};
    d.until_v = f.until_v;
    d.until_a = f.until_a;
    return d;
  }
  DriverTrace operator()(const scenario::ByHand& h) const {
    DriverTrace d;
    d.kind = driver::Kind::pedals;
    d.trace = {
        .t = {0.0, h.duration}, .v = {}, .grade = {}, .accelerator = {0.0, 0.0}, .brake = {}};
    return d;
  }
  DriverTrace operator()(const scenario::CoastDown& f) const {
    DriverTrace d;
    d.kind = driver::Kind::neutral;
    d.trace = {
        .t = {0.0, f.duration}, .v = {}, .grade = {}, .accelerator = {0.0, 0.0}, .brake = {}};
    d.until_v_below = f.until_v;
    return d;
  }
  DriverTrace operator()(const scenario::ConstantSpeed& f) const {
    DriverTrace d;
    d.gains = f.gains;
    d.trace = constant_speed(f.v, f.duration);
    return d;
  }
  DriverTrace operator()(const scenario::Parked& f) const {
    DriverTrace d;
    d.trace = constant_speed(0.0, f.duration);
    return d;
  }
};

}  // namespace

std::vector<double> DriverTrace::knots() const {
  std::vector<double> out = trace.t;
  for (const Phase& p : phases) out.push_back(p.start);
  if (preview > 0.0)
    for (const double t : trace.t)
      if (t > preview) out.push_back(t - preview);
  return out;
}

closed_loop::Piece<double> DriverTrace::piece(double t) const {
  closed_loop::Piece<double> p{};
  const At v = at(trace.t, trace.v, t), seen = at(trace.t, trace.v, t + preview);
  const At accelerator = at(trace.t, trace.accelerator, t), brake = at(trace.t, trace.brake, t);
  p.v_ref = v.value;
  p.a_ref = v.slope;
  p.reference = {.v = seen.value,
                 .a = seen.slope,
                 .standing = has_reference() && seen.value == 0.0 && seen.slope == 0.0,
                 .accelerator = accelerator.value,
                 .brake = brake.value,
                 .accelerator_rate = accelerator.slope,
                 .brake_rate = brake.slope};
  const At slope = at(trace.t, trace.grade, t);
  const double total = grade + slope.value;
  p.sin_alpha = sine_of_grade(total);
  // d sin / d grade = (1 + grade^2)^(-3/2)
  const double cosine = 1.0 / sqrt(1.0 + total * total);
  p.sin_alpha_rate = slope.slope * cosine * cosine * cosine;
  return p;
}

// Looks a fixed time ahead, not to the end of the piece: a command that cuts it must not change the pace.
DriverTrace::Pace DriverTrace::pace(double t) const {
  constexpr double kCreep = 1.0, kSlow = 5.0;  // [m/s]
  constexpr double kSettled = 1.0;             // [s]: the car may stop a little after its reference
  constexpr double kAhead = 1.0;               // [s]
  if (!has_reference()) return Pace::slow;
  const At now = at(trace.t, trace.v, t);
  const bool stands = now.value == 0.0 && now.slope == 0.0;
  if (stands && at(trace.t, trace.v, t - kSettled).value == 0.0) return Pace::rest;
  const double lowest = min(now.value, now.value + now.slope * kAhead);
  if (lowest < kCreep) return Pace::creep;
  return now.slope < 0.0 && lowest < kSlow ? Pace::slow : Pace::drive;
}

double DriverTrace::jump(double t) const {
  constexpr double kSide = 0.4e-6;  // [s]: knots are a microsecond apart, instants round to 1 ns
  const double seen = t + preview;
  return abs(at(trace.t, trace.v, seen + kSide).slope - at(trace.t, trace.v, seen - kSide).slope);
}

DriverTrace driver_trace(const Case& c) {
  DriverTrace d = std::visit(FromScenario{c}, c.scenario.driver);
  d.duration = d.trace.t.back();
  d.grade = c.scenario.environment.grade;
  // Controls are sampled where machines have their own, or where one is the user's: at 100 Hz, as control units exchange
  // torques, or as a control unit of the user's asks.
  const auto& unit = c.controllers.vcu;
  if (unit && unit->about().rate > 0.0) d.rate = unit->about().rate;
  const bool sampled = c.controllers.any() || c.scenario.level != scenario::Level::energy;
  if (sampled && d.rate == 0.0) d.rate = 100.0;
  return d;
}

}  // namespace evsim
