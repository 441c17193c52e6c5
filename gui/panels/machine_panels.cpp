// The machine of one drive unit: efficiency over speed and torque, and the plane of its currents. Both are of
// the parameters as they are edited, at the present voltage and temperature.
#include <fmt/format.h>
#include <implot.h>

#include <algorithm>
#include <cmath>

#include "gui/model/envelope.h"
#include "gui/model/trail.h"
#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/reason_text.h"

namespace evsim::gui {
namespace {

const Unit& rpm() { return *find_unit(Dim::angular_speed, "rpm"); }

ImPlotSpec line(const ImVec4& colour, float weight) {
  ImPlotSpec spec;
  spec.LineColor = colour;
  spec.LineWeight = weight;
  return spec;
}
void plot(const char* name, const std::vector<double>& x, const std::vector<double>& y,
          const ImPlotSpec& spec) {
  ImPlot::PlotLine(name, x.data(), y.data(), static_cast<int>(x.size()), spec);
}
void point(const char* name, double x, double y, const ImVec4& colour, ImPlotMarker marker,
           float size) {
  ImPlotSpec spec;
  spec.Marker = marker;
  spec.MarkerSize = size;
  spec.MarkerFillColor = colour;
  spec.MarkerLineColor = marker == ImPlotMarker_Cross ? colour : ImVec4{0.0f, 0.0f, 0.0f, 1.0f};
  spec.Flags = ImPlotItemFlags_NoLegend;
  spec.LineColor = colour;
  spec.FillColor = colour;
  ImPlot::PlotScatter(name, &x, &y, 1, spec);
}

// Where two signals went together of late, in their units.
PlaneLine trail(const App& app, std::size_t x, const Unit& x_unit, std::size_t y,
                const Unit& y_unit) {
  constexpr std::size_t kPoints = 400;
  PlaneLine out = together(app.history(), x, y, app.history().newest() - app.trail, kPoints);
  for (double& at : out.x) at = from_si(x_unit, at);
  for (double& at : out.y) at = from_si(y_unit, at);
  return out;
}

std::vector<double> in_rpm(const std::vector<double>& omega) {
  std::vector<double> out;
  for (const double x : omega) out.push_back(from_si(rpm(), x));
  return out;
}

// Which unit's, and at which voltage and temperature.
const UnitSignals* head(App& app, const char* id) {
  if (app.units().empty()) return nullptr;
  const UnitSignals& u = app.units()[static_cast<std::size_t>(app.unit)];
  ImGui::SetNextItemWidth(8.0f * ImGui::GetFontSize());
  if (ImGui::BeginCombo(id, u.name.c_str())) {
    for (std::size_t k = 0; k < app.units().size(); ++k)
      if (ImGui::Selectable(app.units()[k].name.c_str(), static_cast<int>(k) == app.unit))
        app.unit = static_cast<int>(k);
    ImGui::EndCombo();
  }
  ImGui::SameLine();
  if (!app.machine().failure().empty())
    ImGui::TextColored(colour::kVermilion, "%s", app.machine().failure().c_str());
  else if (!app.machine().available())
    ImGui::TextDisabled("this drive unit has no model in dq");
  else if (const io::UnitGrid* g = app.machine().grid())
    ImGui::TextDisabled("at %.0f V, %.0f degC", g->at.u_dc, g->at.T_machine - 273.15);
  return app.machine().available() ? &u : nullptr;
}

// What the machine can't give is covered.
void cover(const std::vector<double>& speeds, const io::UnitGrid& g, double most, double least) {
  const std::vector<double> top(speeds.size(), most), bottom(speeds.size(), least);
  ImPlotSpec spec;
  spec.FillColor = ImPlot::GetStyle().Colors[ImPlotCol_PlotBg];
  spec.Flags = ImPlotItemFlags_NoLegend | ImPlotItemFlags_NoFit;
  const int n = static_cast<int>(speeds.size());
  ImPlot::PlotShaded("###above", speeds.data(), g.tau_max.data(), top.data(), n, spec);
  ImPlot::PlotShaded("###below", speeds.data(), bottom.data(), g.tau_min.data(), n, spec);
}

void draw_map(const App& app, const UnitSignals& u, const io::UnitGrid& g) {
  constexpr double kWorst = 70.0, kBest = 98.0;  // of the colours [%]
  const int rows = static_cast<int>(g.tau.size()), columns = static_cast<int>(g.omega.size());
  // A heat map begins with its top row.
  std::vector<double> percent;
  for (int r = rows - 1; r >= 0; --r)
    for (int c = 0; c < columns; ++c)
      percent.push_back(
          100.0 *
          g.efficiency[static_cast<std::size_t>(r) * g.omega.size() + static_cast<std::size_t>(c)]);
  percent = without_gaps(percent, rows, columns);
  const std::vector<double> speeds = in_rpm(g.omega);
  const double half_x = 0.5 * (speeds[1] - speeds[0]), half_y = 0.5 * (g.tau[1] - g.tau[0]);
  ImPlot::PushColormap(ImPlotColormap_Viridis);
  ImPlot::PlotHeatmap("###efficiency", percent.data(), rows, columns, kWorst, kBest, nullptr,
                      {speeds.front() - half_x, g.tau.front() - half_y},
                      {speeds.back() + half_x, g.tau.back() + half_y});
  ImPlot::PopColormap();
  cover(speeds, g, g.tau.back() + 10.0 * half_y, g.tau.front() - 10.0 * half_y);
  plot("can give###most", speeds, g.tau_max, line(colour::ink(0.9f), 1.5f));
  ImPlotSpec below = line(colour::ink(0.9f), 1.5f);
  below.Flags = ImPlotItemFlags_NoLegend;
  plot("###least", speeds, g.tau_min, below);
  plot("limit of the file###file", speeds, g.tau_limit, line(colour::kOrange, 1.5f));
  if (!u.omega || !u.tau) return;
  const PlaneLine path = trail(app, *u.omega, rpm(), *u.tau, si_unit(Dim::torque));
  ImPlotSpec trace = line({1.0f, 1.0f, 1.0f, 0.55f}, 1.0f);
  trace.Flags = ImPlotItemFlags_NoLegend;
  plot("###trail", path.x, path.y, trace);
  point("now###now", from_si(rpm(), app.now().values[*u.omega]), app.now().values[*u.tau],
        colour::kVermilion, ImPlotMarker_Circle, 6.0f);
}

void draw_plane(const App& app, const UnitSignals& u, const io::CurrentLoci& l) {
  plot("I_max###circle", l.circle.i_d, l.circle.i_q, line(colour::ink(0.8f), 1.5f));
  if (!l.ellipse.i_d.empty())
    plot("u_max###ellipse", l.ellipse.i_d, l.ellipse.i_q, line(colour::kSky, 1.5f));
  plot("MTPA###mtpa", l.mtpa.i_d, l.mtpa.i_q, line(colour::kGreen, 2.0f));
  if (!l.mtpv.i_d.empty()) plot("MTPV###mtpv", l.mtpv.i_d, l.mtpv.i_q, line(colour::kPurple, 2.0f));
  if (!u.i_d || !u.i_q) return;
  const Unit& A = si_unit(Dim::current_amplitude);
  const PlaneLine path = trail(app, *u.i_d, A, *u.i_q, A);
  ImPlotSpec trace = line(colour::ink(0.5f), 1.0f);
  trace.Flags = ImPlotItemFlags_NoLegend;
  plot("###trail", path.x, path.y, trace);
  const auto& values = app.now().values;
  if (u.i_d_ref && u.i_q_ref)
    point("reference###reference", values[*u.i_d_ref], values[*u.i_q_ref], colour::kOrange,
          ImPlotMarker_Cross, 6.0f);
  point("now###now", values[*u.i_d], values[*u.i_q], colour::kVermilion, ImPlotMarker_Circle, 6.0f);
}

}  // namespace

void machine_map_panel(App& app) {
  const UnitSignals* u = head(app, "###map_unit");
  const io::UnitGrid* g = app.machine().grid();
  if (u == nullptr || g == nullptr || g->omega.size() < 2) return;
  const float bar = 4.6f * ImGui::GetFontSize();
  if (begin_plot("###map", {ImGui::GetContentRegionAvail().x - bar, -1.0f}, ImPlotFlags_NoTitle)) {
    ImPlot::SetupAxes("speed [rpm]", "torque [Nm]");
    ImPlot::SetupAxesLimits(0.0, from_si(rpm(), g->omega.back()), g->tau.front(), g->tau.back());
    ImPlot::SetupLegend(ImPlotLocation_NorthEast);
    draw_map(app, *u, *g);
    ImPlot::EndPlot();
  }
  ImGui::SameLine(0.0f, 2.0f);
  ImPlot::ColormapScale("efficiency [%]", 70.0, 98.0, {bar, -1.0f}, "%g",
                        ImPlotColormapScaleFlags_None, ImPlotColormap_Viridis);
}

void current_plane_panel(App& app) {
  const UnitSignals* u = head(app, "###plane_unit");
  const io::CurrentLoci* l = app.machine().loci();
  if (u == nullptr || l == nullptr) return;
  ImGui::SameLine(0.0f, 20.0f);
  ImGui::TextDisabled("%.0f rpm", from_si(rpm(), l->omega));
  if (u->reason) {
    ImGui::SameLine(0.0f, 20.0f);
    const auto text = io::control_reason_text(app.now().values[*u->reason]);
    ImGui::TextColored(colour::kOrange, "%s", text == "none" ? "" : std::string(text).c_str());
  }
  const ImVec2 size = ImGui::GetContentRegionAvail();
  const float shape = size.x / std::max(size.y, 1.0f);
  float& before = *ImGui::GetStateStorage()->GetFloatRef(ImGui::GetID("shape"), 0.0f);
  const ImPlotCond fits = before == shape ? ImPlotCond_Once : ImPlotCond_Always;
  before = shape;
  if (!begin_plot("###plane", {-1.0f, -1.0f}, ImPlotFlags_NoTitle | ImPlotFlags_Equal)) return;
  ImPlot::SetupAxes("i_d [A peak]", "i_q [A peak]");
  // The whole circle, with more room on the side of weaker fields; again where the panel has another shape.
  const double high = 1.08 * l->I_max * std::max(1.0, 1.25 / static_cast<double>(shape));
  const double wide = high * static_cast<double>(shape), middle = -0.25 * l->I_max;
  ImPlot::SetupAxesLimits(middle - wide, middle + wide, -high, high, fits);
  ImPlot::SetupLegend(ImPlotLocation_NorthEast);
  draw_plane(app, *u, *l);
  ImPlot::EndPlot();
}

}  // namespace evsim::gui
