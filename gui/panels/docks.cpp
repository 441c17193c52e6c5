#include "gui/panels/docks.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>

namespace evsim::gui {
namespace {

constexpr char kDocks[] = "###docks";

ImGuiID docks_id() {
  const ImGuiWindow* host = ImGui::FindWindowByName(kDocks);
  return host == nullptr ? 0 : ImHashStr("docks", 0, host->ID);
}

void build(const Dock& dock, ImGuiID node) {
  if (dock.kind == Dock::Kind::tabs) {
    // The first in front: a node shows the tab that was docked last, until told otherwise.
    for (const std::string& name : dock.tabs) ImGui::DockBuilderDockWindow(name.c_str(), node);
    if (ImGuiDockNode* n = ImGui::DockBuilderGetNode(node); n != nullptr && !dock.tabs.empty())
      n->SelectedTabId = ImHashStr("#TAB", 0, ImHashStr(dock.tabs.front().c_str()));
    return;
  }
  double left = 0.0;
  for (const Dock& d : dock.parts) left += d.share;
  const ImGuiDir side = dock.kind == Dock::Kind::columns ? ImGuiDir_Left : ImGuiDir_Up;
  for (std::size_t i = 0; i < dock.parts.size(); ++i) {
    if (i + 1 == dock.parts.size()) return build(dock.parts[i], node);
    ImGuiID rest = 0;
    const ImGuiID part = ImGui::DockBuilderSplitNode(
        node, side, static_cast<float>(dock.parts[i].share / left), nullptr, &rest);
    left -= dock.parts[i].share;
    build(dock.parts[i], part);
    node = rest;
  }
}

float size_of(const ImGuiDockNode& node, bool columns) {
  return columns ? node.Size.x : node.Size.y;
}

Dock read(const ImGuiDockNode& node) {
  Dock out;
  if (!node.IsSplitNode()) {
    const ImGuiTabBar* bar = node.TabBar;
    std::vector<std::pair<int, std::string>> tabs;  // by their order
    for (int i = 0; i < node.Windows.Size; ++i) {
      const ImGuiWindow* w = node.Windows[i];
      const bool front = bar != nullptr && bar->VisibleTabId == w->TabId;
      tabs.emplace_back(front ? -1 : w->DockOrder, w->Name);
    }
    std::ranges::stable_sort(tabs, {}, &std::pair<int, std::string>::first);
    for (auto& [order, name] : tabs) out.tabs.push_back(std::move(name));
    return out;
  }
  const bool columns = node.SplitAxis == ImGuiAxis_X;
  out.kind = columns ? Dock::Kind::columns : Dock::Kind::rows;
  const float whole = std::max(size_of(node, columns), 1.0f);
  for (const ImGuiDockNode* child : node.ChildNodes) {
    Dock part = read(*child);
    const double share = static_cast<double>(size_of(*child, columns) / whole);
    if (part.kind != out.kind) {
      part.share = share;
      out.parts.push_back(std::move(part));
      continue;
    }
    for (Dock& inner : part.parts) {  // a chain of splits in one direction is one list
      inner.share *= share;
      out.parts.push_back(std::move(inner));
    }
  }
  return out;
}

}  // namespace

void dock_space(const Layout* wanted, float below) {
  const ImGuiViewport* screen = ImGui::GetMainViewport();
  const ImVec2 size{screen->WorkSize.x, screen->WorkSize.y - below};
  ImGui::SetNextWindowPos({screen->WorkPos.x, screen->WorkPos.y + below});
  ImGui::SetNextWindowSize(size);
  constexpr ImGuiWindowFlags kFlags =
      ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
      ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNavFocus |
      ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoSavedSettings;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0f, 0.0f});
  ImGui::Begin(kDocks, nullptr, kFlags);
  ImGui::PopStyleVar();
  const ImGuiID id = ImGui::GetID("docks");
  if (wanted != nullptr) {
    ImGui::DockBuilderRemoveNode(id);
    ImGui::DockBuilderAddNode(id, ImGuiDockNodeFlags_DockSpace);
    ImGui::DockBuilderSetNodeSize(id, size);
    build(wanted->dock, id);
    ImGui::DockBuilderFinish(id);
  }
  ImGui::DockSpace(id);
  ImGui::End();
}

Dock dock_now() {
  const ImGuiDockNode* root = ImGui::DockBuilderGetNode(docks_id());
  return root == nullptr ? Dock{} : read(*root);
}

}  // namespace evsim::gui
