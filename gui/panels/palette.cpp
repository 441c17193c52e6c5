// What is typed finds signals, parameters, panels, layouts, actions; Enter does it.
#include "gui/model/palette.h"

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

constexpr std::size_t kMost = 12;

void close(App& app) {
  app.desk.palette = false;
  app.desk.palette_text.clear();
  app.desk.palette_at = 0;
  ++app.desk.palettes;
}

void hits(App& app, bool enter) {
  const auto found = palette_hits(app, app.desk.palette_text, kMost);
  int& at = app.desk.palette_at;
  if (ImGui::IsKeyPressed(ImGuiKey_DownArrow)) ++at;
  if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) --at;
  at = std::clamp(at, 0, std::max(static_cast<int>(found.size()) - 1, 0));
  for (std::size_t k = 0; k < found.size(); ++k) {
    const Hit& hit = found[k];
    const bool marked = static_cast<int>(k) == at;
    if (ImGui::Selectable((hit.text + "###hit:" + std::to_string(k)).c_str(), marked) ||
        (marked && enter)) {
      close(app);
      return choose(app, hit);
    }
    const float width = ImGui::CalcTextSize(hit.note.c_str()).x;
    ImGui::SameLine(ImGui::GetWindowWidth() - ImGui::GetStyle().WindowPadding.x - width);
    ImGui::TextDisabled("%s", hit.note.c_str());
  }
  if (found.empty()) ImGui::TextDisabled("nothing of that name");
}

}  // namespace

void palette(App& app) {
  if (!app.desk.palette) return;
  const ImGuiViewport* screen = ImGui::GetMainViewport();
  const float width = std::min(44.0f * ImGui::GetFontSize(), 0.9f * screen->WorkSize.x);
  ImGui::SetNextWindowPos(
      {screen->GetCenter().x - 0.5f * width, screen->WorkPos.y + 0.12f * screen->WorkSize.y});
  ImGui::SetNextWindowSize({width, 0.0f});
  constexpr ImGuiWindowFlags kFlags =
      ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoDocking |
      ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_AlwaysAutoResize;
  if (ImGui::IsKeyPressed(ImGuiKey_Escape)) close(app);
  if (!app.desk.palette) return;
  if (ImGui::Begin("###palette", nullptr, kFlags)) {
    if (ImGui::IsWindowAppearing()) {
      ImGui::SetWindowFocus();
      ImGui::SetKeyboardFocusHere();
    }
    ImGui::SetNextItemWidth(-FLT_MIN);
    ImGui::PushID(
        app.desk.palettes);  // a field of its own each time: an old one gives its text back
    const bool enter = ImGui::InputTextWithHint(
        "###palette_text", "signal, parameter, action, panel; or: kerb mass = 2100",
        &app.desk.palette_text, ImGuiInputTextFlags_EnterReturnsTrue);
    if (ImGui::IsItemEdited()) app.desk.palette_at = 0;
    ImGui::PopID();
    const bool left = !ImGui::IsWindowFocused() && !ImGui::IsWindowAppearing();
    hits(app, enter);
    if (left && app.desk.palette && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) close(app);
  }
  ImGui::End();
}

}  // namespace evsim::gui
