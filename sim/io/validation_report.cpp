#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/io/markup.h"
#include "sim/io/report_assets.h"
#include "sim/io/report_tables.h"
#include "sim/io/validation.h"
#include "sim/io/validation_charts.h"

namespace evsim::io {
namespace {

std::string note(const std::string& text) {
  return text.empty() ? text : "<p class=\"note\">" + escape(text) + "</p>\n";
}
std::string percent(double x) { return std::isnan(x) ? "-" : fmt::format("{:.1f}", 100.0 * x); }
std::string signed_percent(double x) {
  const double tenths = std::round(1000.0 * x) + 0.0;  // no -0
  return std::isnan(x) ? "-" : fmt::format("{:+.1f}", 0.1 * tenths);
}
std::string plain_percent(double x) { return readable(100.0 * x, 6); }
std::string bound(double most) { return most == kInfinity ? "" : "\u2264 " + plain_percent(most); }
std::string number_cell(const std::string& text) {
  return "<td class=\"n\">" + escape(text) + "</td>";
}
std::string cell(const std::string& text) { return "<td>" + escape(text) + "</td>"; }
std::string table(const std::string& head, const std::string& rows) {
  return "<div class=\"frame\"><table>\n<thead><tr>" + head + "</tr></thead>\n<tbody>\n" + rows +
         "</tbody>\n</table></div>\n";
}

// ---- Header and summary -------------------------------------------------------------------------

std::string header(const Validation& v) {
  std::size_t figures = 0;
  int counted = 0;
  for (const KindResult& k : v.kinds) {
    figures += k.comparisons.size();
    counted += k.cars;
  }
  return "<header>\n<div><h1>Against published figures</h1>\n<p class=\"subtitle\">" +
         escape(v.file) + "</p>\n" +
         note(std::to_string(figures) + " figures, " + std::to_string(counted) + " of them count" +
              (v.interrupted ? "; interrupted" : "")) +
         "</div>\n<div class=\"verdict\">" + badge(v.verdict()) + "</div>\n</header>\n";
}

std::string summary_row(const KindResult& k) {
  return "<tr><td><b>" + escape(k.kind.name) + "</b></td>" + number_cell(std::to_string(k.cars)) +
         number_cell(percent(k.mean_error)) + number_cell(bound(k.kind.mean_error_max)) +
         number_cell(percent(k.largest_error)) + number_cell(bound(k.kind.error_max)) +
         cell(k.largest_car) + "<td>" + badge(k.verdict()) + "</td></tr>\n";
}
std::string summary(const Validation& v) {
  std::string rows;
  for (const KindResult& k : v.kinds) rows += summary_row(k);
  return "<section id=\"summary\">\n<h2>All kinds</h2>\n" +
         note(
             "Error: ours over published, less 1. Of each car one figure of a kind counts; the "
             "mean and the largest are of its size.") +
         table(
             "<th>figure</th><th class=\"n\">cars</th><th class=\"n\">mean |error| %</th>"
             "<th class=\"n\">bound</th><th class=\"n\">largest %</th><th class=\"n\">bound</th>"
             "<th>of</th><th>verdict</th>",
             rows) +
         "</section>\n";
}

// ---- All errors at a glance: a row a car, a column a kind -----------------------------------------

std::string look(const Comparison& c) {
  if (c.mark == Mark::broken || c.mark == Mark::missing) return " fail";
  return c.mark == Mark::explained || c.mark == Mark::unexplained ? " warn" : "";
}
std::string error_cell(const KindResult& k, const std::string& car) {
  const auto c = std::ranges::find_if(
      k.comparisons, [&](const Comparison& x) { return x.car == car && x.counts; });
  if (c == k.comparisons.end()) return "<td></td>";
  return "<td class=\"n" + look(*c) + "\">" + escape(signed_percent(c->error())) + "</td>";
}
std::string matrix(const Validation& v) {
  std::map<int, const Comparison*> cars;  // in the file's order
  for (const KindResult& k : v.kinds)
    for (const Comparison& c : k.comparisons) cars.emplace(c.number, &c);
  std::string head = "<th>car</th>", rows;
  for (const KindResult& k : v.kinds)
    head += "<th class=\"n kind\">" + escape(k.kind.name) + "</th>";
  for (const auto& [number, one] : cars) {
    rows += "<tr><td class=\"car\">" + escape(one->label) + "</td>";
    for (const KindResult& k : v.kinds) rows += error_cell(k, one->car);
    rows += "</tr>\n";
  }
  return "<section id=\"cars\">\n<h2>All cars: error [%]</h2>\n" + table(head, rows) +
         "</section>\n";
}

// ---- A kind -------------------------------------------------------------------------------------

std::string mark_badge(const Comparison& c, const published::Kind& kind) {
  if (!c.counts) return kind.has_bounds() ? "not scored" : "";
  if (c.mark == Mark::none) return {};
  const char* look = c.mark == Mark::ok ? "pass" : "fail";
  if (c.mark == Mark::explained || c.mark == Mark::unexplained) look = "warn";
  return "<span class=\"badge " + std::string(look) + "\">" + std::string(name(c.mark)) + "</span>";
}

std::string small(const std::string& before, const std::string& text) {
  return text.empty() ? text : "<small>" + escape(before + text) + "</small>";
}
std::string figure_row(const Comparison& c, const KindResult& k) {
  std::string sets;
  for (const std::string& s : c.figure.set) sets += (sets.empty() ? "" : ", ") + s;
  return std::string(c.counts ? "<tr>" : "<tr class=\"other\">") + "<td>" + escape(c.label) +
         small("with ", sets) + "</td>" + number_cell(readable(c.ours, 4)) +
         number_cell(readable(c.figure.value, 6)) + number_cell(signed_percent(c.error())) +
         "<td>" + mark_badge(c, k.kind) + "</td><td>" + escape(c.consists_of.text) +
         small("", c.remark) + "</td><td>" + escape(c.figure.source) + small("", c.figure.note) +
         small("Explained: ", c.figure.explained) + "</td></tr>\n";
}
std::string figures_table(const KindResult& k) {
  std::string rows;
  for (const Comparison& c : k.comparisons) rows += figure_row(c, k);
  return table(
      "<th>car</th><th class=\"n\">ours</th><th class=\"n\">published</th>"
      "<th class=\"n\">error %</th><th></th><th>consists of</th><th>source</th>",
      rows);
}

std::string swatch(const std::string& look, const std::string& text) {
  return "<span class=\"swatch\"><i class=\"" + look + "\"></i>" + escape(text) + "</span> ";
}
std::string figure(const std::string& drawing, const std::string& legend) {
  if (drawing.empty()) return {};
  return "<figure class=\"chart\">" + drawing + "<figcaption>" + legend +
         "</figcaption></figure>\n";
}
std::string error_legend(const KindResult& k) {
  std::string out = swatch("round", "counts");
  if (k.kind.error_note < kInfinity)
    out += swatch("round odd", "above " + plain_percent(k.kind.error_note) + " %, to be explained");
  if (k.kind.error_max < kInfinity)
    out += swatch("round fail", "above " + plain_percent(k.kind.error_max) + " %, broken");
  return out + swatch("round other", "another source") + "right: ours / published [" +
         escape(k.unit) + "]";
}
std::string energy_legend(const KindResult& k) {
  const auto with_parts = std::ranges::find_if(
      k.comparisons, [](const Comparison& c) { return !c.consists_of.parts.empty(); });
  if (with_parts == k.comparisons.end()) return {};
  std::string out;
  const std::vector<Amount>& parts = with_parts->consists_of.parts;
  for (std::size_t i = 0; i < parts.size(); ++i)
    out += swatch("p" + std::to_string(i), parts[i].name);
  return out + swatch("mark", "published") + "in the bars: percent";
}

std::string kind_section(const KindResult& k) {
  return "<section id=\"" + escape(k.key) + "\">\n<h2>" +
         escape(k.kind.name + " [" + k.unit + "]") + "</h2>\n" + note(k.kind.note) +
         "<p class=\"note\"><code>" + escape(k.kind.kpi) + "</code> of <code>" +
         escape(k.kind.scenario.path) + "</code></p>\n" + figure(error_chart(k), error_legend(k)) +
         figure(energy_chart(k), energy_legend(k)) + figures_table(k) + "</section>\n";
}

}  // namespace

std::string validation_html(const Validation& v) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Against published "
      "figures</title>\n<style>\n" +
      std::string(assets::style()) + std::string(assets::validation_style()) +
      "</style>\n</head>\n<body>\n" + header(v) + summary(v) + matrix(v);
  for (const KindResult& k : v.kinds) out += kind_section(k);
  return out + "<footer>evsim " + escape(v.version) + "</footer>\n</body>\n</html>\n";
}

}  // namespace evsim::io
