#include "gui/panels/items.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cstdarg>

namespace evsim::gui {
namespace {

std::vector<Item>& items() {
  static std::vector<Item> all;
  return all;
}

}  // namespace

void record_items(bool on) { ImGui::GetCurrentContext()->TestEngineHookItems = on; }
const std::vector<Item>& recorded_items() { return items(); }
void forget_items() { items().clear(); }

bool begin_combo(const std::string& label, const std::string& preview) {
  const ImGuiID id = ImGui::GetID(label.c_str());
  const bool open = ImGui::BeginCombo(label.c_str(), preview.c_str());
  ImGuiContext* context = ImGui::GetCurrentContext();
  if (context->TestEngineHookItems)
    ImGuiTestEngineHook_ItemInfo(context, id, label.c_str(), ImGuiItemStatusFlags_None);
  return open;
}

}  // namespace evsim::gui

// ImGui calls these for each widget while TestEngineHookItems is set.
void ImGuiTestEngineHook_ItemAdd(ImGuiContext* ctx, ImGuiID id, const ImRect& bb,
                                 const ImGuiLastItemData* /*data*/) {
  const ImGuiWindow* window = ctx->CurrentWindow;
  evsim::gui::items().push_back({.id = id,
                                 .window = window == nullptr ? "" : window->RootWindow->Name,
                                 .label = {},
                                 .x0 = bb.Min.x,
                                 .y0 = bb.Min.y,
                                 .x1 = bb.Max.x,
                                 .y1 = bb.Max.y});
}
void ImGuiTestEngineHook_ItemInfo(ImGuiContext* /*ctx*/, ImGuiID id, const char* label,
                                  ImGuiItemStatusFlags /*flags*/) {
  auto& all = evsim::gui::items();
  const auto it = std::find_if(all.rbegin(), all.rend(),
                               [id](const evsim::gui::Item& i) { return i.id == id; });
  if (it != all.rend() && label != nullptr) it->label = label;
}
void ImGuiTestEngineHook_Log(ImGuiContext* /*ctx*/, const char* /*text*/, ...) {}
const char* ImGuiTestEngine_FindItemDebugLabel(ImGuiContext* /*ctx*/, ImGuiID /*id*/) {
  return nullptr;
}
