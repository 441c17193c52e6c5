// The figures that the run is judged by, as they stand, with the scenario's limits.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <cmath>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/limit_text.h"
#include "sim/io/markup.h"

namespace evsim::gui {
namespace {

const char* word(Verdict v) {
  return v == Verdict::pass ? "held" : v == Verdict::fail ? "not held" : "";
}
ImVec4 colour_of(Verdict v) {
  return v == Verdict::fail   ? colour::kVermilion
         : v == Verdict::pass ? colour::kGreen
                              : colour::kGrey;
}

void head(App& app) {
  const live::Figures& f = app.figures();
  const Verdict v = worst(f.kpis);
  const bool over = app.now().end != End::running;
  ImGui::TextColored(colour_of(v), "%s",
                     v == Verdict::none   ? "no limits"
                     : v == Verdict::pass ? "all limits held"
                                          : "a limit is not held");
  ImGui::SameLine();
  ImGui::TextDisabled("%s at %.4g s", over ? "at the end," : "so far,", f.t);
  tip("While a run goes on, what needs its whole length is not held yet");
  ImGui::SetNextItemWidth(-FLT_MIN);
  ImGui::InputTextWithHint("###results_search", "search: Wh/km, time, SOC ...", &app.results.search,
                           ImGuiInputTextFlags_EscapeClearsAll);
}

std::string requirements(const Kpi& k) {
  std::string out = k.name + "\n" + k.doc;
  for (const scenario::Limit& l : k.limits)
    if (!l.id.empty()) out += "\nrequirement: " + l.id;
  return out;
}

void row(const Kpi& k) {
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(short_name(k).c_str());
  tip(requirements(k));
  ImGui::TableNextColumn();
  if (std::isnan(k.value))
    ImGui::TextDisabled("-");
  else
    ImGui::Text("%s %s", io::readable(k.value, 5).c_str(), k.unit == "1" ? "" : k.unit.c_str());
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", io::limit_text(k).c_str());
  ImGui::TableNextColumn();
  ImGui::TextColored(colour_of(k.verdict), "%s", word(k.verdict));
}

}  // namespace

void results_panel(App& app) {
  app.results.shown = true;
  if (!app.results.refused.empty()) {
    ImGui::TextColored(colour::kVermilion, "%s", app.results.refused.c_str());
    return;
  }
  head(app);
  if (!ImGui::BeginTable("kpis", 4,
                         ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg |
                             ImGuiTableFlags_Resizable | ImGuiTableFlags_SizingStretchProp))
    return;
  ImGui::TableSetupColumn("figure", ImGuiTableColumnFlags_None, 2.2f);
  ImGui::TableSetupColumn("value", ImGuiTableColumnFlags_None, 1.1f);
  ImGui::TableSetupColumn("limit", ImGuiTableColumnFlags_None, 0.8f);
  ImGui::TableSetupColumn("verdict", ImGuiTableColumnFlags_None, 0.7f);
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableHeadersRow();
  for (const Kpi* k : to_show(app.figures().kpis, app.results.search)) row(*k);
  ImGui::EndTable();
}

}  // namespace evsim::gui
