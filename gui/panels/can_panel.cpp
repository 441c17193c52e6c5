// CAN buses: one row a message, or all frames in their order; signals by the database.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/base/time.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_RowBg |
                                   ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_ScrollX |
                                   ImGuiTableFlags_ScrollY | ImGuiTableFlags_Resizable;
constexpr double kFresh = 0.5;  // a byte that has changed so lately is bright [s]

void bar(App& app) {
  CanMonitor& can = app.can();
  if (ImGui::RadioButton("by message###can_overwrite", can.overwrite)) can.overwrite = true;
  tip("One row a message, overwritten as it comes");
  ImGui::SameLine();
  if (ImGui::RadioButton("trace###can_trace", !can.overwrite)) can.overwrite = false;
  tip(fmt::format("The last {} frames in their order, the newest first", CanMonitor::kTrace));
  ImGui::SameLine(0.0f, 20.0f);
  if (ImGui::Button(can.paused() ? "Go on###can_pause" : "Hold###can_pause"))
    can.set_paused(!can.paused());
  tip("Holds what is shown; the bus goes on");
  ImGui::SameLine();
  if (ImGui::Button("Clear###can_clear")) can.clear();
  ImGui::SameLine(0.0f, 20.0f);
  ImGui::SetNextItemWidth(16.0f * ImGui::GetFontSize());
  ImGui::InputTextWithHint("###can_filter", "identifier, name, sender or signal", &can.filter);
  if (can.paused()) {
    ImGui::SameLine();
    ImGui::TextColored(colour::kOrange, "held, %lld frames not shown",
                       static_cast<long long>(can.passed_over()));
  }
  if (app.link_view().frames_lost() == 0) return;
  ImGui::SameLine();
  ImGui::TextColored(colour::kOrange, "%lld frames lost on the way here",
                     static_cast<long long>(app.link_view().frames_lost()));
}

void columns(std::initializer_list<const char*> names) {
  ImGui::TableSetupScrollFreeze(0, 1);
  for (const char* name : names) ImGui::TableSetupColumn(name);
  ImGui::TableHeadersRow();
}

void ms_cell(double s, bool is_there = true) {
  ImGui::TableNextColumn();
  if (is_there) ImGui::Text("%.4g", 1e3 * s);
}
void count_cell(std::int64_t n, bool is_bad) {
  ImGui::TableNextColumn();
  ImGui::TextColored(is_bad && n > 0 ? colour::kOrange : colour::kGrey, "%lld",
                     static_cast<long long>(n));
}

void bytes_cell(const CanRow& r, std::int64_t now) {
  ImGui::TableNextColumn();
  for (std::size_t i = 0; i < r.frame.length; ++i) {
    if (i > 0) ImGui::SameLine(0.0f, 5.0f);
    const bool is_fresh = seconds(now - r.changed[i]) < kFresh;
    ImGui::TextColored(is_fresh ? colour::kSky : colour::kGrey, "%02X",
                       static_cast<unsigned>(r.frame.data[i]));
  }
}

void signals(const CanMonitor& can, const CanRow& r) {
  for (const CanValue& v : can.values(r)) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TableNextColumn();
    ImGui::TextDisabled("   %s", v.name.c_str());
    ImGui::TableNextColumn();
    const std::string number = io::format_rounded(v.value) + (v.unit.empty() ? "" : " " + v.unit);
    ImGui::TextUnformatted(number.c_str());
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(v.text.c_str());
  }
}

void by_message(const CanMonitor& can) {
  if (!ImGui::BeginTable("can_messages", 12, kFlags)) return;
  columns({"id", "message", "from", "data", "frames", "cycle [ms]", "least [ms]", "mean [ms]",
           "most [ms]", "missed", "wrong", "bus"});
  for (const CanRow* r : can.rows(can.filter)) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    const std::string label =
        fmt::format("{}###can:{}:{}{}", r->id, r->bus, r->id, r->sent ? "" : "<");
    const bool is_open = ImGui::TreeNodeEx(
        label.c_str(), ImGuiTreeNodeFlags_SpanAvailWidth | ImGuiTreeNodeFlags_NoTreePushOnOpen |
                           (r->message == nullptr ? ImGuiTreeNodeFlags_Leaf : 0));
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(r->name.c_str());
    ImGui::TableNextColumn();
    ImGui::TextColored(r->sent ? colour::kGrey : colour::kGreen, "%s", r->sender.c_str());
    tip(r->sent ? "sent by the simulator" : "sent by the controller");
    bytes_cell(*r, can.now());
    count_cell(r->n, false);
    ms_cell(r->cycle, r->cycle > 0.0);
    for (const double x : {r->least, r->mean, r->most}) ms_cell(x, r->intervals > 0);
    count_cell(r->missed, true);
    count_cell(r->wrong, true);
    ImGui::TableNextColumn();
    ImGui::TextDisabled("%s", can.role(r->bus).c_str());
    if (is_open) signals(can, *r);
  }
  ImGui::EndTable();
}

void trace(const CanMonitor& can) {
  if (!ImGui::BeginTable("can_trace", 6, kFlags)) return;
  columns({"t [s]", "id", "message", "from", "length", "data"});
  std::vector<const live::BusFrame*> shown;
  for (auto it = can.trace().rbegin(); it != can.trace().rend(); ++it)
    if (const CanRow* r = can.row_of(*it); r != nullptr && is_shown(*r, can.filter))
      shown.push_back(&*it);
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(shown.size()));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const live::BusFrame& f = *shown[static_cast<std::size_t>(i)];
      const CanRow& r = *can.row_of(f);
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      ImGui::Text("%.6f", seconds(f.t));
      ImGui::TableNextColumn();
      ImGui::TextUnformatted(r.id.c_str());
      ImGui::TableNextColumn();
      ImGui::TextUnformatted(r.name.c_str());
      ImGui::TableNextColumn();
      ImGui::TextColored(f.sent ? colour::kGrey : colour::kGreen, "%s", r.sender.c_str());
      ImGui::TableNextColumn();
      ImGui::TextDisabled("%d", static_cast<int>(f.frame.length));
      ImGui::TableNextColumn();
      ImGui::TextUnformatted(data_text(f.frame).c_str());
    }
  ImGui::EndTable();
}

}  // namespace

void can_panel(App& app) {
  CanMonitor& can = app.can();
  if (can.buses() == 0) {
    ImGui::TextDisabled("No controller is on a CAN bus.");
    ImGui::TextDisabled("A link file (--link FILE) with \"can\" puts a role on one; docs/can.md.");
    return;
  }
  bar(app);
  can.overwrite ? by_message(can) : trace(can);
}

}  // namespace evsim::gui
