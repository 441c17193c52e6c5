// All values of the car as a tree: each with its slider, its typed value, its unit and where it comes from.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

#include "gui/panels/items.h"
#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

ImVec4 state_colour(const Parameter& p) {
  switch (p.taken) {
    case Taken::as_loaded: return p.origin == "default" ? colour::kDim : colour::kGrey;
    case Taken::edited: return colour::kYellow;
    case Taken::applied: return colour::kOrange;
    case Taken::refused: return colour::kVermilion;
  }
  return colour::kGrey;
}
const char* state_text(const Parameter& p) {
  switch (p.taken) {
    case Taken::as_loaded: return p.origin == "default" ? "default" : "as in the file";
    case Taken::edited: return "edited, not applied yet";
    case Taken::applied: return "edited and applied, not saved";
    case Taken::refused: return "refused by the simulation; the value before is in effect";
  }
  return "";
}

std::string about(const Parameter& p) {
  std::string out = p.keyed + "\n" + p.doc;
  if (!p.allowed.empty()) out += "\nallowed: " + p.allowed;
  if (!p.default_text.empty()) out += "\ndefault: " + p.default_text;
  out += "\nfrom: " + p.origin;
  if (p.editable) out += fmt::format("\nloaded: {} {}", written(p.loaded), p.unit_text);
  return out + "\nstate: " + state_text(p);
}

void take_typed(App& app, std::size_t i, const std::string& text) {
  const auto value = number_in(text);
  if (!value)
    return app.say(app.parameters().all()[i].keyed + ": got " + text + ", must be a number", true);
  app.set_parameter(i, *value);
  app.commit();
}

void edit(App& app, std::size_t i) {
  const Parameter& p = app.parameters().all()[i];
  double value = p.value;
  ImGui::SetNextItemWidth(-FLT_MIN);
  const std::string slider = "###slider:" + p.keyed, typed = "###value:" + p.keyed;
  ImGui::BeginDisabled(std::isinf(value));  // a number is typed first
  if (ImGui::SliderScalar(slider.c_str(), ImGuiDataType_Double, &value, &p.low, &p.high, ""))
    app.set_parameter(i, value);
  if (ImGui::IsItemDeactivatedAfterEdit()) app.commit();
  ImGui::EndDisabled();
  ImGui::TableNextColumn();
  const std::string shown = std::isinf(p.value) ? written(p.value) : fmt::format("{:.7g}", p.value);
  std::string text = shown;
  ImGui::SetNextItemWidth(-FLT_MIN);
  ImGui::PushStyleColor(ImGuiCol_Text,
                        p.changed() ? state_colour(p) : ImGui::GetStyleColorVec4(ImGuiCol_Text));
  if (ImGui::InputText(typed.c_str(), &text,
                       ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll) &&
      text != shown)
    take_typed(app, i, text);
  ImGui::PopStyleColor();
  tip(about(p));
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", p.unit_text.c_str());
}

// No command changes it: the car is loaded anew.
void choose(App& app, std::size_t i) {
  const Parameter& p = app.parameters().all()[i];
  std::string chosen = p.text;
  ImGui::SetNextItemWidth(-FLT_MIN);
  if (begin_combo("###choice:" + p.path, p.text)) {
    for (const std::string& c : p.choices)
      if (ImGui::Selectable((c + "###" + p.path + "=" + c).c_str(), c == p.text)) chosen = c;
    ImGui::EndCombo();
  }
  tip("Another choice loads the car anew, with all edits, and starts the run again");
  if (chosen != p.text) app.load_with(i, chosen);
}

void row(App& app, std::size_t i, bool whole_path) {
  const Parameter& p = app.parameters().all()[i];
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(p.changed() ? state_colour(p) : ImGui::GetStyleColorVec4(ImGuiCol_Text), "%s",
                     (whole_path ? p.path : p.name).c_str());
  tip(about(p));
  ImGui::TableNextColumn();
  if (p.editable) return edit(app, i);
  if (!p.choices.empty()) return choose(app, i);
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", p.text.c_str());
  tip(about(p));
}

// Parameters from..to-1, all of which begin with the same `depth` characters of path.
void branch(App& app, std::size_t from, std::size_t to, std::size_t depth) {
  const auto& all = app.parameters().all();
  for (std::size_t i = from; i < to;) {
    const std::string_view rest = std::string_view(all[i].path).substr(depth);
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) {
      row(app, i++, false);
      continue;
    }
    const std::string_view prefix = std::string_view(all[i].path).substr(0, depth + dot + 1);
    std::size_t end = i;
    while (end < to && std::string_view(all[end].path).starts_with(prefix)) ++end;
    const auto changed = std::count_if(all.begin() + static_cast<std::ptrdiff_t>(i),
                                       all.begin() + static_cast<std::ptrdiff_t>(end),
                                       [](const Parameter& p) { return p.changed(); });
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    const std::string label = std::string(rest.substr(0, dot)) +
                              (changed > 0 ? fmt::format(" ({} edited)", changed) : std::string()) +
                              "###group:" + std::string(prefix);
    const bool first = from == 0 && i == 0 && depth == 0;  // shows at once what can be done
    if (ImGui::TreeNodeEx(label.c_str(),
                          ImGuiTreeNodeFlags_SpanAllColumns |
                              (first ? ImGuiTreeNodeFlags_DefaultOpen : ImGuiTreeNodeFlags_None))) {
      branch(app, i, end, prefix.size());
      ImGui::TreePop();
    }
    i = end;
  }
}

// Those whose path or meaning holds all words of the search.
bool found(const Parameter& p, const std::string& search) {
  const std::string text = io::lower_case(p.keyed + " " + p.doc);
  std::size_t begin = 0;
  while (begin < search.size()) {
    const std::size_t end = std::min(search.find(' ', begin), search.size());
    if (text.find(search.substr(begin, end - begin)) == std::string::npos) return false;
    begin = end + 1;
  }
  return true;
}

void columns() {
  const float em = ImGui::GetFontSize();
  ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthStretch, 1.5f);
  ImGui::TableSetupColumn("slider", ImGuiTableColumnFlags_WidthStretch, 1.0f);
  ImGui::TableSetupColumn("value", ImGuiTableColumnFlags_WidthFixed, 5.2f * em);
  ImGui::TableSetupColumn("unit", ImGuiTableColumnFlags_WidthFixed, 3.4f * em);
}

}  // namespace

void parameters_panel(App& app) {
  ImGui::SetNextItemWidth(-FLT_MIN);
  ImGui::InputTextWithHint("###search", "search: mass, rear L_d, brake ...", &app.search,
                           ImGuiInputTextFlags_EscapeClearsAll);
  if (!ImGui::BeginTable("parameters", 4, ImGuiTableFlags_ScrollY | ImGuiTableFlags_Resizable))
    return;
  columns();
  if (app.search.empty()) {
    branch(app, 0, app.parameters().described(), 0);
  } else {
    const std::string search = io::lower_case(app.search);
    for (std::size_t i = 0; i < app.parameters().described(); ++i)
      if (found(app.parameters().all()[i], search)) row(app, i, true);
  }
  ImGui::EndTable();
}

}  // namespace evsim::gui
