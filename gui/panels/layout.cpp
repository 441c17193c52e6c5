// One frame: keys, bars, and all panels in their places.
#include <imgui.h>

#include <algorithm>
#include <array>

#include "gui/model/actions.h"
#include "gui/panels/chords.h"
#include "gui/panels/docks.h"
#include "gui/panels/items.h"
#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

constexpr std::array kPanels{
    Panel{"Parameters", parameters_panel},
    Panel{"Signals", signals_panel},
    Panel{"Edits", edits_panel},
    Panel{"Messages", messages_panel},
    Panel{"Scopes", scopes_panel},
    Panel{"Machine map", machine_map_panel},
    Panel{"Current plane", current_plane_panel},
    Panel{"Battery", battery_panel},
    Panel{"Car and scenario", picker_panel},
    Panel{"Keys", keys_panel},
    Panel{"Driving", driving_panel},
    Panel{"Faults", faults_panel},
    Panel{"Timeline", timeline_panel},
    Panel{"Link", link_panel},
    Panel{"CAN", can_panel},
    Panel{"Vehicle", vehicle_panel},
    Panel{"Energy", energy_panel},
    Panel{"Results", results_panel},
    Panel{"Compare", compare_panel},
    Panel{"Tables", tables_panel},
};

bool pressed(ImGuiKeyChord keys) { return ImGui::Shortcut(keys, ImGuiInputFlags_RouteGlobal); }
void keys(App& app) {
  if (ImGui::GetIO().WantTextInput || !app.desk.key_for.empty()) return;
  for (const Action& a : actions()) {
    const ImGuiKeyChord chord = chord_of(keys_of(app.desk, a));
    if (chord != ImGuiKey_None && pressed(chord) && (a.can == nullptr || a.can(app))) a.run(app);
  }
  if (pressed(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z)) app.redo();  // as many expect
}

void begin_desk(App& app) {
  for (const Panel& p : kPanels) app.desk.panels.emplace_back(p.name);
  app.read_settings(app.desk.settings);
  app.take_layout(app.desk.layout_name);
}

// A panel that stands in no place of a new layout is closed.
void take_on(App& app, const Layout& layout) {
  const std::vector<std::string> shown = shown_in(layout.dock);
  app.desk.closed.clear();
  for (const std::string& name : app.desk.panels)
    if (std::ranges::find(shown, name) == shown.end()) app.desk.closed.insert(name);
}

void panel(App& app, const Panel& p) {
  if (app.desk.closed.contains(p.name)) return;
  bool open = true;
  const ImVec2 screen = ImGui::GetMainViewport()->Size;
  ImGui::SetNextWindowSize({0.45f * screen.x, 0.6f * screen.y}, ImGuiCond_FirstUseEver);
  ImGui::SetNextWindowPos({0.28f * screen.x, 0.2f * screen.y}, ImGuiCond_FirstUseEver);
  const bool to_front = app.desk.front == p.name;
  if (to_front) {
    ImGui::SetNextWindowFocus();
    app.desk.front.clear();
  }
  // One that appears leaves the tabs of its place as the layout has them.
  const ImGuiWindowFlags flags =
      to_front ? ImGuiWindowFlags_None : ImGuiWindowFlags_NoFocusOnAppearing;
  if (ImGui::Begin(p.name, &open, flags)) p.draw(app);
  ImGui::End();
  if (!open) app.desk.closed.insert(p.name);
}

void save_layout(App& app) {
  Layout now{.name = app.desk.layout_name, .span = app.span, .scopes = {}, .dock = dock_now()};
  for (const Scope& s : app.scopes) now.scopes.push_back(s.signals);
  app.save_layout(now, app.desk.settings);
  app.desk.save_layout = false;
}

}  // namespace

std::span<const Panel> panels() { return kPanels; }

void draw(App& app) {
  forget_items();
  if (app.desk.panels.empty()) begin_desk(app);
  follow_look(app.desk.light, app.desk.zoom);
  keys(app);
  driving_keys(app);
  menu_bar(app);
  const float bar = ImGui::GetFrameHeightWithSpacing() + ImGui::GetTextLineHeight() +
                    2.0f * ImGui::GetStyle().WindowPadding.y;
  const ImGuiViewport* screen = ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(screen->WorkPos);
  ImGui::SetNextWindowSize({screen->WorkSize.x, bar});
  time_bar(app);
  if (app.desk.wanted) take_on(app, *app.desk.wanted);
  dock_space(app.desk.wanted ? &*app.desk.wanted : nullptr, bar);
  app.desk.wanted.reset();
  for (const Panel& p : kPanels) panel(app, p);
  if (app.desk.save_layout) save_layout(app);
  palette(app);
  question(app);
}

}  // namespace evsim::gui
