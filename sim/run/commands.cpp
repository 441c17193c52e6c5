// Commands into a running simulation: parameters, signals, states. Each is logged as it is applied.
#include <algorithm>
#include <stdexcept>

#include "sim/base/errors.h"
#include "sim/run/simulation.h"
#include "sim/vehicle/state_fields.h"

namespace evsim {
namespace {

struct Place {
  std::string name;
  Dim dim;
  std::size_t index;
};

// mechanics: of the multi-body car, else none.
std::vector<Place> hooks_of(const car::Model<double>& m, const Mechanics* mechanics) {
  std::vector<Place> out{{"driver.v_seen", Dim::speed, closed_loop::kSeenSpeed},
                         {"driver.F_request", Dim::force, closed_loop::kRequest},
                         {"driver.accelerator", Dim::none, closed_loop::kAccelerator},
                         {"driver.brake", Dim::none, closed_loop::kBrakePedal},
                         {"vcu.F_brake", Dim::force, closed_loop::kBrakeCommand}};
  if (mechanics != nullptr)
    out.push_back({"steering.theta_H", Dim::angle, closed_loop::kHandWheel});
  for (int k = 0; k < m.drive_units.size(); ++k)
    out.push_back({"vcu.tau." + m.drive_units.name(k), Dim::torque,
                   static_cast<std::size_t>(closed_loop::kTorqueCommand + k)});
  for (int k = 0; k < m.drive_units.size() && mechanics != nullptr; ++k)
    if (const auto n = static_cast<std::size_t>(k); mechanics->has_gearbox(n))
      out.push_back({"vcu.gear." + m.drive_units.name(k), Dim::none, closed_loop::kGear + n});
  return out;
}

std::vector<Place> states_of(const car::Model<double>& m) {
  std::vector<Place> out;
  const auto fields = car::state_fields(m);
  for (std::size_t i = 0; i < fields.size(); ++i) out.push_back({fields[i].name, fields[i].dim, i});
  return out;
}

struct Found {
  const Place* place;
  const Unit* unit;
};
Found find(const std::vector<Place>& places, const std::string& path, const char* what) {
  for (const Place& p : places)
    for (const Unit& u : units())
      if (u.dim == p.dim && key_in(p.name, u) == path) return {&p, &u};
  std::string known;
  for (const Place& p : places)
    known += (known.empty() ? "" : ", ") + key_in(p.name, display_unit(p.dim));
  throw InputError(
      Problem{.path = path, .what = std::string("unknown ") + what + "; known: " + known});
}

// A parameter, or the same one of all drive units.
void set_all(const SetParameter& set, car::Params<double>& vehicle,
             const scenario::SetParameter& c) {
  constexpr std::string_view kAllUnits = "drive_units.*.";
  if (!c.path.starts_with(kAllUnits)) return set(vehicle, c.path, c.value);
  for (int k = 0; k < vehicle.drive_units.size(); ++k)
    set(vehicle,
        "drive_units." + vehicle.drive_units.name(k) + "." + c.path.substr(kAllUnits.size()),
        c.value);
}

// In all numbers, counts and names; tables, which no command changes, are left out.
template <class P> bool equal(const P& a, const P& b) {
  const Leaves x = collect(a), y = collect(b);
  return x.numbers == y.numbers && x.counts == y.counts && x.names == y.names;
}

}  // namespace

void Simulation::command(const scenario::Event& e) {
  const Snapshot before = now_;
  const car::Params<double> vehicle = vehicle_;
  try {
    cut_piece();
    scenario::Event now = e;
    now.t = t();
    now.late = now_.piece_start == now_.position.now;  // what happens at this instant has happened
    apply(now);
  } catch (const InputError&) {
    vehicle_ = vehicle;
    rebuild();
    now_ = before;
    begin_piece(now_.piece_start);
    throw;
  }
  go_on();
}

void Simulation::go_on() {
  now_.mesh = mesh_of(now_.piece_start, now_.piece_end, kLargestJump);
  begin_piece(now_.piece_start);
  if (truth_) truth_->begin(now_.piece, 0.0, now_.y, now_.q);
}

// A piece ends where it stands and a new one begins, as if the schedule had an instant here: so the log,
// played as a timeline, gives the same bits.
void Simulation::cut_piece() {
  now_.piece_start = drive_ ? now_.drive.t : now_.piece_start + now_.mesh.at(now_.step);
  now_.step = 0;
}

// The timeline in order of time; equal times in the order of the file.
void Simulation::apply_due(TimeNs t) {
  for (const std::size_t i : events_at(t)) {
    const scenario::Event& e = case_.scenario.timeline[i];
    if (e.late) continue;
    apply(e);
    ++now_.scheduled;
  }
}

// Those that follow all that happens at an instant, as command() would have them.
void Simulation::apply_late(TimeNs t) {
  for (const std::size_t i : events_at(t)) {
    const scenario::Event& e = case_.scenario.timeline[i];
    if (!e.late) continue;
    cut_piece();
    apply(e);
    ++now_.scheduled;
    go_on();
  }
}

std::span<const std::size_t> Simulation::events_at(TimeNs t) const {
  const auto at = [this](std::size_t i) { return to_ns(case_.scenario.timeline[i].t); };
  const auto found = std::ranges::equal_range(in_time_, t, {}, at);
  return {found.begin(), found.end()};
}

void Simulation::apply(const scenario::Event& e) {
  std::visit([this](const auto& c) { set(c); }, e.command);
  // After going back the same commands come again; another one ends what was once ahead.
  const auto n = static_cast<std::size_t>(now_.commands);
  if (n == log_.size() || !equal(log_[n], e)) {
    log_.resize(n);
    log_.push_back(e);
  }
  ++now_.commands;
}

std::vector<scenario::Event> Simulation::command_log() const {
  return {log_.begin(), log_.begin() + now_.commands};
}

void Simulation::set(const scenario::SetParameter& c) {
  if (!set_)
    throw InputError(Problem{.path = c.path, .what = "parameters can't be set in this run"});
  const ledger::Stores<double> before = stores();
  set_all(set_, vehicle_, c);
  rebuild();
  book_jump(before);  // a heavier car at the same speed holds more energy
}

void Simulation::set(const scenario::Override& c) {
  const auto places = hooks_of(system_.car, drive_ ? drive_->mechanics() : nullptr);
  const auto [place, unit] = find(places, c.signal, "signal");
  const std::size_t i = place->index;
  now_.hooks.gain[i] = 1.0;
  now_.hooks.offset[i] = 0.0;
  now_.noise[i] = 0.0;
  switch (c.mode) {
    case scenario::Mode::hold:
      now_.hooks.gain[i] = 0.0;
      now_.hooks.offset[i] = to_si(*unit, c.value);
      break;
    case scenario::Mode::scale: now_.hooks.gain[i] = c.value; break;
    case scenario::Mode::offset: now_.hooks.offset[i] = to_si(*unit, c.value); break;
    case scenario::Mode::noise: now_.noise[i] = to_si(*unit, c.value); break;
    case scenario::Mode::release: break;
  }
  system_.hooks = now_.hooks;
}

void Simulation::set(const scenario::Fault& c) {
  const auto& units = system_.car.drive_units;
  std::string known;
  bool met = c.unit.empty();
  for (int k = 0; k < units.size(); ++k) {
    known += (known.empty() ? "" : ", ") + units.name(k);
    met = met || units.name(k) == c.unit;
  }
  if (!met)
    throw InputError(
        Problem{.path = "unit", .what = "no drive unit " + c.unit + "; known: " + known});
  if (!drive_) return;  // the level energy has nothing that could fail so
  const ledger::Stores<double> before = stores();
  for (int k = 0; k < units.size(); ++k)
    if (c.unit.empty() || units.name(k) == c.unit)
      drive_->set(now_.drive, static_cast<std::size_t>(k), c);
  book_jump(before);
}

namespace {

void check_link(const controller::Controllers& all, const std::string& role,
                const std::string& path) {
  if (all.has_link(role)) return;
  throw InputError(Problem{
      .path = path,
      .what = (role.empty() ? "no role" : role) +
              std::string(" is linked to a controller outside of the program; see evsim hil")});
}

}  // namespace

void Simulation::set(const scenario::LinkFault& c) {
  check_link(case_.controllers, c.role, "role");
  case_.controllers.link_fault(c, now_.position.now,
                               static_cast<std::uint64_t>(case_.scenario.seed));
}

void Simulation::check_link_faults() const {
  const auto& timeline = case_.scenario.timeline;
  for (std::size_t i = 0; i < timeline.size(); ++i)
    if (const auto* f = std::get_if<scenario::LinkFault>(&timeline[i].command))
      check_link(case_.controllers, f->role, "timeline[" + std::to_string(i) + "].command.role");
}

void Simulation::set(const scenario::SetState& c) {
  const auto places = states_of(system_.car);
  const auto [place, unit] = find(places, c.state, "state");
  const ledger::Stores<double> before = stores();
  now_.y[place->index] = to_si(*unit, c.value);
  book_jump(before);
  now_.piece.direction = sign(now_.y[car::kV]);
}

void Simulation::check_controllers(const Snapshot& s) const {
  const auto check = [](const auto& c, const controller::Block& b) {
    if (!c || c->goes_on_from(b)) return;
    throw InputError(Problem{
        .path = c->about().library,
        .what = "its state can't go back: it has state_size 0, so the snapshot does not hold it"});
  };
  const auto& all = case_.controllers;
  check(all.vcu, s.vcu);
  check(all.bms, s.bms);
  check(all.brake, s.brake);
  for (int k = 0; drive_ && k < system_.units(); ++k)
    if (all.drives(system_.car.drive_units.name(k)))
      check(all.motor_control, s.drive.controllers[static_cast<std::size_t>(k)]);
}

void Simulation::restore(const Snapshot& s) {
  check_controllers(s);
  if (std::ssize(log_) < s.commands) {
    if (s.commands != s.scheduled)
      throw std::invalid_argument("a snapshot of a run with commands of its own needs its log");
    log_ = case_.scenario.timeline;
    std::ranges::stable_sort(log_, {},
                             [](const scenario::Event& e) { return std::pair(e.t, e.late); });
  }
  go_to(s);
}

void Simulation::restore(const Snapshot& s, std::vector<scenario::Event> log) {
  check_controllers(s);
  if (std::ssize(log) < s.commands) throw std::invalid_argument("the log ends before the snapshot");
  log_ = std::move(log);
  go_to(s);
}

void Simulation::go_to(const Snapshot& s) {
  // Parameters as they were: those of the file, and the commands applied until then.
  car::Params<double> vehicle = case_.vehicle;
  for (int i = 0; i < s.commands; ++i)
    if (const auto* p =
            std::get_if<scenario::SetParameter>(&log_[static_cast<std::size_t>(i)].command))
      set_all(set_, vehicle, *p);
  if (!equal(vehicle, vehicle_)) {
    vehicle_ = std::move(vehicle);
    rebuild();
  }
  now_ = s;
  system_.hooks = now_.hooks;
  system_.held = now_.control.out;
  if (truth_) truth_->begin(now_.piece, now_.mesh.time(now_.step), now_.y, now_.q);
}

}  // namespace evsim
