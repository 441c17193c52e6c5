// What was changed and not saved, the list of all changes, and how to save them.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <cmath>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

void buttons(App& app) {
  ImGui::BeginDisabled(app.parameters().done() == 0);
  if (ImGui::Button("Undo###undo")) app.undo();
  ImGui::EndDisabled();
  tip("Ctrl+Z");
  ImGui::SameLine();
  ImGui::BeginDisabled(app.parameters().done() == app.parameters().changes().size());
  if (ImGui::Button("Redo###redo")) app.redo();
  ImGui::EndDisabled();
  tip("Ctrl+Y");
  ImGui::SameLine();
  ImGui::SetNextItemWidth(-13.5f * ImGui::GetFontSize());
  ImGui::InputText("###file", &app.file_name);
  ImGui::SameLine();
  if (ImGui::Button("Save vehicle###save_vehicle")) app.save_vehicle(app.file_name);
  tip("A vehicle file that inherits from the one that was loaded");
  ImGui::SameLine();
  if (ImGui::Button("Save patch###save_patch")) app.save_patch(app.file_name);
  tip("The changed values alone, to be laid over a vehicle file");
}

std::string shown(double x) { return std::isinf(x) ? written(x) : io::format_rounded(x); }

void unsaved(App& app, const std::vector<std::size_t>& all) {
  if (!begin_table("unsaved", {2.2f, 1.6f, 0.6f}, ImGuiTableFlags_RowBg)) return;
  for (const std::size_t i : all) {
    const Parameter& p = app.parameters().all()[i];
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(p.path.c_str());
    ImGui::TableNextColumn();
    ImGui::TextColored(
        p.taken == Taken::refused ? colour::kVermilion : colour::kOrange, "%s",
        fmt::format("{} -> {} {}", shown(p.loaded), shown(p.value), p.unit_text).c_str());
    ImGui::TableNextColumn();
    if (ImGui::SmallButton(("as loaded###loaded:" + p.keyed).c_str())) {
      app.set_parameter(i, p.loaded);
      app.commit();
    }
  }
  ImGui::EndTable();
}

void changes(const App& app) {
  const auto& all = app.parameters().changes();
  for (std::size_t k = all.size(); k-- > 0;) {
    const Parameter& p = app.parameters().all()[all[k].parameter];
    const bool undone = k >= app.parameters().done();
    ImGui::TextColored(undone ? colour::kDim : colour::kGrey, "%s",
                       fmt::format("{:3}  {}  {} -> {} {}{}", k + 1, p.path, shown(all[k].from),
                                   shown(all[k].to), p.unit_text, undone ? "  (undone)" : "")
                           .c_str());
  }
}

}  // namespace

void edits_panel(App& app) {
  buttons(app);
  const auto all = app.parameters().unsaved();
  ImGui::SeparatorText(all.empty() ? "nothing unsaved"
                                   : fmt::format("{} not saved", all.size()).c_str());
  unsaved(app, all);
  if (app.parameters().changes().empty()) return;
  ImGui::SeparatorText("changes");
  changes(app);
}

void messages_panel(App& app) {
  if (app.messages().empty()) ImGui::TextDisabled("nothing to report");
  for (auto it = app.messages().rbegin(); it != app.messages().rend(); ++it) {
    ImGui::PushTextWrapPos();
    ImGui::TextColored(it->error ? colour::kVermilion : colour::kGrey, "%.3f s  %s", it->t,
                       it->text.c_str());
    ImGui::PopTextWrapPos();
  }
}

}  // namespace evsim::gui
