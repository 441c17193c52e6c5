#include "sim/io/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "sim/io/current_plane.h"
#include "sim/io/link_report.h"
#include "sim/io/markup.h"
#include "sim/io/report_assets.h"
#include "sim/io/report_figures.h"
#include "sim/io/report_map.h"
#include "sim/io/report_motion.h"
#include "sim/io/report_tables.h"
#include "sim/io/sankey_svg.h"
#include "sim/io/svg.h"
#include "sim/io/waveform_report.h"

namespace evsim::io {
namespace {

constexpr double kJoulePerWh = 3600.0;

std::string section(std::string_view id, std::string_view title, const std::string& body) {
  return "<section id=\"" + std::string(id) + "\">\n<h2>" + escape(title) + "</h2>\n" + body +
         "</section>\n";
}
std::string note(const std::string& text) { return "<p class=\"note\">" + escape(text) + "</p>\n"; }

// The few figures that are asked for first.
constexpr std::array<std::string_view, 5> kHeadlines{
    "energy_consumption_battery_Wh_per_km", "energy_consumption_wall_Wh_per_km", "range_km",
    "recovered_share_percent", "trace_error_max_km_per_h"};
constexpr std::array<std::string_view, 5> kHeadlineNames{
    "Consumption, battery", "Consumption, wall", "Range", "Recovered", "Trace error, max"};

std::string headlines(const RunResult& r) {
  std::string out;
  for (std::size_t i = 0; i < kHeadlines.size(); ++i) {
    const auto k = std::ranges::find(r.kpis, kHeadlines[i], &Kpi::name);
    if (k == r.kpis.end() || !std::isfinite(k->value)) continue;
    out += "<div class=\"tile\"><span>" + escape(kHeadlineNames[i]) + "</span><b>" +
           escape(readable(k->value, 4)) + "</b> " + escape(k->unit) + "</div>\n";
  }
  return out.empty() ? out : "<div class=\"tiles\">\n" + out + "</div>\n";
}

std::string header(const RunResult& r, const Case& input) {
  std::string how = !r.failure.empty() ? "failed: " + r.failure
                    : r.interrupted    ? "interrupted"
                                       : std::string(name(r.end));
  return "<header>\n<div><h1>" + escape(r.vehicle) + "</h1>\n<p class=\"subtitle\">" +
         escape(r.scenario) + "</p>\n<p class=\"note\">" +
         escape("Test mass " + readable(input.test_mass, 6) + " kg, " + readable(r.t_end, 6) +
                " s simulated, " + how) +
         "</p></div>\n<div class=\"verdict\">" + badge(r.verdict) + "</div>\n</header>\n";
}

std::string energy_section(const RunResult& r) {
  const Sankey s = sankey(r);
  const std::string drawing = sankey_svg(s);
  if (drawing.empty()) return section("energy", "Energy flow", note("No energy flowed."));
  const std::string balance =
      "In " + readable(s.in / kJoulePerWh, 6) + " Wh (100 %), out " +
      readable(s.out / kJoulePerWh, 6) + " Wh; residual " +
      readable(r.books.residual / kJoulePerWh, 3) + " Wh, " + readable(r.books.relative(), 3) +
      " of the energy moved. Losses, stores and what leaves are the ledger's. Between two stations "
      "the "
      "ledger's net flow is split into forward and returning by the recorded samples.";
  return section("energy", "Energy flow",
                 "<figure class=\"sankey\">" + drawing +
                     "<figcaption><span class=\"chip source\">store, or from outside</span> "
                     "<span class=\"chip forward\">forward</span> <span class=\"chip "
                     "back\">regeneration, returning</span> "
                     "<span class=\"chip loss\">loss</span> <span class=\"chip useful\">leaves to "
                     "the outside</span></figcaption></figure>\n" +
                     note(balance));
}

std::string figure_html(const Figures& f, const Figure& figure) {
  std::string keys;
  for (std::size_t i = 0; i < figure.series.size(); ++i)
    keys += "<span class=\"key s" + std::to_string(i) + "\">" + escape(figure.series[i].label) +
            "<output></output></span> ";
  return "<figure class=\"plot\">\n<figcaption><b>" +
         escape(figure.title + " [" + figure.unit + "]") + "</b> " + keys +
         "</figcaption>\n<div class=\"live\"></div>\n<div class=\"still\">" +
         figure_svg(f, figure) + "</div>\n</figure>\n";
}

std::string figures_html(const Figures& f, bool of_motion) {
  std::string out;
  for (const Figure& figure : f.figures)
    if (figure.of_motion == of_motion) out += figure_html(f, figure);
  return out;
}

std::string how_to_read(const Figures& f) {
  std::string out =
      assets::dygraphs_script().empty()
          ? note("evsim was built without dygraphs: the plots are drawings.")
          : "<p class=\"note hint\">Drag to zoom, all plots follow; Shift and drag to move; "
            "double-click for all.</p>\n";
  if (f.samples_a_row > 1)
    out += note("Of every " + std::to_string(f.samples_a_row) +
                " samples the lowest and the highest are shown; the file of signals has all.");
  return out;
}

std::string time_section(const Figures& f) {
  if (f.columns.front().values.empty() || std::ranges::all_of(f.figures, &Figure::of_motion))
    return section("time", "Over time", note("No signals were recorded."));
  std::string body = how_to_read(f);
  body += figures_html(f, false);
  body +=
      "<figure class=\"plot any\" hidden><figcaption><label>Any signal <select></select></label> "
      "<span class=\"key s0\"><output></output></span></figcaption><div "
      "class=\"live\"></div></figure>\n";
  return section("time", "Over time", body);
}

// Of the car as a multi-body system.
std::string motion_section(const RunResult& r, const Case& input, const Figures& f) {
  if (input.scenario.chassis == scenario::Chassis::longitudinal) return {};
  const Motion m = motion(r.recording);
  if (m.t.size() < 2) return section("motion", "Motion", note("The car's place was not recorded."));
  const MotionScene scene = motion_scene(input);
  return section("motion", "Motion",
                 "<figure class=\"view\">" + birds_eye_svg(m, scene) + "<figcaption>" +
                     escape(birds_eye_legend(scene)) + "</figcaption></figure>\n" +
                     "<div class=\"maps\">\n<figure class=\"efficiency\">" + g_g_svg(m) +
                     "<figcaption>" + escape(g_g_legend()) + "</figcaption></figure>\n</div>\n" +
                     figures_html(f, true));
}

std::string share(double efficiency) {
  return std::isfinite(efficiency) ? readable(100.0 * efficiency, 4) + " %" : "none";
}

std::string map_html(const RunResult& r, const drive_unit::Model<double>& model,
                     const std::string& name) {
  const OperatingPoints points = operating_points(r.recording, name);
  const MeanEfficiency mean = mean_efficiency(model, points);
  std::string text =
      "Machine of drive unit " + name + ", envelope at " + readable(model.envelope.U_ref) + " V. ";
  if (points.omega.empty())
    text += "Its speed and torque were not recorded.";
  else
    text += "Dots: " + std::to_string(points.omega.size()) + " recorded samples; over them " +
            share(mean.motoring) + " motoring, " + share(mean.generating) +
            " generating, by energy.";
  return "<figure class=\"efficiency\">" + map_svg(model, points) + "<figcaption>" + escape(text) +
         "</figcaption></figure>\n";
}

std::string map_section(const RunResult& r, const Case& input) {
  const auto units = car::prepare(input.vehicle, input.test_mass).drive_units;
  std::string body;
  for (int k = 0; k < units.size(); ++k) body += map_html(r, units[k], units.name(k));
  return section("map", "Operating points", "<div class=\"maps\">\n" + body + "</div>\n");
}

// DC voltage of the run, in the mean; that of the vehicle file where it was not recorded.
double mean_voltage(const Recording& r, double otherwise) {
  const auto it = std::ranges::find(r.signals, "dc_link.u", &signals::Info::path);
  if (it == r.signals.end() || r.t.empty()) return otherwise;
  const auto& u = r.columns[static_cast<std::size_t>(it - r.signals.begin())];
  return std::accumulate(u.begin(), u.end(), 0.0) / static_cast<double>(u.size());
}

// Quarters of the largest speed that the run reached, in round numbers.
std::vector<double> speeds_of(const CurrentPath& path) {
  double most = 0.0;
  for (const double omega : path.omega) most = std::max(most, std::abs(omega));
  const Unit& rpm = *find_unit(Dim::angular_speed, "rpm");
  std::vector<double> out;
  for (const double n : svg::ticks(0.0, from_si(rpm, most), 4))
    if (n > 1.0) out.push_back(to_si(rpm, n));
  return out;
}

std::string plane_html(const RunResult& r, const Case& input, int k) {
  const std::string& name = input.vehicle.drive_units.name(k);
  const auto& unit = input.vehicle.drive_units[k];
  const CurrentPath path = current_path(r.recording, name);
  const double u_dc = mean_voltage(r.recording, unit.machine.envelope.U_ref);
  const double T = input.scenario.initial.T_machine;
  const auto loci = unit_map::loci(unit, {u_dc, T}, speeds_of(path));
  std::string text = "Currents of drive unit " + name + " at " + readable(u_dc, 4) + " V, " +
                     readable(from_si(*find_unit(Dim::temperature, "degC"), T)) + " degC. " +
                     current_plane_legend(loci);
  if (path.i.empty()) text += " The run's currents were not recorded.";
  return "<figure class=\"efficiency\">" + current_plane_svg(loci, path) + "<figcaption>" +
         escape(text) + "</figcaption></figure>\n";
}

std::string waveform_part(const RunResult& r, const Case& input) {
  if (input.scenario.level != scenario::Level::waveform)
    return note(
        "Averaging inverters have no ripple at their switching frequency; the level waveform shows "
        "it.");
  if (r.waveforms.instants.size() < 2) return note("No window was recorded.");
  const bool chosen = input.scenario.record.waveform_start < kInfinity;
  return note("From " + readable(r.waveforms.instants.front().t, 7) + " to " +
              readable(r.waveforms.instants.back().t, 7) + " s, " +
              (chosen ? "as the scenario asks" : "where the machines' power is highest") +
              ": every edge of each leg, and the steps between them. The file waveform.csv has all "
              "of it.") +
         waveform_html(r.waveforms);
}

// At the levels that have machines in dq.
std::string drive_section(const RunResult& r, const Case& input) {
  if (input.scenario.level == scenario::Level::energy) return {};
  std::string planes;
  for (int k = 0; k < input.vehicle.drive_units.size(); ++k) planes += plane_html(r, input, k);
  return section("drive", "Currents in the plane of d and q",
                 "<div class=\"maps\">\n" + planes + "</div>\n") +
         section("waveform", "Waveforms and spectrum", waveform_part(r, input));
}

std::string links_section(const RunResult& r) {
  return r.links.empty() ? "" : section("links", "Controllers outside", links_html(r.links));
}

std::string provenance_section(const RunResult& r, const Case& input, const Provenance& p) {
  std::string body = provenance_table(r, input, p) + parameter_tables(input, p);
  if (!r.command_log.empty())
    body += "<details><summary>Commands applied</summary>\n" + command_table(r.command_log) +
            "</details>\n";
  return section("provenance", "Where this comes from", body);
}

std::string style() {
  return "<style>\n" + std::string(assets::dygraphs_style()) + "\n" + std::string(assets::style()) +
         "</style>\n";
}

std::string scripts(const Figures& f) {
  if (assets::dygraphs_script().empty() || f.columns.front().values.empty()) return {};
  return "<script type=\"application/json\" id=\"evsim-data\">" + figures_json(f) +
         "</script>\n<script>\n" + std::string(assets::dygraphs_script()) +
         "\n</script>\n<script>\n" + std::string(assets::script()) + "</script>\n";
}

bool has_trace(const scenario::Driver& d) {
  return std::holds_alternative<scenario::Follow>(d) ||
         std::holds_alternative<scenario::Exact>(d) ||
         std::holds_alternative<scenario::Sequence>(d) ||
         std::holds_alternative<scenario::ConstantSpeed>(d);
}

}  // namespace

std::string report_html(const RunResult& r, const Case& input, const Provenance& p) {
  const Figures f = figures(r.recording, has_trace(input.scenario.driver));
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
         escape(r.vehicle + ", " + r.scenario) + "</title>\n" + style() + "</head>\n<body>\n" +
         header(r, input) + headlines(r) +
         section("kpis", "Requirements and figures", kpi_tables(r)) + energy_section(r) +
         motion_section(r, input, f) + time_section(f) + map_section(r, input) +
         drive_section(r, input) + links_section(r) +
         section("ledger", "Energy ledger", ledger_table(r.books)) +
         provenance_section(r, input, p) + "<footer>evsim " + escape(p.version) + "</footer>\n" +
         scripts(f) + "</body>\n</html>\n";
}

}  // namespace evsim::io
