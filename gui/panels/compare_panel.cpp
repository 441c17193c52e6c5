// The run beside another one: signals and figures with what they may differ by, the furthest outside first.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>
#include <implot.h>

#include <algorithm>
#include <cmath>

#include "gui/model/envelope.h"
#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/base/errors.h"
#include "sim/io/markup.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

void open(App& app) {
  try {
    app.comparison.open(app.comparison.folder);
    app.say("compared with " + app.comparison.folder);
  } catch (const InputError& e) {
    app.say(e.what(), true);
  }
}

void tools(App& app) {
  Comparison& c = app.comparison;
  ImGui::SetNextItemWidth(-16.0f * ImGui::GetFontSize());
  ImGui::InputTextWithHint("###compare_folder", "results folder of evsim run", &c.folder);
  ImGui::SameLine();
  if (ImGui::Button("Open###compare_open")) open(app);
  tip("Compares with the run in that folder");
  ImGui::SameLine();
  if (ImGui::Button("Keep this run###compare_keep")) app.keep_run();
  tip("The run until now becomes the one that is compared with; going back and loading do so by "
      "themselves");
  ImGui::SameLine();
  ImGui::BeginDisabled(c.reference() == nullptr);
  if (ImGui::Button("Drop###compare_drop")) c.forget();
  ImGui::EndDisabled();
}

// Beside the item before, where there is room for so many letters.
void beside(float letters) {
  const float end = ImGui::GetItemRectMax().x - ImGui::GetWindowPos().x;
  if (end + letters * ImGui::GetFontSize() < ImGui::GetWindowWidth()) ImGui::SameLine(0.0f, 16.0f);
}

void allowances(Comparison& c) {
  const float width = 3.8f * ImGui::GetFontSize();
  double percent = 100.0 * c.tolerances.share;
  ImGui::SetNextItemWidth(width);
  if (ImGui::InputDouble("% of range###compare_share", &percent, 0.0, 0.0, "%.4g") &&
      percent >= 0.0)
    c.tolerances.share = 0.01 * percent;
  tip("How far signals may be apart, as a share of the range that they go through; each may have "
      "its own below");
  beside(11.0f);
  percent = 100.0 * c.kpi_tolerances.others;
  ImGui::SetNextItemWidth(width);
  if (ImGui::InputDouble("% of figures###compare_kpi_share", &percent, 0.0, 0.0, "%.4g") &&
      percent >= 0.0)
    c.kpi_tolerances.others = 0.01 * percent;
  beside(8.0f);
  ImGui::SetNextItemWidth(width);
  ImGui::InputDouble("s later###compare_shift", &c.shift, 0.0, 0.0, "%.4g");
  tip("Added to the times of the other run");
}

void verdict(const Comparison& c, const std::vector<io::JudgedKpi>& figures) {
  const int outside = c.outside();
  const auto kpis = std::ranges::count(figures, false, &io::JudgedKpi::fits);
  const bool fits = outside == 0 && kpis == 0;
  ImGui::TextColored(fits ? colour::kGreen : colour::kVermilion, "%s",
                     fits ? "all within tolerance"
                          : fmt::format("{} of {} signals and {} of {} figures outside", outside,
                                        c.signals().size(), kpis, figures.size())
                                .c_str());
  ImGui::SameLine();
  ImGui::TextDisabled("of %s", c.reference()->name.c_str());
}

// The scopes go to the largest difference.
void go_to(App& app, const io::JudgedSignal& s) {
  app.comparison.selected = s.path;
  const double half = 0.5 * (app.x_max - app.x_min);
  app.follow = false;
  app.x_min = s.apart.at - half;
  app.x_max = s.apart.at + half;
}

void row(App& app, const io::JudgedSignal& s) {
  const Unit& unit = display_unit(s.dim);
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::PushStyleColor(ImGuiCol_Text,
                        s.fits ? ImGui::GetStyleColorVec4(ImGuiCol_Text) : colour::kVermilion);
  if (ImGui::Selectable((s.path + "###compare:" + s.path).c_str(),
                        s.path == app.comparison.selected))
    go_to(app, s);
  ImGui::PopStyleColor();
  tip("Shows both runs; the scopes go to the largest difference");
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(io::readable(s.apart.largest / unit.factor, 3).c_str());
  ImGui::TableNextColumn();
  double allowed = s.allowed / unit.factor;
  ImGui::SetNextItemWidth(-FLT_MIN);
  if (ImGui::InputDouble(("###allowed:" + s.path).c_str(), &allowed, 0.0, 0.0, "%.3g",
                         ImGuiInputTextFlags_EnterReturnsTrue) &&
      allowed >= 0.0)
    app.comparison.tolerances.by_path[s.path] = allowed * unit.factor;
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", std::string(unit.text).c_str());
  ImGui::TableNextColumn();
  ImGui::Text("%.4g s", s.apart.at);
}

void signals(App& app, float height) {
  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg |
                                     ImGuiTableFlags_Resizable | ImGuiTableFlags_SizingStretchProp;
  if (!ImGui::BeginTable("compared", 5, kFlags, {0.0f, height})) return;
  ImGui::TableSetupColumn("signal", ImGuiTableColumnFlags_None, 2.2f);
  ImGui::TableSetupColumn("difference", ImGuiTableColumnFlags_None, 0.9f);
  ImGui::TableSetupColumn("allowed", ImGuiTableColumnFlags_None, 0.8f);
  ImGui::TableSetupColumn("unit", ImGuiTableColumnFlags_None, 0.6f);
  ImGui::TableSetupColumn("at", ImGuiTableColumnFlags_None, 0.7f);
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableHeadersRow();
  const std::string search = io::lower_case(app.comparison.search);
  for (const io::JudgedSignal& s : app.comparison.signals())
    if (io::lower_case(s.path).find(search) != std::string::npos) row(app, s);
  ImGui::EndTable();
}

void kpis(const std::vector<io::JudgedKpi>& all, float height) {
  if (!ImGui::BeginTable(
          "compared_kpis", 4,
          ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp,
          {0.0f, height}))
    return;
  ImGui::TableSetupColumn("figure", ImGuiTableColumnFlags_None, 2.2f);
  ImGui::TableSetupColumn("this run", ImGuiTableColumnFlags_None, 0.9f);
  ImGui::TableSetupColumn("the other", ImGuiTableColumnFlags_None, 0.9f);
  ImGui::TableSetupColumn("apart", ImGuiTableColumnFlags_None, 0.7f);
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableHeadersRow();
  for (const io::JudgedKpi& d : all) {
    const ImVec4 c = d.fits ? ImGui::GetStyleColorVec4(ImGuiCol_Text) : colour::kVermilion;
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TextColored(c, "%s", d.kpi.name.c_str());
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(io::readable(d.kpi.a, 5).c_str());
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(io::readable(d.kpi.b, 5).c_str());
    ImGui::TableNextColumn();
    ImGui::TextColored(c, "%s %%", io::readable(100.0 * d.kpi.relative, 3).c_str());
    tip(fmt::format("allowed: {:.4g} %", 100.0 * d.allowed));
  }
  ImGui::EndTable();
}

void curve(const char* name, const Curve& c, const ImVec4& colour) {
  ImPlotSpec spec;
  spec.LineColor = colour;
  spec.LineWeight = 1.5f;
  ImPlot::PlotLine(name, c.t.data(), c.y.data(), static_cast<int>(c.t.size()), spec);
}
Curve shifted(Curve c, double shift) {
  for (double& t : c.t) t += shift;
  return c;
}

void overlay(App& app, float height) {
  const Comparison& c = app.comparison;
  const auto at = app.find(c.selected);
  if (!at) return;
  const Unit& unit = *app.signals()[*at].unit;
  const Series now = app.history().series(*at), then = c.series(c.selected);
  if (!begin_plot("###overlay", {-1.0f, height}, ImPlotFlags_NoTitle)) return;
  ImPlot::SetupAxes("t [s]", with_unit(c.selected, unit).c_str(), ImPlotAxisFlags_None,
                    ImPlotAxisFlags_AutoFit);
  ImPlot::SetupAxisLinks(ImAxis_X1, &app.x_min, &app.x_max);
  ImPlot::SetupAxis(ImAxis_Y2,
                    unit.text.empty() ? "difference" : with_unit("difference", unit).c_str(),
                    ImPlotAxisFlags_AutoFit | ImPlotAxisFlags_AuxDefault);
  bound_axis(ImAxis_Y2);
  const int width = std::max(static_cast<int>(ImPlot::GetPlotSize().x), 16);
  Curve a, b;
  envelope(now, app.x_min, app.x_max, width, unit, a);
  envelope(then, app.x_min - c.shift, app.x_max - c.shift, width, unit, b);
  curve("this run###this", a, colour::kSky);
  curve("the other###other", shifted(b, c.shift), colour::kOrange);
  ImPlot::SetAxis(ImAxis_Y2);
  const Curve d = difference(now, then, c.shift, app.x_min, app.x_max, width, unit);
  curve("difference###difference", d, colour::kPurple);
  ImPlot::EndPlot();
}

}  // namespace

void compare_panel(App& app) {
  app.comparison.shown = true;
  app.results.shown = true;  // its figures are compared
  tools(app);
  if (app.comparison.reference() == nullptr)
    return ImGui::TextDisabled(
        "Nothing to compare with yet: go back, restart, or open a results folder.");
  allowances(app.comparison);
  const auto figures = app.comparison.figures(app.figures().kpis);
  verdict(app.comparison, figures);
  ImGui::SetNextItemWidth(-FLT_MIN);
  ImGui::InputTextWithHint("###compare_search", "search signals", &app.comparison.search,
                           ImGuiInputTextFlags_EscapeClearsAll);
  const float room = ImGui::GetContentRegionAvail().y;
  const bool drawn = app.find(app.comparison.selected).has_value();
  if (drawn) overlay(app, 0.36f * room);
  signals(app, (drawn ? 0.37f : 0.6f) * room);
  kpis(figures, 0.0f);
}

}  // namespace evsim::gui
