#include "gui/panels/look.h"

#include <implot.h>
#include <implot_internal.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/io/embed.h"

EVSIM_EMBED(evsim_gui_font, EVSIM_GUI_FONT);

namespace evsim::gui {
namespace {

constexpr float kFontSize = 15.0f;  // [px]

void load_font() {
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  const std::string_view font = EVSIM_EMBEDDED(evsim_gui_font);
  // ImGui only reads it.
  ImGui::GetIO().Fonts->AddFontFromMemoryTTF(const_cast<char*>(font.data()),
                                             static_cast<int>(font.size()), kFontSize, &config);
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

// Greys by how far they stand off the background: 0: of windows, 1: text.
struct Greys {
  bool light;
  ImVec4 operator()(float x, float alpha = 1.0f) const {
    const float dark = 0.105f + 0.8f * x, bright = 0.945f - 0.84f * x;
    const float y = light ? bright : dark;
    return light ? ImVec4(y, y, y, alpha) : ImVec4(0.93f * y, 0.98f * y, 1.08f * y, alpha);
  }
};

void set_colours(ImGuiStyle& s, bool light) {
  if (light)
    ImGui::StyleColorsLight(&s);
  else
    ImGui::StyleColorsDark(&s);
  const Greys grey{light};
  const auto accent = [](float alpha) { return ImVec4(0.22f, 0.53f, 0.75f, alpha); };
  ImVec4* c = s.Colors;
  c[ImGuiCol_Text] = grey(0.97f);
  c[ImGuiCol_TextDisabled] = grey(0.5f);
  c[ImGuiCol_WindowBg] = c[ImGuiCol_ChildBg] = grey(0.0f);
  c[ImGuiCol_PopupBg] = light ? grey(-0.05f, 0.98f) : grey(0.045f, 0.98f);
  c[ImGuiCol_FrameBg] = grey(0.09f);
  c[ImGuiCol_FrameBgHovered] = grey(0.155f);
  c[ImGuiCol_FrameBgActive] = grey(0.205f);
  c[ImGuiCol_TitleBg] = c[ImGuiCol_TitleBgActive] = c[ImGuiCol_MenuBarBg] =
      light ? grey(0.06f) : grey(-0.04f);
  c[ImGuiCol_Button] = grey(0.145f);
  c[ImGuiCol_ButtonHovered] = accent(light ? 0.45f : 0.75f);
  c[ImGuiCol_ButtonActive] = accent(light ? 0.7f : 1.0f);
  c[ImGuiCol_Header] = grey(0.12f);
  c[ImGuiCol_HeaderHovered] = accent(light ? 0.3f : 0.5f);
  c[ImGuiCol_HeaderActive] = accent(light ? 0.5f : 0.7f);
  c[ImGuiCol_SliderGrab] = accent(0.9f);
  c[ImGuiCol_SliderGrabActive] = c[ImGuiCol_CheckMark] = light ? accent(1.0f) : colour::kSky;
  c[ImGuiCol_Tab] = c[ImGuiCol_TabDimmed] = c[ImGuiCol_TitleBg];
  c[ImGuiCol_TabSelected] = c[ImGuiCol_TabDimmedSelected] = light ? grey(-0.04f) : grey(0.07f);
  c[ImGuiCol_TabSelectedOverline] = c[ImGuiCol_TabDimmedSelectedOverline] = accent(1.0f);
  c[ImGuiCol_TabHovered] = accent(0.5f);
  c[ImGuiCol_Separator] = c[ImGuiCol_Border] = grey(0.12f);
  c[ImGuiCol_DockingEmptyBg] = c[ImGuiCol_TitleBg];
  c[ImGuiCol_TableHeaderBg] = grey(0.055f);
  c[ImGuiCol_TableRowBgAlt] = grey(0.25f, 0.12f);
}

void set_plot_colours(bool light) {
  ImPlotStyle& s = ImPlot::GetStyle();
  const Greys grey{light};
  s.Colors[ImPlotCol_PlotBg] = light ? grey(-0.06f) : grey(-0.05f);
  s.Colors[ImPlotCol_FrameBg] = {0.0f, 0.0f, 0.0f, 0.0f};
  s.Colors[ImPlotCol_LegendBg] = grey(0.0f, 0.75f);
  s.Colors[ImPlotCol_LegendBorder] = {0.0f, 0.0f, 0.0f, 0.0f};
  s.Colors[ImPlotCol_AxisGrid] = colour::ink(0.22f);
}

void set_plots() {
  ImPlotStyle& s = ImPlot::GetStyle();
  s.PlotPadding = {6.0f, 4.0f};
  s.LabelPadding = {4.0f, 3.0f};
  s.LegendPadding = {6.0f, 4.0f};
  s.LegendInnerPadding = {4.0f, 2.0f};
  s.PlotBorderSize = 0.0f;
  const std::array<ImVec4, 6> lines{colour::kSky,       colour::kOrange, colour::kGreen,
                                    colour::kVermilion, colour::kPurple, colour::kYellow};
  s.Colormap = ImPlot::AddColormap("evsim", lines.data(), static_cast<int>(lines.size()), true);
}

}  // namespace

void set_look(float scale) {
  ImGuiStyle& style = ImGui::GetStyle();
  set_widgets(style);
  set_colours(style, false);
  style.ScaleAllSizes(scale);
  style.FontScaleDpi = scale;
  set_plots();
  set_plot_colours(false);
  load_font();
}

void follow_look(bool light, float zoom) {
  ImGuiStyle& style = ImGui::GetStyle();
  style.FontScaleMain = zoom;
  if ((style.Colors[ImGuiCol_WindowBg].x > 0.5f) == light) return;
  set_colours(style, light);
  set_plot_colours(light);
}

ImVec4 colour::ink(float alpha) {
  const ImVec4 text = ImGui::GetStyle().Colors[ImGuiCol_Text];
  return {text.x, text.y, text.z, alpha};
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

namespace {

constexpr double kFar = 1e15, kNear = 1e-15;
// size: largest figure on the axis.
void bound_zoom(int axis, double size) {
  constexpr double kFinest = 1e-11, kLeast = 1e-30;
  ImPlot::SetupAxisZoomConstraints(axis, std::max(kFinest * size, kLeast), 2.0 * kFar);
}
void bound_zoom(int axis) {
  const ImPlotRange& now = ImPlot::GetCurrentPlot()->Axes[axis].Range;
  bound_zoom(axis, std::max(std::abs(now.Min), std::abs(now.Max)));
}
void show(int axis, double from, double to) {
  bound_zoom(axis, to);
  ImPlot::SetupAxisLimits(axis, from, to, ImPlotCond_Always);
}

}  // namespace

void bound_axis(int axis) {
  ImPlot::SetupAxisLimitsConstraints(axis, -kFar, kFar);
  bound_zoom(axis);
}
void set_logarithmic(int axis) {
  ImPlot::SetupAxisScale(axis, ImPlotScale_Log10);
  ImPlot::SetupAxisLimitsConstraints(axis, kNear, kFar);
  bound_zoom(axis);
  // Limits that the bounds would press into one number: of a linear axis until now.
  const ImPlotRange& now = ImPlot::GetCurrentPlot()->Axes[axis].Range;
  if (!(now.Max > 1.001 * std::max(now.Min, kNear))) show(axis, 1e-3, 1.0);
}
void show_decades(int axis, double decades, double most) {
  if (!(most > 0.0)) return;
  const double share = std::pow(10.0, -decades), top = std::clamp(most, kNear / share, 0.1 * kFar);
  show(axis, share * top, 2.0 * top);
}
bool begin_plot(const char* id, const ImVec2& size, int flags) {
  if (!ImPlot::BeginPlot(id, size, flags)) return false;
  bound_axis(ImAxis_X1);
  bound_axis(ImAxis_Y1);
  return true;
}

bool near_view(double from, double to, double x) {
  return x >= from - (to - from) && x <= to + (to - from);
}

bool begin_table(const char* id, std::initializer_list<float> shares, ImGuiTableFlags more) {
  if (!ImGui::BeginTable(id, static_cast<int>(shares.size()),
                         ImGuiTableFlags_SizingStretchProp | more))
    return false;
  for (const float share : shares) ImGui::TableSetupColumn("", ImGuiTableColumnFlags_None, share);
  return true;
}

}  // namespace evsim::gui
