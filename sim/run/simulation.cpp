#include "sim/run/simulation.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "sim/base/errors.h"
#include "sim/base/noise.h"
#include "sim/components/air.h"
#include "sim/run/lanes.h"
#include "sim/run/steady.h"
#include "sim/run/trace.h"
#include "sim/vehicle/state_fields.h"

namespace evsim {
namespace {

enum Entry : int { kKnots, kCommands, kRecord };
constexpr const char *kBms = "bms", *kControl = "control";  // entries' names

constexpr double kLosesSpeed = 1e-3;  // [m/s2]: a car that decelerates less keeps its speed
constexpr double kMoving = 1.0;       // [m/s]
// Longest step while a pedal is held: what hands do next must not wait [s].
constexpr double kByHand = 0.04;

InputError contradiction(const std::string& what) { return InputError(Problem{.what = what}); }

}  // namespace

std::string_view name(End end) {
  switch (end) {
    case End::running: return "running";
    case End::trace_done: return "done";
    case End::speed_reached: return "speed reached";
    case End::top_speed: return "top speed reached";
    case End::coasted_down: return "coasted down";
    case End::trace_lost: return "trace lost";
    case End::battery_empty: return "battery empty";
  }
  return "";
}

double start_SOC(const Case& c) {
  return c.scenario.initial.full ? battery::SOC_full(battery::prepare(c.vehicle.battery))
                                 : c.scenario.initial.SOC;
}

double test_mass(const scenario::TestMass& rule, const car::Params<double>& vehicle) {
  const double kerb = vehicle.chassis.mass, gross = vehicle.chassis.gross_mass;
  if (const auto* fixed = std::get_if<scenario::Fixed>(&rule)) return fixed->mass;
  if (const auto* plus = std::get_if<scenario::KerbPlus>(&rule)) return kerb + plus->payload;
  if (std::holds_alternative<scenario::Epa>(rule))
    return vehicle.chassis.epa_test_mass < kInfinity ? vehicle.chassis.epa_test_mass
                                                     : kerb + 300.0 * 0.45359237;
  const bool wltp = std::holds_alternative<scenario::Wltp>(rule);
  if (!(gross < kInfinity))
    throw InputError(Problem{.path = "chassis.gross_mass",
                             .what = std::string("missing; the scenario's test mass \"") +
                                     (wltp ? "wltp" : "iso_8715") + "\" needs gross_mass_kg"});
  const double payload = gross - kerb;
  if (!wltp) return kerb + max(min(payload, 180.0), 0.5 * payload);
  const double running_order = kerb + 75.0;
  return running_order + 25.0 + 0.15 * max(gross - running_order - 25.0, 0.0);
}

Simulation::Simulation(Case c, SetParameter set, Scheme scheme)
    : case_(std::move(c)),
      set_(std::move(set)),
      scheme_(scheme),
      vehicle_(case_.vehicle),
      trace_(driver_trace(case_)),
      duration_(to_ns(min(trace_.duration, case_.scenario.until))),
      schedule_(entries(), static_cast<std::uint64_t>(case_.scenario.seed)) {
  if (std::holds_alternative<scenario::Parked>(case_.scenario.driver) &&
      case_.scenario.level == scenario::Level::energy && !scheme_.truth)
    scheme_ = {.truth = true, .method = Truth::Method::bdf, .rtol = 1e-12};
  in_time_.resize(case_.scenario.timeline.size());
  std::iota(in_time_.begin(), in_time_.end(), std::size_t{0});
  std::ranges::stable_sort(in_time_, {},
                           [this](std::size_t i) { return to_ns(case_.scenario.timeline[i].t); });
  check_link_faults();
  rebuild();
  start();
}

std::vector<ScheduleEntry> Simulation::entries() const {
  const auto listed = [](std::string name, ScheduleEntry::Role role, std::vector<TimeNs> at) {
    ScheduleEntry e;
    e.name = std::move(name);
    e.role = role;
    e.trigger = ScheduleEntry::Trigger::listed;
    e.instants = std::move(at);
    return e;
  };
  std::vector<TimeNs> knots, commands;
  for (const double t : trace_.knots()) knots.push_back(to_ns(t));
  for (const auto& e : case_.scenario.timeline) commands.push_back(to_ns(e.t));
  using Role = ScheduleEntry::Role;
  std::vector<ScheduleEntry> out{listed("knots", Role::point, std::move(knots)),
                                 listed("commands", Role::point, std::move(commands))};
  ScheduleEntry record;
  record.name = "record";
  record.role = Role::record;
  record.rate = rate_hz(case_.scenario.record.rate);
  out.push_back(record);
  out.push_back(listed("end", Role::record, {duration_}));
  if (case_.controllers.bms) {  // before the control that shares its instant
    ScheduleEntry bms;
    bms.name = kBms;
    bms.rate = rate_hz(bms_rate());
    out.push_back(bms);
  }
  if (trace_.rate > 0.0) {
    ScheduleEntry control;
    control.name = kControl;
    control.rate = rate_hz(trace_.rate);
    control.delay.time = to_ns(trace_.delay);
    out.push_back(control);
  }
  return out;
}

double Simulation::mass_now() const {
  const auto& now = vehicle_.chassis;
  const auto& loaded = case_.vehicle.chassis;
  const bool same = now.mass == loaded.mass && now.gross_mass == loaded.gross_mass &&
                    now.epa_test_mass == loaded.epa_test_mass;
  return same ? case_.test_mass : test_mass(case_.scenario.test_mass, vehicle_);
}

// Derived data from the parameters as they are now; commands that changed them have been applied. What a change
// does not concern, loss maps and operating points above all, is taken over from before. Nothing has changed after
// an error.
void Simulation::rebuild() {
  const car::Params<double>* like = built_ ? &*built_ : nullptr;
  car::Model<double> car;
  try {
    car = car::prepare(vehicle_, mass_now(), case_.scenario.environment.T_air,
                       like ? &system_.car : nullptr, like);
  } catch (const std::invalid_argument& e) {
    throw contradiction(e.what());
  }
  if (case_.scenario.level != scenario::Level::energy) {
    const battery::State<double> full{.SOC = start_SOC(case_), .u_1 = 0.0};
    const auto& initial = case_.scenario.initial;
    drive_ = std::make_unique<Drive>(
        vehicle_, case_.scenario.level, static_cast<std::uint64_t>(case_.scenario.seed),
        battery::source(car.battery, full, initial.T_battery).R, initial.T_machine,
        case_.controllers, scheme_.truth ? scheme_.rtol : 0.0, mechanics(), drive_.get(), like);
  }
  system_.car = std::move(car);
  built_ = vehicle_;
  system_.driver = trace_.kind;
  system_.gains = trace_.gains;
  system_.sampled = trace_.rate > 0.0;
  const auto& around = case_.scenario.environment;
  system_.rho_air = air::density(around.altitude, around.T_air);
  system_.v_wind = around.wind;
  system_.T_battery = case_.scenario.initial.T_battery;
  system_.T_machine = case_.scenario.initial.T_machine;
  weights_.clear();
  truth_.reset();
  if (case_.scenario.level == scenario::Level::energy && scheme_.truth)
    truth_ = std::make_unique<Truth>(system_, scheme_.method, scheme_.rtol);
}

// The car as a multi-body system, where the scenario wants one.
std::unique_ptr<const Mechanics> Simulation::mechanics() const {
  if (case_.scenario.chassis == scenario::Chassis::longitudinal) return nullptr;
  const scenario::Road& r = case_.scenario.road;
  try {
    const road::Params surface{.path = case_.path,
                               .closed = r.closed,
                               .grade = r.grade,
                               .crossfall = r.crossfall,
                               .bumps = r.bumps,
                               .patches = r.patches,
                               .roughness = r.roughness};
    return std::make_unique<const Mechanics>(
        vehicle_, case_.tyres, mass_now(), surface, r.friction, case_.scenario.steer,
        case_.scenario.assist, case_.scenario.course, case_.trailer,
        case_.scenario.environment.T_air, scheme_.truth ? scheme_.rtol : 0.0);
  } catch (const std::invalid_argument& e) {
    throw contradiction(e.what());
  }
}

void Simulation::start() {
  now_ = Snapshot{};
  now_.position = schedule_.start();
  const auto& initial = case_.scenario.initial;
  now_.y[car::kV] = initial.v;
  now_.y[car::kSOC] = start_SOC(case_);
  auto& x = now_.extremes;
  x.p_battery_max = x.u_max = x.i_max = -kInfinity;
  x.p_battery_min = x.u_min = x.i_min = kInfinity;
  x.grade = -kInfinity;
  x.passed = milestones::start();
  now_.piece_start = now_.piece_end = 0;
  if (initial.steady) make_steady(system_, piece_at(0, initial.v), now_.y);
  if (drive_) now_.drive = drive_->start(system_, piece_at(0, initial.v), now_.y);
  if (case_.controllers.vcu) init_vcu();
  if (case_.controllers.bms) init_bms();
  if (case_.controllers.brake) init_brake();
  now_.stores_start = stores();
  visit_instant(schedule_.next(now_.position));
}

double Simulation::t() const {
  return drive_ ? seconds(now_.drive.t) : seconds(now_.piece_start) + now_.mesh.time(now_.step);
}

// The steps of a piece, after a jump of the acceleration asked for [m/s2].
Mesh Simulation::mesh_of(TimeNs from, TimeNs to, double jump) const {
  using Pace = DriverTrace::Pace;
  const scenario::Solver& solver = case_.scenario.solver;
  const Pace pace = now_.hooks.hold_a_pedal() ? Pace::slow : trace_.pace(seconds(from));
  if (pace == Pace::rest && scheme_.truth) return mesh(to - from, to - from, {});
  const int finer = pace == Pace::creep ? solver.creep : pace == Pace::slow ? solver.slow : 1;
  const double longest = now_.hooks.hold_a_pedal() ? min(solver.h, kByHand) : solver.h;
  const TimeNs h = std::max<TimeNs>(to_ns(longest) / finer, 1);
  return mesh(to - from, h, grading(jump, solver.lag, h));
}

// What the schedule knows of a jump at an instant. Commands, sampled control and noise jump by an
// unknown height.
double Simulation::jump_at(const Schedule::Instant& at) const {
  const auto& listed = schedule_.entries()[kCommands].instants;
  const bool commanded = std::ranges::binary_search(listed, at.t);
  const bool noisy = std::ranges::any_of(now_.noise, [](double sigma) { return sigma > 0.0; });
  if (at.t == 0 || commanded || noisy || trace_.rate > 0.0) return kLargestJump;
  return trace_.jump(seconds(at.t));
}

closed_loop::Piece<double> Simulation::piece_at(TimeNs t, double v) const {
  closed_loop::Piece<double> p = trace_.piece(seconds(t));
  p.direction = sign(v);
  return p;
}

void Simulation::begin_piece(TimeNs t) {
  now_.piece = piece_at(t, now_.y[car::kV]);
  for (std::size_t i = 0; i < now_.noise.size(); ++i)
    if (now_.noise[i] > 0.0)
      now_.hooks.offset[i] =
          now_.noise[i] * noise::standard_normal(static_cast<std::uint64_t>(case_.scenario.seed),
                                                 static_cast<std::uint32_t>(i), t);
  system_.hooks = now_.hooks;
  system_.held = now_.control.out;
}

// What happens at an instant, in the schedule's order; then the next piece begins.
void Simulation::visit_instant(const Schedule::Instant& at) {
  struct Handler {
    Simulation& s;
    TimeNs t;
    void point(int entry) const {
      if (entry == kCommands) s.apply_due(t);
    }
    bool is_bms(int entry) const {
      return s.schedule_.entries()[static_cast<std::size_t>(entry)].name == kBms;
    }
    void sample(int entry) const {
      if (!is_bms(entry)) s.now_.control.sample({s.now_.y, t});
    }
    void run(int entry) const { is_bms(entry) ? s.run_bms(t) : s.run_control(); }
    void latch(int entry) const {
      if (!is_bms(entry)) s.now_.control.latch();
    }
    void record(int entry) const {
      s.begin_piece(t);
      if (entry == kRecord && s.on_record) s.on_record(s);
    }
  };
  now_.piece_start = now_.piece_end = at.t;
  now_.mesh = {};
  now_.step = 0;
  schedule_.visit(at, Handler{*this, at.t});
  mark_phases(at.t);
  begin_piece(at.t);
  if (at.t >= duration_) {
    now_.end = End::trace_done;
    observe(instant(), 0.0);
    return;
  }
  now_.piece_end = now_.position.upcoming;
  if (drive_) {
    observe(instant(), seconds(now_.piece_end - at.t));
  } else {
    now_.mesh = mesh_of(at.t, now_.piece_end, jump_at(at));
    if (truth_) truth_->begin(now_.piece, 0.0, now_.y, now_.q);
  }
  apply_late(at.t);
}

// Driver and control unit as a sampled task: they see what was sampled, and integrate by its period.
void Simulation::run_control() {
  now_.control.run([this](Snapshot::NoState&, const Snapshot::ControlIn& in) {
    closed_loop::System<double> s = system_;
    s.sampled = false;
    s.hooks = now_.hooks;
    const auto p = piece_at(in.t, in.y[car::kV]);
    const auto& own = case_.controllers;
    const auto unit = [&](const auto& car, vcu::Inputs<double> sees, const auto& pedals) {
      if (own.bms) sees.supply.limits = limits(sees.supply.source);
      auto out = own.vcu ? run_vcu(in, sees, pedals) : vcu::step(car, sees);
      if (own.brake && !(drive_ && drive_->mechanics()))
        out.command.F_brake = run_brake(in, sees, out);
      return out;
    };
    const auto d = closed_loop::decide(s, p, 0.0, in.y.data(), unit);
    now_.y[car::kDriver] += d.integral_rate / trace_.rate;
    return d;
  });
}

std::vector<PlannedPiece> Simulation::plan() const {
  const auto& scenario = case_.scenario;
  const bool ends_by_state =
      trace_.until_a > 0.0 || trace_.until_v_below > 0.0 || trace_.break_off.error < kInfinity;
  if (!scenario.timeline.empty() || trace_.rate > 0.0 || scheme_.truth || drive_ ||
      scenario.initial.steady || scenario.initial.full || ends_by_state)
    throw std::invalid_argument(
        "this scenario can't run in lanes: it has a timeline, sampled control, machines in dq, a "
        "parked car, "
        "a steady start, a full battery or an end that differs by car");
  std::vector<PlannedPiece> out;
  Schedule::Position position = schedule_.start();
  for (auto at = schedule_.next(position); at.t < duration_; at = schedule_.next(position))
    out.push_back(
        {at.t, trace_.piece(seconds(at.t)), mesh_of(at.t, position.upcoming, jump_at(at))});
  return out;
}

bool Simulation::step() {
  if (now_.end != End::running) return false;
  if (drive_) {
    step_drive();
    return now_.end == End::running;
  }
  if (truth_) {
    const double to = now_.mesh.time(now_.step + 1);
    observe(instant(), to - now_.mesh.time(now_.step));
    truth_->advance(to, now_.y, now_.q);
  } else {
    const TimeNs t = now_.mesh.at(now_.step);
    fixed_step::advance(system_, now_.piece, weights_, t, now_.mesh.at(now_.step + 1) - t, now_.y,
                        now_.q, true, [this](const auto& at, double h, bool stands) {
                          if (stands) observe(at, h);
                        });
  }
  ++now_.step;
  check_finite();
  check_end();
  if (now_.end != End::running) observe(instant(), 0.0);
  if (now_.end == End::running && now_.step == now_.mesh.steps()) {
    if (truth_) now_.y[car::kV] = chassis::speed_after_step(now_.y[car::kV], now_.piece.direction);
    visit_instant(schedule_.next(now_.position));
  }
  return now_.end == End::running;
}

// Of the electric drive, to the next tick of its controls or the end of the piece; of a multi-body car so many
// that the bodies have come along, as they do at an instant: a command between two steps then plays back.
void Simulation::step_drive() {
  do {
    drive_->step(now_.drive, system_, now_.piece, now_.piece_start, now_.piece_end, now_.y, now_.q,
                 on_waveform, own_brakes());
    ++now_.step;
    check_finite();
    check_end();
  } while (now_.end == End::running && drive_->mechanics() != nullptr &&
           now_.drive.car.since > 0.0);
  if (now_.end != End::running) observe(instant(), 0.0);
  if (now_.end == End::running && now_.drive.t == now_.piece_end)
    visit_instant(schedule_.next(now_.position));
}

void Simulation::run(const std::function<bool()>& stop) {
  while (step())
    if (now_.step == 0 && stop && stop()) return;
}

closed_loop::Instant<double> Simulation::instant() const {
  if (drive_) return drive_->instant(now_.drive, system_, now_.piece, now_.piece_start, now_.y);
  fixed_step::States<double> dy;
  fixed_step::Rows<double> dq;
  return closed_loop::evaluate(system_, now_.piece, now_.mesh.time(now_.step), now_.y.data(),
                               dy.data(), dq.data());
}

void Simulation::observe(const closed_loop::Instant<double>& at, double h) {
  auto& x = now_.extremes;
  const double error = abs(at.v_ref - at.flows.v);
  if (trace_.has_reference() && !now_.hooks.hold_a_pedal())
    x.trace_error = max(error, x.trace_error);
  const auto& b = at.flows.battery;
  x.p_battery_max = max(b.p, x.p_battery_max);
  x.p_battery_min = min(b.p, x.p_battery_min);
  x.u_min = min(b.u, x.u_min);
  x.u_max = max(b.u, x.u_max);
  x.i_max = max(b.i, x.i_max);
  x.i_min = min(b.i, x.i_min);
  x.v_max = max(at.flows.v, x.v_max);
  if (vcu::falls_short(at.control)) x.time_limited += h;
  x.limited_by[static_cast<std::size_t>(at.control.limited)] += h;

  const double v = at.flows.v, a = at.flows.a;
  const bool behind =
      trace_.has_reference() && !now_.hooks.hold_a_pedal() && at.v_ref - v > trace_.break_off.error;
  x.lost = behind ? x.lost + h : 0.0;
  x.x_min = min(at.x, x.x_min);
  if (v > 0.0 && a > -kLosesSpeed) x.grade = max(grade(at), x.grade);
  milestones::observe(x.passed, {seconds(now_.piece_start) + at.t, v, a, at.x});
  milestones::observe(x.coasting, v, -system_.car.mass_equivalent * a, h);
}

// Rise over run, where the observed instant is.
double Simulation::grade(const closed_loop::Instant<double>& at) const {
  const double sine = now_.piece.sin_alpha + now_.piece.sin_alpha_rate * at.t;
  return sine / sqrt(1.0 - sine * sine);
}

// Start and end of the phases that begin or end at an instant.
void Simulation::mark_phases(TimeNs t) {
  for (std::size_t i = 0; i < trace_.phases.size(); ++i) {
    const auto mark = [&](std::size_t at) {
      now_.marks[at] = {now_.y[car::kX], now_.q[ledger::kBattery],
                        now_.q[ledger::kWheelOut] + now_.q[ledger::kWheelIn]};
    };
    if (to_ns(trace_.phases[i].start) == t) mark(2 * i);
    if (to_ns(trace_.phases[i].end) == t) mark(2 * i + 1);
  }
}

void Simulation::check_end() {
  const auto& last = now_.extremes.passed.last;
  if (now_.y[car::kV] >= trace_.until_v) now_.end = End::speed_reached;
  if (now_.y[car::kV] <= trace_.until_v_below) now_.end = End::coasted_down;
  if (trace_.until_a > 0.0 && last.v > kMoving && last.a < trace_.until_a)
    now_.end = End::top_speed;
  if (now_.extremes.lost > trace_.break_off.after) now_.end = End::trace_lost;
  if (now_.y[car::kSOC] <= battery::SOC_empty(system_.car.battery)) now_.end = End::battery_empty;
}

void Simulation::check_finite() const {
  bool finite = true;
  for (int i = 0; i < system_.states(); ++i)
    finite = finite && abs(now_.y[static_cast<std::size_t>(i)]) < 1e12;
  if (finite) return;
  const auto fields = car::state_fields(system_.car);
  std::string what = "the integration diverged at t = " + std::to_string(t()) + " s:";
  for (int i = 0; i < system_.states(); ++i) {
    const double y = now_.y[static_cast<std::size_t>(i)];
    const auto& f = fields[static_cast<std::size_t>(i)];
    if (!(abs(y) < 1e12))
      what +=
          " " + f.name + " = " + std::to_string(y) + " " + std::string(si_unit(f.dim).text) + ";";
  }
  throw SimulationError(what + " shorten solver.h_s");
}

ledger::Stores<double> Simulation::stores() const {
  ledger::Stores<double> out = ledger::stores(system_.car, now_.y.data());
  if (drive_) out.electric = drive_->stored_energy(now_.drive);
  if (drive_ && drive_->mechanics()) out.kinetic = drive_->mechanics()->energy(now_.drive.car);
  return out;
}

// What a command changed in the stores, it brought.
void Simulation::book_jump(const ledger::Stores<double>& before) {
  const ledger::Stores<double> after = stores();
  now_.intervention += (after.kinetic - before.kinetic) + (after.potential - before.potential) +
                       (after.battery - before.battery) + (after.electric - before.electric);
}

ledger::Books Simulation::books() const {
  return ledger::close(system_.car, now_.q.data(), now_.stores_start, stores(), now_.intervention,
                       drive_ && drive_->mechanics());
}

}  // namespace evsim
