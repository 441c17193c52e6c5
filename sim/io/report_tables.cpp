#include "sim/io/report_tables.h"

#include <algorithm>
#include <cmath>

#include "sim/base/sha256.h"
#include "sim/io/markup.h"
#include "sim/io/parameters.h"
#include "sim/io/summary.h"
#include "sim/io/svg.h"

namespace evsim::io {
namespace {

constexpr double kJoulePerWh = 3600.0;

std::string cell(std::string_view text) { return "<td>" + escape(text) + "</td>"; }
std::string number_cell(std::string_view text) {
  return "<td class=\"n\">" + escape(text) + "</td>";
}
std::string code_cell(std::string_view text) {
  return "<td><code>" + escape(text) + "</code></td>";
}
std::string row(const std::string& cells) { return "<tr>" + cells + "</tr>\n"; }

// head: HTML of the header cells. A wide table scrolls in its own frame.
std::string table(const std::string& head, const std::string& rows) {
  return "<div class=\"frame\"><table>\n<thead><tr>" + head + "</tr></thead>\n<tbody>\n" + rows +
         "</tbody>\n</table></div>\n";
}

// "energy_consumption_battery_Wh_per_km" in Wh/km is "Energy consumption battery".
std::string title(const Kpi& k) {
  std::string out = k.name;
  for (const Unit& u : units())
    if (const std::string suffix = "_" + std::string(u.key);
        u.text == k.unit && out.ends_with(suffix))
      out.resize(out.size() - suffix.size());
  std::ranges::replace(out, '_', ' ');
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string quantity(const Kpi& k) {
  return escape(title(k)) + "<small>" + escape(k.doc) + " <code>" + escape(k.name) +
         "</code></small>";
}

std::string shown_unit(const std::string& unit) { return unit == "1" ? "" : unit; }

std::string limit_text(const scenario::Limit& l) {
  const bool low = std::isfinite(l.min), high = std::isfinite(l.max);
  if (low && high) return readable(l.min, 9) + " to " + readable(l.max, 9);
  if (low) return "\u2265 " + readable(l.min, 9);
  return high ? "\u2264 " + readable(l.max, 9) : "";
}

std::string limited_row(const Kpi& k, const scenario::Limit& l) {
  return row("<td>" + quantity(k) + "</td>" + number_cell(readable(k.value)) +
             cell(shown_unit(k.unit)) + number_cell(limit_text(l)) + cell(l.id) + "<td>" +
             badge(judged(l, k.value)) + "</td>");
}

// A number with its unit, and how the user would set it.
std::string parameter_row(const Parameter& p) {
  const std::string unit = p.unit == nullptr ? "" : shown_unit(std::string(p.unit->text));
  const std::string value = std::isfinite(p.value) ? readable(p.value, 8) : p.text;
  return row(code_cell(p.path) + number_cell(value) + cell(unit) + cell(p.doc) + cell(p.origin));
}

std::string parameter_table(const std::vector<Parameter>& all) {
  std::string rows;
  for (const Parameter& p : all) rows += parameter_row(p);
  return table(
      "<th>parameter</th><th class=\"n\">value</th><th>unit</th><th>meaning</th><th>from</th>",
      rows);
}

struct CommandRow {
  std::string operator()(const scenario::SetParameter& c) const {
    return cell("set parameter") + code_cell(c.path) +
           number_cell(c.value == kInfinity ? std::string(kUnlimited) : readable(c.value, 9));
  }
  std::string operator()(const scenario::SetState& c) const {
    return cell("set state") + code_cell(c.state) + number_cell(readable(c.value, 9));
  }
  std::string operator()(const scenario::Fault& c) const {
    using scenario::FaultKind;
    std::string what(enum_names(c.fault)[static_cast<std::size_t>(c.fault)]);
    const bool of_phase =
        c.fault >= FaultKind::open_upper && c.fault <= FaultKind::current_sensor_gain;
    if (of_phase) what += std::string(" ") + "abc"[static_cast<int>(c.phase)];
    return cell("fault") + code_cell(c.unit) + cell(what);
  }
  std::string operator()(const scenario::LinkFault& c) const {
    const std::string what(enum_names(c.fault)[static_cast<std::size_t>(c.fault)]);
    return cell("fault of a link") + code_cell(c.role) + cell(what);
  }
  std::string operator()(const scenario::Override& c) const {
    const std::string mode(enum_names(c.mode)[static_cast<std::size_t>(c.mode)]);
    return cell(mode) + code_cell(c.signal) + number_cell(readable(c.value, 9));
  }
};

std::string fact(std::string_view name, const std::string& value) {
  return "<tr><th scope=\"row\">" + escape(name) + "</th><td>" + escape(value) + "</td></tr>\n";
}

std::string scheme_text(const Scheme& scheme, const scenario::Solver& solver) {
  const Json json = scheme_json(scheme, solver);
  if (scheme.truth) return json.find("method")->text + ", rtol " + readable(scheme.rtol);
  return "fixed step, at most " + readable(solver.h) + " s, shorter after each instant";
}

}  // namespace

std::string badge(Verdict verdict) {
  const std::string word(name(verdict));
  return "<span class=\"badge " + word + "\">" + (verdict == Verdict::none ? "no limits" : word) +
         "</span>";
}

std::string kpi_tables(const RunResult& result) {
  std::string judged_rows, others;
  for (const Kpi& k : result.kpis) {
    for (const scenario::Limit& l : k.limits) judged_rows += limited_row(k, l);
    if (k.limits.empty())
      others += "<div><dt>" + quantity(k) + "</dt><dd>" + escape(readable(k.value)) + " <span>" +
                escape(shown_unit(k.unit)) + "</span></dd></div>\n";
  }
  std::string out;
  if (!judged_rows.empty())
    out += table(
        "<th>requirement on</th><th class=\"n\">value</th><th>unit</th><th class=\"n\">limit</th>"
        "<th>id</th><th>verdict</th>",
        judged_rows);
  if (!others.empty()) out += "<dl class=\"figures\">\n" + others + "</dl>\n";
  return out;
}

std::string ledger_table(const ledger::Books& books) {
  std::string rows;
  for (const ledger::Entry& e : books.entries)
    rows += row(cell(e.name) + cell(name(e.kind)) +
                number_cell(svg::tick_label(e.energy / kJoulePerWh, 1e-3)) +
                number_cell(svg::tick_label(e.energy / 1000.0, 1e-3)) +
                number_cell(svg::tick_label(100.0 * e.energy / books.throughput, 1e-3)));
  const std::string residual =
      "<td>residual</td><td>in + intervention - out - loss - store change</td>" +
      number_cell(readable(books.residual / kJoulePerWh, 3)) +
      number_cell(readable(books.residual / 1000.0, 3)) +
      number_cell(readable(100.0 * books.residual / books.throughput, 3));
  return table(
      "<th>entry</th><th>kind</th><th class=\"n\">energy [Wh]</th><th class=\"n\">[kJ]</th>"
      "<th class=\"n\">of throughput [%]</th>",
      rows + "<tr class=\"sum\">" + residual + "</tr>\n");
}

std::string command_table(const std::vector<scenario::Event>& log) {
  std::string rows;
  for (const scenario::Event& e : log)
    rows += row(number_cell(readable(e.t, 9)) + std::visit(CommandRow{}, e.command));
  return table("<th class=\"n\">t [s]</th><th>command</th><th>of</th><th class=\"n\">value</th>",
               rows);
}

std::string provenance_table(const RunResult& result, const Case& input,
                             const Provenance& provenance) {
  std::string out = "<table class=\"facts\"><tbody>\n" + fact("evsim", provenance.version) +
                    fact("integration", scheme_text(provenance.scheme, input.scenario.solver)) +
                    fact("steps", std::to_string(result.steps)) +
                    fact("seed", std::to_string(input.scenario.seed)) +
                    fact("test mass", readable(input.test_mass, 6) + " kg") + "</tbody></table>\n";
  std::string rows;
  for (const InputFile& file : provenance.inputs)
    rows += row(cell(file.name) + code_cell(sha256(file.text)));
  if (!rows.empty()) out += table("<th>input file</th><th>SHA-256</th>", rows);
  return out;
}

std::string parameter_tables(const Case& input, const Provenance& provenance) {
  return "<details><summary>Vehicle parameters</summary>\n" +
         parameter_table(parameters(input.vehicle, provenance.vehicle_origins)) +
         "</details>\n<details><summary>Scenario parameters</summary>\n" +
         parameter_table(parameters(input.scenario, provenance.scenario_origins)) + "</details>\n";
}

}  // namespace evsim::io
