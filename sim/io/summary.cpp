#include "sim/io/summary.h"

#include <chrono>
#include <cmath>
#include <ctime>

#include "sim/base/sha256.h"
#include "sim/io/command_log.h"
#include "sim/io/markup.h"
#include "sim/io/parameters.h"

namespace evsim::io {
namespace {

constexpr double kJoulePerWh = 3600.0;

// JSON has no word for infinity and NaN: such a figure is left out.
void set_number(Json& object, std::string_view key, double x) {
  if (std::isfinite(x)) object.set(key, x);
}

void set_text(Json& object, std::string_view key, std::string_view text) {
  object.set(key, std::string_view(printable(text)));
}

Json limit_json(const scenario::Limit& limit, double value) {
  Json out = Json::object();
  set_number(out, "min", limit.min);
  set_number(out, "max", limit.max);
  set_text(out, "requirement", limit.id);
  out.set("verdict", name(judged(limit, value)));
  return out;
}

Json kpi_json(const Kpi& kpi) {
  Json out = Json::object();
  set_number(out, "value", kpi.value);
  set_text(out, "unit", kpi.unit);
  out.set("verdict", name(kpi.verdict));
  Json limits = Json::array();
  for (const scenario::Limit& l : kpi.limits) limits.items.push_back(limit_json(l, kpi.value));
  out.set("limits", std::move(limits));
  set_text(out, "description", kpi.doc);
  return out;
}

Json ledger_json(const ledger::Books& books) {
  Json out = Json::object();
  Json entries = Json::array();
  for (const ledger::Entry& e : books.entries) {
    Json entry = Json::object();
    set_text(entry, "name", e.name);
    entry.set("kind", name(e.kind));
    set_number(entry, "energy_J", e.energy);
    set_number(entry, "energy_Wh", e.energy / kJoulePerWh);
    entries.items.push_back(std::move(entry));
  }
  out.set("entries", std::move(entries));
  set_number(out, "residual_J", books.residual);
  set_number(out, "throughput_J", books.throughput);
  set_number(out, "residual_over_throughput", books.relative());
  return out;
}

Json inputs_json(const std::vector<InputFile>& inputs) {
  Json out = Json::array();
  for (const InputFile& file : inputs) {
    Json one = Json::object();
    set_text(one, "file", file.name);
    one.set("sha256", std::string_view(sha256(file.text)));
    out.items.push_back(std::move(one));
  }
  return out;
}

// The user's own controllers; the digests of their files are among the inputs.
Json controllers_json(const controller::Controllers& all) {
  Json out = Json::array();
  all.each([&]<class Role>(const controller::Controller<Role>& c) {
    const controller::About& about = c.about();
    Json one = Json::object();
    one.set("role", Role::kName);
    set_text(one, "library", about.library);
    set_text(one, "name", about.name);
    one.set("state", about.state_size > 0 ? "in the snapshot" : "its own: no snapshot is restored");
    if (std::same_as<Role, controller::MotorControl> && !all.drive_units.empty())
      set_text(one, "drive_units", all.drive_units);
    out.items.push_back(std::move(one));
  });
  return out;
}

Json provenance_json(const Case& input, const Provenance& provenance) {
  Json out = Json::object();
  set_text(out, "evsim", provenance.version);
  out.set("inputs", inputs_json(provenance.inputs));
  out.set("seed", static_cast<double>(input.scenario.seed));
  out.set("scheme", scheme_json(provenance.scheme, input.scenario.solver));
  set_number(out, "test_mass_kg", input.test_mass);
  const auto& own = input.controllers;
  if (own.any()) out.set("controllers", controllers_json(own));
  return out;
}

Json link_head(const LinkFigures& l) {
  Json out = Json::object();
  set_text(out, "role", l.role);
  if (!l.unit.empty()) set_text(out, "drive_unit", l.unit);
  set_text(out, "at", l.at);
  set_text(out, "controller", l.peer);
  return out;
}
Json frames_json(const std::vector<LinkFigures::Frames>& all) {
  Json out = Json::object();
  for (const auto& f : all) {
    Json one = Json::object();
    one.set("id", static_cast<double>(f.id));
    one.set("from", f.sent ? "simulator" : "controller");
    one.set("count", static_cast<double>(f.n));
    one.set("wrong", static_cast<double>(f.wrong));
    set_number(one, "cycle_time_s", f.cycle);
    set_number(one, "interval_least_s", f.least);
    set_number(one, "interval_mean_s", f.mean);
    set_number(one, "interval_most_s", f.most);
    out.set(printable(f.name), std::move(one));
  }
  return out;
}
Json links_json(const std::vector<LinkFigures>& links) {
  Json out = Json::array();
  for (const LinkFigures& l : links) {
    Json one = link_head(l);
    for (const auto& c : l.counts) one.set(c.name, static_cast<double>(c.n));
    if (!l.frames.empty()) one.set("frames", frames_json(l.frames));
    out.items.push_back(std::move(one));
  }
  return out;
}

Json late_json(const LinkFigures::Late& l) {
  Json out = Json::object();
  set_number(out, "t_s", l.t);
  set_number(out, "late_us", 1e6 * l.by);
  return out;
}
Json pace_json(const LinkFigures::Pace& p) {
  Json out = Json::object();
  set_number(out, "simulated_over_wall", p.pace);
  out.set("overruns", static_cast<double>(p.overruns));
  set_number(out, "slipped_s", p.slipped);
  if (p.first) out.set("first_overrun", late_json(*p.first));
  Json worst = Json::array();
  for (const auto& l : p.worst) worst.items.push_back(late_json(l));
  out.set("worst", std::move(worst));
  return out;
}
// Bins that hold something: where they end, and how many there are.
Json histogram_json(const Histogram& h) {
  Json out = Json::object();
  out.set("count", static_cast<double>(h.count()));
  constexpr std::pair<const char*, double> kShares[] = {
      {"p50_us", 0.5}, {"p99_us", 0.99}, {"p99_9_us", 0.999}};
  for (const auto& [name, share] : kShares) set_number(out, name, 1e6 * h.quantile(share));
  set_number(out, "max_us", 1e6 * h.max());
  set_number(out, "mean_us", 1e6 * h.mean());
  Json bins = Json::array();
  for (std::size_t k = 0; k < Histogram::kBins; ++k) {
    if (h.count(k) == 0) continue;
    Json bin = Json::object();
    set_number(bin, "below_us", 1e6 * Histogram::end(k));
    bin.set("count", static_cast<double>(h.count(k)));
    bins.items.push_back(std::move(bin));
  }
  out.set("bins", std::move(bins));
  return out;
}
Json link_times_json(const std::vector<LinkFigures>& links) {
  Json out = Json::array();
  for (const LinkFigures& l : links) {
    Json one = link_head(l);
    if (l.pace.pace > 0.0) one.set("pace", pace_json(l.pace));
    for (const auto& t : l.times)
      if (t.of.count() > 0) one.set(t.name, histogram_json(t.of));
    out.items.push_back(std::move(one));
  }
  return out;
}

Json parameters_json(const Case& input, const Provenance& provenance) {
  Json out = Json::object();
  out.set("vehicle", to_json(input.vehicle, provenance.vehicle_origins));
  out.set("scenario", to_json(input.scenario, provenance.scenario_origins));
  return out;
}

std::string_view method_name(Truth::Method method) {
  switch (method) {
    case Truth::Method::bdf: return "CVODE BDF";
    case Truth::Method::adams: return "CVODE Adams";
    case Truth::Method::adams_newton: return "CVODE Adams, Newton";
  }
  return "";
}

std::string utc(std::chrono::system_clock::time_point at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, n};
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::none: return "none";
    case Verdict::pass: return "pass";
    case Verdict::fail: return "fail";
  }
  return "";
}

std::string_view name(ledger::Kind kind) {
  switch (kind) {
    case ledger::Kind::external_in: return "external in";
    case ledger::Kind::intervention: return "intervention";
    case ledger::Kind::out: return "out";
    case ledger::Kind::loss: return "loss";
    case ledger::Kind::store_change: return "store change";
  }
  return "";
}

Verdict judged(const scenario::Limit& limit, double value) {
  return value >= limit.min && value <= limit.max ? Verdict::pass : Verdict::fail;
}

Json scheme_json(const Scheme& scheme, const scenario::Solver& solver) {
  Json out = Json::object();
  if (scheme.truth) {
    out.set("method", method_name(scheme.method));
    out.set("rtol", scheme.rtol);
    return out;
  }
  out.set("method", "fixed step");
  out.set("h_s", solver.h);
  out.set("lag_s", solver.lag);
  out.set("slow", static_cast<double>(solver.slow));
  out.set("creep", static_cast<double>(solver.creep));
  return out;
}

Json summary_json(const RunResult& result, const Case& input, const Provenance& provenance) {
  Json out = Json::object();
  out.set("format", kSummaryFormat);
  out.set("format_version", static_cast<double>(kSummaryVersion));
  set_text(out, "vehicle", result.vehicle);
  set_text(out, "scenario", result.scenario);
  out.set("verdict", name(result.verdict));
  out.set("end", evsim::name(result.end));
  out.set("interrupted", result.interrupted);
  if (!result.failure.empty()) set_text(out, "failure", result.failure);
  set_number(out, "t_end_s", result.t_end);
  out.set("steps", static_cast<double>(result.steps));
  Json kpis = Json::object();
  for (const Kpi& k : result.kpis) kpis.set(printable(k.name), kpi_json(k));
  out.set("kpis", std::move(kpis));
  out.set("ledger", ledger_json(result.books));
  if (!result.links.empty()) out.set("links", links_json(result.links));
  out.set("provenance", provenance_json(input, provenance));
  out.set("parameters", parameters_json(input, provenance));
  return out;
}

Json command_log_json(const std::vector<scenario::Event>& commands) {
  CommandLog log;
  log.commands = commands;
  return to_json(log);
}

Json timing_json(const RunResult& result) {
  Json out = Json::object();
  out.set("date", std::string_view(utc(std::chrono::system_clock::now())));
  set_number(out, "wall_s", result.wall_seconds);
  set_number(out, "cpu_s", result.cpu_seconds);
  if (result.wall_seconds > 0.0)
    set_number(out, "simulated_over_wall", result.t_end / result.wall_seconds);
  if (!result.links.empty()) out.set("links", link_times_json(result.links));
  return out;
}

}  // namespace evsim::io
