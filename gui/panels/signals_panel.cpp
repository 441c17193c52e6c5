// All signals with their values now; to be dragged into a scope, or by a double click into the one in focus.
#include <imgui.h>
#include <imgui_stdlib.h>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/text.h"

namespace evsim::gui {

void signals_panel(App& app) {
  ImGui::SetNextItemWidth(-FLT_MIN);
  ImGui::InputTextWithHint("###signal_search", "search: tau, wheels F_z ...", &app.signal_search,
                           ImGuiInputTextFlags_EscapeClearsAll);
  ImGui::TextDisabled("drag a signal into a scope, or double click");
  if (!ImGui::BeginTable("signals", 3, ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg)) return;
  const float em = ImGui::GetFontSize();
  ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthStretch);
  ImGui::TableSetupColumn("value", ImGuiTableColumnFlags_WidthFixed, 5.5f * em);
  ImGui::TableSetupColumn("unit", ImGuiTableColumnFlags_WidthFixed, 3.0f * em);
  const std::string search = io::lower_case(app.signal_search);
  for (std::size_t i = 0; i < app.signals().size(); ++i) {
    const Signal& s = app.signals()[i];
    if (io::lower_case(s.path).find(search) == std::string::npos) continue;
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::Selectable((s.path + "###signal:" + s.path).c_str(), false,
                      ImGuiSelectableFlags_SpanAllColumns | ImGuiSelectableFlags_AllowDoubleClick);
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
      add_to_focus(app, s.path);
    if (ImGui::BeginDragDropSource(ImGuiDragDropFlags_None)) {
      ImGui::SetDragDropPayload("signal", &i, sizeof i);
      ImGui::TextUnformatted(with_unit(s.path, *s.unit).c_str());
      ImGui::EndDragDropSource();
    }
    ImGui::TableNextColumn();
    ImGui::Text("%.6g", app.value(i));
    ImGui::TableNextColumn();
    ImGui::TextDisabled("%s", std::string(s.unit->text).c_str());
  }
  ImGui::EndTable();
}

}  // namespace evsim::gui
