#include "gui/panels/look.h"

#include <implot.h>

#include <array>

// The assembler puts the bytes of the font between two symbols.
asm(".pushsection .rodata\nevsim_gui_font_begin:\n.incbin \"" EVSIM_GUI_FONT
    "\"\nevsim_gui_font_end:\n.byte 0\n.global evsim_gui_font_begin\n.global evsim_gui_font_end\n"
    ".popsection\n");
extern "C" const char evsim_gui_font_begin[], evsim_gui_font_end[];

namespace evsim::gui {
namespace {

constexpr float kFontSize = 15.0f;  // [px]

void load_font() {
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  // ImGui only reads it.
  ImGui::GetIO().Fonts->AddFontFromMemoryTTF(
      const_cast<char*>(evsim_gui_font_begin),
      static_cast<int>(evsim_gui_font_end - evsim_gui_font_begin), kFontSize, &config);
}

void set_widgets(ImGuiStyle& s) {
  s.WindowRounding = s.ChildRounding = 0.0f;
  s.FrameRounding = s.GrabRounding = s.PopupRounding = s.TabRounding = 3.0f;
  s.WindowPadding = {8.0f, 8.0f};
  s.FramePadding = {6.0f, 3.0f};
  s.ItemSpacing = {7.0f, 5.0f};
  s.CellPadding = {5.0f, 2.0f};
  s.IndentSpacing = 14.0f;
  s.ScrollbarSize = 12.0f;
  s.WindowBorderSize = 0.0f;
  s.SeparatorTextPadding = {0.0f, 3.0f};
  s.DockingSeparatorSize = 3.0f;
}

void set_colours(ImGuiStyle& s) {
  ImGui::StyleColorsDark(&s);
  const auto grey = [](float x, float alpha = 1.0f) {
    return ImVec4(0.93f * x, 0.98f * x, 1.08f * x, alpha);
  };
  const auto accent = [](float alpha) { return ImVec4(0.22f, 0.53f, 0.75f, alpha); };
  ImVec4* c = s.Colors;
  c[ImGuiCol_Text] = grey(0.88f);
  c[ImGuiCol_TextDisabled] = grey(0.5f);
  c[ImGuiCol_WindowBg] = c[ImGuiCol_ChildBg] = grey(0.105f);
  c[ImGuiCol_PopupBg] = grey(0.14f, 0.98f);
  c[ImGuiCol_FrameBg] = grey(0.175f);
  c[ImGuiCol_FrameBgHovered] = grey(0.23f);
  c[ImGuiCol_FrameBgActive] = grey(0.27f);
  c[ImGuiCol_TitleBg] = c[ImGuiCol_TitleBgActive] = c[ImGuiCol_MenuBarBg] = grey(0.075f);
  c[ImGuiCol_Button] = grey(0.22f);
  c[ImGuiCol_ButtonHovered] = accent(0.75f);
  c[ImGuiCol_ButtonActive] = accent(1.0f);
  c[ImGuiCol_Header] = grey(0.2f);
  c[ImGuiCol_HeaderHovered] = accent(0.5f);
  c[ImGuiCol_HeaderActive] = accent(0.7f);
  c[ImGuiCol_SliderGrab] = accent(0.9f);
  c[ImGuiCol_SliderGrabActive] = ImVec4(colour::kSky);
  c[ImGuiCol_CheckMark] = ImVec4(colour::kSky);
  c[ImGuiCol_Tab] = c[ImGuiCol_TabDimmed] = grey(0.075f);
  c[ImGuiCol_TabSelected] = c[ImGuiCol_TabDimmedSelected] = grey(0.16f);
  c[ImGuiCol_TabSelectedOverline] = c[ImGuiCol_TabDimmedSelectedOverline] = accent(1.0f);
  c[ImGuiCol_TabHovered] = accent(0.5f);
  c[ImGuiCol_Separator] = c[ImGuiCol_Border] = grey(0.2f);
  c[ImGuiCol_DockingEmptyBg] = grey(0.075f);
  c[ImGuiCol_TableHeaderBg] = grey(0.15f);
  c[ImGuiCol_TableRowBgAlt] = grey(0.3f, 0.12f);
}

void set_plots() {
  ImPlotStyle& s = ImPlot::GetStyle();
  s.PlotPadding = {6.0f, 4.0f};
  s.LabelPadding = {4.0f, 3.0f};
  s.LegendPadding = {6.0f, 4.0f};
  s.LegendInnerPadding = {4.0f, 2.0f};
  s.PlotBorderSize = 0.0f;
  s.Colors[ImPlotCol_PlotBg] = {0.065f, 0.07f, 0.08f, 1.0f};
  s.Colors[ImPlotCol_FrameBg] = {0.0f, 0.0f, 0.0f, 0.0f};
  s.Colors[ImPlotCol_LegendBg] = {0.09f, 0.1f, 0.12f, 0.75f};
  s.Colors[ImPlotCol_LegendBorder] = {0.0f, 0.0f, 0.0f, 0.0f};
  s.Colors[ImPlotCol_AxisGrid] = {1.0f, 1.0f, 1.0f, 0.22f};
  const std::array<ImVec4, 6> lines{colour::kSky,       colour::kOrange, colour::kGreen,
                                    colour::kVermilion, colour::kPurple, colour::kYellow};
  s.Colormap = ImPlot::AddColormap("evsim", lines.data(), static_cast<int>(lines.size()), true);
}

}  // namespace

void set_look(float scale) {
  ImGuiStyle& style = ImGui::GetStyle();
  set_widgets(style);
  set_colours(style);
  style.ScaleAllSizes(scale);
  style.FontScaleDpi = scale;
  set_plots();
  load_font();
}

std::string with_unit(std::string_view name, const Unit& unit) {
  std::string out(name);
  return unit.text.empty() ? out : out + " [" + std::string(unit.text) + "]";
}

void tip(const std::string& text) {
  if (text.empty() || !ImGui::BeginItemTooltip()) return;
  ImGui::PushTextWrapPos(28.0f * ImGui::GetFontSize());
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

}  // namespace evsim::gui
