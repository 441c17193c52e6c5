// The battery: charge, voltage, current, power between its limits, and what limits the drive, in words.
#include <fmt/format.h>
#include <implot.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/model/battery_view.h"
#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/reason_text.h"

namespace evsim::gui {
namespace {

void figure(const App& app, const char* text, const char* path) {
  const auto at = app.find(path);
  if (!at) return;
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", text);
  ImGui::TableNextColumn();
  const Unit& unit = *app.signals()[*at].unit;
  ImGui::Text("%.4g %s", app.value(*at), std::string(unit.text).c_str());
}

void bar(double share, const ImVec4& colour, const std::string& text) {
  const ImVec4 below_text{colour.x, colour.y, colour.z, 0.5f};
  ImGui::PushStyleColor(ImGuiCol_PlotHistogram, below_text);
  ImGui::ProgressBar(static_cast<float>(std::clamp(share, 0.0, 1.0)), {-FLT_MIN, 0.0f},
                     text.c_str());
  ImGui::PopStyleColor();
}

// Power over what the battery gives or takes at most.
void power(const App& app) {
  const auto p = app.value(app.find("battery.p")),
             most = app.value(app.find("battery.p_discharge_max")),
             least = app.value(app.find("battery.p_charge_max"));
  if (!p || !most || !least) return;
  const bool gives = *p >= 0.0;
  const double limit = gives ? *most : *least;
  bar(limit == 0.0 ? 0.0 : std::abs(*p / limit), gives ? colour::kOrange : colour::kGreen,
      fmt::format("{} {:.1f} of {:.1f} kW", gives ? "gives" : "takes", std::abs(*p),
                  std::abs(limit)));
}

void text(const char* name, const std::string& value) {
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", name);
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(value.c_str());
}

// What the cells do.
void cell_figures(const App& app, const BatteryView& view) {
  const auto SOC = app.value(app.find("battery.SOC")), u = app.value(app.find("battery.u")),
             i = app.value(app.find("battery.i"));
  if (!SOC || !u || !i) return;
  const double rest = view.at_rest(*SOC);
  text("at rest", fmt::format("{:.4g} V", rest));
  text("drop", fmt::format("{:.3g} V", rest - *u));
  text("a cell", fmt::format("{:.4g} V", *u / view.n_series));
  text("rate", view.capacity > 0.0 ? fmt::format("{:.3g} C", *i / view.capacity) : "-");
  constexpr double kSome = 1.0;  // below it nothing can be said of a resistance [A]
  text("resistance",
       std::abs(*i) > kSome ? fmt::format("{:.4g} mOhm", 1000.0 * (rest - *u) / *i) : "-");
  text("cells", fmt::format("{:.4g} degC", app.T_battery() - 273.15));
}

// Voltage over charge: at rest, and where it is now with where it was.
void curve(const App& app, const BatteryView& view) {
  const auto SOC = app.find("battery.SOC"), u = app.find("battery.u");
  if (!SOC || !u || ImGui::GetContentRegionAvail().y < 7.0f * ImGui::GetFontSize()) return;
  if (!begin_plot("###ocv", {-1.0f, -1.0f}, ImPlotFlags_NoTitle)) return;
  ImPlot::SetupAxes("state of charge [1]", "pack [V]");
  ImPlot::SetupAxesLimits(0.0, 1.0, 0.98 * std::min(view.u_min, view.OCV.front()),
                          1.02 * std::max(view.u_max, view.OCV.back()));
  ImPlot::SetupLegend(ImPlotLocation_SouthEast);
  ImPlotSpec spec;
  spec.LineWeight = 1.5f;
  spec.LineColor = colour::kSky;
  ImPlot::PlotLine("at rest###rest", view.SOC.data(), view.OCV.data(),
                   static_cast<int>(view.SOC.size()), spec);
  const std::array<double, 2> limits{view.u_min, view.u_max};
  ImPlotSpec edge;
  edge.LineColor = colour::kDim;
  edge.Flags = static_cast<ImPlotItemFlags>(ImPlotInfLinesFlags_Horizontal);
  ImPlot::PlotInfLines("limits of the cells###limits", limits.data(), 2, edge);
  const double x = app.now().values[*SOC], y = app.now().values[*u];
  ImPlotSpec now;
  now.Marker = ImPlotMarker_Circle;
  now.MarkerSize = 5.0f;
  now.MarkerFillColor = now.MarkerLineColor = colour::kVermilion;
  ImPlot::PlotScatter("now###now", &x, &y, 1, now);
  ImPlot::EndPlot();
}

}  // namespace

void battery_panel(App& app) {
  const auto view = battery_view(app.parameters());
  if (const auto SOC = app.value(app.find("battery.SOC")))
    bar(*SOC, colour::kSky, fmt::format("state of charge {:.2f} %", 100.0 * *SOC));
  power(app);
  if (begin_table("figures", {1.0f, 1.0f, 1.0f, 1.0f})) {
    figure(app, "voltage", "battery.u");
    figure(app, "current", "battery.i");
    figure(app, "DC link", "dc_link.u");
    figure(app, "loss", "battery.p_loss");
    figure(app, "auxiliaries", "auxiliaries.p");
    figure(app, "at the wheels", "body.p_wheel");
    if (view) cell_figures(app, *view);
    ImGui::EndTable();
  }
  if (const auto reason = app.value(app.find("vcu.limit_reason"))) {
    const std::string text(io::limit_reason_text(*reason));
    ImGui::TextColored(*reason == 0.0 ? colour::kGrey : colour::kOrange, "%s", text.c_str());
  }
  if (view) curve(app, *view);
}

}  // namespace evsim::gui
