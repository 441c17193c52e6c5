// Which car runs in which scenario, and what else could.
#include <imgui.h>
#include <imgui_stdlib.h>

#include <array>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/case.h"

namespace evsim::gui {
namespace {

void list(const char* id, const std::vector<std::string>& files, std::string& chosen) {
  ImGui::SetNextItemWidth(-FLT_MIN);
  ImGui::InputText(("###path:" + std::string(id)).c_str(), &chosen);
  const float height =
      0.42f * ImGui::GetContentRegionAvail().y - 2.0f * ImGui::GetFrameHeightWithSpacing();
  if (!ImGui::BeginChild(id, {0.0f, std::max(height, 5.0f * ImGui::GetFontSize())},
                         ImGuiChildFlags_Borders)) {
    ImGui::EndChild();
    return;
  }
  for (const std::string& file : files)
    if (ImGui::Selectable((io::stem(file) + "###file:" + file).c_str(), file == chosen))
      chosen = file;
  ImGui::EndChild();
}

template <std::size_t N>
void level(const char* label, const std::array<std::string_view, N>& names, int& chosen) {
  const auto text = [&](int k) {
    return k == 0 ? std::string("as the scenario says")
                  : std::string(names[static_cast<std::size_t>(k - 1)]);
  };
  ImGui::SetNextItemWidth(11.0f * ImGui::GetFontSize());
  if (!ImGui::BeginCombo(label, text(chosen).c_str())) return;
  for (int k = 0; k <= static_cast<int>(N); ++k)
    if (ImGui::Selectable((text(k) + "###" + label + std::to_string(k)).c_str(), k == chosen))
      chosen = k;
  ImGui::EndCombo();
}

}  // namespace

void picker_panel(App& app) {
  Picker& p = app.picker;
  ImGui::SeparatorText("car");
  list("vehicles", p.vehicles, p.vehicle);
  ImGui::SeparatorText("scenario");
  list("scenarios", p.scenarios, p.scenario);
  level("drive", scenario::kLevelNames, p.drive);
  ImGui::SameLine(0.0f, 16.0f);
  level("chassis", scenario::kChassisNames, p.chassis);
  ImGui::BeginDisabled(p.loading);
  if (ImGui::Button(p.loading ? "loading ...###load" : "Load###load"))
    app.open(p.request(app.request()));
  ImGui::EndDisabled();
  tip("The one that runs goes on until the other is there");
  ImGui::SameLine(0.0f, 16.0f);
  ImGui::Checkbox("load again when a file changes###reload_by_itself", &p.reload_by_itself);
  tip("Not while edits are unsaved");
  if (p.changed) {
    ImGui::TextColored(colour::kOrange, "files on the disk differ from those that run");
    ImGui::SameLine();
    if (ImGui::SmallButton("load them###reload")) app.reload();
  }
  if (p.failure.empty()) return;
  ImGui::PushTextWrapPos();
  ImGui::TextColored(colour::kVermilion, "%s", p.failure.c_str());
  ImGui::PopTextWrapPos();
}

}  // namespace evsim::gui
