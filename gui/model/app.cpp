#include "gui/model/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <utility>

#include "gui/live/rerun.h"
#include "gui/model/actions.h"
#include "sim/base/errors.h"
#include "sim/io/file_kind.h"
#include "sim/io/output_folder.h"
#include "sim/io/results.h"
#include "sim/io/text.h"
#include "sim/link/link_params.h"

namespace evsim::gui {
namespace {

// Eleven minutes at a hundred samples a second. Of 150 signals they take 40 MB, and what is older as much again.
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

bool has_two_speeds(const car::Params<double>& vehicle, const std::string& unit) {
  for (int k = 0; k < vehicle.drive_units.size(); ++k) {
    const auto& gears = vehicle.drive_units[k].gears;
    for (int i = 0; i < gears.size() && vehicle.drive_units.name(k) == unit; ++i)
      if (gears[i].shift_speed < kInfinity) return true;
  }
  return false;
}

}  // namespace

App::Running::Running(const io::LoadedCase& file, std::unique_ptr<live::Session> here,
                      std::unique_ptr<live::Client> elsewhere, bool by_hand)
    : loaded(file),
      vehicle_name(loaded.c.vehicle_name),
      scenario_name(loaded.c.scenario_name),
      T_machine(loaded.c.scenario.initial.T_machine),
      T_battery(loaded.c.scenario.initial.T_battery),
      parameters(loaded),
      session(std::move(here)),
      client(std::move(elsewhere)),
      port(client ? client->port() : session->port()),
      signals(with_units(port.infos)),
      history(signals.size(), kRows),
      machine(by_hand),
      vehicle(loaded, port.infos),
      energy(port.infos),
      can(port.buses) {
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
  for (const UnitSignals& u : units)
    if (find("drive_units." + u.name + ".gear") && has_two_speeds(loaded.c.vehicle, u.name))
      shifting.push_back(u.name);
  u_dc = find("dc_link.u");
  if (!u_dc) u_dc = find("battery.u");
  port.pictures.fetch();
  if (const auto u = find("battery.u"))
    gauges = gui::gauge_ranges(parameters, port.pictures.front().values[*u]);
}

void App::Running::start() {
  client ? void(look_thread.emplace(*client)) : void(thread.emplace(*session));
}

App::App(const io::LoadedCase& loaded, bool by_hand, const live::Options& options)
    : App(loaded, std::make_unique<live::Session>(loaded.c, options), by_hand, options) {}
App::App(const io::LoadedCase& loaded, std::unique_ptr<live::Session> session, bool by_hand,
         const live::Options& options)
    : by_hand_(by_hand),
      options_(options),
      running_(std::make_unique<Running>(loaded, std::move(session), nullptr, by_hand)) {
  begin();
}
App::App(std::unique_ptr<live::Client> client, bool by_hand) : by_hand_(by_hand) {
  const io::LoadedCase loaded = live::load(client->setup());
  running_ = std::make_unique<Running>(loaded, nullptr, std::move(client), by_hand);
  for (const scenario::SetParameter& set : running_->client->edits()) {
    const auto at = parameters().find(set.path);
    if (!at || !parameters().set(*at, set.value).empty()) continue;
    parameters().commit();
    parameters().took(*at, set.value, false);
  }
  begin();
}
void App::begin() {
  if (!by_hand_) running_->start();
  file_name = "tuned.json";
  for (const Shipped& l : shipped_layouts())
    desk.layouts.push_back({.name = std::string(l.name), .span = 0.0, .scopes = {}, .dock = {}});
  picker.choose(request());
  watch_.begin(running_->loaded.inputs);
  default_scopes();
  update();
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
  live::Port& port = running_->port;
  port.pictures.fetch();
  port.samples.drain([this](const double* row) {
    Running& r = *running_;
    r.history.append(row);
    r.energy.sample(row);
    if (r.v && r.a && r.x) r.timers.observe({row[0], row[1 + *r.v], row[1 + *r.a], row[1 + *r.x]});
  });
  port.log.drain([this](const live::Logged& l) { running_->log.take(l); });
  running_->log.know(now().told);
  port.notices.drain([this](const live::Notice& n) { met(n); });
  while (auto r = port.records.pop()) {
    trigger.keep(std::move(r).value_or(live::Record{}));
    if (!std::exchange(trigger.awaited, false)) continue;
    trigger.shown = trigger.records.size() - 1;
    show_record(*this, true);
    fit(*this);
  }
  factors_.push_back(static_cast<float>(now().real_time_factor));
  if (factors_.size() > kFactors) factors_.erase(factors_.begin());
  if (follow) {
    x_max = std::max(now().t, span);
    x_min = x_max - span;
  }
  update_links();
  update_machine();
  if (opening_.valid() &&
      (by_hand_ || opening_.wait_for(std::chrono::seconds(0)) == std::future_status::ready))
    take(opening_.get());
  if (recording_.valid() &&
      (by_hand_ || recording_.wait_for(std::chrono::seconds(0)) == std::future_status::ready)) {
    const Message m = recording_.get();
    say(m.text, m.error);
  }
  constexpr int kFramesBetweenLooks = 30;
  if (++frame_ % kFramesBetweenLooks == 0) look_at_files();
  drive();
  update_views();
}

void App::update_links() {
  Running& r = *running_;
  r.port.frames.drain([&r](const live::BusFrame& f) { r.can.take(f); });
  if (r.port.links.fetch()) {
    r.links.take(r.port.links.front(), link::wall_clock());
    r.can.take(r.port.links.front().links);
  } else if (!r.client || connection().is_open) {
    r.links.look(link::wall_clock());
  }
  if (!r.client || !r.client->fetch_connection()) return;
  const live::Connection& c = r.client->connection();
  if (c.times_cut == 0) return;
  say(c.is_open ? "connected again: " + c.text : "connection cut: " + c.text, !c.is_open);
}

void App::update_views() {
  running_->energy.update(now());
  running_->port.figures.fetch();
  if (results.due(by_hand_)) {
    results.asked = running_->port.ask(live::Judge{});
    results.at = std::chrono::steady_clock::now();
  }
  results.shown = false;
  comparison.update(running_->port.infos, running_->history);
}

// Before the simulation leaves what it has run: to be compared with.
void App::keep_run() {
  const std::string name = fmt::format("the run before: {} with {} to {:.4g} s", scenario_name(),
                                       vehicle_name(), now().t);
  if (comparison.keep(name, running_->port.infos, running_->history))
    comparison.judged = running_->port.ask(live::Judge{});
}

void App::met(const live::Notice& n) {
  std::erase_if(running_->plans, [&](const Planned& p) { return p.id == n.id; });
  std::map<std::uint64_t, Sent>& sent = running_->sent;
  if (const auto it = sent.find(n.id); it != sent.end()) {
    parameters().took(it->second.parameter, it->second.value, !n.refused.empty());
    sent.erase(it);
  }
  if (n.id == results.asked) {
    results.asked = 0;
    results.refused = n.refused;
  }
  if (n.id == comparison.judged) {
    running_->port.figures.fetch();
    comparison.take_figures(figures().kpis);
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

std::uint64_t App::ask(live::Ask what) {
  const std::uint64_t id = running_->port.ask(std::move(what));
  if (id == 0) say("the simulation takes no more requests for now", true);
  return id;
}
void App::pause() { ask(live::Pause{}); }
void App::resume() { ask(live::Resume{}); }
void App::step(int n) { ask(live::Steps{n}); }
void App::set_pace(double factor) { ask(live::Pace{factor}); }

void App::run_until(double t) { ask(live::RunUntil{t}); }

void App::command(Order order) { ask(live::Command{{.t = 0.0, .command = std::move(order)}}); }
void App::plan(double t, Order order) {
  const std::uint64_t id = ask(live::Plan{.t = t, .event = {.t = t, .command = order}});
  if (id == 0) return;
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
void App::shift(int gear) {
  if (driving.by_hand && !shifting().empty()) gui::shift(driving, gear);
}

// After the way back the log says who drives.
void App::drive() {
  if (now().t < driving.t) gui::resume(driving, log());
  const auto at = running_->v;
  const double v = at ? now().values[*at] : 0.0;
  advance(driving, steering(), now().t, v);
  if (now().end != End::running || !now().failure.empty()) return;
  for (scenario::Override& o : due(driving, steering(), shifting())) command(std::move(o));
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
  const auto text = [&] {
    return drive_text({.request = &request(),
                       .scenario = &scenario(),
                       .log = log(),
                       .t = now().t,
                       .duration = now().duration},
                      file);
  };
  write(file, text, "drive");
}

void App::save_drive_keys() {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (drive_keys.file.empty()) return;
  fs::create_directories(fs::path(drive_keys.file).parent_path(), ec);
  write(
      drive_keys.file, [&] { return keys_text(drive_keys); }, "keys");
}

void App::go_back(double t) {
  keep_run();
  live::GoBack back{.t = t};
  if (t < 0.0 && running_->history.size() > 1) {
    auto& r = *running_;
    if (!r.reference) r.reference = std::make_unique<History>(r.signals.size(), kRows);
    std::swap(*r.reference, r.history);
    r.history.clear();
  }
  for (const std::size_t i : parameters().touched()) {
    const Parameter& p = parameters().all()[i];
    back.edits.push_back(
        {.set = {.path = p.keyed, .value = p.value}, .as_loaded = p.value == p.began});
  }
  ask(std::move(back));
}

void App::send(std::size_t parameter) {
  const Parameter& p = parameters().all()[parameter];
  const scenario::SetParameter set{.path = p.keyed, .value = p.value};
  if (const std::uint64_t id = ask(live::Command{{.t = 0.0, .command = set}}); id != 0)
    running_->sent[id] = {parameter, p.value};
}

void App::set_parameter(std::size_t parameter, double value) {
  const std::string refused = parameters().set(parameter, value);
  if (!refused.empty()) return say(refused, true);
  send(parameter);
}

void App::undo() {
  int group = 0;
  do {
    const auto c = parameters().undo();
    if (!c) return;
    send(c->parameter);
    group = c->group;
  } while (group != 0 && parameters().done() > 0 &&
           parameters().changes()[parameters().done() - 1].group == group);
}
void App::redo() {
  int group = 0;
  do {
    const auto c = parameters().redo();
    if (!c) return;
    send(c->parameter);
    group = c->group;
  } while (group != 0 && parameters().done() < parameters().changes().size() &&
           parameters().changes()[parameters().done()].group == group);
}

void App::set_cells(int table, const std::vector<CellValue>& values) {
  parameters().commit();
  const std::size_t before = parameters().done();
  const std::string refused = parameters().set_cells(table, values);
  if (!refused.empty()) return say(refused, true);
  for (std::size_t k = before; k < parameters().done(); ++k)
    send(parameters().changes()[k].parameter);
}

void App::load_with(std::size_t parameter, const std::string& text) {
  io::CaseRequest again = request();
  for (const std::size_t i : parameters().unsaved()) {
    const Parameter& p = parameters().all()[i];
    if (i == parameter) continue;
    again.sets.push_back(p.choices.empty() ? p.keyed + "=" + written(p.value)
                                           : p.path + "=" + p.text);
  }
  again.sets.push_back(parameters().all()[parameter].path + "=" + text);
  begin_loading(std::move(again));
}

// ---- Scopes -------------------------------------------------------------------------------------

const ShownRecord* App::record() const {
  return trigger.shown < trigger.records.size() ? &trigger.records[trigger.shown] : nullptr;
}

void App::arm() {
  live::Arm a{
      .on = trigger.on, .length = trigger.length, .before = trigger.before, .again = trigger.again};
  for (const std::size_t signal : shown_signals(*this))
    if (a.signals.size() < Trigger::kSignals) a.signals.push_back(signal);
  const bool looks = trigger.on != live::TriggerOn::fault && trigger.on != live::TriggerOn::at_once;
  if (looks) {
    const auto at = find(trigger.signal);
    if (!at) return say("the trigger has no signal", true);
    const Unit& its = *signals()[*at].unit;
    a.signal = *at;
    a.level = to_si(its, trigger.level);
    a.hysteresis = its.factor * trigger.hysteresis;
  }
  trigger.awaited = true;
  ask(std::move(a));
}
void App::disarm() { ask(live::Disarm{}); }

void App::export_scopes(const std::string& file) {
  write(
      file, [this] { return export_text(*this); }, "signals");
}

// ---- Car and scenario ---------------------------------------------------------------------------

void App::open(const io::CaseRequest& request) {
  unless_unsaved("loading", [request](App& app) { app.begin_loading(request); });
}

void App::begin_loading(io::CaseRequest request) {
  if (is_remote()) return say("the car runs elsewhere: another one is loaded there", true);
  if (!running_->linked_roles.empty())
    return say("controllers are linked to this car: another one needs a new start", true);
  picker.loading = true;
  picker.failure.clear();
  options_.paused = now().paused;
  options_.pace = now().pace;
  opening_ = std::async(
      std::launch::async,
      [request = std::move(request), options = options_, by_hand = by_hand_]() -> Opened {
        try {
          const io::LoadedCase loaded = io::load_case(request);
          auto session = std::make_unique<live::Session>(loaded.c, options);
          return {
              .running = std::make_unique<Running>(loaded, std::move(session), nullptr, by_hand),
              .failure = {}};
        } catch (const std::exception& e) {
          return {.running = {}, .failure = e.what()};
        }
      });
}

void App::take(Opened opened) {
  picker.loading = false;
  if (!opened.running) {
    picker.failure = opened.failure;
    say(opened.failure, true);
    return show_panel("Car and scenario");
  }
  const bool another = opened.running->vehicle_name != vehicle_name() ||
                       opened.running->scenario_name != scenario_name();
  keep_run();
  comparison.take_figures(figures().kpis);  // of when someone looked last
  results.asked = 0;
  results.refused.clear();
  if (opened.running->loaded.request.sets != request().sets)
    opened.running->parameters.mark_unsaved();
  if (std::ranges::equal(opened.running->signals, signals(), {}, &Signal::path, &Signal::path))
    opened.running->reference = std::make_unique<History>(std::move(running_->history));
  running_ = std::move(opened.running);
  if (!by_hand_) running_->start();
  trigger.records.clear();
  show_record(*this, false);
  picker.choose(request());
  picker.changed = false;
  watch_.begin(running_->loaded.inputs);
  back_to.reset();
  driving = {};
  const auto there = [this](const std::string& path) { return find(path).has_value(); };
  const bool none_shown = std::ranges::none_of(
      scopes, [&](const Scope& s) { return std::ranges::any_of(s.signals, there); });
  if (another && none_shown) {
    scopes.clear();
    default_scopes();
  }
  say(fmt::format("{} in {} loaded", vehicle_name(), scenario_name()));
}

void App::look_at_files() {
  if (!watch_.changed() || picker.loading) return;
  picker.changed = true;
  if (picker.reload_by_itself && !parameters().to_be_saved()) reload();
}

void App::drop(const std::string& file) {
  io::CaseRequest asked = request();
  try {
    switch (io::kind_of(file, io::description<link::LinkParams>())) {
      case io::FileKind::vehicle: asked.vehicle = file; break;
      case io::FileKind::scenario: asked.scenario = file; break;
      default: return say(file + ": is neither a vehicle nor a scenario", true);
    }
  } catch (const InputError& e) {
    picker.failure = e.what();
    show_panel("Car and scenario");
    return say(e.what(), true);
  }
  open(asked);
}

void App::close() {
  unless_unsaved("closing", [](App& app) { app.desk.quit = true; });
}

void App::unless_unsaved(const std::string& what, std::function<void(App&)> then) {
  if (!parameters().to_be_saved()) return then(*this);
  const auto save = [then](App& app) {
    if (app.save_vehicle(app.file_name)) then(app);
  };
  desk.question =
      Question{.text = fmt::format("{} edits of {} are not saved; {} would lose them.",
                                   parameters().unsaved().size(), vehicle_name(), what),
               .answers = {{"Save as " + file_name, save}, {"Lose them", then}, {"Stay", {}}}};
}

// ---- The window ---------------------------------------------------------------------------------

void App::show_panel(const std::string& name) {
  desk.closed.erase(name);
  desk.front = name;
}

void App::take_layout(const std::string& name) {
  const auto it = std::ranges::find(desk.layouts, name, &Layout::name);
  if (it == desk.layouts.end()) return say("no layout " + name, true);
  desk.wanted = *it;
  desk.layout_name = name;
  if (it->span > 0.0) span = it->span;
  if (follow) x_max = std::max(now().t, span), x_min = x_max - span;
  if (it->scopes.empty()) return;
  scopes.clear();
  for (const auto& signals : it->scopes) scopes.push_back({.signals = signals});
}

void App::read_settings(const std::string& folder) {
  namespace fs = std::filesystem;
  const auto guarded_read = [this](const std::string& file, auto&& use) {
    const io::FileText content = io::read_file(file);
    if (!content.error.empty()) return say(file + ": " + content.error, true);
    try {
      use(content.text);
    } catch (const InputError& e) {
      say(e.what(), true);
    }
  };
  const auto add = [this](Layout l) {
    const auto it = std::ranges::find(desk.layouts, l.name, &Layout::name);
    if (it == desk.layouts.end())
      desk.layouts.push_back(std::move(l));
    else
      *it = std::move(l);
  };
  for (const Shipped& l : shipped_layouts()) {
    Layout read = read_layout("layout " + std::string(l.name), l.text, desk.panels);
    if (read.scopes.empty())
      for (const Scope& s : scopes) read.scopes.push_back(s.signals);
    add(std::move(read));
  }
  std::error_code ec;
  if (folder.empty()) return;
  if (const std::string file = folder + "/keys.json"; fs::exists(file, ec))
    guarded_read(file, [&](const std::string& text) { read_keys(desk, file, text); });
  drive_keys.file = folder + "/driving_keys.json";
  if (fs::exists(drive_keys.file, ec))
    guarded_read(drive_keys.file,
                 [&](const std::string& text) { read_keys(drive_keys, drive_keys.file, text); });
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder + "/layouts", ec))
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  std::ranges::sort(files);
  for (const std::string& file : files)
    guarded_read(file, [&](const std::string& text) {
      Layout l = read_layout(file, text, desk.panels);
      l.name = io::stem(file);
      add(std::move(l));
    });
}

void App::save_layout(const Layout& layout, const std::string& folder) {
  namespace fs = std::filesystem;
  if (folder.empty()) return say("no folder for settings: HOME is not set", true);
  std::error_code ec;
  fs::create_directories(folder + "/layouts", ec);
  const auto text = [&] { return layout_text(layout); };
  if (!write(folder + "/layouts/" + layout.name + ".json", text, "layout")) return;
  const auto it = std::ranges::find(desk.layouts, layout.name, &Layout::name);
  if (it == desk.layouts.end())
    desk.layouts.push_back(layout);
  else
    *it = layout;
}

void App::save_keys(const std::string& folder) {
  namespace fs = std::filesystem;
  if (folder.empty()) return;
  std::error_code ec;
  fs::create_directories(folder, ec);
  write(
      folder + "/keys.json", [this] { return keys_text(desk); }, "keys");
}

void App::take_screenshot() {
  namespace fs = std::filesystem;
  std::error_code ec;
  for (int k = 1; k < 10000; ++k)
    if (const std::string file = fmt::format("evsim_{:03}.png", k); !fs::exists(file, ec)) {
      desk.screenshot = file;
      return;
    }
}

void App::write_results() {
  namespace fs = std::filesystem;
  if (recording_.valid()) return say("results are being written", true);
  if (!running_->linked_roles.empty())
    return say("a run with controllers outside can't be run again", true);
  std::string folder;
  std::error_code ec;
  for (int k = 1; folder.empty() || fs::exists(folder, ec); ++k)
    folder = fmt::format("results/{}/{}_{:03}", scenario_name(), vehicle_name(), k);
  std::vector<scenario::Event> events;
  for (const live::Logged& l : log()) events.push_back(l.event);
  recording_ = std::async(std::launch::async,
                          [loaded = running_->loaded, events, t = now().t, folder,
                           version = desk.version]() -> Message {
                            try {
                              const live::Rerun again = live::rerun(loaded.c, events, t);
                              io::write_results(folder, again.result, loaded.c,
                                                {.version = version,
                                                 .inputs = loaded.inputs,
                                                 .vehicle_origins = loaded.vehicle_origins,
                                                 .scenario_origins = loaded.scenario_origins,
                                                 .scheme = again.scheme});
                              return {t, "results written: " + folder + "/report.html", false};
                            } catch (const std::exception& e) {
                              return {t, e.what(), true};
                            }
                          });
}

// ---- Files and messages -------------------------------------------------------------------------

bool App::write(const std::string& file, const std::function<std::string()>& text,
                const char* what) {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (file.empty() || fs::equivalent(file, request().vehicle, ec) ||
      fs::equivalent(file, request().scenario, ec)) {
    say(file + ": name another file than the one that was loaded", true);
    return false;
  }
  try {
    io::replace_file(file, text());
    say(fmt::format("{} written: {}", what, file));
    return true;
  } catch (const InputError& e) {
    say(e.what(), true);
  } catch (const EnvironmentError& e) {
    say(e.what(), true);
  }
  return false;
}
bool App::save_vehicle(const std::string& file) {
  const bool written = write(
      file, [&] { return parameters().file_text(file); }, "vehicle");
  if (written) parameters().mark_saved();
  return written;
}
bool App::save_patch(const std::string& file) {
  const bool written = write(
      file, [&] { return parameters().patch_text(); }, "patch");
  if (written) parameters().mark_saved();
  return written;
}

void App::say(std::string text, bool error) {
  messages_.push_back({now().t, std::move(text), error});
  if (messages_.size() > kMessages) messages_.pop_front();
}

}  // namespace evsim::gui
