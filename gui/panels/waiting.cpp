// While there is no simulation to show.
#include <imgui.h>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {

void waiting_screen(const char* what, const std::vector<std::string>& lines) {
  const ImGuiViewport* screen = ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(screen->GetCenter(), ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::Begin("###waiting", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoSavedSettings);
  ImGui::TextColored(colour::kSky, "%s", what);
  ImGui::Spacing();
  for (const std::string& line : lines) ImGui::TextUnformatted(line.c_str());
  ImGui::Spacing();
  ImGui::TextDisabled("%.0f s; closing the window ends it", ImGui::GetTime());
  ImGui::End();
}

}  // namespace evsim::gui
