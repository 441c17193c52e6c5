#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/io/limit_text.h"
#include "sim/io/text.h"
#include "tools/evsim/print.h"
#include "tools/evsim/run_output.h"

namespace evsim::cli {
namespace {

using enum Align;
constexpr double kJoulePerWh = 3600.0;

Colour colour_of(const std::string& word) {
  if (word == "pass") return Colour::green;
  if (word == "fail" || word == "error") return Colour::red;
  return word == "interrupted" ? Colour::yellow : Colour::none;
}

std::string kpi_table(const RunResult& r) {
  Table t({left, right, left, left, left});
  t.row({"KPI", "value", "unit", "limit", "verdict"}, Colour::dim);
  for (const Kpi& k : r.kpis) {
    const std::string word = k.verdict == Verdict::none ? "" : verdict_word(k.verdict);
    t.row({k.name, figure(k.value), k.unit, io::limit_text(k), word},
          k.verdict == Verdict::fail ? Colour::red : Colour::none);
  }
  return t.text();
}

// ---- Energy: what gave it, what it went into ------------------------------------------------------

struct Share {
  std::string name;
  double energy;  // [J], >= 0
};
struct Balance {
  std::vector<Share> from, to;
  double given = 0.0;  // [J]
};
Balance balance(const ledger::Books& books) {
  using ledger::Kind;
  Balance b;
  for (const ledger::Entry& e : books.entries) {
    const bool into = e.kind == Kind::external_in || e.kind == Kind::intervention;
    const bool gives = into ? e.energy > 0.0 : e.energy < 0.0;
    (gives ? b.from : b.to).push_back({e.name, std::abs(e.energy)});
  }
  for (auto* side : {&b.from, &b.to})
    std::ranges::stable_sort(*side, std::greater{}, &Share::energy);
  for (const Share& s : b.from) b.given += s.energy;
  return b;
}

std::string energy_table(const ledger::Books& books) {
  const Balance b = balance(books);
  if (b.given == 0.0) return {};
  Table t({left, left, right, right});
  t.row({"Energy", "", "Wh", "%"}, Colour::dim);
  const auto add = [&](const char* word, const Share& s) {
    constexpr double kSmallest = 5e-5;  // shown as 0.0 %
    if (s.energy < kSmallest * b.given) return;
    t.row({word, s.name, fmt::format("{:.1f}", s.energy / kJoulePerWh),
           fmt::format("{:.1f}", 100.0 * s.energy / b.given)});
  };
  for (const Share& s : b.from) add("from", s);
  for (const Share& s : b.to) add("to", s);
  return t.text() + fmt::format("  residual {:.1e} of the energy moved\n", books.relative());
}

// ---- Verification ---------------------------------------------------------------------------------

// allowed: a power of ten.
std::string verdict_text(const std::string& what, double relative, double allowed) {
  const bool held = relative <= allowed;
  const double power = std::log10(allowed);
  return fmt::format("  {} {:.1e} ", what, relative) +
         coloured(held ? fmt::format("<= 1e{:.0f}: ok", power)
                       : fmt::format("> 1e{:.0f}: not verified", power),
                  held ? Colour::green : Colour::red) +
         "\n";
}

// The largest of them.
std::string state_table(const std::vector<StateDifference>& states) {
  constexpr std::size_t kShown = 5;
  if (states.empty()) return {};
  Table t({left, right, right, right, right, left});
  t.row({"States of the mechanics", "error", "range", "share", "at [s]", "unit"}, Colour::dim);
  for (std::size_t i = 0; i < std::min(states.size(), kShown); ++i) {
    const StateDifference& d = states[i];
    t.row({d.name, fmt::format("{:.1e}", d.largest), figure(d.range),
           fmt::format("{:.1e}", d.relative), figure(d.t), d.unit});
  }
  return "\n" + t.text() +
         verdict_text("largest error of a state, over its range", states.front().relative,
                      kVerifiedState);
}

std::string verification_table(const Outcome& o) {
  if (o.verification.kpis.empty()) return {};
  Table t({left, right, right, right, left});
  t.row({"Verified with SUNDIALS", "run", "truth", "difference", "unit"}, Colour::dim);
  for (const KpiDifference& d : o.verification.kpis)
    t.row({d.name, figure(d.a), figure(d.b), fmt::format("{:.1e}", d.relative), d.unit});
  std::string text = "\n" + t.text();
  if (const KpiDifference* energy = energy_difference(o.verification.kpis))
    text += verdict_text("energy difference", energy->relative, kVerifiedEnergy);
  return text + state_table(o.verification.states);
}

std::string failures(const Outcome& o) {
  std::string text;
  for (const Kpi& k : o.result.kpis)
    if (k.verdict == Verdict::fail)
      text += (text.empty() ? "" : ", ") + k.name + " " + figure(k.value) + " " + k.unit + " (" +
              io::limit_text(k) + ")";
  return text;
}

std::string kpi_figure(const Outcome& o, std::string_view name) {
  const auto it = std::ranges::find(o.result.kpis, name, &Kpi::name);
  return it == o.result.kpis.end() ? "-" : figure(it->value);
}

std::string heading(const Planned& p, const Outcome& o) {
  const std::string word = verdict_word(o);
  return coloured(p.loaded.c.scenario_name + " with " + p.loaded.c.vehicle_name, Colour::bold) +
         ": " + coloured(word == "none" ? "no limits" : word, colour_of(word));
}

}  // namespace

std::string verdict_word(Verdict v) {
  return v == Verdict::pass ? "pass" : v == Verdict::fail ? "fail" : "none";
}
std::string verdict_word(const Outcome& o) {
  if (!o.error.empty()) return "error";
  return o.result.interrupted ? "interrupted" : verdict_word(o.result.verdict);
}

std::string run_text(const Planned& p, const Outcome& o) {
  std::string text = heading(p, o);
  if (o.result.kpis.empty()) return text + "\n";
  text += fmt::format(", {} after {} s\n", name(o.result.end), figure(o.result.t_end));
  text += kpi_table(o.result) + "\n" + energy_table(o.result.books) + verification_table(o);
  if (!o.report.empty()) text += "\n  report: " + o.report + "\n";
  return text;
}

std::string matrix_text(const std::vector<Planned>& cases, const std::vector<Outcome>& outcomes) {
  Table t({left, left, left, right, right, right, right}, "");
  t.row({"scenario", "vehicle", "verdict", "Wh/km", "range km", "SOC %", "s"}, Colour::dim);
  std::string below;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& c = cases[i].loaded.c;
    const Outcome& o = outcomes[i];
    const std::string word = verdict_word(o);
    t.row({c.scenario_name, c.vehicle_name, word,
           kpi_figure(o, "energy_consumption_battery_Wh_per_km"), kpi_figure(o, "range_km"),
           kpi_figure(o, "SOC_end_percent"), kpi_figure(o, "duration_s")},
          word == "pass" || word == "none" ? Colour::none : colour_of(word));
    const std::string failed = failures(o), verified = verification_table(o);
    if (!failed.empty() || !verified.empty()) below += "\n" + heading(cases[i], o) + "\n";
    if (!failed.empty()) below += "  failed: " + failed + "\n";
    below += verified;
  }
  return t.text() + below;
}

}  // namespace evsim::cli
