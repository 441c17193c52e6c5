#include "gui/model/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "sim/base/errors.h"
#include "sim/io/output_folder.h"
#include "sim/io/text.h"

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
  u_dc = find("dc_link.u");
  if (!u_dc) u_dc = find("battery.u");
  session.port().pictures.fetch();
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
  auto next = std::make_unique<Running>(loaded, options_, by_hand_);
  if (std::ranges::equal(next->signals, signals(), {}, &Signal::path, &Signal::path))
    next->reference = std::make_unique<History>(std::move(running_->history));
  running_ = std::move(next);
  trigger.records.clear();
  show_record(*this, false);
  back_to.reset();
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
  port.samples.drain([this](const double* row) { running_->history.append(row); });
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
  update_machine();
}

void App::met(const live::Notice& n) {
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

void App::command(decltype(scenario::Event::command) command) {
  ask(live::Command{{.t = 0.0, .command = std::move(command)}});
}

void App::go_back(double t) {
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

void App::export_scopes(const std::string& file) { write(file, export_text(*this), "signals"); }

// ---- Files and messages -------------------------------------------------------------------------

void App::write(const std::string& file, const std::string& text, const char* what) {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (file.empty() || fs::equivalent(file, request().vehicle, ec))
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
