// The panels: one function each, in a table. They show the App and hand on what the user does; they know
// nothing of each other, of a platform or of a graphics card.
#pragma once

#include <span>

#include "gui/model/app.h"

namespace evsim::gui {

struct Panel {
  const char* name;  // of its window, and in layouts
  void (*draw)(App&);
};
std::span<const Panel> panels();

void parameters_panel(App& app);
void signals_panel(App& app);
void scopes_panel(App& app);
void machine_map_panel(App& app);
void current_plane_panel(App& app);
void battery_panel(App& app);
void vehicle_panel(App& app);
void energy_panel(App& app);
void results_panel(App& app);
void compare_panel(App& app);
void tables_panel(App& app);
void edits_panel(App& app);
void messages_panel(App& app);
void link_panel(App& app);
void can_panel(App& app);
void driving_panel(App& app);
void faults_panel(App& app);
void timeline_panel(App& app);
void picker_panel(App& app);
void keys_panel(App& app);

// Not panels: they stand in no layout.
void menu_bar(App& app);
void time_bar(App& app);
void palette(App& app);
void question(App& app);
void driving_keys(App& app);  // each frame: what is held down
// In place of all panels until there is a simulation.
void waiting_screen(const char* what, const std::vector<std::string>& lines);

// All of one frame: keys, layout, panels. Between ImGui::NewFrame() and ImGui::Render().
void draw(App& app);

}  // namespace evsim::gui
