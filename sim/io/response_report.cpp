#include "sim/io/response_report.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "sim/base/units.h"
#include "sim/io/json_tree.h"
#include "sim/io/markup.h"
#include "sim/io/output_folder.h"
#include "sim/io/report_assets.h"
#include "sim/io/response_charts.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

using response::Axis;
using response::LoopResponse;
using response::Matrix;
using Number = std::complex<double>;

constexpr char kFormat[] = "evsim_response";
constexpr double kVersion = 1;
constexpr char kJsonFile[] = "response.json";
constexpr double kDegrees = 57.29577951308232;
constexpr double kRpm = 9.549296585513721;

double decibels(double factor) { return 20.0 * std::log10(factor); }

// ---- JSON ---------------------------------------------------------------------------------------

void set_finite(Json& to, std::string_view key, double x) {
  if (std::isfinite(x)) to.set(key, x);
}
Json difference_json(const response::Difference& d) {
  Json out = Json::object();
  out.set("magnitude_dB", d.dB);
  out.set("phase_deg", d.degrees);
  return out;
}
Json axis_json(const Axis& a, bool swept) {
  Json out = Json::object();
  for (const ResponseFigure& f : response_figures(a)) set_finite(out, f.key, f.value);
  if (swept) out.set("difference", difference_json(a.difference));
  return out;
}
Json loop_json(const LoopResponse& l) {
  const bool swept = !l.sweep.f.empty();
  Json out = Json::object();
  out.set("stable", l.stable);
  out.set("largest_pole", l.slowest);
  for (const Axis& a : l.axes) out.set(a.name, axis_json(a, swept));
  if (l.axes.size() == 1) return out;
  if (l.coupling > 0.0) out.set("coupling_dB", decibels(l.coupling));
  set_finite(out, "sensitivity_both", l.sensitivity);
  if (swept) out.set("coupling_difference", difference_json(l.coupling_difference));
  return out;
}
Json point_json(const response::OperatingPoint& p) {
  Json out = Json::object();
  out.set("speed_rpm", p.omega * kRpm);
  out.set("torque_Nm", p.tau);
  out.set("shaft_torque_Nm", p.tau_shaft);
  out.set("torque_min_Nm", p.tau_min);
  out.set("torque_max_Nm", p.tau_max);
  out.set("u_dc_V", p.u_dc);
  out.set("i_d_A_peak", p.i.re);
  out.set("i_q_A_peak", p.i.im);
  out.set("i_f_A", p.i_f);
  out.set("u_V_peak", p.u);
  return out;
}

// A folder whose response.json is ours, of whatever version.
bool holds_response(const std::string& folder) {
  const FileText content = read_file((std::filesystem::path(folder) / kJsonFile).string());
  Problems ignored;
  const auto json = parse_json("", content.text, ignored);
  const Json* format = json ? json->find("format") : nullptr;
  return format != nullptr && format->text == kFormat;
}

// ---- CSV ----------------------------------------------------------------------------------------

std::string_view row_name(std::size_t n, std::size_t i) { return n == 1 ? "" : i == 0 ? "d" : "q"; }

void heading(std::string& out, const std::string& what) {
  for (const char* way : {"slopes", "sweep"})
    out += "," + what + " by " + way + " [dB]," + what + " by " + way + " [deg]";
}
void value(std::string& out, const Number& x) {
  out += "," + format(decibels(std::abs(x))) + "," + format(kDegrees * std::arg(x));
}
// Of both ways, or of the first alone.
void values(std::string& out, const Number& slopes, const Number* sweep) {
  value(out, slopes);
  if (sweep != nullptr)
    value(out, *sweep);
  else
    out += ",,";
}

// ---- HTML ---------------------------------------------------------------------------------------

std::string note(const std::string& text) { return "<p class=\"note\">" + escape(text) + "</p>\n"; }
std::string number_cell(const std::string& text) {
  return "<td class=\"n\">" + escape(text) + "</td>";
}
std::string cell(const std::string& text) { return "<td>" + escape(text) + "</td>"; }

std::string tile(const std::string& name, const std::string& value) {
  return "<div class=\"tile\"><span>" + escape(name) + "</span><b>" + escape(value) +
         "</b></div>\n";
}
std::string title(const std::string& name) {
  if (name == "current_d") return "Current d";
  if (name == "current_q") return "Current q";
  return "Speed";
}
std::string point_tiles(const response::Response& r) {
  const auto& p = r.point;
  std::string out = "<div class=\"tiles\">\n" +
                    tile("speed", readable(p.omega * kRpm, 5) + " rpm") +
                    tile("air-gap torque", readable(p.tau, 4) + " Nm") +
                    tile("DC voltage", readable(p.u_dc, 4) + " V") +
                    tile("i_d (peak)", readable(p.i.re, 4) + " A") +
                    tile("i_q (peak)", readable(p.i.im, 4) + " A");
  if (p.i_f != 0.0) out += tile("field current", readable(p.i_f, 4) + " A");
  return out + tile("stator voltage (peak)", readable(p.u, 4) + " V") +
         tile("control period", readable(1e6 * r.T_s, 4) + " \u00b5s") + "</div>\n";
}

std::string figures_table(const response::Response& r) {
  std::vector<const Axis*> axes;
  for (const LoopResponse* l : {&r.current, &r.speed})
    for (const Axis& a : l->axes) axes.push_back(&a);
  std::string head = "<th></th>", rows;
  for (const Axis* a : axes) head += "<th class=\"n\">" + escape(title(a->name)) + "</th>";
  const auto names = response_figures(*axes.front());
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::string unit = names[k].unit.empty() ? "" : " [" + names[k].unit + "]";
    rows += "<tr>" + cell(names[k].name + unit);
    for (const Axis* a : axes) rows += number_cell(readable(response_figures(*a)[k].value, 4));
    rows += "</tr>\n";
  }
  const auto row = [&](const std::string& name, const auto& figure) {
    rows += "<tr>" + cell(name);
    for (const Axis* a : axes) rows += number_cell(fmt::format("{:.2g}", figure(*a)));
    rows += "</tr>\n";
  };
  row("difference of the two ways, magnitude [dB]", [](const Axis& a) { return a.difference.dB; });
  row("difference of the two ways, phase [\u00b0]",
      [](const Axis& a) { return a.difference.degrees; });
  return "<div class=\"frame\"><table>\n<thead><tr>" + head + "</tr></thead>\n<tbody>\n" + rows +
         "</tbody>\n</table></div>\n";
}

std::string key(const std::string& look, const std::string& text) {
  return "<span class=\"key " + look + "\">" + escape(text) + "</span> ";
}
std::string figure(const std::string& svg, const std::string& title, const std::string& keys) {
  return "<figure><figcaption><b>" + escape(title) + "</b> " + keys + "</figcaption>" + svg +
         "</figure>\n";
}
std::string stability(const LoopResponse& l) {
  if (!l.stable)
    return "<p><span class=\"badge fail\">unstable</span> largest pole " +
           escape(readable(l.slowest, 5)) + "; margins say what would bring it onto the edge</p>\n";
  return {};
}
std::string axis_keys(const LoopResponse& l) {
  std::string out;
  for (std::size_t k = 0; k < l.axes.size(); ++k)
    out += key("s" + std::to_string(k), title(l.axes[k].name));
  return out;
}
std::string charts(const LoopResponse& l) {
  std::string out = "<div class=\"bode\">\n";
  for (std::size_t k = 0; k < l.axes.size(); ++k)
    out += figure(open_loop_chart(l, k), title(l.axes[k].name) + ": open loop L", "");
  const std::string coupling = l.axes.size() > 1 ? key("coupling", "dashed: coupling") : "";
  out += figure(closed_loop_chart(l), "Closed loop T", axis_keys(l) + coupling);
  return out + figure(nyquist_chart(l), "Nyquist diagram of L", axis_keys(l)) + "</div>\n";
}
std::string loop_section(const LoopResponse& l, const std::string& id, const std::string& heading,
                         const std::string& about) {
  return "<section id=\"" + id + "\">\n<h2>" + escape(heading) + "</h2>\n" + note(about) +
         stability(l) + charts(l) + "</section>\n";
}

std::string current_note(const LoopResponse& l) {
  std::string out =
      "From the reference of a current to the current, at a held speed. The loop is cut at the "
      "measured "
      "current, one axis at a time with the other closed.";
  if (l.coupling > 0.0) out += fmt::format(" Largest coupling {:.1f} dB.", decibels(l.coupling));
  return out +
         fmt::format(" Largest singular value of the sensitivity of both: {:.3g}.", l.sensitivity);
}
std::string speed_note(const response::Response& r) {
  return fmt::format(
      "Speed controller of {} Hz with an inertia of {} kg m\u00b2 on the shaft. The loop is cut at "
      "the speed "
      "that the speed controller reads.",
      readable(r.speed_bandwidth, 4), readable(r.inertia, 4));
}

constexpr char kAbout[] =
    "Lines: slopes of one control tick (exact derivatives), with the output's delay and the hold "
    "of the "
    "voltage. Dots: a small sine on the nonlinear tick in time. Up to 0.8 of the Nyquist "
    "frequency. Left out: "
    "dead time and threshold voltage of the inverter and their compensation, the ripple, sensors' "
    "errors; the "
    "DC voltage is held.";

}  // namespace

std::vector<ResponseFigure> response_figures(const Axis& a) {
  const LoopMargins& m = a.margins;
  const double less = m.less_gain > 0.0 ? -decibels(m.less_gain) : kNone;
  return {{"design_bandwidth_Hz", "bandwidth asked for", "Hz", a.design},
          {"bandwidth_Hz", "bandwidth (\u22123 dB)", "Hz", a.bandwidth},
          {"crossover_Hz", "crossover |L| = 1", "Hz", m.f_phase},
          {"phase_margin_deg", "phase margin", "\u00b0", kDegrees * m.phase},
          {"gain_margin_dB", "gain margin", "dB", decibels(m.gain)},
          {"gain_margin_at_Hz", "gain margin at", "Hz", m.f_gain},
          {"gain_reduction_dB", "gain may fall by", "dB", less},
          {"sensitivity", "largest sensitivity M_s", "", m.sensitivity},
          {"sensitivity_at_Hz", "largest sensitivity at", "Hz", m.f_sensitivity},
          {"delay_margin_us", "delay margin", "\u00b5s", 1e6 * m.delay}};
}

std::string response_json(const ResponseReport& report) {
  const response::Response& r = report.response;
  Json out = Json::object();
  out.set("format", kFormat);
  out.set("format_version", kVersion);
  out.set("evsim", std::string_view(report.version));
  out.set("vehicle", std::string_view(report.vehicle));
  out.set("drive_unit", std::string_view(report.unit));
  out.set("operating_point", point_json(r.point));
  out.set("control_period_us", 1e6 * r.T_s);
  out.set("output_delay_samples", r.delay);
  out.set("inertia_kg_m2", r.inertia);
  out.set("current", loop_json(r.current));
  out.set("speed", loop_json(r.speed));
  return to_text(out);
}

std::string response_csv(const LoopResponse& l) {
  const std::size_t n = l.axes.size();
  const bool swept = !l.sweep.f.empty();
  const response::Curves& slopes = swept ? l.slopes : l.fine;
  std::string out = "f [Hz]";
  const auto each = [n](const auto& entry) {
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) entry(i, j);
  };
  for (const char* what : {"T", "L"})
    each([&](std::size_t i, std::size_t j) {
      const std::string at = std::string(row_name(n, i)) + std::string(row_name(n, j));
      heading(out, what + (at.empty() ? "" : "_" + at));
    });
  for (std::size_t k = 0; k < slopes.f.size(); ++k) {
    out += "\n" + format(slopes.f[k]);
    for (const auto matrices : {&response::Curves::closed, &response::Curves::open})
      each([&](std::size_t i, std::size_t j) {
        const auto at = [&](const Matrix& m) {
          return m(static_cast<int>(i), static_cast<int>(j));
        };
        const Number b = swept ? at((l.sweep.*matrices)[k]) : Number{};
        values(out, at((slopes.*matrices)[k]), swept ? &b : nullptr);
      });
  }
  return out + "\n";
}

std::string response_html(const ResponseReport& report) {
  const response::Response& r = report.response;
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Frequency response</title>\n"
         "<style>\n" +
         std::string(assets::style()) + std::string(assets::response_style()) +
         "</style>\n</head>\n<body>\n<header>\n<div><h1>Frequency response</h1>\n<p "
         "class=\"subtitle\">drive_units." +
         escape(report.unit) + " of " + escape(report.vehicle) + "</p></div>\n</header>\n" +
         point_tiles(r) + note(kAbout) +
         "<section id=\"figures\">\n<h2>Bandwidths and margins</h2>\n" + figures_table(r) +
         "</section>\n" +
         loop_section(r.current, "current", "Current loops", current_note(r.current)) +
         loop_section(r.speed, "speed", "Speed loop", speed_note(r)) + "<footer>evsim " +
         escape(report.version) + "</footer>\n</body>\n</html>\n";
}

void check_response_folder(const std::string& folder) { check_replaceable(folder, holds_response); }

void write_response(const std::string& folder, const ResponseReport& report) {
  OutputFolder out(folder, holds_response);
  out.write(kJsonFile, response_json(report));
  out.write("current.csv", response_csv(report.response.current));
  out.write("speed.csv", response_csv(report.response.speed));
  out.write("report.html", response_html(report));
  out.finish();
}

}  // namespace evsim::io
