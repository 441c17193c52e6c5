#include "sim/run/sequence.h"

#include "sim/base/errors.h"
#include "sim/components/air.h"
#include "sim/run/steady.h"

namespace evsim {
namespace {

constexpr double kCut = 1e-9;  // [m/s], [s]: equal but for rounding

InputError wrong(const std::string& path, const std::string& what) {
  return InputError(Problem{.path = path, .what = what});
}

double distance(const scenario::Trace& trace) {
  double x = 0.0;
  for (std::size_t i = 1; i < trace.t.size(); ++i)
    x += 0.5 * (trace.v[i] + trace.v[i - 1]) * (trace.t[i] - trace.t[i - 1]);
  return x;
}

// One more point; the trace before it has ended where `t` counts from.
void add_point(scenario::Trace& to, double t, double v, double grade, bool graded) {
  to.t.push_back(t);
  to.v.push_back(v);
  if (graded) to.grade.push_back(grade);
}

// All points of a trace but its first, which is the last one's.
void append(scenario::Trace& to, const scenario::Trace& more) {
  const double from = to.t.back();
  const bool graded = !to.grade.empty() || !more.grade.empty();
  if (graded && to.grade.empty()) to.grade.assign(to.t.size(), 0.0);
  for (std::size_t i = 1; i < more.t.size(); ++i)
    add_point(to, from + more.t[i], more.v[i], more.grade.empty() ? 0.0 : more.grade[i], graded);
}

// Distance at a constant speed, by the steady power from a full battery, in which the usable energy goes [m].
double steady_range(const Case& c, double v) {
  closed_loop::System<double> s;
  s.car = car::prepare(c.vehicle, c.test_mass, c.scenario.environment.T_air);
  s.rho_air = air::density(c.scenario.environment.altitude, c.scenario.environment.T_air);
  s.v_wind = c.scenario.environment.wind;
  s.T_battery = c.scenario.initial.T_battery;
  fixed_step::States<double> y{};
  y[car::kV] = v;
  y[car::kSOC] = battery::SOC_full(s.car.battery);
  closed_loop::Piece<double> piece{};
  piece.direction = 1.0;
  const double full = ledger::stores(s.car, y.data()).battery;
  const auto at = make_steady(s, piece, y);
  y[car::kSOC] = battery::SOC_empty(s.car.battery);
  y[car::kU1] = 0.0;
  return (full - ledger::stores(s.car, y.data()).battery) * v / at.flows.battery_rates.p_chemical;
}

class Assembly {
 public:
  Assembly(const Case& c, const scenario::Sequence& sequence) : case_(c), sequence_(sequence) {}

  Assembled all() {
    if (sequence_.phases.empty())
      throw wrong("driver.phases", "none; a sequence needs at least one");
    if (std::ssize(sequence_.phases) > kMaxPhases)
      throw wrong("driver.phases", "more than " + std::to_string(kMaxPhases));
    for (std::size_t i = 0; i < sequence_.phases.size(); ++i) phase(i);
    return std::move(out_);
  }

 private:
  void phase(std::size_t i) {
    const scenario::Phase& p = sequence_.phases[i];
    const bool cycle = !p.cycle.path.empty();
    const scenario::Trace drive = cycle ? case_.traces.at(i) : constant_speed(p.v, duration(i));
    if (out_.trace.t.empty()) add_point(out_.trace, 0.0, drive.v.front(), 0.0, false);
    ramp_to(drive.v.front());
    const double from = out_.trace.t.back();
    append(out_.trace, drive);
    if (!p.name.empty()) out_.phases.push_back({p.name, from, out_.trace.t.back()});
  }
  void ramp_to(double v) {
    const double change = abs(v - out_.trace.v.back());
    if (change < kCut) return;
    const double t = change / sequence_.acceleration;
    append(out_.trace, {.t = {0.0, t},
                        .v = {out_.trace.v.back(), v},
                        .grade = {},
                        .accelerator = {},
                        .brake = {}});
  }
  double duration(std::size_t i) const {
    const scenario::Phase& p = sequence_.phases[i];
    const std::string path = "driver.phases." + std::to_string(i);
    if (p.duration > 0.0 && p.leave < kInfinity)
      throw wrong(path, "give duration or leave, not both");
    if (p.duration > 0.0) return p.duration;
    if (!(p.leave < kInfinity) || !(p.v > 0.0))
      throw wrong(path, "needs a cycle, or v and duration, or v > 0 and leave");
    const double d = (1.0 - p.leave) * steady_range(case_, p.v) - others();
    if (!(d > 0.0))
      throw wrong(path, "the battery is too small for the other phases, " +
                            std::to_string(others() / 1000.0) + " km");
    return d / p.v;
  }
  // Distance of all phases whose length is given [m].
  double others() const {
    double x = 0.0;
    for (std::size_t k = 0; k < sequence_.phases.size(); ++k) {
      const scenario::Phase& p = sequence_.phases[k];
      if (!p.cycle.path.empty())
        x += distance(case_.traces.at(k));
      else if (k + 1 < sequence_.phases.size())
        x += p.v * p.duration;
    }
    return x;
  }

  const Case& case_;
  const scenario::Sequence& sequence_;
  Assembled out_;
};

}  // namespace

scenario::Trace constant_speed(double v, double duration) {
  return {.t = {0.0, duration}, .v = {v, v}, .grade = {}, .accelerator = {}, .brake = {}};
}

scenario::Trace repeated(const scenario::Trace& trace, int n) {
  if (n == 1) return trace;
  if (abs(trace.v.back() - trace.v.front()) > kCut)
    throw wrong("driver.repeat", "the trace must end at the speed at which it begins");
  scenario::Trace out = trace;
  for (int i = 1; i < n; ++i) append(out, trace);
  return out;
}

Assembled assemble(const Case& c, const scenario::Sequence& sequence) {
  return Assembly(c, sequence).all();
}

}  // namespace evsim
