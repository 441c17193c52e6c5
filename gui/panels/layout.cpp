// Keys, default layout, and all panels in it.
#include <imgui.h>
#include <imgui_internal.h>

#include <array>

#include "gui/panels/items.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

constexpr std::array kPanels{
    Panel{"Parameters", parameters_panel, Place::left},
    Panel{"Signals", signals_panel, Place::left},
    Panel{"Edits", edits_panel, Place::left_below},
    Panel{"Messages", messages_panel, Place::left_below},
    Panel{"Results", results_panel, Place::left_below},
    Panel{"Scopes", scopes_panel, Place::centre},
    Panel{"Vehicle", vehicle_panel, Place::centre},
    Panel{"Energy", energy_panel, Place::centre},
    Panel{"Compare", compare_panel, Place::centre},
    Panel{"Tables", tables_panel, Place::centre},
    Panel{"Machine map", machine_map_panel, Place::right},
    Panel{"Current plane", current_plane_panel, Place::right_middle},
    Panel{"Battery", battery_panel, Place::right_below},
};

void make_layout(ImGuiID all, const ImVec2& size) {
  ImGui::DockBuilderRemoveNode(all);
  ImGui::DockBuilderAddNode(all, ImGuiDockNodeFlags_DockSpace);
  ImGui::DockBuilderSetNodeSize(all, size);
  ImGuiID centre = all;
  const auto split = [](ImGuiID& from, ImGuiDir side, float share) {
    ImGuiID rest = 0;
    const ImGuiID part = ImGui::DockBuilderSplitNode(from, side, share, nullptr, &rest);
    from = rest;
    return part;
  };
  ImGuiID left = split(centre, ImGuiDir_Left, 0.27f);
  ImGuiID right = split(centre, ImGuiDir_Right, 0.42f);
  const ImGuiID left_below = split(left, ImGuiDir_Down, 0.32f);
  const ImGuiID right_below = split(right, ImGuiDir_Down, 0.2f);
  const ImGuiID right_middle = split(right, ImGuiDir_Down, 0.56f);
  const auto node = [&](Place place) {
    switch (place) {
      case Place::left: return left;
      case Place::left_below: return left_below;
      case Place::centre: return centre;
      case Place::right: return right;
      case Place::right_middle: return right_middle;
      case Place::right_below: return right_below;
    }
    return centre;
  };
  for (const Panel& p : kPanels) ImGui::DockBuilderDockWindow(p.name, node(p.place));
  ImGui::DockBuilderFinish(all);
}

void dock_space(const ImVec2& at, const ImVec2& size) {
  ImGui::SetNextWindowPos(at);
  ImGui::SetNextWindowSize(size);
  constexpr ImGuiWindowFlags kFlags =
      ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
      ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNavFocus |
      ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoSavedSettings;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0f, 0.0f});
  ImGui::Begin("###docks", nullptr, kFlags);
  ImGui::PopStyleVar();
  const ImGuiID id = ImGui::GetID("docks");
  if (ImGui::DockBuilderGetNode(id) == nullptr) make_layout(id, size);
  ImGui::DockSpace(id);
  ImGui::End();
}

bool pressed(ImGuiKeyChord keys) {
  return ImGui::Shortcut(keys, ImGuiInputFlags_RouteGlobal | ImGuiInputFlags_RouteUnlessBgFocused);
}
void keys(App& app) {
  if (ImGui::GetIO().WantTextInput) return;
  if (pressed(ImGuiKey_Space)) app.now().paused ? app.resume() : app.pause();
  if (pressed(ImGuiKey_Period)) app.step(1);
  if (pressed(ImGuiKey_Home)) app.go_back(-1.0);
  if (pressed(ImGuiMod_Ctrl | ImGuiKey_Z)) app.undo();
  if (pressed(ImGuiMod_Ctrl | ImGuiKey_Y) || pressed(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z))
    app.redo();
}

}  // namespace

std::span<const Panel> panels() { return kPanels; }

void draw(App& app) {
  forget_items();
  keys(app);
  const ImGuiViewport* screen = ImGui::GetMainViewport();
  const float bar = ImGui::GetFrameHeightWithSpacing() + ImGui::GetTextLineHeight() +
                    2.0f * ImGui::GetStyle().WindowPadding.y;
  ImGui::SetNextWindowPos(screen->WorkPos);
  ImGui::SetNextWindowSize({screen->WorkSize.x, bar});
  time_bar(app);
  dock_space({screen->WorkPos.x, screen->WorkPos.y + bar},
             {screen->WorkSize.x, screen->WorkSize.y - bar});
  for (const Panel& p : kPanels) {
    if (ImGui::Begin(p.name)) p.draw(app);
    ImGui::End();
  }
}

}  // namespace evsim::gui
