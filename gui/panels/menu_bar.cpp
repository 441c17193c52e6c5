// Menus: the actions by where they stand, the panels, the layouts.
#include <imgui.h>

#include <string>

#include "gui/model/actions.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

void items(App& app, std::string_view menu) {
  for (const Action& a : actions()) {
    if (menu != a.menu || std::string_view(a.id).starts_with("layout_")) continue;
    const std::string label = std::string(a.title) + "###do:" + a.id;
    if (ImGui::MenuItem(label.c_str(), keys_of(app.desk, a).c_str(), a.on != nullptr && a.on(app),
                        a.can == nullptr || a.can(app)))
      a.run(app);
  }
}

void panels_menu(App& app) {
  for (const std::string& name : app.desk.panels) {
    const bool open = !app.desk.closed.contains(name);
    if (!ImGui::MenuItem((name + "###panel:" + name).c_str(), nullptr, open)) continue;
    if (open)
      app.desk.closed.insert(name);
    else
      app.show_panel(name);
  }
}

void layouts_menu(App& app) {
  for (std::size_t k = 0; k < app.desk.layouts.size(); ++k) {
    const std::string& name = app.desk.layouts[k].name;
    const Action* a = find_action("layout_" + std::to_string(k + 1));
    if (ImGui::MenuItem((name + "###layout:" + name).c_str(),
                        a == nullptr ? nullptr : keys_of(app.desk, *a).c_str(),
                        app.desk.layout_name == name))
      app.take_layout(name);
  }
}

}  // namespace

void menu_bar(App& app) {
  if (!ImGui::BeginMainMenuBar()) return;
  for (const char* menu : {"File", "Edit", "Run", "View"}) {
    if (!ImGui::BeginMenu((std::string(menu) + "###menu:" + menu).c_str())) continue;
    items(app, menu);
    ImGui::EndMenu();
  }
  if (ImGui::BeginMenu("Panels###menu:Panels")) {
    panels_menu(app);
    ImGui::EndMenu();
  }
  if (ImGui::BeginMenu("Layouts###menu:Layouts")) {
    layouts_menu(app);
    ImGui::Separator();
    items(app, "Layouts");
    ImGui::EndMenu();
  }
  ImGui::EndMainMenuBar();
}

}  // namespace evsim::gui
