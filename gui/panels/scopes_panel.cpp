// Signals over time: any number of scopes, one above the other, with one time axis.
#include <fmt/format.h>
#include <implot.h>

#include <algorithm>
#include <cstring>

#include "gui/model/envelope.h"
#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

// The units of a scope's signals in their order; at most three have an axis.
std::vector<const Unit*> units_of(const App& app, const Scope& s) {
  std::vector<const Unit*> out;
  for (const std::string& path : s.signals) {
    const auto at = app.find(path);
    if (!at) continue;
    const Unit* u = app.signals()[*at].unit;
    if (std::find(out.begin(), out.end(), u) == out.end() && out.size() < 3) out.push_back(u);
  }
  return out;
}

void add_signal(Scope& s, const std::string& signal) {
  if (std::find(s.signals.begin(), s.signals.end(), signal) == s.signals.end())
    s.signals.push_back(signal);
}

void accept_drop(const App& app, Scope& s) {
  if (!ImPlot::BeginDragDropTargetPlot()) return;
  if (const ImGuiPayload* p = ImGui::AcceptDragDropPayload("signal")) {
    std::size_t signal = 0;
    std::memcpy(&signal, p->Data, sizeof signal);
    add_signal(s, app.signals()[signal].path);
  }
  ImPlot::EndDragDropTarget();
}

// A click with the right button on the legend's entry takes the signal out.
bool taken_out(const std::string& label) {
  bool out = false;
  if (ImPlot::BeginLegendPopup(label.c_str())) {
    out = ImGui::MenuItem("take out");
    ImPlot::EndLegendPopup();
  }
  return out;
}

void set_axes(App& app, const std::vector<const Unit*>& units, bool last) {
  const ImPlotAxisFlags x = last ? ImPlotAxisFlags_None : ImPlotAxisFlags_NoTickLabels;
  ImPlot::SetupAxis(ImAxis_X1, last ? "t [s]" : nullptr, x);
  ImPlot::SetupAxisLinks(ImAxis_X1, &app.x_min, &app.x_max);
  for (std::size_t k = 0; k < std::max<std::size_t>(units.size(), 1); ++k) {
    const std::string text = units.empty() ? "" : std::string(units[k]->text);
    ImPlot::SetupAxis(ImAxis_Y1 + static_cast<int>(k),
                      text.empty() ? "[-]" : ("[" + text + "]").c_str(),
                      ImPlotAxisFlags_AutoFit | (k > 0 ? ImPlotAxisFlags_AuxDefault : 0));
  }
  ImPlot::SetupLegend(ImPlotLocation_North,
                      ImPlotLegendFlags_Outside | ImPlotLegendFlags_Horizontal);
}

void draw_lines(App& app, Scope& s, const std::vector<const Unit*>& units) {
  static thread_local Curve curve;  // scratch: no state
  const int width = std::max(static_cast<int>(ImPlot::GetPlotSize().x), 16);
  std::size_t out = s.signals.size();
  for (std::size_t k = 0; k < s.signals.size(); ++k) {
    const auto at = app.find(s.signals[k]);
    if (!at) continue;
    const Signal& signal = app.signals()[*at];
    const auto axis = std::find(units.begin(), units.end(), signal.unit);
    if (axis == units.end()) continue;
    ImPlot::SetAxis(ImAxis_Y1 + static_cast<int>(axis - units.begin()));
    envelope(app.history().series(*at), app.x_min, app.x_max, width, *signal.unit, curve);
    const std::string label = fmt::format("{}  {:.5g}###{}", with_unit(signal.path, *signal.unit),
                                          app.value(*at), signal.path);
    ImPlotSpec spec;
    spec.LineWeight = 1.5f;
    ImPlot::PlotLine(label.c_str(), curve.t.data(), curve.y.data(),
                     static_cast<int>(curve.t.size()), spec);
    if (taken_out(label)) out = k;
  }
  if (out < s.signals.size()) s.signals.erase(s.signals.begin() + static_cast<std::ptrdiff_t>(out));
}

void scope(App& app, std::size_t i, float height) {
  Scope& s = app.scopes[i];
  const auto units = units_of(app, s);
  const std::string name = "###scope:" + std::to_string(i);
  if (!ImPlot::BeginPlot(name.c_str(), {-1.0f, height},
                         ImPlotFlags_NoTitle | ImPlotFlags_NoMouseText))
    return;
  set_axes(app, units, i + 1 == app.scopes.size());
  draw_lines(app, s, units);
  accept_drop(app, s);
  ImPlot::EndPlot();
}

void tools(App& app) {
  constexpr double kShortest = 0.01, kLongest = 600.0;
  ImGui::Checkbox("follow###follow", &app.follow);
  ImGui::SameLine();
  ImGui::SetNextItemWidth(160.0f);
  ImGui::SliderScalar("###span", ImGuiDataType_Double, &app.span, &kShortest, &kLongest,
                      "last %.3g s", ImGuiSliderFlags_Logarithmic | ImGuiSliderFlags_AlwaysClamp);
  ImGui::SameLine();
  if (ImGui::Button("add scope###add_scope")) app.scopes.emplace_back();
  ImGui::SameLine();
  if (ImGui::Button("remove last###remove_scope") && !app.scopes.empty()) app.scopes.pop_back();
}

}  // namespace

void scopes_panel(App& app) {
  tools(app);
  if (app.scopes.empty()) return;
  const auto n = static_cast<float>(app.scopes.size());
  const float axis = 1.9f * ImGui::GetFontSize();  // of the last one
  const float gap = ImGui::GetStyle().ItemSpacing.y;
  const float height = std::max((ImGui::GetContentRegionAvail().y - axis - (n - 1.0f) * gap) / n,
                                5.0f * ImGui::GetFontSize());
  const bool aligned =
      ImPlot::BeginAlignedPlots("scopes");  // their time axes begin below each other
  for (std::size_t i = 0; i < app.scopes.size(); ++i)
    scope(app, i, i + 1 == app.scopes.size() ? height + axis : height);
  if (aligned) ImPlot::EndAlignedPlots();
  if (app.follow) app.span = std::clamp(app.x_max - app.x_min, 0.01, 600.0);
}

}  // namespace evsim::gui
