// A question to the user, before all else.
#include <imgui.h>

#include "gui/panels/panels.h"

namespace evsim::gui {

void question(App& app) {
  constexpr char kName[] = "Unsaved###question";
  if (!app.desk.question) return;
  if (!ImGui::IsPopupOpen(kName)) ImGui::OpenPopup(kName);
  ImGui::SetNextWindowPos(ImGui::GetMainViewport()->GetCenter(), ImGuiCond_Always, {0.5f, 0.5f});
  if (!ImGui::BeginPopupModal(kName, nullptr, ImGuiWindowFlags_AlwaysAutoResize)) return;
  const Question asked = *app.desk.question;
  ImGui::TextUnformatted(asked.text.c_str());
  ImGui::Dummy({0.0f, 0.5f * ImGui::GetFontSize()});
  for (std::size_t k = 0; k < asked.answers.size(); ++k) {
    if (k > 0) ImGui::SameLine();
    const Question::Answer& answer = asked.answers[k];
    const bool last = k + 1 == asked.answers.size();
    if (!ImGui::Button((answer.text + "###answer:" + std::to_string(k)).c_str()) &&
        !(last && ImGui::IsKeyPressed(ImGuiKey_Escape)))
      continue;
    app.desk.question.reset();
    ImGui::CloseCurrentPopup();
    if (answer.then) answer.then(app);
    break;
  }
  ImGui::EndPopup();
}

}  // namespace evsim::gui
