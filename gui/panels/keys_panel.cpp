// Which keys do what; each can be chosen anew.
#include <imgui.h>

#include "gui/model/actions.h"
#include "gui/panels/chords.h"
#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

// The key that goes down now, with its modifiers; Escape is none.
ImGuiKeyChord key_down() {
  for (int k = ImGuiKey_NamedKey_BEGIN; k < ImGuiKey_GamepadStart; ++k) {
    const auto key = static_cast<ImGuiKey>(k);
    const bool modifier = key >= ImGuiKey_LeftCtrl && key <= ImGuiKey_RightSuper;
    if (!modifier && ImGui::IsKeyPressed(key, false)) return k | ImGui::GetIO().KeyMods;
  }
  return ImGuiKey_None;
}

void row(App& app, const Action& a) {
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::AlignTextToFramePadding();
  ImGui::TextDisabled("%s", a.menu);
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(a.title);
  ImGui::TableNextColumn();
  const bool choosing = app.desk.key_for == a.id;
  const std::string keys = keys_of(app.desk, a);
  const std::string text = choosing ? "press a key" : keys.empty() ? "none" : keys;
  if (ImGui::Button((text + "###key:" + a.id).c_str(), {-FLT_MIN, 0.0f})) app.desk.key_for = a.id;
  tip("Click, then press the keys; Escape leaves it as it is");
  ImGui::TableNextColumn();
  if (app.desk.keys.contains(std::string_view(a.id)) &&
      ImGui::SmallButton((std::string("usual###usual:") + a.id).c_str())) {
    app.desk.keys.erase(a.id);
    app.save_keys(app.desk.settings);
  }
}

}  // namespace

void keys_panel(App& app) {
  if (!app.desk.key_for.empty())
    if (const ImGuiKeyChord chord = key_down(); chord != ImGuiKey_None) {
      if (chord != ImGuiKey_Escape) app.desk.keys[app.desk.key_for] = chord_text(chord);
      app.desk.key_for.clear();
      app.save_keys(app.desk.settings);
    }
  if (!ImGui::BeginTable("keys", 4, ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg)) return;
  const float em = ImGui::GetFontSize();
  ImGui::TableSetupColumn("menu", ImGuiTableColumnFlags_WidthFixed, 3.0f * em);
  ImGui::TableSetupColumn("title", ImGuiTableColumnFlags_WidthStretch);
  ImGui::TableSetupColumn("keys", ImGuiTableColumnFlags_WidthFixed, 8.0f * em);
  ImGui::TableSetupColumn("usual", ImGuiTableColumnFlags_WidthFixed, 3.5f * em);
  for (const Action& a : actions()) row(app, a);
  ImGui::EndTable();
}

}  // namespace evsim::gui
