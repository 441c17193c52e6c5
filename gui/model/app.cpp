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

}  // namespace

App::App(const io::LoadedCase& loaded, bool by_hand, const live::Options& options)
    : parameters(loaded),
      machine(by_hand),
      vehicle_file_(loaded.request.vehicle),
      vehicle_name_(loaded.c.vehicle_name),
      scenario_name_(loaded.c.scenario_name),
      T_machine_(loaded.c.scenario.initial.T_machine),
      running_(loaded.c, options, by_hand),
      signals_(with_units(running_.session.signals())),
      history_(signals_.size(), kRows) {
  for (std::size_t i = 0; i < signals_.size(); ++i) places_.emplace(signals_[i].path, i);
  const auto& all = loaded.c.vehicle.drive_units;
  for (int k = 0; k < all.size(); ++k) {
    const auto of = [&](const char* name) {
      return find("drive_units." + all.name(k) + "." + name);
    };
    units_.push_back({.name = all.name(k),
                      .omega = of("omega"),
                      .tau = of("tau"),
                      .i_d = of("i_d"),
                      .i_q = of("i_q"),
                      .i_d_ref = of("i_d_ref"),
                      .i_q_ref = of("i_q_ref"),
                      .T_winding = of("T_winding"),
                      .reason = of("control_reason")});
  }
  u_dc_ = find("dc_link.u");
  if (!u_dc_) u_dc_ = find("battery.u");
  file_name = "tuned.json";
  default_scopes();
  update();
}

std::optional<std::size_t> App::find(std::string_view path) const {
  const auto it = places_.find(path);
  if (it == places_.end()) return {};
  return it->second;
}

double App::value(std::size_t signal) const {
  return from_si(*signals_[signal].unit, now().values[signal]);
}
std::optional<double> App::value(std::optional<std::size_t> signal) const {
  if (!signal) return {};
  return value(*signal);
}

void App::default_scopes() {
  const auto scope = [this](std::initializer_list<std::string> paths) {
    Scope s;
    for (const std::string& path : paths)
      if (const auto at = find(path)) s.signals.push_back(*at);
    if (!s.signals.empty()) scopes.push_back(std::move(s));
  };
  const std::string first = units_.empty() ? "" : "drive_units." + units_.front().name + ".";
  scope({"driver.v_ref", "body.v"});
  scope({first + "tau"});
  const bool dq = find(first + "i_d").has_value();
  if (dq) scope({first + "i_d", first + "i_q"});
  if (!dq) scope({"battery.p", "body.p_wheel"});
  scope({"battery.u"});
}

// ---- From the simulation ------------------------------------------------------------------------

void App::update() {
  live::Session& s = running_.session;
  s.pictures().fetch();
  s.samples().drain([this](const double* row) { history_.append(row); });
  s.notices().drain([this](const live::Notice& n) { met(n); });
  factors_.push_back(static_cast<float>(now().real_time_factor));
  if (factors_.size() > kFactors) factors_.erase(factors_.begin());
  if (follow) {
    x_max = std::max(now().t, span);
    x_min = x_max - span;
  }
  update_machine();
}

void App::met(const live::Notice& n) {
  const auto it = sent_.find(n.id);
  if (it != sent_.end()) {
    parameters.took(it->second.parameter, it->second.value, !n.refused.empty());
    sent_.erase(it);
  }
  if (!n.refused.empty()) say(n.refused, true);
}

void App::update_machine() {
  if (units_.empty()) return;
  unit = std::clamp(unit, 0, static_cast<int>(units_.size()) - 1);
  const UnitSignals& u = units_[static_cast<std::size_t>(unit)];
  const auto si = [this](std::optional<std::size_t> at, double otherwise) {
    const double x = at ? now().values[*at] : otherwise;
    return std::isfinite(x) ? x : otherwise;
  };
  machine.update(parameters.vehicle(), {.unit = unit,
                                        .version = parameters.version(),
                                        .u_dc = si(u_dc_, 0.0),
                                        .T = si(u.T_winding, T_machine_),
                                        .omega = si(u.omega, 0.0)});
}

// ---- To the simulation --------------------------------------------------------------------------

void App::ask(live::Ask what) {
  if (running_.session.ask(std::move(what)) == 0)
    say("the simulation takes no more requests for now", true);
}
void App::pause() { ask(live::Pause{}); }
void App::resume() { ask(live::Resume{}); }
void App::step(int n) { ask(live::Steps{n}); }
void App::set_pace(double factor) { ask(live::Pace{factor}); }

void App::go_back(double t) {
  ask(live::GoBack{t});
  for (const std::size_t i : parameters.touched()) send(i);
}

void App::send(std::size_t parameter) {
  const Parameter& p = parameters.all()[parameter];
  const scenario::SetParameter set{.path = p.keyed, .value = p.value};
  const std::uint64_t id = running_.session.ask(live::Command{{.t = 0.0, .command = set}});
  if (id == 0) return say("the simulation takes no more requests for now", true);
  sent_[id] = {parameter, p.value};
}

void App::set_parameter(std::size_t parameter, double value) {
  const std::string refused = parameters.set(parameter, value);
  if (!refused.empty()) return say(refused, true);
  send(parameter);
}

void App::undo() {
  if (const auto c = parameters.undo()) send(c->parameter);
}
void App::redo() {
  if (const auto c = parameters.redo()) send(c->parameter);
}

// ---- Files and messages -------------------------------------------------------------------------

void App::write(const std::string& file, const std::string& text, const char* what) {
  namespace fs = std::filesystem;
  std::error_code ec;
  if (file.empty() || fs::equivalent(file, vehicle_file_, ec))
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
  write(file, parameters.file_text(file), "vehicle");
}
void App::save_patch(const std::string& file) { write(file, parameters.patch_text(), "patch"); }

void App::say(std::string text, bool error) {
  messages_.push_back({now().t, std::move(text), error});
  if (messages_.size() > kMessages) messages_.pop_front();
}

}  // namespace evsim::gui
