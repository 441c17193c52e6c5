#include "gui/model/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "sim/base/errors.h"
#include "sim/io/output_folder.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

// Ten minutes at a hundred samples a second; of 150 signals 40 MB.
constexpr std::size_t kRows = 65536;
constexpr std::size_t kMessages = 200;
constexpr std::size_t kFactors = 240;

std::vector<Signal> with_units(const std::vector<signals::Info>& infos) {
  std::vector<Signal> out;
  for (const signals::Info& s : infos) out.push_back({s.path, &display_unit(s.dim)});
  return out;
}

Steering steering_of(const Parameters& all, bool there) {
  Steering out{.there = there};
  const auto take = [&](const char* path, double& into) {
    const auto it = std::ranges::find(all.all(), path, &Parameter::path);
    if (it != all.all().end() && std::isfinite(it->loaded))
      into = it->unit == nullptr ? it->loaded : to_si(*it->unit, it->loaded);
  };
  take("body.steering.ratio", out.ratio);
  take("chassis.wheelbase", out.wheelbase);
  return out;
}

}  // namespace

App::Running::Running(const io::LoadedCase& loaded, const live::Options& options, bool by_hand)
    : request(loaded.request),
      vehicle_name(loaded.c.vehicle_name),
      scenario_name(loaded.c.scenario_name),
      T_machine(loaded.c.scenario.initial.T_machine),
      parameters(loaded),
      session(loaded.c, options),
      signals(with_units(session.port().infos)),
      history(signals.size(), kRows),
      machine(by_hand) {
  for (std::size_t i = 0; i < signals.size(); ++i) places.emplace(signals[i].path, i);
  const auto find = [this](const std::string& path) {
    const auto it = places.find(path);
    return it == places.end() ? std::optional<std::size_t>{} : it->second;
  };
  const auto& all = loaded.c.vehicle.drive_units;
  for (int k = 0; k < all.size(); ++k) {
    const auto of = [&](const char* name) {
      return find("drive_units." + all.name(k) + "." + name);
    };
    units.push_back({.name = all.name(k),
                     .omega = of("omega"),
                     .tau = of("tau"),
                     .i_d = of("i_d"),
                     .i_q = of("i_q"),
                     .i_d_ref = of("i_d_ref"),
                     .i_q_ref = of("i_q_ref"),
                     .T_winding = of("T_winding"),
                     .reason = of("control_reason")});
  }
  v = find("body.v"), a = find("body.a"), x = find("body.x");
  scenario = loaded.c.scenario;
  for (const LinkFigures& l : loaded.c.controllers.links()) linked_roles.push_back(l.role);
  steering = steering_of(parameters, find("steering.theta_H").has_value());
  u_dc = find("dc_link.u");
  if (!u_dc) u_dc = find("battery.u");
  session.port().pictures.fetch();
  if (const auto u = find("battery.u"))
    gauges = gui::gauge_ranges(parameters, session.port().pictures.front().values[*u]);
  if (!by_hand) thread.emplace(session);
}

App::App(const io::LoadedCase& loaded, bool by_hand, const live::Options& options)
    : by_hand_(by_hand),
      options_(options),
      running_(std::make_unique<Running>(loaded, options, by_hand)) {
  file_name = "tuned.json";
  default_scopes();
  update();
}

void App::load(const io::LoadedCase& loaded) {
  options_.paused = now().paused;
  options_.pace = now().pace;
  running_ = std::make_unique<Running>(loaded, options_, by_hand_);
  back_to.reset();
  driving = {};
  say(fmt::format("{} in {} loaded", vehicle_name(), scenario_name()));
}

std::optional<std::size_t> App::find(std::string_view path) const {
  const auto it = running_->places.find(path);
  if (it == running_->places.end()) return {};
  return it->second;
}

double App::value(std::size_t signal) const {
  return from_si(*signals()[signal].unit, now().values[signal]);
}
std::optional<double> App::value(std::optional<std::size_t> signal) const {
  if (!signal) return {};
  return value(*signal);
}

void App::default_scopes() {
  const auto scope = [this](std::initializer_list<std::string> paths) {
    Scope s;
    for (const std::string& path : paths)
      if (find(path)) s.signals.push_back(path);
    if (!s.signals.empty()) scopes.push_back(std::move(s));
  };
  const std::string first = units().empty() ? "" : "drive_units." + units().front().name + ".";
  scope({"driver.v_ref", "body.v"});
  scope({first + "tau"});
  const bool dq = find(first + "i_d").has_value();
  if (dq) scope({first + "i_d", first + "i_q"});
  if (!dq) scope({"battery.p", "body.p_wheel"});
  scope({"battery.u"});
}

// ---- From the simulation ------------------------------------------------------------------------

void App::update() {
  live::Port& port = running_->session.port();
  port.pictures.fetch();
  port.samples.drain([this](const double* row) {
    Running& r = *running_;
    r.history.append(row);
    if (r.v && r.a && r.x) r.timers.observe({row[0], row[1 + *r.v], row[1 + *r.a], row[1 + *r.x]});
  });
  port.log.drain([this](const live::Logged& l) { running_->log.take(l); });
  running_->log.know(now().told);
  port.notices.drain([this](const live::Notice& n) { met(n); });
  factors_.push_back(static_cast<float>(now().real_time_factor));
  if (factors_.size() > kFactors) factors_.erase(factors_.begin());
  if (follow) {
    x_max = std::max(now().t, span);
    x_min = x_max - span;
  }
  update_machine();
  drive();
}

void App::met(const live::Notice& n) {
  std::erase_if(running_->plans, [&](const Planned& p) { return p.id == n.id; });
  std::map<std::uint64_t, Sent>& sent = running_->sent;
  if (const auto it = sent.find(n.id); it != sent.end()) {
    parameters().took(it->second.parameter, it->second.value, !n.refused.empty());
    sent.erase(it);
  }
  if (!n.refused.empty()) say(n.refused, true);
}

void App::update_machine() {
  if (units().empty()) return;
  unit = std::clamp(unit, 0, static_cast<int>(units().size()) - 1);
  const UnitSignals& u = units()[static_cast<std::size_t>(unit)];
  const auto si = [this](std::optional<std::size_t> at, double otherwise) {
    const double x = at ? now().values[*at] : otherwise;
    return std::isfinite(x) ? x : otherwise;
  };
  running_->machine.update(parameters().vehicle(), {.unit = unit,
                                                    .version = parameters().version(),
                                                    .u_dc = si(running_->u_dc, 0.0),
                                                    .T = si(u.T_winding, running_->T_machine),
                                                    .omega = si(u.omega, 0.0)});
}

// ---- To the simulation --------------------------------------------------------------------------

void App::ask(live::Ask what) {
  if (running_->session.port().ask(std::move(what)) == 0)
    say("the simulation takes no more requests for now", true);
}
void App::pause() { ask(live::Pause{}); }
void App::resume() { ask(live::Resume{}); }
void App::step(int n) { ask(live::Steps{n}); }
void App::set_pace(double factor) { ask(live::Pace{factor}); }

void App::run_until(double t) { ask(live::RunUntil{t}); }

void App::command(Order order) { ask(live::Command{{.t = 0.0, .command = std::move(order)}}); }
void App::plan(double t, Order order) {
  const std::uint64_t id =
      running_->session.port().ask(live::Plan{.t = t, .event = {.t = t, .command = order}});
  if (id == 0) return say("the simulation takes no more requests for now", true);
  running_->plans.push_back({.id = id, .t = t, .order = std::move(order)});
}
void App::unplan(std::uint64_t id) {
  ask(live::Unplan{id});
  std::erase_if(running_->plans, [&](const Planned& p) { return p.id == id; });
}

// ---- Driving ------------------------------------------------------------------------------------

void App::take_over() {
  const auto theta = find("steering.theta_H");
  gui::take_over(driving, theta ? now().values[*theta] : 0.0);
}
void App::hand_back() { gui::hand_back(driving); }

// After the way back the log says who drives.
void App::drive() {
  if (now().t < driving.t) gui::resume(driving, log());
  const double v = running_->v ? now().values[*running_->v] : 0.0;
  advance(driving, steering(), now().t, v);
  if (now().end != End::running || !now().failure.empty()) return;
  for (scenario::Override& o : due(driving, steering())) command(std::move(o));
}

namespace {
constexpr const char* kOnePedal = "regeneration.one_pedal_deceleration";
constexpr double kOnePedalDeceleration = 2.0;  // where the file has none [m/s2]: one_pedal.h
std::optional<std::size_t> one_pedal_of(const Parameters& all) {
  const auto it = std::ranges::find(all.all(), kOnePedal, &Parameter::path);
  if (it == all.all().end() || !it->editable) return {};
  return static_cast<std::size_t>(it - all.all().begin());
}
}  // namespace

std::optional<bool> App::one_pedal() const {
  const auto at = one_pedal_of(parameters());
  if (!at) return {};
  return parameters().all()[*at].value > 0.0;
}
void App::toggle_one_pedal() {
  const auto at = one_pedal_of(parameters());
  if (!at) return;
  const Parameter& p = parameters().all()[*at];
  const double on = p.loaded > 0.0 ? p.loaded : from_si(*p.unit, kOnePedalDeceleration);
  set_parameter(*at, p.value > 0.0 ? 0.0 : on);
  commit();
}

void App::toggle_fault(const scenario::Fault& fault, bool active) {
  if (fault_form.later) return plan(fault_form.at, fault);
  if (!active) return command(fault);
  for (Order& o : opposite(fault, log(), running_->scenario.initial.T_machine))
    command(std::move(o));
}

void App::save_drive(const std::string& file) {
  try {
    write(file,
          drive_text({.request = &request(),
                      .scenario = &scenario(),
                      .log = log(),
                      .t = now().t,
                      .duration = now().duration},
                     file),
          "drive");
  } catch (const InputError& e) {
    say(e.what(), true);
  }
}

void App::save_keys() {
  if (!drive_keys.file.empty()) write(drive_keys.file, keys_text(drive_keys), "keys");
}

void App::go_back(double t) {
  live::GoBack back{.t = t};
  for (const std::size_t i : parameters().touched()) {
    const Parameter& p = parameters().all()[i];
    back.edits.push_back(
        {.set = {.path = p.keyed, .value = p.value}, .as_loaded = p.value == p.loaded});
  }
  ask(std::move(back));
}

void App::send(std::size_t parameter) {
  const Parameter& p = parameters().all()[parameter];
  const scenario::SetParameter set{.path = p.keyed, .value = p.value};
  const std::uint64_t id = running_->session.port().ask(live::Command{{.t = 0.0, .command = set}});
  if (id == 0) return say("the simulation takes no more requests for now", true);
  running_->sent[id] = {parameter, p.value};
}

void App::set_parameter(std::size_t parameter, double value) {
  const std::string refused = parameters().set(parameter, value);
  if (!refused.empty()) return say(refused, true);
  send(parameter);
}

void App::undo() {
  if (const auto c = parameters().undo()) send(c->parameter);
}
void App::redo() {
  if (const auto c = parameters().redo()) send(c->parameter);
}

// ---- Files and messages -------------------------------------------------------------------------

void App::write(const std::string& file, const std::string& text, const char* what) {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (file.empty() || fs::equivalent(file, request().vehicle, ec) ||
      fs::equivalent(file, request().scenario, ec))
    return say(file + ": name another file than the one that was loaded", true);
  const std::string partial = file + ".part";
  try {
    io::write_file(partial, text, file);
    fs::rename(partial, file, ec);
    if (ec) throw EnvironmentError(file + ": can't be written: " + ec.message());
    say(fmt::format("{} written: {}", what, file));
  } catch (const EnvironmentError& e) {
    say(e.what(), true);
  }
}
void App::save_vehicle(const std::string& file) {
  write(file, parameters().file_text(file), "vehicle");
}
void App::save_patch(const std::string& file) { write(file, parameters().patch_text(), "patch"); }

void App::say(std::string text, bool error) {
  messages_.push_back({now().t, std::move(text), error});
  if (messages_.size() > kMessages) messages_.pop_front();
}

}  // namespace evsim::gui
