// The window without a screen, for tests and benchmarks: ImGui draws into nothing.
#pragma once

#include <imgui.h>
#include <imgui_impl_null.h>
#include <implot.h>

#include "gui/panels/look.h"

namespace evsim::gui {

class NoScreen {
 public:
  NoScreen() {
    ImGui::CreateContext();
    ImPlot::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_DockingEnable;
    ImGui_ImplNullPlatform_Init();
    ImGui_ImplNullRender_Init();
    set_look(1.0f);
  }
  ~NoScreen() {
    ImGui_ImplNullRender_Shutdown();
    ImGui_ImplNullPlatform_Shutdown();
    ImPlot::DestroyContext();
    ImGui::DestroyContext();
  }
  NoScreen(const NoScreen&) = delete;
  NoScreen& operator=(const NoScreen&) = delete;

  // Around a frame that lasts so long [s]; ImGui::NewFrame() and ImGui::Render() are the caller's.
  static void begin_frame(float duration) {
    ImGui_ImplNullRender_NewFrame();
    ImGui_ImplNullPlatform_NewFrame();
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {1600.0f, 900.0f};
    io.DeltaTime = duration;
  }
  static void end_frame() { ImGui_ImplNullRender_RenderDrawData(ImGui::GetDrawData()); }
};

}  // namespace evsim::gui
