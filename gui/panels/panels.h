// The panels: one function each, in a table. They show the App and hand on what the user does; they know
// nothing of each other, of a platform or of a graphics card.
#pragma once

#include <span>

#include "gui/model/app.h"

namespace evsim::gui {

// Where a panel stands in the default layout.
enum class Place { left, left_below, centre, right, right_middle, right_below };

struct Panel {
  const char* name;  // of its window
  void (*draw)(App&);
  Place place;
};
std::span<const Panel> panels();

void time_bar(App& app);  // above all, not a window that moves
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

// All of one frame: keys, layout, panels. Between ImGui::NewFrame() and ImGui::Render().
void draw(App& app);

}  // namespace evsim::gui
