#include <cmath>

#include "sim/io/json_tree.h"
#include "sim/io/limit_text.h"
#include "tools/evsim/run_output.h"

namespace evsim::cli {
namespace {

using io::Json;
constexpr double kJoulePerWh = 3600.0;

Json number(double x) { return std::isfinite(x) ? Json::from(x) : Json::of(Json::Kind::null); }

Json limit_json(const Kpi& kpi) {
  if (kpi.limits.empty()) return Json::of(Json::Kind::null);
  const io::Bounds b = io::bounds(kpi);
  Json out = Json::object();
  out.set("min", number(b.min));
  out.set("max", number(b.max));
  return out;
}

Json kpis_json(const std::vector<Kpi>& kpis) {
  Json out = Json::object();
  for (const Kpi& k : kpis) {
    Json& one = out.set(k.name, Json::object());
    one.set("value", number(k.value));
    one.set("unit", std::string_view(k.unit));
    one.set("limit", limit_json(k));
    one.set("verdict", std::string_view(verdict_word(k.verdict)));
  }
  return out;
}

std::string_view kind_word(ledger::Kind kind) {
  switch (kind) {
    case ledger::Kind::external_in: return "external in";
    case ledger::Kind::intervention: return "intervention";
    case ledger::Kind::out: return "out";
    case ledger::Kind::loss: return "loss";
    case ledger::Kind::store_change: return "store change";
  }
  return "";
}

Json ledger_json(const ledger::Books& books) {
  Json out = Json::object();
  Json& entries = out.set("entries", Json::array());
  for (const ledger::Entry& e : books.entries) {
    Json one = Json::object();
    one.set("name", std::string_view(e.name));
    one.set("kind", kind_word(e.kind));
    one.set("energy_Wh", number(e.energy / kJoulePerWh));
    entries.items.push_back(std::move(one));
  }
  out.set("throughput_Wh", number(books.throughput / kJoulePerWh));
  out.set("residual_over_throughput", number(books.relative()));
  return out;
}

Json timing_json(const RunResult& r) {
  Json out = Json::object();
  out.set("wall_s", number(r.wall_seconds));
  out.set("cpu_s", number(r.cpu_seconds));
  out.set("steps", static_cast<double>(r.steps));
  return out;
}

Json verification_json(const Verification& v) {
  Json out = Json::object();
  for (const KpiDifference& d : v.kpis) {
    Json& one = out.set(d.name, Json::object());
    one.set("run", number(d.a));
    one.set("truth", number(d.b));
    one.set("relative", number(d.relative));
  }
  return out;
}
Json state_differences_json(const Verification& v) {
  Json out = Json::object();
  for (const StateDifference& d : v.states) {
    Json& one = out.set(d.name, Json::object());
    one.set("unit", std::string_view(d.unit));
    one.set("largest", number(d.largest));
    one.set("range", number(d.range));
    one.set("relative", number(d.relative));
    one.set("t_s", number(d.t));
  }
  return out;
}

Json run_json(const Case& c, const Outcome& o) {
  Json out = Json::object();
  out.set("scenario", std::string_view(c.scenario_name));
  out.set("vehicle", std::string_view(c.vehicle_name));
  out.set("verdict", std::string_view(verdict_word(o)));
  if (!o.error.empty()) out.set("error", std::string_view(o.error));
  out.set("kpis", kpis_json(o.result.kpis));
  out.set("ledger", o.result.kpis.empty() ? Json::object() : ledger_json(o.result.books));
  out.set("timing", timing_json(o.result));
  if (!o.verification.kpis.empty()) out.set("verification", verification_json(o.verification));
  if (!o.verification.states.empty())
    out.set("verification_of_states", state_differences_json(o.verification));
  return out;
}

}  // namespace

std::string runs_json(const std::vector<Planned>& cases, const std::vector<Outcome>& outcomes) {
  Json all = Json::object();
  Json& runs = all.set("runs", Json::array());
  for (std::size_t i = 0; i < cases.size(); ++i)
    runs.items.push_back(run_json(cases[i].loaded.c, outcomes[i]));
  return io::to_text(all);
}

}  // namespace evsim::cli
