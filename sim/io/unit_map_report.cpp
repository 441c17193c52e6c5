#include "sim/io/unit_map_report.h"

#include <algorithm>
#include <filesystem>
#include <functional>

#include "sim/io/current_plane.h"
#include "sim/io/files.h"
#include "sim/io/json_tree.h"
#include "sim/io/markup.h"
#include "sim/io/output_folder.h"
#include "sim/io/problems.h"
#include "sim/io/report_assets.h"
#include "sim/io/text.h"
#include "sim/io/unit_map_charts.h"

namespace evsim::io {
namespace {

using unit_map::Map;
using unit_map::Point;

constexpr char kFormat[] = "evsim unit map";
constexpr int kVersion = 1;
constexpr char kJsonFile[] = "map.json";

double shown(Dim dim, double si) { return from_si(display_unit(dim), si); }

// A column of the table: name with unit, and its value in that unit.
struct CsvColumn {
  const char* name;
  std::function<double(const Map&, const Point&)> value;
};
const std::vector<CsvColumn>& csv_columns() {
  const auto of = [](double (*value)(const Point&)) {
    return [value](const Map&, const Point& p) { return value(p); };
  };
  static const std::vector<CsvColumn> all{
      {"u_dc [V]", [](const Map& m, const Point&) { return m.conditions.u_dc; }},
      {"T_machine [degC]",
       [](const Map& m, const Point&) {
         return from_si(*find_unit(Dim::temperature, "degC"), m.conditions.T_machine);
       }},
      {"omega [rpm]",
       of([](const Point& p) { return from_si(*find_unit(Dim::angular_speed, "rpm"), p.omega); })},
      {"tau [Nm]", of([](const Point& p) { return p.tau(); })},
      {"p_mechanical [W]", of([](const Point& p) { return p.p_mechanical(); })},
      {"efficiency_machine [1]",
       of([](const Point& p) { return unit_map::efficiencies(p).machine; })},
      {"efficiency_inverter [1]",
       of([](const Point& p) { return unit_map::efficiencies(p).inverter; })},
      {"efficiency [1]", of([](const Point& p) { return unit_map::efficiencies(p).both; })},
      {"p_stator_copper [W]", of([](const Point& p) { return p.machine.losses.stator; })},
      {"p_rotor_copper [W]", of([](const Point& p) { return p.machine.losses.rotor; })},
      {"p_iron [W]", of([](const Point& p) { return p.machine.losses.iron; })},
      {"p_friction [W]", of([](const Point& p) { return p.machine.losses.friction; })},
      {"p_conduction [W]", of([](const Point& p) { return p.inverter.conduction; })},
      {"p_switching [W]", of([](const Point& p) { return p.inverter.switching; })},
      {"p_fixed [W]", of([](const Point& p) { return p.inverter.fixed; })},
      {"i_d [A peak]", of([](const Point& p) { return p.machine.i.d; })},
      {"i_q [A peak]", of([](const Point& p) { return p.machine.i.q; })},
      {"i_f [A]", of([](const Point& p) { return p.machine.i_f; })},
      {"u_d [V]", of([](const Point& p) { return p.machine.u.d; })},
      {"u_q [V]", of([](const Point& p) { return p.machine.u.q; })}};
  return all;
}

// ---- JSON ---------------------------------------------------------------------------------------

Json numbers(const std::vector<double>& x) {
  Json out = Json::array();
  for (const double v : x) out.items.push_back(Json::from(v));
  return out;
}
template <class Value> Json of_rows(const Map& m, Value value) {
  std::vector<double> x;
  for (const unit_map::Row& r : m.rows) x.push_back(value(r));
  return numbers(x);
}
Json envelope_json(const Map& m) {
  Json out = Json::object();
  const Unit& rpm = *find_unit(Dim::angular_speed, "rpm");
  out.set("omega_rpm", of_rows(m, [&](const auto& r) { return from_si(rpm, r.omega); }));
  out.set("tau_max_Nm", of_rows(m, [](const auto& r) { return r.tau_max(); }));
  out.set("tau_min_Nm", of_rows(m, [](const auto& r) { return r.tau_min(); }));
  return out;
}
Json locus_json(const unit_map::Locus& l) {
  Json out = Json::object();
  if (l.omega != 0.0) out.set("omega_rpm", from_si(*find_unit(Dim::angular_speed, "rpm"), l.omega));
  std::vector<double> d, q;
  for (const Dq<double>& i : l.i) {
    d.push_back(i.d);
    q.push_back(i.q);
  }
  out.set("i_d_A_peak", numbers(d));
  out.set("i_q_A_peak", numbers(q));
  return out;
}
Json loci_json(const unit_map::Loci& l) {
  Json out = Json::object();
  out.set("mtpa", locus_json(l.mtpa));
  out.set("mtpv", locus_json(l.mtpv));
  out.set("most_torque", locus_json(l.envelope));
  out.set("current_circle", locus_json(l.circle));
  Json& ellipses = out.set("voltage_limits", Json::array());
  for (const unit_map::Locus& e : l.ellipses) ellipses.items.push_back(locus_json(e));
  Json& torques = out.set("constant_torques", Json::array());
  for (const unit_map::Loci::Torque& t : l.torques) {
    Json& line = torques.items.emplace_back(locus_json({0.0, t.i}));
    line.set("tau_em_Nm", t.tau);
  }
  return out;
}
Json best_json(const Map& m, Of of) {
  Json out = Json::object();
  for (const bool motoring : {true, false}) {
    const Best b = best(m, of, motoring);
    Json& one = out.set(motoring ? "motoring" : "generating", Json::object());
    one.set("efficiency", b.efficiency);
    one.set("omega_rpm", from_si(*find_unit(Dim::angular_speed, "rpm"), b.omega));
    one.set("tau_Nm", b.tau);
  }
  return out;
}
Json map_json(const Map& m) {
  Json out = Json::object();
  out.set("u_dc_V", m.conditions.u_dc);
  out.set("T_machine_degC", from_si(*find_unit(Dim::temperature, "degC"), m.conditions.T_machine));
  out.set("u_max_V", m.u_max);
  Json& bests = out.set("best", Json::object());
  bests.set("machine", best_json(m, Of::machine));
  bests.set("inverter", best_json(m, Of::inverter));
  bests.set("both", best_json(m, Of::both));
  out.set("envelope", envelope_json(m));
  out.set("loci", loci_json(m.loci));
  return out;
}

bool holds_map(const std::string& folder) {
  const FileText file = read_file((std::filesystem::path(folder) / kJsonFile).string());
  Problems problems;
  const auto json = file.error.empty() ? parse_json(kJsonFile, file.text, problems) : std::nullopt;
  if (!json || !json->is_object()) return false;
  return std::ranges::any_of(json->items,
                             [](const Json& j) { return j.key == "format" && j.text == kFormat; });
}

// ---- HTML ---------------------------------------------------------------------------------------

std::string number_cell(const std::string& text) {
  return "<td class=\"n\">" + escape(text) + "</td>";
}
std::string best_cells(const Map& m, Of of, bool motoring) {
  const Best b = best(m, of, motoring);
  return number_cell(readable(100.0 * b.efficiency, 4)) +
         number_cell(readable(shown(Dim::angular_speed, b.omega), 4)) +
         number_cell(readable(b.tau, 4));
}
std::string summary(const UnitMap& all) {
  std::string rows;
  for (const Map& m : all.maps)
    for (const auto& [of, name] :
         {std::pair{Of::machine, "machine"}, std::pair{Of::inverter, "inverter"},
          std::pair{Of::both, "both"}})
      rows += "<tr><td>" + escape(readable(m.conditions.u_dc) + " V") + "</td><td>" + name +
              "</td>" + best_cells(m, of, true) + best_cells(m, of, false) + "</tr>\n";
  return "<section>\n<h2>Best efficiency</h2>\n<div "
         "class=\"frame\"><table>\n<thead><tr><th>u_dc</th>"
         "<th>of</th><th class=\"n\">motoring %</th><th class=\"n\">rpm</th><th class=\"n\">Nm</th>"
         "<th class=\"n\">generating %</th><th class=\"n\">rpm</th><th "
         "class=\"n\">Nm</th></tr></thead>"
         "\n<tbody>\n" +
         rows + "</tbody>\n</table></div>\n</section>\n";
}

std::string figure(const std::string& drawing, const std::string& caption) {
  return "<figure class=\"efficiency\">" + drawing + "<figcaption>" + escape(caption) +
         "</figcaption></figure>\n";
}
std::string fields(const Map& m, const machine::Envelope<double>& e,
                   std::span<const charts::Field> which) {
  std::string out, constant;
  for (const charts::Field& f : which) {
    if (const auto all = charts::constant(m, f))
      constant += (constant.empty() ? "" : "; ") + std::string(f.title) + ": " + readable(*all) +
                  " everywhere";
    else
      out += figure(charts::field(m, e, f), f.title);
  }
  if (!constant.empty()) constant = "<p class=\"note\">" + escape(constant) + "</p>\n";
  return "<div class=\"maps\">\n" + out + "</div>\n" + constant;
}
std::string section_of(const Map& m, const UnitMap& all) {
  const auto& e = all.params.machine.envelope;
  return "<section>\n<h2>" + escape("At " + readable(m.conditions.u_dc) + " V") +
         "</h2>\n<p class=\"note\">Solid line: what machine and control can give; dashed: the "
         "envelope of the vehicle file.</p>\n" +
         fields(m, e, charts::efficiencies()) + "<h3>Losses</h3>\n" +
         fields(m, e, charts::losses()) + "<h3>Currents</h3>\n<div class=\"maps\">\n" +
         figure(current_plane_svg(m.loci, {}), current_plane_legend(m.loci)) +
         "</div>\n</section>\n";
}

std::string header(const UnitMap& m) {
  const double T =
      from_si(*find_unit(Dim::temperature, "degC"), m.maps.front().conditions.T_machine);
  return "<header>\n<div><h1>" + escape("Drive unit " + m.unit) + "</h1>\n<p class=\"subtitle\">" +
         escape(m.file) + "</p>\n<p class=\"note\">" +
         escape("Machine at " + readable(T) + " degC, least current, voltage planned with k_u = " +
                readable(m.params.control.k_u) + ".") +
         "</p></div>\n</header>\n";
}

}  // namespace

Best best(const Map& m, Of of, bool motoring) {
  Best out;
  for (const unit_map::Row& r : m.rows)
    for (const Point& p : r.points) {
      if (r.omega < 0.0) continue;
      const auto e = unit_map::efficiencies(p);
      const double x = of == Of::machine ? e.machine : of == Of::inverter ? e.inverter : e.both;
      if ((p.p_mechanical() > 0.0) == motoring && x > out.efficiency) out = {x, p.omega, p.tau()};
    }
  return out;
}

std::string unit_map_csv(const UnitMap& all) {
  std::string out;
  for (const CsvColumn& c : csv_columns()) out += (out.empty() ? "" : ",") + std::string(c.name);
  out += '\n';
  for (const Map& m : all.maps)
    for (const unit_map::Row& r : m.rows)
      for (const Point& p : r.points) {
        for (std::size_t k = 0; k < csv_columns().size(); ++k)
          out += (k > 0 ? "," : "") + format_rounded(csv_columns()[k].value(m, p));
        out += '\n';
      }
  return out;
}

std::string unit_map_json(const UnitMap& all) {
  Json out = Json::object();
  out.set("format", kFormat);
  out.set("format_version", static_cast<double>(kVersion));
  out.set("evsim", std::string_view(all.version));
  out.set("vehicle", std::string_view(all.file));
  out.set("unit", std::string_view("drive_units." + all.unit));
  Json& maps = out.set("maps", Json::array());
  for (const Map& m : all.maps) maps.items.push_back(map_json(m));
  return to_text(out);
}

std::string unit_map_html(const UnitMap& all) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
      escape("Drive unit " + all.unit) + "</title>\n<style>\n" + std::string(assets::style()) +
      std::string(assets::unit_map_style()) + "</style>\n</head>\n<body>\n" + header(all) +
      summary(all) + "<section>\n<h2>Torque over speed</h2>\n<div class=\"maps\">\n" +
      figure(charts::envelopes(all.maps, all.params.machine.envelope),
             "Most and least torque of machine and control; dashed: the envelope of the vehicle "
             "file.") +
      "</div>\n</section>\n";
  for (const Map& m : all.maps) out += section_of(m, all);
  return out + "<footer>evsim " + escape(all.version) + "</footer>\n</body>\n</html>\n";
}

void check_unit_map_folder(const std::string& folder) { check_replaceable(folder, holds_map); }

void write_unit_map(const std::string& folder, const UnitMap& m) {
  OutputFolder out(folder, holds_map);
  out.write("map.csv", unit_map_csv(m));
  out.write(kJsonFile, unit_map_json(m));
  out.write("report.html", unit_map_html(m));
  out.finish();
}

}  // namespace evsim::io
